"""A streaming reader for mbox files that does not let a body forge a second message.

In an mbox a line that starts with ``From `` begins a message, and a body line of that kind should have been escaped
as ``>From ``. Writers that do not escape let a sender smuggle a second "message" in. A line counts as a separator
only when all of this holds:

1. it is the first line, or the line before it is empty;
2. it looks like one: ``From``, an address, and a date with weekday, month, day, time and year;
3. a block of header lines follows, which names a sender and at least one of date, receipt or message id;
4. the message before it is not in the middle of an unfinished MIME part.

When 1 fails, or 2 fails, or what follows is no header line, the line is text of the message, which gets the review
reason ``unescaped_from_line``. When only 4 or the contents of the block are in doubt, the file is split there and
both pieces get ``separator_doubtful``. A forged message that imitates all of this cannot be told from a real one in
a file whose writer does not escape; no reader can.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from scn_sync.errors import UnreadableInput
from scn_sync.sources.raw_message import MESSAGE_BYTES, RawMessage, external_id

LINE_BYTES = 1_000_000
_LOOK_AHEAD_BYTES = 32_768
_HEAD_BYTES = 65_536

_SEPARATOR = re.compile(
    rb"^From \S{1,320}(?: \S{1,320})? +(?:Mon|Tue|Wed|Thu|Fri|Sat"
    rb"|Sun),? +(?:[A-Z][a-z]{2} +\d{1,2}|\d{1,2} +[A-Z][a-z]{2})"
    rb" .{0,40}\d{4}(?: .{0,60})?\r?$"
)
_HEADER_LINE = re.compile(rb"^[!-9;-~]{1,100}[ \t]*:")
_FROM_HEADER = re.compile(rb"^(?:From|Sender|Return-Path)[ \t]*:", re.IGNORECASE | re.MULTILINE)
_ORIGIN_HEADER = re.compile(rb"^(?:Date|Received|Message-ID)[ \t]*:", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(
    rb"""^Content-Type[ \t]*:[ \t]*multipart/[^;]{0,200};.{0,500}?boundary="?([^"\s;]{1,200})""",
    re.I | re.M | re.S,
)
_ESCAPED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


class MboxSource:
    """All messages of one mbox file, one at a time; ``total`` and progress are in bytes."""

    kind = "mbox"
    unit = "bytes"
    notices: tuple[str, ...] = ()

    def __init__(self, path: Path, stream: BinaryIO, total: int) -> None:
        self.path = path
        self.total = total
        self._stream = stream

    def __iter__(self) -> Iterator[RawMessage]:
        try:
            yield from self._messages()
        except OSError as error:
            raise UnreadableInput(
                f"{self.path} cannot be read to its end: {error.strerror}."
            ) from None

    def _messages(self) -> Iterator[RawMessage]:
        stream = self._stream
        stream.seek(0)
        position = 0
        doubtful_start = False
        piece: _Piece | None = None
        line = stream.readline(LINE_BYTES)
        after_blank = True
        while line:
            if line.startswith(b"From ") and (
                piece is None or self._is_separator(line, after_blank)
            ):
                doubtful_end = False
                if piece is not None:
                    doubtful_end = not piece.is_finished() or not _names_origin(
                        _peek(stream, _LOOK_AHEAD_BYTES)
                    )
                    position += 1
                    yield piece.close(
                        position, stream.tell() - len(line), doubtful_start or doubtful_end
                    )
                piece = _Piece()
                doubtful_start = doubtful_end
            elif piece is not None:
                if line.startswith(b"From "):
                    piece.doubts.add("unescaped_from_line")
                piece.add(line)
            after_blank = line in (b"\n", b"\r\n")
            line = stream.readline(LINE_BYTES)
        if piece is not None:
            yield piece.close(position + 1, stream.tell(), doubtful_start)

    def _is_separator(self, line: bytes, after_blank: bool) -> bool:
        if not after_blank or _SEPARATOR.match(line) is None:
            return False
        following = _peek(self._stream, 200)
        return _HEADER_LINE.match(following) is not None

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


class _Piece:
    """The lines of one message while they are gathered, never more than the limit of bytes."""

    def __init__(self) -> None:
        self.doubts: set[str] = set()
        self._lines: list[bytes] = []
        self._size = 0

    def add(self, line: bytes) -> None:
        self._size += len(line)
        if self._size <= MESSAGE_BYTES:
            self._lines.append(line)

    def is_finished(self) -> bool:
        """Tell whether the message, if it has MIME parts, has come to the end of them."""
        content = b"".join(self._lines)
        head, _gap, body = content.replace(b"\r\n", b"\n").partition(b"\n\n")
        boundary = _BOUNDARY.search(head[:_HEAD_BYTES])
        return boundary is None or b"--" + boundary[1] + b"--" in body

    def close(self, position: int, offset: int, doubtful: bool) -> RawMessage:
        content = b"".join(self._lines)
        if b"\n>" in content:
            content = _ESCAPED_FROM.sub(rb"\1", content)
        doubts = self.doubts | ({"separator_doubtful"} if doubtful else set())
        too_large = self._size > MESSAGE_BYTES
        return RawMessage(
            position=position,
            external_id=external_id(content),
            content=None if too_large else content,
            progress=offset,
            problem="too_large" if too_large else None,
            doubts=tuple(sorted(doubts)),
        )


def _peek(stream: BinaryIO, size: int) -> bytes:
    here = stream.tell()
    following = stream.read(size)
    stream.seek(here)
    return following


def _names_origin(following: bytes) -> bool:
    head = following.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return _FROM_HEADER.search(head) is not None and _ORIGIN_HEADER.search(head) is not None
