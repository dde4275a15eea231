"""The quantities of many cohorts at once, in whole numbers until the last division.

The same values as those of `tisstats.bounds.quantities`, which computes them cohort by cohort and
checks witnesses: here an array has a row per cohort and a column per patient, with a mask of those
who count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tisstats.bounds import quantities
from tisstats.bounds.rows import CORE
from tisstats.forensics.order_statistics import Ints
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import RESPONSE_CUTOFFS
from tisstats.statistics._signed_rank_null import lower_tail
from tisstats.synthetic.cohort import COLUMNS, MISSING, WEEKS
from tisstats.synthetic.ensemble import Ensemble
from tisstats.synthetic.scoring import Scorer

_Floats = NDArray[np.float64]
_Bools = NDArray[np.bool_]

_BLOCK = 1000  # cohorts at a time: memory stays below 100 MB at any number of them


def ensemble_quantities(
    ensemble: Ensemble, cohorts: int
) -> Iterator[tuple[tuple[str, str | None], _Floats]]:
    """Generate each quantity with its measure, and its value in each of the first cohorts."""
    blocks = [
        dict(_Cohorts.of(ensemble, start, min(start + _BLOCK, cohorts)).values())
        for start in range(0, cohorts, _BLOCK)
    ]
    for key in blocks[0]:
        yield key, np.concatenate([block[key] for block in blocks])


@dataclass(frozen=True, slots=True)
class _Row:
    """Changes of one measure, cohorts by patients."""

    steps: Ints  #: end minus baseline; 0 where a value is missing
    known: _Bools  #: whether both values are known

    @property
    def sizes(self) -> Ints:
        """Number of known changes of each cohort."""
        return np.asarray(self.known.sum(axis=1), dtype=np.int64)


@dataclass(frozen=True)
class _Cohorts:
    """Some cohorts of an ensemble."""

    rows: dict[str, _Row]  #: changes by measure
    units: Ints  #: cohorts by patients: the score at the end, in steps of `quantities.POINTS`
    analysed: _Bools  #: cohorts by patients

    @classmethod
    def of(cls, ensemble: Ensemble, start: int, stop: int) -> _Cohorts:
        """Return the cohorts from `start` to `stop`, exclusive."""
        columns = dict(zip(COLUMNS, np.moveaxis(ensemble.patients[start:stop], 2, 0), strict=True))
        analysed = columns["analysed"] == 1
        visits = ensemble.visits[start:stop]
        last = np.searchsorted(WEEKS, np.where(analysed, columns["end_week"], WEEKS[0]))
        before = visits[:, :, 0]
        after = np.take_along_axis(visits, last[:, :, None, None], axis=2)[:, :, 0]
        known = (before != MISSING) & (after != MISSING) & analysed[:, :, None]
        steps = np.where(known, after - before, 0)
        rows = {name: _Row(steps[..., at], known[..., at]) for at, name in enumerate(SCALES)}
        flat = Scorer(columns["ck_uln"].ravel(), ensemble.mmt_max).scores(
            *(each[..., : len(CORE)].reshape(-1, len(CORE)) for each in (before, after))
        )
        assessed = after[..., 0] != MISSING
        units = np.where(assessed, flat.reshape(analysed.shape), MISSING)
        return cls(rows, units, analysed)

    def values(self) -> Iterator[tuple[tuple[str, str | None], _Floats]]:
        """Generate the quantities in their order."""
        rows = {measure: _row_values(measure, row) for measure, row in self.rows.items()}
        for name in quantities.QUANTITIES:
            for measure in quantities.measures_of_quantity(name):
                if measure is None:
                    values = self._scores[name]
                elif measure in rows:
                    values = rows[measure][name]
                else:
                    values = self._correlations[measure]
                yield (name, measure), values

    @cached_property
    def _scores(self) -> dict[str, _Floats]:
        points = float(quantities.POINTS)
        sizes = self.analysed.sum(axis=1)
        each = np.arange(len(sizes))
        # Ascending, with those who do not count behind all others.
        ordered = np.sort(np.where(self.analysed, self.units, np.iinfo(np.int64).max), axis=1)

        def at_least(score: float) -> Ints:
            return np.asarray((self.analysed & (self.units * points >= score)).sum(axis=1))

        cutoffs = RESPONSE_CUTOFFS["adult"]
        responders = at_least(cutoffs["moderate"])
        middle = ordered[each, (sizes - 1) // 2] + ordered[each, sizes // 2]
        # Without responders they have no lowest score: as in `score_values`, the lowest of all.
        lowest = ordered[each, np.where(responders > 0, sizes - responders, 0)]
        sums = np.where(self.analysed, self.units, 0).sum(axis=1)
        return {
            "tis_mean": sums
            * quantities.POINTS.numerator
            / (quantities.POINTS.denominator * sizes),
            "tis_median": middle * points / 2,
            "tis_max": ordered[each, sizes - 1] * points,
            "tis_min": ordered[:, 0] * points,
            "tis_min_responder": lowest * points,
            "tis_major": at_least(cutoffs["major"]).astype(np.float64),
            "tis_zero": (self.analysed & (self.units == 0)).sum(axis=1).astype(np.float64),
        }

    @cached_property
    def _correlations(self) -> dict[str, _Floats]:
        rows = [self.rows[name] for name in CORE]
        known = np.logical_and.reduce([row.known for row in rows])
        ranks = [_doubled_ranks(row.steps, known) for row in rows]
        sizes = known.sum(axis=1)
        # Doubled ranks have the sum n (n + 1), with ties too.
        means = sizes * (sizes + 1)
        spreads = [sizes * (rank * rank).sum(axis=1) - means**2 for rank in ranks]
        found = {}
        for one, other in combinations(range(len(CORE)), 2):
            together = sizes * (ranks[one] * ranks[other]).sum(axis=1) - means**2
            spread = np.sqrt(spreads[one].astype(np.float64) * spreads[other])
            correlation = np.full(len(sizes), np.nan)  # where all changes are equal
            np.divide(together, spread, out=correlation, where=spread > 0)
            found[quantities.AND.join((CORE[one], CORE[other]))] = correlation
        return found


def _row_values(measure: str, row: _Row) -> dict[str, _Floats]:
    """Compute the quantities of one measure."""
    unit = SCALES[measure].step
    better = row.steps if SCALES[measure].better == "higher" else -row.steps
    zero = row.known & (row.steps == 0)
    return {
        "exact_p": _exact_p(row),
        "hodges_lehmann": _in_units(_doubled_median_of_sums(row), unit / 4),
        "mean_change": _in_units(row.steps.sum(axis=1), unit, row.sizes),
        "improved": (better > 0).sum(axis=1).astype(np.float64),
        "unchanged": zero.sum(axis=1).astype(np.float64),
        "worsened": (better < 0).sum(axis=1).astype(np.float64),
    }


def _in_units(whole: Ints, unit: Fraction, divisors: Ints | int = 1) -> _Floats:
    """Return whole numbers times a unit by one division, which rounds as a fraction does."""
    return np.asarray(whole * unit.numerator / (unit.denominator * divisors), dtype=np.float64)


def _doubled_median_of_sums(row: _Row) -> Ints:
    """Return twice the median sum of two changes, each with itself included."""
    one, other = np.triu_indices(row.steps.shape[1])
    sums = row.steps[:, one] + row.steps[:, other]
    sums[~(row.known[:, one] & row.known[:, other])] = np.iinfo(np.int64).max
    sums.sort(axis=1)
    count = row.sizes * (row.sizes + 1) // 2
    each = np.arange(len(sums))
    return np.asarray(sums[each, (count - 1) // 2] + sums[each, count // 2])


def _exact_p(row: _Row) -> _Floats:
    """Return two-sided P values of the exact signed-rank test, zeros dropped."""
    used = row.known & (row.steps != 0)
    ranks = _doubled_ranks(np.abs(row.steps), used)
    plus = np.where(row.steps > 0, ranks, 0).sum(axis=1)
    smaller = np.minimum(plus, ranks.sum(axis=1) - plus)
    ascending = np.sort(ranks, axis=1)
    return np.array(
        [
            _p_value(tuple(scores), last)
            for scores, last in zip(ascending.tolist(), smaller.tolist(), strict=True)
        ]
    )


@lru_cache(maxsize=1 << 14)
def _p_value(scores: tuple[int, ...], last: int) -> float:
    """Return the P value of doubled ranks, ascending, with 0 for those dropped."""
    used = scores[scores.count(0) :]
    return min(1.0, 2 * lower_tail(used, last)[0]) if used else 1.0


def _doubled_ranks(values: Ints, used: _Bools) -> Ints:
    """Return twice the mid-rank of each value among those used of its row, 0 of others."""
    less = (values[:, None, :] < values[:, :, None]) & used[:, None, :]
    equal = (values[:, None, :] == values[:, :, None]) & used[:, None, :]
    return np.asarray((2 * less.sum(axis=2) + equal.sum(axis=2) + 1) * used)
