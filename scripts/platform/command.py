"""Running another program: its output kept in a log file, its failure told in one sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .console import Step, last_lines
from .failure import PlatformError


def run_logged(
    command: Sequence[str],
    log: Path,
    *,
    running: Step | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    what: str = "",
) -> None:
    """Run a program with its output appended to `log`; each line is the step's note.

    Raises PlatformError with the last lines of the output when it ends with another code than 0.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8", errors="replace") as output:
        output.write(f"$ {' '.join(command)}\n")
        output.flush()
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=None if environment is None else dict(environment),
            cwd=folder,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        assert process.stdout is not None
        try:
            for line in process.stdout:
                output.write(line)
                output.flush()
                if running is not None:
                    running.note(line)
        except BaseException:
            process.terminate()
            raise
        finally:
            process.stdout.close()
            code = process.wait()
    if code:
        raise PlatformError(
            f"{what or command[0]} failed (exit code {code}); the whole output is in {log}:\n"
            + last_lines(log)
        )


def output_of(
    command: Sequence[str],
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str | None:
    """What a program prints, stripped; None when it is missing or fails."""
    if shutil.which(command[0]) is None:
        return None
    result = subprocess.run(
        list(command),
        cwd=folder,
        env=None if environment is None else dict(environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return result.stdout.strip() if result.returncode == 0 else None


def as_administrator() -> list[str] | None:
    """The prefix that runs a command as root: nothing for root, `sudo -n`, or None: may not."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and output_of(["sudo", "-n", "true"]) is not None:
        return ["sudo", "-n"]
    return None
