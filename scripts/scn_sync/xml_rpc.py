"""XML-RPC to Odoo.

``xmlrpc.client.ServerProxy`` sends a request twice when a connection drops and has no timeout, so only its
``dumps`` and ``loads`` are used. Nothing in this module ever sends a request a second time.
"""

import xmlrpc.client
from types import TracebackType
from xml.parsers.expat import ExpatError

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

FAULT_SERVER = 1
FAULT_USER = 2
FAULT_ACCESS_DENIED = 3
FAULT_ACCESS = 4


class XmlRpcTransport:
    """XML-RPC over one kept connection; see :class:`scn_sync.transport.Transport`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._uid: int | None = None
        self._http = HttpConnection(connection, {"Content-Type": "text/xml"})
        self.login = connection.login
        self.server = f"{connection.url} {connection.database}"

    def __enter__(self) -> "XmlRpcTransport":
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
        """Call once; signs in before the first call."""
        connection = self._connection
        if self._uid is None:
            self._uid = self._sign_in()
        arguments = [] if payload is None else [payload]
        key = connection.key.get_secret_value()
        try:
            answer = self._post(
                "object",
                "execute_kw",
                (connection.database, self._uid, key, MODEL, method, arguments),
            )
        except xmlrpc.client.Fault as fault:
            raise self._explain(fault) from None
        if not isinstance(answer, str):
            raise WrongServer("The server's answer is not the JSON text that was agreed on.")
        return answer

    def _sign_in(self) -> int:
        connection = self._connection
        key = connection.key.get_secret_value()
        try:
            uid = self._post(
                "common", "authenticate", (connection.database, connection.login, key, {})
            )
        except xmlrpc.client.Fault as fault:
            raise self._explain(fault) from None
        if isinstance(uid, int) and uid:  # a refusal is False
            return uid
        raise WrongKey(
            f"The server does not accept this login and API key for the database “{connection.database}”: "
            "ask a manager for a new key."
        )

    def _explain(self, fault: xmlrpc.client.Fault) -> SyncError:
        """Turn a fault into one of our exceptions; a traceback is looked at and never shown."""
        text = str(fault.faultString)
        database = self._connection.database
        if fault.faultCode == FAULT_ACCESS_DENIED:
            return WrongKey(
                "The server refused the login or the API key (it may have expired): ask for a new key."
            )
        if fault.faultCode == FAULT_ACCESS:
            return WrongKey(
                f"This login may not use the sign-up inbox; the server says: {one_line(text)}"
            )
        if names_missing_database(text, database):
            return WrongDatabase(f"The server has no database “{database}”.")
        if _names_missing_method(text):
            return WrongServer(self._missing_module())
        if fault.faultCode == FAULT_USER:
            return Refused(f"The server refused the call; it says: {one_line(text)}")
        if is_transient(text):
            return ServerBusy("The server was busy and undid the call: try again later.")
        return ServerError(
            "The server failed while it worked on the call; its log has the details."
        )

    def _missing_module(self) -> str:
        missing = f"The module scn_partner is not installed in the database “{self._connection.database}”."
        try:
            version = self._post("common", "version", ())
        except (SyncError, xmlrpc.client.Fault):
            return missing
        series = version.get("server_serie") if isinstance(version, dict) else None
        if isinstance(series, str) and series != SERIES:
            return f"The server is Odoo {series[:20]}; this command needs Odoo {SERIES} with the module scn_partner."
        return missing

    def _post(self, service: str, method: str, arguments: tuple[object, ...]) -> object:
        body = xmlrpc.client.dumps(arguments, method, allow_none=False).encode()  # type: ignore[arg-type]
        path = f"/xmlrpc/2/{service}"
        status, content = self._http.post(path, body)
        if status != httpx.codes.OK:
            url = f"{self._connection.url}{path}"
            check_available(status, url)
            check_answers(status, url)
            raise WrongServer(
                f"At {url} something answers that is not Odoo's XML-RPC (HTTP {status})."
            )
        return _parse(content)


def _parse(content: bytes) -> object:
    garbage = WrongServer("What answers at this address does not speak Odoo's XML-RPC.")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise garbage  # no XML-RPC answer has them; entities can blow up in memory
    try:
        values, _method = xmlrpc.client.loads(content, use_builtin_types=True)
    except (
        ExpatError,
        xmlrpc.client.ResponseError,
        LookupError,
        TypeError,
        ValueError,
        AssertionError,
    ):
        raise garbage from None
    if len(values) != 1:
        raise garbage
    value: object = values[0]
    return value


def _names_missing_method(text: str) -> bool:
    return any(
        wording in text
        for wording in (
            f"Object {MODEL} doesn't exist",
            f"KeyError: '{MODEL}'",
            f"The method '{MODEL}.sync_",
            f"'{MODEL}' object has no attribute 'sync_",
        )
    )
