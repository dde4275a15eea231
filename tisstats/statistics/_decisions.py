"""What a trial concludes from its counts: test, estimate and interval, looked up in tables.

Few patients have few outcomes: a P value or a limit is computed once for each possible table of
the same arm sizes and looked up from then on, however many trials have that table.

An arm is described by three whole numbers: the responders if every unknown response that the
analysis considers is a non-response, the same if every one is a response, and the denominator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tisstats.statistics import _two_arms, power
from tisstats.statistics._limits import normal_quantile
from tisstats.statistics.proportions import proportion_interval
from tisstats.statistics.trial_design import (
    MissingHandling,
    SingleArmDesign,
    TrialDesign,
    TwoArmDesign,
)
from tisstats.statistics.two_proportions import difference_limits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_MOST_KEPT = 10_000  # tables of counts whose limits are kept for later calls, which bounds memory
_TOLERANCE = 1e-12  # a limit that misses the null value by less than this does not exclude it


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Counts of one arm in several trials, each of shape (trials,)."""

    lowest: Ints  #: responders if unknown responses that are considered are non-responses
    highest: Ints  #: responders if they are responses
    patients: Ints  #: denominator

    @classmethod
    def of(
        cls, responders: Ints, unknown: Ints, patients: int, missing: MissingHandling
    ) -> Counted:
        """Return the counts by a rule for unknown responses."""
        everyone = np.full_like(responders, patients)
        if missing == "non-responder":
            return cls(responders, responders, everyone)
        if missing == "unknown":
            return cls(responders, responders, everyone - unknown)
        return cls(responders, responders + unknown, everyone)

    def __getitem__(self, chosen: NDArray[np.intp]) -> Counted:
        return Counted(self.lowest[chosen], self.highest[chosen], self.patients[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class Conclusions:
    """What several trials conclude, each of shape (trials,).

    Without a patient in an arm a trial does not reject, has no estimate, and its interval is
    everything that is possible.
    """

    rejects: Bools  #: whether the test rejects the null hypothesis
    lowest: Floats  #: smallest estimate; nan without a patient
    highest: Floats  #: largest estimate, the same unless unknown responses are bounded
    low: Floats  #: lower limit
    high: Floats  #: upper limit

    @classmethod
    def empty(cls, trials: int, least: float) -> Conclusions:
        """Return those of trials without a patient in an arm."""
        return cls(
            np.zeros(trials, dtype=np.bool_),
            np.full(trials, np.nan),
            np.full(trials, np.nan),
            np.full(trials, least),
            np.ones(trials),
        )


def conclude(design: TrialDesign, arms: tuple[Counted, ...]) -> Conclusions:
    """Return what trials of a design conclude from the counts of their arms."""
    if isinstance(design, SingleArmDesign):
        return _conclude_single(design, *arms)
    return _conclude_two(design, *arms)


def _conclude_single(design: SingleArmDesign, arm: Counted) -> Conclusions:
    found = Conclusions.empty(arm.patients.size, 0.0)
    for (patients,), rows in _by_size(arm):
        own = arm[rows]
        kept = np.concatenate([[0], np.cumsum(~_single_region(design, patients))])
        # Rejected if no number of responders from the lowest to the highest is accepted.
        found.rejects[rows] = kept[own.highest + 1] == kept[own.lowest]
        found.lowest[rows] = own.lowest / patients
        found.highest[rows] = own.highest / patients
        low, high = _proportion_limits(patients, design.confidence_level, design.interval_method)
        found.low[rows] = low[own.lowest]
        found.high[rows] = high[own.highest]
    return found


def _conclude_two(design: TwoArmDesign, first: Counted, second: Counted) -> Conclusions:
    found = Conclusions.empty(first.patients.size, -1.0)
    for (of_first, of_second), rows in _by_size(first, second):
        one, two = first[rows], second[rows]
        region = _two_arm_region(design, of_first, of_second)
        # Sums of the tables above and to the left that are accepted, for the number in a rectangle.
        kept = np.pad(np.cumsum(np.cumsum(~region, axis=0), axis=1), ((1, 0), (1, 0)))
        found.rejects[rows] = (
            kept[one.highest + 1, two.highest + 1] + kept[one.lowest, two.lowest]
        ) == (kept[one.lowest, two.highest + 1] + kept[one.highest + 1, two.lowest])
        found.lowest[rows] = one.lowest / of_first - two.highest / of_second
        found.highest[rows] = one.highest / of_first - two.lowest / of_second
        low, high = _difference_limits(
            of_first, of_second, design.confidence_level, design.interval_method
        )
        found.low[rows] = low[one.lowest, two.highest]
        found.high[rows] = high[one.highest, two.lowest]
    return found


def _by_size(*arms: Counted) -> Iterator[tuple[tuple[int, ...], NDArray[np.intp]]]:
    """Yield each combination of denominators, none of them 0, with the trials that have it."""
    base = 1 + max(int(arm.patients.max(initial=0)) for arm in arms)
    codes = np.zeros_like(arms[0].patients)
    for arm in arms:
        codes = codes * base + arm.patients
    order = np.argsort(codes, kind="stable")
    distinct, starts = np.unique(codes[order], return_index=True)
    for code, rows in zip(distinct.tolist(), np.split(order, starts[1:]), strict=True):
        sizes = []
        for _ in arms:
            code, size = divmod(code, base)
            sizes.append(size)
        if all(sizes):
            yield tuple(sizes[::-1]), rows


def _single_region(design: SingleArmDesign, patients: int) -> Bools:
    """Return whether each number of responders rejects, shape (patients + 1,)."""
    null, alpha, alternative = design.null_proportion, design.alpha, design.alternative
    if design.test == "binomial":
        return power.binomial_region(patients, null, alpha, alternative)
    level = 1 - (alpha if alternative == "two-sided" else 2 * alpha)
    low, high = _proportion_limits(patients, level, design.test)
    return _excluded(low, high, null, alternative)


def _two_arm_region(design: TwoArmDesign, of_first: int, of_second: int) -> Bools:
    """Return whether each table rejects, shape (of_first + 1, of_second + 1)."""
    alpha, alternative = design.alpha, design.alternative
    if design.test in power.POWER_TESTS:
        return _two_arms.rejected(of_first, of_second, alpha, design.test, alternative)
    level = 1 - (alpha if alternative == "two-sided" else 2 * alpha)
    if design.test == "miettinen-nurminen":
        low, high = _score_distances(of_first, of_second, level)
    else:
        low, high = _difference_limits(of_first, of_second, level, design.test)
    return _excluded(low, high, 0.0, alternative)


def _score_distances(of_first: int, of_second: int, level: float) -> tuple[Floats, Floats]:
    """Return numbers that are on the same side of 0 as the Miettinen-Nurminen limits.

    The score falls as the difference grows, so the lower limit is above 0 where the score at 0
    exceeds the quantile, and likewise the upper one. At 0 the restricted estimate of both
    proportions is the pooled one, and nothing needs to be solved: the limits of all tables of two
    arms of 20 with unknown responses left out took minutes.
    """
    first, second = np.indices((of_first + 1, of_second + 1))
    total = of_first + of_second
    pooled = (first + second) / total
    variance = pooled * (1 - pooled) * (1 / of_first + 1 / of_second) * total / (total - 1)
    margin = normal_quantile(np.array(level)) * np.sqrt(variance)
    difference = first / of_first - second / of_second
    return difference - margin, difference + margin


def _excluded(low: Floats, high: Floats, null: float, alternative: str) -> Bools:
    """Return whether intervals exclude the null value on the side of the alternative."""
    above, below = low > null + _TOLERANCE, high < null - _TOLERANCE
    return {"greater": above, "less": below, "two-sided": above | below}[alternative]


@lru_cache(maxsize=1024)
def _proportion_limits(patients: int, level: float, method: str) -> tuple[Floats, Floats]:
    interval = proportion_interval(np.arange(patients + 1), patients, level, method)
    return np.asarray(interval.low), np.asarray(interval.high)


def _difference_limits(
    of_first: int, of_second: int, level: float, method: str
) -> tuple[Floats, Floats]:
    """Return the limits of all tables of two arms, each of shape (of_first + 1, of_second + 1)."""
    if (of_first + 1) * (of_second + 1) > _MOST_KEPT:
        return _compute_difference_limits(of_first, of_second, level, method)
    return _kept_difference_limits(of_first, of_second, level, method)


def _compute_difference_limits(
    of_first: int, of_second: int, level: float, method: str
) -> tuple[Floats, Floats]:
    shape = of_first + 1, of_second + 1
    first, second = (place.ravel() for place in np.indices(shape))
    counts = [first, np.full_like(first, of_first), second, np.full_like(second, of_second)]
    low, high = difference_limits(counts, np.full(first.size, level), method)
    return low.reshape(shape), high.reshape(shape)


_kept_difference_limits = lru_cache(maxsize=1024)(_compute_difference_limits)
