"""The lint's XML checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.platform.xml_check import check_xml_files

GOOD = """<?xml version="1.0" encoding="utf-8"?>
<odoo>
    <record id="scn_signup_view_form" model="ir.ui.view">
        <field name="name">scn.signup.form</field>
    </record>
    <menuitem id="scn_signup_menu" name="Sign-ups"/>
</odoo>
"""


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("</odoo>", "", "not well-formed"),
        ("    <menuitem", "\t<menuitem", "a tab"),
        ("    <menuitem", "   <menuitem", "indented by 3"),
        ("<odoo>", "<odoo> ", "blanks at the end"),
        ("scn_signup_view_form", "view_scn_form_signup", "does not follow <model>_view_<type>"),
        ("scn_signup_menu", "menu_signup", "does not follow <model>_menu"),
        ("scn_signup_menu", "scn_signup_view_form", "was already used in line 3"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, before: str, after: str, said: str) -> None:
    path = tmp_path / "views.xml"
    path.write_text(GOOD, encoding="utf-8")
    assert check_xml_files([path]) == []
    path.write_text(GOOD.replace(before, after), encoding="utf-8")
    assert any(said in problem for problem in check_xml_files([path]))
