"""Sample sizes with a binary endpoint: for exact power, or for the width of an interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Generic, Literal, SupportsFloat, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from tisstats.statistics._arguments import (
    Whole,
    one_of,
    proportion_between,
    proportion_within,
    whole_number,
)
from tisstats.statistics._two_arms import (
    maximum_error,
    outcome_probabilities,
    rejected,
    rejection_probability,
)
from tisstats.statistics.proportions import Interval, proportion_interval
from tisstats.statistics.two_proportions import ALTERNATIVES, PROPORTION_TESTS, Alternative

Planned = TypeVar("Planned")

Rounding = Literal["nearest", "floor", "ceil", "whole-only"]

#: Relative rounding error: 100 * 0.07 is 7.000000000000001 in binary, and is meant to be 7. What
#: misses alpha, the target power or the target width by less reaches it.
_NOISE = 1e-9

#: Tests supported by `two_arm_power`: name to description and source.
POWER_TESTS: Final[Mapping[str, str]] = MappingProxyType(
    {test: PROPORTION_TESTS[test] for test in ("fisher", "boschloo", "chi-square")}
)


class PowerOutOfReachError(ValueError):
    """No sample size up to the maximum attains the target power."""


@dataclass(frozen=True, slots=True)
class PowerSize(Generic[Planned]):
    """The smallest trial that attains the target power, and the one from which all larger ones do.

    Exact power is not monotone in the sample size, since the number of responders is discrete:
    beyond the smallest size that suffices, larger ones may fall short again.
    """

    first: Planned  #: the smallest trial that attains the target
    lasting: Planned | None
    """The smallest trial from which every larger one up to `maximum` does too; None if none is."""

    maximum: int  #: the largest number of patients (in each arm) that was tried


@dataclass(frozen=True, slots=True)
class TwoArmPower:
    """The power of a trial of two arms: the result of `two_arm_power`."""

    trials_1: int  #: patients in the first arm
    trials_2: int  #: patients in the second arm
    proportion_1: float  #: true proportion of responders in the first arm, 0 to 1
    proportion_2: float  #: true proportion of responders in the second arm, 0 to 1
    alpha: float  #: significance level, 0 to 1; two-sided when the alternative is
    test: str  #: one of `POWER_TESTS`
    alternative: Alternative  #: "greater": a higher response rate in the first arm
    power: float  #: probability that the test rejects, 0 to 1
    error: float  #: maximum type I error over all common proportions, 0 to 1


def two_arm_power(
    trials_1: Whole,
    trials_2: Whole,
    proportion_1: SupportsFloat,
    proportion_2: SupportsFloat,
    *,
    alpha: float = 0.05,
    test: str = "fisher",
    alternative: Alternative = "two-sided",
) -> TwoArmPower:
    """Compute the exact unconditional power of a test for two independent proportions.

    Parameters
    ----------
    trials_1, trials_2 : int
        Patients in the first and the second arm, at least 1.
    proportion_1, proportion_2 : float
        True proportions of responders in the arms, 0 to 1.
    alpha : float
        Significance level, strictly between 0 and 1; two-sided if `alternative` is.
    test : str
        One of `POWER_TESTS`. A P value equal to `alpha` counts as a rejection.
    alternative : {"two-sided", "less", "greater"}
        "greater": the first proportion is larger.

    Returns
    -------
    TwoArmPower
        Power and maximum type I error, 0 to 1.

    Raises
    ------
    ValueError
        If an argument has a wrong type or is out of range.

    Notes
    -----
    The power is the sum of the probabilities of all tables that the test rejects, over both
    binomial distributions. `error` is its maximum over all common proportions, the maximum type I
    error: `fisher` and `boschloo` keep it at or below `alpha`; `chi-square` may exceed it. A
    two-sided test also counts rejections in the wrong direction.

    References
    ----------
    Boschloo 1970, Raised conditional level of significance for the 2 x 2-table when testing the
    equality of two probabilities, doi:10.1111/j.1467-9574.1970.tb00104.x.

    Examples
    --------
    >>> planned = two_arm_power(50, 50, 0.7, 0.4)
    >>> round(planned.power, 3), round(planned.error, 3)
    (0.829, 0.035)
    """
    trials_1 = whole_number("trials_1", trials_1, minimum=1)
    trials_2 = whole_number("trials_2", trials_2, minimum=1)
    first = proportion_within("proportion_1", proportion_1)
    second = proportion_within("proportion_2", proportion_2)
    alpha = _check(alpha, test, alternative)
    region = rejected(trials_1, trials_2, alpha, test, alternative)
    return TwoArmPower(
        trials_1,
        trials_2,
        first,
        second,
        alpha,
        test,
        alternative,
        rejection_probability(region, first, second),
        maximum_error(region),
    )


def two_arm_size(
    power: SupportsFloat,
    proportion_1: SupportsFloat,
    proportion_2: SupportsFloat,
    *,
    alpha: float = 0.05,
    test: str = "fisher",
    alternative: Alternative = "two-sided",
    maximum: Whole = 200,
) -> PowerSize[TwoArmPower]:
    """Compute the smallest number of patients in each of two equal arms for a target power.

    Parameters
    ----------
    power : float
        Target power, strictly between 0 and 1.
    proportion_1, proportion_2 : float
        True proportions of responders in the arms, 0 to 1. They must differ, in the
        direction of `alternative`.
    alpha, test, alternative
        As for `two_arm_power`.
    maximum : int
        The largest number of patients in each arm to try, at least 1. Every size up to it is
        evaluated, since power is not monotone. Up to 200, `fisher` and `chi-square` take some
        seconds; `boschloo` searches its tables again for each size and takes longer.

    Returns
    -------
    PowerSize
        `first`, the smallest trial that suffices, and `lasting`, the one from which on every
        trial up to `maximum` does.

    Raises
    ------
    PowerOutOfReachError
        If no size up to `maximum` attains the target; a subclass of ValueError.
    ValueError
        If an argument has a wrong type or is out of range, or the proportions do not differ
        in the direction tested.

    References
    ----------
    Chernick & Liu 2002, The saw-toothed behavior of power versus sample size,
    doi:10.1198/000313002317572835.

    Examples
    --------
    >>> size = two_arm_size(0.8, 0.9, 0.4, maximum=40)
    >>> size.first.trials_1, round(size.first.power, 3), size.lasting.trials_1
    (17, 0.827, 17)
    """
    wanted = proportion_between("power", power)
    first = proportion_within("proportion_1", proportion_1)
    second = proportion_within("proportion_2", proportion_2)
    alpha = _check(alpha, test, alternative)
    refuse_without_difference(("proportion_1", "proportion_2"), (first, second), alternative)
    maximum = whole_number("maximum", maximum, minimum=1)
    powers = [
        rejection_probability(rejected(trials, trials, alpha, test, alternative), first, second)
        for trials in range(1, maximum + 1)
    ]

    def planned(trials: int) -> TwoArmPower:
        return two_arm_power(
            trials, trials, first, second, alpha=alpha, test=test, alternative=alternative
        )

    return find_size(wanted, powers, planned, "patients in each arm")


@dataclass(frozen=True, slots=True)
class SingleArmPower:
    """The power of a single-arm trial against a reference: the result of `single_arm_power`."""

    trials: int  #: patients
    proportion: float  #: true proportion of responders, 0 to 1
    reference: float  #: proportion under the null hypothesis, 0 to 1
    alpha: float  #: significance level, 0 to 1; two-sided when the alternative is
    alternative: Alternative  #: "greater": a response rate above the reference
    at_least: int | None  #: fewest responders above it that reject; None if no number does
    at_most: int | None  #: most responders below it that reject; None if no number does
    power: float  #: probability that the test rejects, 0 to 1
    error: float  #: type I error: that probability when the reference is true, 0 to 1


def single_arm_power(
    trials: Whole,
    proportion: SupportsFloat,
    reference: SupportsFloat,
    *,
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
) -> SingleArmPower:
    """Compute the exact power of the binomial test of a proportion against a reference.

    Parameters
    ----------
    trials : int
        Number of patients, at least 1.
    proportion : float
        True proportion of responders, 0 to 1.
    reference : float
        Proportion under the null hypothesis, strictly between 0 and 1.
    alpha : float
        Significance level, strictly between 0 and 1; two-sided if `alternative` is.
    alternative : {"two-sided", "less", "greater"}
        Two-sided, the P value adds up all outcomes no likelier than the observed one, as R's
        `binom.test` does. A P value equal to `alpha` counts as a rejection.

    Returns
    -------
    SingleArmPower
        Power and type I error, 0 to 1, with the numbers of responders that reject.

    Raises
    ------
    ValueError
        If an argument has a wrong type or is out of range.

    References
    ----------
    Chernick & Liu 2002, The saw-toothed behavior of power versus sample size,
    doi:10.1198/000313002317572835.

    Examples
    --------
    >>> planned = single_arm_power(19, 0.6, 0.3, alternative="greater")
    >>> planned.at_least, round(planned.power, 3), round(planned.error, 3)
    (10, 0.814, 0.033)
    """
    trials = whole_number("trials", trials, minimum=1)
    true = proportion_within("proportion", proportion)
    fixed = proportion_between("reference", reference)
    alpha = proportion_between("alpha", alpha)
    one_of("alternative", alternative, ALTERNATIVES)
    successes = np.arange(trials + 1)
    rejects = _binomial_pvalues(trials, fixed, alternative) <= alpha * (1 + _NOISE)
    above = successes[rejects & (successes > trials * fixed)]
    below = successes[rejects & (successes < trials * fixed)]
    return SingleArmPower(
        trials,
        true,
        fixed,
        alpha,
        alternative,
        int(above.min()) if above.size else None,
        int(below.max()) if below.size else None,
        min(1.0, float(outcome_probabilities(trials, true)[rejects].sum())),
        min(1.0, float(outcome_probabilities(trials, fixed)[rejects].sum())),
    )


def single_arm_size(
    power: SupportsFloat,
    proportion: SupportsFloat,
    reference: SupportsFloat,
    *,
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
    maximum: Whole = 500,
) -> PowerSize[SingleArmPower]:
    """Compute the smallest number of patients in a single arm for a target power.

    Parameters
    ----------
    power : float
        Target power, strictly between 0 and 1.
    proportion, reference, alpha, alternative
        As for `single_arm_power`.
    maximum : int
        The largest number of patients to try, at least 1. Every size up to it is evaluated.

    Returns
    -------
    PowerSize
        `first`, the smallest trial that suffices, and `lasting`, the one from which on every
        trial up to `maximum` does.

    Raises
    ------
    PowerOutOfReachError
        If no size up to `maximum` attains the target; a subclass of ValueError.
    ValueError
        If an argument has a wrong type or is out of range, or the proportions do not differ
        in the direction tested.

    References
    ----------
    Chernick & Liu 2002, The saw-toothed behavior of power versus sample size,
    doi:10.1198/000313002317572835.

    Examples
    --------
    >>> size = single_arm_size(0.8, 0.6, 0.3, alternative="greater", maximum=100)
    >>> size.first.trials, size.lasting.trials
    (17, 19)
    """
    wanted = proportion_between("power", power)
    true = proportion_within("proportion", proportion)
    fixed = proportion_between("reference", reference)
    one_of("alternative", alternative, ALTERNATIVES)
    refuse_without_difference(("proportion", "reference"), (true, fixed), alternative)
    maximum = whole_number("maximum", maximum, minimum=1)

    def planned(trials: int) -> SingleArmPower:
        return single_arm_power(trials, true, fixed, alpha=alpha, alternative=alternative)

    powers = [planned(trials).power for trials in range(1, maximum + 1)]
    return find_size(wanted, powers, planned, "patients")


def find_size(
    wanted: float, powers: list[float], planned: Callable[[int], Planned], what: str
) -> PowerSize[Planned]:
    """Find the first and the lasting size among the powers of 1, 2, ... patients.

    Every size is evaluated: that the largest falls short says nothing of the others.

    Raises
    ------
    PowerOutOfReachError
        If no size attains the target power.
    """
    enough = np.array(powers) >= wanted * (1 - _NOISE)
    maximum = len(powers)
    if not enough.any():
        raise PowerOutOfReachError(
            f"power must be one that {maximum} {what} can reach ({max(powers):.4g} is the "
            f"greatest), or maximum larger, got {wanted!r}"
        )
    return PowerSize(*first_and_lasting(enough, lambda place: planned(place + 1)), maximum)


def refuse_without_difference(
    names: tuple[str, str], proportions: tuple[float, float], alternative: str
) -> None:
    """Refuse proportions that do not differ in the direction tested.

    Without a difference power equals the type I error, and a one-sided test has no power in the
    other direction, whatever the sample size.

    Raises
    ------
    ValueError
        If the proportions are equal, or in the wrong order for a one-sided test.
    """
    (first, second), (p, q) = names, proportions
    if p == q:
        raise ValueError(
            f"{first} must differ from {second}, got {p!r} for both: without a difference a test "
            "only rejects by error, at any number of patients"
        )
    if (alternative == "greater" and p < q) or (alternative == "less" and p > q):
        side = "above" if alternative == "greater" else "below"
        raise ValueError(
            f"{first} must be {side} {second} when alternative is {alternative!r}, got {p!r} and "
            f"{q!r}: the test does not look at the other side"
        )


def _check(alpha: float, test: str, alternative: str) -> float:
    """Return alpha as a float, or refuse it, the test or the alternative."""
    one_of("test", test, POWER_TESTS)
    one_of("alternative", alternative, ALTERNATIVES)
    return proportion_between("alpha", alpha)


def _binomial_pvalues(trials: int, reference: float, alternative: str) -> NDArray[np.float64]:
    """Compute the P values of the exact binomial test for each number of successes."""
    successes = np.arange(trials + 1)
    if alternative == "greater":
        pvalues = binom.sf(successes - 1, trials, reference)
    elif alternative == "less":
        pvalues = binom.cdf(successes, trials, reference)
    else:
        probabilities = outcome_probabilities(trials, reference)
        ascending = np.sort(probabilities)
        # R and SciPy call probabilities equal that differ by less than this.
        no_likelier = np.searchsorted(ascending, probabilities * (1 + 1e-7), side="right")
        pvalues = np.minimum(ascending.cumsum()[no_likelier - 1], 1.0)
    return np.asarray(pvalues, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Precision:
    """The interval expected at a sample size if the anticipated proportion is observed.

    The result of `precision`.
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
class SampleSize:
    """The smallest sample size whose interval is narrow enough, and from which all larger are.

    The result of `sample_size_for_width`. The width is not monotone in the number of trials, since
    the number of successes is discrete: beyond the smallest size that is narrow enough, larger
    ones may be too wide again.
    """

    first: Precision  #: the smallest size whose interval is at most the target width
    lasting: Precision | None
    """The smallest size from which every larger one up to `maximum` is too; None if none is."""

    maximum: int  #: the largest number of trials that was tried
    rounding: Rounding  #: how trials x proportion was rounded to a number of successes


def precision(
    trials: Whole,
    proportion: SupportsFloat,
    confidence_level: float = 0.95,
    method: str = "clopper-pearson",
) -> Precision:
    """Compute the confidence interval expected in a study of `trials` patients.

    Parameters
    ----------
    trials : int
        Number of patients, at least 1.
    proportion : float
        Anticipated proportion, 0 to 1. It must be attainable with `trials` patients: their
        product must be whole, up to rounding error.
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
        If an argument is out of range, or the proportion is not attainable; the message then names
        the nearest ones that are.

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
        One of `METHODS`.
    rounding : {"nearest", "floor", "ceil", "whole-only"}
        Which number of successes stands for trials x proportion where that is not whole:
        the nearest whole number (halves up), the next lower, the next higher, or none at all, so
        that only sizes that can show the proportion exactly are considered.
    maximum : int
        The largest number of trials to try, at least 1. Every size up to it is
        evaluated, since the width is not monotone.

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

    return SampleSize(*first_and_lasting(narrow, planned), maximum, rounding)


def first_and_lasting(
    enough: NDArray[np.bool_], planned: Callable[[int], Planned]
) -> tuple[Planned, Planned | None]:
    """Plan the first place that is enough, and the one from which on all are, if there is one."""
    after_last_short = int(np.flatnonzero(~enough).max(initial=-1)) + 1
    lasting = planned(after_last_short) if after_last_short < enough.size else None
    return planned(int(np.argmax(enough))), lasting


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
