"""The targets of the sync's benchmark, each beside what was reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ONE_BY_ONE = ("odoorpc", "odoo-client-lib")
BULK_PEER = "import-client load"
TRANSPORTS = ("xml-rpc", "json-2")
#: Records that are ready, as the peers' rows are; and the whole command, which reads, checks and writes a journal, too.
KINDS = ("records", "import")

PARSED = 1_000
TIMES_ODOORPC = 20
TIMES_FASTEST_FIRST = 1.3
UNCHANGED = 3_000
TIMES_FASTEST_UNCHANGED = 30
TIMES_ODOORPC_ACCEPTING = 10
GROWTH_MB = 15


@dataclass(frozen=True)
class Measured:
    """One run of one contender."""

    size: int
    contender: str
    run: str
    rate: float
    calls: float
    queries: float
    client_cpu: float
    server_cpu: float
    memory: float

    @property
    def by_processor(self) -> float:
        """Records in a second of processor time, client and server together: other work disturbs it less."""
        return self.size / max(self.client_cpu + self.server_cpu, 0.01)


def target_lines(results: list[Measured], parsing: float) -> Iterator[str]:
    """Yield a line for each target; what was not measured has none."""
    yield _line("parsing alone, messages a second on one core", parsing, PARSED)
    found = {(row.size, row.contender, row.run): row for row in results}
    slow = {(row.contender, row.run): row for row in results if row.contender in ONE_BY_ONE}
    for size in sorted({row.size for row in results if row.contender.split()[0] in KINDS}):
        for kind in KINDS:
            for transport in TRANSPORTS:
                for run in ("first", "unchanged"):
                    own = found.get((size, f"{kind} {transport}", run))
                    peers = [row for (_name, peer_run), row in slow.items() if peer_run == run]
                    bulk = found.get((size, BULK_PEER, run))
                    peers += [bulk] if bulk else []
                    if own is not None:
                        name = f"{size:,} by {transport}, {kind}, {run}"
                        yield from _run_lines(name, own, slow.get(("odoorpc", run)), peers)
    yield from _memory_lines(results)
    accepting = {row.contender: row for row in results if row.run == "accept"}
    batches = accepting.get("accept in batches")
    for peer in ("odoorpc contacts", "odoorpc accept"):
        if batches and peer in accepting:
            name = f"accepting {batches.size:,}, times {peer}"
            yield _line(name, *_times(batches, accepting[peer]), TIMES_ODOORPC_ACCEPTING)


def _run_lines(
    name: str, own: Measured, odoorpc: Measured | None, peers: list[Measured]
) -> Iterator[str]:
    fastest = max(peers, key=lambda row: row.rate, default=None)
    if own.run == "first" and odoorpc is not None:
        yield _line(f"{name}, times odoorpc", *_times(own, odoorpc), TIMES_ODOORPC)
    if own.run == "unchanged":
        yield _line(f"{name}, records a second", own.rate, UNCHANGED)
    if fastest is not None:
        target = TIMES_FASTEST_FIRST if own.run == "first" else TIMES_FASTEST_UNCHANGED
        yield _line(f"{name}, times {fastest.contender}", *_times(own, fastest), target)


def _memory_lines(results: list[Measured]) -> Iterator[str]:
    for transport in TRANSPORTS:
        used = {
            row.size: row.memory
            for row in results
            if (row.contender, row.run) == (f"import {transport}", "first")
        }
        if len(used) > 1:
            grown = used[max(used)] - used[min(used)]
            reached = "reached" if grown <= GROWTH_MB else "MISSED"
            yield (
                f"{reached:>8}  memory of the command by {transport} at {max(used):,} beside {min(used):,}: "
                f"{grown:+.1f} MB (at most {GROWTH_MB})"
            )


def _times(own: Measured, peer: Measured) -> tuple[float, float]:
    return own.rate / peer.rate, own.by_processor / peer.by_processor


def _line(name: str, value: float, *rest: float) -> str:
    """One target; with two numbers before it, the second is the same by processor time."""
    *by_processor, target = rest
    reached = "reached" if value >= target else "MISSED"
    beside = f", {by_processor[0]:,.1f} by processor time" if by_processor else ""
    return f"{reached:>8}  {name}: {value:,.1f} (at least {target:,g}{beside})"
