"""The printed percentage and interval of the responders, and which methods give them."""

from __future__ import annotations

from functools import cached_property

from tisstats import statistics
from tisstats.chapters.chapter import PUBLISHED, Chapter
from tisstats.chapters.page import FigureItem, Rows, described, figure_item, table
from tisstats.chapters.result_facts import PERCENTAGE, WORDS, Facts, counted
from tisstats.figures import interval_forest
from tisstats.figures.numbers import format_confidence_level, format_percent
from tisstats.ledger.claim import Verdict
from tisstats.lim2021 import response
from tisstats.lim2021.claims import evaluate_ledger
from tisstats.lim2021.response import PrintedInterval
from tisstats.printed import matches_print, parse, percent_range, to_fraction
from tisstats.sentences import join_names


class PrintedIntervalSource(Chapter):
    """The sections on the percentage and on where the printed interval may come from."""

    @cached_property
    def printed_interval(self) -> PrintedInterval:
        """Printed primary outcome and its recomputation."""
        return response.printed_interval(self.published)

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdict of the ledger on each claim."""
        return {name: item.verdict for name, item in evaluate_ledger(self.published).items()}

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
                "printed as {self.named_title}",
                "{self.printed_interval.count.patients}",
                origin="published",
            ),
            "printed_high": Facts(
                "{upper limit}",
                "Responders",
                "%",
                "printed as {self.named_title}",
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
            ),
            "true_middle": Facts(
                "{mean}",
                "Limits of the interval by the named method",
                "%",
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

    def gives_printed(self, method: str) -> bool:
        """Return whether a method reproduces the printed interval."""
        return method in self.printed_interval.methods_matching_print

    @property
    def named_title(self) -> str:
        """Level and method of the interval that the article names."""
        return self._at_printed_level(self.printed_interval.named_method_interval.method)

    @property
    def giving_title(self) -> str:
        """Level and method that give the printed interval."""
        return self._at_printed_level(self.printed_interval.methods_matching_print[0])

    def _at_printed_level(self, method: str) -> str:
        return f"{self.printed_level}% {statistics.method_title(method)}"

    @property
    def printed_level(self) -> str:
        """Confidence level of the printed interval, %."""
        return format_confidence_level(self.printed_interval.level)

    @table(
        "{self.printed_caption} by method, %",
        columns={
            "Low": Facts(
                "{lower limit}",
                "Responders",
                unit="%",
                method="{self.printed_level}% @row",
                n="{self.printed_interval.count.patients}",
            ),
            "High": Facts(
                "{upper limit}",
                "Responders",
                unit="%",
                method="{self.printed_level}% @row",
                n="{self.printed_interval.count.patients}",
            ),
            "Width": Facts(
                "{width}",
                "Interval for the responders",
                unit="percentage points",
                method="{self.printed_level}% @row",
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
                    statistics.method_title(method), interval, self.gives_printed(method)
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
