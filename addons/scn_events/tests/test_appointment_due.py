from datetime import date

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from .appointment_common import AppointmentCase


@tagged('post_install', '-at_install')
@freeze_time('2019-05-01 12:00:00')
class TestAppointmentDue(AppointmentCase):
    """Owed, planned, held, overdue, not delivered: what the entitlement and its appointments say."""

    def due(self, city=None, code='one_on_one', day='2019-05-01'):
        self.env.flush_all()
        found = self.env['scn.appointment.due'].search(
            [('entitlement_id', '=', self.window(city or self.riverton, code, day).id)]
        )
        found.invalidate_recordset()
        return found.with_user(self.officer)

    def test_the_entitlement_itself_opens_it(self):
        session, visit = self.due(), self.due(code='visit')
        self.assertEqual((session.state, session.owed, str(session.due_on)), ('owed', 1, '2019-05-31'))
        self.assertEqual((visit.kind, visit.state, str(visit.due_on)), ('visit_day', 'owed', '2019-08-29'))
        self.assertEqual((session.user_id, session.grade_id), (self.officer, self.tier['premium']))

    def test_from_owed_over_planned_to_held(self):
        appointment = self.plan('2019-05-14 10:00', '2019-05-14 11:00')
        self.assertEqual((self.due().state, self.due().asked, self.due().owed), ('planned', 1, 0))
        self.assertEqual(self.due().next_start, appointment.start)
        appointment.action_confirm()
        self.assertEqual((self.due().state, self.due().agreed), ('planned', 1))
        with freeze_time('2019-05-14 12:00:00'):
            appointment.action_done()
        self.assertEqual((self.due().state, self.due().held), ('held', 1))

    def test_a_cancelled_one_is_owed_again_unless_it_counts(self):
        self.agree()._cancel("Not now")
        self.assertEqual(self.due().state, 'owed')
        self.agree()._cancel("On the evening before", give_back=False)
        self.assertEqual((self.due().state, self.due().lost, self.due().owed), ('held', 1, 0))

    @freeze_time('2019-06-01 12:00:00')
    def test_overdue_the_day_after_it_should_be_planned(self):
        self.assertEqual(self.due().state, 'overdue')
        self.plan('2019-06-14 10:00', '2019-06-14 11:00')
        self.assertEqual(self.due().state, 'planned')

    @freeze_time('2019-07-02 12:00:00')
    def test_what_was_not_delivered_feeds_the_carry_over(self):
        self.assertEqual(self.due().state, 'missed')
        self.env['scn.entitlement']._cron_propose_carry_over()
        self.assertEqual(self.due().carry_state, 'proposed')
        self.due().entitlement_id.with_user(self.officer).action_carry_over()
        self.assertFalse(self.due(), "nothing is included there any more")
        following = self.due(day='2019-07-02')
        self.assertEqual((following.state, following.quota, following.owed), ('owed', 2, 2))

    def test_a_partnership_that_has_ended_owes_nothing(self):
        self.env.cr.execute(
            "UPDATE scn_partnership SET state = 'lapsed' WHERE id = %s", [self.partnerships[self.riverton].id]
        )
        self.assertFalse(self.due())

    def test_what_was_held_stays_to_be_counted(self):
        self.agree()
        self.env.cr.execute(
            "UPDATE scn_partnership SET state = 'lapsed' WHERE id = %s", [self.partnerships[self.riverton].id]
        )
        self.assertEqual((self.due().state, self.due().owed), ('planned', 0))

    def test_plan_fills_in_what_is_known(self):
        action = self.due().action_plan()
        with Form(self.env['scn.appointment'].with_user(self.officer).with_context(**action['context'])) as form:
            form.topic = "Rental platforms"
        appointment = form.record
        self.assertEqual(appointment.city_id, self.riverton)
        self.assertEqual((appointment.kind, appointment.user_id), ('one_on_one', self.officer))
        self.assertEqual(appointment.host_user_ids, self.officer)
        self.assertEqual(appointment._to_local(appointment.start).hour, 10)
        self.assertEqual(appointment.entitlement_id, self.due().entitlement_id)
        with self.assertRaisesRegex(UserError, "planned or used"):
            self.due().action_plan()

    def test_plan_is_for_officers_and_for_what_has_not_ended(self):
        with self.assertRaises(AccessError):
            self.due().with_user(self.reader).action_plan()
        with freeze_time('2019-07-02 12:00:00'), self.assertRaisesRegex(UserError, "carry it over"):
            self.due().action_plan()

    def test_nobody_is_reminded_of_what_is_planned(self):
        activity = 'scn_partner.mail_activity_type_owed'
        partnership = self.partnerships[self.riverton]
        self.plan('2019-06-14 10:00', '2019-06-14 11:00')
        with freeze_time('2019-06-02 12:00:00'):
            self.env['scn.entitlement']._cron_remind_owed()
            self.assertFalse(partnership.activity_search([activity], only_automated=False))
            self.env['scn.entitlement']._cron_remind_owed()
            self.assertTrue(
                self.partnerships[self.lakeside].activity_search([activity], only_automated=False),
                "what is not planned is asked for",
            )

    def test_the_list_reads_as_much_for_many_as_for_few(self):
        def read(count):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = self.env['scn.appointment.due'].search([], limit=count)
            found.read(['partner_id', 'kind', 'due_on', 'state', 'owed', 'held', 'user_id', 'carry_state'])
            return self.env.cr.sql_log_count - before, len(found)

        for number in range(20):
            city = self.env['res.partner'].create({'name': f"Town {number}", 'is_city': True})
            self.start_partnership(city, 'partner')
        (few, two), (many, sixty) = read(2), read(60)
        self.assertEqual((two, sixty), (2, 60))
        self.assertEqual(few, many)

    # -- which day it is -------------------------------------------------------------------------------------------

    def test_the_day_at_the_city_selects_the_window(self):
        """In Toronto it is still the last evening of June, in UTC and Amsterdam July has begun."""
        appointment = self.plan('2019-07-01 02:00', '2019-07-01 03:00', city=self.lakeside)
        self.assertEqual(appointment.day, date(2019, 6, 30))
        appointment.action_confirm()
        self.assertEqual(self.window(self.lakeside, 'one_on_one', '2019-06-30').used, 1)
        appointment.tz = 'Europe/Amsterdam'
        self.assertEqual(appointment.day, date(2019, 7, 1))
        self.assertEqual(self.window(self.lakeside, 'one_on_one', '2019-06-30').used, 0)
        self.assertEqual(self.window(self.lakeside, 'one_on_one', '2019-07-01').used, 1)

    def test_times_are_read_in_the_zone_of_the_reader(self):
        appointment = self.plan('2019-07-01 02:30', '2019-07-01 04:30', city=self.lakeside)
        toronto, seoul = appointment._format_times(), appointment._format_times('Asia/Seoul')
        self.assertRegex(toronto, r'06/30/2019, 10:30.PM – 07/01/2019, 12:30.AM \(America/Toronto\)')
        self.assertRegex(seoul, r'07/01/2019, 11:30.AM – 1:30.PM \(Asia/Seoul\)')
        self.assertEqual(appointment.local_time, toronto)

    def test_an_hour_that_comes_twice_is_told_apart(self):
        appointment = self.plan('2019-10-27 00:30', '2019-10-27 01:30', tz='Europe/Amsterdam')
        self.assertRegex(appointment.local_time, r'2:30.AM CEST – 2:30.AM CET')

    def test_default_times_are_those_of_the_citys_clock(self):
        times = self.env['scn.appointment']._get_default_times
        self.assertEqual([moment.hour for moment in times('visit_day', date(2019, 3, 29), 'Europe/Amsterdam')], [8, 16])
        self.assertEqual([moment.hour for moment in times('visit_day', date(2019, 4, 1), 'Europe/Amsterdam')], [7, 15])

    def test_moving_keeps_the_length_over_a_change_of_the_clock(self):
        visit = self.agree('2019-10-25 07:00', '2019-10-25 15:00', kind='visit_day')
        visit._move(self.moment('2019-10-28 09:00'), self.moment('2019-10-28 17:00'))
        self.assertEqual((visit.host_ids.start, visit.host_ids.stop), (visit.start, visit.stop))
        self.assertEqual(visit.calendar_event_id.stop - visit.calendar_event_id.start, visit.stop - visit.start)
        self.assertEqual(fields.Date.to_string(visit.day), '2019-10-28')
