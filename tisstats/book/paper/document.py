"""Make one long page of all pages of a finished book, to be printed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import lxml.html  # type: ignore[import-untyped]
from markupsafe import Markup

from tisstats.book.pages.html import render
from tisstats.book.paper.contents import Entry

_FOLDER = Path(__file__).parent

#: What a page has for the screen alone. ``d-print-none`` is the theme's word for it.
SCREEN_ONLY = (
    *("headerlink", "copybtn", "downloads", "d-print-none", "pst-js-only", "noprint"),
    *("calculator", "ledger-filters", "ledger-shown"),
    *("interactive-controls", "interactive-buttons", "interactive-status"),
)
_SCREEN_ONLY_TAGS = ("script", "noscript", "style", "button", "form", "template", "dialog")

#: Shown in the book on paper only, in the place of something for the screen; on the screen, the
#: attribute ``hidden`` hides it.
PAPER_ONLY = "paper-only"

#: Attributes that name one element, and those that name several.
_REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers")

_HEADING = re.compile(r"h([1-6])")
_LOWEST = 6

#: Tables of more rows than this are left out where the page has them folded.
LONGEST_FOLDED = 12


@dataclass(frozen=True, slots=True)
class Chapter:
    """A page of the book, ready to be printed."""

    entry: Entry
    anchor: str  #: id of its first element
    title: str
    html: Markup
    opens_part: bool  #: whether it is the first of its part


@dataclass(frozen=True, slots=True)
class Imprint:
    """What the title page says besides the title."""

    title: str
    author: str
    date: str  #: of printing, in words
    version: str  #: of this package
    address: str  #: of the book on the web; empty if it has none


@dataclass(frozen=True, slots=True)
class Book:
    """All pages of a book, ready to be printed."""

    imprint: Imprint
    chapters: Sequence[Chapter]
    banner: str  #: what every page says at its top; empty for nothing
    styles: Sequence[str]  #: addresses of the style sheets, in order
    mathjax: str  #: address of the script that sets the formulas; empty if there are none

    def html(self, numbers: Mapping[str, int]) -> str:
        """Return the document.

        Parameters
        ----------
        numbers
            Number of the sheet on which each chapter begins, by anchor; those that are not known
            yet are left blank.
        """
        return render(
            "paper.html",
            book=self,
            numbers=numbers,
            style=Markup(
                (_FOLDER / "paper.css").read_text(encoding="utf-8") + self._running_titles()
            ),
        )

    def sheets(self) -> list[list[Chapter]]:
        """Return the chapters, each with the pages below it, which follow on the same sheet."""
        groups: list[list[Chapter]] = []
        for chapter in self.chapters:
            if chapter.entry.depth and groups:
                groups[-1].append(chapter)
            else:
                groups.append([chapter])
        return groups

    def _running_titles(self) -> str:
        """Return the style of the sheets of each chapter, upright and turned, with its title."""
        head = f"@top-left {{ content: {css_string(self.imprint.title)}; }}"
        foot = f"@bottom-left {{ content: {css_string(self.banner)}; }}" if self.banner else ""
        rules = [f"@page {{ {head} {foot} }}"]
        for number, (chapter, *_) in enumerate(self.sheets()):
            name = f"chapter-{number}"
            head = f"@top-right {{ content: {css_string(chapter.title)}; }}"
            rules.append(f"@page {name} {{ {head} }}")
            rules.append(f"@page {name}-turned {{ size: A4 landscape; {head} }}")
            rules.append(f".paper-{name} {{ page: {name}; }}")
            rules.append(f".paper-{name} .paper-wide {{ page: {name}-turned; }}")
        return "\n".join(rules)


def css_string(text: str) -> str:
    r"""Return a text as a string of CSS.

    >>> print(css_string('A "word" in C:\\'))
    "A \22 word\22  in C:\5c "
    """
    return '"' + re.sub(r'["\\\n<]', lambda found: f"\\{ord(found[0]):x} ", text) + '"'


def anchor(page: str, fragment: str = "") -> str:
    """Return the id in the printed book of a page, or of a place on it.

    >>> anchor("notebooks/05_safety", "deaths")
    'notebooks-05_safety--deaths'
    """
    return f"{page.replace('/', '-')}--{fragment}"


def read_book(folder: Path, entries: Sequence[Entry], imprint: Imprint) -> Book:
    """Read the pages of a finished book.

    Parameters
    ----------
    folder
        Folder of the book.
    entries
        Its table of contents.
    """
    pages = {entry.page for entry in entries}
    chapters, part = [], ""
    trees = {entry: _parse(folder / f"{entry.page}.html") for entry in entries}
    for entry, tree in trees.items():
        chapters.append(_chapter(tree, entry, folder, pages, opens_part=entry.part != part))
        part = entry.part
    first = trees[entries[0]]
    banners = first.find_class("bd-header-announcement__content")
    return Book(
        imprint=imprint,
        chapters=chapters,
        banner=_words(banners[0]) if banners else "",
        styles=_styles(folder, trees),
        mathjax=_mathjax(folder, trees),
    )


def _parse(path: Path) -> Any:
    return lxml.html.document_fromstring(path.read_text(encoding="utf-8"))


def _styles(folder: Path, trees: Mapping[Entry, Any]) -> list[str]:
    found = {
        _resource(folder, entry.page, link.get("href")): None
        for entry, tree in trees.items()
        for link in tree.xpath("//link[@rel='stylesheet'][not(@media='print')]")
    }
    return list(found)


def _mathjax(folder: Path, trees: Mapping[Entry, Any]) -> str:
    for entry, tree in trees.items():
        for source in tree.xpath("//script/@src"):
            if posixpath.basename(urlsplit(source).path).startswith("tex-"):
                return _resource(folder, entry.page, source)
    return ""


def _resource(folder: Path, page: str, address: str) -> str:
    """Return the address of a file of the book that holds wherever the document is."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path:
        return address
    place = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
    return (folder / place).resolve().as_uri()


def _chapter(
    tree: Any, entry: Entry, folder: Path, pages: Iterable[str], *, opens_part: bool
) -> Chapter:
    (article,) = tree.find_class("bd-article")
    _strip(article)
    _unfold(article)
    _use_own_ids(article, entry.page)
    _link(article, entry.page, folder, set(pages))
    title = _words(article.xpath(".//h1")[0])
    # The first page stands beside the parts, its sections beside the chapters.
    _lower_headings(article, entry.depth + bool(entry.part))
    inner = "".join(_serialise(child) for child in article)
    return Chapter(entry, anchor(entry.page), title, Markup(inner), opens_part)


def _serialise(element: Any) -> str:
    text: str = lxml.html.tostring(element, encoding="unicode")
    return text


def _strip(article: Any) -> None:
    """Remove what is of no use on paper, and folded code."""
    for end in article.xpath(".//*[self::h1 or self::h2 or self::h3]//br"):
        end.tail = f" {end.tail or ''}"  # or the words run together in the outline
        end.drop_tree()
    for element in [*_of_classes(article, SCREEN_ONLY), *article.iter(*_SCREEN_ONLY_TAGS)]:
        element.drop_tree()
    for folded in article.xpath(".//details[contains(concat(' ', @class, ' '), ' hide ')]"):
        folded.drop_tree()
    # A drawing for phones, and a cell of which nothing is left.
    for source in article.xpath(".//picture/source"):
        source.drop_tag()
    for cell in article.find_class("cell"):
        if not cell.text_content().strip() and not cell.xpath(".//img|.//svg"):
            cell.drop_tree()
    for element in article.find_class(PAPER_ONLY):
        element.classes.remove(PAPER_ONLY)
        element.attrib.pop("hidden", None)


def _of_classes(article: Any, names: Iterable[str]) -> list[Any]:
    return [element for name in names for element in article.find_class(name)]


def _unfold(article: Any) -> None:
    """Open what is folded; paper breaks a plain block better than a folded one."""
    for details in list(article.iter("details")):
        for table in details.xpath(".//table[tbody]"):
            _leave_out_long(table)
        details.tag = "div"
        details.attrib.pop("open", None)
        details.classes.add("paper-unfolded")
        for summary in details.findall("summary"):
            summary.tag = "div"
            summary.classes.add("paper-summary")


def _leave_out_long(table: Any) -> None:
    """Put a note in the place of a long table that is folded on its page."""
    rows = len(table.findall("tbody/tr"))
    if rows <= LONGEST_FOLDED:
        return
    caption = table.find("caption")
    name = "" if caption is None else f" “{_words(caption)}”"
    note = lxml.html.Element("p")
    note.text = f"Not on paper: the table{name}, {rows} rows, which is folded on the page."
    note.classes.add("paper-left-out")
    box = table.getparent()
    shown = box if "table-scroll" in box.classes else table
    below = shown.getnext()
    if below is not None and "table-notes" in below.classes:
        below.drop_tree()
    shown.addnext(note)
    shown.drop_tree()


def _use_own_ids(article: Any, page: str) -> None:
    """Put the page's name before every id, and wherever one is named."""
    for element in article.iter():
        if "id" in element.attrib:
            element.set("id", anchor(page, element.get("id")))
        for name in _REFERENCES:
            if name in element.attrib:
                named = (anchor(page, each) for each in element.get(name).split())
                element.set(name, " ".join(named))
        for name in ("tabindex", "role") if element.get("role") == "region" else ("tabindex",):
            element.attrib.pop(name, None)


def _link(article: Any, page: str, folder: Path, pages: set[str]) -> None:
    """Have links lead to places of the document; what is not in it is not linked."""
    for image in article.xpath(".//*[@src]"):
        image.set("src", _resource(folder, page, image.get("src")))
    for link in article.xpath(".//a[@href]"):
        target = _target(link.get("href"), page, pages)
        if target is None:
            del link.attrib["href"]
            link.classes.add("paper-no-link")
        else:
            link.set("href", target)
        for name in ("title", "download", "target"):
            link.attrib.pop(name, None)


def _target(address: str, page: str, pages: set[str]) -> str | None:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return address
    path, fragment = urldefrag(address)
    place = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(path)))
    named = page if not path else place.removesuffix(".html")
    return f"#{anchor(named, unquote(fragment))}" if named in pages else None


def _lower_headings(article: Any, by: int) -> None:
    """Lower headings below those of the part and the chapter; they keep their looks."""
    for element in list(article.iter("h1", "h2", "h3", "h4", "h5", "h6")):
        found = _HEADING.fullmatch(element.tag)
        assert found
        level = int(found[1])
        element.classes.add(f"paper-h{level}")
        element.tag = f"h{min(level + by, _LOWEST)}"


def _words(element: Any) -> str:
    return " ".join(element.text_content().split())
