"""``scn-sync dead-letters``: messages that could not be read, kept for a human and for a better release."""

import json
import sys

import click
from rich.table import Table

from scn_sync import report
from scn_sync.commands.server_options import local_options, server_options, wait_option
from scn_sync.errors import ConfigurationProblem
from scn_sync.exit_codes import ExitCode
from scn_sync.importing import new_run_key
from scn_sync.journal import Journal, KeptLetter
from scn_sync.performing import perform_run
from scn_sync.reasons import DEAD_LETTERS
from scn_sync.retrying import KeptLetters
from scn_sync.run_log import people_console
from scn_sync.session import open_session, open_state
from scn_sync.settings import Settings

_JSON = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON on standard output."
)
_SOURCE = click.option(
    "--source", metavar="NAME", help="Name of this mailbox in the inbox [default: mailbox]."
)


@click.group("dead-letters")
def command() -> None:
    """Messages that could not be read: list them, look at one, read them again.

    \b
    Examples:
      scn-sync dead-letters list
      scn-sync dead-letters retry --source info-mailbox
    """


@command.command("list")
@_JSON
@local_options
def list_letters(settings: Settings, as_json: bool) -> int:
    """List the dead letters of all sources, with the reason and how long they are kept.

    \b
    Example:
      scn-sync dead-letters list
    """
    with Journal(open_state(settings).journal, settings.keep_days) as journal:
        letters = journal.letters()
    console = people_console()
    if not letters:
        console.print("No dead letters: every message so far could be read.")
    else:
        table = Table()
        for title in ("Number", "Source", "Message", "Reason", "Tries", "Kept until"):
            table.add_column(title)
        for letter in letters:
            table.add_row(
                str(letter.id),
                letter.source,
                str(letter.position),
                letter.reason,
                str(letter.attempts),
                letter.keep_until[:10],
            )
        console.print(table)
    if as_json:
        click.echo(json.dumps([_as_json(letter) for letter in letters], indent=2))
    return ExitCode.OK


@command.command("show")
@click.argument("number", type=int, metavar="NUMBER")
@click.option("--raw", is_flag=True, help="Write the message itself to standard output.")
@local_options
def show_letter(settings: Settings, number: int, raw: bool) -> int:
    """Say why a message could not be read; with --raw, also show the message, which may hold personal data.

    \b
    Examples:
      scn-sync dead-letters show 3
      scn-sync dead-letters show 3 --raw > letter.eml
    """
    with Journal(open_state(settings).journal, settings.keep_days) as journal:
        letter = journal.letter(number)
    if letter is None:
        raise ConfigurationProblem(
            f"There is no dead letter {number}: “scn-sync dead-letters list” shows those there are."
        )
    console = people_console()
    console.print(
        f"Message {letter.position} of {letter.origin or letter.source}: "
        f"{DEAD_LETTERS.get(letter.reason, letter.reason)} Kept until {letter.keep_until[:10]}.",
        markup=False,
        highlight=False,
    )
    if raw:
        if letter.raw is None:
            console.print("Its content was not kept: it was too large or could not be opened.")
        else:
            sys.stdout.buffer.write(letter.raw)
            sys.stdout.flush()
    return ExitCode.OK


@command.command("retry")
@_SOURCE
@click.option(
    "--batch-size", type=click.IntRange(1, 500), help="Sign-ups in one call [default: 500]."
)
@wait_option
@_JSON
@server_options
def retry_letters(settings: Settings, wait: float, as_json: bool) -> int:
    """Read the dead letters of a source again, for example after an update, and send what is a sign-up now.

    \b
    Example:
      scn-sync dead-letters retry --source info-mailbox
    """
    console = people_console()
    with open_session(settings, wait) as session:
        journal = session.journal
        letters = KeptLetters(journal, settings.source)
        run = journal.begin(
            new_run_key(), "retry", session.server, settings.source, "dead letters", "sending"
        )
        result = perform_run(
            letters,
            session.inbox,
            journal,
            run,
            batch_size=settings.batch_size,
            limits=session.info.limits,
        )
        letters.drop_settled(result)
        report.print_result(console, result)
        if as_json:
            click.echo(json.dumps(report.as_json(result), indent=2))
    if result.problem is not None:
        raise result.problem
    return ExitCode.OK


def _as_json(letter: KeptLetter) -> dict[str, object]:
    return {
        "number": letter.id,
        "source": letter.source,
        "external_id": letter.external_id,
        "run": letter.run,
        "origin": letter.origin,
        "position": letter.position,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "first_seen": letter.first_seen,
        "keep_until": letter.keep_until,
    }
