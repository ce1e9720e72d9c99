"""What of an invoiced fee is earned on a day, as plain functions without Odoo.

Rules, by name:

* **Earned by day**: a fee is earned evenly over the days of its period (straight line, IFRS 15.39–45 for a service
  that is rendered all the time). On the evening of a day the days after it are not yet earned. What is invoiced less
  what is credited is spread together, so that a credit note is earned backwards exactly like its invoice.
* **Nothing is owed after the end**: when the partnership ended inside the period, the days after its last day are no
  service: they are counted up to that day as soon as it has come, or as soon as the credit for the rest is in the books.
* **Invoiced in part**: where instalments are still to come, the days served are earned of the whole fee, first out of what
  is invoiced. Nothing more than what is invoiced is ever earned here; the rest is revenue when it is invoiced.
* **One rounding**: what is not yet earned is rounded to the currency, what is earned is the rest. The two add up to the
  net amount exactly.
"""

from odoo.tools import float_round

from .billing_terms import days_between


def last_day_served(first, last, ended, day, is_credited):
    """Last day on which the fee of a period is earned.

    :param ended: last day of the partnership, or a false value while none is known
    :param bool is_credited: whether a credit note for the period is in the books on ``day``

    Left on 31 August: known in July from the credit note, otherwise from that day on.

    >>> from datetime import date
    >>> new_year, silvester, august = date(2019, 1, 1), date(2019, 12, 31), date(2019, 8, 31)
    >>> str(last_day_served(new_year, silvester, august, date(2019, 7, 31), is_credited=False))
    '2019-12-31'
    >>> str(last_day_served(new_year, silvester, august, date(2019, 7, 31), is_credited=True))
    '2019-08-31'
    >>> str(last_day_served(new_year, silvester, august, date(2019, 9, 1), is_credited=False))
    '2019-08-31'
    """
    if ended and ended < last and (ended <= day or is_credited):
        return max(ended, first)
    return last


def unearned(amount, first, last, day, rounding, to_come=0.0):
    """Part of a net amount that is not yet earned on the evening of a day, rounded to the currency.

    :param float amount: invoiced less credited, without taxes; may be negative
    :param first: first day of the period
    :param last: last day served, included
    :param float rounding: the currency's smallest amount
    :param float to_come: what of the fee is still to be invoiced

    A yearly fee of 365.00 on 30 June 2019, on its last day, and before its first one:

    >>> from datetime import date
    >>> year = date(2019, 1, 1), date(2019, 12, 31)
    >>> [unearned(365.0, *year, day, 0.01) for day in (date(2019, 6, 30), date(2019, 12, 31), date(2018, 12, 31))]
    [184.0, 0.0, 365.0]

    998.00 in euro, 120,000 yen and 301.255 dinar on 30 June:

    >>> day = date(2019, 6, 30)
    >>> unearned(998.0, *year, day, 0.01), unearned(120000.0, *year, day, 1.0), unearned(301.255, *year, day, 0.001)
    (503.1, 60493.0, 151.866)

    Half of 365.00 is invoiced in January: after 90 days 90.00 are earned, after 181 days nearly all of that half is:

    >>> half = [(182.5, *year, day, 0.01, 182.5) for day in (date(2019, 3, 31), date(2019, 6, 30), date(2019, 8, 31))]
    >>> [unearned(*part) for part in half]
    [92.5, 1.5, 0.0]
    """
    total = days_between(first, last)
    left = min(max((last - day).days, 0), total)
    rest = amount * left / total
    if to_come and amount > 0:
        rest = max(rest - to_come * (total - left) / total, 0.0)
    return float_round(rest, precision_rounding=rounding)


def share_paid(amount, paid, total, rounding):
    """What of a line's amount is paid when ``paid`` of its invoice's ``total`` (taxes included) is.

    >>> share_paid(998.0, 1197.6, 1197.6, 0.01), share_paid(998.0, 598.8, 1197.6, 0.01), share_paid(0.0, 0.0, 0.0, 0.01)
    (998.0, 499.0, 0.0)
    """
    return float_round(amount * paid / total, precision_rounding=rounding) if total else 0.0
