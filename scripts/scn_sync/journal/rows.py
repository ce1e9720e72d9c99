"""What the journal hands out: runs, outcomes, batches that wait for their answer, dead letters."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

RunState = Literal["staging", "sending", "released", "complete", "stopped", "abandoned"]
UNFINISHED = ("staging", "sending", "released")
#: The answer to a fingerprint that is not that of the inbox: the message has no outcome yet.
WANTED = "wanted"


@dataclass(frozen=True, slots=True)
class Run:
    """One run as the journal knows it; times are ISO 8601 in UTC."""

    id: int
    key: str
    command: str
    server: str
    source: str
    origin: str
    state: str
    started_at: str
    ended_at: str | None
    read: int
    counts: dict[str, int]
    problem: str | None
    keep_until: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message; ``status`` is None while its batch has no answer.

    ``reading`` and ``payload_hash`` are what the journal recognises the message by the next time; they are known while
    the batch is on its way, and not of a batch that an earlier process stored.
    """

    position: int
    external_id: str
    status: str | None
    reasons: tuple[str, ...]
    identity: bytes = b""
    reading: bytes = field(default=b"", compare=False)
    payload_hash: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class WaitingBatch:
    """A batch that is stored and has no answer yet; ``records`` are JSON texts, ``expected`` their statuses.

    ``fingerprints``: each record is only asked about, and may be wanted whole.
    """

    number: int
    key: str
    records: list[str]
    outcomes: list[Outcome]
    expected: list[str] | None
    fingerprints: bool = False


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A message that could not be read; ``raw`` is None when there was nothing to keep."""

    id: int
    source: str
    external_id: str
    run: str
    origin: str
    position: int
    reason: str
    doubts: tuple[str, ...]
    form: Literal["mail", "row"]
    attempts: int
    first_seen: str
    keep_until: str
    raw: bytes | None


@dataclass(frozen=True, slots=True)
class Purged:
    """How much a purge deleted."""

    runs: int
    dead_letters: int
    plans: int = 0


def instant_text(moment: datetime) -> str:
    """Return a moment as the journal writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def outcome_of(row: tuple[int, bytes, str | None, str, bytes]) -> Outcome:
    """Return the outcome in a row of the table."""
    position, external_id, status, reasons, identity = row
    return Outcome(position, external_id.hex(), status, tuple(reasons.split()), identity)
