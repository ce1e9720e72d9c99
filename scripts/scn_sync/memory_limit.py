"""A hard cap on what work on one message may take of memory."""

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STATUS = Path("/proc/self/statm")
_PAGE = resource.getpagesize()


@contextmanager
def memory_limit(extra: int) -> Iterator[None]:
    """Make an allocation in the block raise :class:`MemoryError` when the process grows by more than ``extra`` bytes.

    The limit is on the address space, which Linux enforces; where ``/proc`` is missing, only the size limits of the
    parser hold. Nothing is changed outside the main thread, because the limit counts for the whole process.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    try:
        now = int(_STATUS.read_text("ascii").split()[0]) * _PAGE
    except (OSError, ValueError, IndexError):
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = [value for value in (soft, hard, now + extra) if value != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min(allowed), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
