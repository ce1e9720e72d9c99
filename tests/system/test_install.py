"""Installing beside what a database already has, updating, and leaving again."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scripts.platform.cache_folder import exclusive
from scripts.platform.template_database import (
    base_name,
    build_base,
    clone,
    drop,
    exists,
    fresh_name,
)
from scripts.platform.test_run import PURPOSE
from scripts.platform.test_server import ServerUnderTest

SECONDS = 600
_OWN_DATA = """
grades = env['res.partner.grade']
own = grades.create({'name': 'Own grade'})
gold = env.ref('partnership.res_partner_grade_data_gold')
country = env.ref('base.uk').id
for number, grade in enumerate((own, gold)):
    city = env['res.partner'].create({
        'name': 'Twinford', 'is_company': True, 'country_id': country, 'grade_id': grade.id,
    })
    for copy in range(2):
        env['res.partner'].create({
            'name': 'Una Twin', 'email': 'una@twinford.example', 'parent_id': city.id,
        })
answer = [own.id, gold.id, grades.search([], order='id').ids]
env.cr.commit()
"""
_MARK_CITIES = """
cities = env['res.partner'].search([('name', '=', 'Twinford')], order='id')
cities.is_city = True
env.cr.commit()
answer = [[duplicate.partner_id.name, duplicate.key_id.kind]
          for duplicate in env['scn.contact.duplicate'].search([], order='id')]
"""
_INVOICE = """
invoice = env['account.move'].create({
    'move_type': 'out_invoice',
    'partner_id': env['res.partner'].create({'name': 'Billford', 'is_company': True}).id,
    'invoice_line_ids': [(0, 0, {'name': 'Fee', 'quantity': 2, 'price_unit': 150})],
})
invoice.action_post()
env['res.partner'].create({'name': 'Leaving', 'is_city': True, 'task_force_since': '2026-01-01'})
answer = invoice.id
env.cr.commit()
"""
_UNINSTALL = """
env['ir.module.module'].search([('name', '=', 'scn_partner')]).button_immediate_uninstall()
"""
_UNINSTALL_DECLARATION = """
assert env['scn.declaration.log'].search_count([]) > 40
env['ir.module.module'].search([('name', '=', 'scn_declaration')]).button_immediate_uninstall()
"""
_OWN_EVENT = """
event = env['event.event'].create({
    'name': 'Own event', 'date_begin': '2031-05-01 08:00:00', 'date_end': '2031-05-01 16:00:00',
})
env['event.registration'].create({'event_id': event.id, 'name': 'Una Twin', 'email': 'u@t.example'})
answer = event.id
env.cr.commit()
"""
_UNINSTALL_EVENTS = """
assert env['event.registration'].search_count([('scn_city_id', '!=', False)]) > 0
env['ir.module.module'].search([('name', '=', 'scn_events')]).button_immediate_uninstall()
"""
_REGISTER = """
event = env['event.event'].browse(%s)
env['event.registration'].create({'event_id': event.id, 'name': 'Ute Twin', 'email': 'w@t.example'})
answer = sorted(event.registration_ids.mapped('name'))
env.cr.commit()
"""
_INVOICE_TEXT = """
    SELECT move.name, move.state, move.payment_state, move.amount_total, move.partner_id,
           array_agg(line.balance || ' ' || line.name ORDER BY line.id)
      FROM account_move move JOIN account_move_line line ON line.move_id = move.id
     WHERE move.id = %s GROUP BY move.id
"""
_BRIDGES = (
    "SELECT DISTINCT state FROM ir_module_module"
    " WHERE name IN ('scn_partner_ubl', 'scn_partner_event_sale')"
)
_ARCHIVED = "SELECT value FROM ir_config_parameter WHERE key = 'scn_partner.archived_grade_ids'"


@pytest.fixture
def database_without_us(platform: Any, new_database: Callable[[str], Any]) -> Any:
    """A database with Odoo's apps in use and without our addons."""
    base = base_name(platform)
    with exclusive("template"):
        if not exists(platform, base):
            build_base(platform, base)
        return new_database(base)


@pytest.fixture
def database_with_us(template: str, new_database: Callable[[str], Any]) -> Any:
    return new_database(template)


@pytest.fixture
def new_database(platform: Any, tmp_path: Any) -> Iterator[Callable[[str], ServerUnderTest]]:
    names = []

    def make(source: str) -> ServerUnderTest:
        name = fresh_name(PURPOSE)
        names.append(name)
        clone(platform, source, name)
        return ServerUnderTest(platform, name, tmp_path / "server.log")

    yield make
    for name in names:
        drop(platform, name)


def run_odoo(database: ServerUnderTest, *options: str) -> str:
    """Run Odoo once with options such as --init; the warnings and errors it logged."""
    result = subprocess.run(
        database.platform.odoo_command(
            f"--database={database.database}",
            "--no-http",
            "--stop-after-init",
            "--max-cron-threads=0",
            "--log-level=warn",
            *options,
        ),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        env=database.platform.environment(),
    )
    assert result.returncode == 0, result.stderr[-2000:]
    return "\n".join(line for line in result.stderr.splitlines() if "scn_" in line)


def contents(database: ServerUnderTest) -> dict[str, str]:
    """A checksum of what the rows of our tables, events, tiers and groups say, without dates."""
    tables = database.sql(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        " AND (tablename LIKE 'scn\\_%' OR tablename LIKE 'event\\_%'"
        " OR tablename IN ('res_partner_grade', 'res_groups', 'ir_rule',"
        " 'ir_model_access', 'ir_cron', 'mail_template', 'res_partner'))"
    )
    return {
        name: database.sql(
            "SELECT coalesce(md5(string_agg(row, '|' ORDER BY row)), '') FROM (SELECT"
            f" (to_jsonb(t) - 'write_date' - 'write_uid')::text AS row FROM \"{name}\" t) rows"
        )[0][0]
        for (name,) in tables
    }


def test_an_existing_database_keeps_its_grades_and_duplicates_do_not_block(
    database_without_us: ServerUnderTest,
) -> None:
    database = database_without_us
    own, gold, grades = database.shell(_OWN_DATA)
    assert run_odoo(database, "--init=scn_partner") == ""
    assert database.sql(_BRIDGES) == [("installed",)], "they come by themselves with Odoo's apps"
    rows = database.sql("SELECT id, active FROM res_partner_grade WHERE id = ANY(%s)", (grades,))
    assert sorted(rows) == [(grade, True) for grade in sorted(grades)]
    assert database.sql(_ARCHIVED) == []
    held = database.sql("SELECT grade_id FROM res_partner WHERE name = 'Twinford' ORDER BY id")
    assert held == [(own,), (gold,)]
    assert database.sql("SELECT count(*) FROM scn_contact_duplicate") == [(0,)]
    assert database.sql("SELECT count(*) FROM scn_signup") == [(0,)]
    listed = database.shell(_MARK_CITIES)
    assert sorted(listed) == [
        ["Twinford", "city_name"],
        ["Una Twin", "person"],
        ["Una Twin", "person"],
    ]
    assert database.sql("SELECT count(*) FROM res_partner WHERE name = 'Una Twin'") == [(4,)]


def test_uninstalling_brings_the_grades_back_and_leaves_invoices(
    database_with_us: ServerUnderTest,
) -> None:
    database = database_with_us
    archived = [int(number) for number in database.sql(_ARCHIVED)[0][0].split(",")]
    query = "SELECT DISTINCT active FROM res_partner_grade WHERE id = ANY(%s)"
    assert len(archived) == 3 and database.sql(query, (archived,)) == [(False,)]
    invoice = database.shell(_INVOICE)
    before = database.sql(_INVOICE_TEXT, (invoice,))
    assert before[0][1] == "posted" and before[0][3] > 0
    database.shell(_UNINSTALL)
    assert database.sql(query, (archived,)) == [(True,)]
    assert database.sql(_ARCHIVED) == []
    assert database.sql(_INVOICE_TEXT, (invoice,)) == before
    assert database.sql("SELECT state FROM ir_module_module WHERE name = 'scn_partner'") == [
        ("uninstalled",)
    ]
    assert database.sql(_BRIDGES) == [("uninstalled",)]
    left = "SELECT tablename FROM pg_tables WHERE tablename LIKE 'scn\\_%'"
    assert database.sql(left) == []
    assert database.sql("SELECT model FROM ir_model WHERE model LIKE 'scn.%'") == []
    assert database.sql("SELECT count(*) FROM res_partner WHERE name = 'Leaving'") == [(1,)]


def test_uninstalling_the_declaration_takes_its_tables_triggers_and_functions(
    database_with_us: ServerUnderTest,
) -> None:
    database = database_with_us
    functions = "SELECT proname FROM pg_proc WHERE proname LIKE 'scn\\_declaration\\_%'"
    assert len(database.sql(functions)) == 2
    database.shell(_UNINSTALL_DECLARATION)
    assert database.sql("SELECT state FROM ir_module_module WHERE name = 'scn_declaration'") == [
        ("uninstalled",)
    ]
    assert database.sql(functions) == []
    left = "SELECT tablename FROM pg_tables WHERE tablename LIKE 'scn\\_declaration%'"
    assert database.sql(left) == []
    assert database.sql("SELECT model FROM ir_model WHERE model LIKE 'scn.declaration%'") == []
    # Cities stay: invented ones of this addon's demo go with it, the others do not.
    assert database.sql("SELECT count(*) FROM res_partner WHERE name = 'Nordhaven'") == [(1,)]


def test_uninstalling_events_leaves_odoos_own_events_at_work(
    database_with_us: ServerUnderTest,
) -> None:
    database = database_with_us
    event = database.shell(_OWN_EVENT)
    database.shell(_UNINSTALL_EVENTS)
    modules = "SELECT name, state FROM ir_module_module WHERE name IN ('scn_events', 'scn_partner')"
    assert dict(database.sql(modules)) == {
        "scn_events": "uninstalled",
        "scn_partner": "installed",
    }
    ours = "SELECT count(*) FROM ir_model_data WHERE module = 'scn_events'"
    assert database.sql(ours) == [(0,)]
    columns = (
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_name LIKE 'event\\_%' AND column_name LIKE 'scn\\_%'"
    )
    assert database.sql(columns) == []
    assert database.shell(_REGISTER % event) == ["Una Twin", "Ute Twin"]


def test_updating_twice_changes_nothing(database_with_us: ServerUnderTest) -> None:
    database = database_with_us
    before = contents(database)
    for _ in range(2):
        assert run_odoo(database, "--update=scn_partner", "--with-demo") == ""
        after = contents(database)
        assert {name for name in before if before[name] != after.get(name)} == set()
        assert after.keys() == before.keys()
