"""Runs in the journal, and which messages the pass that is under way has met."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone

from scn_sync.journal.file import JournalFile
from scn_sync.journal.rows import UNFINISHED, Outcome, Run, RunState, instant_text, outcome_of


class RunsInJournal(JournalFile):
    """How far each run is, and how it ended."""

    def begin(
        self, key: str, command: str, server: str, source: str, origin: str, state: RunState
    ) -> Run:
        """Write down that a run begins."""
        now = datetime.now(timezone.utc)
        with self._transaction():
            self._db.execute(
                "INSERT INTO run (key, command, server, source, origin, state, started_at, keep_until)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    key,
                    command,
                    server,
                    source,
                    origin,
                    state,
                    instant_text(now),
                    instant_text(now + self._keep),
                ),
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
                    instant_text(datetime.now(timezone.utc)),
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
        return outcome_of(row) if row else None

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
