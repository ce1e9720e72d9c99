"""A cancelled or moved event: who is told, once; what happens to seats, holds, reminders and the waiting list."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.event_event_notice import NOTICE_DELAY
from .common import EventCase


@tagged('post_install', '-at_install')
class TestNotice(EventCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.event = cls.new_event(name='Seminar', seats_limited=True, seats_max=2)

    def setUp(self):
        super().setUp()
        self.ana = self.register(self.event, self.riverton, name='Ana', email='ana@city.example')
        self.ben = self.register(self.event, name='Ben', email='ben@city.example')
        self.entry = self.env['scn.event.waiting'].create(
            {'event_id': self.event.id, 'name': 'Cem', 'email': 'cem@city.example'}
        )
        self.last_mail = self.env['mail.mail'].search([], order='id desc', limit=1).id or 0

    def mails(self):
        """Mails since the test began: (subject, address) of each, sorted."""
        mails = self.env['mail.mail'].search([('id', '>', self.last_mail)])
        found = []
        for mail in mails:
            template_address = mail.email_to or ', '.join(mail.recipient_ids.mapped('email'))
            found.append((mail.subject, template_address))
        return sorted(found)

    def run_job(self, later=NOTICE_DELAY):
        with freeze_time(fields.Datetime.now() + later + timedelta(minutes=1)), self.enter_registry_test_mode():
            self.env.ref('scn_events.ir_cron_tell_participants').method_direct_trigger()

    def test_cancelled_participants_and_who_waits_are_told_once(self):
        self.event.with_user(self.officer).kanban_state = 'cancel'
        self.assertEqual(self.entry.state, 'closed')
        self.run_job(later=timedelta())
        self.assertEqual(self.mails(), [], "there is time to take it back")
        self.run_job()
        told = self.mails()
        self.assertEqual([subject for subject, __ in told], ['Cancelled: Seminar'] * 3)
        for name in ('ana', 'ben', 'cem'):
            self.assertEqual(sum(f'{name}@city.example' in address for __, address in told), 1, name)
        self.run_job()
        self.assertEqual(len(self.mails()), 3, "nobody is told twice")
        self.assertEqual((self.ana.state, self.event.scn_notice), ('open', False))

    def test_taken_back_in_time_nobody_is_told(self):
        begin, end = self.event.date_begin, self.event.date_end
        self.event.kanban_state = 'cancel'
        self.event.kanban_state = 'normal'
        self.assertEqual(self.entry.state, 'waiting')
        self.event.write({'date_begin': begin + timedelta(days=1), 'date_end': end + timedelta(days=1)})
        self.assertEqual(self.event.scn_notice, 'moved')
        self.event.write({'date_begin': begin, 'date_end': end})
        self.assertFalse(self.event.scn_notice)
        self.run_job()
        self.assertEqual(self.mails(), [])

    def test_control_without_the_comparison_a_slip_is_told(self):
        self.patch(self.env.registry['event.event'], '_drop_notice', lambda self: None)
        self.event.kanban_state = 'cancel'
        self.event.kanban_state = 'normal'
        pending = self.event.registration_ids.filtered('scn_notice_pending')
        self.assertEqual(len(pending), 2)

    def test_moved_and_who_registered_meanwhile(self):
        self.event.seats_max = 3
        self.entry._withdraw()
        begin, end = self.event.date_begin, self.event.date_end
        self.event.write({'date_begin': begin + timedelta(days=1), 'date_end': end + timedelta(days=1)})
        self.ben.action_cancel()
        self.register(self.event, name='Dan', email='dan@city.example')
        self.last_mail = self.env['mail.mail'].search([], order='id desc', limit=1).id or 0
        self.run_job()
        [(subject, address)] = self.mails()
        self.assertEqual(subject, 'Please note the date: Seminar')
        self.assertIn('ana@city.example', address)

    def test_taken_back_who_registered_meanwhile_knows_another_day(self):
        self.event.seats_max = 3
        self.entry._withdraw()
        begin, end = self.event.date_begin, self.event.date_end
        self.event.write({'date_begin': begin + timedelta(days=1), 'date_end': end + timedelta(days=1)})
        self.register(self.event, name='Dan', email='dan@city.example')
        self.event.write({'date_begin': begin, 'date_end': end})
        self.run_job()
        [(__, address)] = self.mails()
        self.assertIn('dan@city.example', address)

    def test_it_takes_place_after_all(self):
        self.event.kanban_state = 'cancel'
        self.run_job()
        self.event.kanban_state = 'normal'
        self.assertEqual((self.event.scn_notice, self.entry.state), ('again', 'waiting'))
        template = self.env.ref('scn_events.mail_template_moved')
        self.assertIn('takes place after all', template._render_field('body_html', self.ana.ids)[self.ana.id])

    def test_staff_tell_at_once_or_nobody(self):
        for user in (self.reader, self.employee, self.riverton_person):
            with self.assertRaises(AccessError):
                self.event.with_user(user).action_scn_tell_now()
        self.event.kanban_state = 'cancel'
        self.event.with_user(self.officer).action_scn_tell_now()
        self.run_job(later=timedelta())
        self.assertEqual(len(self.mails()), 3)
        self.event.kanban_state = 'normal'
        self.event.with_user(self.officer).action_scn_tell_nobody()
        self.last_mail = self.env['mail.mail'].search([], order='id desc', limit=1).id
        self.run_job()
        self.assertEqual(self.mails(), [])
        self.assertIn('were not told', self.event.message_ids[0].body)

    def test_an_event_that_is_over_tells_nobody(self):
        over = self.new_event(days=-5)
        over.date_begin += timedelta(hours=1)
        over.kanban_state = 'cancel'
        self.assertFalse(over.scn_notice)

    def test_a_moved_slot_tells_its_people(self):
        day = self.event.date_begin.date()
        event = self.new_event(
            name='Slots',
            date_begin=f'{day} 00:00:00',
            date_end=f'{day} 23:00:00',
            is_multi_slots=True,
            event_slot_ids=[
                Command.create({'date': day, 'start_hour': hour, 'end_hour': hour + 1}) for hour in (9, 12)
            ],
        )
        first, second = event.event_slot_ids
        self.register(event, name='Eva', email='eva@city.example', event_slot_id=first.id)
        self.register(event, name='Fay', email='fay@city.example', event_slot_id=second.id)
        first.write({'start_hour': 10, 'end_hour': 11})
        self.run_job()
        [(__, address)] = self.mails()
        self.assertIn('eva@city.example', address)

    def test_the_gate_looks_again_on_the_new_day(self):
        seminar = self.new_event('seminar_live', user_id=self.officer.id)
        deal = self.give_tier(self.riverton, 'partner')
        deal.date_ended = fields.Date.today() + timedelta(days=60)
        seat = self.register(seminar, self.riverton)
        later = {
            'date_begin': seminar.date_begin + timedelta(days=90),
            'date_end': seminar.date_end + timedelta(days=90),
        }
        before = {'date_begin': seminar.date_begin, 'date_end': seminar.date_end}
        seminar.with_user(self.officer).write(later)
        self.assertTrue(seat.scn_on_hold_since)
        seminar.with_user(self.officer).write(before)
        self.assertFalse(seat.scn_on_hold_since)

    def test_reminders_go_again_when_the_day_is_to_come_again(self):
        reminder = self.event.event_mail_ids.filtered(lambda mail: mail.interval_type == 'before_event')[0]
        reminder.write({'mail_done': True, 'last_registration_id': self.ben.id, 'mail_count_done': 2})
        days = timedelta(days=30)
        self.event.write({'date_begin': self.event.date_begin + days, 'date_end': self.event.date_end + days})
        self.assertEqual((reminder.mail_done, reminder.mail_count_done), (False, 0))

    def test_no_mail_is_lost_to_a_hold(self):
        """Held when the confirmation and the reminder leave; both reach the person once the hold ends."""
        seminar = self.new_event('seminar_live', days=1)
        deal = self.give_tier(self.riverton, 'partner')
        seat = self.register(seminar, self.riverton, email='eva@city.example')
        deal.state = 'lapsed'
        self.assertTrue(seat.scn_on_hold_since)
        confirmation = seminar.event_mail_ids.filtered(lambda mail: mail.interval_type == 'after_sub')
        reminder = seminar.event_mail_ids.filtered(lambda mail: mail.interval_type == 'before_event')[0]
        reminder.write({'interval_nbr': 2, 'interval_unit': 'days'})
        (confirmation | reminder).execute()
        self.assertEqual(self.mails(), [])
        self.assertFalse(seat.mail_registration_ids.mail_sent)
        deal.state = 'active'
        self.assertEqual(len(self.mails()), 1)
        self.env['event.mail'].browse(confirmation.id).execute()
        self.assertTrue(seat.mail_registration_ids.mail_sent)
        self.assertEqual(len(self.mails()), 2)
