"""The primary outcome: the printed interval, coverage, and other ways to count."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from tisstats.chapters.primary_outcome import PrimaryOutcome
from tisstats.ledger.claim import Verdict
from tisstats.lim2021.response import denominator_choices, study_responses
from tisstats.printed import format_rounded
from tisstats.statistics import INTERVAL_METHODS, coverage, method_title

pytestmark = pytest.mark.usefixtures("not_drawn")


@pytest.fixture(scope="module")
def page():
    return PrimaryOutcome(
        threshold=40,
        horizon_week=9,
        confidence_level=0.95,
        interval_method="clopper-pearson",
        include_excluded_patient=False,
        treated_response=0.79,
        control_response=0.44,
        target_power=0.8,
        cohort="reference",
    )


def test_only_the_largest_variance_gives_both_printed_limits(page):
    printed_interval = page.printed_interval
    assert set(printed_interval.methods) == set(INTERVAL_METHODS)
    assert printed_interval.methods_matching_print == ("wald-max-variance",)
    table = page.intervals().frame.set_index("Method")
    assert table.loc["Wald with p = 1/2", ["Low", "High"]].tolist() == ["19.6", "64.6"]
    said = table["As printed"][table["As printed"] != "no"].to_dict()
    assert said == {
        "mid-P": "upper limit only",
        "arcsine": "upper limit only",
        "Wald with p = 1/2": "both limits",
    }


def test_coverage_of_every_method_for_the_analysed_patients(page):
    table = page.coverage_by_method().frame.set_index("Method")
    assert table.index.tolist() == [method_title(method) for method in INTERVAL_METHODS]
    attained = table["Coverage at least nominal everywhere"] == "yes"
    assert table.index[attained].tolist() == ["Clopper-Pearson", "Sterne", "Blaker"]
    assert table.loc["Clopper-Pearson", "Minimum coverage"] == "95.2"
    assert table.loc["Wald with p = 1/2", "Minimum coverage"] == "93.5"
    grid = coverage(19, np.linspace(0.001, 0.999, 999), 0.95, "wilson")
    assert float(table.loc["Wilson", "Mean coverage"]) == pytest.approx(
        100 * grid["coverage"].mean(), abs=0.1
    )


def test_what_the_prose_says_of_coverage(page):
    numbers = page.coverage_numbers()
    assert numbers["coverage_patients"] == 19
    assert numbers["attaining"] == "Clopper-Pearson, Sterne, Blaker"
    assert numbers["not_attaining_total"] == len(INTERVAL_METHODS) - 3
    assert (numbers["named_least"], numbers["giving_least"]) == ("95.2", "93.5")
    # The interval that was printed is wider on average, and yet promises less.
    assert float(numbers["giving_mean_width"]) > float(numbers["named_mean_width"])


def test_intervals_are_by_the_chosen_method_and_level(page):
    z, n, k = 1.6448536269514722, 19, 8  # Wilson's limits by hand
    middle, half = k + z**2 / 2, z * (k * (n - k) / n + z**2 / 4) ** 0.5
    low, high = (100 * end / (n + z**2) for end in (middle - half, middle + half))
    chosen = replace(page, confidence_level=0.9, interval_method="wilson")
    numbers = chosen.count_numbers()
    assert [numbers["low"], numbers["high"]] == [f"{low:.1f}", f"{high:.1f}"]
    table = chosen.by_denominator().frame
    (counted,) = table[table["n of N"] == "8 of 19"].to_dict("records")
    assert f"{low:.1f} to {high:.1f}" in counted.values()


def test_near_zero_the_methods_are_named_whose_coverage_vanishes(page):
    vanishing = [
        method_title(method)
        for method in INTERVAL_METHODS
        if coverage(19, np.array([1e-9]), 0.95, method)["coverage"][0] < 0.5
    ]
    assert vanishing
    said = page.coverage_numbers()["near_zero"]
    named = said.partition("For ")[2].partition(" it is approached")[0]
    assert set(named.replace(" and ", ", ").split(", ")) == set(vanishing)


def test_the_curves_set_the_printed_method_apart(page):
    alt = page.coverage_by_proportion().alt
    assert alt.count("highlighted") == 1
    assert "Wald with p = 1/2, highlighted" in alt


def test_the_printed_row_shows_the_printed_proportion_and_not_the_computed_one(page):
    assert page.printed_interval.printed.estimate == pytest.approx(0.42, abs=1e-12)
    assert "as printed, highlighted: 42.0% (19.6–64.6)." in page.forest().alt


def test_the_printed_proportion_has_the_verdict_of_the_ledger(page):
    numbers = page.interval_numbers()
    assert numbers["percent_verdict"] is Verdict.ROUNDING
    assert (numbers["printed_low"], numbers["printed_high"]) == ("19.6", "64.6")
    assert (numbers["true_low"], numbers["true_high"]) == ("20.3", "66.5")


@pytest.mark.parametrize("rule", ["half-up", "half-even", "truncate"])
def test_no_rule_of_ours_prints_the_proportion_with_one_decimal_as_the_article_does(page, rule):
    printed_interval = page.printed_interval
    assert (
        format_rounded(100 * printed_interval.count.proportion, 1, rule)
        == "42.1"
        != printed_interval.printed_percent
    )
    assert format_rounded(100 * printed_interval.count.proportion, 0, rule) == "42"


def test_responders_are_counted_in_every_way_that_the_article_allows(page, published):
    ways = denominator_choices(published)
    found = list(zip(ways["responders"], ways["patients"], strict=True))
    assert found == [(8, 19), (8, 20), (9, 19), (10, 20), (11, 20), (12, 19), (13, 20)]
    table = page.by_denominator().frame
    (discussed,) = table[table["%"] == "55.0"].to_dict("records")
    assert discussed["n of N"] == "11 of 20"
    assert "(55%)" in discussed["Source of the count"]
    # Of 20 patients no other count prints as the article's 55%, and of 19 none does.
    assert [k for k in range(21) if format_rounded(Fraction(100 * k, 20), 0) == "55"] == [11]
    assert not any(format_rounded(Fraction(100 * k, 19), 0) == "55" for k in range(20))


def test_no_study_stands_under_a_threshold_by_which_it_was_not_counted(page, published):
    studies = study_responses(published)
    groups = {str(group): rows for group, rows in studies.groupby("group", observed=True)}
    assert list(groups) == [
        "TIS at least 40 points",
        "TIS at least 20 points",
        "Other response definitions",
    ]
    assert studies["group"].tolist() == sorted(studies["group"], key=list(groups).index)
    for group in list(groups)[:2]:
        threshold = group.removesuffix("points")
        assert groups[group]["endpoint"].str.startswith(threshold).all()
    assert not groups["Other response definitions"]["endpoint"].str.startswith("TIS").any()
    counts = {
        group: list(zip(rows["responders"], rows["patients"], strict=True))
        for group, rows in groups.items()
    }
    assert counts["TIS at least 40 points"] == [(8, 19)]
    assert counts["TIS at least 20 points"] == [(9, 19), (37, 47), (21, 48)]
    alt = page.other_studies().alt
    assert all(study in alt for study in studies["study"])
