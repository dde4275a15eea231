"""Exact power of a trial of two arms with a yes-or-no endpoint; nothing is simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, SupportsFloat

import numpy as np
from numpy.typing import NDArray

from tisstats.statistics._arguments import (
    Whole,
    one_of,
    proportion_between,
    proportion_within,
    whole_number,
)
from tisstats.statistics._power_size import (
    PowerSize,
    find_size,
    refuse_without_difference,
)
from tisstats.statistics._rejection import chance, greatest_error, rejected
from tisstats.statistics.two_proportion_tests import ALTERNATIVES, PROPORTION_TESTS, Alternative

#: The tests for which `two_arm_power` knows the power: their names, and what they are.
POWER_TESTS: Final[Mapping[str, str]] = MappingProxyType(
    {test: PROPORTION_TESTS[test] for test in ("fisher", "boschloo", "chi-square")}
)


@dataclass(frozen=True, slots=True)
class TwoArmPower:
    """The chance that a trial of two arms finds its arms to differ."""

    trials_1: int  #: patients in the first arm
    trials_2: int  #: patients in the second arm
    proportion_1: float  #: true proportion of responders in the first arm, 0 to 1
    proportion_2: float  #: true proportion of responders in the second arm, 0 to 1
    alpha: float  #: nominal error of the test, 0 to 1; two-sided when the alternative is
    test: str  #: one of `POWER_TESTS`
    alternative: Alternative  #: "greater": that the first arm responds more often
    power: float  #: chance that the test rejects, 0 to 1
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
        Nominal error, strictly between 0 and 1: of both sides together when `alternative` is
        "two-sided".
    test : str
        One of `POWER_TESTS`. A P value of exactly `alpha` rejects.
    alternative : {"two-sided", "less", "greater"}
        With "greater", that the first proportion is the greater one.

    Returns
    -------
    TwoArmPower

    Raises
    ------
    ValueError
        If an argument is of a wrong kind or out of range.

    Notes
    -----
    The power is the sum of the chances of all tables that the test rejects, over both binomial
    distributions. `error` is the maximum of it over all common proportions: `fisher` and
    `boschloo` keep it at or below `alpha`, `chi-square` need not. A two-sided test also counts
    rejections in the wrong direction.

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
        chance(region, first, second),
        greatest_error(region),
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
        chance(_region(trials, trials, alpha, test, alternative), first, second)
        for trials in range(1, maximum + 1)
    ]

    def planned(trials: int) -> TwoArmPower:
        return two_arm_power(
            trials, trials, first, second, alpha=alpha, test=test, alternative=alternative
        )

    return find_size(wanted, powers, planned, "patients in each arm")


@lru_cache(maxsize=512)
def _region(
    trials_1: int, trials_2: int, alpha: float, test: str, alternative: str
) -> NDArray[np.bool_]:
    """Return which tables the test rejects, once for all true proportions that are asked for."""
    region = rejected(trials_1, trials_2, alpha, test, alternative)
    region.setflags(write=False)
    return region


def _check(alpha: float, test: str, alternative: str) -> float:
    """Return the error as a float, where the error, test and alternative are permitted."""
    error = proportion_between("alpha", alpha)
    one_of("test", test, POWER_TESTS)
    one_of("alternative", alternative, ALTERNATIVES)
    return error
