"""The HTML of the items of a page, each kind by its template."""

from __future__ import annotations

import json
from html import escape

from tisstats.book.pages.captions import split_caption
from tisstats.book.pages.html import render, table_html
from tisstats.book.pages.interactive import interactive_html
from tisstats.book.pages.ledger import article_html, counts_html, list_html
from tisstats.chapters.page import (
    DiscrepancySections,
    DiscrepancySummary,
    Interactive,
    LedgerList,
    Notice,
    PrintedArticle,
    Table,
    VerdictCounts,
)
from tisstats.chapters.result_facts import TableFacts
from tisstats.lim2021.discrepancies.entries import Importance
from tisstats.printed import with_minus_signs
from tisstats.sentences import count_of


def item_html(
    item: Table
    | Notice
    | VerdictCounts
    | PrintedArticle
    | LedgerList
    | DiscrepancySummary
    | DiscrepancySections
    | Interactive,
) -> str:
    """Return an item as HTML.

    A collapsed table shows its caption, which expands it.
    """
    match item:
        case Table(frame, caption, collapsed, name, origin, facts, notes, in_files):
            html = table_html(
                frame,
                caption,
                name=name,
                origin=origin,
                facts=_facts_as_json(facts),
                notes=notes,
                in_files=in_files,
            )
            title = escape(split_caption(with_minus_signs(caption), origin)[0])
            summary = f"{title} ({count_of(len(frame), 'row')})"
            folder = f'<details class="folded-table"><summary>{summary}</summary>{html}</details>'
            return folder if collapsed else html
        case Notice(title, text):
            return (
                f'<div class="admonition warning"><p class="admonition-title">{escape(title)}</p>'
                f"<p>{escape(text)}</p></div>"
            )
        case VerdictCounts(summary):
            return counts_html(summary)
        case PrintedArticle(parts, listed):
            return article_html(parts, listed)
        case LedgerList():
            return list_html(item)
        case DiscrepancySummary(lines):
            return render(
                "discrepancies.html",
                lines=lines,
                importances=list(Importance),
                parts=_shorten_locations,
            )
        case Interactive():
            return interactive_html(item)
        case DiscrepancySections(entries):
            return "".join(render("discrepancy.html", entry=entry) for entry in entries)


def _facts_as_json(facts: TableFacts | str) -> str:
    known = facts if isinstance(facts, str) else facts.known()
    return json.dumps(known, ensure_ascii=False) if known else ""


def _shorten_locations(locations: str) -> str:
    """Shorten locations to the parts of the article, each once: Methods, Results, Table 2."""
    return ", ".join(dict.fromkeys(place.partition(",")[0] for place in locations.split("; ")))
