"""How a call reaches Odoo: the ``Transport`` protocol is what the rest knows, two transports speak it."""

from types import TracebackType
from typing import Protocol

from scn_sync.json2 import Json2Transport
from scn_sync.settings import Connection
from scn_sync.xml_rpc import XmlRpcTransport

__all__ = ["Json2Transport", "Transport", "XmlRpcTransport", "open_transport"]


class Transport(Protocol):
    """One call of a method of the sign-up inbox: JSON text in, JSON text out, never repeated.

    ``login`` is who we say we are; ``server`` names the server and database for people.
    """

    login: str
    server: str

    def call(self, method: str, payload: str | None = None) -> str:
        """Call ``method`` once.

        :raises RetriableError: no answer, or an answer that says "later".
        :raises FatalError: an answer that repeating will not change.
        """

    def close(self) -> None:
        """Close the connection."""

    def __enter__(self) -> "Transport": ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def open_transport(connection: Connection) -> Transport:
    """Return the transport that the settings name; nothing is sent yet."""
    if connection.transport == "json-2":
        return Json2Transport(connection)
    return XmlRpcTransport(connection)
