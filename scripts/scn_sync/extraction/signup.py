"""Puts the findings together into one record; whatever is not certain leaves a review reason, never a guess.

Order of trust for every field: a label, then a forwarded sender, then the signature, then the header, then the text.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from scn_sync.extraction.cities import cities_in_text, city_of_label, same_place
from scn_sync.extraction.forms import Form, label_of, read_form
from scn_sync.extraction.languages import detect_language
from scn_sync.extraction.message_parts import MessageParts, split_message
from scn_sync.extraction.signature import (
    Signature,
    find_address,
    find_phone,
    find_signature,
    looks_like_person,
)
from scn_sync.extraction.wishes import asks_to_stop, find_consent, find_wants, sentences_of
from scn_sync.mail_parser import Mail, parse_address
from scn_sync.models import RAW_TEXT_LENGTH, SUBJECT_LENGTH, Consent, SignupRecord
from scn_sync.normalise import (
    country_of_domain,
    find_country,
    fits,
    looks_alike,
    normalise_email,
    normalise_name,
    normalise_phone,
)
from scn_sync.text_cleaning import INVISIBLE, clean_line, fold

_FORM_MAILER = re.compile(
    r"^(?:no-?reply|do-?not-?reply|forms?|web-?forms?|website|wordpress|formulier|formulari[oe]?|formular|apache|www-data)\b"
)
_PARSED_CHARACTERS = 60_000


@dataclass(slots=True)
class _Findings:
    """What is known of one message while it is put together."""

    mail: Mail
    parts: MessageParts
    text: str
    form: Form
    signature: Signature
    above_signature: str
    reasons: set[str] = field(default_factory=set)


def extract_signup(mail: Mail, external_id: str, doubts: tuple[str, ...] = ()) -> SignupRecord:
    """Turn a parsed mail into the record that is sent.

    :param doubts: review reasons that come from where the message was stored.
    """
    found = _gather(mail)
    found.reasons |= mail.doubts
    found.reasons |= set(doubts)
    email, sender = _email(found)
    name = _name(found, sender)
    city, country = _place(found)
    phone = _phone(found, country, email)
    received = _instant(mail.received_at())
    language = detect_language(found.text, found.form.labels)
    wants, consent = _wishes(found, received, language)
    unit = _short(
        found, found.form.values.get("unit") or _organisation(found) or found.signature.unit
    )
    position = _short(found, found.form.values.get("position") or found.signature.position)
    if name is None:
        found.reasons.add("no_name")
    _doubt_attachments(found, bool(name and city and email))
    raw_text = _raw_text(found)
    return SignupRecord.model_validate(
        {
            "external_id": external_id,
            "received_at": received,
            "language": language,
            "unit": unit,
            "name": name,
            "position": position,
            "email": email,
            "phone": phone,
            "city": city,
            "country": country,
            "wants": sorted(wants),
            "consent": consent,
            "subject": clean_line(mail.header("subject"))[:SUBJECT_LENGTH].strip() or None,
            "raw_text": raw_text,
            "review_reasons": sorted(found.reasons),
        }
    )


def _gather(mail: Mail) -> _Findings:
    subject = mail.header("subject")
    parts = split_message(mail.text[:_PARSED_CHARACTERS], subject)
    if mail.forwarded_text:
        parts.forwarded = parts.forwarded or mail.forwarded_text[:_PARSED_CHARACTERS]
    text = parts.forwarded or parts.own
    above, signature = find_signature(text)
    found = _Findings(mail, parts, text, read_form(text), signature or Signature(), above)
    if parts.forwarded:
        found.reasons.add("forwarded")
    if parts.quoted:
        found.reasons.add("quoted_reply")
    if not text.strip():
        found.reasons.add("no_text")
    if len(mail.text) > RAW_TEXT_LENGTH:
        found.reasons.add("long_text")
    if mail.headers.get("list-id") or mail.header("precedence").lower() in ("bulk", "list", "junk"):
        found.reasons.add("mailing_list")
    if "name" in found.form.repeated or "email" in found.form.repeated:
        found.reasons.add("several_contacts")
    return found


def _email(found: _Findings) -> tuple[str | None, tuple[str, str]]:
    """Return the address to write to, and (name, address) of whoever the message comes from."""
    mail, parts = found.mail, found.parts
    outer = mail.address("from")
    sender = outer
    if parts.forwarded:
        sender = mail.forwarded_from or parse_address(parts.forwarded_from) or ("", "")
        if not sender[0] and not sender[1]:
            sender = (clean_line(parts.forwarded_from), find_address(parts.forwarded_from))
    repeated = "email" in found.form.repeated
    written = (
        ""
        if repeated
        else find_address(found.form.values.get("email", "")) or found.form.values.get("email", "")
    )
    written = written or found.signature.email
    header_address, header_reasons = normalise_email(sender[1]) if sender[1] else (None, set[str]())
    value = header_address
    if written and written != sender[1]:
        value, reasons = normalise_email(written)
        found.reasons |= reasons
        value = value or header_address
    found.reasons |= header_reasons
    reply_to = mail.address("reply-to")[1]
    if (
        value
        and header_address
        and not _same(value, header_address)
        and not _is_form_mailer(found, header_address)
    ):
        found.reasons.add("sender_differs")
    if value and reply_to and not parts.forwarded and not _same(value, reply_to):
        found.reasons.add("reply_to_differs")
    shown = find_address(sender[0])
    if shown and header_address and not _same(shown, header_address):
        found.reasons.add("sender_differs")
    if value and not written and _is_form_mailer(found, value):
        value = None  # the address of a web site is nobody's
    if value is None:
        found.reasons.add("no_email")
    return value, sender


def _is_form_mailer(found: _Findings, address: str) -> bool:
    return found.form.is_form and _FORM_MAILER.match(address.lower()) is not None


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _name(found: _Findings, sender: tuple[str, str]) -> str | None:
    shown = normalise_name(_turned(clean_line(sender[0]).strip("\"' "))) or ""
    person = shown if looks_like_person(shown) else ""
    if "name" in found.form.repeated:
        name = person
    else:
        labelled = found.form.values.get("name", "") or found.signature.name
        name = labelled or person
        comparable = fold(person).isascii()  # a name in another script cannot be compared
        if labelled and comparable and person and not set(_words(labelled)) & set(_words(person)):
            found.reasons.add("name_differs")
    if INVISIBLE.search(sender[0]):
        found.reasons.add("invisible_characters")
    result = _short(found, name)
    if result and looks_alike(result):
        found.reasons.add("lookalike_name")
    return result


def _turned(name: str) -> str:
    """“Jansen, Eva” is Eva Jansen; “Eva Jansen (Gemeente X)” is Eva Jansen."""
    name = re.sub(r"\s*\([^)]*\)$", "", name)
    name = re.split(r"\s[|–—/]\s|\s-\s", name)[0]
    last, comma, first = name.partition(", ")
    if comma and "," not in first and looks_like_person(f"{first} {last}"):
        return f"{first} {last}"
    return name


def _words(name: str) -> list[str]:
    return [word for word in re.findall(r"\w+", fold(name)) if len(word) > 1]


def _place(found: _Findings) -> tuple[str | None, str | None]:
    """Return (city, country code)."""
    values = found.form.values
    country = _country(found)
    label = values.get("city", "")
    labelled, from_label, reasons = city_of_label(label) if label else (None, None, set[str]())
    if "city" in found.form.repeated:
        labelled, reasons = None, reasons | {"several_cities"}
    found.reasons |= reasons
    country = country or from_label
    above = "\n".join(
        line
        for line in found.above_signature.split("\n")
        if (label_of(line) or ("", "", ""))[1] != "city"
    )
    prose = cities_in_text(f"{found.mail.header('subject')}\n{above}")
    candidates = [labelled] if labelled else []
    candidates += [found.signature.city] if found.signature.city else []
    known: list[str] = []
    for candidate in [*candidates, *prose]:
        if not any(same_place(candidate, place) for place in known):
            known.append(candidate)
    if found.signature.several_cities or len(known) > 1:
        found.reasons.add("several_cities")
    if "several_cities" in found.reasons:
        # a label or a signature speaks for the sender; towns that are only mentioned do not decide
        sure = {fold(candidate) for candidate in candidates}  # a label and a signature must agree
        ambiguous = found.signature.several_cities or "several_cities" in reasons or len(sure) != 1
        return (None if ambiguous else candidates[0]), country
    if not known:
        found.reasons.add("no_city")
        return None, country
    return max(candidates or known, key=len), country


def _country(found: _Findings) -> str | None:
    label = found.form.values.get("country", "")
    if not label:
        return found.signature.country
    country = find_country(label)
    if country is None:
        found.reasons.add("country_unknown")
    return country


def _phone(found: _Findings, country: str | None, email: str | None) -> str | None:
    values = found.form.values
    if "phone" in found.form.repeated and "several_contacts" in found.reasons:
        return None
    typed = values.get("phone") or values.get("mobile") or found.signature.phone
    if not typed:
        return None
    number, reasons = normalise_phone(typed, country or country_of_domain(email or ""))
    if reasons == {"phone_unparsed"} and find_phone(typed) not in ("", typed):
        number, reasons = normalise_phone(
            find_phone(typed), country or country_of_domain(email or "")
        )
    found.reasons |= reasons
    if number is not None and not fits(number, 40):
        found.reasons.add("phone_unparsed")
        return None
    return number


def _wishes(
    found: _Findings, received: str | None, language: str | None
) -> tuple[set[str], Consent | None]:
    form = found.form
    sentences = sentences_of(found.above_signature)
    if form.ticked is not None:
        asked = form.ticked + ([form.values["wants"]] if "wants" in form.values else [])
    elif "wants" in form.values:
        asked = [form.values["wants"]]
    else:
        # a sentence of consent says what may be done, the subject of a reply or forward is not the sender's
        subject = (
            "" if found.parts.quoted or found.parts.forwarded else found.mail.header("subject")
        )
        agreed, _refused = find_consent(sentences, None, language)
        asked = [clean_line(subject), *(sentence for sentence in sentences if sentence != agreed)]
    wants, doubtful = find_wants(asked, language)
    if asks_to_stop([*sentences, clean_line(found.mail.header("subject"))]):
        found.reasons.add("asks_to_stop")
        wants, doubtful = set(), False
    elif doubtful or not wants:
        found.reasons.add("wants_unclear")
    wording, refused = find_consent(
        [*(form.ticked or []), *_unticked_free(found, sentences)],
        form.values.get("consent"),
        language,
    )
    if refused:
        found.reasons.add("consent_refused")
    if wording is None:
        return wants, None
    return wants, Consent(
        given_at=received,
        wording=wording,
        source="form sent by e-mail" if form.is_form else "e-mail",
    )


def _unticked_free(found: _Findings, sentences: list[str]) -> list[str]:
    """With tick boxes, only ticked lines are the sender's words about consent."""
    return [] if found.form.ticked is not None else sentences


def _organisation(found: _Findings) -> str:
    """An organisation that is the city itself is no unit."""
    value = found.form.values.get("organisation", "")
    return "" if not value or cities_in_text(value) else value


def _short(found: _Findings, value: str) -> str | None:
    name = normalise_name(value)
    if name is not None and not fits(name):
        found.reasons.add("value_too_long")
        return None
    return name


def _doubt_attachments(found: _Findings, complete: bool) -> None:
    if found.mail.attached_documents and not (complete and found.form.is_form):
        found.reasons.add("attachment_unread")


def _raw_text(found: _Findings) -> str:
    pieces = [found.mail.text]
    if found.mail.forwarded_text:
        pieces.append(found.mail.forwarded_text)
    return "\n\n".join(piece for piece in pieces if piece)[:RAW_TEXT_LENGTH]


def _instant(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
