"""Improvement with rescue medication as a competing event, from the published counts.

Whoever took rescue medication ended the study and could not be seen to improve on the treatment.
The weeks in which they left are not published. What does not depend on them is computed; what
does is computed for all weeks that the text leaves open (`leaving.of_the_text`). None of them is
taken to have been a responder before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Final, NamedTuple

import pandas as pd

from tisstats.ledger.published import Published
from tisstats.lim2021.improvement import improvements_until
from tisstats.lim2021.leaving import of_the_text
from tisstats.printed import as_printed, percent_range
from tisstats.statistics import CumulativeIncidence, at_risk_table, cumulative_incidence
from tisstats.statistics.cumulative_incidence import VarianceRule

IMPROVED: Final = 1
RESCUE: Final = 2


class AtRisk(NamedTuple):
    """Patients at one week, as ranges over the weeks in which the early stops can have been."""

    week: float  #: week from the first infusion
    fewest: int  #: fewest patients at risk just before it: neither improved nor stopped
    most: int  #: most patients at risk just before it
    improved: int  #: patients who had improved up to and including it
    fewest_stopped: int  #: fewest patients with rescue medication up to and including it
    most_stopped: int  #: most patients with rescue medication up to and including it


@dataclass(frozen=True, slots=True)
class Course:
    """What the article prints of both events up to a week."""

    analysed: int  #: patients analysed
    improved: Mapping[float, int]  #: week to patients first improved by it, up to the horizon
    stopped: int  #: patients who took rescue medication and ended the study, weeks unknown
    horizon_week: int  #: last week that is looked at
    last_week: int  #: week of the end of the study, before which the early stops were
    still_there: Mapping[float, int]  #: week to how many of those who stopped were there then

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
            of_the_text(published).still_there,
        )

    def patients(self, stops: Sequence[float]) -> tuple[list[float], list[int]]:
        """Return time and cause of each patient, were the weeks of the early stops these.

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
        weeks = [*range(1, min(self.horizon_week + 1, self.last_week))]
        if self.horizon_week < self.last_week:
            weeks.append(self.last_week)  # stands for any time after the horizon
        for stops in combinations_with_replacement(weeks, self.stopped):
            if all(
                sum(stop >= week for stop in stops) >= count
                for week, count in self.still_there.items()
            ):
                yield stops

    def weeks_of_stopping(self) -> str:
        """Tell in words over which weeks `all_stops` goes."""
        last = min(self.horizon_week, self.last_week - 1)
        later = " or after them" if self.horizon_week < self.last_week else ""
        return f"the whole weeks 1 to {last}{later}"

    def extremes(self) -> tuple[list[float], list[float]]:
        """Return the early stops all as early as they can be, and all as late as they can be."""
        early = [
            max(
                (week for week, count in self.still_there.items() if count > place),
                default=min(self.improved) / 2,
            )
            for place in range(self.stopped)
        ]
        before = max((week for week in self.improved if week < self.horizon_week), default=0)
        ends_here = self.horizon_week == self.last_week
        late = (before + self.horizon_week) / 2 if ends_here else self.last_week
        return early, [max(late, *early)] * self.stopped


def at_risk(published: Published, *, horizon_week: int) -> list[AtRisk]:
    """Count patients at risk at the start, at each week with an improvement, and at the horizon.

    This is the one source of the numbers under the curve and of those in the table.
    """
    course = Course.read(published, horizon_week)
    at = sorted({0, *course.improved, horizon_week})
    names = {IMPROVED: "improved", RESCUE: "rescue"}
    early, late = (
        at_risk_table(*course.patients(stops), at, names=names) for stops in course.extremes()
    )
    counted = zip(
        at,
        early["at_risk"],
        late["at_risk"],
        early["events_improved"],
        late["events_rescue"],
        early["events_rescue"],
        strict=True,
    )
    return [AtRisk(week, *map(int, counts)) for week, *counts in counted]


def at_risk_for_page(published: Published, *, horizon_week: int) -> pd.DataFrame:
    """Tabulate `at_risk` for a page."""
    return pd.DataFrame(
        {
            "Week": f"{row.week:g}",
            "At risk just before": _range(row.fewest, row.most),
            "Improved so far": row.improved,
            "Rescue medication so far": _range(row.fewest_stopped, row.most_stopped),
        }
        for row in at_risk(published, horizon_week=horizon_week)
    )


def numbers(
    published: Published, *, horizon_week: int, confidence_level: float
) -> dict[str, object]:
    """Return the numbers of the section under the names that the prose uses."""
    course = Course.read(published, horizon_week)
    curves = course.incidence(course.extremes()[0])
    low, high = curves.confidence_interval(IMPROVED, confidence_level)
    by_cmprsk = [
        float(course.incidence(stops, "cmprsk").variance[IMPROVED][-1])
        for stops in course.all_stops()
    ]
    at_horizon = at_risk(published, horizon_week=horizon_week)[-1]
    return {
        "incidence_percent": as_printed(100 * float(curves.estimate[IMPROVED][-1]), 1),
        "incidence_limits": percent_range(float(low[-1]), float(high[-1])),
        "incidence_error": as_printed(100 * float(curves.variance[IMPROVED][-1]) ** 0.5, 1),
        "cmprsk_error_low": as_printed(100 * min(by_cmprsk) ** 0.5, 1),
        "cmprsk_error_high": as_printed(100 * max(by_cmprsk) ** 0.5, 1),
        "ways_of_stopping": f"{len(by_cmprsk):,}",
        "rescued_by_horizon": _range(at_horizon.fewest_stopped, at_horizon.most_stopped),
        "stop_weeks": course.weeks_of_stopping(),
        "weeks_known": " and ".join(
            f"at least {count} of them at week {week:g} or later"
            for week, count in course.still_there.items()
        ),
    }


def _range(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low} to {high}"
