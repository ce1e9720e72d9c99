"""Writes ``sample.mbox`` beside this file; the same bytes every time.

Run it as ``python -m scn_sync.sample.make_sample`` after changing a letter, and then correct ``expected.json``.
"""

import re
from datetime import timedelta
from pathlib import Path

from scn_sync.sample import (
    letters_damaged,
    letters_doubtful,
    letters_encodings,
    letters_forms,
    letters_machines,
    letters_october,
    letters_september,
)
from scn_sync.sample.letter import FIRST_DAY, Letter, build

FOLDER = Path(__file__).parent
_NEEDS_ESCAPE = re.compile(rb"^(>*From )", re.MULTILINE)


def sample_letters() -> list[Letter]:
    """Return the letters in the order of the mailbox."""
    return [
        *letters_september.LETTERS,
        *letters_october.LETTERS,
        *letters_encodings.LETTERS,
        *letters_forms.LETTERS,
        *letters_machines.LETTERS,
        *letters_doubtful.LETTERS,
        *letters_damaged.LETTERS,
    ]


def build_mailbox() -> bytes:
    """Return the whole mailbox in the mboxrd form, with three deliberate flaws.

    Two letters arrive a second time, one of them marked as read by a mail program, and one letter keeps a line that
    starts with ``From `` unescaped.
    """
    messages = [build(letter, number) for number, letter in enumerate(sample_letters(), start=1)]
    first_form = sample_letters().index(letters_forms.LETTERS[0])
    copies = [
        messages[0],
        messages[first_form].replace(b"MIME-Version", b"Status: RO\nMIME-Version", 1),
    ]
    messages[-1:-1] = copies  # the last letter is cut short and stays last
    return b"".join(_stored(message, number) for number, message in enumerate(messages, start=1))


def _stored(message: bytes, number: int) -> bytes:
    date = FIRST_DAY + timedelta(days=number - 1, minutes=number + 1)
    separator = f"From mail-store {date:%a %b} {date.day:2d} {date:%H:%M:%S %Y}\n".encode()
    marker = letters_doubtful.UNESCAPED.encode()
    escaped = _NEEDS_ESCAPE.sub(rb">\1", message).replace(b">" + marker, marker)
    return separator + escaped.rstrip(b"\n") + b"\n\n"


if __name__ == "__main__":
    (FOLDER / "sample.mbox").write_bytes(build_mailbox())
