"""No page that a city or a visitor sees has a serious finding of the automated check of accessibility (axe-core)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scripts.platform.accessibility import find_problems, require_axe
from scripts.platform.devtools import Page, headless_page
from scripts.platform.screenshots import SIZES, Screenshot, session

#: Pages whose address names a record, by a query that gives the record.
RECORDS = {
    "/my/city/events/<int:event_id>": "SELECT id FROM event_event WHERE scn_kind IS NOT NULL AND is_published"
    " AND date_end > now() AND active ORDER BY id LIMIT 1",
}
#: Pages that answer with a file or with data.
NO_PAGES = (
    "/packet",
    "/certificate",
    ".json",
    ".csv",
    ".ics",
    ".svg",
    ".pdf",
    "/digest",
    "/invoice/",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    with headless_page() as page:
        yield page


def routes(server: Any) -> dict[str, list[str]]:
    """Addresses of our pages by who opens them: a visitor, or the demo's staff lead (log-in “city”)."""
    rules = server.shell(
        "answer = sorted({(str(rule), rule.endpoint.routing['auth'])"
        " for rule in env['ir.http'].routing_map().iter_rules()"
        " if rule.endpoint.func.__module__.startswith('odoo.addons.scn_')"
        " and 'GET' in (rule.methods or ()) and rule.endpoint.routing['type'] == 'http'})"
    )
    found: dict[str, list[str]] = {"": [], "city": []}
    for rule, auth in rules:
        if any(part in rule for part in NO_PAGES):
            continue
        address = rule
        if rule in RECORDS:
            record = server.sql(RECORDS[rule])[0][0]
            address = f"{rule.rpartition('/')[0]}/{record}"
        if "<" in address:
            continue
        found["" if auth == "public" else "city"].append(address)
    return found


@pytest.mark.parametrize("login", ["", "city"])
def test_no_page_has_a_serious_finding(odoo_server: Any, browser: Page, login: str) -> None:
    script = require_axe()
    browser.call("Network.clearBrowserCookies")
    if login:
        cookie = session(odoo_server, Screenshot("check", "/my", login, "phone", "body"))
        browser.call("Network.setCookie", name="session_id", value=cookie, url=odoo_server.url)
    browser.resize(*SIZES["phone"], phone=True)
    problems, seen = [], []
    for address in routes(odoo_server)[login]:
        browser.open(odoo_server.url + address, "main")
        problems += [(address, found) for found in find_problems(browser, script)]
        wide = browser.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        if wide:
            problems.append((address, "wider than the screen"))
        seen.append(address)
    assert not problems
    if login:
        assert {"/my/city", "/my/city/people", "/my/city/declaration", "/my/city/events"} <= set(
            seen
        )
    else:
        assert {"/declaration", "/declaration/act", "/sharing-cities/stop"} <= set(seen)


def test_the_check_finds_what_is_wrong(odoo_server: Any, browser: Page) -> None:
    """Control: a field without a name and a picture without a text are found."""
    browser.call("Network.clearBrowserCookies")
    browser.open(odoo_server.url + "/sharing-cities/stop", "main")
    browser.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<input type=\"text\"/><img src=\"x\"/>')"
    )
    rules = {found.rule for found in find_problems(browser, require_axe())}
    assert {"label", "image-alt"} <= rules
