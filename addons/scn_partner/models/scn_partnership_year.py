from odoo import fields, models
from odoo.tools import SQL


class ScnPartnershipYear(models.Model):
    """Recurring and forgone revenue: the periods of the ledger as measures, without what is cancelled.

    Recurring is what a period brings (also when another body bills it); forgone is what was waived.
    """

    _name = 'scn.partnership.year'
    _description = 'Recurring and Forgone Revenue'
    _auto = False
    _order = 'date_start desc, id desc'
    _rec_name = 'period_id'

    period_id = fields.Many2one('scn.partnership.period', readonly=True)
    partnership_id = fields.Many2one('scn.partnership', readonly=True)
    partner_id = fields.Many2one('res.partner', string="City", readonly=True)
    company_id = fields.Many2one('res.company', readonly=True)
    grade_id = fields.Many2one('res.partner.grade', string="Tier", readonly=True)
    currency_id = fields.Many2one('res.currency', readonly=True)
    kind = fields.Selection(
        [('stub', 'Alignment'), ('initial', 'First term'), ('renewal', 'Renewal'), ('upgrade', 'Upgrade')],
        readonly=True,
    )
    date_start = fields.Date(string="Starts on", readonly=True)
    date_end = fields.Date(string="Ends on", readonly=True)
    user_id = fields.Many2one('res.users', string="Account holder", readonly=True)
    is_waived = fields.Boolean(string="Fee waived", readonly=True)
    waiver_approver_id = fields.Many2one('res.users', string="Waiver approved by", readonly=True)
    waiver_reason = fields.Char(string="Reason of the waiver", readonly=True)
    amount_recurring = fields.Monetary(string="Recurring revenue", readonly=True)
    amount_forgone = fields.Monetary(string="Forgone revenue", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT period.id, period.id AS period_id, period.partnership_id, period.partner_id, period.company_id,
                   period.grade_id, period.currency_id, period.kind, period.date_start, period.date_end,
                   partnership.user_id, period.state = 'waived' AS is_waived,
                   CASE WHEN period.state = 'waived' THEN partnership.waiver_approver_id END AS waiver_approver_id,
                   CASE WHEN period.state = 'waived' THEN partnership.waiver_reason END AS waiver_reason,
                   CASE WHEN period.state = 'waived' THEN 0 ELSE net.amount END AS amount_recurring,
                   CASE WHEN period.state = 'waived' THEN net.amount ELSE 0 END AS amount_forgone
              FROM scn_partnership_period period
              JOIN scn_partnership partnership ON partnership.id = period.partnership_id
              JOIN LATERAL (
                    SELECT period.price - COALESCE(period.credit, 0) - COALESCE(period.returned, 0) AS amount
                   ) net ON TRUE
             WHERE period.state != 'cancelled'
            """
        )
