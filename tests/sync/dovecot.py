"""A real Dovecot on the loopback with a certificate of its own, for one mailbox."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scripts.platform.mail_server import LIBRARIES, copy_programs, require_dovecot

LOGIN = "info@sharing.example"
PASSWORD = "four plain words here"
TOKEN = "a-token-that-the-provider-knows"
NOBODY = 65534

_CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {run}
state_dir = {run}
log_path = {log}
libexec_dir = {libraries}
mail_plugin_dir = {libraries}/modules
import_environment = LD_LIBRARY_PATH={path}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{mail}
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
ssl = yes
disable_plaintext_auth = yes
ssl_cert = <{certificate}
ssl_key = <{key}
auth_mechanisms = plain xoauth2
login_trusted_networks =
auth_failure_delay = 0
{capability}
passdb {{
  driver = passwd-file
  args = {passwords}
  mechanisms = plain login
}}
passdb {{
  driver = oauth2
  args = {oauth}
  mechanisms = xoauth2
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={mail}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Dovecot:
    """A running server; messages are put into its Maildir as a delivery program does."""

    def __init__(self, folder: Path, introspection: str, capability: str = "") -> None:
        root = require_dovecot()
        self.folder = folder
        self.mail = folder / "mail"
        self.log = folder / "log"
        self.port, self.plain_port = _free_ports()
        self.certificate = folder / "certificate.pem"
        copy_programs(root, folder)
        make_certificate(self.certificate, folder / "key.pem", "localhost")
        self._run = folder / "run"
        for path in (self._run, self.mail):
            path.mkdir()
        libraries = folder / LIBRARIES
        (self._run / "modules").symlink_to(libraries / "modules")
        (self._run / "doveconf").symlink_to(folder / "usr/bin/doveconf")
        self._path = os.pathsep.join(
            map(str, (libraries, libraries / "modules", libraries / "modules/old-stats"))
        )
        self._uid, self._gid = (NOBODY, NOBODY) if os.geteuid() == 0 else (os.getuid(), os.getgid())
        self._write(introspection, capability, libraries)
        if os.geteuid() == 0:
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, self._uid, self._gid, follow_symlinks=False)
        self._process: subprocess.Popen[bytes] | None = None

    def _write(self, introspection: str, capability: str, libraries: Path) -> None:
        import grp
        import pwd

        (self.folder / "passwords").write_text(f"{LOGIN}:{{PLAIN}}{PASSWORD}\n")
        (self.folder / "oauth").write_text(
            f"introspection_url = {introspection}\nintrospection_mode = auth\nusername_attribute = email\n"
            "force_introspection = yes\nactive_attribute = active\nactive_value = true\n"
        )
        (self.folder / "dovecot.conf").write_text(
            _CONFIGURATION.format(
                run=self._run,
                log=self.log,
                libraries=libraries,
                path=self._path,
                user=pwd.getpwuid(self._uid).pw_name,
                group=grp.getgrgid(self._gid).gr_name,
                uid=self._uid,
                gid=self._gid,
                mail=self.mail,
                certificate=self.certificate,
                key=self.folder / "key.pem",
                passwords=self.folder / "passwords",
                oauth=self.folder / "oauth",
                port=self.port,
                plain_port=self.plain_port,
                capability=capability,
            )
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        as_user = {"user": self._uid, "group": self._gid, "extra_groups": []}
        self._process = subprocess.Popen(
            [self.folder / "usr/sbin/dovecot", "-F", "-c", self.folder / "dovecot.conf"],
            cwd=self._run,
            env={"LD_LIBRARY_PATH": self._path, "PATH": os.environ.get("PATH", "")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **(as_user if os.geteuid() == 0 else {}),  # type: ignore[call-overload]
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self._process.poll() is None, self.words()
            time.sleep(0.05)
        raise AssertionError(f"Dovecot does not answer: {self.words()}")

    def stop(self) -> None:
        """End it and everything it started, at once."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def words(self) -> str:
        """What it has written into its log."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def deliver(self, *messages: bytes, folder: str = "INBOX") -> None:
        """Put messages into a folder."""
        for message in messages:
            self._deliveries = getattr(self, "_deliveries", 0) + 1
            target = self.make_folder(folder)
            name = f"{time.time_ns() // 1_000_000_000}.{self._deliveries:06d}.test"
            self._own(target / "tmp" / name, message)
            (target / "tmp" / name).rename(target / "new" / name)

    def make_folder(self, folder: str) -> Path:
        """Make a folder when it is missing; its path."""
        target = self.mail if folder == "INBOX" else self.mail / f".{folder}"
        for path in (target, *(target / part for part in ("tmp", "new", "cur"))):
            if not path.is_dir():
                path.mkdir()
                self._give(path)
        return target

    def _own(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        self._give(path)

    def _give(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, self._uid, self._gid)

    def messages(self, folder: str = "INBOX") -> int:
        """How many messages a folder has."""
        target = self.mail if folder == "INBOX" else self.mail / f".{folder}"
        return sum(len(list((target / part).iterdir())) for part in ("new", "cur"))

    def seen(self) -> int:
        """How many messages of the inbox are marked as read."""
        return sum("S" in path.name.rpartition(":2,")[2] for path in (self.mail / "cur").iterdir())

    def number_anew(self) -> None:
        """Give the inbox another UIDVALIDITY and other numbers, as a restored backup has."""
        self.stop()
        time.sleep(1.1)  # the number is the time in seconds
        for name in ("dovecot-uidlist", "dovecot-uidvalidity"):
            (self.mail / name).unlink(missing_ok=True)
        for path in [*self.mail.glob("dovecot.index*"), *self.mail.glob("dovecot-uidvalidity*")]:
            path.unlink()
        self.start()


class Provider:
    """Knows access tokens (for Dovecot) and gives new ones for a refresh token (for us), over HTTP."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
                provider.requests.append(("introspection", ""))
                self._answer(
                    200 if known else 401, {"active": known, "email": LOGIN} if known else {}
                )

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                provider.requests.append(("token", body))
                if "refresh_token=first-refresh" in body or "grant_type=client_credentials" in body:
                    self._answer(200, {"access_token": TOKEN, "refresh_token": "second-refresh"})
                else:
                    self._answer(400, {"error": "invalid_grant", "error_description": LOGIN})

            def _answer(self, status: int, data: dict[str, object]) -> None:
                content = json.dumps(data).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *_args: object) -> None:
                """Stay silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"


@contextmanager
def running_provider() -> Iterator[Provider]:
    """A provider of access tokens while the block runs."""
    provider = Provider()
    thread = threading.Thread(target=provider.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.server.shutdown()
        provider.server.server_close()


@contextmanager
def running_dovecot(introspection: str, capability: str = "") -> Iterator[Dovecot]:
    """A server with an empty mailbox while the block runs."""
    # not pytest's folder: an unprivileged user has to get there
    folder = Path(tempfile.mkdtemp(prefix="scn-dovecot-"))
    server = None
    try:
        server = Dovecot(folder, introspection, capability)
        server.start()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def make_certificate(certificate: Path, key_file: Path, name: str) -> None:
    """Write a certificate for one host name that signs itself, good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(timezone.utc)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    key_file.chmod(0o600)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]
