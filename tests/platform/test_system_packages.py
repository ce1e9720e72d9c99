"""A browser or PDF printer that is missing is one sentence with the one command, never a skip."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scripts.platform import browser, command
from scripts.platform.failure import PlatformError

INSTALL_BROWSER = "apt-get install --no-install-recommends chromium"
INSTALL_PRINTER = "apt-get install --no-install-recommends wkhtmltopdf"


@pytest.fixture
def bare_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A PATH with nothing on it; programs can be put there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def add_program(folder: Path, name: str, script: str = "exit 1") -> None:
    """A program that only fails, or does what `script` says."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_without_apt_the_sentence_names_the_packages(bare_path: Path) -> None:
    with pytest.raises(PlatformError, match=f"has no apt: install the .*“{INSTALL_BROWSER}"):
        browser.require_browser()


def test_without_rights_the_sentence_has_the_one_command(
    bare_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_program(bare_path, "apt-get")
    add_program(bare_path, "sudo")  # asks for a password, which nobody can give
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(PlatformError, match=f"is missing: run “sudo {INSTALL_BROWSER}"):
        browser.require_browser()
    with pytest.raises(PlatformError, match=f"is missing: run “sudo {INSTALL_PRINTER}”"):
        browser.require_pdf_printer()


def test_sudo_is_used_when_it_asks_nothing(
    bare_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_program(bare_path, "sudo", "exit 0")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert command.as_administrator() == ["sudo", "-n"]
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert command.as_administrator() == []


def test_the_demo_goes_on_without_a_pdf_printer(
    bare_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert browser.offer_pdf_printer() is False
    assert INSTALL_PRINTER in capsys.readouterr().err


def test_a_missing_websocket_client_is_no_skip(
    bare_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_program(bare_path, "chromium")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(PlatformError, match="websocket-client is missing"):
        browser.require_browser()
