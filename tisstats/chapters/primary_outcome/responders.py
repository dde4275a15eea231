"""The responders by threshold, week and denominator, and those of other studies."""

from __future__ import annotations

from functools import cached_property

from tisstats import statistics
from tisstats.chapters import another_choice
from tisstats.chapters.chapter import Chapter
from tisstats.chapters.page import FigureItem, Interactive, Rows, described, figure_item, table
from tisstats.chapters.result_facts import (
    COUNT_OF,
    INTERVAL,
    LABEL,
    PERCENTAGE,
    WORDS,
    Facts,
    counted,
    stated,
)
from tisstats.figures import comparators
from tisstats.figures.numbers import format_confidence_level, format_percent
from tisstats.lim2021.response import (
    ResponseCount,
    denominator_choices,
    response_count,
    study_responses,
)
from tisstats.measures.core_set import CORE_SET
from tisstats.printed import percent_range


class Responders(Chapter):
    """The sections on the count of responders and on other ways to count."""

    threshold: int  #: minimum Total Improvement Score of a responder, points
    horizon_week: int  #: week by which the score must be reached
    include_excluded_patient: bool  #: whether to include the excluded patient

    @cached_property
    def count(self) -> ResponseCount:
        """The responders of the article, with the chosen definition and denominator."""
        printed = ("design.minimal_score", "design.primary_week")
        minimal, last = map(self.published.count, printed)
        if self.threshold == minimal and self.horizon_week != last:
            raise ValueError(
                f"horizon_week must be {last} with threshold {minimal}, the week of the printed "
                f"count, got {self.horizon_week}"
            )
        return response_count(
            self.published,
            threshold=self.threshold,
            by_week=self.horizon_week,
            include_excluded_patient=self.include_excluded_patient,
        )

    def _interval(self, responders: int, patients: int) -> statistics.Interval:
        return statistics.proportion_interval(
            responders, patients, self.confidence_level, self.interval_method
        )

    @described(
        {
            "threshold": stated("Minimum Total Improvement Score of a responder", "points"),
            "maximum_score": stated("Maximum of the Total Improvement Score", "points"),
            "horizon_week": stated("Week by which the score must be reached", "week"),
            "responders": counted("Responders, with the chosen threshold, week and denominator"),
            "patients": counted("Patients in the chosen denominator"),
            "percent": Facts(
                PERCENTAGE,
                "Responders, with the chosen threshold, week and denominator",
                n="{self.count.patients}",
            ),
            "level_percent": Facts("{level}", "Confidence level of the interval", origin="chosen"),
            "low": Facts(
                "{lower limit}",
                "Responders, with the chosen threshold, week and denominator",
                "%",
                "{self.interval_words}",
                "{self.count.patients}",
            ),
            "high": Facts(
                "{upper limit}",
                "Responders, with the chosen threshold, week and denominator",
                "%",
                "{self.interval_words}",
                "{self.count.patients}",
            ),
        }
    )
    def count_numbers(self) -> dict[str, object]:
        """Return the numbers on the responders with the chosen definition and denominator."""
        count = self.count
        interval = self._interval(count.responders, count.patients)
        level = format_confidence_level(self.confidence_level)
        return {
            "threshold": self.threshold,
            "maximum_score": f"{sum(each.points[-1] for each in CORE_SET.values()):g}",
            "horizon_week": self.horizon_week,
            "responders": count.responders,
            "patients": count.patients,
            "percent": format_percent(count.proportion),
            "level_percent": level,
            "interval_method": statistics.method_title(self.interval_method),
            "low": format_percent(interval.low),
            "high": format_percent(interval.high),
            "excluded": "counted" if self.include_excluded_patient else "not counted",
        }

    @table(
        "Responders by threshold and denominator, with {self.interval_words} intervals",
        columns={
            "Patients": LABEL,
            "n of N": Facts(COUNT_OF, "Responders", "patients"),
            "%": Facts(PERCENTAGE, "Responders", n="@n of N"),
            "Interval, %": Facts(INTERVAL, "Responders", "%", "{self.interval_words}", "@n of N"),
            "*": WORDS,
        },
    )
    def by_denominator(self) -> Rows:
        """Return the responders by threshold and denominator, with an interval."""
        for choice in denominator_choices(self.published).to_dict("records"):
            interval = self._interval(choice["responders"], choice["patients"])
            yield {
                "Responder": choice["responder"],
                "Patients": choice["counted"],
                "n of N": f"{choice['responders']} of {choice['patients']}",
                "%": format_percent(interval.estimate),
                "Interval, %": percent_range(interval.low, interval.high),
                "Source of the count": choice["source"],
            }

    def another_choice(self) -> Interactive:
        """Return the interval and its coverage for every choice that the article allows."""
        return Interactive("another_choice", another_choice.choices(self.published))

    def other_studies(self) -> FigureItem:
        """Return the responders of this study and of its comparators."""
        rows = [
            comparators.ComparatorRow(*row)
            for row in study_responses(self.published).itertuples(index=False, name=None)
        ]
        return figure_item(
            comparators,
            rows,
            self.confidence_level,
            self.interval_method,
            source="Published: counts of the studies named; intervals computed from them",
        )
