"""Databases: built once per hash of what determines them, then cloned in two seconds.

Two layers: a base with the Odoo apps our addons depend on, and on a clone of it the addons
themselves with the assets a browser needs. So a change in an addon does not reinstall Odoo.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from psycopg2 import sql

from .cache_folder import InUse, cache_root, exclusive, remove_tree, subfolder, when_unused
from .command import run_logged
from .console import Step, step
from .environment import REQUIREMENT_FILES
from .failure import PlatformError
from .log_reading import unwanted_at_installation
from .odoo_server import run_in_shell
from .prepared import Addon, Platform
from .process_register import is_alive

BASE_PREFIX = "sharing_base_"
TEMPLATE_PREFIX = "sharing_template_"
TEMPLATES_KEPT = 8
_MARKS: list[InUse] = []
# Raised when the way a template is built changes.
RECIPE = "3"
GENERATE_ASSETS = """
env['ir.qweb']._pregenerate_assets_bundles()
env.cr.commit()
"""


def addon_files(folder: Path) -> Iterator[Path]:
    """The files of an addon that decide what is installed: not its Python tests, no caches."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and parts[0] != "tests" and "__pycache__" not in parts:
            yield path


def addons_hash(addons: Iterable[Addon]) -> str:
    """A hash of the names and contents of everything that decides an installation."""
    digest = hashlib.sha256()
    for addon in addons:
        for path in addon_files(addon.folder):
            digest.update(f"{addon.name}/{path.relative_to(addon.folder)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def base_modules(addons: Iterable[Addon]) -> list[str]:
    """The Odoo modules our addons depend on directly."""
    addons = list(addons)
    ours = {addon.name for addon in addons}
    return sorted({name for addon in addons for name in addon.depends} - ours) or ["base"]


def base_name(platform: Platform) -> str:
    """The name of the base layer, from the hash of what determines it."""
    digest = hashlib.sha256(RECIPE.encode())
    digest.update(platform.odoo.version.encode())
    digest.update(platform.postgres.version.encode())
    digest.update(",".join(base_modules(platform.addons)).encode())
    folder = Path(__file__).parent
    for name in REQUIREMENT_FILES[:1]:
        digest.update((folder / name).read_bytes())
    digest.update(b"with demo data")
    return BASE_PREFIX + digest.hexdigest()[:12]


def template_name(platform: Platform) -> str:
    """The name of the template with our addons, from the hash of what determines it."""
    digest = hashlib.sha256(base_name(platform).encode())
    digest.update(addons_hash(platform.addons).encode())
    return TEMPLATE_PREFIX + digest.hexdigest()[:12]


def prepared_template(platform: Platform) -> str:
    """The name of a template that is up to date; builds it when there is none.

    Raises PlatformError when the installation fails or logs anything that is not reviewed.
    """
    base, template = base_name(platform), template_name(platform)
    with exclusive("template"):
        if not exists(platform, template):
            if not exists(platform, base):
                build_base(platform, base)
            build_template(platform, base, template)
        for name in (base, template):
            (subfolder("templates") / name).touch()
            # for the life of this process no other run removes it
            _MARKS.append(InUse(name))
        _remove_old(platform)
    return template


def build_base(platform: Platform, base: str) -> None:
    """Install the Odoo apps our addons need, with demo data and what installs itself beside."""
    unfinished = f"{base}_unfinished"
    drop(platform, unfinished)
    _create_empty(platform, unfinished)
    with step("installing Odoo's apps (once per Odoo version)") as running:
        _install(platform, unfinished, base_modules(platform.addons), running)
    _finish(platform, unfinished, base)


def build_template(platform: Platform, base: str, template: str) -> None:
    """Install our addons on a clone of the base and generate the browser's assets."""
    unfinished = f"{template}_unfinished"
    drop(platform, unfinished)
    clone(platform, base, unfinished)
    names = [addon.name for addon in platform.addons]
    with step(f"installing {', '.join(names)}") as running:
        _install(platform, unfinished, names, running)
    with step("generating the browser's assets"):
        run_in_shell(platform, unfinished, GENERATE_ASSETS)
    _finish(platform, unfinished, template)


def exists(platform: Platform, database: str) -> bool:
    """Whether the server has a database of this name."""
    with (
        contextlib.closing(platform.postgres.connect("postgres")) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,))
        return cursor.fetchone() is not None


def clone(platform: Platform, template: str, database: str) -> None:
    """Create `database` as a copy of `template`, its filestore as hard links."""
    _execute(
        platform,
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(database), sql.Identifier(template)
        ),
    )
    source, target = platform.filestore(template), platform.filestore(database)
    if target.exists():
        remove_tree(target)
    if source.exists():
        shutil.copytree(source, target, copy_function=os.link)


def drop(platform: Platform, database: str) -> None:
    """Drop a database, its sessions and its filestore; nothing happens when it is not there."""
    name = sql.Identifier(database)
    if exists(platform, database):
        _execute(platform, sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(name))
        _execute(platform, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
    folder = platform.filestore(database)
    if folder.exists():
        remove_tree(folder)


def databases(platform: Platform, prefix: str) -> list[str]:
    """The names of the server's databases that begin with `prefix`."""
    with (
        contextlib.closing(platform.postgres.connect("postgres")) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT datname FROM pg_database ORDER BY datname")
        return [name for (name,) in cursor.fetchall() if name.startswith(prefix)]


def _execute(platform: Platform, statement: sql.Composable) -> None:
    with (
        contextlib.closing(platform.postgres.connect("postgres")) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def _create_empty(platform: Platform, database: str) -> None:
    _execute(
        platform,
        sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' LC_COLLATE 'C' TEMPLATE template0").format(
            sql.Identifier(database)
        ),
    )
    with (
        contextlib.closing(platform.postgres.connect(database)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT name FROM pg_available_extensions WHERE name = 'pg_trgm'")
        if cursor.fetchone():
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")


def _install(platform: Platform, database: str, modules: list[str], running: Step) -> None:
    log = cache_root() / "logs" / f"install-{database}.log"
    log.unlink(missing_ok=True)
    run_logged(
        platform.odoo_command(
            f"--database={database}",
            f"--init={','.join(modules)}",
            "--with-demo",
            "--no-http",
            "--stop-after-init",
            "--max-cron-threads=0",
        ),
        log,
        running=running,
        environment=platform.environment(),
        what="Installing in Odoo",
    )
    with log.open(encoding="utf-8", errors="replace") as lines:
        next(lines)  # our own command line
        unwanted = unwanted_at_installation(lines)
    if unwanted:
        shown = "\n".join(entry.text for entry in unwanted[:20])
        raise PlatformError(
            f"Installing {', '.join(modules)} logged {len(unwanted)} warnings or errors "
            f"(whole log: {log}):\n{shown}"
        )


def _finish(platform: Platform, unfinished: str, name: str) -> None:
    with (
        contextlib.closing(platform.postgres.connect(unfinished)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("VACUUM ANALYZE")
    target = platform.filestore(name)
    if target.exists():
        remove_tree(target)
    if platform.filestore(unfinished).exists():
        platform.filestore(unfinished).rename(target)
    identifiers = sql.Identifier(unfinished), sql.Identifier(name)
    _execute(platform, sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*identifiers))


def _remove_old(platform: Platform) -> None:
    """Remove templates beyond the few used last; other checkouts may share the cache."""
    marks = subfolder("templates")
    for prefix in (BASE_PREFIX, TEMPLATE_PREFIX):
        found = [name for name in databases(platform, prefix) if "unfinished" not in name]
        found.sort(key=lambda name: _used_at(marks / name), reverse=True)
        for name in found[TEMPLATES_KEPT:]:
            with when_unused(name) as unused:
                if unused:
                    drop(platform, name)
                    (marks / name).unlink(missing_ok=True)


def _used_at(mark: Path) -> float:
    return mark.stat().st_mtime if mark.exists() else 0.0


def fresh_name(purpose: str) -> str:
    """A database name that no other run uses, with the process that owns it in it."""
    return f"sharing_{purpose}_{os.getpid()}_{time.monotonic_ns() % 10**9}"


def remove_leftovers(platform: Platform, purpose: str) -> None:
    """Drop the databases of runs of this purpose whose process is gone."""
    for name in databases(platform, f"sharing_{purpose}_"):
        owner = name.split("_")[2]
        if owner.isdigit() and not is_alive(int(owner)):
            drop(platform, name)
