"""Patient values for a row of Table 2, by a seeded search.

First the changes: drawn so that their quartiles fit by construction, kept when their P value
prints as published. Then the levels: which patient's values lie between which printed quartiles
is an integer program of counts, for a quartile that is an order statistic only counts how many
values lie below and above it. What is found is checked by arithmetic elsewhere; that nothing is
found proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice, pairwise, product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from tisstats.forensics._ordered_values import Box, box_of_quartiles, narrowed
from tisstats.forensics.signed_rank_range import signed_rank_p_range
from tisstats.lim2021.table2_row import PatientValues, Quartiles, Row, gives, p_prints
from tisstats.printed import parse
from tisstats.statistics import quantile_weights

_SEED = 20210
_DRAWS = 4000  #: sets of changes that are drawn at most
_TRIES = 40  #: sets of changes with the printed P value for which levels are sought
_SHARES = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))


def search(row: Row) -> PatientValues | None:
    """Look for values that give all ten numbers of a row; None if none are found."""
    levels = [_box(row, row.baseline, row.pairs), _box(row, row.end, row.pairs + row.unpaired)]
    boxes = [box for box in levels if box is not None]
    if len(boxes) < len(levels):
        return None
    for changes in islice(_changes(row), _TRIES):
        values = _levels(row, changes, *boxes)
        if values is not None and gives(values, row):
            return values
    return None


def _box(row: Row, printed: Quartiles, n: int, *, change: bool = False) -> Box | None:
    """Give intervals within which all sorted values have the printed quartiles."""
    scale = row.scale
    low: int | None = int(scale.low / scale.step)
    high = None if scale.high is None else int(scale.high / scale.step)
    if change:
        low, high = (None, None) if high is None or low is None else (low - high, high - low)
    quartiles = [
        (parse(text), quantile_weights(n, share, row.definition))
        for text, share in zip(printed, _SHARES, strict=True)
    ]
    if not all(weights for _, weights in quartiles):
        return None
    box = box_of_quartiles(n, quartiles, scale.step, low, high, "half-up")
    while box is not None and box.links:
        # Linked neighbours as close together as the print allows: one choice of many.
        link = box.links[0]
        weight = link.lower + link.upper
        nearest = -(-link.low // weight)
        pair = next(
            (
                (below, below + gap)
                for gap in range(weight + 1)
                for below in range(nearest, nearest - weight - 1, -1)
                if link.low <= weight * below + link.upper * gap <= link.high
            ),
            None,
        )
        if pair is None:
            return None
        ends = list(box.low), list(box.high)
        for each in ends:
            each[link.place : link.place + 2] = pair
        rest = box.links[1:]
        box = narrowed(replace(box, low=_up(ends[0]), high=_down(ends[1]), links=rest))
    return box


def _up(low: list[int]) -> tuple[int, ...]:
    return tuple(np.maximum.accumulate(low).tolist())


def _down(high: list[int]) -> tuple[int, ...]:
    return tuple(np.minimum.accumulate(high[::-1])[::-1].tolist())


def _changes(row: Row) -> Iterator[tuple[Fraction, ...]]:
    """Draw sorted changes, in steps, whose quartiles and P value print as published."""
    box = _box(row, row.change, row.pairs, change=True)
    if box is None:
        return
    step = row.scale.step
    rng = np.random.default_rng(_SEED)
    n = row.pairs
    inner = [box.low[n // 4], box.high[3 * n // 4]]
    spread = max(4, inner[1] - inner[0])
    for _ in range(_DRAWS):
        reach = spread * rng.uniform(0.05, 1.5, 2)
        low = np.maximum(box.low, inner[0] - reach[0].astype(int))
        high = np.minimum(box.high, inner[1] + reach[1].astype(int))
        low, high = np.minimum(low, box.high), np.maximum(high, box.low)
        values = np.sort(rng.integers(low, np.maximum(high, low) + 1))
        values = np.clip(values, box.low, box.high)
        changes = tuple(int(value) * step for value in values)
        if p_prints(changes, row.p):
            yield changes
    found = signed_rank_p_range(
        *row.change,
        n,
        step,
        None if row.widest_change is None else -row.widest_change,
        row.widest_change,
        row.definition,
        printed_p=row.p,
    )
    if found.witness_printed is not None:
        yield found.witness_printed


def _levels(
    row: Row, changes: tuple[Fraction, ...], baseline: Box, end: Box
) -> PatientValues | None:
    """Choose baselines so that baselines and ends have their quartiles, by counting."""
    step = row.scale.step
    moves = [int(change / step) for change in changes]
    columns, counted = [], []
    classes = [_classes(box) for box in (baseline, end)]
    for patient, move in enumerate([*moves, *([None] * row.unpaired)]):
        for (low, high), (first, last) in (
            product(*classes)
            if move is not None
            else (((0, 0), interval) for interval in classes[1])
        ):
            least = first if move is None else max(low, first - move)
            most = last if move is None else min(high, last - move)
            if least <= most:
                columns.append((patient, least, most))
                start = None if move is None else low
                counted.append((start, first))
    rows, lower, upper = [], [], []
    patients = np.array([column[0] for column in columns])
    for patient in range(len(moves) + row.unpaired):
        rows.append(patients == patient)
        lower.append(1)
        upper.append(1)
    for which, box in enumerate((baseline, end)):
        firsts = np.array([np.inf if pair[which] is None else pair[which] for pair in counted])
        for rank, (low, high) in enumerate(zip(box.low, box.high, strict=True)):
            rows += [firsts < low, firsts <= high]
            lower += [0, rank + 1]
            upper += [rank, len(patients)]
    solved = milp(
        np.random.default_rng(_SEED).random(len(columns)),
        constraints=LinearConstraint(np.array(rows, dtype=float), lower, upper),
        integrality=np.ones(len(columns), dtype=np.int64),
        bounds=Bounds(0, 1),
    )
    if solved.x is None:
        return None
    chosen = [columns[at] for at in np.flatnonzero(solved.x > 0.5)]
    rng = np.random.default_rng(_SEED)
    starts, ends = [], []
    for patient, least, most in sorted(chosen):
        # Without an upper end of the scale, stay within twice the least value.
        value = int(rng.integers(least, min(most, 2 * least + 20) + 1))
        if patient < len(moves):
            starts.append(value * step)
            ends.append((value + moves[patient]) * step)
        else:
            ends.append(value * step)
    return PatientValues(tuple(starts), tuple(ends))


def _classes(box: Box) -> list[tuple[int, int]]:
    """Cut the scale where the counts of values below change."""
    cuts = sorted({*box.low, *(high + 1 for high in box.high)})
    return [(first, after - 1) for first, after in pairwise(cuts)]
