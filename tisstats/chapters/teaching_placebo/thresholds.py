"""Response in both arms of each trial, by threshold, and the difference between the arms."""

from __future__ import annotations

from functools import cached_property

from tisstats.chapters.page import FigureItem, Rows, described, figure_item, table
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
from tisstats.chapters.teaching_placebo.trials import LESSON, PlaceboTrials
from tisstats.figures import threshold_shares
from tisstats.figures.numbers import format_confidence_level, format_percent
from tisstats.figures.threshold_shares import ArmShare, ThresholdRow
from tisstats.printed import format_rounded, percent_range
from tisstats.statistics import Interval, method_title
from tisstats.teaching import placebo
from tisstats.teaching.placebo_trials import ThresholdComparison

#: Differences of proportions below this are rounding errors of none.
_NO_DIFFERENCE = 1e-12


class ResponseByThreshold(PlaceboTrials):
    """The section on the response with placebo, by threshold."""

    @cached_property
    def arms(self) -> dict[str, placebo.Arm]:
        """Both arms of ProDERM, by their names on the page."""
        addresses = {"treated": placebo.TREATED, "placebo": placebo.PLACEBO}
        return {arm: placebo.Arm.read(self.published, stem) for arm, stem in addresses.items()}

    @cached_property
    def differences(self) -> dict[str, Interval]:
        """The difference between the arms by every method, treated minus placebo."""
        return {
            method: placebo.arm_difference(
                **self.arms, confidence_level=self.confidence_level, method=method
            )
            for method in placebo.DIFFERENCE_METHODS
        }

    @property
    def in_both_arms(self) -> int:
        """Number of patients in both arms."""
        return sum(arm.patients for arm in self.arms.values())

    @property
    def level_percent(self) -> str:
        """Confidence level, %."""
        return format_confidence_level(self.confidence_level)

    @described(
        {
            "level_percent": Facts("{level}", "Confidence level of the intervals", origin="chosen"),
            "endpoint": WORDS,
            **{
                f"{arm}_{part}": facts
                for arm in ("treated", "placebo")
                for part, facts in (
                    ("responders", counted("Responders", group=arm, origin="published")),
                    ("patients", counted("Patients", group=arm, origin="published")),
                    (
                        "percent",
                        Facts(
                            PERCENTAGE, "Responders", n=f"{{self.arms[{arm}].patients}}", group=arm
                        ),
                    ),
                )
            },
            "difference": Facts(
                "{difference}",
                "Responders, immunoglobulin minus placebo",
                "percentage points",
                n="{self.in_both_arms}",
            ),
            "difference_low": Facts(
                "{lower limit}",
                "Responders, immunoglobulin minus placebo",
                "percentage points",
                "{self.level_words} Newcombe",
                "{self.in_both_arms}",
            ),
            "difference_high": Facts(
                "{upper limit}",
                "Responders, immunoglobulin minus placebo",
                "percentage points",
                "{self.level_words} Newcombe",
                "{self.in_both_arms}",
            ),
            "needed": Facts(
                "{number needed to treat}",
                "Responders, immunoglobulin minus placebo",
                n="{self.in_both_arms}",
            ),
            "needed_precise": Facts(
                "{number needed to treat}",
                "Responders, immunoglobulin minus placebo, one decimal",
                n="{self.in_both_arms}",
            ),
            **{
                f"needed_{end}": Facts(
                    f"{{{limit}}}<, or a number needed to harm of * or more>",
                    "Number needed to treat, immunoglobulin against placebo",
                    "patients",
                    "{self.level_words} reciprocal of Newcombe's limits",
                    "{self.in_both_arms}",
                )
                for end, limit in (("low", "lower limit"), ("high", "upper limit"))
            },
            "printed_limits": Facts(
                INTERVAL,
                "Responders, immunoglobulin minus placebo, limits as printed",
                "percentage points",
                "{self.level_of_print}% as printed, equal to those by Wald",
                origin="published",
            ),
            "printed_level": Facts(
                "{level}", "Confidence level of the printed limits", origin="published"
            ),
            "methods_within": Facts(
                "{change}", "Largest between limits by different methods", "percentage points"
            ),
        }
    )
    def difference_numbers(self) -> dict[str, object]:
        """Return the numbers on the difference between the arms."""
        found = self.differences["newcombe"]
        printed = f"shares.{LESSON}.{self.scores['minimal']}"
        ends = zip(*((each.low, each.high) for each in self.differences.values()), strict=True)
        level = format_confidence_level(self.confidence_level)
        return {
            "level_percent": level,
            "interval_method": method_title(self.interval_method),
            "endpoint": self.published.text(f"{placebo.TREATED}.endpoint"),
            **{
                f"{name}_{part}": value
                for name, arm in self.arms.items()
                for part, value in (
                    ("responders", arm.responders),
                    ("patients", arm.patients),
                    ("percent", format_percent(arm.proportion)),
                )
            },
            "difference": format_percent(found.estimate),
            "difference_low": format_percent(found.low).replace("-", "−"),
            "difference_high": format_percent(found.high).replace("-", "−"),
            # Number needed to treat.
            "needed": number_needed(found.estimate, 0),
            "needed_precise": number_needed(found.estimate),
            "needed_low": number_needed(found.high),
            "needed_high": largest_number_needed(found),
            "printed_limits": " to ".join(
                self.trials.text(f"{printed}.{end}") for end in ("low", "high")
            ),
            "printed_level": self.level_of_print,
            "methods_within": format_percent(max(max(end) - min(end) for end in ends)),
        }

    @property
    def level_of_print(self) -> str:
        """Confidence level of the printed limits of the difference, %."""
        return self.trials.text(f"shares.{LESSON}.{self.scores['minimal']}.level")

    def _difference(self, each: ThresholdComparison, method: str = "newcombe") -> Interval:
        return placebo.arm_difference(
            each.treated, each.placebo, confidence_level=self.confidence_level, method=method
        )

    @described(
        {
            **{
                f"{arm}_falls_by": Facts(
                    "{change}",
                    "Responders, at the lower threshold minus at the higher",
                    "percentage points",
                    n=f"{{self.arms[{arm}].patients}}",
                    group=arm,
                )
                for arm in ("treated", "placebo")
            },
            **{
                f"moderate_difference{end}": Facts(
                    f"{{{statistic}}}",
                    "Responders at the threshold of the pilot study, immunoglobulin minus placebo",
                    "percentage points",
                    method,
                    "{self.in_both_arms}",
                )
                for end, statistic, method in (
                    ("", "difference", ""),
                    ("_low", "lower limit", "{self.level_words} Newcombe"),
                    ("_high", "upper limit", "{self.level_words} Newcombe"),
                )
            },
            "minimal_score": stated("Score of minimal improvement", "points", "published"),
            "moderate_score": stated("Score of moderate improvement", "points", "published"),
            "major_score": stated("Score of major improvement", "points", "published"),
            "lesson_week": stated("Week of the response in ProDERM", "week", "published"),
            "background": WORDS,
            "steroids": WORDS,
            "immunosuppressants": WORDS,
        }
    )
    def threshold_numbers(self) -> dict[str, object]:
        """Return the numbers on what the threshold changes, and on the trial of the lesson."""
        moderate = self._difference(self.at[f"{LESSON}_moderate"])
        return {
            "moderate_difference": format_percent(moderate.estimate),
            "moderate_difference_low": format_percent(moderate.low).replace("-", "−"),
            "moderate_difference_high": format_percent(moderate.high).replace("-", "−"),
            **{
                f"{arm}_falls_by": format_percent(
                    getattr(self.at[f"{LESSON}_minimal"], arm).proportion
                    - getattr(self.at[f"{LESSON}_moderate"], arm).proportion
                )
                for arm in ("treated", "placebo")
            },
            **{f"{name}_score": threshold for name, threshold in self.scores.items()},
            "lesson_week": self.trials.count(f"trials.{LESSON}.week"),
            **{
                column: self.trials.text(f"trials.{LESSON}.{column}")
                for column in ("background", "steroids", "immunosuppressants")
            },
        }

    def response_by_threshold(self) -> FigureItem:
        """Return the responders of both arms of each trial, and of the pilot study."""
        rows = [
            ThresholdRow(
                self._study_and_week(each),
                each.threshold,
                ArmShare(each.treated.responders, each.treated.patients),
                ArmShare(each.placebo.responders, each.placebo.patients),
                each.inferred,
            )
            for each in self.comparisons
        ]
        rows += [
            ThresholdRow(
                f"Pilot study: immunoglobulin alone, week {count.week}",
                count.threshold,
                ArmShare(count.responders, count.patients),
            )
            for count in (self.minimal_count, self.count)
        ]
        return figure_item(
            threshold_shares,
            rows,
            source="Published: an abstract, accounts of abstracts by others, and the article; some "
            f"counts inferred; {self.conditions}; {self.pilot_condition}",
        )

    def _study_and_week(self, each: ThresholdComparison) -> str:
        stem = f"trials.{each.trial}"
        drug, week = (self.trials.text(f"{stem}.{column}") for column in ("drug", "week"))
        return f"{self.name_of(each)}: {drug} or placebo, week {week}"

    @table(
        "Responders by trial and threshold, and the difference between the arms",
        columns={
            "Trial and threshold": LABEL,
            "Treated": Facts(COUNT_OF, "Responders", "patients", group="treated", origin="@Counts"),
            "Placebo": Facts(COUNT_OF, "Responders", "patients", group="placebo", origin="@Counts"),
            "Difference": Facts(
                "{difference}", "Responders, treated minus placebo", "percentage points"
            ),
            "Interval": Facts(
                INTERVAL,
                "Responders, treated minus placebo",
                "percentage points",
                "{self.level_percent}% Newcombe",
            ),
            "*": WORDS,
        },
        notes={
            "Trial and threshold": "{self.conditions}.",
            "Difference": "Percentage points, with the {self.level_percent}% interval of Newcombe.",
            "Counts": "Inferred: the count was not found, and the percentages, which others "
            "report from congress abstracts, allow one count only; see the next table.",
        },
    )
    def differences_by_threshold(self) -> Rows:
        """Return both arms of each trial at each threshold, with their difference."""
        for each in self.comparisons:
            found = self._difference(each)
            yield {
                "Trial and threshold": self.trial_and_threshold(each),
                "Treated": f"{each.treated.responders} of {each.treated.patients}",
                "Placebo": f"{each.placebo.responders} of {each.placebo.patients}",
                "Difference": format_percent(found.estimate).replace("-", "−"),
                "Interval": percent_range(found.low, found.high),
                "Counts": "inferred" if each.inferred else "published",
            }

    @table(
        "Difference between the arms, percentage points, by method, with {self.level_percent}% "
        "intervals",
        columns={
            "Difference": Facts(
                "{difference}",
                "Responders, immunoglobulin minus placebo",
                "percentage points",
                n="{self.in_both_arms}",
            ),
            "Interval": Facts(
                INTERVAL,
                "Responders, immunoglobulin minus placebo",
                "percentage points",
                "{self.level_words} @row",
                "{self.in_both_arms}",
            ),
            "*": WORDS,
        },
    )
    def difference_by_method(self) -> Rows:
        """Return the difference between the arms by every method, in percentage points."""
        for method, found in self.differences.items():
            yield {
                "Method": method_title(method),
                "Difference": format_percent(found.estimate).replace("-", "−"),
                "Interval": percent_range(found.low, found.high),
                "Definition": placebo.DIFFERENCE_METHODS[method],
            }


def number_needed(difference: float, decimals: int = 1) -> str:
    """Format the number needed to treat, the reciprocal of a difference of proportions.

    Examples
    --------
    >>> number_needed(0.35), number_needed(0.35, 0), number_needed(-0.125), number_needed(0.0)
    ('2.9', '3', '−8.0', '∞')
    """
    if abs(difference) < _NO_DIFFERENCE:
        return "∞"
    return format_rounded(1 / difference, decimals).replace("-", "−")


def largest_number_needed(difference: Interval) -> str:
    """Format the upper limit of a number needed to treat by the lower limit of the difference.

    A limit of zero excludes no number needed to treat, however large; one below zero, of limits
    that include zero, does not exclude harm either, of which it gives the least number (Altman
    1998, doi:10.1136/bmj.317.7168.1309). Where both limits are below zero, both are negative.
    """
    needed = number_needed(difference.low)
    if needed[0] == "−" and difference.high >= _NO_DIFFERENCE:
        return f"∞, or a number needed to harm of {needed[1:]} or more"
    return needed
