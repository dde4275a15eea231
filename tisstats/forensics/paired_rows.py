"""Sample paired values that match ten printed numbers at once.

A row gives the quartiles of baseline, end and change, and the P value of the signed-rank test of
the changes. First the changes are drawn, with their quartiles by construction, until their P value
rounds to the printed one. Then each gets a baseline, so that baselines and ends have their
quartiles too. Failure to find values is not a proof of impossibility.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from tisstats.forensics.order_statistics import (
    CountLimits,
    Ints,
    OrderStatistic,
    Transform,
    draw_between,
    fix_orders,
    repair,
)
from tisstats.forensics.printed_quartiles import PrintedQuartiles
from tisstats.printed import PrintedNumber

#: The columns with quartiles in a row; a change is the end minus the baseline.
TIMES = ("baseline", "end", "change")

#: Sets of changes per batch, and batches, until one has the printed P value.
_BATCH, _BATCHES = 768, 40

#: Sets of changes with that P value to try.
_TRIES = 60

#: Random starts, and choices per baseline, for one set of changes.
_STARTS, _CHOICES = 6, 24


@dataclass(frozen=True, slots=True)
class PrintedP:
    """A printed P value as limits of abs(z): above `z_low`, at most `z_high`."""

    printed: PrintedNumber  #: as printed, halves rounded up
    z_low: float  #: abs(z) at the largest P value that rounds to it; negative for 1
    z_high: float  #: abs(z) at the smallest, infinite where that is 0

    @classmethod
    def from_printed(cls, printed: PrintedNumber) -> PrintedP:
        """Convert a printed two-sided P value, or an upper bound of one."""
        value, half = Fraction(printed.value), Fraction(1, 2) / 10**printed.decimals
        low, high = (Fraction(0), value) if printed.relation else (value - half, value + half)
        size = NormalDist()
        return cls(
            printed,
            -1.0 if high >= 1 else -size.inv_cdf(float(high) / 2),
            -size.inv_cdf(float(low) / 2) if low > 0 else inf,
        )


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """Ten printed numbers: three quartiles for each of `TIMES`, and P."""

    quartiles: Mapping[str, PrintedQuartiles]  #: by time
    p: PrintedP  #: of the signed-rank test of the changes, zeros dropped

    @property
    def n(self) -> int:
        """Number of pairs."""
        return self.quartiles["change"].n


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Paired values, in steps."""

    baseline: Ints  #: one value per pair
    change: Ints  #: in ascending order
    unpaired: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))  #: ends alone

    @property
    def end(self) -> Ints:
        """Values at the end, of pairs."""
        return self.baseline + self.change


def abs_z(changes: Ints) -> NDArray[np.float64]:
    """Compute abs(z) of the signed-rank test of each row of changes.

    Zeros are dropped, ties share their rank, the variance is corrected for ties, and there is no
    correction for continuity.

    Parameters
    ----------
    changes : shape (sets, n)
        Whole numbers of steps.

    Returns
    -------
    ndarray, shape (sets,)
        0 where no change is left.

    Examples
    --------
    >>> abs_z(np.array([[1, 2, 3], [-1, 1, 0]])).round(3).tolist()
    [1.604, 0.0]
    """
    size = np.abs(changes).astype(np.int32)
    kept = size > 0
    # Twice the rank is whole even where ties share it: twice those below, those equal, and one.
    below = (size[:, :, None] > size[:, None, :]) & kept[:, None, :]
    equal = size[:, :, None] == size[:, None, :]
    ranks = (2 * below.sum(axis=2) + equal.sum(axis=2) + 1) * kept
    signed = (np.sign(changes) * ranks).sum(axis=1)
    spread = np.sqrt((ranks * ranks).sum(axis=1))
    z = np.zeros(len(changes))
    np.divide(np.abs(signed), spread, out=z, where=spread > 0)
    return z


class PairSampler:
    """Sampler of pairs that match the numbers of a row.

    Parameters
    ----------
    row
        The printed numbers; the quartiles at the end include unpaired values.
    values, baselines, changes
        Smallest and largest end, baseline and change, in steps.
    level_scale, change_scale
        Transforms of values and changes for sampling, such as the logarithm; by default none.
    apart
        Typical distance between the two neighbours of a quartile, in n-ths of the interquartile
        range. With 0 a row on a fine scale is found soonest.
    """

    def __init__(
        self,
        row: PrintedRow,
        values: tuple[int, int],
        baselines: tuple[int, int],
        changes: tuple[int, int],
        *,
        level_scale: Transform | None = None,
        change_scale: Transform | None = None,
        apart: float = 2,
    ) -> None:
        self.row, self.values, self.baselines, self.changes = row, values, baselines, changes
        self.level_scale, self.change_scale, self.apart = level_scale, change_scale, apart
        self.unpaired = row.quartiles["end"].n - row.n

    def draw(
        self,
        rng: np.random.Generator,
        tries: int = _TRIES,
        batches: int = _BATCHES,
        starts: int = _STARTS,
    ) -> Pairs | None:
        """Draw one set of pairs; None if the attempts fail.

        Parameters
        ----------
        rng
            Source of randomness.
        tries, batches
            Sets of changes to try, and batches to search for each.
        starts
            Sets of baselines to try with each.
        """
        for _ in range(tries):
            change = self.draw_changes(rng, batches)
            if change is None:
                continue
            for _ in range(starts):
                levels = self.draw_baselines(rng, change)
                if levels is not None:
                    return Pairs(levels[: self.row.n], change, levels[self.row.n :])
        return None

    def draw_changes(self, rng: np.random.Generator, batches: int = _BATCHES) -> Ints | None:
        """Draw changes, ascending, with the printed quartiles and P value."""
        orders = self._orders(rng, "change")
        if not orders:
            return None
        reach = (0.5, 0.5) if self.change_scale is None else (0.15, 0.6)
        shape = (_BATCH, self.row.n)
        for _ in range(batches):
            drawn = draw_between(rng, orders, shape, self.changes, reach, self.change_scale)
            sizes = abs_z(drawn)
            fits = (sizes > self.row.p.z_low) & (sizes <= self.row.p.z_high)
            found = np.flatnonzero(fits & self.allowed(drawn))
            if len(found):
                return np.asarray(drawn[found[0]])
        return None

    def draw_baselines(self, rng: np.random.Generator, change: Ints) -> Ints | None:
        """Draw a baseline for every change, so that baseline and end have their quartiles.

        Returns
        -------
        ndarray, shape (pairs + unpaired,)
            Baselines in the order of the changes, then the ends of the unpaired.
        """
        within = self.baseline_limits(rng, change)
        if within is None or (within[0] > within[1]).any():
            return None
        before, after = self._orders(rng, "baseline"), self._orders(rng, "end")
        if not (before and after):
            return None
        n, total = self.row.n, self.row.n + self.unpaired
        low, high = (
            np.concatenate([each, np.full(self.unpaired, end)])
            for each, end in zip(within, self.values, strict=True)
        )
        shift = np.concatenate([change, np.zeros(self.unpaired, dtype=np.int64)])
        limits = CountLimits(total)
        limits.add(before, among=np.arange(total) < n)
        limits.add(after, shift)
        reach = (0.4, 0.4) if self.level_scale is None else (0.25, 0.3)
        drawn = draw_between(rng, before, (_CHOICES, n), self.baselines, reach, self.level_scale)
        late = draw_between(rng, after, (_CHOICES, total), self.values, reach, self.level_scale)
        starts = rng.permuted(drawn, axis=1).T
        ends = self.pair_ends(rng, late, shift)
        choices = np.concatenate(
            [np.concatenate([starts, ends[n:]]), ends - shift[:, None]]
            + [np.full((total, 1), order.low) for order in before]
            + [(order.low - shift)[:, None] for order in after],
            axis=1,
        )
        choices = self._within(rng, choices, low[:, None], high[:, None])
        return repair(rng, choices[:, 0], choices, limits)

    def allowed(self, changes: Ints) -> NDArray[np.bool_]:
        """Return which sets of changes are permitted; here all."""
        return np.ones(len(changes), dtype=bool)

    def baseline_limits(
        self,
        rng: np.random.Generator,  # noqa: ARG002 - used by subclasses
        change: Ints,
    ) -> tuple[Ints, Ints] | None:
        """Return the smallest and largest baseline of each change; None if there are none."""
        return (
            np.maximum(self.baselines[0], self.values[0] - change),
            np.minimum(self.baselines[1], self.values[1] - change),
        )

    def pair_ends(
        self,
        rng: np.random.Generator,
        late: Ints,
        change: Ints,  # noqa: ARG002 - used by subclasses
    ) -> Ints:
        """Assign sorted ends, shape (choices, n), to changes; here at random."""
        return rng.permuted(late, axis=1).T

    def _orders(self, rng: np.random.Generator, time: str) -> list[OrderStatistic]:
        quartiles = self.row.quartiles[time]
        return fix_orders(rng, quartiles, self.apart * (quartiles.spread / self.row.n))

    def _within(self, rng: np.random.Generator, choices: Ints, low: Ints, high: Ints) -> Ints:
        """Redistribute out-of-range choices within the range, not all at its limit."""
        q1, median, q3 = (quartile.low / quartile.scale for quartile in self.row.quartiles["end"])
        inside = rng.exponential(1 / 3, choices.shape)
        found = np.where(choices < low, low + np.rint(inside * (median - q1)), choices)
        found = np.where(choices > high, high - np.rint(inside * (q3 - median)), found)
        return np.clip(found, low, high).astype(np.int64)
