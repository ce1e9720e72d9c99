"""Deletes what is past its retention date: runs with their outcomes, dead letters, plans."""

import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from scn_sync.journal import Journal, Purged
from scn_sync.state_folder import StateFolder


def purge_expired(folder: StateFolder, journal: Journal, now: datetime | None = None) -> Purged:
    """Delete what is too old, in the journal and among the plans that lie in the state folder."""
    moment = now or datetime.now(timezone.utc)
    plans = 0
    for path in sorted(folder.plans.glob("*.jsonl")):
        if _keep_until(path) <= f"{moment:%Y-%m-%dT%H:%M:%SZ}":
            path.unlink(missing_ok=True)
            plans += 1
    return replace(journal.purge(moment), plans=plans)


def _keep_until(path: Path) -> str:
    """Return the retention date in a plan's first line; a file without one is no plan of ours and stays."""
    try:
        with path.open(encoding="utf-8") as lines:
            head = json.loads(lines.readline(10_000))
        return str(head["keep_until"])
    except (OSError, ValueError, KeyError, TypeError):
        return "9999"
