"""The confidence interval of a planned study, and the sample size for a target width."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, SupportsFloat, get_args

import numpy as np

from tisstats.errors import shown
from tisstats.statistics import _arguments
from tisstats.statistics._arguments import Whole
from tisstats.statistics._sample_sizes import TOLERANCE, smallest_and_stable
from tisstats.statistics.proportions import Interval, proportion_interval

Rounding = Literal["nearest", "floor", "ceil", "exact"]

#: Largest sample size that `sample_size_for_width` evaluates, with all below it.
MOST_EVALUATED = 1_000_000

#: Successes by which a whole number may be missed at most: of ten thousand million patients the
#: relative tolerance alone would be several. Rounding error is less than a hundredth of it.
_MOST_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class PlannedInterval:
    """The interval at a sample size if exactly the anticipated proportion is observed.

    The result of `planned_interval`.

    Examples
    --------
    >>> planned = planned_interval(20, 0.60, method="wilson")
    >>> planned.successes, round(planned.width, 3)
    (12, 0.395)
    """

    trials: int  #: sample size, patients
    proportion: float  #: anticipated proportion, 0 to 1
    successes: int  #: number of successes assumed
    interval: Interval  #: the confidence interval for successes / trials

    @property
    def width(self) -> float:
        """Upper minus lower limit, 0 to 1."""
        return self.interval.width


@dataclass(frozen=True, slots=True)
class SampleSizeForWidth:
    """The smallest sample size with a narrow enough interval, and from which on all have one.

    The result of `sample_size_for_width`. The width is not monotone in the sample size, since the
    number of successes is discrete: beyond the smallest sufficient size, intervals may be too wide
    again. Sizes above `maximum` were not evaluated.

    Examples
    --------
    >>> size = sample_size_for_width(0.20, 0.10, method="wilson")
    >>> size.smallest.trials, size.stable.trials
    (34, 38)
    """

    smallest: PlannedInterval  #: the smallest size whose interval is at most the target width
    #: The smallest size from which every larger one up to `maximum` attains it too, or None.
    stable: PlannedInterval | None
    maximum: int  #: the largest sample size that was evaluated
    rounding: Rounding  #: how trials x proportion was rounded to a number of successes


def planned_interval(
    trials: Whole,
    proportion: SupportsFloat,
    confidence_level: float = 0.95,
    method: str = "clopper-pearson",
) -> PlannedInterval:
    """Compute the interval of a study in which exactly the anticipated proportion responds.

    Parameters
    ----------
    trials : int
        Number of patients, 1 to 10**10.
    proportion : float
        Anticipated proportion, 0 to 1. It must be attainable with `trials` patients: their
        product must be whole, up to rounding error.
    confidence_level : float
        Nominal confidence, strictly between 0 and 1.
    method : str
        One of `INTERVAL_METHODS`.

    Returns
    -------
    PlannedInterval
        Interval and width as proportions, 0 to 1.

    Raises
    ------
    ValueError
        If an argument is out of range, or the proportion is not attainable; the message then names
        the nearest ones that are.

    References
    ----------
    Bland 2009, The tyranny of power: is there a better way to calculate sample size?
    doi:10.1136/bmj.b3985.

    Examples
    --------
    >>> planned = planned_interval(20, 0.60)
    >>> f"{planned.interval.low:.3f} to {planned.interval.high:.3f}, width {planned.width:.3f}"
    '0.361 to 0.809, width 0.448'
    """
    most = _arguments.MOST_PATIENTS
    trials = _arguments.whole_number("trials", trials, minimum=1, maximum=most)
    anticipated = _arguments.proportion_within("proportion", proportion)
    confidence_level = _arguments.proportion_between("confidence_level", confidence_level)
    successes = _successes(trials, anticipated, "exact")
    if successes is None:
        below = math.floor(trials * anticipated)
        above = below + 1
        digits = max(4, len(str(trials)))  # enough to tell the two apart
        low, high = (f"{each / trials:.{digits}g} ({each}/{trials})" for each in (below, above))
        raise ValueError(
            f"proportion must be attainable with {trials} trials, such as {low} or {high}, "
            f"got {shown(proportion)} ({trials * anticipated:.14g} successes)"
        )
    interval = proportion_interval(successes, trials, confidence_level, method)
    return PlannedInterval(trials, anticipated, successes, interval)


def sample_size_for_width(
    width: SupportsFloat,
    proportion: SupportsFloat,
    confidence_level: float = 0.95,
    method: str = "clopper-pearson",
    *,
    rounding: Rounding = "nearest",
    maximum: Whole = 2000,
) -> SampleSizeForWidth:
    """Compute the smallest number of patients whose interval is at most `width` wide.

    Parameters
    ----------
    width : float
        Target width of the interval, upper minus lower limit, strictly between 0 and 1.
    proportion : float
        Anticipated proportion, 0 to 1.
    confidence_level : float
        Nominal confidence, strictly between 0 and 1.
    method : str
        One of `INTERVAL_METHODS`.
    rounding : {"nearest", "floor", "ceil", "exact"}
        How trials x proportion is rounded to a number of successes where it is not whole: to the
        nearest whole number (halves up), down, up, or not at all, so that only sizes with which the
        proportion is attainable are considered.
    maximum : int
        The largest sample size to evaluate, 1 to 1,000,000. Every size up to it is
        evaluated, since the width is not monotone.

    Returns
    -------
    SampleSizeForWidth
        `smallest`, the smallest size whose interval is narrow enough, and `stable`, the one from
        which the interval of every considered size up to `maximum` is.

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
    >>> size.smallest.trials, size.smallest.successes
    (20, 12)
    >>> size = sample_size_for_width(0.20, 0.10)
    >>> size.smallest.trials, size.smallest.successes, size.stable.trials
    (42, 4, 46)
    """
    target = _arguments.proportion_between("width", width)
    anticipated = _arguments.proportion_within("proportion", proportion)
    confidence_level = _arguments.proportion_between("confidence_level", confidence_level)
    _arguments.one_of("rounding", rounding, get_args(Rounding))
    maximum = _arguments.whole_number("maximum", maximum, minimum=1, maximum=MOST_EVALUATED)

    sizes = [
        (trials, successes)
        for trials in range(1, maximum + 1)
        if (successes := _successes(trials, anticipated, rounding)) is not None
    ]
    if not sizes:
        raise ValueError(
            f"proportion must be attainable with some number of trials up to {maximum} when "
            f"rounding is 'exact', got {shown(proportion)}"
        )
    trials_tried, successes_tried = zip(*sizes, strict=True)
    widths = proportion_interval(successes_tried, trials_tried, confidence_level, method).width
    # Widths within rounding error of the target attain it.
    narrow = np.asarray(widths) <= target * (1 + TOLERANCE)
    if not narrow.any():
        closest = int(np.argmin(widths))
        raise ValueError(
            f"width must be attainable with at most {maximum} trials (the narrowest is "
            f"{np.min(widths):.4g}, with {trials_tried[closest]}), or maximum larger, "
            f"got {shown(width)}"
        )

    def planned(place: int) -> PlannedInterval:
        trials, successes = sizes[place]
        interval = proportion_interval(successes, trials, confidence_level, method)
        return PlannedInterval(trials, anticipated, successes, interval)

    return SampleSizeForWidth(*smallest_and_stable(narrow, planned), maximum, rounding)


def _successes(trials: int, proportion: float, rounding: Rounding) -> int | None:
    """Return the whole number of successes for trials x proportion, None if there is none."""
    expected = trials * proportion
    halves = round(2 * expected)  # rounding turns at whole numbers and halves
    if abs(2 * expected - halves) <= min(TOLERANCE * max(1.0, expected), _MOST_TOLERANCE):
        expected = halves / 2
    match rounding:
        case "nearest":
            return math.floor(expected + 0.5)
        case "floor":
            return math.floor(expected)
        case "ceil":
            return math.ceil(expected)
        case "exact":
            return int(expected) if expected.is_integer() else None
