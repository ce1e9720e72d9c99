"""The command against a real Odoo over real XML-RPC."""

import json
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scn_sync import sample
from scn_sync.errors import Refused
from scn_sync.exit_codes import ExitCode
from scn_sync.inbox import record_text
from scn_sync.reading import Signup, read_message
from scn_sync.reasons import REJECTIONS
from scn_sync.sources import open_source

from .bot import Bot, conserved, new_bot
from .cutting_proxy import cutting_proxy
from .faulty_proxy import faulty_proxy
from .test_hostile_mail import mutate

MAILBOX = Path(sample.__file__).parent / "sample.mbox"
EXPECTED: list[dict[str, Any]] = json.loads((MAILBOX.parent / "expected.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def bot(odoo_server: Any) -> Bot:
    return new_bot(odoo_server)


def test_sample_goes_in_once_and_a_second_run_writes_nothing(bot: Bot) -> None:
    first = bot.run("import", "--json", "--source", "first", MAILBOX)
    assert first.code == ExitCode.OK, first.stderr
    outcomes = Counter(row["outcome"] for row in EXPECTED)
    counts = first.result["counts"]
    assert first.result["read"] == len(EXPECTED)
    assert counts["rejected"] == outcomes["rejected"]
    assert counts["dead_letters"] == outcomes["dead_letter"]
    assert counts["unchanged"] == outcomes["duplicate"]
    assert counts["created"] + counts["review"] == outcomes["signup"]
    assert counts["review"] >= sum(
        1 for row in EXPECTED if row["outcome"] == "signup" and row.get("review_reasons")
    )
    assert conserved(first.result)
    stored = bot.stored("first")
    assert len(stored) == outcomes["signup"]

    second = bot.run("import", "--json", "--source", "first", MAILBOX)
    assert second.code == ExitCode.OK
    assert second.result["counts"]["unchanged"] == outcomes["signup"] + outcomes["duplicate"]
    assert second.result["zero_writes"] and second.result["writes"] == 0
    assert "Nothing changed" in second.sentence and "zero writes" in second.sentence
    assert conserved(second.result)
    assert bot.stored("first") == stored


@pytest.mark.parametrize("transport", ["xml-rpc", "json-2"])
def test_a_second_run_asks_with_fingerprints_and_sends_no_text(
    bot: Bot, transport: str, tmp_path: Path
) -> None:
    source = f"fingerprints-{transport}"
    changes = {"transport": transport, "state_folder": str(tmp_path / "state")}
    arguments = ("import", "--json", "--batch-size", "20", "--source", source, MAILBOX)
    assert bot.run(*arguments, **changes).code == ExitCode.OK
    lost = bot.stored(source)[3][0]
    bot.server.sql("DELETE FROM scn_signup WHERE external_id = %s", (lost,))
    with faulty_proxy(bot.server.url) as proxy:
        outcome = bot.run(*arguments, url=proxy.url, **changes)
    assert outcome.code == ExitCode.OK, outcome.stderr
    counts = outcome.result["counts"]
    assert counts["created"] + counts["review"] == 1 and conserved(outcome.result)
    whole = [body.count(b"raw_text") for body in proxy.requests]
    assert sum(whole) == whole[-1] == 1, "only the one that the inbox had lost"
    assert len(bot.stored(source)) == sum(row["outcome"] == "signup" for row in EXPECTED)


def test_dry_run_foretells_and_writes_nothing(bot: Bot) -> None:
    foretold = bot.run("import", "--json", "--dry-run", "--source", "foretold", MAILBOX)
    assert foretold.code == ExitCode.OK, foretold.stderr
    assert bot.stored("foretold") == []
    assert "zero writes" in foretold.sentence
    real = bot.run("import", "--json", "--source", "foretold", MAILBOX)
    assert real.result["counts"] == foretold.result["counts"]
    assert bot.stored("foretold")


@pytest.mark.parametrize("lost_batch", [1, 2, 4])
def test_lost_answer_is_asked_for_again_and_is_the_first_answer(bot: Bot, lost_batch: int) -> None:
    source = f"lost-{lost_batch}"
    receives = 0

    def cut(_number: int, body: bytes) -> bool:
        nonlocal receives
        if b"sync_receive" not in body:
            return False
        receives += 1
        return receives == lost_batch

    with cutting_proxy(bot.server.url, cut) as proxy:
        arguments = ("import", "--json", "--batch-size", "20", "--source", source, MAILBOX)
        outcome = bot.run(*arguments, url=proxy.url)
    assert proxy.lost == 1
    assert outcome.code == ExitCode.OK, outcome.stderr
    sent = [index for index, body in enumerate(proxy.requests) if b"sync_receive" in body]
    first, again = sent[lost_batch - 1], sent[lost_batch]
    assert proxy.requests[first] == proxy.requests[again]
    assert proxy.answers[first] == proxy.answers[again]
    expected = sum(row["outcome"] == "signup" for row in EXPECTED)
    counts = outcome.result["counts"]
    assert counts["created"] + counts["review"] == expected == len(bot.stored(source))
    assert conserved(outcome.result)


def test_an_answer_lost_for_good_ends_the_run_and_loses_nothing(bot: Bot) -> None:
    with cutting_proxy(bot.server.url, lambda _number, body: b"sync_receive" in body) as proxy:
        arguments = ("import", "--json", "--source", "gone", MAILBOX)
        outcome = bot.run(*arguments, url=proxy.url, attempts="3")
    assert outcome.code == ExitCode.SERVER_DOWN
    assert proxy.lost == 3  # the call and two repetitions
    assert not outcome.result["complete"] and outcome.result["not_sent"] > 0
    result = outcome.result
    assert result["read"] == sum(result["counts"].values()) + result["not_sent"]
    again = bot.run("import", "--json", "--source", "gone", MAILBOX)
    assert again.code == ExitCode.OK
    assert len(bot.stored("gone")) == sum(row["outcome"] == "signup" for row in EXPECTED)


def test_same_batch_key_with_other_content_is_refused(bot: Bot) -> None:
    readings = [read_message(raw) for raw in list(open_source(MAILBOX))[:2]]
    texts = [record_text(reading.record) for reading in readings if isinstance(reading, Signup)]
    inbox = bot.inbox()
    answer = inbox.receive("batches", "run-1", "run-1-000001", texts[:1])
    assert inbox.receive("batches", "run-1", "run-1-000001", texts[:1]) == answer
    with pytest.raises(Refused):
        inbox.receive("batches", "run-1", "run-1-000001", texts[1:])
    assert len(bot.stored("batches")) == 1


def test_a_better_reading_updates_and_is_counted(bot: Bot) -> None:
    raw = next(iter(open_source(MAILBOX)))
    reading = read_message(raw)
    assert isinstance(reading, Signup)
    poorer = reading.record.model_copy(update={"unit": None})
    inbox = bot.inbox()
    inbox.receive("better", "run-1", "better-1", [record_text(poorer)])
    answer = inbox.receive("better", "run-1", "better-2", [record_text(reading.record)])
    assert [record.status for record in answer.records] == ["updated"]


def test_wrong_database_key_and_login_say_so(bot: Bot) -> None:
    wrong_database = bot.run("import", MAILBOX, database="no_such_database")
    assert wrong_database.code == ExitCode.WRONG_DATABASE, wrong_database.stderr
    assert "no database “no_such_database”" in wrong_database.sentence
    for changes in ({"api_key": "0" * 40}, {"login": "nobody@example.org"}):
        wrong = bot.run("import", MAILBOX, **changes)
        assert wrong.code == ExitCode.WRONG_KEY, wrong.stderr
        assert "does not accept this login and API key" in wrong.sentence
    assert len(wrong.stderr.strip().splitlines()) == 1


def test_a_key_of_somebody_else_is_not_enough(bot: Bot) -> None:
    key = bot.server.api_key("base.user_admin", 1)
    login = bot.server.shell("answer = env.ref('base.user_admin').login")
    bot.server.shell(
        "env.ref('base.user_admin').write({'group_ids': [(3, "
        "env.ref('scn_partner.group_scn_manager').id)]}); env.cr.commit(); answer = True"
    )
    outcome = bot.run("check", api_key=key, login=login)
    assert outcome.code == ExitCode.WRONG_KEY, outcome.stderr
    assert "may not use the sign-up inbox" in outcome.sentence


def test_check_tells_series_module_and_days_of_the_key(bot: Bot) -> None:
    outcome = bot.run("check", "--json")
    assert outcome.code == ExitCode.OK, outcome.stderr
    assert re.search(
        r"Odoo 19\.0 with scn_partner 19\.0\.\S+; the API key ends in \d+ days", outcome.sentence
    )
    assert outcome.result["series"] == "19.0"
    assert 20 <= outcome.result["key_days_left"] <= 31


def test_key_is_in_no_output_and_no_log_of_the_server(bot: Bot) -> None:
    outcome = bot.run("import", "--json", "--source", "secret", MAILBOX)
    assert bot.key not in outcome.stdout + outcome.stderr
    assert bot.key not in bot.server.log()
    assert "lotte.verhaeghe" not in outcome.stdout + outcome.stderr


def test_damaged_messages_conserve_and_the_server_takes_them(
    bot: Bot, tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    chance = random.Random(20181116)
    originals = [message.content for message in open_source(MAILBOX) if message.content]
    folder = tmp_path / "damaged"
    folder.mkdir()
    number = rounds(300, 3_000)
    for index in range(number):
        (folder / f"{index:05d}.eml").write_bytes(mutate(chance.choice(originals), chance))
    first = bot.run("import", "--json", "--source", "damaged", folder, timeout=900)
    assert first.code == ExitCode.OK, first.stderr
    assert first.result["read"] == number and conserved(first.result)
    assert set(first.result["reasons"]["rejected"]) <= REJECTIONS.keys()  # the server refuses none
    second = bot.run("import", "--json", "--source", "damaged", folder, timeout=900)
    assert second.result["zero_writes"] and conserved(second.result)
