from odoo import api, fields, models
from odoo.tools import SQL

#: Days after the due date from which an unpaid invoice puts the next fee at risk; the parameter below changes it.
OVERDUE_DAYS = 30
OVERDUE_DAYS_PARAMETER = 'scn_partner.risk_overdue_days'


class ScnRevenueRisk(models.Model):
    """Running partnerships whose next fee is uncertain, each once, with the gravest reason and all of them.

    The amount at risk is the fee of the next term; nothing where the fee is waived.
    """

    _name = 'scn.revenue.risk'
    _description = 'Revenue at Risk'
    _auto = False
    _order = 'date_end, id'
    _rec_name = 'partnership_id'

    partnership_id = fields.Many2one('scn.partnership', readonly=True)
    partner_id = fields.Many2one('res.partner', string="City", readonly=True)
    company_id = fields.Many2one('res.company', readonly=True)
    grade_id = fields.Many2one('res.partner.grade', string="Tier", readonly=True)
    currency_id = fields.Many2one('res.currency', readonly=True)
    user_id = fields.Many2one('res.users', string="Account holder", readonly=True)
    date_end = fields.Date(string="Paid until", readonly=True)
    grace_until = fields.Date(string="Access until", readonly=True)
    council_decision_on = fields.Date(string="Council decides on", readonly=True)
    reason = fields.Selection(
        [
            ('declined', 'Not renewed'),
            ('grace', 'In grace'),
            ('overdue', 'Overdue'),
            ('council', 'Awaiting the council'),
        ],
        readonly=True,
    )
    is_declined = fields.Boolean(string="Not renewed", readonly=True)
    is_grace = fields.Boolean(string="In grace", readonly=True)
    is_overdue = fields.Boolean(string="Overdue", readonly=True)
    is_council = fields.Boolean(string="Awaiting the council", readonly=True)
    overdue_days = fields.Integer(string="Days overdue", readonly=True, aggregator=None)
    amount_at_risk = fields.Monetary(string="Fee at risk", readonly=True)
    amount_overdue = fields.Monetary(
        string="Overdue amount", readonly=True, help="Open amount of the overdue invoices, with taxes."
    )

    @api.model
    def _get_overdue_days(self):
        """Days after the due date that count as a risk: the system parameter, or 30 where it is no number."""
        value = self.env['ir.config_parameter'].sudo().get_param(OVERDUE_DAYS_PARAMETER) or ''
        return int(value) if value.isascii() and value.isdecimal() else OVERDUE_DAYS

    @property
    def _table_query(self):
        return SQL(
            """
            WITH owed AS (
                SELECT DISTINCT period.partnership_id, line.move_id
                  FROM account_move_line line
                  JOIN scn_partnership_period period ON period.id = line.scn_period_id
                 WHERE line.parent_state = 'posted'
            ), overdue AS (
                SELECT owed.partnership_id, MAX(%(today)s - move.invoice_date_due) AS days,
                       SUM(CASE WHEN move.currency_id = partnership.currency_id THEN move.amount_residual ELSE 0 END)
                       AS amount
                  FROM owed
                  JOIN account_move move ON move.id = owed.move_id
                  JOIN scn_partnership partnership ON partnership.id = owed.partnership_id
                 WHERE move.payment_state IN ('not_paid', 'partial') AND move.invoice_date_due < %(today)s
                 GROUP BY owed.partnership_id
            ), risk AS (
                SELECT partnership.*,
                       partnership.renewal_mode = 'none' OR COALESCE(partnership.renewal_declined, FALSE) AS is_declined,
                       partnership.state = 'grace' AS is_grace,
                       COALESCE(overdue.days, 0) >= %(days)s AND overdue.days IS NOT NULL AS is_overdue,
                       partnership.council_decision_on IS NOT NULL AS is_council,
                       COALESCE(overdue.days, 0) AS overdue_days, COALESCE(overdue.amount, 0) AS amount_overdue
                  FROM scn_partnership partnership
                  LEFT JOIN overdue ON overdue.partnership_id = partnership.id
                 WHERE partnership.state IN ('active', 'paused', 'grace')
            )
            SELECT risk.id, risk.id AS partnership_id, risk.partner_id, risk.company_id, risk.currency_id, risk.user_id,
                   COALESCE(risk.next_grade_id, risk.grade_id) AS grade_id, risk.date_end, risk.grace_until,
                   risk.council_decision_on, risk.is_declined, risk.is_grace, risk.is_overdue, risk.is_council,
                   risk.overdue_days, risk.amount_overdue,
                   CASE WHEN risk.is_declined THEN 'declined' WHEN risk.is_grace THEN 'grace'
                        WHEN risk.is_overdue THEN 'overdue' ELSE 'council' END AS reason,
                   CASE WHEN COALESCE(risk.is_waived, FALSE) THEN 0
                        ELSE COALESCE(NULLIF(risk.next_fee, 0), risk.fee) END AS amount_at_risk
              FROM risk
             WHERE risk.is_declined OR risk.is_grace OR risk.is_overdue OR risk.is_council
            """,
            today=fields.Date.context_today(self),
            days=self._get_overdue_days(),
        )

    def action_open_partnership(self):
        """Open the partnership.

        :return: action
        """
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'scn.partnership',
            'res_id': self.partnership_id.id,
            'views': [(False, 'form')],
        }
