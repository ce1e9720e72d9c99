"""How long it takes to find free times of hosts, and how much it asks the database.

python3 -m benchmarks.appointments            # 1, 5 and 20 hosts over 8 weeks, 20 searches each
python3 -m benchmarks.appointments --quick    # 1 and 20 hosts over 8 weeks, 5 searches each
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import Any

from benchmarks.own_environment import enter_environment
from scripts.platform.cache_folder import CHECKOUT

WEEKS = 8
#: hosts, searches of each
FULL = (1, 5, 20), 20
QUICK = (1, 20), 5
HOUR = 3600
ANSWER = "benchmark-answer:"
_CODE = """
import json, sys
sys.path.insert(0, {checkout!r})
from benchmarks import appointments_in_odoo
print({answer!r} + json.dumps(appointments_in_odoo.measure(env, {hosts!r}, {weeks}, {turns})))
"""


def main() -> int:
    """Measure on a clone with our addons; print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few searches, about a minute")
    options = parser.parse_args()
    hosts, turns = QUICK if options.quick else FULL
    enter_environment("benchmarks.appointments")
    # what follows needs the packages of the environment
    from scripts.platform.prepared import ready_platform
    from scripts.platform.template_database import clone, drop, fresh_name, prepared_template

    with ready_platform() as platform:
        database = fresh_name("benchmark")
        clone(platform, prepared_template(platform), database)
        try:
            rows = _inside(platform, database, hosts, turns)
        finally:
            drop(platform, database)
    print(f"{'hosts':>6} {'slots':>7} {'queries':>8} {'ms (median)':>12} {'ms in Python':>13}")
    for row in rows:
        print(
            f"{row['hosts']:>6} {row['slots']:>7} {row['queries']:>8}"
            f" {row['ms']:>12.1f} {row['python_ms']:>13.1f}"
        )
    return 0


def _inside(platform: Any, database: str, hosts: tuple[int, ...], turns: int) -> Any:
    """Measure in an Odoo process of its own."""
    code = _CODE.format(
        checkout=str(CHECKOUT), answer=ANSWER, hosts=hosts, weeks=WEEKS, turns=turns
    )
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
    raise SystemExit("The measurement gave no answer; Odoo's words are above.")


if __name__ == "__main__":
    sys.exit(main())
