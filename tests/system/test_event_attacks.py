"""What a city's contact and a visitor try over RPC and HTTP with another city's seats; each is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from .meetings_of_cities import Browser, Meeting, new_cities, new_meeting, outcome, seats_taken
from .odoo_client import ACCESS_ERROR, Client
from .people import OFFICER, new_people

VICTIM, ATTACKER = "attack_victim", "attack_attacker"
SECRET = "https://room.example/only-for-confirmed"
LINK = "scn_join_url"


@dataclass
class Scene:
    """A full seminar: Portvale has the seat and waits for a second one, Associa attacks."""

    server: Any
    cities: dict[str, int]
    officer: Client
    attacker: Client
    meeting: Meeting
    other: Meeting
    seat: int
    entry: int


@pytest.fixture(scope="module")
def scene(new_odoo_server: Any) -> Scene:
    server = new_odoo_server()
    cities = new_cities(server, Portvale=("partner", VICTIM), Associa=("associate", ATTACKER))
    officer = new_people(server, attack_officer=OFFICER)["attack_officer"]
    attacker = Client(server.url, server.database, 0, f"{ATTACKER}-password")
    attacker.uid = attacker.service(
        "common", "authenticate", server.database, ATTACKER, attacker.secret, {}
    )
    assert attacker.uid
    # each refusal is told in the log, without a name or an address
    server.allow_log("odoo.http: ")
    meeting = new_meeting(
        server,
        benefit="seminar_live",
        scn_kind="seminar",
        seats_limited=True,
        seats_max=1,
        scn_join_url=SECRET,
    )
    person = {"event_id": meeting.event, "name": "Ana Example"}
    city = cities["Portvale"]
    seat = officer.call("event.registration", "create", {**person, "scn_city_id": city})
    waiting = {**person, "city_id": city, "email": "ana@example.com"}
    entry = officer.call("scn.event.waiting", "create", waiting)
    other = new_meeting(server, ticket={}, slots=1, is_multi_slots=True)
    return Scene(server, cities, officer, attacker, meeting, other, seat, entry)


def test_nothing_of_another_city_over_rpc(scene: Scene) -> None:
    event, city = scene.meeting.event, scene.cities["Portvale"]
    person = {"event_id": event, "name": "Eve", "email": "eve@example.com"}
    calls: list[tuple[Any, ...]] = [
        ("event.registration", "create", {**person, "scn_city_id": city, "state": "open"}),
        ("event.registration", "create", {**person, "scn_override_reason": "Because"}),
        ("event.registration", "create", {**person, "scn_tier_id": 1, "scn_admission": "x"}),
        ("event.registration", "create", {**person, "event_id": scene.other.event}),
        ("event.registration", "read", [scene.seat], ["name", "email"]),
        ("event.registration", "search_read", [["scn_city_id", "=", city]], ["name"]),
        ("event.registration", "write", [scene.seat], {"name": "Eve"}),
        ("event.registration", "write", [scene.seat], {"event_id": scene.other.event}),
        ("event.registration", "unlink", [scene.seat]),
        ("event.registration", "action_cancel", [scene.seat]),
        ("event.registration", "_swap_participant", [scene.seat], {"name": "Eve"}),
        ("event.registration", "_get_join_url", [scene.seat]),
        ("scn.event.waiting", "create", {**person, "city_id": city}),
        ("scn.event.waiting", "create", {**person, "state": "offered"}),
        ("scn.event.waiting", "read", [scene.entry], ["name"]),
        ("scn.event.waiting", "search", []),
        ("scn.event.waiting", "write", [scene.entry], {"email": "eve@example.com"}),
        ("scn.event.waiting", "action_take", [scene.entry]),
        ("scn.event.waiting", "action_withdraw", [scene.entry]),
        ("scn.event.waiting", "_take", [scene.entry]),
        ("scn.event.invitation", "create", {"event_id": event, "city_id": city}),
        ("scn.event.invitation", "search", []),
        ("scn.event.allowance", "create", {"event_id": event, "seats": 9}),
        ("scn.event.outcome", "search", []),
        ("event.event", "write", [event], {"scn_benefit_id": False}),
        ("event.event", "read", [event], ["scn_invitation_ids"]),
        ("event.event", "action_scn_close", [event]),
        ("event.event.ticket", "create", {"event_id": event, "name": "Own"}),
    ]
    for call in calls:
        assert scene.attacker.fault(*call) == ACCESS_ERROR, call
    assert scene.officer.call("event.registration", "read", [scene.seat], ["name", "state"]) == [
        {"id": scene.seat, "name": "Ana Example", "state": "open"}
    ]
    assert seats_taken(scene.server, scene.meeting) == 1


def test_the_link_cannot_be_read_or_guessed_over_rpc(scene: Scene) -> None:
    event = [scene.meeting.event]
    guess = [[LINK, "=like", "https://room%"]]
    through = [["event_id.scn_join_url", "=like", "https://room%"]]
    spec = {"event_id": {"fields": {LINK: {}}}}
    calls: list[tuple[Any, ...]] = [
        ("event.event", "read", event, [LINK]),
        ("event.event", "web_read", event, {LINK: {}}),
        ("event.event", "search", guess),
        ("event.event", "search_count", guess),
        ("event.event", "search_read", guess, ["name"]),
        ("event.event", "search", [], 0, 1, LINK),
        ("event.event", "name_search", "", guess),
        ("event.event", "export_data", event, [LINK]),
        ("event.event", "formatted_read_group", [], [LINK]),
        ("event.event", "filtered_domain", event, guess),
        ("event.event", "mapped", event, LINK),
        ("event.event", "filtered", event, LINK),
        ("event.event", "copy_data", event),
        ("event.event.ticket", "search", through),
        ("event.event.ticket", "web_search_read", [], spec),
        ("event.slot", "search", through),
        ("event.track", "search", through),
        ("event.registration", "search", through),
        ("event.event", "search", [["event_ticket_ids.event_id.scn_join_url", "!=", False]]),
    ]
    assert [call for call in calls if scene.attacker.fault(*call) is None] == []
    assert LINK not in scene.attacker.call("event.event", "fields_get")
    assert scene.attacker.call("event.event", "read", event, ["event_url"])[0]["event_url"] is False
    # the control: staff do get an answer
    assert scene.officer.call("event.event", "search", guess) == event


def test_the_link_is_in_no_file_or_answer_of_the_website(scene: Scene) -> None:
    number = scene.meeting.event
    paths = (
        f"/event/{number}/ics",
        f"/event/{number}/register",
        f"/web/content?model=event.event&id={number}&field={LINK}",
        f"/web/content/event.event/{number}/{LINK}",
        f"/web/image/event.event/{number}/{LINK}",
        "/my/registrations",
        "/my/city/events",
        f"/my/city/events/{number}",
    )
    for browser in (Browser(scene.server), Browser(scene.server, ATTACKER)):
        for path in paths:
            answer = browser.http.get(path, follow_redirects=True)
            assert answer.status_code < 500, path
            assert "room.example" not in answer.text, path
        for model, method, *arguments in (
            ("event.registration", "create", [{"event_id": number, "name": "Eve"}]),
            ("event.event", "read", [[number], [LINK]]),
        ):
            call = {"model": model, "method": method, "args": arguments, "kwargs": {}}
            answer = browser.http.post(
                f"/web/dataset/call_kw/{model}/{method}",
                json={"jsonrpc": "2.0", "method": "call", "params": call},
            )
            assert "error" in answer.json(), (model, method)


def test_another_citys_seat_and_offer_are_not_found(scene: Scene) -> None:
    browser = Browser(scene.server, ATTACKER)
    token = browser._token("/my/account")
    scene.officer.call("event.event", "write", [scene.meeting.event], {"seats_max": 2})
    scene.server.shell(
        f"env['event.event'].browse({scene.meeting.event})._offer_free_seats()\nenv.cr.commit()\nanswer = 1"
    )
    state = "SELECT state FROM scn_event_waiting WHERE id = %s"
    assert scene.server.sql(state, (scene.entry,)) == [("offered",)]
    person = {"name": "Eve", "email": "eve@example.com", "scn_city_id": scene.cities["Portvale"]}
    for path in (
        f"waiting/{scene.entry}/take",
        f"waiting/{scene.entry}/withdraw",
        f"participants/{scene.seat}/swap",
        f"participants/{scene.seat}/withdraw",
    ):
        answer = browser.http.post(f"/my/city/{path}", data={"csrf_token": token, **person})
        assert answer.status_code == 404, path
    # a ticket and a slot of another event
    for part in ({"ticket_id": scene.other.ticket}, {"slot_id": scene.other.slots[0]}):
        answer = browser.http.post(
            f"/my/city/events/{scene.meeting.event}/name",
            data={"csrf_token": token, **person, **part},
        )
        assert answer.status_code == 404, part
    answer = browser.http.post(
        f"/my/city/events/{scene.meeting.event}/name",
        data={"csrf_token": token, **person, "state": "open", "scn_override_reason": "Because"},
        follow_redirects=True,
    )
    assert "is on “Associate partner”" in answer.text
    assert scene.server.sql(state, (scene.entry,)) == [("offered",)]
    assert seats_taken(scene.server, scene.meeting) == 1


def test_what_the_gate_keeps_cannot_be_posted(scene: Scene) -> None:
    seminar = new_meeting(scene.server, benefit="seminar_live")
    browser = Browser(scene.server, ATTACKER).ready(seminar)
    for posted in (
        {"1-scn_override_reason": "Because", "1-scn_override_user_id": 2},
        {"1-scn_admission": f"confirmed:{seminar.event}:0:0:{scene.cities['Associa']}"},
        {"1-scn_city_id": scene.cities["Portvale"], "1-state": "open"},
        {"1-event_slot_id": scene.other.slots[0]},
    ):
        data = browser.form(seminar, **posted)
        assert outcome(browser.send(seminar, data)) in ("tier_too_low", "unreadable"), posted
    assert seats_taken(scene.server, seminar) == 0
    asked = new_meeting(scene.server, scn_needs_approval=True)
    visitor = Browser(scene.server).ready(asked)
    assert outcome(visitor.send(asked, visitor.form(asked, **{"1-state": "open"}))) == "ok"
    assert seats_taken(scene.server, asked) == 0
