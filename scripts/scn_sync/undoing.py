"""Takes back what a run brought into the inbox."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from scn_sync.errors import ConfigurationProblem, WrongKey
from scn_sync.importing import new_run_key
from scn_sync.journal import Run
from scn_sync.models import WithdrawnRecord
from scn_sync.session import Session

BATCH = 200
REASON = "Taken back with scn-sync undo"
UNDONE = ("withdrawn", "restored", "unchanged")


@dataclass(slots=True)
class UndoResult:
    """What became of each sign-up that the run had brought or changed."""

    run: str
    rows: list[WithdrawnRecord] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        """Sign-ups by status."""
        return Counter(row.status for row in self.rows)

    @property
    def not_undone(self) -> list[WithdrawnRecord]:
        """Those that are still as the run left them."""
        return [row for row in self.rows if row.status not in UNDONE]


def find_run(session_run: Run | None, key: str, server: str, source: str) -> Run:
    """Check that the run can be undone here.

    :raises ConfigurationProblem: the journal has no such run, or it went to another server.
    """
    if session_run is None or session_run.command == "plan":
        raise ConfigurationProblem(
            f"The journal has no run “{key}”: “scn-sync runs” lists those it has."
        )
    if session_run.server != server:
        raise ConfigurationProblem(f"The run “{key}” went to another server or database.")
    if session_run.source != source:
        raise ConfigurationProblem(f"The run “{key}” belongs to the source “{session_run.source}”.")
    return session_run


def undo_run(session: Session, run: Run, accepted: bool) -> UndoResult:
    """Withdraw the sign-ups that ``run`` brought and nobody has decided on.

    :param accepted: also take accepted ones back, with the fields that nobody changed since (a manager's key)
    :raises WrongKey: ``accepted`` without a manager's key.
    """
    if accepted and not session.info.is_manager:
        raise WrongKey(
            "Only a manager's key takes accepted sign-ups back: use the login and key of a manager."
        )
    result = UndoResult(run.key)
    undo_key = new_run_key()
    brought = (
        outcome.external_id
        for outcome in session.journal.outcomes(run, "created", "review", "updated")
    )
    call = session.inbox.restore if accepted else session.inbox.withdraw
    number = 0
    while chunk := list(islice(brought, BATCH)):
        number += 1
        answer = call(run.source, run.key, undo_key, f"{undo_key}-{number:06d}", chunk, REASON)
        result.rows += answer.records
    return result


def described(row: WithdrawnRecord) -> Iterator[str]:
    """Yield, in words, why a sign-up was not taken back, or what of it stays."""
    reasons = {
        "accepted": "accepted by staff; --accepted takes it back with a manager's key",
        "rejected": "rejected by staff",
        "other_run": "another run brought it, this one only read it better",
        "refused_by_server": "the server refused",
    }
    if row.reason:
        yield reasons.get(row.reason, row.reason.replace("_", " "))
    if row.status == "unknown":
        yield "no longer in the inbox"
    yield from (f"kept: {name}" for name in row.kept)
