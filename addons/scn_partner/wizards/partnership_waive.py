from odoo import api, fields, models


class ScnPartnershipWaive(models.TransientModel):
    """Waive the fee of a partnership: reason, approver and what it comes to."""

    _name = 'scn.partnership.waive'
    _description = 'Waive the Fee of a Partnership'

    partnership_id = fields.Many2one('scn.partnership', required=True, readonly=True)
    currency_id = fields.Many2one(related='partnership_id.currency_id')
    reason = fields.Char(required=True)
    approver_id = fields.Many2one('res.users', string="Approved by", compute='_compute_amounts')
    amount = fields.Monetary(string="Not invoiced any more", compute='_compute_amounts')
    amount_invoiced = fields.Monetary(string="Invoiced already, stays to pay", compute='_compute_amounts')

    @api.depends('partnership_id')
    def _compute_amounts(self):
        for wizard in self:
            periods = wizard.partnership_id._get_periods_to_waive()
            wizard.approver_id = self.env.user
            wizard.amount = sum(period.price - period.credit - period.returned for period in periods)
            invoiced = wizard.partnership_id.sudo().period_ids.line_ids.filtered(
                lambda line: line.parent_state == 'posted' and line.move_id.payment_state in ('not_paid', 'partial'),
            )
            wizard.amount_invoiced = sum(invoiced.mapped('price_subtotal'))

    def action_waive(self):
        """Waive the fee in the name of the signed-in manager.

        :raises AccessError: for anybody but a manager
        """
        self.ensure_one()
        answer = self.partnership_id.action_waive_fee(self.reason)
        answer['params']['next'] = {'type': 'ir.actions.act_window_close'}
        return answer
