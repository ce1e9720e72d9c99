"""Batches and outcomes in the journal."""

import json
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence

from scn_sync.journal.file import JournalFile
from scn_sync.journal.rows import WANTED, Outcome, Run, WaitingBatch, outcome_of


class BatchesInJournal(JournalFile):
    """What was sent, and what became of each message."""

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
        """Write down the answer to a batch and delete its payload, in one commit.

        A message that is wanted whole has no outcome: it is sent in another batch. What the inbox answered for is
        recognised from now on.
        """
        answered = list(zip(batch.outcomes, verdicts, strict=True))
        with self._transaction():
            self._db.executemany(
                "UPDATE outcome SET status = ?, reasons = ? WHERE run_id = ? AND identity = ?",
                [
                    (status, " ".join(reasons), run.id, outcome.identity)
                    for outcome, (status, reasons) in answered
                    if status != WANTED
                ],
            )
            self._db.executemany(
                "DELETE FROM outcome WHERE run_id = ? AND identity = ?",
                [
                    (run.id, outcome.identity)
                    for outcome, (status, _reasons) in answered
                    if status == WANTED
                ],
            )
            self._db.executemany(
                "INSERT OR REPLACE INTO acknowledged VALUES (?, ?, ?)",
                [
                    (outcome.reading, bytes.fromhex(outcome.payload_hash), self._end_of_retention())
                    for outcome, (status, _reasons) in answered
                    if outcome.reading and status != WANTED
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
                outcome_of(row)
                for row in self._db.execute(
                    "SELECT position, external_id, status, reasons, identity FROM outcome"
                    " WHERE run_id = ? AND batch = ? ORDER BY place",
                    (run.id, number),
                )
            ]
        records = json.loads(zlib.decompress(payload))
        return WaitingBatch(
            number,
            key,
            [json.dumps(record, separators=(",", ":")) for record in records],
            outcomes,
            expected.split() if expected else None,
            all("payload_hash" in record for record in records),
        )

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
            yield from map(outcome_of, rows)
