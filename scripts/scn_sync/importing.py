"""Brings all messages of a source into the sign-up inbox and accounts for every one of them."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timezone

from scn_sync.brakes import Brakes, Limit
from scn_sync.inbox import SignupInbox
from scn_sync.journal import Journal, Outcome, Run, RunState
from scn_sync.models import Limits
from scn_sync.performing import perform_run
from scn_sync.run_result import ImportResult
from scn_sync.sources import MailSource


def new_run_key(now: datetime | None = None) -> str:
    """Return a key for one run that no other run has: the time to the second and eight random characters."""
    return f"{(now or datetime.now(timezone.utc)):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def import_signups(
    source: MailSource,
    inbox: SignupInbox,
    *,
    source_name: str,
    run: str | None = None,
    batch_size: int = 500,
    limits: Limits | None = None,
    dry_run: bool = False,
    on_progress: Callable[[int, int], None] = lambda _done, _read: None,
    on_accounted: Callable[[Sequence[Outcome]], None] = lambda _outcomes: None,
    journal: Journal | None = None,
    origin: str = "",
    server: str = "",
    limit: Limit | None = None,
) -> ImportResult:
    """Read every message of ``source``, send what is a sign-up in batches, and return what became of each.

    Only one batch is held in memory. A run of the same work (``server``, ``source_name``, ``origin``) that was cut
    short is taken up where it stopped. ``on_progress`` is told how far the source has been read (in its own unit) and
    how many messages that were; ``on_accounted`` gets outcomes once they are in the journal and cannot be lost. When
    the server cannot be reached or refuses, or the user interrupts, the result says so in ``problem`` and counts what
    was not answered; nothing is raised for that.

    :param journal: where the run is written down; None for a run that leaves nothing behind
    :param limit: brakes; with any, the server is asked about everything before anything is written
    """
    journal = journal or Journal(None)
    brakes = Brakes(limit) if limit and not dry_run else None
    record = _begin(journal, source_name, origin, server, run, brakes is not None)
    return perform_run(
        source,
        inbox,
        journal,
        record,
        batch_size=batch_size,
        limits=limits or Limits(),
        dry_run=dry_run,
        observer=brakes,
        on_progress=on_progress,
        on_accounted=on_accounted,
    )


def _begin(
    journal: Journal, source: str, origin: str, server: str, key: str | None, staged: bool
) -> Run:
    """Take up the run that was cut short, or begin a new one."""
    unfinished = journal.unfinished("import", server, source, origin)
    if unfinished is not None:
        if unfinished.state == "released" or (unfinished.state == "staging") == staged:
            return unfinished
        # it was begun under other rules; the server has what it has, and says "unchanged" of that
        journal.set_state(unfinished, "abandoned")
    state: RunState = "staging" if staged else "sending"
    return journal.begin(key or new_run_key(), "import", server, source, origin, state)
