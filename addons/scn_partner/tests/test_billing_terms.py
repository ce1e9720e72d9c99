import doctest
from datetime import date

from odoo.tests import BaseCase, tagged

from odoo.addons.scn_partner import billing_terms
from odoo.addons.scn_partner.billing_terms import first_anchor, prorate, split_amount, term_dates, upgrade_amounts


@tagged('post_install', '-at_install')
class TestBillingTerms(BaseCase):
    def test_examples_in_the_docstrings_hold(self):
        result = doctest.testmod(billing_terms)
        self.assertGreater(result.attempted, 0)
        self.assertFalse(result.failed)

    def test_month_ends_never_drift_over_48_months(self):
        """Anchor day → day of each of 13 months from January 2019; the same again three years later."""
        table = {
            28: [28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28],
            29: [29, 28, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29],
            30: [30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
            31: [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31],
        }
        for day, expected in table.items():
            anchor = date(2019, 1, day)
            starts = [term_dates(anchor, 1, number)[0] for number in range(49)]
            self.assertEqual([start.day for start in starts[:13]], expected, day)
            # 2020 is a leap year: February has a 29th.
            self.assertEqual(starts[13].day, min(day, 29))
            self.assertEqual(starts[48], date(2023, 1, day))
            self.assertEqual([start.day for start in starts[24:37]], expected, day)

    def test_29_february_over_8_years(self):
        starts = [str(term_dates(date(2016, 2, 29), 12, number)[0]) for number in range(9)]
        self.assertEqual(
            starts,
            [
                '2016-02-29',
                '2017-02-28',
                '2018-02-28',
                '2019-02-28',
                '2020-02-29',
                '2021-02-28',
                '2022-02-28',
                '2023-02-28',
                '2024-02-29',
            ],
        )

    def test_terms_follow_each_other_without_gap_or_overlap(self):
        for anchor in (date(2019, 1, 31), date(2020, 2, 29), date(2019, 12, 30)):
            for interval in (1, 3, 12):
                for number in range(-2, 30):
                    first, last = term_dates(anchor, interval, number)
                    following, __ = term_dates(anchor, interval, number + 1)
                    self.assertEqual((following - last).days, 1)
                    self.assertLessEqual(first, last)

    def test_alignment_to_any_month(self):
        for month in range(1, 13):
            anchor = first_anchor(date(2019, 7, 15), month)
            self.assertEqual((anchor.month, anchor.day), (month, 1))
            self.assertTrue(0 <= (anchor - date(2019, 7, 15)).days < 366)

    def test_two_upgrades_in_one_year_follow_the_named_rule(self):
        """499 → 998 on 1 May → 1497 on 1 September, 2019 (365 days). Worked out in docs/billing.md."""
        first, last = date(2019, 1, 1), date(2019, 12, 31)
        charge, credit = upgrade_amounts(499.0, 998.0, date(2019, 5, 1), first, last, 0.01)
        self.assertEqual((charge, credit), (669.89, 334.95))
        second_charge, second_credit = upgrade_amounts(998.0, 1497.0, date(2019, 9, 1), first, last, 0.01)
        self.assertEqual((second_charge, second_credit), (500.37, 333.58))
        total = 499.0 + charge - credit + second_charge - second_credit
        self.assertEqual(round(total, 2), 1000.73)

    def test_parts_add_up_in_every_precision(self):
        for rounding in (0.01, 1.0, 0.001):
            for amount in (499.0, 1000.0, 0.0, 12345.0):
                for parts in ([100], [50, 50], [33.33, 33.33, 33.34], [10] * 10):
                    self.assertEqual(round(sum(split_amount(amount, parts, rounding)), 3), amount)

    def test_days_outside_the_term_are_refused(self):
        for days, total in ((-1, 10), (11, 10), (0, 0)):
            with self.assertRaises(ValueError):
                prorate(100.0, days, total, 0.01)
