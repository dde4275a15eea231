"""Signs as a printer sets them: apostrophes in every text, and no number without its sign or unit.

Sphinx does this for prose in Markdown, not for tables, captions and descriptions of figures. Code,
formulas and scripts stay as they are; so do the pages of the reference, which quote code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

#: A tag, a comment, or an element whose text is not prose.
_MARKUP = re.compile(
    r"<!--.*?-->|<(script|style|pre|code|textarea|kbd|samp)\b.*?</\1\s*>"
    r'|<(span|div)\b[^>]*\bclass="[^"]*\bmath\b.*?</\2\s*>|<[^>]*>',
    re.DOTALL | re.IGNORECASE,
)
#: Attributes that are read aloud or shown.
_SPOKEN = re.compile(r'(?<=\s)((?:alt|title|aria-label|data-(?:label|group))=")([^"]*)(?=")')
_QUOTE = r"(?:'|&\#0?39;|&\#x27;|&apos;)"
_AFTER_WORD = re.compile(rf"(?<=[\w.,)%]){_QUOTE}")
_OWN = re.compile(rf"^{_QUOTE}(?=s\b)")
_BEFORE_WORD = re.compile(rf"(?<![\w&;]){_QUOTE}(?=\w)")
_SIGN = re.compile(r"((?:&lt;|&gt;|[<>≤≥]))[ \n](?=[\d−.])")

_UNIT = re.compile(r"(?<=\d)[ \n](?=(?:cm|mm|kg|g/kg|U/L|%)(?![\w/]))")

#: What there is in a text wherever one of the patterns for it matches: most texts have none of it.
_CHANGED = re.compile(r"['&<>≤≥]|\d[ \n]")

#: Folders whose pages stay as they are: code is quoted there, or tables are opened elsewhere.
_LEFT = ("book/reference", "_static/downloads")


def typeset(page: str) -> str:
    r"""Return a page with typographic apostrophes, and signs and units with their numbers.

    Parameters
    ----------
    page
        HTML.

    Examples
    --------
    >>> typeset("<td>the patient's P &lt; 0.01</td>")
    '<td>the patient’s P &lt;\xa00.01</td>'
    >>> typeset("<code>x = 'a'</code><img alt=\"Fisher's test\">")
    '<code>x = \'a\'</code><img alt="Fisher’s test">'
    """
    return "".join(_parts(page))


def _parts(page: str) -> Iterator[str]:
    at = 0
    for markup in _MARKUP.finditer(page):
        yield _set(page[at : markup.start()])
        tag = markup[0]
        if _CHANGED.search(tag, 1, len(tag) - 1):
            tag = _SPOKEN.sub(lambda said: said[1] + _set(said[2]), tag)
        yield tag
        at = markup.end()
    yield _set(page[at:])


def _set(text: str) -> str:
    if not _CHANGED.search(text):
        return text
    for pattern, sign in ((_OWN, "’"), (_AFTER_WORD, "’"), (_BEFORE_WORD, "‘")):
        text = pattern.sub(sign, text)
    return _UNIT.sub("\N{NO-BREAK SPACE}", _SIGN.sub("\\1\N{NO-BREAK SPACE}", text))


def typeset_pages(app: Sphinx, error: Exception | None) -> None:
    """Set the pages of a finished book."""
    if error is not None or app.builder.format != "html":
        return
    book = Path(app.outdir)
    for path in book.rglob("*.html"):
        if not path.relative_to(book).as_posix().startswith(_LEFT):
            text = path.read_text(encoding="utf-8")
            if (better := typeset(text)) != text:
                path.write_text(better, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    """Register with Sphinx."""
    app.connect("build-finished", typeset_pages, priority=450)  # before they are copied
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
