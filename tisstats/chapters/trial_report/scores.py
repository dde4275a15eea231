"""Scores over time and the time to the first response, by arm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from tisstats.chapters.page import FigureItem, Rows, Table, described, figure_item, table
from tisstats.chapters.result_facts import COUNT, INTERVAL, LABEL, WORDS, Facts, stated
from tisstats.chapters.trial_report import method_wording
from tisstats.chapters.trial_report.chapter import COUNTS_OF_ARM, TrialChapter
from tisstats.figures import arm_courses, response_curves
from tisstats.figures.arm_courses import ArmCourses, PatientCourse, WeekMedian
from tisstats.figures.numbers import format_n_percent, format_percent, join_names
from tisstats.figures.response_curves import ResponseCurve
from tisstats.measures.core_set import RESPONSES
from tisstats.printed import format_median_quartiles, format_table_number
from tisstats.trial.analysis import Analysis
from tisstats.trial.arm_responses import (
    RESPONSE,
    ArmResponses,
    competing_causes,
    responses_by_arm,
)
from tisstats.trial.deaths import died_later
from tisstats.trial.endpoints import Missing
from tisstats.trial.outcome_words import OutcomeWords
from tisstats.trial.score_summaries import ScoreSummary, is_known_score, summarise_scores
from tisstats.trial.study_wording import (
    describe_events_of_times,
    describe_population,
    describe_windows,
)
from tisstats.trial.summaries import response_counts

#: Stands for a number that does not exist.
NONE = "–"


def _open_visit(missing: Missing, words: OutcomeWords) -> str:
    """Return what becomes of a visit whose status is open, in the time to the first outcome."""
    if missing == "unknown":
        return (
            "ends the time at the visit before, since it is not known whether the first "
            f"{words.noun} was seen there"
        )
    none, some = f"no {words.noun}", words.indefinite
    if missing == "bounds":
        return (
            f"ends the time at the visit before; two columns take all of them as {none}, and all "
            f"as {some}, which need not be the least and the most that they can be"
        )
    is_reached = (missing == "best case") != words.unfavourable
    return f"counts as {some if is_reached else none}"


#: What follows the quartiles of a week where missing measures leave scores open.
_OPEN = "<; {unknown} open><: median {lowest median}< to {highest median}>>< either way>"

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


class Scores(TrialChapter):
    """The chapter of scores over time."""

    @cached_property
    def responses(self) -> list[ArmResponses]:
        """The times to the first response by arm."""
        return responses_by_arm(self.data)

    @property
    def weeks(self) -> tuple[float, ...]:
        """The scheduled weeks after baseline."""
        return self.study.visits.weeks[1:]

    @property
    def weeks_of_response(self) -> list[float]:
        """The weeks of the time to response: scheduled ones up to that of the endpoint, and it."""
        horizon = self.study.endpoint.week
        return sorted({week for week in self.study.visits.weeks if week <= horizon} | {horizon})

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
        "quantile of it. To a week belongs {self.windows}. Quartiles by {self.quantiles}",
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
        decimals = self.study.analysis.decimals
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

    def curves(self) -> FigureItem:
        """Return the cumulative incidence of a response, by arm."""
        plan, endpoint = self.study.analysis, self.study.endpoint
        curves = [
            _curve(arm, self.weeks_of_response, plan.confidence_level) for arm in self.responses
        ]
        curves = [
            replace(
                curve,
                if_open=arm.if_open_visits_are(endpoint.week),
                known_until=arm.known_until,
            )
            for curve, arm in zip(curves, self.responses, strict=True)
        ]
        return figure_item(
            response_curves,
            curves,
            response=self.response,
            outcome=self.words.noun,
            horizon=endpoint.week,
            confidence_level=plan.confidence_level,
            stamp=self.label,
        )

    @table(
        "Time to the first {self.words.noun}, {self.response}, by "
        "arm and week: patients at risk just before the week, and, up to and including it, those "
        "who {self.words.past}, had a competing event or were censored, with the cumulative "
        "incidence (Aalen-Johansen) and its {self.level} pointwise log-log limits with Gray's "
        "variance; an "
        "incidence of 0 or 100% has no limits. {self.rules}",
        origin="{self.label}",
        columns={
            "Week": LABEL,
            "Incidence, %": Facts(
                "{incidence}", "{self.outcome}", method="Aalen-Johansen", n="@Arm"
            ),
            "*limits, %": Facts(
                INTERVAL,
                "{self.outcome}",
                "%",
                "Aalen-Johansen, pointwise log-log, variance of Gray, {self.level} "
                "confidence level",
                "@Arm",
            ),
            "If all open visits are*": Facts(
                "{incidence}",
                "{self.outcome}, by what all open visits are taken as",
                method="Aalen-Johansen",
                n="@Arm",
            ),
            "Arm": WORDS,
            "*": Facts(COUNT, "@column", "patients", n="@Arm"),
        },
    )
    def incidence(self) -> Rows:
        """Return the cumulative incidence by arm and week."""
        causes = {RESPONSE: self.words.noun, **competing_causes(self.data)}
        level = self.study.analysis.confidence_level
        for arm in self.responses:
            counted = arm.counts(self.weeks_of_response, causes)
            # At week 0 nothing has happened yet; the figure has the numbers at risk.
            for place, week in enumerate(self.weeks_of_response[1:], start=1):
                counts, found = counted.iloc[place], arm.at(week, level)
                row = {
                    "Arm": f"{arm.label} (N={arm.patients})",
                    "Week": f"{week:g}",
                    "At risk": str(int(counts["at_risk"])),
                    **{
                        name.capitalize(): str(int(counts[f"events_{name}"]))
                        for name in causes.values()
                    },
                    "Censored": str(int(counts["censored"])),
                    "Incidence, %": _percent(found.estimate),
                    f"{self.level} limits, %": _range(found.low, found.high),
                }
                if self.study.endpoint.missing == "bounds":
                    either = arm.if_open_visits_are(week) or (np.nan, np.nan)
                    row |= dict(zip(self._if_open, map(_percent, either), strict=True))
                yield row

    @table(
        "What ended the time to the first {self.words.noun}, n (%) of the N analysed patients, up "
        "to week {self.horizon}; every patient is in one row",
        origin="{self.label}",
        columns={"Ended by": WORDS, "*": COUNTS_OF_ARM},
    )
    def ends(self) -> Rows:
        """Return how many patients' times were ended by what."""
        counts = [(arm, arm.ended_by()) for arm in self.responses]
        heeded = self.study.endpoint.intercurrent != "treatment policy"
        for reason in counts[0][1]:
            if reason in ("rescue medication", "stopped early") and not heeded:
                continue
            if reason == "death" and not self.data.some_died:
                continue
            yield {
                "Ended by": self._ended(reason),
                **{
                    f"{arm.label} (N={arm.patients})": n_percent(found[reason], arm.patients)
                    for arm, found in counts
                },
            }

    def _ended(self, reason: str) -> str:
        if reason == "response":
            return self.words.noun
        counts = self._events_count and reason in ("rescue medication", "stopped early")
        counts |= self._deaths_count and reason == "death"
        return f"{reason}, counted as {self.words.noun}" if counts else reason

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
    def _if_open(self) -> tuple[str, str]:
        """Columns of the incidence by what all open visits are taken as."""
        taken = "If all open visits are"
        return (
            f"{taken} no {self.words.noun}, %",
            f"{taken} {self.words.indefinite}, %",
        )

    @property
    def horizon(self) -> str:
        """The week of the endpoint."""
        return f"{self.study.endpoint.week:g}"

    @property
    def words(self) -> OutcomeWords:
        """What meeting the criterion is called."""
        return self.study.endpoint.words

    @property
    def outcome(self) -> str:
        """What meeting the criterion is called, at the start of a name."""
        return self.words.noun.capitalize()

    @property
    def response(self) -> str:
        """What is reached at a visit of a response, in words."""
        endpoint = self.study.endpoint.as_endpoint()
        score = f"Total Improvement Score of at least {endpoint.threshold:g}"
        return endpoint.criterion or score

    @property
    def responder_score(self) -> float | None:
        """The least score of a response, points; None if another criterion makes one."""
        endpoint = self.study.endpoint
        return None if endpoint.as_endpoint().criterion else endpoint.threshold

    @property
    def population(self) -> str:
        """Whose response categories apply, in words."""
        return describe_population(self.study)

    @property
    def level(self) -> str:
        """The confidence level, in per cent."""
        return method_wording.describe_level(self.study.analysis)

    @property
    def rules(self) -> str:
        """How intercurrent events and open scores are handled in the time to response."""
        endpoint = self.study.endpoint
        competing = competing_causes(self.data)
        rescue = (
            f" Rescue medication in the week of a visit: {endpoint.rescue_in_week_of_visit}."
            f"{self._not_recorded()}"
            if endpoint.intercurrent != "treatment policy"
            else ""
        )
        causes = (
            f"Competing events: {join_names([*competing.values()])}."
            if competing
            else "No event competes by this strategy."
        )
        return (
            "Strategy for rescue medication and early stops: "
            f"{describe_events_of_times(endpoint)}.{rescue} {causes} A visit that "
            f"missing measures leave open {_open_visit(endpoint.missing, self.words)}. "
            f"{method_wording.describe_observed(self.study)}. {self.censoring}"
        )

    @property
    def censoring(self) -> str:
        """What the incidence assumes of those whose visits end."""
        died = ""
        if self.data.some_died and self.study.endpoint.intercurrent == "hypothetical":
            died = (
                " By this strategy that is assumed of patients who died too, at their last visit "
                "before any rescue medication or early stop."
            )
        analysis = self.data.analysis
        left = analysis.stopped_early() & died_later(analysis.patients)
        if left.any() and self.study.endpoint.intercurrent == "treatment policy":
            died = (
                " Those who left and are known to have died count as at risk until their death, "
                "and those who left and are not known to have died until their last visit. Where "
                "not all deaths of those who left are known, the incidences depend on which are."
            )
        return (
            "Patients whose visits end without such an event are censored: the incidence assumes "
            "that they have the prospects of those who stay, which is doubtful where they left for "
            f"lack of efficacy.{died}"
        )

    def _on_times(self) -> Iterator[str]:
        """Yield what the time to the outcome is, and where it is not that to the endpoint."""
        endpoint, words = self.study.endpoint, self.words
        yield (
            f"What is timed is the first visit with {words.indefinite}, which began at some time "
            "since the last visit known to be without one: curves place it as late as it can have "
            "begun."
        )
        if self._events_count:
            yield (
                "Rescue medication and an early stop that come first count as "
                f"{words.indefinite} by the composite strategy, in their own week."
            )
        elif self._deaths_count and self.data.some_died:
            yield (
                f"A death that comes first counts as {words.indefinite}, in its own week: after it "
                "no visit could show one."
            )
        if endpoint.kind != "best":
            also = " or ".join(f"{week:g}" for week in endpoint.also_at)
            asked = {
                "at week": f"at week {endpoint.week:g}",
                "sustained": f"at week {endpoint.week:g} and at week {also}",
                "confirmed": "at more than one visit",
            }[endpoint.kind]
            yield (
                f"A patient with {words.indefinite} at a visit need not meet the endpoint, which "
                f"asks for it {asked}: numbers here can differ from those on the page of the "
                "primary endpoint. What follows that first visit does not enter the time."
            )
        conditions = [
            "rescue medication" * endpoint.without_rescue,
            "confirmed deterioration" * endpoint.without_confirmed_deterioration,
        ]
        if excluded := " and no ".join(filter(None, conditions)):
            yield f"That the endpoint also asks for no {excluded} does not enter the time."

    @property
    def _events_count(self) -> bool:
        """Whether rescue medication and early stops are themselves the outcome."""
        return self.study.endpoint.intercurrent == "composite" and self.words.unfavourable

    @property
    def _deaths_count(self) -> bool:
        """Whether a death is itself the outcome."""
        strategy = self.study.endpoint.intercurrent
        return self.words.unfavourable and strategy in ("composite", "treatment policy")

    def _not_recorded(self) -> str:
        """Return what of these events the tables of the study do not record."""
        treatments = (
            ""
            if "treatments" in self.data.has
            else " There is no table of treatments: rescue medication is known only as a reason "
            "for stopping early."
        )
        ends = (
            ""
            if self.data.ends_recorded
            else " Early stops are not recorded: nobody is taken to have stopped."
        )
        return treatments + ends

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
            else "The band is from the first to the third quartile; single patients are not shown, "
            "as the description of the study asks",
            "limits": f"The {self.level} limits are shaded"
            if len(self.study.arms) == 1
            else f"The {self.level} limits of each arm are in the table",
            "time_note": " ".join(self._on_times()),
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


def n_percent(count: int, patients: int, unknown: int = 0) -> str:
    """Format n (%), or the range of both where some are not known; a dash without patients.

    Examples
    --------
    >>> n_percent(3, 6), n_percent(0, 0), n_percent(3, 6, unknown=2)
    ('3 (50)', '–', '3 to 5 (50 to 83), 2 unknown')
    """
    if not patients:
        return NONE
    if not unknown:
        return format_n_percent(count, patients)
    most = count + unknown
    low, high = (format_percent(Fraction(each, patients), 0) for each in (count, most))
    return f"{count} to {most} ({low} to {high}), {unknown} unknown"


def _percent(proportion: float) -> str:
    return format_percent(proportion) if np.isfinite(proportion) else "not known"


def _range(low: float, high: float) -> str:
    if not (np.isfinite(low) and np.isfinite(high)):
        return NONE
    return f"{format_percent(low)} to {format_percent(high)}"


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


def _curve(arm: ArmResponses, weeks: list[float], confidence_level: float) -> ResponseCurve:
    at_risk = {week: arm.at(week, confidence_level).at_risk for week in weeks}
    if arm.incidence is None:
        nothing = np.array([], dtype=np.float64)
        return ResponseCurve(arm.label, 0, nothing, nothing, at_risk)
    times, low, high = arm.incidence.times, None, None
    if RESPONSE in arm.incidence.causes:
        incidence = arm.incidence.estimate[RESPONSE]
        low, high = arm.incidence.confidence_interval(RESPONSE, confidence_level)
    else:
        incidence = np.zeros(len(times))
    return ResponseCurve(arm.label, arm.patients, times, incidence, at_risk, low, high)
