"""What the inbox has answered for is asked about by its fingerprint; a batch is under way while the next is read."""

import hashlib
import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from scn_sync import recognition
from scn_sync.errors import MailServerDown, ServerDown, SyncError
from scn_sync.importing import import_signups
from scn_sync.inbox import SignupInbox
from scn_sync.journal import Journal
from scn_sync.journal.schema import STEPS
from scn_sync.run_result import ConservationError, ImportResult
from scn_sync.sources import RawMessage, open_source

NUMBER = 23


class Server:
    """An inbox in memory that speaks protocol 1; ``before`` may raise or wait before a call is acted on."""

    login, server = "bot", "server"

    def __init__(self) -> None:
        self.hashes: dict[str, str] = {}
        self.calls: list[dict[str, Any]] = []
        self.answers: dict[str, str] = {}
        self.before: Callable[[dict[str, Any]], None] = lambda _call: None

    def call(self, method: str, payload: str | None = None) -> str:
        assert method == "sync_receive" and payload is not None
        call = json.loads(payload)
        self.calls.append(call)
        self.before(call)
        if call["batch"] not in self.answers:
            rows = [self._row(record) for record in call["records"]]
            self.answers[call["batch"]] = json.dumps({"protocol": 1, "records": rows})
        return self.answers[call["batch"]]

    def _row(self, record: dict[str, Any]) -> dict[str, Any]:
        known = self.hashes.get(record["external_id"])
        if record.keys() == {"external_id", "payload_hash"}:
            status = "unchanged" if known == record["payload_hash"] else "wanted"
        else:
            text = json.dumps(record, sort_keys=True, separators=(",", ":"))
            sent = hashlib.sha256(text.encode()).hexdigest()
            status = "created" if known is None else "unchanged" if known == sent else "updated"
            self.hashes[record["external_id"]] = sent
        return {"external_id": record["external_id"], "status": status, "reason": None}

    def close(self) -> None:
        """Nothing is open."""

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing is open."""

    def sent_whole(self) -> int:
        """Count the records of which more than a fingerprint was sent since the last time, and forget the calls."""
        calls, self.calls = self.calls, []
        return sum("name" in record for call in calls for record in call["records"])


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    lines = [
        json.dumps({"name": f"Ana Number{n}", "email": f"a{n}@city.example", "city": "Riverton"})
        for n in range(NUMBER)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def run(
    server: Server,
    rows: Any,
    journal: Path,
    fingerprints: bool = True,
    size: int = 5,
    database: str = "database",
    source: str = "form",
) -> ImportResult:
    """One run; an inbox that takes fingerprints has said so in its description of itself."""
    inbox = SignupInbox(server, attempts=1)
    inbox.takes_fingerprints = fingerprints
    opened_rows = open_source(rows) if isinstance(rows, Path) else rows
    with Journal(journal) as opened, closing(opened_rows):
        return import_signups(
            opened_rows,
            inbox,
            source_name=source,
            batch_size=size,
            journal=opened,
            origin="rows",
            server=database,
        )


def test_what_is_unchanged_is_not_sent_again(server: Server, rows: Path, tmp_path: Path) -> None:
    first = run(server, rows, tmp_path / "journal")
    assert first.counts == {"created": NUMBER} and server.sent_whole() == NUMBER
    second = run(server, rows, tmp_path / "journal")
    assert second.counts == {"unchanged": NUMBER} and second.read == NUMBER
    assert [len(call["records"]) for call in server.calls] == [5, 5, 5, 5, 3]
    assert "Ana" not in json.dumps(server.calls) and "@" not in json.dumps(server.calls)
    assert server.sent_whole() == 0


def test_control_without_fingerprints_everything_is_sent_again(
    server: Server, rows: Path, tmp_path: Path
) -> None:
    """Also what a server of an older release gets, which does not name them."""
    run(server, rows, tmp_path / "journal", fingerprints=False)
    second = run(server, rows, tmp_path / "journal", fingerprints=False)
    assert second.counts == {"unchanged": NUMBER} and server.sent_whole() == 2 * NUMBER


def test_what_the_inbox_does_not_have_is_sent_whole(
    server: Server, rows: Path, tmp_path: Path
) -> None:
    """The journal only remembers; who decides is the inbox: here two were deleted and one was changed there."""
    run(server, rows, tmp_path / "journal")
    server.sent_whole()
    lost = sorted(server.hashes)
    del server.hashes[lost[0]], server.hashes[lost[7]]
    server.hashes[lost[9]] = "0" * 64
    again = run(server, rows, tmp_path / "journal")
    assert again.counts == {"created": 2, "updated": 1, "unchanged": NUMBER - 3}
    assert again.read == NUMBER and server.sent_whole() == 3
    last = run(server, rows, tmp_path / "journal")
    assert last.counts == {"unchanged": NUMBER} and server.sent_whole() == 0


@pytest.mark.parametrize("wanted", [1, NUMBER])
def test_a_run_cut_short_among_fingerprints_goes_on(
    server: Server, rows: Path, tmp_path: Path, wanted: int
) -> None:
    """Broken off at every call, before and after the server has acted: all accounted for once."""
    for act in (False, True):
        number = 0
        while True:
            journal = tmp_path / f"journal-{act}-{number}"
            run(server, rows, journal)
            for external_id in sorted(server.hashes)[:wanted]:
                del server.hashes[external_id]
            server.calls = []

            def cut(call: dict[str, Any], chosen: int = number, act: bool = act) -> None:
                if len(server.calls) - 1 == chosen:
                    if act:
                        rows_of_call = [server._row(record) for record in call["records"]]
                        text = json.dumps({"protocol": 1, "records": rows_of_call})
                        server.answers[call["batch"]] = text
                    raise ServerDown("cut")

            server.before = cut
            broken = run(server, rows, journal)
            server.before = lambda _call: None
            if broken.problem is None:
                assert number >= 5
                break
            assert broken.not_sent > 0
            whole = run(server, rows, journal)
            assert whole.resumed and whole.read == NUMBER
            assert whole.counts == Counter(created=wanted, unchanged=NUMBER - wanted)
            assert run(server, rows, journal).counts == {"unchanged": NUMBER}
            number += 1


def test_a_new_release_another_database_and_another_source_read_anew(
    server: Server, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(server, rows, tmp_path / "journal")
    for other in ({"database": "another"}, {"source": "another"}):
        server.sent_whole()
        run(server, rows, tmp_path / "journal", **other)  # type: ignore[arg-type]
        assert server.sent_whole() == NUMBER
    monkeypatch.setattr(recognition, "reader_version", lambda: "a release that reads better")
    run(server, rows, tmp_path / "journal")
    assert server.sent_whole() == NUMBER


def test_a_doubt_that_comes_from_the_neighbours_counts() -> None:
    """The record depends on it, so what is recognised has to depend on it, too."""
    known = recognition.Recognition("database", "source")
    message = RawMessage(1, "1" * 64, b"content", 1)
    others = (
        RawMessage(1, "1" * 64, b"content", 1, doubts=("separator_doubtful",)),
        RawMessage(1, "1" * 64, b"other", 1),
        RawMessage(1, "1" * 64, b"content", 1, form="row"),
    )
    assert known.key(RawMessage(9, "1" * 64, b"content", 9)) == known.key(message)
    assert len({known.key(message), *map(known.key, others)}) == 4


def test_a_server_that_wants_what_it_got_whole_is_an_error(
    server: Server, rows: Path, tmp_path: Path
) -> None:
    server._row = lambda record: {  # type: ignore[method-assign]
        "external_id": record["external_id"],
        "status": "wanted",
    }
    assert isinstance(run(server, rows, tmp_path / "journal").problem, ConservationError)


def test_a_journal_of_the_release_before_is_brought_up_to_date(
    server: Server, rows: Path, tmp_path: Path
) -> None:
    path = tmp_path / "journal"
    with sqlite3.connect(path) as database:
        database.executescript(STEPS[0])
        database.execute("PRAGMA user_version = 1")
    run(server, rows, path)
    run(server, rows, path)
    assert server.sent_whole() == NUMBER


# -- a batch under way while the next one is read -------------------------------------------------------------------


class Slow:
    """Rows of a file, one by one; ``each`` is told the number of each before it is handed out."""

    kind, unit = "rows", "rows"

    def __init__(self, path: Path, each: Callable[[int], None]) -> None:
        with closing(open_source(path)) as source:
            self._messages = list(source)
        self._each = each
        self.notices: list[str] = []
        self.total = len(self._messages)

    def __iter__(self) -> Iterator[RawMessage]:
        for message in self._messages:
            self._each(message.position)
            yield message

    def close(self) -> None:
        """Nothing is open."""


def test_reading_goes_on_while_a_batch_is_under_way(
    server: Server, rows: Path, tmp_path: Path
) -> None:
    """The server does not answer the first batch before the reading of the second one has begun."""
    read_on = threading.Event()

    def each(number: int) -> None:
        if number == 8:
            read_on.set()

    def wait(_call: dict[str, Any]) -> None:
        if not read_on.wait(20):
            raise ServerDown("nothing was read while the batch was under way")

    server.before = wait
    result = run(server, Slow(rows, each), tmp_path / "journal")
    assert result.problem is None and result.counts == {"created": NUMBER}


def test_a_batch_is_sent_only_when_the_answer_before_is_written_down(
    server: Server, rows: Path, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"

    def look(call: dict[str, Any]) -> None:
        with sqlite3.connect(journal) as database:
            open_batches = database.execute("SELECT key FROM batch WHERE payload IS NOT NULL")
            assert [key for (key,) in open_batches] == [call["batch"]]

    server.before = look
    result = run(server, rows, journal)
    assert result.problem is None and len(server.calls) == 5


def test_a_source_that_breaks_off_loses_no_answer(
    server: Server, rows: Path, tmp_path: Path
) -> None:
    def each(number: int) -> None:
        if number == 8:
            raise MailServerDown("broken off")

    result = run(server, Slow(rows, each), tmp_path / "journal")
    assert isinstance(result.problem, SyncError)
    assert result.counts == {"created": 5} and result.not_sent == 2
    again = run(server, rows, tmp_path / "journal")
    assert again.resumed and again.counts == {"created": NUMBER}
    assert [len(call["records"]) for call in server.calls] == [5, 5, 5, 5, 3]
