"""Time zones: what the clocks of the cities show, across the changes to and from summer time."""

from odoo import Command, fields
from odoo.tests import tagged

from .common import EventCase

#: Moments in UTC around the changes of 2019: New York on 10 March and 3 November, Amsterdam on 31 March and 27
#: October; Seoul and Cape Town keep one time all year. Source: the tz database.
CLOCKS = {
    '2019-03-07 13:00:00': {'Amsterdam': 'Thu 14:00', 'New York': 'Thu 08:00', 'Seoul': 'Thu 22:00', 'Cape Town': 'Thu 15:00'},
    '2019-03-14 13:00:00': {'Amsterdam': 'Thu 14:00', 'New York': 'Thu 09:00', 'Seoul': 'Thu 22:00', 'Cape Town': 'Thu 15:00'},
    '2019-04-04 13:00:00': {'Amsterdam': 'Thu 15:00', 'New York': 'Thu 09:00', 'Seoul': 'Thu 22:00', 'Cape Town': 'Thu 15:00'},
    '2019-10-31 13:00:00': {'Amsterdam': 'Thu 14:00', 'New York': 'Thu 09:00', 'Seoul': 'Thu 22:00', 'Cape Town': 'Thu 15:00'},
    '2019-11-07 13:00:00': {'Amsterdam': 'Thu 14:00', 'New York': 'Thu 08:00', 'Seoul': 'Thu 22:00', 'Cape Town': 'Thu 15:00'},
}  # fmt: skip


@tagged('post_install', '-at_install')
class TestLocalTimes(EventCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cities = cls.env['res.partner'].create(
            [
                {'name': name, 'is_company': True, 'is_city': True, 'country_id': cls.env.ref(f'base.{country}').id, **values}
                for name, country, values in (
                    ('Amsterdam', 'nl', {}),
                    ('New York', 'us', {'scn_zone': 'America/New_York'}),
                    ('Seoul', 'kr', {'tz': 'Europe/Amsterdam'}),
                    ('Cape Town', 'za', {}),
                )
            ]
        )  # fmt: skip
        cls.seminar = cls.new_event(name='Seminar')

    def move_to(self, start, hours=1.5):
        begin = fields.Datetime.to_datetime(start)
        end = fields.Datetime.add(begin, minutes=int(hours * 60))
        self.seminar.write({'date_begin': begin, 'date_end': end, 'date_tz': 'Europe/Amsterdam'})

    def register_all(self):
        self.env['event.registration'].create(
            [{'event_id': self.seminar.id, 'name': 'Ana', 'scn_city_id': city.id} for city in self.cities]
        )

    def get_clocks(self, event=None):
        event = event or self.seminar
        lines, unknown = event._prepare_local_times(event.date_begin, event.date_end)
        self.assertFalse(unknown)
        return {name: f'{line[0]:%a %H:%M}' for line in lines for name in line[3]}

    def test_a_seminar_across_the_clock_changes(self):
        self.register_all()
        for moment, clocks in CLOCKS.items():
            self.move_to(moment)
            self.assertEqual(self.get_clocks(), clocks, moment)
            for clock in clocks.values():
                self.assertIn(clock, self.seminar.scn_local_times)

    def test_a_meeting_while_the_clock_is_changed(self):
        self.register_all()
        # 01:30 winter time to 04:00 summer time: an hour and a half
        self.move_to('2019-03-31 00:30:00')
        lines, __ = self.seminar._prepare_local_times(self.seminar.date_begin, self.seminar.date_end)
        amsterdam = next(line for line in lines if 'Amsterdam' in line[3])
        self.assertEqual((f'{amsterdam[0]:%H:%M}', f'{amsterdam[1]:%H:%M}'), ('01:30', '04:00'))
        cape_town = next(line for line in lines if 'Cape Town' in line[3])
        self.assertNotIn('Amsterdam', cape_town[3], "one clock is changed meanwhile, so they are two lines")
        self.assertEqual(str(self.seminar._get_day()), '2019-03-31')
        content = self.seminar._get_ics_file(self.env['event.slot'])[self.seminar.id].decode()
        self.assertIn('20190331T013000', content)
        self.assertIn('20190331T040000', content)

    def test_night_is_marked(self):
        self.register_all()
        self.move_to('2019-03-28 14:00:00')
        lines, __ = self.seminar._prepare_local_times(self.seminar.date_begin, self.seminar.date_end)
        night = {name: line[2] for line in lines for name in line[3]}
        self.assertEqual(night, {'Amsterdam': False, 'New York': False, 'Seoul': True, 'Cape Town': False})
        self.assertIn('night', self.seminar.scn_local_times)

    def test_whose_clock_it_is(self):
        self.assertIn('No city is registered', self.seminar.scn_local_times)
        self.env['scn.event.invitation'].create({'event_id': self.seminar.id, 'city_id': self.cities[0].id})
        self.seminar.invalidate_recordset()
        self.assertIn('Amsterdam', self.seminar.scn_local_times)
        seat = self.register(self.seminar, self.cities[2])
        self.seminar.invalidate_recordset()
        self.assertEqual(list(self.get_clocks()), ['Seoul'])
        seat.action_cancel()
        self.seminar.invalidate_recordset()
        self.assertEqual(list(self.get_clocks()), ['Amsterdam'])

    def test_what_nobody_knows_is_said(self):
        self.cities[1].scn_zone = False
        self.register_all()
        __, unknown = self.seminar._prepare_local_times(self.seminar.date_begin, self.seminar.date_end)
        self.assertEqual(unknown, ['New York'])
        self.assertIn('New York', self.seminar.scn_local_times)
        self.env['res.partner'].create({'name': 'Ann', 'parent_id': self.cities[1].id, 'tz': 'America/New_York'})
        self.assertIn('New York', self.get_clocks())

    def test_names_are_escaped(self):
        self.cities[0].name = '<b>Amsterdam</b>'
        self.register(self.seminar, self.cities[0])
        self.assertIn('&lt;b&gt;Amsterdam', self.seminar.scn_local_times)

    def test_sessions_and_slots_show_them_too(self):
        self.register_all()
        self.move_to('2019-03-14 13:00:00')
        session = self.env['event.track'].create(
            {
                'name': 'Data',
                'event_id': self.seminar.id,
                'date': '2019-03-14 13:00:00',
                'date_end': '2019-03-14 14:00:00',
            }
        )
        self.assertIn('Thu 09:00', session.scn_local_times)
        multi = self.new_event(
            is_multi_slots=True,
            date_begin='2030-03-14 08:00:00',
            date_end='2030-03-14 20:00:00',
            event_slot_ids=[Command.create({'date': '2030-03-14', 'start_hour': 13, 'end_hour': 14})],
        )
        slot = multi.event_slot_ids
        self.env['event.registration'].create(
            {
                'event_id': multi.id,
                'event_slot_id': slot.id,
                'name': 'Ana',
                'scn_city_id': self.cities[1].id,
            }
        )
        self.assertIn('Thu 09:00', slot.scn_local_times)

    def test_many_cities_take_no_more_queries_than_few(self):
        counts = []
        for number in (2, 40):
            cities = self.env['res.partner'].create(
                [
                    {
                        'name': f'City {number}-{n}',
                        'is_company': True,
                        'is_city': True,
                        'country_id': self.env.ref('base.nl').id,
                    }
                    for n in range(number)
                ]
            )
            self.env['event.registration'].create(
                [{'event_id': self.seminar.id, 'name': 'Ana', 'scn_city_id': city.id} for city in cities]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            html = self.seminar.scn_local_times
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertIn('more', html)


@tagged('post_install', '-at_install')
class TestAttendance(EventCase):
    def test_who_was_checked_in_is_in_the_citys_history(self):
        self.env['event.event'].search([]).registration_ids.filtered(lambda seat: seat.scn_city_id == self.riverton)
        summit = self.new_event(scn_kind='summit', name='Summit')
        seminars = [self.new_event(scn_kind='seminar', name=f'Seminar {n}') for n in range(2)]
        plain = self.new_event(name='Plain')
        seats = [self.register(event, self.riverton) for event in (summit, *seminars, plain)]
        seats.append(self.register(summit, self.riverton))
        self.assertEqual((self.riverton.scn_attendance_count, self.riverton.scn_attendance_summary), (0, False))
        # as the scanner at the door does
        for seat in seats:
            answer = (
                self.env['event.registration'].with_user(self.desk).register_attendee(seat.barcode, seat.event_id.id)
            )
            self.assertEqual(answer['status'], 'confirmed_registration')
        self.riverton.invalidate_recordset()
        self.assertEqual(self.riverton.scn_attendance_count, 4)
        self.assertEqual(self.riverton.scn_attendance_summary, 'Summit: 1, Online seminar: 2, Other: 1')
        action = self.riverton.action_scn_attendance()
        found = self.env['event.registration'].search(action['domain'])
        self.assertEqual(len(found), 5)
        self.assertEqual(self.lakeside.scn_attendance_count, 0)
        values = self.riverton._prepare_city_page_values(self.riverton_person.partner_id)
        self.assertEqual(len(values['city_attended']), 4)
