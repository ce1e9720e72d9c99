"""How fast the public register of the Declaration answers, small and large.

python3 -m benchmarks.register            # 100 and 10,000 cities, 40 requests each
python3 -m benchmarks.register --quick    # 100 and 2,000 cities, 10 requests each
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from scripts.platform import environment
from scripts.platform.cache_folder import CHECKOUT, cache_root, subfolder

FULL = (100, 10_000), 40
QUICK = (100, 2000), 10
DECLARATION = "benchmark"
#: What a visitor loads first, then what machines read.
ADDRESSES = ("", "/map.svg", "/register.json", "/register.csv")
_CODE = """
import sys
sys.path.insert(0, {checkout!r})
from benchmarks import register_in_odoo
answer = register_in_odoo.add_joined(env, {count}, {code!r})
"""
HEADING = "cities  address            ms to first byte (median, 95 %)      bytes  queries"
ROW = "{cities:>6}  {address:<17} {median:>15.1f} {high:>12.1f} {size:>14,} {queries:>8}"


@dataclass
class Answer:
    """What requests to one address took."""

    median: float
    high: float
    size: int
    queries: int


def main() -> int:
    """Measure on a server with a clone of the template database and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, about a minute")
    options = parser.parse_args()
    sizes, requests = QUICK if options.quick else FULL
    _enter_environment()
    # what follows needs the packages of the environment
    from scripts.platform.prepared import ready_platform
    from scripts.platform.template_database import clone, drop, fresh_name, prepared_template
    from scripts.platform.test_server import ServerUnderTest

    with ready_platform() as platform:
        database = fresh_name("benchmark")
        clone(platform, prepared_template(platform), database)
        log = subfolder("logs", "servers") / f"{database}.log"
        server = ServerUnderTest(platform, database, log)
        try:
            server.start()
            answers = measure(server, sizes, requests)
        finally:
            server.stop()
            drop(platform, database)
            log.unlink(missing_ok=True)
    small, large = (answers[size, ""] for size in (min(sizes), max(sizes)))
    print(f"first page, large beside small: time {large.median / small.median:.2f}, ", end="")
    print(f"bytes {large.size / small.size:.2f}, queries {large.queries} and {small.queries}")
    return 0


def measure(server: Any, sizes: tuple[int, ...], requests: int) -> dict[tuple[int, str], Answer]:
    """Answers by size and address; the register grows from size to size."""
    answers: dict[tuple[int, str], Answer] = {}
    present = 0
    print(HEADING, flush=True)
    for size in sizes:
        code = _CODE.format(checkout=str(CHECKOUT), count=size - present, code=DECLARATION)
        present = server.shell(code)
        assert present == size, f"{present} cities instead of {size}"
        server.sql("ANALYZE")
        for address in ADDRESSES:
            answer = ask(server, f"/declaration{address}?declaration={DECLARATION}", requests)
            answers[size, address] = answer
            row = {"cities": size, "address": address or "(first page)", **vars(answer)}
            print(ROW.format(**row), flush=True)
    return answers


def ask(server: Any, path: str, requests: int) -> Answer:
    """Ask one address several times over a kept connection, after two that warm the caches."""
    import httpx

    seconds, size = [], 0
    with httpx.Client(base_url=server.url, timeout=120, trust_env=False) as visitor:
        for number in range(requests + 2):
            start = time.perf_counter()
            with visitor.stream("GET", path) as response:
                parts = response.iter_raw()
                first = next(parts)
                elapsed = time.perf_counter() - start
                size = len(first) + sum(len(part) for part in parts)
            assert response.status_code == 200, f"{path}: {response.status_code}"
            if number >= 2:
                seconds.append(elapsed)
    line = next(line for line in reversed(server.log().splitlines()) if f"GET {path} " in line)
    queries = int(line.split(" - ")[-1].split()[0])
    ordered = sorted(seconds)
    high = ordered[max(0, round(len(ordered) * 0.95) - 1)]
    return Answer(1000 * statistics.median(ordered), 1000 * high, size, queries)


def _enter_environment() -> None:
    """Go on in the platform's environment, made ready when it is missing."""
    if environment.INSIDE not in os.environ:
        key = environment.environment_key(environment.suitable_python())
        python = cache_root() / "environments" / key / "bin" / "python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "scripts.platform", "prepare"], check=True)
        variables = {**os.environ, environment.INSIDE: key, environment.STARTED_BY: sys.executable}
        os.execve(python, [str(python), "-m", "benchmarks.register", *sys.argv[1:]], variables)
    environment.enter()


if __name__ == "__main__":
    sys.exit(main())
