"""A panel of muscle enzymes in which the largest value is not the most abnormal one.

Values and upper limits of normal are made up for teaching; the latter differ between laboratories.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from tisstats.measures.visits import score_visits

#: The other measures do not affect the choice and stay unchanged.
_UNCHANGED = {
    "physician_global": 3.0,
    "patient_global": 3.0,
    "mmt": 200,
    "haq": 1.0,
    "extramuscular": 1.0,
}


@dataclass(frozen=True, slots=True)
class ExamplePanel:
    """Enzymes of one patient at two visits, all in U/L."""

    baseline: Mapping[str, float]  #: value of each enzyme at baseline
    end: Mapping[str, float]  #: value of each enzyme at the end
    uln: Mapping[str, float]  #: upper limit of normal of each enzyme

    @property
    def multiples(self) -> dict[str, float]:
        """Value of each enzyme at baseline, in multiples of its own upper limit of normal."""
        return {name: value / self.uln[name] for name, value in self.baseline.items()}

    @property
    def largest_value_enzyme(self) -> str:
        """The enzyme with the largest value at baseline, a common but wrong choice."""
        return max(self.baseline, key=lambda name: self.baseline[name])

    def score(self, *enzymes: str) -> pd.Series:
        """Score the panel, or a subset of its enzymes; returns a row of `score_visits`."""
        used = enzymes or tuple(self.baseline)
        visits = pd.DataFrame(
            {"patient_id": "panel", "week": week, **_UNCHANGED} | {name: at[name] for name in used}
            for week, at in ((0, self.baseline), (9, self.end))
        )
        uln = {name: self.uln[name] for name in used}
        return score_visits(visits, mmt_max=260, uln=uln).iloc[-1]


#: Lactate dehydrogenase has the largest value, aspartate aminotransferase the largest multiple.
PANEL = ExamplePanel(
    baseline={"ck": 410, "ldh": 620, "ast": 140, "alt": 90},
    end={"ck": 190, "ldh": 560, "ast": 84, "alt": 60},
    uln={"ck": 170, "ldh": 250, "ast": 35, "alt": 45},
)
