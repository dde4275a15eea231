"""Scores over time, by arm, and the page that also has the time to the first response."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from tisstats.chapters.page import FigureItem, Rows, Table, described, figure_item, table
from tisstats.chapters.result_facts import LABEL, WORDS, Facts, stated
from tisstats.chapters.trial_report import method_wording
from tisstats.chapters.trial_report.counts import COUNTS_OF_ARM, NONE, n_percent
from tisstats.chapters.trial_report.time_to_response import TimeToResponse
from tisstats.figures import arm_courses
from tisstats.figures.arm_courses import ArmCourses, PatientCourse, WeekMedian
from tisstats.measures.core_set import RESPONSES
from tisstats.printed import format_median_quartiles, format_table_number
from tisstats.trial.analysis import Analysis
from tisstats.trial.score_summaries import ScoreSummary, is_known_score, summarise_scores
from tisstats.trial.study_sections import SCORE
from tisstats.trial.study_wording import describe_population, describe_windows
from tisstats.trial.summaries import response_counts

#: What follows the quartiles of a week where missing measures leave scores open.
_OPEN = (
    "<; {unknown} open><: median {lowest median} to {highest median}>"
    "<: median {median of all} either way>"
)

#: How the scores of a week are printed.
_SCORES = " | ".join(
    f"{shown} [{{denominator}}]{_OPEN}"
    for shown in (
        "{median} ({lower quartile}–{upper quartile})",
        "{median} ({lower quartile} to {upper quartile})",
        "–",
        "no visit",
    )
)


class Scores(TimeToResponse):
    """The chapter of scores over time and of the time to the outcome."""

    @property
    def weeks(self) -> tuple[float, ...]:
        """The scheduled weeks after baseline."""
        return self.study.visits.weeks[1:]

    @cached_property
    def summaries(self) -> dict[str, list[ScoreSummary]]:
        """The scores of the scheduled weeks, by name of the arm."""
        definition = self.study.analysis.quantile_definition
        return {
            name: summarise_scores(self.data.arm(name), self.weeks, definition)
            for name in self.study.arms
        }

    def courses(self) -> FigureItem:
        """Return the scores of every patient and the medians, one panel per arm."""
        arms = [
            ArmCourses(
                label,
                len(self.data.arm(name).patients),
                _courses(self.data.arm(name)) if self.study.study.listings else None,
                [_median(summary) for summary in self.summaries[name]],
            )
            for name, label in self.study.arms.items()
        ]
        return figure_item(arm_courses, arms, threshold=self.responder_score, stamp=self.label)

    @table(
        "Total Improvement Score by week and arm: median (first to third quartile) [patients with "
        "a known score]. Where missing measures leave scores open, their number follows, with the "
        "range of the median over all visits of the week if they are as low and as high as they "
        "can be. N are the analysed patients; patients without a visit in a week are in no "
        "quantile of it. The visit of a week is {self.windows}. Quartiles by {self.quantiles}",
        origin="{self.label}",
        columns={
            "Week": LABEL,
            "*": Facts(
                _SCORES,
                "Total Improvement Score",
                "points",
                method="quartiles by {self.quantiles}",
                group="@column",
                counts="patients",
            ),
        },
    )
    def scores(self) -> Rows:
        """Return the scores of the scheduled weeks."""
        decimals = self.study.analysis.decimals_of(SCORE)
        for place, week in enumerate(self.weeks):
            yield {
                "Week": f"{week:g}",
                **{
                    f"{label} (N={found[place].patients})": score_cell(found[place], decimals)
                    for (name, label), found in zip(
                        self.study.arms.items(), self.summaries.values(), strict=True
                    )
                },
            }

    @table(
        "Response category by arm, n (%) of the N analysed patients: of each patient's best visit "
        "after baseline and of the last, up to week {self.horizon}; visits count regardless of "
        "rescue medication and early stops, and unscheduled ones {self.unscheduled}. Unknown are "
        "patients without a visit after baseline up to that week, and those whose missing measures "
        "could change the category. Categories of response, {self.population}",
        origin="{self.label}",
        columns={"Category": WORDS, "*": COUNTS_OF_ARM},
    )
    def categories(self) -> Rows:
        """Return the best response and that at the end."""
        counts = {name: response_counts(self.data.arm(name)) for name in self.study.arms}
        for column, heading in (("best", "Best response"), ("end", "Last response")):
            for place, category in enumerate((*RESPONSES, "unknown")):
                yield {
                    "Category": f"{heading}: {category}",
                    **{
                        f"{label} (N={size})": n_percent(
                            int(counts[name][column].iloc[place]), size
                        )
                        for (name, label), size in zip(
                            self.study.arms.items(), self.arm_sizes().values(), strict=True
                        )
                    },
                }

    def waterfall(self) -> tuple[FigureItem, ...]:
        """Return the best score of each patient, if patients are shown one by one."""
        if self.single_patients is None:
            return ()
        return (self.single_patients.waterfall(self.responder_score),)

    def best_scores(self) -> tuple[Table, ...]:
        """Return what the figure of the best scores shows, likewise."""
        return () if self.single_patients is None else (self.single_patients.best_table(),)

    @property
    def responder_score(self) -> float | None:
        """The minimum score of a response, points; None if another criterion makes one."""
        endpoint = self.study.endpoint
        return None if endpoint.as_endpoint().criterion else endpoint.threshold

    @property
    def windows(self) -> str:
        """Which visit belongs to a scheduled week, in words."""
        return describe_windows(self.study.visits)

    @property
    def unscheduled(self) -> str:
        """What becomes of unscheduled visits, in words."""
        return "count too" if self.study.visits.unscheduled == "keep" else "are left out"

    @property
    def _all_visits(self) -> str:
        """Which visits all visits are, in words."""
        return ", unscheduled ones" if self.study.visits.unscheduled == "keep" else " that count"

    @property
    def quantiles(self) -> str:
        """The definition of quartiles, in words."""
        return method_wording.describe_quantiles(self.study.analysis)

    @property
    def population(self) -> str:
        """Whose response categories apply, in words."""
        return describe_population(self.study)

    @described(
        {
            "horizon": stated("Week of the endpoint", "week"),
            **dict.fromkeys(
                (
                    "dotted",
                    "response",
                    "outcome",
                    "population",
                    "single_note",
                    "rules",
                    "scales",
                    "quantiles",
                    "shown",
                    "limits",
                    "time_note",
                    "sizes",
                ),
                WORDS,
            ),
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers and sentences glued into the prose, by name."""
        return {
            "label": self.label,
            "response": self.response,
            "outcome": self.words.noun,
            "dotted": ""
            if self.responder_score is None
            else f"; the dotted line is the score of a responder, {self.responder_score:g} points",
            "horizon": self.horizon,
            "population": self.population,
            "single_note": self.single_note,
            "rules": self.rules,
            "scales": self.scales(),
            "quantiles": self.quantiles,
            "shown": f"Thin lines are patients, at all visits{self._all_visits} and those after "
            "the week of the endpoint too; bars are the range of a score that missing measures "
            "leave open"
            if self.study.study.listings
            else "The band is from the first to the third quartile; individual patients are not "
            "shown, as the description of the study asks",
            "limits": f"The {self.level} limits are shaded"
            if len(self.study.arms) == 1
            else f"The {self.level} limits of each arm are in the table",
            "time_note": " ".join(self.sentences_on_times()),
            "sizes": "; ".join(f"{label} n={size}" for label, size in self.arm_sizes().items()),
        }


def score_cell(summary: ScoreSummary, decimals: int) -> str:
    """Format the scores of an arm in one week.

    Examples
    --------
    >>> score_cell(ScoreSummary(4, 6, 5, 4, 40, 30, 50, 35, 45), 1)
    '40.0 (30.0–50.0) [4]; 1 open: median 35.0 to 45.0'
    >>> score_cell(ScoreSummary(4, 6, 0, 0, None, None, None, None, None), 1)
    'no visit [0]'
    """
    if not summary.seen:
        return "no visit [0]"
    shown = NONE
    if summary.median is not None:
        shown = format_median_quartiles(summary.median, summary.q1, summary.q3, decimals=decimals)
    text = f"{shown} [{summary.known}]"
    if not (count := summary.seen - summary.known):
        return text
    if summary.median_low is None or summary.median_high is None:
        return f"{text}; {count} open"
    low, high = (
        format_table_number(value, decimals) for value in (summary.median_low, summary.median_high)
    )
    either = f"{low} either way" if low == high else f"{low} to {high}"
    return f"{text}; {count} open: median {either}"


def _courses(analysis: Analysis) -> list[PatientCourse]:
    """Return the course of each patient; at baseline the score is 0 by definition."""
    known = is_known_score(analysis)
    after = analysis.weeks > 0
    courses = []
    for place in range(len(analysis.patients)):
        seen, left_open = after[place] & known[place], after[place] & ~known[place]
        weeks = analysis.weeks[place]
        courses.append(
            PatientCourse(
                [0.0, *weeks[seen].tolist()],
                [0.0, *analysis.tis_low[place][seen].tolist()],
                weeks[left_open].tolist(),
                analysis.tis_low[place][left_open].tolist(),
                analysis.tis_high[place][left_open].tolist(),
            )
        )
    return courses


def _median(summary: ScoreSummary) -> WeekMedian:
    median, q1, q3 = (
        np.nan if value is None else float(value)
        for value in (summary.median, summary.q1, summary.q3)
    )
    return WeekMedian(summary.week, summary.known, median, q1, q3)
