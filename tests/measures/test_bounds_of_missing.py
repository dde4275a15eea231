"""Bounds of a score with empty cells, against every value that the cells can have.

The reference fills each empty cell with every value of its scale, one after the other, and scores
in fractions of whole tenths, points and eighths; it shares nothing with the package.
"""

from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.measures import score_visits

# Published table, in per cent: cuts and points (Aggarwal et al. 2017).
ACTIVITY, STRENGTH = (5, 15, 25, 40), (2, 10, 20, 30)
TABLE = {
    "physician_global": (ACTIVITY, (0, 7.5, 15, 17.5, 20)),
    "patient_global": (ACTIVITY, (0, 2.5, 5, 7.5, 10)),
    "mmt": (STRENGTH, (0, 10, 20, 27.5, 32.5)),
    "haq": (ACTIVITY, (0, 5, 7.5, 7.5, 10)),
    "ck": (ACTIVITY, (0, 2.5, 5, 7.5, 7.5)),
    "extramuscular": (ACTIVITY, (0, 7.5, 12.5, 15, 20)),
}
ULN, MMT_MAX = 40, 80
#: Every value of a scale. An activity of an enzyme has no upper end: these reach every band, from
#: next to nothing on.
TENTHS = [Fraction(n, 10) for n in range(101)]
GRID = {
    **dict.fromkeys(("physician_global", "patient_global", "extramuscular"), TENTHS),
    "mmt": [Fraction(n) for n in range(MMT_MAX + 1)],
    "haq": [Fraction(n, 8) for n in range(25)],
    "ck": [Fraction(1, 1000), *(Fraction(n) for n in range(1, 1200, 7)), Fraction(9999)],
}
#: What an empty cell may hold: an enzyme also far more than any that is given.
OF_EMPTY = {**GRID, "ck": [*GRID["ck"], Fraction(10**6)]}
SPAN = {**dict.fromkeys(GRID, Fraction(10)), "mmt": Fraction(MMT_MAX), "haq": Fraction(3)}
SPAN["ck"] = Fraction(15 * ULN)


def points(measure, before, after):
    gain = (after - before if measure == "mmt" else before - after) * 100 / SPAN[measure]
    cuts, earned = TABLE[measure]
    return earned[sum(gain > cut for cut in cuts)]


@cache
def possible_points(measure, before, after):
    sides = [OF_EMPTY[measure] if value is None else [value] for value in (before, after)]
    return {points(measure, *pair) for pair in product(*sides)}


def enumerated(before, after):
    """Least and greatest score over every value of every empty cell."""
    low = high = 0
    for measure in TABLE:
        possible = possible_points(measure, before[measure], after[measure])
        low, high = low + min(possible), high + max(possible)
    return [float(low), float(high)]


def table_of(before, after):
    rows = [
        {name: np.nan if value is None else float(value) for name, value in side.items()}
        for side in (before, after)
    ]
    return pd.DataFrame(rows).assign(patient_id="A", week=[0, 9])


def visit(*, optional_columns):
    def cells(name):
        values = st.sampled_from(GRID[name])
        return st.none() | values if optional_columns and name not in NEEDED else values

    return st.fixed_dictionaries({name: cells(name) for name in GRID})


NEEDED = ("physician_global", "mmt")


@examples(15)
@given(visit(optional_columns=True), visit(optional_columns=True))
def test_bounds_are_those_over_every_value_of_the_empty_cells(before, after):
    visits = table_of(before, after)
    scored = score_visits(visits, mmt_max=MMT_MAX, uln={"ck": ULN}, missing="bounds").iloc[1]
    low, high = enumerated(before, after)
    assert [scored["tis_low"], scored["tis_high"]] == [low, high]
    ends = {sum(score >= cut for cut in (20, 40, 60)) for score in (low, high)}
    names = ("none", "minimal", "moderate", "major")
    assert pd.isna(scored["response"]) == (len(ends) > 1)
    if len(ends) == 1:
        assert scored["response"] == names[ends.pop()]


@pytest.mark.parametrize("measure", ["patient_global", "haq", "extramuscular"])
@pytest.mark.parametrize("empty", ["before", "after"])
def test_bounds_for_every_known_value_of_the_other_visit(measure, empty):
    still = {name: values[-1] for name, values in GRID.items()}
    pairs = []
    for value in GRID[measure]:
        gap, known = still | {measure: None}, still | {measure: value}
        pairs.append((gap, known) if empty == "before" else (known, gap))
    visits = pd.concat(
        [table_of(*pair).assign(patient_id=number) for number, pair in enumerate(pairs)],
        ignore_index=True,
    )
    scored = score_visits(visits, mmt_max=MMT_MAX, uln={"ck": ULN}, missing="bounds")
    found = scored.loc[scored["week"] > 0, ["tis_low", "tis_high"]].to_numpy().tolist()
    assert found == [enumerated(*pair) for pair in pairs]
