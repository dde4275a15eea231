"""A fictitious child with the measures of PRINTO's core set, scored.

Nothing of it is a patient's: the values, and the range of CHQ-PhS, are made up for teaching.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from tisstats.measures.core_set import PRINTO_CORE_SET, CoreSetMeasure
from tisstats.measures.ranges import Ranges
from tisstats.measures.visits import score_visits

#: Ranges of CHQ-PhS, made up to show what they do to one and the same change.
MADE_UP_RANGES = ((10, 60), (-10, 70), (0, 100))


@dataclass(frozen=True, slots=True)
class PrintoChild:
    """One patient at two visits, in the units of the scales."""

    baseline: Mapping[str, float]  #: by measure of the core set
    follow_up: Mapping[str, float]  #: likewise
    week: int  #: of the follow-up
    chq_phs_range: tuple[float, float]  #: worst and best possible CHQ-PhS, made up

    def visits(self) -> pd.DataFrame:
        """Return the table of visits that `tisstats score` reads."""
        return pd.DataFrame(
            [
                {"patient_id": "child", "week": week, **values}
                for week, values in ((0, self.baseline), (self.week, self.follow_up))
            ]
        )

    def score(self, chq_phs_range: tuple[float, float] | None = None) -> pd.Series:
        """Return the scored follow-up, with another range of CHQ-PhS if one is given."""
        scored = score_visits(
            self.visits(),
            population="juvenile",
            core_set="printo",
            chq_phs_range=chq_phs_range or self.chq_phs_range,
        )
        return scored.iloc[-1]

    def changes(self) -> Iterator[MeasureChange]:
        """Yield what each measure adds to the score."""
        scored, ranges = self.score(), Ranges.printo(self.chq_phs_range, vas_max=10)
        for name, rule in PRINTO_CORE_SET.items():
            ends = ranges.ends[name]
            yield MeasureChange(
                name,
                rule,
                self.baseline[name],
                self.follow_up[name],
                (ends.low, ends.high),
                float(scored[f"{name}_percent"]),
                float(scored[f"{name}_points"]),
            )


@dataclass(frozen=True, slots=True)
class MeasureChange:
    """What one measure adds to the score."""

    column: str  #: its column in a table of visits
    rule: CoreSetMeasure  #: how it enters the score
    before: float  #: baseline, in the unit of the scale
    after: float  #: follow-up
    ends: tuple[float, float]  #: lowest and highest value of the scale
    percent: float  #: improvement, % of the range
    points: float  #: points that it earns


#: The child of the page on the measures for children.
CHILD = PrintoChild(
    baseline={
        "physician_global": 5,
        "parent_global": 4,
        "cmas": 30,
        "chaq": 1.5,
        "chq_phs": 30,
        "das": 11,
    },
    follow_up={
        "physician_global": 2,
        "parent_global": 2.5,
        "cmas": 36,
        "chaq": 0.75,
        "chq_phs": 44,
        "das": 5,
    },
    week=24,
    chq_phs_range=MADE_UP_RANGES[1],
)
