"""Which column of a table or key of a JSON object is which field of a sign-up.

Headings are recognised by the same words as labels in an e-mail, in the seven languages. What those words do not cover
is said in a mapping file (TOML or JSON), or in one of the mappings that come with the command.
"""

import json
import re
import sys
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from scn_sync.errors import ConfigurationProblem
from scn_sync.extraction.labels import FIELD_OF_LABEL
from scn_sync.extraction.wishes import find_consent
from scn_sync.models import WORDING_LENGTH, Language, Want
from scn_sync.text_cleaning import clean_line, fold

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

RowField = Literal[
    "name", "first_name", "last_name", "position", "unit", "organisation", "email", "phone", "mobile", "city",
    "country", "wants", "consent", "received_at", "language", "subject", "message",
]  # fmt: skip
#: At least one of these must be known, or the table is none of sign-ups.
TELLING_FIELDS = frozenset({"name", "last_name", "email", "city", "organisation"})

_MAPPING_BYTES = 100_000
_DECORATION = re.compile(r"\([^)]*\)|\[[^\]]*\]|[*_?.:]+")
_PART = re.compile(r"\(([^)]*)\)\s*$")
#: What the parts of a name or an address may be, each in a column of its own.
_PARTS = frozenset({"first_name", "last_name", "city", "country"})
_EXTRA_HEADINGS = {
    "received_at": "timestamp|time stamp|submitted|submitted at|submitted on|submission date|submission time"
    "|submission started|date submitted|submit date|completion time|completed at|entry date|created|created at"
    "|created on|date|date created|received|received at|sent|sent at|datum|verzonden op|ingediend op|fecha"
    "|marca temporal|data|marca de temps|horodateur|date de soumission|envoye le|zeitstempel|eingangsdatum"
    "|abgesendet am|carimbo de data/hora|data de envio|tijdstempel",
    "message": "message|your message|comments|comment|remarks|question|bericht|opmerkingen|mensaje|comentarios|missatge"
    "|comentaris|commentaires|nachricht|bemerkungen|mensagem",
    "first_name": "name first|first",
    "last_name": "name last|last",
    "language": "language|locale|taal|idioma|llengua|langue|sprache|lingua",
    "subject": "subject|your subject|onderwerp|asunto|assumpte|objet|betreff|assunto",
    "organisation": "organisation name|organization name|name of organisation|company name",
    "email": "username|your e-mail|your e-mail address|your email address|e-mail adresse|contact email",
    "city": "your city|name of city|city name|name of the city or region",
    "position": "your role|your function|job function",
    "phone": "your phone|your phone number|contact phone",
}  # fmt: skip


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Headings = Annotated[list[str], BeforeValidator(_listed)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ConsentRule(_Part):
    """What stood beside the tick box, and where the form was: evidence goes along in these words."""

    wording: Annotated[str, Field(min_length=1, max_length=WORDING_LENGTH)] | None = None
    source: Annotated[str, Field(min_length=1, max_length=200)] = "web form"


class Mapping(_Part):
    """A mapping file.

    ``columns`` names the heading (or several, joined by a space) of a field; ``wishes`` the tick-box column of a
    wish; ``words`` what an answer means; ``id`` the columns that tell one row from another for ever (without it, the
    whole row does); ``ignore`` columns that change by themselves. ``dates`` are formats of ``strptime``.
    """

    columns: dict[RowField, Headings] = {}
    wishes: dict[Want, Headings] = {}
    words: dict[str, Want] = {}
    consent: ConsentRule = ConsentRule()
    id: Headings = []
    ignore: Headings = []
    dates: Headings = []
    time_zone: str = "UTC"
    language: Language | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    records: str | None = None
    automatic: bool = True

    @field_validator("time_zone")
    @classmethod
    def _known_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("is no time zone such as Europe/Amsterdam") from None
        return name

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, name: str | None) -> str | None:
        try:
            if name is not None:
                "a".encode(name)
        except (LookupError, UnicodeError, TypeError, ValueError):
            raise ValueError("is no encoding such as utf-8 or windows-1252") from None
        return name


def load_mapping(name: str | None) -> Mapping:
    """Read a mapping file, or one that comes with the command by its name; None gives the automatic one.

    :raises ConfigurationProblem: no such file, not TOML or JSON, or an unknown or unfit entry.
    """
    if name is None:
        return Mapping()
    built_in = built_in_mappings()
    path = Path(name)
    if name in built_in and not path.exists():
        return _checked(built_in[name], name)
    try:
        with path.open("rb") as stream:
            content = stream.read(_MAPPING_BYTES + 1)
    except OSError as error:
        raise ConfigurationProblem(
            f"The mapping {name} cannot be read: {error.strerror}. Mappings that come along: "
            f"{', '.join(sorted(built_in))}."
        ) from None
    if len(content) > _MAPPING_BYTES:
        raise ConfigurationProblem(f"The mapping {name} is far larger than a mapping should be.")
    return _checked(content, name)


def built_in_mappings() -> dict[str, bytes]:
    """Return the mappings that come with the command: name → content."""
    folder = resources.files("scn_sync") / "mappings"
    return {
        entry.name.removesuffix(".toml"): entry.read_bytes()
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }


def _checked(content: bytes, name: str) -> Mapping:
    try:
        text = content.decode("utf-8-sig")
        is_json = name.endswith(".json") or text.lstrip().startswith("{")
        data: Any = json.loads(text) if is_json else tomllib.loads(text)
    except (ValueError, RecursionError):
        raise ConfigurationProblem(f"The mapping {name} is neither valid TOML nor JSON.") from None
    try:
        return Mapping.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"] if part != "[key]") or "mapping"
        raise ConfigurationProblem(
            f"The mapping {name} is not usable: {where}: {first['msg']}."
        ) from None


def plain_heading(heading: str) -> str:
    """Return the form in which headings are compared: folded, without “(required)”, asterisks and the like."""
    bare = fold(_DECORATION.sub(" ", clean_line(heading)))
    return bare or fold(clean_line(heading))


def field_of_heading(heading: str) -> str | None:
    """Return the field a heading names by itself, or None.

    “Name / Naam” names what either does, “Name (First)” and “Address (City)” a part, and words such as “I agree that my
    data are kept” ask for consent.
    """
    plain = plain_heading(heading)
    part = _PART.search(heading)
    if part and FIELD_OF_LABEL.get(plain) in ("name", "ignored"):
        named = plain_heading(part[1])
        found = _FIELD_OF_HEADING.get(named) or FIELD_OF_LABEL.get(named)
        if found in _PARTS:
            return found
    for piece in [plain, *(piece.strip() for piece in plain.split("/"))]:
        found = _FIELD_OF_HEADING.get(piece) or FIELD_OF_LABEL.get(piece)
        if found is not None and found != "ignored":
            return found
    wording, refused = find_consent([clean_line(heading)], None, None)
    return "consent" if wording is not None and not refused else None


class Columns:
    """What each heading of one table means under a mapping; made once per table or set of keys."""

    def __init__(self, mapping: Mapping, headings: Iterable[str]) -> None:
        self.headings = list(headings)
        self.mapping = mapping
        plain = [plain_heading(heading) for heading in self.headings]
        self.places: dict[str, list[int]] = {}
        self.wishes: dict[str, list[int]] = {}
        taken: set[int] = set()
        self.missing: list[str] = []
        for field, names in mapping.columns.items():
            self.places[field] = self._find(plain, names)
            taken |= set(self.places[field])
        for want, names in mapping.wishes.items():
            self.wishes[want] = self._find(plain, names)
            taken |= set(self.wishes[want])
        ignored = {plain_heading(name) for name in mapping.ignore}
        self.folded = [fold(heading) for heading in self.headings]
        self.ignored = {place for place, name in enumerate(plain) if name in ignored}
        self.identity = self._find(plain, mapping.id)
        self.rules: dict[str, Any] = mapping.model_dump(
            include={"words", "consent", "dates", "time_zone", "language", "country"}
        )
        if mapping.automatic:
            for place, heading in enumerate(self.headings):
                known = None if place in taken | self.ignored else field_of_heading(heading)
                if known is not None and known not in mapping.columns:
                    self.places.setdefault(known, []).append(place)
        fields = {place: field for field, places in self.places.items() for place in places}
        told_apart = [
            # the parts of a consent (tick, text) belong together, those of a name or an address are fields of their own
            self.folded[place] if fields.get(place) == "consent" else f"{name} {fields.get(place)}"
            for place, name in enumerate(plain)
        ]
        self.repeated = sorted(
            self.headings[place]
            for place, name in enumerate(told_apart)
            if name in told_apart[:place] and place in self.used
        )

    @property
    def used(self) -> set[int]:
        """The places of all columns that say something of a sign-up."""
        groups = [*self.places.values(), *self.wishes.values(), self.identity]
        return {place for group in groups for place in group}

    @property
    def is_telling(self) -> bool:
        """Tell whether at least a name, an address or a city is among the columns."""
        return any(self.places.get(field) for field in TELLING_FIELDS)

    def _find(self, plain: list[str], names: Iterable[str]) -> list[int]:
        found = []
        for name in names:
            places = [
                place for place, heading in enumerate(plain) if heading == plain_heading(name)
            ]
            if not places:
                self.missing.append(name)
            found += places
        return found


def column_notices(columns: Columns) -> list[str]:
    """Say which headings were taken for what, and which were left aside."""
    used = [
        f"{field} ← {' + '.join(columns.headings[place][:60] for place in places)}"
        for field, places in [*columns.places.items(), *columns.wishes.items()]
        if places
    ]
    aside = [
        heading[:60]
        for place, heading in enumerate(columns.headings)
        if place not in columns.used and heading.strip()
    ]
    notices = [f"Columns: {', '.join(used)}."]
    if aside:
        notices.append(f"Only in the text for review: {', '.join(aside)}.")
    return notices


_FIELD_OF_HEADING = {
    word: field for field, words in _EXTRA_HEADINGS.items() for word in words.split("|")
}
