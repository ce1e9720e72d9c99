"""The part of the billing benchmark that runs inside Odoo: builds the data and takes the times.

The ceiling is what Odoo itself needs for the same invoices: one batched `create` and `action_post`
of the same move values without our fields. Ceiling and ledger take turns, batch by batch, so that a
busy machine, a growing table or a warm cache touches both alike.
"""

from __future__ import annotations

import gc
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from unittest.mock import patch

FIRST_PAID = 200
ID_STEP = 1_000_000
COPIED_TABLES = (
    "account_move",
    "account_full_reconcile",
    "account_move_line",
    "account_partial_reconcile",
)
NO_CHATTER = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


class Clock:
    """Adds up seconds and queries of what runs inside `running`."""

    def __init__(self, env: Any) -> None:
        self._cursor = env.cr
        self.seconds = 0.0
        self.queries = 0
        self._since: tuple[float, int] | None = None

    def start(self) -> None:
        self._since = time.perf_counter(), self._cursor.sql_log_count

    def stop(self) -> None:
        assert self._since is not None
        self.seconds += time.perf_counter() - self._since[0]
        self.queries += self._cursor.sql_log_count - self._since[1]
        self._since = None

    @contextmanager
    def running(self) -> Iterator[None]:
        self.start()
        yield
        self.stop()


def resident_megabytes() -> float:
    """Memory this process holds, from the kernel."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


def today_in_utc() -> date:
    """The job's today."""
    return datetime.now(timezone.utc).date()


def analyze(env: Any) -> None:
    """Fresh statistics: with stale ones one core query takes most of a run."""
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()


# -- data --------------------------------------------------------------------------------------------


def fee_product(env: Any) -> Any:
    """The fee of a tier, with the company's default sale tax as in real life."""
    product = env["product.product"].search([("default_code", "=", "BENCHMARK-FEE")])
    return product or env["product.product"].create(
        {
            "name": "Partnership, one year",
            "default_code": "BENCHMARK-FEE",
            "type": "service",
            "service_tracking": "partnership",
            "invoice_policy": "order",
            "grade_id": env.ref("scn_partner.grade_partner").id,
            "list_price": 998.0,
        }
    )


def add_renewals(env: Any, count: int, name: str) -> Any:
    """Active partnerships of as many new cities, each with a renewal that is due today."""
    product, today = fee_product(env), today_in_utc()
    periods = env["scn.partnership.period"]
    for first in range(0, count, 500):
        numbers = range(first, min(first + 500, count))
        cities = env["res.partner"].create(
            [
                {"name": f"{name} {n}", "is_city": True, "country_id": env.ref("base.be").id}
                for n in numbers
            ]
        )
        partnerships = env["scn.partnership"].create(
            [
                {
                    "partner_id": city.id,
                    "grade_id": product.grade_id.id,
                    "product_id": product.id,
                    "fee": 998.0,
                    "date_start": today - timedelta(days=365),
                    "state": "active",
                    "eligibility": "positive",
                }
                for city in cities
            ]
        )
        common = {
            "grade_id": product.grade_id.id,
            "product_id": product.id,
            "price": 998.0,
            "fee": 998.0,
            "currency_id": env.company.currency_id.id,
        }
        created = env["scn.partnership.period"].create(
            [
                {
                    **common,
                    "partnership_id": partnership.id,
                    "number": number,
                    "kind": kind,
                    "state": state,
                    "date_start": start,
                    "date_end": start + timedelta(days=364),
                    "invoice_date": start,
                }
                for partnership in partnerships
                for number, kind, state, start in (
                    (1, "initial", "elsewhere", today - timedelta(days=365)),
                    (2, "renewal", "planned", today),
                )
            ]
        )
        created._refresh_state()
        periods += created.filtered(lambda period: period.kind == "renewal")
        env.cr.commit()
    return periods


def add_paid_invoices(env: Any, count: int) -> int:
    """A ledger of paid invoices of our periods; the number there is.

    The first ones are invoiced by the job and paid through Odoo; the others are copies of those, in
    the tables of moves, lines and reconciliations.
    """
    periods = add_renewals(env, min(count, FIRST_PAID), "Old town")
    env["scn.partnership.period"]._cron_bill()
    moves = periods.line_ids.move_id
    assert len(moves) == min(count, FIRST_PAID)
    register = env["account.payment.register"].with_context(
        **NO_CHATTER, active_model="account.move", active_ids=moves.ids
    )
    register.create({"group_payment": False})._create_payments()
    assert set(moves.mapped("payment_state")) <= {"paid", "in_payment"}
    env.cr.commit()
    for number in range(1, -(-count // FIRST_PAID)):
        _copy_ledger(env, moves, number)
    _continue_ids_after_copies(env)
    analyze(env)
    env.cr.execute(
        "SELECT count(*) FROM account_move WHERE move_type = 'out_invoice'"
        " AND payment_state IN ('paid', 'in_payment')"
    )
    return int(env.cr.fetchone()[0])


def _copy_ledger(env: Any, moves: Any, number: int) -> None:
    """Copy paid invoices with their payments' entries in SQL, under new numbers and ids."""
    lines = moves.line_ids
    partials = lines.matched_credit_ids | lines.matched_debit_ids
    entries = (partials.debit_move_id | partials.credit_move_id).move_id | moves
    step = ID_STEP * number
    new_number = f"sequence_number + {len(moves) * number}"
    names = {
        "id": f"id + {step}",
        "name": f"sequence_prefix || lpad(({new_number})::text, 5, '0')",
        "sequence_number": new_number,
        "origin_payment_id": "NULL",
        "access_token": "NULL",
    }
    line_values = {
        "id": f"id + {step}",
        "move_id": f"move_id + {step}",
        "full_reconcile_id": f"full_reconcile_id + {step}",
        "payment_id": "NULL",
        "scn_period_id": "NULL",
        "scn_credited_period_id": "scn_period_id",
    }
    partial_values = {
        "id": f"id + {step}",
        "debit_move_id": f"debit_move_id + {step}",
        "credit_move_id": f"credit_move_id + {step}",
        "full_reconcile_id": f"full_reconcile_id + {step}",
    }
    fulls = partials.full_reconcile_id
    _copy_rows(env, "account_move", entries.ids, names)
    _copy_rows(env, "account_full_reconcile", fulls.ids, {"id": f"id + {step}"})
    _copy_rows(env, "account_move_line", entries.line_ids.ids, line_values)
    _copy_rows(env, "account_partial_reconcile", partials.ids, partial_values)
    env.cr.execute(
        "UPDATE account_move_line line SET move_name = move.name FROM account_move move"
        " WHERE move.id = line.move_id AND line.id > %s AND line.move_name != move.name",
        (step,),
    )
    env.cr.commit()


def _continue_ids_after_copies(env: Any) -> None:
    """Numbering looks at the newest id of a journal, so the next ids come after those of the copies."""
    for table in COPIED_TABLES:
        env.cr.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
        )
    env.cr.commit()


def _copy_rows(env: Any, table: str, ids: list[int], changed: dict[str, str]) -> None:
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema AND table_name = %s",
        (table,),
    )
    columns = [row[0] for row in env.cr.fetchall()]
    into = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(changed.get(column, f'"{column}"') for column in columns)
    # The names come from the catalogue and from this file, not from outside.
    env.cr.execute(
        f'INSERT INTO "{table}" ({into}) SELECT {values} FROM "{table}" WHERE id = ANY(%s)', (ids,)
    )


# -- measuring ---------------------------------------------------------------------------------------


def measure(env: Any, count: int, batch_size: int, name: str) -> dict[str, Any]:
    """Bill renewals with the job; between its batches, Odoo's own way for as many invoices."""
    today = today_in_utc()
    for warm in ("ceiling", "ledger"):
        periods = add_renewals(env, 20, f"{name} {warm}")
        if warm == "ceiling":
            values = ceiling_values(periods, today)
            env["account.move"].with_context(**NO_CHATTER).create(values).action_post()
            periods.write({"state": "cancelled"})
            env.cr.commit()
        else:
            env["scn.partnership.period"]._cron_bill(batch_size)
    periods = add_renewals(env, count, name)
    values = iter(ceiling_values(periods, today))
    analyze(env)
    ceiling, ledger, memory = Clock(env), Clock(env), []

    def one_ceiling_batch() -> None:
        with ceiling.running():
            batch = list(itertools.islice(values, batch_size))
            env["account.move"].with_context(**NO_CHATTER).create(batch).action_post()
            env.cr.commit()
        memory.append(resident_megabytes())

    with between_batches(env, ledger, one_ceiling_batch), ledger.running():
        env["scn.partnership.period"]._cron_bill(batch_size)
    assert next(values, None) is None, "the job made fewer batches than the ceiling"
    periods.invalidate_recordset()
    assert set(periods.mapped("state")) == {"invoiced"}
    assert len(periods.line_ids) == count
    return {
        "invoices": count,
        "ceiling_per_second": count / ceiling.seconds,
        "ledger_per_second": count / ledger.seconds,
        "ratio": ceiling.seconds / ledger.seconds,
        "ceiling_queries": ceiling.queries / count,
        "ledger_queries": ledger.queries / count,
        "milliseconds": 1000 * ledger.seconds / count,
        "memory_growth": memory[-1] - memory[min(1, len(memory) - 1)],
    }


def ceiling_values(periods: Any, today: date) -> list[dict[str, Any]]:
    """The move values of the ledger's invoices without our fields."""
    found = []
    for period in periods:
        part = period._get_instalments()[0]
        values = period._prepare_invoice_values(part, today)
        for __, __, line in values["invoice_line_ids"]:
            for name in [name for name in line if name.startswith("scn_")]:
                del line[name]
        found.append(values)
    return found


@contextmanager
def between_batches(env: Any, clock: Clock, act: Callable[[], None]) -> Iterator[None]:
    """Stop the clock after every committed batch of the job, act, and go on."""
    crons = type(env["ir.cron"])
    commit_progress = crons._commit_progress

    def acting(self: Any, *args: Any, **options: Any) -> Any:
        seconds_left = commit_progress(self, *args, **options)
        clock.stop()
        act()
        clock.start()
        return seconds_left

    with patch.object(crons, "_commit_progress", acting):
        yield
