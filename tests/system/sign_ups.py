"""Sign-ups as a sender puts them into a call of the sync's methods (`docs/rpc.md`)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from .odoo_client import Client

_RECORD: dict[str, Any] = {
    "received_at": "2026-03-02T09:30:00Z",
    "language": "en",
    "unit": None,
    "name": None,
    "position": None,
    "email": None,
    "phone": None,
    "city": None,
    "country": None,
    "wants": ["magazine"],
    "consent": None,
    "subject": None,
    "raw_text": None,
    "review_reasons": [],
}


def external_id(message: str) -> str:
    """The fingerprint of a message called `message`."""
    return hashlib.sha256(message.encode()).hexdigest()


def record(message: str, **values: Any) -> dict[str, Any]:
    """One record of the contract; what is not named is unknown."""
    return {**_RECORD, "external_id": external_id(message), **values}


def payload(source: str, batch: str, *records: dict[str, Any]) -> str:
    """The argument of `sync_receive`."""
    return json.dumps(
        {
            "protocol": 1,
            "source": source,
            "run": f"run-{source}",
            "batch": batch,
            "records": list(records),
        }
    )


def receive(bot: Client, source: str, batch: str, *records: dict[str, Any]) -> list[str]:
    """Send records; their statuses in the order sent."""
    answer = bot.call("scn.signup", "sync_receive", payload(source, batch, *records))
    return statuses(answer)


def statuses(answer: str) -> list[str]:
    """The statuses in an answer of the sync's methods."""
    return [row["status"] for row in json.loads(answer)["records"]]


def stored(server: Any, message: str) -> list[int]:
    """The ids of the sign-ups of a message, over all sources."""
    rows = server.sql(
        "SELECT id FROM scn_signup WHERE external_id = %s ORDER BY id", (external_id(message),)
    )
    return [row[0] for row in rows]
