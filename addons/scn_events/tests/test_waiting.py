"""The waiting list: fair between cities, offers are kept and end, and the gate looks again."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from ..exceptions import GateRefused
from ..gate_codes import GateCode
from .common import EventCase


@tagged('post_install', '-at_install')
class TestWaiting(EventCase):
    def setUp(self):
        super().setUp()
        self.event = self.new_event(seats_limited=True, seats_max=2)
        self.first = self.register(self.event, self.riverton)
        self.second = self.register(self.event)

    def wait(self, name, city=None, event=None, **values):
        return (
            self.env['scn.event.waiting']
            .with_user(self.officer)
            .create(
                {
                    'event_id': (event or self.event).id,
                    'name': name,
                    'email': f'{name.lower()}@city.example',
                    'city_id': city and city.id,
                    **values,
                }
            )
        )

    def move_on(self):
        with self.enter_registry_test_mode():
            self.env.ref('scn_events.ir_cron_move_waiting_on').method_direct_trigger()

    def test_each_citys_first_seat_before_any_second(self):
        again = self.wait('Ann', self.riverton)
        other = self.wait('Ben', self.lakeside)
        self.second.action_cancel()
        self.assertEqual((again.state, other.state), ('waiting', 'offered'))
        self.first.action_cancel()
        self.assertEqual(again.state, 'offered')

    def test_an_offered_seat_is_kept(self):
        entry = self.wait('Ann', self.lakeside)
        self.second.action_cancel()
        self.assertEqual(entry.state, 'offered')
        with self.assertRaises(GateRefused) as caught, self.cr.savepoint():
            self.register(self.event)
        self.assertEqual(caught.exception.code, GateCode.SOLD_OUT)
        registration = entry._take()
        self.assertEqual((registration.scn_city_id, registration.state), (self.lakeside, 'open'))
        self.assertEqual((entry.state, entry.registration_id), ('accepted', registration))
        self.assertEqual(self.event.seats_taken, 2)

    def test_control_without_keeping_somebody_else_takes_it(self):
        self.wait('Ann', self.lakeside)
        self.second.action_cancel()
        self.patch(
            self.env.registry['event.event'],
            '_get_seats_beside_offers',
            lambda event, slot, ticket, offers: event.seats_available,
        )
        self.assertTrue(self.register(self.event))

    def test_an_offer_ends_and_goes_on(self):
        first = self.wait('Ann', self.lakeside)
        second = self.wait('Ben', self.lakeside)
        self.second.action_cancel()
        self.assertEqual((first.state, second.state), ('offered', 'waiting'))
        mail = self.env['mail.mail'].sudo().search([('model', '=', first._name), ('res_id', '=', first.id)])
        self.assertEqual((mail.email_to, mail.state), ('ann@city.example', 'outgoing'))
        self.move_on()
        self.assertEqual(first.state, 'offered')
        with freeze_time(fields.Datetime.now() + timedelta(hours=self.event.scn_offer_hours + 1)):
            with self.assertRaises(UserError):
                first._take()
            self.move_on()
            self.assertEqual((first.state, second.state), ('expired', 'offered'))

    def test_tickets_and_slots_have_seats_of_their_own(self):
        event = self.new_event()
        ticket = self.env['event.event.ticket'].create({'name': 'A', 'event_id': event.id, 'seats_max': 1})
        other = self.env['event.event.ticket'].create({'name': 'B', 'event_id': event.id, 'seats_max': 1})
        taken = self.register(event, event_ticket_id=ticket.id)
        entry = self.wait('Ann', event=event, event_ticket_id=ticket.id)
        self.assertEqual(entry.state, 'waiting')
        self.register(event, event_ticket_id=other.id)
        taken.action_cancel()
        self.assertEqual(entry.state, 'offered')
        with self.assertRaises(GateRefused), self.cr.savepoint():
            self.register(event, event_ticket_id=ticket.id)

    def test_who_may_not_join_does_not_wait(self):
        seminar = self.new_event('seminar_live', seats_limited=True, seats_max=1)
        with self.assertRaises(GateRefused):
            self.wait('Ann', self.lakeside, event=seminar)

    def test_a_city_that_may_no_more_is_passed_over(self):
        seminar = self.new_event('seminar_live', seats_limited=True, seats_max=1)
        self.give_tier(self.riverton, 'partner')
        deal = self.give_tier(self.lakeside, 'partner')
        seat = self.register(seminar, self.riverton)
        first = self.wait('Ann', self.lakeside, event=seminar)
        second = self.wait('Ben', self.riverton, event=seminar)
        deal.state = 'lapsed'
        seat.action_cancel()
        self.assertEqual((first.state, second.state), ('waiting', 'offered'))

    def test_once_on_the_list_with_an_address(self):
        self.wait('Ann')
        with self.assertRaises(UserError):
            self.wait('Ann', email='ANN@city.example')
        with self.assertRaises(UserError):
            self.wait('Ben', email='no address')

    def test_the_list_moves_itself(self):
        entry = self.wait('Ann')
        with self.assertRaises(AccessError):
            entry.write({'state': 'offered'})
        with self.assertRaises(AccessError):
            self.wait('Ben', state='offered')
        with self.assertRaises(AccessError):
            entry.with_user(self.reader).action_withdraw()
        with self.assertRaises(AccessError):
            entry.with_user(self.reader).action_take()
        entry.with_user(self.officer).action_withdraw()
        self.assertEqual(entry.state, 'withdrawn')

    def test_a_sign_up_becomes_a_registration_or_waits(self):
        self.second.action_cancel()
        free = self.receive('one', city='Riverton', wants=['event'])
        free.event_id = self.event
        free.with_user(self.officer)._accept()
        self.assertEqual(free.event_registration_id.scn_city_id, self.riverton)
        self.assertEqual(free.event_registration_id.partner_id, free.contact_partner_id)
        full = self.receive('two', city='Lakeside', wants=['event'], name='Ben', email='ben@lakeside.example')
        full.event_id = self.event
        full.with_user(self.officer)._accept()
        self.assertFalse(full.event_registration_id)
        self.assertEqual((full.event_waiting_id.city_id, full.event_waiting_id.state), (self.lakeside, 'waiting'))

    def test_a_sign_up_the_gate_refuses_is_accepted_all_the_same(self):
        signup = self.receive('one', city='Riverton', wants=['event'])
        signup.event_id = self.new_event('seminar_live')
        signup.with_user(self.officer)._accept()
        self.assertEqual(signup.state, 'accepted')
        self.assertFalse(signup.event_registration_id or signup.event_waiting_id)
        self.assertIn('Not registered', signup.message_ids[0].body)
