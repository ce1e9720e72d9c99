"""Makes calls meet in the database for certain, instead of hoping that they overlap.

A lock is held until every call waits for it: by then each has its snapshot. Then it is let go.
"""

from __future__ import annotations

import contextlib
import time
import xmlrpc.client
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

WAIT_SECONDS = 60
_WAITING = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def writers_of(table: str) -> str:
    """The lock that lets others read a table and makes who writes to it wait."""
    return f'LOCK TABLE "{table}" IN SHARE ROW EXCLUSIVE MODE'


def meet(server: Any, lock: str, *calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in parallel so that all of them wait for `lock` (an SQL statement) at once.

    The answers, in the order of the calls; a fault of the server stands for the answer.
    """
    with (
        contextlib.closing(server.platform.postgres.connect(server.database)) as holder,
        ThreadPoolExecutor(len(calls)) as pool,
        holder.cursor() as cursor,
    ):
        holder.autocommit = False
        try:
            cursor.execute(lock)
            running = [pool.submit(_outcome, call) for call in calls]
            deadline = time.monotonic() + WAIT_SECONDS
            while server.sql(_WAITING)[0][0] < len(calls):
                ended = [future.result() for future in running if future.done()]
                assert not ended, f"a call ended before it met the others: {ended}"
                assert time.monotonic() < deadline, "the calls did not meet"
                time.sleep(0.02)
        finally:
            holder.rollback()
        return [future.result() for future in running]


def _outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except xmlrpc.client.Fault as fault:
        return fault
