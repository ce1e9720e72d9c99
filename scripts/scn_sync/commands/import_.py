"""``scn-sync import``: a mailbox into the sign-up inbox."""

import json
from pathlib import Path

import click
from rich.console import Console

from scn_sync import report
from scn_sync.commands.server_options import server_options
from scn_sync.exit_codes import ExitCode
from scn_sync.importing import ImportResult, import_signups, new_run_key
from scn_sync.inbox import SignupInbox
from scn_sync.settings import Connection, Settings
from scn_sync.sources import open_source
from scn_sync.transport import XmlRpcTransport


@click.command("import")
@click.argument("mailbox", type=click.Path(path_type=Path), metavar="FILE|FOLDER")
@click.option("--dry-run", is_flag=True, help="Ask the server what it would do; it writes nothing.")
@click.option(
    "--source", metavar="NAME", help="Name of this mailbox in the inbox [default: mailbox]."
)
@click.option(
    "--mapping",
    metavar="FILE|NAME",
    help="For tables: which column is what; a TOML or JSON file, or a mapping that comes along.",
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
@server_options
def command(
    settings: Settings, mailbox: Path, dry_run: bool, as_json: bool, fail_on_dead_letters: bool
) -> int:
    """Read mail (mbox, Maildir, eml, a folder of eml files) or a table (CSV, JSON, JSON lines) into the inbox.

    Running it again changes nothing: a message that is already there as it is is not written again.

    \b
    Examples:
      scn-sync import --dry-run mailbox.mbox
      scn-sync import --json --source info-mailbox ~/Maildir
      scn-sync import --source web-form --mapping google-forms responses.csv
    """
    console = Console(stderr=True)
    source = open_source(mailbox, settings.mapping)
    for notice in source.notices:
        console.print(notice, highlight=False, markup=False, soft_wrap=True)
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
