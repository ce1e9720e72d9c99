"""The gate from outside: each refusal over real HTTP and RPC, and nothing left behind by it."""

from __future__ import annotations

import xmlrpc.client
from collections.abc import Iterator
from typing import Any

import pytest

from .meetings_of_cities import (
    Browser,
    Meeting,
    new_cities,
    new_meeting,
    outcome,
    seats_taken,
)
from .odoo_client import ACCESS_ERROR, USER_ERROR
from .people import OFFICER, new_people

PARTNER, ASSOCIATE = "gate_partner", "gate_associate"
SECRET = "https://room.example/only-for-confirmed"
_END = """
deals = env['scn.partnership'].search([('partner_id', '=', {city})])
deals.write({{'state': {state!r}}})
env.cr.commit()
"""
_ORDER = """
from odoo.exceptions import ValidationError
product = env['product.product'].create({{
    'name': 'Seat', 'type': 'service', 'service_tracking': 'event', 'list_price': 10,
}})
ticket = env['event.event.ticket'].create({{
    'name': 'Seat', 'event_id': {event}, 'product_id': product.id,
}})
order = env['sale.order'].create({{'partner_id': {city}, 'order_line': [(0, 0, {{
    'product_id': product.id, 'event_id': {event}, 'event_ticket_id': ticket.id,
}})]}})
try:
    order.action_confirm()
except ValidationError as error:
    answer = str(error)
env.cr.rollback()
"""


class Door:
    """A server with a partner city, an associate city, their contacts, and an officer over RPC."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.cities = new_cities(
            server, Portvale=("partner", PARTNER), Associa=("associate", ASSOCIATE)
        )
        self.officer = new_people(server, gate_officer=OFFICER)["gate_officer"]
        self.partner = Browser(server, PARTNER)
        self.associate = Browser(server, ASSOCIATE)
        self.visitor = Browser(server)

    def seminar(self, **values: Any) -> Meeting:
        return new_meeting(self.server, benefit="seminar_live", **values)

    def rpc(self, meeting: Meeting, city: str | None = None, **values: Any) -> str:
        """Register as an officer over RPC: “ok” or the sentence of the refusal."""
        try:
            self.officer.call(
                "event.registration",
                "create",
                {
                    "event_id": meeting.event,
                    "event_ticket_id": meeting.ticket or False,
                    "name": "Person",
                    "scn_city_id": self.cities[city] if city else False,
                    **values,
                },
            )
        except xmlrpc.client.Fault as fault:
            assert fault.faultCode == USER_ERROR, fault.faultString
            return str(fault.faultString)
        return "ok"


@pytest.fixture(scope="module")
def door(new_odoo_server: Any) -> Iterator[Door]:
    ready = Door(new_odoo_server())
    yield ready
    # no error page, and no name or address in the log
    for word in ("Traceback", "bad query", "@example.com"):
        assert word not in ready.server.log(), word


def test_a_partner_city_gets_in_by_every_route(door: Door) -> None:
    meeting = door.seminar()
    assert door.partner.ready(meeting).register(meeting) == "ok"
    assert door.rpc(meeting, "Portvale") == "ok"
    rows = door.server.sql(
        "SELECT scn_city_id FROM event_registration WHERE event_id = %s", (meeting.event,)
    )
    assert rows == [(door.cities["Portvale"],)] * 2


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [
        ({"ticket": {"closes_in": -1}}, "ticket_ended", "ended on"),
        ({"ticket": {"opens_in": 5}}, "ticket_not_yet", "opens on"),
        ({"kanban_state": "cancel"}, "event_cancelled", "is cancelled"),
        ({"days": -3}, "event_ended", "has ended"),
        ({"ticket": {"limit_max_per_order": 2}, "count": 3}, "order_limit", "at once"),
        ({"ticket": {"scn_seats_per_city": 2}, "count": 3}, "city_limit", "may have 2 seats"),
        ({"seats_limited": True, "seats_max": 2, "count": 3}, "insufficient_seats", "Sold out"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_refusal(door: Door, values: dict[str, Any], code: str, words: str) -> None:
    """On the website with the code and its reason on the page; over RPC with the same reason."""
    values = dict(values)
    count = values.pop("count", 1)
    meeting = door.seminar(**values)
    assert door.partner.ready(meeting).register(meeting, count) == code
    shown = door.partner.http.get(
        f"/event/{meeting.event}/register?registration_error_code={code}", follow_redirects=True
    ).text
    # for seats the page has a sentence of its own
    said = "not available anymore" if code == "insufficient_seats" else words
    assert said in shown
    city = {"scn_city_id": door.cities["Portvale"], "event_id": meeting.event, "name": "Person"}
    people = [{**city, "event_ticket_id": meeting.ticket or False} for __ in range(count)]
    with pytest.raises(xmlrpc.client.Fault) as caught:
        door.officer.call("event.registration", "create", people)
    assert caught.value.faultCode == USER_ERROR and words in caught.value.faultString
    assert seats_taken(door.server, meeting) == 0


def test_the_reason_is_never_taken_from_the_address(door: Door) -> None:
    meeting = door.seminar()
    page = door.visitor.http.get(
        f"/event/{meeting.event}/register?registration_error_code=Send+money&scn_reason=Send+money",
        follow_redirects=True,
    )
    assert page.status_code == 200 and "Send money" not in page.text


def test_the_wrong_tier_is_told_before_and_refused_after(door: Door) -> None:
    meeting = door.seminar()
    assert "is on “Associate partner”" in door.associate.page(meeting)
    assert 'modal_ticket_registration"' not in door.associate.page(meeting).split("scn_refusal")[0]
    assert "is on “Associate partner”" in door.associate.choose(meeting)
    assert door.associate.ready(meeting).register(meeting) == "tier_too_low"
    assert "is on “Associate partner”" in door.rpc(meeting, "Associa")
    assert "Sign in" in door.visitor.page(meeting)
    assert door.visitor.ready(meeting).register(meeting) == "no_city"
    assert seats_taken(door.server, meeting) == 0


def test_a_tier_lost_between_page_and_submit(door: Door) -> None:
    meeting = door.seminar()
    assert "scn_refusal" not in door.partner.page(meeting)
    assert "attendee_registration" in door.partner.ready(meeting).choose(meeting)
    data = door.partner.form(meeting)
    city = door.cities["Portvale"]
    door.server.shell(_END.format(city=city, state="lapsed"))
    try:
        assert outcome(door.partner.send(meeting, data)) == "tier_too_low"
        assert seats_taken(door.server, meeting) == 0
    finally:
        door.server.shell(_END.format(city=city, state="active"))
    assert outcome(door.partner.send(meeting, data)) == "ok"


def test_the_organisation_and_the_event_are_never_the_requests_word(door: Door) -> None:
    meeting, other = door.seminar(), new_meeting(door.server)
    city = door.cities["Portvale"]
    for browser, code in ((door.visitor, "no_city"), (door.associate, "tier_too_low")):
        browser.ready(meeting)
        for posted in (
            {"1-partner_id": city},
            {"1-scn_city_id": city},
            {"1-company_name-0": "Portvale"},
        ):
            assert browser.register(meeting, **posted) in (code, "unreadable")
    # the form of an open event, with the number of another one in it
    door.visitor.ready(other)
    assert (
        door.visitor.register(other, **{"1-event_id": meeting.event, "1-partner_id": city}) == "ok"
    )
    rows = door.server.sql(
        "SELECT event_id, scn_city_id, partner_id FROM event_registration WHERE event_id IN %s",
        ((meeting.event, other.event),),
    )
    assert rows == [(other.event, None, None)]


def test_a_ticket_of_another_event(door: Door) -> None:
    dear, cheap = door.seminar(ticket={}), new_meeting(door.server, ticket={})
    browser = door.visitor.ready(cheap)
    data = browser.form(cheap, **{"1-event_ticket_id": dear.ticket})
    assert outcome(browser.send(cheap, data)) == "unreadable"
    assert seats_taken(door.server, cheap) == seats_taken(door.server, dear) == 0


def test_no_ticket_where_there_are_tickets(door: Door) -> None:
    meeting = new_meeting(door.server, ticket={})
    browser = door.visitor.ready(meeting)
    data = browser.form(meeting)
    del data["1-event_ticket_id"]
    assert outcome(browser.send(meeting, data)) == "ticket_missing"


@pytest.mark.parametrize("people", [31, 200])
def test_a_crowd_in_one_post(door: Door, people: int) -> None:
    meeting = new_meeting(door.server)
    assert door.visitor.ready(meeting).register(meeting, people) == "order_limit"
    assert seats_taken(door.server, meeting) == 0


@pytest.mark.parametrize(
    "extra",
    [
        {"1-event_ticket_id": "x"},
        {"1-event_slot_id": "99999999"},
        {"1-event_ticket_id": "99999999"},
        {"1-simple_choice-abc": "1"},
        {"1-text_box-99999999": "text"},
        {"x-name-1": "y"},
    ],
    ids=str,
)
def test_a_form_that_cannot_be_read_is_no_error_page(door: Door, extra: dict[str, Any]) -> None:
    meeting = new_meeting(door.server)
    answer = door.visitor.ready(meeting).register(meeting, **extra)
    assert answer == "unreadable"
    assert seats_taken(door.server, meeting) == 0


def test_an_empty_form(door: Door) -> None:
    meeting = new_meeting(door.server)
    browser = door.visitor.ready(meeting)
    assert outcome(browser.send(meeting, {"csrf_token": browser.token})) == "unreadable"


def test_import_back_end_and_order_over_rpc(door: Door) -> None:
    """The ways of staff: the same gate, with its sentence, and nothing left behind."""
    seminar, other = door.seminar(), new_meeting(door.server)
    city, said = door.cities["Associa"], "is on “Associate partner”"
    people = "event.registration"
    answer = door.officer.call(
        people,
        "load",
        ["name", "event_id/.id", "scn_city_id/.id"],
        [["Imported", str(seminar.event), str(city)]],
    )
    assert answer["ids"] is False and said in answer["messages"][0]["message"]
    typed = {"event_id": seminar.event, "scn_city_id": city, "name": "Typed"}
    elsewhere = door.officer.call(people, "create", {**typed, "event_id": other.event})
    off = door.officer.call(people, "create", {**typed, "state": "cancel"})
    calls: list[tuple[Any, ...]] = [
        ("web_save", [], typed, {"name": {}}),
        ("write", [elsewhere], {"event_id": seminar.event}),
        ("action_confirm", [off]),
        ("action_set_draft", [off]),
        ("action_set_done", [off]),
    ]
    for method, *arguments in calls:
        with pytest.raises(xmlrpc.client.Fault) as caught:
            door.officer.call(people, method, *arguments)
        assert caught.value.faultCode == USER_ERROR and said in caught.value.faultString, method
    refused = door.server.shell(_ORDER.format(event=seminar.event, city=city))
    assert said in refused
    assert seats_taken(door.server, seminar) == 0


def test_json2_gets_the_code_and_the_tier(door: Door) -> None:
    meeting = door.seminar()
    answer = door.officer.json2(
        "event.registration",
        "create",
        vals_list=[
            {"event_id": meeting.event, "name": "A", "scn_city_id": door.cities["Associa"]},
        ],
    )
    assert answer.status_code == 422, answer.text[:300]
    told = answer.json()
    assert told["context"] == {"code": "tier_too_low", "tier": "Partner"}
    assert "is on “Associate partner”" in told["message"]


def test_the_link_of_the_room_is_in_no_page_feed_or_answer(door: Door) -> None:
    meeting = door.seminar(scn_join_url=SECRET)
    door.server.allow_log("scn_join_url")
    portal = new_people(door.server, gate_portal="base.group_portal")["gate_portal"]
    for browser in (door.visitor, door.associate, door.partner):
        for path in (
            f"/event/{meeting.event}/register",
            f"/event/{meeting.event}/ics",
            "/event",
            f"/event/{meeting.event}/track",
            f"/event/{meeting.event}/agenda",
        ):
            page = browser.http.get(path, follow_redirects=True)
            assert "room.example" not in page.text, path
    assert portal.fault("event.event", "read", [meeting.event], ["scn_join_url"]) == ACCESS_ERROR
    plain = portal.call("event.event", "read", [meeting.event], ["name", "event_url"])
    assert plain[0]["event_url"] is False
    domain = [["scn_join_url", "ilike", "room.example"]]
    assert portal.fault("event.event", "search", domain) == ACCESS_ERROR
