"""What the user sees while the platform works: every long step with its progress and duration."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TICK_SECONDS = 0.5
QUIET_TICK_SECONDS = 15.0


def say(text: str) -> None:
    """Print one line of progress on standard error."""
    print(text, file=sys.stderr, flush=True)


class Step:
    """A step that is running: shows how long it has taken and the last note given."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._note = ""
        self._started = time.monotonic()
        self._done = threading.Event()
        self._live = sys.stderr.isatty()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def note(self, text: str) -> None:
        """Say what the step is doing now (shown beside its title)."""
        self._note = text.strip()

    def seconds(self) -> float:
        """Seconds since the step began."""
        return time.monotonic() - self._started

    def begin(self) -> None:
        """Show the title and keep showing the progress until `end` is called."""
        if not self._live:
            say(f"· {self.title} …")
        self._thread.start()

    def end(self, mark: str) -> None:
        """Stop showing progress and print the duration after `mark`."""
        self._done.set()
        self._thread.join()
        if self._live:
            sys.stderr.write("\r\033[K")
        say(f"{mark} {self.title} ({self.seconds():.1f} s)")

    def _tick(self) -> None:
        while not self._done.wait(TICK_SECONDS if self._live else QUIET_TICK_SECONDS):
            text = f"· {self.title} … {self.seconds():.0f} s {self._note}"
            if self._live:
                sys.stderr.write("\r\033[K" + text[:110])
                sys.stderr.flush()
            else:
                say(text)


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Run a block as a step: ✓ and its duration when it ends well, ✗ when it raises."""
    running = Step(title)
    running.begin()
    try:
        yield running
    except BaseException:
        running.end("✗")
        raise
    running.end("✓")


def last_lines(path: Path, count: int = 15) -> str:
    """The last `count` lines of a text file, for a message about a failure."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-count:])
