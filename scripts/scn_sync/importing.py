"""Brings all messages of a source into the sign-up inbox and accounts for every one of them."""

import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone

from scn_sync.errors import FatalError, Interrupted, SyncError
from scn_sync.inbox import SignupInbox, record_text
from scn_sync.models import BatchAnswer, Limits, RecordAnswer
from scn_sync.reading import DeadLetter, Rejection, Signup, read_message
from scn_sync.sources import MailSource

STATUSES = ("created", "updated", "unchanged", "review", "rejected", "dead_letters")
_ENVELOPE_BYTES = 1_000


class ConservationError(FatalError):
    """Messages were read that are not accounted for: a defect of this program or of the server."""


@dataclass(frozen=True, slots=True)
class Note:
    """A message that a human may want to look up: its place in the source, its id, and why."""

    position: int
    external_id: str
    reasons: tuple[str, ...]


@dataclass(slots=True)
class ImportResult:
    """What one run did. ``not_sent`` counts messages whose fate is unknown because the run was cut short."""

    source: str
    run: str
    dry_run: bool
    read: int = 0
    duplicates: int = 0
    not_sent: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    notes: dict[str, list[Note]] = field(
        default_factory=lambda: {"review": [], "rejected": [], "dead_letters": []}
    )
    seconds: float = 0.0
    problem: SyncError | None = None

    @property
    def writes(self) -> int:
        """Sign-ups that were written to the inbox; in a dry run, that would be written."""
        return self.counts["created"] + self.counts["updated"] + self.counts["review"]

    def check_conservation(self) -> None:
        """Every message read has exactly one fate.

        :raises ConservationError: the numbers do not add up.
        """
        accounted = sum(self.counts[status] for status in STATUSES) + self.not_sent
        if (
            self.read != accounted
            or set(self.counts) - set(STATUSES)
            or (self.not_sent and self.problem is None)
        ):
            raise ConservationError(
                f"{self.read} messages were read but {accounted} are accounted for."
            )


@dataclass(slots=True)
class _Batch:
    """Records that wait to be sent, as JSON texts."""

    texts: list[str] = field(default_factory=list)
    keys: list[tuple[int, str, tuple[str, ...]]] = field(default_factory=list)
    size: int = 0

    def add(self, position: int, signup: Signup, text: str) -> None:
        record = signup.record
        self.texts.append(text)
        self.keys.append((position, record.external_id, tuple(record.review_reasons)))
        self.size += len(text) + 1


def new_run_key(now: datetime | None = None) -> str:
    """Return a key for one run that no other run has: the time to the second and eight random characters."""
    return f"{(now or datetime.now(timezone.utc)):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def import_signups(
    source: MailSource,
    inbox: SignupInbox,
    *,
    source_name: str,
    run: str,
    batch_size: int = 500,
    limits: Limits | None = None,
    dry_run: bool = False,
    on_progress: Callable[[int, int], None] = lambda _done, _read: None,
) -> ImportResult:
    """Read every message of ``source``, send what is a sign-up in batches, and return what became of each.

    Only one batch is held in memory. ``on_progress`` is told how far the source has been read (in its own unit) and
    how many messages that were. When the server cannot be reached or refuses, or the user interrupts, the result
    says so in ``problem`` and counts what was not answered; nothing is raised for that.
    """
    return _Run(
        source, inbox, source_name, run, batch_size, limits or Limits(), dry_run, on_progress
    ).perform()


class _Run:
    """One run while it happens."""

    def __init__(
        self,
        source: MailSource,
        inbox: SignupInbox,
        source_name: str,
        run: str,
        batch_size: int,
        limits: Limits,
        dry_run: bool,
        on_progress: Callable[[int, int], None],
    ) -> None:
        self._source = source
        self._inbox = inbox
        self._batch_size = min(batch_size, limits.records)
        self._batch_bytes = limits.bytes - _ENVELOPE_BYTES
        self._on_progress = on_progress
        self._batch = _Batch()
        self._batches = 0
        self._seen: set[bytes] = set()
        self._result = ImportResult(source_name, run, dry_run)

    def perform(self) -> ImportResult:
        result = self._result
        started = time.monotonic()
        try:
            for raw in self._source:
                result.read += 1
                identity = bytes.fromhex(raw.external_id)
                if raw.content is not None and identity in self._seen:
                    result.duplicates += 1
                    result.counts["unchanged"] += 1
                else:
                    self._seen.add(identity)
                    reading = read_message(raw)
                    match reading:
                        case Rejection(reason):
                            self._note("rejected", raw.position, raw.external_id, (reason,))
                        case DeadLetter(reason):
                            self._note("dead_letters", raw.position, raw.external_id, (reason,))
                        case Signup():
                            self._enqueue(raw.position, reading)
                self._on_progress(raw.progress, result.read)
            self._send()
        except SyncError as problem:
            result.problem = problem
        except KeyboardInterrupt:
            result.problem = Interrupted(
                "Interrupted: what the server has answered is stored, run it again for the rest."
            )
        result.not_sent = result.read - sum(result.counts.values())
        result.seconds = time.monotonic() - started
        result.check_conservation()
        return result

    def _enqueue(self, position: int, signup: Signup) -> None:
        text = record_text(signup.record)
        full = (
            len(self._batch.texts) >= self._batch_size
            or self._batch.size + len(text) > self._batch_bytes
        )
        if full and self._batch.texts:
            self._send()
        self._batch.add(position, signup, text)

    def _send(self) -> None:
        batch = self._batch
        if not batch.texts:
            return
        result = self._result
        self._batches += 1
        if result.dry_run:
            answer = self._inbox.preview(result.source, batch.texts)
        else:
            key = f"{result.run}-{self._batches:06d}"
            answer = self._inbox.receive(result.source, result.run, key, batch.texts)
        self._take(batch, answer)
        self._batch = _Batch()

    def _take(self, batch: _Batch, answer: BatchAnswer) -> None:
        sent = [key[1] for key in batch.keys]
        if [record.external_id for record in answer.records] != sent:
            raise ConservationError(
                "The server answered for other records than those that were sent."
            )
        for (position, external_id, reasons), record in zip(
            batch.keys, answer.records, strict=True
        ):
            if record.status in ("review", "rejected"):
                self._note(record.status, position, external_id, _reasons(record, reasons))
            else:
                self._result.counts[record.status] += 1

    def _note(self, status: str, position: int, external_id: str, reasons: tuple[str, ...]) -> None:
        self._result.counts[status] += 1
        self._result.notes[status].append(Note(position, external_id, reasons))


def _reasons(record: RecordAnswer, own: tuple[str, ...]) -> tuple[str, ...]:
    """Our own codes, or the server's when it has another reason."""
    if record.status == "review" and own:
        return own
    return (record.reason,) if record.reason else own or ("unspecified",)
