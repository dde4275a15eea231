"""The drawn rows against the model of the solver: a row is found iff the model has a solution."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

pytest.importorskip("ortools")

from ortools.sat.python import cp_model

from tests.cases import some
from tisstats.bounds.row_model import SortedRow
from tisstats.bounds.rows import SEARCH_CEILINGS, RowProblem
from tisstats.bounds.solving import solve
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.table2_row import Table2Row, find_values, reproduces_row
from tisstats.printed import format_rounded
from tisstats.statistics import quantile_weights, signed_rank_test


def has_solution(row):
    """Ask the solver, to proof."""
    scale, asked = row.scale, row.printed()
    ceiling = SEARCH_CEILINGS[row.measure] if scale.high is None else scale.high
    low, high = int(scale.low / row.step), int(ceiling / row.step)
    model = cp_model.CpModel()
    SortedRow(
        model,
        RowProblem(
            measure=row.measure,
            patients=row.pairs,
            step=row.step,
            low=low,
            high=high,
            higher_is_better=True,
            quartiles=asked.quartiles,
            z_low=asked.p.z_low,
            z_high=asked.p.z_high,
            baseline_high=high,
            change_high=high - low,
        ),
    )
    return solve(model) is not None


def row_of(published, measure):
    """The row as if everybody had both values."""
    row = Table2Row.read(published, measure, "spss")
    return replace(row, pairs=row.size("end"), unpaired=0)


@pytest.mark.parametrize("measure", SCALES)
def test_a_printed_row_is_found_and_the_model_has_a_solution(published, measure):
    row = row_of(published, measure)
    found = find_values(row)
    assert found is not None
    assert reproduces_row(found, row)
    assert has_solution(row)


@pytest.mark.parametrize(
    ("measure", "altered"),
    [
        ("physician_global", {"p": "0.40"}),
        ("swallowing", {"p": "0.05"}),
        ("mrs", {"end": ("0.0", "0.0", "0.0")}),
        ("haq", {"change": ("–0.4", "–0.1", "1.9")}),
    ],
)
def test_an_impossible_row_is_not_found_and_the_model_has_no_solution(published, measure, altered):
    row = replace(row_of(published, measure), **altered)
    assert find_values(row) is None
    assert not has_solution(row)


def printed(values):
    """Quartiles by their definition, as printed with one decimal."""
    ordered = sorted(values)
    shares = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))
    weights = [quantile_weights(len(ordered), share, "spss") for share in shares]
    return tuple(
        format_rounded(sum(weight * ordered[rank - 1] for rank, weight in each.items()), 1)
        for each in weights
    )


def drawn_row(rng):
    """A row around a few random numbers of a swallowing scale, half of them with another P."""
    n = int(rng.integers(7, 10))
    baseline, end = rng.integers(0, 11, n), rng.integers(0, 11, n)
    change = end - baseline
    p = signed_rank_test(change, method="asymptotic").pvalue if change.any() else 1.0
    if rng.integers(2):
        p = float(rng.uniform(0.02, 0.9))
    texts = (printed(values.tolist()) for values in (baseline, end, change))
    return Table2Row("swallowing", n, 0, *texts, format_rounded(p, 2), "spss")


def test_small_rows_are_found_only_if_the_model_has_a_solution_and_hardly_any_is_missed():
    """Draws that give up prove nothing: of few patients they may miss a row that exists."""
    rng = np.random.default_rng(2021)
    rows = some([drawn_row(rng) for _ in range(16)], 9)
    found = [find_values(row) is not None for row in rows]
    exist = [has_solution(row) for row in rows]
    assert [row for row, here, there in zip(rows, found, exist, strict=True) if here > there] == []
    assert len(rows) / 4 <= sum(exist) <= 3 * len(rows) / 4
    assert sum(exist) - sum(found) <= 1
