"""Sample sizes chosen for the width of a confidence interval, not for the power of a test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, SupportsFloat, get_args

import numpy as np
from numpy.typing import NDArray

from tisstats.statistics._arguments import (
    Whole,
    one_of,
    proportion_between,
    proportion_within,
    whole_number,
)
from tisstats.statistics.proportions import Interval, proportion_interval

Rounding = Literal["nearest", "floor", "ceil", "whole-only"]

_NOISE = 1e-9  # 100 * 0.07 is 7.000000000000001 in binary, and is meant to be 7


@dataclass(frozen=True, slots=True)
class Precision:
    """The interval that a study of one size gives when the anticipated proportion is observed.

    The result of `precision`.
    """

    trials: int  #: sample size, patients
    proportion: float  #: anticipated proportion, 0 to 1
    successes: int  #: patients with success that the interval is for
    interval: Interval  #: the confidence interval for successes / trials

    @property
    def width(self) -> float:
        """Upper minus lower limit, 0 to 1."""
        return self.interval.width


@dataclass(frozen=True, slots=True)
class SampleSize:
    """The sample sizes from which on an interval is narrow enough: `sample_size_for_width`.

    The width does not fall steadily with the number of trials, because successes come in whole
    numbers: after the first size that is narrow enough, larger ones may be too wide again.
    """

    first: Precision  #: the smallest size whose interval is at most the wanted width
    lasting: Precision | None
    """The size from which on no larger one up to `maximum` is too wide; None if that fails."""

    maximum: int  #: the largest number of trials that was tried
    rounding: Rounding  #: what was done where trials x proportion is not whole


def precision(
    trials: Whole,
    proportion: SupportsFloat,
    confidence_level: float = 0.95,
    method: str = "clopper-pearson",
) -> Precision:
    """Compute the confidence interval that a study of `trials` patients will have.

    Parameters
    ----------
    trials : int
        Number of patients, at least 1.
    proportion : float
        Anticipated proportion, 0 to 1. It must be one that `trials` patients can show: their
        product must be whole, up to the noise of binary fractions.
    confidence_level : float
        Nominal confidence, strictly between 0 and 1.
    method : str
        One of `METHODS`.

    Returns
    -------
    Precision
        Interval and width as proportions, 0 to 1.

    Raises
    ------
    ValueError
        If an argument is out of range, or `trials` patients cannot show this proportion; the
        message then names the proportions next to it that they can.

    References
    ----------
    Bland 2009, The tyranny of power: is there a better way to calculate sample size?
    doi:10.1136/bmj.b3985.

    Examples
    --------
    >>> planned = precision(20, 0.60)
    >>> f"{planned.interval.low:.3f} to {planned.interval.high:.3f}, width {planned.width:.3f}"
    '0.361 to 0.809, width 0.448'
    """
    trials = whole_number("trials", trials, minimum=1)
    anticipated = proportion_within("proportion", proportion)
    successes = _successes(trials, anticipated, "whole-only")
    if successes is None:
        below = math.floor(trials * anticipated)
        above = below + 1
        raise ValueError(
            f"proportion must be one that {trials} trials can show, such as "
            f"{below / trials:.4g} ({below}/{trials}) or {above / trials:.4g} ({above}/{trials}), "
            f"got {proportion!r} ({trials * anticipated:g} successes)"
        )
    interval = proportion_interval(successes, trials, confidence_level, method)
    return Precision(trials, anticipated, successes, interval)


def sample_size_for_width(
    width: SupportsFloat,
    proportion: SupportsFloat,
    confidence_level: float = 0.95,
    method: str = "clopper-pearson",
    *,
    rounding: Rounding = "nearest",
    maximum: Whole = 2000,
) -> SampleSize:
    """Find the smallest number of patients whose interval is at most `width` wide.

    Parameters
    ----------
    width : float
        Wanted width of the interval, upper minus lower limit, strictly between 0 and 1.
    proportion : float
        Anticipated proportion, 0 to 1.
    confidence_level : float
        Nominal confidence, strictly between 0 and 1.
    method : str
        One of `METHODS`.
    rounding : {"nearest", "floor", "ceil", "whole-only"}
        Which number of successes stands for trials x proportion where that is not whole:
        the nearest whole number (halves up), the next lower, the next higher, or none at all, so
        that only sizes that can show the proportion exactly are considered.
    maximum : int
        The largest number of trials to try, at least 1. Every size up to it is looked at, since
        the width does not fall steadily.

    Returns
    -------
    SampleSize
        `first`, the smallest size that is narrow enough, and `lasting`, the size from which on
        every considered one up to `maximum` is.

    Raises
    ------
    ValueError
        If an argument is out of range, or no size up to `maximum` is narrow enough.

    References
    ----------
    Bland 2009, The tyranny of power: is there a better way to calculate sample size?
    doi:10.1136/bmj.b3985.

    Examples
    --------
    >>> size = sample_size_for_width(0.45, 0.60)
    >>> size.first.trials, size.first.successes
    (20, 12)
    >>> size = sample_size_for_width(0.20, 0.10)
    >>> size.first.trials, size.first.successes, size.lasting.trials
    (42, 4, 46)
    """
    wanted = proportion_between("width", width)
    anticipated = proportion_within("proportion", proportion)
    confidence_level = proportion_between("confidence_level", confidence_level)
    one_of("rounding", rounding, get_args(Rounding))
    maximum = whole_number("maximum", maximum, minimum=1)

    sizes = [
        (trials, successes)
        for trials in range(1, maximum + 1)
        if (successes := _successes(trials, anticipated, rounding)) is not None
    ]
    if not sizes:
        raise ValueError(
            f"proportion must be one that some number of trials up to {maximum} can show when "
            f"rounding is 'whole-only', got {proportion!r}"
        )
    trials_tried, successes_tried = zip(*sizes, strict=True)
    widths = proportion_interval(successes_tried, trials_tried, confidence_level, method).width
    # A width that differs from the wanted one only in the last digits is the wanted one.
    narrow = np.asarray(widths) <= wanted + _NOISE
    if not narrow.any():
        closest = int(np.argmin(widths))
        raise ValueError(
            f"width must be one that {maximum} trials can reach ({np.min(widths):.4g} is the "
            f"narrowest, with {trials_tried[closest]}), or maximum larger, got {width!r}"
        )

    def planned(place: int) -> Precision:
        trials, successes = sizes[place]
        interval = proportion_interval(successes, trials, confidence_level, method)
        return Precision(trials, anticipated, successes, interval)

    first, lasting = first_and_lasting(narrow)
    return SampleSize(
        planned(first), None if lasting is None else planned(lasting), maximum, rounding
    )


def first_and_lasting(enough: NDArray[np.bool_]) -> tuple[int, int | None]:
    """Return the first place that is enough, and the one from which on all are, if there is one."""
    after_last_short = int(np.flatnonzero(~enough).max(initial=-1)) + 1
    return int(np.argmax(enough)), after_last_short if after_last_short < enough.size else None


def _successes(trials: int, proportion: float, rounding: Rounding) -> int | None:
    """Return the whole number of successes for trials x proportion, None if there is none."""
    expected = trials * proportion
    halves = round(2 * expected)  # whole numbers and halves are the places where rounding turns
    if abs(2 * expected - halves) <= _NOISE * max(1.0, expected):
        expected = halves / 2
    match rounding:
        case "nearest":
            return math.floor(expected + 0.5)
        case "floor":
            return math.floor(expected)
        case "ceil":
            return math.ceil(expected)
        case "whole-only":
            return int(expected) if expected.is_integer() else None
