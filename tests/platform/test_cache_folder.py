"""The cache folder and the locks in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scripts.platform.cache_folder import InUse, cache_root, exclusive, remove_tree, when_unused
from scripts.platform.clean import clean
from scripts.platform.environment import REQUIREMENT_FILES, environment_key
from scripts.platform.failure import PlatformError


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A cache folder of the test's own."""
    monkeypatch.setenv("SCN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_where_the_cache_folder_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache_root() == tmp_path / "cache"
    monkeypatch.delenv("SCN_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_root() == tmp_path / "xdg" / "sharing-cities"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_root() == tmp_path / "home" / ".cache" / "sharing-cities"


def test_a_cache_folder_that_cannot_be_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SCN_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(PlatformError, match="set SCN_CACHE to a folder you may write to"):
        cache_root()


def test_what_is_in_use_is_not_removed() -> None:
    first, second = InUse("thing"), InUse("thing")
    first.release()
    with when_unused("thing") as unused:
        assert not unused
    second.release()
    with when_unused("thing") as unused:
        assert unused


def test_a_second_run_is_refused_with_the_sentence() -> None:
    with (
        exclusive("demo"),
        pytest.raises(PlatformError, match="already running"),
        exclusive("demo", otherwise="A demo is already running."),
    ):
        pass


def test_nothing_outside_the_cache_folder_is_removed(tmp_path: Path, own_cache: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    cache_root()
    (own_cache / "link").symlink_to(outside)
    for path in (outside, own_cache / "link"):
        with pytest.raises(PlatformError, match="is not inside the cache folder"):
            remove_tree(path)
    assert outside.exists()


def test_clean_removes_only_what_is_ours(own_cache: Path) -> None:
    (own_cache / "logs").mkdir(parents=True)
    (own_cache / "my-notes").mkdir()
    assert clean() == 0
    assert not (own_cache / "logs").exists()
    assert (own_cache / "my-notes").exists()


def test_clean_refuses_while_a_run_is_going_on() -> None:
    mark = InUse("postgres")
    with pytest.raises(PlatformError, match="is using the cache"):
        clean()
    mark.release()


def test_an_environment_is_made_anew_for_other_pins(tmp_path: Path) -> None:
    platform = tmp_path / "scripts" / "platform"
    platform.mkdir(parents=True)
    for name in REQUIREMENT_FILES:
        (platform / name).write_text("one==1\n", encoding="utf-8")
    project = tmp_path / "pyproject.toml"
    project.write_text("[project]\nname='x'\n[tool.pytest]\n", encoding="utf-8")
    python = os.sys.executable  # type: ignore[attr-defined]
    before = environment_key(python, tmp_path)
    with project.open("a", encoding="utf-8") as file:
        file.write("a = 1\n")
    assert environment_key(python, tmp_path) == before
    (platform / REQUIREMENT_FILES[1]).write_text("one==2\n", encoding="utf-8")
    assert environment_key(python, tmp_path) != before
