"""A large mailbox in one file: memory stays flat, progress is shown, the run can be stopped and goes on."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import xmlrpc.client
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scn_sync.exit_codes import ExitCode

from .answering_server import Answer, answering_server, signed_in, value
from .command import SCRIPTS, environment
from .test_exit_codes import KEY, info

MEGABYTE = 1_000_000
GROWTH = 15 * MEGABYTE
# VmHWM, not ru_maxrss: the latter begins with what the process that started this one had.
START = (
    f"import atexit, re, sys; sys.path.append({str(SCRIPTS)!r});"
    "peak = lambda: re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1];"
    "atexit.register(lambda: print('peak', peak(), file=sys.stderr));"
)
MAIN = "from scn_sync.cli import main; main()"
HOARDING = (
    "import scn_sync.entries as entries; kept = []; read = entries.read_message;"
    "entries.read_message = lambda raw: (kept.append((raw, bytearray(raw.content))), read(raw))[1];"
)
_LETTER = """From sender@city{number}.example Mon Sep  2 09:00:00 2019
From: Person Number{number} <sender@city{number}.example>
To: info@example.org
Date: Mon, 02 Sep 2019 09:00:00 +0000
Message-ID: <{number}@city.example>
Subject: Task force

Name: Person Number{number}
City: City of Number{number}
E-mail: sender@city{number}.example
We would like to join the task force.
{padding}

"""


def write_mailbox(path: Path, number: int) -> Path:
    """Write an mbox of ``number`` different letters of four kilobytes."""
    padding = "\n".join("All work and no play makes a dull letter." for _ in range(90))
    with path.open("w", encoding="ascii") as stream:
        for index in range(number):
            stream.write(_LETTER.format(number=index, padding=padding))
    return path


class Inbox:
    """A server that takes everything and remembers ids only."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self.sizes: list[int] = []
        self.on_batch: Callable[[int], None] = lambda _number: None

    def answer(self, _path: str, body: bytes) -> Answer:
        if b"sync_info" in body:
            return info()
        arguments: Any = xmlrpc.client.loads(body)[0]
        ids = [record["external_id"] for record in json.loads(arguments[5][0])["records"]]
        self.sizes.append(len(ids))
        self.on_batch(len(self.sizes))
        self.received += ids
        rows = [{"external_id": one, "status": "created", "reason": None} for one in ids]
        return value(json.dumps({"protocol": 1, "records": rows}))


def start(url: str, state: Path, mailbox: Path, code: str = MAIN, **streams: Any) -> Any:
    """Start an import in a process that tells its peak memory at the end."""
    return subprocess.Popen(
        [sys.executable, "-c", START + code, "import", "--json", str(mailbox)],
        env=environment(
            url=url, database="foundation", login="bot", api_key=KEY, state_folder=str(state)
        ),
        stdout=subprocess.PIPE,
        text=True,
        **{"stderr": subprocess.PIPE, **streams},
    )


def peak_of(url: str, state: Path, mailbox: Path, code: str = MAIN) -> tuple[int, dict[str, Any]]:
    """Import and return the peak of memory in bytes, and the result."""
    stdout, stderr = (process := start(url, state, mailbox, code)).communicate(timeout=1200)
    assert process.returncode == ExitCode.OK, stderr
    result = json.loads(stdout)
    result.pop("messages")
    return int(stderr.rsplit("peak ", 1)[1]) * 1024, result


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> int:
    """The peak of memory, in bytes, of an import of 1,000 messages (two full batches)."""
    folder = tmp_path_factory.mktemp("small")
    with answering_server(signed_in(Inbox().answer)) as url:
        peak, _result = peak_of(url, folder / "state", write_mailbox(folder / "mbox", 1_000))
    return peak


def test_memory_stays_flat(base: int, tmp_path: Path, rounds: Callable[[int, int], int]) -> None:
    number = rounds(10_000, 100_000)
    inbox = Inbox()
    with answering_server(signed_in(inbox.answer)) as url:
        large = write_mailbox(tmp_path / "large.mbox", number)
        peak, result = peak_of(url, tmp_path / "large", large)
    assert result["read"] == number == len(set(inbox.received)) == len(inbox.received)
    assert peak - base < GROWTH, f"{base / MEGABYTE:.0f} MB, then {peak / MEGABYTE:.0f} MB"


def test_control_the_measure_sees_a_program_that_keeps_everything(
    base: int, tmp_path: Path
) -> None:
    """Three tenths of the messages above are enough to go over the bound."""
    with answering_server(signed_in(Inbox().answer)) as url:
        large = write_mailbox(tmp_path / "large.mbox", 3_000)
        peak, _result = peak_of(url, tmp_path / "state", large, HOARDING + MAIN)
    assert peak - base > GROWTH, f"{base / MEGABYTE:.0f} MB, then {peak / MEGABYTE:.0f} MB"


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGKILL])
def test_a_large_run_is_stopped_and_goes_on(tmp_path: Path, stop: signal.Signals) -> None:
    number = 2_000
    mailbox = write_mailbox(tmp_path / "large.mbox", number)
    inbox, box = Inbox(), {}

    def stop_in_the_middle(batch: int) -> None:
        if batch == 3:
            box["process"].send_signal(stop)
            box["process"].wait(30)

    with answering_server(signed_in(inbox.answer)) as url:
        inbox.on_batch = stop_in_the_middle
        quiet = {"stderr": subprocess.DEVNULL}
        box["process"] = process = start(url, tmp_path / "state", mailbox, **quiet)
        process.communicate(timeout=120)
        assert process.returncode in (ExitCode.INTERRUPTED, -signal.SIGKILL)
        before = len(set(inbox.received))
        assert 0 < before < number
        _peak, result = peak_of(url, tmp_path / "state", mailbox)
    assert result["resumed"] and result["counts"]["created"] == number
    assert len(set(inbox.received)) == number
    # the batch without an answer was sent again, no other
    assert len(inbox.received) == number + inbox.sizes[2]


def test_progress_is_shown_on_a_terminal_and_nowhere_else(tmp_path: Path) -> None:
    mailbox = write_mailbox(tmp_path / "some.mbox", 800)
    shown = bytearray()
    with answering_server(signed_in(Inbox().answer)) as url:
        main, terminal = pty.openpty()

        def read() -> None:
            try:
                while piece := os.read(main, 4096):
                    shown.extend(piece)
            except OSError:
                return

        reader = threading.Thread(target=read)
        reader.start()
        process = start(url, tmp_path / "a", mailbox, stderr=terminal)
        os.close(terminal)
        process.communicate(timeout=120)
        reader.join(30)
        os.close(main)
        silent = start(url, tmp_path / "b", mailbox)
        _stdout, stderr = silent.communicate(timeout=120)
    assert process.returncode == silent.returncode == ExitCode.OK
    assert re.search(rb"\d+ messages", shown) and "%" in shown.decode("utf-8", "replace")
    assert not re.search(r"\d+ messages", stderr) and "%" not in stderr
