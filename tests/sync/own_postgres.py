"""A PostgreSQL server of a test's own, with a copy of the template database, that may be stopped and killed."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from scripts.platform.postgres import DATABASE_USER, Postgres, _programs, _start
from scripts.platform.prepared import Platform

DATABASE = "faults"


@dataclass
class OwnPostgres:
    """The server's folder, and the platform that uses it."""

    folder: Path
    platform: Platform

    @property
    def _pid_file(self) -> Path:
        return self.folder / "data" / "postmaster.pid"

    def restart(self, how: signal.Signals) -> None:
        """Stop by SIGINT (fast: sessions are ended) or SIGQUIT (immediate: as after a crash), and start again."""
        self.stop(how)
        _start(self.folder, self.folder / "data", self.platform.postgres.variables)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server and wait until it is gone."""
        if not self._pid_file.exists():
            return
        pid = int(self._pid_file.read_text().split("\n", 1)[0])
        os.kill(pid, how)
        deadline = time.monotonic() + 30
        while Path(f"/proc/{pid}").exists() and self._is_alive(pid):
            assert time.monotonic() < deadline, "PostgreSQL does not stop"
            time.sleep(0.05)
        self._pid_file.unlink(missing_ok=True)

    def _is_alive(self, pid: int) -> bool:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        return state != "Z"


@contextmanager
def own_postgres(platform: Platform, template: str) -> Iterator[OwnPostgres]:
    """Run a server with a copy of ``template`` named ``faults`` while the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="scn-pg-"))
    variables = {"PGHOST": str(folder), "PGUSER": DATABASE_USER}
    mine = replace(platform, postgres=Postgres(variables, "", True))
    server = OwnPostgres(folder, mine)
    try:
        _start(folder, folder / "data", variables)
        programs = _programs()
        environment = {"PATH": os.environ["PATH"]}
        dump = subprocess.Popen(
            [programs / "pg_dump", "-Fc", "-Z0", template],
            env={**environment, **platform.postgres.variables},
            stdout=subprocess.PIPE,
        )
        own = {**environment, **variables}
        subprocess.run([programs / "createdb", DATABASE], env=own, check=True)
        subprocess.run(
            [programs / "pg_restore", "--no-owner", "-d", DATABASE],
            stdin=dump.stdout,
            env=own,
            check=True,
        )
        assert dump.wait() == 0
        # a server that is killed keeps what it has acknowledged only with this
        setting = f"ALTER DATABASE {DATABASE} SET synchronous_commit = on"
        subprocess.run([programs / "psql", "-qc", setting, DATABASE], env=own, check=True)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
