"""What the user sees: a table for people, JSON for programs, a progress bar for those who wait."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from scn_sync.errors import BrakeStop, PlanOutdated
from scn_sync.run_result import NOTED, STATUSES, ImportResult
from scn_sync.sources import MailSource

_MEANINGS = {
    "created": "new in the inbox",
    "updated": "known, now read better",
    "unchanged": "already there as it is",
    "review": "in the inbox, a person has to look",
    "rejected": "no sign-up, not stored",
    "dead_letters": "could not be read",
}


def conclusion(result: ImportResult) -> str:
    """Return the one sentence that says what the run did."""
    if isinstance(result.problem, BrakeStop | PlanOutdated) and not result.writes:
        return "Nothing was written (zero writes)."
    if result.problem is not None:
        return f"The run stopped early: {result.not_sent} messages are not accounted for by the server; run it again."
    if result.read == 0:
        return "The mailbox is empty: nothing to do, zero writes."
    if result.writes == 0:
        return "Nothing changed: the inbox already has every sign-up as it is (zero writes)."
    if result.command == "plan":
        return f"Carried out, this plan would write {result.writes} sign-ups; nothing was written (zero writes)."
    if result.dry_run:
        return f"A real run would write {result.writes} sign-ups; this dry run wrote nothing (zero writes)."
    return f"{result.writes} sign-ups were written."


def as_json(result: ImportResult) -> dict[str, object]:
    """Return the result for ``--json``: counts, reasons and the ids to look up; no personal data."""
    notes = {
        status: [
            {
                "position": note.position,
                "external_id": note.external_id,
                "reasons": list(note.reasons),
            }
            for note in result.notes(status)
        ]
        for status in NOTED
    }
    return {
        "command": result.command,
        "source": result.source,
        "run": result.run,
        "dry_run": result.dry_run,
        "resumed": result.resumed,
        "complete": result.problem is None,
        "read": result.read,
        "counts": {status: result.counts[status] for status in STATUSES},
        "duplicates": result.duplicates,
        "not_sent": result.not_sent,
        "writes": 0 if result.dry_run else result.writes,
        "zero_writes": result.dry_run or result.writes == 0,
        "reasons": {status: dict(sorted(result.reasons[status].items())) for status in NOTED},
        "messages": notes,
        "seconds": round(result.seconds, 3),
        "conclusion": conclusion(result),
        "problem": str(result.problem) if result.problem else None,
    }


def print_result(console: Console, result: ImportResult) -> None:
    """Print the table of counts and the sentence under it."""
    title = f"Sign-ups from “{result.source}”" + (" (nothing is written)" if result.dry_run else "")
    table = Table(title=title, title_justify="left", show_footer=True)
    table.add_column("Messages", footer="read")
    table.add_column("Number", justify="right", footer=str(result.read))
    table.add_column("Meaning", footer="every message is in one of the lines above")
    for status in STATUSES:
        table.add_row(
            status.replace("_", " "), str(result.counts[status]), _meaning(result, status)
        )
    if result.not_sent:
        table.add_row("not answered", str(result.not_sent), "the run stopped early")
    console.print(table)
    if result.resumed:
        console.print("This run was cut short before; it went on where it stopped.")
    if result.duplicates:
        console.print(
            f"{result.duplicates} of the unchanged are copies of a message in the same mailbox.",
            highlight=False,
        )
    console.print(conclusion(result), highlight=False)


def print_matches(console: Console, lines: Sequence[dict[str, Any]], total: int) -> None:
    """Print what a manager's preview says of the first sign-ups: the match, and the fields it would fill."""
    if not lines:
        return
    table = Table(title="Suggested matches", title_justify="left")
    for title in ("Message", "City", "Person", "Would fill", "Doubts"):
        table.add_column(title)
    for line in lines:
        match = line["match"]
        table.add_row(
            str(line["position"]),
            match["city"] or "(none)",
            match["contact"] or "(new)",
            ", ".join(match["fills"]) or "nothing",
            ", ".join(match["reasons"]).replace("_", " "),
        )
    console.print(table)
    if total > len(lines):
        console.print(f"… and {total - len(lines)} more, all in the plan.", highlight=False)


@contextmanager
def progress_bar(console: Console, source: MailSource) -> Iterator[Callable[[int, int], None]]:
    """Show a bar while the block runs, on a terminal only; yields what wants to be told (done, messages)."""
    if not console.is_terminal or source.total == 0:
        yield lambda _done, _read: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Reading", total=source.total)

        def tell(done: int, read: int) -> None:
            progress.update(task, completed=done, description=f"{read} messages")

        yield tell


def _meaning(result: ImportResult, status: str) -> str:
    meaning = _MEANINGS[status]
    if not result.reasons.get(status):
        return meaning
    reasons = sorted(result.reasons[status].items(), key=lambda item: (-item[1], item[0]))
    shown = ", ".join(f"{reason.replace('_', ' ')} {count}" for reason, count in reasons[:6])
    return f"{meaning}: {shown}{', …' if len(reasons) > 6 else ''}"
