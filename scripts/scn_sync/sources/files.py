"""Messages that lie in files of their own: one eml file, a folder of them, or a Maildir."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from scn_sync.sources.raw_message import MESSAGE_BYTES, RawMessage, external_id

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class FileSource:
    """One message per file, in the order of the names; ``total`` and progress count files."""

    unit = "messages"
    notices: tuple[str, ...] = ()

    def __init__(self, kind: str, paths: Sequence[Path]) -> None:
        self.kind = kind
        self.total = len(paths)
        self._paths = paths

    def __iter__(self) -> Iterator[RawMessage]:
        for position, path in enumerate(self._paths, start=1):
            yield _read(path, position)

    def close(self) -> None:
        """Nothing stays open between two messages."""


def _read(path: Path, position: int) -> RawMessage:
    content = _content(path)
    if content is None:
        return RawMessage(
            position, external_id(os.fsencode(path.name)), None, position, "unreadable_file"
        )
    content = content.removeprefix(_BYTE_ORDER_MARK)
    if len(content) > MESSAGE_BYTES:
        return RawMessage(position, external_id(content), None, position, "too_large")
    if content.startswith(b"From "):  # some programs save a single message with its mbox separator
        content = content.partition(b"\n")[2]
    return RawMessage(position, external_id(content), content, position)


def _content(path: Path) -> bytes | None:
    """Return the bytes of a regular file, one more than the limit at most, or None when it cannot be read."""
    try:
        # O_NONBLOCK: a named pipe that lies in the folder must not stop the run
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            return stream.read(MESSAGE_BYTES + 1)
    except OSError:
        return None
    finally:
        os.close(descriptor)
