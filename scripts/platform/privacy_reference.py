"""The table in `docs/privacy.md`, made from what the addons declare about personal data."""

from __future__ import annotations

from pathlib import Path

from .console import say
from .odoo_server import run_in_shell
from .prepared import ready_platform
from .template_database import clone, drop, fresh_name, prepared_template

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"
BEGIN, END = "<!-- register -->\n", "<!-- /register -->"


def write_reference() -> int:
    """Write the part of the document between its marks anew; 0 when it is done."""
    with ready_platform() as platform:
        name = fresh_name("privacy")
        clone(platform, prepared_template(platform), name)
        try:
            register = run_in_shell(
                platform, name, "answer = env['scn.personal.data']._render_reference()"
            )
        finally:
            drop(platform, name)
    DOCUMENT.write_text(replaced(DOCUMENT.read_text(encoding="utf-8"), register), encoding="utf-8")
    say(f"✓ {DOCUMENT.relative_to(DOCUMENT.parents[1])}")
    return 0


def replaced(document: str, register: str) -> str:
    """The document with this register between its marks.

    >>> replaced("a\\n<!-- register -->\\nold\\n<!-- /register -->\\nb", "new\\n")
    'a\\n<!-- register -->\\nnew\\n<!-- /register -->\\nb'
    """
    before, __, rest = document.partition(BEGIN)
    return f"{before}{BEGIN}{register}{END}{rest.partition(END)[2]}"
