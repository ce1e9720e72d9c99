"""JSON-2 to Odoo: ``POST /json/2/scn.signup/<method>`` with the key as bearer; the same faults as XML-RPC.

Nothing in this module ever sends a request a second time.
"""

import json
from types import TracebackType

import httpx

from scn_sync.errors import (
    Refused,
    ServerBusy,
    ServerError,
    SyncError,
    WrongDatabase,
    WrongKey,
    WrongServer,
)
from scn_sync.http_connection import (
    HttpConnection,
    check_answers,
    check_available,
    is_transient,
    names_missing_database,
    one_line,
)
from scn_sync.models import MODEL, SERIES
from scn_sync.settings import Connection


class Json2Transport:
    """JSON-2 over one kept connection; see :class:`scn_sync.transport.Transport`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._http = HttpConnection(
            connection,
            {
                "Content-Type": "application/json",
                "Authorization": f"bearer {connection.key.get_secret_value()}",
                "X-Odoo-Database": connection.database,
            },
        )
        self.login = connection.login
        self.server = f"{connection.url} {connection.database}"

    def __enter__(self) -> "Json2Transport":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def call(self, method: str, payload: str | None = None) -> str:
        """Call once; the key travels with every call."""
        body = json.dumps({} if payload is None else {"payload": payload}).encode()
        path = f"/json/2/{MODEL}/{method}"
        status, content = self._http.post(path, body)
        check_available(status, f"{self._connection.url}{path}")
        if status != httpx.codes.OK:
            raise self._explain(status, content, f"{self._connection.url}{path}")
        answer = _parsed(content)
        if not isinstance(answer, str):
            raise WrongServer("The server's answer is not the JSON text that was agreed on.")
        return answer

    def _explain(self, status: int, content: bytes, url: str) -> SyncError:
        """Turn a refusal into one of our exceptions; a traceback is looked at and never shown."""
        database = self._connection.database
        try:
            error = _parsed(content)
        except WrongServer:
            error = None
        if not isinstance(error, dict) or not isinstance(error.get("message"), str):
            check_answers(status, url)
            return self._other_server(status)
        message = str(error["message"])
        text = f"{error.get('name')} {message} {error.get('debug')}"
        if status == httpx.codes.UNAUTHORIZED:
            return WrongKey(
                f"The server does not accept this login and API key for the database “{database}”: "
                "ask a manager for a new key."
            )
        if status == httpx.codes.FORBIDDEN:
            return WrongKey(
                f"This login may not use the sign-up inbox; the server says: {one_line(message)}"
            )
        if names_missing_database(text, database):
            return WrongDatabase(f"The server has no database “{database}”.")
        if status == httpx.codes.NOT_FOUND:
            return self._other_server(status)
        if status == httpx.codes.UNPROCESSABLE_ENTITY:
            return Refused(f"The server refused the call; it says: {one_line(message)}")
        if is_transient(text):
            return ServerBusy("The server was busy and undid the call: try again later.")
        return ServerError(
            "The server failed while it worked on the call; its log has the details."
        )

    def _other_server(self, status: int) -> SyncError:
        """Say what is missing, after asking Odoo's public version page."""
        database = self._connection.database
        url = self._connection.url
        series = self._series()
        if series is None:
            return WrongServer(
                f"At {url} something answers that is not Odoo's JSON-2 (HTTP {status})."
            )
        if series != SERIES:
            return WrongServer(
                f"The server is Odoo {series[:20]}; this command needs Odoo {SERIES} with the module scn_partner."
            )
        return WrongServer(
            f"The module scn_partner is not installed in the database “{database}”, or there is no such database."
        )

    def _series(self) -> str | None:
        """Return the series of an Odoo server, None when it is none."""
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": {}}).encode()
        try:
            status, content = self._http.post("/web/webclient/version_info", body)
            answer = _parsed(content) if status == httpx.codes.OK else None
        except SyncError:
            return None
        result = answer.get("result") if isinstance(answer, dict) else None
        series = result.get("server_serie") if isinstance(result, dict) else None
        return series if isinstance(series, str) else None


def _parsed(content: bytes) -> object:
    try:
        value: object = json.loads(content)
    except (ValueError, RecursionError):
        raise WrongServer("What answers at this address does not speak Odoo's JSON-2.") from None
    return value
