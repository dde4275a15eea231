"""Exact power of a trial of one arm with a yes-or-no endpoint against a fixed proportion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import SupportsFloat

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
from tisstats.statistics._binomial import outcome_chances
from tisstats.statistics._power_size import (
    PowerSize,
    find_size,
    refuse_without_difference,
)
from tisstats.statistics.two_proportion_tests import ALTERNATIVES, Alternative

_NOISE = 1e-9  # relative; a P value of exactly alpha rejects in spite of its last digit


@dataclass(frozen=True, slots=True)
class SingleArmPower:
    """The chance that a trial of one arm finds its proportion to differ from a reference."""

    trials: int  #: patients
    proportion: float  #: true proportion of responders, 0 to 1
    reference: float  #: the fixed proportion that it is tested against, 0 to 1
    alpha: float  #: nominal error of the test, 0 to 1; two-sided when the alternative is
    alternative: Alternative  #: "greater": that more respond than by the reference
    at_least: int | None  #: fewest responders above the reference that reject; None if no number
    at_most: int | None  #: most responders below the reference that reject; None if no number
    power: float  #: chance that the test rejects, 0 to 1
    error: float  #: chance that it rejects when the reference is true, 0 to 1


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
        Nominal error, strictly between 0 and 1: of both sides together when `alternative` is
        "two-sided".
    alternative : {"two-sided", "less", "greater"}
        Two-sided, the P value adds up all outcomes no likelier than the observed one, as R's
        `binom.test` does. A P value of exactly `alpha` rejects.

    Returns
    -------
    SingleArmPower

    Raises
    ------
    ValueError
        If an argument is of a wrong kind or out of range.

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
        min(1.0, float(outcome_chances(trials, true)[rejects].sum())),
        min(1.0, float(outcome_chances(trials, fixed)[rejects].sum())),
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

    Raises
    ------
    PowerOutOfReachError
        If no size up to `maximum` suffices; a ValueError.
    ValueError
        If an argument is of a wrong kind or out of range, or the proportions leave no difference
        to find.

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


def _binomial_pvalues(trials: int, reference: float, alternative: str) -> NDArray[np.float64]:
    """Compute the P values of the exact binomial test for each number of successes."""
    successes = np.arange(trials + 1)
    if alternative == "greater":
        pvalues = binom.sf(successes - 1, trials, reference)
    elif alternative == "less":
        pvalues = binom.cdf(successes, trials, reference)
    else:
        chances = outcome_chances(trials, reference)
        ascending = np.sort(chances)
        # R and SciPy call chances equal that differ by less than this.
        no_likelier = np.searchsorted(ascending, chances * (1 + 1e-7), side="right")
        pvalues = np.minimum(ascending.cumsum()[no_likelier - 1], 1.0)
    return np.asarray(pvalues, dtype=np.float64)
