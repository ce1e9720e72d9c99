from odoo import fields, models
from odoo.fields import Domain

#: Who may see what is published, widest first: a consent to one includes those after it.
SCOPE_ORDER = ('public', 'network')


class ResPartner(models.Model):
    """What a person or an organisation agreed to. Every sending and publication that needs it asks here."""

    _inherit = 'res.partner'

    consent_ids = fields.One2many(
        'scn.consent', 'partner_id', string="Consents", groups='scn_partner.group_scn_user', copy=False
    )

    # -- asking ------------------------------------------------------------------------------------------------

    def _get_live_consent_domain(self, purpose_code, company=None):
        purpose = self.env['scn.consent.purpose']._get(purpose_code)
        return (
            Domain('purpose_id', '=', purpose.id)
            & Domain('company_id', '=', (company or self.env.company).id)
            & Domain('withdrawn_at', '=', False)
        )

    def _get_may_send_domain(self, purpose_code, company=None):
        """Domain of the contacts that mails of this purpose may go to: for lists, with the rights of the superuser.

        :param str purpose_code: e.g. ``news``
        :param company: the body that sends; the current one by default. A yes to one body is none to the other
        """
        return (
            Domain('consent_ids', 'any', list(self._get_live_consent_domain(purpose_code, company)))
            & Domain('news_stopped_on', '=', False)
            & Domain('email_normalized', '!=', False)
            & Domain('is_blacklisted', '=', False)
        )

    def _filter_may_send(self, purpose_code, company=None):
        """Those of these contacts that agreed to mails of this purpose and did not stop them; a constant number of
        queries.

        Contractual mails (invoices, registrations, links asked for) do not ask here.
        """
        domain = self._get_may_send_domain(purpose_code, company) & Domain('id', 'in', self.ids)
        found = self.sudo().with_context(active_test=False).search(domain)
        return self.filtered(lambda partner: partner in found)

    def _may_send(self, purpose_code, company=None):
        """Whether a mail of this purpose may go to this contact."""
        self.ensure_one()
        return bool(self._filter_may_send(purpose_code, company))

    def _filter_may_publish(self, purpose_code, scope='public', company=None):
        """Those persons and organisations of whom this may be published.

        :param str purpose_code: e.g. ``recordings``
        :param str scope: who will see it: ``public`` or ``network``; a consent to the public includes the network
        """
        enough = SCOPE_ORDER[: SCOPE_ORDER.index(scope) + 1]
        domain = self._get_live_consent_domain(purpose_code, company)
        domain &= Domain('scope', 'in', enough) & Domain('partner_id', 'in', self.ids)
        found = self.env['scn.consent'].sudo().search(domain).partner_id
        return self.filtered(lambda partner: partner in found)

    def _may_publish(self, purpose_code, scope='public', company=None):
        """Whether this may be published of this person or organisation, to those who see it."""
        self.ensure_one()
        return bool(self._filter_may_publish(purpose_code, scope, company))

    # -- giving and taking back --------------------------------------------------------------------------------

    def _give_consent(self, purpose_code, company=None, source='staff', by_person=None, **values):
        """Record a yes; one that is in force already stays as it is, a changed scope replaces it.

        :param str source: see ``scn.consent.SOURCES``. A sign-up never undoes an earlier withdrawal or a stop.
        :param dict by_person: person → values that are this person's own
        :param values: ``given_at, wording, scope, evidence, signup_id``; the wording in use and now by default
        :return: the new consents, empty where nothing changed
        """
        Consent = self.env['scn.consent'].sudo()
        company = company or self.env.company
        purpose = self.env['scn.consent.purpose']._get(purpose_code)
        people = self.sudo()
        earlier = Consent.search(
            [('partner_id', 'in', self.ids), ('purpose_id', '=', purpose.id), ('company_id', '=', company.id)]
        )
        if source == 'signup':
            people -= earlier.filtered('withdrawn_at').partner_id
            if purpose.kind == 'mail':
                people = people.filtered(lambda person: not person.news_stopped_on)
        live = earlier.filtered(lambda consent: not consent.withdrawn_at)
        scope = values.get('scope') or ('network' if purpose.kind == 'publication' else None)
        replaced = live.filtered(lambda consent: (consent.scope or None) != scope)
        replaced._withdraw(source)
        now = fields.Datetime.now()
        rows = []
        for person in people - (live - replaced).partner_id:
            own = {**values, **(by_person or {}).get(person, {})}
            row = {
                **own,
                'partner_id': person.id,
                'purpose_id': purpose.id,
                'company_id': company.id,
                'scope': scope,
                'source': source,
                'given_at': min(own.get('given_at') or now, now),
            }
            if not row.get('wording'):
                wording = purpose._get_wording(company).with_context(lang=person.lang or self.env.lang)
                row.update(wording_id=wording.id, wording=wording.text)
            rows.append(row)
        consents = Consent._insert(rows)
        consents._end_stop()
        return consents

    def _withdraw_consent(self, purpose_code, company=None, source='staff'):
        """Take a yes back; doing it twice changes nothing."""
        domain = self._get_live_consent_domain(purpose_code, company) & Domain('partner_id', 'in', self.ids)
        self.env['scn.consent'].sudo().search(domain)._withdraw(source)

    def write(self, vals):
        """A wish to stop mails takes every consent to mails back, whoever noted it and for whichever body."""
        result = super().write(vals)
        if vals.get('news_stopped_on'):
            self.env['scn.consent'].sudo().search(
                [('partner_id', 'in', self.ids), ('withdrawn_at', '=', False), ('purpose_id.kind', '=', 'mail')]
            )._withdraw('stop')
        return result
