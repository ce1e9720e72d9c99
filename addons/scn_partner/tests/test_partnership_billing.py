from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from .partnership_common import PartnershipCase


@freeze_time('2019-01-01 12:00:00')
class TestPartnershipBilling(PartnershipCase):
    def test_one_posted_invoice_with_the_right_words_and_amount(self):
        partnership = self.partnership()
        self.bill('2019-01-01')
        line = self.fee_lines(partnership.period_ids)
        self.assertEqual(len(line), 1)
        self.assertEqual((line.move_id.state, line.price_subtotal), ('posted', 998.0))
        self.assertEqual(line.name, "Partner, Riverton, 2019-01-01 – 2019-12-31")
        self.assertEqual(partnership.period_ids.state, 'invoiced')
        self.assertEqual(partnership.order_ids.invoice_status, 'invoiced')

    def test_running_twice_invoices_once(self):
        partnership = self.partnership()
        self.bill('2019-01-01')
        self.assertFalse(self.bill('2019-01-01'))
        partnership.period_ids.sudo()._invoice(self.day('2019-01-01'))
        self.assertEqual(len(self.fee_lines(partnership.period_ids)), 1)

    def test_the_order_and_the_ledger_together_invoice_once(self):
        order = self.order()
        order.scn_partnership_id.with_user(self.officer).action_eligible()
        order._create_invoices()
        self.assertEqual(order.scn_partnership_id.period_ids.state, 'invoiced')
        self.assertFalse(self.bill('2019-01-01'))
        with self.assertRaises(UserError):
            order._create_invoices()

    def test_the_unique_index_is_what_guards(self):
        partnership = self.partnership()
        self.bill('2019-01-01')
        period = partnership.period_ids
        values = {
            'move_type': 'out_invoice',
            'partner_id': self.city.id,
            'invoice_line_ids': [fields.Command.create(period._prepare_invoice_line_values(1, 998.0))],
        }
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env['account.move'].create(values)
        # Control: without the index the period is invoiced twice.
        self.env.cr.execute('DROP INDEX account_move_line_scn_period_once')
        self.env['account.move'].create(values)
        self.assertEqual(len(self.fee_lines(period)), 2)

    def test_reversal_frees_the_period_and_the_credit_never_carries_the_key(self):
        partnership = self.partnership()
        self.bill('2019-01-01')
        period, move = partnership.period_ids, self.fee_lines(partnership.period_ids).move_id
        credit = move._reverse_moves(cancel=True)
        self.assertFalse(credit.invoice_line_ids.scn_period_id)
        self.assertEqual(move.invoice_line_ids.scn_credited_period_id, period)
        self.assertEqual((period.state, period.issue), ('planned', 2))
        self.bill('2019-01-02')
        line = self.fee_lines(period)
        self.assertEqual((len(line), line.scn_issue), (1, 2))

    def test_a_credit_note_posted_later_frees_the_period_too(self):
        partnership = self.partnership()
        self.bill('2019-01-01')
        move = self.fee_lines(partnership.period_ids).move_id
        credit = move._reverse_moves(cancel=False)
        self.assertEqual(partnership.period_ids.state, 'invoiced', "a draft credits nothing")
        credit.action_post()
        self.assertEqual(partnership.period_ids.state, 'planned')

    def test_a_partial_credit_keeps_the_period(self):
        partnership = self.partnership()
        self.bill('2019-01-01')
        move = self.fee_lines(partnership.period_ids).move_id
        credit = move._reverse_moves(cancel=False)
        credit.invoice_line_ids.price_unit = 100.0
        credit.action_post()
        self.assertEqual(partnership.period_ids.state, 'invoiced')

    def test_reverse_and_create_hands_the_next_issue_over(self):
        partnership = self.partnership()
        self.bill('2019-01-01')
        period, move = partnership.period_ids, self.fee_lines(partnership.period_ids).move_id
        wizard = (
            self.env['account.move.reversal']
            .with_context(
                active_model='account.move',
                active_ids=move.ids,
            )
            .create({'journal_id': move.journal_id.id})
        )
        replacement = self.env['account.move'].browse(wizard.modify_moves()['res_id'])
        line = replacement.invoice_line_ids
        self.assertEqual((line.scn_period_id, line.scn_issue, period.state), (period, 2, 'invoiced'))
        replacement.action_post()
        self.assertFalse(self.bill('2019-01-02'))
        self.assertEqual(len(self.fee_lines(period)), 1)

    def test_a_plain_copy_carries_no_key(self):
        partnership = self.partnership()
        self.bill('2019-01-01')
        copy = self.fee_lines(partnership.period_ids).move_id.copy()
        self.assertFalse(copy.invoice_line_ids.scn_period_id)

    def test_cancel_then_invoice_again_then_the_old_one_cannot_come_back(self):
        partnership = self.partnership()
        self.bill('2019-01-01')
        period, old = partnership.period_ids, self.fee_lines(partnership.period_ids).move_id
        old.button_cancel()
        self.assertEqual(period.state, 'planned')
        self.bill('2019-01-02')
        self.assertEqual(len(self.fee_lines(period)), 1)
        with self.assertRaisesRegex(UserError, "was invoiced again by"):
            old.button_draft()

    def test_a_deleted_draft_frees_the_period(self):
        order = self.order()
        order.scn_partnership_id.with_user(self.officer).action_eligible()
        order._create_invoices().unlink()
        self.assertEqual(order.scn_partnership_id.period_ids.state, 'planned')

    def test_paid_follows_the_payment_and_its_undoing(self):
        partnership = self.partnership()
        self.bill('2019-01-01')
        period, move = partnership.period_ids, self.fee_lines(partnership.period_ids).move_id
        self.assertEqual(period.payment_state, 'not_paid')
        self.pay(move)
        self.assertIn(period.payment_state, ('paid', 'in_payment'))
        move.line_ids.remove_move_reconcile()
        self.assertEqual(period.payment_state, 'not_paid')

    # -- purchase orders ---------------------------------------------------------------------------------------

    def reference(self, number='PO-1', amount=0.0, **values):
        return self.env['scn.purchase.reference'].create(
            {
                'partner_id': self.city.id,
                'number': number,
                'amount': amount,
                'currency_id': self.env.company.currency_id.id,
                'valid_from': '2019-01-01',
                'valid_until': '2019-12-31',
                **values,
            }
        )

    def test_no_invoice_leaves_without_the_number_where_the_city_requires_one(self):
        self.city.requires_purchase_order = True
        partnership = self.partnership()
        period = partnership.period_ids
        self.bill('2019-01-01')
        self.assertEqual((period.state, len(period.line_ids)), ('waiting', 0))
        self.assertEqual(len(partnership.activity_ids), 1)
        answer = period.with_user(self.finance).action_invoice()
        self.assertEqual(answer['tag'], 'display_notification')
        self.assertIn("needs a purchase-order number", answer['params']['message'])
        self.reference('PO-77')
        period.with_user(self.finance).action_invoice()
        self.assertEqual(period.line_ids.move_id.ref, 'PO-77')
        period.sudo()._bill(self.day('2019-01-02'))
        self.assertFalse(partnership.activity_ids)

    def test_a_number_must_be_valid_and_cover_the_amount(self):
        self.city.requires_purchase_order = True
        period = self.partnership().period_ids
        self.reference('old', valid_from='2018-01-01', valid_until='2018-12-31')
        self.reference('small', amount=100.0)
        self.bill('2019-01-01')
        self.assertEqual(period.state, 'waiting')
        big = self.reference('big', amount=1000.0)
        period.sudo().retry_at = False
        self.bill('2019-01-02')
        self.assertEqual((period.state, period.purchase_reference_id, big.amount_left), ('invoiced', big, 2.0))

    def test_the_number_is_asked_for_60_days_ahead_once(self):
        self.city.requires_purchase_order = True
        partnership = self.partnership(start='2019-04-01')
        for today, count in (('2019-01-30', 0), ('2019-01-31', 1), ('2019-02-01', 1)):
            with freeze_time(today):
                self.env['scn.partnership.period']._cron_ask_purchase_orders()
            self.assertEqual(len(partnership.activity_ids), count, today)

    def test_credit_and_issue_again_with_the_right_number_is_one_action(self):
        self.city.requires_purchase_order = True
        self.reference('wrong')
        period = self.partnership().period_ids
        self.bill('2019-01-01')
        first = period.line_ids.move_id
        self.env['scn.purchase.reference'].search([('number', '=', 'wrong')]).valid_until = '2019-01-01'
        with freeze_time('2019-02-01'):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                period.with_user(self.finance).action_credit_and_reissue()
            self.assertEqual(first.payment_state, 'not_paid', "nothing half done")
            self.reference('right', valid_from='2019-02-01')
            period.with_user(self.finance).action_credit_and_reissue()
        line = self.fee_lines(period)
        self.assertEqual((line.move_id.ref, line.scn_issue, first.payment_state), ('right', 2, 'reversed'))

    # -- instalments, payers, currencies -----------------------------------------------------------------------

    def test_instalments_and_payers_add_up(self):
        region = self.env['res.partner'].create({'name': 'Region', 'is_company': True})
        partnership = self.partnership(price=1000.0)
        partnership.period_ids.sudo().write({'state': 'planned'})
        partnership.instalment_ids = [
            fields.Command.create({'percentage': 33.33, 'months_after': 0}),
            fields.Command.create({'percentage': 66.67, 'months_after': 6, 'payer_id': region.id}),
        ]
        period = partnership.period_ids
        self.bill('2019-01-01')
        self.assertEqual((period.state, str(period.next_invoice_date)), ('partial', '2019-07-01'))
        self.bill('2019-06-30')
        self.assertEqual(len(period.line_ids), 1)
        self.bill('2019-07-01')
        self.assertEqual(period.state, 'invoiced')
        self.assertEqual(
            [(line.move_id.partner_id, line.price_subtotal) for line in period.line_ids.sorted('scn_instalment')],
            [(self.city, 333.3), (region, 666.7)],
        )

    def test_another_payer_and_a_billing_contact(self):
        region = self.env['res.partner'].create({'name': 'Region', 'is_company': True})
        desk = self.env['res.partner'].create({'name': 'Invoice desk', 'parent_id': region.id, 'type': 'invoice'})
        partnership = self.partnership(partner_invoice_id=desk.id)
        self.assertEqual((partnership.payer_id, partnership.billing_contact_id), (region, desk))
        self.bill('2019-01-01')
        move = self.fee_lines(partnership.period_ids).move_id
        self.assertEqual((move.partner_id, move.commercial_partner_id), (desk, region))

    def test_every_currency_in_its_own_precision(self):
        for code, price in (('EUR', 998.01), ('JPY', 120000.0), ('KWD', 301.255)):
            currency = self.env['res.currency'].with_context(active_test=False).search([('name', '=', code)])
            currency.active = True
            if code == 'KWD':
                currency.rounding = 0.001
            pricelist = self.env['product.pricelist'].create({'name': code, 'currency_id': currency.id})
            city = self.env['res.partner'].create({'name': f'City {code}', 'is_city': True})
            partnership = self.partnership(city=city, price=price, pricelist_id=pricelist.id)
            self.bill('2019-01-01')
            move = self.fee_lines(partnership.period_ids).move_id
            self.assertEqual((move.currency_id, move.amount_untaxed), (currency, price), code)

    # -- errors ------------------------------------------------------------------------------------------------

    def test_one_poisoned_period_among_100_costs_only_itself_and_heals(self):
        partnerships = self.renewals(100, 'Town').partnership_id
        poisoned = partnerships[37].period_ids
        prepare = type(poisoned)._prepare_invoice_values

        def refusing(period, part, today):
            if period == poisoned:
                raise UserError("no income account")
            return prepare(period, part, today)

        with patch.object(type(poisoned), '_prepare_invoice_values', refusing):
            self.bill('2019-01-01')
        self.assertEqual(partnerships.period_ids.mapped('state').count('invoiced'), 99)
        self.assertEqual((poisoned.last_error, len(partnerships.activity_ids)), ("no income account", 1))
        self.assertFalse(self.bill('2019-01-01'), "not before its time to retry")
        with freeze_time('2019-01-02 12:00:00'):
            self.bill('2019-01-02')
        self.assertEqual((poisoned.state, poisoned.last_error), ('invoiced', False))
        self.assertFalse(partnerships.activity_ids)

    def test_a_period_that_gives_no_invoice_does_not_keep_the_run_busy(self):
        """An integrator's hook may return nothing: the run looks at it again later, not for ever."""
        period = self.partnership().period_ids
        with patch.object(type(period), '_prepare_invoice_values', lambda period, part, today: {}):
            self.bill('2019-01-01')
            self.assertFalse(self.bill('2019-01-01'), "not again in this run")
        self.assertTrue(period.retry_at)
        with freeze_time('2019-01-01 19:00:00'):
            self.bill('2019-01-01')
        self.assertEqual(period.state, 'invoiced')

    def test_what_is_waived_elsewhere_or_cancelled_is_never_invoiced(self):
        order = self.order()
        period = order.scn_partnership_id.period_ids
        for state in ('waived', 'elsewhere', 'cancelled'):
            period.sudo().write({'state': state})
            with self.assertRaises(UserError, msg=state):
                period.with_user(self.finance).action_invoice()
            self.assertFalse(period.line_ids, state)
        for state in ('waived', 'elsewhere'):
            period.sudo().write({'state': state})
            with self.assertRaisesRegex(UserError, "nothing to invoice"):
                order._create_invoices()

    def test_an_order_invoices_no_way_around_the_purchase_order(self):
        self.city.requires_purchase_order = True
        order = self.order()
        move = order._create_invoices()
        with self.assertRaisesRegex(UserError, "needs a purchase-order number"):
            move.action_post()
        self.reference('PO-88')
        move.action_post()
        self.assertEqual((move.state, move.ref), ('posted', 'PO-88'))

    def test_only_finance_invoices(self):
        period = self.partnership().period_ids
        for user in (self.officer, self.manager):
            for act in ('action_invoice', 'action_credit_and_reissue'):
                with self.assertRaises(AccessError):
                    getattr(period.with_user(user), act)()

    def test_nobody_writes_the_ledger_by_hand(self):
        period = self.partnership().period_ids
        for user in (self.officer, self.manager, self.finance):
            for values in ({'price': 1.0}, {'state': 'invoiced'}):
                with self.assertRaises(AccessError):
                    period.with_user(user).write(values)
