"""The options that say which server, and the one place that turns problems into a sentence and an exit code."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Concatenate, ParamSpec, TypeVar

import click

from scn_sync.errors import SyncError
from scn_sync.exit_codes import ExitCode
from scn_sync.run_log import people_console, use
from scn_sync.settings import Settings, load_settings

P = ParamSpec("P")
Command = TypeVar("Command", bound=Callable[..., object])
_SETTINGS = (
    "url",
    "database",
    "login",
    "source",
    "mapping",
    "batch_size",
    "transport",
    "state_folder",
)


_SERVER_OPTIONS = (
    click.option(
        "--url",
        metavar="ADDRESS",
        help="Address of the Odoo server, for example https://odoo.example.org.",
    ),
    click.option("--database", metavar="NAME", help="Name of the database on that server."),
    click.option(
        "--login",
        metavar="LOGIN",
        help="Login of the sync bot. The key is never an option: see docs/sync.md.",
    ),
    click.option(
        "--transport",
        type=click.Choice(["xml-rpc", "json-2"]),
        help="How to talk to the server [default: xml-rpc].",
    ),
    click.option(
        "--insecure-http",
        is_flag=True,
        help="Allow http:// to another machine; the key travels unencrypted.",
    ),
)


wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0,
    metavar="SECONDS",
    help="Wait for another scn-sync that works on the same source [default: leave at once].",
)


def source_options(command: Command) -> Command:
    """Give a command the options that say what the source is called, and how much goes into one call."""
    for option in (
        click.option(
            "--batch-size", type=click.IntRange(1, 500), help="Sign-ups in one call [default: 500]."
        ),
        click.option(
            "--mapping",
            metavar="FILE|NAME",
            help="For tables: which column is what; a TOML or JSON file, or a mapping that comes along.",
        ),
        click.option(
            "--source", metavar="NAME", help="Name of this mailbox in the inbox [default: mailbox]."
        ),
        click.option(
            "--from-start",
            is_flag=True,
            help="Read a mailbox on an IMAP server from its start, whatever was read before.",
        ),
    ):
        command = option(command)
    return command


def brake_options(command: Command) -> Command:
    """Give a command the brakes (see :mod:`scn_sync.brakes`)."""
    for option in (
        click.option(
            "--max-change-percent",
            type=click.FloatRange(0, 100),
            metavar="PERCENT",
            help="Write nothing when more than this share of the known sign-ups would change.",
        ),
        click.option(
            "--max-new",
            type=click.IntRange(min=0),
            metavar="NUMBER",
            help="Write nothing when more sign-ups than this would be new.",
        ),
    ):
        command = option(command)
    return command


def server_options(command: Callable[Concatenate[Settings, P], int]) -> Callable[P, None]:
    """Give a command the options that say which server, and those of :func:`local_options`."""
    run = local_options(command)
    for option in reversed(_SERVER_OPTIONS):
        run = option(run)
    return run


def local_options(command: Callable[Concatenate[Settings, P], int]) -> Callable[P, None]:
    """Give a command what it needs without a server: configuration, state folder, one sentence, exit code."""

    @click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Configuration file (TOML).",
    )
    @click.option(
        "--state-folder",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="FOLDER",
        help="Folder with the journal [default: ~/.local/state/scn-sync].",
    )
    @click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        help="On standard error: sentences for people, or events for machines [default: text].",
    )
    @wraps(command)
    def run(*args: P.args, **options: P.kwargs) -> None:
        values: dict[str, object] = dict(options)
        flags = {name: values.pop(name, None) for name in _SETTINGS}
        flags["log_format"] = values.get("log_format")
        flags["insecure_http"] = True if values.pop("insecure_http", False) else None
        config = values.pop("config")
        log = use("json" if values.pop("log_format") == "json" else "text")
        try:
            with _interruptible():
                settings = load_settings(flags, config if isinstance(config, Path) else None)
                log = use(settings.log_format)
                code = command(settings, *args, **values)  # type: ignore[arg-type]
        except SyncError as problem:
            people_console().print(
                f"scn-sync: {problem}", style="red", markup=False, highlight=False, soft_wrap=True
            )
            code = problem.exit_code
            # the sentence may repeat words of a server: only its kind is for a log
            log.event("failed", "error", exit_code=int(code), problem=type(problem).__name__)
        except KeyboardInterrupt:
            people_console().print("scn-sync: interrupted before anything was sent.")
            code = ExitCode.INTERRUPTED
            log.event("failed", "error", exit_code=int(code), problem="Interrupted")
        sys.exit(code)

    return run


@contextmanager
def _interruptible() -> Iterator[None]:
    """Treat a polite request to end (SIGTERM) like Ctrl-C."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
