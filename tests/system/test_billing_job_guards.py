"""How the job waits for a company that another worker holds, and goes around rows that a click holds.

Each guard has its control: the same run with the guard taken away.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .billing_jobs import (
    CONTENT_WITH_NOTHING,
    WAITING_WITH_ITS_OLD_SNAPSHOT,
    failures_of_job,
    job,
    wait_until,
)
from .fees import assert_invoiced_once, due_periods, live_lines

COUNT = 6
_COMPANY = """
company = env['res.company'].create({'name': 'Second foundation'})
env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
env.user.company_ids += company
answer = [env.company.id, company.id]
env.cr.commit()
"""
_HOLD_COMPANY = "SELECT pg_advisory_xact_lock(hashtext('scn_billing'), %s)"
_HOLD_ROWS = "SELECT id FROM scn_partnership_period WHERE id = ANY(%s) FOR NO KEY UPDATE"
# What the other worker leaves behind: it looked at these periods and they are not due any more.
_LOOKED_AT = (
    "UPDATE scn_partnership_period SET retry_at = now() at time zone 'utc' + interval '1 day'"
    " WHERE id = ANY(%s)"
)
_STILL_DUE = "UPDATE scn_partnership_period SET retry_at = NULL WHERE id = ANY(%s)"
_JOB_WAITS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture(scope="module")
def server(new_odoo_server: Any) -> Any:
    return new_odoo_server()


@pytest.fixture(scope="module")
def companies(server: Any) -> tuple[int, int]:
    first, second = server.shell(_COMPANY)
    return first, second


@contextlib.contextmanager
def transaction(server: Any) -> Iterator[Any]:
    """A cursor of another worker; it commits at the end, or is rolled back."""
    with contextlib.closing(server.platform.postgres.connect(server.database)) as connection:
        connection.autocommit = False
        with connection.cursor() as cursor:
            try:
                yield cursor
            finally:
                connection.rollback()


def failures_behind_another_worker(
    server: Any, company: int, periods: list[int], without: str = ""
) -> int:
    """Run the job while another worker holds the company and deals with half of what is due."""
    half = periods[: len(periods) // 2]
    with transaction(server) as other, ThreadPoolExecutor(1) as pool:
        other.execute(_HOLD_COMPANY, (company,))
        other.execute(_LOOKED_AT, (half,))
        running = pool.submit(failures_of_job, server, without)
        wait_until(lambda: server.sql(_JOB_WAITS)[0][0] == 1, "the job waits for the company")
        other.connection.commit()
        failures = running.result()
    assert live_lines(server, half) == 0, "what the other worker put off was invoiced"
    assert live_lines(server, periods) == len(periods) - len(half)
    return failures


def test_the_job_waits_for_a_company_without_meeting_what_the_other_wrote(
    server: Any, companies: tuple[int, int]
) -> None:
    periods, __ = due_periods(server, "Waited for", COUNT, company=companies[0])
    assert failures_behind_another_worker(server, companies[0], periods) == 0
    server.sql(_STILL_DUE, (periods,))
    job(server)
    assert_invoiced_once(server, periods)


def test_control_waiting_inside_the_transaction_meets_it(
    server: Any, companies: tuple[int, int]
) -> None:
    periods, __ = due_periods(server, "Waited inside", COUNT, company=companies[0])
    failures = failures_behind_another_worker(
        server, companies[0], periods, WAITING_WITH_ITS_OLD_SNAPSHOT
    )
    assert failures > 0, "the control shows nothing"
    server.sql(_STILL_DUE, (periods,))
    job(server)
    assert_invoiced_once(server, periods)


def billed_beside_a_click(
    server: Any, companies: tuple[int, int], name: str, without: str = ""
) -> tuple[int, int, list[int]]:
    """Run the job while a click holds all that is due in the first company.

    How many periods of the first and of the second company were invoiced, and all of them.
    """
    first, second = (
        due_periods(server, f"{name} {company}", COUNT, company=company)[0] for company in companies
    )
    with transaction(server) as click:
        click.execute(_HOLD_ROWS, (first,))
        failures_of_job(server, without)
        return live_lines(server, first), live_lines(server, second), first + second


def test_rows_that_a_click_holds_do_not_end_the_run_for_other_companies(
    server: Any, companies: tuple[int, int]
) -> None:
    first, second, periods = billed_beside_a_click(server, companies, "Clicked")
    assert (first, second) == (0, COUNT)
    job(server)
    assert_invoiced_once(server, periods)


def test_control_a_job_content_with_nothing_leaves_the_others_out(
    server: Any, companies: tuple[int, int]
) -> None:
    first, second, periods = billed_beside_a_click(
        server, companies, "Clicked again", CONTENT_WITH_NOTHING
    )
    assert (first, second) == (0, 0), "the control shows nothing"
    job(server)
    assert_invoiced_once(server, periods)
