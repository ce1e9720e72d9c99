from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..matching_keys import clean, person_key
from .scn_signup import OPEN_STATES

#: Field of the sign-up → field of the contact. The address is missing on purpose: in Odoo a contact shares it
#: with its organisation, so it is kept on the organisation only.
CONTACT_FIELDS = {
    'contact_name': 'name',
    'email': 'email',
    'phone': 'phone',
    'position': 'function',
    'unit': 'city_unit',
}


def plain(value):
    """A field's value as JSON can hold it: a record as its id, a date as text."""
    if isinstance(value, models.BaseModel):
        return value.id
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


class ScnSignup(models.Model):
    """Accepting: blanks are filled, nothing that staff entered is overwritten.

    The preview and the acceptance are one code path: both read ``_prepare_…_values``.
    """

    _inherit = 'scn.signup'

    # -- what would change -------------------------------------------------------------------------------------

    def _prepare_city_values(self, city):
        """Blanks of the city that this sign-up fills, and its task-force membership.

        :param city: the city, or an empty record for one to be created
        :return: values for ``create`` or ``write``; never a tier, a fee or invoicing data
        """
        self.ensure_one()
        values = {}
        if not city:
            values.update(name=clean(self.city), is_city=True, is_company=True, company_id=False)
        if self.country_id and not city.country_id:
            values['country_id'] = self.country_id.id
        return {**values, **self._prepare_task_force_values(city)}

    def _prepare_task_force_values(self, city):
        """Membership from this sign-up. A message older than the day the city left does not bring it back."""
        if not self.wants_task_force or city.is_task_force:
            return {}
        # Never later than the reader's today: a member since tomorrow would not be one.
        joined = min((self.received_at or fields.Datetime.now()).date(), fields.Date.context_today(self))
        if city.task_force_until and joined < city.task_force_until:
            return {}
        if city.task_force_since and not city.task_force_until:
            return {}
        return {
            'task_force_since': joined,
            'task_force_until': False,
            'task_force_source': self.env._("Sign-up of %(day)s", day=fields.Date.to_string(joined)),
        }

    def _prepare_contact_values(self, contact):
        """Blanks of the contact that this sign-up fills.

        :param contact: the contact, or an empty record for one to be created
        """
        self.ensure_one()
        values = {
            partner_field: clean(self[signup_field])
            for signup_field, partner_field in CONTACT_FIELDS.items()
            if self[signup_field] and not contact[partner_field]
        }
        if not contact:
            values.setdefault('name', values.get('email'))
            values['is_company'] = False
            lang = self._get_sender_lang()
            if lang:
                values['lang'] = lang
        return values

    def _get_sender_lang(self):
        """Installed language code (``nl_NL``) of the two-letter code the sender wrote in, or False."""
        self.ensure_one()
        if not self.language:
            return False
        codes = [code for code, __ in self.env['res.lang'].get_installed()]
        return next((code for code in sorted(codes) if code.split('_')[0] == self.language), False)

    def _prepare_change_rows(self, city, contact):
        """What accepting into this city and contact would change, as the preview shows it.

        :param city: the city, or an empty record for one to be created; likewise ``contact``
        :return: list of ``(record label, field label, value in the sign-up, value now, value after)``
        """
        self.ensure_one()
        rows = []
        if not city and not self.city:
            return rows
        city_label = city.display_name or self.env._("%(city)s (new)", city=clean(self.city))
        contact_label = contact.name or self.env._(
            "%(person)s (new)",
            person=clean(self.contact_name or self.email or ''),
        )
        rows += self._prepare_preview_of(
            city,
            city_label,
            {'country_id': self.country_id.display_name},
            self._prepare_city_values(city),
        )
        if self.contact_name or self.email:
            rows += self._prepare_preview_of(
                contact,
                contact_label,
                {partner_field: self[signup_field] for signup_field, partner_field in CONTACT_FIELDS.items()},
                self._prepare_contact_values(contact),
            )
        return rows

    def _prepare_preview_of(self, record, label, sent, values):
        Partner = self.env['res.partner']
        rows = []
        for name in dict.fromkeys([*sent, *values]):
            field = Partner._fields[name]
            if name in ('is_city', 'is_company', 'company_id', 'task_force_until', 'task_force_source', 'lang'):
                continue
            now, after = record[name], record[name]
            if name in values:
                after = Partner.new({name: values[name]})[name] if field.relational else values[name]
            if field.relational:
                now, after = now.display_name, after.display_name
            if not sent.get(name) and now == after:
                continue
            rows.append((label, field._description_string(self.env), sent.get(name) or '', now or '', after or ''))
        return rows

    @api.depends('applied_changes')
    def _compute_applied_text(self):
        """What accepting did, line by line: who, which field, before and after."""
        Partner = self.env['res.partner']
        for signup in self:
            lines = []
            for change in signup.applied_changes or []:
                name = Partner.browse(change['partner_id']).exists().display_name or self.env._("(deleted)")
                for field_name, values in change['fields'].items():
                    if field_name in Partner._fields and not Partner._fields[field_name].relational:
                        label = Partner._fields[field_name]._description_string(self.env)
                        lines.append(f"{name}: {label}: {values['before'] or '–'} → {values['after'] or '–'}")
            signup.applied_text = "\n".join(lines)

    @api.depends('organisation_id', 'contact_id', 'state')
    def _compute_change_preview(self):
        for signup in self:
            if signup.state not in OPEN_STATES:
                signup.change_preview = False
                continue
            rows = signup._prepare_change_rows(signup.organisation_id, signup.contact_id)
            signup.change_preview = signup._render_change_rows(rows) if rows else False

    def _render_change_rows(self, rows):
        """The preview as a table; new values stand out, kept ones say so."""
        head = Markup("").join(
            Markup('<th scope="col">%s</th>') % title
            for title in ("", self.env._("Field"), self.env._("Sign-up"), self.env._("Now"), self.env._("After"))
        )
        body = Markup("")
        previous = None
        for label, field, sent, now, after in rows:
            is_changed = now != after
            if is_changed:
                last = Markup('<td class="text-success fw-bold">%s</td>') % after
            elif sent and sent != now:
                last = Markup('<td>%s <span class="text-muted">(%s)</span></td>') % (after, self.env._("kept"))
            else:
                last = Markup('<td class="text-muted">%s</td>') % after
            body += Markup("<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td>%s</tr>") % (
                label if label != previous else "",
                field,
                sent,
                now,
                last,
            )
            previous = label
        return Markup(
            '<table class="table table-sm o_scn_change_preview"><thead><tr>%s</tr></thead><tbody>%s</tbody></table>',
        ) % (head, body)

    # -- accepting ---------------------------------------------------------------------------------------------

    def action_accept(self):
        """Accept sign-ups whose city is known, without sending any mail.

        :raises UserError: when one has no city yet or is already decided
        """
        self._accept()
        return True

    def action_open_accept(self):
        """Show what accepting does, and the mail if one is proposed, before it happens."""
        self._check_can_decide()
        return self._get_wizard_action('scn.signup.accept', self.env._("Accept sign-up"))

    def _check_can_accept(self, create_city):
        self._check_can_decide()
        for signup in self:
            if not signup.organisation_id and not create_city:
                raise UserError(
                    self.env._(
                        "%(signup)s has no city yet. Open it and choose the city, or create it there.",
                        signup=signup._get_reference(),
                    )
                )
            if signup.organisation_id and not signup.organisation_id.is_city:
                raise UserError(
                    self.env._(
                        "%(signup)s belongs to a contact that is no city. Choose a city before accepting.",
                        signup=signup._get_reference(),
                    )
                )
            if not signup.organisation_id and not clean(signup.city):
                raise UserError(
                    self.env._(
                        "%(signup)s names no city. Fill in the city's name before accepting.",
                        signup=signup._get_reference(),
                    )
                )

    def _accept(self, create_city=False, end_old_roles=True):
        """Bring sign-ups into the contacts; all or nothing.

        Two sign-ups of one person in one call make one contact. Two calls at once do too: the contact keys
        decide, and the loser is repeated by the framework (see ``scn.contact.key``).

        :param bool create_city: also create the cities that are not known yet
        :param bool end_old_roles: a person known at another city moved; False where it is a secondment
        """
        self._check_can_accept(create_city)
        self._lock_rows(self)
        signups = self.sudo().with_context(tracking_disable=True, mail_create_nosubscribe=True).sorted('id')
        self._lock_rows(
            self.env['res.partner'].union(
                *(
                    signup.organisation_id
                    for signup in signups
                    if signup.organisation_id and signup._prepare_city_values(signup.organisation_id)
                )
            )
        )
        cities = {signup: signup._accept_city(signup.organisation_id) for signup in signups}
        contacts = signups._accept_contacts(cities)
        signups._accept_roles(cities, contacts, end_old_roles)
        signups._log_changes()
        for signup in signups:
            signup.write(
                {
                    **self._prepare_decision_values('accepted'),
                    'city_partner_id': cities[signup].id,
                    'organisation_id': cities[signup].id,
                    'contact_partner_id': contacts[signup].id,
                    'contact_id': contacts[signup].id,
                }
            )

    def _accept_city(self, city):
        """Fill the blanks of a city, or create it.

        :param city: a city whose row is locked, or an empty record
        :return: the city
        """
        self.ensure_one()
        if not city:
            known = self.env['scn.contact.key']._find(
                self.env['res.partner'].new(self._prepare_city_values(city))._prepare_contact_key_rows(),
            )
            city = next(iter(known.values())).partner_id if known else city
            self._lock_rows(city)
        values = self._prepare_city_values(city)
        if not city:
            city = self.env['res.partner'].create(values)
            self._note_changes(city, dict.fromkeys(values), values, created=True)
        elif values:
            self._note_changes(city, {name: city[name] for name in values}, values)
            city.write(values)
        return city

    def _accept_contacts(self, cities):
        """Fill the blanks of the contacts, or create them, all new ones in one call.

        :param cities: dict sign-up → city
        :return: dict sign-up → contact, empty where the message named nobody
        """
        Partner = self.env['res.partner']
        people = self._find_people()
        contacts, new_values, new_signups = {}, {}, {}
        for signup in self:
            city = cities[signup]
            key = person_key(signup.email, signup.contact_name)
            contact = signup.contact_id if signup.contact_id.commercial_partner_id == city else Partner
            contact -= city
            contact = (
                contact
                or people.get(key, Partner).filtered(
                    lambda person, city=city: person.commercial_partner_id == city,
                )[:1]
            )
            contacts[signup] = contact
            if contact:
                values = signup._prepare_contact_values(contact)
                if values:
                    self._lock_rows(contact)
                    signup._note_changes(contact, {name: contact[name] for name in values}, values)
                    contact.write(values)
            elif key:
                values = signup._prepare_contact_values(Partner)
                # Who asked us to stop while at another city did not ask for mails by moving.
                stopped = people.get(key, Partner).filtered('news_stopped_on')[:1].news_stopped_on
                if stopped:
                    values['news_stopped_on'] = stopped
                known = new_values.setdefault((city, key), {'parent_id': city.id})
                known.update({name: value for name, value in values.items() if name not in known})
                new_signups.setdefault((city, key), []).append(signup)
        created = self._create_contacts(list(new_values.values()))
        for contact, signups, values in zip(created, new_signups.values(), new_values.values(), strict=True):
            for signup in signups:
                contacts[signup] = contact
                signup._note_changes(contact, dict.fromkeys(values), values, created=signup == signups[0])
        return contacts

    def _create_contacts(self, vals_list):
        """Create contacts of cities with what each shares with its city (address, accounting) from the start.

        ``create`` copies it afterwards contact by contact, and Odoo's own import city by city: three quarters of the
        time (measured on 500). A new contact has no address of its own and no children, so nothing goes back up.

        :return: the contacts in the order of ``vals_list``
        """
        Partner = self.env['res.partner']
        cities = Partner.browse({vals['parent_id'] for vals in vals_list})
        shared = {city.id: city._get_commercial_values() | city._get_address_values() for city in cities}
        contacts = Partner.with_context(_partners_skip_fields_sync=True).create(
            [{**shared[vals['parent_id']], **vals} for vals in vals_list]
        )
        contacts = contacts.with_env(self.env)
        self._copy_values_by_company(contacts)
        return contacts

    def _copy_values_by_company(self, contacts):
        """Copy what a city has differently in each company; one write for all contacts whose city has the same."""
        names = contacts._company_dependent_commercial_fields()
        by_city = contacts.grouped('commercial_partner_id')
        for company in self.env['res.company'].sudo().search([('id', '!=', self.env.company.id)]) if names else ():
            alike = {}
            for city, of_city in by_city.items():
                values = city.with_company(company)._convert_fields_to_values(names)
                alike.setdefault(str(values), (values, []))[1].extend(of_city.ids)
            for values, contact_ids in alike.values():
                contacts.browse(contact_ids).with_company(company).write(values)

    def _accept_roles(self, cities, contacts, end_old_roles):
        """Make each person the city's task-force contact; somebody who moved loses the roles at the old city.

        :param cities: dict sign-up → city
        :param contacts: dict sign-up → contact, may be empty
        """
        values, takers = {}, {}
        for signup in self:
            city, contact = cities[signup], contacts[signup]
            moved_from = signup.moved_from_id
            if moved_from.commercial_partner_id == city:
                moved_from = moved_from.browse()
            day = (signup.received_at or fields.Datetime.now()).date()
            if moved_from and end_old_roles:
                # An old message read late says nothing about roles that began after it.
                left = moved_from.held_role_ids.filtered(
                    lambda role, day=day: role.date_start <= day and not role.date_end,
                )
                signup._note_changes(moved_from, {}, {}, ended_role_ids=left.ids)
                left._end(day, self.env._("Moved to %(city)s", city=city.name))
            if not contact or not (signup.wants_task_force or moved_from):
                continue
            if (city, contact) in values or any(
                role.role == 'task_force' and not role.date_end for role in contact.held_role_ids
            ):
                continue
            takers[city, contact] = signup
            values[city, contact] = {
                'organisation_id': city.id,
                'contact_id': contact.id,
                'role': 'task_force',
                'date_start': day,
            }
        roles = self.env['scn.contact.role'].create(list(values.values()))
        for role, signup in zip(roles, takers.values(), strict=True):
            signup._note_changes(role.contact_id, {}, {}, role_ids=role.ids)

    def _log_changes(self):
        """Say on each city and contact which sign-up filled which fields; one batch, field names only."""
        Partner = self.env['res.partner']
        bodies = {}
        for signup in self:
            for change in signup.applied_changes or []:
                if not change['fields']:
                    continue
                labels = ", ".join(
                    Partner._fields[name]._description_string(self.env)
                    for name in change['fields']
                    if name in Partner._fields
                )
                text = (
                    self.env._("Created by sign-up %(number)s: %(fields)s", number=signup.id, fields=labels)
                    if change['created']
                    else self.env._("Filled from sign-up %(number)s: %(fields)s", number=signup.id, fields=labels)
                )
                bodies.setdefault(change['partner_id'], []).append(text)
        if bodies:
            Partner.browse(bodies)._message_log_batch(
                bodies={partner_id: Markup("<br/>").join(texts) for partner_id, texts in bodies.items()}
            )

    def _note_changes(self, record, before, after, created=False, **roles):
        """Keep what accepting did, so that it can be shown and undone field by field.

        :param roles: ``role_ids`` that were created, ``ended_role_ids`` that were ended
        """
        self.applied_changes = [
            *(self.applied_changes or []),
            {
                'partner_id': record.id,
                'created': created,
                'fields': {name: {'before': plain(before[name]), 'after': plain(after[name])} for name in after},
                **roles,
            },
        ]
