"""Flag before environment before file; the key from a safe place only; help with an example everywhere."""

import os
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from scn_sync.cli import main
from scn_sync.errors import ConfigurationProblem
from scn_sync.exit_codes import ExitCode
from scn_sync.reasons import DEAD_LETTERS, REJECTIONS, REVIEW_REASONS
from scn_sync.settings import Connection, is_loopback, load_settings, read_key_file

from .command import scn_sync

KEY = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("SCN_SYNC_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


def test_flag_before_environment_before_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(
        tmp_path / "config/scn-sync/config.toml",
        'url = "https://file.example"\ndatabase = "file"\nlogin = "file"\n',
    )
    monkeypatch.setenv("SCN_SYNC_DATABASE", "environment")
    monkeypatch.setenv("SCN_SYNC_LOGIN", "environment")
    settings = load_settings({"login": "flag", "url": None})
    assert (settings.url, settings.database, settings.login) == (
        "https://file.example",
        "environment",
        "flag",
    )


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    assert load_settings({}).source == "mailbox"
    with pytest.raises(ConfigurationProblem, match="There is no configuration file"):
        load_settings({}, tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("url = ", "not valid TOML"),
        ('nonsense = "x"', "nonsense"),
        (f'api_key = "{KEY}"', "Take api_key out"),
        ('source = "Not Allowed"', "source"),
        ("batch_size = 501", "batch_size"),
        ('url = "ftp://x"', "url"),
        ('url = "https://name:secret@odoo.example"', "url"),
    ],
)
def test_an_unfit_file_is_one_sentence_without_its_values(
    tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(ConfigurationProblem, match=sentence) as caught:
        load_settings({}, write(tmp_path / "config.toml", text))
    assert KEY not in str(caught.value) and "secret" not in str(caught.value)


def test_key_file_must_be_for_its_owner_only(tmp_path: Path) -> None:
    assert read_key_file(write(tmp_path / "key", f"{KEY}\n")).get_secret_value() == KEY
    for mode in (0o640, 0o604, 0o622):
        with pytest.raises(ConfigurationProblem, match="chmod 600"):
            read_key_file(write(tmp_path / "key", KEY, mode))


@pytest.mark.parametrize("content", ["", "two words", "x" * 5_000, "schlüssel"])
def test_a_key_file_holds_one_key(tmp_path: Path, content: str) -> None:
    with pytest.raises(ConfigurationProblem, match="does not hold one API key"):
        read_key_file(write(tmp_path / "key", content))


def test_a_key_file_is_a_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(ConfigurationProblem):
            read_key_file(path)
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(ConfigurationProblem, match="not a regular file"):
        read_key_file(tmp_path / "pipe")


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("url", "database", "login"):
        with pytest.raises(ConfigurationProblem, match=f"SCN_SYNC_{name.upper()}"):
            Connection(load_settings({}))
        monkeypatch.setenv(f"SCN_SYNC_{name.upper()}", "https://odoo.example")
    with pytest.raises(ConfigurationProblem, match="Missing the API key"):
        Connection(load_settings({}))


def test_the_key_goes_unencrypted_to_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCN_SYNC_API_KEY", KEY)
    given = {"database": "d", "login": "l"}
    with pytest.raises(ConfigurationProblem, match="unencrypted"):
        Connection(load_settings({**given, "url": "http://odoo.example"}))
    Connection(load_settings({**given, "url": "http://odoo.example", "insecure_http": True}))
    for host in ("localhost", "127.0.0.1", "[::1]"):
        connection = Connection(load_settings({**given, "url": f"http://{host}:8069/"}))
        assert KEY not in repr(vars(connection)) and not connection.url.endswith("/")
    assert not is_loopback("localhost.example.org")


def test_settings_show_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCN_SYNC_API_KEY", KEY)
    assert KEY not in repr(load_settings({})) + load_settings({}).model_dump_json()


def test_no_command_takes_the_key_as_an_option() -> None:
    for command in [main, *main.commands.values()]:
        for parameter in command.params:
            assert "key" not in parameter.name.lower() if parameter.name else True
    outcome = scn_sync("check", "--api-key", KEY)
    assert outcome.code == ExitCode.USAGE


@pytest.mark.parametrize("name", ["", *main.commands])
def test_every_help_has_an_example(name: str) -> None:
    outcome = CliRunner().invoke(main, [name, "--help"] if name else ["--help"])
    assert outcome.exit_code == 0
    examples = outcome.output.partition("Example")[2]
    assert f"scn-sync {name}".strip() in examples


@pytest.mark.parametrize("name", main.commands)
def test_every_option_is_explained(name: str) -> None:
    for parameter in main.commands[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.name}"


def test_a_wrong_option_is_a_usage_error() -> None:
    assert scn_sync("import").code == ExitCode.USAGE
    assert scn_sync("import", "--batch-size", "0", "x").code == ExitCode.USAGE


def test_exit_codes_and_reasons_are_documented(checkout: Path) -> None:
    guide = (checkout / "docs" / "sync.md").read_text("utf-8")
    for code in ExitCode:
        assert f"| {code.value} |" in guide, code.name
    for reason, sentence in {**REVIEW_REASONS, **REJECTIONS, **DEAD_LETTERS}.items():
        assert f"| `{reason}` | {sentence} |" in guide
        assert re.fullmatch(r"[a-z_]{1,40}", reason)
