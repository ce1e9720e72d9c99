"""The Python environment of the platform: made once per set of pins, inside the cache folder.

Only the standard library is used here: this runs on the system's python3 before anything is
installed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .cache_folder import (
    CHECKOUT,
    InUse,
    cache_root,
    exclusive,
    remove_tree,
    subfolder,
    when_unused,
)
from .command import run_logged
from .console import step
from .failure import PlatformError
from .system_packages import install

OLDEST, NEWEST = (3, 10), (3, 13)
INSIDE = "SCN_PLATFORM_ENVIRONMENT"
STARTED_BY = "SCN_PLATFORM_PYTHON"
# The user's own PYTHONPATH, while ours is set for Odoo.
USER_PATH = "SCN_PLATFORM_PYTHONPATH"
REQUIREMENT_FILES = ("odoo-requirements.txt", "dev-requirements.txt")


def suitable_python() -> str:
    """A Python from 3.10 to 3.13, the versions Odoo 19 runs on: the running one, else on PATH."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    for minor in (12, 11, 13, 10):
        path = shutil.which(f"python3.{minor}")
        if path:
            return path
    raise PlatformError(
        f"Odoo 19 needs Python 3.10 to 3.13 and python3 is {sys.version_info[0]}."
        f"{sys.version_info[1]}: install one of them and run “make PYTHON=python3.12 …”."
    )


def environment_key(python: str, checkout: Path = CHECKOUT) -> str:
    """What decides whether an environment can be used again: pins, project, Python, checkout."""
    digest = hashlib.sha256()
    for name in REQUIREMENT_FILES:
        digest.update((checkout / "scripts" / "platform" / name).read_bytes())
    project = checkout / "pyproject.toml"
    # the settings of the tools follow the description of the project and install nothing
    digest.update(project.read_text(encoding="utf-8").split("\n[tool.pytest")[0].encode())
    version = subprocess.run(
        [python, "-c", "import sys; print(sys.version, sys.base_prefix)"],
        capture_output=True,
        text=True,
        check=True,
    )
    digest.update(version.stdout.encode())
    digest.update(f"{checkout} {_has_sync(checkout)}".encode())
    return digest.hexdigest()[:12]


def enter() -> None:
    """Return inside the environment: make it when missing, then replace this process by it."""
    key = os.environ.get(INSIDE)
    if key:
        # kept for the life of the process, so that no other run removes the environment
        _MARKS.append(InUse(f"environment-{key}"))
        return
    python = suitable_python()
    key = environment_key(python)
    folder = cache_root() / "environments" / key
    with exclusive("environment"):
        if not (folder / "complete").exists():
            _make(python, folder)
            (folder / "checkout").write_text(f"{CHECKOUT}\n", encoding="utf-8")
            (folder / "complete").touch()
        _remove_old(folder)
    os.environ[INSIDE] = key
    os.environ.setdefault(STARTED_BY, sys.executable)
    inside = str(folder / "bin" / "python")
    os.execve(inside, [inside, "-m", "scripts.platform", *sys.argv[1:]], dict(os.environ))


_MARKS: list[InUse] = []


def _make(python: str, folder: Path) -> None:
    if folder.exists():
        remove_tree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    log = subfolder("logs") / "environment.log"
    has_venv = subprocess.run(
        [python, "-c", "import venv, ensurepip"], capture_output=True, check=False
    )
    if has_venv.returncode:
        install(["python3-venv", "python3-pip"], "Python's venv module")
    with step("making the Python environment") as running:
        run_logged([python, "-m", "venv", str(folder)], log, running=running)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--no-input"]
        environment = {**os.environ, "PIP_CACHE_DIR": str(subfolder("pip"))}
        files: list[str] = []
        for name in REQUIREMENT_FILES:
            files += ["-r", str(CHECKOUT / "scripts" / "platform" / name)]
        run_logged(
            [*pip, *files],
            log,
            running=running,
            environment=environment,
            what="Installing the pinned Python packages",
        )
    if _has_sync(CHECKOUT):
        with step("installing scn-sync") as running:
            run_logged(
                [*pip, "--no-deps", "-e", str(CHECKOUT)],
                log,
                running=running,
                environment=environment,
                what="Installing scn-sync from this checkout",
            )


def _has_sync(checkout: Path) -> bool:
    return (checkout / "scripts" / "scn_sync" / "__init__.py").exists()


def _remove_old(current: Path) -> None:
    """Remove other environments of this checkout, and those whose checkout is gone, unless used."""
    for folder in current.parent.iterdir():
        if folder == current or not folder.is_dir():
            continue
        mark = folder / "checkout"
        checkout = mark.read_text(encoding="utf-8").strip() if mark.exists() else ""
        if checkout in ("", str(CHECKOUT)) or not Path(checkout).exists():
            with when_unused(f"environment-{folder.name}") as unused:
                if unused and not runs_from(folder):
                    remove_tree(folder)


def runs_from(folder: Path) -> bool:
    """Whether a program inside a folder is running, such as the PostgreSQL that all runs share."""
    for program in Path("/proc").glob("[0-9]*/exe"):
        with contextlib.suppress(OSError):  # ended meanwhile, or somebody else's
            if program.readlink().is_relative_to(folder.resolve()):
                return True
    return False
