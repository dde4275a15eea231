"""The ledger as a page: one table of all claims, which a script makes searchable."""

from __future__ import annotations

import pandas as pd

from tisstats.book.notebook import show_html
from tisstats.book.pages.html import render


def ledger_html(table: pd.DataFrame) -> str:
    """Return the ledger as one HTML table, each row with an address of its own.

    Without a script it is a complete table; ``ledger.js`` adds search and filters.

    Parameters
    ----------
    table
        The ledger, as `tisstats.lim2021.claims.ledger_table` returns it.
    """
    places = dict(zip(table["id"], table["place"], strict=True))
    return render("ledger.html", rows=table.astype(str).to_dict("records"), places=places)


def show_ledger(table: pd.DataFrame) -> None:
    """Display the ledger."""
    show_html(ledger_html(table))
