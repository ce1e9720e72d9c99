from odoo import fields, models
from odoo.exceptions import UserError


class ScnEntitlementDismiss(models.TransientModel):
    """Why what a city did not get is not carried over."""

    _name = 'scn.entitlement.dismiss'
    _description = 'Dismiss a Carry-over'

    entitlement_ids = fields.Many2many('scn.entitlement', string="Proposals", required=True, readonly=True)
    reason = fields.Char(required=True)

    def action_dismiss(self):
        """Dismiss the proposals with the reason.

        :raises UserError: without a reason
        """
        self.ensure_one()
        if not (self.reason or '').strip():
            raise UserError(self.env._("Say why it is not carried over."))
        self.entitlement_ids._dismiss_carry_over(self.reason.strip())
        return {'type': 'ir.actions.act_window_close'}
