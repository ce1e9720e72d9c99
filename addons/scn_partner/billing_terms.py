"""Dates and amounts of a partnership's ledger, as plain functions without Odoo.

Rules, by name:

* **Anchored terms**: term *n* starts on *anchor + n × interval*, always counted from the anchor, so that the 29th,
  30th and 31st never drift: a month without that day uses its last one (ISO 8601 calendar arithmetic, as
  ``dateutil.relativedelta``).
* **Alignment stub**: the days between the start and the first anchor, charged by day.
* **By day, both ways**: an upgrade credits the unused days of the old fee and charges the remaining days of the new
  one; each of the two amounts is rounded to the currency on its own. The day of the change belongs to the new fee.
"""

from dateutil.relativedelta import relativedelta

from odoo.tools import float_round

ONE_DAY = relativedelta(days=1)


def term_start(anchor, interval_months, number):
    """First day of term ``number`` (0 is the first).

    >>> from datetime import date
    >>> [str(term_start(date(2019, 1, 31), 1, number)) for number in range(4)]
    ['2019-01-31', '2019-02-28', '2019-03-31', '2019-04-30']
    >>> str(term_start(date(2020, 2, 29), 12, 4))
    '2024-02-29'
    """
    return anchor + relativedelta(months=interval_months * number)


def term_dates(anchor, interval_months, number):
    """First and last day of term ``number``; the last one is included.

    >>> from datetime import date
    >>> [str(day) for day in term_dates(date(2019, 1, 31), 1, 1)]
    ['2019-02-28', '2019-03-30']
    """
    return term_start(anchor, interval_months, number), term_start(anchor, interval_months, number + 1) - ONE_DAY


def first_anchor(start, month, day=1):
    """First day of the budget year on or after ``start``.

    :param int month: 1 to 12, the month in which the city's budget year starts

    >>> from datetime import date
    >>> str(first_anchor(date(2019, 11, 5), 10)), str(first_anchor(date(2019, 10, 1), 10))
    ('2020-10-01', '2019-10-01')
    """
    anchor = start.replace(month=month, day=day)
    return anchor if anchor >= start else anchor + relativedelta(years=1)


def days_between(start, end):
    """Number of days from ``start`` to ``end``, both included."""
    return (end - start).days + 1


def prorate(amount, days, days_in_term, rounding):
    """Part of a fee for some of its days, rounded half up to the currency.

    :param float rounding: the currency's smallest amount, e.g. 0.01, 1.0 for yen, 0.001 for Kuwaiti dinar
    :raises ValueError: when the days do not fit into the term

    >>> prorate(40.0, 21, 31, 0.01), prorate(20.0, 21, 31, 0.01)
    (27.1, 13.55)
    >>> prorate(40000.0, 21, 31, 1.0), prorate(12.0, 1, 365, 0.001)
    (27097.0, 0.033)
    """
    if not 0 <= days <= days_in_term or days_in_term <= 0:
        raise ValueError(f"{days} days do not fit into a term of {days_in_term}")
    return float_round(amount * days / days_in_term, precision_rounding=rounding)


def upgrade_amounts(old_fee, new_fee, change_day, term_first, term_last, rounding):
    """What an upgrade in the middle of a term costs.

    :return: ``(charge for the new fee, credit for the old one)``, both positive

    20 → 40 a month on 11 May: 27.10 are charged and 13.55 credited, 13.55 in all.

    >>> from datetime import date
    >>> charge, credit = upgrade_amounts(20.0, 40.0, date(2019, 5, 11), date(2019, 5, 1), date(2019, 5, 31), 0.01)
    >>> charge, credit, round(charge - credit, 2)
    (27.1, 13.55, 13.55)
    """
    total = days_between(term_first, term_last)
    remaining = days_between(change_day, term_last)
    return prorate(new_fee, remaining, total, rounding), prorate(old_fee, remaining, total, rounding)


def split_amount(amount, percentages, rounding):
    """Split an amount so that the parts add up to it exactly; the last part takes the remainder.

    :param percentages: at least one positive number, adding up to 100

    >>> split_amount(100.0, [33.33, 33.33, 33.34], 0.01)
    [33.33, 33.33, 33.34]
    >>> split_amount(1000.0, [50, 50], 1.0), split_amount(0.05, [50, 50], 0.01)
    ([500.0, 500.0], [0.03, 0.02])
    """
    parts = [float_round(amount * percentage / 100, precision_rounding=rounding) for percentage in percentages[:-1]]
    return [*parts, float_round(amount - sum(parts), precision_rounding=rounding)]
