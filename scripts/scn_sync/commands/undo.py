"""``scn-sync undo``: takes back what a run brought."""

import json
import sys

import click
from rich.console import Console
from rich.table import Table

from scn_sync.commands.server_options import server_options, wait_option
from scn_sync.errors import ConfigurationProblem
from scn_sync.exit_codes import ExitCode
from scn_sync.journal import Journal
from scn_sync.run_log import people_console
from scn_sync.session import open_session, open_state
from scn_sync.settings import Settings
from scn_sync.undoing import UndoResult, described, find_run, undo_run

_SHOWN = 20


@click.command("undo")
@click.argument("run", metavar="RUN")
@click.option(
    "--accepted",
    is_flag=True,
    help="Also take back accepted sign-ups; needs the login and key of a manager.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@wait_option
@click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON on standard output."
)
@server_options
def command(
    settings: Settings, run: str, accepted: bool, yes: bool, wait: float, as_json: bool
) -> int:
    """Withdraw the sign-ups that a run brought and nobody has decided on.

    With --accepted and a manager's key, accepted ones are taken back too: a field that accepting filled in becomes
    empty again unless somebody changed it since. A wish to stop is never undone. Each is reported.

    \b
    Examples:
      scn-sync runs
      scn-sync undo 20261121T030000Z-1a2b3c4d
    """
    console = people_console()
    folder = open_state(settings)
    with Journal(folder.journal, settings.keep_days) as journal:
        known = journal.find(run)
    if known is None:
        raise ConfigurationProblem(
            f"The journal has no run “{run}”: “scn-sync runs” lists those it has."
        )
    if not yes:
        _ask(run, known.counts)
    settings = settings.model_copy(update={"source": known.source})
    with open_session(settings, wait) as session:
        found = find_run(session.journal.find(run), run, session.server, settings.source)
        result = undo_run(session, found, accepted)
    _print(console, result)
    if as_json:
        click.echo(json.dumps(_as_json(result), indent=2))
    return ExitCode.NOT_UNDONE if result.not_undone else ExitCode.OK


def _ask(run: str, counts: dict[str, int]) -> None:
    if not sys.stdin.isatty():
        raise ConfigurationProblem("Give --yes to undo a run without being asked.")
    brought = counts.get("created", 0) + counts.get("review", 0)
    click.confirm(f"Take back up to {brought} sign-ups of the run {run}?", abort=True, err=True)


def _print(console: Console, result: UndoResult) -> None:
    counts = result.counts
    table = Table(title=f"Undoing {result.run}", title_justify="left")
    table.add_column("Sign-ups")
    table.add_column("Number", justify="right")
    for status in ("withdrawn", "restored", "unchanged", "refused", "unknown"):
        table.add_row(status, str(counts[status]))
    console.print(table)
    told = [
        row
        for row in result.rows
        if row.status not in ("withdrawn", "unchanged") and any(described(row))
    ]
    for row in told[:_SHOWN]:
        console.print(
            f"{row.external_id[:12]}… {row.status}: {'; '.join(described(row))}",
            highlight=False,
            markup=False,
        )
    if len(told) > _SHOWN:
        console.print(f"… and {len(told) - _SHOWN} more; --json lists all.", highlight=False)
    if not result.rows:
        console.print("The run brought nothing: nothing to undo.")


def _as_json(result: UndoResult) -> dict[str, object]:
    return {
        "command": "undo",
        "run": result.run,
        "counts": dict(sorted(result.counts.items())),
        "sign_ups": [row.model_dump() for row in result.rows],
    }
