"""Teaching: what a placebo arm shows, and what an uncontrolled response rate can show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tisstats.chapters.chapter import Chapter
from tisstats.chapters.page import (
    FigureItem,
    Rows,
    described,
    figure_item,
    table,
)
from tisstats.chapters.result_facts import INTERVAL, LABEL, PERCENTAGE, WORDS, Facts, counted
from tisstats.figures import interval_forest
from tisstats.figures.numbers import format_confidence_level, format_percent, list_shares
from tisstats.lim2021.response import ResponseCount, response_count
from tisstats.printed import format_rounded, percent_range
from tisstats.statistics import Interval, method_title
from tisstats.teaching import placebo

#: Probabilities below this would round to zero.
_SMALLEST_SHOWN = 0.001


@dataclass(frozen=True)
class PlaceboResponse(Chapter):
    """The chapter on the placebo response for one choice of interval."""

    confidence_level: float  #: above 0 and below 1
    interval_method: str  #: of `tisstats.statistics.proportion_interval`, for either arm

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

    @cached_property
    def count(self) -> ResponseCount:
        """The responders of the pilot study."""
        return response_count(self.published)

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
            "methods_within": Facts(
                "{difference}", "Largest between limits by different methods", "percentage points"
            ),
            "responders": counted("Responders of the pilot study", origin="published"),
            "patients": counted("Patients analysed in the pilot study", origin="published"),
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        found = self.differences["newcombe"]
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
            "needed": format_rounded(1 / found.estimate, 0),
            "needed_precise": format_rounded(1 / found.estimate, 1),
            "methods_within": format_percent(max(max(end) - min(end) for end in ends)),
            "responders": self.count.responders,
            "patients": self.count.patients,
        }

    def arms_figure(self) -> FigureItem:
        """Return the responders of both arms with their intervals; neither is highlighted."""
        names = {"treated": "Immunoglobulin", "placebo": "Placebo"}
        rows = [
            interval_forest.IntervalRow(
                f"{names[name]}, {arm.responders} of {arm.patients}",
                arm.interval(self.confidence_level, self.interval_method),
            )
            for name, arm in self.arms.items()
        ]
        shares = {names[name].lower(): (arm.proportion,) * 2 for name, arm in self.arms.items()}
        return figure_item(
            interval_forest,
            rows,
            f"{list_shares(shares)} responded",
            source="Published: ProDERM, counts of responders",
        )

    @property
    def in_both_arms(self) -> int:
        """Number of patients in both arms."""
        return sum(arm.patients for arm in self.arms.values())

    @property
    def level_percent(self) -> str:
        """Confidence level, %."""
        return format_confidence_level(self.confidence_level)

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
                "@row",
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
                "Difference": format_percent(found.estimate),
                "Interval": percent_range(found.low, found.high),
                "Definition": placebo.DIFFERENCE_METHODS[method],
            }

    @table(
        "Probability of the observed result if the treatment has no effect",
        columns={
            "Response rate*": LABEL,
            "Expected*": Facts("{mean}", "Expected responders", "patients"),
            "Probability*": Facts(
                "{probability}", method="binomial, one-sided", n="{self.count.patients}"
            ),
        },
    )
    def probability_without_effect(self) -> Rows:
        """Return the probability of at least the observed responders without a treatment effect."""
        responders, patients = self.count.responders, self.count.patients
        # A probability too small to show is "less than", not zero.
        too_small = f"<{100 * _SMALLEST_SHOWN:g}"
        for rate in placebo.BACKGROUND_RESPONSE_RATES:
            probability = placebo.probability_of_at_least(self.count, rate)
            yield {
                "Response rate without a treatment effect, %": format_percent(rate, 0),
                f"Expected responders (n={patients})": format_rounded(rate * patients, 1),
                f"Probability of {responders} or more, %": (
                    format_percent(probability) if probability >= _SMALLEST_SHOWN else too_small
                ),
            }
