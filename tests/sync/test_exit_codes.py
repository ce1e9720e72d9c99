"""Whatever is wrong, the user gets one clear sentence and the documented exit code, over real sockets."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scn_sync import sample
from scn_sync.exit_codes import ExitCode

from .answering_server import (
    Answer,
    answering_server,
    fault,
    free_address,
    signed_in,
    silent_server,
    value,
)
from .command import SCRIPTS, Outcome, environment, scn_sync

MAILBOX = Path(sample.__file__).parent / "sample.mbox"
KEY = "0123456789abcdef0123456789abcdef01234567"
INFO = {
    "protocol": 1,
    "series": "19.0",
    "module": "scn_partner",
    "module_version": "19.0.1.0.0",
    "server_time": "2026-11-21T03:00:00Z",
    "key_expires_at": None,
    "limits": {"records": 500, "bytes": 2_000_000},
}


def run(*arguments: str | Path, **settings: str) -> Outcome:
    given = {"url": "http://127.0.0.1:9", "database": "foundation", "login": "bot", "api_key": KEY}
    outcome = scn_sync(*arguments, **{**given, **settings})
    assert KEY not in outcome.stdout + outcome.stderr
    assert "Traceback" not in outcome.stderr
    return outcome


def info(**changes: object) -> Answer:
    return value(json.dumps({**INFO, **changes}))


def json2_error(name: str, status: int) -> Answer:
    """An answer as Odoo's JSON-2 gives it when a call has failed."""
    content = {"name": name, "message": "SECRET", "arguments": [], "debug": "Traceback …"}
    return status, json.dumps(content).encode()


def test_server_down_is_one_sentence() -> None:
    outcome = run("import", MAILBOX, url=free_address())
    assert outcome.code == ExitCode.SERVER_DOWN
    assert "is the server running?" in outcome.sentence
    assert outcome.stdout == ""


def test_server_that_hangs_ends_at_the_timeout() -> None:
    started = time.monotonic()
    with silent_server() as url:
        outcome = run("check", url=url, read_timeout="0.5")
    assert outcome.code == ExitCode.SERVER_DOWN
    assert "did not answer within 0.5 s" in outcome.sentence
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    ("answer", "code", "sentence"),
    [
        (info(series="18.0"), ExitCode.WRONG_SERVER, "The server is Odoo 18.0"),
        (info(protocol=2), ExitCode.WRONG_SERVER, "speaks version 2"),
        (value("{}"), ExitCode.WRONG_SERVER, "not understood"),
        (value(5), ExitCode.WRONG_SERVER, "not the JSON text"),
        ((200, b"<html>welcome</html>"), ExitCode.WRONG_SERVER, "does not speak"),
        (
            (200, b'<!DOCTYPE x [<!ENTITY a "b">]><methodResponse/>'),
            ExitCode.WRONG_SERVER,
            "does not speak",
        ),
        ((200, b"\x00\xff"), ExitCode.WRONG_SERVER, "does not speak"),
        ((200, b"x" * 17_000_000), ExitCode.WRONG_SERVER, "far larger"),
        ((404, b"no"), ExitCode.WRONG_SERVER, "HTTP 404"),
        ((301, b""), ExitCode.WRONG_SERVER, "HTTP 301"),
        ((503, b""), ExitCode.SERVER_DOWN, "HTTP 503"),
        ((500, b"<html>"), ExitCode.SERVER_DOWN, "HTTP 500"),
        (
            fault(2, "Object scn.signup doesn't exist"),
            ExitCode.WRONG_SERVER,
            "scn_partner is not installed",
        ),
        (fault(2, "Not today"), ExitCode.REFUSED, "Not today"),
        (fault(3, "Access Denied"), ExitCode.WRONG_KEY, "may have expired"),
        (fault(4, "Only the group may"), ExitCode.WRONG_KEY, "Only the group may"),
        (fault(1, "Traceback … SECRET KeyError"), ExitCode.SERVER_ERROR, "its log has the details"),
        (
            fault(1, 'OperationalError: FATAL: database "foundation" does not exist'),
            ExitCode.WRONG_DATABASE,
            "no database “foundation”",
        ),
        (fault(1, "psycopg2.errors.SerializationFailure"), ExitCode.SERVER_DOWN, "try again later"),
        (
            fault(1, "psycopg2.DatabaseError: server closed"),
            ExitCode.SERVER_DOWN,
            "try again later",
        ),
        (fault(1, "psycopg2.errors.UndefinedColumn"), ExitCode.SERVER_ERROR, "its log has the"),
    ],
)
def test_answers_of_other_servers(answer: Answer, code: ExitCode, sentence: str) -> None:
    with answering_server(signed_in(lambda _path, _body: answer)) as url:
        outcome = run("check", url=url)
    assert outcome.code == code, outcome.stderr
    assert sentence in outcome.sentence
    assert "SECRET" not in outcome.stderr
    assert len(outcome.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("answer", "code", "sentence"),
    [
        ((500, b"<html>"), ExitCode.SERVER_DOWN, "HTTP 500"),
        ((503, b""), ExitCode.SERVER_DOWN, "HTTP 503"),
        (json2_error("psycopg2.DatabaseError", 500), ExitCode.SERVER_DOWN, "try again later"),
        (json2_error("psycopg2.errors.UndefinedColumn", 500), ExitCode.SERVER_ERROR, "its log has"),
        ((404, b"<html>"), ExitCode.WRONG_SERVER, "HTTP 404"),
    ],
)
def test_answers_of_other_servers_to_json_2(answer: Answer, code: ExitCode, sentence: str) -> None:
    with answering_server(lambda _path, _body: answer) as url:
        outcome = run("check", url=url, transport="json-2")
    assert outcome.code == code, outcome.stderr
    assert sentence in outcome.sentence
    assert "SECRET" not in outcome.stderr


def test_an_older_odoo_without_the_module_is_named() -> None:
    def answer(_path: str, body: bytes) -> Answer:
        if b"<methodName>version<" in body:
            return value({"server_serie": "17.0"})
        return fault(1, "KeyError: 'scn.signup'")

    with answering_server(signed_in(answer)) as url:
        outcome = run("check", url=url)
    assert outcome.code == ExitCode.WRONG_SERVER
    assert "The server is Odoo 17.0" in outcome.sentence


def test_refused_login() -> None:
    with answering_server(lambda _path, _body: value(False)) as url:
        outcome = run("import", MAILBOX, url=url)
    assert outcome.code == ExitCode.WRONG_KEY
    assert "does not accept this login and API key" in outcome.sentence


def test_only_calls_that_are_safe_are_repeated() -> None:
    """A preview changes nothing, a batch has a key; the first question only finds out who is there."""
    calls: list[bytes] = []

    def answer(_path: str, body: bytes) -> Answer:
        calls.append(body)
        if b"sync_info" in body:
            return info()
        return 503, b""

    with answering_server(signed_in(answer)) as url:
        preview = run("import", "--dry-run", MAILBOX, url=url, attempts="3")
        previews = [body for body in calls if b"sync_preview" in body]
        calls.clear()
        real = run("import", MAILBOX, url=url, attempts="3")
    assert preview.code == real.code == ExitCode.SERVER_DOWN
    assert len(previews) == 3 and len(set(previews)) == 1
    receives = [body for body in calls if b"sync_receive" in body]
    assert len(receives) == 3 and len(set(receives)) == 1
    calls.clear()
    with answering_server(
        signed_in(lambda _path, body: (calls.append(body), (503, b""))[1])
    ) as url:
        assert run("import", MAILBOX, url=url).code == ExitCode.SERVER_DOWN
    assert sum(b"sync_info" in body for body in calls) == 1


def test_an_answer_for_other_records_is_never_counted() -> None:
    def answer(_path: str, body: bytes) -> Answer:
        if b"sync_info" in body:
            return info()
        rows = [{"external_id": "0" * 64, "status": "created", "reason": None}] * 74
        return value(json.dumps({"protocol": 1, "records": rows}))

    with answering_server(signed_in(answer)) as url:
        outcome = run("import", "--json", MAILBOX, url=url)
    assert outcome.code != ExitCode.OK
    assert outcome.result["counts"]["created"] == 0
    assert (
        outcome.result["read"]
        == sum(outcome.result["counts"].values()) + outcome.result["not_sent"]
    )


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("missing.mbox", None, ExitCode.UNREADABLE),
        ("text.mbox", b"Dear all,\nno mailbox\n", ExitCode.NO_MAILBOX),
        ("picture.mbox", b"\x89PNG\r\n\x1a\n" + bytes(500), ExitCode.NO_MAILBOX),
    ],
)
def test_wrong_files(tmp_path: Path, name: str, content: bytes | None, code: ExitCode) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    outcome = run("import", tmp_path / name)
    assert outcome.code == code
    assert len(outcome.stderr.strip().splitlines()) == 1


def test_empty_folder_and_pipe(tmp_path: Path) -> None:
    assert run("import", tmp_path).code == ExitCode.NO_MAILBOX
    os.mkfifo(tmp_path / "pipe")
    assert run("import", tmp_path / "pipe", timeout=20).code == ExitCode.NO_MAILBOX


def test_a_file_that_fails_while_it_is_read() -> None:
    """The first page of a process's memory is not mapped: even root gets an input/output error."""
    outcome = run("import", Path("/proc/self/mem"))
    assert outcome.code == ExitCode.UNREADABLE
    assert "cannot be read: Input/output error" in outcome.sentence


def test_an_empty_mailbox_writes_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty.mbox").write_bytes(b"")
    with answering_server(signed_in(lambda _path, _body: info())) as url:
        outcome = run("import", "--json", tmp_path / "empty.mbox", url=url)
    assert outcome.code == ExitCode.OK
    assert "empty" in outcome.sentence and "zero writes" in outcome.sentence
    assert outcome.result["read"] == 0 and outcome.result["zero_writes"]


def test_dead_letters_fail_a_run_only_when_asked(tmp_path: Path) -> None:
    (tmp_path / "one.mbox").write_bytes(
        b"From x Mon Sep  2 09:00:00 2019\n"
        + b"".join(b"X-%d: y\n" % number for number in range(600))
        + b"\n"
    )
    with answering_server(signed_in(lambda _path, _body: info())) as url:
        assert run("import", tmp_path / "one.mbox", url=url).code == ExitCode.OK
        strict = run("import", "--json", "--fail-on-dead-letters", tmp_path / "one.mbox", url=url)
    assert strict.code == ExitCode.DEAD_LETTERS
    letters = strict.result["messages"]["dead_letters"]
    assert [letter["reasons"] for letter in letters] == [["too_many_headers"]]
    assert len(letters[0]["external_id"]) == 64


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_accounts_for_what_it_read(stop: signal.Signals) -> None:
    def answer(_path: str, body: bytes) -> Answer:
        if b"sync_info" in body:
            return info()
        process.send_signal(stop)
        process.wait(30)  # the user does not wait for the answer
        return 503, b""

    start = f"import sys; sys.path.append({str(SCRIPTS)!r}); from scn_sync.cli import main; main()"
    with answering_server(signed_in(answer)) as url:
        process = subprocess.Popen(
            [sys.executable, "-c", start, "import", "--json", str(MAILBOX)],
            env=environment(url=url, database="foundation", login="bot", api_key=KEY),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == ExitCode.INTERRUPTED
    result = json.loads(stdout)
    assert not result["complete"]
    assert result["read"] == sum(result["counts"].values()) + result["not_sent"] > 0
    assert "Traceback" not in stderr
