"""Workers that share a run, and workers that die in it: each period once, none lost."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from .billing_jobs import STARTING_GUN, STEPS, cron_trigger, job, kill_job_at, wait_until
from .fees import assert_invoiced_once, due_periods, live_lines

BATCH = 4
_COMPANY = """
company = env['res.company'].create({'name': 'Second foundation'})
env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
env.user.company_ids += company
answer = [env.company.id, company.id]
env.cr.commit()
"""


@pytest.fixture(scope="module")
def server(new_odoo_server: Any) -> Any:
    return new_odoo_server()


def two_jobs(server: Any, batch_size: int) -> list[list[dict[str, Any]]]:
    """Two processes that begin at the same moment."""
    with (
        contextlib.closing(server.platform.postgres.connect(server.database)) as holder,
        ThreadPoolExecutor(2) as pool,
        holder.cursor() as cursor,
    ):
        try:
            cursor.execute("SELECT pg_advisory_lock(%s)", (STARTING_GUN,))
            running = [pool.submit(job, server, batch_size) for __ in range(2)]
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            wait_until(lambda: server.sql(waiting)[0][0] == 2, "both jobs wait for the start")
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", (STARTING_GUN,))
        return [future.result() for future in running]


def test_two_companies_are_billed_side_by_side(
    server: Any, rounds: Callable[[int, int], int]
) -> None:
    companies = server.shell(_COMPANY)
    for number in range(rounds(1, 5)):
        periods = [
            period
            for company in companies
            for period in due_periods(server, f"Side {number} {company}", 40, company=company)[0]
        ]
        first, second = two_jobs(server, BATCH)
        assert_invoiced_once(server, periods)
        assert [first[0]["company"], second[0]["company"]] in (
            [[companies[0]], [companies[1]]],
            [[companies[1]], [companies[0]]],
        ), "one waited for the other's journal"
        assert first[0]["at"] < second[-1]["at"] and second[0]["at"] < first[-1]["at"]


def test_in_one_company_they_take_turns_batch_by_batch(
    server: Any, rounds: Callable[[int, int], int]
) -> None:
    for number in range(rounds(1, 5)):
        periods, __ = due_periods(server, f"Turns {number}", 80)
        runs = two_jobs(server, BATCH)
        assert_invoiced_once(server, periods)
        batches = [len(run) for run in runs]
        assert min(batches) * 4 >= sum(batches), f"one waited for more than a batch: {batches}"


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_job_leaves_whole_batches_and_the_next_run_completes_them(
    server: Any, step: str, rounds: Callable[[int, int], int]
) -> None:
    trigger = cron_trigger(server)
    for batch in range(1, 1 + rounds(1, 3)):
        periods, __ = due_periods(server, f"Killed {step} {batch}", 3 * BATCH)
        kill_job_at(server, step, batch, BATCH)
        kept = batch if step == "after the commit" else batch - 1
        assert live_lines(server, periods) == kept * BATCH, "half a batch was kept"
        trigger()
        assert_invoiced_once(server, periods)


def test_a_killed_server_completes_its_run_after_the_restart(
    new_odoo_server: Any, rounds: Callable[[int, int], int]
) -> None:
    server = new_odoo_server()
    server.sql(
        "UPDATE ir_act_server SET code = 'model._cron_bill(batch_size=4)' WHERE code = 'model._cron_bill()'"
    )
    trigger = cron_trigger(server)
    for number in range(rounds(3, 12)):
        periods, __ = due_periods(server, f"Power cut {number}", 40)
        running = threading.Thread(target=_until_the_cut, args=(trigger,))
        running.start()
        wanted = 3 * number + 1
        wait_until(lambda: live_lines(server, periods) >= wanted, f"{wanted} invoices")  # noqa: B023
        server.kill()
        running.join()
        invoiced = live_lines(server, periods)
        assert wanted <= invoiced < len(periods), "it was not killed in the middle of the run"
        server.start()
        trigger()
        assert_invoiced_once(server, periods)


def _until_the_cut(trigger: Callable[[], Any]) -> None:
    with contextlib.suppress(httpx.TransportError):
        trigger()
