from odoo import api, fields, models


class ScnRevenueReportCheck(models.TransientModel):
    """How the report adds up to the general ledger in one currency."""

    _name = 'scn.revenue.report.check'
    _description = 'Check of the Report as of a Day'
    _order = 'currency_id, id'

    report_id = fields.Many2one('scn.revenue.report', required=True, index=True, ondelete='cascade')
    currency_id = fields.Many2one('res.currency', readonly=True)
    amount_ledger = fields.Monetary(
        string="General ledger", readonly=True, help="Posted invoice lines of partnership fees up to the day."
    )
    amount_listed = fields.Monetary(string="In the periods shown", readonly=True)
    amount_earlier = fields.Monetary(
        string="In earlier periods", readonly=True, help="Ended, earned and paid in full by the day."
    )
    amount_outside = fields.Monetary(
        string="In no period", readonly=True, help="Lines written by hand: a fee or a credit without a period."
    )
    difference = fields.Monetary(compute='_compute_difference')

    @api.depends('amount_ledger', 'amount_listed', 'amount_earlier', 'amount_outside')
    def _compute_difference(self):
        for check in self:
            parts = check.amount_listed + check.amount_earlier + check.amount_outside
            check.difference = check.currency_id.round(check.amount_ledger - parts)

    def _get_export_names(self):
        return ['currency_id', 'amount_ledger', 'amount_listed', 'amount_earlier', 'amount_outside', 'difference']
