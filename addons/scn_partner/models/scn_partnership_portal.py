from odoo import models


class ScnPartnership(models.Model):
    """What of a partnership a city's people may download."""

    _inherit = 'scn.partnership'

    def _get_portal_invoices(self):
        """Posted invoices and credit notes of these partnerships' periods, also where another organisation pays."""
        if not self:
            return self.env['account.move']
        partnerships = self.sudo().search([('partner_id', 'in', self.partner_id.ids)])
        invoices = partnerships._get_invoices()
        credits = invoices.reversal_move_ids
        return (
            (invoices | credits)
            .filtered(lambda move: move.state == 'posted')
            .sorted(
                lambda move: (move.invoice_date, move.id),
                reverse=True,
            )
        )
