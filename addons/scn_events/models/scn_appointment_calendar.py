import uuid
from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import format_date, format_time

from .scn_appointment_host import KEEPING_STATES

#: Odoo's own route to a room in Discuss; the token is that of the calendar event.
ROOM_ROUTE = '/calendar/join_videocall/'


class ScnAppointment(models.Model):
    """Times as people read them, the room online, and the calendar event.

    The event follows the appointment and never leads: it shows what hosts and the city's people may both read, and
    Odoo's own invitations stay off, because the appointment writes to people itself.
    """

    _inherit = 'scn.appointment'

    # -- times ---------------------------------------------------------------------------------------------------

    @api.depends('start', 'tz')
    def _compute_day(self):
        for appointment in self:
            appointment.day = appointment.start and appointment._to_local(appointment.start).date()

    @api.depends('start', 'stop', 'tz')
    @api.depends_context('lang')
    def _compute_local_time(self):
        for appointment in self:
            appointment.local_time = (
                appointment.start and appointment.stop and appointment._format_times(appointment.tz)
            ) or False

    def _to_local(self, moment, tz=None):
        """
        :param datetime moment: naive UTC
        :return: aware datetime in a zone, that of the city unless named
        """
        return pytz.utc.localize(moment).astimezone(pytz.timezone(tz or self.tz or 'UTC'))

    def _format_times(self, tz=None, lang=None):
        """Begin and end as people read them in a zone: “3 March 2026, 09:00 – 17:00 (Europe/Oslo)”.

        An end on another day carries its day, and where the clock changes meanwhile both offsets are told apart.

        :param str tz: that of the city unless named
        :param str lang: that of the reader unless named
        """
        self.ensure_one()
        tz = tz or self.tz or 'UTC'
        start, stop = self._to_local(self.start, tz), self._to_local(self.stop, tz)
        changes = start.utcoffset() != stop.utcoffset()

        def day(moment):
            return format_date(self.env, moment.date(), lang_code=lang)

        def hour(moment):
            text = format_time(self.env, moment.replace(tzinfo=None), tz=False, time_format='short', lang_code=lang)
            return f'{text} {moment.tzname()}' if changes else text

        end = hour(stop) if start.date() == stop.date() else f'{day(stop)}, {hour(stop)}'
        return f'{day(start)}, {hour(start)} – {end} ({tz})'

    # -- the room ------------------------------------------------------------------------------------------------

    @api.depends('kind')
    def _compute_video_link(self):
        """A session has a room of its own in Odoo unless another link is pasted."""
        for appointment in self:
            if appointment.kind == 'one_on_one' and not appointment.video_link:
                appointment.video_link = appointment._new_room()

    @api.model
    def _new_room(self):
        return f'{self.get_base_url()}{ROOM_ROUTE}{uuid.uuid4().hex}'

    def action_use_room(self):
        """Meet in a room of Odoo instead of another service."""
        self.check_access('write')
        for appointment in self:
            appointment.video_link = appointment._new_room()
        return True

    # -- the calendar event --------------------------------------------------------------------------------------

    def _prepare_calendar_values(self):
        """What the calendar shows: no internal remark, and nobody who is not there."""
        self.ensure_one()
        kind = self.with_context(lang=self.lang)._get_kind_name()
        hosts = self.host_ids.filtered(lambda host: host.state != 'cancelled').sorted(
            lambda host: (host.start, host.id)
        )
        link = self.video_link or False
        values = {
            'name': ": ".join(part for part in (f'{kind} – {self.city_id.name}', self.topic) if part),
            'start': self.start,
            'stop': self.stop,
            'allday': False,
            'location': self.place or False,
            'videocall_location': link,
            'description': self.note_shared or False,
            'user_id': hosts[:1].user_id.id,
            'partner_ids': [fields.Command.set((hosts.user_id.partner_id | self.contact_ids).ids)],
            'show_as': 'busy',
            'alarm_ids': [fields.Command.clear()],
            'active': self.state in KEEPING_STATES,
        }
        if link and ROOM_ROUTE in link:
            values['access_token'] = link.rpartition('/')[2]
        return values

    def _follow_in_calendar(self):
        """Bring the calendar event in line: made at confirmation, archived when called off."""
        quiet = {
            'no_mail_to_attendees': True,
            'skip_attendee_notification': True,
            'skip_contact_description': True,
            'dont_notify': True,
        }
        for appointment in self.sudo().with_context(**quiet):
            event = appointment.calendar_event_id
            if appointment.state in KEEPING_STATES:
                values = appointment._prepare_calendar_values()
                if event:
                    event.write(values)
                else:
                    # Odoo takes the zone of an event for a part of its recurrence: it can be given once only.
                    values['event_tz'] = appointment.tz
                    appointment.calendar_event_id = (
                        self.env['calendar.event'].sudo().with_context(**quiet).create(values)
                    )
            elif event.active:
                event.active = False

    # -- proposals of times --------------------------------------------------------------------------------------

    @api.model
    def _get_default_times(self, kind, day, tz):
        """A whole working day for a visit, an hour in the morning for a session, as the city's clock says.

        :return: (start, stop) as naive UTC
        """
        zone = pytz.timezone(tz or 'UTC')
        hours = (9, 17) if kind == 'visit_day' else (10, 11)
        midnight = fields.Datetime.to_datetime(day)
        return tuple(
            zone.localize(midnight + timedelta(hours=hour)).astimezone(pytz.utc).replace(tzinfo=None) for hour in hours
        )
