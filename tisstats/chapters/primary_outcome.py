"""Chapter 3: the proportion of responders, and the source of the printed interval."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tisstats import statistics
from tisstats.chapters import another_choice
from tisstats.chapters.chapter import PUBLISHED, PatientChapter
from tisstats.chapters.page import (
    FigureItem,
    Interactive,
    Rows,
    Table,
    described,
    figure_item,
    table,
)
from tisstats.chapters.patient_figures import PatientFigures
from tisstats.chapters.result_facts import (
    COUNT_OF,
    INTERVAL,
    LABEL,
    PERCENTAGE,
    VALUE,
    WORDS,
    Facts,
    counted,
    stated,
)
from tisstats.figures import comparators, coverage_curves, interval_forest, score_courses
from tisstats.figures.numbers import (
    coverage_decimals,
    format_confidence_level,
    format_percent,
    format_probability,
    join_names,
    yes_no,
)
from tisstats.ledger.claim import Verdict
from tisstats.lim2021 import response
from tisstats.lim2021.claims import evaluate_ledger
from tisstats.lim2021.discrepancies.entries import read_registry
from tisstats.lim2021.next_trial import CONTROL, MAXIMUM, TREATED, NextTrialPlan
from tisstats.lim2021.response import (
    PrintedInterval,
    ResponseCount,
    denominator_choices,
    response_count,
    study_responses,
)
from tisstats.measures.core_set import CORE_SET
from tisstats.printed import matches_print, parse, percent_range, to_fraction
from tisstats.trial import summaries

#: Number of true proportions of a coverage curve, evenly spaced from 0 to 1.
_POINTS = 401


@dataclass(frozen=True)
class PrimaryOutcome(PatientChapter):
    """Chapter 3 for given parameters."""

    threshold: int  #: minimum Total Improvement Score of a responder, points
    horizon_week: int  #: week by which the score must be reached
    confidence_level: float  #: above 0 and below 1
    interval_method: str  #: of `tisstats.statistics.proportion_interval`
    include_excluded_patient: bool  #: whether to include the excluded patient
    treated_response: float  #: assumed response rate under treatment, 0 to 1
    control_response: float  #: assumed response rate under control, 0 to 1
    target_power: float  #: target power of the next trial, above 0 and below 1
    cohort: str  #: of `tisstats.synthetic.patient_level_data.patient_level_data`

    @cached_property
    def plan(self) -> NextTrialPlan:
        """Planning assumptions of a next trial."""
        return NextTrialPlan(
            self.treated_response, self.control_response, self.target_power, self.confidence_level
        )

    @cached_property
    def printed_interval(self) -> PrintedInterval:
        """Printed primary outcome and its recomputation."""
        return response.printed_interval(self.published)

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdict of the ledger on each claim."""
        return {name: item.verdict for name, item in evaluate_ledger(self.published).items()}

    @cached_property
    def coverage_summaries(self) -> dict[str, statistics.CoverageSummary]:
        """The coverage of every method for the number of analysed patients."""
        patients = self.published.count("flow.analysed")
        return {
            method: statistics.coverage_summary(patients, self.confidence_level, method)
            for method in statistics.INTERVAL_METHODS
        }

    @cached_property
    def courses(self) -> list[score_courses.ScoreCourse]:
        """The scores of these patients over time."""
        table = summaries.score_courses(self.analysis)
        patients = self.analysis.patients
        late = patients.loc[patients["end_week"] > self.horizon_week, "patient_id"]
        # Who stopped after the horizon had not stopped by the last visit shown.
        stopped = table["ended_early"] & ~table["patient_id"].isin(late)
        return score_courses.courses_from_table(table.assign(ended_early=stopped))

    @described(
        {
            "rows_stamp": WORDS,
            "rows_responders": counted(
                "Responders among these patients", origin="{self.patient_data.kind}"
            ),
            "rows_patients": counted(
                "Patients whose courses are shown", origin="{self.patient_data.kind}"
            ),
            "article_reached": Facts(
                COUNT_OF + " | {count} of {denominator} with*",
                "Patients who reached the chosen score",
                "patients",
            ),
            "followed_by_patients": counted(
                "Planned patients of the trial that followed", origin="published"
            ),
            "followed_by_week": stated(
                "Week of the primary outcome of the trial that followed", "week", origin="published"
            ),
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        return {
            **self.facts("primary_outcome"),
            **self.planning_numbers(),
            **self.count_numbers(),
            **self.interval_numbers(),
            **self.coverage_numbers(),
            **self.match_counts(),
            "rows_stamp": self.patient_data.label,
            "rows_responders": sum(each.responder is True for each in self.courses),
            "rows_patients": len(self.courses),
            "article_reached": self._describe_article_reached(),
            **{
                name: read_registry().text(f"registry.{name}")
                for name in ("followed_by_patients", "followed_by_week")
            },
        }

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

    def _describe_article_reached(self) -> str:
        """Return how many analysed patients of the article reached the chosen score, in words."""
        lost = self.published.text("response.minimal_lost")
        count = response_count(self.published, threshold=self.threshold, by_week=self.horizon_week)
        reached = f"{count.responders} of {count.patients}"
        if self.threshold == self.published.count("design.responder_score"):
            return reached
        return f"{reached} with such a score by week {count.week}, and {lost} more who had lost it"

    def _interval(self, responders: int, patients: int) -> statistics.Interval:
        return self._interval_by(self.interval_method, responders, patients)

    def _interval_by(self, method: str, responders: int, patients: int) -> statistics.Interval:
        return statistics.proportion_interval(responders, patients, self.confidence_level, method)

    def _matches(self, method: str) -> bool:
        """Return whether a method reproduces the printed interval."""
        return method in self.printed_interval.methods_matching_print

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

    @described(
        {
            "printed_responders": counted("Responders", origin="published"),
            "printed_patients": counted("Patients analysed", origin="published"),
            "printed_percent": Facts(
                PERCENTAGE,
                "Responders",
                n="{self.printed_interval.count.patients}",
                origin="published",
            ),
            "true_percent": Facts(
                PERCENTAGE, "Responders", n="{self.printed_interval.count.patients}"
            ),
            "whole_percent": Facts(
                PERCENTAGE,
                "Responders, as a whole number",
                n="{self.printed_interval.count.patients}",
            ),
            "printed_level": Facts(
                "{level}", "Confidence level of the printed interval", origin="published"
            ),
            "printed_low": Facts(
                "{lower limit}",
                "Responders",
                "%",
                "{self.named_title}",
                "{self.printed_interval.count.patients}",
                origin="published",
            ),
            "printed_high": Facts(
                "{upper limit}",
                "Responders",
                "%",
                "{self.named_title}",
                "{self.printed_interval.count.patients}",
                origin="published",
            ),
            "true_low": Facts(
                "{lower limit}",
                "Responders, by the method that the article names",
                "%",
                "{self.named_title}",
                "{self.printed_interval.count.patients}",
            ),
            "true_high": Facts(
                "{upper limit}",
                "Responders, by the method that the article names",
                "%",
                "{self.named_title}",
                "{self.printed_interval.count.patients}",
            ),
            "printed_middle": Facts(
                "{mean}",
                "Limits of the printed interval",
                "%",
                n="{self.printed_interval.count.patients}",
            ),
            "true_middle": Facts(
                "{mean}",
                "Limits of the interval by the named method",
                "%",
                n="{self.printed_interval.count.patients}",
            ),
            "methods_total": counted("Methods for an interval", "methods", origin="book"),
            "methods_giving": WORDS,
            "low_shift": Facts(
                "{change}",
                "Lower limit by the named method against that printed",
                "percentage points",
            ),
            "high_shift": Facts(
                "{change}",
                "Upper limit by the named method against that printed",
                "percentage points",
            ),
        }
    )
    def interval_numbers(self) -> dict[str, object]:
        """Return the numbers on the printed interval."""
        outcome = self.printed_interval
        named, printed = outcome.named_method_interval, outcome.printed
        return {
            "printed_responders": outcome.count.responders,
            "printed_patients": outcome.count.patients,
            "printed_percent": outcome.printed_percent,
            "true_percent": format_percent(outcome.count.proportion),
            "whole_percent": format_percent(outcome.count.proportion, 0),
            "percent_verdict": self.verdicts["results.responders_percent"],
            "printed_level": format_confidence_level(outcome.level),
            "printed_low": outcome.printed_low,
            "printed_high": outcome.printed_high,
            "true_low": format_percent(named.low),
            "true_high": format_percent(named.high),
            "printed_middle": format_percent((printed.low + printed.high) / 2),
            "true_middle": format_percent((named.low + named.high) / 2),
            "methods_total": len(outcome.methods),
            "methods_giving": ", ".join(
                map(statistics.method_title, outcome.methods_matching_print)
            ),
            "low_shift": format_percent(named.low - printed.low),
            "high_shift": format_percent(named.high - printed.high),
        }

    @described(
        {
            "coverage_patients": stated(
                "Patients for whom coverage is computed", "patients", "published"
            ),
            "attaining": WORDS,
            "not_attaining_total": counted(
                "Methods whose coverage is somewhere below nominal", "methods"
            ),
            "named_least": Facts(
                "{coverage}",
                "Minimum over the true proportions, of the named method",
                "",
                "{self.named_title}",
                "{self.printed_interval.count.patients}",
            ),
            "named_mean_width": Facts(
                "{width}",
                "Mean expected width of the named method",
                "percentage points",
                "{self.named_title}",
                "{self.printed_interval.count.patients}",
            ),
            "giving_least": Facts(
                "{coverage}",
                "Minimum over the true proportions, of the method that gives the printed interval",
                "",
                "{self.giving_title}",
                "{self.printed_interval.count.patients}",
            ),
            "giving_least_at": stated(
                "True proportion at which that coverage is least", "%", "computed"
            ),
            "giving_mean_width": Facts(
                "{width}",
                "Mean expected width of the method that gives the printed interval",
                "percentage points",
                "{self.giving_title}",
                "{self.printed_interval.count.patients}",
            ),
        }
    )
    def coverage_numbers(self) -> dict[str, object]:
        """Return the numbers on the coverage of the methods."""
        summaries = self.coverage_summaries
        attaining = [
            statistics.method_title(name) for name, each in summaries.items() if _attains(each)
        ]
        named = summaries[self.printed_interval.named_method_interval.method]
        matching = summaries[self.printed_interval.methods_matching_print[0]]
        decimals = self._coverage_decimals
        return {
            "coverage_patients": self.printed_interval.count.patients,
            "attaining": ", ".join(attaining) or "none",
            "near_zero": self._describe_near_zero(),
            "not_attaining_total": len(summaries) - len(attaining),
            "named_least": format_percent(named.minimum_coverage, decimals),
            "named_mean_width": format_percent(named.mean_expected_width),
            "giving_least": format_percent(matching.minimum_coverage, decimals),
            "giving_least_at": format_percent(matching.minimum_at),
            "giving_mean_width": format_percent(matching.mean_expected_width),
        }

    @cached_property
    def _coverage_decimals(self) -> int:
        """Decimals of coverages on the page."""
        found = self.coverage_summaries.values()
        below = [each.minimum_coverage for each in found if not _attains(each)]
        return coverage_decimals(self.confidence_level, below)

    def _at_printed_level(self, method: str) -> str:
        level = format_confidence_level(self.printed_interval.level)
        return f"{level}% {statistics.method_title(method)}"

    @property
    def named_title(self) -> str:
        """Level and method of the interval that the article names."""
        return self._at_printed_level(self.printed_interval.named_method_interval.method)

    @property
    def giving_title(self) -> str:
        """Level and method that give the printed interval."""
        return self._at_printed_level(self.printed_interval.methods_matching_print[0])

    def _describe_near_zero(self) -> str:
        """Describe the methods whose coverage vanishes near zero, for the chosen level."""
        patients = self.published.count("flow.analysed")
        missing = []
        for method in self.coverage_summaries:
            of_none = self._interval_by(method, 0, patients)
            if of_none.low > 0 or of_none.high <= 0:
                missing.append(statistics.method_title(method))
        if not missing:
            return "Every interval for zero responders covers the smallest proportions."
        return (
            f"For {join_names(missing)} it is approached near zero, because the interval for zero "
            "responders does not cover such small proportions."
        )

    @described(
        {
            "plan_treated": stated("Response rate assumed with treatment", "%"),
            "plan_control": stated("Response rate assumed with control", "%"),
            "plan_power": stated("Target power of the next trial", "%"),
            "plan_error": stated("Type I error of the next trial, two-sided", "%"),
            "plan_maximum": stated("Largest sample size tried", "patients per arm"),
            "plan_each_arm": Facts(
                "{sample size} | more than {sample size}",
                "Patients in each arm of a next trial",
                method="Fisher's exact test, two-sided, exact power",
            ),
            "plan_again_power": Facts(
                "{power}",
                "A trial with as many patients as analysed in each arm",
                "",
                "Fisher's exact test, two-sided, exact power",
            ),
            "discussed_patients": WORDS,
            "plan_here": Facts(COUNT_OF, "Responders by the less strict definition", "patients"),
            "plan_here_required": WORDS,
            "plan_treated_counts": Facts(
                COUNT_OF, "Responders in another trial, treated", "patients", origin="published"
            ),
            "plan_control_counts": Facts(
                COUNT_OF, "Responders in another trial, placebo", "patients", origin="published"
            ),
        }
    )
    def planning_numbers(self) -> dict[str, object]:
        """Return the numbers on a next trial."""
        plan, published = self.plan, self.published
        analysed, included = (published.count(f"flow.{name}") for name in ("analysed", "included"))
        again = statistics.two_arm_power(
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
            "plan_treated": format_confidence_level(plan.treated_response),
            "plan_control": format_confidence_level(plan.control_response),
            "plan_power": format_confidence_level(plan.target_power),
            "plan_error": format_confidence_level(plan.alpha),
            "plan_maximum": MAXIMUM,
            "plan_each_arm": _each_arm(plan),
            "plan_again_power": format_probability(again.power),
            "discussed_patients": " and ".join(
                published.text(f"claims.discussion.{who}_patient") for who in ("excluded", "added")
            ),
            "plan_here": f"{discussed} of {included}",
            "plan_here_required": _describe_required(plan, discussed / included),
            "plan_treated_counts": treated,
            "plan_control_counts": control,
        }

    @table(
        "{self.printed_caption} by method, %",
        columns={
            "Low": Facts(
                "{lower limit}",
                "Responders",
                unit="%",
                method="@row",
                n="{self.printed_interval.count.patients}",
            ),
            "High": Facts(
                "{upper limit}",
                "Responders",
                unit="%",
                method="@row",
                n="{self.printed_interval.count.patients}",
            ),
            "Width": Facts(
                "{width}",
                "Interval for the responders",
                unit="percentage points",
                method="@row",
                n="{self.printed_interval.count.patients}",
            ),
            "*": WORDS,
        },
    )
    def intervals(self) -> Rows:
        """Return the interval by every method, and whether it rounds to the printed limits."""
        for method, interval in self.printed_interval.methods.items():
            yield {
                "Method": statistics.method_title(method),
                "Low": format_percent(interval.low),
                "High": format_percent(interval.high),
                "Width": format_percent(interval.high - interval.low),
                "As printed": self._limits_as_printed(interval),
                "Definition": statistics.INTERVAL_METHODS[method],
            }

    def _limits_as_printed(self, interval: statistics.Interval) -> str:
        """Return which limits of an interval round to the printed ones, in words."""
        low, high = (
            matches_print(to_fraction(100 * limit), parse(text))
            for limit, text in (
                (interval.low, self.printed_interval.printed_low),
                (interval.high, self.printed_interval.printed_high),
            )
        )
        if low and high:
            return "both limits"
        return "lower limit only" if low else "upper limit only" if high else "no"

    @property
    def printed_caption(self) -> str:
        """What the intervals for the printed counts are, at the article's level."""
        outcome = self.printed_interval
        level, count = format_confidence_level(outcome.level), outcome.count
        return f"{level}% intervals for the printed {count.responders} of {count.patients}"

    def forest(self) -> FigureItem:
        """Return the interval as printed and by every method."""
        rows = [
            interval_forest.IntervalRow(
                "as printed", self.printed_interval.printed, highlighted=True, reported=True
            ),
            *(
                interval_forest.IntervalRow(
                    statistics.method_title(method), interval, self._matches(method)
                )
                for method, interval in self.printed_interval.methods.items()
            ),
        ]
        return figure_item(
            interval_forest,
            rows,
            self._forest_message(),
            reference=float(self.printed_interval.count.proportion),
            reference_label="observed",
            source=f"{PUBLISHED}, Results; intervals computed from its counts",
        )

    def _forest_message(self) -> str:
        """Return which methods give the printed interval."""
        found = self.printed_interval
        limits = percent_range(found.printed.low, found.printed.high)
        same = [statistics.method_title(method) for method in found.methods_matching_print]
        which = (
            f"{join_names(same)} {'gives' if len(same) == 1 else 'give'}" if same else "none gives"
        )
        return f"Of {len(found.methods)} methods, {which} the printed limits, {limits}%"

    def score_by_week(self) -> FigureItem:
        """Return the scores of these patients over time."""
        return figure_item(
            score_courses,
            self.courses,
            threshold=self.threshold,
            horizon_week=self.horizon_week,
            stamp=self.patient_data.label,
        )

    def waterfall(self) -> FigureItem:
        """Return the best score of each of these patients, by subtype."""
        return self._by_subtype().waterfall(self.threshold)

    def best_scores(self) -> Table:
        """Return what the figure of the best scores shows."""
        return self._by_subtype().best_table()

    def _by_subtype(self) -> PatientFigures:
        return PatientFigures.by_group(self.analysis, self.patient_data.label)

    @table(
        "Coverage and expected width of each method, %; means over a uniform distribution of true "
        "proportions",
        columns={
            "Minimum coverage": Facts("{coverage}", method="@row", n="{self.analysed}"),
            "True proportion at the minimum": Facts(VALUE, unit="%"),
            "Mean coverage": Facts("{coverage}", method="@row", n="{self.analysed}"),
            "Mean expected width": Facts(
                "{width}", unit="percentage points", method="@row", n="{self.analysed}"
            ),
        },
    )
    def coverage_by_method(self) -> Rows:
        """Return minimum and mean coverage and mean expected width of every method."""
        decimals = self._coverage_decimals
        for method, summary in self.coverage_summaries.items():
            yield {
                "Method": statistics.method_title(method),
                "Minimum coverage": format_percent(summary.minimum_coverage, decimals),
                "True proportion at the minimum": format_percent(summary.minimum_at),
                "Mean coverage": format_percent(summary.mean_coverage, decimals),
                "Mean expected width": format_percent(summary.mean_expected_width),
                "Coverage at least nominal everywhere": yes_no(_attains(summary)),
            }

    def coverage_by_proportion(self) -> FigureItem:
        """Return the coverage of every method over the true proportion."""
        patients, proportions = self.published.count("flow.analysed"), np.linspace(0, 1, _POINTS)
        curves = [
            coverage_curves.CoverageCurve(
                statistics.method_title(method),
                statistics.coverage(patients, proportions, self.confidence_level, method),
                summary.minimum_coverage,
                self._matches(method),
            )
            for method, summary in self.coverage_summaries.items()
        ]
        return figure_item(
            coverage_curves,
            curves,
            confidence_level=self.confidence_level,
            source=f"Computed for {self.printed_interval.count.patients} patients",
        )

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

    @table(
        "Sample size of a next trial, by design and test",
        columns={
            "Patients": Facts("{sample size} * | more than {sample size} *", method="@row"),
            "Sufficient for every n from": Facts(
                "{sample size} | none up to {sample size}", method="@row"
            ),
            "Power, %": Facts("{power}", method="@row"),
            "Maximum type I error, %": Facts("{type I error}", method="@row"),
        },
    )
    def planning(self) -> Rows:
        """Return the sample size that each design and test needs for the target power."""
        for size in self.plan.sizes():
            yield {
                "Design and test": size.design,
                "Patients": f"{size.smallest or f'more than {MAXIMUM}'} {size.unit}",
                "Sufficient for every n from": f"{size.stable or f'none up to {MAXIMUM}'}",
                "Power, %": "–" if size.power is None else format_probability(size.power),
                "Maximum type I error, %": "–"
                if size.max_type_one_error is None
                else format_probability(size.max_type_one_error),
            }


def _describe_required(plan: NextTrialPlan, treated_response: float) -> str:
    """Describe the sample size that another response rate with treatment would require."""
    if treated_response <= plan.control_response:
        return "there would be no advantage of treatment to detect"
    other = replace(plan, treated_response=treated_response)
    return f"the same power would require {_each_arm(other)} patients per arm"


def _each_arm(plan: NextTrialPlan) -> str:
    """Format the patients in each arm by Fisher's exact test."""
    return f"{plan.fisher().smallest or f'more than {MAXIMUM}'}"


def _attains(summary: statistics.CoverageSummary) -> bool:
    """Return whether coverage is at least nominal at every proportion, up to rounding noise."""
    return summary.minimum_coverage >= summary.level - 1e-9
