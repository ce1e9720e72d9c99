"""What the inbox has acknowledged, so that it need not be read and sent again."""

from scn_sync.journal.file import JournalFile


class ReadingsInJournal(JournalFile):
    """The fingerprint under which the inbox answered for what was read; see :mod:`scn_sync.recognition`."""

    def acknowledged(self, reading: bytes) -> str | None:
        """Return the payload hash of the record that was made of this content, None when it was never answered."""
        with self._explained():
            row = self._db.execute(
                "SELECT payload_hash FROM acknowledged WHERE reading = ?", (reading,)
            ).fetchone()
        return None if row is None else bytes(row[0]).hex()
