"""Brings all messages of a source into the sign-up inbox and accounts for every one of them."""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Protocol

from scn_sync.brakes import Brakes, Limit
from scn_sync.entries import Duplicate, Entry, read_entries
from scn_sync.errors import BrakeStop, FatalError, Interrupted, PlanOutdated, SyncError
from scn_sync.inbox import SignupInbox
from scn_sync.journal import Journal, Outcome, Run, RunState, WaitingBatch
from scn_sync.models import BatchAnswer, Limits, RecordAnswer
from scn_sync.reading import DeadLetter, Rejection, Signup
from scn_sync.run_log import active
from scn_sync.sources import MailSource

STATUSES = ("created", "updated", "unchanged", "review", "rejected", "dead_letters")
NOTED = ("review", "rejected", "dead_letters")
_ENVELOPE_BYTES = 1_000
_EXPECTATION_BYTES = 12


class ConservationError(FatalError):
    """Messages were read that are not accounted for: a defect of this program or of the server."""


class Observer(Protocol):
    """Looks at a run before it is carried out; any of its methods may stop the run by an exception."""

    def read(self, entry: Entry) -> None:
        """Take a message, in the order of the source."""

    def foretold(self, answers: Sequence[RecordAnswer]) -> None:
        """Take what the server would do with the sign-ups taken since the last time, in the same order."""

    def end(self) -> None:
        """Judge the whole."""


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
    command: str = "import"
    resumed: bool = False
    read: int = 0
    duplicates: int = 0
    not_sent: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, Counter[str]] = field(
        default_factory=lambda: {status: Counter() for status in NOTED}
    )
    notes: Callable[[str], Iterator[Note]] = field(default=lambda _status: iter(()))
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


def perform_run(
    source: MailSource | None,
    inbox: SignupInbox,
    journal: Journal,
    run: Run,
    *,
    batch_size: int,
    limits: Limits,
    dry_run: bool = False,
    observer: Observer | None = None,
    expect: bool = False,
    on_progress: Callable[[int, int], None] = lambda _done, _read: None,
    on_accounted: Callable[[Sequence[Outcome]], None] = lambda _outcomes: None,
) -> ImportResult:
    """Carry out, or carry on with, a run that is in the journal. See :func:`import_signups`.

    :param observer: sees everything before anything is written; in a dry run, that is all that happens
    :param expect: make the server refuse a batch of which it would not do what it foretold
    """
    return _Performance(
        source,
        inbox,
        journal,
        run,
        min(batch_size, limits.records),
        limits.bytes - _ENVELOPE_BYTES,
        dry_run,
        observer,
        expect,
        on_progress,
        on_accounted,
    ).perform()


class _Performance:
    """One run while it happens."""

    def __init__(
        self,
        source: MailSource | None,
        inbox: SignupInbox,
        journal: Journal,
        run: Run,
        batch_size: int,
        batch_bytes: int,
        dry_run: bool,
        observer: Observer | None,
        expect: bool,
        on_progress: Callable[[int, int], None],
        on_accounted: Callable[[Sequence[Outcome]], None],
    ) -> None:
        self._source = source
        self._inbox = inbox
        self._journal = journal
        self._run = run
        self._batch_size = batch_size
        self._batch_bytes = batch_bytes
        self._observer = observer
        self._staged = observer is not None and not dry_run
        self._expect = expect
        self._on_progress = on_progress
        self._tell = on_accounted
        self._batches = 0
        self._texts: list[str] = []
        self._waiting: list[Outcome] = []
        self._decided: list[Outcome] = []
        self._size = 0
        self._result = ImportResult(run.source, run.key, dry_run, run.command)

    def perform(self) -> ImportResult:
        result = self._result
        started = time.monotonic()
        state: RunState | None = None
        names = {"command": self._run.command, "run": self._run.key, "source": self._run.source}
        active().event("run_started", dry_run=result.dry_run, **names)
        try:
            state = self._carry_out()
        except (BrakeStop, PlanOutdated) as problem:
            if self._run.state == "staging":
                self._journal.discard(self._run)
            result.problem, state = problem, "stopped"
        except SyncError as problem:
            result.problem = problem
        except KeyboardInterrupt:
            result.problem = Interrupted(
                "Interrupted: what the server has answered is stored, run it again for the rest."
            )
        self._account_for_all()
        result.seconds = time.monotonic() - started
        result.check_conservation()
        journal, run = self._journal, self._run
        if state is not None:
            problem_text = str(result.problem) if result.problem else None
            journal.end(run, state, result.read, result.counts, problem_text)
        active().event(
            "run_ended",
            "error" if result.problem else "info",
            **names,
            complete=result.problem is None,
            resumed=result.resumed,
            read=result.read,
            counts=dict(result.counts),
            reasons={status: dict(tally) for status, tally in result.reasons.items() if tally},
            duplicates=result.duplicates,
            not_sent=result.not_sent,
            seconds=round(result.seconds, 3),
        )
        return result

    def _carry_out(self) -> RunState:
        journal, run = self._journal, self._run
        self._result.resumed = bool(journal.counts(run))
        if run.state == "staging":
            journal.discard(run)  # nothing of it was sent; the source and the server may have moved
            self._result.resumed = False
        else:
            self._send_stored()
        self._batches = journal.last_batch(run)
        if run.state != "released" and self._source is not None:
            self._read_source(self._source)
            if self._observer is not None:
                self._observer.end()
        if self._staged and run.state == "staging":
            journal.set_state(run, "released")
            self._run = run = journal.find(run.key) or run
            self._send_stored()
        return "complete"

    def _read_source(self, source: MailSource) -> None:
        result = self._result
        for entry in read_entries(source, self._journal, self._run):
            result.read += 1
            if self._observer is not None:
                self._observer.read(entry)
            self._take_in(entry)
            self._on_progress(entry.raw.progress, result.read)
        self._flush()

    def _take_in(self, entry: Entry) -> None:
        match entry.verdict:
            case Duplicate():
                self._result.duplicates += 1
            case Rejection():
                self._decided.append(_outcome(entry, "rejected"))
            case DeadLetter():
                self._decided.append(_outcome(entry, "dead_letters"))
                if not self._result.dry_run:
                    self._journal.keep_letter(self._run, entry.raw, entry.reasons[0])
            case Signup():
                self._enqueue(entry)
            case Outcome():
                self._accounted([entry.verdict])

    def _accounted(self, outcomes: Sequence[Outcome]) -> None:
        """Pass on, and write into the log, what is in the journal and cannot be lost."""
        active().accounted([outcome.status for outcome in outcomes])
        for outcome in outcomes:
            if outcome.status == "dead_letters":
                active().event(
                    "dead_letter",
                    "warning",
                    position=outcome.position,
                    external_id=outcome.external_id,
                    reason=" ".join(outcome.reasons),
                )
        self._tell(outcomes)

    def _enqueue(self, entry: Entry) -> None:
        size = len(entry.text) + 1 + (_EXPECTATION_BYTES if self._expect else 0)
        full = len(self._texts) >= self._batch_size or self._size + size > self._batch_bytes
        if full and self._texts:
            self._flush()
        self._texts.append(entry.text)
        self._waiting.append(_outcome(entry, None))
        self._size += size

    def _flush(self) -> None:
        """Write down what has gathered; send it, or ask what would become of it."""
        batch = None
        run = self._run
        if self._texts:
            self._batches += 1
            key = f"{run.key}-{self._batches:06d}"
            batch = WaitingBatch(self._batches, key, self._texts, self._waiting, None)
        decided = self._decided
        self._texts, self._waiting, self._decided, self._size = [], [], [], 0
        if batch is None:
            self._journal.store(run, decided, None)
        elif self._observer is None and not self._result.dry_run:
            self._journal.store(run, decided, batch)
            self._send(batch)
        else:
            answer = self._inbox.preview(run.source, batch.records)
            rows = _matched(batch, answer)
            if self._observer is not None:
                self._observer.foretold(rows)
            if self._expect:
                batch = replace(batch, expected=[row.status for row in rows])
            self._journal.store(run, decided, batch)
            if self._result.dry_run:
                self._write_answer(batch, rows)
        if decided and not self._result.dry_run:
            self._accounted(decided)

    def _send_stored(self) -> None:
        """Send what is stored without an answer, under the keys it was stored with."""
        for batch in self._journal.waiting(self._run):
            self._send(batch)

    def _send(self, batch: WaitingBatch) -> None:
        run = self._run
        answer = self._inbox.receive(run.source, run.key, batch.key, batch.records, batch.expected)
        self._write_answer(batch, _matched(batch, answer))

    def _write_answer(self, batch: WaitingBatch, rows: Sequence[RecordAnswer]) -> None:
        verdicts = [
            (row.status, _reasons(row, outcome.reasons))
            for row, outcome in zip(rows, batch.outcomes, strict=True)
        ]
        self._journal.answer(self._run, batch, verdicts)
        if not self._result.dry_run:
            self._accounted(
                [
                    Outcome(outcome.position, outcome.external_id, status, reasons)
                    for outcome, (status, reasons) in zip(batch.outcomes, verdicts, strict=True)
                ]
            )

    def _account_for_all(self) -> None:
        """Take the fate of each message from the journal; what was read and has none was not answered."""
        result, journal, run = self._result, self._journal, self._run
        counts = journal.counts(run)
        counts.pop("", None)
        if self._source is None or result.read == 0:
            result.read = sum(counts.values())
        else:
            result.read += sum(journal.not_met(run).values())
        counts["unchanged"] += result.duplicates
        result.counts = +counts
        result.not_sent = result.read - sum(result.counts.values())
        for status in NOTED:
            for outcome in journal.outcomes(run, status):
                result.reasons[status].update(outcome.reasons)

        def notes(status: str) -> Iterator[Note]:
            for outcome in journal.outcomes(run, status):
                yield Note(outcome.position, outcome.external_id, outcome.reasons)

        result.notes = notes


def _outcome(entry: Entry, status: str | None) -> Outcome:
    return Outcome(entry.raw.position, entry.raw.external_id, status, entry.reasons, entry.identity)


def _matched(batch: WaitingBatch, answer: BatchAnswer) -> list[RecordAnswer]:
    """Return the verdicts, which must be on the records that were sent.

    :raises ConservationError: they are on others.
    """
    if [row.external_id for row in answer.records] != [
        outcome.external_id for outcome in batch.outcomes
    ]:
        raise ConservationError("The server answered for other records than those that were sent.")
    return answer.records


def _reasons(record: RecordAnswer, own: tuple[str, ...]) -> tuple[str, ...]:
    """Our own codes, or the server's when it has another reason."""
    if record.status == "review" and own:
        return own
    if record.status in NOTED:
        return (record.reason,) if record.reason else own or ("unspecified",)
    return (record.reason,) if record.reason else ()
