"""One message or row as it lies in a source, and the id that is the same wherever it lies."""

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

MESSAGE_BYTES = 25_000_000

# what mail programs write into a stored message while it is read, moved or marked
_STORE_HEADERS = re.compile(
    rb"^(?:Status|X-Status|X-Keywords|X-UID|X-IMAP|X-IMAPbase|X-Mozilla-Status2?|X-Mozilla-Keys|Content-Length|Lines)"
    rb"[ \t]*:.*\n(?:[ \t].*\n)*",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED_FROM = re.compile(rb"^>+(?=From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message, or a row of a table, and where it was found.

    ``position`` counts from 1 in the order of the source; in a CSV file it is the number a spreadsheet shows beside the
    row. ``problem`` is a reason code when it cannot be read; ``content`` is None when it was not kept. ``doubts`` are
    review reasons that come from the container, not from the message. ``progress`` is how far the source has been
    read after this message, in the source's own unit. ``form`` says what ``content`` is: the bytes of an e-mail,
    or the JSON that ``sources.rows`` makes of a row; each can be read again by itself.
    """

    position: int
    external_id: str
    content: bytes | None
    progress: int
    problem: str | None = None
    doubts: tuple[str, ...] = ()
    form: Literal["mail", "row"] = "mail"


def external_id(content: bytes) -> str:
    """Return the id of a message: 64 hexadecimal characters, the SHA-256 of its bytes in one canonical form.

    The canonical form has LF line ends and exactly one at the end, no ``>`` before ``From `` at the start of a line
    (the two dialects of mbox disagree about it), and none of the headers a mail store adds on its own, so that a
    message read from mbox, eml or Maildir, before and after somebody opened it, keeps its id.
    """
    text = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    head, gap, body = text.partition(b"\n\n")
    head = _STORE_HEADERS.sub(b"", head + b"\n").rstrip(b"\n")
    canonical = (head + gap + body).rstrip(b"\n") + b"\n"
    if b">From " in canonical:
        canonical = _QUOTED_FROM.sub(b"", canonical)
    return hashlib.sha256(canonical).hexdigest()
