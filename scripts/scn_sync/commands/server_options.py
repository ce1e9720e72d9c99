"""The options that say which server, and the one place that turns problems into a sentence and an exit code."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Concatenate, ParamSpec

import click
from rich.console import Console

from scn_sync.errors import SyncError
from scn_sync.exit_codes import ExitCode
from scn_sync.settings import Settings, load_settings

P = ParamSpec("P")


def server_options(command: Callable[Concatenate[Settings, P], int]) -> Callable[P, None]:
    """Give a command the options that say which server, turn problems into one sentence, exit with its code."""

    @click.option(
        "--url",
        metavar="ADDRESS",
        help="Address of the Odoo server, for example https://odoo.example.org.",
    )
    @click.option("--database", metavar="NAME", help="Name of the database on that server.")
    @click.option(
        "--login",
        metavar="LOGIN",
        help="Login of the sync bot. The key is never an option: see docs/sync.md.",
    )
    @click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Configuration file (TOML).",
    )
    @click.option(
        "--insecure-http",
        is_flag=True,
        help="Allow http:// to another machine; the key travels unencrypted.",
    )
    @wraps(command)
    def run(*args: P.args, **options: P.kwargs) -> None:
        console = Console(stderr=True)
        values: dict[str, object] = dict(options)
        names = ("url", "database", "login", "source", "batch_size", "mapping")
        flags = {name: values.pop(name, None) for name in names}
        flags["insecure_http"] = True if values.pop("insecure_http") else None
        config = values.pop("config")
        try:
            with _interruptible():
                settings = load_settings(flags, config if isinstance(config, Path) else None)
                code = command(settings, *args, **values)  # type: ignore[arg-type]
        except SyncError as problem:
            console.print(
                f"scn-sync: {problem}", style="red", markup=False, highlight=False, soft_wrap=True
            )
            code = problem.exit_code
        except KeyboardInterrupt:
            console.print("scn-sync: interrupted before anything was sent.")
            code = ExitCode.INTERRUPTED
        sys.exit(code)

    return run


@contextmanager
def _interruptible() -> Iterator[None]:
    """Treat a polite request to end (SIGTERM) like Ctrl-C."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
