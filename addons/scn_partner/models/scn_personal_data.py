import re

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..matching_keys import email_key, person_key, person_name_key
from ..personal_data import Person, email_pattern

#: Kinds of fields that can hold something about a person, unless declared otherwise.
TELLING_TYPES = frozenset({'char', 'text', 'html', 'binary', 'image', 'json', 'reference', 'properties'})
PEOPLE = frozenset({'res.partner', 'res.users', 'ir.attachment'})


class ScnPersonalData(models.AbstractModel):
    """The register of what is kept about people: one declaration per model, in one place per addon.

    Addons add theirs by extending ``_get_declarations``; a test fails for each field of ours that is on no list.
    """

    _name = 'scn.personal.data'
    _description = 'Personal Data'

    @api.model
    def _get_declarations(self):
        """What each model keeps of a person.

        :return: list of ``personal_data.PersonalData``, in the order in which they are erased
        """
        return []

    @api.model
    def _get_not_personal(self):
        """Fields that look personal and are not, of models without anything personal.

        :return: dict model → tuple of field names
        """
        return {}

    @api.model
    def _get_free_texts(self):
        """Texts in which staff may name somebody, of models without anything else personal; see ``free_text``.

        :return: dict model → tuple of field names
        """
        return {}

    @api.model
    def _get_installed(self):
        """The declarations whose models this database has; the fields it does not have are left out."""
        return [declared for declared in self._get_declarations() if declared.model in self.env]

    # -- completeness ------------------------------------------------------------------------------------------

    @api.model
    def _get_telling_fields(self):
        """Stored fields of ours that may say something about a person: on our models, and ours on Odoo's.

        :return: set of ``(model, field)``
        """
        telling = set()
        for model_name, model in self.env.registry.items():
            # what a dialogue holds is deleted by Odoo within hours, and at once by an erasure
            if model._abstract or model._transient or not (model._auto or model_name.startswith('scn.')):
                continue
            for name, field in model._fields.items():
                if not field.store or name in ('create_uid', 'write_uid', 'id'):
                    continue
                is_ours = model_name.startswith('scn.') or any(module.startswith('scn_') for module in field._modules)
                is_link = field.type in ('many2one', 'many2many') and field.comodel_name in PEOPLE
                if is_ours and (field.type in TELLING_TYPES or is_link or field.type == 'many2one_reference'):
                    telling.add((model_name, name))
        return telling

    @api.model
    def _get_listed_fields(self):
        """Every field that a declaration names, as personal or as not.

        :return: set of ``(model, field)``
        """
        listed = {
            (model, name)
            for names_by_model in (self._get_not_personal(), self._get_free_texts())
            for model, names in names_by_model.items()
            for name in names
        }
        for declared in self._get_declarations():
            for names in (
                declared.fields,
                declared.not_personal,
                declared.free_text,
                declared.contact,
                declared.user,
            ):
                listed.update((declared.model, name) for name in names)
        return listed

    # -- finding -----------------------------------------------------------------------------------------------

    @api.model
    def _find_person(self, partner=None, name=None, email=None):
        """Everything by which one person is known here.

        The same person is the same name with the same address; several people may share an address.

        :param partner: a contact, or none
        :param str name: as asked for, with an address, where there is no contact
        :return: ``personal_data.Person``
        :raises UserError: for an organisation, a colleague with an account, or too little to go by
        """
        Partner = self.env['res.partner'].sudo().with_context(active_test=False)
        partner = Partner.browse(partner and partner.id)
        if partner.is_company or partner.is_city:
            raise UserError(
                self.env._("“%(name)s” is an organisation: choose one of its people.", name=partner.display_name)
            )
        emails = {email_key(value) for value in (email, partner.email)} - {''}
        names = {' '.join(value.split()) for value in (name, partner.name) if value and '@' not in value}
        if not partner and not (emails and names):
            raise UserError(self.env._("Choose a contact, or fill in name and e-mail address."))
        name_keys = {person_name_key(value) for value in names}
        same = Partner.search([('email_normalized', 'in', sorted(emails)), ('is_company', '=', False)])
        people = partner | same.filtered(lambda other: person_name_key(other.name) in name_keys)
        person = Person(partners=people, users=people.user_ids)
        person.names = names | {record.name for record in people if record.name and '@' not in record.name}
        person.emails = emails | {email_key(login) for login in person.users.mapped('login')} - {''}
        person.phones = {number for record in people for number in (record.phone, record.phone_sanitized) if number}
        self._add_identifiers(person, name_keys)
        self._find_shared(person)
        self._check_is_no_colleague(person)
        return person

    @api.model
    def _add_identifiers(self, person, name_keys):
        """Add addresses and numbers from where the person wrote them without being a contact. Addons add theirs."""
        signups = (
            self.env['scn.signup']
            .sudo()
            .search(['|', ('contact_partner_id', 'in', person.partners.ids), ('email', 'in', sorted(person.emails))])
        )
        for signup in signups:
            if person_name_key(signup.contact_name) in name_keys:
                self._add_identifier(person, signup.email, signup.phone)

    @api.model
    def _add_identifier(self, person, email, phone):
        if email_key(email or ''):
            person.emails.add(email_key(email))
        if phone:
            person.phones.add(phone)

    @api.model
    def _find_shared(self, person):
        """Note which addresses, numbers and names somebody else has too: they name nobody."""
        Partner = self.env['res.partner'].sudo().with_context(active_test=False)
        others = Partner.search(
            Domain('id', 'not in', person.partners.ids)
            & (
                Domain('email_normalized', 'in', sorted(person.emails))
                | Domain('phone_sanitized', 'in', person.partners.filtered('phone_sanitized').mapped('phone_sanitized'))
                | Domain('phone', 'in', sorted(person.phones))
                | Domain.OR(Domain('name', '=ilike', name) for name in person.names)
            )
        )
        keys = {person_name_key(other.name) for other in others}
        for other in others:
            person.shared_emails |= person.emails & {email_key(other.email or '')}
            person.shared_phones |= person.phones & {other.phone, other.phone_sanitized}
        person.shared_names = {name for name in person.names if person_name_key(name) in keys}
        for signup in self.env['scn.signup'].sudo().search([('email', 'in', sorted(person.emails))]):
            if (
                person_key(signup.email, signup.contact_name)
                not in {person_key(signup.email, name) for name in person.names}
                and signup.contact_name
            ):
                person.shared_emails |= person.emails & {email_key(signup.email)}

    @api.model
    def _check_is_no_colleague(self, person):
        """
        :raises UserError: for a person with an account of the foundation's own staff
        """
        if any(user.active and not user.share for user in person.users):
            raise UserError(
                self.env._("This person has an account as a colleague: archive the account first, then start again.")
            )

    @api.model
    def _get_person_domain(self, declared, person):
        """Domain of a model's rows that are about a person."""
        model = self.env[declared.model]
        domain = Domain.FALSE
        for name in declared.contact:
            if name in model._fields:
                domain |= Domain(name, 'in', person.partners.ids)
        for name in declared.user:
            if name in model._fields:
                domain |= Domain(name, 'in', person.users.ids)
        for name in declared.email:
            if name in model._fields:
                domain |= Domain.OR(Domain(name, 'ilike', email) for email in person.emails)
        return domain

    @api.model
    def _is_about(self, record, declared, person):
        """Whether a row that was found is about the person: an address is compared as a whole, a shared one with the
        name beside it."""
        for name in (*declared.contact, *declared.user):
            if name in record._fields and record[name] & (
                person.partners if record._fields[name].comodel_name == 'res.partner' else person.users
            ):
                return True
        texts = [record[name] for name in declared.email if name in record._fields and record[name]]
        has_name = {person_name_key(record[name]) for name in declared.name if name in record._fields} & {
            person_name_key(name) for name in person.names
        }
        return any(
            (has_name or email not in person.shared_emails) and re.search(email_pattern(email), text, re.IGNORECASE)
            for email in person.emails
            for text in texts
        )

    @api.model
    def _find_records(self, declared, person):
        """A model's rows that are about a person.

        :param declared: a declaration
        :return: records with the rights of the superuser
        """
        model = self.env[declared.model].sudo().with_context(active_test=False)
        find = getattr(model, '_find_of_person', None)
        if find:
            return find(declared, person)
        domain = self._get_person_domain(declared, person)
        if domain.is_false():
            return model.browse()
        found = model.search(domain, order='id')
        return found.filtered(lambda record: self._is_about(record, declared, person))
