from dataclasses import replace

import pytest

from tisstats.figures.comparators import NOTE, ComparatorRow, describe, draw

INTERVAL = (0.95, "clopper-pearson")
ROWS = [
    ComparatorRow("This study", "TIS at least 40 by week 9", 8, 19, highlighted=True),
    ComparatorRow(
        "Open study of 1994", "marked clinical improvement", 3, 11, design="open, first line"
    ),
    ComparatorRow("Case series", "favourable course", 3, 3),
    ComparatorRow("Trial, placebo arm with a long name", "TIS at least 20 at week 16 " * 4, 0, 48),
]


def test_chart_is_legible(tidy):
    tidy(draw, ROWS, *INTERVAL)
    tidy(draw, [ComparatorRow("a", "b", 8, 20)], 0.999, "wilson")


def test_each_row_has_its_own_endpoint_and_counts(texts):
    written = texts(draw(ROWS, *INTERVAL))
    assert {"This study", "TIS at least 40 by week 9", NOTE} <= set(written)
    assert "marked clinical improvement open, first line" in written
    assert "8/19, 42% (20–67)" in written
    assert "Responders, % of patients (95% CI)" in written


def test_description_tells_every_study_and_warns_of_pooling():
    told = describe(ROWS, *INTERVAL)
    assert "This study, highlighted: 8 of 19, 42% (20–67); TIS at least 40 by week 9." in told
    assert "Case series: 3 of 3, 100% (29–100); favourable course." in told
    assert told.endswith(NOTE)
    assert "do not pool or rank" in told


def test_rows_are_headed_by_what_counted_as_a_response(texts, tidy):
    groups = ("At least 40 points", "Other endpoints", "Other endpoints", "At least 20 points")
    grouped = [replace(row, group=group) for row, group in zip(ROWS, groups, strict=True)]
    tidy(draw, grouped, *INTERVAL)
    written = texts(draw(grouped, *INTERVAL))
    assert [text for text in written if text in groups] == [groups[0], groups[1], groups[3]]
    told = describe(grouped, *INTERVAL)
    assert told.index("At least 40 points:") < told.index("This study, highlighted")
    assert told.index("At least 20 points:") < told.index("Trial, placebo arm")


def test_a_group_that_is_torn_apart_is_refused():
    torn = [replace(ROWS[0], group="a"), replace(ROWS[1], group="b"), replace(ROWS[2], group="a")]
    with pytest.raises(ValueError, match="must be consecutive, got 'a' again"):
        draw(torn, *INTERVAL)


@pytest.mark.parametrize(("responders", "patients"), [(20, 19), (-1, 19), (0, 0)])
def test_impossible_counts_are_refused(responders, patients):
    wrong = replace(ROWS[0], responders=responders, patients=patients)
    with pytest.raises(ValueError, match=r"successes|trials"):
        draw([wrong], *INTERVAL)


def test_no_study_is_refused():
    with pytest.raises(ValueError, match="rows must contain at least one"):
        draw([], *INTERVAL)


def test_an_interval_without_width_is_no_certainty(texts, tidy):
    wald = (0.95, "wald")
    told = describe(ROWS, *wald)
    assert "3 of 3, 100% (100–100)" in told
    (note,) = (text for text in texts(draw(ROWS, *wald)) if text.startswith(NOTE))
    assert note.endswith("does not mean that the proportion is known.")
    assert told.endswith(note)
    tidy(draw, ROWS, *wald)
    assert describe(ROWS[:2], *wald).endswith(NOTE)
