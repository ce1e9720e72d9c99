"""The sample mailbox is read as a careful human reads it (expected.json is written by hand)."""

import json
from pathlib import Path
from typing import Any

import pytest
from scn_sync import sample
from scn_sync.reading import DeadLetter, Rejection, Signup, read_message
from scn_sync.sample.make_sample import build_mailbox
from scn_sync.sources import RawMessage, open_source

FOLDER = Path(sample.__file__).parent
MAILBOX = FOLDER / "sample.mbox"
EXPECTED: list[dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text("utf-8"))
FIELDS = ("name", "position", "unit", "email", "phone", "city", "country", "language")


@pytest.fixture(scope="module")
def messages() -> list[RawMessage]:
    return list(open_source(MAILBOX))


def test_mailbox_is_what_its_script_writes() -> None:
    assert MAILBOX.read_bytes() == build_mailbox()


def test_every_message_is_expected(messages: list[RawMessage]) -> None:
    assert len(messages) == len(EXPECTED) >= 60
    assert [row["number"] for row in EXPECTED] == [message.position for message in messages]


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: f"{row['number']}-{row['title']}")
def test_message_is_read_as_expected(row: dict[str, Any], messages: list[RawMessage]) -> None:
    raw = messages[row["number"] - 1]
    reading = read_message(raw)
    match row["outcome"]:
        case "rejected":
            assert reading == Rejection(row["reason"])
        case "dead_letter":
            assert reading == DeadLetter(row["reason"])
        case "duplicate":
            assert raw.external_id == messages[row["of"] - 1].external_id
        case _:
            assert isinstance(reading, Signup)
            _compare(row, reading)


def _compare(row: dict[str, Any], reading: Signup) -> None:
    record = reading.record
    found = {field: getattr(record, field) for field in FIELDS}
    assert found == {field: row.get(field) for field in FIELDS}
    assert record.wants == row.get("wants", [])
    assert record.review_reasons == row.get("review_reasons", [])
    assert (record.consent.wording if record.consent else None) == row.get("consent")
    if record.consent:
        assert record.consent.given_at == record.received_at
        assert record.consent.source == row.get("consent_source", record.consent.source)
    for field in ("received_at", "subject"):
        if field in row:
            assert getattr(record, field) == row[field]


def test_ids_tell_messages_apart(messages: list[RawMessage]) -> None:
    duplicates = sum(row["outcome"] == "duplicate" for row in EXPECTED)
    assert len({message.external_id for message in messages}) == len(messages) - duplicates
