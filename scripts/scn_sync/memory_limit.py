"""A hard cap on what work on one message may take of memory."""

import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_STATUS = "/proc/self/statm"
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
        # read anew for every message: this way costs a third of what a text file does
        descriptor = os.open(_STATUS, os.O_RDONLY)
        try:
            now = int(os.read(descriptor, 100).split()[0]) * _PAGE
        finally:
            os.close(descriptor)
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
