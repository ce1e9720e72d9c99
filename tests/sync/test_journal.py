"""The journal alone: what it survives, what it forgets and when."""

import sqlite3
import stat
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from scn_sync.errors import AlreadyRunning, StateProblem
from scn_sync.journal import Journal, Outcome, WaitingBatch
from scn_sync.planning import PlanWriter, plan_head
from scn_sync.purging import purge_expired
from scn_sync.sources import RawMessage
from scn_sync.state_folder import StateFolder

ONE, TWO = "1" * 64, "2" * 64


def begin(journal: Journal, key: str = "run-1") -> WaitingBatch:
    """Begin a run with one batch of one record that waits for its answer."""
    run = journal.begin(key, "import", "server", "mailbox", "/mail", "sending")
    outcomes = [Outcome(1, ONE, None, ("no_city",), bytes.fromhex(ONE))]
    batch = WaitingBatch(1, f"{key}-1", ['{"name":"Ana Example"}'], outcomes, ["created"])
    journal.store(run, [Outcome(2, TWO, "rejected", ("spam",), bytes.fromhex(TWO))], batch)
    return batch


def test_a_batch_without_answer_is_there_whole_and_an_answered_one_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    batch = begin(Journal(path))  # never closed, as after kill -9
    with Journal(path) as journal:
        run = journal.unfinished("import", "server", "mailbox", "/mail")
        assert run is not None
        assert list(journal.waiting(run)) == [batch]
        assert journal.counts(run) == Counter({"rejected": 1, "": 1})
        journal.answer(run, batch, [("review", ("no_city",))])
        assert list(journal.waiting(run)) == []
        assert journal.counts(run) == Counter({"rejected": 1, "review": 1})
        assert [outcome.external_id for outcome in journal.outcomes(run, "review")] == [ONE]


def test_other_work_is_not_taken_up(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.sqlite3") as journal:
        begin(journal)
        for other in (
            ("apply", "server", "mailbox", "/mail"),
            ("import", "another server", "mailbox", "/mail"),
            ("import", "server", "other", "/mail"),
            ("import", "server", "mailbox", "/other"),
        ):
            assert journal.unfinished(*other) is None


def test_a_full_disk_undoes_the_whole_step(tmp_path: Path) -> None:
    """SQLite's own limit of pages answers as a full disk does (SQLITE_FULL)."""
    path = tmp_path / "journal.sqlite3"
    with Journal(path) as journal:
        run = journal.begin("run-1", "import", "server", "mailbox", "/mail", "sending")
        pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
        journal._db.execute(f"PRAGMA max_page_count = {pages + 2}")
        outcomes = [Outcome(n, f"{n:064x}", None, (), n.to_bytes(32, "big")) for n in range(400)]
        batch = WaitingBatch(1, "run-1-1", ["{}"] * 400, outcomes, None)
        with pytest.raises(StateProblem, match="has no room for the journal"):
            journal.store(run, [], batch)
        assert journal.counts(run) == Counter() and not list(journal.waiting(run))
        # control: with room it goes through
        journal._db.execute(f"PRAGMA max_page_count = {pages + 1000}")
        journal.store(run, [], batch)
        assert len(next(iter(journal.waiting(run))).outcomes) == 400


def test_everything_has_a_retention_date_and_leaves_no_trace(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "state")
    head = plan_head(
        run="p",
        source="mailbox",
        origin="/mail",
        input="/mail",
        mapping=None,
        from_start=False,
        server="server",
        module_version="1",
        by_manager=False,
        keep_days=30,
    )
    with PlanWriter(folder.plans / "p.jsonl", head) as writer:
        writer.end()
    with Journal(folder.journal, keep_days=30) as journal:
        begin(journal)
        run = journal.find("run-1")
        assert run is not None
        journal.keep_letter(run, RawMessage(3, ONE, b"Dear Ana Example" * 9, 3), "unparseable")
        now = datetime.now(timezone.utc)
        early = purge_expired(folder, journal, now + timedelta(days=29))
        assert (early.runs, early.dead_letters, early.plans) == (0, 0, 0)
        letter = journal.letters()[0]
        assert (journal.letter(letter.id) or letter).raw == b"Dear Ana Example" * 9
        late = purge_expired(folder, journal, now + timedelta(days=31))
        assert (late.runs, late.dead_letters, late.plans) == (1, 1, 1)
        assert journal.runs() == [] and journal.letters() == []
    with sqlite3.connect(folder.journal) as database:
        for table in ("run", "batch", "outcome", "dead_letter"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert bytes.fromhex(ONE) not in folder.journal.read_bytes()


def test_files_are_private_even_in_a_folder_that_was_open(tmp_path: Path) -> None:
    path = tmp_path / "state"
    path.mkdir(mode=0o755)
    folder = StateFolder(path)
    with Journal(folder.journal) as journal, folder.lock("mailbox"):
        begin(journal)
        modes = {stat.S_IMODE(file.stat().st_mode) for file in path.iterdir()}
    assert modes == {0o600} and stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_lock_is_for_one_source_and_ends_with_its_holder(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "state")
    with folder.lock("mailbox"):
        with pytest.raises(AlreadyRunning), folder.lock("mailbox"):
            pass
        with folder.lock("other"):
            pass
    with folder.lock("mailbox"):
        pass


def test_a_journal_of_a_newer_release_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    Journal(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(StateProblem, match="newer scn-sync"):
        Journal(path)
