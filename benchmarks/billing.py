"""How fast the ledger bills renewals, beside what Odoo itself needs for the same invoices.

python3 -m benchmarks.billing            # 100, 1,000 and 5,000 renewals, 10,000 paid invoices behind
python3 -m benchmarks.billing --quick    # 100 and 400 renewals, 1,000 paid invoices behind
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import Any

from scripts.platform.cache_folder import CHECKOUT

from .own_environment import enter_environment

BATCH_SIZE = 100
#: Sizes of the runs, and the paid invoices behind them.
FULL = (100, 1000, 5000), 10_000
QUICK = (100, 400), 1000
HOUR = 3600
ANSWER = "benchmark-answer:"
_CODE = """
import json, sys
sys.path.insert(0, {checkout!r})
from benchmarks import billing_in_odoo
print({answer!r} + json.dumps(billing_in_odoo.{call}))
"""
ROW = "{invoices:>8} {ledger_per_second:>8.1f} {ceiling_per_second:>8.1f} {ratio:>6.2f} " + (
    "{ledger_queries:>8.2f} {ceiling_queries:>8.2f} {milliseconds:>8.1f} {memory_growth:>8.1f}"
)
HEADING = (
    "invoices  ledger/s ceiling/s  ratio  queries  ceiling   ms each  growth MB\n"
    "                                   per inv.  queries"
)


def main() -> int:
    """Measure on a clone of the template database and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, about a minute")
    options = parser.parse_args()
    sizes, paid = QUICK if options.quick else FULL
    enter_environment("benchmarks.billing")
    # what follows needs the packages of the environment
    from scripts.platform.prepared import ready_platform
    from scripts.platform.template_database import clone, drop, fresh_name, prepared_template

    with ready_platform() as platform:
        database = fresh_name("benchmark")
        clone(platform, prepared_template(platform), database)
        try:
            behind = _inside(platform, database, f"add_paid_invoices(env, {paid})")
            print(f"{behind} paid invoices behind; batches of {BATCH_SIZE}\n{HEADING}", flush=True)
            for size in sizes:
                call = f"measure(env, {size}, {BATCH_SIZE}, 'Town of {size}')"
                print(ROW.format(**_inside(platform, database, call)), flush=True)
        finally:
            drop(platform, database)
    return 0


def _inside(platform: Any, database: str, call: str) -> Any:
    """Call a function of `billing_in_odoo` in an Odoo process of its own."""
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
