"""Doubt goes to review with its reason, and what is certain is read; one small letter per rule."""

from email.message import EmailMessage

import pytest
from scn_sync.models import SignupRecord
from scn_sync.reading import Rejection, Signup, read_message
from scn_sync.sources import RawMessage
from scn_sync.sources.raw_message import external_id

SIGNED = "Kind regards,\nAna Reis\nAdviser\nCity of Faro"


def letter(body: str, **headers: str) -> RawMessage:
    message = EmailMessage()
    given = {"From": "Ana Reis <ana.reis@faro.example>", "Subject": "Hello", **headers}
    for name, value in given.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    content = message.as_bytes()
    return RawMessage(1, external_id(content), content, 1)


def record(body: str, **headers: str) -> SignupRecord:
    reading = read_message(letter(body, **headers))
    assert isinstance(reading, Signup)
    return reading.record


def reasons(body: str, **headers: str) -> list[str]:
    return record(body, **headers).review_reasons


def test_a_plain_letter_leaves_no_doubt() -> None:
    assert reasons(f"Hello,\n\nwe would like to join the task force.\n\n{SIGNED}") == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("We do not want the magazine.\n\n" + SIGNED, "wants_unclear"),
        ("We would like the magazine. You may not store our data.\n\n" + SIGNED, "consent_refused"),
        (
            "The task force. As the City of Lagos told us, it is useful.\n\n" + SIGNED,
            "several_cities",
        ),
        (
            "Name: Rui Dias\nCity: Faro\nE-mail: rui@faro.example\nInterest: magazine",
            "sender_differs",
        ),
        ("Name: Ana Reis\nCity: Faro\nCountry: Atlantis\nInterest: magazine", "country_unknown"),
        (
            "Name: Ana Reis\nCity: Faro\nInterest: magazine\nPhone: +351 21 234 5678 ext. 12",
            "phone_extension",
        ),
        (f"Name: {'x' * 200}\nCity: Faro\nInterest: magazine", "value_too_long"),
        ("Task force.\n\nKind regards,\nRui Dias\nCity of Faro", "name_differs"),
        ("Name: Аnа Reis\nCity: Faro\nInterest: magazine", "lookalike_name"),
        ("Task force. " + "x " * 11_000 + "\n\n" + SIGNED, "long_text"),
    ],
)
def test_a_doubt_in_the_text_has_its_reason(body: str, reason: str) -> None:
    assert reason in reasons(body)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"From": '"mayor@faro.example" <x@lagos.example>'}, "sender_differs"),
        ({"Reply-To": "x@lagos.example"}, "reply_to_differs"),
        ({"List-Id": "<cities.lists.example.org>"}, "mailing_list"),
    ],
)
def test_a_doubt_in_the_headers_has_its_reason(headers: dict[str, str], reason: str) -> None:
    assert reason in reasons(f"We would like to join the task force.\n\n{SIGNED}", **headers)


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ('"Reis, Ana" <ana.reis@faro.example>', "Ana Reis"),
        ('"Ana Reis (City of Faro)" <ana.reis@faro.example>', "Ana Reis"),
        ('"Ana Reis | City of Faro" <ana.reis@faro.example>', "Ana Reis"),
        ('"Office of the Mayor" <ana.reis@faro.example>', None),
        ("ana.reis@faro.example", None),
    ],
)
def test_the_name_in_the_header_is_used_when_it_is_a_persons(shown: str, name: str | None) -> None:
    assert record("The City of Faro joins the task force.", From=shown).name == name


def test_the_address_of_a_web_form_is_nobodys() -> None:
    form = "Name: Ana Reis\nCity: Faro\nInterest: magazine"
    assert record(form, From="forms@sharingcities.example").email is None
    with_address = record(form + "\nE-mail: ana.reis@faro.example", From="noreply@site.example")
    assert with_address.email == "ana.reis@faro.example"
    assert with_address.review_reasons == []


def test_a_past_summit_is_not_asked_for() -> None:
    body = f"After the last summit we decided to join the task force.\n\n{SIGNED}"
    assert record(body).wants == ["task_force"]


def test_the_subject_of_a_reply_is_not_the_senders_wish() -> None:
    body = f"Thank you.\n\n{SIGNED}\n\nOn Mon, 2 Sep 2019 Sharing Cities wrote:\n> Do you want the magazine?"
    reply = record(body, Subject="Re: Magazine")
    assert reply.wants == []
    assert {"quoted_reply", "wants_unclear"} <= set(reply.review_reasons)


def test_a_number_needs_its_country() -> None:
    form = "Name: Ana Reis\nCity: Faro\nInterest: magazine\nPhone: 21 234 5678"
    assert record(form).phone == "21 234 5678"
    assert record(form + "\nCountry: Portugal").phone == "+351212345678"
    assert record(form, From="ana.reis@faro.pt").phone == "+351212345678"


@pytest.mark.parametrize(
    "subject",
    ["Out of office", "Automatische Antwort: x", "Réponse automatique", "Fuera de la oficina"],
)
def test_an_absence_is_rejected(subject: str) -> None:
    assert read_message(letter("I am away.", Subject=subject)) == Rejection("auto_reply")


@pytest.mark.parametrize("submitted", ["auto-replied", "auto-notified", "auto-generated; x=y"])
def test_automatic_messages_are_rejected(submitted: str) -> None:
    assert read_message(letter("Thank you.", Auto_Submitted=submitted)) == Rejection("auto_reply")
    assert isinstance(read_message(letter(f"Task force\n{SIGNED}", Auto_Submitted="no")), Signup)


def test_text_that_breaks_a_call_is_cleaned() -> None:
    found = record("Name: Ana\x00 \x0bReis\nCity: Fa\u200bro\nInterest: magazine \ufffe\n")
    assert (found.name, found.city) == ("Ana Reis", "Faro")
    assert "\x00" not in found.raw_text and "\u200b" not in found.raw_text


@pytest.mark.parametrize(
    "sentence",
    [
        "We do not agree that you keep our data.",
        "Wij gaan niet akkoord met het bewaren van onze gegevens.",
        "No autorizamos que guarden nuestros datos.",
        "No autoritzem que deseu les nostres dades.",
        "Nous n'acceptons pas que nos données soient conservées.",
        "Wir sind nicht einverstanden, dass Sie unsere Daten speichern.",
        "Não autorizamos que guardem os nossos dados.",
    ],
)
def test_a_refusal_is_no_consent_in_any_language(sentence: str) -> None:
    found = record(f"Task force.\n\n{sentence}\n\n{SIGNED}")
    assert found.consent is None
    assert "consent_refused" in found.review_reasons


@pytest.mark.parametrize(
    "sentence",
    [
        "Please remove us from your list.",
        "Graag willen wij ons afmelden voor de nieuwsbrief.",
        "Queremos darnos de baja de la revista.",
        "Volem donar-nos de baixa de la revista.",
        "Nous souhaitons nous désinscrire de la revue.",
        "Bitte nehmen Sie uns heraus, wir möchten uns abmelden.",
        "Queremos cancelar a nossa subscrição da revista.",
    ],
)
def test_who_wants_to_stop_wants_nothing_else(sentence: str) -> None:
    found = record(f"{sentence}\n\n{SIGNED}")
    assert found.wants == []
    assert "asks_to_stop" in found.review_reasons
