from itertools import product

import pytest

from tests.cases import some
from tisstats.figures.interval_forest import IntervalRow, describe, draw
from tisstats.statistics import INTERVAL_METHODS, Interval, proportion_interval

PRINTED = Interval(8 / 19, 0.196, 0.646, 0.95, "as printed")


def rows(responders=8, patients=19, confidence_level=0.95):
    methods = [
        IntervalRow(method, proportion_interval(responders, patients, confidence_level, method))
        for method in INTERVAL_METHODS
    ]
    return [IntervalRow("as printed", PRINTED, True, True), *methods]


@pytest.mark.parametrize("reference", [None, *some([0.0, 8 / 19, 0.6, 1.0], 2)])
def test_forest_is_legible_with_any_reference(tidy, reference):
    tidy(draw, rows(), reference=reference, reference_label="assumed when the study was planned:")


@pytest.mark.parametrize(
    ("responders", "patients", "confidence_level"), [(0, 19, 0.95), (20, 20, 0.9), (9, 20, 0.999)]
)
def test_forest_is_legible_at_the_ends_of_the_axis(tidy, responders, patients, confidence_level):
    tidy(draw, rows(responders, patients, confidence_level))


@pytest.mark.parametrize(
    ("words", "highlighted"), some(product([3, 6, 9, 14, 30], [False, True]), 6)
)
def test_long_labels_are_wrapped(tidy, words, highlighted):
    label = "interval " * words
    tidy(draw, [IntervalRow(label, PRINTED, highlighted)])


def test_labels_and_numbers_are_written(texts):
    written = texts(draw(rows(), reference=0.6, reference_label="assumed"))
    assert {"as printed", "clopper-pearson", "Patients, % (95% confidence interval)"} <= set(
        written
    )
    assert "42.1% (20.3–66.5)" in written
    assert "42.1% (19.6–64.6)" in written
    assert "assumed 60%" in written
    assert {"0%", "100%"} <= set(written)


def test_levels_that_differ_stand_at_each_interval(texts):
    mixed = [IntervalRow("a", proportion_interval(8, 19, 0.9)), IntervalRow("b", PRINTED)]
    written = texts(draw(mixed))
    assert "Patients, % (confidence interval)" in written
    assert any(text.startswith("42.1% (90% CI ") for text in written)


def test_printed_row_differs_by_shape_dashes_and_weight():
    figure = draw([IntervalRow("printed", PRINTED, True, True), IntervalRow("computed", PRINTED)])
    markers = {line.get_marker() for line in figure.axes[0].lines} - {"None"}
    assert markers == {"D", "o"}
    dashed = [line for line in figure.axes[0].lines if line.is_dashed()]
    assert len(dashed) == 1
    weights = {text.get_text(): text.get_weight() for text in figure.axes[0].texts}
    assert (weights["printed"], weights["computed"]) == ("bold", "normal")


def test_description_tells_every_interval_and_which_agree_with_the_printed():
    told = describe(rows(), reference=0.6, reference_label="assumed")
    assert "as printed, highlighted: 42.1% (19.6–64.6)." in told
    assert "clopper-pearson: 42.1% (20.3–66.5)." in told
    assert "A vertical line marks assumed 60%." in told
    assert "Same limits as “as printed”: wald-max-variance." in told


def test_description_says_when_no_interval_agrees():
    exact = IntervalRow("exact", proportion_interval(8, 19))
    told = describe([IntervalRow("printed", PRINTED, True, True), exact])
    assert "No other row has the same limits as “printed”." in told


def test_the_message_is_the_title_and_begins_the_description(texts):
    computed = rows()[1:]
    assert describe(computed, "Eight of 19 responded").startswith("Eight of 19 responded. Patients")
    assert "Eight of 19 responded" in texts(draw(computed, "Eight of 19 responded"))
    two = [
        IntervalRow("a", proportion_interval(8, 19)),
        IntervalRow("b", proportion_interval(1, 4)),
    ]
    assert describe(two).startswith("Estimated 25% to 42%. ")
    assert describe(two[1:]).startswith("Estimated 25%. ")


def test_no_row_is_refused():
    with pytest.raises(ValueError, match="rows must contain at least one"):
        draw([])
