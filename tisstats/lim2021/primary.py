"""The primary outcome: the printed interval and its story, and other methods."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from tisstats.ledger.claim import Verdict
from tisstats.ledger.published import Published
from tisstats.lim2021.claims.ledger import evaluate
from tisstats.lim2021.response import response_count
from tisstats.printed import as_printed, prints_as
from tisstats.statistics import (
    METHODS,
    CoverageSummary,
    Interval,
    coverage,
    coverage_summary,
    method_name,
    proportion_interval,
)

#: The claims of the results section that the story is about.
_LOW, _HIGH, _PERCENT = (
    "results.interval_low",
    "results.interval_high",
    "results.responders_percent",
)


@dataclass(frozen=True, slots=True)
class PrintedInterval:
    """What the article prints of its primary outcome, beside what its method gives."""

    responders: int  #: printed responders
    patients: int  #: printed patients in the analysis
    level: float  #: printed confidence level, 0 to 1
    printed_percent: str  #: proportion as printed
    percent_verdict: Verdict  #: verdict of the ledger on the printed proportion
    printed_low: str  #: lower limit as printed, per cent
    printed_high: str  #: upper limit as printed, per cent
    named: Interval  #: interval by the method that the article names
    methods: dict[str, Interval]  #: interval by every method
    methods_giving_print: tuple[str, ...]  #: methods whose limits both print as the article's

    @property
    def proportion(self) -> Fraction:
        """Proportion of responders, 0 to 1."""
        return Fraction(self.responders, self.patients)

    @property
    def printed(self) -> Interval:
        """The printed proportion and interval as numbers, 0 to 1."""
        estimate, low, high = (
            float(text) / 100
            for text in (self.printed_percent, self.printed_low, self.printed_high)
        )
        return Interval(estimate, low, high, self.level, "as printed")

    @property
    def printed_middle(self) -> Fraction:
        """Middle of the printed interval, per cent."""
        return (Fraction(self.printed_low) + Fraction(self.printed_high)) / 2

    @property
    def low_shift(self) -> float:
        """How far the printed lower limit lies below the named method's, percentage points."""
        return 100 * (self.named.low - self.printed.low)

    @property
    def high_shift(self) -> float:
        """How far the printed upper limit lies below the named method's, percentage points."""
        return 100 * (self.named.high - self.printed.high)


def printed_interval(published: Published) -> PrintedInterval:
    """Compare the printed interval with the one of the method it names, and with all methods."""
    count = response_count(published)
    confidence_level = float(published.value("design.confidence_level") / 100)
    items = {item.claim.id: item for item in evaluate(published)}
    low, high, percent = items[_LOW].claim, items[_HIGH].claim, items[_PERCENT]
    methods = {
        method: proportion_interval(
            count.responders, count.patients, confidence_level=confidence_level, method=method
        )
        for method in METHODS
    }
    giving = tuple(
        method
        for method, interval in methods.items()
        if prints_as(100 * interval.low, low.number) and prints_as(100 * interval.high, high.number)
    )
    return PrintedInterval(
        count.responders,
        count.patients,
        confidence_level,
        percent.claim.printed.removesuffix("%"),
        percent.verdict,
        low.printed,
        high.printed,
        methods["clopper-pearson"],
        methods,
        giving,
    )


def interval_rows(published: Published) -> list[tuple[str, Interval, bool]]:
    """Return label, interval and emphasis of each method, the printed interval first."""
    story = printed_interval(published)
    rows = [("as printed", story.printed, True)]
    rows += [
        (method_name(method), interval, method in story.methods_giving_print)
        for method, interval in story.methods.items()
    ]
    return rows


def interval_table(published: Published) -> pd.DataFrame:
    """Tabulate the interval by every method, and whether it gives the printed digits."""
    story = printed_interval(published)
    return pd.DataFrame(
        [
            {
                "Method": method_name(method),
                "Low": as_printed(100 * interval.low, 1),
                "High": as_printed(100 * interval.high, 1),
                "Width": as_printed(100 * (interval.high - interval.low), 1),
                "As printed": "both limits" if method in story.methods_giving_print else "no",
                "What it is": METHODS[method],
            }
            for method, interval in story.methods.items()
        ]
    )


def coverage_summaries(
    published: Published, *, confidence_level: float
) -> dict[str, CoverageSummary]:
    """Summarise the coverage of every method for as many patients as were analysed."""
    patients = published.count("flow.analysed")
    return {method: coverage_summary(patients, confidence_level, method) for method in METHODS}


def coverage_table(summaries: dict[str, CoverageSummary]) -> pd.DataFrame:
    """Tabulate least and mean coverage and mean width of every method, in per cent."""
    return pd.DataFrame(
        [
            {
                "Method": method_name(method),
                "Least coverage": as_printed(100 * summary.least, 1),
                "At a proportion of": as_printed(100 * summary.least_at, 1),
                "Mean coverage": as_printed(100 * summary.mean, 1),
                "Mean width": as_printed(100 * summary.mean_width, 1),
                "Attains the nominal coverage": _where(summary),
            }
            for method, summary in summaries.items()
        ]
    )


def coverage_numbers(
    story: PrintedInterval, summaries: dict[str, CoverageSummary]
) -> dict[str, object]:
    """Compute the numbers of the section, under the names that the prose uses."""
    attaining = [method_name(method) for method, summary in summaries.items() if _attains(summary)]
    numbers: dict[str, object] = {
        "coverage_patients": story.patients,
        "attaining": ", ".join(attaining) or "none",
        "not_attaining_total": len(summaries) - len(attaining),
    }
    for name, method in (("named", story.named.method), ("giving", story.methods_giving_print[0])):
        summary = summaries[method]
        numbers |= {
            f"{name}_least": as_printed(100 * summary.least, 1),
            f"{name}_least_at": as_printed(100 * summary.least_at, 1),
            f"{name}_mean_coverage": as_printed(100 * summary.mean, 1),
            f"{name}_mean_width": as_printed(100 * summary.mean_width, 1),
        }
    return numbers


def coverage_curves(
    published: Published, *, confidence_level: float, points: int = 401
) -> list[tuple[str, pd.DataFrame, bool]]:
    """Return label, coverage over the true proportion and emphasis of each method.

    The methods that give the printed digits are set apart; `points` proportions are spread evenly
    from 0 to 1.
    """
    patients = published.count("flow.analysed")
    giving = printed_interval(published).methods_giving_print
    proportions = np.linspace(0, 1, points)
    return [
        (
            method_name(method),
            coverage(patients, proportions, confidence_level, method),
            method in giving,
        )
        for method in METHODS
    ]


def _where(summary: CoverageSummary) -> str:
    return "at every proportion" if _attains(summary) else "not at every proportion"


def _attains(summary: CoverageSummary) -> bool:
    """Whether coverage is at least the level at every proportion, up to the noise of adding up."""
    return summary.least >= summary.level - 1e-9
