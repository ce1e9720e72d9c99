"""Cities with fees that are due, on a server under test, and what the ledger has of them."""

from __future__ import annotations

from typing import Any

_DUE = """
from datetime import timedelta
from odoo import fields
company = env['res.company'].browse({company}) if {company} else env.company
env = env(context=dict(env.context, allowed_company_ids=company.ids))
today = fields.Date.today()
product = env['product.product'].search([('default_code', '=', 'RACE-FEE')]) or (
    env['product.product'].create({{
        'name': 'Fee', 'default_code': 'RACE-FEE', 'type': 'service', 'invoice_policy': 'order',
        'service_tracking': 'partnership', 'list_price': 998.0, 'taxes_id': [(5,)],
        'grade_id': env.ref('scn_partner.grade_partner').id,
    }}))
# Customers already: Odoo's own count of a first invoice would make parallel calls repeat themselves.
cities = env['res.partner'].create([
    {{'name': f'{name} {{number}}', 'is_city': True, 'customer_rank': 1}} for number in range({count})
])
if {ordered}:
    orders = env['sale.order'].create([{{
        'partner_id': city.id, 'scn_date_start': today,
        'order_line': [(0, 0, {{'product_id': product.id, 'product_uom_qty': 1, 'price_unit': 998.0}})],
    }} for city in cities])
    orders.action_confirm()
    partnerships = orders.scn_partnership_id
    partnerships.action_eligible()
else:
    orders = env['sale.order']
    partnerships = env['scn.partnership'].create([{{
        'partner_id': city.id, 'grade_id': product.grade_id.id, 'product_id': product.id, 'fee': 998.0,
        'company_id': company.id, 'currency_id': company.currency_id.id,
        'date_start': today, 'state': 'active', 'eligibility': 'positive',
    }} for city in cities])
    for partnership in partnerships:
        partnership._add_period('initial', today, today + timedelta(days=364), 998.0)
answer = [partnerships.period_ids.ids, orders.ids]
env.cr.commit()
"""

_LINES = """
SELECT line.scn_period_id, line.scn_instalment, line.scn_issue, count(*)
  FROM account_move_line line WHERE line.scn_period_id = ANY(%s) AND line.parent_state != 'cancel'
 GROUP BY 1, 2, 3
"""

#: With this nobody can change a period: who comes second sees no sign of who was first, only a lock
#: that is free again. Under REPEATABLE READ that guards nothing.
BLIND_PERIODS = (
    "CREATE FUNCTION keep_as_it_is() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE TRIGGER keep_as_it_is BEFORE UPDATE ON scn_partnership_period"
    " FOR EACH ROW EXECUTE FUNCTION keep_as_it_is()",
)
NO_INDEX = ("DROP INDEX account_move_line_scn_period_once",)


def due_periods(
    server: Any, name: str, count: int, *, ordered: bool = False, company: int = 0
) -> tuple[list[int], list[int]]:
    """New cities whose first term is due today: the ids of the periods and of their orders."""
    code = _DUE.format(name=name, count=count, ordered=ordered, company=company)
    periods, orders = server.shell(code)
    return periods, orders


def live_lines(server: Any, periods: list[int]) -> int:
    """How many lines of the ledger live for these periods."""
    return int(sum(row[3] for row in server.sql(_LINES, (periods,))))


def assert_invoiced_once(server: Any, periods: list[int]) -> None:
    """Each period has one posted line, says so, and keeps no error."""
    rows = server.sql(_LINES, (periods,))
    twice = [row for row in rows if row[3] != 1]
    assert not twice, f"invoiced twice (period, instalment, issue, lines): {twice}"
    assert {row[0] for row in rows} == set(periods), "a period was lost"
    states = server.sql(
        "SELECT DISTINCT state, last_error, retry_at FROM scn_partnership_period WHERE id = ANY(%s)",
        (periods,),
    )
    assert states == [("invoiced", None, None)], states
    numbers = server.sql(
        "SELECT move.state, move.name, move.journal_id FROM account_move move JOIN account_move_line line"
        " ON line.move_id = move.id WHERE line.scn_period_id = ANY(%s)",
        (periods,),
    )
    assert {state for state, __, __ in numbers} == {"posted"}
    assert len({row[1:] for row in numbers}) == len(periods), "a number is used twice"
