"""Which of the seven languages a message is written in, by its small words and labels; no dependency, no guess."""

import re
from collections import Counter
from collections.abc import Iterable

from scn_sync.extraction.labels import LANGUAGES_OF_LABEL

# words that are frequent in one of the languages; Italian, Danish and Swedish only keep texts in them from being
# taken for a neighbour
_SMALL_WORDS = {
    "en": "hello dear the and of to our we is are for with would like from please this that "
    "have be you your on in city",
    "nl": "beste de het een en van wij we ons onze is zijn voor met graag willen naar dit dat u "
    "uw niet ook bij aan gemeente",
    "es": "el la los las y de a en nuestro nuestra es son para con desde queremos les una un "
    "que por nos del al su sus yo "
    "también mi misma recibir ciudad hola buenos buenas tardes días quedamos desea saludos",
    "ca": "el la els les i de a nostre nostra és són per amb des volem us una un que ens del al "
    "seva ciutat amb als bon dia",
    "fr": "le la les et de notre nous est sont pour avec dans souhaitons vous une un que du au "
    "aux ville bonjour des ce",
    "de": "guten tag der die das und von wir unsere unser ist sind für mit aus möchten sie eine "
    "ein dass uns dem den im zu stadt",
    "pt": "o a os as e de nosso nossa é são para com da do gostaríamos uma um que nos ao à não "
    "em no na cidade vossa vossos "
    "pela mais bom boa dia tarde exmos",
    "it": "a il lo gli di e che per con una un della del siamo nostro nostra è sono vorremmo dei alla nel città",
    "da": "og vi er det til med af en et den som på vores har for ikke kommune vil gerne",
    "sv": "och vi är det till med av en ett den som på vår har för inte kommun vill gärna",
}
_LANGUAGES_OF_WORD: dict[str, tuple[str, ...]] = {}
for _language, _words in _SMALL_WORDS.items():
    for _word in _words.split():
        _LANGUAGES_OF_WORD[_word] = (*_LANGUAGES_OF_WORD.get(_word, ()), _language)

_SUPPORTED = ("en", "nl", "es", "ca", "fr", "de", "pt")
_WORD = re.compile(r"[^\W\d_]+")
_LOOKED_AT = 6_000


def detect_language(text: str, labels: Iterable[str] = ()) -> str | None:
    """Return the code of the language, or None when no language is clearly ahead.

    ``labels`` are the folded field labels that were found; a label counts as three small words. A word that two
    languages share counts half for each.
    """
    score: Counter[str] = Counter()
    for word, count in Counter(_WORD.findall(text[:_LOOKED_AT].lower())).items():
        languages = _LANGUAGES_OF_WORD.get(word)
        if languages:
            for language in languages:
                score[language] += 6 * min(count, 6) // len(languages)
    for label in labels:
        languages_of_label = LANGUAGES_OF_LABEL.get(label, frozenset())
        for language in languages_of_label:
            score[language] += 18 // len(languages_of_label)
    ranked = score.most_common(2)
    if not ranked or ranked[0][1] < 15:
        return None
    if len(ranked) == 2 and ranked[1][1] * 5 > ranked[0][1] * 4:
        return None
    best = ranked[0][0]
    return best if best in _SUPPORTED else None
