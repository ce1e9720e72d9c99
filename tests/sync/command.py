"""Runs ``scn-sync`` in a process of its own, as a user or a timer does."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
_START = f"import sys; sys.path.append({str(SCRIPTS)!r}); from scn_sync.cli import main; main()"
# each run has a journal of its own unless a test names a state folder
_STATES = tempfile.TemporaryDirectory(prefix="scn-sync-tests-")
_WITHOUT_ODOO = "import sys; sys.modules['odoo'] = None; "


@dataclass(frozen=True)
class Outcome:
    """What a run left behind."""

    code: int
    stdout: str
    stderr: str

    @property
    def result(self) -> dict[str, Any]:
        """The JSON result on standard output."""
        answer: dict[str, Any] = json.loads(self.stdout)
        return answer

    @property
    def sentence(self) -> str:
        """Standard error with its lines joined, for looking up a sentence."""
        return " ".join(self.stderr.split())


def environment(**settings: str) -> dict[str, str]:
    """An environment without the settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCN_SYNC_")}
    kept["XDG_CONFIG_HOME"] = os.devnull
    kept["XDG_STATE_HOME"] = tempfile.mkdtemp(dir=_STATES.name)
    return {**kept, **{f"SCN_SYNC_{name.upper()}": value for name, value in settings.items()}}


def scn_sync(*arguments: str | Path, timeout: float = 120, **settings: str) -> Outcome:
    """Run the command with settings from the environment, without Odoo being importable."""
    process = subprocess.run(
        [sys.executable, "-c", _WITHOUT_ODOO + _START, *map(str, arguments)],
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Outcome(process.returncode, process.stdout, process.stderr)
