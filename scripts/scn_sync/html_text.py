"""HTML to plain text with the standard library only: nothing is fetched, nothing hidden comes through."""

import re
from html.parser import HTMLParser

HTML_CHARACTERS = 500_000

_SKIPPED = frozenset(
    {"script", "style", "head", "title", "template", "noscript", "svg", "object", "iframe"}
)
_BLOCKS_TEXT = (
    "address article aside blockquote center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr li "
    "main nav ol p pre section table tbody tfoot thead tr ul"
)
_BLOCKS = frozenset(_BLOCKS_TEXT.split())
_VOID_TEXT = "area base br col embed hr img input link meta param source track wbr"
_VOID = frozenset(_VOID_TEXT.split())
_HIDING = re.compile(
    r"display:none|visibility:hidden|font-size:0(?![.\d]*[1-9])|opacity:0(?![.\d]*[1-9])|mso-hide:all"
)
_WHITE = re.compile(r"[ \t\r\n\f]+")


class _TextCollector(HTMLParser):
    """Gathers visible text; cells of one table row are joined by tabs, quotations get ``> `` marks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden: list[str] = []  # open elements from the outermost hidden one inwards
        self._quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._hidden:
            if tag not in _VOID:
                self._hidden.append(tag)
            return
        if tag in _SKIPPED or _is_hidden(attrs):
            if tag not in _VOID:
                self._hidden.append(tag)
            return
        if tag == "blockquote":
            self._quotes += 1
        if tag == "br":
            self.pieces.append("\n")
        elif tag in ("td", "th"):
            self.pieces.append("\t")
        elif tag in _BLOCKS:
            self._break()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._hidden and tag == "br":
            self.pieces.append("\n")
        elif not self._hidden and tag in _BLOCKS:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag in self._hidden:
                while self._hidden.pop() != tag:
                    continue
            return
        if tag == "blockquote" and self._quotes:
            self._break()
            self._quotes -= 1
        if tag in _BLOCKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        text = _WHITE.sub(" ", data)
        if self._quotes and text.strip():
            self._break()
            text = "> " + text.strip()
        self.pieces.append(text)

    def _break(self) -> None:
        if self.pieces and self.pieces[-1] != "\n":
            self.pieces.append("\n")


def _is_hidden(attrs: list[tuple[str, str | None]]) -> bool:
    for name, value in attrs:
        if name == "hidden":
            return True
        if name == "style" and value and _HIDING.search(value.lower().replace(" ", "")):
            return True
    return False


def html_to_text(html: str) -> str:
    """Return the visible text of an HTML page or fragment, one line per block and table row.

    Cells of a row are separated by tabs, so that "label, value" tables can be read like "label: value" lines. Only
    the first 500,000 characters are looked at.
    """
    collector = _TextCollector()
    collector.feed(html[:HTML_CHARACTERS])
    collector.close()
    lines = []
    for line in "".join(collector.pieces).split("\n"):
        cells = [cell.strip() for cell in line.split("\t")]
        lines.append("\t".join(cell for cell in cells if cell))
    return "\n".join(lines)
