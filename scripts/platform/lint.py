"""The lint: ruff, pylint-odoo, XML checks and mypy; every tool runs, then the result is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from .cache_folder import CHECKOUT, subfolder
from .console import say
from .prepared import find_addons
from .xml_check import check_xml_files

# Left out of pylint-odoo: a named author, a README per addon (the suite has one for all), and two
# rules that forbid splitting a large model by concern.
LEFT_OUT = (
    "consider-merging-classes-inherited",
    "manifest-required-author",
    "missing-readme",
    "no-wizard-in-models",
)
# A test's own messages are not translated, and it takes a context as the client would send it.
LEFT_OUT_OF_TESTS = ("context-overridden", "translation-required")
PYTHON_FOLDERS = ("addons", "benchmarks", "scripts", "tests")


def lint() -> int:
    """Run every check on the whole checkout; 1 when any found something."""
    python = [folder for folder in PYTHON_FOLDERS if (CHECKOUT / folder).is_dir()]
    addons = [str(addon.folder.relative_to(CHECKOUT)) for addon in find_addons(CHECKOUT / "addons")]
    cache = str(subfolder("lint"))
    checks = {
        "ruff check": [*_module("ruff"), "check", f"--cache-dir={cache}/ruff", *python],
        "ruff format": [
            *_module("ruff"),
            "format",
            "--check",
            "--diff",
            f"--cache-dir={cache}/ruff",
            *python,
        ],
        "pylint-odoo": [*_pylint(LEFT_OUT), "--ignore=tests", *addons],
        "mypy (platform)": [*_mypy(cache), "-p", "scripts.platform"],
    }
    tests = [f"{name}/tests" for name in addons if (CHECKOUT / name / "tests").is_dir()]
    if tests:
        checks["pylint-odoo (tests)"] = [*_pylint((*LEFT_OUT, *LEFT_OUT_OF_TESTS)), *tests]
    if (CHECKOUT / "scripts" / "scn_sync").is_dir():
        checks["mypy (scn-sync)"] = [*_mypy(cache), "-p", "scn_sync"]
    failed = [title for title, command in checks.items() if not _passes(title, command)]
    if not _xml_passes():
        failed.append("XML")
    if failed:
        say(f"✗ lint: {', '.join(failed)}")
        return 1
    say("✓ lint: nothing found")
    return 0


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", name]


def _pylint(left_out: tuple[str, ...]) -> list[str]:
    return [*_module("pylint"), "--rcfile=.pylintrc", "--disable=" + ",".join(left_out)]


def _mypy(cache: str) -> list[str]:
    return [*_module("mypy"), "--strict", f"--cache-dir={cache}/mypy"]


def _passes(title: str, command: list[str]) -> bool:
    environment = dict(os.environ)
    if command[-1] == "scn_sync":
        environment["MYPYPATH"] = str(CHECKOUT / "scripts")
    code = subprocess.run(command, cwd=CHECKOUT, env=environment, check=False).returncode
    say(f"{'✗' if code else '✓'} {title}")
    return code == 0


def _xml_passes() -> bool:
    problems = check_xml_files(sorted(Path(CHECKOUT, "addons").rglob("*.xml")))
    for problem in problems:
        print(problem)
    say(f"{'✗' if problems else '✓'} XML")
    return not problems
