"""The last seats, by many at once: exactly as many as there are, and no error page.

The website and RPC, with scheduled mails and without, slots and tickets too. The controls take the
guard away, and more people get in than there are seats.
"""

from __future__ import annotations

import xmlrpc.client
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from .meeting import meet
from .meetings_of_cities import Browser, Meeting, new_meeting, seats_taken
from .odoo_client import USER_ERROR, Client
from .people import OFFICER, new_people

#: clients at once, seats left
SIZES = [(2, 1), (8, 3), (32, 16)]
NO_GUARD = """
CREATE FUNCTION scn_no_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER scn_no_guard BEFORE UPDATE ON event_event FOR EACH ROW
    WHEN (NEW.scn_guard IS DISTINCT FROM OLD.scn_guard) EXECUTE FUNCTION scn_no_guard();
"""


class Office:
    """A server and an officer who registers over RPC."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.officer = new_people(server, seat_officer=OFFICER)["seat_officer"]

    def rpc(self, meeting: Meeting, slot: int = 0) -> Callable[[], str]:
        """One registration over RPC, on a connection of its own."""
        client = Client(
            self.server.url, self.server.database, self.officer.uid, self.officer.secret
        )
        values = {
            "event_id": meeting.event,
            "name": "Person",
            "email": "person@example.com",
            "event_ticket_id": meeting.ticket or False,
            "event_slot_id": slot or False,
        }

        def register() -> str:
            try:
                client.call("event.registration", "create", values)
            except xmlrpc.client.Fault as fault:
                assert fault.faultCode == USER_ERROR, fault.faultString
                return "sold out" if "Sold out" in fault.faultString else fault.faultString
            return "ok"

        return register

    def web(self, meeting: Meeting, slot: int = 0) -> Callable[[], str]:
        """One registration on the website, by a browser of its own."""
        browser = Browser(self.server).ready(meeting)
        data = browser.form(meeting, slot=slot)

        def register() -> str:
            answer = browser.send(meeting, data)
            location = answer.headers.get("location", "")
            if answer.status_code == 303 and "/registration/success" in location:
                return "ok"
            sold_out = "registration_error_code=insufficient_seats" in location
            return "sold out" if sold_out else f"{answer.status_code} {location}"

        return register


@pytest.fixture(scope="module")
def office(new_odoo_server: Any) -> Office:
    return Office(new_odoo_server())


@pytest.fixture(scope="module")
def unguarded(new_odoo_server: Any) -> Office:
    """The same where writing the guard does nothing."""
    server = new_odoo_server()
    server.sql(NO_GUARD)
    return Office(server)


def at_once(calls: list[Callable[[], str]]) -> list[str]:
    """Begin the calls at the same moment."""
    barrier = Barrier(len(calls))

    def begin(call: Callable[[], str]) -> str:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(begin, calls))


def assert_exact(outcomes: list[str], seats: int) -> None:
    assert sorted(set(outcomes)) == ["ok", "sold out"], outcomes
    assert outcomes.count("ok") == seats


@pytest.mark.parametrize("mails", [True, False], ids=["with mails", "without mails"])
@pytest.mark.parametrize("route", ["web", "rpc"])
@pytest.mark.parametrize(("clients", "seats"), SIZES)
def test_the_last_seats_of_an_event(
    office: Office, rounds: Any, clients: int, seats: int, route: str, mails: bool
) -> None:
    for __ in range(rounds(1, 20)):
        meeting = new_meeting(office.server, seats_limited=True, seats_max=seats, mails=mails)
        calls = [getattr(office, route)(meeting) for __ in range(clients)]
        assert_exact(at_once(calls), seats)
        assert seats_taken(office.server, meeting) == seats
    assert "Traceback" not in office.server.log()


def test_the_last_seats_of_a_ticket(office: Office, rounds: Any) -> None:
    for __ in range(rounds(1, 20)):
        meeting = new_meeting(office.server, ticket={"seats_max": 3})
        calls = [office.web(meeting) for __ in range(4)] + [office.rpc(meeting) for __ in range(4)]
        assert_exact(at_once(calls), 3)
        assert seats_taken(office.server, meeting) == 3


def test_the_last_seats_of_slots(office: Office, rounds: Any) -> None:
    """The number of an event with slots is for each slot."""
    for __ in range(rounds(1, 20)):
        meeting = new_meeting(
            office.server, slots=2, is_multi_slots=True, seats_limited=True, seats_max=2
        )
        calls = [
            route(meeting, slot) for slot in meeting.slots for route in (office.web, office.rpc) * 2
        ]
        outcomes = at_once(calls)
        assert_exact(outcomes, 4)
        assert [seats_taken(office.server, meeting, slot) for slot in meeting.slots] == [2, 2]


def test_a_ticket_per_slot(office: Office, rounds: Any) -> None:
    for __ in range(rounds(1, 20)):
        meeting = new_meeting(office.server, slots=2, is_multi_slots=True, ticket={"seats_max": 1})
        calls = [
            route(meeting, slot) for slot in meeting.slots for route in (office.web, office.rpc)
        ]
        assert_exact(at_once(calls), 2)
        assert [seats_taken(office.server, meeting, slot) for slot in meeting.slots] == [1, 1]


def meet_at_the_last_seat(office: Office) -> tuple[list[Any], int]:
    """Two who certainly saw the same free seat: both wait to write their registration."""
    meeting = new_meeting(office.server, seats_limited=True, seats_max=1)
    calls = [office.rpc(meeting), office.rpc(meeting)]
    lock = "LOCK TABLE event_registration IN SHARE ROW EXCLUSIVE MODE"
    return meet(office.server, lock, *calls), seats_taken(office.server, meeting)


def test_two_who_saw_the_same_free_seat(office: Office, rounds: Any) -> None:
    for __ in range(rounds(1, 20)):
        outcomes, taken = meet_at_the_last_seat(office)
        assert (sorted(outcomes), taken) == (["ok", "sold out"], 1)


def test_without_the_guard_both_get_it(unguarded: Office) -> None:
    assert meet_at_the_last_seat(unguarded) == (["ok", "ok"], 2)


def test_without_the_guard_more_get_in_than_fit(unguarded: Office) -> None:
    """Also without a meeting that is arranged: in a few rounds at the latest."""
    for __ in range(10):
        meeting = new_meeting(unguarded.server, seats_limited=True, seats_max=3)
        at_once([partial(unguarded.rpc(meeting)) for __ in range(8)])
        if seats_taken(unguarded.server, meeting) > 3:
            return
    pytest.fail("without the guard nobody was oversold: the tests above prove nothing")


def test_a_rollback_leaves_nothing(office: Office) -> None:
    """A registration that is undone leaves no row, no mail and no trigger of a job behind."""
    meeting = new_meeting(office.server, seats_limited=True, seats_max=5)
    counts = (
        "SELECT (SELECT count(*) FROM event_registration), (SELECT count(*) FROM mail_mail),"
        " (SELECT count(*) FROM event_mail_registration), (SELECT count(*) FROM ir_cron_trigger),"
        " (SELECT count(*) FROM mail_message)"
    )
    before = office.server.sql(counts)
    office.server.shell(
        "env['ir.config_parameter'].sudo().set_param('event.event_mail_async', False)\n"
        f"env['event.registration'].create({{'event_id': {meeting.event}, 'name': 'Ana',"
        " 'email': 'ana@example.com'})\n"
        "env.flush_all()\n"
        "env.cr.rollback()\n"
    )
    assert office.server.sql(counts) == before
