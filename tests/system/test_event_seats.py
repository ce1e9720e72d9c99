"""The last seats, by many at once: exactly as many as there are, and no error page.

The website and RPC, with scheduled mails and without, slots and tickets too. The controls take the
guard away, and more people get in than there are seats.
"""

from __future__ import annotations

import xmlrpc.client
from collections import Counter
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

CLIENTS = (2, 8, 32)
SEATS = (1, 3, 16)
#: Makes who registers and who is put on the waiting list wait.
BOTH_TABLES = "LOCK TABLE event_registration, scn_event_waiting IN SHARE ROW EXCLUSIVE MODE"
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
        self.browsers: list[Browser] = []
        self.busy: Counter[int] = Counter()

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
        browser = self._browser(meeting)
        data = browser.form(meeting, slot=slot)

        def register() -> str:
            answer = browser.send(meeting, data)
            location = answer.headers.get("location", "")
            if answer.status_code == 303 and "/registration/success" in location:
                return "ok"
            sold_out = "registration_error_code=insufficient_seats" in location
            return "sold out" if sold_out else f"{answer.status_code} {location}"

        return register

    def _browser(self, meeting: Meeting) -> Browser:
        """A browser that does nothing else at this meeting; its form's token is good for every meeting."""
        number = self.busy[meeting.event]
        self.busy[meeting.event] += 1
        if number == len(self.browsers):
            self.browsers.append(Browser(self.server).ready(meeting))
        return self.browsers[number]

    def wait(self, meeting: Meeting) -> Callable[[], str]:
        """Somebody is put on the waiting list over RPC: a free seat is offered at once."""
        client = Client(
            self.server.url, self.server.database, self.officer.uid, self.officer.secret
        )
        values = {"event_id": meeting.event, "name": "Waiting", "email": "waiting@example.com"}

        def join() -> str:
            entry = client.call("scn.event.waiting", "create", values)
            return str(client.call("scn.event.waiting", "read", [entry], ["state"])[0]["state"])

        return join

    def take(self, entry: int) -> Callable[[], str]:
        """An offered seat is taken over RPC."""
        client = Client(
            self.server.url, self.server.database, self.officer.uid, self.officer.secret
        )

        def take() -> str:
            client.call("scn.event.waiting", "action_take", [entry])
            return "ok"

        return take


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
    """As many get in as there are seats, and everybody else is told that it is sold out."""
    expected = min(seats, len(outcomes))
    assert Counter(outcomes) == Counter(
        {name: n for name, n in (("ok", expected), ("sold out", len(outcomes) - expected)) if n}
    )


@pytest.mark.parametrize("route", ["web", "rpc"])
@pytest.mark.parametrize("seats", SEATS)
@pytest.mark.parametrize("clients", CLIENTS)
def test_the_last_seats_of_an_event(
    office: Office, rounds: Any, clients: int, seats: int, route: str
) -> None:
    """With scheduled mails and without."""
    for mails in (True, False) * rounds(1, 20):
        meeting = new_meeting(office.server, seats_limited=True, seats_max=seats, mails=mails)
        calls = [getattr(office, route)(meeting) for __ in range(clients)]
        assert_exact(at_once(calls), seats)
        assert seats_taken(office.server, meeting) == min(seats, clients)
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


def offers(office: Office, meeting: Meeting) -> int:
    """Seats that are kept for somebody who waited."""
    query = "SELECT count(*) FROM scn_event_waiting WHERE event_id = %s AND state = 'offered'"
    return int(office.server.sql(query, (meeting.event,))[0][0])


def meet_at_an_offer(office: Office) -> tuple[list[Any], int]:
    """A seat is offered to who waits while somebody else takes it; how many seats are given away."""
    meeting = new_meeting(office.server, seats_limited=True, seats_max=1)
    calls = [office.rpc(meeting), office.wait(meeting)]
    outcomes = meet(office.server, BOTH_TABLES, *calls)
    return outcomes, seats_taken(office.server, meeting) + offers(office, meeting)


def test_a_seat_is_not_offered_and_taken_at_once(office: Office, rounds: Any) -> None:
    for __ in range(rounds(1, 20)):
        outcomes, given = meet_at_an_offer(office)
        assert outcomes in (["ok", "waiting"], ["sold out", "offered"])
        assert given == 1


def test_without_the_guard_a_seat_is_offered_and_taken_at_once(unguarded: Office) -> None:
    assert meet_at_an_offer(unguarded) == (["ok", "offered"], 2)


def test_an_offered_seat_is_taken_while_others_try(office: Office, rounds: Any) -> None:
    """Whoever comes first in the database: the seat is kept for the one it was offered to."""
    for __ in range(rounds(1, 20)):
        meeting = new_meeting(office.server, seats_limited=True, seats_max=1)
        assert office.wait(meeting)() == "offered"
        [(entry,)] = office.server.sql(
            "SELECT id FROM scn_event_waiting WHERE event_id = %s", (meeting.event,)
        )
        calls = [office.rpc(meeting), office.take(entry), office.rpc(meeting)]
        assert meet(office.server, BOTH_TABLES, *calls) == ["sold out", "ok", "sold out"]
        assert (seats_taken(office.server, meeting), offers(office, meeting)) == (1, 0)


def test_an_offer_is_taken_once(office: Office, rounds: Any) -> None:
    """Two clicks on “Takes it” at once make one registration."""
    for __ in range(rounds(1, 20)):
        meeting = new_meeting(office.server, seats_limited=True, seats_max=5)
        assert office.wait(meeting)() == "offered"
        [(entry,)] = office.server.sql(
            "SELECT id FROM scn_event_waiting WHERE event_id = %s", (meeting.event,)
        )
        first, second = meet(office.server, BOTH_TABLES, office.take(entry), office.take(entry))
        assert "ok" in (first, second) and first != second
        fault = second if first == "ok" else first
        assert fault.faultCode == USER_ERROR and "not open any more" in fault.faultString
        assert seats_taken(office.server, meeting) == 1


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


COUNTS = """
    SELECT (SELECT count(*) FROM event_registration), (SELECT count(*) FROM mail_mail),
           (SELECT count(*) FROM event_mail_registration), (SELECT count(*) FROM ir_cron_trigger),
           (SELECT count(*) FROM mail_message)
"""
ROLLED_BACK = """
from odoo.addons.event.models.event_registration import EventRegistration
env['ir.config_parameter'].sudo().set_param('event.event_mail_async', False)
if {stock!r}:
    # Odoo's own way, without the ticket as PDF: it takes long, and nobody looks at it
    env.ref('event.event_subscription').report_template_ids = False
    ours = env.registry['event.registration']
    ours._update_mail_schedulers = EventRegistration._update_mail_schedulers
env['event.registration'].create({{
    'event_id': {event}, 'name': 'Ana', 'email': 'ana@example.com',
}})
env.flush_all()
env.cr.rollback()
"""


def test_a_rollback_leaves_nothing(office: Office) -> None:
    """A registration that is undone leaves no row, no mail and no trigger of a job behind."""
    meeting = new_meeting(office.server, seats_limited=True, seats_max=5)
    before = office.server.sql(COUNTS)
    office.server.shell(ROLLED_BACK.format(stock=False, event=meeting.event))
    assert office.server.sql(COUNTS) == before


def test_in_odoos_own_way_a_rollback_leaves_the_registration(unguarded: Office) -> None:
    """The control: with mail in the foreground Odoo commits in the middle of a registration."""
    meeting = new_meeting(unguarded.server, seats_limited=True, seats_max=5)
    before = unguarded.server.sql(COUNTS)
    unguarded.server.shell(ROLLED_BACK.format(stock=True, event=meeting.event))
    assert seats_taken(unguarded.server, meeting) == 1
    assert unguarded.server.sql(COUNTS) != before
