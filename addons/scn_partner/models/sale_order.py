from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..billing_terms import days_between, first_anchor, prorate, term_dates
from .scn_partnership import MONTHS


class SaleOrder(models.Model):
    """A quotation of a tier's fee: its confirmation opens, renews or upgrades the partnership."""

    _inherit = 'sale.order'

    scn_partnership_id = fields.Many2one(
        'scn.partnership',
        string="Partnership",
        copy=False,
        index='btree_not_null',
        check_company=True,
    )
    scn_kind = fields.Selection(
        [('new', 'New partnership'), ('renewal', 'Renewal'), ('upgrade', 'Upgrade')],
        default='new',
        copy=False,
        string="Partnership order",
    )
    scn_date_start = fields.Date(string="Partnership starts on", copy=False)
    scn_budget_month = fields.Selection(
        MONTHS,
        string="Budget year starts in",
        copy=False,
    )
    scn_fee = fields.Monetary(string="Fee of a whole term", copy=False)
    scn_council_decision_on = fields.Date(
        string="Council decides on",
        help="Awaiting the council's budget: the offer stays valid until 30 days later.",
    )
    scn_acceptance = fields.Char(
        string="Acceptance", copy=False, help="Purchase order or council decision it was accepted by."
    )

    @api.depends('scn_partnership_id', 'scn_kind')
    def _compute_currency_id(self):
        """A renewal or an upgrade is offered in the currency of its partnership, whichever pricelist the city has."""
        result = super()._compute_currency_id()
        for order in self.filtered(lambda order: order.scn_kind != 'new' and order.scn_partnership_id):
            order.currency_id = order.sudo().scn_partnership_id.currency_id
        return result

    def _get_tier_line(self):
        """The line that sells a paid tier of ours, or an empty record."""
        self.ensure_one()
        return self.order_line.filtered(
            lambda line: (
                line.service_tracking == 'partnership'
                and line.product_id.grade_id.is_paid
                and line.product_id.grade_id.code
            ),
        )[:1]

    def action_scn_align(self):
        """Align a new partnership to the city's budget year: the line charges the days before it only.

        :raises UserError: without a tier line, a start or a month
        """
        self.ensure_one()
        self.check_access('write')
        line = self._get_tier_line()
        if not line or not self.scn_budget_month or self.state not in ('draft', 'sent'):
            raise UserError(
                self.env._("Choose the fee of a tier and the month in which the city's budget year starts.")
            )
        start = self.scn_date_start or fields.Date.context_today(self)
        anchor = first_anchor(start, int(self.scn_budget_month))
        fee = self.scn_fee or line.price_subtotal
        values = {'scn_date_start': start, 'scn_fee': fee}
        if anchor > start:
            term_first, term_last = term_dates(anchor, 12, -1)
            price = prorate(
                fee,
                days_between(start, anchor) - 1,
                days_between(term_first, term_last),
                self.currency_id.rounding,
            )
            line.write({'price_unit': price, 'discount': 0.0})
        self.write(values)
        return True

    def _confirmation_error_message(self):
        """One sentence for what would open an impossible partnership."""
        message = super()._confirmation_error_message()
        if message:
            return message
        line = self._get_tier_line()
        if not line:
            return False
        if line.product_uom_qty != 1:
            return self.env._("A partnership is sold once: set the quantity of “%(product)s” to 1.", product=line.name)
        if not self.partner_id.commercial_partner_id.is_city:
            return self.env._(
                "“%(name)s” is not a city. Mark it as a city on its page “Sharing Cities”, then confirm again.",
                name=self.partner_id.commercial_partner_id.name,
            )
        return self._get_other_partnership_problem()

    def _get_other_partnership_problem(self):
        """Why this order does not belong to the partnership it names: one sentence, or False."""
        self.ensure_one()
        partnership = self.sudo().scn_partnership_id
        if not partnership:
            return self.scn_kind != 'new' and self.env._("Choose the partnership that this order renews or upgrades.")
        names = {'name': partnership.display_name, 'city': self.partner_id.commercial_partner_id.name}
        if partnership.partner_id != self.partner_id.commercial_partner_id:
            return self.env._("%(name)s is not a partnership of %(city)s. Choose another one, or none.", **names)
        if self.scn_kind == 'new':
            if partnership.period_ids.filtered(lambda period: period.state != 'cancelled'):
                return self.env._("%(name)s is opened already: this order renews or upgrades it.", **names)
            return False
        if partnership.state in ('lapsed', 'cancelled'):
            return self.env._("%(name)s has ended. Quote a new partnership instead.", **names)
        if self.currency_id != partnership.currency_id:
            return self.env._(
                "%(name)s is in %(currency)s and this order is in %(other)s. Choose a pricelist in %(currency)s.",
                currency=partnership.currency_id.name,
                other=self.currency_id.name,
                **names,
            )
        return False

    def _add_partnership(self):
        """Open, renew or upgrade the partnership; grades that are no tier of ours stay Odoo's."""
        ours = self.filtered(lambda order: order._get_tier_line())
        for order in ours.sudo():
            order._apply_tier_order()
        return super(SaleOrder, self - ours)._add_partnership()

    def _apply_tier_order(self):
        """Write the periods of a confirmed order, once: a second call changes nothing."""
        self.ensure_one()
        line = self._get_tier_line()
        if line.scn_period_ids.filtered(lambda period: period.state != 'cancelled'):
            return
        today = fields.Date.context_today(self)
        if self.scn_kind == 'renewal':
            # The tier that was offered and accepted, whatever was planned before.
            self.scn_partnership_id.next_grade_id = line.product_id.grade_id
            self.scn_partnership_id._add_renewal_period(price=line.price_subtotal, sale_line=line)
        elif self.scn_kind == 'upgrade':
            self.scn_partnership_id._apply_upgrade(line, self.scn_date_start or today)
        else:
            if not self.scn_partnership_id:
                self.scn_partnership_id = self.env['scn.partnership'].create(self._prepare_partnership_values(line))
            self._add_first_period(line)
        self.scn_partnership_id._advance(today)

    def _prepare_partnership_values(self, line):
        """Values of the partnership that a confirmed order opens. Integrators extend this one."""
        city = self.partner_id.commercial_partner_id
        payer = self.partner_invoice_id.commercial_partner_id
        return {
            'partner_id': city.id,
            'company_id': self.company_id.id,
            'currency_id': self.currency_id.id,
            'grade_id': line.product_id.grade_id.id,
            'product_id': line.product_id.id,
            'fee': self.scn_fee or line.price_subtotal,
            'date_start': self.scn_date_start or fields.Date.context_today(self),
            'budget_month': self.scn_budget_month,
            'payer_id': payer.id if payer != city else False,
            'billing_contact_id': self.partner_invoice_id.id if self.partner_invoice_id != payer else False,
            'payment_term_id': self.payment_term_id.id,
            'user_id': self.user_id.id or self.env.uid,
        }

    def _add_first_period(self, line):
        partnership = self.scn_partnership_id
        if partnership.anchor_date > partnership.date_start:
            last = partnership.anchor_date - timedelta(days=1)
            period = partnership._add_period(
                'stub',
                partnership.date_start,
                last,
                line.price_subtotal,
                sale_line_id=line.id,
            )
        else:
            first, last = term_dates(partnership.anchor_date, partnership.interval_months, 0)
            period = partnership._add_period('initial', first, last, line.price_subtotal, sale_line_id=line.id)
        partnership.write({'state': 'pending'})
        return period

    def _action_cancel(self):
        """Cancelling an order takes its periods back, and the partnership when nothing else is in it.

        :raises UserError: while a posted invoice stands
        """
        periods = self.order_line.sudo().scn_period_ids.filtered(lambda period: period.state != 'cancelled')
        periods._check_can_cancel()
        result = super()._action_cancel()
        for partnership in periods.partnership_id.sudo():
            orders = self & partnership.order_ids
            partnership._withdraw_periods(
                periods & partnership.period_ids,
                self.env._("Order cancelled: %(orders)s", orders=", ".join(orders.mapped('name'))),
            )
        return result

    def _create_invoices(self, *args, **kwargs):
        """Wait for a run that invoices the same periods now; the unique index decides in any case."""
        periods = self.order_line.sudo().scn_period_ids
        periods._lock()
        closed = ('waived', 'elsewhere', 'cancelled')
        for line in self.order_line:
            if line.scn_period_ids and all(period.state in closed for period in line.sudo().scn_period_ids):
                raise UserError(
                    self.env._(
                        "The fee of this order is waived, cancelled or billed elsewhere: there is nothing to invoice."
                    )
                )
        return super()._create_invoices(*args, **kwargs)


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    scn_period_ids = fields.One2many('scn.partnership.period', 'sale_line_id')

    def _prepare_invoice_line(self, **optional_values):
        """The invoice that an order makes carries the period's key, like one of the ledger."""
        values = super()._prepare_invoice_line(**optional_values)
        period = self.sudo().scn_period_ids.filtered(lambda period: period.state != 'cancelled')[:1]
        if period:
            values.update(
                name=period._get_invoice_text(),
                scn_period_id=period.id,
                scn_instalment=1,
                scn_issue=period.issue,
            )
        return values
