from odoo import api, fields, models
from odoo.exceptions import UserError


class ScnPartnershipUpgrade(models.TransientModel):
    """Offer an upgrade: shows money and benefits before and after, then makes the quotation."""

    _name = 'scn.partnership.upgrade'
    _description = 'Upgrade a Partnership'

    partnership_id = fields.Many2one('scn.partnership', required=True, readonly=True)
    currency_id = fields.Many2one(related='partnership_id.currency_id')
    old_grade_id = fields.Many2one(related='partnership_id.grade_id', string="Tier now")
    old_rank = fields.Integer(related='partnership_id.grade_id.rank')
    product_id = fields.Many2one(
        'product.product',
        string="Upgrade to",
        required=True,
        domain="[('service_tracking', '=', 'partnership'), ('grade_id.is_paid', '=', True), ('grade_id.rank', '>', old_rank)]",
    )
    fee = fields.Monetary(
        string="Fee of a whole term",
        required=True,
        compute='_compute_fee',
        store=True,
        readonly=False,
        precompute=True,
    )
    change_on = fields.Date(string="From", required=True, default=fields.Date.context_today)
    charge = fields.Monetary(string="Remaining days at the new fee", compute='_compute_amounts')
    credit = fields.Monetary(string="Unused days of the old fee", compute='_compute_amounts')
    net = fields.Monetary(string="To pay now", compute='_compute_amounts')
    days = fields.Integer(string="Days left in the term", compute='_compute_amounts')
    gained = fields.Text(string="What the city gains", compute='_compute_gained')
    balance_ids = fields.One2many(
        'scn.partnership.upgrade.balance',
        'wizard_id',
        string="Counted benefits",
        compute='_compute_balance_ids',
    )
    message = fields.Char(compute='_compute_amounts')

    @api.depends('product_id')
    def _compute_fee(self):
        for wizard in self:
            company = wizard.partnership_id.company_id or self.env.company
            wizard.fee = (
                wizard.product_id.currency_id._convert(
                    wizard.product_id.lst_price,
                    wizard.currency_id,
                    company,
                    fields.Date.context_today(self),
                )
                if wizard.product_id and wizard.currency_id
                else 0.0
            )

    @api.depends('product_id', 'fee', 'change_on')
    def _compute_amounts(self):
        for wizard in self:
            wizard.charge = wizard.credit = wizard.net = wizard.days = 0
            wizard.message = False
            if not wizard.product_id or not wizard.change_on:
                continue
            try:
                plan = wizard.partnership_id._prepare_upgrade(wizard.product_id, wizard.fee, wizard.change_on)
            except UserError as error:
                wizard.message = str(error)
                continue
            wizard.update({name: plan[name] for name in ('charge', 'credit', 'net', 'days')})

    @api.depends('product_id')
    def _compute_gained(self):
        for wizard in self:
            old = {line.benefit_id: line for line in wizard.old_grade_id.benefit_line_ids}
            gained = [
                line.display_name
                for line in wizard.product_id.grade_id.benefit_line_ids
                if line.benefit_id not in old
                or (line.quantity, line.per) != (old[line.benefit_id].quantity, old[line.benefit_id].per)
            ]
            wizard.gained = "\n".join(gained)

    @api.depends('product_id', 'change_on')
    def _compute_balance_ids(self):
        for wizard in self:
            wizard.balance_ids = [fields.Command.clear()]
            term = wizard.partnership_id._get_term_on(wizard.change_on) if wizard.change_on else False
            if not term or not wizard.product_id:
                continue
            pairs = (
                self.env['scn.entitlement'].sudo()._prepare_rebase(term, wizard.product_id.grade_id, wizard.change_on)
            )
            wizard.balance_ids = [
                fields.Command.create(
                    {
                        'benefit_id': entitlement.benefit_id.id or values['benefit_id'],
                        'window_start': entitlement.window_start or values['window_start'],
                        'window_end': entitlement.window_end or values['window_end'],
                        'used': entitlement.used,
                        'left_before': entitlement.quota - entitlement.used,
                        'left_after': values['quota'] - entitlement.used,
                    }
                )
                for entitlement, values in pairs
            ]

    def action_quote(self):
        """Make the quotation with the date and the amount shown; it takes effect when it is ordered.

        :return: action that opens the quotation
        :raises UserError: when the upgrade is not possible on that day
        """
        self.ensure_one()
        partnership = self.partnership_id
        partnership._check_officer()
        plan = partnership._prepare_upgrade(self.product_id, self.fee, self.change_on)
        order = (
            self.env['sale.order']
            .sudo()
            .create(
                {
                    'partner_id': partnership.partner_id.id,
                    'partner_invoice_id': (
                        partnership.billing_contact_id or partnership.payer_id or partnership.partner_id
                    ).id,
                    'company_id': partnership.company_id.id,
                    'currency_id': partnership.currency_id.id,
                    'scn_partnership_id': partnership.id,
                    'scn_kind': 'upgrade',
                    'scn_date_start': self.change_on,
                    'scn_fee': self.fee,
                    'order_line': [
                        fields.Command.create(
                            {
                                'product_id': self.product_id.id,
                                'product_uom_qty': 1,
                                'price_unit': plan['net'],
                                'name': self.env._(
                                    "Upgrade to %(tier)s from %(day)s: %(charge)s for the remaining days, less %(credit)s already paid",
                                    tier=self.product_id.grade_id.name,
                                    day=self.change_on,
                                    charge=partnership.currency_id.format(plan['charge']),
                                    credit=partnership.currency_id.format(plan['credit']),
                                ),
                            }
                        )
                    ],
                }
            )
        )
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'sale.order',
            'res_id': order.id,
            'views': [(False, 'form')],
        }
