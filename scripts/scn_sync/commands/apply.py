"""``scn-sync apply``: carries out a plan, all of it or nothing."""

import json
from pathlib import Path

import click

from scn_sync import report
from scn_sync.applying import apply_plan
from scn_sync.commands.server_options import server_options, wait_option
from scn_sync.exit_codes import ExitCode
from scn_sync.planning import Plan
from scn_sync.run_log import people_console
from scn_sync.session import open_session
from scn_sync.settings import Settings


@click.command("apply")
@click.argument("plan", type=click.Path(path_type=Path), metavar="PLAN")
@wait_option
@click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON on standard output."
)
@server_options
def command(settings: Settings, plan: Path, wait: float, as_json: bool) -> int:
    """Do what a plan says, and nothing else.

    Reads the plan's input again and asks the server again before anything is written. When either says something else
    than the plan, nothing is written and the exit code is 14. A plan that was cut short goes on where it stopped; one
    that was carried out is not carried out twice.

    \b
    Example:
      scn-sync plan --output tonight.jsonl mailbox.mbox && scn-sync apply tonight.jsonl
    """
    console = people_console()
    read_plan = Plan(plan)
    settings = settings.model_copy(update={"source": read_plan.head.source})
    with open_session(settings, wait) as session:
        result = apply_plan(
            read_plan,
            session,
            settings,
            progress=lambda source: report.progress_bar(console, source),
        )
        if result is None:
            console.print("This plan was carried out before: nothing to do (zero writes).")
            if as_json:
                click.echo(json.dumps({"command": "apply", "run": read_plan.head.run, "writes": 0}))
            return ExitCode.OK
        report.print_result(console, result)
        if as_json:
            click.echo(json.dumps(report.as_json(result), indent=2))
    if result.problem is not None:
        raise result.problem
    return ExitCode.OK
