from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.scn_partner.models.scn_partnership import HOLDING_STATES

from .scn_appointment import BENEFIT_CODES, OPEN_STATES

KIND_OF_BENEFIT = {code: kind for kind, code in BENEFIT_CODES.items()}


class ScnAppointmentDue(models.Model):
    """What each city is owed of visits and sessions, opened by the entitlement itself: one row per window.

    A row is what is still to do about it: overdue before owed before planned before held. What was not delivered when
    its window ended goes to the carry-over. Nothing is stored.
    """

    _name = 'scn.appointment.due'
    _description = 'Visits and Sessions Due'
    _auto = False
    _order = 'due_on, id'

    entitlement_id = fields.Many2one('scn.entitlement', readonly=True)
    partner_id = fields.Many2one('res.partner', string="City", readonly=True)
    partnership_id = fields.Many2one('scn.partnership', readonly=True)
    company_id = fields.Many2one('res.company', readonly=True)
    user_id = fields.Many2one('res.users', string="Account holder", readonly=True)
    grade_id = fields.Many2one('res.partner.grade', string="Tier", readonly=True)
    benefit_id = fields.Many2one('scn.benefit', readonly=True)
    kind = fields.Selection([('visit_day', 'Visit day'), ('one_on_one', 'One-on-one session')], readonly=True)
    window_start = fields.Date(string="From", readonly=True)
    window_end = fields.Date(string="Until", readonly=True)
    due_on = fields.Date(string="Due by", readonly=True)
    state = fields.Selection(
        [
            ('overdue', 'Overdue'),
            ('owed', 'Owed'),
            ('planned', 'Planned'),
            ('held', 'Held'),
            ('missed', 'Not delivered'),
        ],
        readonly=True,
        group_expand=True,
    )
    carry_state = fields.Selection(related='entitlement_id.carry_state')
    quota = fields.Integer(string="Included", readonly=True)
    held = fields.Integer(readonly=True, help="Held visits and sessions.")
    agreed = fields.Integer(readonly=True, help="Confirmed and still to come.")
    asked = fields.Integer(string="Requested or proposed", readonly=True)
    lost = fields.Integer(
        string="Counted, not held", readonly=True, help="Cancelled or not taken place, and counted all the same."
    )
    owed = fields.Integer(string="To plan", readonly=True)
    next_start = fields.Datetime(string="Next one", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            WITH counted AS (
                SELECT entitlement_id,
                       COUNT(*) FILTER (WHERE state = 'done') AS held,
                       COUNT(*) FILTER (WHERE state = 'confirmed') AS agreed,
                       COUNT(*) FILTER (WHERE state IN %(open)s) AS asked,
                       MIN(start) FILTER (WHERE state = 'confirmed' OR state IN %(open)s) AS next_start
                  FROM scn_appointment
                 WHERE entitlement_id IS NOT NULL
              GROUP BY entitlement_id
            ), due AS (
                SELECT one.id, one.id AS entitlement_id, one.partner_id, one.partnership_id, one.company_id, one.user_id,
                       period.grade_id, one.benefit_id, one.window_start, one.window_end, one.due_on,
                       CASE WHEN benefit.code = %(visit)s THEN 'visit_day' ELSE 'one_on_one' END AS kind,
                       one.quota,
                       COALESCE(counted.held, 0) AS held,
                       COALESCE(counted.agreed, 0) AS agreed,
                       COALESCE(counted.asked, 0) AS asked,
                       GREATEST(one.used - COALESCE(counted.held + counted.agreed, 0), 0) AS lost,
                       CASE WHEN partnership.state IN %(holding)s
                            THEN GREATEST(one.quota - one.used - COALESCE(counted.asked, 0), 0) ELSE 0 END AS owed,
                       counted.next_start
                  FROM scn_entitlement one
                  JOIN scn_benefit benefit ON benefit.id = one.benefit_id
                  JOIN scn_partnership_period period ON period.id = one.period_id
                  JOIN scn_partnership partnership ON partnership.id = one.partnership_id
             LEFT JOIN counted ON counted.entitlement_id = one.id
                 WHERE benefit.code IN %(codes)s
                   AND one.quota > 0
                   AND period.state != 'cancelled'
                   AND (partnership.state IN %(holding)s OR one.used > 0)
            )
            SELECT due.*,
                   CASE WHEN owed > 0 AND window_end < %(today)s THEN 'missed'
                        WHEN owed > 0 AND due_on < %(today)s THEN 'overdue'
                        WHEN owed > 0 THEN 'owed'
                        WHEN agreed + asked > 0 THEN 'planned'
                        ELSE 'held' END AS state
              FROM due
            """,
            today=fields.Date.context_today(self),
            open=OPEN_STATES,
            visit=BENEFIT_CODES['visit_day'],
            codes=tuple(KIND_OF_BENEFIT),
            holding=HOLDING_STATES,
        )

    def _compute_display_name(self):
        for due in self:
            due.display_name = f'{due.benefit_id.name}: {due.partner_id.name}'

    def action_plan(self):
        """Open a new visit or session for what is owed, with everything that is known filled in.

        :raises UserError: when nothing is left to plan
        """
        self.ensure_one()
        self.env['scn.appointment'].check_access('create')
        if not self.owed:
            raise UserError(
                self.env._("All that is included here is planned or used: look at its visits and sessions.")
            )
        today = fields.Date.context_today(self)
        if self.window_end < today:
            raise UserError(self.env._("This time has ended: carry it over to the next one, then plan it."))
        ahead = 21 if self.kind == 'visit_day' else 7
        day = min(max(self.window_start, today + timedelta(days=ahead)), self.window_end)
        tz = self.partner_id.tz or self.env.user.tz or 'UTC'
        start, stop = self.env['scn.appointment']._get_default_times(self.kind, day, tz)
        holder = self.user_id or self.env.user
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Plan"),
            'res_model': 'scn.appointment',
            'views': [(False, 'form')],
            'context': {
                'default_kind': self.kind,
                'default_city_id': self.partner_id.id,
                'default_company_id': self.company_id.id,
                'default_user_id': holder.id,
                'default_tz': tz,
                'default_start': fields.Datetime.to_string(start),
                'default_stop': fields.Datetime.to_string(stop),
                'default_host_user_ids': [fields.Command.set(holder.ids)],
            },
        }

    def action_open_appointments(self):
        """The visits and sessions that count here."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.display_name,
            'res_model': 'scn.appointment',
            'views': [(False, 'list'), (False, 'form')],
            'domain': [('entitlement_id', '=', self.entitlement_id.id)],
        }
