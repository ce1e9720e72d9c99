"""``scn-sync purge``: deletes what is past its retention date."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta, timezone

import click

from scn_sync.commands.server_options import local_options
from scn_sync.exit_codes import ExitCode
from scn_sync.journal import Journal
from scn_sync.purging import purge_expired
from scn_sync.run_log import people_console
from scn_sync.session import open_state
from scn_sync.settings import Settings


@click.command("purge")
@click.option(
    "--all", "everything", is_flag=True, help="Delete everything, whatever its retention date."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON on standard output."
)
@local_options
def command(settings: Settings, everything: bool, as_json: bool) -> int:
    """Delete runs, dead letters and plans past their retention date; every import does it too.

    A run that is deleted can no longer be undone. The mailbox and the server are not touched.

    \b
    Examples:
      scn-sync purge
      scn-sync purge --all --state-folder /var/lib/scn-sync
    """
    folder = open_state(settings)
    now = datetime.now(timezone.utc)
    if everything:
        now += timedelta(days=366 * 100)
    with Journal(folder.journal, settings.keep_days) as journal:
        purged = purge_expired(folder, journal, now)
    people_console().print(
        f"Deleted {purged.runs} runs, {purged.dead_letters} dead letters and {purged.plans} plans.",
        highlight=False,
    )
    if as_json:
        click.echo(json.dumps({"command": "purge", **asdict(purged)}))
    return ExitCode.OK
