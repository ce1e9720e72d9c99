from odoo import api, fields, models


class ScnRevenueReportLine(models.TransientModel):
    """One period in the report as of a day."""

    _name = 'scn.revenue.report.line'
    _description = 'Period in the Report as of a Day'
    _order = 'currency_id, partner_id, date_start, id'

    report_id = fields.Many2one('scn.revenue.report', required=True, index=True, ondelete='cascade')
    period_id = fields.Many2one('scn.partnership.period', readonly=True)
    partnership_id = fields.Many2one('scn.partnership', readonly=True)
    partner_id = fields.Many2one('res.partner', string="City", readonly=True)
    grade_id = fields.Many2one('res.partner.grade', string="Tier", readonly=True)
    kind = fields.Selection(
        selection=lambda self: self.env['scn.partnership.period']._fields['kind']._description_selection(self.env),
        readonly=True,
    )
    date_start = fields.Date(string="From", readonly=True)
    date_end = fields.Date(string="Until", readonly=True)
    period_state = fields.Selection(
        selection=lambda self: self.env['scn.partnership.period']._fields['state']._description_selection(self.env),
        string="State today",
        readonly=True,
    )
    is_member = fields.Boolean(string="Member", readonly=True, help="Once per city that is a member on the day.")
    currency_id = fields.Many2one('res.currency', readonly=True)
    fee = fields.Monetary(string="Fee of a term", readonly=True, aggregator=None)
    amount_waived = fields.Monetary(string="Waived", readonly=True)
    waiver_approver_id = fields.Many2one('res.users', string="Waiver approved by", readonly=True)
    waiver_reason = fields.Char(string="Reason of the waiver", readonly=True)
    amount_invoiced = fields.Monetary(
        string="Invoiced", readonly=True, help="Invoiced less credited by the day, without taxes."
    )
    amount_paid = fields.Monetary(string="Paid", readonly=True, help="Of what is invoiced, without taxes.")
    amount_open = fields.Monetary(string="Open", compute='_compute_amounts', store=True, precompute=True)
    amount_unearned = fields.Monetary(
        string="Not yet earned", readonly=True, help="The days of the period after the day."
    )
    amount_earned = fields.Monetary(string="Earned", compute='_compute_amounts', store=True, precompute=True)

    @api.depends('amount_invoiced', 'amount_paid', 'amount_unearned')
    def _compute_amounts(self):
        for line in self:
            line.amount_open = line.currency_id.round(line.amount_invoiced - line.amount_paid)
            line.amount_earned = line.currency_id.round(line.amount_invoiced - line.amount_unearned)

    def _get_export_names(self):
        """Columns of the workbook, in order."""
        return [
            'partner_id',
            'grade_id',
            'kind',
            'date_start',
            'date_end',
            'is_member',
            'currency_id',
            'fee',
            'amount_invoiced',
            'amount_paid',
            'amount_open',
            'amount_earned',
            'amount_unearned',
            'amount_waived',
            'waiver_approver_id',
            'waiver_reason',
        ]
