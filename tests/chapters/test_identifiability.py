"""Tables and computed sentences of the page on what the published numbers pin down."""

import re
from fractions import Fraction

import pandas as pd
import pytest

from tisstats.bounds import ensemble_spread, read_bounds, read_sensitivity, with_spread
from tisstats.chapters import identifiability, identifiability_sentences, premise_tables
from tisstats.ledger.published import Published
from tisstats.lim2021.cohort_check import check
from tisstats.measures.scales import SCALES
from tisstats.synthetic import CONSTRAINTS, Assumptions
from tisstats.synthetic.diversity import Diversity, QuantitySpread
from tisstats.synthetic.ensemble import Ensemble
from tisstats.synthetic.rows import patient_rows


@pytest.fixture(scope="module")
def ranges():
    return with_spread(read_bounds(), ensemble_spread(Ensemble.read(), first=5))


def test_every_constraint_is_listed_with_the_lines_that_test_and_enforce_it():
    table = identifiability.constraint_table()
    assert list(table["Name in the code"]) == [each.name for each in CONSTRAINTS]
    assert table.columns[0] == "What it demands"
    assert (
        not table["What it demands"]
        .str.contains("with (?:skin|raynaud|cardiac|other) in every")
        .any()
    )
    assert table["Tested at"].str.fullmatch(r"\w+\.py:\d+").all()
    assert table["Enforced at"].str.fullmatch(r"\w+\.py:\d+").all()


def test_every_assumption_is_listed_with_its_value():
    table = identifiability.assumption_table(Assumptions(ck_uln_male=200))
    assert (table != "").all().all()
    assert table["What is assumed"].is_unique
    assert not table["What is assumed"].str.contains("_").any()
    table = table.set_index("Name in the code")
    assert table.loc["ck_uln_male", "Value"] == "200"
    assert table.loc["quartiles", "Can be changed"] == "no"
    assert table.loc["ck_uln_male", "What becomes possible without it"] == "–"
    assert table.loc["age_low", "Value"] == "18"
    assert table.loc["rescue_in_nonresponders", "Reason"].startswith("inference: ")


def test_measures_stand_in_the_order_of_the_article(ranges):
    drawn = identifiability.drawn(ranges, "exact_p")
    for row, scale in zip(drawn, SCALES.values(), strict=True):
        assert row.title.startswith(f"{scale.name} (by ")
    for row in drawn:
        low, middle, high = row.spread
        assert row.least <= low <= middle <= high <= row.greatest


def test_all_quantities_stand_in_one_of_the_tables(ranges):
    shown = [
        *identifiability.OF_SCORES,
        *identifiability.OF_MEASURES,
        *identifiability.OF_PAIRS,
    ]
    assert sorted(shown) == sorted(set(ranges["quantity"]))
    laid = identifiability.range_table(ranges, shown, 1000)
    assert laid.columns[-1] == "Synthetic ensemble, lowest to highest of 1,000 cohorts"
    assert len(laid) == len(ranges)
    assert not laid.isin(["", "nan"]).any().any()


def test_limits_are_counted_by_their_proof(ranges):
    counts = identifiability.bound_counts(ranges)
    assert counts["bounds"] == 2 * len(ranges)
    assert counts["bounds_optimal"] + counts["bounds_unlimited"] == counts["bounds"]
    assert counts["bounds_outer"] == "none merely encloses them"
    enclosed = ranges.assign(proven_least="outer")
    # Where there is no limit, nothing encloses.
    found = identifiability.bound_counts(enclosed)
    assert found["bounds_outer"] == f"{len(ranges) - 4} merely enclose them"
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
    (laid,) = identifiability.range_table(pd.DataFrame([row]), ["tis_mean"], 5).to_dict("records")
    assert laid["Proof"] == "least attained; greatest without limit"
    assert laid["Least to greatest"] == "1.0 to no limit"


def test_without_limit_on_both_sides_is_said_once():
    row = {"quantity": "mean_change", "least": -float("inf"), "greatest": float("inf")}
    assert identifiability.told(row) == "unlimited in both directions"


@pytest.mark.parametrize(
    ("value", "quantity", "least", "greatest"),
    [
        (0.00001, "exact_p", "< 0.0001", "< 0.0001"),
        (0.009712, "exact_p", "0.0097", "0.0098"),
        (0.834839, "exact_p", "0.8348", "0.8349"),
        (0.0615, "exact_p", "0.0615", "0.0615"),
        (-0.625, "hodges_lehmann", "−0.63", "−0.62"),
        (18.25, "hodges_lehmann", "18.25", "18.25"),
        (-1584.5, "hodges_lehmann", "−1585", "−1584"),
        (520 / 19, "mean_change", "27.36", "27.37"),
        (4, "worse", "4", "4"),
        (17.5, "tis_median", "17.5", "17.5"),
        (1025 / 38, "tis_mean", "26.9", "27.0"),
        (1765 / 38, "tis_mean", "46.4", "46.5"),
    ],
)
def test_limits_have_the_places_of_their_unit_and_are_rounded_outward(
    value, quantity, least, greatest
):
    assert identifiability.limit(value, quantity, "least") == least
    assert identifiability.limit(value, quantity, "greatest") == greatest


def shown_number(text):
    """Read a limit as shown; what is shown as a bound is 0 below and the bound above."""
    return Fraction(text.replace("−", "-"))


def test_no_shown_limit_excludes_what_is_allowed(ranges):
    """Against the exact values of the table of bounds, every one of them."""
    exact = read_bounds()
    for row in exact[exact["value"] != "unbounded"].to_dict("records"):
        shown = identifiability.limit(row["number"], row["quantity"], row["side"])
        if shown == "< 0.0001":
            assert Fraction(row["value"]) < Fraction(1, 10_000)
        elif row["side"] == "least":
            assert shown_number(shown) <= Fraction(row["value"])
        else:
            assert shown_number(shown) >= Fraction(row["value"])
    # Figures and their descriptions have the same text.
    for quantity in ("exact_p", "worse"):
        laid = identifiability.range_table(ranges, [quantity], 1000)["Least to greatest"]
        assert [row.numbers for row in identifiability.drawn(ranges, quantity)] == list(laid)


def test_limits_that_restate_the_premises_are_found_and_named(ranges):
    told = identifiability_sentences.told_restated(ranges, Published.read())
    assert told["restated_count"] == 5
    assert told["restated"].split("; ") == [
        "the worst score of a responder is at least 40",
        "the best score is at least 40",
        "the worst score is at most 17.5",
        "the median score is at most 17.5",
        "the number with major improvement is at most 8",
    ]
    # One that the optimiser had moved inward would say more than the premises.
    narrower = ranges.copy()
    narrower.loc[narrower["quantity"] == "tis_best", "least"] = 42.5
    told = identifiability_sentences.told_restated(narrower, Published.read())
    assert told["restated_count"] == 4


def test_numbers_of_constraints_and_of_the_checker_are_reconciled():
    report = check(patient_rows("reference").trial, Published.read())
    told = identifiability_sentences.told_reconciled(report)
    assert told["entries"] == identifiability.constraint_table()["Facts named"].sum() == 309
    assert told["entries"] - told["named_twice"] == told["named"]
    assert told["named"] == told["named_and_checked"] + told["marks"] + told["criteria"]
    assert told["named_and_checked"] + told["percentages"] == report.counts()["numbers"] == 347


def test_what_collapses_is_said_and_what_follows():
    quantities = (
        QuantitySpread("mean age", "years", 50.0, 51.0, 52.0, distinct=3),
        QuantitySpread("women", "patients", 12.0, 12.0, 12.0, distinct=1),
    )
    free = Diversity(1000, 1.0, 1.0, 0.0, 0.0, quantities[:1])
    assert "none is the same in all 1,000 cohorts" in identifiability_sentences.told_collapsed(free)
    same = Diversity(1000, 1.0, 1.0, 0.0, 0.0, quantities)
    assert "1 is the same in all 1,000 cohorts" in identifiability_sentences.told_collapsed(same)


def test_the_title_says_whether_a_limit_moves():
    assert identifiability_sentences.title_of_dropped("none").endswith("none moves")
    assert "those that move" in identifiability_sentences.title_of_dropped(3)


def test_the_sensitivity_tables_name_what_stays():
    compared = premise_tables.compare(read_bounds(), read_sensitivity())
    table = identifiability.sensitivity_table(compared, ["ck_limits"])
    assert list(table["Bound"]) == [
        "all 4 that were proved again: mean score at the end, both limits; "
        "median score at the end, both limits"
    ]
    newtons = identifiability.sensitivity_table(compared, ["newtons_by_sixths"])["Bound"].iloc[-1]
    number = int(re.match(r"the other (\d+) of", newtons)[1])
    of_change = compared[compared["change"] == "newtons_by_sixths"]
    assert number == int((~of_change["moved"]).sum())
