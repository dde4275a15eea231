"""A panel of muscle enzymes in which the largest value is not the most abnormal one.

Values and limits are made up for teaching; limits differ between laboratories.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from tisstats.measures.core_set import ENZYMES
from tisstats.measures.visits import score_visits
from tisstats.printed import as_printed
from tisstats.teaching.exercise import in_words


@dataclass(frozen=True, slots=True)
class Panel:
    """Enzymes of one patient at two visits, all in U/L."""

    baseline: Mapping[str, float]  #: value of each enzyme at baseline
    end: Mapping[str, float]  #: value of each enzyme at the end
    uln: Mapping[str, float]  #: upper limit of normal of each enzyme


#: Lactate dehydrogenase has the largest value, aspartate aminotransferase the largest multiple.
PANEL = Panel(
    baseline={"ck": 410, "ldh": 620, "ast": 140, "alt": 90},
    end={"ck": 190, "ldh": 560, "ast": 84, "alt": 60},
    uln={"ck": 170, "ldh": 250, "ast": 35, "alt": 45},
)

#: The other measures do not matter for the choice: they stay as they are.
_UNCHANGED = {
    "physician_global": 3.0,
    "patient_global": 3.0,
    "mmt": 200,
    "haq": 1.0,
    "extramuscular": 1.0,
}


def scored(panel: Panel, enzymes: tuple[str, ...] = ()) -> pd.Series:
    """Score a panel, or only some of its enzymes; the row as `score_visits` gives it."""
    used = enzymes or tuple(panel.baseline)
    visits = pd.DataFrame(
        [
            {"patient_id": "panel", "week": week, **_UNCHANGED} | {name: at[name] for name in used}
            for week, at in ((0, panel.baseline), (9, panel.end))
        ]
    )
    return score_visits(visits, mmt_max=260, uln={name: panel.uln[name] for name in used}).iloc[-1]


def largest(panel: Panel) -> str:
    """Name the enzyme with the largest value at baseline, which is the wrong one to look for."""
    return max(panel.baseline, key=lambda name: panel.baseline[name])


def panel_table(panel: Panel) -> pd.DataFrame:
    """Tabulate each enzyme with its multiple, and the points it would give if followed."""
    followed = scored(panel)["enzyme_followed"]
    rows = []
    for name in panel.baseline:
        alone = scored(panel, (name,))
        rows.append(
            {
                "Enzyme": ENZYMES[name].name,
                "Baseline": f"{panel.baseline[name]:g}",
                "Upper limit": f"{panel.uln[name]:g}",
                "Multiple": as_printed(panel.baseline[name] / panel.uln[name], 2),
                "End": f"{panel.end[name]:g}",
                "Improvement, %": as_printed(alone["enzyme_percent"], 1),
                "Points": f"{alone['enzyme_points']:g}",
                "Followed": "yes" if name == followed else "no",
            }
        )
    return pd.DataFrame(rows)


def numbers(panel: Panel) -> dict[str, object]:
    """Give the numbers and names of the page under the names that its prose uses."""
    row, raw = scored(panel), largest(panel)
    followed = str(row["enzyme_followed"])
    return {
        "largest_enzyme": in_words(ENZYMES[raw].name),
        "followed_enzyme": in_words(ENZYMES[followed].name),
        "followed_multiple": as_printed(panel.baseline[followed] / panel.uln[followed], 1),
        "largest_multiple": as_printed(panel.baseline[raw] / panel.uln[raw], 1),
        "followed_points": f"{row['enzyme_points']:g}",
        "largest_points": f"{scored(panel, (raw,))['enzyme_points']:g}",
    }
