"""Who gets in: every reason, on every route, and what staff may do about it."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..exceptions import GateRefused
from ..gate_codes import GateCode
from .common import EventCase


@tagged('post_install', '-at_install')
class TestGate(EventCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seminar = cls.new_event('seminar_live')
        cls.open_event = cls.new_event()

    def assertRefused(self, code, register, *args, **values):
        with self.assertRaises(GateRefused) as caught, self.cr.savepoint():
            register(*args, **values)
        self.assertEqual(caught.exception.code, code)
        self.assertTrue(str(caught.exception))
        return caught.exception

    def ticket(self, event, **values):
        return self.env['event.event.ticket'].create({'name': 'Seat', 'event_id': event.id, **values})

    # -- reasons -----------------------------------------------------------------------------------------------

    def test_an_event_without_a_benefit_is_open_to_anyone(self):
        self.assertEqual(self.register(self.open_event).state, 'open')

    def test_a_cancelled_event_takes_nobody(self):
        self.open_event.kanban_state = 'cancel'
        self.assertRefused(GateCode.EVENT_CANCELLED, self.register, self.open_event)

    def test_an_ended_event_takes_nobody(self):
        self.assertRefused(GateCode.EVENT_ENDED, self.register, self.new_event(days=-3))

    def test_tickets_have_a_window(self):
        now = fields.Datetime.now()
        late = self.ticket(self.open_event, end_sale_datetime=now - timedelta(hours=1))
        early = self.ticket(self.open_event, start_sale_datetime=now + timedelta(days=1))
        self.assertRefused(GateCode.TICKET_ENDED, self.register, self.open_event, event_ticket_id=late.id)
        self.assertRefused(GateCode.TICKET_NOT_YET, self.register, self.open_event, event_ticket_id=early.id)
        self.assertRefused(GateCode.TICKET_MISSING, self.register, self.open_event)

    def test_tier_by_tier(self):
        """Seminars are live for partner and premium; the task force and associates are refused."""
        expected = {
            'task_force': GateCode.TIER_TOO_LOW,
            'associate': GateCode.TIER_TOO_LOW,
            'partner': None,
            'premium': None,
        }
        for code, refused in expected.items():
            city = self.env['res.partner'].create({'name': f'City of {code}', 'is_city': True})
            if code == 'task_force':
                city.task_force_since = '2019-01-01'
            else:
                self.give_tier(city, code)
            if refused:
                error = self.assertRefused(refused, self.register, self.seminar, city)
                self.assertEqual(error.refusal.tier, self.tier['partner'].name)
                self.assertIn(self.tier['partner'].name, str(error))
            else:
                self.assertEqual(self.register(self.seminar, city).scn_tier_id, self.tier[code])

    def test_nobody_without_a_city(self):
        self.assertRefused(GateCode.NO_CITY, self.register, self.seminar)

    def test_a_ticket_may_ask_for_more_than_the_event(self):
        self.give_tier(self.riverton, 'partner')
        ticket = self.ticket(self.seminar, scn_min_grade_id=self.tier['premium'].id)
        error = self.assertRefused(
            GateCode.TIER_TOO_LOW, self.register, self.seminar, self.riverton, event_ticket_id=ticket.id
        )
        self.assertEqual(error.refusal.tier, self.tier['premium'].name)

    def test_an_invitation_opens_the_gate_for_one_city_and_one_event(self):
        self.assertRefused(GateCode.TIER_TOO_LOW, self.register, self.seminar, self.riverton)
        self.env['scn.event.invitation'].create({'event_id': self.seminar.id, 'city_id': self.riverton.id})
        self.assertTrue(self.register(self.seminar, self.riverton))
        self.assertRefused(GateCode.TIER_TOO_LOW, self.register, self.seminar, self.lakeside)
        self.assertRefused(GateCode.TIER_TOO_LOW, self.register, self.new_event('seminar_live'), self.riverton)

    # -- what the city will hold on the day --------------------------------------------------------------------

    def partnership(self, **values):
        deal = self.give_tier(self.riverton, values.pop('code', 'partner'))
        today = fields.Date.today()
        self.env['scn.partnership.period'].create(
            {
                'partnership_id': deal.id,
                'number': 1,
                'kind': 'initial',
                'grade_id': deal.grade_id.id,
                'product_id': deal.product_id.id,
                'date_start': today - timedelta(days=350),
                'date_end': today + timedelta(days=15),
                'currency_id': deal.currency_id.id,
                'price': 100,
                'fee': 100,
                'invoice_date': today,
            }
        )
        deal.write(values)
        return deal

    def test_the_day_of_the_event_decides(self):
        """The paid term ends 15 days from now; the events are on day 10 and on day 30."""
        before, after = self.new_event('seminar_live', days=10), self.seminar
        deal = self.partnership()
        cases = [
            ({}, None),
            ({'state': 'grace'}, None),
            ({'state': 'active', 'renewal_mode': 'none'}, GateCode.PARTNERSHIP_ENDS),
            ({'renewal_mode': 'manual', 'renewal_declined': True}, GateCode.PARTNERSHIP_ENDS),
            ({'renewal_declined': False, 'next_grade_id': self.tier['associate'].id}, GateCode.PARTNERSHIP_ENDS),
            ({'next_grade_id': self.tier['premium'].id}, None),
            (
                {'next_grade_id': False, 'date_ended': fields.Date.today() + timedelta(days=20)},
                GateCode.PARTNERSHIP_ENDS,
            ),
        ]
        for values, expected in cases:
            with self.subTest(values=values):
                deal.write(values)
                self.assertTrue(self.register(before, self.riverton))
                if expected:
                    self.assertRefused(expected, self.register, after, self.riverton)
                else:
                    self.assertTrue(self.register(after, self.riverton))

    def test_a_pending_or_paused_partnership_is_not_enough(self):
        deal = self.partnership()
        deal.state = 'paused'
        self.assertRefused(GateCode.PARTNERSHIP_ENDS, self.register, self.seminar, self.riverton)
        deal.state = 'pending'
        self.assertRefused(GateCode.TIER_TOO_LOW, self.register, self.seminar, self.riverton)

    # -- limits ------------------------------------------------------------------------------------------------

    def test_one_call_is_one_order(self):
        ticket = self.ticket(self.open_event, limit_max_per_order=2)
        values = {'event_id': self.open_event.id, 'event_ticket_id': ticket.id, 'name': 'Ana'}
        registrations = self.env['event.registration'].with_user(self.officer)
        self.assertRefused(GateCode.ORDER_LIMIT, registrations.create, [dict(values) for __ in range(3)])
        self.assertEqual(len(registrations.create([dict(values) for __ in range(2)])), 2)

    def test_two_hundred_in_one_post_are_too_many_for_a_visitor(self):
        public = self.env.ref('base.public_user')
        registrations = self.env['event.registration'].with_user(public).sudo()
        values = {'event_id': self.open_event.id, 'name': 'Ana'}
        self.assertRefused(GateCode.ORDER_LIMIT, registrations.create, [dict(values) for __ in range(200)])
        self.assertEqual(len(self.env['event.registration'].create([dict(values) for __ in range(200)])), 200)

    def test_seats_of_a_city_by_tier(self):
        event = self.new_event(
            scn_allowance_ids=[
                Command.create({'grade_id': self.tier['partner'].id, 'seats': 2}),
                Command.create({'seats': 1}),
            ]
        )
        self.give_tier(self.riverton, 'partner')
        first = self.register(event, self.riverton)
        self.register(event, self.riverton)
        self.assertRefused(GateCode.CITY_LIMIT, self.register, event, self.riverton)
        first.action_cancel()
        self.register(event, self.riverton)
        self.register(event, self.lakeside)
        self.assertRefused(GateCode.CITY_LIMIT, self.register, event, self.lakeside)
        self.assertTrue(self.register(event))
        self.env['scn.event.invitation'].create({'event_id': event.id, 'city_id': self.lakeside.id, 'seats': 3})
        self.register(event, self.lakeside)

    def test_seats_of_a_city_by_ticket(self):
        ticket = self.ticket(self.open_event, scn_seats_per_city=1)
        other = self.ticket(self.open_event)
        self.register(self.open_event, self.riverton, event_ticket_id=ticket.id)
        self.assertRefused(
            GateCode.CITY_LIMIT, self.register, self.open_event, self.riverton, event_ticket_id=ticket.id
        )
        self.register(self.open_event, self.riverton, event_ticket_id=other.id)

    def test_sold_out_has_a_code(self):
        event = self.new_event(seats_limited=True, seats_max=1)
        self.register(event)
        self.assertRefused(GateCode.SOLD_OUT, self.register, event)

    # -- routes ------------------------------------------------------------------------------------------------

    def test_every_way_into_the_model(self):
        """Create, confirm, bring back, move to another event, ticket or city, import, form: one gate."""
        registrations = self.env['event.registration'].with_user(self.officer)
        elsewhere = self.register(self.open_event, self.riverton)
        cancelled = self.register(self.open_event, self.riverton, state='cancel')
        cancelled.sudo().with_context(active_test=False).event_id = self.open_event
        gated = self.seminar.id
        off = registrations.create(
            {'event_id': gated, 'name': 'Off', 'state': 'cancel', 'scn_city_id': self.riverton.id}
        )
        ways = {
            'create': lambda: self.register(self.seminar, self.riverton),
            'create attended': lambda: self.register(self.seminar, self.riverton, state='done'),
            'create asked': lambda: self.register(self.seminar, self.riverton, state='draft'),
            'move': lambda: elsewhere.write({'event_id': gated}),
            'bring back': lambda: off.action_confirm(),
            'ask again': lambda: off.action_set_draft(),
            'attended': lambda: off.action_set_done(),
        }
        for name, way in ways.items():
            with self.subTest(way=name):
                self.assertRefused(GateCode.TIER_TOO_LOW, way)
        with self.subTest(way='import'):
            result = registrations.load(
                ['name', 'event_id/.id', 'scn_city_id/.id'], [['Imported', str(gated), str(self.riverton.id)]]
            )
            self.assertFalse(result['ids'])
            self.assertIn(self.tier['partner'].name, result['messages'][0]['message'])
        with self.subTest(way='form'):
            form = Form(registrations)
            form.event_id = self.seminar
            form.scn_city_id = self.riverton
            form.name = 'Typed'
            self.assertRefused(GateCode.TIER_TOO_LOW, form.save)

    def test_unarchiving_is_coming_in(self):
        event = self.new_event()
        registration = self.register(event, self.riverton)
        registration.sudo().active = False
        event.scn_benefit_id = self.seminar.scn_benefit_id
        self.assertRefused(GateCode.TIER_TOO_LOW, registration.sudo().write, {'active': True})

    def test_a_sale_order_ends_in_the_gate(self):
        product = self.env['product.product'].create(
            {'name': 'Seat', 'type': 'service', 'service_tracking': 'event', 'list_price': 10}
        )
        ticket = self.ticket(self.seminar, product_id=product.id)
        line = {
            'product_id': product.id,
            'event_id': self.seminar.id,
            'event_ticket_id': ticket.id,
            'product_uom_qty': 1,
        }
        for city, refused in ((self.lakeside, True), (self.riverton, False)):
            if not refused:
                self.give_tier(city, 'partner')
            order = self.env['sale.order'].create({'partner_id': city.id, 'order_line': [Command.create(line)]})
            if refused:
                self.assertRefused(GateCode.TIER_TOO_LOW, order.action_confirm)
            else:
                order.action_confirm()
                self.assertEqual(order.order_line.registration_ids.scn_city_id, city)

    def test_a_quotation_by_staff_is_a_staff_choice_and_a_cart_is_none(self):
        self.give_tier(self.riverton, 'partner')
        product = self.env['product.product'].create(
            {'name': 'Seat', 'type': 'service', 'service_tracking': 'event', 'list_price': 10}
        )
        ticket = self.ticket(self.seminar, product_id=product.id)
        public = self.env.ref('base.public_user')
        line = Command.create({'product_id': product.id, 'event_id': self.seminar.id, 'event_ticket_id': ticket.id})
        for maker, code in ((self.env.user, None), (public, GateCode.NO_CITY)):
            order = (
                self.env['sale.order']
                .with_user(maker)
                .sudo()
                .create({'partner_id': self.riverton.id, 'order_line': [line]})
            )
            accept = order.with_user(public).sudo().action_confirm
            if code:
                self.assertRefused(code, accept)
            else:
                accept()
                self.assertEqual(order.order_line.registration_ids.scn_city_id, self.riverton)

    def test_a_confirmed_seat_is_never_taken_back(self):
        """The window closes, the tier goes: what was let in stays, and may be checked in."""
        deal = self.give_tier(self.riverton, 'partner')
        ticket = self.ticket(self.seminar)
        registration = self.register(self.seminar, self.riverton, event_ticket_id=ticket.id)
        ticket.end_sale_datetime = fields.Datetime.now() - timedelta(hours=1)
        deal.state = 'cancelled'
        registration.with_user(self.officer).write({'name': 'Somebody else'})
        registration.with_user(self.officer).action_set_done()
        self.assertEqual(registration.state, 'done')

    def test_what_was_asked_in_time_is_confirmed_later_but_not_without_the_tier(self):
        deal = self.give_tier(self.riverton, 'partner')
        ticket = self.ticket(self.seminar)
        registration = self.register(self.seminar, self.riverton, event_ticket_id=ticket.id, state='draft')
        ticket.end_sale_datetime = fields.Datetime.now() - timedelta(hours=1)
        deal.state = 'cancelled'
        self.assertRefused(GateCode.TIER_TOO_LOW, registration.action_confirm)
        deal.state = 'active'
        registration.action_confirm()
        self.assertEqual(registration.state, 'open')

    # -- the city comes from the session -----------------------------------------------------------------------

    def test_the_city_of_a_visitor_is_never_the_requests_word(self):
        self.give_tier(self.riverton, 'partner')
        sent = {'event_id': self.seminar.id, 'name': 'Eve', 'scn_city_id': self.riverton.id}
        for user in (self.lakeside_person, self.env.ref('base.public_user')):
            registrations = self.env['event.registration'].with_user(user).sudo()
            code = GateCode.TIER_TOO_LOW if user == self.lakeside_person else GateCode.NO_CITY
            self.assertRefused(code, registrations.create, {**sent, 'partner_id': self.riverton.id})
            self.assertRefused(code, registrations.create, {**sent, 'company_name': 'Riverton'})
        own = self.env['event.registration'].with_user(self.riverton_person).sudo()
        registration = own.create({**sent, 'scn_city_id': self.lakeside.id})
        self.assertEqual(registration.scn_city_id, self.riverton)
        with self.assertRaises(AccessError):
            registration.with_user(self.lakeside_person).sudo().write({'scn_city_id': self.lakeside.id})

    def test_the_pages_fields(self):
        allowed = self.env['event.registration']._get_website_registration_allowed_fields()
        self.assertFalse(allowed & {'partner_id', 'event_id', 'scn_city_id', 'scn_override_reason', 'scn_admission'})

    # -- staff -------------------------------------------------------------------------------------------------

    def test_staff_let_in_with_a_reason_and_it_is_kept(self):
        registration = self.register(self.seminar, self.lakeside, scn_override_reason='Speaks at the opening')
        self.assertEqual(registration.scn_override_user_id, self.officer)
        self.assertIn('Speaks at the opening', registration.message_ids[0].body)
        self.cr.flush()
        registration.write({'scn_override_reason': 'Moderates'})
        self.cr.flush()
        tracked = registration.sudo().message_ids.tracking_value_ids.field_id.mapped('name')
        self.assertIn('scn_override_reason', tracked)

    def test_only_those_who_may_let_in_against_the_gate(self):
        for user in (self.desk, self.lakeside_person):
            with self.assertRaises(AccessError):
                self.env['event.registration'].with_user(user).sudo().create(
                    {'event_id': self.seminar.id, 'name': 'Eve', 'scn_override_reason': 'Because'}
                )
        self.assertRefused(GateCode.TIER_TOO_LOW, self.register, self.seminar, self.lakeside, scn_override_reason='  ')

    def test_a_reason_does_not_make_seats(self):
        event = self.new_event(seats_limited=True, seats_max=1)
        self.register(event)
        self.assertRefused(GateCode.SOLD_OUT, self.register, event, scn_override_reason='Friend of the house')

    def test_nobody_writes_what_the_gate_keeps(self):
        registration = self.register(self.open_event)
        for values in ({'scn_on_hold_since': '2019-01-01'}, {'scn_override_user_id': self.officer.id}):
            with self.assertRaises(AccessError):
                registration.with_user(self.officer).write(values)
        key = f'confirmed:{self.seminar.id}:0:0:{self.lakeside.id}'
        self.assertRefused(GateCode.TIER_TOO_LOW, self.register, self.seminar, self.lakeside, scn_admission=key)

    def test_control_without_the_check_anybody_gets_in(self):
        self.patch(self.env.registry['event.registration'], '_check_admission', lambda self, fresh: None)
        self.assertEqual(self.register(self.seminar, self.lakeside).state, 'open')

    # -- the pages agree ---------------------------------------------------------------------------------------

    def test_the_page_says_what_the_gate_says(self):
        self.give_tier(self.riverton, 'partner')
        ticket = self.ticket(self.seminar)
        for user, code in (
            (self.env.ref('base.public_user'), GateCode.NO_CITY),
            (self.lakeside_person, GateCode.TIER_TOO_LOW),
            (self.riverton_person, None),
        ):
            said = self.seminar.with_user(user).scn_refusal
            self.assertEqual(ticket.with_user(user).scn_refusal, said)
            registrations = self.env['event.registration'].with_user(user).sudo()
            values = {'event_id': self.seminar.id, 'event_ticket_id': ticket.id, 'name': 'Ana'}
            if code:
                self.assertEqual(said, str(self.assertRefused(code, registrations.create, values)))
            else:
                self.assertFalse(said)
                registrations.create(values)

    # -- speed -------------------------------------------------------------------------------------------------

    def queries(self, people, **values):
        """Queries it takes to register people of one city in one call, each with a contact of their own."""
        contacts = self.env['res.partner'].create(
            [{'name': f'Person {number}', 'parent_id': self.riverton.id} for number in range(people)]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.env['event.registration'].create(
            [{'event_id': self.seminar.id, 'partner_id': contact.id, **values} for contact in contacts]
        )
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_the_gate_takes_few_queries_however_many_register(self):
        self.give_tier(self.riverton, 'partner')
        self.seminar.write({'seats_limited': True, 'seats_max': 500})
        self.seminar.scn_allowance_ids = [Command.create({'seats': 300})]
        self.queries(1)
        one, many = self.queries(1), self.queries(60)
        self.assertLessEqual(many, one + 2)
        without = self.env.registry['event.registration']
        self.patch(without, '_check_gate', lambda self: None)
        self.assertLessEqual(one - self.queries(1), 6)
