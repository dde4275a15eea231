"""Improvement with rescue medication as a competing event, from the published counts.

Whoever took rescue medication ended the study and could not be seen to improve on the treatment.
The weeks in which they left are not published. What does not depend on them is computed; what
does is computed for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Final

import pandas as pd

from tisstats.rounding import as_printed, percent_range
from tisstats.statistics import CumulativeIncidence, at_risk_table, cumulative_incidence
from tisstats.statistics.cumulative_incidence import VarianceRule
from tisstats.study.improvement import improvements_until
from tisstats.study.published import Published

IMPROVED: Final = 1
RESCUE: Final = 2


@dataclass(frozen=True, slots=True)
class Course:
    """What the article prints of both events up to a week."""

    analysed: int  #: patients analysed
    improved: Mapping[float, int]  #: week to patients first improved by it, up to the horizon
    stopped: int  #: patients who took rescue medication and ended the study, weeks unknown
    horizon_week: int  #: last week that is looked at
    last_week: int  #: week of the end of the study, before which the early stops were

    @classmethod
    def read(cls, published: Published, horizon_week: int) -> Course:
        """Take the counts from the published facts.

        Raises
        ------
        ValueError
            If the horizon lies before the first assessment or after the end of the study.
        """
        return cls(
            published.count("flow.analysed"),
            improvements_until(published, horizon_week),
            published.count("flow.ended_early"),
            horizon_week,
            published.count("design.primary_week"),
        )

    def patients(self, stops: Sequence[float]) -> tuple[list[float], list[int]]:
        """Give time and cause of each patient, were the weeks of the early stops these.

        Parameters
        ----------
        stops
            Week in which each patient who ended early took rescue medication.

        Returns
        -------
        tuple of two lists
            Weeks, and causes: 1 improved, 2 rescue medication, 0 neither by the horizon.

        Raises
        ------
        ValueError
            If there are not as many stops as the article prints.
        """
        if len(stops) != self.stopped:
            raise ValueError(
                f"stops must be {self.stopped} weeks, one for each early stop, got {len(stops)}"
            )
        rows = [(week, IMPROVED) for week, count in self.improved.items() for _ in range(count)]
        rows += [(week, RESCUE) for week in stops if week <= self.horizon_week]
        rows += [(self.horizon_week, 0)] * (self.analysed - len(rows))
        return [week for week, _ in rows], [cause for _, cause in rows]

    def incidence(
        self, stops: Sequence[float], variance: VarianceRule = "greenwood"
    ) -> CumulativeIncidence:
        """Estimate the cumulative incidence of both events, were the early stops in these weeks."""
        return cumulative_incidence(*self.patients(stops), variance=variance)

    def all_stops(self) -> Iterator[tuple[int, ...]]:
        """Go through all whole weeks in which the early stops can have been."""
        # Weeks after the horizon are one to a curve that ends there.
        weeks = range(1, min(self.last_week, self.horizon_week + 2))
        return combinations_with_replacement(weeks, self.stopped)

    def extremes(self) -> tuple[list[float], list[float]]:
        """Give the early stops all before the first assessment, and all as late as they can be."""
        before = max((week for week in self.improved if week < self.horizon_week), default=0)
        ends_here = self.horizon_week == self.last_week
        late = (before + self.horizon_week) / 2 if ends_here else self.last_week
        return [min(self.improved) / 2] * self.stopped, [late] * self.stopped


def at_risk(published: Published, *, horizon_week: int) -> pd.DataFrame:
    """Tabulate patients at risk, improved, and with rescue medication, as ranges over the weeks.

    Returns
    -------
    DataFrame
        For the page: one row at the start, at each week with an improvement, and at the horizon.
        At risk is who had neither improved nor stopped just before the week; the other columns
        count up to and including it.
    """
    course = Course.read(published, horizon_week)
    at = sorted({0, *course.improved, horizon_week})
    names = {IMPROVED: "improved", RESCUE: "rescue"}
    early, late = (
        at_risk_table(*course.patients(stops), at, names=names) for stops in course.extremes()
    )
    return pd.DataFrame(
        {
            "Week": [f"{week:g}" for week in at],
            "At risk just before": _ranges(early["at_risk"], late["at_risk"]),
            "Improved so far": _ranges(early["events_improved"], late["events_improved"]),
            "Rescue medication so far": _ranges(late["events_rescue"], early["events_rescue"]),
        }
    )


def numbers(published: Published, *, horizon_week: int, level: float) -> dict[str, object]:
    """Give the numbers of the section under the names that the prose uses."""
    course = Course.read(published, horizon_week)
    early, late = course.extremes()
    curves = course.incidence(early)
    low, high = curves.limits(IMPROVED, level)
    by_cmprsk = [
        float(course.incidence(stops, "cmprsk").variance[IMPROVED][-1])
        for stops in course.all_stops()
    ]
    rescued = [course.patients(stops)[1].count(RESCUE) for stops in (late, early)]
    return {
        "incidence_percent": as_printed(100 * float(curves.estimate[IMPROVED][-1]), 1),
        "incidence_limits": percent_range(float(low[-1]), float(high[-1])),
        "incidence_error": as_printed(100 * float(curves.variance[IMPROVED][-1]) ** 0.5, 1),
        "cmprsk_error_low": as_printed(100 * min(by_cmprsk) ** 0.5, 1),
        "cmprsk_error_high": as_printed(100 * max(by_cmprsk) ** 0.5, 1),
        "ways_of_stopping": len(by_cmprsk),
        "rescued_by_horizon": _ranges(rescued[:1], rescued[1:])[0],
    }


def _ranges(least: Iterable[int], greatest: Iterable[int]) -> list[str]:
    return [
        f"{low}" if low == high else f"{low} to {high}"
        for low, high in zip(least, greatest, strict=True)
    ]
