"""How fast people register with the gate and the guard on, beside Odoo's own events in the same run.

Both are measured in alternating turns. The figures are medians of the turns' medians, by the clock and by
the processor time of the Odoo process; a ratio above 1 means that ours is faster.

python3 -m benchmarks.events            # 5 turns: 300 one by one and 10 batches of 200 each
python3 -m benchmarks.events --quick    # 3 turns: 100 one by one and 3 batches of 200 each
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from typing import Any

from scripts.platform import environment
from scripts.platform.cache_folder import CHECKOUT, cache_root

BATCH_SIZE = 200
#: turns, registrations one by one in each, batches in each
FULL = 5, 300, 10
QUICK = 3, 100, 3
HOUR = 3600
ANSWER = "benchmark-answer:"
_CODE = """
import json, sys
sys.path.insert(0, {checkout!r})
from benchmarks import events_in_odoo
print({answer!r} + json.dumps(events_in_odoo.{call}))
"""


def main() -> int:
    """Measure on a clone with our addons and on one with Odoo's apps only, in turns; print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few turns, about two minutes")
    options = parser.parse_args()
    turns, singles, batches = QUICK if options.quick else FULL
    _enter_environment()
    # what follows needs the packages of the environment
    from scripts.platform.prepared import ready_platform
    from scripts.platform.template_database import (
        base_name,
        clone,
        drop,
        fresh_name,
        prepared_template,
    )

    with ready_platform() as platform:
        template = prepared_template(platform)
        databases = {"stock": fresh_name("benchmark"), "ours": fresh_name("benchmark")}
        clone(platform, base_name(platform), databases["stock"])
        clone(platform, template, databases["ours"])
        figures: dict[str, list[dict[str, float]]] = {"stock": [], "ours": []}
        try:
            for turn in range(turns):
                # the one that goes first in this turn goes second in the next
                for name in list(databases)[:: 1 if turn % 2 else -1]:
                    call = f"measure(env, {singles}, {batches}, {BATCH_SIZE})"
                    figures[name].append(_inside(platform, databases[name], call))
                    print(name, figures[name][-1], flush=True)
        finally:
            for database in databases.values():
                drop(platform, database)
    print(f"\n{'':<30} {'stock':>8} {'ours':>8} {'ratio':>6}")
    for key, title in (("singles", "one by one"), ("batches", f"batches of {BATCH_SIZE}")):
        for suffix, what in (("", "a second"), ("_processor", "processor ms")):
            stock, ours = (
                statistics.median(turn[key + suffix] for turn in figures[name])
                for name in ("stock", "ours")
            )
            shown = (1 / stock, 1 / ours) if not suffix else (stock * 1000, ours * 1000)
            print(
                f"{f'{title}, {what}':<30} {shown[0]:>8.2f} {shown[1]:>8.2f} {stock / ours:>6.2f}"
            )
        stock_queries, our_queries = (
            figures[name][-1][f"{key}_queries"] for name in ("stock", "ours")
        )
        print(f"{f'{title}, queries':<30} {stock_queries:>8.2f} {our_queries:>8.2f}")
    return 0


def _enter_environment() -> None:
    """Go on in the platform's environment, made ready when it is missing."""
    if environment.INSIDE not in os.environ:
        key = environment.environment_key(environment.suitable_python())
        python = cache_root() / "environments" / key / "bin" / "python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "scripts.platform", "prepare"], check=True)
        variables = {**os.environ, environment.INSIDE: key, environment.STARTED_BY: sys.executable}
        os.execve(python, [str(python), "-m", "benchmarks.events", *sys.argv[1:]], variables)
    environment.enter()


def _inside(platform: Any, database: str, call: str) -> Any:
    """Call a function of `events_in_odoo` in an Odoo process of its own."""
    code = _CODE.format(checkout=str(CHECKOUT), answer=ANSWER, call=call)
    result = subprocess.run(
        platform.odoo_command("shell", f"--database={database}", "--no-http", "--log-level=warn"),
        input=code,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=HOUR,
        env=platform.environment(),
    )
    for line in result.stdout.splitlines():
        if line.startswith(ANSWER):
            return json.loads(line[len(ANSWER) :])
    raise SystemExit(f"“{call}” gave no answer; Odoo's words are above.")


if __name__ == "__main__":
    sys.exit(main())
