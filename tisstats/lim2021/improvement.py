"""Time to at least moderate improvement, with unknown weeks of early stopping.

The article reports by which visit each responder improved, but not when the patients who stopped
early switched to rescue medication. Counting them as not improved to the end yields the cumulative
incidence with rescue medication as a competing event, whichever weeks they stopped in, as long as
no patient is censored before the horizon and none of them had been a responder. What depends on
these weeks is computed for all weeks that the text allows. Each scenario names what it takes from
the text and what it adds, so that no range is shown without its conditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tisstats import statistics
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.response import moderate_by_week, name_later_weeks
from tisstats.statistics.cumulative_incidence import VarianceMethod, incidence_of_counts

IMPROVED: Final = 1
RESCUE: Final = 2


def improvements_by_week(published: PublishedFacts, horizon_week: int) -> dict[float, int]:
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
            f"horizon_week must be from {first} (first assessment after treatment) to {last} "
            f"(end of the study), got {horizon_week}"
        )
    return {week: count for week, count in improved.items() if week <= horizon_week}


def time_to_improvement(
    published: PublishedFacts, *, horizon_week: int, confidence_level: float
) -> statistics.KaplanMeier:
    """Estimate the time to at least moderate improvement, with no censoring before the horizon.

    Parameters
    ----------
    published
        The published facts.
    horizon_week
        Last week of the curve.
    confidence_level
        Confidence level of the log-log limits, 0 to 1.
    """
    events = improvements_by_week(published, horizon_week)
    patients = published.count("flow.analysed")
    return statistics.kaplan_meier(
        *statistics.times_from_counts(events, patients, horizon=horizon_week),
        confidence_level=confidence_level,
    )


@dataclass(frozen=True, slots=True)
class CensoringScenario:
    """What is taken to be known of the weeks in which patients stopped early."""

    name: str  #: what it adds to the scenario before it, for tables
    basis: str  #: whether it is printed, follows from what is printed, or is our inference
    minimum_at_risk: Mapping[float, int]  #: week to how many of them were still in the study
    conditions: tuple[str, ...]  #: all that a range in this scenario assumes


def censoring_scenarios(
    published: PublishedFacts,
) -> tuple[CensoringScenario, CensoringScenario, CensoringScenario]:
    """Return the scenarios from the widest to the narrowest; the second takes the text as stated.

    The numbers assume that no patient who stopped early was a responder. If some were, fewer
    patients without the event would be censored, and the range would lie within this one: the
    range holds without the assumption, and its ends are attained with it.
    Not used, since they do not restrict these weeks: that three patients lost an improvement after
    maintenance doses, and that one stopped bedridden. The text does not state whether the three
    stopped early, nor in which week a patient who stopped early was last assessed.
    """
    early = published.count("flow.ended_early")
    decided = published.count("design.amended_decision_week")
    known = published.count("response.amended_stopped")
    first, end = min(moderate_by_week(published)), published.count("design.primary_week")
    others = published.count("flow.analysed") - early
    score = published.text("design.responder_score")
    free = (
        f"none of the {early} who stopped early had reached {score} points (otherwise the "
        "range would be narrower and lie within this one)",
        f"each of these {early} stopped at some time before week {end}",
        "improvement dated to the week by which it was reported: of the later responders "
        f"{name_later_weeks(moderate_by_week(published))}",
        "patients stopping in the week of an assessment were assessed first",
        f"the other {others} were followed to week {end}",
    )
    at_decision = (
        f"at least {known} of the {early} still in the study at week {decided}, as the Methods "
        "section says that those eligible for the amended regimen were assessed then"
    )
    at_first = (
        f"all {early} still in the study at week {first} (our inference: insufficient response can "
        "only be seen at an assessment)"
    )
    return (
        CensoringScenario(
            "Any time before the end",
            "the printed counts, with one responder in each of the later weeks",
            {},
            free,
        ),
        CensoringScenario(
            f"At least {known} of them still in the study at week {decided}",
            "as stated: eligible for the amended regimen, hence assessed then",
            {decided: known},
            (*free, at_decision),
        ),
        CensoringScenario(
            f"In addition, all of them still in the study at week {first}",
            "our inference: insufficient response can only be seen at an assessment",
            {first: early, decided: known},
            (*free, at_decision, at_first),
        ),
    )


def scenario_as_stated(published: PublishedFacts) -> CensoringScenario:
    """Return the scenario with all that the text states about the weeks, and no more."""
    return censoring_scenarios(published)[1]


def censoring_bounds_of_improvement(
    published: PublishedFacts, *, horizon_week: int, scenario: CensoringScenario | None = None
) -> statistics.CensoringBounds:
    """Bound the estimate up to a week over all possible weeks of early stopping.

    Parameters
    ----------
    published
        The published facts.
    horizon_week
        Last week of the curve. Patients may have stopped before or after it.
    scenario
        What is known of these weeks; by default, what the text states.
    """
    known = scenario_as_stated(published) if scenario is None else scenario
    return statistics.censoring_bounds(
        {float(week): count for week, count in moderate_by_week(published).items()},
        published.count("flow.analysed"),
        published.count("flow.ended_early"),
        published.count("design.primary_week"),
        minimum_at_risk=known.minimum_at_risk,
    ).up_to(horizon_week)


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Patients at one week, as ranges over the possible weeks of early stopping."""

    week: float  #: week from the first infusion
    at_risk_min: int  #: minimum number at risk just before it: neither improved nor stopped
    at_risk_max: int  #: maximum number at risk just before it
    improved: int  #: patients who had improved up to and including it
    rescue_min: int  #: minimum number with rescue medication up to and including it
    rescue_max: int  #: maximum number with rescue medication up to and including it


@dataclass(frozen=True, slots=True)
class CompetingRisks:
    """Published counts of improvement and rescue medication up to a week."""

    analysed: int  #: patients analysed
    improved: Mapping[float, int]  #: week to patients first improved by it, up to the horizon
    n_rescue: int  #: patients who took rescue medication and ended the study, weeks unknown
    horizon_week: int  #: last week of the curve
    last_week: int  #: last week of the study; early stops were before it
    minimum_at_risk: Mapping[float, int]  #: week to number of early stops still in the study

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
            improvements_by_week(published, horizon_week),
            published.count("flow.ended_early"),
            horizon_week,
            published.count("design.primary_week"),
            scenario_as_stated(published).minimum_at_risk,
        )

    @property
    def weeks(self) -> range:
        """The whole weeks of the curve in which patients can have stopped early."""
        return range(1, min(self.horizon_week + 1, self.last_week))

    def patients(self, rescue_weeks: Sequence[float]) -> tuple[list[float], list[int]]:
        """Return time and cause for each patient, given the weeks of rescue medication.

        Parameters
        ----------
        rescue_weeks
            Week in which each patient who ended early took rescue medication.

        Returns
        -------
        tuple of two lists
            Weeks, and causes: 1 improved, 2 rescue medication, 0 neither by the horizon.

        Raises
        ------
        ValueError
            If there are not as many weeks as early stops in the article.
        """
        if len(rescue_weeks) != self.n_rescue:
            raise ValueError(
                f"rescue_weeks must be {self.n_rescue} weeks, one for each early stop, "
                f"got {len(rescue_weeks)}"
            )
        rows = [(week, IMPROVED) for week, count in self.improved.items() for _ in range(count)]
        rows += [(week, RESCUE) for week in rescue_weeks if week <= self.horizon_week]
        rows += [(self.horizon_week, 0)] * (self.analysed - len(rows))
        return [week for week, _ in rows], [cause for _, cause in rows]

    def incidence(
        self, rescue_weeks: Sequence[float], variance: VarianceMethod = "greenwood"
    ) -> statistics.CumulativeIncidence:
        """Estimate the cumulative incidence of both events for given weeks of rescue medication."""
        return statistics.cumulative_incidence(*self.patients(rescue_weeks), variance=variance)

    def all_rescue_weeks(self) -> Iterator[tuple[int, ...]]:
        """Yield all possible whole weeks of rescue medication."""
        weeks = [*self.weeks]
        if self.horizon_week < self.last_week:
            weeks.append(self.last_week)  # stands for any time after the horizon
        for rescue_weeks in combinations_with_replacement(weeks, self.n_rescue):
            if all(
                sum(rescue >= week for rescue in rescue_weeks) >= count
                for week, count in self.minimum_at_risk.items()
            ):
                yield rescue_weeks

    def gray_errors(self, *, after: float = 0) -> NDArray[np.float64]:
        """Return the standard errors of the incidence of improvement by the variance of Gray.

        Parameters
        ----------
        after
            Part of a week by which stops are later than the assessment in their week.

        Returns
        -------
        numpy.ndarray, shape (ways,)
            At the horizon, for each of `all_rescue_weeks`.
        """
        stops = np.array(list(self.all_rescue_weeks())) + after
        times = np.unique([*self.improved, *stops[stops <= self.horizon_week]])
        improved = np.array([self.improved.get(week, 0) for week in times])
        rescued = np.count_nonzero(stops[:, :, None] == times, axis=1)
        events = improved + rescued
        at_risk = self.analysed - np.cumsum(events, axis=-1) + events
        # Where nobody is at risk nothing happens, whatever their number.
        curves = incidence_of_counts(
            np.broadcast_to(improved, rescued.shape), rescued, np.maximum(at_risk, 1), "gray"
        )
        return np.sqrt(curves[1][:, -1])

    def earliest_and_latest(self) -> tuple[list[float], list[float]]:
        """Return the weeks of rescue medication, all as early and all as late as possible."""
        early = [
            max(
                (week for week, count in self.minimum_at_risk.items() if count > place),
                default=min(self.improved) / 2,
            )
            for place in range(self.n_rescue)
        ]
        before = max((week for week in self.improved if week < self.horizon_week), default=0)
        ends_here = self.horizon_week == self.last_week
        late = (before + self.horizon_week) / 2 if ends_here else self.last_week
        return early, [max(late, *early)] * self.n_rescue

    def at_risk(self) -> list[AtRisk]:
        """Count patients at risk at the start, at each week with improvements, and at the horizon.

        This is the only source of the numbers under the curve and in the table.
        """
        weeks = sorted({0, *self.improved, self.horizon_week})
        names = {IMPROVED: "improved", RESCUE: "rescue"}
        early, late = (
            statistics.at_risk_table(
                *self.patients(rescue_weeks), weeks, cause_names=names
            ).to_dict("records")
            for rescue_weeks in self.earliest_and_latest()
        )
        return [
            AtRisk(
                week=week,
                at_risk_min=int(first["at_risk"]),
                at_risk_max=int(last["at_risk"]),
                improved=int(first["events_improved"]),
                rescue_min=int(last["events_rescue"]),
                rescue_max=int(first["events_rescue"]),
            )
            for week, first, last in zip(weeks, early, late, strict=True)
        ]
