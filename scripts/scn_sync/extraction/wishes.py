"""What the sender wants, and what the sender agreed to; both only from words that say so."""

import re
from collections.abc import Iterable

from scn_sync.models import WORDING_LENGTH
from scn_sync.text_cleaning import clean_line, fold

_WANTS = {
    "task_force": re.compile(
        r"\btask ?-?force\b|\bwerkgroep\b|\bgrupo de trabajo\b|\bgrup de treball\b"
        r"|\bgroupe de travail\b|\barbeitsgruppe\b"
        r"|\bgrupo de trabalho\b|\b(?:stay|keep us|be kept|kept) (?:informed|updated)\b"
        r"|\bop de hoogte (?:blijven|gehouden)\b"
        r"|\bmantener(?:se|nos|les) informad|\bmantenir-nos informa|\brester informe|\bauf dem laufenden\b"
        r"|\bmanter-nos informad|\bnews and invitations\b"
    ),
    "declaration": re.compile(
        r"\bdeclaration\b|\bverklaring\b|\bdeclaracion\b|\bdeclaracio\b|\berklarung\b|\bdeklaration\b|\bdeclaracao\b"
    ),
    "event": re.compile(
        r"\b(?:summit|stand lab|seminars?|webinars?|events?|workshops?|evenement(?:en)?"
        r"|evenements?|eventos?|esdeveniments?"
        r"|veranstaltung(?:en)?|cumbre|cimera|sommet|gipfel|gipfeltreffen|cimeira|bijeenkomst(?:en)?|seminarios?|seminaris?"
        r"|seminaires?|seminare?n?|encuentros?|trobada|rencontres?|taller(?:es)?|tallers|ateliers?|encontros?|hackathons?)\b"
    ),
    "magazine": re.compile(
        r"\b(?:e-?)?magazine?s?\b|\btijdschrift\b|\brevista\b|\bmaandblad\b|\bzeitschrift\b|\brevue\b"
    ),
}
# an event that is over, or no event at all
_NOT_WANTED = re.compile(
    r"\bin (?:the|any) event\b|\b(?:after|since|following) (?:the|your|our"
    r"|last) (?:[\w-]+ ){0,2}?(?:summit|seminar|event)s?\b"
    r"|\b(?:na|sinds) (?:de|het) \w+\b|\b(?:despues|desde) (?:de la|del|la|el) (?:cumbre|seminario|encuentro|evento)\b"
    r"|\bdespres (?:de la|del) \w+\b|\b(?:apres|depuis) (?:le|la) \w+\b|\b(?:nach|seit) (?:dem|der) \w+\b"
    r"|\b(?:depois|desde) (?:da|do|a|o) (?:cimeira|seminario|encontro|evento)\b"
)
_NEGATION_WORDS = {
    "en": r"not|no|never|don't|cannot|can't|neither",
    "nl": r"niet|geen|nooit|noch",
    "es": r"no|nunca|tampoco|ni|sin",
    "ca": r"no|mai|tampoc|ni|sense",
    "fr": r"ne|pas|aucune?|jamais|sans",
    "de": r"nicht|keine?[nmrs]?|nie|weder|ohne",
    "pt": r"nao|nunca|nem|sem",
}
_NEGATION = {
    language: re.compile(rf"\b(?:{words})\b|\bn't\b" + (r"|\bn'" if language == "fr" else ""))
    for language, words in _NEGATION_WORDS.items()
}
_STOP = re.compile(
    r"\bunsubscribe\b|\bremove (?:us|me|my|our)\b|\bstop (?:sending|mailing)\b|\bopt(?: "
    r"|-)out\b|\buitschrijven\b|\bafmelden\b"
    r"|\bdar(?:nos|me)? de baja\b|\bdarse de baja\b|\bdonar(?:-nos|-me)? de baixa\b"
    r"|\bdesinscri|\bdesabonn|\bne plus recevoir\b"
    r"|\babmelden\b|\baustragen\b|\bcancelar a (?:nossa )?(?:subscricao|inscricao)\b|\bremover (?:o nosso|do)\b"
)
_AGREES = re.compile(
    r"\b(?:i|we) (?:hereby )?(?:agree|consent|authori[sz]e|give (?:our |my )?(?:consent"
    r"|permission))\b|\byou may (?:store|keep|use|contact)\b"
    r"|\b(?:ik ga|wij gaan|we gaan) (?:ermee )?akkoord\b|\b(?:geef|geven) (?:\w+ )?(?:hierbij )?toestemming\b|\bu mag\b"
    r"|\b(?:acepto|aceptamos|autorizo|autorizamos|doy mi consentimiento"
    r"|damos (?:nuestro )?consentimiento|consiento|consentimos)\b"
    r"|\b(?:accepto|acceptem|autoritzo|autoritzem|dono el meu consentiment|donem el (?:nostre )?consentiment)\b"
    r"|\b(?:j'accepte|nous acceptons|j'autorise|nous autorisons|je consens|nous consentons"
    r"|donne mon (?:accord|consentement)"
    r"|donnons notre (?:accord|consentement))\b"
    r"|\b(?:stimme|stimmen)\b.{0,120}\bzu\b|\beinverstanden\b|\bwillige\b.{0,120}\bein\b"
    r"|\berteilen? .{0,40}einwilligung\b"
    r"|\b(?:aceito|aceitamos|concordo|concordamos|dou o meu consentimento|damos o nosso consentimento)\b"
)
_REFUSES = re.compile(
    r"\b(?:may|must|should) not (?:store|keep|use|contact|process|share)\b"
    r"|\b(?:do not|don't|cannot) (?:agree|consent|authori[sz]e|give)\b"
    r"|\b(?:ga|gaan) (?:er )?(?:niet|hier niet mee|niet mee) akkoord\b|\bgeen toestemming\b"
    r"|\bno (?:acepto|aceptamos|autorizo|autorizamos|doy|damos|consiento)\b"
    r"|\bno (?:accepto|acceptem|autoritzo|autoritzem|dono|donem)\b"
    r"|\bn'(?:accepte|acceptons|autorise|autorisons) pas\b|\bne (?:consens|consentons|donne|donnons) pas\b"
    r"|\bnicht einverstanden\b|\bstimmen? .{0,80}nicht zu\b|\bkeine einwilligung\b"
    r"|\bnao (?:aceito|aceitamos|autorizo|autorizamos|concordo|concordamos|dou|damos)\b"
)
_ABOUT_DATA = re.compile(
    r"\b(?:data|details|information|personal|contact\w*|e-?mails?|privacy|store|process\w*"
    r"|gegevens|contacteren|bewaren|datos|contacto|dades|contacte|donnees|coordonnees|contacter|daten|kontakt\w*|dados)\b"
)
_REFUSAL = re.compile(r"^(?:no|nee|non|nein|nao|false|0|off|refused|denied)\b")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z])|\n\s*\n")
_SCANNED = 30_000


def sentences_of(text: str) -> list[str]:
    """Cut a text into sentences well enough for looking for a phrase and its negation."""
    return [
        clean_line(sentence)
        for sentence in _SENTENCE_END.split(text[:_SCANNED])
        if sentence.strip()
    ]


def find_wants(sentences: Iterable[str], language: str | None) -> tuple[set[str], bool]:
    """Return what is asked for, and whether a negation beside it leaves doubt.

    ``language`` decides which words negate (“no” does in Spanish and means “in the” in Portuguese); with None every
    language's do.
    """
    wants: set[str] = set()
    doubtful = False
    for sentence in sentences:
        folded = _NOT_WANTED.sub(" ", fold(sentence))
        found = {want for want, pattern in _WANTS.items() if pattern.search(folded)}
        if found and _negates(folded, language):
            doubtful = True
        wants |= found
    return wants, doubtful


def _negates(folded: str, language: str | None) -> bool:
    patterns = [_NEGATION[language]] if language else list(_NEGATION.values())
    return any(pattern.search(folded) for pattern in patterns)


def asks_to_stop(sentences: Iterable[str]) -> bool:
    """Tell whether the sender asks not to be written to any more."""
    return any(_STOP.search(fold(sentence)) for sentence in sentences)


def find_consent(
    sentences: Iterable[str], labelled: str | None, language: str | None
) -> tuple[str | None, bool]:
    """Return the wording by which the sender agrees to being contacted, and whether consent is refused.

    ``labelled`` is the value of a consent label of a form. The wording is the sender's own, in full.
    """
    if labelled:
        if _REFUSAL.match(fold(labelled)):
            return None, True
        return _cut(labelled), False
    for sentence in sentences:
        folded = fold(sentence)
        if _REFUSES.search(folded) and _ABOUT_DATA.search(folded):
            return None, True
        if _AGREES.search(folded) and _ABOUT_DATA.search(folded):
            if _negates(folded.partition(" unless ")[0], language) and not re.search(
                r"\bno longer than\b", folded
            ):
                return None, True
            return _cut(sentence), False
    return None, False


def _cut(wording: str) -> str:
    return wording[:WORDING_LENGTH].strip()
