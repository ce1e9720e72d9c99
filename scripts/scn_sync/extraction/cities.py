"""Finds the city a message speaks for: “City of …”, “Gemeente …”, “Ajuntament de …” and the like.

Nothing here knows any city: names are read from the text, and the server decides which city it is.
"""

import re
from functools import lru_cache

from scn_sync.extraction.labels import POSITIONS, UNITS
from scn_sync.normalise import find_country, fits, normalise_name
from scn_sync.text_cleaning import fold

_PREFIX = re.compile(
    r"(?<![\w-])(?:"
    r"(?:[Cc]ity|[Mm]unicipality|[Tt]own|[Rr]egion) of (?:the (?=City))?"
    r"|(?:[Gg]emeente|[Ss]tad|[Ss]tadsbestuur|[Ss]tadsregio) (?!en |van |met |die |in |is )"
    r"|(?:[Aa]yuntamiento|[Cc]iudad|[Mm]unicipio|[Cc]oncejo) (?:de |del )"
    r"|(?:[Aa]juntament|[Cc]iutat|[Mm]unicipi) (?:del |de |d')"
    r"|(?:[Vv]ille|[Mm]airie|[Mm]étropole|[Cc]ommune|[Rr]égion) (?:de |d'|du |des )"
    r"|(?:[Cc]âmara [Mm]unicipal|[Mm]unicípio|[Cc]idade) (?:de |do |da |dos )"
    r"|[Cc]omune di "
    r"|(?P<german>(?:[Ll]andeshauptstadt|[Hh]ansestadt|[Ss]tadtverwaltung|[Ss]tadt"
    r"|[Mm]agistrat der [Ss]tadt) (?:der )?)"
    r")"
)
_SUFFIX = re.compile(
    r"(?<![\w'’-])((?:[^\W\d_][\w'’-]*\.? ){1,4}?)(?:City Council|Metropolitan City|City Hall"
    r"|Borough Council|Municipality|Stad kommun)\b"
)
_ONLY_PREFIX = re.compile(
    r"^(?:the )?(?:city|municipality|town|region|gemeente|stad|ayuntamiento|ciudad"
    r"|municipio|ajuntament|ciutat|ville|mairie"
    r"|metropole|commune|camara municipal|cidade|stadt|landeshauptstadt|comune)(?: (?:of|de|del|di|do|da|du|der))? "
    r"|^(?:ajuntament|ciutat|ville|mairie|metropole) (?:de l'|d')"
)
_PARTICLES_TEXT = (
    "de del della di la las los le les l' d' den der am an im of do da dos das sur aan op upon the"
    " in i en y e"
)
_PARTICLES = frozenset(_PARTICLES_TEXT.split())
_ABBREVIATION = re.compile(r"^(?:St|Ste|Sta|Sto|Mt)\.$|^(?:[A-Z]\.){2,}$")
_GERMAN_FIRST = frozenset({"Bad", "Sankt", "St.", "Neu", "Groß"})
_GERMAN_ADDITION = re.compile(
    r" ((?:im|am|an der|in der|ob der|bei|vor der) [A-ZÄÖÜ][\w-]+)(?= *(?:$|[.,;:!?)|\n]))"
)
_TOKEN = re.compile(r"\S+")
_LINKS = re.compile(r" ?[/;&+] ?| (?:and|en|y|i|et|und|e) ", re.IGNORECASE)
_NO_CITY_TEXT = (
    "sharing summit declaration city cities council europe world expo smart digital unit our this your "
    "platform week hall union nations interesse"
)
_NO_CITY = frozenset(_NO_CITY_TEXT.split())
_WORDS = 4
_REMEMBERED_LENGTH = 300


def cities_in_text(text: str) -> list[str]:
    """Return the cities a text names with a word for “city” beside them, each once, in order."""
    return list(_cities_again(text) if len(text) < _REMEMBERED_LENGTH else _cities(text))


def _cities(text: str) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for match in _PREFIX.finditer(text):
        name = _name_after(text, match.end(), 1 if match["german"] else _WORDS)
        if name:
            found.setdefault(fold(name), name)
    for match in _SUFFIX.finditer(text):
        name = _name_before(match[1])
        if name:
            found.setdefault(fold(name), name)
    return tuple(found.values())


# a line of a signature is asked about as a whole, in pieces, and as a person's name
_cities_again = lru_cache(maxsize=64)(_cities)


def city_of_label(value: str) -> tuple[str | None, str | None, set[str]]:
    """Read the value of a city label; return (city, country code, review reasons).

    “City of Ghent” gives Ghent, “Bologna, Italy” gives the country too, and “Lisbon and Porto” gives no city but the
    reason ``several_cities``.
    """
    country = None
    text = value.strip()
    bracket = re.match(r"^(.*?)\s*\(([^)]*)\)$", text)
    head, comma, tail = text.rpartition(",")
    if bracket and find_country(bracket[2]):
        text, country = bracket[1], find_country(bracket[2])
    elif comma and find_country(tail):
        text, country = head, find_country(tail)
    named = cities_in_text(text)
    if len(named) > 1:
        return None, country, {"several_cities"}
    if named:
        return named[0], country, set()
    prefix = _ONLY_PREFIX.match(fold(text)) if len(fold(text)) == len(text) else None
    if prefix:
        text = text[prefix.end() :]
    name = normalise_name(text)
    if name is None:
        return None, country, set()
    if not fits(name):
        return None, country, {"value_too_long"}
    parts = [part for part in _LINKS.split(name) if part.strip()]
    if len(parts) > 1:
        return None, country, {"several_cities"}
    return name, country, set()


def same_place(one: str, other: str) -> bool:
    """Tell whether two names may mean one city: equal, or one is the longer form of the other."""
    first, second = sorted((fold(one), fold(other)), key=len)
    return second == first or second.startswith(first + " ")


def is_organisation_word(word: str) -> bool:
    """Tell whether a folded word names a unit or a function rather than a place."""
    return word in UNITS or word in POSITIONS


def _name_after(text: str, start: int, most: int) -> str | None:
    """Read capitalised words, with small linking words between them, up to punctuation or another kind of word."""
    words: list[str] = []
    waiting: list[str] = []
    capitals = 0
    line_end = text.find("\n", start)
    for match in _TOKEN.finditer(text, start, line_end if line_end >= 0 else len(text)):
        token = match[0]
        core = token.strip('"“”„«»*_<>([')
        last = not _ABBREVIATION.match(core) and core[-1:] in '.,;:!?)]|–—-"”»*_>'
        core = core if _ABBREVIATION.match(core) else core.rstrip('.,;:!?)]|–—-"”»*_>')
        if not core:
            break
        if core.lower() in _PARTICLES and not core[0].isupper() and words and not last:
            waiting.append(core)
            continue
        if not _is_place_word(core):
            break
        words += [*waiting, core]
        waiting = []
        capitals += 1
        if last:
            break
        if capitals >= most and core not in _GERMAN_FIRST:
            addition = _GERMAN_ADDITION.match(text, match.end()) if most == 1 else None
            words += [addition[1]] if addition else []
            break
    return _accepted(words)


def _name_before(text: str) -> str | None:
    words: list[str] = []
    for word in reversed(text.split()):
        if not _is_place_word(word):
            break
        words.insert(0, word)
    if words and words[0] == "The" and len(words) > 1 and fold(words[1]) not in ("hague",):
        words = words[1:]
    return _accepted(words)


def _is_place_word(word: str) -> bool:
    first = (
        word.removeprefix("'s-")
        .removeprefix("’s-")
        .removeprefix("L'")
        .removeprefix("l'")
        .removeprefix("d'")[:1]
    )
    folded = fold(word)
    return first.isupper() and not is_organisation_word(folded) and folded not in _NO_CITY


def _accepted(words: list[str]) -> str | None:
    if words and words[0] == "The" and len(words) == 1:
        return None
    name = normalise_name(" ".join(words)) if words else None
    return name if name and fits(name) and len(name) > 1 else None
