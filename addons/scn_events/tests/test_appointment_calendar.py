from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .appointment_common import AppointmentCase


@tagged('post_install', '-at_install')
@freeze_time('2019-03-01 12:00:00')
class TestAppointmentCalendar(AppointmentCase):
    """The calendar event follows the appointment, and only that."""

    def assert_follows(self, appointment):
        event = appointment.calendar_event_id
        self.assertEqual((event.start, event.stop), (appointment.start, appointment.stop))
        self.assertEqual(event.partner_ids, appointment.host_user_ids.partner_id | appointment.contact_ids)
        self.assertEqual(event.attendee_ids.partner_id, event.partner_ids)
        self.assertTrue(event.active)

    def test_no_event_before_confirmation(self):
        appointment = self.plan()
        appointment.action_propose()
        self.assertFalse(appointment.calendar_event_id)
        appointment.action_confirm()
        self.assert_follows(appointment)

    def test_the_event_follows_times_hosts_and_people(self):
        appointment = self.agree(contact_ids=[fields.Command.set(self.riverton_person.partner_id.ids)])
        self.assert_follows(appointment)
        appointment._move(self.moment('2019-05-15 10:00'), self.moment('2019-05-15 11:30'))
        self.assert_follows(appointment)
        appointment.host_user_ids = self.host | self.other_host
        self.assert_follows(appointment)
        appointment.host_user_ids = self.other_host
        self.assert_follows(appointment)
        self.assertEqual(appointment.calendar_event_id.user_id, self.other_host)
        appointment.contact_ids = False
        self.assert_follows(appointment)

    def test_the_event_goes_with_the_appointment_and_comes_back(self):
        appointment = self.agree()
        event = appointment.calendar_event_id
        appointment._cancel("Not now")
        self.assertFalse(event.active)
        appointment.action_reopen()
        self.assertFalse(event.active)
        appointment.action_confirm()
        self.assertEqual(appointment.calendar_event_id, event)
        self.assert_follows(appointment)

    def test_internal_remarks_never_reach_it(self):
        appointment = self.agree(
            note_internal='<p>Quarrelsome deputy mayor</p>', note_shared='<p>Bring the figures of 2018</p>'
        )
        appointment.note_internal = '<p>Quarrelsome deputy mayor, again</p>'
        event = appointment.calendar_event_id
        everything = str(event.read()) + str(event._get_ics_file())
        everything += "".join(event.message_ids.mapped('body')) + str(event.activity_ids.mapped('note'))
        self.assertNotIn('Quarrelsome', everything)
        self.assertIn('figures of 2018', everything)

    def test_nobody_gets_odoos_own_mail(self):
        # ours belong to no record
        odoos = [('model', '!=', False)]
        before = self.env['mail.mail'].search_count(odoos)
        messages = self.env['mail.message'].search_count([('message_type', '=', 'user_notification')])
        appointment = self.agree(contact_ids=[fields.Command.set(self.riverton_person.partner_id.ids)])
        appointment._move(self.moment('2019-05-15 10:00'), self.moment('2019-05-15 11:30'))
        appointment.host_user_ids |= self.other_host
        appointment._cancel("Not now")
        self.assertEqual(self.env['mail.mail'].search_count(odoos), before)
        self.assertEqual(self.env['mail.message'].search_count([('message_type', '=', 'user_notification')]), messages)

    def test_the_room_of_the_event_is_the_link(self):
        appointment = self.agree()
        event = appointment.calendar_event_id
        self.assertEqual(event.videocall_location, appointment.video_link)
        self.assertTrue(appointment.video_link.endswith(event.access_token))
        appointment.video_link = 'https://meet.example.com/riverton'
        self.assertEqual(event.videocall_location, 'https://meet.example.com/riverton')

    def test_the_event_is_not_changed_by_hand(self):
        event = self.agree().calendar_event_id.with_user(self.host)
        for values in ({'start': '2019-05-20 10:00:00'}, {'active': False}, {'name': "Lunch"}):
            with self.assertRaisesRegex(UserError, "follows a visit or session"):
                event.write(values)
        with self.assertRaisesRegex(UserError, "follows a visit or session"):
            event.unlink()

    def test_colleagues_without_a_role_read_their_calendar(self):
        event = self.agree(hosts=self.other_host).calendar_event_id.with_user(self.other_host)
        self.assertEqual(event.read()[0]['start'], self.moment('2019-05-14 10:00'))

    def test_an_answer_of_an_attendee_is_theirs(self):
        event = self.agree().calendar_event_id
        attendee = event.attendee_ids.filtered(lambda one: one.partner_id == self.host.partner_id)
        attendee.with_user(self.host).do_decline()
        self.assertEqual(attendee.state, 'declined')

    def test_another_event_stays_free(self):
        event = (
            self.env['calendar.event']
            .with_user(self.host)
            .create({'name': "Lunch", 'start': '2019-05-20 10:00:00', 'stop': '2019-05-20 11:00:00'})
        )
        event.name = "Late lunch"
        event.unlink()
