"""Events, cities and their people on a server under test, as browsers and as RPC clients."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

import httpx

from .odoo_client import Client
from .people import MANAGER, new_people

_CITIES = """
from odoo import fields
answer = {{}}
for name, (tier, login) in {cities!r}.items():
    city = env['res.partner'].create({{'name': name, 'is_city': True}})
    if tier:
        product = env['product.product'].create({{
            'name': 'Fee of ' + name, 'type': 'service', 'service_tracking': 'partnership',
            'grade_id': env.ref('scn_partner.grade_' + tier).id,
        }})
        env['scn.partnership'].create({{
            'partner_id': city.id, 'grade_id': product.grade_id.id, 'product_id': product.id,
            'fee': 100, 'date_start': '2019-01-01', 'state': 'active',
        }})
    user = env['res.users'].with_context(no_reset_password=True).create({{
        'name': login, 'login': login, 'password': login + '-password',
        'group_ids': [(6, 0, env.ref('base.group_portal').ids)],
    }})
    user.partner_id.parent_id = city
    env['scn.contact.role'].create({{
        'organisation_id': city.id, 'contact_id': user.partner_id.id, 'role': 'staff_lead',
        'date_start': '2019-01-01',
    }})
    answer[name] = city.id
env.cr.commit()
"""


def new_cities(server: Any, **cities: tuple[str | None, str]) -> dict[str, int]:
    """Create cities, `Name=("tier or None", "log-in of their contact")`; ids by name."""
    return dict(server.shell(_CITIES.format(cities=cities)))


@dataclass
class Meeting:
    """An event on a server, with its only ticket and its slots."""

    event: int
    ticket: int = 0
    slots: list[int] = field(default_factory=list)


def new_meeting(
    server: Any,
    *,
    ticket: dict[str, Any] | None = None,
    slots: int = 0,
    mails: bool = True,
    days: int = 30,
    **values: Any,
) -> Meeting:
    """Create an event; `benefit` names what it needs, `opens_in` and `closes_in` are hours."""
    staff = _staff(server)
    begin = dt.datetime.now(dt.UTC).replace(hour=9, minute=0, second=0) + dt.timedelta(days=days)
    benefit = values.pop("benefit", None)
    if benefit:
        found = staff.call("scn.benefit", "search", [["code", "=", benefit]])
        values["scn_benefit_id"] = found[0]
    event = staff.call(
        "event.event",
        "create",
        {
            "name": "Meeting of cities",
            "is_published": True,
            "date_tz": "UTC",
            "address_id": False,
            "date_begin": _stamp(begin),
            "date_end": _stamp(begin + dt.timedelta(hours=10)),
            **values,
        },
    )
    if not mails:
        staff.call(
            "event.mail", "unlink", staff.call("event.mail", "search", [["event_id", "=", event]])
        )
    made = Meeting(event)
    if ticket is not None:
        made.ticket = staff.call(
            "event.event.ticket", "create", {"name": "Seat", "event_id": event, **_window(ticket)}
        )
    for number in range(slots):
        hours = {"start_hour": 10 + number, "end_hour": 11 + number}
        made.slots.append(
            staff.call("event.slot", "create", {"event_id": event, "date": f"{begin:%F}", **hours})
        )
    return made


def _staff(server: Any) -> Client:
    """A manager of this server, made once."""
    if not hasattr(server, "meetings_staff"):
        server.meetings_staff = new_people(server, meetings_staff=MANAGER)["meetings_staff"]
    staff: Client = server.meetings_staff
    return staff


def _window(ticket: dict[str, Any]) -> dict[str, Any]:
    """A ticket's values, with its window in hours from now as dates."""
    values, now = dict(ticket), dt.datetime.now(dt.UTC)
    for name, column in (("opens_in", "start_sale_datetime"), ("closes_in", "end_sale_datetime")):
        if name in values:
            values[column] = _stamp(now + dt.timedelta(hours=values.pop(name)))
    return values


def _stamp(moment: dt.datetime) -> str:
    return f"{moment:%F %T}"


def seats_taken(server: Any, meeting: Meeting, slot: int = 0) -> int:
    """Seats that are taken, as the database has them."""
    query = (
        "SELECT count(*) FROM event_registration"
        " WHERE event_id = %s AND active AND state IN ('open', 'done')"
    )
    if slot:
        return int(server.sql(f"{query} AND event_slot_id = %s", (meeting.event, slot))[0][0])
    return int(server.sql(query, (meeting.event,))[0][0])


class Browser:
    """A visitor of the website, signed in or not, who fills in forms by hand."""

    def __init__(self, server: Any, login: str | None = None) -> None:
        self.server = server
        self.http = httpx.Client(base_url=server.url, timeout=120, trust_env=False)
        if login:
            token = self._token("/web/login")
            answer = self.http.post(
                "/web/login",
                data={"login": login, "password": f"{login}-password", "csrf_token": token},
            )
            assert answer.status_code == 303, answer.text[:300]

    def _token(self, path: str) -> str:
        page = self.http.get(path, follow_redirects=True)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text) or re.search(
            r'csrf_token: "([^"]+)"', page.text
        )
        assert found, page.text[:300]
        return found[1]

    def page(self, meeting: Meeting) -> str:
        """The event's page."""
        answer = self.http.get(f"/event/{meeting.event}/register", follow_redirects=True)
        assert answer.status_code == 200, answer.text[:300]
        return answer.text

    def ready(self, meeting: Meeting) -> Browser:
        """Look at the page once, so that the form's token is at hand."""
        self.token = self._token(f"/event/{meeting.event}/register")
        return self

    def questions(self, meeting: Meeting) -> dict[str, int]:
        """The questions of a meeting by type."""
        rows = self.server.sql(
            "SELECT q.question_type, q.id FROM event_question q"
            " JOIN event_event_event_question_rel r ON r.event_question_id = q.id"
            " WHERE r.event_event_id = %s",
            (meeting.event,),
        )
        return dict(rows)

    def form(self, meeting: Meeting, count: int = 1, slot: int = 0, **extra: Any) -> dict[str, Any]:
        """What the form for `count` people sends; `extra` is added as it is."""
        data: dict[str, Any] = {"csrf_token": self.token}
        questions = self.questions(meeting)
        for number in range(1, count + 1):
            data[f"{number}-event_ticket_id"] = meeting.ticket
            if slot:
                data[f"{number}-event_slot_id"] = slot
            data[f"{number}-name-{questions['name']}"] = f"Person {number}"
            data[f"{number}-email-{questions['email']}"] = f"person{number}@example.com"
        return {**data, **extra}

    def send(self, meeting: Meeting, data: dict[str, Any]) -> httpx.Response:
        """Post a filled-in form, as it is."""
        return self.http.post(f"/event/{meeting.event}/registration/confirm", data=data)

    def register(self, meeting: Meeting, count: int = 1, slot: int = 0, **extra: Any) -> str:
        """Register people; “ok” or the code of the refusal."""
        return outcome(self.send(meeting, self.form(meeting, count, slot, **extra)))

    def choose(self, meeting: Meeting, quantity: int = 1, slot: int = 0) -> str:
        """Choose tickets; the form for the attendees, or the reason why there is none."""
        params = {f"nb_register-{meeting.ticket}": quantity}
        if slot:
            params["event_slot_id"] = slot
        answer = self.http.post(
            f"/event/{meeting.event}/registration/new",
            json={"jsonrpc": "2.0", "method": "call", "params": params},
        )
        assert answer.status_code == 200 and "error" not in answer.json(), answer.text[:500]
        return str(answer.json()["result"])


def outcome(answer: httpx.Response) -> str:
    """“ok”, the code of a refusal, or the status of the page."""
    location = answer.headers.get("location", "")
    if answer.status_code == 303 and "/registration/success" in location:
        return "ok"
    found = re.search(r"registration_error_code=(\w+)", location)
    return found[1] if found else str(answer.status_code)
