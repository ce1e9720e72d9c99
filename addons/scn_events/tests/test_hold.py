"""A partnership that ends before the day: the seat is kept, held, and released when it is renewed."""

from odoo.tests import tagged

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
