"""The primary outcome: the printed interval, its methods, and other ways to count."""

from fractions import Fraction

import numpy as np
import pytest

from tisstats.figures import comparators, interval_forest
from tisstats.lim2021 import other_studies, primary, response_choices
from tisstats.printed import as_printed
from tisstats.statistics import METHODS, coverage, method_name


def test_only_the_largest_variance_gives_both_printed_limits(published):
    story = primary.printed_interval(published)
    assert set(story.methods) == set(METHODS)
    assert story.methods_giving_print == ("wald-max-variance",)
    table = primary.interval_table(published).set_index("Method")
    assert table.loc["Wald with p = 1/2", ["Low", "High"]].tolist() == ["19.6", "64.6"]
    assert (table["As printed"] == "both limits").sum() == 1


def test_coverage_of_every_method_for_the_analysed_patients(published):
    summaries = primary.coverage_summaries(published, confidence_level=0.95)
    table = primary.coverage_table(summaries).set_index("Method")
    assert table.index.tolist() == [method_name(method) for method in METHODS]
    attained = table["Attains the nominal coverage"] == "at every proportion"
    assert table.index[attained].tolist() == ["Clopper-Pearson", "Sterne", "Blaker"]
    assert table.loc["Clopper-Pearson", "Least coverage"] == "95.2"
    assert table.loc["Wald with p = 1/2", "Least coverage"] == "93.5"
    grid = coverage(19, np.linspace(0.001, 0.999, 999), 0.95, "wilson")
    assert float(table.loc["Wilson", "Mean coverage"]) == pytest.approx(
        100 * grid["coverage"].mean(), abs=0.1
    )


def test_what_the_prose_says_of_coverage(published):
    story = primary.printed_interval(published)
    numbers = primary.coverage_numbers(
        story, primary.coverage_summaries(published, confidence_level=0.95)
    )
    assert numbers["coverage_patients"] == 19
    assert numbers["attaining"] == "Clopper-Pearson, Sterne, Blaker"
    assert numbers["not_attaining_total"] == len(METHODS) - 3
    assert (numbers["named_least"], numbers["giving_least"]) == ("95.2", "93.5")
    # The interval that was printed is wider on average, and yet promises less.
    assert float(numbers["giving_mean_width"]) > float(numbers["named_mean_width"])


def test_the_curves_set_the_printed_method_apart(published):
    curves = primary.coverage_curves(published, confidence_level=0.95, points=11)
    assert [label for label, _, emphasis in curves if emphasis] == ["Wald with p = 1/2"]
    for _, table, _ in curves:
        assert table["proportion"].tolist() == pytest.approx(np.linspace(0, 1, 11))


def test_the_printed_row_shows_the_printed_proportion_and_not_the_computed_one(published):
    label, printed, highlighted = primary.interval_rows(published)[0]
    assert (label, highlighted) == ("as printed", True)
    assert printed.estimate == pytest.approx(0.42, abs=1e-12)
    assert "as printed, highlighted: 42.0% (19.6–64.6)." in interval_forest.describe(
        [interval_forest.IntervalRow(*row) for row in primary.interval_rows(published)]
    )


@pytest.mark.parametrize("rule", ["half-up", "half-even", "truncate"])
def test_no_rule_of_ours_prints_the_proportion_with_one_decimal_as_the_article_does(
    published, rule
):
    story = primary.printed_interval(published)
    assert as_printed(100 * story.proportion, 1, rule) == "42.1" != story.printed_percent
    assert as_printed(100 * story.proportion, 0, rule) == "42"


def test_responders_are_counted_in_every_way_that_the_article_allows(published):
    found = [(c.responders, c.patients) for c in response_choices.choices(published)]
    assert found == [(8, 19), (8, 20), (9, 19), (10, 20), (11, 20), (12, 19), (13, 20)]
    table = response_choices.choices_table(
        published, confidence_level=0.95, method="clopper-pearson"
    )
    (discussed,) = table[table["%"] == "55.0"].to_dict("records")
    assert discussed["n of N"] == "11 of 20"
    assert "printed as 55%" in discussed["Where the count comes from"]
    # Of 20 patients no other count prints as the article's 55 %, and of 19 none does.
    assert [k for k in range(21) if as_printed(Fraction(100 * k, 20), 0) == "55"] == [11]
    assert not any(as_printed(Fraction(100 * k, 19), 0) == "55" for k in range(20))


def test_no_study_stands_under_a_threshold_by_which_it_was_not_counted(published):
    rows = other_studies.comparator_rows(published, confidence_level=0.95, method="clopper-pearson")
    groups = {}
    for study, endpoint, _, responders, patients, _, _, group in rows:
        groups.setdefault(group, []).append((study, endpoint, responders, patients))
    assert list(groups) == ["TIS at least 40 points", "TIS at least 20 points", "Other endpoints"]
    for group in list(groups)[:2]:
        threshold = group.removesuffix(" points")
        assert all(endpoint.startswith(f"{threshold} ") for _, endpoint, *_ in groups[group])
    assert [row[2:] for row in groups["TIS at least 40 points"]] == [(8, 19)]
    assert [row[2:] for row in groups["TIS at least 20 points"]] == [(9, 19), (37, 47), (21, 48)]
    assert not any(e.startswith("TIS") for _, e, *_ in groups["Other endpoints"])
    comparators.draw([comparators.ComparatorRow(*row) for row in rows])
