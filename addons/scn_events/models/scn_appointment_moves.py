from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .scn_appointment import BENEFIT_CODES, OPEN_STATES, PLANNED_STATES
from .scn_appointment_host import KEEPING_STATES


class ScnAppointment(models.Model):
    """How an appointment moves, and what of the entitlement it uses.

    Moves without an underscore are for staff and check rights. The others are called by them, by the portal and by
    links, after these have found out who acts; ``by_city`` says that it is the city, to whom the notice applies.
    """

    _inherit = 'scn.appointment'

    def _check_state(self, states):
        """
        :raises UserError: where an appointment is in none of these states
        """
        labels = dict(self._fields['state']._description_selection(self.env))
        for appointment in self:
            if appointment.state not in states:
                raise UserError(
                    self.env._(
                        "%(name)s is “%(state)s”: this is possible while it is %(states)s.",
                        name=appointment.display_name,
                        state=labels[appointment.state],
                        states=", ".join(f"“{labels[state]}”" for state in states),
                    )
                )

    # -- notice --------------------------------------------------------------------------------------------------

    def _get_change_until(self):
        """Until when a city itself may move or cancel what is agreed; staff always may.

        :return: naive UTC datetime
        """
        self.ensure_one()
        company = self.sudo().company_id
        days = company.scn_visit_notice_days if self.kind == 'visit_day' else company.scn_session_notice_days
        return self.start - timedelta(days=days)

    def _check_notice(self, by_city):
        """
        :raises UserError: when a city wants to change what is agreed later than the notice allows
        """
        for appointment in self:
            if by_city and appointment.state == 'confirmed' and fields.Datetime.now() > appointment._get_change_until():
                raise UserError(
                    self.env._(
                        "It is too close to change this online. Please write to %(holder)s, who can still move or"
                        " cancel it.",
                        holder=appointment.sudo().user_id.name or appointment.sudo().company_id.name,
                    )
                )

    # -- asking, proposing ---------------------------------------------------------------------------------------

    @api.model
    def _request(self, city, kind, start, stop, **values):
        """A city asks, or staff plan: nothing is used or kept yet.

        :param city: the organisation, found by the caller
        :param str kind: ``visit_day`` or ``one_on_one``
        :param datetime start: naive UTC, as ``stop``
        :param values: further fields, chosen by the caller
        :return: the appointment
        """
        return self.create({'city_id': city.id, 'kind': kind, 'start': start, 'stop': stop, **values})

    def _check_can_propose(self):
        self._check_state(OPEN_STATES)
        for appointment in self:
            if appointment.start <= fields.Datetime.now():
                raise UserError(self.env._("This time has passed: choose one to come, then propose it."))

    def _propose(self, start=None, stop=None, hosts=None):
        """The foundation proposes a time, and waits for the city.

        :param hosts: ``res.users`` who host; as they are when left out
        """
        self._open_move('proposed', start, stop, hosts)

    def _counter(self, start=None, stop=None):
        """The city answers a proposal with another time, and waits for the foundation."""
        self._open_move('requested', start, stop)

    def _open_move(self, state, start, stop, hosts=None):
        values = {name: moment for name, moment in (('start', start), ('stop', stop)) if moment}
        for appointment in self:
            appointment._check_state(OPEN_STATES)
            appointment.sudo().write({**values, 'state': state})
            if hosts is not None:
                appointment.sudo().host_user_ids = hosts
            appointment._check_can_propose()

    def action_propose(self):
        self.check_access('write')
        self._propose()
        return True

    def action_back_to_request(self):
        """Take a proposal back."""
        self.check_access('write')
        self._check_state(['proposed'])
        self.sudo().write({'state': 'requested'})
        return True

    # -- confirming ----------------------------------------------------------------------------------------------

    def _check_can_confirm(self):
        """
        :raises UserError: when something is missing, or a host is not free
        """
        self._check_state(OPEN_STATES)
        for appointment in self.sudo():
            if not appointment.host_ids:
                raise UserError(self.env._("Nobody of the foundation is named yet: add a host, then confirm."))
            if appointment.kind == 'one_on_one' and not appointment.video_link:
                raise UserError(
                    self.env._("A session needs a video link: use a room of your own or paste a link, then confirm.")
                )
            appointment.host_ids._check_free()

    def _confirm(self):
        """Agree: use one of the entitlement, keep the hosts' time, and put it into the calendar.

        Two at once for the last one of an entitlement, or for one host: one wins, the other is refused and changes
        nothing.

        :raises UserError: when it is not possible, with the reason
        """
        for appointment in self.sudo().sorted('id'):
            appointment._check_can_confirm()
            appointment._take_benefit()
            appointment.write({'state': 'confirmed', 'grade_id': appointment._get_grade().id})
            appointment.host_ids._keep()
            appointment._follow_in_calendar()

    def action_confirm(self):
        self.check_access('write')
        self._confirm()
        return True

    def _get_grade(self):
        """Tier of the partnership that includes it."""
        self.ensure_one()
        return self.entitlement_id.period_id.grade_id

    # -- moving --------------------------------------------------------------------------------------------------

    def _check_can_move(self, by_city=False):
        """
        :raises UserError: for what has been held or cancelled, or too close to its time for a city
        """
        self._check_state(PLANNED_STATES)
        self._check_notice(by_city)

    def _move(self, start, stop, by_city=False):
        """Another time; what is agreed stays agreed when the entitlement and the hosts have room for it.

        :raises UserError: when it is not possible, with the reason
        """
        self._check_can_move(by_city)
        if by_city and start <= fields.Datetime.now():
            raise UserError(self.env._("This time has passed: choose one to come."))
        self.sudo().write({'start': start, 'stop': stop})

    def _follow_times(self, before):
        """Hosts, entitlement and calendar follow new times.

        :param dict before: (start, stop) of each appointment until now
        """
        for appointment in self:
            if appointment.state == 'confirmed':
                appointment._take_benefit()
            elif appointment.state in OPEN_STATES:
                appointment._plan_entitlement()
            if appointment.at_risk_since:
                appointment._refresh_risks()
            if before.get(appointment) == (appointment.start, appointment.stop):
                continue
            appointment.host_ids._release()
            for host in appointment.host_ids:
                host._follow(*before[appointment])
            appointment._follow_hosts()

    def _follow_hosts(self):
        """Keep the time of the hosts of what is agreed, and show them in the calendar."""
        for appointment in self.exists():
            if appointment.state not in KEEPING_STATES:
                continue
            if not appointment.host_ids:
                raise UserError(self.env._("What is agreed needs a host: add another one first."))
            appointment.host_ids._keep()
            appointment._follow_in_calendar()

    # -- cancelling ----------------------------------------------------------------------------------------------

    def _check_can_cancel(self, by_city=False):
        """
        :raises UserError: for what has been held or cancelled, or too close to its time for a city
        """
        self._check_state(PLANNED_STATES)
        self._check_notice(by_city)

    def _cancel(self, reason=None, give_back=True, by_city=False):
        """Call it off; what it used is given back unless staff decide otherwise, with a reason.

        :raises UserError: when it is not possible, or a reason is missing
        """
        self._check_can_cancel(by_city)
        if not give_back and not (reason or '').strip():
            raise UserError(self.env._("Say why it counts although it is cancelled."))
        for appointment in self.sudo():
            if give_back:
                appointment._give_back_benefit()
            appointment.write({'state': 'cancelled', 'cancel_reason': (reason or '').strip() or False})
            appointment.host_ids._release('cancelled')
            appointment._follow_in_calendar()
            appointment._close_risk()

    def action_cancel(self):
        """Ask why, and whether it counts.

        :return: action that opens the question
        """
        self.check_access('write')
        self._check_can_cancel()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Cancel"),
            'res_model': 'scn.appointment.cancel',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_appointment_ids': self.ids},
        }

    def action_give_back(self):
        """What was cancelled or did not take place counts no more after all."""
        self.check_access('write')
        self._check_state(['cancelled', 'no_show'])
        self.sudo()._give_back_benefit()
        return True

    def _reopen(self):
        """Take a cancellation back: it waits for the foundation again."""
        self._check_state(['cancelled'])
        for appointment in self.sudo():
            appointment.write({'state': 'requested', 'cancel_reason': False})
            appointment.host_ids._release()
            # nothing is used while it is open, also where the cancellation counted
            appointment._give_back_benefit()
            appointment._plan_entitlement()

    def action_reopen(self):
        self.check_access('write')
        self._reopen()
        return True

    # -- afterwards ----------------------------------------------------------------------------------------------

    def _check_has_begun(self):
        for appointment in self:
            if appointment.start > fields.Datetime.now():
                raise UserError(self.env._("It has not begun yet: move or cancel it instead."))

    def _check_can_mark_done(self):
        self._check_state(['confirmed'])
        self._check_has_begun()

    def _mark_done(self):
        self._check_can_mark_done()
        self.sudo().write({'state': 'done'})

    def action_done(self):
        self.check_access('write')
        self._mark_done()
        return True

    def _check_can_mark_no_show(self):
        self._check_state(['confirmed'])
        self._check_has_begun()

    def _mark_no_show(self):
        """It did not take place. It counts until staff give it back."""
        self._check_can_mark_no_show()
        self.sudo().write({'state': 'no_show'})

    def action_no_show(self):
        self.check_access('write')
        self._mark_no_show()
        return True

    def action_undo(self):
        """Take “done” or “did not take place” back: it is confirmed again, and counts again."""
        self.check_access('write')
        self._check_state(['done', 'no_show'])
        for appointment in self.sudo():
            appointment._take_benefit()
            appointment.write({'state': 'confirmed'})
        return True

    # -- what it uses --------------------------------------------------------------------------------------------

    def _get_use(self):
        """
        :return: the ``scn.entitlement.use`` of this appointment, possibly empty
        """
        self.ensure_one()
        return self.env['scn.entitlement.use'].sudo().search([('res_model', '=', self._name), ('res_id', '=', self.id)])

    def _take_benefit(self):
        """Use one of the window in which its day lies; a use of another window is given back first."""
        self.ensure_one()
        entitlements = self.env['scn.entitlement'].sudo()
        use = self._get_use()
        window = use.entitlement_id
        fits = (
            use
            and window.partner_id == self.city_id
            and window.benefit_id.code == BENEFIT_CODES[self.kind]
            and window.window_start <= self.day <= window.window_end
        )
        if not fits:
            entitlements._give_back(self)
            use = entitlements._take(self.city_id, BENEFIT_CODES[self.kind], self.day, self, company=self.company_id)
        self.sudo().entitlement_id = use.entitlement_id

    def _give_back_benefit(self):
        self.env['scn.entitlement'].sudo()._give_back(self)
        self.sudo().entitlement_id = False

    def _plan_entitlement(self):
        """Remember what it is planned for, so that this is not owed as well; nothing is used."""
        for appointment in self:
            appointment.entitlement_id = self.env['scn.entitlement']._find_window(
                appointment.city_id, BENEFIT_CODES[appointment.kind], appointment.day, appointment.company_id
            )
