"""The primary outcome: the printed interval, beside those that other methods give."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tisstats.ledger.published import Published
from tisstats.lim2021.response import response_count
from tisstats.printed import parse, prints_as
from tisstats.statistics import METHODS, Interval, proportion_interval


@dataclass(frozen=True, slots=True)
class PrintedInterval:
    """What the article prints of its primary outcome, beside what its method gives."""

    responders: int  #: printed responders
    patients: int  #: printed patients in the analysis
    level: float  #: printed confidence level, 0 to 1
    printed_percent: str  #: proportion as printed
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


def printed_interval(published: Published) -> PrintedInterval:
    """Compare the printed interval with the one of the method it names, and with all methods."""
    count = response_count(published)
    confidence_level = float(published.value("design.confidence_level") / 100)
    percent, low, high = (
        published.text(f"claims.results.{name}").removesuffix("%")
        for name in ("responders_percent", "interval_low", "interval_high")
    )
    methods = {
        method: proportion_interval(
            count.responders, count.patients, confidence_level=confidence_level, method=method
        )
        for method in METHODS
    }
    giving = tuple(
        method
        for method, interval in methods.items()
        if prints_as(100 * interval.low, parse(low)) and prints_as(100 * interval.high, parse(high))
    )
    return PrintedInterval(
        count.responders,
        count.patients,
        confidence_level,
        percent,
        low,
        high,
        methods["clopper-pearson"],
        methods,
        giving,
    )
