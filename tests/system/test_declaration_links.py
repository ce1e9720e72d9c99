"""Links by which a city acts on the Declaration, over real HTTP: one act whoever clicks how often.

A link that may not act changes nothing, ends on a friendly page, and its code is in no log. Each
guard has a control: without it the damage is done.
"""

from __future__ import annotations

import re
import xmlrpc.client
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from .meeting import meet
from .odoo_client import USER_ERROR, Client
from .people import OFFICER, new_people
from .rows import changed, fingerprints

ACT = "/declaration/act"
#: What an act could change. Sessions and the web site's visitors are not among it.
TABLES = ("scn_declaration", "mail_", "res_partner")
STATEMENT = {
    "do": "act",
    "name": "Mara Mayor",
    "function": "Mayor",
    "agrees": "yes",
    "how": "final",
}
_DECLARATION = """
declaration = env['scn.declaration'].create({'name': 'Raced', 'code': 'raced', 'sequence': -9})
texts = [(0, 0, {'lang': 'en_US', 'title': 'Raced', 'introduction': 'Hello'})]
words = [(0, 0, {'lang': 'en_US', 'title': 'One', 'body': 'We share.'})]
version = env['scn.declaration.version'].create({
    'declaration_id': declaration.id, 'name': '2018', 'published_on': '2018-09-01',
    'text_ids': texts, 'article_ids': [(0, 0, {'number': 1, 'text_ids': words})],
})
version.action_publish()
answer = declaration.id
env.cr.commit()
"""
_SIGNATURES = """
answer = []
for number in range({first}, {first} + {count}):
    city = env['res.partner'].create({{'name': f'Clickford {{number}}', 'is_city': True}})
    person = env['res.partner'].create({{
        'name': 'Mara Mayor', 'email': f'mara@click{{number}}.example', 'parent_id': city.id,
    }})
    signature = env['scn.declaration.signature'].create({{
        'partner_id': city.id, 'declaration_id': {declaration}, 'opened_on': '2018-09-05',
    }})
    signature._review()
    signature._start_validation()
    link, code = env['scn.declaration.link']._issue(signature, person)
    answer.append([signature.id, link.id, code])
env.cr.commit()
"""
_AGAIN = """
signature = env['scn.declaration.signature'].browse({signature})
link, answer = env['scn.declaration.link']._issue(signature, signature.link_ids[:1].partner_id)
env.cr.commit()
"""
_STRANGER = """
person = env['res.partner'].create({'name': 'Stan', 'email': 'stan@other.example'})
env['res.users'].with_context(no_reset_password=True).create({
    'name': 'Stan', 'login': 'stan', 'password': 'stan-stan-stan', 'partner_id': person.id,
    'group_ids': [(6, 0, env.ref('base.group_portal').ids)],
})
env.cr.commit()
"""
#: Six calls at once inside Odoo, on cursors of their own, as the server makes them; with `without`
#: the state of link and signature is not looked at.
_CLICKS_INSIDE = """
import threading
from unittest.mock import patch
from odoo import api
from odoo.service.model import retrying

barrier = threading.Barrier({clicks})
links, signatures = type(env['scn.declaration.link']), type(env['scn.declaration.signature'])
validation = env.ref('scn_declaration.stage_validation')

def click():
    with env.registry.cursor() as cr:
        own = api.Environment(cr, 1, {{}})
        link = own['scn.declaration.link'].browse({link})
        link.state, link.signature_id.category
        barrier.wait()
        def act():
            barrier_passed = link._use(own['res.partner'], {form!r}, 'en_US')
        retrying(act, own)

def nothing(self, *args, **options):
    return None

unguarded = [
    patch.object(links, '_get_obstacle', nothing),
    patch.object(signatures, '_check_can_move', nothing),
    patch.object(signatures, '_get_city_purpose', lambda self: 'join'),
]
for guard in unguarded if {without} else []:
    guard.start()
threads = [threading.Thread(target=click) for _ in range({clicks})]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
CLICKS = 6


@dataclass
class City:
    """A signature in political validation, with a link that was just sent."""

    server: Any
    signature: int
    link: int
    code: str

    def moves(self) -> list[str]:
        rows = self.server.sql(
            "SELECT move FROM scn_declaration_log WHERE signature_id = %s ORDER BY number",
            (self.signature,),
        )
        return [move for (move,) in rows][3:]

    def category(self) -> str:
        query = "SELECT category FROM scn_declaration_signature WHERE id = %s"
        return str(self.server.sql(query, (self.signature,))[0][0])

    def link_state(self) -> str:
        query = "SELECT state FROM scn_declaration_link WHERE id = %s"
        return str(self.server.sql(query, (self.link,))[0][0])


@dataclass
class Desk:
    """A server, an officer, and cities one after the other."""

    server: Any
    officer: Client
    declaration: int
    made: int = 0
    codes: list[str] = field(default_factory=list)

    def cities(self, count: int = 1) -> list[City]:
        rows = self.server.shell(
            _SIGNATURES.format(first=self.made, count=count, declaration=self.declaration)
        )
        self.made += count
        self.codes += [code for _, _, code in rows]
        return [City(self.server, *row) for row in rows]

    def city(self) -> City:
        return self.cities()[0]

    def click(self, code: str, **form: str) -> httpx.Response:
        """Press the button, as a browser without a session."""
        with httpx.Client(base_url=self.server.url, timeout=120, trust_env=False) as browser:
            return browser.post(ACT, data={"code": code, **STATEMENT, **form})

    def decline(self, city: City) -> Callable[[], Any]:
        """The officer's button that declines, ready to be pressed."""
        reason = self.officer.call(
            "scn.declaration.reason", "search", [("kind", "=", "decline")], limit=1
        )[0]
        wizard = self.officer.call(
            "scn.declaration.move",
            "create",
            {"signature_id": city.signature, "move": "decline", "reason_id": reason},
        )
        return lambda: self.officer.call("scn.declaration.move", "action_move", [wizard])


@pytest.fixture(scope="module")
def desk(odoo_server: Any) -> Iterator[Desk]:
    people = new_people(odoo_server, link_officer=OFFICER)
    ready = Desk(odoo_server, people["link_officer"], odoo_server.shell(_DECLARATION))
    yield ready
    assert_no_code_in_log(ready)


def assert_no_code_in_log(desk: Desk) -> None:
    """After everything: nothing of a code in the log of the server, and nothing broke."""
    log = desk.server.log()
    plain = log.upper().replace("-", "")
    assert desk.codes and not [code for code in desk.codes if code in plain or code[:12] in plain]
    assert "Traceback" not in log and "bad query" not in log
    assert "mara@click" not in log


def problem(answer: httpx.Response) -> str | None:
    """The kind of friendly page, None for a page that is not one."""
    assert answer.status_code == 200, answer.text[:300]
    assert "Traceback" not in answer.text
    found = re.search(r'data-problem="(\w+)"', answer.text)
    return found and found.group(1)


def outcomes(answers: list[httpx.Response]) -> list[str]:
    """In words what each click was told."""
    told = []
    for answer in answers:
        assert answer.status_code == 200, answer.text[:300]
        if "Thank you" in answer.text:
            told.append("done")
        elif "This is done already" in answer.text:
            told.append("already")
        else:
            told.append(problem(answer) or "form")
    return sorted(told)


# -- one act ---------------------------------------------------------------------------------------


def test_six_clicks_at_once_are_one_act_and_one_entry(desk: Desk, rounds: Any) -> None:
    for city in desk.cities(rounds(2, 20)):
        lock = f"SELECT id FROM scn_declaration_signature WHERE id = {city.signature} FOR UPDATE"
        answers = meet(desk.server, lock, *[lambda city=city: desk.click(city.code)] * CLICKS)
        assert outcomes(answers) == ["already"] * (CLICKS - 1) + ["done"]
        assert city.moves() == ["sign"]
        assert (city.category(), city.link_state()) == ("signed", "used")
        rows = "SELECT count(*) FROM scn_declaration_evidence WHERE signature_id = %s"
        assert desk.server.sql(rows, (city.signature,)) == [(1,)]


def test_without_looking_at_the_state_each_click_is_an_act(desk: Desk) -> None:
    """Control: the same six, inside Odoo, with the guard and without it."""
    guarded, unguarded = desk.cities(2)
    for city, without in ((guarded, False), (unguarded, True)):
        code = _CLICKS_INSIDE.format(link=city.link, clicks=CLICKS, form=STATEMENT, without=without)
        desk.server.shell(code)
    assert guarded.moves() == ["sign"]
    assert unguarded.moves() == ["sign"] * CLICKS


def test_signing_while_staff_decline_has_one_winner(desk: Desk, rounds: Any) -> None:
    winners = set()
    for city in desk.cities(rounds(4, 30)):
        lock = f"SELECT id FROM scn_declaration_signature WHERE id = {city.signature} FOR UPDATE"
        calls = [lambda city=city: desk.click(city.code), desk.decline(city)]
        clicked, declined = meet(desk.server, lock, *calls)
        category = city.category()
        winners.add(category)
        if category == "signed":
            assert outcomes([clicked]) == ["done"] and city.moves() == ["sign"]
            assert isinstance(declined, xmlrpc.client.Fault)
            assert declined.faultCode == USER_ERROR and "Clickford" in declined.faultString
            assert city.link_state() == "used"
        else:
            assert category == "declined" and city.moves() == ["decline"]
            assert problem(clicked) == "closed"
            assert city.link_state() == "overtaken"
    assert winners <= {"signed", "declined"}


def test_whoever_comes_second_is_refused_by_the_state(desk: Desk) -> None:
    """Both orders for certain, and the control: with the state put back, the second acts too."""
    first, second = desk.cities(2)
    decline = desk.decline(first)
    assert outcomes([desk.click(first.code)]) == ["done"]
    with pytest.raises(xmlrpc.client.Fault, match="only possible from"):
        decline()
    desk.decline(second)()
    assert problem(desk.click(second.code)) == "closed"
    for city in (first, second):
        _put_back(desk, city)
    decline()
    assert outcomes([desk.click(second.code)]) == ["done"]
    assert (first.moves(), second.moves()) == (["sign", "decline"], ["decline", "sign"])


def _put_back(desk: Desk, city: City) -> None:
    """Forget, in the tables, that anything was decided."""
    desk.server.sql(
        "UPDATE scn_declaration_signature SET category = 'validation', stage_id = ("
        " SELECT id FROM scn_declaration_stage WHERE category = 'validation' LIMIT 1)"
        " WHERE id = %s",
        (city.signature,),
    )
    desk.server.sql("UPDATE scn_declaration_link SET state = 'open' WHERE id = %s", (city.link,))


# -- links that may not act --------------------------------------------------------------------------


def test_links_that_may_not_act_change_nothing(desk: Desk) -> None:
    forged, used, late, old, cut, other = desk.cities(6)
    desk.click(used.code)
    desk.server.sql(
        "UPDATE scn_declaration_link SET expires_on = now() - interval '1 hour' WHERE id = %s",
        (late.link,),
    )
    desk.codes.append(desk.server.shell(_AGAIN.format(signature=old.signature)))
    desk.server.shell(_STRANGER)
    before = fingerprints(desk.server, TABLES)
    swapped = forged.code[1] + forged.code[0] + forged.code[2:]
    assert problem(desk.click(forged.code[::-1])) in ("incomplete", "unknown")
    assert problem(desk.click(swapped)) == "incomplete"
    assert problem(desk.click(_well_formed_stranger(desk))) == "unknown"
    assert outcomes([desk.click(used.code, name="Mallory") for _ in range(3)]) == ["already"] * 3
    assert problem(desk.click(late.code)) == "expired"
    assert problem(desk.click(old.code)) == "superseded"
    for length in (1, 5, 12, 24):
        assert problem(desk.click(cut.code[:length])) == "incomplete"
    assert problem(_click_signed_in(desk, other.code)) == "foreign"
    assert changed(before, fingerprints(desk.server, TABLES)) == set()
    # control: the same click with the right link does change it
    assert outcomes([desk.click(other.code)]) == ["done"]
    after = fingerprints(desk.server, TABLES)
    assert {"scn_declaration_log", "scn_declaration_link"} <= changed(before, after)


def _well_formed_stranger(desk: Desk) -> str:
    return str(
        desk.server.shell(
            "from odoo.addons.scn_partner import secret_code\n"
            "answer = secret_code.new_code(secret_code.LINK_LENGTH)"
        )
    )


def _click_signed_in(desk: Desk, code: str) -> httpx.Response:
    with httpx.Client(
        base_url=desk.server.url, timeout=120, trust_env=False, follow_redirects=True
    ) as browser:
        page = browser.get("/web/login").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        login = {"login": "stan", "password": "stan-stan-stan", "csrf_token": token.group(1)}
        assert browser.post("/web/login", data=login).status_code == 200
        return browser.post(ACT, data={"code": code, **STATEMENT})


def test_a_mail_scanner_that_follows_links_does_nothing(desk: Desk) -> None:
    city = desk.city()
    before = fingerprints(desk.server, TABLES)
    with httpx.Client(base_url=desk.server.url, timeout=120, trust_env=False) as scanner:
        for method in ("GET", "HEAD"):
            assert scanner.request(method, f"{ACT}#{city.code}").status_code == 200
        assert scanner.request("PUT", ACT).status_code in (400, 404, 405)
    assert changed(before, fingerprints(desk.server, TABLES)) == set()
    assert city.link_state() == "open"


# -- where the code is -------------------------------------------------------------------------------


def test_the_code_is_in_no_address_of_the_page(desk: Desk) -> None:
    city = desk.city()
    answer = desk.click(city.code, do="")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    addresses = re.findall(r'(?:href|src|action|data)="([^"]*)"', answer.text)
    assert addresses and not [address for address in addresses if city.code in address]
    assert f'name="code" value="{city.code}"' in answer.text


def test_the_log_would_show_a_code_in_an_address(desk: Desk) -> None:
    """Control for the look into the log: what stands in a query is printed there."""
    with httpx.Client(base_url=desk.server.url, timeout=120, trust_env=False) as browser:
        browser.get(f"{ACT}?code=THIS-IS-SEEN-IN-THE-LOG")
    assert "THIS-IS-SEEN-IN-THE-LOG" in desk.server.log()
