"""The demo as a newcomer runs it: once from the template, once more with what is there."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest

from scripts.platform.cache_folder import CHECKOUT, remove_tree, subfolder
from scripts.platform.demo import demo_folder
from scripts.platform.environment import INSIDE, USER_PATH
from scripts.platform.odoo_server import free_port
from scripts.platform.prepared import Platform
from scripts.platform.template_database import drop, exists, fresh_name

READY_SECONDS = 20


@pytest.fixture(scope="module")
def demo_database(platform: Platform, template: str) -> Iterator[str]:
    """The name for a demo of our own: the user's is left alone."""
    name = fresh_name("test")
    yield name
    drop(platform, name)
    remove_tree(subfolder("demo", name))


def start_demo(database: str, *options: str) -> subprocess.Popen[str]:
    """Start `make demo` as a newcomer's shell would."""
    environment = {key: value for key, value in os.environ.items() if key != INSIDE}
    environment["PYTHONPATH"] = environment.get(USER_PATH, "")
    command = [sys.executable, "-m", "scripts.platform", "demo", f"--database={database}"]
    return subprocess.Popen(
        [*command, *options],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_demo_runs_and_runs_again_without_changing_anything(
    platform: Platform, demo_database: str
) -> None:
    for turn in (1, 2):
        started = time.monotonic()
        output, progress = start_demo(demo_database, "--once", "--port=0").communicate(timeout=600)
        seconds = time.monotonic() - started
        assert "messages read" in progress, progress
        assert platform.odoo.version in progress
        if turn == 1:
            assert "sign-ups were written" in progress
        else:
            assert "zero writes" in progress
            assert "is used again" in progress
            assert seconds < READY_SECONDS
        for words in ("http://127.0.0.1:", "administrator", "admin", "manager", "officer"):
            assert words in output
    with platform.postgres.connect(demo_database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM scn_signup")
        assert cursor.fetchone()[0] >= 40
    key_file = demo_folder(demo_database) / "sync-bot-key.json"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_ctrl_c_stops_what_the_demo_started(platform: Platform, demo_database: str) -> None:
    port = free_port()
    process = start_demo(demo_database, f"--port={port}")
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "administrator" in line:
            break
    assert urllib.request.urlopen(f"http://127.0.0.1:{port}/web/health").status == 200
    process.send_signal(signal.SIGINT)
    _output, progress = process.communicate(timeout=60)
    assert process.returncode == 0, progress
    assert free_port(port) == port
    assert not (subfolder("servers") / demo_database).exists()
    # the test run still uses PostgreSQL: the demo did not take it away
    assert exists(platform, demo_database)


def test_a_second_demo_at_the_same_time_is_refused(demo_database: str) -> None:
    from scripts.platform.cache_folder import exclusive

    with exclusive(demo_database):
        process = start_demo(demo_database, "--once", "--port=0")
        _output, progress = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "A demo is already running here: stop it with Ctrl-C first." in progress
