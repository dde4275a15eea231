"""What a page says of itself: its first sentences, as search engines and previews show them."""

from __future__ import annotations

import re

from docutils import nodes

#: Search engines show about this many characters; whole sentences are kept up to here.
LONGEST = 200

#: Where a sentence ends; not after an initial or a common abbreviation.
_END = re.compile(
    r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!\bal\.)(?<!\bvs\.)(?<!e\.g\.)(?<!i\.e\.)\s+(?=[\"“A-Z0-9])"
)
_CITATION = re.compile(r"\s*[(\[][^()\[\]]*\b(?:19|20)\d\d[a-z]?[)\]]")
_SPACE_BEFORE = re.compile(r"\s+([.,;:?!])")


def describe_page(document: nodes.document) -> str:
    """Return the first sentences of the first paragraph of a page; empty if it has none.

    Numbers that notebooks glued are in it. References are left out.
    """
    for paragraph in document.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section | nodes.document):
            text = " ".join(paragraph.astext().split())
            text = _SPACE_BEFORE.sub(r"\1", _CITATION.sub("", text))
            if text:
                return shorten(text)
    return ""


def shorten(text: str, longest: int = LONGEST) -> str:
    """Return as many whole sentences as fit, and at least the first, if need be cut at a word.

    Examples
    --------
    >>> shorten("One sentence. Another one.", 20)
    'One sentence.'
    >>> shorten("A single sentence that is long.", 20)
    'A single sentence…'
    """
    first, *others = _END.split(text)
    if len(first) > longest:
        return f"{first[:longest].rpartition(' ')[0].rstrip(',;:–-')}…"
    for sentence in others:
        if len(first) + 1 + len(sentence) > longest:
            break
        first = f"{first} {sentence}"
    return first
