"""The HTML of what chapters put on their pages, beyond plain tables: each kind by its template."""

from __future__ import annotations

import pandas as pd

from tisstats.book.pages.html import render
from tisstats.chapters.page import DiscrepancySections, DiscrepancySummary
from tisstats.lim2021.discrepancies.entries import Weight


def ledger_html(table: pd.DataFrame) -> str:
    """Return the ledger as one HTML table, each row with an address of its own.

    Without a script it is a complete table; ``ledger.js`` adds search and filters.

    Parameters
    ----------
    table
        The ledger, as `tisstats.ledger.ledger_table` returns it.
    """
    places = dict(zip(table["id"], table["place"], strict=True))
    return render("ledger.html", rows=table.astype(str).to_dict("records"), places=places)


def summary_html(summary: DiscrepancySummary) -> str:
    """Return the summary as a table, by weight, whose first column leads to the sections."""
    return render("discrepancies.html", lines=summary.lines, weights=list(Weight), parts=_parts)


def _parts(places: str) -> str:
    """Shorten places to the parts of the article, each once: Methods, Results, Table 2."""
    return ", ".join(dict.fromkeys(place.partition(",")[0] for place in places.split("; ")))


def sections_html(sections: DiscrepancySections) -> str:
    """Return discrepancies, a section each."""
    return "".join(render("discrepancy.html", entry=entry) for entry in sections.entries)
