"""The commands of the platform: `python3 -m scripts.platform demo`, `test`, `lint` and others."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from types import FrameType

from .console import say
from .failure import PlatformError

COMMANDS = {
    "demo": "a running Odoo with the addons, demo data and the sample sign-ups",
    "serve": "a running Odoo on a development database (--fresh: begin anew)",
    "test": "all tests, or a part: options are pytest's",
    "soak": "all tests with the full counts of race, fault and fuzz tests",
    "lint": "ruff, pylint-odoo, XML checks, mypy",
    "screenshots": "the pictures under docs/images",
    "translations": "every addon's i18n/*.pot anew, and the places in its .po files",
    "privacy": "the table of docs/privacy.md, from the addons' registers of personal data",
    "prepare": "only get ready what the other commands need",
    "clean": "delete what this program keeps in its cache folder",
}


def main() -> int:
    """Run the command named on the command line; 0 when all went well."""
    parser = argparse.ArgumentParser(
        prog="python3 -m scripts.platform",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {name:12} {text}" for name, text in COMMANDS.items()),
    )
    parser.add_argument("command", choices=COMMANDS, metavar="command")
    parser.add_argument("options", nargs=argparse.REMAINDER, help="options of the command")
    arguments = parser.parse_args()
    # a polite end (a closed terminal, a stopped job) cleans up as Ctrl-C does
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        return _run(arguments.command, arguments.options)
    except PlatformError as error:
        say(f"✗ {error}")
        return 1
    except KeyboardInterrupt:
        say("· stopped")
        return 130


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run(command: str, options: list[str]) -> int:
    from . import environment

    if command == "clean":
        from .clean import clean

        return clean()
    environment.enter()
    # what follows needs the packages of the environment
    if command == "demo":
        from .demo import demo

        return demo(options)
    if command == "serve":
        from .serve import serve

        return serve(options)
    if command == "lint":
        from .lint import lint

        return lint()
    if command == "screenshots":
        from .screenshots import take_screenshots

        return take_screenshots()
    if command == "translations":
        from .translations import export_translations

        return export_translations()
    if command == "privacy":
        from .privacy_reference import write_reference

        return write_reference()
    if command == "prepare":
        from .serve import prepare

        return prepare()
    from .test_run import run_tests

    if command == "soak":
        os.environ["SCN_SOAK"] = "1"
    return run_tests(options)


if __name__ == "__main__":
    sys.exit(main())
