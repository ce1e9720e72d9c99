"""What a command is told to read: a file, a folder, or ``imap:`` for the mailbox in the settings."""

from collections.abc import Sequence
from pathlib import Path

from scn_sync.errors import ConfigurationProblem
from scn_sync.journal import Outcome
from scn_sync.settings import Settings, default_state_folder
from scn_sync.sources import MailSource, open_source
from scn_sync.sources.imap import ImapSource
from scn_sync.sources.imap_state import MailboxState

MAILBOX = "imap:"


def open_input(where: Path, settings: Settings, from_start: bool = False) -> MailSource:
    """Open what the user named.

    :param from_start: read a mailbox from its start, whatever is remembered of it.
    :raises SyncError: it cannot be used; the sentence says why.
    """
    name = str(where)
    if not name.startswith(MAILBOX):
        return open_source(where, settings.mapping)
    if settings.imap is None:
        raise ConfigurationProblem(
            "The settings name no mailbox: write host and login under [imap] in the configuration file."
        )
    imap = settings.imap
    if name != MAILBOX:
        imap = imap.model_copy(update={"folders": [name.removeprefix(MAILBOX)]})
    state = MailboxState(
        settings.state_folder or default_state_folder(), imap.host, imap.login, settings.source
    )
    return ImapSource(imap, state, settings.imap_password, from_start)


def origin_of(where: Path, settings: Settings) -> str:
    """Return the name under which the journal keeps an input: a whole path, or the mailbox and its host."""
    name = str(where)
    if name.startswith(MAILBOX):
        return f"{name} on {settings.imap.host}" if settings.imap else name
    return str(where.resolve())


def settle(source: MailSource, outcomes: Sequence[Outcome]) -> None:
    """Tell a mailbox which messages have their fate, so that it need not show them again, or may move them.

    What the inbox has is taken; what was rejected or could not be read stays where it is.
    """
    if isinstance(source, ImapSource):
        stays = ("rejected", "dead_letters")
        source.settle(
            [outcome.external_id for outcome in outcomes if outcome.status not in stays],
            [outcome.external_id for outcome in outcomes if outcome.status in stays],
        )
