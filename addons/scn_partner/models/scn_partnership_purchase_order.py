from datetime import timedelta

from odoo import api, fields, models

#: How long before an invoice the city's purchase order is asked for.
ASK_PURCHASE_ORDER_DAYS = 60


class ScnPartnershipPeriod(models.Model):
    """The gate of cities that pay with a purchase order only: the invoice waits for the number."""

    _inherit = 'scn.partnership.period'

    def _apply_purchase_order_gate(self, today):
        """Periods that may be invoiced; the others wait for the city's purchase order.

        An invoice never leaves without the number where the city requires one; a city that requires none and has
        given one reads it on the invoice too.
        """
        ready = self.browse()
        references = self._get_valid_references(today)
        for period in self:
            reference = period.purchase_reference_id or period._find_purchase_reference(references)
            if reference:
                period.purchase_reference_id = reference
            if reference or not period.partner_id.requires_purchase_order:
                ready += period
            elif period.state == 'planned':
                period.state = 'waiting'
        waiting_before = ready.filtered(lambda period: period.state == 'waiting')
        waiting_before.state = 'planned'
        return ready

    def _get_valid_references(self, day):
        """Purchase orders of these periods' cities that are valid on a day, in one query."""
        if not self:
            return self.env['scn.purchase.reference']
        return self.env['scn.purchase.reference'].search(
            [('partner_id', 'in', self.partner_id.ids), ('valid_from', '<=', day), ('valid_until', '>=', day)],
            order='valid_from, id',
        )

    def _find_purchase_reference(self, references):
        """The first of these purchase orders that is this city's and has enough left, or an empty record."""
        self.ensure_one()
        return references.filtered(
            lambda reference: (
                reference.partner_id == self.partner_id
                and reference.company_id == self.company_id
                and reference._has_left(self)
            ),
        )[:1]

    def _use_purchase_reference(self, reference):
        """Put a purchase order on these periods, where it is valid on the invoice's day and covers the fee.

        :return: one sentence about what it does not cover, or False
        """
        today = fields.Date.context_today(self)
        for period in self:
            day = max(today, period.next_invoice_date or period.invoice_date)
            if not period._find_purchase_reference(period._get_valid_references(day) & reference):
                return self.env._(
                    "The purchase order %(number)s does not cover %(amount)s on %(day)s, the day of the invoice. Mend it "
                    "or enter another one under the city's purchase orders.",
                    number=reference.number,
                    amount=period.currency_id.format(period.price),
                    day=day,
                )
            period.purchase_reference_id = reference
        return False

    def _get_waiting_message(self):
        return self.env._(
            "%(city)s needs a purchase-order number that is valid today and covers %(amount)s. "
            "Enter it under the city's purchase orders, then invoice again.",
            city=self.partner_id.name,
            amount=self.currency_id.format(self.price),
        )

    @api.model
    def _cron_ask_purchase_orders(self):
        """Daily: ask for the purchase order of what is invoiced within 60 days, once per partnership."""
        today = fields.Date.context_today(self)
        coming = self.search(
            [
                ('state', '=', 'planned'),
                ('partner_id.requires_purchase_order', '=', True),
                ('purchase_reference_id', '=', False),
                ('next_invoice_date', '<=', today + timedelta(days=ASK_PURCHASE_ORDER_DAYS)),
                ('partnership_id.state', 'in', ('pending', 'active', 'paused', 'grace')),
            ]
        )
        for day, periods in coming.grouped(lambda period: max(today, period.next_invoice_date)).items():
            references = periods._get_valid_references(day)
            for period in periods.filtered(lambda period, given=references: not period._find_purchase_reference(given)):
                period._open_activity('scn_partner.mail_activity_type_purchase_order', period._get_waiting_message())
