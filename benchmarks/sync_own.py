"""Runs the real command `scn-sync import` on a file and prints what the benchmark wants to know."""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys

from scripts.platform.cache_folder import CHECKOUT


def main() -> None:
    """Import the file named on the command line; settings come from the environment."""
    sys.path.append(str(CHECKOUT / "scripts"))
    from scn_sync.cli import main as command

    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        try:
            command(["import", "--json", sys.argv[1]])
        except SystemExit as ending:
            if ending.code:
                raise
    result = json.loads(output.getvalue())
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "seconds": result["seconds"],
                "client_cpu": usage.ru_utime + usage.ru_stime,
                "memory": usage.ru_maxrss / 1024,
                "counts": result["counts"],
            }
        )
    )


if __name__ == "__main__":
    main()
