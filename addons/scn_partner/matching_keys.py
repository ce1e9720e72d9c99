"""Keys by which cities and people are recognised, as plain functions without Odoo.

Two spellings of one thing must give one key, and two things must never share one by accident. Odoo's
``email_normalized`` keeps zero-width, right-to-left and look-alike characters, so the keys are our own:
NFKC, no format characters, IDNA domains, case-folded (Unicode Standard Annex 15; RFC 5891).
"""

import re
import unicodedata

#: Mail domains of providers: they say nothing about the city of a sender.
FREE_MAIL_DOMAINS = frozenset(
    {
        'aol.com',
        'gmail.com',
        'gmx.de',
        'gmx.net',
        'googlemail.com',
        'hotmail.com',
        'icloud.com',
        'laposte.net',
        'live.com',
        'mail.com',
        'me.com',
        'msn.com',
        'orange.fr',
        'outlook.com',
        'proton.me',
        'protonmail.com',
        'sapo.pt',
        't-online.de',
        'telefonica.net',
        'web.de',
        'yahoo.com',
        'yandex.com',
        'ziggo.nl',
    }
)

#: What municipalities write before their name, in the languages of the network.
MUNICIPAL_PREFIXES = (
    'city of',
    'the city of',
    'municipality of',
    'metropolitan city of',
    'town of',
    'city council of',
    'gemeente',
    'stad',
    'stad van',
    'ayuntamiento de',
    'ciudad de',
    'ciutat de',
    'ajuntament de',
    "ajuntament d'",
    'ville de',
    "ville d'",
    'mairie de',
    "mairie d'",
    'commune de',
    'metropole de',
    'stadt',
    'landeshauptstadt',
    'freie und hansestadt',
    'bundesstadt',
    'camara municipal de',
    'camara municipal do',
    'cidade de',
    'cidade do',
    'municipio de',
    'comune di',
    'citta di',
)

_HONORIFICS = frozenset(
    {
        'dr',
        'prof',
        'ir',
        'drs',
        'mr',
        'mrs',
        'ms',
        'mme',
        'herr',
        'frau',
        'sr',
        'sra',
        'dhr',
        'mevr',
        'ing',
        'mag',
    }
)
_PREFIXES_LONGEST_FIRST = sorted(MUNICIPAL_PREFIXES, key=len, reverse=True)
_NOT_WORD = re.compile(r"[^\w']+")


def clean(text):
    """One line of visible text: NFKC, no control or format characters, single spaces.

    >>> clean('  Malmö\\u200b  Stad\\n')
    'Malmö Stad'
    """
    text = text or ''
    if text.isascii() and text.isprintable():
        return ' '.join(text.split())  # what most texts are; nothing else below would change it
    text = unicodedata.normalize('NFKC', text)
    kept = ''.join(
        ' ' if character in '\t\r\n' else character
        for character in text
        if character in '\t\r\n' or unicodedata.category(character) not in ('Cc', 'Cf', 'Cs', 'Co', 'Cn')
    )
    return ' '.join(kept.split())


def _plain(text):
    """Case-folded text without accents, punctuation as spaces."""
    folded = clean(text).casefold().replace('’', "'")
    if not folded.isascii():
        decomposed = unicodedata.normalize('NFD', folded)
        folded = ''.join(character for character in decomposed if not unicodedata.combining(character))
    return ' '.join(_NOT_WORD.sub(' ', folded).split())


def city_name_key(name):
    """Key of a city's name in any of its languages; empty for a name without letters.

    >>> city_name_key('Ajuntament de Barcelona') == city_name_key('BARCELONA')
    True
    >>> city_name_key('Malmö'), city_name_key('Washington, D.C.')
    ('malmo', 'washington dc')
    >>> city_name_key("Ajuntament d'Alacant"), city_name_key('L’Hospitalet')
    ('alacant', "l'hospitalet")
    >>> city_name_key('Gemeente'), city_name_key('...')
    ('gemeente', '')
    """
    plain = _plain((name or '').replace('.', ''))
    for prefix in _PREFIXES_LONGEST_FIRST:
        start = prefix if prefix.endswith("'") else f'{prefix} '
        if plain.startswith(start) and len(plain) > len(start):
            return plain[len(start) :]
    return plain


def person_name_key(name):
    """Key of a person's name: the words in any order, without honorifics.

    >>> person_name_key('García, Ana') == person_name_key('Dr. Ana Garcia')
    True
    >>> person_name_key('Ana Garcia') == person_name_key('Ana Garcia Soler')
    False
    """
    words = _plain(name).split()
    return ' '.join(sorted(word for word in words if word not in _HONORIFICS) or sorted(words))


def domain_key(domain):
    """Key of a mail domain: lower-case ASCII (IDNA); empty when it is no domain.

    >>> domain_key('@Göteborg.SE')
    'xn--gteborg-90a.se'
    >>> domain_key('nonsense')
    ''
    """
    domain = clean(domain).casefold().lstrip('@').rstrip('.')
    if '.' not in domain or ' ' in domain or '@' in domain:
        return ''
    try:
        return domain.encode('idna').decode('ascii')
    except UnicodeError:
        return ''


def email_key(email):
    """Key of an e-mail address; empty when it is no address.

    >>> email_key('Ana@Ajuntament.Example ') == email_key('ana\\u200b@ajuntament.example')
    True
    >>> email_key('no address')
    ''
    """
    local, separator, domain = clean(email).casefold().rpartition('@')
    ascii_domain = domain_key(domain)
    if not separator or not local or ' ' in local or not ascii_domain:
        return ''
    return f'{local}@{ascii_domain}'


def person_key(email, name):
    """Key of a contact inside one organisation. The name is part of it: people share mailboxes.

    :return: ``'<e-mail>|<name>'``, either part may be empty; empty when both are.
    """
    key = f'{email_key(email)}|{person_name_key(name)}'
    return '' if key == '|' else key


def parent_domains(domain):
    """A mail domain and those above it that are not a top level, longest first.

    >>> parent_domains('mail.amsterdam.example')
    ['mail.amsterdam.example', 'amsterdam.example']
    """
    labels = domain.split('.')
    return ['.'.join(labels[start:]) for start in range(len(labels) - 1)]


def has_mixed_scripts(text):
    """Whether one word mixes alphabets that look alike (Latin, Cyrillic, Greek).

    Unicode Technical Standard 39 calls this a confusable; such text goes to a human.

    >>> has_mixed_scripts('Barcelona'), has_mixed_scripts('B\\u0430rcelona')
    (False, True)
    """
    if not text or text.isascii():
        return False
    for word in re.split(r'[\s@.,;|/-]+', text):
        scripts = {unicodedata.name(character, '').split(' ', 1)[0] for character in word if character.isalpha()}
        if len(scripts & {'LATIN', 'CYRILLIC', 'GREEK'}) > 1:
            return True
    return False


def has_hidden_characters(text):
    """Whether the text holds format characters a reader does not see (zero width, direction).

    >>> has_hidden_characters('ana@\\u202eexample'), has_hidden_characters('ana')
    (True, False)
    """
    if not text or text.isascii():
        return False
    return any(unicodedata.category(character) == 'Cf' for character in text)
