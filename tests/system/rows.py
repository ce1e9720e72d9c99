"""Fingerprints of all rows of a database: what a test may not change, it compares before and after."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_TABLES = """
    SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename
"""


def fingerprints(server: Any, prefixes: Iterable[str] = ("",)) -> dict[str, tuple[int, int]]:
    """Per table the number of rows and a sum over which transaction wrote which row last.

    Any insert, update or delete changes it, also one that writes the same values again.
    """
    wanted = tuple(prefixes)
    tables = [name for (name,) in server.sql(_TABLES) if name.startswith(wanted)]
    query = " UNION ALL ".join(
        f"SELECT '{name}', count(*), "
        f'coalesce(sum(hashtext(t.xmin::text || t.ctid::text)::bigint), 0) FROM "{name}" t'
        for name in tables
    )
    return {name: (int(count), int(total)) for name, count, total in server.sql(query)}


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """The tables whose fingerprints differ."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
