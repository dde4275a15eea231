"""Tables and computed sentences of the page on what the published numbers pin down."""

import re
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from tisstats.bounds import ensemble_spread, join_spread, read_bounds, read_sensitivity
from tisstats.chapters import bound_tables
from tisstats.chapters.identifiability import Identifiability, diversity, open_quantities
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021 import table2_bounds
from tisstats.lim2021.scales import SCALES
from tisstats.synthetic import CONSTRAINTS, Assumptions
from tisstats.synthetic.diversity import Diversity, QuantityRange
from tisstats.synthetic.ensemble import Ensemble
from tisstats.synthetic.run import REFERENCE_CANDIDATES

pytestmark = pytest.mark.usefixtures("not_drawn")


@pytest.fixture(scope="module")
def page():
    return Identifiability(cohort="reference")


@pytest.fixture(scope="module")
def ranges():
    return join_spread(read_bounds(), ensemble_spread(Ensemble.read(), n_cohorts=5))


def test_every_constraint_is_listed_with_the_lines_that_test_and_enforce_it(page):
    table = page.constraints().frame
    assert list(table["Code name"]) == [each.name for each in CONSTRAINTS]
    assert table.columns[0] == "Requirement"
    assert (
        not table["Requirement"].str.contains("with (?:skin|raynaud|cardiac|other) in every").any()
    )
    assert table["Tested at"].str.fullmatch(r"\w+\.py:\d+").all()
    assert table["Enforced at"].str.fullmatch(r"\w+\.py:\d+").all()


def test_every_assumption_is_listed_with_its_value(page):
    table = page.assumptions(Assumptions(ck_uln_male=200)).frame
    assert (table != "").all().all()
    assert table["Assumption"].is_unique
    assert not table["Assumption"].str.contains("_").any()
    table = table.set_index("Code name")
    assert table.loc["ck_uln_male", "Value"] == "200"
    assert table.loc["quartiles", "Adjustable"] == "no"
    assert table.loc["ck_uln_male", "Effect of dropping it"] == "–"
    assert table.loc["age_min", "Value"] == "18"
    assert table.loc["rescue_in_nonresponders", "Reason"].startswith("inference: ")


def test_measures_stand_in_the_order_of_the_article(ranges):
    drawn = bound_tables.bound_ranges(ranges, "exact_p")
    for row, scale in zip(drawn, SCALES.values(), strict=True):
        assert row.title == scale.name
    for row in drawn:
        spread = row.ensemble
        assert row.lower <= spread.low <= spread.median <= spread.high <= row.upper


def test_all_quantities_stand_in_one_of_the_tables(ranges):
    kinds = ("score", "row", "pair")
    laid = pd.concat([pd.DataFrame(bound_tables.range_rows(ranges, of, 1000)) for of in kinds])
    assert laid.columns[-1] == "Range in 1000 synthetic cohorts"
    assert len(laid) == len(ranges)
    assert not laid.isin(["", "nan"]).any().any()


def test_bounds_are_no_wider_than_what_the_printed_changes_alone_allow(ranges):
    """Against the stored ranges of exact P values, of which the bounds are a part."""
    published = PublishedFacts.read()
    assert open_quantities.describe_narrower(ranges, published) == (
        "physician global activity, < 0.0001 to 0.0098 instead of < 0.0001 to 0.0099"
    )
    rows = ranges[ranges["quantity"] == "exact_p"].set_index("measure")
    for each in table2_bounds.attainable_p(published):
        low, high = table2_bounds.p_limits(each.ranges.exact_given_printed)
        assert rows.loc[each.measure, "minimum"] > low * (1 - 1e-9)
        assert rows.loc[each.measure, "maximum"] < high * (1 + 1e-9)
    assert rows.loc["physician_global", "maximum"] == pytest.approx(1273 / 131072)


def test_limits_are_counted_by_their_proof(ranges):
    counts = bound_tables.count_proofs(bound_tables.bounds_of_ranges(ranges))
    assert counts["bounds"] == 2 * len(ranges)
    assert counts["bounds_optimal"] + counts["bounds_unlimited"] == counts["bounds"]
    assert counts["bounds_outer"] == "none is merely an outer bound"
    enclosed = ranges.assign(proven_minimum="outer")
    # Where there is no limit, nothing encloses.
    found = bound_tables.count_proofs(bound_tables.bounds_of_ranges(enclosed))
    assert found["bounds_outer"] == f"{len(ranges) - 4} are outer bounds"
    # Means of scales without an upper end: CK and the dynamometry of each muscle.
    assert counts["bounds_unlimited"] == 2 * 4


def test_recomputed_bounds_are_counted_by_their_proof():
    page = Identifiability(cohort="reference")
    numbers, altered = page.sensitivity_numbers(), read_sensitivity()
    assert numbers["altered"] == len(altered)
    assert numbers["altered"] == numbers["steps_proved"] + numbers["dropped_proved"]
    unlimited = int((altered["value"] == "unbounded").sum())
    assert numbers["altered_unlimited"] == unlimited > 0
    # The page says of the others that synthetic values attain them.
    assert set(altered["proven"]) == {"sharp"}
    assert numbers["altered_optimal"] == len(altered) - unlimited
    assert numbers["altered_outer"] == "none is merely an outer bound"
    vars(page)["sensitivity"] = altered.assign(proven="outer")
    assert page.sensitivity_numbers()["altered_outer"] == (
        f"{len(altered) - unlimited} are outer bounds"
    )


def test_ends_that_are_only_enclosed_are_called_so():
    row = {
        "quantity": "tis_mean",
        "measure": "total_improvement_score",
        "step": "1/10 and 1/10 and 1 and 1/8 and 1 and 1/10",
        "minimum": 1.0,
        "maximum": float("inf"),
        "proven_minimum": "sharp",
        "proven_maximum": "outer",
        "ensemble_min": 2.0,
        "ensemble_max": 3.0,
    }
    (laid,) = pd.DataFrame(bound_tables.range_rows(pd.DataFrame([row]), "score", 5)).to_dict(
        "records"
    )
    assert laid["Attained?"] == "minimum attained; maximum unbounded"
    assert laid["Bounds"] == "1.0 to unbounded"


def test_without_limit_on_both_sides_is_said_once():
    row = {"quantity": "mean_change", "minimum": -float("inf"), "maximum": float("inf")}
    assert bound_tables.format_bound_range(row) == "unbounded"


@pytest.mark.parametrize(
    ("value", "quantity", "minimum", "maximum"),
    [
        (0.00001, "exact_p", "< 0.0001", "< 0.0001"),
        (0.009712, "exact_p", "0.0097", "0.0098"),
        (0.834839, "exact_p", "0.8348", "0.8349"),
        (0.0615, "exact_p", "0.0615", "0.0615"),
        (-0.625, "hodges_lehmann", "−0.63", "−0.62"),
        (18.25, "hodges_lehmann", "18.25", "18.25"),
        (-1584.5, "hodges_lehmann", "−1585", "−1584"),
        (520 / 19, "mean_change", "27.36", "27.37"),
        (4, "worsened", "4", "4"),
        (17.5, "tis_median", "17.5", "17.5"),
        (1025 / 38, "tis_mean", "26.9", "27.0"),
        (1765 / 38, "tis_mean", "46.4", "46.5"),
    ],
)
def test_limits_have_the_places_of_their_unit_and_are_rounded_outward(
    value, quantity, minimum, maximum
):
    assert bound_tables.format_bound(value, quantity, "minimum") == minimum
    assert bound_tables.format_bound(value, quantity, "maximum") == maximum


def shown_number(text):
    """Read a limit as shown; what is shown as a bound is 0 below and the bound above."""
    return Fraction(text.replace("−", "-"))


def test_no_shown_limit_excludes_what_is_allowed(ranges):
    """Against the exact values of the table of bounds, every one of them."""
    exact = read_bounds()
    for row in exact[exact["value"] != "unbounded"].to_dict("records"):
        shown = bound_tables.format_bound(row["number"], row["quantity"], row["side"])
        if shown == "< 0.0001":
            assert Fraction(row["value"]) < Fraction(1, 10_000)
        elif row["side"] == "minimum":
            assert shown_number(shown) <= Fraction(row["value"])
        else:
            assert shown_number(shown) >= Fraction(row["value"])
    # Figures and their descriptions have the same text.
    for quantity in ("exact_p", "worsened"):
        laid = pd.DataFrame(
            bound_tables.range_rows(ranges[ranges["quantity"] == quantity], "row", 1000)
        )
        drawn = [row.numbers for row in bound_tables.bound_ranges(ranges, quantity)]
        assert drawn == list(laid["Bounds"])


def test_limits_that_restate_the_assumptions_are_found_and_named(ranges):
    told = open_quantities.trivial_bound_numbers(ranges, PublishedFacts.read())
    assert told["restated_count"] == 5
    assert told["restated"].split("; ") == [
        "the worst score of a responder is at least 40",
        "the best score is at least 40",
        "the worst score is at most 17.5",
        "the median score is at most 17.5",
        "the number with major improvement is at most 8",
    ]
    # One that the optimiser had moved inward would say more than the assumptions.
    narrower = ranges.copy()
    narrower.loc[narrower["quantity"] == "tis_max", "minimum"] = 42.5
    told = open_quantities.trivial_bound_numbers(narrower, PublishedFacts.read())
    assert told["restated_count"] == 4


def test_numbers_of_constraints_and_of_the_checker_are_reconciled(page):
    told, report = page.check_numbers(), page.report
    assert told["entries"] == page.constraints().frame["Facts covered"].sum() == 309
    assert told["entries"] - told["named_twice"] == told["named"]
    assert told["named"] == told["named_and_checked"] + told["marks"] + told["criteria"]
    assert told["named_and_checked"] + told["percentages"] == report.counts()["numbers"] == 347


def test_what_collapses_is_said_and_what_follows():
    quantities = (
        QuantityRange("mean age", "years", 50.0, 51.0, 52.0, n_distinct=3),
        QuantityRange("women", "patients", 12.0, 12.0, 12.0, n_distinct=1),
    )
    free = Diversity(1000, 1.0, 1.0, 0.0, 0.0, quantities[:1])
    assert "none is the same in all 1000 cohorts" in diversity.describe_collapsed(free)
    same = Diversity(1000, 1.0, 1.0, 0.0, 0.0, quantities)
    assert "1 is the same in all 1000 cohorts" in diversity.describe_collapsed(same)


def test_the_title_says_whether_a_limit_moves():
    page = Identifiability(cohort="reference")
    compared = page.sensitivity_comparison
    vars(page)["sensitivity_comparison"] = compared.assign(moved=False)
    assert page.inference_sensitivity().caption.endswith("none changes")
    vars(page)["sensitivity_comparison"] = compared.assign(moved=True)
    assert "changed bounds" in page.inference_sensitivity().caption
    assert (
        page.sensitivity_numbers()["dropped_moved"] == page.sensitivity_numbers()["dropped_proved"]
    )


def test_the_sensitivity_tables_name_what_stays():
    compared = bound_tables.compare_sensitivity(read_bounds(), read_sensitivity())
    table = pd.DataFrame(bound_tables.sensitivity_rows(compared, ["ck_limits"]))
    assert list(table["Bound"]) == [
        "all 4 that were recomputed: mean score at last assessment, both bounds; "
        "median score at last assessment, both bounds"
    ]
    newtons = pd.DataFrame(bound_tables.sensitivity_rows(compared, ["force_step_1_6"]))[
        "Bound"
    ].iloc[-1]
    number = int(re.match(r"the other (\d+) of", newtons)[1])
    of_change = compared[compared["alternative"] == "force_step_1_6"]
    assert number == int((~of_change["moved"]).sum())


def test_that_the_reference_cohort_was_selected_is_said_where_cohorts_are_explained(page):
    root = Path(__file__).parents[2]
    assert page.diversity_numbers()["candidates"] == str(REFERENCE_CANDIDATES)
    chapter = (root / "notebooks/06_identifiability.ipynb").read_text(encoding="utf-8")
    assert "was selected: of {glue:text}`candidates` candidates" in chapter
    glossary = (root / "book/glossary.md").read_text(encoding="utf-8")
    assert "the reference cohort, was selected from several candidates" in glossary
    response = (root / "notebooks/03_primary_outcome.ipynb").read_text(encoding="utf-8")
    assert (
        "for [the reference cohort](06_identifiability.ipynb) also from its selection" in response
    )
