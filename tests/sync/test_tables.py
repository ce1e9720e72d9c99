"""Tables: the dialect is found, no row is swallowed, a doubled key or NaN is refused, a row keeps its id."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scn_sync.errors import ConfigurationProblem, NoMailbox
from scn_sync.extraction.rows import read_moment
from scn_sync.models import SignupRecord
from scn_sync.reading import DeadLetter, Signup, read_message
from scn_sync.sources import MailSource, RawMessage, open_source
from scn_sync.sources.mapping import built_in_mappings, field_of_heading, load_mapping

HEADINGS = [
    "Timestamp",
    "Name",
    "E-mail",
    "City",
    "Country",
    "Phone",
    "I am interested in",
    "I agree that my data are kept",
]
ANA = [
    "2019-09-02 09:00:00",
    "Ana Reis",
    "ana@faro.example",
    "Faro",
    "Portugal",
    "289 100 200",
    "task force",
    "Yes",
]
BEA = [
    "2019-09-03 09:00:00",
    "Bea Lund",
    "bea@lund.example",
    "Lund",
    "Sweden",
    "",
    "magazine",
    "Yes",
]
CLEO = [
    "2019-09-04 09:00:00",
    "Cleo Moss",
    "cleo@moss.example",
    "Moss",
    "Norway",
    "",
    "declaration",
    "No",
]


def table(rows: list[list[str]], delimiter: str = ",") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue()


def opened(folder: Path, name: str, content: str | bytes, mapping: str | None = None) -> MailSource:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return open_source(path, mapping)


def read(
    folder: Path, name: str, content: str | bytes, mapping: str | None = None
) -> list[RawMessage]:
    source = opened(folder, name, content, mapping)
    try:
        return list(source)
    finally:
        source.close()


def record_of(message: RawMessage) -> SignupRecord:
    reading = read_message(message)
    assert isinstance(reading, Signup), reading
    return reading.record


def fates(messages: list[RawMessage]) -> list[tuple[int, str]]:
    """Row number, and the name in it or why it is a dead letter."""
    found = []
    for message in messages:
        reading = read_message(message)
        match reading:
            case Signup(record):
                found.append((message.position, record.name or ""))
            case DeadLetter(reason):
                found.append((message.position, reason))
    return found


def test_a_row_becomes_a_sign_up_with_every_field(tmp_path: Path) -> None:
    (message,) = read(tmp_path, "a.csv", table([HEADINGS, ANA]))
    record = record_of(message)
    assert message.position == 2  # as a spreadsheet counts
    assert record.received_at == "2019-09-02T09:00:00Z"
    assert (record.name, record.email, record.city) == ("Ana Reis", "ana@faro.example", "Faro")
    assert (record.country, record.phone, record.wants) == ("PT", "+351289100200", ["task_force"])
    assert record.consent is not None
    assert record.consent.wording == "I agree that my data are kept"
    assert record.consent.given_at == record.received_at
    assert "Phone: 289 100 200" in record.raw_text
    assert record.review_reasons == []


def test_a_no_beside_consent_is_a_refusal(tmp_path: Path) -> None:
    (message,) = read(tmp_path, "a.csv", table([HEADINGS, CLEO]))
    assert record_of(message).consent is None
    assert record_of(message).review_reasons == ["consent_refused"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_dialect_and_encoding_are_found_reported_and_leave_the_id_alone(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    ana = [*ANA[:1], "Ána Réis", *ANA[2:]]
    plain = read(tmp_path, "plain.csv", table([HEADINGS, ana, BEA]))
    content = table([HEADINGS, ana, BEA], delimiter).encode(encoding)
    source = opened(tmp_path, "a.csv", content)
    assert [message.external_id for message in source] == [m.external_id for m in plain]
    names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
    assert f"encoding {encoding.removesuffix('-sig')}," in source.notices[0]
    assert names[delimiter] in source.notices[0]


def test_order_of_columns_and_an_added_empty_column_leave_the_id_alone(tmp_path: Path) -> None:
    (one,) = read(tmp_path, "a.csv", table([HEADINGS, ANA]))
    turned = table([[*reversed(HEADINGS), "New question"], [*reversed(ANA), ""]])
    (other,) = read(tmp_path, "b.csv", turned)
    assert one.external_id == other.external_id
    (changed,) = read(tmp_path, "c.csv", table([HEADINGS, [*ANA[:-1], "No"]]))
    assert changed.external_id != one.external_id
    objects = json.dumps([dict(zip(HEADINGS, ANA, strict=True))])
    (from_json,) = read(tmp_path, "d.json", objects)
    assert from_json.external_id == one.external_id


def test_windows_letters_are_read_and_flagged_as_a_guess(tmp_path: Path) -> None:
    rows = [HEADINGS, [ANA[0], "José Ruiz", *ANA[2:]], BEA]
    content = table(rows).encode("cp1252")
    jose, bea = read(tmp_path, "a.csv", content)
    assert record_of(jose).name == "José Ruiz"
    assert record_of(jose).review_reasons == ["charset_guessed"]
    assert record_of(bea).review_reasons == []  # plain letters are no guess
    (tmp_path / "m.toml").write_text('encoding = "cp1252"\n')
    jose, _bea = read(tmp_path, "a.csv", content, str(tmp_path / "m.toml"))
    assert record_of(jose).review_reasons == []


def test_an_open_quotation_mark_costs_one_row_only(tmp_path: Path) -> None:
    good = table([HEADINGS, ANA]).encode()
    open_quote = b'2019-09-05,Open,"open@moss.example,Moss,Norway,,magazine,Yes\r\n'
    content = good + open_quote + table([BEA, CLEO]).encode()
    assert fates(read(tmp_path, "a.csv", content)) == [
        (2, "Ana Reis"),
        (3, "unclosed_quote"),
        (4, "Bea Lund"),
        (5, "Cleo Moss"),
    ]
    # the control: Python's own reader loses three rows without a word
    silently = list(csv.reader(io.StringIO(content.decode())))
    assert len(silently) == 3


def test_a_quotation_mark_that_another_one_closes_is_found_too(tmp_path: Path) -> None:
    content = table([HEADINGS, ANA]) + (
        '2019-09-05,Open,"open@moss.example,Moss,Norway,,magazine,Yes\r\n'
        '2019-09-06,"Shut",shut@moss.example,Moss,Norway,,magazine,Yes\r\n'
    )
    assert fates(read(tmp_path, "a.csv", content)) == [
        (2, "Ana Reis"),
        (3, "unclosed_quote"),
        (4, "Shut"),
    ]


def test_a_value_that_holds_what_looks_like_rows_is_doubted(tmp_path: Path) -> None:
    swallowed = [*ANA[:-1], "Yes\n" + ",".join(BEA)]
    (message,) = read(tmp_path, "a.csv", table([HEADINGS, swallowed]))
    assert "separator_doubtful" in record_of(message).review_reasons


def test_several_lines_in_a_value_are_one_row(tmp_path: Path) -> None:
    headings, ana = [*HEADINGS, "Comments"], [*ANA, "One,\ntwo “three”\n\nfour"]
    messages = read(tmp_path, "a.csv", table([headings, ana, [*BEA, ""]]))
    assert fates(messages) == [(2, "Ana Reis"), (3, "Bea Lund")]
    assert "two “three”" in record_of(messages[0]).raw_text


def test_ragged_rows_are_dead_letters_and_blank_ones_are_none(tmp_path: Path) -> None:
    content = table([HEADINGS, ANA, BEA[:5], [], [*CLEO, "more"], [*BEA, "", ""]])
    assert fates(read(tmp_path, "a.csv", content)) == [
        (2, "Ana Reis"),
        (3, "ragged_row"),
        (5, "ragged_row"),
        (6, "Bea Lund"),
    ]


def test_bytes_that_are_no_letters_are_a_dead_letter(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text('encoding = "utf-8"\n')
    content = table([HEADINGS, ANA, BEA]).encode().replace(b"Reis", b"R\xffis")
    messages = read(tmp_path, "a.csv", content, str(tmp_path / "m.toml"))
    assert fates(messages) == [(2, "encoding_broken"), (3, "Bea Lund")]
    assert messages[0].content is not None
    assert b"R\xffis" in messages[0].content  # kept as it is


@pytest.mark.parametrize(
    ("headings", "sentence"),
    [
        (["Name", "E-mail", "City", "name *"], "more than one column"),
        (["a", "b", "c", "d"], "None of the 4 headings"),
    ],
)
def test_headings_that_decide_nothing_are_refused(
    tmp_path: Path, headings: list[str], sentence: str
) -> None:
    with pytest.raises(NoMailbox, match=sentence):
        opened(tmp_path, "a.csv", table([headings, ["1", "2", "3", "4"]]))


def test_a_long_row_is_a_dead_letter_and_memory_stays_flat(tmp_path: Path) -> None:
    content = table([HEADINGS, [*ANA[:-1], "x" * 3_000_000], BEA])
    messages = read(tmp_path, "a.csv", content)
    assert fates(messages) == [(2, "row_too_large"), (3, "Bea Lund")]
    assert messages[0].content is None


def test_an_empty_table_is_no_error(tmp_path: Path) -> None:
    assert read(tmp_path, "a.csv", table([HEADINGS])) == []
    assert read(tmp_path, "b.csv", b"") == []
    assert read(tmp_path, "c.json", "[]") == []


@given(st.lists(st.lists(st.text(max_size=12), min_size=4, max_size=4), max_size=12))
def test_what_a_writer_wrote_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    """Every non-empty row of a correct file is one message, whatever is in it."""
    rows = [[value.encode("utf-8", "ignore").decode() for value in row] for row in rows]
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([["Name", "City", "Note", "Other"], *rows])
    content = stream.getvalue().encode()
    messages = read(tmp_path_factory.mktemp("rows"), "a.csv", b"\xef\xbb\xbf" + content)
    wanted = [number for number, row in enumerate(rows, 2) if any(map(str.strip, row))]
    assert [message.position for message in messages] == wanted
    assert not any(message.problem == "ragged_row" for message in messages)


def test_doubled_keys_and_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    good = dict(zip(HEADINGS, ANA, strict=True))
    lines = [
        json.dumps(good),
        '{"name": "Ana", "name": "Bea", "email": "ana@faro.example"}',
        '{"name": "Ana", "score": NaN}',
        '{"name": "Ana", "score": [-Infinity]}',
        '["Ana"]',
        '{"name": "Ana"',
        '{"name": {"name": {"a": 1, "a": 2}}}',
        json.dumps(good | {"Name": "Dora"}),
    ]
    expected = [
        (1, "Ana Reis"),
        (2, "duplicate_keys"),
        (3, "not_a_number"),
        (4, "not_a_number"),
        (5, "not_an_object"),
        (6, "invalid_json"),
        (7, "duplicate_keys"),
        (8, "Dora"),
    ]
    assert fates(read(tmp_path, "a.jsonl", "\n".join(lines))) == expected
    del lines[5]
    whole = [fate for _number, fate in expected if fate != "invalid_json"]
    assert [fate for _, fate in fates(read(tmp_path, "a.json", f"[{','.join(lines)}]"))] == whole
    # the control: Python takes the last of two keys, and NaN for a number
    assert json.loads(lines[1])["name"] == "Bea"


def test_digits_of_a_number_are_kept(tmp_path: Path) -> None:
    content = '[{"name": "Ana", "phone": 351289100200000001, "note": 1.10}]'
    (message,) = read(tmp_path, "a.json", content)
    record = record_of(message)
    assert record.phone == "351289100200000001"
    assert "note: 1.10" in record.raw_text


@pytest.mark.parametrize(
    "data",
    [
        {"data": {"name": "Ana Reis", "email": "ana@faro.example", "city": "Faro"}},
        {"responses": [{"name": {"first": "Ana", "last": "Reis"}, "e-mail": "ana@faro.example",
                        "city": {"name": "Faro"}}]},
        {"answers": [
            {"field": {"ref": "name"}, "type": "text", "text": "Ana Reis"},
            {"field": {"ref": "email"}, "type": "email", "email": "ana@faro.example"},
            {"field": {"ref": "city"}, "type": "text", "text": "Faro"},
        ]},
        [{"fields": [
            {"label": "Name", "value": "Ana Reis"}, {"label": "E-mail", "value": "ana@faro.example"},
            {"label": "City", "value": ["Faro"]},
        ]}],
    ],
)  # fmt: skip
def test_shapes_in_which_form_services_write(tmp_path: Path, data: object) -> None:
    (message,) = read(tmp_path, "a.json", json.dumps(data))
    record = record_of(message)
    assert (record.name, record.email, record.city) == ("Ana Reis", "ana@faro.example", "Faro")


def test_a_file_that_is_no_json_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with pytest.raises(NoMailbox, match="not valid JSON"):
        opened(tmp_path, "a.json", '[{"name": "Ana"}, {"name"')
    with pytest.raises(NoMailbox, match="None of the keys"):
        opened(tmp_path, "b.json", '[{"a": 1}]')
    with pytest.raises(NoMailbox, match="not clear where"):
        opened(tmp_path, "c.json", '{"a": [{"name": "x"}], "b": [{"name": "y"}]}')


def test_a_mapping_says_which_column_is_what(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(
        'id = "No"\ndates = "%d/%m/%Y %H:%M"\ntime_zone = "Europe/Amsterdam"\ncountry = "NL"\n'
        '[columns]\nname = ["Given", "Family"]\nemail = "Address for mail"\nreceived_at = "When"\n'
        'city = "Where"\nconsent = "OK?"\nwants = "Boxes"\n'
        '[wishes]\nmagazine = "Magazine?"\n[words]\n"Join us" = "task_force"\n'
        '[consent]\nwording = "You may write to me."\nsource = "form on our site"\n'
    )
    headings = [
        "No",
        "Given",
        "Family",
        "Address for mail",
        "When",
        "Where",
        "OK?",
        "Boxes",
        "Magazine?",
        "Seen",
    ]
    row = [
        "7",
        "Ana",
        "Reis",
        "ana@gent.example",
        "3/4/2019 10:00",
        "Gent",
        "x",
        "Join us; News",
        "on",
        "no",
    ]
    mapping = str(tmp_path / "m.toml")
    (message,) = read(tmp_path, "a.csv", table([headings, row]), mapping)
    record = record_of(message)
    assert (record.name, record.city, record.country) == ("Ana Reis", "Gent", "NL")
    assert record.received_at == "2019-04-03T08:00:00Z"
    assert record.wants == ["magazine", "task_force"]
    assert record.consent is not None
    assert record.consent.wording == "You may write to me."
    assert record.consent.source == "form on our site"
    (later,) = read(tmp_path, "b.csv", table([headings, [*row[:-1], "yes"]]), mapping)
    assert later.external_id == message.external_id  # the number identifies it
    with pytest.raises(NoMailbox, match="no column “Where”"):
        opened(tmp_path, "c.csv", table([headings[:5], row[:5]]), mapping)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[columns]\nnonsense = 'x'", "columns"),
        ("time_zone = 'Mars/Olympus'", "time_zone"),
        ("encoding = 'nonsense'", "encoding"),
        ("columns = ", "neither valid TOML nor JSON"),
        ("password = 'secret words'", "password"),
    ],
)
def test_an_unfit_mapping_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises(ConfigurationProblem, match=sentence) as caught:
        load_mapping(str(tmp_path / "m.toml"))
    assert "secret words" not in str(caught.value)


def test_a_mapping_may_be_json_and_a_missing_one_names_those_that_come_along(
    tmp_path: Path,
) -> None:
    (tmp_path / "m.json").write_text('{"columns": {"name": "Who"}}')
    assert load_mapping(str(tmp_path / "m.json")).columns == {"name": ["Who"]}
    with pytest.raises(ConfigurationProblem, match="google-forms"):
        load_mapping(str(tmp_path / "none.toml"))


@pytest.mark.parametrize("name", sorted(built_in_mappings()))
def test_mappings_that_come_along_are_valid_and_documented(name: str, checkout: Path) -> None:
    mapping = load_mapping(name)
    assert mapping.columns
    assert f"`{name}`" in (checkout / "docs" / "sync.md").read_text("utf-8")


def test_exports_of_form_services_are_read(tmp_path: Path) -> None:
    person = {"Your name": "Ana Reis", "Work e-mail": "ana@faro.example"}
    # all columns that each service adds by itself
    exports = {
        "google-forms": {"Timestamp": "2019/09/02 9:00:00 AM GMT+2"},
        "microsoft-forms": {"ID": "1", "Start time": "9/2/19 6:59:00", "Completion time": "9/2/19 7:00:00",
                            "Email": "anonymous", "Name": "", "Last modified time": "9/3/19 8:00:00"},
        "gravity-forms": {"Entry Id": "4", "Entry Date": "2019-09-02 07:00:00", "User IP": "192.0.2.1",
                          "Created By (User Id)": "7", "Source Url": "https://forms.example/", "Transaction Id": "",
                          "Payment Amount": "", "Payment Date": "", "Payment Status": "", "Post Id": "",
                          "User Agent": "Browser 9"},
        "typeform": {"#": "abc", "Response Type": "completed", "Start Date (UTC)": "2019-09-02 06:59:00",
                     "Stage Date (UTC)": "", "Submit Date (UTC)": "2019-09-02 07:00:00", "Network ID": "1",
                     "Tags": "", "Ending": "Thanks"},
    }  # fmt: skip
    assert exports.keys() == built_in_mappings().keys()
    for name, own in exports.items():
        row = {
            **own,
            "Full name": person["Your name"],
            "E-mail address": person["Work e-mail"],
            "City": "Faro",
        }
        (message,) = read(tmp_path, "a.csv", table([list(row), list(row.values())]), name)
        record = record_of(message)
        assert (record.name, record.email) == ("Ana Reis", "ana@faro.example"), name
        assert record.received_at == "2019-09-02T07:00:00Z", name
        assert record.city == "Faro", name
        for machine in ("anonymous", "192.0.2.1", "Browser 9", "2019-09-02 06:59", "9/3/19"):
            assert machine not in record.raw_text, name  # what is ignored is not sent either


def test_parts_of_a_name_and_of_an_address_have_a_heading_each(tmp_path: Path) -> None:
    row = {
        "Entry Id": "4", "Entry Date": "2019-09-02 07:00:00", "Name (First)": "Ana", "Name (Last)": "Reis",
        "Address (Street Address)": "Rua 1", "Address (City)": "Faro", "Address (Country)": "Portugal",
        "Consent (Consent)": "Checked", "Consent (Text)": "I agree that you keep my data.",
    }  # fmt: skip
    (message,) = read(tmp_path, "a.csv", table([list(row), list(row.values())]), "gravity-forms")
    record = record_of(message)
    assert (record.name, record.city, record.country) == ("Ana Reis", "Faro", "PT")
    assert record.consent is not None and "I agree that you keep my data." in record.consent.wording
    refused = {**row, "Consent (Consent)": "Not Checked", "Consent (Text)": ""}
    rows = [list(refused), list(refused.values())]
    (message,) = read(tmp_path, "b.csv", table(rows), "gravity-forms")
    assert record_of(message).consent is None
    with pytest.raises(NoMailbox, match="more than one column"):
        read(tmp_path, "c.csv", table([["City", "City (required)", "Name"], ["a", "b", "c"]]))


@pytest.mark.parametrize(
    ("typed", "formats", "zone", "instant"),
    [
        ("2019-09-02T09:00:00Z", [], "UTC", "2019-09-02T09:00:00"),
        ("2019-09-02T09:00:00.123456+02:00", [], "UTC", "2019-09-02T07:00:00"),
        ("2019-09-02 09:00", [], "Europe/Madrid", "2019-09-02T07:00:00"),
        ("2019/09/02 3:45:12 PM GMT+2", [], "UTC", "2019-09-02T13:45:12"),
        ("2022/10/17 6:31:58 PM EST", [], "UTC", "2022-10-17T23:31:58"),
        ("2022/10/17 6:31:58 pm CEST", [], "UTC", "2022-10-17T16:31:58"),
        ("2022/10/17 6:31:58 PM IST", [], "UTC", None),
        ("2019-09-02", [], "UTC", "2019-09-02T00:00:00"),
        ("03/04/2019", [], "UTC", None),
        ("03/04/2019", ["%d/%m/%Y"], "UTC", "2019-04-03T00:00:00"),
        ("0001-01-01", [], "Asia/Tokyo", None),
        ("yesterday", [], "UTC", None),
        ("", [], "UTC", None),
    ],
)
def test_a_date_is_read_for_certain_or_not_at_all(
    typed: str, formats: list[str], zone: str, instant: str | None
) -> None:
    moment = read_moment(typed, formats, zone)
    assert (moment.strftime("%Y-%m-%dT%H:%M:%S") if moment else None) == instant


def test_an_unclear_date_is_for_review(tmp_path: Path) -> None:
    (message,) = read(tmp_path, "a.csv", table([HEADINGS, ["03/04/2019", *ANA[1:]]]))
    assert record_of(message).received_at is None
    assert "date_unclear" in record_of(message).review_reasons


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("E-mail address *", "email"), ("Name / Naam", "name"), ("Ville (obligatoire)", "city"),
        ("Geef toestemming voor het bewaren van mijn gegevens", "consent"), ("Shoe size", None), ("", None),
    ],
)  # fmt: skip
def test_headings_are_recognised_in_seven_languages(heading: str, field: str | None) -> None:
    assert field_of_heading(heading) == field


def test_a_row_kept_as_a_dead_letter_can_be_read_again(tmp_path: Path) -> None:
    (message,) = read(tmp_path, "a.csv", table([HEADINGS, ANA]))
    again = RawMessage(1, message.external_id, message.content, 1, form="row")
    assert read_message(again) == read_message(message)
    broken = RawMessage(1, "0" * 64, b'{"fields": []}', 1, form="row")
    assert read_message(broken) == DeadLetter("invalid_record")
