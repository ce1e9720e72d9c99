"""Runs `scn-sync` on a file and prints what the benchmark wants to know.

python3 -m benchmarks.sync_own import FILE     # the real command: read, check, journal, send
python3 -m benchmarks.sync_own records FILE    # records that are ready, as the peers' rows are: only the calls
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
import time
from pathlib import Path

from scripts.platform.cache_folder import CHECKOUT


def main() -> None:
    """Do what the command line says; settings come from the environment."""
    sys.path.append(str(CHECKOUT / "scripts"))
    result = _records(Path(sys.argv[2])) if sys.argv[1] == "records" else _import()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "seconds": result["seconds"],
                "client_cpu": result["processor"],
                "memory": usage.ru_maxrss / 1024,
            }
        )
    )


def _records(path: Path) -> dict[str, float]:
    from scn_sync.importing import new_run_key
    from scn_sync.inbox import record_text
    from scn_sync.reading import Signup, read_message
    from scn_sync.session import open_inbox
    from scn_sync.settings import load_settings
    from scn_sync.sources import open_source

    readings = [read_message(message) for message in open_source(path)]
    texts = [record_text(reading.record) for reading in readings if isinstance(reading, Signup)]
    settings, run = load_settings({}), new_run_key()
    started, worked = time.monotonic(), time.process_time()
    with open_inbox(settings) as (inbox, info):
        for start in range(0, len(texts), info.limits.records):
            chunk = texts[start : start + info.limits.records]
            inbox.receive(settings.source, run, f"{run}-{start}", chunk)
    return {
        "seconds": time.monotonic() - started,
        "processor": time.process_time() - worked,
    }


def _import() -> dict[str, float]:
    from scn_sync.cli import main as command

    output = io.StringIO()
    started, worked = time.monotonic(), time.process_time()
    with contextlib.redirect_stdout(output):
        try:
            command(["import", "--json", sys.argv[2]])
        except SystemExit as ending:
            if ending.code:
                raise
    assert json.loads(output.getvalue())["complete"]
    return {
        "seconds": time.monotonic() - started,
        "processor": time.process_time() - worked,
    }


if __name__ == "__main__":
    main()
