"""`pip install .` gives the command, without Odoo and without the platform."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from scripts.platform.cache_folder import CHECKOUT


def test_a_user_installs_the_command_alone(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    assert run(sys.executable, "-m", "venv", "own").returncode == 0
    python, command = (str(tmp_path / "own" / "bin" / name) for name in ("python", "scn-sync"))
    installed = run(python, "-m", "pip", "install", "--no-input", str(CHECKOUT))
    assert installed.returncode == 0, installed.stderr
    version = run(command, "--version")
    assert version.stdout.strip() == "scn-sync, version 0.1.0"
    for missing in ("odoo", "scripts.platform", "scn_sync.platform"):
        assert "ModuleNotFoundError" in run(python, "-c", f"import {missing}").stderr
