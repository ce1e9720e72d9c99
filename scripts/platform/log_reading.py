"""Reading Odoo's log: which lines are warnings, and which of them are about our addons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ "
    r"(?P<level>[A-Z]+) (?P<database>\S+) (?P<logger>[\w.\-]+): (?P<message>.*)$"
)
BAD_LEVELS = frozenset({"WARNING", "ERROR", "CRITICAL"})
OURS = re.compile(r"\bscn[_.]\w")

# Reviewed: what an installation may log and why it is harmless. Nothing about our addons.
INSTALLATION_MAY_LOG = (
    # the embedded PostgreSQL has neither extension; searches work without them, more slowly
    re.compile(r"pg_trgm|unaccent"),
    # containers and build machines run as root
    re.compile(r"Running as user 'root' is a security risk"),
)


@dataclass
class Entry:
    """One entry of a log: its first line and those that follow it (a traceback)."""

    level: str
    logger: str
    text: str

    @property
    def bad(self) -> bool:
        """Whether it is a warning or worse."""
        return self.level in BAD_LEVELS

    @property
    def about_us(self) -> bool:
        """Whether our addons logged it, or it speaks of them (a model, table, view or file)."""
        return about_us(self.logger, self.text)


def about_us(logger: str, text: str) -> bool:
    """Whether a message of this logger is about our addons."""
    return logger.startswith("odoo.addons.scn_") or OURS.search(text) is not None


def entries(lines: Iterable[str]) -> Iterator[Entry]:
    """The entries of a log; lines before the first entry count as one of level WARNING."""
    current: Entry | None = None
    for raw in lines:
        line = raw.rstrip("\n")
        match = LINE.match(line)
        if match:
            if current is not None:
                yield current
            current = Entry(match["level"], match["logger"], line)
        elif current is not None:
            current.text += "\n" + line
        elif line.strip():
            current = Entry("WARNING", "standard error", line)
    if current is not None:
        yield current


def unwanted_at_installation(lines: Iterable[str]) -> list[Entry]:
    """Warnings and errors of an installation that are not on the reviewed list."""
    return [
        entry
        for entry in entries(lines)
        if entry.bad
        and not (
            any(allowed.search(entry.text) for allowed in INSTALLATION_MAY_LOG)
            and not entry.logger.startswith("odoo.addons.scn_")
        )
    ]


def bad_about_us(lines: Iterable[str]) -> list[Entry]:
    """Warnings and errors about our addons."""
    return [entry for entry in entries(lines) if entry.bad and entry.about_us]
