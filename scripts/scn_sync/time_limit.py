"""A hard stop for work on one message."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TimeLimitExceeded(BaseException):
    """The time for one message is up.

    Not an ``Exception``: it can arise on any line, also inside a library that handles ordinary exceptions itself.
    """


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TimeLimitExceeded


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise :class:`TimeLimitExceeded` in the block when it takes longer than ``seconds`` of wall time.

    Works in the main thread, where the command runs; in another thread Python has no such stop, and only the size
    limits of the parser hold there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(
        signal.ITIMER_REAL, seconds, seconds
    )  # again, should a library swallow the first
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
