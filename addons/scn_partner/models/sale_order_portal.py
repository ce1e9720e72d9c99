from odoo import models

from .scn_contact_role_rights import ACCEPT_QUOTATION


class SaleOrder(models.Model):
    """Who of a city's people accepts a quotation in the portal."""

    _inherit = 'sale.order'

    def _may_be_accepted(self):
        """Whether the signed-in person may bind their city by this order. Who follows the link of the mail without
        signing in, and everybody of another organisation, may as ever."""
        self.ensure_one()
        user = self.env.user
        city = user.partner_id._get_own_city()
        if not user.share or not city or city != self.sudo().partner_id.commercial_partner_id:
            return True
        return user.partner_id._has_city_right(ACCEPT_QUOTATION, city)

    def _has_to_be_signed(self):
        return super()._has_to_be_signed() and self._may_be_accepted()

    def _has_to_be_paid(self):
        return super()._has_to_be_paid() and self._may_be_accepted()
