"""A real server: started, looked into, killed, restarted, and its orphans stopped."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
import xmlrpc.client
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.platform.cache_folder import CHECKOUT, subfolder
from scripts.platform.failure import PlatformError
from scripts.platform.odoo_server import free_port
from scripts.platform.process_register import is_alive, stop_orphans
from scripts.platform.test_server import ServerUnderTest


def test_a_server_answers_on_its_own_database(odoo_server: ServerUnderTest) -> None:
    assert urllib.request.urlopen(f"{odoo_server.url}/web/health").status == 200
    count = odoo_server.sql("SELECT count(*) FROM res_partner WHERE id > %s", [0])[0][0]
    assert (
        odoo_server.shell(
            "answer = env['res.partner'].with_context(active_test=False).search_count([])"
        )
        == count
    )


def test_code_that_fails_in_the_shell_is_told(odoo_server: ServerUnderTest) -> None:
    with pytest.raises(PlatformError, match="ZeroDivisionError"):
        odoo_server.shell("1 / 0")


def test_an_api_key_by_login_and_by_xml_id(odoo_server: ServerUnderTest) -> None:
    for user in ("admin", "base.user_admin"):
        key = odoo_server.api_key(user, days=1)
        common = xmlrpc.client.ServerProxy(f"{odoo_server.url}/xmlrpc/2/common")
        assert common.authenticate(odoo_server.database, "admin", key, {})


def test_a_killed_server_is_gone_and_comes_back(odoo_server: ServerUnderTest) -> None:
    pid = odoo_server.pid
    assert pid is not None
    odoo_server.kill()
    assert not is_alive(pid)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{odoo_server.url}/web/health")
    odoo_server.restart()
    assert urllib.request.urlopen(f"{odoo_server.url}/web/health").status == 200


def test_a_server_that_cannot_start_says_why(
    new_odoo_server: Callable[..., ServerUnderTest],
) -> None:
    with pytest.raises(PlatformError, match=r"(?s)ended while starting .*no such option"):
        new_odoo_server(options=("--no-such-option",))


def test_a_preferred_port_is_taken_only_when_free() -> None:
    taken = free_port()
    assert free_port(taken) == taken


def test_a_server_whose_owner_was_killed_is_stopped() -> None:
    name = "sharing_orphan"
    orphan = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)", f"--database={name}"], cwd=CHECKOUT
    )
    note = subfolder("servers") / name
    note.write_text(f"{orphan.pid} {2**22 + 1}\n", encoding="utf-8")
    try:
        deadline = time.monotonic() + 10
        while f"--database={name}" not in _command_line(orphan.pid):
            assert time.monotonic() < deadline
        stop_orphans()
        assert orphan.wait(10) < 0
        assert not note.exists()
    finally:
        orphan.kill()


def _command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
