"""The unpublished quantities that are bounded, and their values in a given cohort.

The values here come from `tisstats.statistics` and `tisstats.measures`, not from the models: they
check witnesses and describe the spread of an ensemble.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from itertools import combinations
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import spearmanr

from tisstats.bounds.rows import CORE
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import RESPONSE_CUTOFFS
from tisstats.statistics import signed_rank_test

#: Points of the score are counted in these, so that all are whole.
POINTS = Fraction(5, 2)

#: What joins the two measures of a correlation.
AND = " and "


@dataclass(frozen=True, slots=True)
class Quantity:
    """An unpublished quantity."""

    name: str  #: name, as in the table of bounds
    description: str  #: what it is
    unit: str  #: unit; "measure" is the unit of the measure
    level: str  #: row (each measure), score (Total Improvement Score), pair (two core set measures)


_ROWS = files("tisstats.bounds").joinpath("quantities.csv").read_text(encoding="utf-8")

QUANTITIES: dict[str, Quantity] = {
    row["name"]: Quantity(**row) for row in csv.DictReader(_ROWS.splitlines())
}

SIDES = ("minimum", "maximum")

_PAIRS = tuple(map(AND.join, combinations(CORE, 2)))


def measures_behind(measure: str | None) -> tuple[str, ...]:
    """Return the outcome measures behind a quantity of a measure, a pair or the score.

    >>> measures_behind("mmt and haq"), measures_behind(None) == CORE
    (('mmt', 'haq'), True)
    """
    return CORE if measure is None else tuple(measure.split(AND))


def measures_of_quantity(quantity: str) -> tuple[str | None, ...]:
    """Return the measures, or pairs of measures, of a quantity; None for one of the score.

    >>> [len(measures_of_quantity(name)) for name in ("exact_p", "spearman", "tis_mean")]
    [13, 15, 1]
    """
    return {"row": tuple(SCALES), "pair": _PAIRS, "score": (None,)}[QUANTITIES[quantity].level]


def row_values(measure: str, steps: ArrayLike, step: Fraction | None = None) -> dict[str, Fraction]:
    """Compute the quantities of one row from its changes, end minus baseline.

    Changes are counted in steps of the size `step`, by default that of the scale.

    >>> values = row_values("haq", [-1, 2, 0])
    >>> values["worsened"], values["hodges_lehmann"]
    (Fraction(1, 1), Fraction(1, 32))
    """
    changes = np.asarray(steps)
    unit = step or SCALES[measure].step
    better = changes if SCALES[measure].better == "higher" else -changes
    test = signed_rank_test(changes, method="exact")
    vectors = 1 << test.n_used  # P is a whole number of sign vectors in so many
    # `hodges_lehmann` of the statistics would compute the limits as well, which takes long.
    one, other = np.triu_indices(changes.size)
    return {
        "exact_p": Fraction(round(test.pvalue * vectors), vectors),
        "hodges_lehmann": Fraction(float(np.median(changes[one] + changes[other]))) * unit / 2,
        "mean_change": int(changes.sum()) * unit / changes.size,
        "improved": Fraction(int((better > 0).sum())),
        "unchanged": Fraction(int((better == 0).sum())),
        "worsened": Fraction(int((better < 0).sum())),
    }


def score_values(scores: Sequence[Fraction], responders: int) -> dict[str, Fraction]:
    """Compute the quantities of the scores at the end.

    >>> score_values([Fraction(60), Fraction(40)], 2)["tis_major"]
    Fraction(1, 1)
    """
    ordered = sorted(scores, reverse=True)
    return {
        "tis_mean": Fraction(sum(scores)) / len(scores),
        "tis_median": Fraction(median(scores)),
        "tis_max": ordered[0],
        "tis_min": ordered[-1],
        "tis_min_responder": ordered[responders - 1],
        "tis_major": Fraction(sum(score >= RESPONSE_CUTOFFS["adult"]["major"] for score in scores)),
        "tis_zero": Fraction(scores.count(Fraction(0))),
    }


def pair_values(changes: Mapping[str, Any]) -> dict[str, float]:
    """Compute the correlation of each pair of core set measures, patients in the same order."""
    ranked = spearmanr(np.array([changes[name] for name in CORE], dtype=float), axis=1)
    upper = np.asarray(ranked.statistic)[np.triu_indices(len(CORE), 1)]
    return dict(zip(_PAIRS, upper.tolist(), strict=True))
