from odoo import fields, models


class ScnPartnershipPeriod(models.Model):
    """From a period to its partnership, its order and its invoices."""

    _inherit = 'scn.partnership.period'

    # The count is for everybody who sees the period; the invoices keep their own rights.
    invoice_count = fields.Integer(compute='_compute_invoice_count', compute_sudo=True)

    def _compute_invoice_count(self):
        for period in self:
            period.invoice_count = len(period._get_invoices())

    def _get_invoices(self):
        """Invoices and credit notes of these periods."""
        return (
            self.env['account.move.line']
            .search(
                [
                    '|',
                    '|',
                    ('scn_period_id', 'in', self.ids),
                    ('scn_credited_period_id', 'in', self.ids),
                    ('scn_refund_period_id', 'in', self.ids),
                ]
            )
            .move_id
        )

    def action_view_partnership(self):
        """Open the partnership of this period.

        :return: action
        """
        self.ensure_one()
        return self.partnership_id._get_form_action()

    def action_view_order(self):
        """Open the order of this period.

        :return: action
        """
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'sale.order',
            'res_id': self.sudo().sale_line_id.order_id.id,
            'views': [(False, 'form')],
        }

    def action_view_invoices(self):
        """Open the invoices and credit notes of this period.

        :return: action
        """
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('account.action_move_out_invoice_type')
        action['domain'] = [('id', 'in', self._get_invoices().ids)]
        return action
