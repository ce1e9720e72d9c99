"""Which servers this program started, so that a later run stops those whose owner was killed."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from .cache_folder import subfolder


def remember(database: str, pid: int) -> None:
    """Note that process `pid` is an Odoo server we started on `database`."""
    (subfolder("servers") / database).write_text(f"{pid} {os.getpid()}\n", encoding="utf-8")


def forget(database: str) -> None:
    """The server on `database` was stopped by its owner."""
    (subfolder("servers") / database).unlink(missing_ok=True)


def stop_orphans() -> None:
    """Stop the noted servers whose owner is gone; a process that is not that server is left."""
    for note in subfolder("servers").iterdir():
        words = note.read_text(encoding="utf-8").split()
        if len(words) != 2:
            continue
        pid, owner = int(words[0]), int(words[1])
        if is_alive(owner):
            continue
        if f"--database={note.name}" in _command_line(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        note.unlink(missing_ok=True)


def is_alive(pid: int) -> bool:
    """Whether a process of this id runs (one that ended and was not waited for does not)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def _command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []
