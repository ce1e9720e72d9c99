"""A real IMAP server for tests: Debian's Dovecot, extracted into the cache folder.

Nothing is installed: a mail server that apt installs would start and listen on every address of the
machine. Dovecot knows two of its own folders by absolute paths; in the extracted copy they are made
relative to the folder it runs in. It is taken from one suite, because the language of its
configuration changed after 2.3.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from .cache_folder import exclusive, remove_tree, subfolder
from .command import run_logged
from .console import step
from .debian_package import COMPANION_SUITE, download_packages
from .failure import PlatformError

PACKAGES = (f"dovecot-core/{COMPANION_SUITE}", f"dovecot-imapd/{COMPANION_SUITE}")
WHAT = "the mail server for tests"
LIBRARIES = "usr/lib/dovecot"
#: What Dovecot opens by absolute path, and the name it has in the folder Dovecot runs in.
RELOCATED = {b"/usr/lib/dovecot/modules": b"modules", b"/usr/bin/doveconf": b"doveconf"}


def require_dovecot() -> Path:
    """The folder below which Debian's Dovecot lies (`usr/sbin/dovecot` and so on).

    Raises PlatformError in one sentence where it cannot be had.
    """
    prefix = subfolder("dovecot")
    with exclusive("dovecot"):
        if not (prefix / "complete").exists():
            _fetch(prefix)
    return prefix / "root"


def _fetch(prefix: Path) -> None:
    log = subfolder("logs") / "dovecot.log"
    try:
        downloads = _download(prefix, log)
    except PlatformError as error:
        raise PlatformError(f"The mail server for tests (Dovecot) is missing: {error}.") from error
    root = prefix / "root"
    if root.exists():
        remove_tree(root)
    with step("extracting Dovecot") as running:
        for archive in sorted(downloads.glob("*.deb")):
            running.note(archive.name)
            run_logged(["dpkg-deb", "-x", str(archive), str(root)], log)
    relocate(root / LIBRARIES / "libdovecot.so.0")
    remove_tree(downloads)
    if (prefix / "apt").exists():
        remove_tree(prefix / "apt")
    (prefix / "complete").touch()


def _download(prefix: Path, log: Path) -> Path:
    """Download from Debian's archive, or where this is not Debian from the system's own."""
    try:
        return download_packages(prefix, list(PACKAGES), WHAT, log)
    except PlatformError:
        if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
            raise
    downloads = prefix / "downloads"
    downloads.mkdir(exist_ok=True)
    names = [package.partition("/")[0] for package in PACKAGES]
    with step(f"downloading {WHAT}") as running:
        run_logged(["apt-get", "download", *names], log, running=running, folder=downloads)
    return downloads


def relocate(library: Path) -> None:
    """Make the paths in `RELOCATED` relative in a library.

    Raises PlatformError when one is not there exactly once: then it is another Dovecot.
    """
    content = library.read_bytes()
    for path, name in RELOCATED.items():
        ending = path + b"\0"
        if content.count(ending) != 1:
            raise PlatformError(f"Debian's Dovecot no longer names {path.decode()} once")
        content = content.replace(ending, name.ljust(len(ending), b"\0"))
    library.resolve().write_bytes(content)


def copy_programs(root: Path, folder: Path) -> None:
    """Copy what an IMAP server needs from `root` into `folder`, readable by any user."""
    for name in ("usr/sbin", "usr/bin", LIBRARIES):
        shutil.copytree(root / name, folder / name, symlinks=True)
