from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time

from .partnership_common import PartnershipCase


@freeze_time('2019-01-01 12:00:00')
class TestPeriodCancel(PartnershipCase):
    """One period is taken out of the ledger from the screen, and planned again."""

    def test_a_planned_renewal_goes_and_comes_back(self):
        partnership = self.partnership()
        partnership.renewal_mode = 'automatic'
        self.advance(partnership, '2019-11-15')
        renewal = partnership.period_ids.sorted('number')[-1]
        answer = renewal.with_user(self.officer).action_cancel_period()
        self.assertIn("Plan again", answer['params']['message'])
        self.assertIn("manual from now on", answer['params']['message'])
        self.assertEqual((renewal.state, str(partnership.date_end)), ('cancelled', '2019-12-31'))
        self.assertFalse(sum(partnership.entitlement_ids.filtered(lambda one: one.period_id == renewal).mapped('left')))
        self.advance(partnership, '2019-11-16')
        self.assertEqual(len(partnership.period_ids), 2, "the job does not plan it again behind one's back")
        answer = renewal.with_user(self.officer).action_plan_again()
        self.assertIn("2020-01-01", answer['params']['message'])
        self.assertEqual((renewal.state, str(partnership.date_end)), ('planned', '2020-12-31'))
        self.assertTrue(sum(partnership.entitlement_ids.filtered(lambda one: one.period_id == renewal).mapped('left')))

    def test_an_invoiced_one_is_credited_in_full_by_finance(self):
        partnership = self.partnership()
        order = self.order(price=1100.0, scn_kind='renewal', scn_partnership_id=partnership.id)
        order._create_invoices().action_post()
        renewal = order.order_line.scn_period_ids
        invoice = self.fee_lines(renewal).move_id
        with self.assertRaisesRegex(AccessError, "only finance credits"):
            renewal.with_user(self.officer).action_cancel_period()
        answer = renewal.with_user(self.finance).action_cancel_period()
        credit = invoice.reversal_move_ids
        self.assertIn(credit.name, answer['params']['message'])
        self.assertEqual((credit.amount_untaxed, credit.state, invoice.payment_state), (1100.0, 'posted', 'reversed'))
        self.assertEqual((renewal.state, partnership.state), ('cancelled', 'active'))

    def test_what_was_paid_can_be_paid_back(self):
        partnership = self.partnership()
        self.bill('2019-01-01')
        invoice = self.fee_lines(partnership.period_ids).move_id
        self.pay(invoice)
        paid = self.env['account.payment'].search([('partner_id', '=', self.city.id)], limit=1)
        partnership.period_ids.with_user(self.finance).action_cancel_period()
        open_lines = paid.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == 'asset_receivable' and not line.reconciled
        )
        self.assertEqual(sum(open_lines.mapped('amount_residual')), -998.0, "the payment is free again")

    def test_without_any_period_the_partnership_is_cancelled_and_comes_back(self):
        self.city.task_force_since = '2018-05-01'
        partnership = self.partnership()
        answer = partnership.period_ids.with_user(self.officer).action_cancel_period()
        self.assertIn("the partnership is cancelled too", answer['params']['message'])
        self.assertEqual((partnership.state, self.city.grade_id), ('cancelled', self.tier['task_force']))
        partnership.period_ids.with_user(self.officer).action_plan_again()
        self.assertEqual((partnership.state, self.city.grade_id), ('active', self.tier['partner']))
        self.bill('2019-01-01')
        self.assertEqual(partnership.period_ids.state, 'invoiced')

    def test_a_cancelled_upgrade_gives_the_tier_back(self):
        partnership = self.partnership('associate')
        order = self.order(
            'partner', '2019-01-01', price=499.0, scn_kind='upgrade', scn_partnership_id=partnership.id, scn_fee=998.0
        )
        upgrade = order.order_line.scn_period_ids
        self.assertEqual(self.city.grade_id, self.tier['partner'])
        with self.assertRaisesRegex(UserError, "Cancel that one first"):
            partnership.period_ids.sorted('number')[0].with_user(self.officer).action_cancel_period()
        upgrade.with_user(self.officer).action_cancel_period()
        self.assertEqual((self.city.grade_id, partnership.fee), (self.tier['associate'], 499.0))
        upgrade.with_user(self.officer).action_plan_again()
        self.assertEqual((self.city.grade_id, partnership.fee), (self.tier['partner'], 998.0))

    def test_the_ledger_that_went_on_is_not_mended(self):
        partnership = self.partnership()
        partnership.with_user(self.officer).action_renew()
        renewal = partnership.period_ids.sorted('number')[-1]
        renewal.with_user(self.officer).action_cancel_period()
        partnership.with_user(self.officer).action_renew()
        with self.assertRaisesRegex(UserError, "went on without"):
            renewal.with_user(self.officer).action_plan_again()

    def test_a_cancelled_order_is_confirmed_again_instead(self):
        order = self.order()
        period = order.scn_partnership_id.period_ids
        order._action_cancel()
        with self.assertRaisesRegex(UserError, "confirm it again"):
            period.with_user(self.officer).action_plan_again()
        order.action_draft()
        order.action_confirm()
        self.assertEqual(order.scn_partnership_id.state, 'pending')
        self.assertEqual(order.scn_partnership_id.period_ids.mapped('state'), ['cancelled', 'planned'])

    def test_an_invoice_that_holds_more_is_credited_by_hand(self):
        order = self.order(confirm=False)
        order.order_line = [(0, 0, {'product_id': self.product_a.id, 'product_uom_qty': 1, 'qty_delivered': 1})]
        order.action_confirm()
        order._create_invoices().action_post()
        with self.assertRaisesRegex(UserError, "holds more than this fee"):
            order.scn_partnership_id.period_ids.with_user(self.finance).action_cancel_period()

    def test_what_was_billed_elsewhere_stays(self):
        period = self.partnership().period_ids
        period.sudo().state = 'elsewhere'
        with self.assertRaisesRegex(UserError, "stays as a record"):
            period.with_user(self.officer).action_cancel_period()

    def test_a_reader_cancels_nothing(self):
        period = self.partnership().period_ids
        reader = self.env['res.users'].create(
            {
                'name': 'Reader',
                'login': 'scn_reader_of_periods',
                'group_ids': [(6, 0, self.env.ref('scn_partner.group_scn_user').ids)],
            }
        )
        for act in ('action_cancel_period', 'action_plan_again'):
            with self.assertRaises(AccessError):
                getattr(period.with_user(reader), act)()
