"""``scn-sync doctor``: is everything well that an unattended run needs?"""

import json
from dataclasses import asdict
from pathlib import Path

import click

from scn_sync.commands.server_options import server_options
from scn_sync.diagnosing import Finding, diagnose
from scn_sync.exit_codes import ExitCode
from scn_sync.inputs import open_input
from scn_sync.run_log import active, people_console
from scn_sync.settings import Settings, default_config_file

_STYLES = {"ok": "green", "warning": "yellow", "problem": "red"}


@click.command("doctor")
@click.argument(
    "mailbox", type=click.Path(path_type=Path), metavar="[FILE|FOLDER|imap:]", required=False
)
@click.option(
    "--strict", is_flag=True, help="Exit with code 22 on warnings too, not on problems only."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON on standard output."
)
@server_options
def command(settings: Settings, mailbox: Path | None, strict: bool, as_json: bool) -> int:
    """Look at everything a run needs, one line each: server, TLS, versions, key, clock, mailbox, disk, files.

    Sends no sign-up and changes nothing. The exit code is 22 when there is a problem, else 0.

    \b
    Examples:
      scn-sync doctor
      scn-sync doctor --strict --json imap:
    """
    config = click.get_current_context().params.get("config") or default_config_file()
    console = people_console()
    findings: list[Finding] = []
    for finding in diagnose(
        settings,
        config if isinstance(config, Path) and config.is_file() else None,
        lambda: _messages_waiting(mailbox, settings),
    ):
        findings.append(finding)
        active().event(
            "finding",
            {"ok": "info", "warning": "warning", "problem": "error"}[finding.verdict],
            name=finding.name,
            verdict=finding.verdict,
        )
        console.print(
            f"[{_STYLES[finding.verdict]}]{finding.verdict:<8}[/] {finding.name}: ",
            end="",
            highlight=False,
        )
        console.print(finding.sentence, markup=False, highlight=False, soft_wrap=True)
    unwell = {"problem", "warning"} if strict else {"problem"}
    healthy = not any(finding.verdict in unwell for finding in findings)
    if as_json:
        answer = {
            "command": "doctor",
            "healthy": healthy,
            "findings": [asdict(finding) for finding in findings],
        }
        click.echo(json.dumps(answer, indent=2))
    return ExitCode.OK if healthy else ExitCode.UNWELL


def _messages_waiting(mailbox: Path | None, settings: Settings) -> int | None:
    """Open what the user named, or the mailbox in the settings; return how much there is to read."""
    if mailbox is None and settings.imap is None:
        return None
    source = open_input(mailbox or Path("imap:"), settings)
    source.close()
    return source.total
