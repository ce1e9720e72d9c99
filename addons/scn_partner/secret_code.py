"""Codes that open a link or check a certificate, as plain functions without Odoo.

One code serves in a link and on paper, so it is short and has no letters that look alike (Crockford's base 32: no
I, L, O, U). The last character is a check character: a mistyped or cut-off code is told apart from an unknown one
without asking the database, and most slips of the pen never reach it.
"""

import hashlib
import re
import secrets

ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
#: What people write instead.
_LOOK_ALIKE = str.maketrans('ILO', '110')
_SEPARATORS = re.compile(r'[\s\-‐-―−]+')
GROUP = 5
#: 24 random characters of 5 bits: 120 bits cannot be guessed, however often somebody tries.
LINK_LENGTH = 25
#: 14 random characters, 70 bits: opens nothing but what the public register says of one city.
CERTIFICATE_LENGTH = 15
#: Longer text is not looked at.
LONGEST_INPUT = 4000


def _check_character(characters):
    """Weighted sum modulo 31 (a prime): notices one wrong character or two swapped neighbours, 0 for Z apart."""
    total = sum((position % 30 + 1) * ALPHABET.index(character) for position, character in enumerate(characters))
    return ALPHABET[total % 31]


def new_code(length):
    """A random code with its check character.

    >>> is_well_formed(new_code(LINK_LENGTH), LINK_LENGTH)
    True
    """
    characters = ''.join(secrets.choice(ALPHABET) for __ in range(length - 1))
    return characters + _check_character(characters)


def written(code):
    """The code in groups, as people read and type it.

    >>> written('ABCDE1234567890')
    'ABCDE-12345-67890'
    """
    return '-'.join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read_code(text):
    """The code in what somebody pasted: the code itself or a whole link; separators and case do not matter.

    >>> read_code(' https://example.org/declaration/act#abcde-12345-6789o ')
    'ABCDE1234567890'
    >>> read_code(None), read_code('x' * 5000)
    ('', '')
    """
    text = text if isinstance(text, str) and len(text) <= LONGEST_INPUT else ''
    after_link = text.rpartition('#')[2].strip().strip('<>()[]"\'.,;')
    return _SEPARATORS.sub('', after_link).upper().translate(_LOOK_ALIKE)


def is_well_formed(code, length):
    """Whether a code is complete and without a slip.

    >>> code = new_code(15)
    >>> is_well_formed(code, 15), is_well_formed(code[:-1], 15), is_well_formed('Ü' * 15, 15)
    (True, False, False)
    """
    return (
        len(code) == length
        and all(character in ALPHABET for character in code)
        and code[-1] == _check_character(code[:-1])
    )


def fingerprint(code):
    """What is kept of a code. It is random and long, so a plain hash suffices (NIST SP 800-63B, 5.1.2.2).

    >>> fingerprint('A') == fingerprint('B'), len(fingerprint('A'))
    (False, 64)
    """
    return hashlib.sha256(code.encode()).hexdigest()
