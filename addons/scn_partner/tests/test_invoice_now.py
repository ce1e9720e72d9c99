from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time

from .partnership_common import PartnershipCase


@freeze_time('2019-01-01 12:00:00')
class TestInvoiceNow(PartnershipCase):
    """What the buttons of the ledger and the partnership say and keep."""

    def test_a_refusal_is_said_and_stays_on_the_record(self):
        partnership = self.partnership()
        period = partnership.period_ids

        def refusing(period, part, today):
            raise UserError("no income account")

        with patch.object(type(period), '_prepare_invoice_values', refusing):
            answer = period.with_user(self.finance).action_invoice()
        self.assertEqual((answer['params']['message'], answer['params']['type']), ("no income account", 'warning'))
        self.assertEqual((period.last_error, period.state), ("no income account", 'planned'))
        self.assertEqual(len(partnership.activity_ids), 1)
        answer = period.with_user(self.finance).action_invoice()
        self.assertEqual(answer['res_model'], 'account.move')
        self.assertEqual((period.last_error, period.state, len(partnership.activity_ids)), (False, 'invoiced', 0))

    def test_a_missing_purchase_order_shows_at_once_and_the_others_are_invoiced(self):
        plain = self.partnership().period_ids
        strict = self.env['res.partner'].create({'name': 'Strictham', 'is_city': True, 'requires_purchase_order': True})
        waiting = self.partnership(city=strict).period_ids
        answer = (plain + waiting).with_user(self.finance).action_invoice()
        self.assertEqual((plain.state, waiting.state), ('invoiced', 'waiting'))
        self.assertIn("Strictham needs a purchase-order number", answer['params']['message'])
        self.assertEqual(answer['params']['next']['res_model'], 'account.move')

    def test_nothing_due_is_said(self):
        period = self.partnership(start='2019-06-01').period_ids
        with self.assertRaisesRegex(UserError, "is invoiced already"):
            period.with_user(self.finance).action_invoice()

    def test_the_fee_after_renewal_is_the_one_that_is_charged(self):
        partnership = self.partnership('premium')
        self.assertEqual(partnership.renewal_fee, 1497.0)
        self.tier['partner'].fee_product_id = self.fee['partner']
        with Form(partnership.with_user(self.officer)) as form:
            form.next_grade_id = self.tier['partner']
            self.assertEqual(form.renewal_fee, 998.0, "the fee of the lower tier, not today's")
            form.renewal_fee = 900.0
        self.assertEqual(partnership.next_fee, 900.0)
        partnership.with_user(self.officer).renewal_fee = 998.0
        self.assertEqual(partnership.next_fee, 0.0, "the usual fee needs no number of its own")
        partnership.with_user(self.officer).action_renew()
        self.assertEqual(partnership.period_ids.sorted('number')[-1].price, 998.0)

    def test_no_upgrade_is_offered_on_the_highest_tier(self):
        self.assertTrue(self.partnership('partner').can_upgrade)
        other = self.env['res.partner'].create({'name': 'Topton', 'is_city': True})
        self.assertFalse(self.partnership('premium', city=other).can_upgrade)

    def test_the_fee_is_waived_from_the_screen(self):
        partnership = self.partnership()
        wizard = self.env['scn.partnership.waive'].with_user(self.manager)
        with Form(wizard.with_context(default_partnership_id=partnership.id)) as form:
            self.assertEqual((form.amount, form.approver_id), (998.0, self.manager))
            form.reason = "Host of the summit"
        answer = form.record.action_waive()
        self.assertIn("stays to pay", answer['params']['message'])
        self.assertEqual((partnership.is_waived, partnership.waiver_approver_id), (True, self.manager))
        self.assertEqual(partnership.period_ids.state, 'waived')
        for user in (self.officer, self.finance):
            with self.assertRaises(AccessError):
                self.env['scn.partnership.waive'].with_user(user).create(
                    {'partnership_id': partnership.id, 'reason': "Because"}
                )

    def test_odd_arguments_over_rpc_get_a_sentence(self):
        partnership = self.partnership()
        for reason in (None, 5, ['a'], {}, "  "):
            with self.assertRaisesRegex(UserError, "Say why"):
                partnership.with_user(self.manager).action_waive_fee(reason)
        self.assertFalse(partnership.is_waived)
        with self.assertRaisesRegex(UserError, "bills no partnership"):
            self.env['account.move'].create({'move_type': 'out_invoice'}).action_view_scn_partnership()

    def test_a_waived_fee_counts_as_paid(self):
        self.tier['partner'].activation_policy = 'payment'
        partnership = self.partnership()
        self.assertEqual(partnership.state, 'pending')
        partnership.with_user(self.manager).action_waive_fee("Host of the summit")
        self.assertEqual(partnership.state, 'active')
