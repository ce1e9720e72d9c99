from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time
from odoo.tools import mute_logger

from .partnership_common import PartnershipCase


@freeze_time('2019-01-01 12:00:00')
class TestPartnershipLeaving(PartnershipCase):
    """The last day, the fee of the unused days, what is open, and taking it back."""

    def credits(self, partnership):
        return partnership.sudo()._get_leaving_credits()

    def running(self, code='partner', **values):
        partnership = self.partnership(code, **values)
        self.bill('2019-01-01')
        return partnership

    def test_at_the_end_of_the_term_nothing_moves_but_the_renewal(self):
        partnership = self.running()
        partnership.renewal_mode = 'automatic'
        self.leave(partnership, user=self.officer)
        self.assertEqual((partnership.state, str(partnership.date_ended)), ('active', '2019-12-31'))
        self.assertFalse(self.credits(partnership))
        self.assertEqual(self.advance(partnership, '2019-12-31'), 'active')
        self.assertEqual(self.city.grade_id, self.tier['partner'])
        self.assertEqual(self.advance(partnership, '2020-01-01'), 'lapsed', "no grace for who leaves")
        self.assertFalse(self.city.grade_id)
        self.assertEqual(len(partnership.period_ids), 1)

    def test_now_with_credit_gives_the_unused_days_back(self):
        """998 × 122 / 365 = 333.58: 1 September to 31 December."""
        partnership = self.running()
        invoice = self.fee_lines(partnership.period_ids).move_id
        with freeze_time('2019-08-31'):
            self.leave(partnership, '2019-08-31', 'credit')
        credit = self.credits(partnership)
        self.assertEqual((credit.amount_untaxed, credit.state, credit.reversed_entry_id), (333.58, 'posted', invoice))
        self.assertEqual(partnership.period_ids.returned, 333.58)
        self.assertEqual(partnership.period_ids.state, 'invoiced')
        self.assertEqual(round(invoice.amount_residual, 2), 664.42)
        self.assertEqual((partnership.state, self.advance(partnership, '2019-09-01')), ('active', 'lapsed'))
        self.assertFalse(self.city.grade_id)
        self.assertIn('122 of 365 days', credit.invoice_line_ids.name)
        self.assertEqual(partnership.order_ids.invoice_status, 'invoiced', "the order offers nothing to invoice again")

    def test_a_paid_fee_stays_to_be_paid_back(self):
        partnership = self.running()
        invoice = self.fee_lines(partnership.period_ids).move_id
        self.pay(invoice)
        self.leave(partnership, '2019-08-31', 'credit')
        self.assertIn(invoice.payment_state, ('paid', 'in_payment'))
        self.assertEqual(self.credits(partnership).amount_residual, 333.58)

    def test_unused_days_after_an_upgrade(self):
        """499 × 122/365 + (669.89 − 334.95) × 122/245 = 166.79 + 166.79 = 998 × 122/365, each rounded on its own."""
        partnership = self.running('associate')
        with freeze_time('2019-05-01'):
            order = self.order(
                'partner',
                '2019-05-01',
                price=334.94,
                scn_kind='upgrade',
                scn_partnership_id=partnership.id,
                scn_fee=998.0,
            )
            self.bill('2019-05-01')
        self.assertEqual(order.order_line.scn_period_ids.credit, 334.95)
        with freeze_time('2019-08-31'):
            self.leave(partnership, '2019-08-31', 'credit')
        self.assertEqual(sorted(self.credits(partnership).mapped('amount_untaxed')), [166.79, 166.79])

    def test_what_is_not_invoiced_yet_is_invoiced_without_the_unused_days(self):
        partnership = self.partnership()
        self.leave(partnership, '2019-08-31', 'credit')
        self.assertFalse(self.credits(partnership))
        self.bill('2019-01-02')
        line = self.fee_lines(partnership.period_ids)
        self.assertEqual((line.price_subtotal, partnership.period_ids.state), (664.42, 'invoiced'))

    def test_it_is_still_invoiced_when_the_purchase_order_comes_after_the_last_day(self):
        self.city.requires_purchase_order = True
        partnership = self.partnership()
        self.bill('2019-01-01')
        with freeze_time('2019-02-28'):
            self.leave(partnership, '2019-02-28', 'credit')
        self.advance(partnership, '2019-03-01')
        self.assertEqual((partnership.state, partnership.period_ids.state), ('lapsed', 'waiting'))
        self.env['scn.purchase.reference'].create(
            {'partner_id': self.city.id, 'number': 'PO-9', 'valid_from': '2019-01-01', 'valid_until': '2019-12-31'}
        )
        with freeze_time('2019-03-05'):
            self.bill('2019-03-05')
        self.assertEqual(self.fee_lines(partnership.period_ids).price_subtotal, 161.32)

    def test_a_credited_invoice_of_a_city_that_left_is_not_made_again(self):
        partnership = self.running()
        self.leave(partnership)
        self.advance(partnership, '2020-01-01')
        self.fee_lines(partnership.period_ids).move_id._reverse_moves(cancel=True)
        with freeze_time('2020-01-02'):
            self.assertFalse(self.bill('2020-01-02'))

    def test_instalments_are_credited_from_the_last_one(self):
        region = self.env['res.partner'].create({'name': 'Region', 'is_company': True})
        partnership = self.partnership(price=1000.0)
        partnership.instalment_ids = [
            fields.Command.create({'percentage': 50}),
            fields.Command.create({'percentage': 50, 'months_after': 6, 'payer_id': region.id}),
        ]
        partnership.period_ids._refresh_state()
        for day in ('2019-01-01', '2019-07-01'):
            with freeze_time(day):
                self.bill(day)
        with freeze_time('2019-07-02'):
            # 274 of 365 days are unused: 750.68 of 1000.
            self.leave(partnership, '2019-04-01', 'credit')
        by_payer = {credit.partner_id: credit.amount_untaxed for credit in self.credits(partnership)}
        self.assertEqual(by_payer, {region: 500.0, self.city: 250.68})
        self.assertEqual((partnership.period_ids.state, partnership.period_ids.returned), ('invoiced', 750.68))

    def test_an_open_instalment_is_lowered_before_an_invoiced_one_is_credited(self):
        partnership = self.partnership(price=1000.0)
        partnership.instalment_ids = [
            fields.Command.create({'percentage': 50}),
            fields.Command.create({'percentage': 50, 'months_after': 6}),
        ]
        partnership.period_ids._refresh_state()
        self.bill('2019-01-01')
        with freeze_time('2019-03-31'):
            self.leave(partnership, '2019-09-30', 'credit')
        self.assertFalse(self.credits(partnership))
        with freeze_time('2019-07-01'):
            self.bill('2019-07-01')
        # 92 of 365 days are unused: 252.05.
        self.assertEqual(sorted(self.fee_lines(partnership.period_ids).mapped('price_subtotal')), [247.95, 500.0])

    def test_crediting_one_instalment_opens_no_other(self):
        partnership = self.partnership(price=1000.0)
        partnership.instalment_ids = [
            fields.Command.create({'percentage': 50}),
            fields.Command.create({'percentage': 50, 'months_after': 1}),
        ]
        partnership.period_ids._refresh_state()
        for day in ('2019-01-01', '2019-02-01'):
            with freeze_time(day):
                self.bill(day)
        second = partnership.period_ids.line_ids.filtered(lambda line: line.scn_instalment == 2).move_id
        second._reverse_moves(cancel=True)
        with freeze_time('2019-02-02'):
            self.bill('2019-02-02')
        lines = self.fee_lines(partnership.period_ids)
        self.assertEqual(sorted(lines.mapped('scn_instalment')), [1, 2])

    def test_a_later_term_is_taken_back_whole(self):
        partnership = self.running()
        order = self.order(price=1100.0, scn_kind='renewal', scn_partnership_id=partnership.id)
        invoice = order._create_invoices()
        invoice.action_post()
        self.leave(partnership)
        renewal = partnership.period_ids.sorted('number')[-1]
        self.assertEqual((renewal.state, invoice.payment_state), ('cancelled', 'reversed'))
        self.assertEqual(partnership.period_ids.sorted('number')[0].state, 'invoiced')
        with self.assertRaisesRegex(UserError, "nothing to invoice"):
            order._create_invoices()

    def test_preview_and_apply_agree(self):
        partnership = self.running()
        with Form(
            self.env['scn.partnership.leave']
            .with_user(self.finance)
            .with_context(default_partnership_id=partnership.id)
        ) as form:
            self.assertEqual(str(form.last_day), '2019-12-31')
            form.when = 'day'
            form.last_day = '2019-08-31'
            form.money = 'credit'
            form.reason = "New priorities"
            self.assertIn('333.58', str(form.summary))
        form.record.action_leave()
        self.assertEqual(self.credits(partnership).amount_untaxed, 333.58)
        self.assertIn('333.58', "".join(partnership.message_ids.mapped('body')), "the same summary in the chatter")

    def test_the_database_lets_unused_days_be_credited_once(self):
        partnership = self.running()
        self.leave(partnership, '2019-08-31', 'credit')
        credit = self.credits(partnership)
        line = self.fee_lines(partnership.period_ids)
        values = line._prepare_unused_credit_values(1.0, {'period': partnership.period_ids, 'days': 1, 'total': 365})
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env['account.move'].create(values)
        # Control: without the index the days are credited twice.
        self.env.cr.execute('DROP INDEX account_move_line_scn_returned_once')
        self.assertTrue(self.env['account.move'].create(values) - credit)

    def test_no_credit_note_goes_beyond_the_invoice(self):
        partnership = self.running()
        invoice = self.fee_lines(partnership.period_ids).move_id
        self.leave(partnership, '2019-08-31', 'credit')
        with self.assertRaisesRegex(UserError, "its credit notes would be more"), self.env.cr.savepoint():
            invoice._reverse_moves(cancel=True)

    def test_a_credit_by_hand_counts(self):
        partnership = self.running()
        invoice = self.fee_lines(partnership.period_ids).move_id
        note = invoice._reverse_moves(cancel=False)
        note.invoice_line_ids.price_unit = 900.0
        note.action_post()
        self.leave(partnership, '2019-08-31', 'credit')
        self.assertEqual(self.credits(partnership).amount_untaxed, 98.0)

    def test_credit_and_issue_again_after_leaving_charges_the_used_days(self):
        partnership = self.running()
        first = self.fee_lines(partnership.period_ids).move_id
        self.leave(partnership, '2019-08-31', 'credit')
        period = partnership.period_ids
        period.with_user(self.finance).action_credit_and_reissue()
        line = self.fee_lines(period)
        self.assertEqual((line.price_subtotal, line.scn_issue, period.state), (664.42, 2, 'invoiced'))
        self.assertEqual(sum(first.reversal_move_ids.mapped('amount_untaxed')), 998.0)
        with self.assertRaisesRegex(UserError, "was issued again since"):
            partnership.with_user(self.finance).action_stay()
        with self.assertRaisesRegex(UserError, "take the leaving back first"):
            period.with_user(self.finance).action_cancel_period()

    def test_the_credit_and_its_invoice_stay_together(self):
        partnership = self.running()
        invoice = self.fee_lines(partnership.period_ids).move_id
        self.leave(partnership, '2019-08-31', 'credit')
        for move in (self.credits(partnership), invoice):
            for act in ('button_draft', 'button_cancel'):
                with self.assertRaisesRegex(UserError, "take the leaving back"):
                    getattr(move, act)()

    def test_stays_after_all(self):
        partnership = self.running()
        invoice = self.fee_lines(partnership.period_ids).move_id
        left_before = sum(partnership.entitlement_ids.mapped('left'))
        self.leave(partnership, '2019-03-31', 'credit')
        self.assertEqual(sum(partnership.entitlement_ids.mapped('left')), 1, "only this quarter's is left")
        credit = self.credits(partnership)
        with self.assertRaisesRegex(AccessError, "ask a colleague of finance"):
            partnership.with_user(self.officer).action_stay()
        partnership.with_user(self.finance).action_stay()
        self.assertEqual(
            (credit.state, partnership.period_ids.returned, partnership.date_ended), ('cancel', 0.0, False)
        )
        self.assertEqual((invoice.amount_residual, invoice.payment_state), (998.0, 'not_paid'))
        self.assertEqual(sum(partnership.entitlement_ids.mapped('left')), left_before)
        self.assertEqual(self.advance(partnership, '2019-12-31'), 'active')
        self.leave(partnership, '2019-08-31', 'credit')
        self.assertEqual(self.credits(partnership).amount_untaxed, 333.58)

    def test_who_left_or_was_paid_back_does_not_stay(self):
        partnership = self.running()
        self.pay(self.fee_lines(partnership.period_ids).move_id)
        self.leave(partnership, '2019-08-31', 'credit')
        self.pay(self.credits(partnership))
        with self.assertRaisesRegex(UserError, "was paid back"):
            partnership.with_user(self.finance).action_stay()
        self.advance(partnership, '2019-09-01')
        with self.assertRaisesRegex(UserError, "has left"):
            partnership.with_user(self.finance).action_stay()

    def test_in_the_grace(self):
        partnership = self.running()
        self.advance(partnership, '2020-01-05')
        with freeze_time('2020-01-05'):
            self.leave(partnership, '2020-01-10')
        self.assertEqual((partnership.state, str(partnership.grace_until)), ('grace', '2020-01-10'))
        self.assertEqual(self.advance(partnership, '2020-01-10'), 'grace')
        self.assertEqual(self.advance(partnership, '2020-01-11'), 'lapsed')

    def test_days_out_of_range_and_a_second_leaving_are_refused(self):
        partnership = self.running()
        for day in ('2018-12-31', '2020-01-01'):
            with self.assertRaisesRegex(UserError, "The last day has to be from"):
                self.leave(partnership, day)
        self.leave(partnership)
        for act in (
            lambda: self.leave(partnership, '2019-08-31'),
            partnership.with_user(self.officer).action_renew,
            lambda: partnership._prepare_upgrade(self.fee['premium'], 1497.0, self.day('2019-05-01')),
        ):
            with self.assertRaisesRegex(UserError, "take the leaving back first"):
                act()
        pending = self.partnership(
            city=self.env['res.partner'].create({'name': 'Soon', 'is_city': True}), start='2019-06-01'
        )
        with self.assertRaisesRegex(UserError, "only possible when"):
            self.leave(pending)

    def test_a_draft_invoice_is_settled_first(self):
        order = self.order()
        order.scn_partnership_id.with_user(self.officer).action_eligible()
        order._create_invoices()
        with self.assertRaisesRegex(UserError, "Post or delete it first"):
            self.leave(order.scn_partnership_id, '2019-08-31', 'credit')

    def test_an_officer_arranges_it_and_only_finance_credits(self):
        partnership = self.running()
        with self.assertRaisesRegex(AccessError, "Only finance credits money"):
            self.leave(partnership, '2019-08-31', 'credit', user=self.officer)
        self.assertFalse(partnership.date_ended)
        self.leave(partnership, '2019-08-31', user=self.officer)
        self.assertEqual(str(partnership.date_ended), '2019-08-31')

    def test_a_new_partnership_begins_the_day_after_the_last_one(self):
        partnership = self.running()
        self.leave(partnership, '2019-08-31')
        self.partnership(start='2019-09-01')
        with self.assertRaisesRegex(UserError, "already has the partnership"):
            self.partnership('premium', start='2019-08-31')

    def test_nothing_is_used_after_the_last_day(self):
        partnership = self.running()
        self.leave(partnership, '2019-02-15')
        entitlement = self.env['scn.entitlement']
        with self.assertRaisesRegex(UserError, "includes none"):
            entitlement._take(self.city, 'one_on_one', self.day('2019-02-16'), self.city)
        entitlement._take(self.city, 'one_on_one', self.day('2019-02-15'), self.city)
        items = partnership._get_leaving_items(self.day('2019-02-15'))
        agreed = [item for item in items if item['title'].startswith('Agreed')]
        self.assertEqual(agreed[0]['lines'], ["Contact: Riverton"])

    def test_open_quotations_are_cancelled_and_named(self):
        partnership = self.running()
        action = partnership.with_user(self.officer).action_quote_renewal()
        order = self.env['sale.order'].browse(action['res_id'])
        titles = [item['title'] for item in partnership._get_leaving_items(self.day('2019-12-31'))]
        self.assertEqual(
            titles,
            ["Counted benefits", "Open quotations, which are cancelled", "Unpaid invoices, which stay due", "Portal"],
        )
        self.leave(partnership)
        self.assertEqual(order.state, 'cancel')

    def test_a_waived_fee_gives_nothing_back(self):
        partnership = self.partnership()
        partnership.with_user(self.manager).action_waive_fee("host of the summit")
        self.leave(partnership, '2019-08-31', 'credit', user=self.officer)
        self.assertEqual((partnership.period_ids.returned, partnership.period_ids.state), (0.0, 'waived'))

    def test_every_currency_in_its_own_precision(self):
        for code, price, expected in (('JPY', 120000.0, 40110.0), ('KWD', 301.255, 100.693)):
            currency = self.env['res.currency'].with_context(active_test=False).search([('name', '=', code)])
            currency.write({'active': True, 'rounding': 0.001 if code == 'KWD' else 1.0})
            pricelist = self.env['product.pricelist'].create({'name': code, 'currency_id': currency.id})
            city = self.env['res.partner'].create({'name': f'City {code}', 'is_city': True})
            partnership = self.partnership(city=city, price=price, pricelist_id=pricelist.id)
            self.bill('2019-01-01')
            self.leave(partnership, '2019-08-31', 'credit')
            credit = self.credits(partnership)
            self.assertEqual((credit.currency_id, credit.amount_untaxed), (currency, expected), code)

    def test_taxes_of_the_invoice_are_those_of_the_credit(self):
        order = self.order(confirm=False)
        order.order_line.tax_ids = self.company_data['default_tax_sale']
        order.action_confirm()
        partnership = order.scn_partnership_id
        partnership.with_user(self.officer).action_eligible()
        order._create_invoices().action_post()
        invoice = self.fee_lines(partnership.period_ids).move_id
        self.leave(partnership, '2019-08-31', 'credit')
        credit = self.credits(partnership)
        self.assertEqual(credit.invoice_line_ids.tax_ids, invoice.invoice_line_ids.tax_ids)
        self.assertEqual(credit.amount_tax, round(333.58 * 0.15, 2))
