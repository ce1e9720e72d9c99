"""With the sync bot's key: four methods, and nothing else on any model, by any way in."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .odoo_client import ACCESS_ERROR, USER_ERROR, Client
from .people import BOT, new_people
from .rows import changed, fingerprints
from .sign_ups import payload, receive, record, statuses

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

REVIEWED = tomllib.loads(Path(__file__).with_name("bot_methods.toml").read_text(encoding="utf-8"))
METHODS = {(entry["model"], entry["method"]) for entry in REVIEWED["methods"]}
MAY_CHANGE = {entry["table"] for entry in REVIEWED["tables"]}

# Each public method of each model, through the function that XML-RPC calls, with these arguments.
_EVERY_PAIR = """
from odoo.exceptions import AccessError
from odoo.service import model as service
bot = env['res.users'].browse({uid})
open_ones, tried = set(), 0
for name in sorted(env.registry):
    model = env[name].with_user(bot)
    for method in sorted(dir(type(model))):
        if method.startswith('_'):
            continue
        try:
            service.get_public_method(model, method)
        except (AccessError, AttributeError):
            continue
        tried += 1
        try:
            service.call_kw(model, method, ['no JSON'] if method != 'sync_info' else [], {{}})
        except AccessError:
            continue
        except service.UserError:
            pass
        open_ones.add((name, method))
env.cr.execute('SELECT pg_current_xact_id_if_assigned() IS NOT NULL')
answer = [tried, sorted(open_ones), env.cr.fetchone()[0]]
env.cr.rollback()
"""
# Every public method of every model, one model for each function that implements it.
_METHODS = """
from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
seen, answer = set(), []
for name in sorted(env.registry):
    model = env[name]
    for method in sorted(dir(type(model))):
        if method.startswith('_'):
            continue
        try:
            function = get_public_method(model, method)
        except (AccessError, AttributeError):
            continue
        own = name == 'scn.signup'
        if own or (method, function) not in seen:
            seen.add((method, function))
            answer.append((name, method))
"""
_MODELS = """
answer = {}
for name, model in sorted(env.registry.items()):
    answer[name] = None
    if not model._abstract and model._table and env.cr.execute(
        "SELECT 1 FROM pg_class WHERE relname = %s AND relkind IN ('r', 'v')", [model._table],
    ) is None and env.cr.fetchone():
        env.cr.execute(f'SELECT min(id) FROM "{model._table}"')
        answer[name] = env.cr.fetchone()[0]
"""
_CONTROL = """
from odoo.exceptions import AccessError
from odoo.service import model as service
bot = env['res.users'].browse({uid})
company = env['res.company'].with_user(bot)
method = 'get_next_batch_payment_communication'
arguments = [env.company.ids]
try:
    service.call_kw(company, method, arguments, {{}})
    refused = False
except AccessError:
    refused = True
env.cr.execute('SELECT pg_current_xact_id_if_assigned() IS NOT NULL')
wrote_before = env.cr.fetchone()[0]
number = service.call_kw.__wrapped__(company, method, arguments, {{}})
env.flush_all()
env.cr.execute('SELECT pg_current_xact_id_if_assigned() IS NOT NULL')
answer = [refused, wrote_before, number, env.cr.fetchone()[0]]
env.cr.rollback()
"""


def attempts(row: int) -> list[tuple[str, list[Any]]]:
    """What is tried on every model, with the id of a row it has (1 if it has none)."""
    return [
        ("create", [{}]),
        ("search_read", [[], ["id"]]),
        ("read", [[row]]),
        ("write", [[row], {}]),
        ("unlink", [[row]]),
    ]


@pytest.fixture(scope="module")
def bot(odoo_server: Any) -> Iterator[Client]:
    client = new_people(odoo_server, probing_bot=BOT)["probing_bot"]
    # with a sign-up of its own in the inbox, which it may not read either
    assert receive(client, "probe", "first", record("a message")) == ["created"]
    yield client
    client.close()


def test_no_model_can_be_created_read_changed_or_deleted(odoo_server: Any, bot: Client) -> None:
    models = odoo_server.shell(_MODELS)
    assert len(models) > 100 and models["res.partner"] and models["scn.signup"]
    before = fingerprints(odoo_server)
    allowed = {
        (model, method, str(arguments)): code
        for model, row in models.items()
        for method, arguments in attempts(row or 1)
        if (code := bot.fault(model, method, *arguments)) != ACCESS_ERROR
    }
    assert allowed == {}
    assert changed(before, fingerprints(odoo_server)) <= MAY_CHANGE


def test_the_list_of_methods_that_answer_is_complete(odoo_server: Any, bot: Client) -> None:
    """Over XML-RPC each function once; inside the server each method of each model."""
    methods = [(model, method) for model, method in odoo_server.shell(_METHODS)]
    assert set(methods) > METHODS
    before = fingerprints(odoo_server)
    faults = {
        (model, method): bot.fault(model, method, *arguments_of(method))
        for model, method in methods
    }
    assert {pair for pair, fault in faults.items() if fault != ACCESS_ERROR} == METHODS
    assert {faults[pair] for pair in METHODS} == {None, USER_ERROR}
    assert changed(before, fingerprints(odoo_server)) <= MAY_CHANGE
    tried, open_ones, wrote = odoo_server.shell(_EVERY_PAIR.format(uid=bot.uid))
    assert tried > 10_000
    assert {(model, method) for model, method in open_ones} == METHODS
    assert not wrote


def arguments_of(method: str) -> list[str]:
    return ["no JSON"] if method in {name for _, name in METHODS} - {"sync_info"} else []


def test_json2_reaches_the_same_four_methods(odoo_server: Any, bot: Client) -> None:
    names: dict[str, str] = {}
    for model, method in odoo_server.shell(_METHODS):
        names.setdefault(method, model)
    names = {method: model for method, model in names.items() if (model, method) not in METHODS}
    codes = {
        (model, method): code
        for method, model in names.items()
        if (code := bot.json2(model, method).status_code) != 403
    }
    assert codes == {}
    info = bot.json2("scn.signup", "sync_info")
    assert info.status_code == 200 and json.loads(info.json())["protocol"] == 1
    text = payload("probe", "second", record("a message"))
    answer = bot.json2("scn.signup", "sync_receive", payload=text)
    assert statuses(answer.json()) == ["unchanged"]
    preview = json.dumps({"protocol": 1, "source": "probe", "records": [record("a message")]})
    foretold = bot.json2("scn.signup", "sync_preview", payload=preview)
    assert statuses(foretold.json()) == ["unchanged"]
    assert bot.json2("scn.signup", "sync_withdraw", payload="{}").status_code == 422


def test_the_four_methods_answer_over_xml_rpc_and_json_rpc(bot: Client) -> None:
    assert json.loads(bot.call("scn.signup", "sync_info"))["protocol"] == 1
    arguments = [bot.database, bot.uid, bot.secret, "scn.signup", "sync_info", []]
    call = {"service": "object", "method": "execute_kw", "args": arguments}
    assert json.loads(bot.post_json("/jsonrpc", call)["result"])["protocol"] == 1
    for method, model in (("search", "res.partner"), ("fields_get", "scn.signup")):
        call["args"] = [bot.database, bot.uid, bot.secret, model, method, []]
        for way in ("execute", "execute_kw"):
            error = bot.post_json("/jsonrpc", {**call, "method": way})["error"]
            assert error["data"]["name"] == "odoo.exceptions.AccessError"


def test_the_service_common_answers_as_reviewed(odoo_server: Any, bot: Client) -> None:
    offered = odoo_server.shell(
        "from odoo.service import common\n"
        "answer = [name[4:] for name in dir(common) if name.startswith('exp_')]"
    )
    assert set(offered) == {entry["method"] for entry in REVIEWED["services"]}
    assert bot.service("common", "version")["server_serie"] == "19.0"
    credentials = (bot.database, "probing_bot", bot.secret)
    assert bot.service("common", "authenticate", *credentials, {}) == bot.uid
    assert bot.service("common", "authenticate", bot.database, "probing_bot", "wrong", {}) is False


def test_the_bot_cannot_log_in_to_the_web_client(bot: Client) -> None:
    for password in (bot.secret, "probing_bot", "", "False", "None"):
        answer = bot.post_json(
            "/web/session/authenticate",
            {"db": bot.database, "login": "probing_bot", "password": password},
        )
        assert "error" in answer, password


@pytest.mark.parametrize(
    "path", ["/json/1/contacts", "/json/1/scn.signup", "/doc-bearer/index.json"]
)
def test_no_page_that_takes_a_key_opens(bot: Client, path: str) -> None:
    response = bot.get(path)
    assert response.status_code in (403, 405), response.text[:300]
    posted = bot._http.post(path, json={}, headers=bot.bearer_headers())
    assert posted.status_code in (403, 405), posted.text[:300]


def test_without_the_gate_the_bot_takes_a_number_of_the_accounts(
    odoo_server: Any, bot: Client
) -> None:
    """Control: Odoo itself lets the bot call a method that writes."""
    refused, wrote_before, number, wrote = odoo_server.shell(_CONTROL.format(uid=bot.uid))
    assert (refused, wrote_before) == (True, False)
    assert number and wrote
