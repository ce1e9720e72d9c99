"""An automated check of pages for accessibility: axe-core, run in a headless browser.

axe-core (MPL 2.0) is a tool of the tests and part of nothing that is shipped. It is taken out of a
pinned wheel into the cache folder, without that wheel's own dependencies and without npm.
"""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from .cache_folder import exclusive, remove_tree, subfolder
from .command import run_logged
from .console import step
from .devtools import Page
from .failure import PlatformError

WHEEL = "axe-playwright-python==0.1.8"
MEMBER = "axe_playwright_python/axe.min.js"
#: Findings that a person cannot work around.
SERIOUS = frozenset({"serious", "critical"})
#: Part of a page that is ours; what stands around it (menu, footer) is the website's own.
CONTENT = "main"


@dataclass(frozen=True)
class Finding:
    """One rule that a page breaks, with the first element that does."""

    rule: str
    impact: str
    element: str
    help: str


def require_axe() -> Path:
    """The file of axe-core. Raises PlatformError in one sentence where it cannot be had."""
    folder = subfolder("axe")
    script = folder / f"{WHEEL.replace('==', '-')}.js"
    with exclusive("axe"):
        if not script.exists():
            _fetch(folder, script)
    return script


def _fetch(folder: Path, script: Path) -> None:
    downloads = folder / "downloads"
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--dest",
        str(downloads),
        WHEEL,
    ]
    try:
        with step("getting axe-core"):
            run_logged(command, subfolder("logs") / "axe.log")
    except PlatformError as error:
        raise PlatformError(
            f"The check of accessibility (axe-core) is missing: {error}."
        ) from error
    wheel = next(downloads.glob("*.whl"))
    unfinished = script.with_suffix(".unfinished")
    with (
        zipfile.ZipFile(wheel) as archive,
        archive.open(MEMBER) as source,
        unfinished.open("wb") as target,
    ):
        shutil.copyfileobj(source, target)
    unfinished.rename(script)
    remove_tree(downloads)


def find_problems(page: Page, script: Path, within: str = CONTENT) -> list[Finding]:
    """What axe finds on the page that is open: the serious ones, worst first."""
    page.evaluate(script.read_text(encoding="utf-8") + "\n;0")
    options = {"resultTypes": ["violations"]}
    result = page.call(
        "Runtime.evaluate",
        expression=f"axe.run({json.dumps(within)}, {json.dumps(options)}).then((found) => JSON.stringify("
        "found.violations.map((rule) => [rule.id, rule.impact, rule.nodes[0].html, rule.help])))",
        awaitPromise=True,
        returnByValue=True,
    )["result"]
    if "value" not in result:
        raise PlatformError(f"The check of accessibility gave no answer: {result}.")
    findings = [Finding(*row) for row in json.loads(result["value"])]
    return sorted(
        (found for found in findings if found.impact in SERIOUS), key=lambda found: found.impact
    )
