"""The journal's file: SQLite, so that nothing is lost however a run ends.

Write-ahead log with full synchronisation: a commit survives a killed process and a power cut (https://sqlite.org/wal.html).
Deleted content is overwritten (``secure_delete``), because it is personal.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

from scn_sync.errors import StateProblem
from scn_sync.journal.rows import instant_text
from scn_sync.journal.schema import STEPS

BUSY_SECONDS = 30.0


class JournalFile:
    """The file itself: opening it, one commit for each step, and what goes wrong in words."""

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
        for step in STEPS[version:]:
            for statement in filter(str.strip, step.split(";")):
                self._db.execute(statement)
        if version < len(STEPS):
            self._db.execute(f"PRAGMA user_version = {len(STEPS)}")
        self._db.execute("COMMIT")
        if version > len(STEPS):
            raise StateProblem(
                f"The journal {self._path} was written by a newer scn-sync: install that again."
            )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _end_of_retention(self) -> str:
        """Return until when what is written now is kept."""
        return instant_text(datetime.now(timezone.utc) + self._keep)

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
