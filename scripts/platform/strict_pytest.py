"""A pytest plugin that makes a test run strict.

* A warning or error that our addons log, or that Odoo logs about them, fails the test in which it
  is logged; outside a test it fails the run. A test that expects one asserts it (`assertLogs`,
  `mute_logger`), which keeps it from here.
* A skipped test fails the run: what cannot be tested here is not tested.
"""

from __future__ import annotations

import logging
from collections.abc import Generator

import pytest

from .log_reading import about_us


class WarningKeeper(logging.Handler):
    """Keeps what is logged about our addons until it is collected."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record when it is about our addons."""
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text += f" ({record.exc_info[0]}: {record.exc_info[1]})"
        if about_us(record.name, text) or "/addons/scn_" in record.pathname:
            self._kept.append(f"{record.levelname} {record.name}: {text}")

    def collect(self) -> list[str]:
        """What was kept since the last call."""
        kept, self._kept = self._kept, []
        return kept


class StrictRun:
    """The hooks of one test run."""

    def __init__(self) -> None:
        self.keeper = WarningKeeper()
        self.outside_tests: list[str] = []
        self.skipped: list[str] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Fail the test in which something was logged about us."""
        self.outside_tests += self.keeper.collect()
        try:
            result = yield
        except BaseException:
            # the failure is reported; what was logged on the way belongs to it
            self.keeper.collect()
            raise
        logged = self.keeper.collect()
        if logged:
            pytest.fail("warnings logged about our addons:\n" + "\n".join(logged), pytrace=False)
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what was skipped (an expected failure counts: it is not a pass)."""
        if report.skipped:
            self.skipped.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that skips itself is skipped tests."""
        if report.skipped:
            self.skipped.append(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail the run for what belongs to no test."""
        self.outside_tests += self.keeper.collect()
        if (self.outside_tests or self.skipped) and session.exitstatus in (0, 5):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say why a run without failed tests failed."""
        for line in self.outside_tests:
            terminalreporter.write_line(f"FAILED: logged outside a test: {line}", red=True)
        for nodeid in self.skipped:
            terminalreporter.write_line(f"FAILED: skipped, which is no pass: {nodeid}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Watch the log from the start of the run."""
    run = StrictRun()
    logging.getLogger().addHandler(run.keeper)
    config.pluginmanager.register(run, "scn-strict-run")
