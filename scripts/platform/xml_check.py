"""Checks of the addons' XML: well-formed, evenly laid out, ids named by the house's rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lxml import etree

INDENT = 4
LONGEST_TAG_LINE = 180
# The id of a record of these models tells what it is.
ID_RULES = {
    "ir.ui.view": (re.compile(r"_view_[a-z]+"), "<model>_view_<type>"),
    "ir.actions.act_window": (re.compile(r"_action(_|$)"), "<model>_action"),
    "ir.actions.server": (re.compile(r"_action(_|$)|_cron(_|$)"), "<model>_action"),
    "ir.rule": (re.compile(r"_rule_[a-z]+"), "<model>_rule_<who>"),
    "res.groups": (re.compile(r"^group_scn_"), "group_scn_<role>"),
    "ir.ui.menu": (re.compile(r"_menu(_|$)"), "<model>_menu"),
}


def check_xml_files(paths: Iterable[Path]) -> list[str]:
    """Everything that is wrong, as `path:line: sentence`."""
    return [problem for path in paths for problem in check_xml_file(path)]


def check_xml_file(path: Path) -> Iterator[str]:
    """What is wrong with one file."""
    content = path.read_bytes()
    try:
        root = etree.fromstring(content)
    except etree.XMLSyntaxError as error:
        yield f"{path}:{error.lineno or 1}: not well-formed: {error.msg}"
        return
    for number, sentence in _layout(content.decode("utf-8")):
        yield f"{path}:{number}: {sentence}"
    for number, sentence in _ids(root):
        yield f"{path}:{number}: {sentence}"


def _layout(text: str) -> Iterator[tuple[int, str]]:
    lines = text.split("\n")
    if lines[-1]:
        yield len(lines), "no end of line at the end of the file"
    for number, line in enumerate(lines, 1):
        if "\t" in line:
            yield number, "a tab"
        if line != line.rstrip():
            yield number, "blanks at the end of the line"
        tag = line.partition(">")[0] if line.lstrip().startswith("<") else ""
        if len(tag) > LONGEST_TAG_LINE:
            yield number, f"a tag of {len(tag)} characters, more than {LONGEST_TAG_LINE}"
        indent = len(line) - len(line.lstrip(" "))
        if line.lstrip().startswith("<") and indent % INDENT:
            yield number, f"indented by {indent}, not by a multiple of {INDENT}"


def _ids(root: etree._Element) -> Iterator[tuple[int, str]]:
    seen: dict[str, int] = {}
    for element in root.iter("record", "menuitem", "template"):
        name = element.get("id", "")
        line = element.sourceline or 1
        if not name:
            continue
        if name in seen:
            yield line, f"the id {name} was already used in line {seen[name]}"
        seen[name] = line
        model = "ir.ui.menu" if element.tag == "menuitem" else element.get("model", "")
        if "." in name or model not in ID_RULES or element.tag == "template":
            continue
        pattern, rule = ID_RULES[model]
        if not pattern.search(name):
            yield line, f"the id {name} of a {model} does not follow {rule}"
