"""Every message has one fate, and every call keeps to the server's limits."""

import json
import xmlrpc.client
from pathlib import Path

import pytest
from scn_sync import sample
from scn_sync.importing import new_run_key
from scn_sync.run_result import STATUSES, ConservationError, ImportResult

from .answering_server import Answer, answering_server, signed_in, value
from .command import scn_sync
from .test_exit_codes import KEY, info

MAILBOX = Path(sample.__file__).parent / "sample.mbox"


def test_numbers_that_do_not_add_up_are_an_error() -> None:
    result = ImportResult("mailbox", new_run_key(), dry_run=False, read=3)
    result.counts.update({"created": 2, "rejected": 1})
    result.check_conservation()
    for change in ({"created": 1}, {"created": -1}, {"stored": 1}):
        wrong = ImportResult("mailbox", result.run, dry_run=False, read=3)
        wrong.counts.update(result.counts)
        wrong.counts.update(change)
        with pytest.raises(ConservationError):
            wrong.check_conservation()
    result.read, result.not_sent = (
        4,
        1,
    )  # only a run that stopped early may leave messages unanswered
    with pytest.raises(ConservationError):
        result.check_conservation()


def test_no_two_runs_have_the_same_key() -> None:
    assert len({new_run_key() for _ in range(100)}) == 100


def test_calls_keep_to_the_limits_of_the_server() -> None:
    payloads: list[str] = []

    def answer(_path: str, body: bytes) -> Answer:
        if b"sync_info" in body:
            return info(limits={"records": 7, "bytes": 8_000})
        arguments, _method = xmlrpc.client.loads(body)
        payloads.append(str(arguments[5][0]))  # type: ignore[index, call-overload]
        rows = [
            {"external_id": record["external_id"], "status": "created", "reason": None}
            for record in json.loads(payloads[-1])["records"]
        ]
        return value(json.dumps({"protocol": 1, "records": rows}))

    settings = {"database": "foundation", "login": "bot", "api_key": KEY}
    with answering_server(signed_in(answer)) as url:
        outcome = scn_sync("import", "--json", MAILBOX, url=url, **settings)
    assert outcome.code == 0, outcome.stderr
    sizes = [len(json.loads(payload)["records"]) for payload in payloads]
    assert max(sizes) <= 7 and min(sizes) < 7
    assert max(len(payload.encode()) for payload in payloads) <= 8_000
    calls = [json.loads(payload) for payload in payloads]
    assert len({call["batch"] for call in calls}) == len(calls)
    assert len({call["run"] for call in calls}) == 1
    counts = outcome.result["counts"]
    assert counts["created"] == sum(sizes)
    assert outcome.result["read"] == sum(counts[status] for status in STATUSES)
