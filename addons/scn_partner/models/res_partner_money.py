from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """Who of a city's people see its invoices and quotations, also on Odoo's own portal pages and over RPC."""

    _inherit = 'res.partner'

    is_money_hidden = fields.Boolean(
        compute='_compute_is_money_hidden',
        search='_search_is_money_hidden',
        help="The signed-in person works for this city, and their role does not include its invoices and quotations.",
    )

    def _get_city_without_money(self):
        """City of the signed-in person, where their role does not include its invoices; else an empty record."""
        user = self.env.user
        if not user.share:
            return self.browse()
        person = user.partner_id
        city = person._get_own_city()
        return city if city and not person._may_see_money(city) else self.browse()

    @api.depends_context('uid')
    def _compute_is_money_hidden(self):
        hidden = self._get_city_without_money()
        for partner in self:
            partner.is_money_hidden = partner.id in hidden.ids

    def _search_is_money_hidden(self, operator, value):
        if operator not in ('in', 'not in'):
            return NotImplemented
        hidden = Domain('id', 'in', self._get_city_without_money().ids)
        return hidden if (operator == 'in') == (True in value) else ~hidden
