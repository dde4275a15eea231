"""Exact power of a trial with a binary endpoint, and the sample size for a target power."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Generic, SupportsFloat

import numpy as np
import scipy
from numpy.typing import NDArray

from tisstats.errors import shown
from tisstats.statistics import _arguments, _two_arms
from tisstats.statistics._arguments import Whole
from tisstats.statistics._sample_sizes import TOLERANCE, Planned, smallest_and_stable
from tisstats.statistics.two_proportions import ALTERNATIVES, PROPORTION_TESTS, Alternative

#: Tests supported by `two_arm_power`: name to description and source.
POWER_TESTS: Final[Mapping[str, str]] = MappingProxyType(
    {test: PROPORTION_TESTS[test] for test in ("fisher", "boschloo", "chi-square")}
)


#: Most patients of a single arm: memory and time grow with them, to some 15 seconds.
_MOST_PATIENTS = 10_000_000
#: Largest sample sizes that are evaluated, with all below them: in minutes, and those of two arms
#: by an exact test within an hour.
_MOST_OF_EACH_ARM, _MOST_EVALUATED = 2_000, 20_000


class PowerNotAttainedError(ValueError):
    """No sample size up to the maximum attains the target power."""


@dataclass(frozen=True, slots=True)
class SampleSizeForPower(Generic[Planned]):
    """The smallest trial that attains the target power, and from which on all up to `maximum` do.

    The result of `two_arm_sample_size` and `single_arm_sample_size`. Exact power is not monotone in
    the sample size (it is saw-toothed, since the number of responders is discrete): beyond the
    smallest sufficient size, power can drop below the target again.

    Examples
    --------
    >>> size = single_arm_sample_size(0.8, 0.6, 0.3, maximum=150)
    >>> size.smallest.trials, size.stable.trials
    (19, 23)
    """

    smallest: Planned  #: the smallest trial that attains the target
    #: The smallest trial from which every larger one up to `maximum` attains it too, or None.
    stable: Planned | None
    maximum: int  #: the largest number of patients (in each arm) that was evaluated


@dataclass(frozen=True, slots=True)
class TwoArmPower:
    """The power of a two-arm trial: the result of `two_arm_power`.

    Examples
    --------
    >>> planned = two_arm_power(50, 50, 0.7, 0.4, test="chi-square")
    >>> round(planned.power, 3), round(planned.type_one_error, 3)
    (0.876, 0.057)
    """

    trials_1: int  #: patients in the first arm
    trials_2: int  #: patients in the second arm
    proportion_1: float  #: true proportion of responders in the first arm, 0 to 1
    proportion_2: float  #: true proportion of responders in the second arm, 0 to 1
    alpha: float  #: significance level, 0 to 1; two-sided when the alternative is
    test: str  #: one of `POWER_TESTS`
    alternative: Alternative  #: "greater": a higher response rate in the first arm
    power: float  #: probability that the test rejects, 0 to 1
    type_one_error: float  #: maximum type I error over all common proportions, 0 to 1


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
        Patients in the first and the second arm, at least 1, with at most ten million tables, and
        but for `chi-square` at most 10,000 together.
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
    The power is the total probability of the tables that the test rejects, under the two binomial
    distributions. `type_one_error` is its maximum over all common proportions: `fisher` and
    `boschloo` keep it at or below `alpha`; `chi-square` may exceed it. A two-sided test also counts
    rejections in the wrong direction.

    References
    ----------
    Boschloo 1970, Raised conditional level of significance for the 2 x 2-table when testing the
    equality of two probabilities, doi:10.1111/j.1467-9574.1970.tb00104.x.

    Examples
    --------
    >>> planned = two_arm_power(50, 50, 0.7, 0.4)
    >>> round(planned.power, 3), round(planned.type_one_error, 3)
    (0.829, 0.035)
    """
    of_first = _arguments.whole_number("trials_1", trials_1, minimum=1)
    of_second = _arguments.whole_number("trials_2", trials_2, minimum=1)
    first = _arguments.proportion_within("proportion_1", proportion_1)
    second = _arguments.proportion_within("proportion_2", proportion_2)
    alpha = _check(alpha, test, alternative)
    tables = (of_first + 1) * (of_second + 1)
    too_many = test != "chi-square" and of_first + of_second > _two_arms.MOST_TRIALS
    if tables > _two_arms.MOST_TABLES or too_many:
        together = f"be at most {_two_arms.MOST_TRIALS:,} together and " if too_many else ""
        raise ValueError(
            f"trials_1 and trials_2 must {together}have at most {_two_arms.MOST_TABLES:,} tables, "
            f"got {shown(of_first)} and {shown(of_second)}"
        )
    region = _two_arms.rejected(of_first, of_second, alpha, test, alternative)
    return TwoArmPower(
        of_first,
        of_second,
        first,
        second,
        alpha,
        test,
        alternative,
        _two_arms.rejection_probability(region, first, second),
        _two_arms.max_type_one_error(region),
    )


def two_arm_sample_size(
    power: SupportsFloat,
    proportion_1: SupportsFloat,
    proportion_2: SupportsFloat,
    *,
    alpha: float = 0.05,
    test: str = "fisher",
    alternative: Alternative = "two-sided",
    maximum: Whole = 200,
) -> SampleSizeForPower[TwoArmPower]:
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
        The largest number of patients in each arm to evaluate, 1 to 2,000. Every size up to it is
        evaluated, since power is not monotone. Up to 200 takes some seconds. A single size of 2,000
        took less than half a second by `chi-square`, six by `fisher` and nine by `boschloo`. As
        extrapolated from single sizes and not run, all up to 2,000 take some minutes by the first
        and about an hour by the others.

    Returns
    -------
    SampleSizeForPower
        `smallest`, the smallest trial that attains the target power, and `stable`, the one from
        which every trial up to `maximum` does.

    Raises
    ------
    PowerNotAttainedError
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
    >>> size = two_arm_sample_size(0.8, 0.9, 0.4, maximum=40)
    >>> size.smallest.trials_1, round(size.smallest.power, 3), size.stable.trials_1
    (17, 0.827, 17)
    """
    target = _arguments.proportion_between("power", power)
    first = _arguments.proportion_within("proportion_1", proportion_1)
    second = _arguments.proportion_within("proportion_2", proportion_2)
    alpha = _check(alpha, test, alternative)
    check_proportions_differ(("proportion_1", "proportion_2"), (first, second), alternative)
    maximum = _arguments.whole_number("maximum", maximum, minimum=1, maximum=_MOST_OF_EACH_ARM)
    powers = [
        _two_arms.rejection_probability(
            _two_arms.rejected(trials, trials, alpha, test, alternative), first, second
        )
        for trials in range(1, maximum + 1)
    ]

    def planned(trials: int) -> TwoArmPower:
        return two_arm_power(
            trials, trials, first, second, alpha=alpha, test=test, alternative=alternative
        )

    return smallest_sample_size(target, powers, planned, "patients in each arm")


@dataclass(frozen=True, slots=True)
class SingleArmPower:
    """The power of a single-arm trial against a null proportion: the result of `single_arm_power`.

    Examples
    --------
    >>> planned = single_arm_power(19, 0.6, 0.3)
    >>> planned.lower_critical, planned.upper_critical
    (1, 10)
    """

    trials: int  #: patients
    proportion: float  #: true proportion of responders, 0 to 1
    null_proportion: float  #: proportion under the null hypothesis, 0 to 1
    alpha: float  #: significance level, 0 to 1; two-sided when the alternative is
    alternative: Alternative  #: "greater": a response rate above `null_proportion`
    #: Smallest number of responders that rejects for a higher rate; None if there is none.
    upper_critical: int | None
    #: Largest number of responders that rejects for a lower rate; None if there is none.
    lower_critical: int | None
    power: float  #: probability that the test rejects, 0 to 1
    type_one_error: float  #: probability of rejection under the null hypothesis, 0 to 1


def single_arm_power(
    trials: Whole,
    proportion: SupportsFloat,
    null_proportion: SupportsFloat,
    *,
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
) -> SingleArmPower:
    """Compute the exact power of the binomial test of a proportion against a null value.

    Parameters
    ----------
    trials : int
        Number of patients, 1 to 10,000,000.
    proportion : float
        True proportion of responders, 0 to 1.
    null_proportion : float
        Proportion under the null hypothesis, strictly between 0 and 1.
    alpha : float
        Significance level, strictly between 0 and 1; two-sided if `alternative` is.
    alternative : {"two-sided", "less", "greater"}
        The two-sided P value is the total probability of the outcomes that are no more likely than
        the observed one, as in R's `binom.test`. A P value equal to `alpha` counts as a rejection.

    Returns
    -------
    SingleArmPower
        Power and type I error, 0 to 1, with the critical numbers of responders.

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
    >>> planned.upper_critical, round(planned.power, 3), round(planned.type_one_error, 3)
    (10, 0.814, 0.033)
    """
    trials = _arguments.whole_number("trials", trials, minimum=1, maximum=_MOST_PATIENTS)
    true = _arguments.proportion_within("proportion", proportion)
    null = _arguments.proportion_between("null_proportion", null_proportion)
    alpha = _arguments.proportion_between("alpha", alpha)
    _arguments.one_of("alternative", alternative, ALTERNATIVES)
    rejects = binomial_region(trials, null, alpha, alternative)
    rejected = np.flatnonzero(rejects)
    # At a large alpha, a one-sided test rejects on the other side of the expected number, too.
    split = {"greater": -1.0, "less": float(trials), "two-sided": trials * null}[alternative]
    above, below = rejected[rejected > split], rejected[rejected <= split]
    return SingleArmPower(
        trials,
        true,
        null,
        alpha,
        alternative,
        int(above.min()) if above.size else None,
        int(below.max()) if below.size else None,
        min(1.0, float(_two_arms.outcome_probabilities(trials, true)[rejects].sum())),
        min(1.0, float(_two_arms.outcome_probabilities(trials, null)[rejects].sum())),
    )


def single_arm_sample_size(
    power: SupportsFloat,
    proportion: SupportsFloat,
    null_proportion: SupportsFloat,
    *,
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
    maximum: Whole = 500,
) -> SampleSizeForPower[SingleArmPower]:
    """Compute the smallest number of patients in a single arm for a target power.

    Parameters
    ----------
    power : float
        Target power, strictly between 0 and 1.
    proportion, null_proportion, alpha, alternative
        As for `single_arm_power`.
    maximum : int
        The largest number of patients to evaluate, 1 to 20,000. Every size up to it is evaluated.

    Returns
    -------
    SampleSizeForPower
        `smallest`, the smallest trial that attains the target power, and `stable`, the one from
        which every trial up to `maximum` does.

    Raises
    ------
    PowerNotAttainedError
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
    >>> size = single_arm_sample_size(0.8, 0.6, 0.3, alternative="greater", maximum=100)
    >>> size.smallest.trials, size.stable.trials
    (17, 19)
    """
    target = _arguments.proportion_between("power", power)
    true = _arguments.proportion_within("proportion", proportion)
    null = _arguments.proportion_between("null_proportion", null_proportion)
    _arguments.one_of("alternative", alternative, ALTERNATIVES)
    check_proportions_differ(("proportion", "null_proportion"), (true, null), alternative)
    maximum = _arguments.whole_number("maximum", maximum, minimum=1, maximum=_MOST_EVALUATED)

    def planned(trials: int) -> SingleArmPower:
        return single_arm_power(trials, true, null, alpha=alpha, alternative=alternative)

    powers = [planned(trials).power for trials in range(1, maximum + 1)]
    return smallest_sample_size(target, powers, planned, "patients")


def smallest_sample_size(
    target: float, powers: list[float], planned: Callable[[int], Planned], what: str
) -> SampleSizeForPower[Planned]:
    """Return the smallest sufficient sample size, and the one from which all larger ones suffice.

    `powers` are those of 1, 2, ... patients. That the largest falls short says nothing about the
    others.

    Raises
    ------
    PowerNotAttainedError
        If no size attains the target power.
    """
    sufficient = np.array(powers) >= target - TOLERANCE * min(target, 1 - target)
    maximum = len(powers)
    if not sufficient.any():
        raise PowerNotAttainedError(
            f"power must be attainable with at most {maximum} {what} (where it is at most "
            f"{max(powers):.4g}), or maximum larger, got {target!r}"
        )
    return SampleSizeForPower(
        *smallest_and_stable(sufficient, lambda place: planned(place + 1)), maximum
    )


def check_proportions_differ(
    names: tuple[str, str], proportions: tuple[float, float], alternative: str
) -> None:
    """Raise ValueError if the proportions do not differ in the direction tested.

    Without a difference, power is the type I error, and a one-sided test does not gain power in the
    other direction, at any sample size.

    Raises
    ------
    ValueError
        If the proportions are equal, or in the wrong order for a one-sided test.
    """
    (first, second), (p, q) = names, proportions
    if p == q:
        raise ValueError(
            f"{first} must differ from {second}, got {p!r} for both: without a difference, power "
            "is the type I error at any sample size"
        )
    if (alternative == "greater" and p < q) or (alternative == "less" and p > q):
        side = "above" if alternative == "greater" else "below"
        raise ValueError(
            f"{first} must be {side} {second} when alternative is {alternative!r}, got {p!r} and "
            f"{q!r}: the test is one-sided"
        )


def _check(alpha: float, test: str, alternative: str) -> float:
    """Return alpha as a float; raise ValueError if it, the test or the alternative is invalid."""
    _arguments.one_of("test", test, POWER_TESTS)
    _arguments.one_of("alternative", alternative, ALTERNATIVES)
    return _arguments.proportion_between("alpha", alpha)


def binomial_region(trials: int, null: float, alpha: float, alternative: str) -> NDArray[np.bool_]:
    """Return whether each number of successes rejects by the exact binomial test."""
    rejects = _binomial_pvalues(trials, null, alternative) <= _two_arms.largest_rejected(alpha)
    return np.asarray(rejects, dtype=np.bool_)


def _binomial_pvalues(trials: int, null: float, alternative: str) -> NDArray[np.float64]:
    """Compute the P values of the exact binomial test for each number of successes."""
    successes = np.arange(trials + 1)
    if alternative == "greater":
        pvalues = scipy.stats.binom.sf(successes - 1, trials, null)
    elif alternative == "less":
        pvalues = scipy.stats.binom.cdf(successes, trials, null)
    else:
        probabilities = _two_arms.outcome_probabilities(trials, null)
        ascending = np.sort(probabilities)
        # R and SciPy treat probabilities within this tolerance as equal.
        no_more_likely = np.searchsorted(ascending, probabilities * (1 + 1e-7), side="right")
        pvalues = np.minimum(ascending.cumsum()[no_more_likely - 1], 1.0)
    return np.asarray(pvalues, dtype=np.float64)
