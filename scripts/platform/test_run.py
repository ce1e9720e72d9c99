"""The test run: the addons' Odoo tests and `tests/`, on databases cloned from the template.

The whole run is divided into lanes (folders and files of tests), as many at once as there are
processors. A lane has its own database, and its output is printed when it has ended, in one piece.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest

from .browser import require_browser, require_pdf_printer
from .cache_folder import CHECKOUT, subfolder
from .console import say, step
from .mail_server import require_dovecot
from .prepared import Platform, ready_platform
from .template_database import clone, drop, fresh_name, prepared_template, remove_leftovers

TEMPLATE_VARIABLE = "SCN_TEST_TEMPLATE"
PURPOSE = "test"
# Parts of tests/ in which each file is a lane of its own, because files take minutes; others are one lane.
FILE_BY_FILE = ("system", "sync")
WHOLE_FOLDERS = ("platform",)


def run_tests(options: list[str]) -> int:
    """Run the tests (`options` are pytest's); pytest's exit code.

    Options that name files or folders of this checkout run as one pytest, whose output is shown as
    it comes; otherwise the whole run is divided into lanes.
    """
    require_browser()
    require_pdf_printer()
    require_dovecot()
    with ready_platform() as platform:
        say(f"· Odoo {platform.odoo.version}; {platform.postgres.version}")
        template = prepared_template(platform)
        remove_leftovers(platform, PURPOSE)
        run = TestRun(platform, template, options)
        try:
            if any((CHECKOUT / option.split("::")[0]).exists() for option in options):
                return run.one([])
            return run.lanes(lanes_of(platform))
        finally:
            run.stop()
            remove_leftovers(platform, PURPOSE)


@dataclass
class TestRun:
    """The pytest processes of one run."""

    __test__ = False

    platform: Platform
    template: str
    options: list[str]
    _running: set[subprocess.Popen[bytes]] = field(default_factory=set)
    _printing: threading.Lock = field(default_factory=threading.Lock)

    def one(self, paths: list[Path]) -> int:
        """Run pytest on `paths` with its output shown as it comes; its exit code."""
        with self._database() as database:
            process = self._start(database, paths)
            try:
                return process.wait()
            except KeyboardInterrupt:
                # pytest heard Ctrl-C too when it came from the terminal; it ends its own servers
                process.terminate()
                process.wait()
                raise

    def lanes(self, lanes: list[Path]) -> int:
        """Run one pytest per lane, as many at once as there are processors; the exit code.

        A lane in which the options select nothing is no failure, a run in which they do is.
        """
        workers = min(os.cpu_count() or 1, len(lanes))
        with (
            step(f"running {len(lanes)} lanes of tests, {workers} at once"),
            ThreadPoolExecutor(workers) as pool,
        ):
            try:
                codes = list(pool.map(self._lane, lanes))
            except BaseException:
                # no lane that waits may begin when the running ones are ended
                pool.shutdown(wait=False, cancel_futures=True)
                self.stop()
                raise
        return overall_code(codes)

    def stop(self) -> None:
        """End the processes that still run; nothing happens when there are none."""
        for process in list(self._running):
            process.terminate()
            process.wait()

    def _lane(self, lane: Path) -> int:
        name = str(lane.relative_to(CHECKOUT))
        log = subfolder("logs", "tests") / f"{name.replace('/', '-')}-{os.getpid()}.log"
        with self._database() as database, log.open("wb") as output:
            process = self._start(database, [lane], output)
            code = process.wait()
            self._running.discard(process)
        with self._printing:
            print(f"==== {name} (exit code {code})", flush=True)
            sys.stdout.write(log.read_text(encoding="utf-8", errors="replace"))
            sys.stdout.flush()
        log.unlink()
        return code

    def _start(
        self, database: str, paths: list[Path], output: IO[bytes] | None = None
    ) -> subprocess.Popen[bytes]:
        """Begin a pytest; without `output` it writes where this process writes."""
        environment = self.platform.environment()
        environment[TEMPLATE_VARIABLE] = self.template
        process = subprocess.Popen(
            [*pytest_command(self.platform, database, list(map(str, paths))), *self.options],
            env=environment,
            cwd=CHECKOUT,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
        )
        self._running.add(process)
        return process

    @contextlib.contextmanager
    def _database(self) -> Iterator[str]:
        """A clone of the template for one pytest, dropped after it."""
        database = fresh_name(PURPOSE)
        clone(self.platform, self.template, database)
        try:
            yield database
        finally:
            drop(self.platform, database)


def overall_code(codes: list[int]) -> int:
    """The exit code of a run from those of its lanes.

    The worst decides; that a lane's options select nothing counts only when they never do.
    """
    nothing_selected = int(pytest.ExitCode.NO_TESTS_COLLECTED)
    failed = [code for code in codes if code not in (0, nothing_selected)]
    if failed:
        return max(1, *failed)
    return 0 if 0 in codes else nothing_selected


def pytest_command(platform: Platform, database: str, paths: list[str]) -> list[str]:
    """The command line of pytest for tests in `paths` on `database`."""
    extra = [option.removeprefix("--") for option in platform.odoo_options()]
    extra += [
        f"db-filter=^{database}$",
        "http-interface=127.0.0.1",
        "max-cron-threads=0",
        f"screenshots={subfolder('logs', 'screenshots')}",
    ]
    return [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "scripts.platform.strict_pytest",
        f"--odoo-database={database}",
        "--odoo-http",
        "--odoo-log-level=warn",
        *(f"--odoo-extra={option}" for option in extra),
        *paths,
    ]


def lanes_of(platform: Platform) -> list[Path]:
    """The lanes of the whole run: each addon's tests, then the whole-system tests.

    The largest files come first: a long lane that begins last would run alone.

    Raises RuntimeError when a test file of `tests/` would be in no lane.
    """
    tests = CHECKOUT / "tests"
    found = set(tests.rglob("test_*.py"))
    folders = [tests / name for name in WHOLE_FOLDERS]
    files = [path for path in found if path.parent in {tests / name for name in FILE_BY_FILE}]
    if unknown := {path.parent for path in found.difference(files)} - set(folders):
        raise RuntimeError(f"in no lane of the test run: {', '.join(map(str, sorted(unknown)))}")
    files.sort(key=lambda path: (-path.stat().st_size, path))
    addons = [addon.folder / "tests" for addon in platform.addons]
    return [*(folder for folder in addons if folder.is_dir()), *files, *folders]


def in_test_run() -> bool:
    """Whether this process is part of a run started by `make test`."""
    return TEMPLATE_VARIABLE in os.environ
