"""Whole-system tests: real databases, real Odoo servers, real HTTP.

Fixtures: `platform` (Odoo and PostgreSQL), `fresh_database` (a clone of the template),
`odoo_server` (a server on a fresh clone, one per module), `new_odoo_server` (as many as a test
needs), `rounds` (how often a race, fault or fuzz test repeats).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from scripts.platform.cache_folder import subfolder
from scripts.platform.prepared import Platform, ready_platform
from scripts.platform.template_database import clone, drop, fresh_name
from scripts.platform.test_run import PURPOSE, TEMPLATE_VARIABLE
from scripts.platform.test_server import ServerUnderTest

# How fast this machine is decides no test.
settings.register_profile(
    "any_machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any_machine")


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """Odoo and PostgreSQL as `make test` prepared them."""
    if TEMPLATE_VARIABLE not in os.environ:
        pytest.fail("start the tests with “make test”, a part with “make test ARGS='-k name'”")
    with ready_platform() as ready:
        yield ready


@pytest.fixture(scope="session")
def template() -> str:
    """The name of the template database with our addons and demo data."""
    return os.environ[TEMPLATE_VARIABLE]


@pytest.fixture
def fresh_database(platform: Platform, template: str) -> Iterator[str]:
    """The name of a new clone of the template, dropped after the test."""
    name = fresh_name(PURPOSE)
    clone(platform, template, name)
    yield name
    drop(platform, name)


@pytest.fixture(scope="module")
def new_odoo_server(platform: Platform, template: str) -> Iterator[Callable[..., ServerUnderTest]]:
    """Start a server on a fresh clone: `new_odoo_server(cron_threads=0, options=())`.

    After the module every server is stopped, and its log may hold no warning about our addons
    beyond those the test allowed with `allow_log`.
    """
    servers: list[ServerUnderTest] = []

    def start(*, cron_threads: int = 0, options: tuple[str, ...] = ()) -> ServerUnderTest:
        name = fresh_name(PURPOSE)
        clone(platform, template, name)
        log = subfolder("logs", "servers") / f"{name}.log"
        server = ServerUnderTest(platform, name, log, cron_threads=cron_threads, options=options)
        servers.append(server)
        server.start()
        return server

    yield start
    unwanted: list[str] = []
    for server in servers:
        server.stop()
        unwanted += server.unwanted_log()
        drop(platform, server.database)
    assert not unwanted, "warnings about our addons in the server's log:\n" + "\n".join(unwanted)
    for server in servers:
        server.log_path.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def odoo_server(new_odoo_server: Callable[..., ServerUnderTest]) -> ServerUnderTest:
    """A running server on a fresh clone, shared by the tests of a module."""
    return new_odoo_server()


@pytest.fixture(scope="session")
def rounds() -> Callable[[int, int], int]:
    """How often to repeat: `rounds(few, full)` is `few`, in `make soak` it is `full`."""
    return lambda few, full: full if os.environ.get("SCN_SOAK") == "1" else few


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder of this checkout."""
    return Path(__file__).resolve().parents[1]
