from odoo import http
from odoo.http import request

from odoo.addons.sale.controllers.portal import CustomerPortal


class CityQuotation(CustomerPortal):
    """Accepting a quotation of a city: by who may bind it."""

    @http.route()
    def portal_quote_accept(self, order_id, access_token=None, name=None, signature=None):
        """As Odoo's, with a sentence for who may read the quotation and not accept it."""
        order = request.env['sale.order'].sudo().browse(order_id).exists()
        if order and not order._may_be_accepted():
            return {
                'error': request.env._(
                    "The political lead or the staff lead of your city accepts it. Ask them, please."
                )
            }
        return super().portal_quote_accept(order_id, access_token=access_token, name=name, signature=signature)
