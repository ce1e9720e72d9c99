"""The journal: what was sent and what became of it, in SQLite, so that nothing is lost however a run ends.

A batch is written here, whole, before it is sent, and its answer is written before the next batch is sent. A process
that is killed at any point therefore leaves either no trace of a batch (nothing was sent), or its exact payload and
key (sending it again gives the first answer), or its outcome. The payload is deleted when the answer is there.
"""

from datetime import datetime, timezone

from scn_sync.journal.batches import BatchesInJournal
from scn_sync.journal.letters import LettersInJournal
from scn_sync.journal.readings import ReadingsInJournal
from scn_sync.journal.rows import (
    UNFINISHED,
    WANTED,
    KeptLetter,
    Outcome,
    Purged,
    Run,
    RunState,
    WaitingBatch,
    instant_text,
)
from scn_sync.journal.runs import RunsInJournal

__all__ = [
    "UNFINISHED",
    "WANTED",
    "Journal",
    "KeptLetter",
    "Outcome",
    "Purged",
    "Run",
    "RunState",
    "WaitingBatch",
]


class Journal(RunsInJournal, BatchesInJournal, LettersInJournal, ReadingsInJournal):
    """The journal file of one state folder, or one that lives only as long as the process."""

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def purge(self, now: datetime | None = None) -> Purged:
        """Delete what is older than its retention date, and give the space back."""
        limit = instant_text(now or datetime.now(timezone.utc))
        with self._transaction():
            runs = self._db.execute("DELETE FROM run WHERE keep_until <= ?", (limit,)).rowcount
            letters = self._db.execute(
                "DELETE FROM dead_letter WHERE keep_until <= ?", (limit,)
            ).rowcount
            self._db.execute("DELETE FROM acknowledged WHERE keep_until <= ?", (limit,))
        with self._explained():
            self._db.execute("PRAGMA incremental_vacuum").fetchall()
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return Purged(runs, letters)
