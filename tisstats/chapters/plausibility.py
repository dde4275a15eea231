"""Tables of the criteria of plausibility, and of what they change in synthetic cohorts."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from tisstats.printed import as_printed
from tisstats.synthetic.effect import PLACES, read_effect
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


def plausibility_table(effect: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the criteria of plausibility, and in how many cohorts nobody breaks them.

    Parameters
    ----------
    effect
        As `tisstats.synthetic.effect.read_effect` returns it; the project's if not given.
    """
    kept = read_effect() if effect is None else effect
    shares = kept[kept["of"] == "criterion"].set_index("name")
    percent = {
        kind: shares[f"{kind}_middle"].astype(float).map(lambda value: as_printed(value, 0))
        for kind in ("with", "without")
    }
    return pd.DataFrame(
        [
            {
                "What it asks": each.requirement,
                "Kind": each.kind,
                "Source": each.source,
                "Met by cohorts drawn with the criteria, %": percent["with"][each.name],
                "Without, %": percent["without"][each.name],
                "Name": each.name.replace("_", " "),
            }
            for each in CRITERIA
        ]
    )


def effect_table(effect: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the spread of followed quantities in cohorts with and without the criteria.

    Parameters
    ----------
    effect
        As `tisstats.synthetic.effect.read_effect` returns it; the project's if not given.
    """
    kept = read_effect() if effect is None else effect
    shown = kept[(kept["of"] == "quantity") & kept["name"].str.endswith(_SHOWN)]
    low, high = (f"{100 * PLACES[end]:g} %" for end in ("low", "high"))
    return pd.DataFrame(
        [
            {
                "Quantity": f"{row['name']}, {row['unit']}",
                f"With the criteria: median ({low} to {high})": _spread(row, "with"),
                "Without": _spread(row, "without"),
            }
            for row in shown.to_dict("records")
        ]
    )


def _spread(row: Mapping[Hashable, Any], kind: str) -> str:
    low, middle, high = (float(row[f"{kind}_{place}"]) for place in ("low", "middle", "high"))
    decimals = 2 if max(abs(low), abs(high)) < 3 else 1 if max(abs(low), abs(high)) < 100 else 0
    texts = [as_printed(each, decimals).replace("-", "−") for each in (low, middle, high)]
    return f"{texts[1]} ({texts[0]} to {texts[2]})"
