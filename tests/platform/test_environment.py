"""Old Python environments go, but never one that something still runs from."""

import shutil
import subprocess
from pathlib import Path

from scripts.platform.environment import runs_from


def test_an_environment_that_a_program_runs_from_is_in_use(tmp_path: Path) -> None:
    """PostgreSQL is shared by all runs and lives in one environment: that one has to stay."""
    folder = tmp_path / "environment"
    folder.mkdir()
    sleeper = Path(shutil.copy2(shutil.which("sleep") or "/bin/sleep", folder / "sleep"))
    assert not runs_from(folder)
    process = subprocess.Popen([str(sleeper), "60"])
    try:
        assert runs_from(folder)
        assert not runs_from(tmp_path / "another")
    finally:
        process.kill()
        process.wait()
    assert not runs_from(folder)
