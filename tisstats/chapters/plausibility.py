"""Rows of the criteria of plausibility, and of what they change in synthetic cohorts."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from tisstats.chapters.page import Rows
from tisstats.figures.numbers import level_percent
from tisstats.printed import as_printed
from tisstats.synthetic.effect import PLACES
from tisstats.synthetic.plausibility import CRITERIA

#: Quantities that the table shows: a name, or how it ends.
_SHOWN = (
    "mean score at the end",
    "median score at the end",
    "major responders at the end",
    "responders with DM",
    "responders with IMNM",
    ": mean change",
    "correlation of change, PhGA with MMT",
    "correlation at baseline, MMT with HAQ",
)


def plausibility_rows(effect: pd.DataFrame) -> Rows:
    """Yield the criteria of plausibility, and in how many cohorts nobody breaks them.

    Parameters
    ----------
    effect
        As `tisstats.synthetic.effect.read_effect` returns it.
    """
    shares = effect[effect["of"] == "criterion"].set_index("name")
    met, without = (
        shares[f"{kind}_middle"].astype(float).map(lambda value: as_printed(value, 0))
        for kind in ("with", "without")
    )
    for each in CRITERIA:
        yield {
            "What it asks": each.asks,
            "Kind": each.kind,
            "Source": each.source,
            "Met by cohorts drawn with the criteria, %": met[each.name],
            "Without, %": without[each.name],
            "Name": each.name.replace("_", " "),
        }


def effect_rows(effect: pd.DataFrame) -> Rows:
    """Yield the spread of followed quantities in cohorts with and without the criteria.

    Parameters
    ----------
    effect
        As `tisstats.synthetic.effect.read_effect` returns it.
    """
    shown = effect[(effect["of"] == "quantity") & effect["name"].str.endswith(_SHOWN)]
    low, high = (f"{level_percent(PLACES[end])} %" for end in ("low", "high"))
    for row in shown.to_dict("records"):
        yield {
            "Quantity": f"{row['name']}, {row['unit']}",
            f"With the criteria: median ({low} to {high})": _spread(row, "with"),
            "Without": _spread(row, "without"),
        }


def _spread(row: Mapping[Hashable, Any], kind: str) -> str:
    low, middle, high = (float(row[f"{kind}_{place}"]) for place in ("low", "middle", "high"))
    decimals = 2 if max(abs(low), abs(high)) < 3 else 1 if max(abs(low), abs(high)) < 100 else 0
    texts = [as_printed(each, decimals).replace("-", "−") for each in (low, middle, high)]
    return f"{texts[1]} ({texts[0]} to {texts[2]})"
