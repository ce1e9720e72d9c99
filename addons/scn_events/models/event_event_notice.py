from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.scn_partner.fresh_snapshot import with_fresh_snapshot

#: How long a change may be taken back before anybody is told of it.
NOTICE_DELAY = timedelta(minutes=15)
#: What participants plan with.
PLANNED_FIELDS = frozenset({'date_begin', 'date_end', 'address_id', 'kanban_state'})
TEMPLATES = {
    'cancelled': 'scn_events.mail_template_cancelled',
    'moved': 'scn_events.mail_template_moved',
    'again': 'scn_events.mail_template_moved',
}
WAITING_TEMPLATE = 'scn_events.mail_template_waiting_closed'


class EventEvent(models.Model):
    """An event that is cancelled or moved: participants are told once, by a job, and staff may take it back before.

    The gate looks again on the new day, reminders go again, and the waiting list of a cancelled event is closed.
    """

    _inherit = 'event.event'

    scn_notice = fields.Selection(
        [('cancelled', 'it is cancelled'), ('moved', 'it has changed'), ('again', 'it takes place after all')],
        string="Participants are to be told that",
        readonly=True,
        copy=False,
    )
    scn_notice_at = fields.Datetime(string="Told at", readonly=True, copy=False, index='btree_not_null')
    scn_known = fields.Json(
        copy=False, groups='base.group_system', help="What the participants know, while a change is not told."
    )

    def _get_plan(self):
        """What participants plan with, to compare it: begin, end, place and whether it is cancelled.

        Who comes to a slot plans with the slot, see ``event.slot``.

        :return: dict that can be kept as JSON
        """
        self.ensure_one()
        return {
            'begin': not self.is_multi_slots and fields.Datetime.to_string(self.date_begin),
            'end': not self.is_multi_slots and fields.Datetime.to_string(self.date_end),
            'place': self.address_id.id or False,
            'cancelled': self.kanban_state == 'cancel',
        }

    def _get_known_begin(self):
        """When participants think it begins, while a change is not told; else when it begins."""
        self.ensure_one()
        known = self.sudo().scn_known
        return fields.Datetime.to_datetime(known['begin']) if known and known['begin'] else self.date_begin

    def write(self, vals):
        if not PLANNED_FIELDS & vals.keys():
            return super().write(vals)
        plans = {event: event._get_plan() for event in self}
        result = super().write(vals)
        for event in self.sudo():
            event._follow_change(plans[event])
        return result

    def _follow_change(self, before):
        """What a change of the plan brings about.

        :param before: the plan before the change, see ``_get_plan``
        """
        self.ensure_one()
        after = self._get_plan()
        if after == before:
            return
        if after['cancelled'] != before['cancelled']:
            self.scn_waiting_ids._follow_cancelling(after['cancelled'])
        if not after['cancelled']:
            self.event_mail_ids._remind_again()
            registrations = self.env['event.registration']
            registrations.search([*registrations._get_hold_domain(), ('event_id', '=', self.id)])._refresh_holds()
            if before['cancelled']:
                self._offer_free_seats()
        now = fields.Datetime.now()
        if self.date_end > now or (before['end'] or '') > fields.Datetime.to_string(now):
            self._plan_notice(before, after)

    def _plan_notice(self, before, after):
        """Tell participants later what is different from what they know, or nothing where it was taken back."""
        known = self.scn_known or before
        if after['cancelled'] and not known['cancelled']:
            notice = 'cancelled'
        elif known['cancelled'] and not after['cancelled']:
            notice = 'again'
        elif after != known and not after['cancelled']:
            notice = 'moved'
        else:
            # taken back: only who registered meanwhile knows something else
            late = self.registration_ids.filtered(lambda registration: not registration.scn_notice_pending)
            self._drop_notice()
            if not after['cancelled']:
                self._mark_for_notice('moved', before, late)
            return
        self._mark_for_notice(notice, known, self.registration_ids)

    def _follow_moved_slots(self, slots):
        """What moving slots of this event brings about."""
        self.ensure_one()
        if self.kanban_state == 'cancel' or self.date_end <= fields.Datetime.now():
            return
        registrations = slots.registration_ids
        registrations.filtered_domain(registrations._get_hold_domain())._refresh_holds()
        self.event_mail_ids._remind_again()
        self._mark_for_notice(self.scn_notice or 'moved', self.scn_known or self._get_plan(), registrations)

    def _mark_for_notice(self, notice, known, registrations):
        """Put registrations in line for a notice.

        :param notice: what they are to be told
        :param known: the plan they know
        """
        coming = registrations.filtered(lambda registration: registration.state in ('draft', 'open'))
        waiting = self.scn_waiting_ids.filtered(lambda entry: notice == 'cancelled' and entry.state == 'closed')
        if not coming and not waiting:
            self._drop_notice()
            return
        coming._set_notice_pending(True)
        waiting.notice_pending = True
        at = fields.Datetime.now() + NOTICE_DELAY
        self.write({'scn_notice': notice, 'scn_notice_at': at, 'scn_known': known})
        self.env.ref('scn_events.ir_cron_tell_participants')._trigger(at)

    def _drop_notice(self):
        """Nobody is told, or everybody was."""
        self.registration_ids.filtered('scn_notice_pending')._set_notice_pending(False)
        self.scn_waiting_ids.filtered('notice_pending').notice_pending = False
        self.write({'scn_notice': False, 'scn_notice_at': False, 'scn_known': False})

    # -- staff -------------------------------------------------------------------------------------------------

    def action_scn_tell_now(self):
        """Do not wait: the next run of the job tells the participants."""
        self.check_access('write')
        waiting = self.filtered('scn_notice')
        if waiting:
            waiting.sudo().scn_notice_at = fields.Datetime.now()
            self.env.ref('scn_events.ir_cron_tell_participants').sudo()._trigger()
        return True

    def action_scn_tell_nobody(self):
        """Leave it at that: staff tell them in another way, or there is nothing to tell."""
        self.check_access('write')
        for event in self.filtered('scn_notice').sudo():
            event._drop_notice()
            event.message_post(body=self.env._("Participants were not told of the last change."))
        return True

    # -- the job -----------------------------------------------------------------------------------------------

    @api.model
    def _cron_tell_participants(self, batch_size=100):
        """Put the mails about changes in line, in batches, each person once."""
        while done := with_fresh_snapshot(self.env, self._tell_next, batch_size):
            remaining = self.sudo().search_count([('scn_notice_at', '<=', fields.Datetime.now())])
            if not self.env['ir.cron']._commit_progress(done, remaining=remaining):
                break

    @api.model
    def _tell_next(self, batch_size):
        """One batch of one event.

        :return: how many records were looked at, 0 when nothing is left
        """
        event = self.sudo().search([('scn_notice_at', '<=', fields.Datetime.now())], order='id', limit=1)
        if not event:
            return 0
        for records, flag, template in (
            (event.registration_ids, 'scn_notice_pending', TEMPLATES[event.scn_notice]),
            (event.scn_waiting_ids, 'notice_pending', WAITING_TEMPLATE),
        ):
            batch = records.search([('event_id', '=', event.id), (flag, '=', True)], order='id', limit=batch_size)
            if batch:
                batch._tell(self.env.ref(template))
                return len(batch)
        event.message_post(
            body=self.env._(
                "Participants were told that %(notice)s.",
                notice=dict(self._fields['scn_notice']._description_selection(self.env))[event.scn_notice],
            )
        )
        event._drop_notice()
        return 1
