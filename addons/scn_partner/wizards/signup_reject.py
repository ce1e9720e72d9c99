from odoo import fields, models


class ScnSignupReject(models.TransientModel):
    """Why sign-ups are rejected."""

    _name = 'scn.signup.reject'
    _description = 'Reject Sign-ups'

    def _get_reasons(self):
        return self.env['scn.signup']._fields['reject_reason']._description_selection(self.env)

    signup_ids = fields.Many2many('scn.signup', string="Sign-ups", required=True)
    reason = fields.Selection(_get_reasons, required=True)
    note = fields.Char()

    def action_confirm(self):
        """Reject the sign-ups with the reason; they can be taken back."""
        self.signup_ids._reject(self.reason, self.note)
        return {'type': 'ir.actions.act_window_close'}
