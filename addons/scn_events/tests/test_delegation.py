"""A city's coordinator names, swaps and withdraws; nobody reaches another city's seats."""

import re

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..exceptions import GateRefused
from .common import EventCase


class DelegationCase(EventCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.summit = cls.new_event('summit_live', scn_kind='summit', scn_allowance_ids=[Command.create({'seats': 2})])
        for user, role in ((cls.riverton_person, 'coordinator'), (cls.lakeside_person, 'staff_lead')):
            city = user.partner_id.commercial_partner_id
            cls.env['scn.contact.role'].create(
                {
                    'organisation_id': city.id,
                    'contact_id': user.partner_id.id,
                    'role': role,
                    'date_start': '2019-01-01',
                }
            )
        cls.colleague = cls.new_contact(cls.riverton, 'riverton_colleague')


@tagged('post_install', '-at_install')
class TestDelegation(DelegationCase):
    def setUp(self):
        super().setUp()
        self.deal = self.give_tier(self.riverton, 'partner')

    def name(self, name='Ana Example', user=None, event=None, email=None):
        registrations = self.env['event.registration'].with_user(user or self.riverton_person).sudo()
        email = email or f'{name.split()[0].lower()}@riverton.example'
        return registrations._name_participant(event or self.summit, {'name': name, 'email': email})

    def test_name_swap_withdraw(self):
        first = self.name()
        self.assertEqual((first.scn_city_id, first.state), (self.riverton, 'open'))
        self.name('Ben Example')
        with self.assertRaises(GateRefused):
            self.name('Cleo Example')
        badge = first.barcode
        self.env['event.mail'].browse(
            self.summit.event_mail_ids.filtered(lambda mail: mail.interval_type == 'after_sub').id
        ).execute()
        self.assertTrue(first.mail_registration_ids)
        first._swap_participant({'name': 'Dora Example', 'email': 'dora@riverton.example'})
        self.assertEqual((first.name, first.state), ('Dora Example', 'open'))
        self.assertNotEqual(first.barcode, badge)
        self.assertFalse(first.mail_registration_ids, "the new person is written to")
        first._withdraw_participant()
        self.assertEqual(first.state, 'cancel')
        self.assertTrue(self.name('Cleo Example'))

    def test_a_contact_of_the_city_becomes_the_booked_person(self):
        self.colleague.partner_id.email = 'colleague@riverton.example'
        registration = self.name('Colleague', email='Colleague@Riverton.example')
        self.assertEqual(registration.partner_id, self.colleague.partner_id)

    def test_a_swap_needs_no_open_gate(self):
        """The partnership ended and the ticket's window is over: the seat stays, on hold, and may be swapped."""
        registration = self.name()
        self.deal.state = 'lapsed'
        registration._swap_participant({'name': 'Dora Example', 'email': 'dora@riverton.example'})
        self.assertEqual((registration.name, registration.state), ('Dora Example', 'open'))

    def test_bad_input_gets_a_sentence(self):
        for values in ({}, {'name': ' '}, {'name': 'Ana'}, {'name': 'Ana', 'email': 'no address'}):
            with self.assertRaises(UserError):
                self.env['event.registration'].with_user(self.riverton_person).sudo()._name_participant(
                    self.summit, values
                )
        self.name()
        with self.assertRaises(UserError):
            self.name('Ana Again', email='ANA@riverton.example')

    def test_only_the_coordinator(self):
        with self.assertRaises(AccessError):
            self.name(user=self.colleague)
        with self.assertRaises(GateRefused):
            self.name(user=self.lakeside_person)
        registration = self.name()
        for user in (self.colleague, self.lakeside_person):
            theirs = registration.with_user(user).sudo()
            with self.assertRaises(AccessError):
                theirs._swap_participant({'name': 'Eve', 'email': 'eve@lakeside.example'})
            with self.assertRaises(AccessError):
                theirs._withdraw_participant()

    def test_after_the_event_nothing_changes(self):
        registration = self.name()
        registration.sudo().action_set_done()
        with self.assertRaises(UserError):
            registration._withdraw_participant()

    def test_approval_where_wanted(self):
        self.summit.scn_needs_approval = True
        asked = self.name()
        self.assertEqual(asked.state, 'draft')
        self.assertFalse(asked._get_join_url())
        self.name('Ben Example')
        with self.assertRaises(GateRefused):
            self.name('Cleo Example')
        asked.with_user(self.officer).action_confirm()
        self.assertEqual(asked.state, 'open')
        self.assertEqual(self.register(self.summit, self.riverton, scn_override_reason='Guest').state, 'open')


@tagged('post_install', '-at_install')
class TestDelegationPages(DelegationCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.give_tier(self.riverton, 'partner')
        for user in (self.riverton_person, self.lakeside_person, self.colleague):
            user.password = f'{user.login}-password'

    def sign_in(self, user):
        self.authenticate(user.login, f'{user.login}-password')

    def post(self, path, **data):
        page = self.url_open('/my/account').text
        token = re.search(r'csrf_token: "([^"]+)"', page)[1]
        return self.url_open(path, data={'csrf_token': token, **data})

    def participants(self):
        return self.riverton._get_participants(self.summit)

    def test_a_time_that_cannot_be_read_is_no_error_page(self):
        for slot in ('abc', '99999999999999999999', '²', '-1'):
            page = self.make_jsonrpc_request(
                f'/event/{self.summit.id}/registration/new', {'nb_register-0': '1', 'event_slot_id': slot}
            )
            self.assertIn('could not be read', page, slot)

    def test_the_pages(self):
        self.summit.scn_join_url = 'https://room.example/1'
        self.sign_in(self.riverton_person)
        self.assertIn(self.summit.name, self.url_open('/my/city/events').text)
        path = f'/my/city/events/{self.summit.id}'
        done = self.post(f'{path}/name', name='Ana Example', email=self.riverton_person.email)
        self.assertIn('Ana Example has a seat', done.text)
        self.assertIn('1 of 2', done.text)
        self.assertIn('https://room.example/1', self.url_open('/my/registrations').text)
        seat = self.participants()
        refused = self.post(f'/my/city/participants/{seat.id}/swap', name='Dora', email='nonsense')
        self.assertIn('Fill in one e-mail address', refused.text)
        self.post(f'/my/city/participants/{seat.id}/swap', name='Dora Example', email='dora@riverton.example')
        self.assertEqual(seat.name, 'Dora Example')
        self.assertNotIn('room.example', self.url_open('/my/registrations').text)
        self.assertNotIn('room.example', self.url_open(path).text)
        self.post(f'/my/city/participants/{seat.id}/withdraw')
        self.assertEqual(seat.state, 'cancel')

    def test_another_city_finds_nothing(self):
        self.sign_in(self.riverton_person)
        self.post(f'/my/city/events/{self.summit.id}/name', name='Ana Example', email='ana@riverton.example')
        seat = self.participants()
        self.sign_in(self.lakeside_person)
        page = self.url_open(f'/my/city/events/{self.summit.id}')
        self.assertNotIn('Ana Example', page.text)
        self.assertIn('is for cities on the tier', page.text)
        for act in ('swap', 'withdraw'):
            answer = self.post(f'/my/city/participants/{seat.id}/{act}', name='Eve', email='eve@lakeside.example')
            self.assertEqual(answer.status_code, 404)
        refused = self.post(f'/my/city/events/{self.summit.id}/name', name='Eve', email='eve@lakeside.example')
        self.assertIn('is for cities on the tier', refused.text)
        self.assertEqual((self.participants(), seat.name), (seat, 'Ana Example'))

    def test_a_colleague_sees_and_changes_nothing(self):
        self.sign_in(self.colleague)
        page = self.url_open(f'/my/city/events/{self.summit.id}').text
        self.assertNotIn('scn_name_participant', page)
        refused = self.post(f'/my/city/events/{self.summit.id}/name', name='Eve', email='eve@riverton.example')
        self.assertIn('name the participants', refused.text)
        self.assertFalse(self.participants())

    def test_an_unpublished_event_is_not_found(self):
        self.summit.is_published = False
        self.sign_in(self.riverton_person)
        self.assertEqual(self.url_open(f'/my/city/events/{self.summit.id}').status_code, 404)
        self.assertEqual(self.url_open('/my/city/events/99999999').status_code, 404)

    def test_without_a_city(self):
        stranger = self.new_contact(self.env['res.partner'].create({'name': 'Shop', 'is_company': True}), 'stranger')
        stranger.password = 'stranger_portal-password'
        self.sign_in(stranger)
        self.assertIn('does not belong to a city', self.url_open('/my/city/events').text)
        self.assertIn('not registered', self.url_open('/my/registrations').text)

    def test_the_page_takes_a_constant_number_of_queries(self):
        """At 10 registrations and at 10,000."""
        event = self.new_event('seminar_live', seats_limited=True, seats_max=50_000)
        self.env['event.event.ticket'].create({'name': 'Seat', 'event_id': event.id, 'seats_max': 40_000})

        def add(count):
            self.env.flush_all()
            self.cr.execute(
                """
                INSERT INTO event_registration (event_id, event_ticket_id, name, state, active, barcode)
                SELECT %s, %s, 'Person', 'open', true, gen_random_uuid()::text FROM generate_series(1, %s)
                """,
                (event.id, event.event_ticket_ids.id, count),
            )

        def queries():
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            page = self.url_open(f'/event/{event.id}/register')
            self.assertEqual(page.status_code, 200)
            return self.cr.sql_log_count - before

        self.sign_in(self.riverton_person)
        add(10)
        queries()
        few = queries()
        add(9_990)
        self.assertEqual(queries(), few)
        self.assertEqual(event.seats_taken, 10_000)
