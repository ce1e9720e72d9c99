"""The journal: what was sent and what became of it, in SQLite, so that nothing is lost however a run ends.

A batch is written here, whole, before it is sent, and its answer is written before the next batch is sent. A process
that is killed at any point therefore leaves either no trace of a batch (nothing was sent), or its exact payload and
key (sending it again gives the first answer), or its outcome. The payload is deleted when the answer is there.

Write-ahead log with full synchronisation: a commit survives a killed process and a power cut (https://sqlite.org/wal.html).
Deleted content is overwritten (``secure_delete``), because it is personal.
"""

import json
import os
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Literal

from scn_sync.errors import StateProblem
from scn_sync.sources.raw_message import RawMessage

BUSY_SECONDS = 30.0
_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    command TEXT NOT NULL,
    server TEXT NOT NULL,
    source TEXT NOT NULL,
    origin TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    read INTEGER NOT NULL DEFAULT 0,
    counts TEXT NOT NULL DEFAULT '{}',
    problem TEXT,
    keep_until TEXT NOT NULL
);
CREATE TABLE batch (
    run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    key TEXT NOT NULL UNIQUE,
    payload BLOB,
    expected TEXT,
    PRIMARY KEY (run_id, number)
);
CREATE TABLE outcome (
    run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    identity BLOB NOT NULL,
    external_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    batch INTEGER,
    place INTEGER,
    status TEXT,
    reasons TEXT NOT NULL,
    PRIMARY KEY (run_id, identity)
) WITHOUT ROWID;
CREATE INDEX outcome_batch ON outcome (run_id, batch, place);
CREATE TABLE dead_letter (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    external_id BLOB NOT NULL,
    run TEXT NOT NULL,
    origin TEXT NOT NULL,
    position INTEGER NOT NULL,
    reason TEXT NOT NULL,
    doubts TEXT NOT NULL,
    form TEXT NOT NULL,
    raw BLOB,
    attempts INTEGER NOT NULL DEFAULT 1,
    first_seen TEXT NOT NULL,
    keep_until TEXT NOT NULL,
    UNIQUE (source, external_id)
);
"""

RunState = Literal["staging", "sending", "released", "complete", "stopped", "abandoned"]
UNFINISHED = ("staging", "sending", "released")


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
    """What became of one message; ``status`` is None while its batch has no answer."""

    position: int
    external_id: str
    status: str | None
    reasons: tuple[str, ...]
    identity: bytes = b""


@dataclass(frozen=True, slots=True)
class WaitingBatch:
    """A batch that is stored and has no answer yet; ``records`` are JSON texts, ``expected`` their statuses."""

    number: int
    key: str
    records: list[str]
    outcomes: list[Outcome]
    expected: list[str] | None


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


class Journal:
    """The journal file of one state folder, or one that lives only as long as the process."""

    def __init__(self, path: Path | None, keep_days: int = 90) -> None:
        """Open the journal, create it when it is missing.

        :param path: its file (mode 0600), or None for a private temporary one
        :param keep_days: how long what is written from now on is kept
        :raises StateProblem: it cannot be used.
        """
        self._path = path
        self._keep = timedelta(days=keep_days)
        with self._explained():
            if path is not None:
                # created with its mode, so that it is never readable by others, not even for a moment
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
                path.chmod(0o600)
            self._db = sqlite3.connect(
                "" if path is None else path, timeout=BUSY_SECONDS, isolation_level=None
            )
            self._prepare()

    def _prepare(self) -> None:
        for pragma in (
            "auto_vacuum = INCREMENTAL",
            "journal_mode = WAL",
            "synchronous = FULL",
            "secure_delete = ON",
            "foreign_keys = ON",
        ):
            self._db.execute(f"PRAGMA {pragma}").fetchall()
        self._db.execute("BEGIN IMMEDIATE")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
        self._db.execute("COMMIT")
        if version > _SCHEMA_VERSION:
            raise StateProblem(
                f"The journal {self._path} was written by a newer scn-sync: install that again."
            )

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # -- runs --------------------------------------------------------------------------------------------------

    def begin(
        self, key: str, command: str, server: str, source: str, origin: str, state: RunState
    ) -> Run:
        """Write down that a run begins."""
        now = datetime.now(timezone.utc)
        with self._transaction():
            self._db.execute(
                "INSERT INTO run (key, command, server, source, origin, state, started_at, keep_until)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (key, command, server, source, origin, state, _text(now), _text(now + self._keep)),
            )
        run = self.find(key)
        assert run is not None
        return run

    def find(self, key: str) -> Run | None:
        """Return the run with this key."""
        return next(self._runs("WHERE key = ?", (key,)), None)

    def runs(self) -> list[Run]:
        """Return all runs, the latest first."""
        return list(self._runs("ORDER BY id DESC", ()))

    def unfinished(self, command: str, server: str, source: str, origin: str) -> Run | None:
        """Return the latest run of the same work that was cut short."""
        marks = ", ".join("?" for _ in UNFINISHED)
        return next(
            self._runs(
                "WHERE command = ? AND server = ? AND source = ? AND origin = ?"
                f" AND state IN ({marks}) ORDER BY id DESC LIMIT 1",
                (command, server, source, origin, *UNFINISHED),
            ),
            None,
        )

    def _runs(self, rest: str, parameters: Sequence[object]) -> Iterator[Run]:
        with self._explained():
            rows = self._db.execute(
                "SELECT id, key, command, server, source, origin, state, started_at, ended_at, read,"
                f" counts, problem, keep_until FROM run {rest}",
                parameters,
            ).fetchall()
        for row in rows:
            yield Run(*[*row[:10], json.loads(row[10]), *row[11:]])

    def set_state(self, run: Run, state: RunState) -> None:
        """Write down how far a run is."""
        with self._transaction():
            self._db.execute("UPDATE run SET state = ? WHERE id = ?", (state, run.id))

    def end(
        self, run: Run, state: RunState, read: int, counts: Counter[str], problem: str | None
    ) -> None:
        """Write down how a run ended."""
        with self._transaction():
            self._db.execute(
                "UPDATE run SET state = ?, ended_at = ?, read = ?, counts = ?, problem = ? WHERE id = ?",
                (
                    state,
                    _text(datetime.now(timezone.utc)),
                    read,
                    json.dumps(dict(counts), sort_keys=True),
                    problem,
                    run.id,
                ),
            )

    def discard(self, run: Run) -> None:
        """Forget all batches and outcomes of a run that has sent nothing."""
        with self._transaction():
            self._db.execute("DELETE FROM batch WHERE run_id = ?", (run.id,))
            self._db.execute("DELETE FROM outcome WHERE run_id = ?", (run.id,))

    # -- messages of the pass that is under way ------------------------------------------------------------------

    def start_pass(self) -> None:
        """Forget which messages were met: the source is read from its beginning."""
        with self._explained():
            self._db.execute("DROP TABLE IF EXISTS temp.met")
            self._db.execute("CREATE TEMP TABLE met (identity BLOB PRIMARY KEY) WITHOUT ROWID")

    def meet(self, identity: bytes) -> bool:
        """Tell whether this message is met for the first time in this pass."""
        with self._explained():
            cursor = self._db.execute("INSERT OR IGNORE INTO temp.met VALUES (?)", (identity,))
            return cursor.rowcount == 1

    def outcome(self, run: Run, identity: bytes) -> Outcome | None:
        """Return what became of a message in this run, in an earlier pass or this one."""
        with self._explained():
            row = self._db.execute(
                "SELECT position, external_id, status, reasons, identity FROM outcome"
                " WHERE run_id = ? AND identity = ?",
                (run.id, identity),
            ).fetchone()
        return _outcome(row) if row else None

    def not_met(self, run: Run) -> Counter[str]:
        """Count, by status, the outcomes of messages that are no longer in the source."""
        with self._explained():
            return Counter(
                dict(
                    self._db.execute(
                        "SELECT status, count(*) FROM outcome WHERE run_id = ? AND status IS NOT NULL"
                        " AND identity NOT IN (SELECT identity FROM temp.met) GROUP BY status",
                        (run.id,),
                    )
                )
            )

    # -- batches and outcomes ------------------------------------------------------------------------------------

    def store(
        self,
        run: Run,
        decided: Sequence[Outcome],
        batch: WaitingBatch | None,
    ) -> None:
        """Write down outcomes that need no server, and a batch before it is sent, in one commit."""
        rows = [
            (
                run.id,
                outcome.identity,
                bytes.fromhex(outcome.external_id),
                outcome.position,
                None if outcome.status else batch.number if batch else None,
                place,
                outcome.status,
                " ".join(outcome.reasons),
            )
            for outcomes in (decided, batch.outcomes if batch else ())
            for place, outcome in enumerate(outcomes)
        ]
        with self._transaction():
            self._db.executemany("INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
            if batch is not None:
                self._db.execute(
                    "INSERT INTO batch VALUES (?, ?, ?, ?, ?)",
                    (
                        run.id,
                        batch.number,
                        batch.key,
                        zlib.compress(f"[{','.join(batch.records)}]".encode(), 1),
                        None if batch.expected is None else " ".join(batch.expected),
                    ),
                )

    def answer(
        self, run: Run, batch: WaitingBatch, verdicts: Sequence[tuple[str, tuple[str, ...]]]
    ) -> None:
        """Write down the answer to a batch and delete its payload, in one commit."""
        with self._transaction():
            self._db.executemany(
                "UPDATE outcome SET status = ?, reasons = ? WHERE run_id = ? AND identity = ?",
                [
                    (status, " ".join(reasons), run.id, outcome.identity)
                    for outcome, (status, reasons) in zip(batch.outcomes, verdicts, strict=True)
                ],
            )
            self._db.execute(
                "UPDATE batch SET payload = NULL, expected = NULL WHERE run_id = ? AND number = ?",
                (run.id, batch.number),
            )
            # one that was unreadable and now is not: a better release read it
            self._db.executemany(
                "DELETE FROM dead_letter WHERE source = ? AND external_id = ?",
                [(run.source, bytes.fromhex(outcome.external_id)) for outcome in batch.outcomes],
            )

    def waiting(self, run: Run) -> Iterator[WaitingBatch]:
        """Yield the batches without an answer, in the order they were stored."""
        with self._explained():
            numbers = self._db.execute(
                "SELECT number FROM batch WHERE run_id = ? AND payload IS NOT NULL ORDER BY number",
                (run.id,),
            ).fetchall()
        for (number,) in numbers:
            yield self._waiting_batch(run, number)

    def _waiting_batch(self, run: Run, number: int) -> WaitingBatch:
        with self._explained():
            key, payload, expected = self._db.execute(
                "SELECT key, payload, expected FROM batch WHERE run_id = ? AND number = ?",
                (run.id, number),
            ).fetchone()
            outcomes = [
                _outcome(row)
                for row in self._db.execute(
                    "SELECT position, external_id, status, reasons, identity FROM outcome"
                    " WHERE run_id = ? AND batch = ? ORDER BY place",
                    (run.id, number),
                )
            ]
        records = [
            json.dumps(record, separators=(",", ":"))
            for record in json.loads(zlib.decompress(payload))
        ]
        return WaitingBatch(number, key, records, outcomes, expected.split() if expected else None)

    def last_batch(self, run: Run) -> int:
        """Return the number of the last batch of a run, 0 when it has none."""
        with self._explained():
            (number,) = self._db.execute(
                "SELECT coalesce(max(number), 0) FROM batch WHERE run_id = ?", (run.id,)
            ).fetchone()
        return int(number)

    def counts(self, run: Run) -> Counter[str]:
        """Count the outcomes of a run by status; those without an answer are under the empty text."""
        with self._explained():
            return Counter(
                dict(
                    self._db.execute(
                        "SELECT coalesce(status, ''), count(*) FROM outcome WHERE run_id = ? GROUP BY 1",
                        (run.id,),
                    )
                )
            )

    def outcomes(self, run: Run, *statuses: str) -> Iterator[Outcome]:
        """Yield the outcomes with one of these statuses, in the order of the source."""
        marks = ", ".join("?" for _ in statuses)
        with self._explained():
            rows = self._db.execute(
                "SELECT position, external_id, status, reasons, identity FROM outcome"
                f" WHERE run_id = ? AND status IN ({marks}) ORDER BY position",
                (run.id, *statuses),
            )
            yield from map(_outcome, rows)

    # -- dead letters --------------------------------------------------------------------------------------------

    def keep_letter(self, run: Run, message: RawMessage, reason: str) -> None:
        """Keep a message that could not be read; one that is kept already counts one more attempt."""
        now = datetime.now(timezone.utc)
        with self._transaction():
            self._db.execute(
                "INSERT INTO dead_letter (source, external_id, run, origin, position, reason, doubts, form, raw,"
                " first_seen, keep_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (source, external_id) DO UPDATE SET reason = excluded.reason,"
                " run = excluded.run, attempts = attempts + (dead_letter.run <> excluded.run)",
                (
                    run.source,
                    bytes.fromhex(message.external_id),
                    run.key,
                    run.origin,
                    message.position,
                    reason,
                    " ".join(message.doubts),
                    message.form,
                    None if message.content is None else zlib.compress(message.content),
                    _text(now),
                    _text(now + self._keep),
                ),
            )

    def letters(self, source: str | None = None) -> list[KeptLetter]:
        """Return the dead letters (of one source) without their content."""
        where, values = ("WHERE source = ?", (source,)) if source else ("", ())
        with self._explained():
            rows = self._db.execute(
                f"SELECT {_LETTER_COLUMNS} FROM dead_letter {where} ORDER BY id", values
            ).fetchall()
        return [_letter(row, None) for row in rows]

    def letter(self, number: int) -> KeptLetter | None:
        """Return one dead letter with its content."""
        with self._explained():
            row = self._db.execute(
                f"SELECT {_LETTER_COLUMNS}, raw FROM dead_letter WHERE id = ?", (number,)
            ).fetchone()
        return _letter(row, row[-1]) if row else None

    def drop_letter(self, number: int) -> bool:
        """Delete one dead letter; tell whether there was one."""
        with self._transaction():
            return self._db.execute("DELETE FROM dead_letter WHERE id = ?", (number,)).rowcount == 1

    # -- retention -----------------------------------------------------------------------------------------------

    def purge(self, now: datetime | None = None) -> Purged:
        """Delete what is older than its retention date, and give the space back."""
        limit = _text(now or datetime.now(timezone.utc))
        with self._transaction():
            runs = self._db.execute("DELETE FROM run WHERE keep_until <= ?", (limit,)).rowcount
            letters = self._db.execute(
                "DELETE FROM dead_letter WHERE keep_until <= ?", (limit,)
            ).rowcount
        with self._explained():
            self._db.execute("PRAGMA incremental_vacuum").fetchall()
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return Purged(runs, letters)

    # -- the file --------------------------------------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StateProblem(self._sentence(str(error))) from None
        except OSError as error:
            raise StateProblem(f"{self._path} cannot be used: {error.strerror}.") from None

    def _sentence(self, text: str) -> str:
        if "full" in text or "disk I/O error" in text:
            return f"The disk has no room for the journal {self._path}: make room and run again, nothing is lost."
        if "locked" in text:
            return f"Another program holds the journal {self._path}: run again later."
        if "malformed" in text or "not a database" in text:
            return f"The journal {self._path} is damaged: move it away and run again; the server knows what it has."
        return f"The journal {self._path} cannot be used: {text}."


_LETTER_COLUMNS = (
    "id, source, external_id, run, origin, position, reason, doubts, form, attempts,"
    " first_seen, keep_until"
)


def _letter(row: tuple[object, ...], raw: bytes | None) -> KeptLetter:
    number, source, external_id, run, origin, position, reason, doubts, form, attempts = row[:10]
    first, keep = row[10:12]
    return KeptLetter(
        id=int(str(number)),
        source=str(source),
        external_id=external_id.hex() if isinstance(external_id, bytes) else "",
        run=str(run),
        origin=str(origin),
        position=int(str(position)),
        reason=str(reason),
        doubts=tuple(str(doubts).split()),
        form="row" if form == "row" else "mail",
        attempts=int(str(attempts)),
        first_seen=str(first),
        keep_until=str(keep),
        raw=None if raw is None else zlib.decompress(raw),
    )


def _outcome(row: tuple[int, bytes, str | None, str, bytes]) -> Outcome:
    position, external_id, status, reasons, identity = row
    return Outcome(position, external_id.hex(), status, tuple(reasons.split()), identity)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
