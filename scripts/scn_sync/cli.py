"""The command ``scn-sync``: parses the command line, calls the functions that work, prints what they return."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Concatenate, ParamSpec

import click
from rich.console import Console

from scn_sync import __version__, checking, report
from scn_sync.errors import SyncError
from scn_sync.exit_codes import ExitCode
from scn_sync.importing import ImportResult, import_signups, new_run_key
from scn_sync.inbox import SignupInbox
from scn_sync.settings import Connection, Settings, load_settings
from scn_sync.sources import open_source
from scn_sync.transport import XmlRpcTransport

P = ParamSpec("P")

_HELP_WIDTH = {"max_content_width": 100, "help_option_names": ["-h", "--help"]}


def _server_options(command: Callable[Concatenate[Settings, P], int]) -> Callable[P, None]:
    """Give a command the options that say which server, turn problems into one sentence, exit with its code."""

    @click.option(
        "--url",
        metavar="ADDRESS",
        help="Address of the Odoo server, for example https://odoo.example.org.",
    )
    @click.option("--database", metavar="NAME", help="Name of the database on that server.")
    @click.option(
        "--login",
        metavar="LOGIN",
        help="Login of the sync bot. The key is never an option: see docs/sync.md.",
    )
    @click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Configuration file (TOML).",
    )
    @click.option(
        "--insecure-http",
        is_flag=True,
        help="Allow http:// to another machine; the key travels unencrypted.",
    )
    @wraps(command)
    def run(*args: P.args, **options: P.kwargs) -> None:
        console = Console(stderr=True)
        values: dict[str, object] = dict(options)
        names = ("url", "database", "login", "source", "batch_size")
        flags = {name: values.pop(name, None) for name in names}
        flags["insecure_http"] = True if values.pop("insecure_http") else None
        config = values.pop("config")
        try:
            with _interruptible():
                settings = load_settings(flags, config if isinstance(config, Path) else None)
                code = command(settings, *args, **values)  # type: ignore[arg-type]
        except SyncError as problem:
            console.print(
                f"scn-sync: {problem}", style="red", markup=False, highlight=False, soft_wrap=True
            )
            code = problem.exit_code
        except KeyboardInterrupt:
            console.print("scn-sync: interrupted before anything was sent.")
            code = ExitCode.INTERRUPTED
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


@click.group(context_settings=_HELP_WIDTH)
@click.version_option(__version__, prog_name="scn-sync")
def main() -> None:
    """Bring city sign-ups that arrived by e-mail into the sign-up inbox of Odoo.

    \b
    Example:
      SCN_SYNC_KEY_FILE=~/.config/scn-sync/key \\
        scn-sync import --url https://odoo.example.org --database foundation --login sync-bot mailbox.mbox
    """


@main.command("import")
@click.argument("mailbox", type=click.Path(path_type=Path), metavar="FILE|FOLDER")
@click.option("--dry-run", is_flag=True, help="Ask the server what it would do; it writes nothing.")
@click.option(
    "--source", metavar="NAME", help="Name of this mailbox in the inbox [default: mailbox]."
)
@click.option(
    "--batch-size", type=click.IntRange(1, 500), help="Sign-ups in one call [default: 500]."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON on standard output."
)
@click.option(
    "--fail-on-dead-letters",
    is_flag=True,
    help="Exit with code 11 when a message could not be read.",
)
@_server_options
def import_command(
    settings: Settings, mailbox: Path, dry_run: bool, as_json: bool, fail_on_dead_letters: bool
) -> int:
    """Read an mbox file, a Maildir, an eml file or a folder of eml files into the inbox.

    Running it again changes nothing: a message that is already there as it is is not written again.

    \b
    Examples:
      scn-sync import --dry-run mailbox.mbox
      scn-sync import --json --source info-mailbox ~/Maildir
    """
    console = Console(stderr=True)
    source = open_source(mailbox)
    try:
        with XmlRpcTransport(Connection(settings)) as transport:
            inbox = SignupInbox(transport)
            info = inbox.info()
            with report.progress_bar(console, source) as tell:
                result = import_signups(
                    source,
                    inbox,
                    source_name=settings.source,
                    run=new_run_key(),
                    batch_size=settings.batch_size,
                    limits=info.limits,
                    dry_run=dry_run,
                    on_progress=tell,
                )
    finally:
        source.close()
    _print_import(console, result, as_json)
    if result.problem is not None:
        raise result.problem
    if fail_on_dead_letters and result.counts["dead_letters"]:
        return ExitCode.DEAD_LETTERS
    return ExitCode.OK


def _print_import(console: Console, result: ImportResult, as_json: bool) -> None:
    report.print_result(console, result)
    if as_json:
        click.echo(json.dumps(report.as_json(result), indent=2))


@main.command("check")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON on standard output."
)
@_server_options
def check_command(settings: Settings, as_json: bool) -> int:
    """Ask the server who it is: Odoo series, module version, days left for the key. Sends no sign-up.

    \b
    Example:
      scn-sync check --url https://odoo.example.org --database foundation --login sync-bot
    """
    with XmlRpcTransport(Connection(settings)) as transport:
        result = checking.check_server(SignupInbox(transport))
    console = Console(stderr=True)
    info = result.info
    days = "never ends" if result.key_days_left is None else f"ends in {result.key_days_left} days"
    console.print(
        f"Odoo {info.series} with {info.module} {info.module_version}; the API key {days}.",
        highlight=False,
    )
    if as_json:
        click.echo(json.dumps(checking.as_json(result), indent=2))
    return ExitCode.OK


if __name__ == "__main__":
    main()
