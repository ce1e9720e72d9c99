"""CSV files: encoding and dialect are found out and reported, and no row is swallowed by an open quotation mark.

Python's reader takes everything up to the next quotation mark as one value, however many rows that is. Here a
row has to come to its end within 200 lines under the strict rules (RFC 4180). When it does not, only its first line
becomes a dead letter and reading goes on with the next line.
"""

import codecs
import contextlib
import csv
import io
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from scn_sync.errors import NoMailbox, UnreadableInput
from scn_sync.sources.mapping import Columns, Mapping, column_notices
from scn_sync.sources.raw_message import RawMessage
from scn_sync.sources.rows import ROW_CHARACTERS, broken_row, row_message

DELIMITERS = ",;\t|"
LINES_PER_ROW = 200
COLUMNS = 500
_SAMPLE_LINES = 50
_SAMPLE_BYTES = 1_048_576
_DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSED = "cp1252"


class CsvSource:
    """The rows of one CSV file, one at a time; ``total`` and progress are in bytes."""

    kind = "CSV"
    unit = "bytes"

    def __init__(self, path: Path, mapping: Mapping) -> None:
        """Find out encoding, dialect and columns.

        :raises NoMailbox: no heading is known, or a heading that counts stands there twice.
        """
        self.path = path
        self.total = path.stat().st_size
        self.encoding, self._is_guessed = _encoding_of(path, mapping.encoding)
        self._stream = io.TextIOWrapper(
            path.open("rb"),
            encoding=self.encoding,
            errors="replace" if self.encoding.startswith("utf-16") else "surrogateescape",
            newline="",
        )
        self._lines = _Lines(self._stream)
        self.delimiter = mapping.delimiter or ""
        self._columns = self._read_headings(mapping)
        self.notices = self._notices()

    def _read_headings(self, mapping: Mapping) -> Columns:
        first = self._lines.next()
        if first is not None and first.lower().startswith("sep=") and len(first.rstrip()) == 5:
            self.delimiter = self.delimiter or first[4]
        elif first is not None:
            self._lines.push_back([first])
        sample = self._lines.peek(_SAMPLE_LINES)
        if not self.delimiter:
            self.delimiter = _delimiter_of(sample, mapping)
        values, _text, problem = self._next_row()
        while values == [] and problem is None and not self._lines.at_end():
            values, _text, problem = self._next_row()
        if problem is not None:
            raise NoMailbox(f"The first row of {self.path}, the headings, cannot be read.")
        values = values or []
        if len(values) > COLUMNS:
            raise NoMailbox(f"{self.path} has more than {COLUMNS} columns.")
        columns = Columns(mapping, values)
        if values:
            check_columns(columns, self.path)
        return columns

    def _notices(self) -> list[str]:
        name = _DELIMITER_NAMES.get(self.delimiter, f"“{self.delimiter}”")
        encoding = "utf-8" if self.encoding == "utf-8-sig" else self.encoding
        sure = " (a guess: name it in the mapping if it is wrong)" if self._is_guessed else ""
        return [
            f"CSV: encoding {encoding}{sure}, values separated by {name}, "
            f"{len(self._columns.headings)} columns.",
            *column_notices(self._columns),
        ]

    def __iter__(self) -> Iterator[RawMessage]:
        try:
            yield from self._rows()
        except OSError as error:
            raise UnreadableInput(
                f"{self.path} cannot be read to its end: {error.strerror}."
            ) from None

    def _rows(self) -> Iterator[RawMessage]:
        number = 1  # the headings
        width = len(self._columns.headings)
        while not self._lines.at_end():
            values, text, problem = self._next_row()
            progress = self._stream.buffer.tell()
            number += 1
            if problem is None and (not values or not any(value.strip() for value in values)):
                continue
            if problem is None and _is_undecodable(text):
                problem = "encoding_broken"
            if problem is None and len(values) > width and not any(values[width:]):
                values = values[:width]
            if problem is None and len(values) != width:
                problem = "ragged_row"
            if problem is not None:
                yield broken_row(text, number, progress, problem)
            else:
                yield row_message(
                    self._columns, values, number, progress, self._doubts(values, text)
                )

    def _doubts(self, values: list[str], text: str) -> tuple[str, ...]:
        doubts = []
        if self._is_guessed and not text.isascii():
            doubts.append("charset_guessed")
        separators = len(self._columns.headings) - 1
        if separators >= 2 and any(
            line.count(self.delimiter) >= separators
            for value in values
            if "\n" in value or "\r" in value
            for line in value.splitlines()
        ):
            doubts.append("separator_doubtful")
        return tuple(doubts)

    def _next_row(self) -> tuple[list[str], str, str | None]:
        """Return (values, text, problem) of the next row; on a problem only its first line is used up."""
        taken: list[str] = []

        def feed() -> Iterator[str]:
            size = 0
            while len(taken) < LINES_PER_ROW and size <= ROW_CHARACTERS:
                line = self._lines.next()
                if line is None:
                    return
                taken.append(line)
                size += len(line)
                yield line.replace("\x00", "")

        reader = csv.reader(feed(), delimiter=self.delimiter, quotechar='"', strict=True)
        try:
            values = next(reader, [])
        except csv.Error:
            first = taken[0] if taken else ""
            self._lines.push_back(taken[1:])
            problem = "row_too_large" if len(first) > ROW_CHARACTERS else "unclosed_quote"
            return [], first, problem
        text = "".join(taken)
        if len(text) > ROW_CHARACTERS:
            return [], text, "row_too_large"
        return values, text, None

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


class _Lines:
    """Lines of a text file that can be put back; a line that is far too long comes cut."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self._waiting: deque[str] = deque()

    def next(self) -> str | None:
        if self._waiting:
            return self._waiting.popleft()
        line = self._stream.readline(ROW_CHARACTERS + 1)
        piece = line
        while len(piece) > ROW_CHARACTERS and not piece.endswith(("\n", "\r")):
            piece = self._stream.readline(ROW_CHARACTERS + 1)  # the rest is not kept
        return line or None

    def push_back(self, lines: list[str]) -> None:
        self._waiting.extendleft(reversed(lines))

    def peek(self, number: int) -> list[str]:
        lines: list[str] = []
        while len(lines) < number and (line := self.next()) is not None:
            lines.append(line)
        self.push_back(lines)
        return lines

    def at_end(self) -> bool:
        return not self.peek(1)


def check_columns(columns: Columns, path: Path) -> None:
    """Refuse a table that says nothing of a sign-up, or says it twice.

    :raises NoMailbox: with what to write into a mapping.
    """
    if columns.repeated:
        names = ", ".join(f"“{name[:60]}”" for name in columns.repeated)
        raise NoMailbox(
            f"In {path} the heading {names} stands above more than one column, so that nobody can "
            "tell which one counts: rename or ignore one."
        )
    if columns.missing:
        names = ", ".join(f"“{name[:60]}”" for name in columns.missing)
        raise NoMailbox(f"{path} has no column {names}, which the mapping names.")
    if not columns.is_telling:
        raise NoMailbox(
            f"None of the {len(columns.headings)} headings in {path} is known as a name, an e-mail "
            "address or a city: say with --mapping which column is which."
        )


def _encoding_of(path: Path, named: str | None) -> tuple[str, bool]:
    """Return the encoding and whether it is a guess: a mark, the mapping, valid UTF-8, or Windows-1252."""
    with path.open("rb") as stream:
        head = stream.read(4)
        for mark, name in _MARKS:
            if head.startswith(mark):
                return name, False
        if named is not None:
            return named, False
        decoder = codecs.getincrementaldecoder("utf-8")()
        piece = head
        try:
            while piece:
                decoder.decode(piece)
                piece = stream.read(_SAMPLE_BYTES)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _GUESSED, True
    return "utf-8", False


def _delimiter_of(sample: list[str], mapping: Mapping) -> str:
    """Choose the delimiter under which most headings are known and most rows have as many values as the first."""

    def quality(delimiter: str) -> tuple[int, int, int]:
        rows: list[list[str]] = []
        with contextlib.suppress(csv.Error):
            rows.extend(csv.reader(sample, delimiter=delimiter))
        if not rows:
            return 0, 0, 0
        columns = Columns(mapping, rows[0])
        return len(columns.used), sum(len(row) == len(rows[0]) for row in rows), len(rows[0])

    return max(DELIMITERS, key=quality)


def _is_undecodable(text: str) -> bool:
    return not text.isascii() and any(
        "\ud800" <= character <= "\udfff" or character == "\ufffd" for character in text
    )
