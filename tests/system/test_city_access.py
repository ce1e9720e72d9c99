"""Who of a city sees what: every page and record of “Our city”, by role, own and other city, over HTTP and RPC."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from .meetings_of_cities import Browser
from .odoo_client import Client

ROLES = ("staff_lead", "coordinator", "finance", "communication")
ACCESS_DENIED = 3

_SCENE = """
from odoo import fields
answer = {{'cities': {{}}}}
today = fields.Date.today()
event = env['event.event'].create({{
    'name': 'Meeting of the table', 'is_published': True, 'scn_kind': 'seminar', 'date_tz': 'UTC',
    'date_begin': fields.Datetime.add(fields.Datetime.now(), days=30),
    'date_end': fields.Datetime.add(fields.Datetime.now(), days=31),
}})
declaration = env['scn.declaration'].search([('current_version_id', '!=', False)], limit=1)
for name in ('Aport', 'Bport'):
    city = env['res.partner'].create({{'name': name, 'is_city': True}})
    product = env['product.product'].create({{
        'name': 'Fee of ' + name, 'type': 'service', 'service_tracking': 'partnership',
        'grade_id': env.ref('scn_partner.grade_partner').id,
    }})
    partnership = env['scn.partnership'].create({{
        'partner_id': city.id, 'grade_id': product.grade_id.id, 'product_id': product.id,
        'fee': 100, 'date_start': today, 'state': 'active', 'eligibility': 'positive',
    }})
    partnership._add_period('initial', today, fields.Date.add(today, days=364), 100.0)
    partnership.period_ids._bill(today)
    move = partnership.period_ids.line_ids.move_id
    order = env['sale.order'].create({{
        'partner_id': city.id, 'order_line': [fields.Command.create({{'product_id': product.id}})],
    }})
    order.action_quotation_sent()
    people = {{}}
    for role in {roles!r}:
        login = role + '@' + name.lower() + '.example'
        user = env['res.users'].with_context(no_reset_password=True).create({{
            'name': login, 'login': login, 'email': login, 'password': login + '-password',
            'group_ids': [(6, 0, env.ref('base.group_portal').ids)],
        }})
        user.partner_id.parent_id = city
        env['scn.contact.role'].create({{
            'organisation_id': city.id, 'contact_id': user.partner_id.id, 'role': role, 'date_start': '2019-01-01',
        }})
        people[role] = (user.id, user.partner_id.id)
    visit = env['scn.appointment'].create({{
        'kind': 'visit_day', 'city_id': city.id, 'start': '2035-06-12 07:00:00', 'stop': '2035-06-12 15:00:00',
    }})
    block = env['scn.appointment.block'].create({{
        'appointment_id': visit.id, 'format_id': env.ref('scn_events.format_workshop').id,
    }})
    plan = visit._send_programme('foundation', env.user.partner_id)
    session = env['scn.appointment'].create({{
        'kind': 'one_on_one', 'city_id': city.id, 'start': '2035-06-13 09:00:00', 'stop': '2035-06-13 10:00:00',
    }})
    session._propose()
    signature = env['scn.declaration.signature'].create({{'partner_id': city.id, 'declaration_id': declaration.id}})
    registration = env['event.registration'].create({{
        'event_id': event.id, 'name': 'Participant of ' + name, 'scn_city_id': city.id,
    }})
    answer['cities'][name] = {{
        'city': city.id, 'move': move.id, 'line': move.invoice_line_ids[:1].id, 'order': order.id,
        'order_line': order.order_line.id, 'people': people, 'registration': registration.id,
        'visit': visit.id, 'session': session.id, 'block': block.id, 'plan': plan.id,
        'signature': signature.id, 'partnership': partnership.id, 'period': partnership.period_ids[:1].id,
        'role': city.contact_role_ids[:1].id, 'move_name': move.name, 'order_name': order.name,
    }}
answer['event'] = event.id
env.cr.commit()
"""

LEAD, COORDINATOR, FINANCE, PRESS = ROLES
EVERYBODY, NOBODY = frozenset(ROLES), frozenset[str]()
MONEY = frozenset({LEAD, FINANCE})

# path → who of the own city gets it; of the other city nobody does.
# “{…}” is a record of the city that is asked for.
PAGES: dict[str, frozenset[str]] = {
    "/my/city/invoice/{move}": MONEY,
    "/my/invoices/{move}": MONEY,
    "/my/orders/{order}": MONEY,
    "/report/pdf/account.report_invoice/{move}": NOBODY,
    "/mail/view?model=account.move&res_id={move}": NOBODY,
    "/my/city/visits/{visit}": EVERYBODY,
    "/my/city/visits/{visit}/version/1": EVERYBODY,
    "/my/city/sessions/{session}": EVERYBODY,
    "/report/pdf/scn_events.report_visit_programme/{visit}": NOBODY,
}
# Pages about the own city only: there is nothing to ask for.
OWN_PAGES: dict[str, frozenset[str]] = {
    "/my/city": EVERYBODY,
    "/my/city/people": EVERYBODY,
    "/my/city/packet": EVERYBODY,
    "/my/city/declaration": EVERYBODY,
    "/my/city/declaration/certificate": NOBODY,
    "/my/city/events": EVERYBODY,
    "/my/city/events/{event}": EVERYBODY,
    "/my/registrations": EVERYBODY,
    "/my/city/visits": EVERYBODY,
    "/my/city/sessions": EVERYBODY,
    "/my/city/actions": EVERYBODY,
}
# What a page holds for a role: (path, text) → who reads it.
PARTS: dict[tuple[str, str], frozenset[str]] = {
    ("/my/city", "{move_name}"): MONEY,
    ("/my/city", "{order_name}"): MONEY,
    ("/my/city", "Read and accept"): frozenset({LEAD}),
    ("/my/city/people", 'id="scn_invite"'): frozenset({LEAD, COORDINATOR}),
    ("/my/city/declaration", 'name="agrees"'): frozenset({LEAD}),
    ("/my/city/events/{event}", 'id="scn_name_participant"'): frozenset({LEAD, COORDINATOR}),
    ("/my/city/visits/{visit}", 'id="scn_visit_add"'): frozenset({LEAD, COORDINATOR}),
    ("/my/city/sessions/{session}", 'id="scn_session_confirm"'): frozenset({LEAD, COORDINATOR}),
    ("/my/invoices", "{move_name}"): MONEY,
    ("/my/quotes", "{order_name}"): MONEY,
}
# model, record → who of the own city reads it over RPC; of the other city nobody does.
RECORDS: dict[tuple[str, str], frozenset[str]] = {
    ("account.move", "move"): MONEY,
    ("account.move.line", "line"): MONEY,
    ("sale.order", "order"): MONEY,
    ("sale.order.line", "order_line"): MONEY,
    ("res.partner", "city"): EVERYBODY,
    ("event.registration", "registration"): NOBODY,
    ("scn.partnership", "partnership"): NOBODY,
    ("scn.partnership.period", "period"): NOBODY,
    ("scn.contact.role", "role"): NOBODY,
    ("scn.appointment", "visit"): NOBODY,
    ("scn.appointment.block", "block"): NOBODY,
    ("scn.appointment.plan", "plan"): NOBODY,
    ("scn.declaration.signature", "signature"): NOBODY,
}


@dataclass
class Scene:
    """Two cities on one server; browsers and clients are made once per person."""

    server: Any
    cities: dict[str, dict[str, Any]]
    event: int
    browsers: dict[str, Browser] = field(default_factory=dict)

    def login(self, city: str, role: str) -> str:
        return f"{role}@{city.lower()}.example"

    def browser(self, role: str, city: str = "Aport") -> Browser:
        login = self.login(city, role)
        if login not in self.browsers:
            self.browsers[login] = Browser(self.server, login)
        return self.browsers[login]

    def client(self, role: str, city: str = "Aport") -> Client:
        login = self.login(city, role)
        uid = self.cities[city]["people"][role][0]
        return Client(self.server.url, self.server.database, uid, f"{login}-password")

    def address(self, path: str, city: str) -> str:
        return path.format(event=self.event, **self.cities[city])

    def post(self, role: str, path: str, /, **form: Any) -> httpx.Response:
        browser = self.browser(role)
        token = browser._token("/my/city/people")
        return browser.http.post(path, data={"csrf_token": token, **form})


@pytest.fixture(scope="module")
def scene(new_odoo_server: Any) -> Scene:
    server = new_odoo_server()
    made = server.shell(_SCENE.format(roles=ROLES))
    # what is refused is told in the log
    server.allow_log("odoo.http: ")
    server.allow_log("odoo.addons.base.models.ir_rule")
    return Scene(server, made["cities"], made["event"])


@pytest.mark.parametrize("role", ROLES)
def test_pages_by_role_and_city(scene: Scene, role: str) -> None:
    browser = scene.browser(role)
    got: dict[tuple[str, str], bool] = {}
    expected: dict[tuple[str, str], bool] = {}
    for path, allowed in PAGES.items():
        for city in scene.cities:
            answer = browser.http.get(scene.address(path, city))
            got[path, city] = answer.status_code == 200
            expected[path, city] = city == "Aport" and role in allowed
    for path, allowed in OWN_PAGES.items():
        answer = browser.http.get(scene.address(path, "Aport"))
        got[path, "Aport"] = answer.status_code == 200
        expected[path, "Aport"] = role in allowed
        assert "Bport" not in answer.text, path
    assert got == expected


@pytest.mark.parametrize("role", ROLES)
def test_parts_of_pages_by_role(scene: Scene, role: str) -> None:
    browser = scene.browser(role)
    got, expected = {}, {}
    for (path, text), allowed in PARTS.items():
        answer = browser.http.get(scene.address(path, "Aport"), follow_redirects=True)
        got[path, text] = scene.address(text, "Aport") in " ".join(answer.text.split())
        expected[path, text] = role in allowed
        assert scene.cities["Bport"]["move_name"] not in answer.text
    assert got == expected


@pytest.mark.parametrize("role", ROLES)
def test_records_by_role_and_city_over_rpc(scene: Scene, role: str) -> None:
    client = scene.client(role)
    got, expected = {}, {}
    for (model, record), allowed in RECORDS.items():
        for city in scene.cities:
            record_id = scene.cities[city][record]
            got[model, city] = client.fault(model, "read", [record_id], ["id"]) is None
            expected[model, city] = city == "Aport" and role in allowed
            assert client.fault(model, "write", [record_id], {"active": True}) is not None
    assert got == expected


def test_nothing_of_the_other_city_can_be_changed(scene: Scene) -> None:
    other = scene.cities["Bport"]
    contact = other["people"][COORDINATOR][1]
    for path in (
        f"/my/city/people/{contact}/remove",
        f"/my/city/people/{contact}/resend",
        f"/my/city/people/{contact}/change",
        f"/my/city/participants/{other['registration']}/withdraw",
        f"/my/city/participants/{other['registration']}/swap",
    ):
        assert scene.post(LEAD, path, name="Eve", email="eve@aport.example").status_code == 404, (
            path
        )
    assert scene.server.sql("SELECT active FROM res_users WHERE partner_id = %s", (contact,)) == [
        (True,)
    ]


@pytest.mark.parametrize("role", [COORDINATOR, FINANCE, PRESS])
def test_only_a_lead_accepts_a_quotation(scene: Scene, role: str) -> None:
    order = scene.cities["Aport"]["order"]
    token = scene.server.sql("SELECT access_token FROM sale_order WHERE id = %s", (order,))[0][0]
    answer = scene.browser(role).http.post(
        f"/my/orders/{order}/accept",
        json={"params": {"access_token": token, "name": "Eve", "signature": "aGk="}},
    )
    assert "lead of your city accepts it" in answer.json()["result"]["error"]
    assert scene.server.sql("SELECT state FROM sale_order WHERE id = %s", (order,)) == [("sent",)]


def test_who_reaches_no_page_without_the_role_stays_out(scene: Scene) -> None:
    """The other roles act on nothing that is not theirs."""
    for role, path, form in (
        (
            FINANCE,
            "/my/city/people/invite",
            {"name": "E", "email": "e@aport.example", "role": LEAD},
        ),
        (PRESS, "/my/city/people/invite", {"name": "E", "email": "e@aport.example", "role": LEAD}),
    ):
        scene.post(role, path, **form)
    found = scene.server.sql("SELECT count(*) FROM res_partner WHERE email = 'e@aport.example'")
    assert found == [(0,)]


def test_no_other_page_of_our_city_tells_of_the_other(scene: Scene) -> None:
    """Pages that do not stand in the table: whatever they are asked for, nothing of the other city."""
    rules = scene.server.shell(
        "answer = sorted({str(rule) for rule in env['ir.http'].routing_map().iter_rules()"
        " if str(rule).startswith('/my/city') and 'GET' in (rule.methods or ())})"
    )
    known = {re.sub(r"\{\w+\}", "<>", path) for path in {**PAGES, **OWN_PAGES}}
    browser = scene.browser(LEAD)
    for rule in rules:
        path = re.sub(r"<[^>]+>", "<>", rule)
        if path in known:
            continue
        for number in range(1, 30 if "<>" in path else 2):
            answer = browser.http.get(path.replace("<>", str(number)))
            assert answer.status_code < 500, path
            assert "Bport" not in answer.text, path


# -- the end of access -------------------------------------------------------------------------------------


def signed_in(browser: Browser) -> bool:
    """Whether a session that is open still is."""
    return browser.http.get("/my/city").status_code == 200


def test_a_removed_colleague_is_out_at_the_next_request(scene: Scene) -> None:
    browser, client = scene.browser(PRESS, "Bport"), scene.client(PRESS, "Bport")
    stays = scene.browser(FINANCE, "Bport")
    assert signed_in(browser) and signed_in(stays)
    assert client.fault("res.partner", "read", [scene.cities["Bport"]["city"]], ["name"]) is None
    lead = scene.browser(LEAD, "Bport")
    contact = scene.cities["Bport"]["people"][PRESS][1]
    token = lead._token("/my/city/people")
    answer = lead.http.post(f"/my/city/people/{contact}/remove", data={"csrf_token": token})
    assert answer.status_code == 303
    assert not signed_in(browser)
    assert (
        client.fault("res.partner", "read", [scene.cities["Bport"]["city"]], ["name"])
        == ACCESS_DENIED
    )
    # control: whoever was not removed goes on, with the same server and the same pages
    assert signed_in(stays)


def test_an_ended_mandate_is_out_at_the_next_request_after_the_job(scene: Scene) -> None:
    browser = scene.browser(COORDINATOR, "Bport")
    stays = scene.browser(FINANCE, "Bport")
    contact = scene.cities["Bport"]["people"][COORDINATOR][1]
    scene.server.sql(
        "UPDATE scn_contact_role SET date_end = CURRENT_DATE - 1 WHERE contact_id = %s", (contact,)
    )
    # control: the day alone ends no session, the job does
    assert signed_in(browser)
    scene.server.shell(
        "env.ref('scn_partner.ir_cron_hand_over').method_direct_trigger(); env.cr.commit(); answer = True"
    )
    assert not signed_in(browser)
    assert signed_in(stays)
    tasks = "SELECT count(*) FROM mail_activity WHERE res_model = 'res.partner' AND res_id = %s"
    assert scene.server.sql(tasks, (scene.cities["Bport"]["city"],)) == [(1,)]


def test_a_double_click_invites_once(scene: Scene) -> None:
    """Requests at the same moment: one person, one account, one role."""
    browser = scene.browser(LEAD)
    token = browser._token("/my/city/people")
    form = {"csrf_token": token, "name": "Nia", "email": "nia@aport.example", "role": PRESS}
    clones = [
        httpx.Client(base_url=scene.server.url, cookies=browser.http.cookies, timeout=120)
        for _ in range(4)
    ]
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda client: client.post("/my/city/people/invite", data=form), clones)
        )
    assert [answer.status_code for answer in answers] == [303] * 4
    people = scene.server.sql("SELECT id FROM res_partner WHERE email = 'nia@aport.example'")
    assert len(people) == 1
    roles = scene.server.sql(
        "SELECT count(*) FROM scn_contact_role WHERE contact_id = %s", people[0]
    )
    assert roles == [(1,)]
