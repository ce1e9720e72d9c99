"""What `benchmarks.appointments` measures, inside Odoo: free slots of hosts who have a full calendar.

Each host has working hours of their own, a leave, ten meetings a week and two appointments a week with cities.
"""

from __future__ import annotations

import statistics
import time
from datetime import datetime, timedelta
from typing import Any

MINUTES = 60


def measure(env: Any, counts: tuple[int, ...], weeks: int, turns: int) -> list[dict[str, float]]:
    """Slots, queries and milliseconds of one search for so many hosts; each begins with an empty cache.

    Nothing is committed.
    """
    start = _next_monday(env)
    hosts = _prepare(env, max(counts), start, weeks)
    env.flush_all()
    env.cr.execute("ANALYZE")
    rows = []
    for count in counts:
        milliseconds, processor = [], []
        for __ in range(turns + 1):
            env.invalidate_all()
            queries = env.cr.sql_log_count
            begin, cpu = time.perf_counter(), time.process_time()
            slots = env["scn.appointment"]._get_free_slots(
                hosts[:count], start, start + timedelta(weeks=weeks), MINUTES
            )
            milliseconds.append(1000 * (time.perf_counter() - begin))
            processor.append(1000 * (time.process_time() - cpu))
            queries = env.cr.sql_log_count - queries
        rows.append(
            {
                "hosts": count,
                "slots": len(slots),
                "queries": queries,
                # the first one warms the caches that a server has warm
                "ms": statistics.median(milliseconds[1:]),
                "python_ms": statistics.median(processor[1:]),
            }
        )
    return rows


def _next_monday(env: Any) -> datetime:
    from odoo import fields

    today = fields.Datetime.now().replace(hour=0, minute=0, second=0)
    return today + timedelta(days=7 - today.weekday())


def _prepare(env: Any, count: int, start: datetime, weeks: int) -> Any:
    """Hosts with calendars, leaves, meetings and appointments."""
    context = {"no_reset_password": True, "no_mail_to_attendees": True, "tracking_disable": True}
    env = env(context={**env.context, **context})
    city = env["res.partner"].create({"name": "Measured city", "is_city": True, "tz": "UTC"})
    hosts = env["res.users"].create(
        [
            {
                "name": f"Host {number}",
                "login": f"measured_host_{number}",
                "tz": "Europe/Amsterdam",
                "group_ids": [(6, 0, env.ref("base.group_user").ids)],
            }
            for number in range(count)
        ]
    )
    calendars = env["resource.calendar"].create(
        [{"name": host.name, "company_id": env.company.id} for host in hosts]
    )
    resources = env["resource.resource"].create(
        [
            {
                "name": host.name,
                "user_id": host.id,
                "tz": host.tz,
                "company_id": env.company.id,
                "calendar_id": calendar.id,
            }
            for host, calendar in zip(hosts, calendars, strict=True)
        ]
    )
    env["resource.calendar.leaves"].create(
        [
            {
                "resource_id": resource.id,
                "date_from": start + timedelta(days=9),
                "date_to": start + timedelta(days=10),
            }
            for resource in resources
        ]
    )
    days = [start + timedelta(weeks=week, days=day) for week in range(weeks) for day in range(5)]
    env["calendar.event"].create(
        [
            {
                "name": "Meeting",
                "start": day + timedelta(hours=hour, minutes=number),
                "stop": day + timedelta(hours=hour + 1, minutes=number),
                "partner_ids": [(6, 0, host.partner_id.ids)],
            }
            for number, host in enumerate(hosts)
            for day in days
            for hour in (8, 13)
        ]
    )
    env["scn.appointment"].create(
        [
            {
                "kind": "one_on_one",
                "city_id": city.id,
                "start": day + timedelta(hours=10, minutes=number),
                "stop": day + timedelta(hours=11, minutes=number),
                "host_user_ids": [(6, 0, host.ids)],
            }
            for number, host in enumerate(hosts)
            for day in days[::2]
        ]
    )._propose()
    return hosts
