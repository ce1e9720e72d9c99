from odoo import api, models

#: What somebody signs up for → the purpose it is a consent to.
WISH_PURPOSES = {'task_force': 'news', 'magazine': 'magazine'}


class ScnSignup(models.Model):
    """An accepted sign-up is a consent of its person to what it asked for, with its own words and time."""

    _inherit = 'scn.signup'

    def _accept(self, create_city=False, end_old_roles=True):
        result = super()._accept(create_city=create_city, end_old_roles=end_old_roles)
        self._record_consents()
        return result

    def _prepare_consent_values(self):
        """Values of the consents from this sign-up: its own evidence."""
        self.ensure_one()
        return {
            'given_at': self.consent_given_at or self.received_at,
            'wording': self.consent_wording,
            'evidence': self.consent_source,
            'signup_id': self.id,
        }

    def _record_consents(self):
        """Record what accepted sign-ups agree to, each for the body of its source; twice changes nothing."""
        evidence = {}
        for signup in self.sudo().sorted('id'):
            if signup.state != 'accepted' or not signup.contact_partner_id or signup.stopped_on:
                continue
            for wish, purpose_code in WISH_PURPOSES.items():
                if signup[f'wants_{wish}']:
                    by_person = evidence.setdefault((purpose_code, signup.company_id), {})
                    by_person.setdefault(signup.contact_partner_id, signup._prepare_consent_values())
        for (purpose_code, company), by_person in evidence.items():
            people = self.env['res.partner'].sudo().union(*by_person)
            people._give_consent(purpose_code, company, source='signup', by_person=by_person)

    @api.model
    def _take_over_consents(self):
        """At an update: consents of what was accepted before they were records."""
        self.sudo().search([('state', '=', 'accepted')])._record_consents()
