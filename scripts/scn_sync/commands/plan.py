"""``scn-sync plan``: what an import would do, as a table and as a file that ``apply`` carries out."""

import json
from pathlib import Path

import click
from rich.console import Console

from scn_sync import report
from scn_sync.commands.server_options import server_options, source_options
from scn_sync.exit_codes import ExitCode
from scn_sync.importing import new_run_key
from scn_sync.inputs import open_input, origin_of
from scn_sync.journal import Journal
from scn_sync.performing import perform_run
from scn_sync.planning import PlanHead, PlanWriter, plan_head
from scn_sync.run_log import people_console
from scn_sync.run_result import ImportResult
from scn_sync.session import open_inbox, open_state
from scn_sync.settings import Settings


@click.command("plan")
@click.argument("mailbox", type=click.Path(path_type=Path), metavar="FILE|FOLDER|imap:")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PLAN",
    help="Where to write the plan [default: the folder “plans” of the state folder].",
)
@source_options
@click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON on standard output."
)
@server_options
def command(
    settings: Settings, mailbox: Path, output: Path | None, from_start: bool, as_json: bool
) -> int:
    """Ask the server what an import would do, and write it down; nothing changes.

    With the bot's key the answer speaks of the inbox only. With a manager's key it also says which city and person each
    sign-up would match, and which fields accepting it would fill.

    \b
    Examples:
      scn-sync plan mailbox.mbox
      scn-sync plan --source info-mailbox --output tonight.jsonl ~/Maildir
    """
    console = people_console()
    source = open_input(mailbox, settings, from_start)
    for notice in source.notices:
        console.print(notice, highlight=False, markup=False, soft_wrap=True)
    run = new_run_key()
    path = output or open_state(settings).plans / f"{run}.jsonl"
    try:
        with open_inbox(settings) as (inbox, info), Journal(None) as journal:
            head = plan_head(
                run=run,
                source=settings.source,
                origin=origin_of(mailbox, settings),
                input=str(mailbox) if str(mailbox).startswith("imap:") else str(mailbox.resolve()),
                mapping=settings.mapping,
                from_start=from_start,
                server=inbox.server_name(info),
                module_version=info.module_version,
                by_manager=info.is_manager,
                keep_days=settings.keep_days,
            )
            with (
                report.progress_bar(console, source) as tell,
                PlanWriter(path, head) as writer,
            ):
                result = perform_run(
                    source,
                    inbox,
                    journal,
                    journal.begin(run, "plan", head.server, head.source, head.origin, "sending"),
                    batch_size=settings.batch_size,
                    limits=info.limits,
                    dry_run=True,
                    observer=writer,
                    on_progress=tell,
                )
            _print(console, result, path, head, writer)
            if as_json:
                plan_file = None if result.problem else str(path)
                click.echo(json.dumps({**report.as_json(result), "plan": plan_file}, indent=2))
    finally:
        source.close()
    if result.problem is not None:
        raise result.problem
    return ExitCode.OK


def _print(
    console: Console, result: ImportResult, path: Path, head: PlanHead, writer: PlanWriter
) -> None:
    report.print_result(console, result)
    report.print_matches(console, writer.matches, writer.match_count)
    if result.problem is None:
        console.print(
            f"Carry it out before {head.keep_until[:10]} with: scn-sync apply {path}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
