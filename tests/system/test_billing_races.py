"""Clicks, jobs and orders at once, on a real server: each period is invoiced exactly once.

Three things guard it: the lock on the period with the write that follows, the claim of the job, and
the unique index. The controls take them away, one and all.
"""

from __future__ import annotations

import xmlrpc.client
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from .billing_jobs import cron_trigger, job
from .fees import BLIND_PERIODS, NO_INDEX, assert_invoiced_once, due_periods, live_lines
from .meeting import meet
from .odoo_client import Client
from .people import new_people

FINANCE = "scn_partner.group_scn_finance"
PERIOD = "scn.partnership.period"
_MAY_SELL = """
env['res.users'].browse({user}).group_ids += env.ref('sales_team.group_sale_salesman_all_leads')
env.cr.commit()
"""
CLICKS, JOBS = 4, 3
UNEXPECTED = 1


class Desk:
    """A server with a user of finance who clicks."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.finance = new_people(server, race_finance=FINANCE)["race_finance"]
        server.shell(_MAY_SELL.format(user=self.finance.uid))

    def clicks(self, periods: list[int], count: int = CLICKS) -> list[Callable[[], Any]]:
        """As many clicks on “Invoice now”, each on a connection of its own."""
        return [
            partial(self._client().call, PERIOD, "action_invoice", periods) for __ in range(count)
        ]

    def order_invoice(self, orders: list[int]) -> Callable[[], Any]:
        """The wizard “Create invoice” of orders, ready to be confirmed; it posts nothing."""
        client, context = self._client(), {"active_model": "sale.order", "active_ids": orders}
        wizard = client.call(
            "sale.advance.payment.inv",
            "create",
            {"advance_payment_method": "delivered", "sale_order_ids": [(6, 0, orders)]},
            context=context,
        )
        return partial(
            client.call, "sale.advance.payment.inv", "create_invoices", [wizard], context=context
        )

    def _client(self) -> Client:
        one = self.finance
        return Client(one.url, one.database, one.uid, one.secret)


def hold(periods: list[int]) -> str:
    """A lock that everybody waits for who wants to invoice these periods."""
    return f"SELECT id FROM scn_partnership_period WHERE id IN ({', '.join(map(str, periods))}) FOR UPDATE"


@pytest.fixture(scope="module")
def desk(new_odoo_server: Any) -> Desk:
    return Desk(new_odoo_server())


@pytest.fixture
def broken(new_odoo_server: Any) -> Callable[..., tuple[Desk, list[int]]]:
    """A desk and a period that is due, on a clone on which statements then took guards away."""

    def make(*statements: str) -> tuple[Desk, list[int]]:
        server = new_odoo_server()
        desk = Desk(server)
        periods, __ = due_periods(server, "Unguarded", 1)
        for statement in statements:
            server.sql(statement)
        # Odoo says at the next look that an index is missing, which is the point here
        server.allow_log("scn_|account_move_line")
        return desk, periods

    return make


def assert_refusals_are_clear(answers: list[Any]) -> None:
    faults = [answer for answer in answers if isinstance(answer, xmlrpc.client.Fault)]
    unexpected = [fault.faultString for fault in faults if fault.faultCode == UNEXPECTED]
    assert not unexpected, unexpected[0]
    assert len(faults) < len(answers), "one of them has to invoice"


def test_parallel_clicks_invoice_once(desk: Desk, rounds: Callable[[int, int], int]) -> None:
    for number in range(rounds(2, 20)):
        periods, __ = due_periods(desk.server, f"Click {number}", 3)
        answers = meet(desk.server, hold(periods), *desk.clicks(periods))
        assert_refusals_are_clear(answers)
        assert_invoiced_once(desk.server, periods)
    assert "Traceback" not in desk.server.log()


def test_a_click_and_the_order_invoice_once(desk: Desk, rounds: Callable[[int, int], int]) -> None:
    for number in range(rounds(1, 10)):
        periods, orders = due_periods(desk.server, f"Order {number}", 2, ordered=True)
        calls = [*desk.clicks(periods, 1), desk.order_invoice(orders), desk.order_invoice(orders)]
        assert_refusals_are_clear(meet(desk.server, hold(periods), *calls))
        job(desk.server)
        assert live_lines(desk.server, periods) == len(periods)
    assert "Traceback" not in desk.server.log()


def test_parallel_jobs_in_one_company_share_the_work(
    desk: Desk, rounds: Callable[[int, int], int]
) -> None:
    for number in range(rounds(1, 5)):
        periods, __ = due_periods(desk.server, f"Job {number}", 60)
        with ThreadPoolExecutor(JOBS) as pool:
            runs = list(pool.map(lambda __: job(desk.server, 5), range(JOBS)))
        assert_invoiced_once(desk.server, periods)
        assert sum(batch["periods"] for run in runs for batch in run) == len(periods), runs


def test_parallel_jobs_over_rpc_and_clicks_during_a_job(
    desk: Desk, rounds: Callable[[int, int], int]
) -> None:
    server = desk.server
    trigger = cron_trigger(server)
    for number in range(rounds(1, 5)):
        periods, __ = due_periods(server, f"Both {number}", 40)
        clicks = desk.clicks(periods[-4:], 2)
        with ThreadPoolExecutor(JOBS + len(clicks)) as pool:
            jobs = [pool.submit(_fault, trigger) for __ in range(JOBS)]
            clicked = [pool.submit(_fault, click) for click in clicks]
            codes = [future.result() for future in [*jobs, *clicked]]
        assert UNEXPECTED not in codes, codes
        job(server)
        assert_invoiced_once(server, periods)
    assert "Traceback" not in server.log()


def _fault(call: Callable[[], Any]) -> int | None:
    try:
        call()
    except xmlrpc.client.Fault as fault:
        return int(fault.faultCode)
    return None


# -- controls ----------------------------------------------------------------------------------------


def test_the_index_alone_invoices_once(broken: Callable[..., Any]) -> None:
    """Without any trace on the period the losers meet the index: a clear refusal, one invoice."""
    desk, periods = broken(*BLIND_PERIODS)
    answers = meet(desk.server, hold(periods), *desk.clicks(periods))
    assert_refusals_are_clear(answers)
    assert live_lines(desk.server, periods) == 1


def test_the_lock_alone_invoices_once(broken: Callable[..., Any]) -> None:
    desk, periods = broken(*NO_INDEX)
    assert_refusals_are_clear(meet(desk.server, hold(periods), *desk.clicks(periods)))
    assert live_lines(desk.server, periods) == 1


def test_without_both_the_period_is_invoiced_several_times(broken: Callable[..., Any]) -> None:
    desk, periods = broken(*NO_INDEX, *BLIND_PERIODS)
    meet(desk.server, hold(periods), *desk.clicks(periods))
    assert live_lines(desk.server, periods) > 1
