"""Reads “label: value” lines: web forms sent by e-mail, and people who list their details that way."""

import re
from dataclasses import dataclass, field

from scn_sync.extraction.labels import FIELD_OF_LABEL
from scn_sync.text_cleaning import clean_line, fold

_LABELLED = re.compile(
    r"^[\s>*•·\-–_#|]{0,8}([^:：=\t]{1,50}?)[\s*_]{0,4}(?:[:：=]|\t)[\s*_]{0,4}(.*)$"
)
_DECORATION = re.compile(r"\([^)]*\)|\[[^\]]*\]|[*_?.]+|^\d+[.)]?\s*")
_TICKED = re.compile(r"^\s*[-*]?\s*(?:\[\s*[xX✓✔v]\s*\]|[☑☒✓✔])\s*(.+)$")
_UNTICKED = re.compile(r"^\s*[-*]?\s*(?:\[\s*\]|[☐□])\s*(.+)$")
_SINGLE = frozenset({"name", "first_name", "last_name", "email", "city", "phone"})
_FORM_LABELS = 3
_LABEL_LENGTH = 50


@dataclass(slots=True)
class Form:
    """The labelled values of a text.

    ``values`` maps a field to its first value; ``repeated`` names the fields that came again with another value;
    ``labels`` are the folded labels found. ``ticked`` holds ticked lines, None when the text has no tick boxes.
    """

    values: dict[str, str] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)
    labels: list[str] = field(default_factory=list)
    ticked: list[str] | None = None
    first_line: int = 0

    @property
    def is_form(self) -> bool:
        """Tell whether enough labels were found to call the text a form."""
        return len(set(self.labels)) >= _FORM_LABELS


def read_form(text: str) -> Form:
    """Find labelled values; a label alone on its line takes the next line that is no label itself."""
    form = Form()
    lines = text.split("\n")
    bare = _bare_labels(lines)
    waiting: str | None = None
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        tick = _TICKED.match(line)
        if tick or _UNTICKED.match(line):
            form.ticked = form.ticked or []
            if tick:
                form.ticked.append(clean_line(tick[1]))
            waiting = None
            continue
        found = bare.get(number) or label_of(line)
        if found is None:
            if waiting is not None:
                _keep(form, waiting, clean_line(line))
            waiting = None
            continue
        label, field_name, value = found
        if not form.labels:
            form.first_line = number
        form.labels.append(label)
        waiting = field_name if not value else None
        if value:
            _keep(form, field_name, value)
    _settle_names(form)
    return form


def _bare_labels(lines: list[str]) -> dict[int, tuple[str, str, str]]:
    """Find labels that stand alone on a line without a colon; they count when there are at least three."""
    found: dict[int, tuple[str, str, str]] = {}
    for number, line in enumerate(lines):
        label = fold(line) if len(line) <= _LABEL_LENGTH else ""
        field_name = FIELD_OF_LABEL.get(label) if len(label) > 1 else None
        if field_name is not None and field_name != "ignored":
            found[number] = (label, field_name, "")
    return found if len({label for label, _field, _value in found.values()}) >= _FORM_LABELS else {}


def label_of(line: str) -> tuple[str, str, str] | None:
    """Return (folded label, field, value) of a labelled line, or None."""
    if len(line) > 2_500:
        return None
    match = _LABELLED.match(line)
    if match is None:
        return None
    label = fold(_DECORATION.sub(" ", match[1]))
    field_name = FIELD_OF_LABEL.get(label)
    if field_name is None and "/" in label:  # “Name / Naam”
        field_name = next(
            (
                FIELD_OF_LABEL[part.strip()]
                for part in label.split("/")
                if part.strip() in FIELD_OF_LABEL
            ),
            None,
        )
    if field_name is None:
        return None
    return label, field_name, clean_line(match[2]).strip("*_ ")


def _keep(form: Form, field_name: str, value: str) -> None:
    if field_name == "ignored" or not value:
        return
    known = form.values.setdefault(field_name, value)
    if known != value:
        if field_name in _SINGLE and fold(known) != fold(value):
            form.repeated.add(field_name)
        elif field_name == "wants":
            form.values[field_name] = f"{known}; {value}"


def _settle_names(form: Form) -> None:
    """Join the parts of a name; what “name” means depends on the part that stands beside it."""
    first = form.values.pop("first_name", "")
    last = form.values.pop("last_name", "")
    whole = form.values.pop("name", "")
    if form.repeated & {"first_name", "last_name"}:
        form.repeated.add("name")
    if first and last:
        name = f"{first} {last}"
    elif first and whole:
        name = whole if fold(first) in fold(whole) else f"{first} {whole}"
    elif last and whole:
        name = whole if fold(last) in fold(whole) else f"{whole} {last}"
    else:
        name = first or last or whole
    if name:
        form.values["name"] = name
