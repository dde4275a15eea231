"""What is shown of other choices equals what the package computes, for every combination."""

import pytest

from tests.chapters.test_another_cohort import unpack
from tisstats import statistics
from tisstats.chapters.another_choice import (
    HALF_POINTS,
    choices,
    counts,
    major_responders,
)
from tisstats.figures.numbers import coverage_decimals, format_percent
from tisstats.lim2021.response import denominator_choices, printed_interval, response_count
from tisstats.measures.core_set import RESPONSE_CUTOFFS
from tisstats.synthetic import Ensemble

pytestmark = pytest.mark.usefixtures("not_drawn")

METHODS = list(statistics.INTERVAL_METHODS)


@pytest.fixture(scope="module")
def shown(published):
    return choices(published)


@pytest.fixture(scope="module")
def levels(shown):
    return [float(text) / 100 for text in shown["levels"]]


def test_the_levels_include_that_of_the_article(shown, published):
    assert shown["levels"] == ["80", "90", "95", "99", "99.9"]
    assert published.text("design.confidence_level").removesuffix("%") in shown["levels"]


def test_every_interval_is_that_of_the_package(shown, levels):
    tried = 0
    for count in shown["counts"]:
        x, n = count["responders"], count["patients"]
        for level, row in zip(levels, shown["intervals"][f"{x}/{n}"], strict=True):
            for method, (low, high, _) in zip(METHODS, row, strict=True):
                interval = statistics.proportion_interval(x, n, level, method)
                assert (low, high) == (format_percent(interval.low), format_percent(interval.high))
                tried += 1
        assert count["percent"] == format_percent(x / n)
    assert tried == shown["combinations"] == len(counts_of(shown)) * len(levels) * len(METHODS)


def counts_of(shown):
    return [(each["responder"], each["patients"]) for each in shown["counts"]]


def test_every_coverage_is_that_of_the_package(shown, levels):
    for n, rows in shown["coverage"].items():
        for level, row in zip(levels, rows, strict=True):
            decimals = coverage_decimals(level)
            for method, found in zip(METHODS, row, strict=True):
                summary = statistics.coverage_summary(int(n), level, method)
                assert found["minimum"] == format_percent(summary.minimum_coverage, decimals)
                assert found["mean"] == format_percent(summary.mean_coverage, decimals)
                assert found["at"] == format_percent(summary.minimum_at)
                assert found["width"] == format_percent(summary.mean_expected_width)


def test_curves_are_coverages_at_evenly_spaced_proportions(shown, levels):
    for at in (0, HALF_POINTS // 2, HALF_POINTS - 1):
        proportion = 0.5 * at / (HALF_POINTS - 1)
        for method in ("clopper-pearson", "wald"):
            curve = unpack(shown["coverage"]["19"][2][METHODS.index(method)]["curve"], 2)
            assert len(curve) == HALF_POINTS
            expected = statistics.coverage(19, [proportion], levels[2], method)["coverage"][0]
            assert curve[at] / (64**2 - 1) == pytest.approx(expected, abs=2e-4)


def test_published_counts_are_those_that_the_article_allows(shown, published):
    allowed = denominator_choices(published)
    expected = list(
        allowed[["responder", "patients", "responders", "source"]].itertuples(index=False)
    )
    found = [
        (each["responder"], each["patients"], each["responders"], each["source"])
        for each in shown["counts"]
        if not each["synthetic"]
    ]
    assert found == [tuple(row) for row in expected]
    sources = {40: "printed", 20: "printed; 3 others reached it and later lost it"}
    for threshold, source in sources.items():
        count = response_count(published, threshold=threshold)
        assert (
            f"at least {threshold} points by week 9",
            count.patients,
            count.responders,
            source,
        ) in found


def test_no_unpublished_count_is_offered_as_published(shown):
    major = str(RESPONSE_CUTOFFS["adult"]["major"])
    for each in shown["counts"]:
        assert each["synthetic"] == (f"at least {major} points" in each["responder"])
        if each["synthetic"]:
            assert each["responder"].endswith("(count not published)")
            assert "not published; counted in the reference cohort" in each["source"]


def test_the_synthetic_count_is_that_of_the_reference_cohort(published):
    ensemble = Ensemble.read()
    found = major_responders(ensemble)
    for index in (0, 17, 999):
        scores = ensemble.cohort(index).scores * 2.5
        assert found[index] == sum(max(course) >= 60 for course in scores.tolist())
    synthetic = [each for each in counts(published) if each.origin == "synthetic"]
    assert {each.responders for each in synthetic} == {found[0]}
    assert {each.patients for each in synthetic} == {19, 20}
    assert f"{min(found)} to {max(found)} in the 1000" in synthetic[0].source


def test_one_combination_alone_gives_both_printed_limits(shown, published):
    printed = printed_interval(published)
    both = [
        (x_of_n, level, method)
        for x_of_n, rows in shown["intervals"].items()
        for level, row in zip(shown["levels"], rows, strict=True)
        for method, limits in zip(METHODS, row, strict=True)
        if limits[:2] == (printed.printed_low, printed.printed_high)
    ]
    (method,) = printed.methods_matching_print
    assert both == [("8/19", "95", method)]
    (matching,) = shown["matching"]
    assert matching == shown["article"] | {"method": METHODS.index(method)}
    assert METHODS[shown["article"]["method"]] == "clopper-pearson"
    assert shown["article"]["patients"] == 19


def test_verdicts_say_which_limits_match(shown, published):
    printed = printed_interval(published)
    for rows in shown["intervals"].values():
        for low, high, verdict in (limits for row in rows for limits in row):
            matches = (low == printed.printed_low, high == printed.printed_high)
            expected = {(1, 1): "both", (1, 0): "lower", (0, 1): "upper", (0, 0): "neither"}
            assert verdict == expected[matches]
