"""Exact quartiles and the signed-rank P value of a trial's samples."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tisstats.statistics import quantile_weights, signed_rank_test
from tisstats.statistics.quantiles import Definition
from tisstats.trial.analysis import Analysis
from tisstats.trial.consistency import UNITS
from tisstats.trial.interpretation import Interpretation

#: The quartiles of a sample, as proportions.
PROBABILITIES = {"q1": Fraction(1, 4), "median": Fraction(1, 2), "q3": Fraction(3, 4)}

#: The three samples of an outcome measure.
TIMES = ("baseline", "end", "change")


@cache
def _weights(n: int, statistic: str, definition: Definition) -> tuple[tuple[int, Fraction], ...]:
    return tuple(quantile_weights(n, PROBABILITIES[statistic], definition).items())


def quantile(
    sample: NDArray[np.float64], statistic: str, definition: Definition
) -> Fraction | None:
    """Return a quantile of whole numbers, exactly.

    Parameters
    ----------
    sample
        In thousandths, sorted, shape (n,).
    statistic
        One of `PROBABILITIES`.
    definition
        Of `tisstats.statistics.DEFINITIONS`.

    Returns
    -------
    Fraction or None
        In the measure's own unit; None where there is no such quantile.

    Examples
    --------
    >>> quantile(np.array([100.0, 300.0, 700.0, 800.0]), "q1", "spss")
    Fraction(3, 20)
    """
    weights = _weights(len(sample), statistic, definition) if len(sample) else ()
    if not weights:
        return None
    return sum((weight * int(sample[rank - 1]) for rank, weight in weights), Fraction(0)) / UNITS


def quartiles(sample: NDArray[np.float64], definition: Definition) -> dict[str, Fraction | None]:
    """Return each of `PROBABILITIES` of a sample, as `quantile` does; in any order."""
    ordered = np.sort(sample)
    return {name: quantile(ordered, name, definition) for name in PROBABILITIES}


def sample(analysis: Analysis, measure: str, time: str) -> NDArray[np.float64]:
    """Return the known values of a measure at one of `TIMES`, in thousandths, by patient."""
    before, after = analysis.baseline_units(measure), analysis.end_units(measure)
    values = {"baseline": before, "end": after, "change": after - before}[time]
    return values[np.isfinite(values)]


def p_value(changes: NDArray[np.float64], interpretation: Interpretation) -> float | None:
    """Return the two-sided P value of the signed-rank test; None without anybody measured twice.

    Examples
    --------
    >>> usual = Interpretation(horizon_week=24, quantiles=7, method="asymptotic")
    >>> round(p_value(np.array([1.0, 2, 2, -1, 0, 3]), usual), 4)
    0.1025
    """
    if not len(changes):
        return None
    return signed_rank_test(changes, interpretation.zero_method, interpretation.method).pvalue
