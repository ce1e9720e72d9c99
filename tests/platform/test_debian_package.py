"""What the platform tells apt, and what it checks of the extracted package."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.platform.debian_package import dangling_links, debian_odoo, mirror_of, source_list
from scripts.platform.failure import PlatformError


def test_the_machines_own_mirror_is_used() -> None:
    targets = (
        "http://mirror.example/debian-security|bookworm-security|main\n"
        "http://mirror.example/debian|bookworm-updates|main\n"
        "http://mirror.example/debian|bookworm|contrib\n"
        "http://mirror.example/debian/|bookworm|main\n"
    )
    assert mirror_of(targets) == "http://mirror.example/debian"


def test_a_machine_without_a_main_archive_has_no_mirror() -> None:
    assert mirror_of("") is None
    assert mirror_of("http://mirror.example/debian-security|bookworm-security|main") is None


def test_every_source_is_signed() -> None:
    text = source_list("http://mirror.example/debian", "/keys/archive.gpg")
    assert text.splitlines() == [
        "deb [signed-by=/keys/archive.gpg] http://mirror.example/debian sid main",
        "deb [signed-by=/keys/archive.gpg] http://mirror.example/debian bookworm main",
    ]


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "here.ttf").touch()
    (tmp_path / "fonts" / "good.ttf").symlink_to("here.ttf")
    (tmp_path / "fonts" / "bad.ttf").symlink_to("gone.ttf")
    assert dangling_links(tmp_path) == [tmp_path / "fonts" / "bad.ttf"]


def test_a_machine_without_apt_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SCN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlatformError, match="this system has no apt-get"):
        debian_odoo()
