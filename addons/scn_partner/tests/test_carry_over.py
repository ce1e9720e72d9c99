from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time

from .partnership_common import PartnershipCase

ACTIVITY = 'scn_partner.mail_activity_type_carry_over'


@freeze_time('2019-01-01 12:00:00')
class TestCarryOver(PartnershipCase):
    def quarters(self, partnership):
        return partnership.entitlement_ids.filtered(lambda window: window.benefit_id.code == 'one_on_one')

    def propose(self, day):
        with freeze_time(day):
            self.env['scn.entitlement']._cron_propose_carry_over()

    def tasks(self, partnership):
        return len(partnership.activity_search([ACTIVITY], only_automated=False))

    def test_what_ended_with_something_left_is_proposed_once_with_one_task(self):
        partnership = self.partnership('premium')
        quarters = self.quarters(partnership)
        for day, expected in (
            ('2019-03-31', [False] * 4),
            ('2019-04-01', ['proposed', False, False, False]),
            ('2019-04-02', ['proposed', False, False, False]),
            ('2019-07-01', ['proposed', 'proposed', False, False]),
        ):
            for __ in range(2):
                self.propose(day)
            self.assertEqual(quarters.mapped('carry_state'), expected, day)
            self.assertEqual(self.tasks(partnership), int('proposed' in expected), day)

    def test_what_was_used_or_is_older_is_not_proposed(self):
        quarters = self.quarters(self.partnership('partner'))
        quarters[0]._move_used(1)
        self.propose('2019-12-01')
        self.assertEqual(quarters.mapped('carry_state'), [False, False, 'proposed', False])

    def test_the_last_window_waits_for_the_renewal(self):
        partnership = self.partnership('partner')
        with freeze_time('2020-01-02'):
            self.advance(partnership, '2020-01-02')
        self.propose('2020-01-02')
        self.assertFalse(self.quarters(partnership)[3].carry_state)
        partnership.sudo()._add_renewal_period()
        self.propose('2020-01-02')
        last = self.quarters(partnership)[3]
        self.assertEqual((last.carry_state, self.tasks(partnership)), ('proposed', 1))
        last.with_user(self.officer).action_carry_over()
        self.assertEqual(
            [(window.quota, window.carried) for window in self.quarters(partnership)[3:5]], [(0, 0), (2, 1)]
        )

    def test_accepting_moves_it_and_closes_the_task(self):
        partnership = self.partnership('partner')
        quarters = self.quarters(partnership)
        self.propose('2019-07-01')
        quarters[1].with_user(self.officer).action_carry_over()
        self.assertEqual(self.tasks(partnership), 1, "one is open")
        quarters[0].with_user(self.officer).action_carry_over()
        self.assertEqual(self.tasks(partnership), 0)
        self.assertEqual(
            [(window.quota, window.carry_state) for window in quarters[:2]], [(0, 'accepted'), (1, 'accepted')]
        )
        self.propose('2019-07-02')
        self.assertEqual(self.tasks(partnership), 0, "what was decided is not asked again")

    def test_several_at_once_go_on_from_window_to_window(self):
        quarters = self.quarters(self.partnership('partner'))
        self.propose('2019-07-01')
        quarters[:2].with_user(self.officer).action_carry_over()
        self.assertEqual([(window.quota, window.carried) for window in quarters], [(0, 0), (0, 1), (3, 2), (1, 0)])

    def test_dismissing_needs_a_reason_and_keeps_it(self):
        partnership = self.partnership('partner')
        window = self.quarters(partnership)[0]
        self.propose('2019-04-01')
        action = window.with_user(self.officer).action_dismiss_carry_over()
        wizard = Form(self.env['scn.entitlement.dismiss'].with_user(self.officer).with_context(action['context']))
        wizard.reason = "  "
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.save().action_dismiss()
        wizard.reason = "No time in spring"
        wizard.save().action_dismiss()
        self.assertEqual((window.carry_state, window.carry_reason, window.quota), ('dismissed', "No time in spring", 1))
        self.assertIn("No time in spring", str(partnership.message_ids.mapped('body')))
        self.assertEqual(self.tasks(partnership), 0)
        self.propose('2019-04-02')
        self.assertEqual((window.carry_state, self.tasks(partnership)), ('dismissed', 0))

    def test_only_officers(self):
        window = self.quarters(self.partnership('partner'))[0]
        self.propose('2019-04-01')
        for method in ('action_carry_over', 'action_dismiss_carry_over'):
            with self.assertRaises(AccessError, msg=method):
                getattr(window.with_user(self.finance), method)()
        with self.assertRaises(AccessError):
            window.with_user(self.finance)._dismiss_carry_over("x")

    def test_a_paused_or_ended_partnership(self):
        partnership = self.partnership('partner')
        partnership.sudo().state = 'lapsed'
        self.propose('2019-04-01')
        self.assertFalse(any(self.quarters(partnership).mapped('carry_state')))

    def test_what_went_on_does_not_come_back_with_a_change_of_tier(self):
        partnership = self.partnership('partner')
        quarters = self.quarters(partnership)
        quarters[0].with_user(self.officer).action_carry_over()
        self.env['scn.entitlement'].sudo()._rebase(partnership.period_ids, self.tier['premium'], self.day('2019-01-02'))
        self.assertEqual([window.quota for window in quarters], [0, 2, 1, 1])

    def test_nothing_goes_into_a_term_that_was_taken_back(self):
        partnership = self.partnership('partner')
        for __ in range(2):
            partnership.with_user(self.officer).action_renew()
            taken_back = partnership.period_ids.sorted('number')[1]
            if taken_back.state != 'cancelled':
                taken_back.with_user(self.officer).action_cancel_period()
        windows = self.quarters(partnership)
        last = windows.filtered(lambda window: str(window.window_end) == '2019-12-31')
        last.with_user(self.officer).action_carry_over()
        received = windows.filtered('carried')
        self.assertEqual((len(received), received.quota, received.period_id.state), (1, 2, 'planned'))
