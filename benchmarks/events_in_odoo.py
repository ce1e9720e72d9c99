"""What `benchmarks.events` measures, inside Odoo: registrations of a city for an event with seats.

With our addons the event needs a benefit, a city has a number of seats, and both are looked at; without them it
is Odoo's own event with the same seats and the same scheduled mails. Mail leaves in the background in both.
"""

from __future__ import annotations

import gc
import statistics
import time
from datetime import timedelta
from typing import Any

SEATS = 10_000_000


def measure(env: Any, singles: int, batches: int, size: int) -> dict[str, float]:
    """Seconds, processor seconds of this process and queries a registration, one by one and in batches.

    Seconds are the median of the calls, so that what else the machine does for a moment counts little. Each call is
    committed, as a request is. A few go before, so that caches are warm for both.
    """
    env["ir.config_parameter"].sudo().set_param("event.event_mail_async", "True")
    values = _prepare(env)
    for __ in range(20):
        _register(env, [values])
    answer = {}
    gc.collect()
    for key, calls, people in (("singles", singles, 1), ("batches", batches, size)):
        walls, processor, queries = [], [], env.cr.sql_log_count
        for __ in range(calls):
            begin, begin_processor = time.perf_counter(), time.process_time()
            _register(env, [dict(values) for __ in range(people)])
            walls.append((time.perf_counter() - begin) / people)
            processor.append((time.process_time() - begin_processor) / people)
        answer[key] = statistics.median(walls)
        answer[f"{key}_processor"] = statistics.median(processor)
        answer[f"{key}_queries"] = (env.cr.sql_log_count - queries) / (calls * people)
    return answer


def _register(env: Any, values: list[dict[str, Any]]) -> None:
    env["event.registration"].create(values)
    env.cr.commit()
    # a request begins with nothing in the cache of records
    env.invalidate_all()


def _prepare(env: Any) -> dict[str, Any]:
    """Values of a registration for a new event."""
    from odoo import fields

    begin = fields.Datetime.now() + timedelta(days=30)
    event = env["event.event"].create(
        {
            "name": "Measured meeting",
            "date_begin": begin,
            "date_end": begin + timedelta(hours=2),
            "seats_limited": True,
            "seats_max": SEATS,
        }
    )
    ticket = env["event.event.ticket"].create(
        {"name": "Seat", "event_id": event.id, "seats_max": SEATS}
    )
    city = env["res.partner"].create({"name": "Measured city", "is_company": True})
    contact = env["res.partner"].create(
        {"name": "Ana Example", "email": "ana@example.com", "parent_id": city.id}
    )
    if "scn_benefit_id" in event:
        _add_gate(env, event, city)
    env.cr.commit()
    return {"event_id": event.id, "event_ticket_id": ticket.id, "partner_id": contact.id}


def _add_gate(env: Any, event: Any, city: Any) -> None:
    """The event needs a benefit, and the city holds it by a running partnership."""
    city.is_city = True
    tier = env.ref("scn_partner.grade_partner")
    product = env["product.product"].create(
        {
            "name": "Measured fee",
            "type": "service",
            "service_tracking": "partnership",
            "grade_id": tier.id,
        }
    )
    env["scn.partnership"].create(
        {
            "partner_id": city.id,
            "grade_id": tier.id,
            "product_id": product.id,
            "fee": 100,
            "date_start": "2019-01-01",
            "state": "active",
        }
    )
    event.scn_benefit_id = env.ref("scn_partner.benefit_seminar_live")
    event.scn_allowance_ids = [(0, 0, {"seats": SEATS})]
