"""Where sign-ups come from: mail in mbox, eml, Maildir or folders, and tables in CSV, JSON and JSON lines."""

import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from scn_sync.errors import NoMailbox, UnreadableInput
from scn_sync.sources.csv_table import CsvSource
from scn_sync.sources.files import FileSource
from scn_sync.sources.json_records import JsonLinesSource, JsonSource
from scn_sync.sources.mapping import Mapping, load_mapping
from scn_sync.sources.mbox import MboxSource
from scn_sync.sources.raw_message import RawMessage

__all__ = ["MailSource", "RawMessage", "open_source"]

_HEADER_START = re.compile(rb"^(?:\xef\xbb\xbf)?[!-9;-~]{1,100}[ \t]*:[^\n]*\n", re.DOTALL)
_TELLING_HEADER = re.compile(
    rb"^(?:From|To|Cc|Subject|Date|Received|Return-Path|Message-ID|MIME-Version|Delivered-To|Sender)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_HEAD_BYTES = 65_536
_CSV = frozenset({".csv", ".tsv", ".tab"})
_JSON_LINES = frozenset({".jsonl", ".ndjson"})
_TABLES = _CSV | _JSON_LINES | {".json"}


class MailSource(Protocol):
    """A stream of messages that is read once; ``total`` is in ``unit`` and only good for a progress bar.

    ``notices`` are sentences for the person who runs the command, such as the dialect of a CSV file; they hold headings
    of columns and nothing of a message.
    """

    kind: str
    unit: str
    total: int

    @property
    def notices(self) -> Sequence[str]: ...

    def __iter__(self) -> Iterator[RawMessage]: ...

    def close(self) -> None: ...


def open_source(path: Path, mapping: str | None = None) -> MailSource:
    """Find out what ``path`` is and open it.

    ``mapping`` names a mapping file, or one that comes with the command; it makes any text file a table.

    An empty file counts as an mbox without messages (mail programs leave such files behind); a file or folder that
    has content but no message is an error.

    :raises NoMailbox: no message in a form we know.
    :raises UnreadableInput: missing, or the operating system refuses to read it.
    :raises ConfigurationProblem: the mapping cannot be used.
    """
    try:
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            return _open_folder(path)
        if not stat.S_ISREG(state.st_mode):
            raise NoMailbox(f"{path} is neither a file nor a folder.")
        return _open_file(path, mapping)
    except OSError as error:
        raise UnreadableInput(f"{path} cannot be read: {error.strerror}.") from None


def _open_file(path: Path, mapping: str | None) -> MailSource:
    stream = path.open("rb", buffering=1_048_576)
    head = stream.read(_HEAD_BYTES)
    ending = path.suffix.lower()
    if ending in _TABLES or (mapping is not None and not head.startswith(b"From ")):
        stream.close()
        return _open_table(path, ending, head, load_mapping(mapping))
    if not head or head.startswith(b"From "):
        return MboxSource(path, stream, os.fstat(stream.fileno()).st_size)
    stream.close()
    header_block = head.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    if _HEADER_START.match(head) and _TELLING_HEADER.search(header_block):
        return FileSource("eml", [path])
    raise NoMailbox(
        f"{path} is no mailbox: it is neither an mbox file nor a single message (eml), and its name "
        "does not end in .csv, .tsv, .json or .jsonl."
    )


def _open_table(path: Path, ending: str, head: bytes, mapping: Mapping) -> MailSource:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if ending in _JSON_LINES:
        return JsonLinesSource(path, mapping)
    if ending == ".json" or (ending not in _CSV and start in (b"[", b"{")):
        return JsonSource(path, mapping)
    return CsvSource(path, mapping)


def _open_folder(path: Path) -> MailSource:
    if (path / "cur").is_dir() or (path / "new").is_dir():
        files = [
            file
            for part in ("cur", "new")
            for file in _names(path / part)
            if not file.name.startswith(".")
        ]
        return FileSource("Maildir", files)
    files = [file for file in _names(path) if file.suffix.lower() == ".eml"]
    if not files:
        raise NoMailbox(f"{path} is no mailbox: the folder is no Maildir and holds no .eml file.")
    return FileSource("folder", files)


def _names(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
