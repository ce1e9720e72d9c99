"""The platform made ready: which Odoo, which PostgreSQL, which addons, and how to run them."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .cache_folder import CHECKOUT, cache_root, subfolder
from .environment import USER_PATH
from .failure import PlatformError
from .odoo_source import OdooSource, find_odoo
from .postgres import Postgres, running_postgres
from .process_register import stop_orphans

# Variables by which Odoo, or psycopg2 below it, would be led elsewhere than we say.
NOT_PASSED_ON = ("PGDATABASE", "PGDATA", "DATABASE_URL", "ODOO_RC", "OPENERP_SERVER", "PYTHONHOME")


@dataclass(frozen=True)
class Addon:
    """One of our addons: its folder and what its manifest says."""

    folder: Path
    depends: tuple[str, ...]
    installable: bool

    @property
    def name(self) -> str:
        """The technical name, which is the folder's."""
        return self.folder.name


@dataclass(frozen=True)
class Platform:
    """Everything needed to run Odoo with our addons."""

    odoo: OdooSource
    postgres: Postgres
    addons_folder: Path
    addons: tuple[Addon, ...]

    @property
    def data_folder(self) -> Path:
        """Odoo's data folder: filestores and sessions."""
        return subfolder("odoo-data")

    def filestore(self, database: str) -> Path:
        """The folder with a database's attachments."""
        return self.data_folder / "filestore" / database

    def environment(self) -> dict[str, str]:
        """The variables for a process that runs or calls Odoo."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in NOT_PASSED_ON and not (self.postgres.embedded and name[:2] == "PG")
        }
        path = [str(self.odoo.import_folder)]
        return {
            **kept,
            **self.postgres.variables,
            USER_PATH: os.environ.get(USER_PATH, os.environ.get("PYTHONPATH", "")),
            "PYTHONPATH": os.pathsep.join(path),
            "PYTHONUNBUFFERED": "1",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
        }

    def odoo_command(self, *arguments: str) -> list[str]:
        """The command line of Odoo; `arguments` may begin with a sub-command such as shell."""
        return [sys.executable, "-m", "odoo", *arguments, *self.odoo_options()]

    def odoo_options(self) -> list[str]:
        """The options that hold for every run: our folders and nothing of the user's home."""
        return [
            f"--config={self._configuration()}",
            f"--data-dir={self.data_folder}",
            f"--addons-path={self.addons_folder}",
        ]

    def _configuration(self) -> Path:
        path = cache_root() / "odoo.conf"
        text = "[options]\nlist_db = False\nlimit_memory_soft = 0\nlimit_memory_hard = 0\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            fresh = path.with_suffix(f".{os.getpid()}")
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(path)
        return path


def find_addons(folder: Path) -> tuple[Addon, ...]:
    """Our installable addons, by name.

    Raises PlatformError when the folder holds none, or a manifest cannot be read.
    """
    addons = []
    for manifest in sorted(folder.glob("*/__manifest__.py")):
        try:
            values = ast.literal_eval(manifest.read_text(encoding="utf-8"))
        except (SyntaxError, ValueError) as error:
            raise PlatformError(f"{manifest} is not a manifest: {error}.") from error
        addon = Addon(
            manifest.parent,
            tuple(values.get("depends", ["base"])),
            bool(values.get("installable", True)),
        )
        if addon.installable:
            addons.append(addon)
    if not addons:
        raise PlatformError(f"{folder} holds no addon (no */__manifest__.py).")
    return tuple(addons)


@contextmanager
def ready_platform(addons_folder: Path | None = None) -> Iterator[Platform]:
    """Odoo and a running PostgreSQL, for as long as the block lasts."""
    folder = addons_folder or CHECKOUT / "addons"
    addons = find_addons(folder)
    odoo = find_odoo()
    stop_orphans()
    with running_postgres() as postgres:
        yield Platform(odoo, postgres, folder, addons)
