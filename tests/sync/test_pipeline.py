"""Plan, apply, brakes, undo, dead letters, locks and the journal, against a real server on both transports."""

import json
import shutil
import stat
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from scn_sync import sample
from scn_sync.exit_codes import ExitCode
from scn_sync.inbox import record_text
from scn_sync.reading import Signup, read_message
from scn_sync.sources import open_source

from .answering_server import silent_server
from .bot import Bot, conserved, new_bot
from .command import SCRIPTS, environment
from .faulty_proxy import Harm, faulty_proxy

MAILBOX = Path(sample.__file__).parent / "sample.mbox"
EXPECTED: list[dict[str, Any]] = json.loads((MAILBOX.parent / "expected.json").read_text("utf-8"))
SIGN_UPS = sum(row["outcome"] == "signup" for row in EXPECTED)


@pytest.fixture(scope="module")
def bot(odoo_server: Any) -> Bot:
    return new_bot(odoo_server)


@pytest.fixture(scope="module")
def manager(odoo_server: Any) -> Bot:
    return new_bot(odoo_server, "mailbox-manager", "group_scn_manager")


@pytest.fixture(params=["xml-rpc", "json-2"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The transport, and one state folder for all runs of a test."""
    return {"transport": request.param, "state_folder": str(tmp_path / "state")}


def named(settings: dict[str, str], name: str) -> str:
    """The name of a source that no other test uses."""
    return f"{name}-{settings['transport']}"


def records() -> list[str]:
    """The texts of all sign-ups in the sample, once each."""
    readings = {raw.external_id: read_message(raw) for raw in open_source(MAILBOX)}
    return [record_text(item.record) for item in readings.values() if isinstance(item, Signup)]


def test_a_plan_is_carried_out_once_and_to_the_letter(
    bot: Bot, settings: dict[str, str], tmp_path: Path
) -> None:
    source, plan = named(settings, "plan"), tmp_path / "plan.jsonl"
    planned = bot.run("plan", "--json", "--source", source, "--output", plan, MAILBOX, **settings)
    assert planned.code == ExitCode.OK, planned.stderr
    assert bot.stored(source) == []
    assert stat.S_IMODE(plan.stat().st_mode) == 0o600
    head, *lines, foot = map(json.loads, plan.read_text().splitlines())
    assert len(lines) == planned.result["read"] == len(EXPECTED)
    assert foot["counts"] == {
        name: number for name, number in planned.result["counts"].items() if number
    }
    assert all("match" not in line for line in lines)
    assert "lotte.verhaeghe" not in plan.read_text() and bot.key not in plan.read_text()

    done = bot.run("apply", "--json", plan, **settings)
    assert done.code == ExitCode.OK, done.stderr
    assert done.result["run"] == head["run"]
    assert done.result["counts"] == planned.result["counts"]
    assert conserved(done.result)
    stored = bot.stored(source)
    assert len(stored) == SIGN_UPS
    again = bot.run("apply", plan, **settings)
    assert again.code == ExitCode.OK and "carried out before" in again.sentence
    assert bot.stored(source) == stored


def test_a_plan_stops_when_the_input_has_changed(
    bot: Bot, settings: dict[str, str], tmp_path: Path
) -> None:
    source, plan, mailbox = named(settings, "input"), tmp_path / "p.jsonl", tmp_path / "in.mbox"
    content = MAILBOX.read_bytes()
    changes = (
        (
            content + b"\nFrom a@b.example Mon Sep  2 09:00:00 2019\nFrom: a@b.example\n\nhello\n",
            "message 8",
        ),
        (content.replace(b"Ghent", b"Gent"), "another one"),
        (content[: content.rindex(b"\nFrom ")], "gone"),
    )
    for changed, word in changes:
        mailbox.write_bytes(content)
        arguments = ("plan", "--source", source, "--output", plan, mailbox)
        assert bot.run(*arguments, **settings).code == ExitCode.OK
        mailbox.write_bytes(changed)
        stopped = bot.run("apply", plan, **settings)
        assert stopped.code == ExitCode.PLAN_OUTDATED, stopped.stderr
        assert word in stopped.sentence and "Make a new plan" in stopped.sentence
        assert bot.stored(source) == []


def test_a_plan_stops_when_the_server_has_moved(
    bot: Bot, settings: dict[str, str], tmp_path: Path
) -> None:
    source, plan = named(settings, "moved"), tmp_path / "plan.jsonl"
    arguments = ("plan", "--source", source, "--output", plan, MAILBOX)
    assert bot.run(*arguments, **settings).code == ExitCode.OK
    bot.inbox().receive(source, "other", f"{source}-other", records()[3:4])
    before = bot.stored(source)
    stopped = bot.run("apply", plan, **settings)
    assert stopped.code == ExitCode.PLAN_OUTDATED, stopped.stderr
    assert "was “created” and is “unchanged” now" in stopped.sentence
    assert bot.stored(source) == before and len(before) == 1
    # control: what the journal and the inbox hold does not stand in the way of a new plan
    assert bot.run(*arguments, **settings).code == ExitCode.OK
    assert bot.run("apply", plan, **settings).code == ExitCode.OK
    assert len(bot.stored(source)) == SIGN_UPS


def test_the_server_itself_refuses_what_moved_between_asking_and_writing(
    bot: Bot, settings: dict[str, str], tmp_path: Path
) -> None:
    source, plan = named(settings, "between"), tmp_path / "plan.jsonl"
    arguments = ("plan", "--source", source, "--output", plan, MAILBOX)
    assert bot.run(*arguments, **settings).code == ExitCode.OK

    def sneak_in(_number: int, body: bytes) -> Harm:
        if b"sync_receive" in body or b"expected" in body:
            bot.inbox().receive(source, "sneak", f"{source}-sneak", records()[5:6])
        return None

    with faulty_proxy(bot.server.url, sneak_in) as proxy:
        stopped = bot.run("apply", plan, url=proxy.url, **settings)
    assert stopped.code == ExitCode.PLAN_OUTDATED, stopped.stderr
    assert "The inbox has moved" in stopped.sentence
    assert len(bot.stored(source)) == 1


def test_a_damaged_plan_and_one_for_another_version_are_refused(
    bot: Bot, settings: dict[str, str], tmp_path: Path
) -> None:
    source, plan = named(settings, "damaged"), tmp_path / "plan.jsonl"
    arguments = ("plan", "--source", source, "--output", plan, MAILBOX)
    assert bot.run(*arguments, **settings).code == ExitCode.OK
    whole = plan.read_bytes()
    for damaged in (whole[:-200], whole.replace(b'"created"', b'"review"', 1), b"", b"{}\n"):
        plan.write_bytes(damaged)
        assert bot.run("apply", plan, **settings).code == ExitCode.UNREADABLE
    assert bot.stored(source) == []


def test_a_managers_plan_says_what_would_match(
    bot: Bot, manager: Bot, settings: dict[str, str], tmp_path: Path
) -> None:
    plan = tmp_path / "plan.jsonl"
    outcome = manager.run(
        "plan", "--source", named(settings, "match"), "--output", plan, MAILBOX, **settings
    )
    assert outcome.code == ExitCode.OK, outcome.stderr
    assert "Suggested matches" in outcome.stderr
    lines = [json.loads(line) for line in plan.read_text().splitlines()[1:-1]]
    matches = [line["match"] for line in lines if "match" in line]
    assert len(matches) == SIGN_UPS
    assert any(match["city"] and "email" in match["fills"] for match in matches)


def test_a_brake_holds_before_anything_is_written(bot: Bot, settings: dict[str, str]) -> None:
    source = named(settings, "brake")
    arguments = ("import", "--json", "--source", source)
    held = bot.run(*arguments, "--max-new", "5", MAILBOX, **settings)
    assert held.code == ExitCode.BRAKE, held.stderr
    assert f"{SIGN_UPS} sign-ups would be new" in held.sentence
    assert held.result["writes"] == 0 and bot.stored(source) == []
    passed = bot.run(*arguments, "--max-new", str(SIGN_UPS), MAILBOX, **settings)
    assert passed.code == ExitCode.OK, passed.stderr
    assert conserved(passed.result) and len(bot.stored(source)) == SIGN_UPS


def test_a_brake_holds_when_much_would_change(bot: Bot, settings: dict[str, str]) -> None:
    source = named(settings, "change")
    poorer = [json.dumps({**json.loads(text), "unit": "Old reading"}) for text in records()]
    bot.inbox().receive(source, "old", f"{source}-old", poorer[:30])
    before = bot.stored(source)
    arguments = ("import", "--json", "--source", source, MAILBOX)
    held = bot.run(*arguments, "--max-change-percent", "99", **settings)
    assert held.code == ExitCode.BRAKE, held.stderr
    assert "30 of 30 known sign-ups (100.0 %) would change" in held.sentence
    assert bot.stored(source) == before
    # control: without the brake they are written
    passed = bot.run(*arguments, **settings)
    assert passed.code == ExitCode.OK and conserved(passed.result)
    assert bot.stored(source) != before


def test_a_run_is_undone_and_not_taken_again(
    bot: Bot, manager: Bot, settings: dict[str, str]
) -> None:
    source = named(settings, "undo")
    run = bot.run("import", "--json", "--source", source, MAILBOX, **settings).result["run"]
    server = bot.server
    accepted = server.shell(
        f"signups = env['scn.signup'].search([('source_id.code', '=', {source!r}),"
        " ('state', '=', 'matched')], limit=3)\n"
        "signups._accept()\nenv.cr.commit()\n"
        "answer = [signups.mapped('external_id'), signups.contact_partner_id.ids]"
    )
    ids, contacts = accepted
    assert len(ids) == 3 and contacts
    undone = bot.run("undo", "--json", "--yes", run, **settings)
    assert undone.code == ExitCode.NOT_UNDONE, undone.stderr
    assert undone.result["counts"] == {"refused": 3, "withdrawn": SIGN_UPS - 3}
    assert "accepted by staff" in undone.sentence
    refused = bot.run("undo", "--yes", "--accepted", run, **settings)
    assert refused.code == ExitCode.WRONG_KEY and "manager" in refused.sentence
    restored = manager.run("undo", "--json", "--yes", "--accepted", run, **settings)
    assert restored.code == ExitCode.OK, restored.stderr
    assert restored.result["counts"] == {"restored": 3, "unchanged": SIGN_UPS - 3}
    states = Counter(row[2] for row in bot.stored(source))
    assert states == {"withdrawn": SIGN_UPS}
    again = bot.run("import", "--json", "--source", source, MAILBOX, **settings)
    assert again.result["zero_writes"] and Counter(row[2] for row in bot.stored(source)) == states


def test_undo_needs_a_run_of_this_journal_and_a_word(bot: Bot, settings: dict[str, str]) -> None:
    unknown = bot.run("undo", "--yes", "no-such-run", **settings)
    assert unknown.code == ExitCode.CONFIGURATION and "scn-sync runs" in unknown.sentence
    run = bot.run("import", "--json", "--source", named(settings, "ask"), MAILBOX, **settings)
    unasked = bot.run("undo", run.result["run"], **settings)
    assert unasked.code == ExitCode.CONFIGURATION and "--yes" in unasked.sentence
    listed = bot.run("runs", "--json", state_folder=settings["state_folder"])
    assert [row["key"] for row in listed.result["runs"]] == [run.result["run"]]


def test_dead_letters_are_kept_shown_tried_again_and_purged(
    bot: Bot, settings: dict[str, str], tmp_path: Path
) -> None:
    source = named(settings, "letters")
    run = bot.run("import", "--json", "--source", source, MAILBOX, **settings).result
    number = run["counts"]["dead_letters"]
    assert number > 0
    listed = json.loads(bot.run("dead-letters", "list", "--json", **settings).stdout)
    assert {letter["external_id"] for letter in listed} == {
        note["external_id"] for note in run["messages"]["dead_letters"]
    }
    raws = {raw.external_id: raw.content for raw in open_source(MAILBOX)}
    kept = next(letter for letter in listed if raws[letter["external_id"]])
    shown = bot.run("dead-letters", "show", str(kept["number"]), "--raw", **settings)
    content = raws[kept["external_id"]] or b""
    assert shown.stdout == content.decode("utf-8", "strict").replace("\r\n", "\n")
    tried = bot.run("dead-letters", "retry", "--json", "--source", source, **settings)
    assert tried.code == ExitCode.OK, tried.stderr
    assert tried.result["counts"]["dead_letters"] == number and conserved(tried.result)
    listed = json.loads(bot.run("dead-letters", "list", "--json", **settings).stdout)
    assert {letter["attempts"] for letter in listed} == {2}
    assert bot.run("purge", "--json", **settings).result["dead_letters"] == 0
    assert bot.run("purge", "--all", "--json", **settings).result["dead_letters"] == number
    assert json.loads(bot.run("dead-letters", "list", "--json", **settings).stdout) == []


def test_no_file_is_for_others_and_none_holds_a_secret_or_a_person(
    bot: Bot, settings: dict[str, str], tmp_path: Path
) -> None:
    source = named(settings, "files")
    assert bot.run("plan", "--source", source, MAILBOX, **settings).code == ExitCode.OK
    assert bot.run("import", "--source", source, MAILBOX, **settings).code == ExitCode.OK
    folder = Path(settings["state_folder"])
    paths = [folder, *folder.rglob("*")]
    assert len(paths) >= 5
    for path in paths:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path
        if path.is_file():
            content = path.read_bytes()
            assert bot.key.encode() not in content, path
            assert b"lotte.verhaeghe" not in content and b"Lotte" not in content, path


def test_a_second_process_leaves_or_waits(bot: Bot, settings: dict[str, str]) -> None:
    source = named(settings, "lock")
    start = f"import sys; sys.path.append({str(SCRIPTS)!r}); from scn_sync.cli import main; main()"
    values = {"database": bot.server.database, "login": bot.login, "api_key": bot.key, **settings}
    with silent_server() as url:
        first = subprocess.Popen(
            [sys.executable, "-c", start, "import", "--source", source, str(MAILBOX)],
            env=environment(url=url, read_timeout="60", **values),
            stderr=subprocess.DEVNULL,
        )
        try:
            folder = Path(settings["state_folder"])
            deadline = time.monotonic() + 30
            while not list(folder.glob("*.lock")):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            time.sleep(0.5)
            leaves = bot.run("import", "--source", source, MAILBOX, **settings)
            assert leaves.code == ExitCode.ALREADY_RUNNING, leaves.stderr
            assert "Another scn-sync is at work" in leaves.sentence
            gives_up = bot.run("import", "--source", source, "--wait", "1", MAILBOX, **settings)
            assert gives_up.code == ExitCode.ALREADY_RUNNING
            # control: another source is free
            other = bot.run("import", "--source", f"{source}-other", MAILBOX, **settings)
            assert other.code == ExitCode.OK, other.stderr
        finally:
            first.kill()
            first.wait()
    waited = bot.run("import", "--source", source, "--wait", "30", MAILBOX, **settings)
    assert waited.code == ExitCode.OK, waited.stderr


def test_a_full_disk_is_one_sentence_and_loses_nothing(
    bot: Bot, settings: dict[str, str], tmp_path: Path
) -> None:
    """No file of the process may grow beyond a size: what a full disk looks like to SQLite."""
    source = named(settings, "full")
    start = f"import sys; sys.path.append({str(SCRIPTS)!r}); from scn_sync.cli import main; main()"
    limited = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (90_000, 90_000));" + start
    )
    values = {"url": bot.server.url, "database": bot.server.database, "login": bot.login}
    process = subprocess.run(
        [
            sys.executable,
            "-c",
            limited,
            "import",
            "--source",
            source,
            "--batch-size",
            "20",
            MAILBOX,
        ],
        env=environment(api_key=bot.key, **values, **settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert process.returncode == ExitCode.STATE, process.stderr
    assert "has no room for the journal" in " ".join(process.stderr.split())
    assert "Traceback" not in process.stderr
    again = bot.run("import", "--json", "--source", source, MAILBOX, **settings)
    assert again.code == ExitCode.OK, again.stderr
    assert conserved(again.result) and len(bot.stored(source)) == SIGN_UPS


def test_a_journal_of_somebody_else_or_a_damaged_one_is_one_sentence(
    bot: Bot, settings: dict[str, str]
) -> None:
    folder = Path(settings["state_folder"])
    folder.mkdir()
    (folder / "journal.sqlite3").write_bytes(b"no database at all, but long enough" * 100)
    damaged = bot.run("import", MAILBOX, **settings)
    assert damaged.code == ExitCode.STATE and "is damaged" in damaged.sentence
    shutil.rmtree(folder)
    folder.write_text("a file")
    assert bot.run("import", MAILBOX, **settings).code == ExitCode.STATE


def test_settings_say_where_the_journal_is(bot: Bot, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    assert bot.run("runs", "--state-folder", folder).code == ExitCode.OK
    assert (folder / "journal.sqlite3").is_file()
    assert not (folder / "plans").exists() or stat.S_IMODE(folder.stat().st_mode) == 0o700
