"""How often the interval of each method covers the true proportion."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from tisstats import statistics
from tisstats.chapters.page import FigureItem, Rows, described, figure_item, table
from tisstats.chapters.primary_outcome.printed_interval import PrintedIntervalSource
from tisstats.chapters.result_facts import VALUE, WORDS, Facts, counted, stated
from tisstats.figures import coverage_curves
from tisstats.figures.numbers import coverage_decimals, format_percent, yes_no
from tisstats.sentences import join_names

#: Number of true proportions of a coverage curve, evenly spaced from 0 to 1.
_POINTS = 401


class Coverage(PrintedIntervalSource):
    """The section on coverage, also of the methods behind the printed interval."""

    @cached_property
    def coverage_summaries(self) -> dict[str, statistics.CoverageSummary]:
        """The coverage of every method for the number of analysed patients."""
        patients = self.published.count("flow.analysed")
        return {
            method: statistics.coverage_summary(patients, self.confidence_level, method)
            for method in statistics.INTERVAL_METHODS
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

    def _describe_near_zero(self) -> str:
        """Describe the methods whose coverage vanishes near zero, for the chosen level."""
        patients = self.published.count("flow.analysed")
        missing = []
        for method in self.coverage_summaries:
            of_none = statistics.proportion_interval(0, patients, self.confidence_level, method)
            if of_none.low > 0 or of_none.high <= 0:
                missing.append(statistics.method_title(method))
        if not missing:
            return "Every interval for zero responders covers the smallest proportions."
        return (
            f"For {join_names(missing)} it is approached near zero, because the interval for zero "
            "responders does not cover such small proportions."
        )

    @table(
        "Coverage and expected width of each method, %; means over a uniform distribution of true "
        "proportions",
        columns={
            "Minimum coverage": Facts(
                "{coverage}", method="{self.level_words} @row", n="{self.analysed}"
            ),
            "True proportion at the minimum": Facts(VALUE, unit="%"),
            "Mean coverage": Facts(
                "{coverage}", method="{self.level_words} @row", n="{self.analysed}"
            ),
            "Mean expected width": Facts(
                "{width}",
                unit="percentage points",
                method="{self.level_words} @row",
                n="{self.analysed}",
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
                self.gives_printed(method),
            )
            for method, summary in self.coverage_summaries.items()
        ]
        return figure_item(
            coverage_curves,
            curves,
            confidence_level=self.confidence_level,
            source=f"Computed for {self.printed_interval.count.patients} patients",
        )


def _attains(summary: statistics.CoverageSummary) -> bool:
    """Return whether coverage is at least nominal at every proportion, up to rounding noise."""
    # Relative, and so small that no level that can be set is itself within it.
    return summary.minimum_coverage >= summary.level * (1 - 1e-12)
