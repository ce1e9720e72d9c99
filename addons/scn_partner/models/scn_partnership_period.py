from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..billing_terms import split_amount


class ScnPartnershipPeriod(models.Model):
    """One line of the ledger: a stretch of days with a frozen price.

    Initial and renewal periods start on *anchor + n × interval*; an alignment stub comes before them; an upgrade
    is a part of its parent. Price and currency never change once written.
    """

    _name = 'scn.partnership.period'
    _description = 'Partnership Period'
    _order = 'partnership_id, date_start, number'
    _check_company_auto = True

    partnership_id = fields.Many2one('scn.partnership', required=True, readonly=True, index=True, ondelete='restrict')
    partner_id = fields.Many2one(related='partnership_id.partner_id', string="City", store=True, index=True)
    company_id = fields.Many2one(related='partnership_id.company_id', store=True, index=True)
    number = fields.Integer(required=True, readonly=True)
    kind = fields.Selection(
        [('stub', 'Alignment'), ('initial', 'First term'), ('renewal', 'Renewal'), ('upgrade', 'Upgrade')],
        required=True,
        readonly=True,
    )
    parent_id = fields.Many2one('scn.partnership.period', readonly=True, index='btree_not_null', ondelete='restrict')
    grade_id = fields.Many2one('res.partner.grade', string="Tier", required=True, readonly=True, ondelete='restrict')
    product_id = fields.Many2one('product.product', required=True, readonly=True, ondelete='restrict')
    date_start = fields.Date(required=True, readonly=True)
    date_end = fields.Date(required=True, readonly=True)
    currency_id = fields.Many2one('res.currency', required=True, readonly=True)
    price = fields.Monetary(required=True, readonly=True, help="Fee of the period, without taxes.")
    credit = fields.Monetary(readonly=True, help="Unused part of the old fee that an upgrade gives back.")
    returned = fields.Monetary(
        string="Unused days",
        readonly=True,
        copy=False,
        help="Fee of the days after the city left: credited where it was invoiced, else never invoiced.",
    )
    fee = fields.Monetary(required=True, readonly=True, help="Fee of a whole term at this tier.")
    sale_line_id = fields.Many2one(
        'sale.order.line',
        readonly=True,
        index='btree_not_null',
        ondelete='set null',
        help="The order that invoices this period; renewals are invoiced by the ledger.",
    )
    invoice_date = fields.Date(required=True, readonly=True, index=True)
    next_invoice_date = fields.Date(
        readonly=True,
        help="Day on which the next open instalment is invoiced; empty when none is open.",
    )
    purchase_reference_id = fields.Many2one(
        'scn.purchase.reference',
        string="Purchase order",
        index='btree_not_null',
        ondelete='restrict',
    )
    state = fields.Selection(
        [
            ('planned', 'Planned'),
            ('waiting', 'Waiting for purchase order'),
            ('partial', 'Partly invoiced'),
            ('invoiced', 'Invoiced'),
            ('waived', 'Waived'),
            ('elsewhere', 'Billed elsewhere'),
            ('cancelled', 'Cancelled'),
        ],
        required=True,
        default='planned',
        readonly=True,
        index=True,
    )
    issue = fields.Integer(
        default=1, required=True, readonly=True, help="Goes up when the invoice is credited and issued again."
    )
    line_ids = fields.One2many('account.move.line', 'scn_period_id', string="Invoice lines")
    credited_line_ids = fields.One2many('account.move.line', 'scn_credited_period_id', string="Credited lines")
    payment_state = fields.Selection(
        [
            ('not_invoiced', 'Not invoiced'),
            ('not_paid', 'Not paid'),
            ('partial', 'Partly paid'),
            ('in_payment', 'In payment'),
            ('paid', 'Paid'),
        ],
        compute='_compute_payment_state',
        store=True,
    )
    last_error = fields.Text(readonly=True, copy=False)
    retry_at = fields.Datetime(readonly=True, copy=False)

    _partnership_number_unique = models.Constraint(
        'UNIQUE (partnership_id, number)',
        "The partnership already has a period with this number.",
    )
    _dates_order = models.Constraint('CHECK (date_end >= date_start)', "A period cannot end before it starts.")
    _due_index = models.Index("(company_id, next_invoice_date) WHERE state IN ('planned', 'waiting', 'partial')")

    @api.depends('partner_id', 'number', 'date_start')
    def _compute_display_name(self):
        for period in self:
            period.display_name = f"{period.partner_id.name or ''} {period.date_start or ''} – {period.date_end or ''}"

    @api.depends('line_ids.move_id.payment_state', 'line_ids.parent_state')
    def _compute_payment_state(self):
        for period in self:
            states = set(
                period.line_ids.filtered(lambda line: line.parent_state == 'posted').mapped('move_id.payment_state')
            )
            if not states:
                period.payment_state = 'not_invoiced'
            elif states <= {'paid', 'reversed'}:
                period.payment_state = 'paid'
            elif states <= {'paid', 'in_payment', 'reversed'}:
                period.payment_state = 'in_payment'
            elif states == {'not_paid'}:
                period.payment_state = 'not_paid'
            else:
                period.payment_state = 'partial'

    def _get_instalments(self):
        """What is invoiced of this period, when and to whom.

        :return: list of ``(number, amount, credit, invoice date, payer)``; the amounts add up exactly to the price,
            less the unused days where the city left
        """
        return self._leave_out_unused(self._get_agreed_instalments(), self.returned)

    def _leave_out_unused(self, parts, unused):
        """Instalments without the unused days: what comes last is left out first.

        :param float unused: fee of the unused days, at most what the instalments add up to
        :return: the same list with lower amounts; an instalment of which nothing is left is not in it
        """
        if not unused:
            return parts
        kept, rounding = [], self.currency_id
        for number, amount, credit, day, payer in reversed(parts):
            cut = min(unused, amount - credit)
            unused = rounding.round(unused - cut)
            if rounding.compare_amounts(amount - credit, cut) > 0:
                kept.insert(0, (number, rounding.round(amount - cut), credit, day, payer))
        return kept

    def _get_agreed_instalments(self):
        """The instalments as they were agreed, whether the city left since or not."""
        self.ensure_one()
        partnership = self.partnership_id
        plan = (
            partnership.instalment_ids if self.kind in ('initial', 'renewal') else partnership.instalment_ids.browse()
        )
        payer = partnership.payer_id or partnership.partner_id
        if not plan:
            return [(1, self.price, self.credit, self.invoice_date, payer)]
        amounts = split_amount(self.price, plan.mapped('percentage'), self.currency_id.rounding)
        return [
            (number, amount, 0.0, self.invoice_date + relativedelta(months=part.months_after), part.payer_id or payer)
            for number, (part, amount) in enumerate(zip(plan, amounts, strict=True), start=1)
        ]

    def _get_open_instalments(self, today):
        """Instalments that are due and not invoiced; none of what is waived, billed elsewhere or cancelled, whoever
        asks."""
        self.ensure_one()
        if self.state not in ('planned', 'waiting', 'partial'):
            return []
        live = self._get_live_instalments()
        return [part for part in self._get_instalments() if part[0] not in live and part[3] <= today]

    def _get_live_instalments(self):
        """Numbers of the instalments that an invoice stands for, of whichever issue: a credited line has given its
        key back, and crediting one instalment opens none of the others."""
        self.ensure_one()
        return {line.scn_instalment for line in self.line_ids if line.parent_state != 'cancel'}

    def _refresh_state(self):
        """State and next invoice date from the lines of the ledger; writes only what differs."""
        for period in self.sudo():
            values = period._prepare_ledger_state()
            values = {name: value for name, value in values.items() if period[name] != value}
            if values:
                period.write(values)

    def _prepare_ledger_state(self):
        self.ensure_one()
        if self.state in ('waived', 'elsewhere', 'cancelled'):
            return {'next_invoice_date': False}
        live = self._get_live_instalments()
        parts = self._get_instalments()
        open_parts = [part for part in parts if part[0] not in live]
        if not open_parts:
            state = 'invoiced'
        elif live:
            state = 'partial'
        else:
            state = 'waiting' if self.state == 'waiting' else 'planned'
        return {'state': state, 'next_invoice_date': min((part[3] for part in open_parts), default=False)}

    def _check_can_cancel(self):
        for period in self:
            if period.line_ids.filtered(lambda line: line.parent_state == 'posted'):
                raise UserError(
                    self.env._(
                        "%(period)s is invoiced. Credit the invoice first, then cancel the period.",
                        period=period.display_name,
                    )
                )
