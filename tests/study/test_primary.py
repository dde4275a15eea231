"""The primary outcome: which methods give the printed interval, and how they cover."""

import numpy as np
import pytest

from tisstats.statistics import METHODS, coverage
from tisstats.study import primary


def test_only_the_largest_variance_gives_both_printed_limits(published):
    story = primary.printed_interval(published)
    assert set(story.methods) == set(METHODS)
    assert story.methods_giving_print == ("wald-max-variance",)
    table = primary.interval_table(published).set_index("Method")
    assert table.loc["wald-max-variance", ["Low", "High"]].tolist() == ["19.6", "64.6"]
    assert (table["As printed"] == "both limits").sum() == 1


def test_coverage_of_every_method_for_the_analysed_patients(published):
    summaries = primary.coverage_summaries(published, level=0.95)
    table = primary.coverage_table(summaries).set_index("Method")
    assert table.index.tolist() == list(METHODS)
    kept = table.index[table["Keeps the level"] == "always"].tolist()
    assert kept == ["clopper-pearson", "sterne", "blaker"]
    assert table.loc["clopper-pearson", "Least coverage"] == "95.2"
    assert table.loc["wald-max-variance", "Least coverage"] == "93.5"
    grid = coverage(19, np.linspace(0.001, 0.999, 999), 0.95, "wilson")
    assert float(table.loc["wilson", "Mean coverage"]) == pytest.approx(
        100 * grid["coverage"].mean(), abs=0.1
    )


def test_what_the_prose_says_of_coverage(published):
    story = primary.printed_interval(published)
    numbers = primary.coverage_numbers(story, primary.coverage_summaries(published, level=0.95))
    assert numbers["coverage_patients"] == 19
    assert numbers["keeping"] == "clopper-pearson, sterne, blaker"
    assert numbers["not_keeping_total"] == len(METHODS) - 3
    assert (numbers["named_least"], numbers["giving_least"]) == ("95.2", "93.5")
    # The interval that was printed is wider on average, and yet promises less.
    assert float(numbers["giving_mean_width"]) > float(numbers["named_mean_width"])


def test_the_curves_set_the_printed_method_apart(published):
    curves = primary.coverage_curves(published, level=0.95, points=11)
    assert [label for label, _, emphasis in curves if emphasis] == ["wald-max-variance"]
    for _, table, _ in curves:
        assert table["proportion"].tolist() == pytest.approx(np.linspace(0, 1, 11))
