from psycopg2.errors import CheckViolation, ExclusionViolation, NotNullViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .appointment_common import AppointmentCase


@tagged('post_install', '-at_install')
@freeze_time('2019-03-01 12:00:00')
class TestAppointment(AppointmentCase):
    # -- what it uses --------------------------------------------------------------------------------------------

    def test_a_request_uses_nothing_and_confirming_uses_one(self):
        window = self.window(self.riverton, 'one_on_one', '2019-05-14')
        appointment = self.plan()
        self.assertEqual((window.used, appointment.entitlement_id), (0, window))
        appointment.action_confirm()
        self.assertEqual((window.used, appointment.entitlement_id), (1, window))
        self.assertEqual(appointment.grade_id, self.tier['premium'])

    def test_a_proposal_uses_nothing(self):
        appointment = self.plan()
        appointment.action_propose()
        self.assertEqual((appointment.state, appointment.entitlement_id.used), ('proposed', 0))

    def test_a_visit_uses_the_visit(self):
        self.agree('2019-06-04 08:00', '2019-06-04 16:00', kind='visit_day')
        self.assertEqual(self.window(self.riverton, 'visit', '2019-06-04').used, 1)
        self.assertEqual(self.window(self.riverton, 'one_on_one', '2019-06-04').used, 0)

    def test_never_beyond_the_quota(self):
        self.agree()
        second = self.plan('2019-06-20 10:00', '2019-06-20 11:00')
        with self.assertRaisesRegex(UserError, "has used all"):
            second.action_confirm()
        self.assertEqual((second.state, second.calendar_event_id.id), ('requested', False))

    def test_what_the_tier_does_not_include_is_refused(self):
        visit = self.plan('2019-06-04 12:00', '2019-06-04 20:00', city=self.lakeside, kind='visit_day')
        with self.assertRaisesRegex(UserError, "includes none of this"):
            visit.action_confirm()

    def test_the_other_bodys_partnership_does_not_count(self):
        body = self.env['res.company'].sudo().create({'name': 'The other body'})
        self.officer.company_ids |= body
        appointment = self.plan(company_id=body.id, user_id=self.officer.id)
        self.assertFalse(appointment.entitlement_id)
        with self.assertRaisesRegex(UserError, "includes none of this"):
            appointment.action_confirm()

    def test_what_is_the_other_bodys_is_not_seen(self):
        body = self.env['res.company'].sudo().create({'name': 'The other body'})
        theirs = self.env['scn.appointment'].create(
            {
                'kind': 'one_on_one',
                'city_id': self.riverton.id,
                'company_id': body.id,
                'start': self.moment('2019-05-14 10:00'),
                'stop': self.moment('2019-05-14 11:00'),
                'host_user_ids': [fields.Command.set(self.other_host.ids)],
            }
        )
        mine = self.plan()
        for found, hidden in ((mine, theirs), (mine.host_ids, theirs.host_ids)):
            seen = self.env[found._name].with_user(self.officer).search([])
            self.assertIn(found, seen)
            self.assertNotIn(hidden, seen)
        self.assertFalse(self.env['scn.appointment'].with_user(self.riverton_person).has_access('read'))

    def test_cancelling_gives_back_once(self):
        appointment = self.agree()
        window = appointment.entitlement_id
        appointment._cancel("The city asked for June")
        self.assertEqual((appointment.state, window.used, window.left), ('cancelled', 0, 1))
        with self.assertRaisesRegex(UserError, "is “Cancelled”"):
            appointment._cancel()
        self.assertEqual(window.used, 0)

    def test_staff_decide_that_a_cancelled_one_counts_with_a_reason(self):
        appointment = self.agree()
        window = appointment.entitlement_id
        with self.assertRaisesRegex(UserError, "Say why"):
            appointment._cancel("  ", give_back=False)
        self.assertEqual(appointment.state, 'confirmed')
        appointment._cancel("Called off on the evening before", give_back=False)
        self.assertEqual((window.used, appointment.entitlement_id), (1, window))
        appointment.action_give_back()
        self.assertEqual((window.used, window.left), (0, 1))

    def test_the_wizard_cancels(self):
        appointment = self.agree()
        action = appointment.action_cancel()
        wizard = (
            self.env['scn.appointment.cancel']
            .with_user(self.officer)
            .with_context(**action['context'])
            .create({'counts': True, 'reason': "Too late"})
        )
        self.assertTrue(wizard.is_agreed)
        wizard.action_confirm()
        self.assertEqual((appointment.state, appointment.cancel_reason), ('cancelled', "Too late"))
        self.assertEqual(self.window(self.riverton, 'one_on_one', '2019-05-14').used, 1)

    def test_moving_into_another_window_takes_there_and_gives_back_here(self):
        appointment = self.agree()
        appointment._move(self.moment('2019-08-14 10:00'), self.moment('2019-08-14 11:00'))
        self.assertEqual(self.window(self.riverton, 'one_on_one', '2019-05-14').used, 0)
        self.assertEqual(self.window(self.riverton, 'one_on_one', '2019-08-14').used, 1)

    def test_moving_into_a_used_window_is_refused_and_changes_nothing(self):
        first, second = self.agree(), self.agree('2019-08-14 10:00', '2019-08-14 11:00')
        with self.assertRaisesRegex(UserError, "has used all"), self.env.cr.savepoint():
            second._move(self.moment('2019-05-20 10:00'), self.moment('2019-05-20 11:00'))
        self.env.invalidate_all()
        self.assertEqual(second.start, self.moment('2019-08-14 10:00'))
        self.assertEqual((first.entitlement_id.used, second.entitlement_id.used), (1, 1))
        self.assertEqual(second.calendar_event_id.start, second.start)

    # -- states --------------------------------------------------------------------------------------------------

    def test_held_and_not_held_only_after_it_has_begun(self):
        appointment = self.agree()
        for move in (appointment.action_done, appointment.action_no_show):
            with self.assertRaisesRegex(UserError, "has not begun"):
                move()
        with freeze_time('2019-05-14 10:30:00'):
            appointment.action_done()
        self.assertEqual((appointment.state, appointment.entitlement_id.used), ('done', 1))

    @freeze_time('2019-05-20 12:00:00')
    def test_what_did_not_take_place_counts_until_it_is_given_back_and_undo_takes_again(self):
        appointment = self.agree()
        window = appointment.entitlement_id
        appointment.action_no_show()
        self.assertEqual(window.used, 1)
        appointment.action_give_back()
        self.assertEqual(window.used, 0)
        appointment.action_undo()
        self.assertEqual((appointment.state, window.used), ('confirmed', 1))

    @freeze_time('2019-05-20 12:00:00')
    def test_undo_is_refused_where_nothing_is_left(self):
        appointment = self.agree()
        appointment.action_no_show()
        appointment.action_give_back()
        self.agree('2019-06-20 10:00', '2019-06-20 11:00')
        with self.assertRaisesRegex(UserError, "has used all"):
            appointment.action_undo()
        self.assertEqual(appointment.state, 'no_show')

    def test_a_cancelled_one_is_planned_after_all(self):
        appointment = self.agree()
        appointment._cancel("Not now")
        appointment.action_reopen()
        self.assertEqual((appointment.state, appointment.cancel_reason), ('requested', False))
        appointment.action_confirm()
        self.assertEqual((appointment.entitlement_id.used, appointment.host_ids.state), (1, 'confirmed'))

    def test_what_counted_although_cancelled_counts_no_more_when_it_is_planned_after_all(self):
        appointment = self.agree()
        window = appointment.entitlement_id
        appointment._cancel("Too late", give_back=False)
        self.assertEqual(window.used, 1)
        appointment.action_reopen()
        self.assertEqual((appointment.state, window.used), ('requested', 0))

    def test_a_context_chooses_no_state_and_no_calendar_event(self):
        meeting = self.env['calendar.event'].create(
            {'name': 'Board', 'start': '2019-05-14 10:00:00', 'stop': '2019-05-14 11:00:00'}
        )
        appointment = self.plan()
        again = appointment.with_context(default_state='confirmed', default_calendar_event_id=meeting.id).copy(
            {'start': appointment.start, 'stop': appointment.stop}
        )
        again.with_context(default_state='confirmed').host_user_ids = self.other_host
        self.assertEqual((again.state, again.host_ids.state), ('requested', 'planned'))
        self.assertFalse(again.calendar_event_id)

    def test_a_city_answers_a_proposal_with_another_time(self):
        appointment = self.plan()
        appointment._propose(self.moment('2019-05-15 10:00'), self.moment('2019-05-15 11:00'), self.other_host)
        self.assertEqual((appointment.state, appointment.host_user_ids), ('proposed', self.other_host))
        appointment._counter(self.moment('2019-05-16 10:00'), self.moment('2019-05-16 11:00'))
        self.assertEqual(
            (appointment.state, appointment.host_ids.start), ('requested', self.moment('2019-05-16 10:00'))
        )
        with self.assertRaisesRegex(UserError, "has passed"):
            appointment._propose(self.moment('2019-02-15 10:00'), self.moment('2019-02-15 11:00'))

    def test_the_state_is_nobodys_to_write(self):
        appointment = self.plan()
        for values in ({'state': 'confirmed'}, {'entitlement_id': False}, {'calendar_event_id': False}):
            with self.assertRaises(AccessError):
                appointment.write(values)
        with self.assertRaises(AccessError):
            self.plan(state='confirmed')
        with self.assertRaisesRegex(UserError, "follows the appointment"):
            appointment.host_ids.write({'state': 'confirmed'})

    def test_what_is_agreed_keeps_its_city_and_kind(self):
        appointment = self.agree()
        with self.assertRaisesRegex(UserError, "keeps its city and kind"):
            appointment.city_id = self.lakeside
        appointment.write({'city_id': self.riverton.id, 'topic': "Rental platforms"})

    def test_what_was_agreed_is_not_deleted(self):
        requested, agreed = self.plan(), self.agree()
        requested.unlink()
        with self.assertRaisesRegex(UserError, "stays on record"):
            agreed.unlink()

    def test_readers_move_nothing(self):
        appointment = self.plan()
        for name in (
            'action_propose',
            'action_confirm',
            'action_cancel',
            'action_done',
            'action_no_show',
            'action_undo',
            'action_reopen',
            'action_give_back',
            'action_back_to_request',
            'action_use_room',
        ):
            with self.assertRaises(AccessError, msg=name):
                getattr(appointment.with_user(self.reader), name)()

    # -- notice --------------------------------------------------------------------------------------------------

    def test_a_city_changes_within_the_notice_and_staff_always(self):
        appointment = self.agree()
        with freeze_time('2019-05-12 09:59:00'):
            appointment._check_can_move(by_city=True)
        with freeze_time('2019-05-12 10:01:00'):
            for check in (appointment._check_can_move, appointment._check_can_cancel):
                with self.assertRaisesRegex(UserError, "too close to change"):
                    check(by_city=True)
                check()
            appointment._cancel("Ill")
        self.assertEqual(appointment.state, 'cancelled')

    def test_a_city_moves_to_a_time_to_come_only(self):
        with self.assertRaisesRegex(UserError, "has passed"):
            self.agree()._move(self.moment('2019-02-14 10:00'), self.moment('2019-02-14 11:00'), by_city=True)

    def test_a_citys_person_is_not_the_account_holder_of_what_it_asks_for(self):
        self.partnerships[self.riverton].user_id = False
        appointments = self.env['scn.appointment'].with_user(self.riverton_person).sudo()
        appointment = appointments._request(
            self.riverton, 'one_on_one', self.moment('2019-05-14 10:00'), self.moment('2019-05-14 11:00')
        )
        self.assertFalse(appointment.user_id)

    def test_who_was_there_is_corrected_afterwards(self):
        appointment = self.agree()
        with freeze_time('2019-05-14 12:00:00'):
            appointment.action_done()
            appointment.host_user_ids = self.other_host
        self.assertEqual((appointment.host_ids.user_id, appointment.host_ids.state), (self.other_host, 'confirmed'))
        self.assertIn(self.other_host.partner_id, appointment.calendar_event_id.partner_ids)

    def test_what_is_not_agreed_needs_no_notice(self):
        appointment = self.plan()
        with freeze_time('2019-05-14 09:00:00'):
            appointment._cancel(by_city=True)
        self.assertEqual(appointment.state, 'cancelled')

    # -- hosts ---------------------------------------------------------------------------------------------------

    def test_nobody_hosts_two_at_one_time(self):
        self.agree()
        second = self.plan('2019-05-14 10:30', '2019-05-14 11:30', city=self.lakeside)
        with self.assertRaisesRegex(UserError, "is already at “One-on-one session · Riverton"):
            second.action_confirm()
        self.assertEqual(self.window(self.lakeside, 'one_on_one', '2019-05-14').used, 0)

    def test_a_city_does_not_read_whom_a_host_meets(self):
        self.agree()
        second = self.plan('2019-05-14 10:30', '2019-05-14 11:30', city=self.lakeside)
        with self.assertRaises(UserError) as refused:
            second.with_user(self.lakeside_person).sudo()._confirm()
        self.assertNotIn('Riverton', str(refused.exception))

    def test_one_after_the_other_is_no_clash(self):
        self.agree()
        self.agree('2019-05-14 11:00', '2019-05-14 12:00', city=self.lakeside)

    def test_only_what_is_agreed_keeps_the_time(self):
        self.plan()
        second = self.agree('2019-05-14 10:30', '2019-05-14 11:30', city=self.lakeside)
        second._cancel("Not now")
        self.agree('2019-05-14 10:30', '2019-05-14 11:30')

    def test_hosts_for_a_part_of_a_visit(self):
        visit = self.plan('2019-06-04 08:00', '2019-06-04 16:00', kind='visit_day')
        part = (
            self.env['scn.appointment.host']
            .with_user(self.officer)
            .create(
                {
                    'appointment_id': visit.id,
                    'user_id': self.other_host.id,
                    'start': self.moment('2019-06-04 13:00'),
                    'stop': self.moment('2019-06-04 16:00'),
                }
            )
        )
        visit.action_confirm()
        self.agree('2019-06-04 10:00', '2019-06-04 11:00', city=self.lakeside, hosts=self.other_host)
        with self.assertRaisesRegex(UserError, "is already at"), self.env.cr.savepoint():
            part.start = self.moment('2019-06-04 10:30')
        self.env.invalidate_all()
        visit._move(self.moment('2019-06-11 09:00'), self.moment('2019-06-11 16:00'))
        self.assertEqual((part.start, part.stop), (self.moment('2019-06-11 14:00'), self.moment('2019-06-11 16:00')))
        self.assertEqual(set(visit.host_ids.mapped('state')), {'confirmed'})

    def test_a_host_who_comes_later_is_checked_and_kept(self):
        self.agree(city=self.lakeside, hosts=self.other_host)
        appointment = self.agree()
        with self.assertRaisesRegex(UserError, "is already at"), self.env.cr.savepoint():
            appointment.host_user_ids |= self.other_host
        self.env.invalidate_all()
        self.assertEqual(appointment.host_user_ids, self.host)

    def test_what_is_agreed_keeps_a_host(self):
        appointment = self.agree()
        with self.assertRaisesRegex(UserError, "needs a host"):
            appointment.host_ids.unlink()

    def test_confirming_needs_a_host(self):
        appointment = self.plan(hosts=self.env['res.users'])
        with self.assertRaisesRegex(UserError, "add a host"):
            appointment.action_confirm()

    def test_a_citys_person_is_no_host(self):
        with self.assertRaisesRegex(ValidationError, "is not of the foundation"):
            self.plan(hosts=self.riverton_person)

    @mute_logger('odoo.sql_db')
    def test_the_database_refuses_what_the_checks_would(self):
        """The guard behind the sentences, each by its own row."""
        first, second = self.agree(), self.plan('2019-05-14 10:30', '2019-05-14 11:30', city=self.lakeside)
        hosts = (first | second).host_ids
        hosts.flush_recordset()
        for statement, violation in (
            ("state = 'confirmed'", ExclusionViolation),
            ('stop = start', CheckViolation),
            ('user_id = NULL', NotNullViolation),
            ('start = NULL', NotNullViolation),
        ):
            with self.assertRaises(violation), self.env.cr.savepoint():
                self.env.cr.execute(f'UPDATE scn_appointment_host SET {statement} WHERE id = %s', [second.host_ids.id])

    @mute_logger('odoo.sql_db')
    def test_without_the_check_the_loser_gets_a_sentence(self):
        """What a parallel transaction meets: the check saw nothing, the exclusion did."""
        self.agree()
        second = self.plan('2019-05-14 10:30', '2019-05-14 11:30', city=self.lakeside)
        self.patch(type(self.env['scn.appointment.host']), '_check_free', lambda self: None)
        with self.assertRaisesRegex(UserError, "Somebody else just confirmed"), self.env.cr.savepoint():
            second.action_confirm()
        self.env.invalidate_all()
        self.assertEqual((second.state, second.host_ids.state), ('requested', 'planned'))
        self.assertEqual(self.window(self.lakeside, 'one_on_one', '2019-05-14').used, 0)

    # -- video, people -------------------------------------------------------------------------------------------

    def test_every_session_carries_a_video_link(self):
        appointment = self.plan()
        self.assertRegex(appointment.video_link, r'/calendar/join_videocall/[0-9a-f]{32}$')
        appointment.video_link = False
        with self.assertRaisesRegex(UserError, "needs a video link"):
            appointment.action_confirm()
        appointment.action_use_room()
        appointment.action_confirm()

    def test_a_visit_needs_no_video_link(self):
        self.assertFalse(self.agree('2019-06-04 08:00', '2019-06-04 16:00', kind='visit_day').video_link)

    def test_a_link_is_a_web_address(self):
        with self.assertRaisesRegex(ValidationError, "begins with https"):
            self.plan(video_link='javascript:alert(1)')

    def test_only_people_of_the_city(self):
        self.plan(contact_ids=[fields.Command.set(self.riverton_person.partner_id.ids)])
        with self.assertRaisesRegex(ValidationError, "do not belong to Riverton"):
            self.plan(contact_ids=[fields.Command.set(self.lakeside_person.partner_id.ids)])

    def test_it_ends_after_it_begins(self):
        with self.assertRaisesRegex(ValidationError, "end after it begins"):
            self.plan(stop='2019-05-14 10:00')

    # -- merging, ending -----------------------------------------------------------------------------------------

    def test_merging_cities_keeps_appointments(self):
        twin = self.env['res.partner'].create({'name': 'Riverton Town', 'is_city': True})
        appointment = self.agree()
        self.env['base.partner.merge.automatic.wizard']._merge((self.riverton | twin).ids, twin, extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual((appointment.city_id, appointment.state), (twin, 'confirmed'))
        self.assertEqual(appointment.entitlement_id.partner_id, twin)
        appointment._cancel("Another day")
        self.assertEqual(self.partnerships[self.riverton].entitlement_ids.mapped('used'), [0] * 5)
