"""``scn-sync import``: a mailbox or a table into the sign-up inbox."""

import json
from pathlib import Path

import click

from scn_sync import report
from scn_sync.brakes import Limit
from scn_sync.commands.server_options import (
    brake_options,
    server_options,
    source_options,
    wait_option,
)
from scn_sync.exit_codes import ExitCode
from scn_sync.importing import import_signups
from scn_sync.inputs import open_input, origin_of, settle
from scn_sync.journal import Journal
from scn_sync.run_log import people_console
from scn_sync.session import connect, open_journal
from scn_sync.settings import Settings


@click.command("import")
@click.argument("mailbox", type=click.Path(path_type=Path), metavar="FILE|FOLDER|imap:")
@click.option("--dry-run", is_flag=True, help="Ask the server what it would do; it writes nothing.")
@source_options
@brake_options
@wait_option
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
    settings: Settings,
    mailbox: Path,
    dry_run: bool,
    from_start: bool,
    max_new: int | None,
    max_change_percent: float | None,
    wait: float,
    as_json: bool,
    fail_on_dead_letters: bool,
) -> int:
    """Read mail (mbox, Maildir, eml, a folder of eml files, imap:) or a table (CSV, JSON, JSON lines) into the inbox.

    Running it again changes nothing: a message that is already there as it is is not written again. A run that was
    cut short goes on where it stopped. “imap:” is the mailbox in the settings, “imap:FOLDER” one folder of it.

    \b
    Examples:
      scn-sync import --dry-run mailbox.mbox
      scn-sync import --json --source info-mailbox ~/Maildir
      scn-sync import --source web-form --mapping google-forms responses.csv
      scn-sync import --max-new 200 --max-change-percent 10 --wait 600 imap:
    """
    console = people_console()
    limit = Limit(max_new, max_change_percent)
    opened = Journal(None) if dry_run else open_journal(settings, wait)
    with opened as journal:
        # a file that cannot be used is told before the server is bothered
        source = open_input(mailbox, settings, from_start)
        try:
            for notice in source.notices:
                console.print(notice, highlight=False, markup=False, soft_wrap=True)
            with (
                connect(settings, journal) as session,
                report.progress_bar(console, source) as tell,
            ):
                result = import_signups(
                    source,
                    session.inbox,
                    source_name=settings.source,
                    batch_size=settings.batch_size,
                    limits=session.info.limits,
                    dry_run=dry_run,
                    on_progress=tell,
                    on_accounted=lambda outcomes: settle(source, outcomes),
                    journal=journal,
                    origin=origin_of(mailbox, settings),
                    server=session.server,
                    limit=limit,
                )
        finally:
            source.close()
        report.print_result(console, result)
        if as_json:
            click.echo(json.dumps(report.as_json(result), indent=2))
    if result.problem is not None:
        raise result.problem
    if fail_on_dead_letters and result.counts["dead_letters"]:
        return ExitCode.DEAD_LETTERS
    return ExitCode.OK
