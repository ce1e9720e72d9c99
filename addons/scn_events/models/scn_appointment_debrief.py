from datetime import UTC, timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

from odoo.addons.scn_partner.fresh_snapshot import with_fresh_snapshot

from .scn_appointment import BENEFIT_CODES

#: The debrief is written within this time after the end.
DEBRIEF_HOURS = 48
BATCH = 100
#: What has taken place, or has yet to be marked so.
HELD_STATES = ('confirmed', 'done')


class ScnAppointment(models.Model):
    """After a visit or session: minutes the city reads, minutes that stay inside, actions, and the next one.

    The city reads its minutes and the actions once the debrief is finished, not while it is being written.
    """

    _inherit = 'scn.appointment'

    minutes_shared = fields.Html(string="Minutes for the city", copy=False)
    minutes_internal = fields.Html(string="Internal minutes", copy=False, help="Never leave the foundation.")
    debriefed_on = fields.Datetime(string="Debrief finished", readonly=True, copy=False)
    debriefed_by_id = fields.Many2one('res.users', readonly=True, copy=False, index='btree_not_null')
    debrief_asked_on = fields.Datetime(readonly=True, copy=False, help="When the task to write it was opened.")
    debrief_due = fields.Datetime(compute='_compute_debrief_due')
    action_ids = fields.One2many('scn.appointment.action', 'appointment_id')
    follows_id = fields.Many2one(
        'scn.appointment', readonly=True, copy=False, index='btree_not_null', ondelete='set null'
    )
    next_ids = fields.One2many('scn.appointment', 'follows_id', string="Followed by")
    next_proposal = fields.Char(compute='_compute_next_proposal', string="What comes next")

    @api.depends('stop')
    def _compute_debrief_due(self):
        for appointment in self:
            appointment.debrief_due = appointment.stop and appointment.stop + timedelta(hours=DEBRIEF_HOURS)

    # -- debrief -----------------------------------------------------------------------------------------------------

    def _check_can_debrief(self):
        """
        :raises UserError: for what has not taken place, and for a debrief without a word
        """
        for appointment in self:
            if appointment.state not in HELD_STATES or appointment.stop > fields.Datetime.now():
                raise UserError(self.env._("A debrief is finished after the visit or session took place."))
            if is_html_empty(appointment.minutes_shared) and is_html_empty(appointment.minutes_internal):
                raise UserError(self.env._("Write the minutes first: for the city, internal ones, or both."))

    def action_finish_debrief(self):
        """Finish the debrief: the city reads its minutes and the actions from now on, and the task is closed."""
        self.check_access('write')
        self._check_can_debrief()
        self.write({'debriefed_on': fields.Datetime.now(), 'debriefed_by_id': self.env.uid})
        self.activity_unlink(['scn_events.mail_activity_type_debrief'], only_automated=False)
        return True

    def action_reopen_debrief(self):
        """Write on: the city does not read it until it is finished again."""
        self.check_access('write')
        self.write({'debriefed_on': False, 'debriefed_by_id': False})
        return True

    @api.model
    def _get_missing_debriefs(self, limit=None):
        """What took place more than 48 hours ago, has no debrief, and nobody was asked for it."""
        return self.search(
            [
                ('state', 'in', HELD_STATES),
                ('stop', '<=', fields.Datetime.now() - timedelta(hours=DEBRIEF_HOURS)),
                ('debriefed_on', '=', False),
                ('debrief_asked_on', '=', False),
            ],
            order='stop, id',
            limit=limit,
        )

    @api.model
    def _cron_ask_debriefs(self):
        """Every hour: a task for the account holder, once, where the debrief is missing after 48 hours."""
        while done := with_fresh_snapshot(self.env, self._ask_debriefs):
            if not self.env['ir.cron']._commit_progress(processed=done):
                break

    @api.model
    def _ask_debriefs(self):
        """Ask for one batch.

        :return: how many were asked for
        """
        missing = self._get_missing_debriefs(limit=BATCH)
        for appointment in missing:
            appointment.activity_schedule(
                'scn_events.mail_activity_type_debrief',
                user_id=(appointment.user_id or appointment.host_user_ids[:1] or self.env.ref('base.user_admin')).id,
                summary=self.env._("Write the debrief"),
            )
        missing.debrief_asked_on = fields.Datetime.now()
        return len(missing)

    # -- what comes next ---------------------------------------------------------------------------------------------

    def _get_next_window(self):
        """The next entitlement of the same kind in which something is left, after this one; possibly empty."""
        self.ensure_one()
        after = max(self.day or fields.Date.context_today(self), fields.Date.context_today(self))
        return (
            self.env['scn.entitlement']
            .sudo()
            .search(
                [
                    ('partner_id', '=', self.city_id.id),
                    ('company_id', '=', self.company_id.id),
                    ('benefit_id.code', '=', BENEFIT_CODES[self.kind]),
                    ('left', '>', 0),
                    ('window_end', '>', after),
                    ('partnership_id.state', 'in', ('active', 'grace')),
                    ('period_id.state', '!=', 'cancelled'),
                ],
                order='window_start, id',
                limit=1,
            )
        )

    @api.depends('state', 'debriefed_on', 'next_ids')
    def _compute_next_proposal(self):
        for appointment in self:
            if not appointment.debriefed_on or appointment.next_ids:
                appointment.next_proposal = False
                continue
            window = appointment._get_next_window()
            appointment.next_proposal = (
                self.env._(
                    "Plan the next one between %(start)s and %(end)s.", start=window.window_start, end=window.window_end
                )
                if window
                else False
            )

    def action_plan_next(self):
        """Request the next one: in the next time it is included, at the same hour of the same weekday.

        :raises UserError: when nothing is left, or the next one is planned already
        """
        self.ensure_one()
        self.check_access('write')
        if self.next_ids:
            raise UserError(self.env._("The next one is planned already: open it under “Followed by”."))
        window = self._get_next_window()
        if not window:
            raise UserError(
                self.env._("Nothing is left in this partnership: the next one comes with the next term or quarter.")
            )
        following = self.create(self._prepare_next_values(window))
        return {
            'type': 'ir.actions.act_window',
            'res_model': self._name,
            'res_id': following.id,
            'views': [(False, 'form')],
        }

    def _prepare_next_values(self, window):
        """The next one as this one was: hosts, people, hour at the city; in the first week that fits, two weeks ahead."""
        self.ensure_one()
        earliest = max(window.window_start, fields.Date.context_today(self) + timedelta(days=14))
        earliest = min(earliest, window.window_end - timedelta(days=6))
        local = fields.Datetime.context_timestamp(self.with_context(tz=self.tz), self.start)
        days = (earliest - local.date()).days
        weeks = max(-(-days // 7), 1)
        # the same hour on the city's clock, also where the clocks change in between
        naive = local.replace(tzinfo=None) + timedelta(weeks=weeks)
        start = local.tzinfo.localize(naive).astimezone(UTC).replace(tzinfo=None)
        return {
            'kind': self.kind,
            'city_id': self.city_id.id,
            'company_id': self.company_id.id,
            'user_id': self.user_id.id,
            'tz': self.tz,
            'lang': self.lang,
            'topic': self.topic,
            'start': start,
            'stop': start + (self.stop - self.start),
            'contact_ids': [Command.set(self.contact_ids.ids)],
            'host_user_ids': [Command.set(self.host_user_ids.filtered('active').ids)],
            'follows_id': self.id,
        }
