"""The translation templates are up to date, and our own mail is no wish to the sync."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import polib
import pytest
from scn_sync.extraction.wishes import asks_to_stop, sentences_of

from scripts.platform.prepared import find_addons
from scripts.platform.translations import (
    Template,
    export_templates,
    refreshed,
    stable,
    template_path,
)

FIELD = "model:ir.model.fields,field_description:scn_x.field_x__{}"
EXPORTED = f"""\
# Translation of Odoo Server.
msgid ""
msgstr ""
"Project-Id-Version: Odoo Server 19.0-20261120\\n"
"POT-Creation-Date: 2026-11-20 03:00+0000\\n"
"PO-Revision-Date: 2026-11-20 03:00+0000\\n"
"Content-Type: text/plain; charset=UTF-8\\n"

#. module: scn_x
#: {FIELD.format("kind")}
msgid "Kind"
msgstr ""

#. module: scn_x
#: {FIELD.format("message_ids")}
msgid "Messages"
msgstr ""
"""
TEMPLATE = Template(stable("scn_x", EXPORTED), frozenset({"scn_x.field_x__message_ids"}))
ADDONS = find_addons(Path(__file__).resolve().parents[2] / "addons")


def test_the_committed_templates_are_what_odoo_exports(platform: Any, fresh_database: str) -> None:
    templates = export_templates(platform, fresh_database)
    for addon in platform.addons:
        template = templates[addon.name]
        assert template.own_terms(), addon.name
        committed = template_path(addon).read_text(encoding="utf-8")
        assert committed == stable(addon.name, committed), "written by another command"
        differences = template.differences(committed)
        assert not differences, "run “make translations”:\n" + "\n".join(differences)


def test_a_term_that_is_new_or_gone_is_told() -> None:
    assert TEMPLATE.differences(TEMPLATE.text) == []
    changed = TEMPLATE.text.replace('"Kind"', '"Sort"')
    place = FIELD.format("kind")
    assert TEMPLATE.differences(changed) == [f"+ 'Kind' ({place})", f"- 'Sort' ({place})"]
    moved = TEMPLATE.text.replace("field_x__kind", "field_x__other")
    assert len(TEMPLATE.differences(moved)) == 2


def test_labels_of_odoos_own_fields_follow_odoos_version() -> None:
    assert TEMPLATE.differences(TEMPLATE.text.replace('"Messages"', '"Posts"')) == []


def test_the_header_says_the_same_in_every_run_and_version() -> None:
    later = EXPORTED.replace("2026-11-20", "2026-11-21").replace("19.0-2026", "19.0-2027")
    assert later != EXPORTED
    assert stable("scn_x", later) == TEMPLATE.text
    assert stable("scn_x", TEMPLATE.text) == TEMPLATE.text


def test_a_refreshed_file_keeps_translations_and_sets_lost_ones_aside() -> None:
    translated = TEMPLATE.text.replace('msgid "Kind"\nmsgstr ""', 'msgid "Kind"\nmsgstr "Soort"')
    assert refreshed(translated, TEMPLATE.text).count("msgid") == 2
    changed = TEMPLATE.text.replace('"Kind"', '"Sort"')
    aside = refreshed(translated, changed)
    assert '#~ msgid "Kind"\n#~ msgstr "Soort"' in aside
    assert refreshed(aside, changed) == aside
    again = polib.pofile(refreshed(aside, TEMPLATE.text))
    assert [(entry.msgstr, entry.obsolete) for entry in again] == [("Soort", False)]


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_translated_files_are_refreshed(addon: Any) -> None:
    template = template_path(addon).read_text(encoding="utf-8")
    for path in addon.folder.glob("i18n/*.po"):
        text = path.read_text(encoding="utf-8")
        assert text == refreshed(text, template), f"run “make translations” ({path.name})"


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_an_answer_that_quotes_our_mail_does_not_ask_to_stop(addon: Any) -> None:
    """Somebody who answers a mail quotes it; its words may not read as the writer's own wish."""
    for path in addon.folder.glob("i18n/*.po"):
        for entry in polib.pofile(path):
            if any(place.startswith("model:mail.template,") for place, _ in entry.occurrences):
                for text in (entry.msgid, entry.msgstr):
                    words = html.unescape(re.sub(r"<[^>]+>", "", text))
                    assert not asks_to_stop(sentences_of(words)), f"{path.name}: {words}"
