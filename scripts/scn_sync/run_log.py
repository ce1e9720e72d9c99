"""What a run does, as events for machines: one JSON object a line on standard error, with ``--log-format json``.

Only the fields named here can be written, and none of them can hold a name, an address, a subject or a secret: counts,
codes, keys of runs, positions and fingerprints. A sentence that may repeat words of a server or a path stays out.
"""

import json
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Literal, TextIO

from rich.console import Console

LogFormat = Literal["text", "json"]

EVENTS = {
    "run_started": "A run begins or goes on.",
    "messages_accounted": "Messages have their fate, and it is written down.",
    "dead_letter": "One message could not be read.",
    "run_ended": "A run is over.",
    "finding": "One line of doctor.",
    "failed": "The command ends with an exit code other than 0.",
}
FIELDS = frozenset(
    {
        "command", "run", "source", "resumed", "dry_run", "counts", "read", "duplicates", "not_sent", "seconds",
        "complete", "reasons", "position", "external_id", "reason", "exit_code", "problem", "number", "kind", "name",
        "verdict",
    }
)  # fmt: skip


class RunLog:
    """Writes events; silent in the format for people."""

    def __init__(self, form: LogFormat = "text", stream: TextIO | None = None) -> None:
        self.form = form
        self._stream = stream

    def event(self, name: str, level: str = "info", /, **fields: object) -> None:
        """Write one event.

        :raises KeyError: an event or a field that was never thought about; see the module's docstring.
        """
        unknown = fields.keys() - FIELDS
        if name not in EVENTS or unknown:
            raise KeyError(f"{name} {sorted(unknown)}")
        if self.form != "json":
            return
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, "level": level, "event": name, **fields})
        stream = self._stream or sys.stderr
        stream.write(line + "\n")
        stream.flush()

    def accounted(self, statuses: Sequence[str | None]) -> None:
        """Write how many messages of each fate were written down together."""
        if statuses:
            counts = {status: statuses.count(status) for status in sorted(set(map(str, statuses)))}
            self.event("messages_accounted", counts=counts)


_active = RunLog()


def use(form: LogFormat) -> RunLog:
    """Take this format for the rest of the process."""
    global _active
    _active = RunLog(form)
    return _active


def active() -> RunLog:
    """Return the log that is in use."""
    return _active


def people_console() -> Console:
    """Return the console for people on standard error; it is silent when the log is for machines."""
    return Console(stderr=True, quiet=_active.form == "json")
