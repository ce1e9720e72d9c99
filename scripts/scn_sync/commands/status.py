"""``scn-sync status``: what happened lately, and what waits for a human."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timezone

import click
from rich.table import Table

from scn_sync.checking import check_server
from scn_sync.commands.server_options import server_options
from scn_sync.errors import SyncError
from scn_sync.exit_codes import ExitCode
from scn_sync.journal import UNFINISHED, Journal, Run
from scn_sync.run_log import people_console
from scn_sync.session import open_inbox, open_state
from scn_sync.settings import Settings

_LATEST = 5


@dataclass(frozen=True, slots=True)
class Status:
    """What the journal and the server say; ``key_days`` is None when the key never ends or was not asked for."""

    latest: list[Run]
    unfinished: list[Run]
    not_answered: int
    dead_letters: int
    hours_since_success: float | None
    key_days: int | None
    server_problem: str | None


@click.command("status")
@click.option("--offline", is_flag=True, help="Do not ask the server how long the key is good for.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON on standard output."
)
@server_options
def command(settings: Settings, offline: bool, as_json: bool) -> int:
    """Say how the last runs ended, what waits to be sent, how many dead letters there are, and the key's days.

    \b
    Examples:
      scn-sync status
      scn-sync status --offline --json
    """
    status = _status(settings, offline)
    console = people_console()
    if status.latest:
        table = Table(title="Last runs", title_justify="left")
        for title in ("Run", "Command", "Source", "Started", "State"):
            table.add_column(title)
        for title in ("Read", "Written", "Dead letters"):
            table.add_column(title, justify="right")
        for run in status.latest:
            written = sum(run.counts.get(name, 0) for name in ("created", "updated", "review"))
            state = "unfinished" if run.state in UNFINISHED else run.state
            dead = run.counts.get("dead_letters", 0)
            table.add_row(
                run.key,
                run.command,
                run.source,
                run.started_at,
                state,
                str(run.read),
                str(written),
                str(dead),
            )
        console.print(table)
    for sentence in _sentences(status):
        console.print(sentence, highlight=False, markup=False, soft_wrap=True)
    if as_json:
        click.echo(json.dumps({"command": "status", **asdict(status)}, indent=2))
    return ExitCode.OK


def _status(settings: Settings, offline: bool) -> Status:
    with Journal(open_state(settings).journal, settings.keep_days) as journal:
        runs = journal.runs()
        unfinished = [run for run in runs if run.state in UNFINISHED]
        waiting = sum(journal.counts(run)[""] for run in unfinished)
        letters = len(journal.letters())
    days, problem = None, None
    if not offline:
        try:
            with open_inbox(settings) as (inbox, _info):
                days = check_server(inbox).key_days_left
        except SyncError as error:
            problem = str(error)
    ended = next((run.ended_at for run in runs if run.state == "complete" and run.ended_at), None)
    return Status(runs[:_LATEST], unfinished, waiting, letters, _hours_since(ended), days, problem)


def _hours_since(moment: str | None) -> float | None:
    if moment is None:
        return None
    then = datetime.fromisoformat(moment.replace("Z", "+00:00"))
    then = then if then.tzinfo else then.replace(tzinfo=timezone.utc)
    return round((datetime.now(timezone.utc) - then).total_seconds() / 3600, 1)


def _sentences(status: Status) -> list[str]:
    said = []
    if not status.latest:
        said.append("Nothing has run here yet.")
    elif status.hours_since_success is None:
        said.append("No run has come to its end yet.")
    else:
        said.append(
            f"The last run that came to its end was {status.hours_since_success:g} hours ago."
        )
    if status.unfinished:
        said.append(
            f"{len(status.unfinished)} runs were cut short, {status.not_answered} sign-ups wait for an answer: "
            "the next run goes on with them."
        )
    else:
        said.append("Nothing waits to be sent.")
    said.append(
        f"{status.dead_letters} dead letters wait for a human (scn-sync dead-letters)."
        if status.dead_letters
        else "There are no dead letters."
    )
    if status.server_problem is not None:
        said.append(f"The server could not be asked: {status.server_problem}")
    elif status.key_days is not None:
        said.append(f"The API key is good for {status.key_days} days.")
    return said
