"""What makes a template out of date, and what fails its making."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from scripts.platform import template_database
from scripts.platform.failure import PlatformError
from scripts.platform.prepared import Platform, find_addons
from scripts.platform.template_database import (
    addons_hash,
    base_modules,
    base_name,
    build_template,
    clone,
    drop,
    exists,
    fresh_name,
    prepared_template,
    remove_leftovers,
    template_name,
)


def make_addon(folder: Path, name: str = "scn_probe", depends: tuple[str, ...] = ("base",)) -> Path:
    """A small addon with code, data, assets and a test."""
    addon = folder / name
    for path, text in {
        "__init__.py": "",
        "__manifest__.py": repr(
            {
                "name": "Probe",
                "version": "19.0.1.0.0",
                "license": "LGPL-3",
                "author": "Sharing Cities suite contributors",
                "depends": list(depends),
                "data": ["data/probe.xml"],
            }
        ),
        "data/probe.xml": "<odoo/>\n",
        "static/src/probe.scss": "",
        "tests/__init__.py": "",
        "tests/test_probe.py": "",
    }.items():
        (addon / path).parent.mkdir(parents=True, exist_ok=True)
        (addon / path).write_text(text, encoding="utf-8")
    return addon


@pytest.mark.parametrize(
    "changed", ["__init__.py", "__manifest__.py", "data/probe.xml", "static/src/probe.scss"]
)
def test_a_changed_file_of_an_addon_makes_a_new_template(tmp_path: Path, changed: str) -> None:
    addon = make_addon(tmp_path)
    before = addons_hash(find_addons(tmp_path))
    assert addons_hash(find_addons(tmp_path)) == before
    with (addon / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert addons_hash(find_addons(tmp_path)) != before


def test_a_new_file_and_a_new_name_make_a_new_template(tmp_path: Path) -> None:
    addon = make_addon(tmp_path)
    before = addons_hash(find_addons(tmp_path))
    (addon / "data" / "more.csv").touch()
    with_file = addons_hash(find_addons(tmp_path))
    (addon / "data" / "more.csv").rename(addon / "data" / "other.csv")
    assert len({before, with_file, addons_hash(find_addons(tmp_path))}) == 3


def test_a_changed_test_keeps_the_template(tmp_path: Path) -> None:
    addon = make_addon(tmp_path)
    before = addons_hash(find_addons(tmp_path))
    (addon / "tests" / "test_probe.py").write_text("# another test\n", encoding="utf-8")
    (addon / "__pycache__").mkdir()
    (addon / "__pycache__" / "x.pyc").touch()
    assert addons_hash(find_addons(tmp_path)) == before


def test_odoo_postgres_and_dependencies_are_in_the_hash(platform: Platform, tmp_path: Path) -> None:
    make_addon(tmp_path)
    probe = dataclasses.replace(platform, addons=find_addons(tmp_path))
    other_odoo = dataclasses.replace(
        probe, odoo=dataclasses.replace(probe.odoo, version="19.0, git 0123456789ab")
    )
    other_server = dataclasses.replace(
        probe, postgres=dataclasses.replace(probe.postgres, version="PostgreSQL 13.1")
    )
    make_addon(tmp_path, depends=("base", "contacts"))
    other_needs = dataclasses.replace(platform, addons=find_addons(tmp_path))
    variants = (probe, other_odoo, other_server, other_needs)
    assert len({base_name(variant) for variant in variants}) == 4
    assert len({template_name(variant) for variant in variants}) == 4


def test_the_base_holds_what_is_not_ours(tmp_path: Path) -> None:
    make_addon(tmp_path, "scn_one", ("account", "portal"))
    make_addon(tmp_path, "scn_two", ("scn_one", "website"))
    assert base_modules(find_addons(tmp_path)) == ["account", "portal", "website"]


def test_addons_that_may_not_be_installed_are_left_out(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="holds no addon"):
        find_addons(tmp_path)
    addon = make_addon(tmp_path)
    (addon / "__manifest__.py").write_text("{'installable': False}", encoding="utf-8")
    with pytest.raises(PlatformError, match="holds no addon"):
        find_addons(tmp_path)
    (addon / "__manifest__.py").write_text("{", encoding="utf-8")
    with pytest.raises(PlatformError, match="is not a manifest"):
        find_addons(tmp_path)


def test_a_template_that_is_there_is_used_without_installing(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    addon = make_addon(tmp_path, depends=("base", "contacts"))
    probe = dataclasses.replace(platform, addons_folder=tmp_path, addons=find_addons(tmp_path))
    name = template_name(probe)
    builds = []
    monkeypatch.setattr(
        template_database, "build_base", lambda _platform, base: builds.append(base)
    )
    monkeypatch.setattr(
        template_database, "build_template", lambda _platform, _base, made: builds.append(made)
    )
    clone(platform, "template0", name)
    try:
        assert prepared_template(probe) == name
        assert builds == []
    finally:
        drop(platform, name)
    (addon / "data" / "probe.xml").write_text("<odoo>\n</odoo>\n", encoding="utf-8")
    changed = prepared_template(probe)
    assert changed != name
    assert builds == [base_name(probe), changed]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("_sql_constraints = [('a', 'CHECK(1=1)', 'no')]", "_sql_constraints"),
        ("_logger.warning('something is odd')", "something is odd"),
    ],
)
def test_a_warning_while_installing_fails_the_build(
    platform: Platform, tmp_path: Path, broken: str, said: str
) -> None:
    addon = make_addon(tmp_path)
    (addon / "__init__.py").write_text(
        "import logging\n"
        "from odoo import models\n"
        "_logger = logging.getLogger('odoo.addons.scn_probe')\n"
        "class Probe(models.Model):\n"
        "    _name = 'scn.probe'\n"
        "    _description = 'Probe'\n"
        f"    {broken}\n",
        encoding="utf-8",
    )
    probe = dataclasses.replace(platform, addons_folder=tmp_path, addons=find_addons(tmp_path))
    base = base_name(platform)  # already there, with more than the probe needs
    target = fresh_name("test")
    with pytest.raises(PlatformError, match=r"logged .* warnings or errors") as failure:
        build_template(probe, base, target)
    assert said in str(failure.value)
    assert not exists(platform, target)
    drop(platform, f"{target}_unfinished")


def test_a_clone_has_the_data_and_shares_the_attachments(platform: Platform, template: str) -> None:
    name = fresh_name("test")
    clone(platform, template, name)
    try:
        original = next(path for path in platform.filestore(template).rglob("*") if path.is_file())
        copy = platform.filestore(name) / original.relative_to(platform.filestore(template))
        assert original.samefile(copy)
    finally:
        drop(platform, name)
    assert not exists(platform, name)
    assert not platform.filestore(name).exists()
    assert original.exists()


def test_databases_of_a_run_that_was_killed_are_removed(platform: Platform) -> None:
    gone = 2**22 + 1  # beyond the highest process id
    left, ours = f"sharing_probe_{gone}_1", f"sharing_probe_{os.getpid()}_1"
    for name in (left, ours):
        clone(platform, "template0", name)
    remove_leftovers(platform, "probe")
    try:
        assert not exists(platform, left)
        assert exists(platform, ours)
    finally:
        drop(platform, ours)
