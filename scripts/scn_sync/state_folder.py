"""The folder with what outlives a run: journal, plans and locks. Nobody but its owner can read it."""

import errno
import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scn_sync.errors import AlreadyRunning, StateProblem

_POLL_SECONDS = 0.1


class StateFolder:
    """A folder of mode 0700; everything that is made in it has mode 0600."""

    def __init__(self, path: Path) -> None:
        """Create the folder when it is missing.

        :raises StateProblem: it cannot be created, is no folder, or others can enter it and we may not change that.
        """
        self.path = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if path.stat().st_mode & 0o077:
                path.chmod(0o700)
        except OSError as error:
            raise _explained(path, error) from None

    @property
    def journal(self) -> Path:
        """The file of the journal."""
        return self.path / "journal.sqlite3"

    @property
    def plans(self) -> Path:
        """The folder of plans that got no name from the user."""
        folder = self.path / "plans"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _explained(folder, error) from None
        return folder

    @contextmanager
    def lock(self, source: str, wait: float = 0.0) -> Iterator[None]:
        """Work on ``source`` alone; the lock ends with the process, however that ends.

        :param wait: seconds to wait for a process that is at work
        :raises AlreadyRunning: it is still at work after that time.
        """
        name = hashlib.sha256(source.encode()).hexdigest()[:16]
        path = self.path / f"{name}.lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _explained(path, error) from None
        try:
            _wait_for(descriptor, source, wait)
            yield
        finally:
            os.close(descriptor)


def _wait_for(descriptor: int, source: str, wait: float) -> None:
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise AlreadyRunning(
                    f"Another scn-sync is at work on “{source}”: let it end, or give --wait SECONDS."
                ) from None
        time.sleep(_POLL_SECONDS)


def _explained(path: Path, error: OSError) -> StateProblem:
    if error.errno == errno.ENOSPC:
        return StateProblem(f"The disk with {path} is full: make room and run again.")
    return StateProblem(f"{path} cannot be used for the journal: {error.strerror}.")


def private_file(path: Path) -> int:
    """Create a file that only its owner can read, or empty it; return its descriptor.

    :raises StateProblem: the operating system refuses.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        os.fchmod(descriptor, 0o600)
    except OSError as error:
        raise _explained(path, error) from None
    return descriptor
