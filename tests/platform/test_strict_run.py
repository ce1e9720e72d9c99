"""A test run fails for a warning of our addons and for a skipped test."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.platform.cache_folder import CHECKOUT
from scripts.platform.prepared import Platform, find_addons
from scripts.platform.test_run import pytest_command

from .test_template_database import make_addon

Run = Callable[[str], subprocess.CompletedProcess[str]]
LOG = "logging.getLogger('odoo.addons.scn_probe').warning('a stray warning')"


@pytest.fixture
def run_strictly(tmp_path: Path) -> Run:
    """Run the text of a test module with the strict plugin, without Odoo."""

    def run(text: str) -> subprocess.CompletedProcess[str]:
        module = tmp_path / "test_probe.py"
        module.write_text("import logging\nimport pytest\n" + text, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-p", "no:odoo", "-p", "no:cacheprovider"]
        command += ["-p", "scripts.platform.strict_pytest", f"--rootdir={tmp_path}"]
        command += ["-c", "/dev/null", str(module)]
        return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)

    return run


def test_a_warning_fails_the_test_that_logs_it(run_strictly: Run) -> None:
    result = run_strictly(f"def test_one():\n    {LOG}\ndef test_two():\n    pass\n")
    assert result.returncode == 1
    assert "a stray warning" in result.stdout
    assert "1 failed, 1 passed" in result.stdout.splitlines()[-1]


def test_a_warning_about_us_from_odoo_fails_the_test(run_strictly: Run) -> None:
    text = "logging.getLogger('odoo.models').warning('scn.signup: the field x is odd')"
    result = run_strictly(f"def test_one():\n    {text}\n")
    assert result.returncode == 1


@pytest.mark.parametrize(
    "text",
    [
        f"{LOG}\ndef test_one():\n    pass\n",
        f"@pytest.fixture\ndef odd():\n    yield\n    {LOG}\ndef test_one(odd):\n    pass\n",
    ],
)
def test_a_warning_outside_a_test_fails_the_run(run_strictly: Run, text: str) -> None:
    result = run_strictly(text)
    assert result.returncode == 1
    assert "logged outside a test: WARNING odoo.addons.scn_probe: a stray warning" in result.stdout


def test_an_expected_warning_and_others_warnings_pass(run_strictly: Run) -> None:
    result = run_strictly(
        "import unittest\n"
        "class TestOne(unittest.TestCase):\n"
        "    def test_one(self):\n"
        "        with self.assertLogs('odoo.addons.scn_probe', 'WARNING'):\n"
        f"            {LOG}\n"
        "        logging.getLogger('odoo.addons.mail').warning('not about us')\n"
    )
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    "text",
    [
        "def test_one():\n    pytest.skip('not today')\n",
        "@pytest.mark.skip\ndef test_one():\n    pass\ndef test_two():\n    pass\n",
        "@pytest.mark.xfail\ndef test_one():\n    assert False\n",
        "pytest.skip('not here', allow_module_level=True)\n",
    ],
)
def test_a_skipped_test_fails_the_run(run_strictly: Run, text: str) -> None:
    result = run_strictly(text)
    assert result.returncode == 1, result.stdout
    assert "skipped, which is no pass" in result.stdout


PROBE_TESTS = """
import logging
from odoo.tests import HttpCase, TransactionCase, tagged

@tagged('post_install', '-at_install')
class TestProbe(TransactionCase):
    def test_quiet(self):
        self.assertTrue(self.env['res.partner'].search_count([], limit=1))

    def test_that_logs_a_warning(self):
        logging.getLogger('odoo.addons.scn_probe').warning('a stray warning')

@tagged('post_install', '-at_install')
class TestBrowser(HttpCase):
    def test_in_the_browser(self):
        self.browser_js('/web/login', "console.log('test successful')")
"""


def test_the_real_run_fails_for_a_warning_and_for_a_missing_browser(
    platform: Platform, fresh_database: str, tmp_path: Path
) -> None:
    addon = make_addon(tmp_path / "addons")
    (addon / "tests" / "__init__.py").write_text("from . import test_probe\n", encoding="utf-8")
    (addon / "tests" / "test_probe.py").write_text(PROBE_TESTS, encoding="utf-8")
    probe = dataclasses.replace(
        platform, addons_folder=addon.parent, addons=find_addons(addon.parent)
    )
    command = pytest_command(probe, fresh_database, [str(addon / "tests")])
    environment = probe.environment()
    # everything but a browser
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), str(tmp_path)])
    result = subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1, result.stdout
    assert "1 failed, 1 passed, 1 skipped" in result.stdout.splitlines()[-1]
    assert "a stray warning" in result.stdout
    assert "skipped, which is no pass" in result.stdout
