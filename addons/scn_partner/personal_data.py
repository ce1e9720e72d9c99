"""What is declared about personal data, as plain data without Odoo, and how traces of one person are found in text.

A declaration says of one model which fields say something about a person, how that person is found in it, why it is
kept, how long, who sees it, and what an erasure does. It is read by the preview, the erasure, the export, the tests
and ``docs/privacy.md``: what is not declared here does not exist for any of them, and a test finds what is missing.
"""

import base64
import gzip
import html
import io
import json
import quopri
import re
import unicodedata
import urllib.parse
import zipfile
import zlib
from dataclasses import dataclass, field

ERASED = '(erased)'
#: Between two words of a name: spaces, and what stands for one in file names, addresses and encoded headers.
GAP = r'(?:\s|[-_.+]|%20|&nbsp;|=20)+'
#: A longer file is not looked into; the preview says so.
MAX_FILE_BYTES = 40_000_000
MAX_UNPACKED_BYTES = 100_000_000
SHORTEST = 5


@dataclass(frozen=True)
class PersonalData:
    """One model and what it keeps of a person.

    ``erasure`` is one of

    * ``delete``: the rows go;
    * ``blank``: the rows stay without the person (``blanks`` gives values other than empty);
    * ``special``: the model has its own ``_erase_person(person)``;
    * ``keep``: the rows stay, ``basis`` says by which law.
    """

    model: str
    fields: tuple
    why: str
    kept: str
    seen_by: str
    basis: str = ''
    erasure: str = 'delete'
    #: Many2one or many2many fields to the contact, to the user; text fields with an address, with a name.
    contact: tuple = ()
    user: tuple = ()
    email: tuple = ()
    name: tuple = ()
    blanks: dict = field(default_factory=dict)
    #: Text, files and links to contacts or users that say nothing about the persons this is for.
    not_personal: tuple = ()
    #: Texts about a city or a matter in which staff may name somebody: each erasure looks through them.
    free_text: tuple = ()
    #: Left out of what a person downloads alone: remarks of and about others, staff look first.
    staff_only: bool = False


@dataclass
class Person:
    """Whom a request is about: contacts, users and what names them in text.

    An address, a phone number or a name that somebody else has too is *shared*: rows are then found by contact only,
    and texts with it are left alone.
    """

    partners: object
    users: object
    emails: set = field(default_factory=set)
    names: set = field(default_factory=set)
    phones: set = field(default_factory=set)
    shared_emails: set = field(default_factory=set)
    shared_names: set = field(default_factory=set)
    shared_phones: set = field(default_factory=set)
    #: What was found for this person and takes long to find again.
    found: dict = field(default_factory=dict)

    def get_traces(self):
        """What finds the traces that nobody else could have left; None when there is nothing to look for."""
        return find_traces_of(
            self.emails - self.shared_emails, self.names - self.shared_names, self.phones - self.shared_phones
        )


@dataclass(frozen=True)
class Traces:
    """Two regular expressions for Python and PostgreSQL alike, case ignored: where ``quick`` finds nothing, neither does
    ``full``. Looking around a match takes PostgreSQL twenty times as long, so it looks with the quick one first.
    """

    full: str
    quick: str

    def are_in(self, text):
        """Whether a text holds a trace."""
        return bool(text and re.search(self.quick, text, re.IGNORECASE) and re.search(self.full, text, re.IGNORECASE))

    def erase(self, text):
        """The text without the traces."""
        return re.sub(self.full, ERASED, text, flags=re.IGNORECASE)


# -- traces in text ----------------------------------------------------------------------------------------------


def _spellings(text):
    """The text as it is, without accents, with them apart, and as HTML, JSON, addresses and mails write it."""
    composed = unicodedata.normalize('NFC', text)
    apart = unicodedata.normalize('NFD', text)
    bare = ''.join(character for character in apart if not unicodedata.combining(character))
    spellings = {composed, apart, bare, composed.upper(), composed.lower()}
    for spelling in (composed, bare):
        spellings.add(html.escape(spelling))
        spellings.add(html.escape(spelling, quote=False))
        spellings.add(json.dumps(spelling)[1:-1])
        spellings.add(urllib.parse.quote(spelling))
        spellings.add(quopri.encodestring(spelling.encode()).decode())
    return {spelling for spelling in spellings if spelling}


def _base64_spellings(text):
    """What a text looks like inside base64, at each of the three places it may begin.

    >>> all(part in base64.b64encode(b'x' * n + b'ana@riverton.example').decode() for n, part in
    ...     enumerate(_base64_spellings('ana@riverton.example')))
    True
    """
    content = text.encode()
    parts = []
    for shift in range(3):
        encoded = base64.b64encode(b'\0' * shift + content).decode().rstrip('=')
        start = (0, 2, 3)[shift]
        end = len(encoded) - (1 if (shift + len(content)) % 3 else 0)
        parts.append(encoded[start:end])
    return parts


def email_pattern(email):
    """An address, not as a part of a longer one.

    >>> [bool(re.search(email_pattern('ana@a.example'), text)) for text in
    ...  ('<ana@a.example>', 'Juana@a.example', 'j.ana@a.example', 'ana@a.example.org', 'to ana@a.example.')]
    [True, False, False, False, True]
    """
    return rf'(?<![a-z0-9._+-]){re.escape(email)}(?![a-z0-9-]|\.[a-z0-9])'


def _digits_pattern(phone):
    """A phone number's last nine digits, however grouped; None for too few digits."""
    digits = re.sub(r'\D', '', phone or '')
    return r'[\s().\-/]*'.join(digits[-9:]) if len(digits) >= 8 else None


def _name_patterns(name):
    words = name.split()
    orders = [words]
    if len(words) > 1:
        orders.append([words[-1] + ',', *words[:-1]])
        orders.append([words[-1], *words[:-1]])
    for order in orders:
        yield from {GAP.join(parts) for parts in zip(*map(_sorted_spellings, order), strict=True)}


def _sorted_spellings(word):
    """Spellings of a word in one order, so that those of several words belong together."""
    composed = unicodedata.normalize('NFC', word)
    apart = unicodedata.normalize('NFD', word)
    bare = ''.join(character for character in apart if not unicodedata.combining(character))
    # beyond a to z PostgreSQL ignores case only where the database's language says how
    spelled = [composed, apart, bare, composed.upper(), composed.lower(), apart.upper()]
    for spelling in (composed, bare):
        spelled += [
            html.escape(spelling),
            html.escape(spelling, quote=False),
            json.dumps(spelling)[1:-1],
            urllib.parse.quote(spelling),
            quopri.encodestring(spelling.encode()).decode(),
            quopri.encodestring(spelling.encode()).decode().lower(),
        ]
    # a slug on the website: small letters, no accents, what is no letter left out
    spelled.append(re.sub(r'[^\w]', '', bare))
    return [re.escape(spelling) for spelling in spelled]


def find_traces_of(emails, names, phones):
    """What finds every trace of these addresses, full names and phone numbers.

    :return: ``Traces``, or None when there is nothing to look for

    >>> traces = find_traces_of({'zoe@riverton.example'}, {'Zoë Vale'}, {'+44 1632 960101'})
    >>> [traces.are_in(text) for text in ('ZOE VALE', 'vale, zoe', 'zo\\u00eb_vale.pdf', 'tel. 01632-960 101',
    ...  'ZOE@riverton.example', 'Zoe Hill', 'mozoe vales')]
    [True, True, True, True, True, False, False]
    """
    full, quick = set(), set()
    for email in emails:
        full.update(email_pattern(spelling) for spelling in _spellings(email))
        quick.update(re.escape(spelling) for spelling in _spellings(email))
        _add_base64(email, full, quick)
    for name in names:
        words = name.split()
        if len(words) < 2 or len(name) < SHORTEST:
            continue
        full.update(rf'(?<![a-z0-9]){part}(?![a-z0-9])' for part in _name_patterns(name))
        quick.update(_sorted_spellings(max(words, key=len)))
        _add_base64(name, full, quick)
    for phone in phones:
        digits = _digits_pattern(phone)
        if digits:
            full.add(rf'(?<![0-9a-f])(?:\+|00)?[0-9]{{0,4}}[\s().\-/]{{0,3}}{digits}(?![0-9a-f])')
            quick.add(digits)
    if not full:
        return None
    return Traces(*('|'.join(sorted(parts, key=lambda part: (-len(part), part))) for parts in (full, quick)))


def _add_base64(text, full, quick):
    parts = [re.escape(part) for part in _base64_spellings(text) if len(part) >= 8]
    full.update(parts)
    quick.update(parts)


# -- traces in files ---------------------------------------------------------------------------------------------


def find_in_file(traces, content):
    """Whether a file holds a trace: as text, compressed, packed (office files), in a PDF's streams or in a mail.

    :param bytes content: at most ``MAX_FILE_BYTES`` are looked into
    """
    return any(traces.are_in(text) for text in _readings(content))


def _readings(content, depth=0):
    """The texts that are in a file, one reading after the other."""
    if len(content) > MAX_FILE_BYTES or depth > 3:
        return
    for encoding in ('utf-8', 'utf-16-le') if b'\0' in content[:200] else ('utf-8',):
        yield content.decode(encoding, 'ignore')
    if content[:2] == b'\x1f\x8b':
        yield from _unpacked(lambda: [gzip.decompress(content)], depth)
    elif content[:4] == b'PK\x03\x04':
        yield from _unpacked(lambda: _zip_members(content), depth)
    elif content[:5] == b'%PDF-':
        yield from _pdf_texts(content)
    elif re.search(rb'(?i)content-transfer-encoding:\s*(?:base64|quoted-printable)', content[:100_000]):
        yield quopri.decodestring(content).decode('utf-8', 'ignore')
        for block in re.findall(rb'(?:[A-Za-z0-9+/]{40,}={0,2}\r?\n?)+[A-Za-z0-9+/=]*', content):
            padded = re.sub(rb'\s', b'', block)
            yield base64.b64decode(padded + b'=' * (-len(padded) % 4)).decode('utf-8', 'ignore')


def _unpacked(unpack, depth):
    try:
        members = unpack()
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return
    for member in members:
        yield from _readings(member, depth + 1)


def _zip_members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        left = MAX_UNPACKED_BYTES
        for entry in archive.infolist():
            yield entry.filename.encode()
            if entry.file_size <= left:
                left -= entry.file_size
                yield archive.read(entry)


def _pdf_texts(content):
    """The strings of a PDF, its streams unpacked, joined with and without spaces: text is placed piece by piece.

    Fonts that number their letters in an order of their own cannot be read this way.
    """
    pieces = [content]
    for stream in content.split(b'stream')[1::2]:
        try:
            pieces.append(zlib.decompressobj().decompress(stream.lstrip(b'\r\n'), MAX_UNPACKED_BYTES))
        except zlib.error:
            continue
    for piece in pieces:
        strings = re.findall(rb'\(((?:\\.|[^\\()]){1,500})\)', piece)
        for separator in (b'', b' '):
            yield separator.join(strings).decode('latin-1')
