"""Reads one row of a table or one JSON record; the fields are known, the values are as doubtful as ever."""

import json
import re
from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

from scn_sync.errors import UnreadableMessage
from scn_sync.extraction.cities import city_of_label
from scn_sync.extraction.languages import detect_language
from scn_sync.extraction.signature import find_address
from scn_sync.extraction.wishes import asks_to_stop, find_consent, find_wants, sentences_of
from scn_sync.models import (
    PHONE_LENGTH,
    RAW_TEXT_LENGTH,
    SUBJECT_LENGTH,
    WORDING_LENGTH,
    SignupRecord,
)
from scn_sync.normalise import (
    country_of_domain,
    find_country,
    fits,
    looks_alike,
    normalise_email,
    normalise_name,
    normalise_phone,
)
from scn_sync.text_cleaning import INVISIBLE, clean_line, clean_text, fold

_YES = re.compile(
    r"^(?:1|x|yes|y|true|on|ok|ja|si|oui|sim|agreed|accepted|checked|selected|vrai|waar|wahr|verdadero|[✓✔☑])$"
)
_NO = re.compile(
    r"^(?:0|no|n|false|off|nee|non|nein|nao|unchecked|not checked|not selected|faux|onwaar|falsch)$"
)
#: The zones with a name that mean one offset: RFC 5322, section 4.3, and Central European time.
_ZONES = {
    "EST": "-05:00", "EDT": "-04:00", "CST": "-06:00", "CDT": "-05:00", "MST": "-07:00", "MDT": "-06:00",
    "PST": "-08:00", "PDT": "-07:00", "CET": "+01:00", "CEST": "+02:00", "MEZ": "+01:00", "MESZ": "+02:00",
}  # fmt: skip
_NAMED_ZONE = re.compile(rf"\s+({'|'.join(_ZONES)})$")
_OFFSET = re.compile(r"\s*(?:GMT|UTC)\s*([+-])(\d{1,2})(?::?(\d\d))?$")
_LANGUAGES = frozenset({"en", "nl", "es", "ca", "fr", "de", "pt"})


def extract_row(content: bytes, external_id: str, doubts: tuple[str, ...] = ()) -> SignupRecord:
    """Turn the content of a row's message into the record that is sent.

    :raises UnreadableMessage: the content is none that ``sources.rows`` makes.
    """
    try:
        data: dict[str, Any] = json.loads(content)
        row = _Row(data["fields"], data["wishes"], data["rules"], data["headings"], data["row"])
    except (ValueError, KeyError, TypeError):
        raise UnreadableMessage("invalid_record") from None
    row.reasons |= set(doubts)
    return row.record(external_id)


class _Row:
    """The findings of one row while they are put together."""

    def __init__(
        self,
        fields: dict[str, str],
        wishes: dict[str, list[str]],
        rules: dict[str, Any],
        headings: dict[str, str],
        row: list[list[str]],
    ) -> None:
        self.fields = fields
        self.wishes = wishes
        self.rules = rules
        self.headings = headings
        self.row = row
        self.reasons: set[str] = set()

    def record(self, external_id: str) -> SignupRecord:
        text = clean_text("\n".join(f"{heading}: {value}" for heading, value in self.row))
        if len(text) > RAW_TEXT_LENGTH:
            self.reasons.add("long_text")
        email = self._email()
        name = self._name()
        city, country = self._place()
        language = self._language()
        received = self._received()
        wants = self._wants(language)
        consent = self._consent(received, language)
        return SignupRecord.model_validate(
            {
                "external_id": external_id,
                "received_at": received,
                "language": language,
                "unit": self._short("unit") or self._short("organisation"),
                "name": name,
                "position": self._short("position"),
                "email": email,
                "phone": self._phone(country, email),
                "city": city,
                "country": country,
                "wants": sorted(wants),
                "consent": consent,
                "subject": clean_line(self._value("subject"))[:SUBJECT_LENGTH].strip() or None,
                "raw_text": text[:RAW_TEXT_LENGTH],
                "review_reasons": sorted(self.reasons),
            }
        )

    def _value(self, field: str) -> str:
        return self.fields.get(field) or ""

    def _short(self, field: str) -> str | None:
        value = normalise_name(self._value(field))
        if value is not None and not fits(value):
            self.reasons.add("value_too_long")
            return None
        return value

    def _email(self) -> str | None:
        typed = self._value("email")
        value = None
        if typed:
            value, reasons = normalise_email(find_address(typed) or typed)
            self.reasons |= reasons
        if value is None:
            self.reasons.add("no_email")
        return value

    def _name(self) -> str | None:
        first, last = self._short("first_name"), self._short("last_name")
        whole = self._short("name")
        parts = [part for part in (first, last) if part]
        if whole and parts and not all(fold(part) in fold(whole) for part in parts):
            # “name” beside one part is the other part
            parts = [first, whole] if first and not last else parts
            parts = [whole, last] if last and not first else parts
            whole = None
        name = normalise_name(whole or " ".join(part for part in parts if part))
        if name is not None and not fits(name):
            self.reasons.add("value_too_long")
            name = None
        if name is None:
            self.reasons.add("no_name")
            return None
        if looks_alike(name):
            self.reasons.add("lookalike_name")
        if INVISIBLE.search(name):
            self.reasons.add("invisible_characters")
        return name

    def _place(self) -> tuple[str | None, str | None]:
        label = self._value("city")
        city, country, reasons = city_of_label(label) if label else (None, None, set[str]())
        self.reasons |= reasons
        named = self._value("country")
        if named:
            found = find_country(named)
            if found is None:
                self.reasons.add("country_unknown")
            country = found or country
        if city is None and "several_cities" not in self.reasons:
            self.reasons.add("no_city")
        return city, country or self.rules["country"]

    def _phone(self, country: str | None, email: str | None) -> str | None:
        typed = self._value("phone") or self._value("mobile")
        if not typed:
            return None
        number, reasons = normalise_phone(typed, country or country_of_domain(email or ""))
        self.reasons |= reasons
        return number if number is not None and fits(number, PHONE_LENGTH) else None

    def _language(self) -> str | None:
        named = self._value("language")[:2].lower()
        if named in _LANGUAGES:
            return named
        return self.rules["language"] or detect_language(self._value("message"))

    def _received(self) -> str | None:
        typed = clean_line(self._value("received_at"))
        if not typed:
            return None
        moment = read_moment(typed, self.rules["dates"], self.rules["time_zone"])
        if moment is None:
            self.reasons.add("date_unclear")
            return None
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def _wants(self, language: str | None) -> set[str]:
        wants: set[str] = set()
        doubtful = False
        for want, answers in self.wishes.items():
            said = [_agrees(answer) for answer in answers]
            if True in said:
                wants.add(want)
            elif None in said:
                doubtful = True
        asked = self._value("wants")
        for word, want in self.rules["words"].items():
            if fold(word) and fold(word) in fold(asked):
                wants.add(want)
        if asked and not self.rules["words"]:
            found, doubtful_words = find_wants(asked.split("\n"), language)
            wants |= found
            doubtful = doubtful or doubtful_words
        sentences = sentences_of(f"{self._value('subject')}\n\n{self._value('message')}")
        if asks_to_stop(sentences):
            self.reasons.add("asks_to_stop")
            return set()
        if not wants and not asked and not self.wishes:
            wants, doubtful = find_wants(sentences, language)
        if doubtful or not wants:
            self.reasons.add("wants_unclear")
        return wants

    def _consent(self, received: str | None, language: str | None) -> dict[str, Any] | None:
        rule = self.rules["consent"]
        answer = self._value("consent")
        wording: str | None
        if _agrees(answer) is True:
            wording = rule["wording"] or self.headings.get("consent")
        elif _agrees(answer) is False:
            self.reasons.add("consent_refused")
            return None
        else:
            wording, refused = find_consent(
                sentences_of(self._value("message")), answer or None, language
            )
            if refused:
                self.reasons.add("consent_refused")
        wording = clean_text(wording or "")[:WORDING_LENGTH].strip()
        if not wording:
            return None
        return {"given_at": received, "wording": wording, "source": rule["source"]}


def _agrees(answer: str) -> bool | None:
    """Tell whether the answer of a tick box is yes (True), no (False), or words of its own (None)."""
    plain = fold(answer)
    if _YES.match(plain):
        return True
    return False if _NO.match(plain) else None


def read_moment(typed: str, formats: list[str], time_zone: str) -> datetime | None:
    """Return the instant in UTC, or None when it is not certain.

    ISO 8601 is always read, and “2019/09/02 9:00:00 AM GMT+2” or “… PM EST”. Anything else needs a format of
    ``strptime``: nobody can tell 03/04 from 04/03. A time without an offset is of ``time_zone``.
    """
    text = _OFFSET.sub(
        lambda found: f"{found[1]}{int(found[2]):02}:{found[3] or '00'}", typed[:60].strip()
    )
    text = _NAMED_ZONE.sub(lambda found: _ZONES[found[1]], text)
    text = re.sub(r"(?:UTC|GMT|Z)$", "+00:00", text).strip()
    moment = _parsed(text, formats)
    if moment is None:
        return None
    try:
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(time_zone))
        moment = moment.astimezone(timezone.utc)
    except (OverflowError, ValueError):
        return None
    return moment.replace(microsecond=0) if 1990 <= moment.year <= 2100 else None


def _parsed(text: str, formats: list[str]) -> datetime | None:
    for form in formats:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the caller adds the time zone
        except (ValueError, re.error):
            continue
    iso = re.sub(r"\s*([+-]\d\d):?(\d\d)$", r"\1:\2", re.sub(r"(\.\d{3})\d*", r"\1", text))
    for candidate in (iso, iso.replace("/", "-", 2) if re.match(r"\d{4}/", iso) else iso):
        try:
            return datetime.fromisoformat(candidate)
        except ValueError:
            continue
    for form in ("%Y/%m/%d %I:%M:%S %p %z", "%Y/%m/%d %I:%M:%S %p%z", "%Y/%m/%d %I:%M:%S %p"):
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the caller adds the time zone
        except ValueError:
            continue
    return None
