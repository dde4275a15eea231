"""Counts that are not printed, inferred from percentages and intervals that are.

Of few patients, a percentage with a decimal is that of one count only. A printed difference with
its interval confirms the counts of both arms, and percentages at several thresholds can give the
sizes of the arms. Such counts are inferred, not published, and must be labelled so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Generic, TypeVar

from tisstats.printed import matches_print, parse
from tisstats.statistics import proportion_difference

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class PerArm(Generic[_Value]):
    """One value for each arm."""

    treated: _Value
    placebo: _Value


@dataclass(frozen=True, slots=True)
class PrintedDifference:
    """A difference of two proportions with its interval, percentage points, as printed."""

    estimate: str  #: treated minus placebo
    low: str  #: lower limit
    high: str  #: upper limit
    confidence_level: float  #: above 0 and below 1

    def agrees(self, responders: PerArm[int], patients: PerArm[int], method: str = "wald") -> bool:
        """Test whether counts give the printed difference and limits, rounded as printed.

        Parameters
        ----------
        responders, patients
            Of both arms.
        method
            Of the interval, as for `tisstats.statistics.proportion_difference`.

        Examples
        --------
        >>> printed = PrintedDifference("20", "-1", "41", 0.95)
        >>> printed.agrees(PerArm(22, 14), PerArm(40, 40)), printed.agrees(
        ...     PerArm(22, 15), PerArm(40, 40)
        ... )
        (True, False)
        """
        found = proportion_difference(
            responders.treated,
            patients.treated,
            responders.placebo,
            patients.placebo,
            self.confidence_level,
            method,
        )
        pairs = ((found.estimate, self.estimate), (found.low, self.low), (found.high, self.high))
        return all(matches_print(100 * number, parse(text)) for number, text in pairs)


def counts_as_printed(percent: str, patients: int) -> list[int]:
    """Return every count whose percentage rounds to the printed one.

    Parameters
    ----------
    percent
        As printed, such as ``"68.1"``; its decimals count.
    patients
        Of how many, at least 1.

    Raises
    ------
    ValueError
        If there is no patient, or `percent` is not a printed number.

    Examples
    --------
    >>> counts_as_printed("33", 12), counts_as_printed("33", 200), counts_as_printed("34", 12)
    ([4], [65, 66], [])
    """
    if patients < 1:
        raise ValueError(f"patients must be at least 1, got {patients}")
    printed = parse(percent)
    return [
        count
        for count in range(patients + 1)
        if matches_print(Fraction(100 * count, patients), printed)
    ]


def pairs_as_printed(
    percents: PerArm[str], patients: PerArm[int], difference: PrintedDifference | None = None
) -> list[PerArm[int]]:
    """Return every pair of counts that gives the printed percentages, and the difference if any.

    Parameters
    ----------
    percents, patients
        Percentages as printed, and sizes of the arms.
    difference
        The printed difference with its interval.

    Examples
    --------
    >>> pairs_as_printed(PerArm("55", "35"), PerArm(40, 40))
    [PerArm(treated=22, placebo=14)]
    """
    pairs = [
        PerArm(*counts)
        for counts in product(
            counts_as_printed(percents.treated, patients.treated),
            counts_as_printed(percents.placebo, patients.placebo),
        )
    ]
    return [pair for pair in pairs if difference is None or difference.agrees(pair, patients)]


def arm_sizes_as_printed(percents: Sequence[PerArm[str]], randomised: int) -> list[PerArm[int]]:
    """Return every split of the patients into two arms in which all percentages are possible.

    Parameters
    ----------
    percents
        Percentages as printed, one pair per threshold.
    randomised
        Patients in both arms together, at least 2.

    Examples
    --------
    >>> arm_sizes_as_printed([PerArm("14.3", "20.0"), PerArm("42.9", "60.0")], 12)
    [PerArm(treated=7, placebo=5)]
    """
    splits = [PerArm(treated, randomised - treated) for treated in range(1, randomised)]
    return [
        split for split in splits if all(pairs_as_printed(percent, split) for percent in percents)
    ]
