import base64
import io
from collections import defaultdict
from datetime import timedelta
from random import Random

import openpyxl
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user
from odoo.tools import float_round, mute_logger

from ..billing_terms import days_between
from .partnership_common import PartnershipCase


class RevenueCase(PartnershipCase):
    """Finance with an account for deferred revenue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deferred = cls.env['account.account'].create(
            {'name': 'Deferred fees', 'code': 'SCN280', 'account_type': 'liability_current'}
        )
        cls.journal = cls.env['account.journal'].search(
            [('company_id', '=', cls.env.company.id), ('type', '=', 'general')], limit=1
        )

    def report(self, day, user=None, **values):
        report = (
            self.env['scn.revenue.report']
            .with_user(user or self.finance)
            .create({'day': day, 'deferred_account_id': self.deferred.id, 'journal_id': self.journal.id, **values})
        )
        report.action_show()
        return report

    def figures(self, report, city=None):
        lines = report.line_ids.filtered(lambda line: not city or line.partner_id == city)
        return [(line.amount_invoiced, line.amount_paid, line.amount_unearned) for line in lines]

    def price_list(self, code, rounding=None):
        currency = self.env['res.currency'].with_context(active_test=False).search([('name', '=', code)])
        currency.active = True
        if rounding:
            currency.rounding = rounding
        return self.env['product.pricelist'].create({'name': code, 'currency_id': currency.id})


@freeze_time('2019-01-01 12:00:00')
class TestRevenueReport(RevenueCase):
    def test_a_year_by_day(self):
        partnership = self.partnership(price=365.0)
        self.bill('2019-01-01')
        for day, expected in (
            ('2018-12-31', []),
            ('2019-01-01', [(365.0, 0.0, 364.0)]),
            ('2019-06-30', [(365.0, 0.0, 184.0)]),
            ('2019-12-31', [(365.0, 0.0, 0.0)]),
        ):
            report = self.report(day)
            self.assertEqual(self.figures(report), expected, day)
            self.assertTrue(report.is_reconciled)
        line = self.report('2019-06-30').line_ids
        self.assertEqual(
            (line.period_id, line.amount_earned, line.amount_open, line.grade_id, line.is_member),
            (partnership.period_ids, 181.0, 365.0, self.tier['partner'], True),
        )

    def test_paid_is_what_came_by_the_day(self):
        partnership = self.partnership(price=365.0)
        self.bill('2019-01-01')
        move = self.fee_lines(partnership.period_ids).move_id
        payment = (
            self.env['account.payment.register']
            .with_context(active_model='account.move', active_ids=move.ids)
            .create({'amount': 100.0, 'payment_date': '2019-02-10'})
            ._create_payments()
        )
        self.assertTrue(payment.move_id, "the payment is in the books")
        for day, paid in (('2019-02-09', 0.0), ('2019-02-10', 100.0)):
            self.assertEqual(self.figures(self.report(day)), [(365.0, paid, self.report(day).line_ids.amount_unearned)])

    def test_a_credit_note_is_no_payment_and_counts_from_its_day(self):
        partnership = self.partnership(price=365.0)
        self.bill('2019-01-01')
        move = self.fee_lines(partnership.period_ids).move_id
        credit = move._reverse_moves([{'invoice_date': '2019-03-01', 'date': '2019-03-01'}])
        credit.invoice_line_ids.price_unit = 73.0
        with freeze_time('2019-03-01'):
            credit.action_post()
        (move + credit).line_ids.filtered(lambda line: line.display_type == 'payment_term').reconcile()
        self.assertEqual(credit.invoice_line_ids.scn_refund_period_id, partnership.period_ids)
        self.assertEqual(self.figures(self.report('2019-02-28')), [(365.0, 0.0, 306.0)])
        self.assertEqual(self.figures(self.report('2019-06-30')), [(292.0, 0.0, 147.2)])

    def test_a_credit_note_written_beside_the_invoice_finds_its_period(self):
        partnership = self.partnership(price=365.0)
        self.bill('2019-01-01')
        move = self.fee_lines(partnership.period_ids).move_id
        credit = self.env['account.move'].create(
            {
                'move_type': 'out_refund',
                'partner_id': self.city.id,
                'reversed_entry_id': move.id,
                'invoice_date': '2019-01-01',
                'invoice_line_ids': [
                    fields.Command.create(
                        {'product_id': self.fee['partner'].id, 'price_unit': 65.0, 'tax_ids': [fields.Command.clear()]}
                    )
                ],
            }
        )
        credit.action_post()
        report = self.report('2019-01-31')
        self.assertEqual((self.figures(report)[0][0], report.has_outside), (300.0, False))

    def test_a_fee_without_a_period_is_shown_apart(self):
        self.partnership(price=365.0)
        self.bill('2019-01-01')
        self.env['account.move'].create(
            {
                'move_type': 'out_refund',
                'partner_id': self.city.id,
                'invoice_date': '2019-01-01',
                'invoice_line_ids': [
                    fields.Command.create(
                        {'product_id': self.fee['partner'].id, 'price_unit': 65.0, 'tax_ids': [fields.Command.clear()]}
                    )
                ],
            }
        ).action_post()
        report = self.report('2019-01-31')
        check = report.check_ids
        self.assertEqual(
            (check.amount_ledger, check.amount_listed, check.amount_outside, check.difference),
            (300.0, 365.0, -65.0, 0.0),
        )
        self.assertTrue(report.has_outside)
        lines = self.env['account.move.line'].search(report.action_view_outside()['domain'])
        self.assertEqual(lines.mapped('price_unit'), [65.0])

    def test_the_check_can_fail(self):
        """Control: a line that the report loses makes a difference."""
        self.partnership(price=365.0)
        self.bill('2019-01-01')
        report = self.report('2019-01-31')
        revenue = self.env['scn.partnership.period'].sudo()._get_revenue(self.env.company, self.day('2019-01-31'))
        for check in revenue['checks'].values():
            check['listed'] -= 1.0
        report._load(revenue)
        self.assertFalse(report.is_reconciled)

    def test_members_waivers_and_the_days_of_grace(self):
        waived = self.env['res.partner'].create({'name': 'Hillford', 'is_city': True})
        gone = self.env['res.partner'].create({'name': 'Lakeside', 'is_city': True})
        pending = self.env['res.partner'].create({'name': 'Moorgate', 'is_city': True})
        partnership = self.partnership(city=waived)
        partnership.with_user(self.manager).action_waive_fee("Floods")
        self.partnership()
        self.partnership(city=gone).sudo().write({'renewal_mode': 'none'})
        self.partnership(city=pending, eligible=False)
        self.bill('2019-01-01')
        for day in ('2020-01-01', '2020-01-31'):
            with freeze_time(day):
                self.env['scn.partnership'].search([('company_id', '=', self.env.company.id)]).sudo()._advance(
                    self.day(day)
                )
        with freeze_time('2020-02-01'):
            june, grace = self.report('2019-06-30'), self.report('2020-01-15')
        self.assertEqual(june.member_count, 3)
        row = june.line_ids.filtered(lambda line: line.partner_id == waived)
        self.assertEqual(
            (row.amount_invoiced, row.amount_waived, row.waiver_approver_id, row.waiver_reason),
            (0.0, 998.0, self.manager, "Floods"),
        )
        members = grace.line_ids.filtered('is_member').partner_id
        self.assertEqual(members, self.city | waived, "in grace they still are, an ended one is not")
        self.assertIn(gone, grace.line_ids.partner_id, "its invoice is open")

    def test_an_upgrade_counts_once_at_the_higher_tier(self):
        partnership = self.partnership('associate')
        order = self.order(
            'partner',
            '2019-05-01',
            price=334.94,
            confirm=False,
            scn_kind='upgrade',
            scn_partnership_id=partnership.id,
            scn_fee=998.0,
        )
        with freeze_time('2019-05-01'):
            order.action_confirm()
            self.bill('2019-05-01')
        report = self.report('2019-06-30')
        self.assertEqual((report.member_count, len(report.line_ids)), (1, 2))
        self.assertEqual(report.line_ids.filtered('is_member').grade_id, self.tier['partner'])
        self.assertEqual(
            {line.kind: line.amount_unearned for line in report.line_ids},
            {'initial': float_round(499 * 184 / 365, 2), 'upgrade': float_round(334.94 * 184 / 245, 2)},
        )

    def test_left_in_the_middle_with_credit(self):
        """Invoiced 365, left on 31 August with 122 given back in July: nothing is owed after August."""
        partnership = self.partnership(price=365.0)
        self.bill('2019-01-01')
        credit = self.fee_lines(partnership.period_ids).move_id._reverse_moves(
            [{'invoice_date': '2019-07-31', 'date': '2019-07-31'}]
        )
        credit.invoice_line_ids.price_unit = 122.0
        with freeze_time('2019-07-31'):
            credit.action_post()
        partnership.sudo().date_ended = '2019-08-31'
        for day, expected in (
            ('2019-06-30', (365.0, 0.0, 184.0)),
            ('2019-07-31', (243.0, 0.0, 31.0)),
            ('2019-08-31', (243.0, 0.0, 0.0)),
        ):
            self.assertEqual(self.figures(self.report(day)), [expected], day)

    def test_instalments_are_earned_of_the_whole_fee(self):
        """Half of 730 is invoiced in January, half in July: on 31 March 180 are earned, on 30 June nearly the half."""
        partnership = self.partnership(price=730.0)
        partnership.instalment_ids = [
            fields.Command.create({'percentage': 50, 'months_after': 0}),
            fields.Command.create({'percentage': 50, 'months_after': 6}),
        ]
        self.bill('2019-01-01')
        self.bill('2019-07-01')
        for day, expected in (
            ('2019-03-31', (365.0, 0.0, 185.0)),
            ('2019-06-30', (365.0, 0.0, 3.0)),
            ('2019-07-01', (730.0, 0.0, 366.0)),
        ):
            self.assertEqual(self.figures(self.report(day)), [expected], day)

    def test_an_invoice_lowered_by_hand_has_nothing_to_come(self):
        order = self.order(price=365.0)
        order.scn_partnership_id.with_user(self.officer).action_eligible()
        move = order._create_invoices()
        move.invoice_line_ids.price_unit = 292.0
        move.invoice_date = '2019-01-01'
        move.action_post()
        self.assertEqual(self.figures(self.report('2019-06-30')), [(292.0, 0.0, 147.2)])

    def test_leaving_with_the_wizards_credit(self):
        """What leaving gives back is in the report as it is in the ledger."""
        partnership = self.partnership(price=365.0)
        self.bill('2019-01-01')
        with freeze_time('2019-07-31'):
            plan = partnership._prepare_leaving(self.day('2019-08-31'), 'credit')
            partnership._leave(plan, "Budget")
        for day, expected in (
            ('2019-07-30', (365.0, 0.0, 154.0)),
            ('2019-07-31', (243.0, 0.0, 31.0)),
            ('2019-08-31', (243.0, 0.0, 0.0)),
        ):
            report = self.report(day)
            self.assertEqual((self.figures(report), report.has_outside), ([expected], False), day)

    def test_an_invoice_in_advance_is_not_earned_at_all(self):
        partnership = self.partnership(start='2019-01-01', price=365.0)
        with freeze_time('2019-12-01'):
            renewal = partnership.sudo()._add_renewal_period()
            renewal.invoice_date = '2019-12-01'
            renewal._refresh_state()
            self.bill('2019-12-01')
        rows = self.report('2019-12-31').line_ids
        self.assertEqual(
            sorted((line.amount_invoiced, line.amount_unearned) for line in rows), [(365.0, 0.0), (365.0, 365.0)]
        )

    def test_currencies_never_meet(self):
        for code, price in (('EUR', 365.0), ('JPY', 365000.0)):
            city = self.env['res.partner'].create({'name': f'City {code}', 'is_city': True})
            self.partnership(city=city, price=price, pricelist_id=self.price_list(code).id)
        self.bill('2019-01-01')
        report = self.report('2019-06-30')
        self.assertEqual(
            {(tier.currency_id.name, tier.amount_invoiced, tier.amount_unearned) for tier in report.tier_ids},
            {('EUR', 365.0, 184.0), ('JPY', 365000.0, 184000.0)},
        )
        self.assertEqual(len(report.check_ids), 2)

    def test_another_company_is_another_report(self):
        other = self.setup_other_company(name='Other body')['company']
        self.partnership(price=365.0)
        self.bill('2019-01-01')
        with self.assertRaisesRegex(AccessError, "own companies"):
            self.report('2019-01-31', company_id=other.id, deferred_account_id=False, journal_id=False)
        self.finance.company_ids |= other
        report = (
            self.env['scn.revenue.report']
            .with_user(self.finance)
            .with_context(allowed_company_ids=[other.id, self.env.company.id])
            .create({'day': '2019-01-31', 'company_id': other.id})
        )
        report.action_show()
        self.assertFalse(report.line_ids)

    def test_only_finance(self):
        for user in (self.officer, self.manager):
            with self.assertRaises(AccessError, msg=user.login):
                self.report('2019-01-31', user=user)
        report = self.report('2019-01-31')
        for method in (
            'action_show',
            'action_view_lines',
            'action_view_outside',
            'action_export',
            'action_propose_closing',
            'action_view_closing',
        ):
            with self.assertRaises(AccessError, msg=method):
                getattr(report.with_user(self.manager), method)()
        colleague = new_test_user(
            self.env,
            'scn_colleague',
            groups='scn_partner.group_scn_finance',
            company_id=self.env.company.id,
            company_ids=[fields.Command.set(self.env.company.ids)],
        )
        with self.assertRaises(AccessError):
            report.with_user(colleague).action_export()

    # -- workbook ----------------------------------------------------------------------------------------------

    def test_the_workbook_holds_the_figures_and_no_formula(self):
        self.city.name = '=HYPERLINK("http://bad.example")'
        self.partnership(price=365.0)
        self.bill('2019-01-01')
        report = self.report('2019-06-30')
        action = report.action_export()
        self.assertIn('partnerships-2019-06-30.xlsx', action['url'])
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(report.file)))
        self.assertEqual(book.sheetnames, ["Periods", "By tier", "Check"])
        header, row = list(book["Periods"].iter_rows())[:2]
        values = {cell.value: found for cell, found in zip(header, row, strict=True)}
        self.assertEqual((values["City"].value, values["City"].data_type), (self.city.name, 's'))
        self.assertEqual(
            (values["Invoiced"].value, values["Not yet earned"].value, values["Currency"].value),
            (365.0, 184.0, self.env.company.currency_id.name),
        )

    # -- closing entry -----------------------------------------------------------------------------------------

    def test_the_closing_entry_is_a_draft_and_its_reversal_follows(self):
        self.partnership(price=365.0)
        self.bill('2019-01-01')
        report = self.report('2019-06-30')
        with freeze_time('2019-07-05'):
            closing = self.env['account.move'].search(report.action_propose_closing()['domain'], order='date')
        entry, reversal = closing
        self.assertEqual(closing.mapped('state'), ['draft', 'draft'])
        self.assertEqual([str(move.date) for move in closing], ['2019-06-30', '2019-07-01'])
        income = (
            self.env['account.move.line']
            .search([('scn_period_id', '!=', False), ('company_id', '=', self.env.company.id)])
            .account_id
        )
        self.assertEqual(
            [(line.account_id, line.debit, line.credit) for line in entry.line_ids.sorted('credit')],
            [(income, 184.0, 0.0), (self.deferred, 0.0, 184.0)],
        )
        self.assertEqual(
            [(line.account_id, line.debit, line.credit) for line in reversal.line_ids.sorted('credit')],
            [(self.deferred, 184.0, 0.0), (income, 0.0, 184.0)],
        )
        self.assertEqual(self.env.company.scn_deferred_account_id, self.deferred)
        self.assertEqual(
            entry.attachment_ids.mapped('name') or entry.message_ids.attachment_ids.mapped('name'),
            ['partnerships-2019-06-30.xlsx'],
        )
        with freeze_time('2019-07-05'):
            entry.action_post()
        self.assertEqual((entry.state, reversal.state), ('posted', 'posted'))

    def test_a_reversal_in_the_future_waits_for_its_day(self):
        self.partnership(price=365.0)
        self.bill('2019-01-01')
        with freeze_time('2019-06-30'):
            entry, reversal = self.env['account.move'].search(
                self.report('2019-06-30').action_propose_closing()['domain'], order='date'
            )
            entry.action_post()
        self.assertEqual((entry.state, reversal.state, reversal.auto_post), ('posted', 'draft', 'at_date'))

    def test_never_two_for_one_day(self):
        self.partnership(price=365.0)
        self.bill('2019-01-01')
        report = self.report('2019-06-30')
        entry = self.env['account.move'].search(report.action_propose_closing()['domain'], order='date')[0]
        with self.assertRaisesRegex(UserError, "There is a closing entry"):
            self.report('2019-06-30').action_propose_closing()
        values = {'move_type': 'entry', 'journal_id': self.journal.id, 'scn_closing_date': '2019-06-30'}
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env['account.move'].create(values)
        # Another day, and the same day after the draft was deleted with its reversal, are free.
        self.report('2019-07-31').action_propose_closing()
        reversal = entry.reversal_move_ids
        entry.unlink()
        self.assertFalse(reversal.exists())
        self.report('2019-06-30').action_propose_closing()
        # Control: without the index there are two.
        self.env.cr.execute('DROP INDEX account_move_scn_closing_once')
        self.env['account.move'].create(values)

    def test_what_is_missing_is_said(self):
        with self.assertRaisesRegex(UserError, "nothing to defer"):
            self.report('2019-06-30').action_propose_closing()
        with self.assertRaisesRegex(UserError, "Choose the deferred revenue account"):
            self.report('2019-06-30', deferred_account_id=False).action_propose_closing()

    # -- adds up, whatever happened ----------------------------------------------------------------------------

    def test_it_adds_up_to_the_ledger_in_many_random_cases(self):
        """Random years of 24 cities in four currencies: upgrades, instalments, credits in part and in full, issued
        again, payments; looked at on random days against sums made by the ORM and exact days."""
        random = Random(20191231)
        pricelists = [
            self.price_list(code, rounding)
            for code, rounding in (('USD', None), ('EUR', None), ('JPY', None), ('KWD', 0.001))
        ]
        for number, pricelist in enumerate(pricelists[1:], start=2):
            self.env['res.currency.rate'].create(
                {
                    'name': '2018-01-01',
                    'rate': number * 1.37,
                    'currency_id': pricelist.currency_id.id,
                    'company_id': self.env.company.id,
                }
            )
        seen = defaultdict(int)
        for number in range(24):
            self.live_a_random_year(random, number, pricelists[number % 4], seen)
        self.assertTrue(
            all(seen[what] >= 3 for what in ('upgrade', 'instalments', 'partial', 'full', 'paid')), dict(seen)
        )
        for day in sorted(self.day('2019-01-01') + timedelta(days=random.randrange(60, 420)) for __ in range(8)):
            self.check_adds_up(day)

    def live_a_random_year(self, random, number, pricelist, seen):
        currency = pricelist.currency_id
        city = self.env['res.partner'].create({'name': f'Random {number}', 'is_city': True})
        start = self.day('2019-01-01') + timedelta(days=random.randrange(0, 120))
        fee = currency.round(random.randrange(10_000, 900_000) * currency.rounding)
        with freeze_time(start):
            partnership = self.partnership('associate', start, city=city, price=fee, pricelist_id=pricelist.id)
            if random.random() < 0.4:
                partnership.instalment_ids = [
                    fields.Command.create({'percentage': 33.33, 'months_after': 0}),
                    fields.Command.create({'percentage': 66.67, 'months_after': random.randrange(1, 9)}),
                ]
                partnership.period_ids.sudo()._refresh_state()
                seen['instalments'] += 1
            self.bill(start)
        if random.random() < 0.5:
            change = start + timedelta(days=random.randrange(1, 300))
            order = self.order(
                'premium',
                change,
                price=currency.round(fee * random.random()),
                confirm=False,
                city=city,
                pricelist_id=pricelist.id,
                scn_kind='upgrade',
                scn_partnership_id=partnership.id,
                scn_fee=fee * 3,
            )
            with freeze_time(change):
                order.action_confirm()
                self.bill(change)
            seen['upgrade'] += 1
        for period in partnership.period_ids:
            for move in self.fee_lines(period).move_id:
                self.settle(random, move, seen)
        with freeze_time('2020-03-01'):
            self.bill('2020-03-01')

    def settle(self, random, move, seen):
        day = move.date + timedelta(days=random.randrange(0, 200))
        what = random.choice(['partial', 'full', 'paid', 'paid', 'open'])
        seen[what] += 1
        with freeze_time(day):
            if what == 'paid':
                self.env['account.payment.register'].with_context(
                    active_model='account.move', active_ids=move.ids
                ).create(
                    {'amount': move.currency_id.round(move.amount_total * random.choice([1, 0.37]))}
                )._create_payments()
            elif what != 'open':
                credit = move._reverse_moves([{'invoice_date': day, 'date': day}], cancel=what == 'full')
                if what == 'partial':
                    line = credit.invoice_line_ids
                    line.price_unit = move.currency_id.round(line.price_unit * random.random())
                    credit.action_post()

    def check_adds_up(self, day):
        report = self.report(day)
        self.assertTrue(report.is_reconciled, day)
        self.assertFalse(report.has_outside, day)
        lines = self.env['account.move.line'].search(
            [
                ('company_id', '=', self.env.company.id),
                ('parent_state', '=', 'posted'),
                ('move_id.date', '<=', day),
                ('move_id.move_type', 'in', ('out_invoice', 'out_refund')),
                ('display_type', '=', 'product'),
            ]
        )
        expected, not_earned = defaultdict(float), defaultdict(float)
        per_period = defaultdict(float)
        for line in lines:
            sign = -1 if line.move_id.move_type == 'out_refund' else 1
            period = line.scn_period_id or line.scn_credited_period_id or line.scn_refund_period_id
            expected[line.currency_id] += sign * line.price_subtotal
            per_period[period] += sign * line.price_subtotal
        for period, amount in per_period.items():
            total = days_between(period.date_start, period.date_end)
            left = min(max((period.date_end - day).days, 0), total)
            rest = period.currency_id.round(amount) * left / total
            if amount > 0:
                rest = max(rest - self.fee_to_come(period, lines, day) * (total - left) / total, 0.0)
            not_earned[period.currency_id] += float_round(rest, precision_rounding=period.currency_id.rounding)
        for check in report.check_ids:
            currency = check.currency_id
            rows = report.line_ids.filtered(lambda line, currency=currency: line.currency_id == currency)
            self.assertEqual(currency.compare_amounts(check.amount_ledger, expected[currency]), 0)
            self.assertEqual(
                currency.compare_amounts(
                    sum(rows.mapped('amount_invoiced')) + check.amount_earlier, expected[currency]
                ),
                0,
            )
            self.assertEqual(currency.compare_amounts(sum(rows.mapped('amount_unearned')), not_earned[currency]), 0)
            for row in rows:
                self.assertEqual(
                    currency.compare_amounts(row.amount_earned + row.amount_unearned, row.amount_invoiced), 0
                )
        closing = self.env['account.move'].search(report.action_propose_closing()['domain'], order='date')[0]
        for currency, amount in not_earned.items():
            deferred = closing.line_ids.filtered(
                lambda line, currency=currency: line.account_id == self.deferred and line.currency_id == currency
            )
            self.assertEqual(
                currency.compare_amounts(-sum(deferred.mapped('amount_currency')), amount), 0, currency.name
            )
        self.assertAlmostEqual(sum(closing.line_ids.mapped('balance')), 0.0, 6)

    def fee_to_come(self, period, lines, day):
        """Agreed and not on a standing invoice by the day, where more is invoiced later."""
        invoices = lines.filtered(lambda line: period in (line.scn_period_id, line.scn_credited_period_id))
        credits = lines.filtered(lambda line: line.scn_refund_period_id == period)
        standing = sum(
            line.price_subtotal
            for line in invoices
            if not period.currency_id.is_zero(
                line.price_subtotal
                - sum(
                    credits.filtered(lambda note, line=line: note.move_id.reversed_entry_id == line.move_id).mapped(
                        'price_subtotal'
                    )
                )
            )
        )
        later = period.line_ids.filtered(lambda line: line.parent_state == 'posted' and line.date > day)
        is_to_come = later or period.state in ('planned', 'waiting', 'partial')
        return max(period.price - period.credit - standing, 0.0) if is_to_come else 0.0

    def test_reading_takes_the_same_queries_for_many(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.env['scn.partnership.period'].sudo()._get_revenue(self.env.company, self.day('2019-06-30'))
            return self.env.cr.sql_log_count - start

        for number in range(2):
            self.partnership(city=self.env['res.partner'].create({'name': f'Few {number}', 'is_city': True}))
        self.bill('2019-01-01')
        queries()  # what the registry keeps is read once
        few = queries()
        for number in range(30):
            self.partnership(city=self.env['res.partner'].create({'name': f'Many {number}', 'is_city': True}))
        self.bill('2019-01-01')
        self.assertEqual(queries(), few)
