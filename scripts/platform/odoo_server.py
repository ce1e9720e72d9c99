"""A real Odoo server on a free port of this machine, and one-off code in Odoo's shell."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from .console import last_lines
from .failure import PlatformError
from .prepared import Platform
from .process_register import forget, remember

START_SECONDS = 120
STOP_SECONDS = 20
SHELL_SECONDS = 600
ANSWER = "answer-of-the-shell:"


def free_port(preferred: int = 0) -> int:
    """A port of 127.0.0.1 that nobody listens on, the preferred one when it is free."""
    for port in (preferred, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise PlatformError("This machine gives no free port on 127.0.0.1.")


class OdooServer:
    """An Odoo server process that serves one database."""

    def __init__(
        self,
        platform: Platform,
        database: str,
        log_path: Path,
        *,
        port: int = 0,
        cron_threads: int = 0,
        options: tuple[str, ...] = (),
    ) -> None:
        self.platform = platform
        self.database = database
        self.log_path = log_path
        self.port = port or free_port()
        self._cron_threads = cron_threads
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The server's address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The process id while the server runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start the server and wait until it answers; PlatformError with its log if it dies."""
        if self.pid is not None:
            return
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        command = self.platform.odoo_command(
            "server",
            f"--database={self.database}",
            f"--db-filter=^{self.database}$",
            "--no-database-list",
            "--http-interface=127.0.0.1",
            f"--http-port={self.port}",
            "--limit-time-real=0",
            "--limit-time-cpu=0",
            f"--max-cron-threads={self._cron_threads}",
            *self._options,
        )
        with self.log_path.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self.platform.environment(),
                start_new_session=True,
            )
        remember(self.database, self._process.pid)
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Ask the server to stop and wait; it is killed when it takes too long."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()
        self._process = None
        forget(self.database)

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            forget(self.database)

    def wait(self) -> int:
        """Wait until the server ends by itself; its exit code."""
        assert self._process is not None
        return self._process.wait()

    def _wait_until_it_answers(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while True:
            if self._process.poll() is not None:
                raise PlatformError(
                    f"Odoo ended while starting (exit code {self._process.returncode}):\n"
                    + last_lines(self.log_path)
                )
            if self._answers("/web/health") and self._answers("/web/login"):
                return
            if time.monotonic() > deadline:
                raise PlatformError(
                    f"Odoo does not answer after {START_SECONDS} seconds:\n"
                    + last_lines(self.log_path)
                )
            time.sleep(0.2)

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=START_SECONDS) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False


def run_in_shell(platform: Platform, database: str, code: str) -> Any:
    """Run Python code in Odoo's shell (`env` is the superuser's) and return its `answer`.

    The code may set `answer` to anything JSON can carry; it commits itself (`env.cr.commit()`).
    Raises PlatformError with the end of the output when the code fails.
    """
    script = (
        f"answer = None\n{code}\n"
        f"import json as _json\nprint({ANSWER!r} + _json.dumps(answer, default=str))\n"
    )
    result = subprocess.run(
        platform.odoo_command("shell", f"--database={database}", "--no-http", "--log-level=warn"),
        input=script,
        capture_output=True,
        text=True,
        check=False,
        timeout=SHELL_SECONDS,
        env=platform.environment(),
    )
    for line in reversed(result.stdout.splitlines()):
        if line.startswith(ANSWER):
            return json.loads(line[len(ANSWER) :])
    tail = "\n".join((result.stdout + result.stderr).strip().splitlines()[-15:])
    raise PlatformError(f"Code in Odoo's shell failed:\n{tail}")
