"""The pictures under docs/images: real pages of the demo, taken with headless Chromium.

`screenshots.json` beside this file lists them: name of the file, path of the page (a path may name
a record as `{xml.id}`, replaced by its number), log-in (empty: a visitor), size (desktop or
phone), a CSS selector that is there when the page is ready, and one to click before the picture.
"""

from __future__ import annotations

import http.cookiejar
import json
import re
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from .cache_folder import CHECKOUT
from .console import say, step
from .demo import running_demo
from .devtools import Page, headless_page
from .failure import PlatformError
from .odoo_server import OdooServer

LIST = Path(__file__).with_name("screenshots.json")
IMAGES = CHECKOUT / "docs" / "images"
SIZES = {"desktop": (1366, 850), "phone": (390, 844)}


@dataclass(frozen=True)
class Screenshot:
    """One picture to take."""

    name: str
    path: str
    login: str
    size: str
    wait_for: str
    click: str = ""


def wanted_screenshots(path: Path = LIST) -> list[Screenshot]:
    """The list of pictures; PlatformError when an entry is not as it should be."""
    found = []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        try:
            shot = Screenshot(**entry)
        except TypeError as error:
            raise PlatformError(f"{path}: the entry {entry} is not right: {error}.") from error
        if shot.size not in SIZES:
            raise PlatformError(f"{path}: {shot.name} has the unknown size “{shot.size}”.")
        found.append(shot)
    return found


def take_screenshots() -> int:
    """Take every picture of the list anew."""
    wanted = wanted_screenshots()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with running_demo() as server, headless_page() as page:
        for shot in wanted:
            with step(f"taking {shot.name}"):
                take(server, page, shot)
    say(f"✓ {len(wanted)} pictures in {IMAGES}")
    return 0


def take(server: OdooServer, page: Page, shot: Screenshot) -> None:
    """Take one picture."""
    page.call("Network.clearBrowserCookies")
    if shot.login:
        page.call(
            "Network.setCookie", name="session_id", value=session(server, shot), url=server.url
        )
    width, height = SIZES[shot.size]
    page.resize(width, height, phone=shot.size == "phone")
    page.open(server.url + _with_record_numbers(server, shot.path), shot.wait_for)
    if shot.click:
        page.click(shot.click)
    (IMAGES / f"{shot.name}.png").write_bytes(page.picture())


def session(server: OdooServer, shot: Screenshot) -> str:
    """Log in as the demo's persona (the password is the log-in); the session's cookie."""
    parameters = {"db": server.database, "login": shot.login, "password": shot.login}
    request = urllib.request.Request(
        f"{server.url}/web/session/authenticate",
        json.dumps({"jsonrpc": "2.0", "method": "call", "params": parameters}).encode(),
        {"Content-Type": "application/json"},
    )
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with opener.open(request, timeout=60) as answer:
        result = json.load(answer)
    found = [cookie.value for cookie in jar if cookie.name == "session_id" and cookie.value]
    if not result.get("result", {}).get("uid") or not found:
        raise PlatformError(f"The demo has nobody who logs in as “{shot.login}” ({shot.name}).")
    return found[0]


def _with_record_numbers(server: OdooServer, path: str) -> str:
    def number(match: re.Match[str]) -> str:
        module, _, name = match[1].partition(".")
        with (
            server.platform.postgres.connect(server.database) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s",
                (module, name),
            )
            row = cursor.fetchone()
        if row is None:
            raise PlatformError(f"The demo has no record {match[1]} (in the path {path}).")
        return str(row[0])

    return re.sub(r"\{([\w.]+)\}", number, path)
