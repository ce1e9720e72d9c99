"""Hostile messages: bounded time and memory, no traceback, and every message has exactly one fate."""

import random
import resource
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from scn_sync import sample
from scn_sync.memory_limit import memory_limit
from scn_sync.reading import DeadLetter, Reading, Rejection, Signup, read_message
from scn_sync.reasons import DEAD_LETTERS, REJECTIONS, REVIEW_REASONS
from scn_sync.sources import RawMessage, open_source
from scn_sync.sources.raw_message import external_id
from scn_sync.time_limit import TimeLimitExceeded, time_limit

MAILBOX = Path(sample.__file__).parent / "sample.mbox"
HEAD = b"From: x <x@faro.example>\nDate: Mon, 2 Sep 2019 09:00:00 +0200\nSubject: Task force\n"
SLACK = 1.0  # seconds above the limit that a loaded machine may take
MEMORY = 200_000_000

NESTED = b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n"

HOSTILE = {
    "nested multiparts": b"".join(NESTED % (n, n) for n in range(3000)),
    "nested messages": b"Content-Type: message/rfc822\n\n" * 5000,
    "one long header": b"X-Long: " + b"a" * 5_000_000 + b"\n\n",
    "one long subject": b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\n\n",
    "header of comments": b"To: " + b"(" * 100_000 + b"\n\n",
    "from of commas": b"From: " + b"a@b.example," * 5_000 + b"\n\n",
    "parameters": b"Content-Type: text/plain" + b'; a="' * 20_000 + b"\n\n",
    "numbered parameters": b"Content-Type: text/plain; " + b"".join(b"a*%d*=x;" % n for n in range(1500)) + b"\n\n",
    "charset punycode": b"Content-Type: text/plain; charset=punycode\n\n" + b"a-" * 500_000,
    "charset of a codec": b"Content-Type: text/plain; charset=zip\n\nCity of Faro",
    "charset of nothing": b"Content-Type: text/plain; charset=\x00\xff\n\nCity of Faro",
    "unclosed comments": b"Content-Type: text/html\n\n" + b"<!--" * 120_000,
    "unclosed tags": b"Content-Type: text/html\n\n" + b"<a " * 160_000,
    "declarations": b"Content-Type: text/html\n\n" + b"<![" * 160_000,
    "deep html": b"Content-Type: text/html\n\n" + b"<div hidden><b>" * 30_000 + b"</div>" * 30_000,
    "apostrophes": b"\n" + b"'a" * 200_000,
    "at signs": b"\nName: " + b"a@" * 100_000 + b"\n",
    "a word of 5 MB": b"\n" + b"a" * 5_000_000,
    "labels": b"\n" + b"Name: x\nCity: y\n" * 50_000,
    "cities": b"\n" + b"City of A City of B " * 50_000,
    "quotation marks": b"\n" + b"> " * 100_000 + b"\n>" * 100_000,
    "blank lines": b"\n" + b"\n \n" * 500_000,
    "dates": b"Date: " + b"1" * 90 + b"\nDate: Mon, 99 Foo 9999999999 99:99:99 +99999999\n\nCity of Faro",
    "surrogates": b"From: \xed\xa0\x80 <\xed\xa0\x80@x>\n\n\xed\xa0\x80\x00\x0b",
    "base64 of nothing": b"Content-Transfer-Encoding: base64\n\n" + b"=" * 1_000_000,
    "uuencode": b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n" + b"\xff" * 100_000,
    "no header": b"",
    "colon only": b":\n:\n\n:",
}  # fmt: skip


def raw_message(content: bytes) -> RawMessage:
    return RawMessage(1, external_id(content), content, 1)


def read_bounded(content: bytes) -> Reading:
    started = time.monotonic()
    reading = read_message(raw_message(content))
    assert time.monotonic() - started < 2 + SLACK
    match reading:
        case Signup(record):
            assert set(record.review_reasons) <= REVIEW_REASONS.keys()
        case Rejection(reason):
            assert reason in REJECTIONS
        case DeadLetter(reason):
            assert reason in DEAD_LETTERS
    return reading


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_message_ends_in_time(name: str) -> None:
    read_bounded(HEAD + HOSTILE[name])
    read_bounded(HOSTILE[name])


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_message_stays_within_memory(name: str) -> None:
    content = HEAD + HOSTILE[name][:400_000]
    tracemalloc.start()
    read_message(raw_message(content))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MEMORY


def test_the_stop_is_what_ends_endless_work() -> None:
    """A control: the same work goes on without the limit and ends with it."""

    def work(seconds: float) -> int:
        end = time.monotonic() + seconds
        rounds = 0
        while time.monotonic() < end:
            rounds += 1
        return rounds

    with time_limit(5):
        assert work(0.3)
    with pytest.raises(TimeLimitExceeded), time_limit(0.1):
        work(3)


TOO_MUCH = """
import sys
sys.path.append("scripts")  # last: it holds a package called like Python's own module
from scn_sync.reading import DeadLetter, Signup, read_message
from tests.sync.test_hostile_mail import HEAD, raw_message
message = raw_message(HEAD + b"\\nCity of Faro.\\n" + b"One line more.\\n" * 400_000)
assert read_message(message, seconds=30, memory=4_000_000) == DeadLetter("memory_limit")
assert isinstance(read_message(message, seconds=30), Signup)
"""


def test_a_message_that_takes_too_much_memory_is_a_dead_letter(checkout: Path) -> None:
    """A control with it: the same message is read when the cap is as it should be.

    In a process of its own: one that has freed memory before may read the message without growing.
    """
    subprocess.run([sys.executable, "-c", TOO_MUCH], cwd=checkout, check=True)


def test_the_memory_cap_ends_with_the_message() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(MemoryError), memory_limit(10_000_000):
        bytearray(1_000_000_000)
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert bytearray(1_000_000_000)  # the control: without the cap it is there


def test_the_largest_message_that_is_taken_stays_within_the_cap() -> None:
    lines = b"City of Faro and a line as long as lines are in letters, with an \xc3\xa9.\n"
    content = (
        HEAD + b"Content-Type: text/plain; charset=utf-8\n\n" + lines * (24_900_000 // len(lines))
    )
    reading = read_message(raw_message(content), seconds=30)
    assert isinstance(reading, Signup)


def test_outside_the_main_thread_reading_still_works() -> None:
    found: list[Reading] = []
    thread = threading.Thread(
        target=lambda: found.append(read_message(raw_message(HEAD + b"\nCity of Faro")))
    )
    thread.start()
    thread.join()
    assert isinstance(found[0], Signup)


def test_a_slow_message_is_a_dead_letter() -> None:
    content = HEAD + b"\n" + b"City of Faro and the City of Lagos. " * 5_000
    assert read_message(raw_message(content), seconds=0.000_1) == DeadLetter("time_limit")
    assert isinstance(read_message(raw_message(content)), Signup)


def mutate(content: bytes, chance: random.Random) -> bytes:
    """Damage a message in the ways that mail gets damaged, and in some that only an enemy thinks of."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(data) + 1)
        match chance.randrange(8):
            case 0:
                data[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[place : place + chance.randint(1, 200)]
            case 2:
                other = chance.randrange(len(data) + 1)
                data[place:place] = data[other : other + chance.randint(1, 400)]
            case 3:
                data[place:place] = chance.choice(TOKENS)
            case 4:
                data[place:place] = bytes(
                    chance.randrange(256) for _ in range(chance.randint(1, 30))
                )
            case 5:
                data = bytearray(bytes(data).replace(b"utf-8", chance.choice(CHARSETS)))
            case 6:
                data = data[: chance.randint(1, len(data))] or data
            case _:
                data[place:place] = chance.choice(TOKENS) * chance.randint(2, 200)
        if not data:
            data += b"x"
    return bytes(data)


TOKENS = (
    b"\n\n", b"\nFrom ", b"=?utf-8?b?", b"?=", b"\r", b"\x00", b"--", b"Content-Type: multipart/mixed; boundary=x\n",
    b"\nContent-Transfer-Encoding: base64\n", b"\n>", b"(", b'"', b"<", b"@", b";", b"\nSubject: Fwd: ", b"City of ",
    b"Name: ", b"\nContent-Type: message/rfc822\n\n", b"=\n", b"\xe2\x80\x8b", b"\xed\xa0\x80", b"&#x110000;", b"\t",
)  # fmt: skip
CHARSETS = (
    b"utf-16",
    b"utf-7",
    b"idna",
    b"hz",
    b"x-none",
    b"iso-2022-kr",
    b"cp037",
    b"utf-8\x00",
    b"''",
)


def test_mutated_messages_never_raise(rounds: Callable[[int, int], int]) -> None:
    chance = random.Random(20191119)
    originals = [message.content for message in open_source(MAILBOX) if message.content]
    fates = {Signup: 0, Rejection: 0, DeadLetter: 0}
    for _ in range(rounds(1_500, 20_000)):
        reading = read_bounded(mutate(chance.choice(originals), chance))
        fates[type(reading)] += 1
    assert all(fates.values()), f"the mutations reach too little: {fates}"


def test_mutated_mailboxes_lose_no_byte_and_no_message(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    chance = random.Random(20160531)
    original = MAILBOX.read_bytes()
    path = tmp_path / "mutated.mbox"
    for _ in range(rounds(20, 400)):
        content = b"From x Mon Sep  2 09:00:00 2019\n" + mutate(original, chance)
        path.write_bytes(content)
        messages = list(open_source(path))
        assert [message.position for message in messages] == list(range(1, len(messages) + 1))
        assert messages[-1].progress == len(content)
        lines = [line for line in content.split(b"\n") if line.startswith((b"From ", b">"))]
        separators = sum(len(line) + 1 for line in lines if line.startswith(b"From "))
        escapes = sum(line.startswith(b">") for line in lines)
        kept = sum(len(message.content or b"") for message in messages)
        assert len(content) >= kept >= len(content) - separators - escapes
