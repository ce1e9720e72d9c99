"""Deleting what the platform keeps."""

from __future__ import annotations

from .cache_folder import cache_root, exclusive, remove_tree, when_unused
from .console import say
from .failure import PlatformError

FOLDERS = (
    "browser",
    "demo",
    "environments",
    "lint",
    "logs",
    "odoo-data",
    "odoo-debian",
    "odoo-git",
    "odoo-importable",
    "pip",
    "postgres",
    "servers",
    "templates",
)


def clean() -> int:
    """Delete the platform's folders in the cache folder, and only those.

    Raises PlatformError while another run uses the embedded PostgreSQL.
    """
    root = cache_root()
    with exclusive("postgres"), when_unused("postgres") as unused:
        if not unused:
            raise PlatformError("A demo or test run is using the cache: stop it first.")
        for name in FOLDERS:
            folder = root / name
            if folder.is_symlink() or not folder.exists():
                continue
            remove_tree(folder)
    (root / "odoo.conf").unlink(missing_ok=True)
    say(f"✓ {root} is clean")
    return 0
