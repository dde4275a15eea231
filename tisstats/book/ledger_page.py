"""The ledger as a page: one table of all claims, which a script makes searchable."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from html import escape
from typing import Any

import pandas as pd

#: Columns that are shown, and their heads.
_HEADS = {
    "quantity": "Number",
    "printed": "Printed",
    "computed": "Computed",
    "verdict": "Verdict",
    "note": "What was found",
}


def ledger_html(table: pd.DataFrame) -> str:
    """Format the ledger as one HTML table, each row with an address of its own.

    Without a script it is a complete table; ``ledger.js`` adds search and filters.

    Parameters
    ----------
    table
        The ledger, as `tisstats.ledger.ledger_table` returns it.
    """
    head = "".join(f'<th scope="col">{name}</th>' for name in _HEADS.values())
    places = dict(zip(table["id"], table["place"], strict=True))
    body = "".join(_row(row, places) for row in table.to_dict("records"))
    return (
        '<div id="ledger" class="table-scroll" tabindex="0" role="region" aria-label="The ledger">'
        '<table class="data-table ledger"><caption>Every printed number with its verdict. '
        "Computed –: nothing to compute it from</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(row: Mapping[Hashable, Any], places: Mapping[str, str]) -> str:
    """Format one claim: its number and place, print and computed number, verdict and note."""
    cell = {name: escape(str(value)) for name, value in row.items()}
    slug = cell["verdict"].replace(" ", "-")
    section = escape(str(row["place"]).split(",")[0])
    link = ""
    if first := str(row["repeats"]):
        link = (
            '<span class="claim-links">First printed in '
            f'<a href="#{first}">{escape(places[first])}</a>.</span>'
        )
    return (
        f'<tr id="{cell["id"]}" data-verdict="{cell["verdict"]}" data-section="{section}" '
        f'data-check="{cell["check"]}">'
        f'<th scope="row">{cell["quantity"]}<br> <a class="claim-place" href="#{cell["id"]}">'
        f"{cell['place']}</a></th>"
        f'<td data-label="Printed">{_reading(row)}</td>'
        f'<td data-label="Computed">{cell["computed"] or "–"}</td>'
        f'<td data-label="Verdict"><span class="verdict verdict-{slug}">{cell["verdict"]}</span>'
        "</td>"
        f'<td data-label="Found">{cell["note"]}{link}</td></tr>'
    )


def _reading(row: Mapping[Hashable, Any]) -> str:
    """Format the print with its unit, the unit set off."""
    printed, reads = str(row["printed"]), str(row["reads"])
    before, _, after = reads.partition(printed)
    units = [
        f'<span class="unit">{escape(text)}</span>' if text else "" for text in (before, after)
    ]
    return f"{units[0]}{escape(printed)}{units[1]}"
