"""``scn-sync runs``: what the journal knows."""

import json
from dataclasses import asdict

import click
from rich.table import Table

from scn_sync.commands.server_options import local_options
from scn_sync.exit_codes import ExitCode
from scn_sync.journal import Journal
from scn_sync.run_log import people_console
from scn_sync.session import open_state
from scn_sync.settings import Settings


@click.command("runs")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many to show."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON on standard output."
)
@local_options
def command(settings: Settings, limit: int, as_json: bool) -> int:
    """List the runs in the journal, the latest first.

    \b
    Example:
      scn-sync runs --limit 5
    """
    with Journal(open_state(settings).journal, settings.keep_days) as journal:
        runs = journal.runs()[:limit]
    console = people_console()
    if not runs:
        console.print("The journal is empty: nothing has run here yet.")
    else:
        table = Table()
        for title in ("Run", "Command", "Source", "Started", "State"):
            table.add_column(title)
        table.add_column("Read", justify="right")
        table.add_column("Written", justify="right")
        for run in runs:
            written = sum(run.counts.get(name, 0) for name in ("created", "updated", "review"))
            state = run.state if run.state in ("complete", "stopped", "abandoned") else "unfinished"
            table.add_row(
                run.key, run.command, run.source, run.started_at, state, str(run.read), str(written)
            )
        console.print(table)
    if as_json:
        click.echo(json.dumps({"command": "runs", "runs": [asdict(run) for run in runs]}, indent=2))
    return ExitCode.OK
