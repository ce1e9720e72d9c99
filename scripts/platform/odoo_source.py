"""The ways to have Odoo 19, tried in order; each says clearly why it does not serve."""

from __future__ import annotations

import ast
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from .cache_folder import exclusive, remove_tree, subfolder
from .command import output_of, run_logged
from .console import say, step
from .debian_package import debian_odoo
from .environment import STARTED_BY, USER_PATH
from .failure import PlatformError

SERIES = "19.0"
DEFAULT_GIT_URL = "https://github.com/odoo/odoo.git"
SOURCE_VARIABLE = "ODOO_SOURCE"
GIT_VARIABLE = "ODOO_GIT_URL"


@dataclass(frozen=True)
class OdooSource:
    """Where Odoo is, and exactly which one."""

    import_folder: Path  # goes on PYTHONPATH, holds the package `odoo`
    version: str  # e.g. “19.0, Debian package 19.0.0+dfsg-1”

    @property
    def package(self) -> Path:
        """The folder of the package `odoo` itself."""
        return self.import_folder / "odoo"


class NotThisWay(Exception):
    """This way to have Odoo is not open on this machine; the next one is tried."""


def find_odoo() -> OdooSource:
    """Odoo 19 by the first way that is open.

    Raises PlatformError when a way the user chose leads to another series or nowhere, or when no
    way is open; the message then tells for each why.
    """
    reasons = []
    for way in (_importable, _named_by_variable, _debian, _git):
        try:
            return way()
        except NotThisWay as reason:
            reasons.append(str(reason))
    raise PlatformError("Odoo 19 cannot be found:\n  - " + "\n  - ".join(reasons))


def release_of(package: Path) -> str:
    """The `version` of an `odoo` package, from its release.py (read, not run).

    Raises PlatformError naming the series found when it is not 19.0.
    """
    release = package / "release.py"
    if not release.is_file():
        raise PlatformError(f"{package.parent} holds no Odoo: {release} is missing.")
    info: tuple[object, ...] = ()
    for node in ast.parse(release.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "version_info":
            elements = node.value.elts if isinstance(node.value, ast.Tuple) else []
            info = tuple(
                element.value if isinstance(element, ast.Constant) else ast.unparse(element)
                for element in elements
            )
    series = ".".join(str(part) for part in info[:2])
    if series != SERIES:
        raise PlatformError(
            f"The Odoo in {package.parent} is of series {series or 'unknown'}; "
            f"the suite needs series {SERIES}."
        )
    suffix = str(info[5]) if len(info) > 5 and info[5] else ""
    return series + suffix


def _importable() -> OdooSource:
    python = os.environ.get(STARTED_BY, sys.executable)
    code = (
        "import importlib.util as u; s = u.find_spec('odoo');"
        "print(next((p for p in (s.submodule_search_locations or [])), '') if s else '')"
    )
    # inside a run that we started PYTHONPATH is ours: ask with the user's
    environment = dict(os.environ)
    if USER_PATH in environment:
        environment["PYTHONPATH"] = environment[USER_PATH]
    found = output_of([python, "-c", code], folder=Path("/"), environment=environment)
    if not found:
        raise NotThisWay(f"{python} cannot import odoo")
    package = Path(found).resolve()
    version = release_of(package)
    say(f"· using the odoo that python3 imports, from {package.parent}")
    if (package.parent / "odoo-bin").exists():
        return _from_checkout(package.parent, version)
    # a folder of its own, so that its neighbours in site-packages do not hide our pinned packages
    alone = subfolder("odoo-importable")
    link = alone / "odoo"
    if not link.is_symlink() or link.resolve() != package:
        link.unlink(missing_ok=True)
        link.symlink_to(package)
    return OdooSource(alone, f"{version}, installed in {package.parent}")


def _named_by_variable() -> OdooSource:
    named = os.environ.get(SOURCE_VARIABLE)
    if not named:
        raise NotThisWay(f"the variable {SOURCE_VARIABLE} names no source folder")
    folder = Path(named).expanduser().resolve()
    if not folder.is_dir():
        raise PlatformError(f"{SOURCE_VARIABLE} names {folder}, which is not a folder.")
    return _from_checkout(folder, release_of(folder / "odoo"))


def _debian() -> OdooSource:
    with exclusive("odoo"):
        try:
            folder, package_version = debian_odoo()
        except PlatformError as reason:
            raise NotThisWay(f"Debian's package: {reason}") from reason
    version = release_of(folder / "odoo")
    return OdooSource(folder, f"{version}, Debian package {package_version}")


def _git() -> OdooSource:
    url = os.environ.get(GIT_VARIABLE) or DEFAULT_GIT_URL
    if shutil.which("git") is None:
        raise NotThisWay("git clone: this system has no git")
    folder = subfolder("odoo-git") / "odoo"
    with exclusive("odoo"):
        if not (folder / ".git").exists():
            _clone(url, folder)
    return _from_checkout(folder, release_of(folder / "odoo"))


def _clone(url: str, folder: Path) -> None:
    unfinished = folder.with_name("unfinished")
    if unfinished.exists():
        remove_tree(unfinished)
    with step(f"cloning Odoo {SERIES} from {url}") as running:
        try:
            run_logged(
                ["git", "clone", "--depth=1", f"--branch={SERIES}", url, str(unfinished)],
                subfolder("logs") / "odoo-git.log",
                running=running,
                environment={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
                what=f"git clone of {url}",
            )
        except PlatformError as reason:
            raise NotThisWay(str(reason)) from reason
    unfinished.rename(folder)


def _from_checkout(folder: Path, version: str) -> OdooSource:
    commit = None
    if (folder / ".git").exists():
        commit = output_of(["git", "-C", str(folder), "rev-parse", "--short=12", "HEAD"])
    exact = f"git {commit}" if commit else f"source {folder}"
    return OdooSource(folder, f"{version}, {exact}")
