"""Removes from a text what no reader sees and what breaks a call: controls, invisible and impossible characters."""

import re
import unicodedata
from functools import lru_cache
from itertools import filterfalse

# soft hyphen, joiners, zero-width and direction marks, fillers, variation selectors, tags
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_REMEMBERED_LENGTH = 300
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_LINE_END = re.compile("\r\n|[\r\x85\u2028\u2029]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_MANY_BLANK_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")


def clean_text(text: str) -> str:
    """Return the text with LF line ends, plain spaces, composed letters (NFC) and no unseen character."""
    if text.isascii():
        if text.isprintable():
            return text.strip()  # one line of plain letters: nothing below would change it
    else:
        text = _SPACES.sub(" ", INVISIBLE.sub("", text))
        text = unicodedata.normalize("NFC", text)
    text = _FORBIDDEN.sub("", _LINE_END.sub("\n", text))
    return _MANY_BLANK_LINES.sub("\n\n", text).strip()


def clean_line(text: str) -> str:
    """Like :func:`clean_text` for a single line: every run of white space becomes one space."""
    return " ".join(clean_text(text).split())


def fold(text: str) -> str:
    """Return a form for comparing: lower case, no accents, ordinary apostrophes, single spaces."""
    # the words of one message are compared with many lists, and again a line later
    return _folded_again(text) if len(text) < _REMEMBERED_LENGTH else _folded(text)


def _folded(text: str) -> str:
    if not text.isascii():
        # compatibility forms come apart before and after the case is folded: “𝕬” and “ﬁ” have both
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = "".join(filterfalse(unicodedata.combining, text)).replace("’", "'")
    return " ".join(text.casefold().split())


_folded_again = lru_cache(maxsize=512)(_folded)
