"""JSON files (a list of objects, or an object that holds one) and JSON lines.

Python's reader keeps the last of two equal keys and takes ``NaN`` for a number, both in silence; here such a record
becomes a dead letter. Numbers stay the text they are, so that no digit of a telephone number is lost.
"""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scn_sync.errors import NoMailbox, UnreadableInput
from scn_sync.sources.mapping import Columns, Mapping, column_notices
from scn_sync.sources.raw_message import RawMessage
from scn_sync.sources.rows import ROW_CHARACTERS, broken_row, row_message

FILE_BYTES = 50_000_000
LINE_BYTES = 1_000_000
_LOOKED_AT = 50
_DEPTH = 8
_KEYS = 500
_QUESTION_KEYS = ("question", "label", "title", "name", "field", "ref", "key")
_WRAPPINGS = frozenset(
    {
        "answers",
        "attributes",
        "data",
        "fields",
        "form",
        "form_data",
        "form_response",
        "payload",
        "properties",
        "response",
        "submission",
        "values",
    }
)
_ANSWER_KEYS = ("answer", "value", "text", "response", "answers", "values")


class _Refusal(Exception):
    """A record that cannot be read; holds a reason code."""


class JsonLinesSource:
    """One record per line; ``total`` and progress are in bytes, ``position`` is the number of the line."""

    kind = "JSON lines"
    unit = "bytes"

    def __init__(self, path: Path, mapping: Mapping) -> None:
        self.path = path
        self.total = path.stat().st_size
        self._stream = path.open("rb")
        self._shapes = _Shapes(mapping, path)
        self._shapes.check(self._first_records())
        self.notices = self._shapes.notices

    def _first_records(self) -> list[Any]:
        records = []
        for _ in range(_LOOKED_AT):
            line = self._stream.readline(LINE_BYTES + 1)
            with contextlib.suppress(_Refusal, UnicodeDecodeError):
                records.append(_load(line.decode("utf-8-sig")))
        self._stream.seek(0)
        return records

    def __iter__(self) -> Iterator[RawMessage]:
        number = 0
        try:
            while line := self._stream.readline(LINE_BYTES + 1):
                number += 1
                piece = line
                while len(piece) > LINE_BYTES and not piece.endswith(b"\n"):
                    piece = self._stream.readline(LINE_BYTES + 1)  # the rest is not kept
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                if line.strip():
                    yield self._message(line, number)
        except OSError as error:
            raise UnreadableInput(
                f"{self.path} cannot be read to its end: {error.strerror}."
            ) from None

    def _message(self, line: bytes, number: int) -> RawMessage:
        progress = self._stream.tell()
        if len(line) > LINE_BYTES:
            return broken_row(
                line.decode("utf-8", "surrogateescape"), number, progress, "row_too_large"
            )
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            return broken_row(
                line.decode("utf-8", "surrogateescape"), number, progress, "encoding_broken"
            )
        try:
            return self._shapes.message(_load(text), number, progress)
        except _Refusal as refusal:
            return broken_row(text, number, progress, str(refusal))

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


class JsonSource:
    """The records of one JSON file, which is read as a whole (50 MB at most); ``total`` counts records."""

    kind = "JSON"
    unit = "records"

    def __init__(self, path: Path, mapping: Mapping) -> None:
        """Read the file and find the list of records in it.

        :raises NoMailbox: not valid JSON, too large, or no list of objects in it.
        """
        self.path = path
        self._shapes = _Shapes(mapping, path)
        if path.stat().st_size > FILE_BYTES:
            raise NoMailbox(
                f"{path} is larger than 50 MB: export it as JSON lines, which are read one by one."
            )
        try:
            data = _load(path.read_bytes().decode("utf-8-sig"))
        except (_Refusal, UnicodeDecodeError):
            raise NoMailbox(f"{path} is not valid JSON.") from None
        self._records = _list_in(data, mapping.records, path)
        self.total = len(self._records)
        self._shapes.check(self._records[:_LOOKED_AT])
        self.notices = self._shapes.notices

    def __iter__(self) -> Iterator[RawMessage]:
        for number, record in enumerate(self._records, start=1):
            try:
                yield self._shapes.message(record, number, number)
            except _Refusal as refusal:
                text = json.dumps(record, ensure_ascii=False)
                yield broken_row(text, number, number, str(refusal))

    def close(self) -> None:
        """Let the records go."""
        self._records = []


class _Shapes:
    """Turns objects into rows; objects with the same keys share one look at the headings."""

    def __init__(self, mapping: Mapping, path: Path) -> None:
        self._mapping = mapping
        self._path = path
        self.notices: list[str] = []
        self._known: dict[tuple[str, ...], Columns] = {}

    def check(self, records: list[Any]) -> None:
        """Refuse a file whose first records say nothing of a sign-up.

        :raises NoMailbox: with what to write into a mapping.
        """
        found = []
        for record in records:
            if isinstance(record, dict):
                with contextlib.suppress(_Refusal):
                    found.append(Columns(self._mapping, [name for name, _ in _flat(record, "", 0)]))
        if found and not any(columns.is_telling for columns in found):
            raise NoMailbox(
                f"None of the keys in {self._path} is known as a name, an e-mail address or a city: "
                "say with --mapping which key is which."
            )
        if found:
            self.notices = column_notices(max(found, key=lambda columns: len(columns.used)))

    def message(self, record: Any, position: int, progress: int) -> RawMessage:
        """Make the message of one object.

        :raises _Refusal: no object, doubled keys, a number that is none, or too deep.
        """
        if not isinstance(record, dict):
            raise _Refusal("not_an_object")
        _refuse_marked(record, 0)
        pairs = list(_flat(record, "", 0))
        if len(pairs) > _KEYS:
            raise _Refusal("row_too_large")
        headings = tuple(heading for heading, _value in pairs)
        columns = self._known.get(headings)
        if columns is None:
            columns = Columns(self._mapping, headings)
            if columns.repeated:
                raise _Refusal("duplicate_keys")
            if len(self._known) < 1_000:
                self._known[headings] = columns
        values = [value for _heading, value in pairs]
        if sum(map(len, values)) > ROW_CHARACTERS:
            raise _Refusal("row_too_large")
        return row_message(columns, values, position, progress)


class _Marked(dict[str, Any]):
    """An object with something wrong in it; ``problem`` is a reason code."""

    problem = ""


class _NoNumber(str):
    """``NaN`` or ``Infinity`` where a number was meant."""

    __slots__ = ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    marked = _Marked(value)
    marked.problem = "duplicate_keys"
    return marked


def _load(text: str) -> Any:
    """Read JSON; what is wrong inside one object is marked there, so that the others can still be read.

    :raises _Refusal: no JSON.
    """
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_NoNumber,
            parse_int=str,
            parse_float=str,
        )
    except RecursionError:
        raise _Refusal("too_deep") from None
    except ValueError:
        raise _Refusal("invalid_json") from None


def _list_in(data: Any, where: str | None, path: Path) -> list[Any]:
    """Find the list of records: the file itself, the place the mapping names, or the only list of objects."""
    if where is not None:
        for key in where.split("."):
            data = data.get(key) if isinstance(data, dict) else None
        if not isinstance(data, list):
            raise NoMailbox(f"{path} has no list at “{where}”, which the mapping names.")
        return data
    if isinstance(data, list):
        return data
    if isinstance(data, dict):
        lists = [
            value
            for value in data.values()
            if isinstance(value, list) and value and all(isinstance(item, dict) for item in value)
        ]
        if len(lists) == 1 and not _is_questionnaire(lists[0]):
            return lists[0]
        if not lists or _is_questionnaire(lists[0]):
            return [data]
    raise NoMailbox(
        f"It is not clear where in {path} the records are: say it with “records” in a mapping."
    )


def _flat(value: Any, name: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield (heading, value) of an object with objects in it; lists of questions and answers become headings."""
    if depth > _DEPTH:
        raise _Refusal("too_deep")
    if isinstance(value, dict):
        for key, inner in value.items():
            heading = _joined(name, key)
            if type(inner) is str and depth < _DEPTH:
                yield heading, inner
            else:
                yield from _flat(inner, heading, depth + 1)
    elif isinstance(value, list):
        if _is_questionnaire(value):
            for item in value:
                question, answer = _question_and_answer(item)
                yield from _flat(answer, question, depth + 1)
        else:
            texts = [text for item in value for _heading, text in _flat(item, "", depth + 1)]
            yield name, "\n".join(text for text in texts if text)
    elif value is None:
        yield name, ""
    elif isinstance(value, bool):
        yield name, "yes" if value else "no"
    else:
        yield name, str(value)


def _joined(name: str, key: str) -> str:
    """“data.email” says no more than “email”, “city.name” does: only names of mere wrappings are left out."""
    return f"{name}.{key}" if name and name.lower() not in _WRAPPINGS else key


def _is_questionnaire(items: list[Any]) -> bool:
    return bool(items) and all(
        isinstance(item, dict) and _question_and_answer(item)[0] for item in items
    )


def _question_and_answer(item: dict[str, Any]) -> tuple[str, Any]:
    """Return question and answer of one entry as form services write them; the question is empty if it is none."""
    question: Any = next((item[key] for key in _QUESTION_KEYS if item.get(key)), "")
    if isinstance(question, dict):
        question = next((question[key] for key in _QUESTION_KEYS if question.get(key)), "")
    for key in _ANSWER_KEYS:
        if key in item:
            return str(question), item[key]
    kind = item.get("type")
    if isinstance(kind, str) and kind in item:  # {"type": "email", "email": "…"}
        return str(question), item[kind]
    return "", None


def _refuse_marked(value: Any, depth: int) -> None:
    if depth > _DEPTH:
        raise _Refusal("too_deep")
    if isinstance(value, _Marked):
        raise _Refusal(value.problem)
    if isinstance(value, _NoNumber):
        raise _Refusal("not_a_number")
    for inner in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        if type(inner) is not str:  # a text is what nearly all values are, and never marked
            _refuse_marked(inner, depth + 1)
