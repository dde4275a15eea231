"""Abbreviations at the foot of a page: those that it uses and does not spell out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

_FILE = Path(__file__).with_suffix(".toml")

#: What of generated HTML is not read as text, and tags.
_NOT_TEXT = re.compile(r"(?is)<(script|style|svg)\b.*?</\1>|<[^>]*>")

#: Nodes whose text is code, or names sources.
_NOT_PROSE = (nodes.literal, nodes.literal_block, nodes.citation, nodes.comment)


@cache
def abbreviations() -> Mapping[str, str]:
    """Return what each abbreviation stands for."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def not_spelled_out(text: str) -> dict[str, str]:
    r"""Return the abbreviations that a text uses and does not spell out, with their meanings.

    Examples
    --------
    >>> not_spelled_out("Creatine kinase (CK), as a multiple of the ULN.")
    {'ULN': 'upper limit of normal'}
    >>> not_spelled_out("The MMT-8, and a TISSUE."), not_spelled_out("Upper\nlimit of normal, ULN")
    ({'MMT': 'manual muscle testing'}, {})
    """
    plain = " ".join(text.split()).casefold()
    return {
        short: meaning
        for short, meaning in abbreviations().items()
        if short in text  # most are not, and this is seen at once
        and meaning.casefold() not in plain
        and re.search(rf"(?<!\w){re.escape(short)}(?!\w)", text)
    }


def text_of(document: nodes.document) -> str:
    """Return the text of a page, without code and sources, and with that of generated HTML."""
    found = []
    for node in document.findall():
        if isinstance(node, nodes.raw):
            if "html" in node.get("format", "").split():
                found.append(unescape(_NOT_TEXT.sub(" ", node.astext())))
        elif isinstance(node, nodes.Text) and not _below(node, (*_NOT_PROSE, nodes.raw)):
            found.append(str(node))
    return " ".join(found)


def _below(node: nodes.Node, kinds: tuple[type[nodes.Node], ...]) -> bool:
    parent = node.parent
    while parent is not None:
        if isinstance(parent, kinds):
            return True
        parent = parent.parent
    return False


def add_abbreviations(_app: Sphinx, document: nodes.document, _page: str) -> None:
    """Add the abbreviations of a page at its end."""
    found = not_spelled_out(text_of(document))
    page = document.next_node(nodes.section)
    if found and page is not None:
        listed = "; ".join(f"{short}, {meaning}" for short, meaning in found.items())
        line = nodes.paragraph("", f"Abbreviations: {listed}.", classes=["abbreviations"])
        page.append(line)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    # When all numbers are in place.
    app.connect("doctree-resolved", add_abbreviations, priority=950)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
