"""Tables of the page on what the published numbers pin down."""

import pandas as pd
import pytest

from tisstats.measures.scales import SCALES
from tisstats.reconstruction import CONSTRAINTS, Assumptions, pinned_down
from tisstats.reconstruction.bounds import ensemble_spread, read_bounds, with_spread
from tisstats.reconstruction.ensemble import Ensemble


@pytest.fixture(scope="module")
def ranges():
    return with_spread(read_bounds(), ensemble_spread(Ensemble.read(), first=5))


def test_every_constraint_is_listed_with_the_lines_that_test_and_enforce_it():
    table = pinned_down.constraint_table()
    assert list(table["Constraint"]) == [each.name for each in CONSTRAINTS]
    assert table["Tested at"].str.fullmatch(r"\w+\.py:\d+").all()
    assert table["Enforced at"].str.fullmatch(r"\w+\.py:\d+").all()


def test_every_assumption_is_listed_with_its_value():
    table = pinned_down.assumption_table(Assumptions(ck_uln_male=200)).set_index("Assumption")
    assert table.loc["ck_uln_male", "Value"] == "200"
    assert table.loc["quartiles", "Can be changed"] == "no"


def test_measures_stand_in_the_order_of_the_article(ranges):
    drawn = pinned_down.drawn(ranges, "exact_p")
    for row, scale in zip(drawn, SCALES.values(), strict=True):
        assert row.title.startswith(f"{scale.name} (by ")
    for row in drawn:
        low, middle, high = row.spread
        assert row.least <= low <= middle <= high <= row.greatest


def test_all_quantities_stand_in_one_of_the_tables(ranges):
    shown = [
        *pinned_down.OF_SCORES,
        *pinned_down.OF_MEASURES,
        *pinned_down.OF_PAIRS,
    ]
    assert sorted(shown) == sorted(set(ranges["quantity"]))
    laid = pinned_down.range_table(ranges, shown)
    assert len(laid) == len(ranges)
    assert not laid.isin(["", "nan"]).any().any()


def test_limits_are_counted_by_their_proof(ranges):
    counts = pinned_down.bound_counts(ranges)
    assert counts["bounds"] == 2 * len(ranges)
    kinds = ("bounds_optimal", "bounds_outer", "bounds_unlimited")
    assert sum(counts[kind] for kind in kinds) == counts["bounds"]
    # Means of scales without an upper end: CK and the dynamometry of each muscle.
    assert counts["bounds_unlimited"] == 2 * 4


def test_ends_that_are_only_enclosed_are_called_so():
    row = {
        "quantity": "tis_mean",
        "measure": "total_improvement_score",
        "step": "1/10 and 1/10 and 1 and 1/8 and 1 and 1/10",
        "least": 1.0,
        "greatest": float("inf"),
        "proven_least": "optimal",
        "proven_greatest": "outer",
        "lowest": 2.0,
        "highest": 3.0,
    }
    (laid,) = pinned_down.range_table(pd.DataFrame([row]), ["tis_mean"]).to_dict("records")
    assert laid["Proof"] == "least attained; greatest without limit"
    assert laid["Least to greatest"] == "1.0 to no limit"


@pytest.mark.parametrize(
    ("value", "quantity", "text"),
    [
        (0.00001, "exact_p", "< 0.0001"),
        (0.0615, "exact_p", "0.0615"),
        (-0.625, "hodges_lehmann", "−0.63"),
        (-3066.5, "hodges_lehmann", "−3067"),
        (4, "worse", "4"),
        (17.5, "tis_median", "17.5"),
    ],
)
def test_numbers_have_the_places_of_their_unit(value, quantity, text):
    assert pinned_down.number(value, quantity) == text
