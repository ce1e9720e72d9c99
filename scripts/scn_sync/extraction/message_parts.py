"""Cuts the text of a message into what the sender wrote, what is quoted, and what is forwarded."""

import re
from dataclasses import dataclass

from scn_sync.text_cleaning import fold

_FORWARD_SUBJECT = re.compile(r"^\s*(?:fwd?|fw|wg|tr|rv|enc|doorst|i|rinvia|vb)\s*:", re.IGNORECASE)
_FORWARD_LINE = re.compile(
    r"^\W*(?:-{3,}\s*)?(?:begin )?(?:forwarded message|doorgestuurd bericht|mensaje reenviado|missatge reenviat"
    r"|message transfere|message reexpedie|weitergeleitete nachricht|mensagem encaminhada|mensagem reencaminhada)\b"
)
_ORIGINAL_LINE = re.compile(
    r"^-{2,}\s*(?:original message|oorspronkelijk bericht|mensaje original|missatge original|message d'origine"
    r"|ursprungliche nachricht|mensagem original)\s*-*$"
)
_ATTRIBUTION = re.compile(
    r"^(?:on .{4,200} wrote|op .{4,200} schreef .{0,120}|el .{4,200} escribio"
    r"|el .{4,200} va escriure|le .{4,200} a ecrit"
    r"|am .{4,200} schrieb .{0,120}|em .{4,200} escreveu|.{4,120} (?:wrote|schreef"
    r"|escribio|va escriure|a ecrit|schrieb|escreveu))"
    r" ?:$"
)
_HEADER_LINE = re.compile(r"^\*?(?:from|van|de|von)\*? ?: ?(.{3,300})$", re.IGNORECASE)
_OTHER_HEADER = re.compile(
    r"^\*?(?:from|van|de|von|to|aan|para|per a|a|an|sent|date|datum|fecha|data|verzonden"
    r"|enviado|enviat|envoye|gesendet|enviada"
    r"|subject|onderwerp|asunto|assumpte|objet|betreff|assunto|cc)\*? ?: ?.{1,300}$"
)


@dataclass(slots=True)
class MessageParts:
    """``own`` is what the sender wrote; ``forwarded`` and ``forwarded_from`` a message passed on (or empty)."""

    own: str = ""
    quoted: bool = False
    forwarded: str = ""
    forwarded_from: str = ""


def split_message(text: str, subject: str) -> MessageParts:
    """Cut a cleaned text. A quotation ends the sender's own words only where a reply's header or ``>`` begins."""
    parts = MessageParts()
    forwarding = _FORWARD_SUBJECT.match(subject) is not None
    own: list[str] = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        stripped = line.strip()
        if not stripped:
            own.append("")
            continue
        if stripped.startswith(">"):
            parts.quoted = True
            continue
        folded = fold(stripped) if len(stripped) < 400 else ""
        if _FORWARD_LINE.match(folded) or (forwarding and _starts_header_block(lines, number)):
            return _with_forwarded(parts, own, lines[number:])
        if _ORIGINAL_LINE.match(folded) or _starts_header_block(lines, number):
            if forwarding:
                return _with_forwarded(parts, own, lines[number:])
            parts.quoted = True
            break
        if _ATTRIBUTION.match(folded) or _is_split_attribution(folded, lines, number):
            parts.quoted = True
            if any(later.lstrip().startswith(">") for later in lines[number + 1 : number + 6]):
                continue  # answers may stand between the quoted lines
            break
        own.append(line.rstrip())
    parts.own = "\n".join(own).strip()
    return parts


def _with_forwarded(parts: MessageParts, own: list[str], rest: list[str]) -> MessageParts:
    """Read the short header of a forwarded message and keep what comes after it."""
    parts.own = "\n".join(own).strip()
    start = 0
    for number, line in enumerate(rest[:14]):
        stripped = line.strip().lstrip("> ").strip()
        folded = fold(stripped)
        sender = _HEADER_LINE.match(stripped) if _OTHER_HEADER.match(folded) else None
        if sender and not parts.forwarded_from:
            parts.forwarded_from = sender[1]
        if (
            sender
            or _OTHER_HEADER.match(folded)
            or _FORWARD_LINE.match(folded)
            or _ORIGINAL_LINE.match(folded)
        ):
            start = number + 1
        elif stripped:
            break
    body = [line.lstrip("> ") if line.startswith(">") else line for line in rest[start:]]
    inner = split_message("\n".join(body), "")
    parts.forwarded = inner.own
    parts.quoted = parts.quoted or inner.quoted or bool(inner.forwarded)
    return parts


def _starts_header_block(lines: list[str], number: int) -> bool:
    """Tell whether a block like “From: … Sent: … To: … Subject: …” starts here."""
    first = lines[number].strip()
    if not _HEADER_LINE.match(first) or "@" not in first + " ".join(lines[number + 1 : number + 4]):
        return False
    following = [fold(line) for line in lines[number + 1 : number + 5] if len(line) < 400]
    return sum(1 for line in following if _OTHER_HEADER.match(line)) >= 2


def _is_split_attribution(folded: str, lines: list[str], number: int) -> bool:
    """An attribution that was wrapped: “On Monday … <a@b.example>” / “wrote:”."""
    if not re.match(r"(?:on|op|el|le|am|em) .*\d", folded) or number + 1 >= len(lines):
        return False
    following = lines[number + 1].strip()
    return len(following) < 200 and _ATTRIBUTION.match(f"{folded} {fold(following)}") is not None
