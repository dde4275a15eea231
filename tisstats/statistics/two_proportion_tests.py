"""Tests that two independent proportions are equal."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
from scipy.stats import barnard_exact, boschloo_exact, fisher_exact, norm

from tisstats.statistics._arguments import Whole, one_of
from tisstats.statistics._arms import Counts, arm_counts

Alternative = Literal["two-sided", "less", "greater"]

ALTERNATIVES: Final = ("two-sided", "less", "greater")

#: Every test of `two_proportion_test`: its name, and what it is with its source.
PROPORTION_TESTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "fisher": "exact, conditional on all margins; two-sided by adding up the tables no "
        "likelier than the observed one (Fisher 1935, doi:10.2307/2342435)",
        "boschloo": "exact, unconditional: Fisher's one-sided P value as the statistic, greatest "
        "over the common proportion; two-sided by doubling (Boschloo 1970, "
        "doi:10.1111/j.1467-9574.1970.tb00104.x)",
        "barnard": "exact, unconditional: the pooled score statistic, greatest over the common "
        "proportion (Barnard 1945, doi:10.1038/156177a0)",
        "chi-square": "Pearson's chi-square without continuity correction; its signed root when "
        "one-sided (Pearson 1900, doi:10.1080/14786440009463897)",
    }
)

_EXACT: Final[Mapping[str, Callable[..., Any]]] = {
    "fisher": fisher_exact,
    "boschloo": boschloo_exact,
    "barnard": barnard_exact,
}


@dataclass(frozen=True, slots=True)
class TwoProportionTest:
    """A test that two independent proportions are equal."""

    pvalue: float  #: P value, 0 to 1
    first: float  #: observed proportion of the first arm, 0 to 1
    second: float  #: observed proportion of the second arm, 0 to 1
    test: str  #: one of `PROPORTION_TESTS`
    alternative: Alternative  #: "greater": the first proportion is the greater one


def two_proportion_test(
    successes_1: Whole,
    trials_1: Whole,
    successes_2: Whole,
    trials_2: Whole,
    *,
    test: str = "fisher",
    alternative: Alternative = "two-sided",
) -> TwoProportionTest:
    """Test whether two independent proportions are equal.

    Parameters
    ----------
    successes_1, trials_1, successes_2, trials_2 : int
        Successes (0 to the trials) and trials (at least 1) of the first and the second arm.
    test : str
        One of `PROPORTION_TESTS`, which names each test's source.
    alternative : {"two-sided", "less", "greater"}
        With "greater", the alternative is that the first proportion is the greater one.

    Returns
    -------
    TwoProportionTest

    Raises
    ------
    ValueError
        If an argument is of a wrong kind or out of range.

    Notes
    -----
    Where no patient or every patient succeeded, no test can reject: the P value is 1.

    Examples
    --------
    >>> round(two_proportion_test(8, 19, 3, 20).pvalue, 4)
    0.0824
    >>> round(two_proportion_test(8, 19, 3, 20, test="boschloo").pvalue, 4)
    0.068
    """
    counts = arm_counts(successes_1, trials_1, successes_2, trials_2)
    one_of("test", test, PROPORTION_TESTS)
    one_of("alternative", alternative, ALTERNATIVES)
    first, second = counts[0] / counts[1], counts[2] / counts[3]
    if counts[0] + counts[2] in (0, counts[1] + counts[3]):
        pvalue = 1.0
    elif test == "chi-square":
        pvalue = _chi_square(counts, alternative)
    else:
        # SciPy's unconditional tests take each arm as a column; for Fisher it is all one.
        table = np.array([[counts[0], counts[2]], [counts[1] - counts[0], counts[3] - counts[2]]])
        pvalue = float(_EXACT[test](table, alternative=alternative).pvalue)
    return TwoProportionTest(min(pvalue, 1.0), first, second, test, alternative)


def _chi_square(counts: Counts, alternative: str) -> float:
    successes_1, trials_1, successes_2, trials_2 = counts
    pooled = (successes_1 + successes_2) / (trials_1 + trials_2)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / trials_1 + 1 / trials_2))
    z = (successes_1 / trials_1 - successes_2 / trials_2) / spread
    if alternative == "two-sided":
        return 2 * float(norm.sf(abs(z)))
    return float(norm.sf(z) if alternative == "greater" else norm.cdf(z))
