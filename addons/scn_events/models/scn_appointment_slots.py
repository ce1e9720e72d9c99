from collections import defaultdict
from datetime import datetime, timedelta

import pytz

from odoo import api, fields, models

from ..free_time import MIDNIGHT, around, cut, subtract, wall_to_utc, working_hours

#: Somebody whose hours are flexible is there around noon from Monday to Friday.
NOON, FLEXIBLE_DAYS = 12.0, range(5)


class ScnAppointment(models.Model):
    """Free times of hosts: working hours less leaves, meetings, appointments and travel.

    Everything is read for all hosts at once, and taken apart in memory (``free_time``): the number of queries does
    not depend on the hosts or on the weeks.
    """

    _inherit = 'scn.appointment'

    @api.model
    def _get_free_slots(self, hosts, start, stop, minutes, step=None, ignore=None):
        """When each of some hosts is free, in the company of the environment.

        :param hosts: ``res.users``
        :param datetime start: naive UTC, as ``stop``; what has passed is left out
        :param int minutes: length of a slot
        :param int step: minutes from one start to the next; one slot after the other unless given
        :param ignore: appointments whose time does not count, e.g. the one that is to be moved
        :return: list of ``(user, start, stop)`` in naive UTC, sorted by start and then by the order of the hosts
        """
        hosts = hosts.sudo()
        start = max(start, fields.Datetime.now())
        if not hosts or stop <= start:
            return []
        # What begins before or ends after the range reaches into it with its pause or travel.
        company = self.env.company.sudo()
        margin = timedelta(days=company.scn_travel_days + 2, minutes=company.scn_buffer_minutes)
        hours = self._get_host_hours(hosts, start, stop)
        busy = self._get_host_meetings(hosts, start - margin, stop + margin)
        for user, intervals in self._get_host_appointments(hosts, start - margin, stop + margin, ignore).items():
            busy[user] += intervals
        order = {user: number for number, user in enumerate(hosts)}
        slots = [(user, *slot) for user in hosts for slot in cut(subtract(hours[user], busy[user]), minutes, step)]
        slots.sort(key=lambda slot: (slot[1], order[slot[0]]))
        return [(user.sudo(False), first, last) for user, first, last in slots]

    # -- what is read ------------------------------------------------------------------------------------------------

    @api.model
    def _get_host_hours(self, hosts, start, stop):
        """Working hours less leaves.

        Without a resource of the company a host works by the company's own hours.

        :return: dict from user to intervals
        """
        company = self.env.company.sudo()
        resources = (
            self.env['resource.resource']
            .sudo()
            .search_fetch(
                [
                    ('user_id', 'in', hosts.ids),
                    ('company_id', 'in', (company.id, False)),
                    ('resource_type', '=', 'user'),
                ],
                ['user_id', 'calendar_id', 'tz', 'company_id'],
                order='company_id, id',
            )
        )
        of_user = {}
        for resource in resources:
            of_user.setdefault(resource.user_id, resource)
        calendars = company.resource_calendar_id | resources.calendar_id
        lines = self._get_calendar_lines(calendars)
        leaves = (
            self.env['resource.calendar.leaves']
            .sudo()
            .search_fetch(
                [
                    ('time_type', '=', 'leave'),
                    ('resource_id', 'in', [False, *resources.ids]),
                    ('calendar_id', 'in', [False, *calendars.ids]),
                    ('company_id', 'in', (company.id, False)),
                    ('date_from', '<', stop),
                    ('date_to', '>', start),
                ],
                ['resource_id', 'calendar_id', 'date_from', 'date_to'],
            )
        )
        hours = {}
        for user in hosts:
            resource = of_user.get(user, self.env['resource.resource'])
            calendar = resource.calendar_id or company.resource_calendar_id
            zone = pytz.timezone(resource.tz or user.tz or calendar.tz or 'UTC')
            away = [
                (leave.date_from, leave.date_to)
                for leave in leaves
                if leave.resource_id in (resource, leave.resource_id.browse())
                and leave.calendar_id in (calendar, calendar.browse())
            ]
            hours[user] = subtract(working_hours(lines[calendar], start, stop, zone), away)
        return hours

    @api.model
    def _get_calendar_lines(self, calendars):
        """The weekly hours of calendars, as ``free_time.working_hours`` reads them.

        :return: dict from ``resource.calendar`` to a list of lines
        """
        lines = defaultdict(list)
        for attendance in (
            self.env['resource.calendar.attendance']
            .sudo()
            .search_fetch(
                [('calendar_id', 'in', calendars.ids), ('display_type', '=', False), ('day_period', '!=', 'lunch')],
                ['calendar_id', 'dayofweek', 'hour_from', 'hour_to', 'week_type'],
            )
        ):
            calendar = attendance.calendar_id
            week = int(attendance.week_type) if calendar.two_weeks_calendar and attendance.week_type else None
            lines[calendar].append((int(attendance.dayofweek), attendance.hour_from, attendance.hour_to, week))
        for calendar in calendars.filtered('flexible_hours'):
            half = (calendar.hours_per_day or 8.0) / 2
            lines[calendar] = [(day, max(NOON - half, 0.0), min(NOON + half, 24.0), None) for day in FLEXIBLE_DAYS]
        return lines

    @api.model
    def _get_host_meetings(self, hosts, start, stop):
        """Meetings in the calendar that hosts have not declined, with the pause around them.

        Meetings of appointments are left out: their hosts may be there for a part only.

        :return: dict from user to intervals
        """
        pause = timedelta(minutes=self.env.company.sudo().scn_buffer_minutes)
        user_of = {user.partner_id: user for user in hosts}
        attendees = (
            self.env['calendar.attendee']
            .sudo()
            .search_fetch(
                [
                    ('partner_id', 'in', hosts.partner_id.ids),
                    ('state', '!=', 'declined'),
                    ('event_id.active', '=', True),
                    ('event_id.show_as', '=', 'busy'),
                    ('event_id.start', '<', stop),
                    ('event_id.stop', '>', start),
                    ('event_id.scn_appointment_ids', '=', False),
                ],
                ['partner_id', 'event_id'],
            )
        )
        # All at once: the records' own prefetch stops at a thousand.
        self.env['calendar.event'].sudo().search_fetch(
            [('id', 'in', attendees.event_id.ids)], ['allday', 'start', 'stop', 'start_date', 'stop_date']
        )
        busy = defaultdict(list)
        for attendee in attendees:
            event, user = attendee.event_id, user_of[attendee.partner_id]
            if event.allday:
                zone = pytz.timezone(user.tz or 'UTC')
                first, last = (event.start_date or event.start.date(), event.stop_date or event.stop.date())
                busy[user].append(
                    (
                        wall_to_utc(datetime.combine(first, MIDNIGHT), zone),
                        wall_to_utc(datetime.combine(last + timedelta(days=1), MIDNIGHT), zone, latest=True),
                    )
                )
            else:
                busy[user].append((event.start - pause, event.stop + pause))
        return busy

    @api.model
    def _get_host_appointments(self, hosts, start, stop, ignore=None):
        """Times that hosts keep for appointments of any body: confirmed, or offered to a city; with pause or travel.

        :return: dict from user to intervals
        """
        company = self.env.company.sudo()
        pause = timedelta(minutes=company.scn_buffer_minutes)
        rows = (
            self.env['scn.appointment.host']
            .sudo()
            .search_fetch(
                [
                    ('user_id', 'in', hosts.ids),
                    ('appointment_id.state', 'in', ('proposed', 'confirmed')),
                    ('appointment_id', 'not in', ignore.ids if ignore else []),
                    ('start', '<', stop),
                    ('stop', '>', start),
                ],
                ['user_id', 'start', 'stop', 'appointment_id'],
            )
        )
        self.sudo().search_fetch([('id', 'in', rows.appointment_id.ids)], ['kind', 'tz'])
        busy = defaultdict(list)
        for row in rows:
            appointment = row.appointment_id
            if appointment.kind == 'visit_day':
                zone = pytz.timezone(appointment.tz or 'UTC')
                busy[row.user_id].append(around(row.start, row.stop, company.scn_travel_days, zone))
            else:
                busy[row.user_id].append((row.start - pause, row.stop + pause))
        return busy
