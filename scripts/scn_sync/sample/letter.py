"""Builds the bytes of one sample message, with the charset and transfer encoding that the sample wants to show."""

import base64
import quopri
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.header import Header
from email.utils import format_datetime

RECIPIENT = "Sharing Cities Action <join@sharingcities.example>"
FIRST_DAY = datetime(2019, 9, 2, 9, 0, tzinfo=timezone(timedelta(hours=2)))


@dataclass(frozen=True)
class Attachment:
    """A file beside the text."""

    file_name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """One message as a person or a program would send it; ``raw`` overrides everything else."""

    sender: str = ""
    subject: str = ""
    body: str = ""
    charset: str = "utf-8"
    declared_charset: str = ""
    header_charset: str = "utf-8"
    transfer: str = "8bit"
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    attachments: Sequence[Attachment] = ()
    raw: bytes = b""


def build(letter: Letter, number: int) -> bytes:
    """Return the message with LF line ends; ``number`` gives it a date and a message id."""
    if letter.raw:
        return letter.raw
    date = FIRST_DAY + timedelta(days=number - 1, minutes=number)
    lines = [
        f"Date: {format_datetime(date)}",
        f"From: {_address(letter.sender, letter.header_charset)}",
        f"To: {RECIPIENT}",
        f"Subject: {_encoded(letter.subject, letter.header_charset)}",
        f"Message-ID: <sample-{number:03d}@mail.example.org>",
        *(f"{name}: {value}" for name, value in letter.headers.items()),
        "MIME-Version: 1.0",
    ]
    head = "\n".join(line for line in lines if line != "From: ").encode()
    return head + b"\n" + _content(letter, number)


def _content(letter: Letter, number: int) -> bytes:
    parts = []
    if letter.body:
        parts.append(_text_part("plain", letter.body, letter))
    if letter.html:
        parts.append(_text_part("html", letter.html, letter))
    if len(parts) == 2:
        parts = [_multipart("alternative", parts, f"=_alternative_{number:03d}")]
    parts += [_attached(attachment) for attachment in letter.attachments]
    return parts[0] if len(parts) == 1 else _multipart("mixed", parts, f"=_mixed_{number:03d}")


def _text_part(kind: str, text: str, letter: Letter) -> bytes:
    charset = letter.declared_charset or letter.charset
    content = text.strip("\n").encode(letter.charset) + b"\n"
    if letter.transfer == "base64":
        content = base64.encodebytes(content)
    elif letter.transfer == "quoted-printable":
        content = quopri.encodestring(content)
    head = f"Content-Type: text/{kind}; charset={charset}\nContent-Transfer-Encoding: {letter.transfer}"
    return head.encode() + b"\n\n" + content


def _attached(attachment: Attachment) -> bytes:
    if attachment.content_type == "message/rfc822":
        return (
            b"Content-Type: message/rfc822\nContent-Disposition: attachment\n\n"
            + attachment.content
        )
    head = (
        f'Content-Type: {attachment.content_type}; name="{attachment.file_name}"\n'
        f'Content-Disposition: attachment; filename="{attachment.file_name}"\n'
        "Content-Transfer-Encoding: base64"
    )
    return head.encode() + b"\n\n" + base64.encodebytes(attachment.content)


def _multipart(kind: str, parts: Sequence[bytes], boundary: str) -> bytes:
    mark = f"--{boundary}".encode()
    pieces = [f'Content-Type: multipart/{kind}; boundary="{boundary}"'.encode(), b""]
    for part in parts:
        pieces += [mark, part]
    return b"\n".join([*pieces, mark + b"--", b""])


def _encoded(text: str, charset: str) -> str:
    return text if text.isascii() else Header(text, charset, maxlinelen=200).encode()


def _address(sender: str, charset: str) -> str:
    name, bracket, address = sender.partition(" <")
    return f"{_encoded(name, charset)} <{address}" if bracket else sender
