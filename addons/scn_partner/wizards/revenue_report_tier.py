from odoo import fields, models


class ScnRevenueReportTier(models.TransientModel):
    """Members and money of one tier in one currency."""

    _name = 'scn.revenue.report.tier'
    _description = 'Tier in the Report as of a Day'
    _order = 'currency_id, grade_id, id'

    report_id = fields.Many2one('scn.revenue.report', required=True, index=True, ondelete='cascade')
    currency_id = fields.Many2one('res.currency', readonly=True)
    grade_id = fields.Many2one('res.partner.grade', string="Tier", readonly=True)
    member_count = fields.Integer(string="Members", readonly=True)
    amount_invoiced = fields.Monetary(string="Invoiced", readonly=True)
    amount_paid = fields.Monetary(string="Paid", readonly=True)
    amount_unearned = fields.Monetary(string="Not yet earned", readonly=True)
    amount_waived = fields.Monetary(string="Waived", readonly=True)

    def _get_export_names(self):
        return [
            'currency_id',
            'grade_id',
            'member_count',
            'amount_invoiced',
            'amount_paid',
            'amount_unearned',
            'amount_waived',
        ]
