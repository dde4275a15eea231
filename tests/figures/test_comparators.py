from dataclasses import replace

import pytest

from tisstats.figures.comparators import NOTE, ComparatorRow, describe, draw
from tisstats.statistics import proportion_interval


def row(study, endpoint, responders, patients, confidence_level=0.95, **more):
    interval = proportion_interval(responders, patients, confidence_level)
    return ComparatorRow(study, endpoint, interval, responders, patients, **more)


ROWS = [
    row("This study", "TIS at least 40 by week 9", 8, 19, highlighted=True),
    row("Open study of 1994", "marked clinical improvement", 3, 11, design="open, first line"),
    row("Case series", "favourable course", 3, 3),
    row("Trial, placebo arm with a long name", "TIS at least 20 at week 16 " * 4, 0, 48),
]


def test_chart_is_legible(tidy):
    tidy(draw(ROWS))
    tidy(draw([row("a", "b", 8, 20, confidence_level=0.9), row("c", "d", 8, 20)]))


def test_each_row_has_its_own_endpoint_and_counts(texts):
    written = texts(draw(ROWS))
    assert {"This study", "TIS at least 40 by week 9", NOTE} <= set(written)
    assert "marked clinical improvement open, first line" in written
    assert "8/19, 42% (20–67)" in written
    assert "Responders (95% CI)" in written


def test_description_tells_every_study_and_warns_of_pooling():
    told = describe(ROWS)
    assert "This study, highlighted: 8 of 19, 42% (20–67); TIS at least 40 by week 9." in told
    assert "Case series: 3 of 3, 100% (29–100); favourable course." in told
    assert told.endswith(NOTE)
    assert "do not pool or rank" in told


def test_rows_are_headed_by_what_counted_as_a_response(texts, tidy):
    groups = ("At least 40 points", "Other endpoints", "Other endpoints", "At least 20 points")
    grouped = [replace(row, group=group) for row, group in zip(ROWS, groups, strict=True)]
    tidy(draw(grouped))
    written = texts(draw(grouped))
    assert [text for text in written if text in groups] == [groups[0], groups[1], groups[3]]
    told = describe(grouped)
    assert told.index("At least 40 points:") < told.index("This study, highlighted")
    assert told.index("At least 20 points:") < told.index("Trial, placebo arm")


def test_a_group_that_is_torn_apart_is_refused():
    torn = [replace(ROWS[0], group="a"), replace(ROWS[1], group="b"), replace(ROWS[2], group="a")]
    with pytest.raises(ValueError, match="group 'a' do not stand together"):
        draw(torn)


def test_interval_of_other_counts_is_refused():
    with pytest.raises(ValueError, match=r"interval of 'This study' has the estimate 0\.42"):
        replace(ROWS[0], responders=9)


@pytest.mark.parametrize(("responders", "patients"), [(20, 19), (-1, 19), (0, 0)])
def test_impossible_counts_are_refused(responders, patients):
    with pytest.raises(ValueError, match=f"is {responders} of {patients} patients"):
        replace(ROWS[0], responders=responders, patients=patients)


def test_no_study_is_refused():
    with pytest.raises(ValueError, match="rows is empty"):
        draw([])
