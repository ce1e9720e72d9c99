from odoo import fields, models

from .scn_partnership import LIVE_STATES

#: Roles that see the city's invoices and quotations.
MONEY_ROLES = frozenset({'finance', 'staff_lead', 'political_lead'})


class ResPartner(models.Model):
    """What a city's people see of their city on its portal page. Called with rights of the superuser, so every
    value is chosen here: nothing internal, nothing of another city."""

    _inherit = 'res.partner'

    def _get_own_city(self):
        """City this person works for, or an empty record."""
        self.ensure_one()
        city = self.sudo().commercial_partner_id
        return city if city.is_city else city.browse()

    def _may_see_money(self, city):
        """Whether this person's current role for the city includes invoices and quotations."""
        self.ensure_one()
        return any(
            role.is_current and role.role in MONEY_ROLES
            for role in self.sudo().held_role_ids
            if role.organisation_id == city
        )

    def _prepare_city_page_values(self, person):
        """Everything the page “Our city” shows, in a constant number of queries.

        :param person: the signed-in contact, who works for this city
        :return: dict for the template ``scn_partner.portal_city``; other addons add their own keys
        """
        self.ensure_one()
        city = self.sudo()
        partnership = city.partnership_ids.filtered(lambda record: record.state in LIVE_STATES)[:1]
        latest = partnership or city.partnership_ids.filtered(lambda record: record.state == 'lapsed')[:1]
        today = fields.Date.context_today(self)
        sees_money = person._may_see_money(city)
        entitlements = partnership.entitlement_ids.filtered(
            lambda record: record.window_start <= today <= record.window_end and record.quota,
        )
        return {
            'city': city,
            'tier': city.grade_id,
            'partnership': latest,
            'is_running': bool(partnership),
            'benefits': city.grade_id.benefit_line_ids,
            'entitlements': {record.benefit_id: record for record in entitlements},
            'roles': city.contact_role_ids.filtered('is_current'),
            'sees_money': sees_money,
            'invoices': latest._get_portal_invoices() if sees_money else self.env['account.move'],
            'quotations': city._get_open_quotations() if sees_money else self.env['sale.order'],
        }

    def _get_open_quotations(self):
        """Quotations that wait for this city's acceptance: an expired one cannot be accepted any more."""
        return (
            self.env['sale.order']
            .sudo()
            .search(
                [
                    ('partner_id', 'child_of', self.ids),
                    ('state', '=', 'sent'),
                    '|',
                    ('validity_date', '=', False),
                    ('validity_date', '>=', fields.Date.context_today(self)),
                ],
                order='validity_date, id',
            )
        )
