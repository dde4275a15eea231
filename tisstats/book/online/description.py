"""What a page says of itself: its first sentences, as search engines and previews show them."""

from __future__ import annotations

import re

from docutils import nodes

from tisstats.sentences import capitalised

#: Search engines show about this many characters; whole sentences are kept up to here.
LONGEST = 200

#: Where a sentence ends; not after an initial or a common abbreviation.
_END = re.compile(
    r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!\bal\.)(?<!\bvs\.)(?<!e\.g\.)(?<!i\.e\.)\s+(?=[\"“A-Z0-9])"
)
_CITATION = re.compile(r"\s*[(\[][^()\[\]]*\b(?:19|20)\d\d[a-z]?[)\]]")
_OBJECTIVE = "Objective: "
_SPACE_BEFORE = re.compile(r"\s+([.,;:?!])")


def describe_page(document: nodes.document) -> str:
    """Return the first sentences of a page, up to its first subsection; empty if it has none.

    Numbers that notebooks glued are in it. References and the word "Objective" are left out.
    """
    texts = []
    for section in document.findall(nodes.section):
        for paragraph in section.children:
            if isinstance(paragraph, nodes.section):
                break
            if isinstance(paragraph, nodes.paragraph) and (text := _plain(paragraph.astext())):
                texts.append(text)
        break
    # What ends in a colon leads to a list, which is left out.
    text = " ".join(text for text in texts if not text.endswith(":"))
    return shorten(text) if text else ""


def _plain(text: str) -> str:
    text = _SPACE_BEFORE.sub(r"\1", _CITATION.sub("", " ".join(text.split())))
    text = text.removeprefix(_OBJECTIVE)
    return capitalised(text)


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
