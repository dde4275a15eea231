"""The unpublished quantities that are bounded, and their values in a given cohort.

The values here come from `tisstats.statistics` and `tisstats.measures`, not from the models: they
check witnesses and describe the spread of an ensemble.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import spearmanr

from tisstats.bounds.rows import CORE
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import RESPONSE_CUTS
from tisstats.statistics import signed_rank_test

#: Points of the score are counted in these, so that all are whole.
POINTS = Fraction(5, 2)

#: What joins the two measures of a correlation.
AND = " and "


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something that a reader would like to know and that is not printed."""

    name: str  #: name, as in the table of bounds
    words: str  #: what it is
    unit: str  #: unit; "measure" is the unit of the measure
    of: str  #: row (each measure), score (Total Improvement Score), pair (two core set measures)


QUANTITIES: dict[str, Quantity] = {
    each.name: each
    for each in (
        Quantity("exact_p", "P of the exact signed-rank test, two-sided", "probability", "row"),
        Quantity("hodges_lehmann", "Hodges-Lehmann estimate of the change", "measure", "row"),
        Quantity("mean_change", "mean change", "measure", "row"),
        Quantity("better", "patients better at the end", "patients", "row"),
        Quantity("unchanged", "patients unchanged at the end", "patients", "row"),
        Quantity("worse", "patients worse at the end", "patients", "row"),
        Quantity("tis_mean", "mean score at the end", "points", "score"),
        Quantity("tis_median", "median score at the end", "points", "score"),
        Quantity("tis_best", "best score at the end", "points", "score"),
        Quantity("tis_worst", "worst score at the end", "points", "score"),
        Quantity("tis_worst_responder", "worst score of a responder at the end", "points", "score"),
        Quantity("tis_major", "patients with major improvement at the end", "patients", "score"),
        Quantity("tis_zero", "patients with a score of 0 at the end", "patients", "score"),
        Quantity("spearman", "Spearman correlation of two changes", "correlation", "pair"),
    )
}

SIDES = ("least", "greatest")

_PAIRS = tuple(map(AND.join, combinations(CORE, 2)))


def measures_under(measure: str | None) -> tuple[str, ...]:
    """Return the outcome measures that a quantity of a measure, a pair or the score rests on.

    >>> measures_under("mmt and haq"), measures_under(None) == CORE
    (('mmt', 'haq'), True)
    """
    return CORE if measure is None else tuple(measure.split(AND))


def measures_of(quantity: str) -> tuple[str | None, ...]:
    """Return what a quantity is bounded for: each measure, each pair, or nothing further.

    >>> len(measures_of("exact_p")), len(measures_of("spearman")), measures_of("tis_mean")
    (13, 15, (None,))
    """
    match QUANTITIES[quantity].of:
        case "row":
            return tuple(SCALES)
        case "pair":
            return _PAIRS
    return (None,)


def row_value(
    quantity: str, measure: str, steps: ArrayLike, step: Fraction | None = None
) -> Fraction:
    """Compute a quantity of one row from its changes, end minus baseline.

    Changes are counted in steps of the size `step`, by default that of the scale.

    >>> row_value("worse", "haq", [-1, 2, 0]), row_value("hodges_lehmann", "haq", [-1, 2, 0])
    (Fraction(1, 1), Fraction(1, 32))
    """
    changes = np.asarray(steps)
    unit = step or SCALES[measure].step
    better = changes if SCALES[measure].better == "higher" else -changes
    match quantity:
        case "exact_p":
            test = signed_rank_test(changes, method="exact")
            # A whole number of sign vectors in 2^m.
            vectors = 1 << test.n_used
            return Fraction(round(test.pvalue * vectors), vectors)
        case "hodges_lehmann":
            # `hodges_lehmann` of the statistics would compute the limits as well, which takes long.
            one, other = np.triu_indices(changes.size)
            return Fraction(float(np.median(changes[one] + changes[other]))) * unit / 2
        case "mean_change":
            return int(changes.sum()) * unit / changes.size
        case "better":
            return Fraction(int((better > 0).sum()))
        case "unchanged":
            return Fraction(int((better == 0).sum()))
        case "worse":
            return Fraction(int((better < 0).sum()))
    raise ValueError(f"quantity must be one of a row, got {quantity!r}")


def score_value(quantity: str, scores: Sequence[Fraction], responders: int) -> Fraction:
    """Compute a quantity of the scores at the end.

    >>> score_value("tis_major", [Fraction(60), Fraction(40)], 2)
    Fraction(1, 1)
    """
    match quantity:
        case "tis_mean":
            return Fraction(sum(scores)) / len(scores)
        case "tis_median":
            return Fraction(median(scores))
        case "tis_best":
            return max(scores)
        case "tis_worst":
            return min(scores)
        case "tis_worst_responder":
            return sorted(scores, reverse=True)[responders - 1]
        case "tis_major":
            return Fraction(sum(score >= RESPONSE_CUTS["adult"]["major"] for score in scores))
        case "tis_zero":
            return Fraction(sum(score == 0 for score in scores))
    raise ValueError(f"quantity must be one of the score, got {quantity!r}")


def pair_values(changes: Mapping[str, Any]) -> dict[str, float]:
    """Compute the correlation of each pair of core set measures, patients in the same order."""
    ranked = spearmanr(np.array([changes[name] for name in CORE], dtype=float), axis=1)
    upper = np.asarray(ranked.statistic)[np.triu_indices(len(CORE), 1)]
    return dict(zip(_PAIRS, upper.tolist(), strict=True))
