"""Exact power of trials with a yes-or-no endpoint, of one arm and of two; nothing is simulated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Generic, SupportsFloat, TypeVar

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
from tisstats.statistics.precision import first_and_lasting
from tisstats.statistics.two_proportion_tests import ALTERNATIVES, PROPORTION_TESTS, Alternative

Planned = TypeVar("Planned")

_NOISE = 1e-9  # relative; what misses alpha or the wanted power by less reaches it

#: The tests for which `two_arm_power` knows the power: their names, and what they are.
POWER_TESTS: Final[Mapping[str, str]] = MappingProxyType(
    {test: PROPORTION_TESTS[test] for test in ("fisher", "boschloo", "chi-square")}
)


class PowerOutOfReachError(ValueError):
    """No size up to the maximum has the wanted power; a larger maximum may hold one."""


@dataclass(frozen=True, slots=True)
class PowerSize(Generic[Planned]):
    """The sizes from which on a trial has the wanted power, in two senses.

    Exact power does not rise steadily with the size, because responders come in whole numbers:
    after the first size that suffices, larger ones may fall short again.
    """

    first: Planned  #: the smallest trial whose power suffices
    lasting: Planned | None
    """The trial from which on no larger one up to `maximum` falls short; None if that fails."""

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
    alternative: Alternative  #: "greater": that the first arm responds more often
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
        Significance level, strictly between 0 and 1: of both sides together when `alternative` is
        "two-sided".
    test : str
        One of `POWER_TESTS`. A P value of exactly `alpha` rejects.
    alternative : {"two-sided", "less", "greater"}
        With "greater", that the first proportion is the greater one.

    Returns
    -------
    TwoArmPower
        Power and maximum type I error, 0 to 1.

    Raises
    ------
    ValueError
        If an argument is of a wrong kind or out of range.

    Notes
    -----
    The power is the sum of the probabilities of all tables that the test rejects, over both
    binomial distributions. `error` is its maximum over all common proportions, the maximum type I
    error: `fisher` and `boschloo` have it at or below `alpha`, `chi-square` need not. A two-sided
    test also counts rejections in the wrong direction.

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
    region = _region(trials_1, trials_2, alpha, test, alternative)
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
    """Find the smallest number of patients in each of two equal arms with the wanted power.

    Parameters
    ----------
    power : float
        Wanted power, strictly between 0 and 1.
    proportion_1, proportion_2 : float
        True proportions of responders in the arms, 0 to 1. They differ, and on the side that
        `alternative` looks at.
    alpha, test, alternative
        As for `two_arm_power`.
    maximum : int
        The largest number of patients in each arm to try, at least 1. Every size up to it is
        looked at, since the power does not rise steadily. To 200, `fisher` and `chi-square` take
        about a second; `boschloo` searches its tables again for each size and takes longer.

    Returns
    -------
    PowerSize
        `first`, the smallest trial that suffices, and `lasting`, the one from which on every
        trial up to `maximum` does.

    Raises
    ------
    PowerOutOfReachError
        If no size up to `maximum` suffices; a ValueError.
    ValueError
        If an argument is of a wrong kind or out of range, or the proportions leave no difference
        to find.

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
        rejection_probability(_region(trials, trials, alpha, test, alternative), first, second)
        for trials in range(1, maximum + 1)
    ]

    def planned(trials: int) -> TwoArmPower:
        return two_arm_power(
            trials, trials, first, second, alpha=alpha, test=test, alternative=alternative
        )

    return find_size(wanted, powers, planned, "patients in each arm")


@dataclass(frozen=True, slots=True)
class SingleArmPower:
    """The power of a trial of one arm against a reference: the result of `single_arm_power`."""

    trials: int  #: patients
    proportion: float  #: true proportion of responders, 0 to 1
    reference: float  #: the fixed proportion that it is tested against, 0 to 1
    alpha: float  #: significance level, 0 to 1; two-sided when the alternative is
    alternative: Alternative  #: "greater": that more respond than by the reference
    at_least: int | None  #: fewest responders above the reference that reject; None if no number
    at_most: int | None  #: most responders below the reference that reject; None if no number
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
    """Compute the exact power of the binomial test of one proportion against a fixed one.

    Parameters
    ----------
    trials : int
        Number of patients, at least 1.
    proportion : float
        True proportion of responders, 0 to 1.
    reference : float
        The proportion that it is tested against, strictly between 0 and 1.
    alpha : float
        Significance level, strictly between 0 and 1: of both sides together when `alternative` is
        "two-sided".
    alternative : {"two-sided", "less", "greater"}
        Two-sided, the P value adds up all outcomes no likelier than the observed one, as R's
        `binom.test` does. A P value of exactly `alpha` rejects.

    Returns
    -------
    SingleArmPower
        Power and type I error, 0 to 1, with the numbers of responders that reject.

    Raises
    ------
    ValueError
        If an argument is of a wrong kind or out of range.

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
    """Find the smallest number of patients in one arm with the wanted power.

    Parameters
    ----------
    power : float
        Wanted power, strictly between 0 and 1.
    proportion, reference, alpha, alternative
        As for `single_arm_power`.
    maximum : int
        The largest number of patients to try, at least 1. Every size up to it is looked at.

    Returns
    -------
    PowerSize
        `first`, the smallest trial that suffices, and `lasting`, the one from which on every
        trial up to `maximum` does.

    Raises
    ------
    PowerOutOfReachError
        If no size up to `maximum` suffices; a ValueError.
    ValueError
        If an argument is of a wrong kind or out of range, or the proportions leave no difference
        to find.

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

    Every size is looked at: that the largest falls short says nothing of the others.

    Raises
    ------
    PowerOutOfReachError
        If no size has the wanted power.
    """
    enough = np.array(powers) >= wanted * (1 - _NOISE)
    maximum = len(powers)
    if not enough.any():
        raise PowerOutOfReachError(
            f"power must be one that {maximum} {what} can reach ({max(powers):.4g} is the "
            f"greatest), or maximum larger, got {wanted!r}"
        )
    first, lasting = first_and_lasting(enough)
    return PowerSize(planned(first + 1), None if lasting is None else planned(lasting + 1), maximum)


def refuse_without_difference(
    names: tuple[str, str], proportions: tuple[float, float], alternative: str
) -> None:
    """Refuse proportions between which a test has nothing to find at any number of patients.

    Without a difference a test rejects only by error, and a one-sided test does not look for one
    on the other side. A larger trial changes neither.

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


@lru_cache(maxsize=512)
def _region(
    trials_1: int, trials_2: int, alpha: float, test: str, alternative: str
) -> NDArray[np.bool_]:
    """Return which tables the test rejects, once for all true proportions that are asked for."""
    region = rejected(trials_1, trials_2, alpha, test, alternative)
    region.setflags(write=False)
    return region


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
