"""Exact summary statistics of a trial: baseline characteristics, quartiles, signed-rank tests."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from math import lcm

import numpy as np
from numpy.typing import NDArray

from tisstats.statistics import quantile_weights, signed_rank_test
from tisstats.statistics.quantiles import QuantileDefinition
from tisstats.trial.analysis import Analysis
from tisstats.trial.columns import Columns, Mask, ThreeValued, equals
from tisstats.trial.consistency import THOUSANDTHS, to_thousandths
from tisstats.trial.description import AnalysisOptions, TrialDescription

#: The quartiles of a sample, as proportions.
PROBABILITIES = {"q1": Fraction(1, 4), "median": Fraction(1, 2), "q3": Fraction(3, 4)}

#: The three samples of an outcome measure.
TIMES = ("baseline", "end", "change")


@cache
def _weights(
    n: int, statistic: str, definition: QuantileDefinition
) -> tuple[tuple[tuple[int, int], ...], int]:
    """Return whole weights of order statistics, and what they add up to."""
    weights = quantile_weights(n, PROBABILITIES[statistic], definition)
    whole = lcm(*(weight.denominator for weight in weights.values()))
    return tuple((rank, int(weight * whole)) for rank, weight in weights.items()), whole


def quantile(
    sample: NDArray[np.float64], statistic: str, definition: QuantileDefinition
) -> Fraction | None:
    """Return a quantile of whole numbers, exactly.

    Parameters
    ----------
    sample
        In thousandths, sorted, shape (n,).
    statistic
        One of `PROBABILITIES`.
    definition
        Of `tisstats.statistics.QUANTILE_DEFINITIONS`.

    Returns
    -------
    Fraction or None
        In the measure's own unit; None where there is no such quantile.

    Examples
    --------
    >>> quantile(np.array([100.0, 300.0, 700.0, 800.0]), "q1", "spss")
    Fraction(3, 20)
    """
    weights, whole = _weights(len(sample), statistic, definition) if len(sample) else ((), 1)
    if not weights:
        return None
    total = sum(weight * int(sample[rank - 1]) for rank, weight in weights)
    return Fraction(total, whole * THOUSANDTHS)


def quartiles(
    sample: NDArray[np.float64], definition: QuantileDefinition
) -> dict[str, Fraction | None]:
    """Return each of `PROBABILITIES` of a sample, as `quantile` does; in any order."""
    ordered = np.sort(sample)
    return {name: quantile(ordered, name, definition) for name in PROBABILITIES}


def measure_sample(analysis: Analysis, measure: str, time: str) -> NDArray[np.float64]:
    """Return the known values of a measure at one of `TIMES`, in thousandths, by patient."""
    before, after = analysis.baseline_thousandths(measure), analysis.end_thousandths(measure)
    values = {"baseline": before, "end": after, "change": after - before}[time]
    return values[np.isfinite(values)]


def signed_rank_pvalue(changes: NDArray[np.float64], options: AnalysisOptions) -> float | None:
    """Return the two-sided P value of the signed-rank test; None if nobody was measured twice.

    Examples
    --------
    >>> usual = AnalysisOptions(horizon_week=24, quantile_definition=7, pvalue_method="asymptotic")
    >>> round(signed_rank_pvalue(np.array([1.0, 2, 2, -1, 0, 3]), usual), 4)
    0.1025
    """
    if not len(changes):
        return None
    return signed_rank_test(changes, options.zero_method, options.pvalue_method).pvalue


def total_label(labels: Iterable[str], groups: str = "arms") -> str:
    """Return what all groups together are called beside the labels of the groups.

    Examples
    --------
    >>> total_label(["Active", "Placebo"]), total_label(["All", "None"])
    ('All', 'All arms')
    >>> total_label(["All", "All patients"], "patients")
    'All patients (total)'
    """
    taken = {label.casefold() for label in labels}
    label = f"All {groups}" if "all" in taken else "All"
    while label.casefold() in taken:
        label += " (total)"
    return label


Statistics = dict[str, Fraction | str | None]
"""Numbers of one cell by name; a count with unknowns in words; None: there is no such number."""


def groups(patients: Columns, description: TrialDescription) -> dict[str | None, Mask]:
    """Return which patients are in each group of the description; None: all patients, first."""
    everybody = np.ones(len(patients["patient_id"]), dtype=bool)
    found: dict[str | None, Mask] = {None: everybody}  # a group may have any name
    for name in description.groups:
        found[name] = equals(patients, description.group_column, name)
    return found


def baseline_statistics(
    patients: Columns, description: TrialDescription, definition: QuantileDefinition
) -> dict[tuple[str, str | None], Statistics]:
    """Summarise every baseline characteristic in every group.

    Parameters
    ----------
    patients
        The patients by column.
    description
        Which characteristics and groups there are.
    definition
        Definition of quartiles.

    Returns
    -------
    dict
        By name of characteristic and group, None being all patients: ``median``, ``q1``, ``q3``
        and ``value`` (of a single patient) of a quantity; ``count`` and ``percent`` of what is
        counted. A count that is not known of all patients is given by its limits in words.
    """
    found: dict[tuple[str, str | None], Statistics] = {}
    for name, characteristic in description.characteristics.items():
        values = characteristic.values(patients)
        for group, members in groups(patients, description).items():
            if isinstance(values, ThreeValued):
                cell = _counted(values & members, int(np.sum(members)))
            else:
                known = to_thousandths(values[members & np.isfinite(values)])
                cell = {**quartiles(known, definition)}
                cell["value"] = Fraction(int(known[0]), THOUSANDTHS) if len(known) == 1 else None
            found[name, group] = cell
    return found


def _counted(found: ThreeValued, size: int) -> Statistics:
    count = found.format_count()
    if isinstance(count, str):
        return {"count": count, "percent": count}
    return {"count": Fraction(count), "percent": Fraction(100 * count, size) if size else None}
