"""One kept HTTP connection to the server: timeouts everywhere, verified TLS, and no request is ever sent twice."""

import ssl
import time

import httpx

from scn_sync import __version__
from scn_sync.errors import AnswerLost, ConfigurationProblem, ServerDown, WrongServer
from scn_sync.settings import Connection

ANSWER_BYTES = 16_000_000
_UNAVAILABLE = (
    httpx.codes.BAD_GATEWAY,
    httpx.codes.SERVICE_UNAVAILABLE,
    httpx.codes.GATEWAY_TIMEOUT,
)
_REFUSAL_LENGTH = 300
#: What a server says of a database that is busy or restarting: it undid the call, or never began it.
_TRANSIENT = (
    "SerializationFailure",
    "OperationalError",
    "InterfaceError",
    "AdminShutdown",
    "CrashShutdown",
    "CannotConnectNow",
    "DeadlockDetected",
    "LockNotAvailable",
    "PoolError",
    # the class itself, of no kind: the connection died in a place where psycopg2 does not say why
    "psycopg2.DatabaseError",
)


class HttpConnection:
    """Posts bodies and returns status and content; what goes wrong on the way becomes one of our exceptions."""

    def __init__(self, connection: Connection, headers: dict[str, str]) -> None:
        self._url = connection.url
        self._read_timeout = connection.read_timeout
        self._client = httpx.Client(
            timeout=httpx.Timeout(connection.read_timeout, connect=connection.connect_timeout),
            verify=_tls_context(connection),
            # an unencrypted call must not be handed to a proxy named in the environment: it holds the key
            trust_env=connection.encrypted,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            headers={"User-Agent": f"scn-sync/{__version__}", **headers},
        )

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Send one request and return the status and content of the answer.

        :raises ServerDown: no connection, so nothing was sent.
        :raises AnswerLost: no whole answer in time.
        """
        try:
            with self._client.stream("POST", f"{self._url}{path}", content=body) as response:
                return response.status_code, self._read(response)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise ConfigurationProblem(
                    "The server's TLS certificate cannot be verified: give the certificate authority with ca_file."
                ) from None
            raise ServerDown(f"No connection to {self._url}: is the server running?") from None
        except httpx.TimeoutException:
            raise self._silence() from None
        except httpx.TransportError:
            raise AnswerLost(
                "The connection broke before the whole answer had come: try again later."
            ) from None

    def _read(self, response: httpx.Response) -> bytes:
        content = bytearray()
        # each piece may take the read timeout, so that drops of an answer could keep us for ever
        deadline = time.monotonic() + self._read_timeout
        for piece in response.iter_bytes():
            content += piece
            if len(content) > ANSWER_BYTES:
                raise WrongServer("The server's answer is far larger than any answer should be.")
            if time.monotonic() > deadline:
                raise self._silence()
        return bytes(content)

    def _silence(self) -> AnswerLost:
        return AnswerLost(
            f"The server did not answer within {self._read_timeout:g} s: try again later."
        )


def check_available(status: int, url: str) -> None:
    """Raise :class:`AnswerLost` for a status by which a server or what stands before it says "later"."""
    if status in _UNAVAILABLE:
        raise AnswerLost(
            f"The server at {url} is not available right now (HTTP {status}): try again later."
        )


def check_answers(status: int, url: str) -> None:
    """Raise :class:`AnswerLost` for a server that failed outside the call, as Odoo does while its database restarts.

    Only for an answer that is none of the protocol's: the call may or may not have been carried out.
    """
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise AnswerLost(
            f"The server at {url} failed before it could answer (HTTP {status}): try again later; "
            "if it stays so, the server's log says why."
        )


def is_transient(text: str) -> bool:
    """Tell whether a server's traceback says that its database was busy or went away."""
    return any(name in text for name in _TRANSIENT)


def names_missing_database(text: str, database: str) -> bool:
    """Tell whether a server's traceback says that there is no such database."""
    return (
        f'database "{database}" does not exist' in text or f"Database not found: {database}" in text
    )


def one_line(text: str) -> str:
    """Show the last line of a server's sentence, without control characters, cut to a readable length."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    last = "".join(
        character for character in (lines or ["(nothing)"])[-1] if character.isprintable()
    )
    return last[:_REFUSAL_LENGTH]


def _tls_context(connection: Connection) -> ssl.SSLContext | bool:
    if connection.ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(connection.ca_file))
    except (OSError, ssl.SSLError):
        raise ConfigurationProblem(
            f"The certificate file {connection.ca_file} cannot be used."
        ) from None
