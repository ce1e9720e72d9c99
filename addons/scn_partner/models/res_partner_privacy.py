from datetime import timedelta

from odoo import fields, models

from ..personal_data import Person
from .scn_consent_purpose import SCOPES

#: A request has to be answered within a month (GDPR article 12(3)).
ANSWER_DAYS = 30


class ResPartner(models.Model):
    """What a person sees and decides of their own data in the portal. Called with the rights of the superuser: whose
    data it is follows from the session, every value is chosen here."""

    _inherit = 'res.partner'

    def _get_privacy_companies(self):
        """The bodies that may ask this person: each has its own wording and its own consents."""
        return self.env['res.company'].sudo().search([], order='sequence, id')  # pylint: disable=no-search-all

    def _prepare_privacy_values(self):
        """The person's choices, one per purpose and body.

        :return: dict ``{'choices': [{'key', 'purpose', 'company', 'consent', 'wording'}], 'has_asked', 'several'}``
        """
        self.ensure_one()
        person = self.sudo()
        purposes = self.env['scn.consent.purpose'].sudo().search([('subject', 'in', ('person', 'both'))])
        companies = person._get_privacy_companies()
        live = {
            (consent.purpose_id, consent.company_id): consent
            for consent in person.consent_ids
            if not consent.withdrawn_at
        }
        choices = [
            {
                'key': f'{purpose.code}-{company.id}',
                'purpose': purpose,
                'company': company,
                'consent': live.get((purpose, company)),
                'wording': purpose._get_wording(company).with_context(lang=self.env.lang).text,
            }
            for company in companies
            for purpose in purposes
            # what nobody asks for and nobody has agreed to is not shown for further bodies
            if company == self.env.company or (purpose, company) in live
        ]
        return {
            'choices': choices,
            'scopes': dict(self.env['scn.consent']._fields['scope']._description_selection(self.env)),
            'has_asked': bool(person._get_erasure_request()),
            'several': len({choice['company'] for choice in choices}) > 1,
        }

    def _choose_consents(self, chosen):
        """Record what the person chose on the page; what is unchanged stays as it is.

        :param dict chosen: key of a choice → ``yes`` for mails, a scope for publications; anything else is a no
        """
        self.ensure_one()
        scopes = {code for code, __ in SCOPES}
        for choice in self._prepare_privacy_values()['choices']:
            purpose, company, answer = choice['purpose'], choice['company'], chosen.get(choice['key'])
            is_publication = purpose.kind == 'publication'
            if answer in (scopes if is_publication else {'yes'}):
                values = {'scope': answer} if is_publication else {}
                self.with_context(lang=self.env.lang)._give_consent(
                    purpose.code, company, source='portal', wording=choice['wording'], **values
                )
            elif choice['consent']:
                self._withdraw_consent(purpose.code, company, source='portal')

    def _find_own_data(self):
        """The signed-in person as ``personal_data.Person``: their own contact and account, nobody found by name."""
        self.ensure_one()
        person = self.sudo()
        return Person(partners=person, users=person.with_context(active_test=False).user_ids)

    def _get_erasure_request(self):
        """The open task that says this person asked to be erased; may be empty."""
        kind = self.env.ref('scn_partner.mail_activity_type_erasure').sudo()
        return self.sudo().activity_ids.filtered(lambda activity: activity.activity_type_id == kind)

    def _ask_erasure(self):
        """Open one task for the managers; asking twice changes nothing. Nothing is erased by this."""
        self.ensure_one()
        person = self.sudo()
        if person._get_erasure_request():
            return
        source = self.env['scn.signup.source'].sudo().new({'company_id': self.env.company.id})
        person.activity_schedule(
            'scn_partner.mail_activity_type_erasure',
            date_deadline=fields.Date.context_today(self) + timedelta(days=ANSWER_DAYS),
            user_id=source._get_responsible().id,
            note=self.env._(
                "The person asked in the portal to be erased. Open “What we keep of this person”, look, and erase; "
                "answer within a month."
            ),
        )
