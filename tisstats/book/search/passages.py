"""The passages of a finished page: what a search can find, and where a hit leads to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field

import lxml.html  # type: ignore[import-untyped]
from lxml.html import HtmlElement

#: Elements that are not part of what a page says.
_SILENT_TAGS = frozenset(
    {"script", "style", "noscript", "svg", "button", "select", "input", "textarea", "template"}
)
#: Classes of such elements: code that is folded away, examples in docstrings, links, formulas, and
#: what a script fills in, which without it is a row of labels; lists of links to functions, and of
#: abbreviations.
_SILENT_CLASSES = frozenset(
    {"cell_input", "doctest", "headerlink", "downloads", "math", "viewcode-link", "linenos"}
    | {"interactive", "functions-used", "abbreviations"}
)
#: Elements within a line of text; all others end it.
_INLINE_TAGS = frozenset(
    {"a", "abbr", "b", "cite", "code", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "samp"}
    | {"small", "span", "strong", "sub", "sup", "u", "var", "wbr", "data", "time", "label"}
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a page that a hit can lead to."""

    kind: str  #: ``text``, ``term``, ``object``, ``reference`` or ``figure``
    anchor: str  #: id of an element of the page; empty for its top
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class TablePassage:
    """A table of a page; each of its rows is a passage."""

    anchor: str
    title: str  #: caption, or the title of the section
    heads: tuple[str, ...]  #: column heads
    rows: tuple[tuple[str, ...], ...]  #: cells; none for a row that is left out


@dataclass(frozen=True, slots=True)
class PagePassages:
    """What a search can find on a page."""

    title: str
    passages: tuple[Passage, ...]
    tables: tuple[TablePassage, ...]


def parse(html: str) -> HtmlElement:
    """Return a page as a tree."""
    return lxml.html.document_fromstring(html)


def article(page: HtmlElement) -> HtmlElement | None:
    """Return the element with a page's text, None if it has none, such as a page that leads on."""
    found = page.xpath("//article[contains(concat(' ', @class, ' '), ' bd-article ')]")
    return found[0] if found else None


def read_passages(text: HtmlElement, elsewhere: frozenset[str] = frozenset()) -> PagePassages:
    """Return the passages of a page.

    Parameters
    ----------
    text
        The element with the page's text, see `article`.
    elsewhere
        Ids of elements to leave out, since they are found as something else: rows of a ledger.
    """
    reader = _Reader(elsewhere)
    reader.read(text)
    titles = (draft.title for draft in reader.drafts if draft.title)
    return PagePassages(
        title=next(titles, ""),
        passages=tuple(draft.passage() for draft in reader.drafts if not draft.is_empty()),
        tables=tuple(reader.tables),
    )


def plain(element: HtmlElement) -> str:
    """Return the text of an element in one line, without what is not part of it.

    >>> plain(lxml.html.fromstring('<p>Of <b>19</b> patients<a class="headerlink">#</a></p>'))
    'Of 19 patients'
    """
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: HtmlElement) -> Iterator[str]:
    if _is_silent(element):
        return
    around = "" if element.tag in _INLINE_TAGS else " "
    yield around
    yield element.text or ""
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""
    yield around


def _classes(element: HtmlElement) -> frozenset[str]:
    return frozenset(element.get("class", "").split())


def _is_silent(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str) or element.tag in _SILENT_TAGS:
        return True
    if element.tag == "summary" and "hide" in _classes(element.getparent()):
        return True  # "Show code"
    return not _SILENT_CLASSES.isdisjoint(_classes(element))


@dataclass(slots=True)
class _Draft:
    kind: str
    anchor: str
    title: str = ""
    pieces: list[str] = field(default_factory=list)

    def text(self) -> str:
        return " ".join("".join(self.pieces).split())

    def is_empty(self) -> bool:
        return not (self.title or self.text())

    def passage(self) -> Passage:
        return Passage(self.kind, self.anchor, self.title, self.text())


class _Reader:
    """Walks through a page and cuts it where an anchor is."""

    def __init__(self, elsewhere: frozenset[str]) -> None:
        self.drafts: list[_Draft] = []
        self.tables: list[TablePassage] = []
        self._elsewhere = elsewhere
        self._open = [self._draft("text", "")]

    def _draft(self, kind: str, anchor: str, title: str = "") -> _Draft:
        draft = _Draft(kind, anchor, title)
        self.drafts.append(draft)
        return draft

    def read(self, element: HtmlElement) -> None:
        """Add an element to the passages; its tail belongs to what is around it."""
        if _is_silent(element) or self._is_elsewhere(element):
            return
        match element.tag:
            case "section" if element.get("id"):
                self._read_part(element, self._draft("text", element.get("id")))
            case "table":
                self._read_table(element)
            case "figure":
                self._read_figure(element)
            case "dl" if _classes(element) & {"glossary", "py"}:
                self._read_definitions(element)
            case "div" if "citation" in _classes(element) and element.get("id"):
                label = element.find("span")
                title = "" if label is None else plain(label).strip("[]")
                self._read_part(element, self._draft("reference", element.get("id"), title))
            case "img":
                self._add(f" {element.get('alt', '')} ")
            case tag if tag in _HEADINGS and not self._open[-1].title:
                self._open[-1].title = plain(element)
            case _:
                self._read_inside(element)

    def _is_elsewhere(self, element: HtmlElement) -> bool:
        """Return whether an element is found as something else: by its id, or an item by a link."""
        if element.tag == "li":
            return any(link[1:] in self._elsewhere for link in element.xpath(".//a/@href"))
        return element.get("id") in self._elsewhere

    def _add(self, text: str | None) -> None:
        self._open[-1].pieces.append(text or "")

    def _read_inside(self, element: HtmlElement) -> None:
        around = "" if element.tag in _INLINE_TAGS else " "
        self._add(around)
        self._add(element.text)
        for child in element:
            self.read(child)
            self._add(child.tail)
        self._add(around)

    def _read_part(self, element: HtmlElement, draft: _Draft) -> None:
        self._open.append(draft)
        self._read_inside(element)
        self._open.pop()

    def _read_table(self, table: HtmlElement) -> None:
        caption = table.find("caption")
        rows = table.findall("thead/tr") + table.findall("tr") + table.findall("tbody/tr")
        cells = [
            texts if row.get("id", "") not in self._elsewhere else ()
            for row, texts in _cells(rows + table.findall("tfoot/tr"))
        ]
        heads = cells.pop(0) if cells and table.find("thead/tr") is not None else ()
        title = "" if caption is None else plain(caption)
        self.tables.append(
            TablePassage(
                table.get("id") or self._open[-1].anchor,
                title or self._open[-1].title,
                heads,
                tuple(cells),
            )
        )

    def _read_figure(self, figure: HtmlElement) -> None:
        captions = " ".join(plain(each) for each in figure.iter("figcaption"))
        # Drawn again for a phone, a figure has its alternative text twice.
        images = dict.fromkeys(image.get("alt", "") for image in figure.iter("img"))
        draft = self._draft("figure", figure.get("id") or self._open[-1].anchor, captions)
        draft.pieces.append(" ".join(images))
        self._open.append(draft)
        for table in figure.iter("table"):
            self._read_table(table)
        self._open.pop()

    def _read_definitions(self, definitions: HtmlElement) -> None:
        kind = "term" if "glossary" in _classes(definitions) else "object"
        draft = self._open[-1]
        for child in definitions:
            if child.tag == "dt" and child.get("id"):
                names = child.xpath(".//*[contains(@class, 'descname')]")
                title = plain(names[0]) if names else plain(child)
                draft = self._draft(kind, child.get("id"), title)
                if names:
                    draft.pieces.append(plain(child) + " ")
            else:
                self._read_part(child, draft)


def _cells(rows: Iterable[HtmlElement]) -> Iterator[tuple[HtmlElement, tuple[str, ...]]]:
    """Yield rows with the texts of their cells; the label of a group is in each of its rows."""
    label, left = "", 0
    for row in rows:
        own = [cell for cell in row if cell.tag in {"th", "td"}]
        texts = tuple(map(_without_marks, own))
        if left:
            left -= 1
            yield row, (label, *texts)
            continue
        if own:
            label, left = texts[0], int(own[0].get("rowspan", "1")) - 1
        yield row, texts


def _without_marks(cell: HtmlElement) -> str:
    """Return the text of a cell, without marks that refer to notes."""
    if cell.find("sup[@class='note-mark']") is None:
        return plain(cell)
    kept = deepcopy(cell)
    for mark in kept.findall("sup[@class='note-mark']"):
        mark.drop_tree()
    return plain(kept)
