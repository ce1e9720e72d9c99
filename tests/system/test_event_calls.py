"""Calls over real HTTP and RPC: what is closed stays closed, and two clicks are one proposal."""

from __future__ import annotations

import datetime as dt
import re
import xmlrpc.client
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from .meeting import meet, writers_of
from .meetings_of_cities import Browser, Meeting, new_cities, new_meeting
from .odoo_client import ACCESS_ERROR, USER_ERROR, Client
from .people import OFFICER, new_people

CITY = "call_city"
FORM = {
    "title": "Repair cafés in libraries",
    "description": "What is repaired, and by whom.",
    "name": "Marta Quell",
    "email": "marta@commons-lab.example",
    "organisation": "Portvale",
}
#: Every key that is taken becomes one of its own: a second click finds nothing.
NO_KEY = """
CREATE FUNCTION scn_no_key() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.key := NEW.key || random()::text; RETURN NEW; END $$;
CREATE TRIGGER scn_no_key BEFORE INSERT ON scn_proposal_key FOR EACH ROW EXECUTE FUNCTION scn_no_key();
"""


class Desk:
    """A server with an event, an officer and a city's contact over RPC, and people with browsers."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.cities = new_cities(server, Portvale=("partner", CITY))
        self.officer = new_people(server, call_officer=OFFICER)["call_officer"]
        self.contact = Client(server.url, server.database, 0, f"{CITY}-password")
        self.contact.uid = self.contact.service(
            "common", "authenticate", server.database, CITY, self.contact.secret, {}
        )
        self.city = Browser(server, CITY)
        self.visitor = Browser(server)
        self.meeting: Meeting = new_meeting(server, scn_kind="stand_lab")

    def call(self, *, opens: int = -5, closes: int = 5, **values: Any) -> int:
        """A published call for workshops to outsiders; its window in days from now."""
        now = dt.datetime.now(dt.UTC)
        return int(
            self.officer.call(
                "scn.call",
                "create",
                {
                    "name": "Workshops",
                    "type": "workshop",
                    "audience": "outsiders",
                    "event_id": self.meeting.event,
                    "is_published": True,
                    "date_open": f"{now + dt.timedelta(days=opens):%F %T}",
                    "date_close": f"{now + dt.timedelta(days=closes):%F %T}",
                    **values,
                },
            )
        )

    def form(self, browser: Browser, call: int, **values: Any) -> Callable[[], httpx.Response]:
        """A filled-in form, ready to be sent as often as one likes."""
        page = browser.http.get(f"/calls/{call}", follow_redirects=True)
        token = re.search(r'csrf_token: "([^"]+)"', page.text)
        assert token, page.text[:300]
        data = {"csrf_token": token[1], **FORM, **values}
        return lambda: browser.http.post(f"/calls/{call}/propose", data=data)

    def proposals(self, call: int) -> list[tuple[Any, ...]]:
        return list(
            self.server.sql(
                "SELECT scn_city_id, scn_organisation, scn_state FROM event_track"
                " WHERE scn_call_id = %s ORDER BY id",
                (call,),
            )
        )


@pytest.fixture(scope="module")
def desk(new_odoo_server: Any) -> Any:
    ready = Desk(new_odoo_server())
    # a refusal over RPC is told in the log, without a name or an address
    ready.server.allow_log("odoo.http: ")
    yield ready
    for word in ("bad query", "commons-lab.example", "Marta Quell"):
        assert word not in ready.server.log(), word


def test_an_open_call_takes_a_visitors_plain_text(desk: Desk) -> None:
    call = desk.call()
    answer = desk.form(
        desk.visitor, call, scn_city_id=desk.cities["Portvale"], scn_state="accepted"
    )()
    assert answer.status_code == 303 and answer.headers["location"].endswith("/sent")
    assert desk.proposals(call) == [(None, "Portvale", "received")]


@pytest.mark.parametrize(
    ("window", "words"), [({"closes": -1}, "closed on"), ({"opens": 1}, "opens on")]
)
def test_a_call_outside_its_window(desk: Desk, window: dict[str, int], words: str) -> None:
    """Refused on the page, by the form and over RPC, to a visitor, a city and staff."""
    call = desk.call(**window)
    assert words in desk.visitor.http.get(f"/calls/{call}").text
    assert words in desk.form(desk.visitor, call)().text
    values = {"name": "Workshop", "scn_call_id": call}
    with pytest.raises(xmlrpc.client.Fault) as caught:
        desk.officer.call("event.track", "create", values)
    assert caught.value.faultCode == USER_ERROR and words in caught.value.faultString
    assert desk.contact.fault("event.track", "create", values) == ACCESS_ERROR
    assert desk.proposals(call) == []
    # staff who say why, take it in
    desk.officer.call("event.track", "create", {**values, "scn_override_reason": "By phone"})
    assert len(desk.proposals(call)) == 1


def test_a_call_that_closes_between_page_and_submit(desk: Desk) -> None:
    call = desk.call()
    send = desk.form(desk.visitor, call)
    desk.officer.call(
        "scn.call", "write", [call], {"date_close": f"{dt.datetime.now(dt.UTC):%F %T}"}
    )
    assert "closed on" in send().text
    assert desk.proposals(call) == []


def test_closed_to_outsiders_while_cities_are_asked(desk: Desk) -> None:
    outsiders, cities = desk.call(closes=-1), desk.call(audience="cities")
    assert "closed on" in desk.form(desk.visitor, outsiders)().text
    assert "is for cities" in desk.form(desk.visitor, cities)().text
    assert desk.form(desk.city, cities)().status_code == 303
    assert desk.proposals(outsiders) == []
    assert desk.proposals(cities) == [(desk.cities["Portvale"], None, "received")]


def test_odoos_own_form_takes_nothing(desk: Desk) -> None:
    before = desk.server.sql("SELECT count(*) FROM event_track")
    path = f"/event/{desk.meeting.event}/track_proposal"
    page = desk.visitor.http.get(path, follow_redirects=True)
    assert page.status_code == 200 and page.url.path.endswith("/calls")
    token = desk.visitor._token(f"/event/{desk.meeting.event}/register")
    answer = desk.visitor.http.post(
        f"/event/{desk.meeting.event}/track_proposal/post",
        data={
            "csrf_token": token,
            "track_name": "Talk",
            "description": "x",
            "partner_name": "A",
            "partner_email": "a@example.com",
            "partner_phone": "1",
            "partner_function": "x",
            "partner_biography": "x",
            "tags": "",
        },
    )
    assert answer.json()["error"] == "call_missing"
    assert desk.server.sql("SELECT count(*) FROM event_track") == before


def test_what_a_citys_contact_tries_over_rpc(desk: Desk) -> None:
    call = desk.call(audience="cities")
    desk.form(desk.city, call)()
    track = desk.server.sql("SELECT id FROM event_track WHERE scn_call_id = %s", (call,))[0][0]
    topic = desk.officer.call("scn.topic", "create", {"name": "Topic", "became_text": "A page"})
    tries: list[tuple[Any, ...]] = [
        ("event.track", "write", [track], {"scn_pending_decision": "accepted"}),
        ("event.track", "write", [track], {"scn_state": "accepted"}),
        ("event.track", "read", [track], ["name"]),
        ("event.track", "action_confirm", [track]),
        ("event.track", "action_withdraw", [track]),
        ("event.track", "_announce", [track]),
        ("event.track", "_confirm", [track]),
        ("scn.call", "_propose", [call], FORM),
        ("scn.call", "read", [call], ["name"]),
        ("scn.call", "action_open_proposals", [call]),
        ("scn.call.announce", "create", {"call_id": call}),
        ("scn.proposal.review", "create", {"track_id": track}),
        ("scn.proposal.link", "search_read", [], ["code_hash"]),
        ("scn.proposal.key", "search_read", [], ["key"]),
        ("scn.topic", "action_tell", [topic]),
        ("scn.topic", "search_read", [], ["name"]),
        ("scn.topic.credit", "search_read", [], ["email"]),
        ("scn.topic.merge", "create", {"topic_ids": [topic]}),
    ]
    for model, method, *arguments in tries:
        fault = desk.contact.fault(model, method, *arguments)
        assert fault is not None, (model, method, arguments)
    assert desk.proposals(call) == [(desk.cities["Portvale"], None, "received")]


def test_two_clicks_at_once_are_one_proposal(desk: Desk) -> None:
    """Both requests are in the database at the same moment, before either has committed."""
    call = desk.call()
    clicks = [desk.form(Browser(desk.server), call) for __ in range(4)]
    answers = meet(desk.server, writers_of("scn_proposal_key"), *clicks)
    assert [answer.status_code for answer in answers] == [303] * 4
    assert len(desk.proposals(call)) == 1
    mails = desk.server.sql(
        "SELECT count(*) FROM mail_mail WHERE email_to = %s AND state = 'outgoing'",
        (FORM["email"],),
    )
    assert clicks[0]().status_code == 303
    assert len(desk.proposals(call)) == 1
    assert mails == desk.server.sql(
        "SELECT count(*) FROM mail_mail WHERE email_to = %s AND state = 'outgoing'",
        (FORM["email"],),
    )


def test_two_who_announce_at_once_write_one_mail(desk: Desk) -> None:
    call = desk.call()
    desk.form(desk.visitor, call, email="once@example.com")()
    tracks = [
        row[0]
        for row in desk.server.sql("SELECT id FROM event_track WHERE scn_call_id = %s", (call,))
    ]
    desk.officer.call("event.track", "write", tracks, {"scn_pending_decision": "accepted"})
    wizards = [
        desk.officer.call("scn.call.announce", "create", {"call_id": call}) for __ in range(2)
    ]

    def announce(wizard: int) -> Callable[[], Any]:
        client = Client(
            desk.server.url, desk.server.database, desk.officer.uid, desk.officer.secret
        )
        return lambda: client.call("scn.call.announce", "action_confirm", [wizard])

    answers = meet(
        desk.server, writers_of("event_track"), *(announce(wizard) for wizard in wizards)
    )
    assert sum(isinstance(answer, dict) for answer in answers) == 1, answers
    mails = "SELECT count(*) FROM mail_mail WHERE email_to = 'once@example.com'"
    # the receipt, and one answer
    assert desk.server.sql(mails) == [(2,)]


def test_without_the_key_two_clicks_are_two_proposals(desk: Desk) -> None:
    """Control, last of all: the unique key is what makes one of two clicks."""
    call = desk.call()
    desk.server.sql(NO_KEY)
    clicks = [desk.form(Browser(desk.server), call) for __ in range(2)]
    meet(desk.server, writers_of("scn_proposal_key"), *clicks)
    assert len(desk.proposals(call)) == 2
