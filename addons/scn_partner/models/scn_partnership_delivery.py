from odoo import api, fields, models
from odoo.exceptions import UserError


class ScnPartnershipPeriod(models.Model):
    """How the invoices of a period reach the city, seen from the ledger."""

    _inherit = 'scn.partnership.period'

    delivery_state = fields.Selection(
        selection=lambda self: self.env['account.move']._fields['scn_delivery_state'].selection,
        string="Delivery",
        compute='_compute_delivery_state',
        help="Of the latest invoice of this period.",
    )

    @api.depends('line_ids.move_id.scn_delivery_state', 'line_ids.parent_state')
    def _compute_delivery_state(self):
        for period in self:
            posted = period.sudo().line_ids.filtered(lambda line: line.parent_state == 'posted')
            period.delivery_state = posted.sorted('id')[-1:].move_id.scn_delivery_state

    def action_send_invoices(self):
        """Send the invoices of these periods, and the credit notes of invoices that were sent.

        :raises AccessError: for anybody but finance
        :raises UserError: when nothing can be sent, with the reason
        """
        self._check_finance()
        invoices = (self.line_ids | self.credited_line_ids).move_id
        credits = invoices.filtered('is_move_sent').reversal_move_ids
        moves = (invoices | credits).filtered(
            # What was credited before it ever left stays here.
            lambda move: move.payment_state != 'reversed' or move.is_move_sent or move.move_type == 'out_refund',
        )
        if not moves:
            raise UserError(self.env._("There is no invoice to send yet. Use “Invoice now” first."))
        return moves.action_scn_send()
