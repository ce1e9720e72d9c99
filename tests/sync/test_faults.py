"""What goes wrong on the way, in the server, in its database and in the command itself: nothing lost, nothing twice.

Every test compares with an undisturbed run: the same statuses (so each answer is the first one), one sign-up for
each message, and a bounded time.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from scn_sync import sample
from scn_sync.exit_codes import ExitCode

from scripts.platform.failure import PlatformError
from scripts.platform.prepared import Platform
from scripts.platform.test_server import ServerUnderTest

from .bot import Bot, conserved, new_bot
from .command import SCRIPTS, Outcome, environment
from .faulty_proxy import Harm, faulty_proxy
from .own_postgres import DATABASE, OwnPostgres, own_postgres

MAILBOX = Path(sample.__file__).parent / "sample.mbox"
START = f"import sys; sys.path.append({str(SCRIPTS)!r}); from scn_sync.cli import main; main()"
BOUND = 90.0


@pytest.fixture(scope="module")
def bot(odoo_server: Any) -> Bot:
    return new_bot(odoo_server)


@pytest.fixture(params=["xml-rpc", "json-2"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def undisturbed(bot: Bot) -> dict[str, int]:
    """The counts of a run to which nothing happens."""
    outcome = bot.run("import", "--json", "--source", "undisturbed", MAILBOX)
    assert outcome.code == ExitCode.OK, outcome.stderr
    return dict(outcome.result["counts"])


def is_batch(body: bytes) -> bool:
    """Tell whether a request hands over sign-ups, on either transport."""
    return b"records" in body


def check(outcome: Outcome, undisturbed: dict[str, int], bot: Bot, source: str) -> None:
    """One sign-up for each message, and the statuses of the first answers."""
    assert outcome.code == ExitCode.OK, outcome.stderr
    assert outcome.result["counts"] == undisturbed
    assert conserved(outcome.result)
    stored = [row[0] for row in bot.stored(source)]
    assert len(stored) == len(set(stored)) == undisturbed["created"] + undisturbed["review"]


@pytest.mark.parametrize("harm", ["cut_answer", "no_answer", "half_request", "stall"])
def test_every_call_is_harmed_once(
    bot: Bot,
    undisturbed: dict[str, int],
    transport: str,
    harm: Harm,
    tmp_path: Path,
    rounds: Callable[[int, int], int],
) -> None:
    """The answer of call k is cut, for every k; the other harms for every k in `make soak`, here for two."""
    with faulty_proxy(bot.server.url) as proxy:
        source = f"{harm}-{transport}-calm".replace("_", "-")
        arguments = ("import", "--json", "--batch-size", "20", "--source", source, MAILBOX)
        calm = bot.run(*arguments, url=proxy.url, transport=transport)
        check(calm, undisturbed, bot, source)
    calls = len(proxy.requests)
    assert calls >= 5
    for number in range(1, calls + 1):
        if harm != "cut_answer" and number not in (3, 5) and rounds(0, 1) == 0:
            continue
        source = f"{harm}-{transport}-{number}".replace("_", "-")

        def when(call: int, _body: bytes, chosen: int = number) -> Harm:
            return harm if call == chosen else None

        places = {"before": when} if harm == "half_request" else {"after": when}
        state = str(tmp_path / f"{number}")
        arguments = ("import", "--json", "--batch-size", "20", "--source", source, MAILBOX)
        started = time.monotonic()
        changes = {"transport": transport, "state_folder": state}
        if harm == "stall":
            changes["read_timeout"] = "3"
        with faulty_proxy(bot.server.url, stall=4.0, **places) as proxy:
            changes["url"] = proxy.url
            outcome = bot.run(*arguments, **changes)
            assert proxy.harmed == 1, f"call {number} was not made"
            if outcome.code == ExitCode.SERVER_DOWN:
                # who is there is asked only once: run it again
                assert not any(is_batch(body) for body in proxy.requests[:number])
                outcome = bot.run(*arguments, **changes)
        assert time.monotonic() - started < BOUND
        check(outcome, undisturbed, bot, source)


def _start_import(bot: Bot, source: str, url: str, state: Path, size: str = "8") -> Any:
    arguments = ["import", "--json", "--batch-size", size, "--source", source, str(MAILBOX)]
    return subprocess.Popen(
        [sys.executable, "-c", START, *arguments],
        env=environment(
            url=url,
            database=bot.server.database,
            login=bot.login,
            api_key=bot.key,
            state_folder=str(state),
            attempts="12",
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _resumed(bot: Bot, source: str, state: Path) -> Outcome:
    arguments = ("import", "--json", "--batch-size", "8", "--source", source, MAILBOX)
    return bot.run(*arguments, state_folder=str(state))


def _killed_at(bot: Bot, source: str, state: Path, batch: int, acted: bool) -> None:
    """Kill the command at its call number ``batch`` of sign-ups, before or after the server has acted on it."""
    box: dict[str, Any] = {}
    seen = {"before": 0, "after": 0}
    chosen = "after" if acted else "before"

    def kill(place: str, body: bytes) -> Harm:
        seen[place] += is_batch(body)
        if place != chosen or not is_batch(body) or seen[place] != batch:
            return None
        box["process"].kill()
        box["process"].wait()
        return "no_answer"

    with faulty_proxy(
        bot.server.url,
        before=lambda _number, body: kill("before", body),
        after=lambda _number, body: kill("after", body),
    ) as proxy:
        box["process"] = process = _start_import(bot, source, proxy.url, state)
        process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, f"the command ended by itself ({batch}, {acted})"


@pytest.mark.parametrize("acted", [False, True], ids=["before", "after"])
def test_a_killed_command_goes_on_where_it_stopped(
    bot: Bot, undisturbed: dict[str, int], acted: bool, tmp_path: Path
) -> None:
    """`kill -9` at 20 points: before and after each of ten batches."""
    for batch in range(1, 11):
        source = f"killed-{'after' if acted else 'before'}-{batch}"
        state = tmp_path / source
        _killed_at(bot, source, state, batch, acted)
        outcome = _resumed(bot, source, state)
        assert outcome.result["resumed"]
        check(outcome, undisturbed, bot, source)
        if batch in (1, 10):
            again = _resumed(bot, source, state)
            assert again.result["zero_writes"] and not again.result["resumed"]


def test_control_without_the_journal_the_first_answers_are_lost(
    bot: Bot, undisturbed: dict[str, int], tmp_path: Path
) -> None:
    _killed_at(bot, "control", tmp_path / "one", 3, acted=True)
    outcome = _resumed(bot, "control", tmp_path / "another")
    assert outcome.result["counts"] != undisturbed
    assert conserved(outcome.result)  # and yet nothing is doubled: the message's id is unique
    ids = [row[0] for row in bot.stored("control")]
    assert len(ids) == len(set(ids)) == undisturbed["created"] + undisturbed["review"]


def test_a_command_killed_at_any_moment_loses_nothing(
    bot: Bot, undisturbed: dict[str, int], tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    chance = random.Random(7)
    for number in range(rounds(5, 60)):
        source = f"moment-{number}"
        state = tmp_path / source
        process = _start_import(bot, source, bot.server.url, state)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=chance.uniform(0.4, 3.0))
        process.kill()
        process.communicate()
        outcome = _resumed(bot, source, state)
        if process.returncode == 0:
            assert outcome.result["zero_writes"]
            continue
        check(outcome, undisturbed, bot, source)


# -- the server's database and workers ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own(platform: Platform, template: str) -> Iterator[OwnPostgres]:
    with own_postgres(platform, template) as server:
        yield server


@pytest.fixture(scope="module")
def fragile(own: OwnPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """A server with worker processes on a PostgreSQL of its own."""
    log = tmp_path_factory.mktemp("fragile") / "odoo.log"
    # with worker processes a limit of 0 seconds ends every worker at once
    limits = ("--limit-time-real=600", "--limit-time-cpu=600")
    server = ServerUnderTest(own.platform, DATABASE, log, options=("--workers=2", *limits))
    server.start()
    try:
        bot = new_bot(server)
        with _kept_running(server):
            yield bot
    finally:
        server.stop()


@contextlib.contextmanager
def _kept_running(server: ServerUnderTest) -> Iterator[None]:
    """Start the server again when it ends, as a service manager does.

    Odoo's own master process ends when it looks at its database in the moment the database is away.
    """
    over = threading.Event()

    def look_after() -> None:
        while not over.wait(0.2):
            if server.pid is None:
                # the database may still be away
                with contextlib.suppress(PlatformError):
                    server.start()

    keeper = threading.Thread(target=look_after)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
def test_postgresql_is_restarted_in_mid_run(
    own: OwnPostgres,
    fragile: Bot,
    undisturbed: dict[str, int],
    how: signal.Signals,
    transport: str,
    tmp_path: Path,
) -> None:
    """The third batch hangs on a lock when the database goes away under it."""
    source = f"postgres-{how.name.lower()}-{transport}"
    outcome = _with_a_batch_in_the_air(
        fragile, source, tmp_path, lambda: own.restart(how), transport
    )
    check(outcome, undisturbed, fragile, source)


def test_an_odoo_worker_is_killed_in_mid_run(
    fragile: Bot, undisturbed: dict[str, int], tmp_path: Path, transport: str
) -> None:
    source = f"worker-{transport}"
    killed: list[int] = []

    def kill_workers() -> None:
        for pid in _children(fragile.server.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    outcome = _with_a_batch_in_the_air(fragile, source, tmp_path, kill_workers, transport)
    assert len(killed) >= 2
    check(outcome, undisturbed, fragile, source)


def test_control_without_repetition_the_run_ends(fragile: Bot, tmp_path: Path) -> None:
    """What saves the runs above is that the batch is sent again under its key."""

    def kill_workers() -> None:
        for pid in _children(fragile.server.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    arguments = (fragile, "once", tmp_path, kill_workers, "xml-rpc")
    assert _with_a_batch_in_the_air(*arguments, attempts=1).code == ExitCode.SERVER_DOWN


def _with_a_batch_in_the_air(
    bot: Bot,
    source: str,
    folder: Path,
    disturb: Callable[[], None],
    transport: str,
    attempts: int = 12,
) -> Outcome:
    """Import while the inbox's table is locked from the third batch on, until ``disturb`` has been called."""
    batches = 0
    disturbed = threading.Event()

    def before(_number: int, body: bytes) -> Harm:
        nonlocal batches
        batches += is_batch(body)
        if batches == 3 and not disturbed.is_set():
            disturbed.set()
            connection = bot.server.platform.postgres.connect(bot.server.database)
            connection.autocommit = False
            connection.cursor().execute("LOCK TABLE scn_signup IN ACCESS EXCLUSIVE MODE")

            def act() -> None:
                _wait_for_a_waiting_statement(bot)
                disturb()
                with contextlib.suppress(Exception):
                    connection.close()

            threading.Thread(target=act).start()
        return None

    started = time.monotonic()
    with faulty_proxy(bot.server.url, before) as proxy:
        arguments = ("import", "--json", "--batch-size", "20", "--source", source, MAILBOX)
        outcome = bot.run(
            *arguments,
            url=proxy.url,
            transport=transport,
            state_folder=str(folder / "state"),
            attempts=str(attempts),
        )
    assert disturbed.is_set()
    assert time.monotonic() - started < 2 * BOUND
    return outcome


def _wait_for_a_waiting_statement(bot: Bot) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        waiting = bot.server.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        )
        if waiting[0][0]:
            return
        time.sleep(0.05)
    raise AssertionError("no statement of the batch came to wait")


def _children(pid: int | None) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]
