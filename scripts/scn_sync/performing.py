"""Carries a run out, or carries on with one: reads, writes down, sends, writes down the answer."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Protocol

from scn_sync.entries import Duplicate, Entry, Known, read_entries, read_whole
from scn_sync.errors import BrakeStop, Interrupted, PlanOutdated, SyncError
from scn_sync.gathering import Gathering
from scn_sync.inbox import SignupInbox, fingerprint_text
from scn_sync.journal import WANTED, Journal, Outcome, Run, RunState, WaitingBatch
from scn_sync.models import BatchAnswer, Limits, RecordAnswer
from scn_sync.reading import DeadLetter, Rejection, Signup
from scn_sync.recognition import Recognition
from scn_sync.run_log import active
from scn_sync.run_result import NOTED, ConservationError, ImportResult, Note
from scn_sync.sending import CallUnderWay
from scn_sync.sources import MailSource

_ENVELOPE_BYTES = 1_000
_EXPECTATION_BYTES = 12
#: The content of recognised messages is kept until the inbox has said that it does not want them whole.
_HELD_BYTES = 4_000_000
_DECIDED = 1_000


class Observer(Protocol):
    """Looks at a run before it is carried out; any of its methods may stop the run by an exception."""

    def read(self, entry: Entry) -> None:
        """Take a message, in the order of the source."""

    def foretold(self, answers: Sequence[RecordAnswer]) -> None:
        """Take what the server would do with the sign-ups taken since the last time, in the same order."""

    def end(self) -> None:
        """Judge the whole."""


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
        self._observer = observer
        self._staged = observer is not None and not dry_run
        self._expect = expect
        self._on_progress = on_progress
        self._tell = on_accounted
        self._writes = observer is None and not dry_run
        self._batches = 0
        self._decided: list[Outcome] = []
        self._whole = Gathering(batch_size, batch_bytes, _EXPECTATION_BYTES if expect else 0)
        self._asked = Gathering(batch_size, batch_bytes, fingerprints=True)
        self._held: dict[bytes, Entry] = {}
        self._held_bytes = 0
        self._ready: deque[WaitingBatch] = deque()
        self._under_way: tuple[WaitingBatch, CallUnderWay] | None = None
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
        result, run = self._result, self._run
        recognition = None
        if self._writes and self._inbox.takes_fingerprints:
            recognition = Recognition(run.server, run.source)
        try:
            for entry in read_entries(source, self._journal, run, recognition):
                result.read += 1
                if self._observer is not None:
                    self._observer.read(entry)
                self._take_in(entry)
                self._on_progress(entry.raw.progress, result.read)
        except SyncError:
            # the source broke off: what is on its way shall have its answer all the same
            with suppress(SyncError):
                self._settle()
            raise
        self._flush(self._asked)
        self._settle()  # what is wanted whole joins the rest
        self._flush(self._whole)
        self._settle()
        self._store_decided()

    def _take_in(self, entry: Entry) -> None:
        match entry.verdict:
            case Duplicate():
                self._result.duplicates += 1
            case Rejection():
                self._decide(entry, "rejected")
            case DeadLetter():
                self._decide(entry, "dead_letters")
                if not self._result.dry_run:
                    self._journal.keep_letter(self._run, entry.raw, entry.reasons[0])
            case Signup():
                self._gather(self._whole, entry, entry.text)
            case Known(payload_hash):
                self._hold(entry)
                text = fingerprint_text(entry.raw.external_id, payload_hash)
                self._gather(self._asked, entry, text)
            case Outcome():
                self._accounted([entry.verdict])

    def _decide(self, entry: Entry, status: str) -> None:
        self._decided.append(_outcome(entry, status))
        if (
            len(self._decided) >= _DECIDED
        ):  # a mailbox full of spam is to be held in memory no more than any other
            self._store_decided()

    def _hold(self, entry: Entry) -> None:
        """Keep a message until the inbox has said that it does not want it whole."""
        if self._held_bytes > _HELD_BYTES:
            self._flush(self._asked)
            self._settle()
        self._held[entry.identity] = entry
        self._held_bytes += len(entry.raw.content or b"")

    def _gather(self, gathering: Gathering, entry: Entry, text: str) -> None:
        if not gathering.has_room(text):
            self._flush(gathering)
        gathering.add(text, _outcome(entry, None))

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

    def _flush(self, gathering: Gathering) -> None:
        """Make a batch of what has gathered, and send all that is ready: one call at a time, answered in order."""
        if gathering:
            self._batches += 1
            key = f"{self._run.key}-{self._batches:06d}"
            texts, outcomes = gathering.take()
            self._ready.append(
                WaitingBatch(self._batches, key, texts, outcomes, None, gathering.fingerprints)
            )
        while self._ready:
            if self._under_way is not None:
                self._settle()  # may make further batches ready, and send them
                continue
            batch = self._ready.popleft()
            if self._writes:
                self._store_decided(batch)
                self._under_way = batch, CallUnderWay(partial(self._receive, batch))
            else:
                self._foretell(batch)

    def _settle(self) -> None:
        """Wait for the answer to the call that is under way, and write it down."""
        if self._under_way is not None:
            batch, call = self._under_way
            self._under_way = None
            self._write_answer(batch, _matched(batch, call.answer()))

    def _store_decided(self, batch: WaitingBatch | None = None) -> None:
        """Write down a batch before it is sent, and the outcomes since the last one that need no server."""
        decided, self._decided = self._decided, []
        self._journal.store(self._run, decided, batch)
        if decided and not self._result.dry_run:
            self._accounted(decided)

    def _foretell(self, batch: WaitingBatch) -> None:
        """Ask what would become of a batch, and write it down for later."""
        rows = _matched(batch, self._inbox.preview(self._run.source, batch.records))
        if self._observer is not None:
            self._observer.foretold(rows)
        if self._expect:
            batch = replace(batch, expected=[row.status for row in rows])
        self._store_decided(batch)
        if self._result.dry_run:
            self._write_answer(batch, rows)

    def _send_stored(self) -> None:
        """Send what is stored without an answer, under the keys it was stored with."""
        for batch in self._journal.waiting(self._run):
            self._write_answer(batch, _matched(batch, self._receive(batch)))

    def _receive(self, batch: WaitingBatch) -> BatchAnswer:
        run = self._run
        return self._inbox.receive(run.source, run.key, batch.key, batch.records, batch.expected)

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
                    if status != WANTED
                ]
            )
        for row, outcome in zip(rows, batch.outcomes, strict=True):
            held = self._held.pop(outcome.identity, None)
            if held is not None:
                self._held_bytes -= len(held.raw.content or b"")
                if row.status == WANTED:
                    self._take_in(read_whole(held.raw, held.identity, held.key))

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
    known = entry.verdict
    return Outcome(
        entry.raw.position,
        entry.raw.external_id,
        status,
        entry.reasons,
        entry.identity,
        entry.key,
        known.payload_hash if isinstance(known, Known) else entry.digest,
    )


def _matched(batch: WaitingBatch, answer: BatchAnswer) -> list[RecordAnswer]:
    """Return the verdicts, which must be on the records that were sent.

    :raises ConservationError: they are on others, or want what was sent whole.
    """
    if [row.external_id for row in answer.records] != [
        outcome.external_id for outcome in batch.outcomes
    ]:
        raise ConservationError("The server answered for other records than those that were sent.")
    if not batch.fingerprints and any(row.status == WANTED for row in answer.records):
        raise ConservationError("The server wants records whole that were sent whole.")
    return answer.records


def _reasons(record: RecordAnswer, own: tuple[str, ...]) -> tuple[str, ...]:
    """Our own codes, or the server's when it has another reason."""
    if record.status == "review" and own:
        return own
    if record.status in NOTED:
        return (record.reason,) if record.reason else own or ("unspecified",)
    return (record.reason,) if record.reason else ()
