"""The messages of a source, each once, with what is known or read of it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from scn_sync.inbox import record_text
from scn_sync.journal import Journal, Outcome, Run
from scn_sync.reading import DeadLetter, Reading, Rejection, Signup, read_message
from scn_sync.recognition import Recognition
from scn_sync.sources import MailSource, RawMessage


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A copy of a message that the same pass has met before."""


@dataclass(frozen=True, slots=True)
class Known:
    """A message for whose record the inbox has answered before; it need not be read unless the inbox wants it."""

    payload_hash: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One message: where it lies, who it is, and its verdict.

    ``identity`` is unique in a pass. ``verdict`` is an :class:`~scn_sync.journal.Outcome` when an earlier pass of the
    same run has accounted for the message. ``text`` is the record that is sent, for a sign-up. ``key`` is what the
    journal will recognise the message by.
    """

    raw: RawMessage
    identity: bytes
    verdict: Reading | Duplicate | Known | Outcome
    text: str = ""
    key: bytes = b""

    @property
    def kind(self) -> str:
        """How a plan names the verdict."""
        match self.verdict:
            case Signup() | Known():
                return "sign_up"
            case Rejection():
                return "rejected"
            case DeadLetter():
                return "dead_letter"
            case Duplicate():
                return "duplicate"
            case _:
                return "accounted"

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reason codes of the verdict: our own doubts, or why nothing is sent."""
        match self.verdict:
            case Signup(record):
                return tuple(record.review_reasons)
            case Rejection(reason) | DeadLetter(reason):
                return (reason,)
            case Outcome():
                return self.verdict.reasons
            case _:
                return ()

    @property
    def digest(self) -> str:
        """The SHA-256 of what would be sent, empty when nothing would be."""
        return hashlib.sha256(self.text.encode()).hexdigest() if self.text else ""


def read_entries(
    source: MailSource, journal: Journal, run: Run, recognition: Recognition | None = None
) -> Iterator[Entry]:
    """Yield every message of ``source``; one that this run has accounted for before is not read again.

    :param recognition: with it, neither is one for whose record the inbox has answered in an earlier run
    """
    journal.start_pass()
    resumed = bool(journal.counts(run))
    for raw in source:
        identity = _identity(raw)
        first = journal.meet(identity)
        if raw.content is not None and not first:
            yield Entry(raw, identity, Duplicate())
            continue
        earlier = journal.outcome(run, identity) if resumed else None
        if earlier is not None:
            yield Entry(raw, identity, earlier)
            continue
        key = recognition.key(raw) if recognition is not None and not raw.problem else b""
        payload_hash = journal.acknowledged(key) if key else None
        if payload_hash is not None:
            yield Entry(raw, identity, Known(payload_hash), key=key)
            continue
        yield read_whole(raw, identity, key)


def read_whole(raw: RawMessage, identity: bytes, key: bytes) -> Entry:
    """Read a message that is not known, or that the inbox wants whole."""
    reading = read_message(raw)
    text = record_text(reading.record) if isinstance(reading, Signup) else ""
    return Entry(raw, identity, reading, text, key)


def _identity(raw: RawMessage) -> bytes:
    """Return what tells messages apart; one without content is never taken for a copy of another."""
    if raw.content is not None:
        return bytes.fromhex(raw.external_id)
    return hashlib.sha256(f"{raw.external_id} {raw.position}".encode()).digest()
