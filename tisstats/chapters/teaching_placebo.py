"""Teaching: what a placebo arm shows, and what a share without a control group can say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tisstats.chapters.chapter import Chapter, picture
from tisstats.chapters.page import Picture, Rows, table
from tisstats.figures import interval_forest
from tisstats.figures.numbers import level_percent, percent
from tisstats.lim2021.response import ResponseCount, response_count
from tisstats.printed import format_rounded, percent_range
from tisstats.statistics import Interval, method_title
from tisstats.teaching import placebo

#: Chances below this would print as zero.
_LEAST_SHOWN = 0.001


@dataclass(frozen=True)
class PlaceboResponse(Chapter):
    """The chapter on the placebo response for one choice of interval."""

    confidence_level: float  #: above 0 and below 1
    interval_method: str  #: of `tisstats.statistics.proportion_interval`, for either arm

    @cached_property
    def arms(self) -> dict[str, placebo.Arm]:
        """Both arms of ProDERM by the names that the page uses."""
        addresses = {"treated": placebo.TREATED, "placebo": placebo.PLACEBO}
        return {
            name: placebo.Arm.read(self.published, address) for name, address in addresses.items()
        }

    @cached_property
    def differences(self) -> dict[str, Interval]:
        """The difference of the arms by every method, treated minus placebo."""
        return {
            method: placebo.difference(
                **self.arms, confidence_level=self.confidence_level, method=method
            )
            for method in placebo.METHODS
        }

    @cached_property
    def count(self) -> ResponseCount:
        """The responders of the pilot study."""
        return response_count(self.published)

    def numbers(self) -> dict[str, object]:
        """Return the numbers of the prose."""
        found = self.differences["newcombe"]
        ends = zip(*((each.low, each.high) for each in self.differences.values()), strict=True)
        return {
            "level_percent": level_percent(self.confidence_level),
            "interval_method": method_title(self.interval_method),
            "endpoint": self.published.text(f"{placebo.TREATED}.endpoint"),
            **{
                f"{name}_{part}": value
                for name, arm in self.arms.items()
                for part, value in (
                    ("responders", arm.responders),
                    ("patients", arm.patients),
                    ("percent", percent(arm.proportion)),
                )
            },
            "difference": percent(found.estimate),
            "difference_low": percent(found.low),
            "difference_high": percent(found.high),
            # Patients to treat for one responder more: the reciprocal of the difference.
            "needed": format_rounded(1 / found.estimate, 0),
            "needed_precise": format_rounded(1 / found.estimate, 1),
            "methods_within": percent(max(max(end) - min(end) for end in ends)),
            "responders": self.count.responders,
            "patients": self.count.patients,
        }

    def arms_figure(self) -> Picture:
        """Return the responders of both arms with their intervals; neither is set apart."""
        names = {"treated": "Immunoglobulin", "placebo": "Placebo"}
        rows = [
            interval_forest.IntervalRow(
                f"{names[name]}, {arm.responders} of {arm.patients}",
                arm.interval(self.confidence_level, self.interval_method),
            )
            for name, arm in self.arms.items()
        ]
        return picture(interval_forest, rows)

    @table("Difference of the arms, in percentage points, by method")
    def difference_by_method(self) -> Rows:
        """Return the difference of the arms by every method, in percentage points."""
        for method, found in self.differences.items():
            yield {
                "Method": method_title(method),
                "Difference": percent(found.estimate),
                "Interval": percent_range(found.low, found.high),
                "Definition": placebo.METHODS[method],
            }

    @table("How probable the result is if the treatment adds nothing")
    def by_chance(self) -> Rows:
        """Return how probable so many responders are if the treatment adds nothing."""
        responders, patients = self.count.responders, self.count.patients
        # A chance too small to show is "less than" and not zero.
        too_small = f"<{100 * _LEAST_SHOWN:g}"
        for share in placebo.BACKGROUND:
            chance = placebo.chance_of(self.count, share)
            yield {
                "Response without effect, %": percent(share, 0),
                f"Expected of {patients}": format_rounded(share * patients, 1),
                f"Chance of {responders} or more, %": (
                    percent(chance) if chance >= _LEAST_SHOWN else too_small
                ),
            }
