"""The translations of the addons: each addon's `i18n/<addon>.pot`, and the `.po` files beside it.

A template holds every term of its addon, as Odoo's own exporter finds them; nothing in it changes
from run to run. A `.po` file holds only the terms that are translated: a term whose English
changed is kept as obsolete at the end of the file (`#~`), where a translator finds it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polib

from .console import say, step
from .odoo_server import run_in_shell
from .prepared import Addon, Platform, ready_platform
from .template_database import clone, drop, fresh_name, prepared_template, remove_leftovers

PURPOSE = "translations"
# `upstream` are the fields that Odoo's own modules give to our models (followers, activities).
_EXPORT = """
import io
from odoo.tools.translate import trans_export
answer = {}
for name in %r:
    exported = io.BytesIO()
    trans_export(None, [name], exported, 'po', env)
    data = env['ir.model.data'].search([('module', '=', name), ('model', '=', 'ir.model.fields')])
    upstream = []
    for record in data:
        column = env['ir.model.fields'].browse(record.res_id)
        model = env.get(column.model)
        if model is None or name not in model._fields[column.name]._modules:
            upstream.append(record.complete_name)
    answer[name] = {'text': exported.getvalue().decode(), 'upstream': sorted(upstream)}
"""
_FIELD = re.compile(r"model:ir\.model\.fields,\w+:(.+)")
_HEADER = {
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
}


@dataclass(frozen=True)
class Template:
    """A fresh export: the text of the `.pot`, and the XML ids of the fields Odoo brings along."""

    text: str
    upstream: frozenset[str]

    def own_terms(self, text: str | None = None) -> set[tuple[str, str]]:
        """The pairs of a term and its place that our code decides, of this or of another text.

        The labels of Odoo's own fields on our models are left out: they follow Odoo's version.
        """
        return {
            (entry.msgid, place)
            for entry in polib.pofile(self.text if text is None else text)
            for place, _line in entry.occurrences
            if not ((match := _FIELD.fullmatch(place)) and match[1] in self.upstream)
        }

    def differences(self, committed: str) -> list[str]:
        """What a committed template lacks (+) or has too much (-), one line per term and place."""
        fresh, old = self.own_terms(), self.own_terms(committed)
        lines = [f"+ {term!r} ({place})" for term, place in sorted(fresh - old)]
        return lines + [f"- {term!r} ({place})" for term, place in sorted(old - fresh)]


def export_templates(platform: Platform, database: str) -> dict[str, Template]:
    """The template of every addon, by name, from a database that has them installed."""
    names = [addon.name for addon in platform.addons]
    answer = run_in_shell(platform, database, _EXPORT % (names,))
    return {
        name: Template(stable(name, found["text"]), frozenset(found["upstream"]))
        for name, found in answer.items()
    }


def stable(name: str, exported: str) -> str:
    """Odoo's export with a header that says the same in every run."""
    catalogue = polib.pofile(exported)
    catalogue.header = f"Terms of the addon {name}: written by “make translations”."
    catalogue.metadata = {"Project-Id-Version": name, **_HEADER}
    return str(catalogue) + "\n"


def refreshed(translated: str, template: str) -> str:
    """A `.po` file with the places of the template; its terms without translation are left out."""
    catalogue, reference = polib.pofile(translated), polib.pofile(template)
    catalogue.merge(reference)
    order = {entry.msgid: number for number, entry in enumerate(reference)}
    kept = [entry for entry in catalogue if entry.msgstr]
    kept.sort(key=lambda entry: (order.get(entry.msgid, len(order)), entry.msgid))
    catalogue[:] = kept
    return str(catalogue) + "\n"


def template_path(addon: Addon) -> Path:
    """Where an addon keeps its template."""
    return addon.folder / "i18n" / f"{addon.name}.pot"


def write_translations(addon: Addon, template: Template) -> list[Path]:
    """Write the template and refresh the `.po` files beside it; the files that changed.

    A template that differs only in labels of Odoo's own fields is written too.
    """
    target = template_path(addon)
    target.parent.mkdir(exist_ok=True)
    wanted = {target: template.text}
    for path in sorted(target.parent.glob("*.po")):
        wanted[path] = refreshed(path.read_text(encoding="utf-8"), template.text)
    changed = [path for path, text in wanted.items() if not _says(path, text)]
    for path in changed:
        path.write_text(wanted[path], encoding="utf-8")
    return changed


def _says(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def export_translations() -> int:
    """Bring the templates and `.po` files of all addons up to date and say what changed."""
    with ready_platform() as platform:
        source = prepared_template(platform)
        remove_leftovers(platform, PURPOSE)
        database = fresh_name(PURPOSE)
        clone(platform, source, database)
        try:
            with step("exporting the terms"):
                templates = export_templates(platform, database)
        finally:
            drop(platform, database)
        for addon in platform.addons:
            changed = write_translations(addon, templates[addon.name])
            count = len(polib.pofile(templates[addon.name].text))
            say(f"✓ {addon.name}: {count} terms; {_names(changed) or 'nothing changed'}")
    return 0


def _names(paths: Iterable[Path]) -> str:
    names = ", ".join(path.name for path in paths)
    return f"written: {names}" if names else ""
