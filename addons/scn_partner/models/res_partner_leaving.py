from odoo import models

from .scn_partnership_leaving_items import SETTLED


class ResPartner(models.Model):
    """What a city that leaves reads on its page: the same summary as the colleague who arranged it, in its words."""

    _inherit = 'res.partner'

    def _prepare_city_page_values(self, person):
        """Adds ``leaving``: None, or dict ``{'last_day', 'credits', 'items'}``; money only for who may see it."""
        values = super()._prepare_city_page_values(person)
        values['leaving'] = self._prepare_city_leaving(values['partnership'], values['sees_money'])
        return values

    def _prepare_city_leaving(self, partnership, sees_money):
        """
        :param partnership: the latest partnership of the city, or an empty record
        :return: dict ``{'last_day', 'credits', 'items'}`` where ``credits`` are the posted credit notes of unused days
            and ``items`` a list of ``(title, lines)``, or None where no leaving was arranged
        """
        if not partnership.leave_reason:
            return None
        items = [
            (item['city_title'], item['city_lines'])
            for item in partnership._get_leaving_items(partnership.date_ended)
            if item.get('city_lines') and (sees_money or not item.get('money'))
        ]
        credits = partnership._get_leaving_credits() if sees_money else self.env['account.move']
        return {
            'last_day': partnership.date_ended,
            'credits': credits,
            'is_paid_back': all(credit.payment_state in SETTLED for credit in credits),
            'items': items,
        }
