from odoo import models


class MailActivity(models.Model):
    """The task “upload to the supplier portal”: done means that the invoice is delivered."""

    _inherit = 'mail.activity'

    def _action_done(self, feedback=False, attachment_ids=None):
        upload = self.env.ref('scn_partner.mail_activity_type_upload', raise_if_not_found=False)
        tasks = self.filtered(
            lambda activity: upload and activity.activity_type_id == upload and activity.res_model == 'account.move',
        )
        moves = self.env['account.move'].sudo().browse(tasks.mapped('res_id')).exists()
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        moves._note_uploaded()
        return result
