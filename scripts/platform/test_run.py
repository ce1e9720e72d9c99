"""The one pytest run: the addons' Odoo tests and `tests/`, on databases cloned from the template."""

from __future__ import annotations

import os
import subprocess
import sys

from .browser import require_browser, require_pdf_printer
from .cache_folder import CHECKOUT, subfolder
from .console import say, step
from .prepared import Platform, ready_platform
from .template_database import clone, drop, fresh_name, prepared_template, remove_leftovers

TEMPLATE_VARIABLE = "SCN_TEST_TEMPLATE"
PURPOSE = "test"


def run_tests(options: list[str]) -> int:
    """Run the tests (`options` are pytest's); pytest's exit code."""
    require_browser()
    require_pdf_printer()
    with ready_platform() as platform:
        say(f"· Odoo {platform.odoo.version}; {platform.postgres.version}")
        template = prepared_template(platform)
        remove_leftovers(platform, PURPOSE)
        database = fresh_name(PURPOSE)
        with step("cloning the test database"):
            clone(platform, template, database)
        try:
            return _pytest(platform, template, database, options)
        finally:
            drop(platform, database)
            remove_leftovers(platform, PURPOSE)


def pytest_command(platform: Platform, database: str, folders: list[str]) -> list[str]:
    """The command line of pytest for Odoo tests in `folders` on `database`."""
    extra = [option.removeprefix("--") for option in platform.odoo_options()]
    extra += [
        f"db-filter=^{database}$",
        "http-interface=127.0.0.1",
        "max-cron-threads=0",
        f"screenshots={subfolder('logs', 'screenshots')}",
    ]
    return [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "scripts.platform.strict_pytest",
        f"--odoo-database={database}",
        "--odoo-http",
        "--odoo-log-level=warn",
        *(f"--odoo-extra={option}" for option in extra),
        *folders,
    ]


def test_folders(platform: Platform) -> list[str]:
    """Where tests are: each addon's tests folder, then the whole-system tests."""
    found = [addon.folder / "tests" for addon in platform.addons] + [CHECKOUT / "tests"]
    return [str(folder) for folder in found if folder.is_dir()]


def _pytest(platform: Platform, template: str, database: str, options: list[str]) -> int:
    named = [option for option in options if (CHECKOUT / option.split("::")[0]).exists()]
    folders = [] if named else test_folders(platform)
    environment = platform.environment()
    environment[TEMPLATE_VARIABLE] = template
    process = subprocess.Popen(
        [*pytest_command(platform, database, folders), *options],
        env=environment,
        cwd=CHECKOUT,
    )
    try:
        return process.wait()
    except KeyboardInterrupt:
        # pytest heard Ctrl-C too when it came from the terminal; it ends its own servers
        process.terminate()
        process.wait()
        raise


def in_test_run() -> bool:
    """Whether this process is part of a run started by `make test`."""
    return TEMPLATE_VARIABLE in os.environ
