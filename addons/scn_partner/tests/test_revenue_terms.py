import doctest
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.scn_partner import revenue_terms
from odoo.addons.scn_partner.revenue_terms import last_day_served, share_paid, unearned

FIRST = date(2019, 1, 1)
DAYS = st.integers(0, 800).map(lambda number: FIRST + timedelta(days=number))
ROUNDINGS = st.sampled_from(['0.01', '1', '0.001'])


@tagged('post_install', '-at_install')
class TestRevenueTerms(BaseCase):
    def test_examples_in_the_docstrings_hold(self):
        result = doctest.testmod(revenue_terms)
        self.assertGreater(result.attempted, 0)
        self.assertFalse(result.failed)

    @settings(max_examples=300, deadline=None)
    @given(
        units=st.integers(-10_000_000, 10_000_000), first=DAYS, length=st.integers(1, 400), day=DAYS, rounding=ROUNDINGS
    )
    def test_not_yet_earned_is_the_days_left_to_the_currencys_precision(self, units, first, length, day, rounding):
        amount = Decimal(units) * Decimal(rounding)
        left = min(max((first + timedelta(days=length - 1) - day).days, 0), length)
        exact = Fraction(units) * left / length
        steps = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal(1), ROUND_HALF_UP)
        found = unearned(float(amount), first, first + timedelta(days=length - 1), day, float(rounding))
        self.assertAlmostEqual(found, float(steps * Decimal(rounding)), places=6)

    @settings(max_examples=200, deadline=None)
    @given(units=st.integers(0, 10_000_000), first=DAYS, length=st.integers(1, 400), rounding=ROUNDINGS)
    def test_it_falls_from_the_whole_to_nothing_and_never_rises(self, units, first, length, rounding):
        amount, last = units * float(rounding), first + timedelta(days=length - 1)
        days = [first + timedelta(days=number) for number in range(-2, length + 2)]
        amounts = [unearned(amount, first, last, day, float(rounding)) for day in days]
        self.assertAlmostEqual(amounts[0], amount, places=6)
        self.assertEqual(amounts[-1], 0.0)
        self.assertEqual(amounts, sorted(amounts, reverse=True))

    @settings(max_examples=200, deadline=None)
    @given(first=DAYS, length=st.integers(1, 400), ended=st.none() | DAYS, day=DAYS, is_credited=st.booleans())
    def test_the_last_day_served_is_in_the_period(self, first, length, ended, day, is_credited):
        last = first + timedelta(days=length - 1)
        self.assertTrue(first <= last_day_served(first, last, ended, day, is_credited) <= last)

    def test_a_part_paid_is_a_part_of_each_line(self):
        self.assertEqual(share_paid(-100.0, -120.0, -120.0, 0.01), -100.0)
        self.assertEqual(share_paid(100.0, 40.0, 120.0, 0.01), 33.33)
