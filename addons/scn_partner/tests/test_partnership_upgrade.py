from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time

from .partnership_common import PartnershipCase


@freeze_time('2019-01-01 12:00:00')
class TestPartnershipUpgrade(PartnershipCase):
    def quote(self, partnership, code, day, fee=None):
        with Form(
            self.env['scn.partnership.upgrade']
            .with_user(self.officer)
            .with_context(
                default_partnership_id=partnership.id,
            )
        ) as form:
            form.product_id = self.fee[code]
            if fee is not None:
                form.fee = fee
            form.change_on = day
        self.wizard = form.record
        return self.env['sale.order'].browse(self.wizard.action_quote()['res_id'])

    def test_an_upgrade_is_quoted_and_starts_when_ordered(self):
        partnership = self.partnership('associate')
        order = self.quote(partnership, 'partner', '2019-05-01')
        self.assertEqual(order.amount_untaxed, 334.94)
        self.assertEqual(self.city.grade_id, self.tier['associate'], "a quotation changes nothing")
        with freeze_time('2019-05-01'):
            order.action_confirm()
        self.assertEqual(self.city.grade_id, self.tier['partner'])
        period = partnership.period_ids.filtered(lambda period: period.kind == 'upgrade')
        self.assertEqual(
            (period.price, period.credit, str(period.date_start), str(period.date_end), period.parent_id),
            (669.89, 334.95, '2019-05-01', '2019-12-31', partnership.period_ids[0]),
        )

    def test_two_upgrades_in_one_year_charge_by_the_rule_to_the_cent(self):
        """499 + 334.94 + 166.79 = 1000.73, worked out in docs/billing.md."""
        partnership = self.partnership('associate')
        for code, day in (('partner', '2019-05-01'), ('premium', '2019-09-01')):
            order = self.quote(partnership, code, day)
            with freeze_time(day):
                order.action_confirm()
        self.bill('2019-12-31')
        moves = self.fee_lines(partnership.period_ids).move_id
        self.assertEqual(sorted(moves.mapped('amount_untaxed')), [166.79, 334.94, 499.0])
        self.assertEqual(round(sum(moves.mapped('amount_untaxed')), 2), 1000.73)
        self.assertEqual((partnership.fee, self.city.grade_id), (1497.0, self.tier['premium']))

    def test_twenty_to_forty_a_month_on_11_may_charges_13_55(self):
        self.fee['associate'].list_price, self.fee['partner'].list_price = 20.0, 40.0
        partnership = self.partnership('associate', start='2019-05-01')
        partnership.sudo().write({'interval_months': 1})
        partnership.period_ids.sudo().date_end = '2019-05-31'
        with freeze_time('2019-05-02'):
            self.advance(partnership, '2019-05-02')
            self.assertEqual(self.quote(partnership, 'partner', '2019-05-11').amount_untaxed, 13.55)

    def test_preview_and_apply_agree(self):
        partnership = self.partnership('associate')
        order = self.quote(partnership, 'premium', '2019-03-15')
        preview = self.wizard.charge, self.wizard.credit
        self.assertIn('Online seminars, live', self.wizard.gained)
        with freeze_time('2019-03-15'):
            order.action_confirm()
        period = partnership.period_ids.filtered(lambda period: period.kind == 'upgrade')
        self.assertEqual((period.price, period.credit), preview)

    def test_the_wizard_shows_the_balances_that_the_upgrade_brings(self):
        partnership = self.partnership('associate')
        record = self.env['res.partner'].create({'name': "What it is used for"})
        self.env['scn.entitlement'].sudo()._take(self.city, 'one_on_one', self.day('2019-01-01'), record)
        order = self.quote(partnership, 'premium', '2019-03-15')
        shown = {
            (line.benefit_id, line.window_start): (line.used, line.left_before, line.left_after)
            for line in self.wizard.balance_ids
        }
        self.assertTrue(any(after > before for __, before, after in shown.values()), "premium brings more")
        with freeze_time('2019-03-15'):
            order.action_confirm()
        windows = self.env['scn.entitlement'].search(
            [('partnership_id', '=', partnership.id), ('window_end', '>=', '2019-03-15')]
        )
        applied = {(window.benefit_id, window.window_start): (window.used, window.left) for window in windows}
        self.assertEqual(applied, {key: (used, after) for key, (used, __, after) in shown.items()})
        self.assertIn(1, [used for used, *__ in shown.values()], "what is used stays used")

    def test_an_upgrade_accepted_early_starts_on_its_day(self):
        partnership = self.partnership('associate')
        self.quote(partnership, 'partner', '2019-05-01').action_confirm()
        for day, code in (('2019-04-30', 'associate'), ('2019-05-01', 'partner')):
            self.advance(partnership, day)
            self.assertEqual(self.city.grade_id, self.tier[code], day)

    def test_a_lower_tier_or_a_day_outside_is_refused(self):
        partnership = self.partnership('partner')
        with self.assertRaisesRegex(UserError, "not above"):
            partnership._prepare_upgrade(self.fee['associate'], 499.0, self.day('2019-05-01'))
        with self.assertRaisesRegex(UserError, "in no term"):
            partnership._prepare_upgrade(self.fee['premium'], 1497.0, self.day('2021-05-01'))

    def test_cancelling_the_upgrade_order_goes_back(self):
        partnership = self.partnership('associate')
        order = self.quote(partnership, 'partner', '2019-05-01')
        with freeze_time('2019-05-01'):
            order.action_confirm()
            order._action_cancel()
        self.assertEqual((partnership.fee, self.city.grade_id), (499.0, self.tier['associate']))
