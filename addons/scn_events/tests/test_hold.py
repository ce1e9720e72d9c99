"""A partnership that ends before the day: the seat is kept, held, and released when it is renewed."""

from types import SimpleNamespace
from unittest.mock import Mock, call

from psycopg2 import errors

from odoo.tests import tagged

from odoo.addons.scn_partner.fresh_snapshot import with_fresh_snapshot
from odoo.addons.scn_partner.models.scn_partnership_billing import MAX_TRIES

from .common import EventCase


@tagged('post_install', '-at_install')
class TestHold(EventCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seminar = cls.new_event('seminar_live', user_id=cls.officer.id, scn_join_url='https://room.example/1')

    def setUp(self):
        super().setUp()
        self.deal = self.give_tier(self.riverton, 'partner')
        self.registration = self.register(self.seminar, self.riverton)

    def tasks(self):
        return self.seminar.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref('scn_events.mail_activity_type_on_hold')
        )

    def test_held_when_it_ends_and_released_when_it_is_renewed(self):
        self.deal.write({'state': 'lapsed'})
        self.assertTrue(self.registration.scn_on_hold_since)
        self.assertEqual(self.registration.state, 'open')
        self.assertTrue(self.registration.scn_hold_reason)
        self.assertFalse(self.registration._get_join_url())
        self.assertEqual(self.tasks().user_id, self.officer)
        self.assertIn('Riverton', self.tasks().note)
        self.deal.write({'state': 'active'})
        self.assertFalse(self.registration.scn_on_hold_since)
        self.assertEqual(self.registration._get_join_url(), 'https://room.example/1')

    def test_the_job_finds_what_no_change_told(self):
        self.seminar.scn_benefit_id = self.env.ref('scn_partner.benefit_visit')
        with self.enter_registry_test_mode():
            self.env.ref('scn_events.ir_cron_refresh_holds').method_direct_trigger()
        self.assertTrue(self.registration.scn_on_hold_since)
        self.assertEqual(len(self.tasks()), 1)
        with self.enter_registry_test_mode():
            self.env.ref('scn_events.ir_cron_refresh_holds').method_direct_trigger()
        self.assertEqual(len(self.tasks()), 1)

    def test_let_in_with_a_reason_or_invited_is_not_held(self):
        self.registration.with_user(self.officer).scn_override_reason = 'Speaker'
        self.env['scn.event.invitation'].create({'event_id': self.seminar.id, 'city_id': self.lakeside.id})
        invited = self.register(self.seminar, self.lakeside)
        self.deal.write({'state': 'lapsed'})
        self.env['event.registration']._refresh_city_holds(self.riverton | self.lakeside)
        self.assertFalse(self.registration.scn_on_hold_since)
        self.assertFalse(invited.scn_on_hold_since)

    def test_who_is_on_hold_gets_no_mail(self):
        sent = []
        mail = self.seminar.event_mail_ids[0]
        parent = self.env.registry['event.mail'].__mro__
        stock = next(base for base in parent if base.__module__ == 'odoo.addons.event.models.event_mail')
        self.patch(stock, '_send_mail', lambda scheduler, registrations: sent.append(registrations))
        other = self.register(self.new_event(), self.riverton)
        self.deal.write({'state': 'lapsed'})
        mail._send_mail(self.registration | other)
        self.assertEqual(sent, [other])
        mail._send_mail(self.registration)
        self.assertEqual(sent, [other])


@tagged('post_install', '-at_install')
class TestJobs(EventCase):
    """A job that meets a serialization failure repeats its own batch: the framework does not do it for jobs."""

    def run_job(self, xml_id):
        with self.enter_registry_test_mode():
            self.env.ref(xml_id).method_direct_trigger()

    def fail(self, model, name, times, error=errors.SerializationFailure):
        """Let a method fail so many times, as the database does when somebody else was faster.

        :return: list that gets one entry per call
        """
        calls, original = [], getattr(self.env.registry[model], name)

        def failing(records, *args):
            calls.append(records.ids)
            if len(calls) <= times:
                raise error
            return original(records, *args)

        self.patch(self.env.registry[model], name, failing)
        return calls

    def test_the_hold_job_repeats_its_batch(self):
        self.give_tier(self.riverton, 'partner')
        seminar = self.new_event('seminar_live')
        registration = self.register(seminar, self.riverton)
        seminar.scn_benefit_id = self.env.ref('scn_partner.benefit_visit')
        calls = self.fail('event.registration', '_refresh_holds', 2)
        self.run_job('scn_events.ir_cron_refresh_holds')
        self.assertGreaterEqual(len(calls), 3)
        self.assertTrue(registration.scn_on_hold_since)
        self.assertEqual(len(seminar.activity_ids), 1, "staff are told once, whatever was repeated")

    def test_the_waiting_job_repeats_its_event(self):
        event = self.new_event(seats_limited=True, seats_max=1)
        self.register(event)
        entry = self.env['scn.event.waiting'].create({'event_id': event.id, 'name': 'Ann', 'email': 'ann@city.example'})
        event.seats_max = 2
        calls = self.fail('event.event', '_offer_free_seats', 2)
        self.run_job('scn_events.ir_cron_move_waiting_on')
        self.assertGreaterEqual(len(calls), 3)
        self.assertEqual(entry.state, 'offered')
        self.assertEqual(
            self.env['mail.mail'].sudo().search_count([('res_id', '=', entry.id), ('model', '=', entry._name)]), 1
        )

    def test_five_times_at_most_and_nothing_else_is_repeated(self):
        cursor = Mock()
        env = SimpleNamespace(cr=cursor, transaction=Mock())
        for error, tries in ((errors.SerializationFailure, MAX_TRIES), (ValueError, 1)):
            step = Mock(side_effect=error)
            with self.subTest(error=error.__name__), self.assertRaises(error):
                with_fresh_snapshot(env, step, 7)
            self.assertEqual(step.call_args_list, [call(7)] * tries)
        self.assertEqual(cursor.rollback.call_count, MAX_TRIES)
