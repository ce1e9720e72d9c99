"""How a call reaches Odoo. The ``Transport`` protocol is what the rest knows; XML-RPC over httpx is one of them.

``xmlrpc.client.ServerProxy`` sends a request twice when a connection drops and has no timeout, so only its
``dumps`` and ``loads`` are used. Nothing in this module ever sends a request a second time.
"""

import ssl
import xmlrpc.client
from types import TracebackType
from typing import Protocol
from xml.parsers.expat import ExpatError

import httpx

from scn_sync import __version__
from scn_sync.errors import (
    AnswerLost,
    ConfigurationProblem,
    Refused,
    ServerBusy,
    ServerDown,
    ServerError,
    SyncError,
    WrongDatabase,
    WrongKey,
    WrongServer,
)
from scn_sync.models import SERIES
from scn_sync.settings import Connection

MODEL = "scn.signup"
ANSWER_BYTES = 16_000_000
_REFUSAL_LENGTH = 300

FAULT_SERVER = 1
FAULT_USER = 2
FAULT_ACCESS_DENIED = 3
FAULT_ACCESS = 4


class Transport(Protocol):
    """One call of a method of the sign-up inbox: JSON text in, JSON text out, never repeated."""

    def call(self, method: str, payload: str | None = None) -> str:
        """Call ``method`` once.

        :raises RetriableError: no answer, or an answer that says "later".
        :raises FatalError: an answer that repeating will not change.
        """


class XmlRpcTransport:
    """XML-RPC over one kept connection with connect and read timeouts; TLS certificates are verified."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._uid: int | None = None
        self._client = httpx.Client(
            timeout=httpx.Timeout(connection.read_timeout, connect=connection.connect_timeout),
            verify=_tls_context(connection),
            # an unencrypted call must not be handed to a proxy named in the environment: it holds the key
            trust_env=connection.encrypted,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            headers={"Content-Type": "text/xml", "User-Agent": f"scn-sync/{__version__}"},
        )

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
        self._client.close()

    def call(self, method: str, payload: str | None = None) -> str:
        """See :class:`Transport`; signs in before the first call."""
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
                f"This login may not use the sign-up inbox; the server says: {_one_line(text)}"
            )
        if _names_missing_database(text, database):
            return WrongDatabase(f"The server has no database “{database}”.")
        if _names_missing_method(text):
            return WrongServer(self._missing_module())
        if fault.faultCode == FAULT_USER:
            return Refused(f"The server refused the call; it says: {_one_line(text)}")
        if "SerializationFailure" in text or "OperationalError" in text:
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
        url = f"{self._connection.url}/xmlrpc/2/{service}"
        try:
            with self._client.stream("POST", url, content=body) as response:
                content = _read_capped(response)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise ConfigurationProblem(
                    "The server's TLS certificate cannot be verified: give the certificate authority with ca_file."
                ) from None
            raise ServerDown(
                f"No connection to {self._connection.url}: is the server running?"
            ) from None
        except httpx.TimeoutException:
            raise AnswerLost(
                f"The server did not answer within {self._connection.read_timeout:g} s: try again later."
            ) from None
        except httpx.TransportError:
            raise AnswerLost(
                "The connection broke before the whole answer had come: try again later."
            ) from None
        _check_status(response.status_code, self._connection.url)
        return _parse(content)


def _tls_context(connection: Connection) -> ssl.SSLContext | bool:
    if connection.ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(connection.ca_file))
    except (OSError, ssl.SSLError):
        raise ConfigurationProblem(
            f"The certificate file {connection.ca_file} cannot be used."
        ) from None


def _read_capped(response: httpx.Response) -> bytes:
    content = bytearray()
    for piece in response.iter_bytes():
        content += piece
        if len(content) > ANSWER_BYTES:
            raise WrongServer("The server's answer is far larger than any answer should be.")
    return bytes(content)


def _check_status(status: int, url: str) -> None:
    if status == httpx.codes.OK:
        return
    if status in (
        httpx.codes.BAD_GATEWAY,
        httpx.codes.SERVICE_UNAVAILABLE,
        httpx.codes.GATEWAY_TIMEOUT,
    ):
        raise AnswerLost(
            f"The server at {url} is not available right now (HTTP {status}): try again later."
        )
    raise WrongServer(f"At {url} something answers that is not Odoo's XML-RPC (HTTP {status}).")


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


def _names_missing_database(text: str, database: str) -> bool:
    return (
        f'database "{database}" does not exist' in text or f"Database not found: {database}" in text
    )


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


def _one_line(text: str) -> str:
    """Show the last line of a server's sentence, without control characters, cut to a readable length."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    last = "".join(
        character for character in (lines or ["(nothing)"])[-1] if character.isprintable()
    )
    return last[:_REFUSAL_LENGTH]
