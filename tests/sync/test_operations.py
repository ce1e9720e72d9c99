"""What keeps it running for years: doctor, status, logs without personal data, units, completion, the reference."""

import configparser
import json
import re
import shutil
import stat
import subprocess
import sys
import xmlrpc.client
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import click
import pytest
from scn_sync import diagnosing, sample
from scn_sync.cli import main
from scn_sync.errors import MailServerDown
from scn_sync.exit_codes import ExitCode
from scn_sync.models import ServerInfo
from scn_sync.reference import BEGIN, with_reference
from scn_sync.run_log import EVENTS, RunLog
from scn_sync.settings import Settings

from .answering_server import Answer, answering_server, free_address, signed_in, value
from .command import SCRIPTS, Outcome, environment, scn_sync

KEY = "0123456789abcdef0123456789abcdef01234567"
MAILBOX = Path(sample.__file__).parent / "sample.mbox"
UNITS = Path("docs") / "systemd"


def info(**changes: object) -> Answer:
    now = datetime.now(timezone.utc)
    return value(
        json.dumps(
            {
                "protocol": 1,
                "series": "19.0",
                "module": "scn_partner",
                "module_version": "19.0.1.0.0",
                "server_time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "key_expires_at": (now + timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "limits": {"records": 500, "bytes": 2_000_000},
                **changes,
            }
        )
    )


def run(tmp_path: Path, *arguments: str | Path, **settings: str) -> Outcome:
    state = tmp_path / "state"
    state.mkdir(mode=0o700, exist_ok=True)
    given = {"url": "http://127.0.0.1:9", "database": "foundation", "login": "bot", "api_key": KEY,
             "state_folder": str(state)}  # fmt: skip
    outcome = scn_sync(*arguments, **{**given, **settings})
    assert KEY not in outcome.stdout + outcome.stderr
    assert "Traceback" not in outcome.stderr
    return outcome


def taking_inbox(_path: str, body: bytes) -> Answer:
    """A server whose inbox takes everything."""
    if b"sync_info" in body:
        return info()
    parameters, _method = xmlrpc.client.loads(body)
    request = json.loads(parameters[-1][0])  # type: ignore[index]
    rows = [
        {"external_id": record["external_id"], "status": "created", "reason": None}
        for record in request["records"]
    ]
    return value(json.dumps({"protocol": 1, "records": rows}))


def odoo(then: Answer | None = None, **changes: object) -> Callable[[str, bytes], Answer]:
    """A server that says who it is, and answers everything else with ``then``."""
    other = then or value("no answer of the contract")
    return signed_in(lambda _path, body: info(**changes) if b"sync_info" in body else other)


def verdicts(outcome: Outcome) -> dict[str, str]:
    return {finding["name"]: finding["verdict"] for finding in outcome.result["findings"]}


# -- doctor ------------------------------------------------------------------------------------------------------


def test_doctor_finds_everything_well(tmp_path: Path) -> None:
    with answering_server(odoo()) as url:
        outcome = run(tmp_path, "doctor", "--json", MAILBOX, url=url)
    assert outcome.code == ExitCode.OK, outcome.stderr
    assert verdicts(outcome) == dict.fromkeys(
        ["state folder", "disk", "settings", "server", "key", "clock", "mailbox"], "ok"
    )
    assert len(outcome.stderr.strip().splitlines()) == len(verdicts(outcome))  # one line each


def test_doctor_says_what_is_wrong_and_goes_on(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(KEY)
    key.chmod(0o644)
    outcome = run(
        tmp_path, "doctor", "--json", tmp_path / "none.mbox", url=free_address(), key_file=str(key)
    )
    assert outcome.code == ExitCode.UNWELL
    found = verdicts(outcome)
    assert (found["key file"], found["server"], found["mailbox"]) == (
        "problem",
        "problem",
        "problem",
    )
    assert "run chmod 600 on it" in outcome.sentence
    assert "is the server running?" in outcome.sentence


def test_doctor_without_settings_names_the_first_that_is_missing(tmp_path: Path) -> None:
    outcome = scn_sync("doctor", state_folder=str(tmp_path))
    assert outcome.code == ExitCode.UNWELL
    assert "Missing the address of the Odoo server" in outcome.sentence


@pytest.mark.parametrize(
    ("changes", "name", "verdict", "code"),
    [
        ({"key_expires_at": None}, "key", "warning", ExitCode.OK),
        ({"key_expires_at": "2000-01-01T00:00:00Z"}, "key", "warning", ExitCode.OK),
        ({"server_time": "2000-01-01T00:00:00Z"}, "clock", "problem", ExitCode.UNWELL),
        ({"series": "18.0"}, "server", "problem", ExitCode.UNWELL),
        ({"protocol": 2}, "server", "problem", ExitCode.UNWELL),
    ],
)
def test_doctor_looks_at_key_clock_and_version(
    tmp_path: Path, changes: dict[str, object], name: str, verdict: str, code: ExitCode
) -> None:
    with answering_server(odoo(**changes)) as url:
        outcome = run(tmp_path, "doctor", "--json", url=url)
    assert verdicts(outcome)[name] == verdict
    assert outcome.code == code


def test_a_warning_counts_only_when_asked(tmp_path: Path) -> None:
    with answering_server(odoo(key_expires_at=None)) as url:
        assert run(tmp_path, "doctor", "--strict", url=url).code == ExitCode.UNWELL


@pytest.mark.parametrize(
    ("free", "verdict"), [(50_000_000, "problem"), (500_000_000, "warning"), (5_000_000_000, "ok")]
)
def test_doctor_looks_at_the_disk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, verdict: str
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    assert diagnosing._disk(Settings(state_folder=tmp_path)).verdict == verdict


@pytest.mark.parametrize(
    ("seconds", "verdict"), [(0, "ok"), (59, "ok"), (120, "warning"), (400, "problem")]
)
def test_doctor_measures_the_clock_from_the_middle_of_the_call(seconds: int, verdict: str) -> None:
    asked = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)
    theirs = asked + timedelta(seconds=5 + seconds)
    told = ServerInfo.model_validate(
        {
            "protocol": 1,
            "series": "19.0",
            "module": "m",
            "module_version": "1",
            "server_time": theirs,
        }
    )
    assert diagnosing._clock(told, asked, asked + timedelta(seconds=10)).verdict == verdict


def test_a_mailbox_that_cannot_be_read_is_one_line() -> None:
    def broken() -> int:
        raise MailServerDown("The mail server is down.")

    (finding,) = diagnosing._mailbox(broken)
    assert (finding.verdict, finding.sentence) == ("problem", "The mail server is down.")


# -- status ------------------------------------------------------------------------------------------------------


def test_status_of_an_empty_journal(tmp_path: Path) -> None:
    outcome = run(tmp_path, "status", "--offline", "--json")
    assert outcome.code == ExitCode.OK, outcome.stderr
    assert "Nothing has run here yet" in outcome.sentence
    assert outcome.result["latest"] == []


def test_status_says_what_was_cut_short_and_that_the_server_is_silent(tmp_path: Path) -> None:
    with answering_server(odoo()) as url:
        run(tmp_path, "import", MAILBOX, url=url)
    outcome = run(tmp_path, "status", "--json", url=free_address())
    assert outcome.code == ExitCode.OK, outcome.stderr
    assert outcome.result["not_answered"] > 0
    assert "were cut short" in outcome.sentence
    assert outcome.result["dead_letters"] > 0
    assert "The server could not be asked" in outcome.sentence
    with answering_server(odoo()) as url:
        assert run(tmp_path, "status", "--json", url=url).result["key_days"] in (89, 90)


# -- logs --------------------------------------------------------------------------------------------------------


def test_a_log_for_machines_holds_nothing_personal(tmp_path: Path) -> None:
    """The whole sample mailbox, with a server that fails and then takes everything."""
    with answering_server(odoo()) as url:
        outcome = run(tmp_path, "import", "--log-format", "json", MAILBOX, url=url)
    assert outcome.code == ExitCode.WRONG_SERVER
    with answering_server(signed_in(taking_inbox)) as url:
        second = run(tmp_path, "import", "--log-format", "json", MAILBOX, url=url)
    assert second.code == ExitCode.OK, second.stderr
    outcome = Outcome(second.code, second.stdout, outcome.stderr + second.stderr)
    lines = [json.loads(line) for line in outcome.stderr.splitlines()]
    assert {"run_started", "dead_letter", "run_ended", "failed"} <= {
        line["event"] for line in lines
    }
    assert all(datetime.fromisoformat(line["time"]).tzinfo for line in lines)
    text = outcome.stderr.casefold()
    for personal in personal_words():
        assert personal.casefold() not in text, personal
    # the control: the same words are in what was sent
    assert any(
        word.casefold() in MAILBOX.read_text("utf-8", "replace").casefold()
        for word in personal_words()
    )
    assert KEY not in outcome.stderr
    assert str(tmp_path) not in outcome.stderr


def personal_words() -> set[str]:
    """Every name, address, telephone number and subject that the sample mailbox is known to hold."""
    expected = json.loads((MAILBOX.parent / "expected.json").read_text("utf-8"))
    words = set()
    for row in expected:
        for field in ("name", "email", "phone", "city", "unit", "subject"):
            found = row.get(field) or (row.get("fields") or {}).get(field)
            if isinstance(found, str) and len(found) > 4:
                words.add(found)
    words |= set(re.findall(r"[\w.+-]+@[\w.-]+\.\w+", MAILBOX.read_text("utf-8", "replace")))
    assert len(words) > 100
    return words


def test_a_field_that_nobody_thought_about_cannot_be_logged() -> None:
    with pytest.raises(KeyError):
        RunLog("json").event("run_started", email="ana@faro.example")
    with pytest.raises(KeyError):
        RunLog("json").event("something_else")


def test_the_log_for_machines_is_all_there_is_on_standard_error(tmp_path: Path) -> None:
    outcome = run(tmp_path, "import", "--json", MAILBOX, url=free_address(), log_format="json")
    assert outcome.code == ExitCode.SERVER_DOWN
    for line in outcome.stderr.splitlines():
        assert json.loads(line)["event"] in EVENTS


def test_events_are_documented(checkout: Path) -> None:
    guide = (checkout / "docs" / "sync.md").read_text("utf-8")
    for event, sentence in EVENTS.items():
        assert f"| `{event}` | {sentence} |" in guide


def parse(command: click.Command, name: str, arguments: list[str]) -> click.Context:
    """Parse a command line as the real one is parsed; a wrong one raises."""
    settings = dict(main.context_settings)
    return command.make_context(name, list(arguments), **settings)


# -- units, completion, reference ----------------------------------------------------------------------------------


def test_units_are_valid(checkout: Path, tmp_path: Path) -> None:
    for name in ("scn-sync.service", "scn-sync.timer"):
        text = (checkout / UNITS / name).read_text("utf-8")
        # verify wants the program to be there
        (tmp_path / name).write_text(
            text.replace("/usr/local/bin/scn-sync", shutil.which("true") or "/bin/true")
        )
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(checkout / UNITS / "scn-sync.service")
    assert {"Unit", "Service"} == set(unit.sections())
    program = shutil.which("systemd-analyze")
    if program is not None:
        units = [str(tmp_path / name) for name in ("scn-sync.service", "scn-sync.timer")]
        said = subprocess.run(
            [program, "verify", "--man=no", *units], capture_output=True, text=True, check=False
        )
        ours = [line for line in said.stderr.splitlines() if "scn-sync" in line]
        assert (said.returncode, ours) == (0, [])


def test_the_unit_runs_a_command_that_exists_and_its_codes_are_ours(checkout: Path) -> None:
    text = (checkout / UNITS / "scn-sync.service").read_text("utf-8")
    arguments = re.search(r"^ExecStart=/usr/local/bin/scn-sync (.*)$", text, re.MULTILINE)
    assert arguments
    name, *rest = arguments[1].split()
    context = parse(main.commands[name], name, rest)
    assert context.params["log_format"] == "json"
    codes = re.search(r"^SuccessExitStatus=(.*)$", text, re.MULTILINE)
    assert codes
    assert {int(code) for code in codes[1].split()} == {
        ExitCode.SERVER_DOWN, ExitCode.ALREADY_RUNNING, ExitCode.MAIL_SERVER_DOWN,
    }  # fmt: skip


def test_the_cron_line_is_a_command_that_exists(checkout: Path) -> None:
    guide = (checkout / "docs" / "sync.md").read_text("utf-8")
    line = re.search(r"\$\(scn-sync (.*?) 2>&1\)", guide)
    assert line
    name, *rest = line[1].split()
    parse(main.commands[name], name, rest)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_there_and_documented(shell: str, checkout: Path, tmp_path: Path) -> None:
    guide = (checkout / "docs" / "sync.md").read_text("utf-8")
    assert f"_SCN_SYNC_COMPLETE={shell}_source scn-sync" in guide
    start = (
        "import sys; sys.argv[0] = 'scn-sync'; "
        f"sys.path.append({str(SCRIPTS)!r}); from scn_sync.cli import main; main(prog_name='scn-sync')"
    )
    # completing “scn-sync doc”
    words = {"COMP_WORDS": "scn-sync doc", "COMP_CWORD": "1" if shell != "fish" else "doc"}
    done = subprocess.run(
        [sys.executable, "-c", start],
        env={**environment(), **words, "_SCN_SYNC_COMPLETE": f"{shell}_complete"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "doctor" in done.stdout


def test_the_reference_is_made_from_the_help(checkout: Path) -> None:
    guide = (checkout / "docs" / "sync.md").read_text("utf-8")
    assert BEGIN in guide
    assert with_reference(guide) == guide, "run: python3 -m scn_sync.reference docs/sync.md"


def commands() -> list[tuple[str, click.Command]]:
    """Every command, and those inside a group, by their full names."""
    found: list[tuple[str, click.Command]] = []
    for name, command in main.commands.items():
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {inner}", part) for inner, part in command.commands.items()]
    return found


@pytest.mark.parametrize(("name", "command"), commands(), ids=[name for name, _ in commands()])
def test_every_help_has_an_example_that_parses(name: str, command: click.Command) -> None:
    text = command.help or ""
    lines = text.partition("Example")[2].split("\n")
    examples = [part for line in lines for part in line.split(" && ") if "scn-sync " in part]
    parsed = 0
    for example in examples:
        words = re.split(r" [#<>|] ", example[example.index("scn-sync ") :])[0].split()[1:]
        if words[: len(name.split())] == name.split() and not isinstance(command, click.Group):
            parse(command, name, words[len(name.split()) :])
            parsed += 1
    assert parsed or isinstance(command, click.Group), f"{name} has no example"
    assert examples


def test_the_state_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    run(tmp_path, "status", "--offline")
    for path in (tmp_path / "state").rglob("*"):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
