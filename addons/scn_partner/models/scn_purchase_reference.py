from odoo import api, fields, models


class ScnPurchaseReference(models.Model):
    """A purchase-order number of a city, for one budget year: without it some public bodies pay nothing."""

    _name = 'scn.purchase.reference'
    _description = 'Purchase Order of a City'
    _order = 'valid_from desc, id desc'
    _rec_name = 'number'
    _check_company_auto = True

    number = fields.Char(string="Purchase order", required=True)
    partner_id = fields.Many2one(
        'res.partner',
        string="City",
        required=True,
        index=True,
        ondelete='cascade',
        domain="[('is_city', '=', True)]",
    )
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one('res.currency', required=True, default=lambda self: self.env.company.currency_id)
    valid_from = fields.Date(required=True)
    valid_until = fields.Date(required=True)
    amount = fields.Monetary(help="What it covers, without taxes; 0 where it names no amount.")
    period_ids = fields.One2many('scn.partnership.period', 'purchase_reference_id')
    amount_left = fields.Monetary(compute='_compute_amount_left')

    _number_unique = models.Constraint(
        'UNIQUE (partner_id, company_id, number)',
        "This purchase order is already entered for the city.",
    )
    _dates_order = models.Constraint(
        'CHECK (valid_until >= valid_from)', "A purchase order cannot end before it starts."
    )
    _amount_not_negative = models.Constraint('CHECK (amount >= 0)', "An amount cannot be negative.")

    @api.depends('amount', 'period_ids.price', 'period_ids.state')
    def _compute_amount_left(self):
        for reference in self:
            used = reference.period_ids.filtered(lambda period: period.state != 'cancelled')
            reference.amount_left = reference.amount - sum(used.mapped('price'))

    def _has_left(self, period):
        """Whether it covers a period, in the same currency."""
        self.ensure_one()
        if not self.amount:
            return True
        return (
            self.currency_id == period.currency_id
            and self.currency_id.compare_amounts(self.amount_left, period.price) >= 0
        )
