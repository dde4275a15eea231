import pytest
from matplotlib.lines import Line2D

from tisstats.figures.p_ranges import PValueRange, PValueRow, describe, draw

ROWS = [
    PValueRow(
        "Physician global activity",
        "< 0.01",
        asymptotic=PValueRange(9e-5, 0.31),
        exact=PValueRange(4e-6, 0.345),
        exact_given_printed=PValueRange(4e-6, 0.0098),
    ),
    PValueRow(
        "Modified Rankin scale",
        "0.06",
        asymptotic=PValueRange(0.0027, 1.0),
        exact=PValueRange(0.0039, 1.0),
        exact_given_printed=PValueRange(0.0508, 0.125),
    ),
    PValueRow("Rasch-modified MRC sum score", "0.78", PValueRange(0.1, 1.0)),
]


def test_rows_are_legible(tidy):
    tidy(draw, ROWS)


@pytest.mark.parametrize("level", [0.001, 0.05, 0.5])
def test_any_level_is_legible(tidy, level):
    tidy(draw, ROWS, level)


@pytest.mark.parametrize("words", [3, 9, 20])
def test_long_labels_are_wrapped(tidy, words):
    label = "outcome " * words
    tidy(draw, [PValueRow(label, "0.03", PValueRange(0.001, 0.5), PValueRange(0.002, 0.6))])


def test_a_row_whose_p_is_certain_is_drawn(tidy):
    tidy(draw, [PValueRow("certain", "1.00", PValueRange(1.0, 1.0))])


def test_printed_values_and_axis_are_written(texts):
    written = texts(draw(ROWS))
    assert {"P < 0.01", "P = 0.06", "P = 0.78"} <= set(written)
    assert {"significant below 0.05", "0.01", "0.1", "1"} <= set(written)
    assert any("Dashed bar: exact P values" in text for text in written)


def test_a_printed_bound_is_an_arrow_and_a_value_a_diamond():
    (page,) = draw(ROWS).axes
    markers = [line.get_marker() for line in page.lines if line.get_marker() != "None"]
    assert markers == ["<", "D", "D"]


def test_exact_ranges_differ_by_dashes():
    with_exact, without = (draw([row]) for row in ROWS[1:])
    # The dotted line of the level is in both.
    assert [sum(map(Line2D.is_dashed, each.axes[0].lines)) for each in (with_exact, without)] == [
        2,
        1,
    ]


def test_positions_grow_with_p():
    (page,) = draw([PValueRow("x", "0.03", PValueRange(0.001, 0.5))]).axes
    bar = next(line for line in page.lines if line.get_linewidth() == pytest.approx(3))
    marked = next(line for line in page.lines if line.get_marker() == "D")
    assert bar.get_xdata()[0] < marked.get_xdata()[0] < bar.get_xdata()[1]


def test_description_tells_every_range():
    told = describe(ROWS)
    assert "Physician global activity: printed < 0.01; asymptotic < 0.0001 to 0.3100;" in told
    assert (
        "exact 0.0039 to 1.0000, 0.0508 to 0.1250 where the asymptotic P rounds to the printed "
        "value." in told
    )
    assert "Rasch-modified MRC sum score: printed 0.78; asymptotic 0.1000 to 1.0000." in told
    assert told.startswith("For 2 of the 3 outcome measures the printed quartiles leave open")


@pytest.mark.parametrize(
    ("rows", "alpha", "said"),
    [
        ([], 0.05, "rows must contain at least one"),
        (ROWS, 5, "alpha must be above 0 and below 1, got 5"),
    ],
)
def test_faults_are_named(rows, alpha, said):
    with pytest.raises(ValueError, match=said):
        draw(rows, alpha)


@pytest.mark.parametrize(("low", "high"), [(0.5, 0.1), (0.0, 0.1), (0.1, 1.1)])
def test_what_is_no_range_of_p_values_is_refused(low, high):
    with pytest.raises(ValueError, match=f"low must be .*, got {low} and {high}"):
        PValueRange(low, high)
