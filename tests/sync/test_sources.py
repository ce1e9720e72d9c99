"""A message keeps its id wherever it lies, and no body line makes a second message unnoticed."""

import mailbox
import os
from pathlib import Path

import pytest
from scn_sync import sample
from scn_sync.errors import NoMailbox, UnreadableInput
from scn_sync.reading import Signup, read_message
from scn_sync.sources import RawMessage, open_source
from scn_sync.sources import mbox as mbox_source
from scn_sync.sources.raw_message import external_id

MAILBOX = Path(sample.__file__).parent / "sample.mbox"
MESSAGE = (
    b"From: Ana <ana@faro.example>\nDate: Mon, 2 Sep 2019 09:00:00 +0200\nSubject: Task force\n\n"
    b"Hello,\n\n%sKind regards,\nAna Reis\nCity of Faro\n"
)
SEPARATOR = b"From ana@faro.example Mon Sep  2 09:00:00 2019\n"


def read(path: Path) -> list[RawMessage]:
    source = open_source(path)
    messages = list(source)
    source.close()
    return messages


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_mbox_eml_folder_and_maildir_give_the_same_ids(tmp_path: Path) -> None:
    messages = read(MAILBOX)
    folder = tmp_path / "letters"
    folder.mkdir()
    maildir = mailbox.Maildir(tmp_path / "Maildir")
    for message in messages:
        assert message.content is not None
        with_crlf = message.content.replace(b"\n", b"\r\n")
        (folder / f"{message.position:03d}.eml").write_bytes(with_crlf)
        name = f"{message.position:03d}.mail.example.org"
        target = "cur" if message.position % 2 else "new"
        (tmp_path / "Maildir" / target / name).write_bytes(message.content)
    maildir.close()
    ids = [message.external_id for message in messages]
    assert [message.external_id for message in read(folder)] == ids
    assert sorted(message.external_id for message in read(tmp_path / "Maildir")) == sorted(ids)
    assert [message.external_id for message in read(folder / "007.eml")] == [ids[6]]


def test_an_mbox_written_by_the_standard_library_gives_the_same_ids(tmp_path: Path) -> None:
    messages = read(MAILBOX)
    other = mailbox.mbox(tmp_path / "other.mbox")
    for message in messages:
        assert message.content is not None
        other.add(message.content)
    other.close()
    assert {message.external_id for message in read(tmp_path / "other.mbox")} == {
        message.external_id for message in messages
    }


@pytest.mark.parametrize(
    "change", ["Status: RO", "X-Mozilla-Status: 0001", "X-UID: 17", "Content-Length: 99"]
)
def test_what_a_mail_program_adds_does_not_change_the_id(change: str) -> None:
    message = MESSAGE % b""
    marked = message.replace(b"Subject:", change.encode() + b"\nSubject:")
    assert external_id(marked) == external_id(message)
    assert external_id(message.replace(b"Faro", b"Lagos")) != external_id(message)


def test_a_body_line_that_only_starts_like_a_separator_stays_text(tmp_path: Path) -> None:
    body = b"From Monday on we are ready.\n\nFrom here on\nSubject: no header\n\n"
    messages = read(write(tmp_path / "a.mbox", SEPARATOR + MESSAGE % body))
    assert len(messages) == 1
    assert messages[0].doubts == ("unescaped_from_line",)
    assert messages[0].content is not None and b"From Monday on" in messages[0].content


@pytest.mark.parametrize(
    ("forged", "why"),
    [
        (SEPARATOR + b"\nText.\n\n", "no header lines follow"),
        (b"x\n" + SEPARATOR + b"From: x@example.org\n\n", "no blank line before"),
        (b"From x today\nFrom: x@example.org\n\n", "no date"),
    ],
)
def test_a_forged_separator_makes_no_message(tmp_path: Path, forged: bytes, why: str) -> None:
    messages = read(write(tmp_path / "a.mbox", SEPARATOR + MESSAGE % forged))
    assert len(messages) == 1, why
    assert "unescaped_from_line" in messages[0].doubts


def test_a_separator_inside_an_unfinished_part_is_doubted_on_both_sides(tmp_path: Path) -> None:
    outer = (
        b"From: Ana <ana@faro.example>\nDate: Mon, 2 Sep 2019 09:00:00 +0200\nContent-Type: multipart/mixed;\n"
        b' boundary="x1"\n\n--x1\nContent-Type: text/plain\n\nHello\n\n'
    )
    forged = SEPARATOR + MESSAGE % b"" + b"\n--x1--\n"
    messages = read(write(tmp_path / "a.mbox", SEPARATOR + outer + forged))
    assert [message.doubts for message in messages] == [("separator_doubtful",)] * 2
    readings = [read_message(message) for message in messages]
    assert all(
        isinstance(r, Signup) and "separator_doubtful" in r.record.review_reasons for r in readings
    )


def test_a_separator_without_date_or_receipt_is_doubted(tmp_path: Path) -> None:
    forged = SEPARATOR + b"From: mayor@example.org\nSubject: Task force\n\nText\n"
    messages = read(write(tmp_path / "a.mbox", SEPARATOR + MESSAGE % b"" + b"\n" + forged))
    assert [message.doubts for message in messages] == [("separator_doubtful",)] * 2


def test_genuine_neighbours_are_not_doubted(tmp_path: Path) -> None:
    content = (SEPARATOR + MESSAGE % b"" + b"\n") * 3
    assert [message.doubts for message in read(write(tmp_path / "a.mbox", content))] == [()] * 3


def test_an_oversized_message_is_left_out_of_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mbox_source, "MESSAGE_BYTES", 1_000)
    content = SEPARATOR + MESSAGE % (b"x" * 5_000 + b"\n\n") + b"\n" + SEPARATOR + MESSAGE % b""
    messages = read(write(tmp_path / "a.mbox", content))
    assert [(message.problem, message.content is None) for message in messages] == [
        ("too_large", True),
        (None, False),
    ]


def test_an_empty_file_is_an_empty_mailbox(tmp_path: Path) -> None:
    assert read(write(tmp_path / "empty.mbox", b"")) == []


def test_an_empty_maildir_is_an_empty_mailbox(tmp_path: Path) -> None:
    mailbox.Maildir(tmp_path / "Maildir").close()
    assert read(tmp_path / "Maildir") == []


@pytest.mark.parametrize(
    "content",
    [
        b"\x7fELF\x02\x01\x01" + bytes(range(256)),
        b"Dear all,\n\nhello\n",
        b"name,city\nAna,Faro\n",
        b"\n\n\n",
    ],
)
def test_a_file_that_is_no_mailbox_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NoMailbox, match="is no mailbox"):
        open_source(write(tmp_path / "file", content))


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoMailbox, match="no Maildir and holds no"):
        open_source(tmp_path)


def test_a_pipe_is_refused_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NoMailbox):
        open_source(tmp_path / "pipe")
    os.mkfifo(tmp_path / "one.eml")
    (tmp_path / "two.eml").mkdir()
    assert [message.problem for message in read(tmp_path)] == ["unreadable_file"] * 2


@pytest.mark.parametrize("path", ["missing", "file/below", "x" * 300, "loop"])
def test_what_the_system_cannot_open_is_unreadable(tmp_path: Path, path: str) -> None:
    write(tmp_path / "file", b"")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UnreadableInput, match="cannot be read"):
        open_source(tmp_path / path)
