from odoo import models


class SaleOrder(models.Model):
    """From an order to the partnership it opened, renewed or upgraded."""

    _inherit = 'sale.order'

    def action_view_scn_partnership(self):
        """Open the partnership of this order.

        :return: action
        """
        self.ensure_one()
        return self.scn_partnership_id._get_form_action()
