"""What every command that writes has open while it works: lock, journal, connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from scn_sync.inbox import SignupInbox
from scn_sync.journal import Journal
from scn_sync.models import ServerInfo
from scn_sync.purging import purge_expired
from scn_sync.settings import Connection, Settings, default_state_folder
from scn_sync.state_folder import StateFolder
from scn_sync.transport import open_transport


@dataclass(frozen=True, slots=True)
class Session:
    """A server that has said who it is, and our own journal; ``server`` is the journal's name for that database."""

    inbox: SignupInbox
    info: ServerInfo
    server: str
    journal: Journal


def open_state(settings: Settings) -> StateFolder:
    """Return the state folder that the settings name, or the default one."""
    return StateFolder(settings.state_folder or default_state_folder())


@contextmanager
def open_inbox(settings: Settings) -> Iterator[tuple[SignupInbox, ServerInfo]]:
    """Connect to the server and ask who it is."""
    with open_transport(Connection(settings)) as transport:
        inbox = SignupInbox(transport, attempts=settings.attempts)
        yield inbox, inbox.info()


@contextmanager
def open_journal(settings: Settings, wait: float = 0.0) -> Iterator[Journal]:
    """Work on the source of the settings alone; what is past its retention date is deleted afterwards.

    :param wait: seconds to wait for another process that works on the same source
    """
    Connection(settings)  # a missing setting is told before anything is made
    folder = open_state(settings)
    with (
        folder.lock(settings.source, wait),
        Journal(folder.journal, settings.keep_days) as journal,
    ):
        yield journal
        purge_expired(folder, journal)


@contextmanager
def connect(settings: Settings, journal: Journal) -> Iterator[Session]:
    """Connect to the server, which says who it is."""
    with open_inbox(settings) as (inbox, info):
        yield Session(inbox, info, inbox.server_name(info), journal)


@contextmanager
def open_session(settings: Settings, wait: float = 0.0) -> Iterator[Session]:
    """Open the journal, then connect to the server."""
    with open_journal(settings, wait) as journal, connect(settings, journal) as session:
        yield session
