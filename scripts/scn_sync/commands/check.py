"""``scn-sync check``: who answers, and how long the key is good for."""

import json

import click

from scn_sync import checking
from scn_sync.commands.server_options import server_options
from scn_sync.exit_codes import ExitCode
from scn_sync.inbox import SignupInbox
from scn_sync.run_log import people_console
from scn_sync.settings import Connection, Settings
from scn_sync.transport import open_transport


@click.command("check")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON on standard output."
)
@server_options
def command(settings: Settings, as_json: bool) -> int:
    """Ask the server who it is: Odoo series, module version, days left for the key. Sends no sign-up.

    \b
    Example:
      scn-sync check --url https://odoo.example.org --database foundation --login sync-bot
    """
    with open_transport(Connection(settings)) as transport:
        result = checking.check_server(SignupInbox(transport))
    console = people_console()
    info = result.info
    days = "never ends" if result.key_days_left is None else f"ends in {result.key_days_left} days"
    console.print(
        f"Odoo {info.series} with {info.module} {info.module_version}; the API key {days}.",
        highlight=False,
    )
    if as_json:
        click.echo(json.dumps(checking.as_json(result), indent=2))
    return ExitCode.OK
