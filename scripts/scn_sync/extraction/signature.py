"""Reads the block under a closing phrase or under “-- ”: name, function, unit, city, telephone."""

import re
from dataclasses import dataclass

from scn_sync.extraction.cities import cities_in_text
from scn_sync.extraction.forms import label_of
from scn_sync.extraction.labels import CLOSING_PHRASES, POSITIONS, UNITS
from scn_sync.normalise import find_country, normalise_name
from scn_sync.text_cleaning import fold

_LINES = 12
_ADDRESS = re.compile(r"(?<![\w.+'-])[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\w/.])(?:\+|00)?\(?\d[\d\s()./–-]{6,24}\d(?:\s*(?:ext|toestel|poste|x)\.? ?\d{1,6})?"
)
_FAX = re.compile(r"^\W*(?:fax|f)\b", re.IGNORECASE)
_WEB = re.compile(r"https?://|www\.", re.IGNORECASE)
_DATE = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b(?:19|20)\d\d\b")
_SPLIT = re.compile(r"\s+[|·•/–—]\s+|\s*\|\s*|\t")
_NAME_PARTICLES_TEXT = (
    "van von der de den del della di da do dos das la le les el i y e ter ten zu af av bin al"
    " 't d' ap"
)
_NAME_PARTICLES = frozenset(_NAME_PARTICLES_TEXT.split())


@dataclass(slots=True)
class Signature:
    """What a signature says; every value may be empty."""

    name: str = ""
    position: str = ""
    unit: str = ""
    city: str = ""
    country: str | None = None
    phone: str = ""
    email: str = ""
    several_cities: bool = False


def find_signature(own_text: str) -> tuple[str, Signature | None]:
    """Return the text above the signature, and the signature or None."""
    lines = own_text.split("\n")
    start = _signature_start(lines)
    if start is None:
        return own_text, None
    block = [line.strip() for line in lines[start:] if line.strip()][:_LINES]
    if not block:
        return own_text, None
    return "\n".join(lines[: max(start - 1, 0)]), read_signature(block)


def read_signature(lines: list[str]) -> Signature:
    """Read the lines of a signature; each piece of a line is taken for what it looks like, or left."""
    signature = Signature()
    for number, line in enumerate(lines):
        if _FAX.match(line):
            continue
        labelled = label_of(line)
        if labelled and labelled[1] in (
            "phone",
            "mobile",
            "email",
            "country",
            "position",
            "unit",
            "name",
            "city",
        ):
            _take_labelled(signature, labelled[1], labelled[2])
            continue
        for piece in _pieces(line):
            _take_piece(signature, piece, is_first=number == 0)
    return signature


def looks_like_person(text: str) -> bool:
    """Tell whether a short text has the form of a person's name (two to five words, capitalised, no function)."""
    words = text.replace(",", " ").split()
    if not 2 <= len(words) <= 6 or any(
        character.isdigit() or character in "@:/&()" for character in text
    ):
        return False
    capitals = 0
    for word in words:
        folded = fold(word).strip(".")
        if folded in POSITIONS or folded in UNITS:
            return False
        if word[0].isupper() or (not word[0].isascii() and not word[0].islower()):
            capitals += 1
        elif folded not in _NAME_PARTICLES and not re.match(r"^(?:d'|'t|l')", folded):
            return False
    return capitals >= 2 and not cities_in_text(text)


def find_address(text: str) -> str:
    """Return the first e-mail address in a text, or an empty text."""
    match = _ADDRESS.search(text)
    return match[0] if match else ""


def find_phone(text: str) -> str:
    """Return the first thing in a line that looks like a telephone number and not like a date, or an empty text."""
    for match in _PHONE.finditer(text):
        number = match[0].strip()
        digits = sum(character.isdigit() for character in number)
        if 7 <= digits <= 17 and not (_DATE.search(number) and not number.startswith("+")):
            return number
    return ""


def _signature_start(lines: list[str]) -> int | None:
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        if line.rstrip() == "--" and number + 1 < len(lines):
            return _after_closing(lines, number)
        if len(line) < 60 and fold(line).strip(" ,.!-–") in CLOSING_PHRASES:
            return number + 1
    return None


def _after_closing(lines: list[str], dashes: int) -> int:
    """When a closing phrase stands shortly above the dashes, the signature begins after it."""
    for number in range(dashes - 1, max(dashes - 6, -1), -1):
        if len(lines[number]) < 60 and fold(lines[number]).strip(" ,.!-–") in CLOSING_PHRASES:
            return number + 1
    return dashes + 1


def _pieces(line: str) -> list[str]:
    pieces = []
    for piece in _SPLIT.split(line):
        parts = piece.split(", ")
        telling = looks_like_person(parts[0]) or any(cities_in_text(part) for part in parts)
        if len(parts) > 1 and (telling or {"position", "unit"} <= {_kind(part) for part in parts}):
            pieces += _rejoin(parts)
        else:
            pieces.append(piece)
    return [piece.strip(" ,;") for piece in pieces if piece.strip(" ,;")]


def _rejoin(parts: list[str]) -> list[str]:
    """Keep commas inside a function or unit: “Head of Data, Platforms and Labour, City of X”."""
    joined: list[str] = []
    for part in parts:
        plain = (
            not cities_in_text(part)
            and not find_country(part)
            and not _kind(part)
            and not _PHONE.search(part)
        )
        if joined and plain and _kind(joined[-1]) and not looks_like_person(joined[-1]):
            joined[-1] = f"{joined[-1]}, {part}"
        else:
            joined.append(part)
    return joined


def _kind(piece: str) -> str:
    """Return “position” or “unit” by the first telling word, or an empty text."""
    for word in re.findall(r"[\w'-]+", fold(piece)):
        if word in POSITIONS:
            return "position"
        if word in UNITS or word.endswith(("abteilung", "referat", "dienst", "afdeling", "amt")):
            return "unit"
    return ""


def _take_labelled(signature: Signature, field_name: str, value: str) -> None:
    if field_name in ("phone", "mobile"):
        signature.phone = signature.phone or find_phone(value) or value
    elif field_name == "country":
        signature.country = signature.country or find_country(value)
    elif field_name == "email":
        signature.email = signature.email or find_address(value)
    elif not getattr(signature, field_name):
        setattr(signature, field_name, value)


def _take_piece(signature: Signature, piece: str, is_first: bool) -> None:
    address = find_address(piece)
    if address:
        signature.email = signature.email or address
        return
    if _WEB.search(piece):
        return
    if find_phone(piece):
        signature.phone = signature.phone or find_phone(piece)
        return
    cities = cities_in_text(piece)
    if cities:
        if (signature.city and fold(signature.city) != fold(cities[0])) or len(cities) > 1:
            signature.several_cities = True
        signature.city = signature.city or cities[0]
        return
    country = find_country(piece)
    if country and len(piece) > 3:
        signature.country = signature.country or country
        return
    if not signature.name and looks_like_person(piece):
        signature.name = normalise_name(piece) or ""
        return
    kind = _kind(piece)
    if kind == "position" and not signature.position:
        signature.position = piece
    elif kind == "unit" and not signature.unit:
        signature.unit = piece
    elif is_first and not signature.name and looks_like_person(piece):
        signature.name = normalise_name(piece) or ""
