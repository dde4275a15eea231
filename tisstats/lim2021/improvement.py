"""Time to at least moderate improvement, with the weeks of early ends unknown.

The article prints by which visit each responder improved, but not when those left who ended the
study early and took rescue medication. Counted as not improved to the end, they give the
cumulative incidence with rescue medication as a competing event, in whichever weeks they left, as
long as nobody is censored before the horizon and none of them had been a responder. What depends
on these weeks is computed for all weeks that the text leaves open. Each reading of the text names
what it takes from the text and what it adds, so that no range is shown without its conditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Final

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.response import moderate_by_week
from tisstats.statistics import (
    CensoringBounds,
    CumulativeIncidence,
    KaplanMeier,
    at_risk_table,
    censoring_bounds,
    cumulative_incidence,
    kaplan_meier,
    times_from_counts,
)
from tisstats.statistics.time_to_event import VarianceMethod

IMPROVED: Final = 1
RESCUE: Final = 2


def improvements_until(published: PublishedFacts, horizon_week: int) -> dict[float, int]:
    """Return the improvements by week, up to a horizon within the study.

    Raises
    ------
    ValueError
        If the horizon lies before the first assessment or after the end of the study.
    """
    improved = moderate_by_week(published)
    first, last = min(improved), published.count("design.primary_week")
    if not first <= horizon_week <= last:
        raise ValueError(
            f"horizon_week is {horizon_week}; give a week from {first}, the first assessment "
            f"after treatment, to {last}, the end of the study"
        )
    return {week: count for week, count in improved.items() if week <= horizon_week}


def time_to_improvement(
    published: PublishedFacts, *, horizon_week: int, confidence_level: float
) -> KaplanMeier:
    """Estimate the time to at least moderate improvement; nobody is censored before the horizon.

    Parameters
    ----------
    published
        The published facts.
    horizon_week
        Last week of the curve.
    confidence_level
        Confidence level of the log-log limits, 0 to 1.
    """
    events = improvements_until(published, horizon_week)
    patients = published.count("flow.analysed")
    return kaplan_meier(
        *times_from_counts(events, patients, horizon=horizon_week),
        confidence_level=confidence_level,
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """What is taken to be known of the weeks in which those who ended early left."""

    name: str  #: what is added to the reading before it, for tables
    basis: str  #: whether it is printed, follows from what is printed, or is our inference
    still_there: Mapping[float, int]  #: week to how many of them were still in the study then
    conditions: tuple[str, ...]  #: all that a range of this reading rests on


def readings(published: PublishedFacts) -> tuple[Reading, Reading, Reading]:
    """Return the readings from the widest to the narrowest; the second takes the text as stated.

    The numbers assume that none of those who ended early was a responder. If some were, fewer
    patients without the event would be censored, and the range would lie within this one: the
    range holds without the assumption, and its ends are reached with it.
    Not used, since they bind none of their weeks: that three patients lost an improvement after
    maintenance doses, and that one stopped bedridden. The text does not state whether the three
    ended early, nor in which week anybody was assessed at a premature end.
    """
    early = published.count("flow.ended_early")
    decided = published.count("design.amended_decision_week")
    known = published.count("response.amended_stopped")
    first, end = min(moderate_by_week(published)), published.count("design.primary_week")
    others = published.count("flow.analysed") - early
    score = published.text("design.responder_score")
    free = (
        f"none of the {early} who ended early had reached {score} points (otherwise the "
        "range would be narrower and lie within this one)",
        f"each of these {early} left at some time before week {end}",
        "improvement dated to the week by which it is reported",
        "patients leaving in the week of an assessment were assessed first",
        f"the other {others} were followed to week {end}",
    )
    at_decision = (
        f"at least {known} of the {early} still in the study at week {decided}, as the methods say "
        "that those eligible for the amended regimen were assessed then"
    )
    at_first = (
        f"all {early} still in the study at week {first} (our inference: it takes an assessment to "
        "see an insufficient response)"
    )
    return (
        Reading(
            "Any time before the end",
            "the printed counts, with one responder in each of the later weeks",
            {},
            free,
        ),
        Reading(
            f"At least {known} of them still in the study at week {decided}",
            "as stated: eligible for the amended regimen, hence assessed then",
            {decided: known},
            (*free, at_decision),
        ),
        Reading(
            f"In addition, all of them still in the study at week {first}",
            "our inference: it takes an assessment to see an insufficient response",
            {first: early, decided: known},
            (*free, at_decision, at_first),
        ),
    )


def reading_of_text(published: PublishedFacts) -> Reading:
    """Return the reading that takes all that the text states of the weeks, and no more."""
    return readings(published)[1]


def bounds_if_censored(
    published: PublishedFacts, *, horizon_week: int, reading: Reading | None = None
) -> CensoringBounds:
    """Bound the estimate up to a week over all weeks in which those who ended early can have left.

    Parameters
    ----------
    published
        The published facts.
    horizon_week
        Last week of the curve. They may have left before or after it.
    reading
        What is known of their weeks; that of the text if left out.
    """
    known = reading_of_text(published) if reading is None else reading
    return censoring_bounds(
        {float(week): count for week, count in moderate_by_week(published).items()},
        published.count("flow.analysed"),
        published.count("flow.ended_early"),
        published.count("design.primary_week"),
        minimum_at_risk=known.still_there,
    ).up_to(horizon_week)


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Patients at one week, as ranges over the weeks in which the early stops can have been."""

    week: float  #: week from the first infusion
    fewest: int  #: fewest patients at risk just before it: neither improved nor stopped
    most: int  #: most patients at risk just before it
    improved: int  #: patients who had improved up to and including it
    fewest_stopped: int  #: fewest patients with rescue medication up to and including it
    most_stopped: int  #: most patients with rescue medication up to and including it


@dataclass(frozen=True, slots=True)
class CompetingRisks:
    """What the article prints of improvement and rescue medication up to a week."""

    analysed: int  #: patients analysed
    improved: Mapping[float, int]  #: week to patients first improved by it, up to the horizon
    stopped: int  #: patients who took rescue medication and ended the study, weeks unknown
    horizon_week: int  #: last week that is looked at
    last_week: int  #: week of the end of the study, before which the early stops were
    still_there: Mapping[float, int]  #: week to how many of those who stopped were there then

    @classmethod
    def read(cls, published: PublishedFacts, horizon_week: int) -> CompetingRisks:
        """Read the counts from the published facts.

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
            reading_of_text(published).still_there,
        )

    @property
    def weeks(self) -> range:
        """The whole weeks of the curve in which the early stops can have been."""
        return range(1, min(self.horizon_week + 1, self.last_week))

    def patients(self, stops: Sequence[float]) -> tuple[list[float], list[int]]:
        """Return time and cause of each patient, given the weeks of the early stops.

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
        self, stops: Sequence[float], variance: VarianceMethod = "greenwood"
    ) -> CumulativeIncidence:
        """Estimate the cumulative incidence of both events, given the weeks of the early stops."""
        return cumulative_incidence(*self.patients(stops), variance=variance)

    def all_stops(self) -> Iterator[tuple[int, ...]]:
        """Yield all ways in which the early stops can fall on whole weeks."""
        weeks = [*self.weeks]
        if self.horizon_week < self.last_week:
            weeks.append(self.last_week)  # stands for any time after the horizon
        for stops in combinations_with_replacement(weeks, self.stopped):
            if all(
                sum(stop >= week for stop in stops) >= count
                for week, count in self.still_there.items()
            ):
                yield stops

    def extremes(self) -> tuple[list[float], list[float]]:
        """Return the early stops all as early as possible, and all as late as possible."""
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

    def at_risk(self) -> list[AtRisk]:
        """Count patients at risk at the start, at each week with improvements, and at the horizon.

        This is the one source of the numbers under the curve and of those in the table.
        """
        weeks = sorted({0, *self.improved, self.horizon_week})
        names = {IMPROVED: "improved", RESCUE: "rescue"}
        early, late = (
            at_risk_table(*self.patients(stops), weeks, cause_names=names).to_dict("records")
            for stops in self.extremes()
        )
        return [
            AtRisk(
                week=week,
                fewest=int(first["at_risk"]),
                most=int(last["at_risk"]),
                improved=int(first["events_improved"]),
                fewest_stopped=int(last["events_rescue"]),
                most_stopped=int(first["events_rescue"]),
            )
            for week, first, last in zip(weeks, early, late, strict=True)
        ]
