"""Normalisation is idempotent, keeps what is valid, and flags what only looks so."""

import string
import unicodedata

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scn_sync.extraction.cities import cities_in_text, city_of_label
from scn_sync.extraction.languages import detect_language
from scn_sync.html_text import html_to_text
from scn_sync.normalise import (
    country_of_domain,
    find_country,
    looks_alike,
    normalise_email,
    normalise_name,
    normalise_phone,
)
from scn_sync.text_cleaning import INVISIBLE, clean_line, clean_text, fold

ANY_TEXT = st.text(max_size=80)
ATOM = st.text(
    string.ascii_letters + string.digits + "!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=20
)
LOCAL = st.lists(ATOM, min_size=1, max_size=3).map(".".join)
LABEL = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=20)
DOMAIN = st.lists(LABEL, min_size=1, max_size=3).map(lambda labels: ".".join([*labels, "example"]))


@given(ANY_TEXT)
def test_clean_text_is_idempotent_and_safe_to_send(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert not INVISIBLE.search(cleaned)
    assert all(character in "\n\t" or character >= " " for character in cleaned)
    cleaned.encode("utf-8")  # no lone surrogate is left


@given(ANY_TEXT)
def test_clean_line_fold_and_name_are_idempotent(text: str) -> None:
    assert clean_line(clean_line(text)) == clean_line(text)
    assert fold(fold(text)) == fold(text)
    name = normalise_name(text)
    assert name is None or normalise_name(name) == name


@given(LOCAL, DOMAIN)
def test_valid_addresses_survive(local: str, domain: str) -> None:
    address = f"{local}@{domain}"
    if len(local) > 64:
        return
    assert normalise_email(address) == (address, set())
    assert normalise_email(f" <{address.upper()}> ")[0] == f"{local.upper()}@{domain}"


@given(ANY_TEXT)
def test_email_is_idempotent(text: str) -> None:
    address, _reasons = normalise_email(text + "@city.example")
    if address is not None:
        assert normalise_email(address)[0] == address


@pytest.mark.parametrize(
    "text", ["", "ana", "ana@", "@faro.example", "ana@@faro.example", "a b@faro.example"]
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert normalise_email(text) == (None, {"email_invalid"})


@pytest.mark.parametrize(
    "address",
    ["ana@fаro.example", "anа@faro.example", "ana@аррӏе.example", "ana@xn--80ak6aa92e.example"],
)
def test_lookalikes_are_flagged(address: str) -> None:
    assert "lookalike_address" in normalise_email(address)[1]


LOOKALIKES = {
    "a": "а",
    "c": "с",
    "e": "е",
    "o": "о",
    "p": "р",
    "x": "х",
    "i": "і",
    "s": "ѕ",
    "j": "ј",
}
LATIN_LETTERS = st.text("bdfghklmnqrtuvwyz", min_size=1, max_size=8)


@given(LATIN_LETTERS, st.sampled_from(sorted(LOOKALIKES)), LATIN_LETTERS, st.booleans())
def test_one_lookalike_letter_anywhere_is_flagged(
    before: str, letter: str, after: str, in_domain: bool
) -> None:
    """The control with it: the same address in plain letters is not flagged."""

    def address(middle: str) -> str:
        word = before + middle + after
        return f"ana@{word}.example" if in_domain else f"{word}@faro.example"

    honest, reasons = normalise_email(address(letter))
    assert (honest, reasons) == (address(letter), set())
    forged, reasons = normalise_email(address(LOOKALIKES[letter]))
    assert "lookalike_address" in reasons
    assert forged != honest  # never brought into one form with the real one


@given(LATIN_LETTERS, st.sampled_from(sorted(LOOKALIKES)), LATIN_LETTERS)
def test_one_lookalike_letter_in_a_name_is_flagged(before: str, letter: str, after: str) -> None:
    assert not looks_alike(f"Ana {before}{letter}{after}")
    assert looks_alike(f"Ana {before}{LOOKALIKES[letter]}{after}")


@given(
    LOCAL,
    DOMAIN,
    st.sampled_from(
        ["{}", "<{}>", " {} ", "mailto:{}", "({})", '"{}"', "{}.", "{};", "<mailto:{}>"]
    ),
)
def test_what_stands_around_an_address_takes_nothing_from_it(
    local: str, domain: str, around: str
) -> None:
    if len(local) > 64 or local != local.strip("'"):
        return
    assert normalise_email(around.format(f"{local}@{domain}"))[0] == f"{local}@{domain}"


INTERNATIONAL = st.sampled_from(
    ["münchen", "málaga", "köln", "são-paulo", "malmö", "서울", "東京", "αθήνα", "москва"]
)


@given(LABEL, INTERNATIONAL)
def test_addresses_in_other_letters_survive(local: str, name: str) -> None:
    address, reasons = normalise_email(f"{local}@{name}.example")
    assert address == f"{local}@{name}.example"
    assert "email_invalid" not in reasons
    assert normalise_email(address)[0] == address


@given(st.text(max_size=60), st.sampled_from([None, "NL", "ES", "US"]))
def test_a_phone_number_keeps_its_digits(text: str, country: str | None) -> None:
    """What cannot be read stays as typed; what can keeps every digit of the national number, in order."""
    number, reasons = normalise_phone(text, country)
    typed = clean_line(text).strip(" ,;:|")
    if number is None:
        assert not typed or len(typed) > 40
    elif reasons:
        assert number == typed
    else:
        wanted = "".join(str(unicodedata.digit(c)) for c in typed if c.isdigit())
        national = str(phonenumbers.parse(number).national_number)
        assert national in wanted


@given(ANY_TEXT)
def test_country_is_idempotent(text: str) -> None:
    code = find_country(text)
    assert code is None or find_country(code) == code


NAME_LETTERS = st.text("abcdefghijklmnñopqrstuvwxyzéüøłçß", min_size=1, max_size=12)


@given(st.lists(NAME_LETTERS.map(str.capitalize), min_size=1, max_size=4))
def test_a_name_loses_no_letter(words: list[str]) -> None:
    name = " ".join(words)
    assert normalise_name(f'  "{name}", ') == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    "address", ["müller@münchen.example", "josé@malaga.example", "ana@서울.example"]
)
def test_honest_scripts_are_not_flagged(address: str) -> None:
    assert not looks_alike(address)


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\u00ad", "\ufeff", "\u2060", "\U000e0061"])
def test_invisible_characters_are_removed_and_flagged(hidden: str) -> None:
    assert normalise_email(f"an{hidden}a@faro.example") == (
        "ana@faro.example",
        {"invisible_characters"},
    )


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_a_valid_number_of_every_country_becomes_e164_and_stays(region: str) -> None:
    example = phonenumbers.example_number(region)
    assert example is not None
    international = phonenumbers.format_number(
        example, phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    number, reasons = normalise_phone(international, None)
    if reasons:  # a few countries write letters or signs that a number in a mail does not have
        assert number == international
        return
    assert number is not None and number.startswith("+")
    assert normalise_phone(number, None) == (number, set())


@given(ANY_TEXT)
def test_phone_is_idempotent(text: str) -> None:
    number, _reasons = normalise_phone(text, "NL")
    if number is not None:
        assert normalise_phone(number, "NL")[0] == number


def test_a_number_is_not_guessed() -> None:
    assert normalise_phone("01 99 00 12 34", "FR") == ("+33199001234", set())
    assert normalise_phone("01 99 00 12 34", None) == ("01 99 00 12 34", {"phone_unparsed"})
    assert normalise_phone("0033 1 99 00 12 34", None) == ("+33199001234", set())
    assert normalise_phone("+33 1 99 00 12 34 ext. 5", None)[1] == {"phone_extension"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("The Netherlands", "NL"), ("Nederland", "NL"), ("Países Bajos", "NL"), ("Països Baixos", "NL"),
        ("Pays-Bas", "NL"), ("Niederlande", "NL"), ("Países Baixos", "NL"), ("nl", "NL"), ("Deutschland", "DE"),
        ("South Korea", "KR"), ("UK", "GB"), ("U.S.A.", "US"), ("España", "ES"), ("Atlantis", None), ("", None),
    ],
)  # fmt: skip
def test_countries_in_seven_languages(name: str, code: str | None) -> None:
    assert find_country(name) == code


def test_country_of_a_domain_is_a_hint_only_where_it_is_one() -> None:
    assert country_of_domain("ana@faro.pt") == "PT"
    assert country_of_domain("ana@city.gent") == "BE"
    assert country_of_domain("ana@city.example") is None


@pytest.mark.parametrize(
    ("text", "cities"),
    [
        ("the City of New York and others", ["New York"]),
        ("City of The Hague, digital team", ["The Hague"]),
        ("Gemeente 's-Hertogenbosch", ["'s-Hertogenbosch"]),
        ("Ajuntament de l'Hospitalet de Llobregat", ["l'Hospitalet de Llobregat"]),
        ("Ajuntament de L'Hospitalet de Llobregat", ["L'Hospitalet de Llobregat"]),
        ("Ville d'Aix-en-Provence", ["Aix-en-Provence"]),
        ("Mairie de Saint-Denis, service économie", ["Saint-Denis"]),
        ("Stadt Frankfurt am Main", ["Frankfurt am Main"]),
        ("die Stadt Wien Interesse hat", ["Wien"]),
        ("Câmara Municipal do Porto", ["Porto"]),
        ("City of Washington D.C. Office of Planning", ["Washington D.C."]),
        ("Norwich City Council", ["Norwich"]),
        ("City of Ghent and City of Leuven", ["Ghent", "Leuven"]),
        ("the city of the future", []),
        ("Declaration of Sharing Cities", []),
    ],
)
def test_cities_are_read_from_words_for_city(text: str, cities: list[str]) -> None:
    assert cities_in_text(text) == cities


@pytest.mark.parametrize(
    ("value", "city", "country", "reasons"),
    [
        ("City of Ghent", "Ghent", None, set()),
        ("Bologna, Italy", "Bologna", "IT", set()),
        ("Gent (België)", "Gent", "BE", set()),
        ("Lisbon and Porto", None, None, {"several_cities"}),
        ("Ghent / Leuven", None, None, {"several_cities"}),
        ("x" * 121, None, None, {"value_too_long"}),
    ],
)
def test_a_city_label(value: str, city: str | None, country: str | None, reasons: set[str]) -> None:
    assert city_of_label(value) == (city, country, reasons)


def test_language_is_none_when_in_doubt() -> None:
    assert detect_language("Wij zijn van de gemeente en willen graag het tijdschrift") == "nl"
    assert detect_language("ok") is None
    assert (
        detect_language("Buongiorno, siamo del comune e vorremmo partecipare alla rete di città")
        is None
    )


def test_html_keeps_what_is_seen_and_drops_what_is_hidden() -> None:
    html = (
        "<style>x</style><p>One<br>two</p><div hidden>no</div><span style='display:none'>no</span><table><tr><td>Name"
        "</td><td>Ana &amp; Co</td></tr></table><blockquote>old</blockquote><script>no</script><img src=x onerror=no>"
    )
    assert [line for line in html_to_text(html).split("\n") if line] == [
        "One",
        "two",
        "Name\tAna & Co",
        "> old",
    ]
