import doctest
from datetime import date, timedelta

import pytz

from odoo import fields
from odoo.tests import freeze_time, new_test_user, tagged

from .. import free_time
from .appointment_common import AppointmentCase

CHANGES = {
    # zone: (day on which the clock goes forward, day on which it goes back), in 2019
    'Europe/Amsterdam': (date(2019, 3, 31), date(2019, 10, 27)),
    'America/Toronto': (date(2019, 3, 10), date(2019, 11, 3)),
    # half an hour only, and the other way round
    'Australia/Lord_Howe': (date(2019, 10, 6), date(2019, 4, 7)),
}


@tagged('post_install', '-at_install')
@freeze_time('2019-01-07 06:00:00')
class TestAppointmentSlots(AppointmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.write({'scn_buffer_minutes': 15, 'scn_travel_days': 1})
        cls.company.resource_calendar_id = cls.new_calendar(cls.company.resource_calendar_id.tz)

    @classmethod
    def new_calendar(cls, tz, hours=((9, 12), (13, 17))):
        """Monday to Friday."""
        return cls.env['resource.calendar'].create(
            {
                'name': "Hours",
                'tz': tz,
                'company_id': cls.env.company.id,
                'attendance_ids': [
                    fields.Command.clear(),
                    *(
                        fields.Command.create(
                            {'name': "Hours", 'dayofweek': str(day), 'hour_from': first, 'hour_to': last}
                        )
                        for day in range(5)
                        for first, last in hours
                    ),
                ],
            }
        )

    @classmethod
    def employ(cls, user, tz, **values):
        return cls.env['resource.resource'].create(
            {
                'name': user.name,
                'user_id': user.id,
                'tz': tz,
                'company_id': cls.env.company.id,
                'calendar_id': cls.env.company.resource_calendar_id.id,
                **values,
            }
        )

    def slots(self, start, stop, minutes=60, hosts=None, **values):
        """Starts of free slots, as text in UTC."""
        found = self.env['scn.appointment']._get_free_slots(
            self.host if hosts is None else hosts, self.moment(start), self.moment(stop), minutes, **values
        )
        return [f'{first:%m-%d %H:%M}' for __, first, __ in found]

    def meet(self, start, stop, user=None, **values):
        user = user or self.host
        event = (
            self.env['calendar.event']
            .with_context(no_mail_to_attendees=True)
            .create(
                {
                    'name': "Meeting",
                    'start': start,
                    'stop': stop,
                    'partner_ids': [fields.Command.set(user.partner_id.ids)],
                    **values,
                }
            )
        )
        return event.attendee_ids

    def test_the_arithmetic(self):
        result = doctest.testmod(free_time)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_working_hours_of_the_company_in_the_hosts_zone(self):
        self.assertEqual(
            self.slots('2019-01-14 00:00', '2019-01-15 00:00'),
            [f'01-14 {hour}:00' for hour in ('08', '09', '10', '12', '13', '14', '15')],
        )
        self.assertEqual(
            self.slots('2019-01-14 00:00', '2019-01-15 00:00', hosts=self.other_host),
            [f'01-14 {hour:02}:00' for hour in (0, 1, 2, 4, 5, 6, 7)],
        )

    def test_sorted_by_time_and_by_host(self):
        self.other_host.tz = 'Europe/Amsterdam'
        found = self.env['scn.appointment']._get_free_slots(
            self.other_host | self.host, self.moment('2019-01-14 08:00'), self.moment('2019-01-14 10:00'), 60
        )
        self.assertEqual(
            [(user, start.hour) for user, start, __ in found],
            [(self.other_host, 8), (self.host, 8), (self.other_host, 9), (self.host, 9)],
        )

    def test_own_hours_of_a_resource(self):
        self.employ(self.host, 'Asia/Seoul', calendar_id=self.new_calendar('UTC', [(18, 24)]).id)
        self.assertEqual(
            self.slots('2019-01-14 00:00', '2019-01-15 00:00', 120), ['01-14 09:00', '01-14 11:00', '01-14 13:00']
        )

    def test_flexible_hours_lie_around_noon(self):
        calendar = self.new_calendar('UTC')
        calendar.write({'flexible_hours': True, 'hours_per_day': 4.0})
        self.employ(self.host, 'UTC', calendar_id=calendar.id)
        self.assertEqual(self.slots('2019-01-14 00:00', '2019-01-15 00:00', 120), ['01-14 10:00', '01-14 12:00'])

    def test_a_calendar_of_two_weeks(self):
        calendar = self.new_calendar('UTC')
        calendar.switch_calendar_type()
        calendar.attendance_ids.filtered(lambda line: line.week_type == '1').unlink()
        self.employ(self.host, 'UTC', calendar_id=calendar.id)
        days = {text[:5] for text in self.slots('2019-01-14 00:00', '2019-01-28 00:00')}
        attendances = self.env['resource.calendar.attendance']
        expected = {
            f'{day:%m-%d}'
            for day in (date(2019, 1, 14) + timedelta(days=number) for number in range(14))
            if day.weekday() < 5 and attendances.get_week_type(day) == 0
        }
        self.assertEqual(days, expected)

    def test_leaves_of_the_host_and_of_everybody(self):
        resource = self.employ(self.host, 'Europe/Amsterdam')
        self.env['resource.calendar.leaves'].create(
            [
                {
                    'name': "Away",
                    'resource_id': resource.id,
                    'date_from': '2019-01-14 00:00:00',
                    'date_to': '2019-01-14 12:00:00',
                },
                {
                    'name': "Holiday",
                    'calendar_id': self.company.resource_calendar_id.id,
                    'date_from': '2019-01-15 00:00:00',
                    'date_to': '2019-01-15 23:59:59',
                },
            ]
        )
        self.assertEqual(self.slots('2019-01-14 00:00', '2019-01-16 00:00', 120), ['01-14 12:00', '01-14 14:00'])

    def test_a_leave_of_somebody_else_is_theirs(self):
        resource = self.employ(self.other_host, 'Asia/Seoul')
        self.employ(self.host, 'Europe/Amsterdam')
        self.env['resource.calendar.leaves'].create(
            {'resource_id': resource.id, 'date_from': '2019-01-14 00:00:00', 'date_to': '2019-01-15 00:00:00'}
        )
        self.assertEqual(len(self.slots('2019-01-14 00:00', '2019-01-15 00:00')), 7)
        self.assertFalse(self.slots('2019-01-14 00:00', '2019-01-15 00:00', hosts=self.other_host))

    def test_meetings_with_a_pause_around_and_exclusive_edges(self):
        self.meet('2019-01-14 09:15:00', '2019-01-14 09:45:00')
        self.assertEqual(self.slots('2019-01-14 08:00', '2019-01-14 11:00'), ['01-14 08:00', '01-14 10:00'])
        self.company.scn_buffer_minutes = 20
        self.assertEqual(self.slots('2019-01-14 08:00', '2019-01-14 11:00', 30), ['01-14 08:00', '01-14 10:15'])

    def test_who_declined_or_is_shown_as_free_is_free(self):
        self.meet('2019-01-14 08:00:00', '2019-01-14 11:00:00').write({'state': 'declined'})
        self.meet('2019-01-14 12:00:00', '2019-01-14 16:00:00', show_as='free')
        self.assertEqual(len(self.slots('2019-01-14 00:00', '2019-01-15 00:00')), 7)

    def test_private_meetings_of_others_count_too(self):
        self.meet('2019-01-14 08:00:00', '2019-01-14 11:00:00', privacy='private', user_id=self.host.id)
        found = (
            self.env['scn.appointment']
            .with_user(self.officer)
            ._get_free_slots(self.host, self.moment('2019-01-14 08:00'), self.moment('2019-01-14 11:00'), 60)
        )
        self.assertEqual(found, [])

    def test_a_meeting_of_a_whole_day(self):
        """Its hours in UTC say nothing: it is the host's day."""
        self.meet(
            '2019-01-14 08:00:00',
            '2019-01-14 18:00:00',
            self.other_host,
            allday=True,
            start_date='2019-01-14',
            stop_date='2019-01-14',
        )
        self.assertFalse(self.slots('2019-01-14 00:00', '2019-01-14 12:00', hosts=self.other_host))
        self.assertEqual(len(self.slots('2019-01-15 00:00', '2019-01-15 12:00', hosts=self.other_host)), 7)

    def test_appointments_that_are_agreed_or_offered(self):
        self.agree('2019-01-14 08:00', '2019-01-14 09:00')
        offered = self.plan('2019-01-14 13:00', '2019-01-14 14:00', city=self.lakeside)
        offered.action_propose()
        self.plan('2019-01-14 15:00', '2019-01-14 16:00', city=self.lakeside)
        self.assertEqual(self.slots('2019-01-14 08:00', '2019-01-14 16:00'), ['01-14 09:15', '01-14 14:15'])
        self.assertEqual(
            self.slots('2019-01-14 12:00', '2019-01-14 16:00', ignore=offered),
            ['01-14 12:00', '01-14 13:00', '01-14 14:00', '01-14 15:00'],
        )

    def test_travel_around_a_visit(self):
        self.agree('2019-01-16 09:00', '2019-01-16 17:00', kind='visit_day')
        days = {text[:5] for text in self.slots('2019-01-14 00:00', '2019-01-19 00:00')}
        self.assertEqual(days, {'01-14', '01-18'})

    def test_a_host_of_a_part_of_a_visit_is_busy_for_that_part(self):
        self.company.scn_travel_days = 0
        visit = self.plan('2019-01-16 09:00', '2019-01-16 16:00', kind='visit_day', hosts=self.other_host)
        self.env['scn.appointment.host'].create(
            {
                'appointment_id': visit.id,
                'user_id': self.host.id,
                'start': '2019-01-16 12:00:00',
                'stop': '2019-01-16 16:00:00',
            }
        )
        visit.action_confirm()
        self.assertEqual(
            self.slots('2019-01-16 00:00', '2019-01-17 00:00'), ['01-16 08:00', '01-16 09:00', '01-16 10:00']
        )

    def test_what_has_passed_is_not_free(self):
        with freeze_time('2019-01-14 09:05:00'):
            self.assertEqual(
                self.slots('2019-01-14 00:00', '2019-01-14 11:00', 30), ['01-14 09:15', '01-14 09:45', '01-14 10:15']
            )

    # -- clocks --------------------------------------------------------------------------------------------------

    def test_hours_keep_the_wall_when_the_clock_changes(self):
        for zone, days in CHANGES.items():
            tz = pytz.timezone(zone)
            self.host.tz = zone
            for day in days:
                with self.subTest(zone=zone, day=day), freeze_time('2019-01-07 06:00:00'):
                    first, last = (
                        free_time.wall_to_utc(self.moment(str(day + timedelta(days=number))), tz) for number in (-4, 5)
                    )
                    found = self.env['scn.appointment']._get_free_slots(self.host, first, last, 60)
                    walls = {pytz.utc.localize(start).astimezone(tz).strftime('%H:%M') for __, start, __ in found}
                    self.assertEqual(walls, {'09:00', '10:00', '11:00', '13:00', '14:00', '15:00', '16:00'})

    def test_a_night_shift_over_the_change(self):
        """The hour that does not exist is not offered, and the one that comes twice is offered twice."""
        calendar = self.new_calendar('UTC', [(0, 6)])
        calendar.attendance_ids.write({'dayofweek': '6'})
        self.employ(self.host, 'Europe/Amsterdam', calendar_id=calendar.id)
        self.assertEqual(len(self.slots('2019-03-30 12:00', '2019-03-31 12:00')), 5)
        self.assertEqual(len(self.slots('2019-10-26 12:00', '2019-10-27 12:00')), 7)
        self.assertEqual(len(self.slots('2019-06-01 12:00', '2019-06-02 12:00')), 6)

    def test_a_slot_read_at_the_city_on_another_day(self):
        """23:30 on Monday in Toronto is Tuesday morning in Seoul."""
        self.employ(self.other_host, 'Asia/Seoul', calendar_id=self.new_calendar('UTC', [(12, 14)]).id)
        found = self.env['scn.appointment']._get_free_slots(
            self.other_host, self.moment('2019-01-15 03:00'), self.moment('2019-01-15 05:00'), 60
        )
        start, stop = found[1][1:]
        appointment = self.plan(str(start), str(stop), city=self.lakeside, hosts=self.other_host)
        self.assertEqual(appointment.day, date(2019, 1, 14))
        self.assertIn('11:00', appointment._format_times())
        self.assertIn('Asia/Seoul', appointment._format_times('Asia/Seoul'))
        self.assertIn('1:00', appointment._format_times('Asia/Seoul'))

    # -- how much it asks the database -----------------------------------------------------------------------------

    def count_queries(self, hosts, weeks):
        """Queries of one search with nothing in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        start = self.moment('2019-01-14 00:00')
        found = self.env['scn.appointment']._get_free_slots(hosts, start, start + timedelta(weeks=weeks), 60)
        self.assertGreater(len(found), 30 * len(hosts))
        return self.env.cr.sql_log_count - before

    def test_the_number_of_queries_does_not_grow(self):
        """Twenty hosts, each with a calendar, a leave, a meeting and an appointment, over eight weeks."""
        hosts = self.env['res.users']
        for number in range(20):
            host = new_test_user(self.env, f'scn_host_{number}', groups='base.group_user', tz='Europe/Amsterdam')
            resource = self.employ(host, 'Europe/Amsterdam', calendar_id=self.new_calendar('Europe/Amsterdam').id)
            self.env['resource.calendar.leaves'].create(
                {'resource_id': resource.id, 'date_from': '2019-01-21 00:00:00', 'date_to': '2019-01-22 00:00:00'}
            )
            self.meet('2019-01-23 09:00:00', '2019-01-23 10:00:00', host)
            city = self.env['res.partner'].create({'name': f"Town {number}", 'is_city': True})
            self.partnerships[city] = self.start_partnership(city, 'partner')
            self.agree('2019-01-24 09:00', '2019-01-24 10:00', city=city, hosts=host)
            hosts |= host
        one, many = self.count_queries(hosts[0], 8), self.count_queries(hosts, 8)
        self.assertEqual(one, many)
        self.assertLessEqual(many, 15)
