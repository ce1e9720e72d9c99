"""Brings addresses, numbers, countries and names into one form, or says why it did not.

Every function is idempotent: what it returned comes back unchanged.
"""

import gettext
import re
import unicodedata
from functools import cache

import phonenumbers
import pycountry
from email_validator import EmailNotValidError, validate_email

from scn_sync.models import EMAIL_LENGTH, PHONE_LENGTH, SHORT_TEXT
from scn_sync.text_cleaning import INVISIBLE, clean_line, fold

_LANGUAGES = ("nl", "es", "ca", "fr", "de", "pt")
_EVERYDAY_NAMES = {
    "uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "great britain": "GB", "groot-brittannie": "GB",
    "engeland": "GB", "gran bretana": "GB", "gran bretanya": "GB", "grande-bretagne": "GB", "grossbritannien": "GB",
    "gra-bretanha": "GB", "reino unido": "GB", "royaume uni": "GB",
    "usa": "US", "us": "US", "u.s.a": "US", "u.s": "US", "united states of america": "US", "etats unis": "US",
    "holland": "NL", "holanda": "NL", "the netherlands": "NL", "pays bas": "NL", "korea": "KR", "south korea": "KR",
    "corea del sur": "KR", "coree du sud": "KR", "zuid-korea": "KR", "sudkorea": "KR", "coreia do sul": "KR",
    "czech republic": "CZ", "tsjechie": "CZ", "tschechien": "CZ", "turkey": "TR", "turkije": "TR", "turkei": "TR",
    "turquie": "TR", "turquia": "TR", "russia": "RU", "vietnam": "VN", "taiwan": "TW", "bolivia": "BO", "moldova": "MD",
    "espana": "ES", "catalunya": "ES", "catalonia": "ES", "cataluna": "ES", "italia": "IT", "sverige": "SE",
    "danmark": "DK", "osterreich": "AT", "schweiz": "CH", "suisse": "CH", "svizzera": "CH", "deutschland": "DE",
    "hellas": "GR", "polska": "PL", "belgie": "BE", "belgique": "BE", "brasil": "BR",
}  # fmt: skip
_COUNTRY_DOMAINS = {
    "uk": "GB",
    "cat": "ES",
    "gal": "ES",
    "eus": "ES",
    "nyc": "US",
    "gent": "BE",
    "brussels": "BE",
}
_PHONE_CHARACTERS = re.compile(r"^[\d\s()+./\-–—‐‑]{5,60}$")
_EXTENSION = re.compile(
    r"(?:ext|extension|extensión|toestel|tst|poste|durchwahl|anexo|ramal|x)\.?:? ?\d{1,6}\s*$",
    re.IGNORECASE,
)
_LATIN_ONLY_SCRIPTS = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})
_EAST_ASIAN_SCRIPTS = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "LATIN"})


def normalise_name(value: str) -> str | None:
    """Return a name without unseen characters, enclosing quotes and surplus spaces; None when nothing is left.

    Upper and lower case stay as they are: nobody can tell "VAN DER MEER" from an acronym.
    """
    name = clean_line(value)
    while True:
        stripped = name.strip(' "“”„«»‘`,;:|*_<>()[]')
        if stripped == name:
            return name or None
        name = stripped


def fits(value: str, limit: int = SHORT_TEXT) -> bool:
    """Tell whether a value is short enough for its field; one that is not is no such value."""
    return len(value) <= limit


def normalise_email(value: str) -> tuple[str | None, set[str]]:
    """Return (address, review reasons).

    The address is in the form of email-validator (no look-up): the domain in lower case and Unicode, the local part as
    written. It is None when it is no address. Reasons: ``email_invalid``, ``invisible_characters``,
    ``lookalike_address``.
    """
    reasons: set[str] = set()
    if INVISIBLE.search(value):
        reasons.add("invisible_characters")
    address = _bare_address(value)
    if not address or len(address) > EMAIL_LENGTH:
        return None, reasons | {"email_invalid"}
    try:
        normal = validate_email(address, check_deliverability=False, allow_smtputf8=True).normalized
    except EmailNotValidError:
        return None, reasons | {"email_invalid"}
    if len(normal) > EMAIL_LENGTH:
        return None, reasons | {"email_invalid"}
    if looks_alike(normal):
        reasons.add("lookalike_address")
    return normal, reasons


def _bare_address(value: str) -> str:
    """Take off brackets, quotes and punctuation around an address; an apostrophe may belong to it."""
    address = clean_line(value)
    while True:
        stripped = address.strip(' <>"“”,;:()[]').removeprefix("mailto:").rstrip(".")
        if len(stripped) > 1 and stripped[0] == stripped[-1] == "'":
            stripped = stripped[1:-1]
        if stripped == address:
            return address
        address = stripped


def looks_alike(text: str) -> bool:
    """Tell whether a word in ``text`` mixes scripts, or an address is written in letters that pass for Latin ones."""
    if text.isascii() and "xn--" not in text:
        return False
    words = re.split(r"[@.\s\-_+']+", text)
    for word in words:
        scripts = {_script(letter) for letter in word if letter.isalpha()}
        if len(scripts) > 1 and not scripts <= _EAST_ASIAN_SCRIPTS:
            return True
        if "@" in text and scripts & _LATIN_ONLY_SCRIPTS:
            return True
    return "xn--" in text


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "UNKNOWN")
    return name.partition(" ")[0].partition("-")[0]


def normalise_phone(value: str, country: str | None) -> tuple[str | None, set[str]]:
    """Return (number, review reasons): E.164 when the number is valid for sure, otherwise as typed.

    ``country`` (ISO 3166-1 alpha-2) is needed for a number without ``+``. A number with an extension stays as typed,
    because E.164 has no place for it. Reasons: ``phone_unparsed``, ``phone_extension``.
    """
    typed = clean_line(value).strip(" ,;:|")
    if not typed:
        return None, set()
    if len(typed) > PHONE_LENGTH:
        return None, {"phone_unparsed"}
    if _EXTENSION.search(typed):
        return typed, {"phone_extension"}
    number = re.sub(r"^00(?=[1-9])", "+", typed.replace("(0)", ""))
    if not _PHONE_CHARACTERS.match(number):
        return typed, {"phone_unparsed"}
    try:
        parsed = phonenumbers.parse(number, None if number.startswith("+") else country)
    except phonenumbers.NumberParseException:
        return typed, {"phone_unparsed"}
    if not phonenumbers.is_valid_number(parsed):
        return typed, {"phone_unparsed"}
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), set()


def find_country(value: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country named in one of the seven languages or by its code."""
    text = clean_line(value).strip(" .,;()")
    if len(text) > SHORT_TEXT:
        return None
    return _countries().get(fold(text))


def country_of_domain(address: str) -> str | None:
    """Return the country of an address's top-level domain, a hint for reading a telephone number; or None."""
    ending = address.rpartition(".")[2].lower()
    if ending in _COUNTRY_DOMAINS:
        return _COUNTRY_DOMAINS[ending]
    return ending.upper() if len(ending) == 2 and ending in _countries() else None


@cache
def _countries() -> dict[str, str]:
    names: dict[str, str] = {}
    translations = [
        gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language])
        for language in _LANGUAGES
    ]
    for country in pycountry.countries:
        code: str = country.alpha_2
        forms = {
            country.name,
            getattr(country, "common_name", ""),
            getattr(country, "official_name", ""),
        } - {""}
        for form in forms | {
            translation.gettext(form) for translation in translations for form in forms
        }:
            names.setdefault(fold(form), code)
        names[code.lower()] = code
        names.setdefault(country.alpha_3.lower(), code)
    names.update(_EVERYDAY_NAMES)
    return names
