from odoo import api, models


class MailingSubscription(models.Model):
    """An opt-out from a list that follows a purpose takes the consent to that purpose back, at once."""

    _inherit = 'mailing.subscription'

    @api.model_create_multi
    def create(self, vals_list):
        subscriptions = super().create(vals_list)
        subscriptions._withdraw_consents()
        return subscriptions

    def write(self, vals):
        result = super().write(vals)
        if vals.get('opt_out'):
            self._withdraw_consents()
        return result

    def _withdraw_consents(self):
        for subscription in self.sudo().filtered(lambda line: line.opt_out and line.list_id.scn_purpose_id):
            people = self.env['res.partner'].sudo().search(
                [('email_normalized', '=', subscription.contact_id.email_normalized), ('email_normalized', '!=', False)]
            )  # fmt: skip
            mailing_list = subscription.list_id
            people._withdraw_consent(mailing_list.scn_purpose_id.code, mailing_list.scn_company_id, source='stop')
