"""From the bytes of one message to headers and text, with the standard parser kept on a short lead.

The standard parser raises all sorts of exceptions on hostile headers and has inputs that take it quadratic time, so
sizes and counts are checked on the bytes before it runs, and every exception it is known to raise is turned into one
of ours.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from scn_sync.errors import UnreadableMessage
from scn_sync.html_text import html_to_text
from scn_sync.text_cleaning import INVISIBLE, clean_line, clean_text

# everything the standard parser has been seen to raise on damaged or hostile input; binascii.Error and all Unicode
# errors are ValueErrors, unknown charsets are LookupErrors
PARSER_ERRORS = (
    AssertionError,
    AttributeError,
    LookupError,
    MessageError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)

HEADER_BLOCK_BYTES = 262_144
HEADER_COUNT = 500
HEADER_BYTES = 16_384
MIME_MENTIONS = 60
DASH_LINES = 5_000
PARTS = 200
DEPTH = 20
TEXT_CHARACTERS = 200_000
_HEADER_CHARACTERS = 2_000

_PART_HEADER = re.compile(
    rb"^content-(?:type|disposition)[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE
)
_MIME_MENTION = re.compile(rb"multipart/|message/rfc822|boundary", re.IGNORECASE)
_TEXT_CHARSETS = re.compile(
    r"ascii|utf-?(8|16|32)|iso-?8859|cp\d+|windows|koi8|big5|gb|euc|shift_?jis|iso-?2022|mac-?|hz|johab|tis|latin"
)
_READABLE_FILE = re.compile(
    r"\.(?:pdf|docx?|odt|rtf|xlsx?|ods|csv|vcf|txt|pages|numbers|zip|jpe?g|png|tiff?)$",
    re.IGNORECASE,
)
_READABLE_TYPE = re.compile(
    r"application/(?:pdf|msword|vnd\.|rtf|zip)|text/(?:vcard|x-vcard|csv|rtf|directory)"
)


@dataclass(slots=True)
class Mail:
    """A message in the form the extraction works on; all text is cleaned.

    ``headers`` maps lower-case names to all values in order. ``doubts`` are review reasons found while decoding.
    ``forwarded_from`` is the sender of a message that came attached, and ``forwarded_text`` its text.
    """

    headers: dict[str, list[str]] = field(default_factory=dict)
    text: str = ""
    content_type: str = "text/plain"
    report_type: str = ""
    attached_documents: int = 0
    doubts: set[str] = field(default_factory=set)
    forwarded_from: tuple[str, str] | None = None
    forwarded_text: str = ""
    _addresses: dict[str, tuple[str, str]] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """Return the first header of that (lower-case) name, or an empty text."""
        values = self.headers.get(name)
        return values[0] if values else ""

    def address(self, name: str) -> tuple[str, str]:
        """Return display name and address of the first mailbox in a header; both may be empty."""
        if name not in self._addresses:
            self._addresses[name] = parse_address(self.header(name))
        return self._addresses[name]

    def received_at(self) -> datetime | None:
        """Return when the message was sent according to itself, in UTC, or None."""
        return parse_date(self.header("date"))


def parse_mail(content: bytes) -> Mail:
    """Parse one message.

    :raises UnreadableMessage: the message goes over a limit, or the standard parser gives up.
    """
    content = content.replace(b"\r\n", b"\n")
    _check_sizes(content)
    try:
        return _read(message_from_bytes(content, policy=policy.compat32))
    except PARSER_ERRORS:
        raise UnreadableMessage("unparseable") from None


def parse_address(value: str) -> tuple[str, str]:
    """Return (display name, address) of the first mailbox in a decoded header; both may be empty."""
    if "@" not in value or len(value) > _HEADER_CHARACTERS:
        return "", ""
    try:
        for name, address in getaddresses([value]):
            if "@" in address:
                return clean_line(name), address.strip()
    except PARSER_ERRORS:
        return "", ""
    return "", ""


def parse_date(value: str) -> datetime | None:
    """Return the instant of a date header in UTC, or None when it makes no sense (years 1990 to 2100 do)."""
    if not value or len(value) > 100:
        return None
    try:
        date = parsedate_to_datetime(value)
        date = (
            date.replace(tzinfo=timezone.utc)
            if date.tzinfo is None
            else date.astimezone(timezone.utc)
        )
    except PARSER_ERRORS:
        return None
    return date if 1990 <= date.year <= 2100 else None


def decode_text(content: bytes, charset: str) -> tuple[str, str | None]:
    """Decode a text; return it with a review reason when the declared charset was not to be trusted."""
    name = _known_charset(charset)
    if name is not None:
        try:
            return content.decode(name), None
        except (UnicodeError, ValueError):
            name = None
    try:
        return content.decode("utf-8"), None  # valid UTF-8 is hardly ever anything else
    except UnicodeDecodeError:
        return content.decode("windows-1252", "replace"), "charset_guessed"


def _known_charset(charset: str) -> str | None:
    """Return Python's name of a charset for text; codecs such as punycode or unicode_escape are none."""
    try:
        name = codecs.lookup(charset.strip().strip("\"'")[:40] or "us-ascii").name
    except (LookupError, ValueError):
        return None
    return name if _TEXT_CHARSETS.match(name) else None


def _check_sizes(content: bytes) -> None:
    head = content.partition(b"\n\n")[0]
    if len(head) > HEADER_BLOCK_BYTES:
        raise UnreadableMessage("header_too_long")
    if not content.strip():
        raise UnreadableMessage("empty_message")
    if head.count(b"\n") - head.count(b"\n ") - head.count(b"\n\t") >= HEADER_COUNT:
        raise UnreadableMessage("too_many_headers")
    if (
        content.count(b"\n--") > DASH_LINES
        or sum(1 for _ in _MIME_MENTION.finditer(content)) > MIME_MENTIONS
    ):
        raise UnreadableMessage("too_many_parts")
    if any(len(match[0]) > HEADER_BYTES for match in _PART_HEADER.finditer(content)):
        raise UnreadableMessage("header_too_long")


def _read(message: Message) -> Mail:
    mail = Mail()
    for name, value in message.raw_items():
        text, doubt = _decode_header(str(value))
        mail.headers.setdefault(name.lower(), []).append(text)
        if doubt and name.lower() in ("from", "subject", "reply-to"):
            mail.doubts.add(doubt)
    if not mail.headers:
        raise UnreadableMessage("no_headers")
    mail.content_type = message.get_content_type()
    mail.report_type = (
        str(message.get_param("report-type") or "")
        if mail.content_type == "multipart/report"
        else ""
    )
    plain: list[str] = []
    html: list[str] = []
    for count, (depth, part) in enumerate(_leaves(message, 0)):
        if count >= PARTS:
            raise UnreadableMessage("too_many_parts")
        if depth > DEPTH:
            raise UnreadableMessage("too_deep")
        _take_part(mail, part, plain, html)
    mail.text = clean_text(_choose(plain, html)[:TEXT_CHARACTERS])
    if message.defects and any("Boundary" in type(defect).__name__ for defect in message.defects):
        mail.doubts.add("broken_mime")
    return mail


def _leaves(message: Message, depth: int) -> Iterator[tuple[int, Message]]:
    """Walk the parts without entering attached messages; an attached message is a leaf."""
    if depth <= DEPTH and message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _leaves(part, depth + 1)
    else:
        yield depth, message


def _take_part(mail: Mail, part: Message, plain: list[str], html: list[str]) -> None:
    kind = part.get_content_type()
    if kind == "message/rfc822":
        _take_attached_message(mail, part)
        return
    disposition = part.get_content_disposition()
    file_name = part.get_filename() or ""
    if kind in ("text/plain", "text/html") and disposition != "attachment" and not file_name:
        _refuse_broken_transfer(mail, part)
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        text, doubt = decode_text(content, part.get_content_charset() or "us-ascii")
        if doubt:
            mail.doubts.add(doubt)
        if INVISIBLE.search(text) and "@" in text and _hides_in_address(text):
            mail.doubts.add("invisible_characters")
        (plain if kind == "text/plain" else html).append(text)
    elif _READABLE_TYPE.match(kind) or (
        disposition == "attachment" and _READABLE_FILE.search(file_name)
    ):
        mail.attached_documents += 1
    elif kind in ("application/pkcs7-mime", "application/pgp-encrypted"):
        mail.doubts.add("encrypted")


def _hides_in_address(text: str) -> bool:
    return any("@" in word and INVISIBLE.search(word.strip("\ufeff")) for word in text.split())


def _refuse_broken_transfer(mail: Mail, part: Message) -> None:
    encoding = str(part.get("content-transfer-encoding") or "7bit").strip().lower()
    if encoding not in ("7bit", "8bit", "binary", "quoted-printable", "base64"):
        mail.doubts.add("encoding_unknown")


def _take_attached_message(mail: Mail, part: Message) -> None:
    inner = part.get_payload(0) if part.is_multipart() else None
    if not isinstance(inner, Message) or mail.forwarded_text:
        return
    inside = _read_attached(inner)
    mail.forwarded_from = inside.address("from")
    mail.forwarded_text = inside.text
    mail.doubts |= inside.doubts
    mail.attached_documents += inside.attached_documents


def _read_attached(inner: Message) -> Mail:
    """Read an attached message, but none that is attached to it in turn."""
    for part in inner.walk():
        if part is not inner and part.get_content_type() == "message/rfc822":
            raise UnreadableMessage("too_deep")
    return _read(inner)


def _choose(plain: list[str], html: list[str]) -> str:
    """Take the plain text unless it is only a stub beside a real HTML text."""
    text = "\n".join(plain)
    if not html:
        return text
    if len(text.strip()) >= 60:
        return text
    from_html = html_to_text("\n".join(html))
    return from_html if len(from_html.strip()) > len(text.strip()) else text


def _decode_header(value: str) -> tuple[str, str | None]:
    value = value.replace("\n", "").replace("\r", "")[: _HEADER_CHARACTERS * 4]
    doubt: str | None = None
    if not value.isascii():  # raw bytes in a header arrive as surrogates
        value, doubt = decode_text(value.encode("utf-8", "surrogateescape"), "utf-8")
    if "=?" in value:
        try:
            pieces = decode_header(value)
        except PARSER_ERRORS:
            return _capped_line(value), "header_broken"
        decoded = []
        for piece, charset in pieces:
            if isinstance(piece, str):
                decoded.append(piece)
                continue
            text, piece_doubt = decode_text(piece, charset or "us-ascii")
            doubt = doubt or piece_doubt
            decoded.append(text)
        value = "".join(decoded)
    return _capped_line(value), doubt


def _capped_line(value: str) -> str:
    # invisible characters stay for now: in an address they are evidence
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", value[:_HEADER_CHARACTERS]).strip()
