"""The ways to have Odoo, each with small stand-in packages that only have a release."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts.platform import odoo_source
from scripts.platform.environment import STARTED_BY, USER_PATH
from scripts.platform.failure import PlatformError
from scripts.platform.odoo_source import find_odoo, release_of


def make_odoo(folder: Path, major: object = 19, suffix: str = "") -> Path:
    """A package `odoo` in `folder` that has nothing but a release."""
    package = folder / "odoo"
    package.mkdir(parents=True)
    (package / "release.py").write_text(
        "RELEASE_LEVELS = [ALPHA, BETA, RELEASE_CANDIDATE, FINAL] = list('abrf')\n"
        f"version_info = ({major!r}, 0, 0, FINAL, 0, {suffix!r})\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture(autouse=True)
def empty_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No Odoo anywhere: an empty cache, no variable, a Python without odoo, no Debian package."""
    monkeypatch.setenv("SCN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv(USER_PATH, "")
    monkeypatch.delenv("ODOO_SOURCE", raising=False)
    monkeypatch.setenv("ODOO_GIT_URL", str(tmp_path / "no-such-repository"))
    monkeypatch.setattr("scripts.platform.debian_package._is_debian", lambda: False)


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder with an author of its own."""
    author = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    subprocess.run(["git", "-C", str(folder), *author, *arguments], check=True, capture_output=True)


def test_an_importable_odoo_of_series_19_comes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(USER_PATH, str(make_odoo(tmp_path / "installed", suffix="-20260101")))
    monkeypatch.setenv("ODOO_SOURCE", str(make_odoo(tmp_path / "named")))
    found = find_odoo()
    assert found.version == f"19.0-20260101, installed in {tmp_path / 'installed'}"
    assert found.package.resolve() == tmp_path / "installed" / "odoo"
    # its neighbours in site-packages do not come along
    assert [path.name for path in found.import_folder.iterdir()] == ["odoo"]


def test_an_importable_odoo_of_another_series_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(USER_PATH, str(make_odoo(tmp_path / "installed", major=18)))
    with pytest.raises(PlatformError, match=r"is of series 18\.0; the suite needs series 19\.0"):
        find_odoo()


def test_a_source_folder_named_by_the_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = make_odoo(tmp_path / "source")
    monkeypatch.setenv("ODOO_SOURCE", str(source))
    found = find_odoo()
    assert found.import_folder == source
    assert found.version == f"19.0, source {source}"


@pytest.mark.parametrize("major", [17, 18, 20, "saas~19"])
def test_a_named_source_of_another_series_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, major: object
) -> None:
    monkeypatch.setenv("ODOO_SOURCE", str(make_odoo(tmp_path / "source", major=major)))
    with pytest.raises(PlatformError, match=rf"is of series {major}\.0; the suite needs"):
        find_odoo()


def test_a_variable_that_names_nothing_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ODOO_SOURCE", str(tmp_path / "nowhere"))
    with pytest.raises(PlatformError, match=r"ODOO_SOURCE names .*nowhere, which is not a folder"):
        find_odoo()
    (tmp_path / "nowhere").mkdir()
    with pytest.raises(PlatformError, match="holds no Odoo"):
        find_odoo()


def test_a_git_clone_of_the_branch_is_the_last_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repository = make_odoo(tmp_path / "repository")
    git(repository, "init", "--initial-branch=19.0")
    git(repository, "add", ".")
    git(repository, "commit", "--message=Odoo 19")
    monkeypatch.setenv("ODOO_GIT_URL", repository.as_uri())
    found = find_odoo()
    commit = subprocess.run(
        ["git", "-C", str(repository), "rev-parse", "--short=12", "HEAD"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert found.version == f"19.0, git {commit}"
    assert found.import_folder.is_relative_to(tmp_path / "cache")
    # the second time nothing is cloned
    monkeypatch.setenv("ODOO_GIT_URL", "file:///no/such/repository")
    assert find_odoo() == found


def test_when_no_way_is_open_each_says_why(tmp_path: Path) -> None:
    with pytest.raises(PlatformError) as failure:
        find_odoo()
    message = str(failure.value)
    assert "cannot import odoo" in message
    assert "the variable ODOO_SOURCE names no source folder" in message
    assert "Debian's package: this system is not Debian" in message
    assert f"git clone of {tmp_path / 'no-such-repository'} failed" in message


def test_an_unfinished_clone_is_never_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    unfinished = tmp_path / "cache" / "odoo-git" / "unfinished"
    make_odoo(unfinished)
    with pytest.raises(PlatformError, match="cannot be found"):
        find_odoo()


def test_the_release_is_read_without_running_it(tmp_path: Path) -> None:
    package = make_odoo(tmp_path) / "odoo"
    with (package / "release.py").open("a", encoding="utf-8") as file:
        file.write("raise SystemExit('this file was run')\n")
    assert release_of(package) == "19.0"


def test_the_python_that_started_make_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STARTED_BY, "no-such-python")
    with pytest.raises(odoo_source.NotThisWay, match="no-such-python cannot import odoo"):
        odoo_source._importable()
