"""Looks at everything an unattended run needs, and says of each thing in one line whether it is well.

Nothing is sent of any sign-up, nothing is changed on either server, and no line holds a secret, a login or an
address of a person.
"""

import os
import shutil
import socket
import ssl
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from scn_sync.checking import check_server
from scn_sync.errors import SyncError
from scn_sync.inbox import SignupInbox
from scn_sync.models import ServerInfo
from scn_sync.settings import Connection, Settings, default_state_folder
from scn_sync.transport import open_transport

Verdict = Literal["ok", "warning", "problem"]

KEY_DAYS = 30
CERTIFICATE_DAYS = 14
SKEW_SECONDS = 60
SKEW_MOST_SECONDS = 300
DISK_BYTES = 1_000_000_000
DISK_LEAST_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and what to do."""

    name: str
    verdict: Verdict
    sentence: str


def diagnose(
    settings: Settings,
    config_file: Path | None = None,
    open_mailbox: Callable[[], int | None] = lambda: None,
) -> Iterator[Finding]:
    """Yield findings in the order in which a run needs the things; what rests on a broken one is left out.

    :param config_file: the configuration file in use
    :param open_mailbox: opens what is to be read and returns how many messages wait, None when nothing was named
    """
    yield from _files(settings, config_file)
    yield _disk(settings)
    try:
        connection = Connection(settings)
    except SyncError as problem:
        yield Finding("settings", "problem", str(problem))
    else:
        yield Finding("settings", "ok", "Address, database, login and key are there.")
        yield from _server(connection)
    yield from _mailbox(open_mailbox)


def _files(settings: Settings, config_file: Path | None) -> Iterator[Finding]:
    """Secrets and state belong to their owner; the configuration may be read by others, never written."""
    named: list[tuple[str, Path | None, int]] = [
        ("configuration file", config_file, 0o022),
        ("key file", settings.key_file, 0o077),
        ("state folder", settings.state_folder or default_state_folder(), 0o077),
    ]
    if settings.imap is not None:
        imap = settings.imap
        named += [
            ("password file", imap.password_file, 0o077),
            ("token file", imap.token_file, 0o077),
        ]
        if imap.oauth is not None:
            named += [
                ("client secret file", imap.oauth.client_secret_file, 0o077),
                ("refresh token file", imap.oauth.refresh_token_file, 0o077),
            ]
    for name, path, forbidden in named:
        if path is not None:
            finding = _mode(name, path, forbidden)
            if finding is not None:
                yield finding


def _mode(name: str, path: Path, forbidden: int) -> Finding | None:
    try:
        state = path.stat()
    except FileNotFoundError:
        if name == "state folder":
            return Finding(name, "ok", f"{path} will be made by the first run.")
        return Finding(name, "problem", f"There is no {name} {path}.")
    except OSError as error:
        return Finding(name, "problem", f"{path} cannot be looked at: {error.strerror}.")
    mode = "700" if stat.S_ISDIR(state.st_mode) else "600"
    if state.st_mode & forbidden:
        what = "written" if forbidden == 0o022 else "read"
        return Finding(name, "problem", f"{path} can be {what} by others: run chmod {mode} on it.")
    if not os.access(path, os.R_OK):
        return Finding(name, "problem", f"{path} belongs to somebody else and cannot be read.")
    return Finding(name, "ok", f"{path} is safe from others.")


def _disk(settings: Settings) -> Finding:
    folder = settings.state_folder or default_state_folder()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding("disk", "problem", f"{folder} cannot be looked at: {error.strerror}.")
    sentence = f"{free / 1_000_000_000:.1f} GB are free where the journal is."
    if free < DISK_LEAST_BYTES:
        return Finding("disk", "problem", f"{sentence} Make room before the next run.")
    return Finding("disk", "warning" if free < DISK_BYTES else "ok", sentence)


def _server(connection: Connection) -> Iterator[Finding]:
    if connection.encrypted:
        yield _certificate(connection)
    asked = datetime.now(timezone.utc)
    try:
        with open_transport(connection) as transport:
            result = check_server(SignupInbox(transport))
    except SyncError as problem:
        yield Finding("server", "problem", str(problem))
        return
    info = result.info
    yield Finding(
        "server", "ok", f"Odoo {info.series} with {info.module} {info.module_version} answers."
    )
    yield _key(result.key_days_left)
    yield _clock(info, asked, datetime.now(timezone.utc))


def _key(days: int | None) -> Finding:
    if days is None:
        return Finding(
            "key", "warning", "The API key never ends: a manager should issue one that does."
        )
    sentence = f"The API key is good for {days} days."
    if days < KEY_DAYS:
        return Finding("key", "warning", f"{sentence} Ask a manager for a new one.")
    return Finding("key", "ok", sentence)


def _clock(info: ServerInfo, asked: datetime, answered: datetime) -> Finding:
    """Compare with the middle of the call, which is as exact as the call was quick; the server tells whole seconds."""
    theirs = info.server_time
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=timezone.utc)
    skew = abs((theirs - (asked + (answered - asked) / 2)).total_seconds())
    if skew <= SKEW_SECONDS:
        return Finding("clock", "ok", "This machine's clock agrees with the server's.")
    verdict: Verdict = "problem" if skew > SKEW_MOST_SECONDS else "warning"
    return Finding(
        "clock",
        verdict,
        f"This machine's clock differs from the server's by {skew:.0f} seconds: set it.",
    )


def _certificate(connection: Connection) -> Finding:
    parts = urlsplit(connection.url)
    host, port = parts.hostname or "", parts.port or 443
    try:
        context = ssl.create_default_context(cafile=connection.ca_file)
        with (
            socket.create_connection((host, port), connection.connect_timeout) as plain,
            context.wrap_socket(plain, server_hostname=host) as encrypted,
        ):
            ends = (encrypted.getpeercert() or {}).get("notAfter")
    except ssl.SSLCertVerificationError as error:
        return Finding(
            "certificate",
            "problem",
            f"The server's certificate cannot be verified: {error.verify_message}.",
        )
    except OSError:
        return Finding(
            "certificate", "problem", f"No encrypted connection to {host} on port {port}."
        )
    if not isinstance(ends, str):
        return Finding("certificate", "problem", "The server shows no certificate.")
    left = ssl.cert_time_to_seconds(ends) - datetime.now(timezone.utc).timestamp()
    sentence = f"The server's certificate is valid for {left // 86_400:.0f} days."
    return Finding("certificate", "warning" if left < CERTIFICATE_DAYS * 86_400 else "ok", sentence)


def _mailbox(open_mailbox: Callable[[], int | None]) -> Iterator[Finding]:
    try:
        waiting = open_mailbox()
    except SyncError as problem:
        yield Finding("mailbox", "problem", str(problem))
        return
    if waiting is not None:
        yield Finding("mailbox", "ok", f"The mailbox can be read ({waiting} to read).")
