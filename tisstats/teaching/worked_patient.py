"""An illustrative patient built from printed medians, not a real person, scored step by step.

Medians of different measures come from different patients. Together they only provide numbers of a
realistic size to practise on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import CORE_SET, ENZYMES
from tisstats.measures.imacs import IMPROVEMENT_RULES, classify_visits
from tisstats.measures.imacs.rules import cutoff_of
from tisstats.measures.total_improvement_score import band_points
from tisstats.measures.visits import score_visits
from tisstats.printed import format_rounded, to_fraction

#: Identifier of the patient in tables.
NAME = "illustrative"

#: Columns of a table of visits, in the order of `CORE_SET`.
COLUMNS = ("physician_global", "patient_global", "mmt", "haq", "ck", "extramuscular")

#: Just above a cut-off, and far less than any step of a scale: the wrong side of the cut-off.
_OTHER_SIDE = 1e-6


@dataclass(frozen=True, slots=True)
class MeasureChange:
    """The change of one core set measure, for the score and for the IMACS definition."""

    column: str  #: column of a table of visits
    measure: str  #: entry of `CORE_SET`
    baseline: str  #: value at baseline, as printed unless scaled
    end: str  #: value at the end, as printed unless scaled
    range: float  #: range of the scale, in its unit
    percent: float  #: improvement, % of the range
    points: float  #: points of its band
    relative: float  #: improvement, % of the patient's own baseline

    @property
    def on_boundary(self) -> bool:
        """Whether the improvement is exactly on a band boundary."""
        return to_fraction(self.percent) in CORE_SET[self.measure].cutoffs

    @property
    def points_if_misassigned(self) -> float:
        """Points if a boundary value is wrongly assigned to the band above."""
        return float(band_points(self.percent + _OTHER_SIDE, self.measure))

    @property
    def improved(self) -> bool:
        """Whether the measure counts as improved by the IMACS definition."""
        return self.relative >= cutoff_of(IMPROVEMENT_RULES["imacs"].improved_by, self.measure)


@dataclass(frozen=True, slots=True)
class CompleteHaqResult:
    """The classification with the nearest HAQ of a complete form in place of the median."""

    median: str  #: HAQ at the end, as printed
    nearest: float  #: nearest value of a complete form
    relative: float  #: improvement from baseline, %
    counts: bool  #: whether the HAQ counts as improved
    improved: bool  #: whether the definition of improvement is then met
    improved_count: int  #: number of measures then improved


@dataclass(frozen=True)
class WorkedPatient:
    """The illustrative patient, with assumptions where the article reports nothing."""

    published: PublishedFacts
    mmt_max: float = 260.0  #: maximum of manual muscle testing, points
    ck_uln: float = 170.0  #: upper limit of normal of creatine kinase, U/L

    @cached_property
    def visits(self) -> pd.DataFrame:
        """The printed medians at baseline and at the end, as two visits of one patient."""
        weeks = {"baseline": 0, "end": self.published.count("design.primary_week")}
        return pd.DataFrame(
            {"patient_id": NAME, "week": week}
            | {name: float(self.shown(name, time)) for name in COLUMNS}
            for time, week in weeks.items()
        )

    @cached_property
    def strength_rescaled(self) -> bool:
        """Whether the printed strength exceeds the maximum, and is scaled to it."""
        times = ("baseline", "end")
        return max(self.published.value(_median("mmt", time)) for time in times) > self.mmt_max

    def shown(self, column: str, time: str) -> str:
        """Return a value of the patient: the printed median, or the strength scaled to the maximum.

        Parameters
        ----------
        column
            One of `COLUMNS`.
        time
            ``baseline`` or ``end``.
        """
        printed = _median(column, time)
        if column != "mmt" or not self.strength_rescaled:
            return self.published.text(printed)
        share = to_fraction(self.published.value(printed)) / to_fraction(SCALES["mmt"].high or 0)
        return format_rounded(share * to_fraction(self.mmt_max), 0)

    @cached_property
    def scored(self) -> pd.Series:
        """The last visit as `score_visits` returns it."""
        return score_visits(self.visits, mmt_max=self.mmt_max, uln={"ck": self.ck_uln}).iloc[-1]

    @cached_property
    def classified(self) -> pd.Series:
        """The last visit as `classify_visits` returns it."""
        return classify_visits(self.visits, enzyme="ck").iloc[-1]

    @cached_property
    def changes(self) -> list[MeasureChange]:
        """The change of each measure, in the order of `CORE_SET`."""
        ranges: dict[str, float | None] = {name: SCALES[name].high for name in COLUMNS}
        ranges |= {"mmt": self.mmt_max, "ck": ENZYMES["ck"].range_in_uln * self.ck_uln}
        return [
            MeasureChange(
                name,
                measure,
                self.shown(name, "baseline"),
                self.shown(name, "end"),
                float(ranges[name] or 0),
                float(self.scored[f"{measure}_percent"]),
                float(self.scored[f"{measure}_points"]),
                float(self.classified[f"{measure}_relative"]),
            )
            for name, measure in zip(COLUMNS, CORE_SET, strict=True)
        ]

    def with_complete_haq(self) -> CompleteHaqResult:
        """Classify the patient with the nearest value of a complete HAQ at the end."""
        step, end = SCALES["haq"].step, _median("haq", "end")
        nearest = float(round(self.published.value(end) / step) * step)
        changed = self.visits.copy()
        changed.loc[changed.index[-1], "haq"] = nearest
        classified = classify_visits(changed, enzyme="ck").iloc[-1]
        relative = float(classified["haq_relative"])
        return CompleteHaqResult(
            self.published.text(end),
            nearest,
            relative,
            relative >= cutoff_of(IMPROVEMENT_RULES["imacs"].improved_by, "haq"),
            bool(classified["improved"]),
            int(classified["improved_count"]),
        )


def _median(column: str, time: str) -> str:
    return f"table2.{column}.{time}.median"
