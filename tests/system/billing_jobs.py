"""The billing job in processes of its own, and through the server as an administrator starts it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from .odoo_client import Client

WAIT_SECONDS = 60
STARTING_GUN = 7341
_JOB = """
import time
env.cr.execute('SELECT pg_advisory_lock_shared({gun})')
env.cr.execute('SELECT pg_advisory_unlock_shared({gun})')
env.cr.rollback()
periods, crons = type(env['scn.partnership.period']), type(env['ir.cron'])
bill, commit, companies, batches = periods._bill, crons._commit_progress, [], []
def noting(self, today):
    companies.append(self.company_id.ids)
    return bill(self, today)
def counting(self, processed, **options):
    left = commit(self, processed, **options)
    batches.append({{'periods': processed, 'company': companies[-1], 'at': time.time()}})
    return left
periods._bill, crons._commit_progress = noting, counting
env['scn.partnership.period']._cron_bill(batch_size={batch_size})
answer = batches
"""

_STOPPING_JOB = """
import signal, sys
def halt(where):
    if where == {step!r} and state['batch'] == {batch}:
        print('reached', where, flush=True)
        signal.pause()
state = {{'batch': 0}}
periods, moves, crons = (type(env[name]) for name in ('scn.partnership.period', 'account.move', 'ir.cron'))
claim, post, commit = periods._claim_due, moves._post, crons._commit_progress
def claiming(self, *args):
    state['batch'] += 1
    found = claim(self, *args)
    halt('claimed')
    return found
def posting(self, soft=True):
    self.env.flush_all()
    halt('created')
    posted = post(self, soft=soft)
    self.env.flush_all()
    halt('posted')
    return posted
def committing(self, *args, **options):
    halt('before the commit')
    left = commit(self, *args, **options)
    halt('after the commit')
    return left
periods._claim_due, moves._post, crons._commit_progress = claiming, posting, committing
env['scn.partnership.period']._cron_bill(batch_size={batch_size})
"""
_COUNTING_JOB = """
from psycopg2 import errors
periods = type(env['scn.partnership.period'])
{without}
claim, failures = periods._claim_due_of_company, []
def counting(self, *args):
    try:
        return claim(self, *args)
    except errors.SerializationFailure:
        failures.append(1)
        raise
periods._claim_due_of_company = counting
env['scn.partnership.period']._cron_bill(batch_size={batch_size})
env.cr.commit()
answer = len(failures)
"""
#: Waits for a company inside the transaction, with the snapshot from before the wait.
WAITING_WITH_ITS_OLD_SNAPSHOT = """
def waiting(self, company_id):
    self.env.cr.execute("SELECT pg_advisory_xact_lock(hashtext('scn_billing'), %s)", (company_id,))
periods._wait_for_company = waiting
"""
#: Takes the first free company, also when there is nothing to take in it.
CONTENT_WITH_NOTHING = """
def claiming(self, today, batch_size):
    for company_id in self._get_due_companies(today):
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(hashtext('scn_billing'), %s)", (company_id,))
        if self.env.cr.fetchone()[0]:
            return self._claim_due_of_company(company_id, today, batch_size)
    return self.browse()
periods._claim_due = claiming
"""
STEPS = ("claimed", "created", "posted", "before the commit", "after the commit")


def job(server: Any, batch_size: int = 100) -> list[dict[str, Any]]:
    """One run of the job in a process of its own.

    The batches it committed: how many periods, of which companies, and when. A process waits to begin
    as long as somebody holds the advisory lock `STARTING_GUN`.
    """
    return list(server.shell(_JOB.format(batch_size=batch_size, gun=STARTING_GUN)))


def failures_of_job(server: Any, without: str = "", batch_size: int = 100) -> int:
    """One run of the job in a process of its own; how often its claim met a serialization failure.

    `without` is code that takes a guard away (`periods` is the class of the ledger).
    """
    return int(server.shell(_COUNTING_JOB.format(without=without, batch_size=batch_size)))


def kill_job_at(server: Any, step: str, batch: int, batch_size: int) -> None:
    """Run the job in a process of its own and end it as a power cut would, at a step of a batch."""
    process = subprocess.Popen(
        server.platform.odoo_command(
            "shell", f"--database={server.database}", "--no-http", "--log-level=warn"
        ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=server.platform.environment(),
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(_STOPPING_JOB.format(step=step, batch=batch, batch_size=batch_size))
        process.stdin.close()
        reached = any(line.startswith("reached") for line in process.stdout)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert reached, f"the job never came to “{step}” of batch {batch}"


def cron_trigger(server: Any) -> Callable[[], Any]:
    """A call that runs the job in the server, as an administrator's “Run manually” does."""
    key = server.api_key("base.user_admin")
    ids = "SELECT res_id FROM ir_model_data WHERE name = %s"
    uid, cron = (server.sql(ids, (name,))[0][0] for name in ("user_admin", "ir_cron_bill"))
    client = Client(server.url, server.database, uid, key)
    return partial(client.call, "ir.cron", "method_direct_trigger", [cron])


def wait_until(done: Callable[[], bool], what: str) -> None:
    """Wait for something that the database shows."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not done():
        assert time.monotonic() < deadline, f"it never came to this: {what}"
        time.sleep(0.01)
