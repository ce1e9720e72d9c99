"""Two at once, on a real server: one answer, one sign-up, one contact, one city, one decision.

Each test has a control on a clone without the unique keys: there the damage is done.
"""

from __future__ import annotations

import re
import xmlrpc.client
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import pytest

from .meeting import meet, writers_of
from .odoo_client import USER_ERROR, Client
from .people import BOT, OFFICER, new_people
from .sign_ups import payload, receive, record, statuses, stored

KEYS = (
    "ALTER TABLE scn_signup_batch DROP CONSTRAINT scn_signup_batch_key_unique",
    "ALTER TABLE scn_signup DROP CONSTRAINT scn_signup_source_external_id_unique",
    "DROP INDEX scn_contact_key_kind_organisation_key_unique",
)
OFFICERS = ("officer_one", "officer_two")
NAME, MAIL_DOMAIN = "Zephyrine Quillfeather", "quillfeather.example"
_CITY = """
answer = env['res.partner'].create({{'name': {name!r}, 'is_city': True}}).id
env.cr.commit()
"""


@dataclass
class Office:
    """A server with two senders and two officers, and a number for each round."""

    server: Any
    people: dict[str, Client]
    city: str = "Quillharbour"

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self.city_id = self.server.shell(_CITY.format(name=self.city))
        # the sources exist before anybody races for what is in them
        for bot in ("bot_one", "bot_two"):
            receive(self.people[bot], bot, f"{bot}-0", record(f"{bot} 0", city=self.city))

    def number(self) -> int:
        return next(self._numbers)

    def person(self, number: int) -> dict[str, Any]:
        """A new person of the known city, in the fields of a record."""
        return {
            "name": f"{NAME} {'abcdefghijklmnopqrstuvwxyz'[number % 26]}{number}",
            "email": f"z{number}@{MAIL_DOMAIN}",
            "city": self.city,
        }

    def two_sign_ups(self, **values: Any) -> tuple[int, int]:
        """Sign-ups of the same person, one from each sender."""
        number = self.number()
        for bot in ("bot_one", "bot_two"):
            receive(self.people[bot], bot, f"{bot}-{number}", record(f"{number}", **values))
        first, second = stored(self.server, f"{number}")
        return first, second

    def accept(self, officer: str, signup: int) -> Callable[[], Any]:
        return lambda: self.people[officer].call("scn.signup", "action_accept", [signup])

    def accept_with_new_city(self, officer: str, signup: int) -> Callable[[], Any]:
        client = self.people[officer]
        wizard = client.call(
            "scn.signup.accept",
            "create",
            {"signup_ids": [(6, 0, [signup])], "create_city": True},
        )
        return lambda: client.call("scn.signup.accept", "action_confirm", [wizard])

    def partners(self, name: str) -> int:
        return int(
            self.server.sql("SELECT count(*) FROM res_partner WHERE name = %s", (name,))[0][0]
        )

    def states(self, *signups: int) -> list[str]:
        rows = self.server.sql(
            "SELECT state FROM scn_signup WHERE id IN %s ORDER BY id", (tuple(signups),)
        )
        return [row[0] for row in rows]


def new_office(server: Any) -> Office:
    people = new_people(server, bot_one=BOT, bot_two=BOT, officer_one=OFFICER, officer_two=OFFICER)
    return Office(server, people)


@pytest.fixture(scope="module")
def office(new_odoo_server: Any) -> Iterator[Office]:
    ready = new_office(new_odoo_server())
    yield ready
    assert_log_is_clean(ready.server)


@pytest.fixture(scope="module")
def unguarded(new_odoo_server: Any) -> Office:
    """The same on a clone without the unique keys."""
    server = new_odoo_server()
    for statement in KEYS:
        server.sql(statement)
    # Odoo says at the next look that a key is missing, which is the point here
    server.allow_log("scn_")
    return new_office(server)


def assert_log_is_clean(server: Any) -> None:
    log = server.log()
    for secret in (NAME, MAIL_DOMAIN, "+4416329"):
        assert secret not in log, f"“{secret}” stands in the server's log"
    assert "Traceback" not in log and "bad query" not in log


def send_batch_twice(office: Office) -> list[Any]:
    number = office.number()
    text = payload("bot_one", f"twice-{number}", record(f"t{number}", **office.person(number)))
    call = office.people["bot_one"].call
    return meet(
        office.server,
        writers_of("scn_signup_batch"),
        *[lambda: call("scn.signup", "sync_receive", text)] * 2,
    )


def test_the_same_batch_sent_twice_at_once_has_one_answer(office: Office, rounds: Any) -> None:
    for _ in range(rounds(1, 20)):
        first, second = send_batch_twice(office)
        assert first == second and statuses(first) == ["created"]


def test_without_the_batch_key_it_has_two_answers(unguarded: Office) -> None:
    first, second = send_batch_twice(unguarded)
    assert [statuses(first), statuses(second)] == [["created"], ["created"]]
    number = unguarded.number() - 1
    keys = unguarded.server.sql(
        "SELECT count(*) FROM scn_signup_batch WHERE key = %s", (f"twice-{number}",)
    )
    assert keys == [(2,)]


def send_message_in_two_batches(office: Office) -> tuple[list[Any], list[int]]:
    number = office.number()
    message = record(f"m{number}", **office.person(number))
    call = office.people["bot_one"].call
    texts = [payload("bot_one", f"half-{number}-{half}", message) for half in (1, 2)]
    answers = meet(
        office.server,
        writers_of("scn_signup"),
        *(lambda text=text: call("scn.signup", "sync_receive", text) for text in texts),
    )
    return answers, stored(office.server, f"m{number}")


def test_one_message_in_two_batches_at_once_is_one_sign_up(office: Office, rounds: Any) -> None:
    for _ in range(rounds(1, 20)):
        answers, found = send_message_in_two_batches(office)
        assert sorted(statuses(answer)[0] for answer in answers) == ["created", "unchanged"]
        assert len(found) == 1


def test_without_the_unique_pair_it_is_two_sign_ups(unguarded: Office) -> None:
    _, found = send_message_in_two_batches(unguarded)
    assert len(found) == 2


def test_two_senders_with_the_same_people_at_once(office: Office, rounds: Any) -> None:
    for _ in range(rounds(1, 20)):
        numbers = [office.number() for _ in range(20)]
        messages = [record(f"s{number}", **office.person(number)) for number in numbers]
        orders = {"bot_one": messages, "bot_two": messages[::-1]}
        answers = meet(
            office.server,
            writers_of("scn_signup"),
            *(
                partial(receive, office.people[bot], bot, f"same-{bot}-{numbers[0]}", *order)
                for bot, order in orders.items()
            ),
        )
        assert answers == [["created"] * 20] * 2
        assert {len(stored(office.server, f"s{number}")) for number in numbers} == {2}


def accept_same_person_twice(office: Office) -> tuple[list[Any], int]:
    person = office.person(office.number())
    signups = office.two_sign_ups(**person)
    calls = [office.accept(*pair) for pair in zip(OFFICERS, signups, strict=True)]
    answers = meet(office.server, writers_of("scn_contact_key"), *calls)
    assert office.states(*signups) == ["accepted"] * 2
    return answers, office.partners(person["name"])


def test_two_officers_accepting_the_same_new_person_make_one_contact(
    office: Office, rounds: Any
) -> None:
    for _ in range(rounds(1, 20)):
        assert accept_same_person_twice(office) == ([True, True], 1)


def test_without_the_contact_key_they_make_two(unguarded: Office) -> None:
    assert accept_same_person_twice(unguarded)[1] == 2


def accept_same_city_twice(office: Office) -> tuple[list[Any], int]:
    number = office.number()
    person = {**office.person(number), "city": f"Newquill {number}"}
    signups = office.two_sign_ups(**person)
    assert office.states(*signups) == ["review"] * 2
    calls = [office.accept_with_new_city(*pair) for pair in zip(OFFICERS, signups, strict=True)]
    answers = meet(office.server, writers_of("scn_contact_key"), *calls)
    assert office.states(*signups) == ["accepted"] * 2
    return answers, office.partners(f"Newquill {number}")


def test_two_officers_creating_the_same_city_make_one(office: Office, rounds: Any) -> None:
    for _ in range(rounds(1, 20)):
        answers, cities = accept_same_city_twice(office)
        assert cities == 1
        assert not any(isinstance(answer, xmlrpc.client.Fault) for answer in answers)


def test_without_the_contact_key_they_make_two_cities(unguarded: Office) -> None:
    assert accept_same_city_twice(unguarded)[1] == 2


def test_one_sign_up_accepted_by_two_is_decided_once(office: Office, rounds: Any) -> None:
    for _ in range(rounds(1, 20)):
        signup, _ = office.two_sign_ups(**office.person(office.number()))
        calls = [office.accept(officer, signup) for officer in OFFICERS]
        first, second = sorted(
            meet(office.server, writers_of("scn_contact_key"), *calls),
            key=lambda answer: isinstance(answer, xmlrpc.client.Fault),
        )
        assert first is True
        assert second.faultCode == USER_ERROR and "already decided" in second.faultString
        # control: the state decides, and nothing else would
        office.server.sql("UPDATE scn_signup SET state = 'matched' WHERE id = %s", (signup,))
        assert calls[1]() is True


def test_two_officers_filling_the_blanks_of_one_contact(office: Office, rounds: Any) -> None:
    """The loser's statement holds a phone number: it is repeated and stays out of the log."""
    for _ in range(rounds(1, 20)):
        number = office.number()
        person = office.person(number)
        known, _ = office.two_sign_ups(**person)
        office.accept("officer_one", known)()
        signups = office.two_sign_ups(**person, phone="+441632960123", position="Head of unit")
        calls = [office.accept(*pair) for pair in zip(OFFICERS, signups, strict=True)]
        lock = f"SELECT id FROM res_partner WHERE email = 'z{number}@{MAIL_DOMAIN}' FOR UPDATE"
        assert meet(office.server, lock, *calls) == [True, True]
        assert office.states(*signups) == ["accepted"] * 2
        phones = office.server.sql(
            "SELECT phone, function FROM res_partner WHERE name = %s", (person["name"],)
        )
        assert len(phones) == 1 and phones[0][1] == "Head of unit"


def test_an_ordinary_write_by_two_at_once_is_logged_with_its_values(unguarded: Office) -> None:
    """Control: what accepting avoids by locking the rows first, Odoo does by itself."""
    number = unguarded.number()
    signup, _ = unguarded.two_sign_ups(**unguarded.person(number))
    unguarded.accept("officer_one", signup)()
    query = "SELECT contact_partner_id FROM scn_signup WHERE id = %s"
    contact = unguarded.server.sql(query, (signup,))[0][0]
    calls = [
        partial(
            unguarded.people[officer].call, "res.partner", "write", [contact], {"function": role}
        )
        for officer, role in zip(OFFICERS, ("Harbour pilot", "Harbour master"), strict=True)
    ]
    lock = f"SELECT id FROM res_partner WHERE id = {contact} FOR UPDATE"
    assert meet(unguarded.server, lock, *calls) == [True, True]
    assert re.search(r"bad query: .*Harbour (pilot|master)", unguarded.server.log(), re.DOTALL)


def test_a_better_reading_and_a_decision_at_once(office: Office, rounds: Any) -> None:
    """A sender updates a sign-up while an officer accepts it: one waits, neither is logged."""
    for _ in range(rounds(1, 20)):
        number = office.number()
        person = office.person(number)
        bot = office.people["bot_one"]
        receive(bot, "bot_one", f"early-{number}", record(f"b{number}", **person))
        (signup,) = stored(office.server, f"b{number}")
        better = record(f"b{number}", **person, phone="+441632960124")
        sent, accepted = meet(
            office.server,
            f"SELECT id FROM scn_signup WHERE id = {signup} FOR UPDATE",
            partial(receive, bot, "bot_one", f"late-{number}", better),
            office.accept("officer_one", signup),
        )
        assert accepted is True and sent in (["updated"], ["unchanged"])
        assert office.states(signup) == ["accepted"]
        assert office.partners(person["name"]) == 1
