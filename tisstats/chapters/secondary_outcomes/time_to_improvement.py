"""Time to improvement: its curve, and what it would be if early stops were censored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from tisstats.chapters.chapter import PUBLISHED, Chapter
from tisstats.chapters.page import FigureItem, Rows, described, figure_item, table
from tisstats.chapters.result_facts import (
    COUNT_PERCENTAGE,
    INTERVAL,
    LABEL,
    WORDS,
    Facts,
    counted,
    stated,
)
from tisstats.figures import improvement_curve
from tisstats.figures.numbers import format_n_percent, format_percent, format_range
from tisstats.lim2021 import improvement
from tisstats.lim2021.response import moderate_by_week
from tisstats.printed import percent_range
from tisstats.proof import ProvenStatement
from tisstats.statistics import CensoringBounds, KaplanMeier, method_title, proportion_interval


class TimeToImprovement(Chapter):
    """The section on the time to at least moderate improvement."""

    horizon_week: int  #: week by which the score must be reached

    @cached_property
    def curve(self) -> KaplanMeier:
        """The time to at least moderate improvement, without censoring before the horizon."""
        return improvement.time_to_improvement(
            self.published, horizon_week=self.horizon_week, confidence_level=self.confidence_level
        )

    @cached_property
    def risks(self) -> improvement.CompetingRisks:
        """Improvement and rescue medication as competing events."""
        return improvement.CompetingRisks.read(self.published, self.horizon_week)

    @cached_property
    def at_risk(self) -> list[improvement.AtRisk]:
        """The patients at risk by week."""
        return self.risks.at_risk()

    @described(
        {
            "moderate_total": counted(
                "Patients with at least moderate improvement by the last visit"
            ),
            "by_first_visit": counted(
                "Patients with at least moderate improvement by the first visit", origin="published"
            ),
            "first_week": stated("First visit after treatment", "week", "published"),
            "later_improved": Facts(
                "{count} more by*", "Patients with at least moderate improvement later"
            ),
        }
    )
    def improvement_numbers(self) -> dict[str, object]:
        """Return the numbers on the improvements by week."""
        improved = moderate_by_week(self.published)
        first, *later = improved
        return {
            "moderate_total": sum(improved.values()),
            "by_first_visit": improved[first],
            "first_week": first,
            "later_improved": (
                f"{sum(improved[week] for week in later)} more by "
                f"{' and by '.join(f'week {week}' for week in later)}, "
                f"interpreted as {_split_by_week(improved, later)}"
            ),
        }

    def censored(self, scenario: improvement.CensoringScenario) -> ProvenStatement:
        """Return the range of the estimate at the horizon with early stops censored.

        Parameters
        ----------
        scenario
            What is known of the weeks in which they stopped.
        """
        return ProvenStatement(f"{_format_range(self._bounds(scenario), -1)}%", scenario.conditions)

    def _bounds(self, scenario: improvement.CensoringScenario) -> CensoringBounds:
        return improvement.censoring_bounds_of_improvement(
            self.published, horizon_week=self.horizon_week, scenario=scenario
        )

    @described(
        {
            "censored": Facts(
                "{minimum} to {maximum}% | {minimum}%",
                "Patients with at least moderate improvement, early stops censored, at the horizon",
                "%",
                "Kaplan-Meier, bounds over the weeks of early stops",
                "{self.analysed}",
            ),
            "censored_given": WORDS,
            "censored_free_high": Facts(
                "{maximum}",
                "Patients with at least moderate improvement, early stops censored, at the horizon",
                "%",
                "Kaplan-Meier, any week of the early stops",
                "{self.analysed}",
            ),
            "censored_inferred_high": Facts(
                "{maximum}",
                "Patients with at least moderate improvement, early stops censored, at the horizon",
                "%",
                "Kaplan-Meier, early stops not before the first visit",
                "{self.analysed}",
            ),
        }
    )
    def censoring_numbers(self) -> dict[str, object]:
        """Return the numbers on the estimate if patients who stopped early are censored."""
        wide, as_stated, narrow = improvement.censoring_scenarios(self.published)
        censored = self.censored(as_stated)
        return {
            "censored": censored.statement,
            "censored_given": censored.assuming,
            "censored_free_high": format_percent(self._bounds(wide).upper[-1]),
            "censored_inferred_high": format_percent(self._bounds(narrow).upper[-1]),
        }

    def improvement_curve(self) -> FigureItem:
        """Return the proportion improved over the weeks."""
        return figure_item(
            improvement_curve,
            self.curve,
            bounds=self._bounds(improvement.scenario_as_stated(self.published)),
            at_risk=self.at_risk,
            horizon_week=self.horizon_week,
            threshold=self.published.count("design.responder_score"),
            source=f"{PUBLISHED}, counts in the text; curve computed from them",
        )

    @table(
        "At least moderate improvement by week, from published counts, some of which are our "
        "interpretation",
        columns={
            "By week": LABEL,
            "Not yet improved, early stops included": counted(""),
            "New improvements": counted(""),
            "Improved, n (%)*": Facts(COUNT_PERCENTAGE, "Improved", "patients"),
            "Kaplan-Meier*": Facts(
                INTERVAL,
                "Improved",
                "%",
                "Kaplan-Meier, {self.level_words} log-log",
                "{self.analysed}",
            ),
            "*CI, %": Facts(INTERVAL, "Improved", "%", "{self.interval_words}", "{self.analysed}"),
        },
    )
    def improved_by_week(self) -> Rows:
        """Return the improved patients by week, with limits of the proportion and the curve."""
        patients, method = self.published.count("flow.analysed"), method_title(self.interval_method)
        improved, curve = 0, self.curve
        for week, unimproved, events in zip(curve.times, curve.at_risk, curve.events, strict=True):
            improved += int(events)
            interval = proportion_interval(
                improved, patients, self.confidence_level, self.interval_method
            )
            point = curve.at(week)
            yield {
                "By week": f"{week:g}",
                "Not yet improved, early stops included": int(unimproved),
                "New improvements": int(events),
                f"Improved, n (%) (N={patients})": format_n_percent(improved, patients),
                f"{method} CI, %": percent_range(interval.low, interval.high),
                "Kaplan-Meier log-log CI, %": percent_range(1 - point.high, 1 - point.low),
            }

    @table(
        "Proportion improved if patients who stopped early are censored, by assumption on when "
        "they stopped",
        columns={
            "Basis": WORDS,
            "By week*": Facts(
                "{minimum} to {maximum} | {estimate}",
                unit="%",
                method="Kaplan-Meier, early stops censored",
                n="{self.analysed}",
            ),
        },
    )
    def censoring(self) -> Rows:
        """Return the estimate if patients who stopped early are censored, by scenario."""
        for scenario in improvement.censoring_scenarios(self.published):
            bounds = self._bounds(scenario)
            yield {"Assumed time of early stopping": scenario.name, "Basis": scenario.basis} | {
                f"By week {week:g}, %": _format_range(bounds, place)
                for place, week in enumerate(bounds.times)
            }


def _format_range(bounds: CensoringBounds, place: int) -> str:
    """Format the range of the estimate at one of the weeks, %."""
    return format_range(format_percent(bounds.lower[place]), format_percent(bounds.upper[place]))


def _split_by_week(improved: Mapping[int, int], weeks: Sequence[int]) -> str:
    """Describe how many patients improved by each of several weeks."""
    counts = [improved[week] for week in weeks]
    if set(counts) == {1}:
        return "one in each of these weeks"
    return " and ".join(map(str, counts))
