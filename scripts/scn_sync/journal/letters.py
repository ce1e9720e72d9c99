"""Dead letters in the journal: messages that could not be read, kept for a better reader."""

import zlib
from datetime import datetime, timezone

from scn_sync.journal.file import JournalFile
from scn_sync.journal.rows import KeptLetter, Run, instant_text
from scn_sync.sources.raw_message import RawMessage

_LETTER_COLUMNS = (
    "id, source, external_id, run, origin, position, reason, doubts, form, attempts,"
    " first_seen, keep_until"
)


class LettersInJournal(JournalFile):
    """Kept messages with the reason why they could not be read."""

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
                    instant_text(now),
                    instant_text(now + self._keep),
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
