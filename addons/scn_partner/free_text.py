"""What a stranger typed, made safe to keep, as plain functions without Odoo. Nothing is escaped here: pages do that."""

import unicodedata

#: Characters that turn the direction of what follows them, beyond their own line (Unicode Standard Annex 9).
_DIRECTION_CONTROLS = frozenset('\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069')


class TooLongError(ValueError):
    """The text is longer than a person writes there."""


def _is_kept(character):
    return character not in _DIRECTION_CONTROLS and unicodedata.category(character) not in ('Cc', 'Cs', 'Cn')


def one_line(text, limit):
    """A name, a function: visible characters on one line. Joiners stay, some scripts need them.

    :raises TooLongError: beyond ``limit`` characters

    >>> one_line(' Ana\\x00\\u202e \\n Mayor ', 20)
    'Ana Mayor'
    >>> one_line('<b>{{ 7*7 }}</b>', 20)
    '<b>{{ 7*7 }}</b>'
    """
    characters = (' ' if character.isspace() else character for character in _as_text(text))
    return _within(' '.join(''.join(filter(_is_kept, characters)).split()), limit)


def several_lines(text, limit):
    """A note: as ``one_line``, with its line breaks.

    >>> several_lines('one\\r\\n\\r\\n\\r\\n  two \\x07', 20)
    'one\\n\\ntwo'
    """
    lines = [one_line(line, limit) for line in _as_text(text).replace('\r\n', '\n').replace('\r', '\n').split('\n')]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return _within('\n'.join(kept).strip(), limit)


def _as_text(text):
    return text if isinstance(text, str) else ''


def _within(text, limit):
    if len(text) > limit:
        raise TooLongError
    return text
