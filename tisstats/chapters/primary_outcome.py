"""Chapter 3: the proportion of responders, and where the printed interval comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tisstats.chapters.chapter import PatientChapter, picture
from tisstats.chapters.page import Picture, Rows, table
from tisstats.figures import comparators, coverage_curves, interval_forest, score_courses
from tisstats.figures.numbers import level_percent, percent
from tisstats.ledger.claim import Verdict
from tisstats.lim2021.claims import evaluate_ledger
from tisstats.lim2021.next_trial import CONTROL, MAXIMUM, TREATED, Plan
from tisstats.lim2021.response import (
    PrintedInterval,
    printed_interval,
    response_count,
    study_responses,
    ways_to_count,
)
from tisstats.printed import percent_range
from tisstats.statistics import (
    INTERVAL_METHODS,
    CoverageSummary,
    Interval,
    coverage,
    coverage_summary,
    method_title,
    proportion_interval,
    two_arm_power,
)
from tisstats.trial import summaries

#: True proportions of a coverage curve, spread evenly from 0 to 1.
_POINTS = 401


@dataclass(frozen=True)
class PrimaryOutcome(PatientChapter):
    """The chapter on the primary outcome, for one way to count and one plan of a next trial."""

    threshold: int  #: least Total Improvement Score of a responder, points
    horizon_week: int  #: week by which the score must be reached
    confidence_level: float  #: above 0 and below 1
    interval_method: str  #: of `tisstats.statistics.proportion_interval`
    count_excluded: bool  #: whether the patient left out of the analysis counts
    treated_response: float  #: share assumed to respond with the treatment, 0 to 1
    control_response: float  #: share assumed to respond without it, 0 to 1
    target_power: float  #: power wanted of a next trial, above 0 and below 1
    cohort: str  #: of `tisstats.synthetic.patient_level_data.patient_level_data`

    @cached_property
    def plan(self) -> Plan:
        """What a next trial is planned with."""
        return Plan(
            self.treated_response, self.control_response, self.target_power, self.confidence_level
        )

    @cached_property
    def story(self) -> PrintedInterval:
        """What the article prints of the primary outcome, beside what its method gives."""
        return printed_interval(self.published)

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdict of the ledger on each claim."""
        return {name: item.verdict for name, item in evaluate_ledger(self.published).items()}

    @cached_property
    def coverage_summaries(self) -> dict[str, CoverageSummary]:
        """The coverage of every method for as many patients as were analysed."""
        patients = self.published.count("flow.analysed")
        return {
            method: coverage_summary(patients, self.confidence_level, method)
            for method in INTERVAL_METHODS
        }

    @cached_property
    def courses(self) -> list[score_courses.Course]:
        """The courses of these patients."""
        return score_courses.courses_of(summaries.score_courses(self.rows.trial))

    def numbers(self) -> dict[str, object]:
        """Return the numbers of the prose."""
        return {
            **self.facts("primary_outcome"),
            **self.planning_numbers(),
            **self.count_numbers(),
            **self.interval_numbers(),
            **self.coverage_numbers(),
            **self.agreement(),
            "rows_stamp": self.rows.label,
            "rows_responders": sum(each.responder is True for each in self.courses),
            "rows_patients": len(self.courses),
        }

    def _interval(self, responders: int, patients: int) -> Interval:
        level, method = self.confidence_level, self.interval_method
        return proportion_interval(responders, patients, level, method)

    def _gives(self, method: str) -> bool:
        """Return whether a method gives the printed interval."""
        return method in self.story.methods_giving_print

    def count_numbers(self) -> dict[str, object]:
        """Return the numbers on the responders counted in the chosen way."""
        count = response_count(
            self.published,
            threshold=self.threshold,
            by_week=self.horizon_week,
            count_excluded=self.count_excluded,
        )
        interval = self._interval(count.responders, count.patients)
        return {
            "threshold": self.threshold,
            "horizon_week": self.horizon_week,
            "responders": count.responders,
            "patients": count.patients,
            "percent": percent(count.proportion),
            "level_percent": level_percent(self.confidence_level),
            "interval_method": method_title(self.interval_method),
            "low": percent(interval.low),
            "high": percent(interval.high),
            "excluded": "counted" if self.count_excluded else "not counted",
        }

    def interval_numbers(self) -> dict[str, object]:
        """Return the numbers on the printed interval."""
        story, named, printed = self.story, self.story.named, self.story.printed
        return {
            "printed_responders": story.count.responders,
            "printed_patients": story.count.patients,
            "printed_percent": story.printed_percent,
            "true_percent": percent(story.count.proportion),
            "whole_percent": percent(story.count.proportion, 0),
            "percent_verdict": self.verdicts["results.responders_percent"],
            "printed_low": story.printed_low,
            "printed_high": story.printed_high,
            "true_low": percent(named.low),
            "true_high": percent(named.high),
            "printed_middle": percent((printed.low + printed.high) / 2),
            "true_middle": percent((named.low + named.high) / 2),
            "methods_total": len(story.methods),
            "methods_giving": ", ".join(map(method_title, story.methods_giving_print)),
            "low_shift": percent(named.low - printed.low),
            "high_shift": percent(named.high - printed.high),
        }

    def coverage_numbers(self) -> dict[str, object]:
        """Return the numbers on the coverage of the methods."""
        summaries = self.coverage_summaries
        attaining = [method_title(name) for name, each in summaries.items() if _attains(each)]
        named = summaries[self.story.named.method]
        giving = summaries[self.story.methods_giving_print[0]]
        return {
            "coverage_patients": self.story.count.patients,
            "attaining": ", ".join(attaining) or "none",
            "not_attaining_total": len(summaries) - len(attaining),
            "named_least": percent(named.minimum_coverage),
            "named_mean_width": percent(named.mean_expected_width),
            "giving_least": percent(giving.minimum_coverage),
            "giving_least_at": percent(giving.minimum_at),
            "giving_mean_width": percent(giving.mean_expected_width),
        }

    def planning_numbers(self) -> dict[str, object]:
        """Return the numbers on a next trial."""
        plan, published = self.plan, self.published
        analysed, included = (published.count(f"flow.{name}") for name in ("analysed", "included"))
        again = two_arm_power(
            analysed, analysed, plan.treated_response, plan.control_response, alpha=plan.alpha
        )
        discussed = sum(
            published.count(f"response.{name}") for name in ("minimal", "discussion_added")
        )
        treated, control = (
            f"{published.count(f'{arm}.responders')} of {published.count(f'{arm}.patients')}"
            for arm in (TREATED, CONTROL)
        )
        return {
            "plan_treated": percent(plan.treated_response),
            "plan_control": percent(plan.control_response),
            "plan_power": percent(plan.target_power, 0),
            "plan_error": percent(plan.alpha),
            "plan_maximum": MAXIMUM,
            "plan_each_arm": _each_arm(plan),
            "plan_again_power": percent(again.power),
            "discussed_patients": " and ".join(
                published.text(f"claims.discussion.{who}_patient") for who in ("excluded", "added")
            ),
            "plan_here": f"{discussed} of {included}",
            "plan_here_each_arm": (
                _each_arm(replace(plan, treated_response=discussed / included))
                if discussed / included > plan.control_response
                else "no number of"
            ),
            "plan_treated_counts": treated,
            "plan_control_counts": control,
        }

    @table("Intervals for the printed proportion by method, in per cent")
    def intervals(self) -> Rows:
        """Return the interval by every method, and whether it gives the printed digits."""
        for method, interval in self.story.methods.items():
            yield {
                "Method": method_title(method),
                "Low": percent(interval.low),
                "High": percent(interval.high),
                "Width": percent(interval.high - interval.low),
                "As printed": "both limits" if self._gives(method) else "no",
                "Definition": INTERVAL_METHODS[method],
            }

    def forest(self) -> Picture:
        """Return the interval as printed and by every method."""
        rows = [
            interval_forest.IntervalRow("as printed", self.story.printed, highlighted=True),
            *(
                interval_forest.IntervalRow(method_title(method), interval, self._gives(method))
                for method, interval in self.story.methods.items()
            ),
        ]
        return picture(
            interval_forest,
            rows,
            reference=float(self.story.count.proportion),
            reference_label="observed",
        )

    def score_by_week(self) -> Picture:
        """Return the score of each of these patients over the weeks."""
        return picture(
            score_courses,
            self.courses,
            threshold=self.published.count("design.responder_score"),
            horizon_week=self.published.count("design.primary_week"),
            stamp=self.rows.label,
        )

    @table(
        "Coverage and width of each method in per cent, averages over evenly spaced true "
        "proportions"
    )
    def coverage_by_method(self) -> Rows:
        """Return least and mean coverage and mean width of every method."""
        for method, summary in self.coverage_summaries.items():
            yield {
                "Method": method_title(method),
                "Minimum coverage": percent(summary.minimum_coverage),
                "At a true proportion of": percent(summary.minimum_at),
                "Mean coverage": percent(summary.mean_coverage),
                "Mean width": percent(summary.mean_expected_width),
                "Attains the nominal coverage": (
                    "throughout" if _attains(summary) else "not throughout"
                ),
            }

    def coverage_by_proportion(self) -> Picture:
        """Return the coverage of every method over the true proportion."""
        patients, proportions = self.published.count("flow.analysed"), np.linspace(0, 1, _POINTS)
        curves = [
            coverage_curves.CoverageCurve(
                method_title(method),
                coverage(patients, proportions, self.confidence_level, method),
                self._gives(method),
            )
            for method in INTERVAL_METHODS
        ]
        return picture(coverage_curves, curves, confidence_level=self.confidence_level)

    @table("Responders by threshold and denominator")
    def by_denominator(self) -> Rows:
        """Return the responders by each way to count them, with an interval."""
        for way in ways_to_count(self.published).to_dict("records"):
            interval = self._interval(way["responders"], way["patients"])
            yield {
                "Responder": way["responder"],
                "Patients": way["counted"],
                "n of N": f"{way['responders']} of {way['patients']}",
                "%": percent(interval.estimate),
                "Interval, %": percent_range(interval.low, interval.high),
                "Source of the count": way["source"],
            }

    def other_studies(self) -> Picture:
        """Return the responders of this study and of those that it is compared with."""
        rows = [
            comparators.ComparatorRow(
                row["study"],
                row["endpoint"],
                row["responders"],
                row["patients"],
                row["design"],
                row["this_study"],
                row["group"],
            )
            for row in study_responses(self.published).to_dict("records")
        ]
        return picture(comparators, rows, self.confidence_level, self.interval_method)

    @table("Sample size of a next trial, by design and test")
    def planning(self) -> Rows:
        """Return the patients that each test needs to reach the wanted power, by exact power."""
        for size in self.plan.sizes():
            yield {
                "Design and test": size.design,
                "Patients": f"{size.smallest or f'more than {MAXIMUM}'} {size.unit}",
                "Sufficient for every n from": f"{size.stable or f'none up to {MAXIMUM}'}",
                "Power, %": "–" if size.power is None else percent(size.power),
                "Maximum type I error, %": "–" if size.error is None else percent(size.error),
            }


def _each_arm(plan: Plan) -> str:
    """Format the patients in each arm by Fisher's exact test."""
    return f"{plan.fisher().smallest or f'more than {MAXIMUM}'}"


def _attains(summary: CoverageSummary) -> bool:
    """Return whether coverage is at least nominal at every proportion, up to rounding noise."""
    return summary.minimum_coverage >= summary.confidence_level - 1e-9
