"""One row of a table in the form that goes through the same pipeline as a message.

The content of such a :class:`RawMessage` is JSON that explains itself: the fields a mapping found, the rules that are
needed to read them, and the whole row for the person who checks it. It can be kept and read again without the file.
"""

import hashlib
import json
from collections.abc import Sequence

from scn_sync.sources.mapping import Columns
from scn_sync.sources.raw_message import RawMessage
from scn_sync.text_cleaning import clean_text

ROW_CHARACTERS = 200_000
_explained = json.JSONEncoder(ensure_ascii=False).encode
_canonical = json.JSONEncoder(separators=(",", ":")).encode


def row_message(
    columns: Columns,
    values: Sequence[str],
    position: int,
    progress: int,
    doubts: tuple[str, ...] = (),
) -> RawMessage:
    """Make the message of one row; ``values`` stand in the order of the headings."""
    cleaned = [clean_text(value) for value in values]
    identity = row_id(columns, cleaned)
    content = _explained(
        {
            "fields": {
                field: " ".join(cleaned[place] for place in places if cleaned[place])
                if field != "wants"
                else "\n".join(cleaned[place] for place in places if cleaned[place])
                for field, places in columns.places.items()
            },
            "headings": {
                field: columns.headings[places[0]]
                for field, places in columns.places.items()
                if places and field in ("consent", "wants")
            },
            "wishes": {
                want: [cleaned[place] for place in places if cleaned[place]]
                for want, places in columns.wishes.items()
            },
            "rules": columns.rules,
            "row": [
                [heading, value]
                for place, (heading, value) in enumerate(
                    zip(columns.headings, cleaned, strict=True)
                )
                if value and place not in columns.ignored
            ],
        }
    )
    too_large = len(content) > ROW_CHARACTERS
    return RawMessage(
        position=position,
        external_id=identity,
        content=None if too_large else content.encode("utf-8", "replace"),
        progress=progress,
        problem="row_too_large" if too_large else None,
        doubts=doubts,
        form="row",
    )


def broken_row(text: str, position: int, progress: int, problem: str) -> RawMessage:
    """Make the dead letter of a row that cannot be read; its text is kept as it stands."""
    content = text.encode("utf-8", "surrogateescape" if _is_escaped(text) else "replace")
    return RawMessage(
        position=position,
        external_id=hashlib.sha256(b"broken row\n" + content).hexdigest(),
        content=content if len(text) <= ROW_CHARACTERS else None,
        progress=progress,
        problem=problem,
        form="row",
    )


def row_id(columns: Columns, values: Sequence[str]) -> str:
    """Return the id of a row: the SHA-256 of its headings and values in one canonical form.

    Order of the columns, case of the headings, encoding and delimiter of the file make no difference, and an empty
    value counts as none, so that a column that is added to a form leaves the ids of older rows alone. With ``id`` in
    the mapping only those columns count, unless they are all empty.
    """
    places = [place for place in columns.identity if values[place]]
    if not places:
        places = [
            place for place in range(len(values)) if values[place] and place not in columns.ignored
        ]
    pairs = sorted((columns.folded[place], values[place]) for place in places)
    return hashlib.sha256(b"row\n" + _canonical(pairs).encode("ascii")).hexdigest()


def _is_escaped(text: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in text) and not any(
        "\ud800" <= character < "\udc80" or "\udcff" < character <= "\udfff" for character in text
    )
