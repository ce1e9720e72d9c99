"""The one folder outside the checkout that the platform writes to, and the locks in it."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import say
from .failure import PlatformError

CHECKOUT = Path(__file__).resolve().parents[2]


def cache_root() -> Path:
    """The cache folder: `SCN_CACHE`, else `$XDG_CACHE_HOME/sharing-cities`, else in `~/.cache`."""
    named = os.environ.get("SCN_CACHE")
    if named:
        root = Path(named).expanduser()
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        root = Path(base).expanduser() / "sharing-cities"
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PlatformError(
            f"The cache folder {root} cannot be created ({error.strerror}): "
            "set SCN_CACHE to a folder you may write to."
        ) from error
    return root.resolve()


def subfolder(*names: str) -> Path:
    """A folder below the cache folder, created when missing."""
    folder = cache_root().joinpath(*names)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def exclusive(name: str, otherwise: str = "") -> Iterator[None]:
    """Let one run at a time do what `name` says; another waits and says so.

    With `otherwise` the other does not wait: it raises PlatformError with that sentence.
    """
    path = subfolder("locks") / f"{name}.lock"
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if otherwise:
                raise PlatformError(otherwise) from None
            say(f"· another run is busy with “{name}”: waiting for it …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


class InUse:
    """A shared mark “a process uses this”, given back by the system even when we are killed."""

    def __init__(self, name: str) -> None:
        self._handle = (subfolder("locks") / f"{name}.in-use").open("a")
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def release(self) -> None:
        """Give the mark back."""
        self._handle.close()


@contextmanager
def when_unused(name: str) -> Iterator[bool]:
    """Yield True, and keep new users out, when nobody holds the `InUse` mark `name`."""
    with (subfolder("locks") / f"{name}.in-use").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def remove_tree(path: Path) -> None:
    """Delete a folder below the cache folder; read-only entries are made writable first."""
    if not path.resolve().is_relative_to(cache_root()):
        raise PlatformError(f"{path} is not inside the cache folder and is left alone.")
    for folder, _names, _files in os.walk(path):
        os.chmod(folder, stat.S_IRWXU)  # noqa: PTH101
    shutil.rmtree(path)
