from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..billing_terms import first_anchor

LIVE_STATES = ('pending', 'active', 'paused', 'grace')
#: States in which a city holds the tier and its benefits are counted.
HOLDING_STATES = ('active', 'paused', 'grace')

#: Months as a person reads them; the value is the number.
MONTHS = [
    ('1', 'January'),
    ('2', 'February'),
    ('3', 'March'),
    ('4', 'April'),
    ('5', 'May'),
    ('6', 'June'),
    ('7', 'July'),
    ('8', 'August'),
    ('9', 'September'),
    ('10', 'October'),
    ('11', 'November'),
    ('12', 'December'),
]

#: Set by the life cycle only; a form, an import or RPC cannot write them.
SYSTEM_FIELDS = frozenset(
    {
        'name',
        'state',
        'grace_until',
        'date_ended',
        'leave_reason',
        'leave_money',
        'date_end',
        'is_waived',
        'waiver_reason',
        'waiver_approver_id',
        'eligibility',
        'eligibility_user_id',
        'eligibility_date',
        'cancel_reason',
        'period_ids',
        'entitlement_ids',
    }
)
#: Agreed terms: theirs to change while the partnership is a draft, the life cycle's afterwards.
TERM_FIELDS = frozenset(
    {
        'partner_id',
        'company_id',
        'currency_id',
        'grade_id',
        'product_id',
        'fee',
        'interval_months',
        'date_start',
        'anchor_date',
        'budget_month',
    }
)


class ScnPartnership(models.Model):
    """A paid (or waived) partnership of one city with one body, from quotation to the end.

    Split by concern: life cycle, periods, billing and changes are in files of their own. Dates are kept by the
    rules of ``billing_terms``; the tier of the city is a projection of its live partnership.
    """

    _name = 'scn.partnership'
    _description = 'Partnership'
    _inherit = ['mail.thread', 'mail.activity.mixin', 'portal.mixin']
    _order = 'date_start desc, id desc'
    _check_company_auto = True

    name = fields.Char(string="Reference", readonly=True, copy=False, default='/', index='trigram')
    state = fields.Selection(
        [
            ('draft', 'Draft'),
            ('quoted', 'Quoted'),
            ('pending', 'Pending'),
            ('active', 'Active'),
            ('paused', 'Paused'),
            ('grace', 'Grace'),
            ('lapsed', 'Lapsed'),
            ('cancelled', 'Cancelled'),
        ],
        default='draft',
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    partner_id = fields.Many2one(
        'res.partner',
        string="City",
        required=True,
        index=True,
        tracking=True,
        ondelete='restrict',
        domain="[('is_city', '=', True)]",
    )
    company_id = fields.Many2one('res.company', required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(
        'res.currency',
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    grade_id = fields.Many2one(
        'res.partner.grade',
        string="Tier",
        required=True,
        index=True,
        tracking=True,
        ondelete='restrict',
        domain="[('is_paid', '=', True)]",
    )
    next_grade_id = fields.Many2one(
        'res.partner.grade',
        string="Tier after renewal",
        tracking=True,
        ondelete='restrict',
        domain="[('is_paid', '=', True)]",
        help="A downgrade happens at renewal: set the tier here.",
    )
    product_id = fields.Many2one(
        'product.product',
        string="Fee product",
        check_company=True,
        ondelete='restrict',
        required=True,
        domain="[('service_tracking', '=', 'partnership'), ('grade_id', '=', grade_id)]",
        help="The product that is invoiced for the tier.",
    )
    fee = fields.Monetary(required=True, tracking=True, help="Fee of a whole term, without taxes.")
    next_fee = fields.Monetary(
        string="Agreed fee after renewal",
        help="Fee from the next renewal on; empty for the usual one, see “Fee after renewal”.",
    )
    interval_months = fields.Integer(
        string="Months in a term",
        default=12,
        required=True,
        help="12 for a yearly fee.",
    )

    date_start = fields.Date(string="Starts on", required=True, default=fields.Date.context_today, tracking=True)
    anchor_date = fields.Date(
        string="Anchor",
        required=True,
        compute='_compute_anchor_date',
        store=True,
        readonly=False,
        precompute=True,
        help="Terms start on this day and every interval after it, for ever.",
    )
    budget_month = fields.Selection(
        MONTHS,
        string="Budget year starts in",
        help="Align the terms to the city's budget year: the days before it are charged by day.",
    )
    date_end = fields.Date(
        string="Paid term ends on",
        compute='_compute_date_end',
        store=True,
        index=True,
        help="Last day of the latest term in the ledger.",
    )
    grace_until = fields.Date(
        copy=False, tracking=True, help="Last day of access after the term, while a renewal is decided."
    )
    date_ended = fields.Date(string="Ended on", readonly=True, copy=False, tracking=True)
    renewal_mode = fields.Selection(
        [('automatic', 'Automatic'), ('manual', 'Manual'), ('none', 'None')],
        default='manual',
        required=True,
        tracking=True,
    )
    renewal_declined = fields.Boolean(tracking=True, copy=False)
    council_decision_on = fields.Date(
        string="Council decides on",
        tracking=True,
        copy=False,
        help="Awaiting the council's budget: benefits stay in grace until this day and 30 days more, "
        "never longer than the tier allows.",
    )

    payer_id = fields.Many2one('res.partner', help="Who is invoiced; empty for the city itself.")
    billing_contact_id = fields.Many2one('res.partner', help="Who receives the invoice.")
    payment_term_id = fields.Many2one('account.payment.term', string="Payment terms", check_company=True)
    instalment_ids = fields.One2many('scn.partnership.instalment', 'partnership_id', string="Instalments", copy=True)
    user_id = fields.Many2one(
        'res.users',
        string="Account holder",
        default=lambda self: self.env.user,
        tracking=True,
        index='btree_not_null',
    )

    is_waived = fields.Boolean(string="Fee waived", tracking=True)
    waiver_reason = fields.Char(tracking=True)
    waiver_approver_id = fields.Many2one('res.users', string="Waiver approved by", tracking=True, readonly=True)

    eligibility = fields.Selection(
        [('positive', 'Positive'), ('negative', 'Negative')],
        string="Eligibility check",
        tracking=True,
        readonly=True,
        copy=False,
        help="Works in line with the UN declaration on the rule of law and good governance and the human rights "
        "framework. Needed before a partnership starts.",
    )
    eligibility_user_id = fields.Many2one('res.users', string="Checked by", readonly=True, copy=False)
    eligibility_date = fields.Date(string="Checked on", readonly=True, copy=False)
    eligibility_review_on = fields.Date(string="Next review", copy=False)

    cancel_reason = fields.Char(readonly=True, copy=False, tracking=True)
    order_ids = fields.One2many('sale.order', 'scn_partnership_id', string="Orders")
    period_ids = fields.One2many('scn.partnership.period', 'partnership_id', string="Periods")
    entitlement_ids = fields.One2many('scn.entitlement', 'partnership_id', string="Counted benefits")
    # Counted for everybody who sees the partnership; the orders and invoices themselves keep their own rights.
    invoice_count = fields.Integer(compute='_compute_counts', compute_sudo=True)
    order_count = fields.Integer(compute='_compute_counts', compute_sudo=True)
    period_count = fields.Integer(compute='_compute_counts', compute_sudo=True)

    # int4range/daterange with && need no extension (btree_gist is not everywhere).
    _one_live_per_city = models.Constraint(
        """EXCLUDE USING gist (
            int4range(partner_id, partner_id, '[]') WITH &&,
            int4range(company_id, company_id, '[]') WITH &&,
            daterange(date_start, COALESCE(date_ended, grace_until, date_end), '[]') WITH &&
        ) WHERE (state IN ('pending', 'active', 'paused', 'grace'))""",
        "The city already has a partnership in that time. Renew or upgrade it instead of opening a second one.",
    )
    _fee_not_negative = models.Constraint('CHECK (fee >= 0)', "A fee cannot be negative.")
    _interval_positive = models.Constraint('CHECK (interval_months BETWEEN 1 AND 120)', "A term has 1 to 120 months.")
    _anchor_not_before_start = models.Constraint(
        'CHECK (anchor_date >= date_start)',
        "The anchor cannot be before the start.",
    )
    _waiver_complete = models.Constraint(
        'CHECK (NOT is_waived OR (waiver_reason IS NOT NULL AND waiver_approver_id IS NOT NULL))',
        "A waived fee needs a reason and an approver.",
    )

    @api.depends('partner_id', 'grade_id', 'name')
    def _compute_display_name(self):
        for partnership in self:
            parts = [partnership.partner_id.name, partnership.grade_id.name]
            partnership.display_name = ", ".join(part for part in parts if part) or partnership.name

    @api.depends('date_start', 'budget_month')
    def _compute_anchor_date(self):
        for partnership in self:
            if partnership.date_start and partnership.budget_month:
                partnership.anchor_date = first_anchor(partnership.date_start, int(partnership.budget_month))
            elif partnership.date_start:
                partnership.anchor_date = partnership.date_start

    @api.depends('period_ids.date_end', 'period_ids.state')
    def _compute_date_end(self):
        for partnership in self:
            ends = partnership.period_ids.filtered(lambda period: period.state != 'cancelled').mapped('date_end')
            partnership.date_end = max(ends, default=False)

    def _compute_counts(self):
        for partnership in self:
            partnership.order_count = len(partnership.order_ids)
            partnership.period_count = len(partnership.period_ids)
            partnership.invoice_count = len(partnership._get_invoices())

    def _get_invoices(self):
        """Every invoice and credit note of the partnership's periods, through the ledger."""
        return (
            self.env['account.move.line']
            .search(
                [
                    '|',
                    '|',
                    ('scn_period_id.partnership_id', 'in', self.ids),
                    ('scn_credited_period_id.partnership_id', 'in', self.ids),
                    ('scn_refund_period_id.partnership_id', 'in', self.ids),
                ]
            )
            .move_id
        )

    def _check_free_until(self, last):
        """The sentence before the database's own refusal; the exclusion constraint decides.

        Called before anything is written: a later look would meet the constraint first.

        :param last: last day this partnership is going to have, or False
        :raises ValidationError: when another live partnership of the city has a day in common
        """
        self.ensure_one()
        others = self.search(
            [
                ('id', '!=', self.id),
                ('partner_id', '=', self.partner_id.id),
                ('company_id', '=', self.company_id.id),
                ('state', 'in', LIVE_STATES),
            ]
        )
        for other in others:
            other_last = other.date_ended or other.grace_until or other.date_end
            if (not last or other.date_start <= last) and (not other_last or self.date_start <= other_last):
                raise ValidationError(
                    self.env._(
                        "%(city)s already has the partnership %(name)s in that time. Renew or upgrade it instead.",
                        city=self.partner_id.name,
                        name=other.name,
                    )
                )

    @api.constrains('partner_id')
    def _check_partner_is_city(self):
        for partnership in self:
            if not partnership.partner_id.is_city:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” is not a city: partnerships are with cities and regions.",
                        name=partnership.partner_id.name,
                    )
                )

    @api.constrains('instalment_ids')
    def _check_instalments(self):
        for partnership in self.filtered('instalment_ids'):
            if abs(sum(partnership.instalment_ids.mapped('percentage')) - 100) > 0.001:
                raise ValidationError(
                    self.env._("The instalments of %(name)s must add up to 100 %%.", name=partnership.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_system_fields(vals)
            if vals.get('name', '/') == '/':
                vals['name'] = self.env['ir.sequence'].sudo().next_by_code('scn.partnership') or '/'
        return super().create(vals_list)

    def write(self, vals):
        self._check_system_fields(vals)
        return super().write(vals)

    def _check_system_fields(self, vals):
        """States, approvals and agreed terms change by their buttons and orders.

        :raises AccessError: for such a field, whatever the user's rights
        """
        if self.env.su:
            return
        touched = SYSTEM_FIELDS & vals.keys()
        if any(partnership.state != 'draft' for partnership in self):
            touched |= TERM_FIELDS & vals.keys()
        if touched:
            raise AccessError(
                self.env._(
                    "These change by the buttons of the partnership and by its orders, not by writing: %(fields)s.",
                    fields=", ".join(sorted(touched)),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.period_ids or any(partnership.state not in ('draft', 'cancelled') for partnership in self):
            raise UserError(self.env._("A partnership with periods is kept as a record. Cancel it instead."))

    def action_view_periods(self):
        """Open the ledger of this partnership."""
        action = self.env['ir.actions.act_window']._for_xml_id('scn_partner.scn_partnership_period_action')
        action['domain'] = [('partnership_id', 'in', self.ids)]
        action['context'] = {}
        return action

    def action_view_invoices(self):
        """Open the invoices and credit notes of this partnership."""
        action = self.env['ir.actions.act_window']._for_xml_id('account.action_move_out_invoice_type')
        action['domain'] = [('id', 'in', self._get_invoices().ids)]
        return action

    def action_view_orders(self):
        """Open the orders of this partnership."""
        action = self.env['ir.actions.act_window']._for_xml_id('sale.action_orders')
        action['domain'] = [('scn_partnership_id', 'in', self.ids)]
        return action
