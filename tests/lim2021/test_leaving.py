"""The estimate were those who ended early censored: every week of leaving, by every reading."""

from fractions import Fraction
from itertools import combinations_with_replacement

import pytest
from matplotlib.text import Text

from tisstats.figures import improvement_curve
from tisstats.ledger.published import Published
from tisstats.lim2021 import competing, improvement
from tisstats.lim2021.leaving import (
    if_censored,
    numbers,
    of_the_text,
    proven_range,
    reading_table,
    readings,
)

IMPROVED = {3: 6, 4: 1, 6: 1}

#: Before, at and between the weeks with an improvement, up to just before the end.
MOMENTS = [Fraction(1), Fraction(3), Fraction(7, 2), Fraction(4), Fraction(5), Fraction(6), 7]


def by_every_placement(until, there, gone=7):
    """Go through all weeks of leaving by hand; leaving at a week is at risk in it."""
    shares = []
    for stops in combinations_with_replacement(MOMENTS, gone):
        if any(sum(stop >= week for stop in stops) < count for week, count in there.items()):
            continue
        survival = Fraction(1)
        for week, count in IMPROVED.items():
            if week <= until:
                earlier = sum(n for other, n in IMPROVED.items() if other < week)
                at_risk = 19 - earlier - sum(stop < week for stop in stops)
                survival *= 1 - Fraction(count, at_risk)
        shares.append(1 - survival)
    return min(shares), max(shares)


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("horizon_week", range(3, 10))
def test_ranges_are_the_extremes_over_all_placements(published, horizon_week, place):
    reading = readings(published)[place]
    bounds = if_censored(published, horizon_week=horizon_week, reading=reading)
    least, greatest = by_every_placement(horizon_week, reading.still_there)
    assert bounds.least[-1] == pytest.approx(float(least))
    assert bounds.greatest[-1] == pytest.approx(float(greatest))


@pytest.mark.parametrize(
    ("horizon_week", "free", "of_text"),
    [
        (3, "31.6 to 50.0 %", "31.6 to 46.2 %"),
        (4, "36.8 to 58.3 %", "36.8 to 53.8 %"),
        (5, "36.8 to 58.3 %", "36.8 to 53.8 %"),
        (6, "42.1 to 66.7 %", "42.1 to 63.1 %"),
        (9, "42.1 to 66.7 %", "42.1 to 63.1 %"),
    ],
)
def test_each_horizon_has_its_own_range(published, horizon_week, free, of_text):
    widest = readings(published)[0]
    proof = proven_range(published, horizon_week=horizon_week, reading=widest)
    assert proof.statement == free
    assert not any("week 4" in condition for condition in proof.conditions)
    of_the_page = proven_range(published, horizon_week=horizon_week)
    assert of_the_page.statement == of_text
    assert any(
        "at least 1 of the 7 still there at week 4" in condition
        for condition in of_the_page.conditions
    )


@pytest.mark.parametrize("place", range(3))
def test_responders_among_those_who_left_would_only_narrow_the_range(published, place):
    """As the condition says in which none of them had responded."""
    there = readings(published)[place].still_there
    for horizon_week in (3, 4, 6):
        least, greatest = by_every_placement(horizon_week, there)
        for gone in range(7):
            # The one at week 4 may be a responder, too: the loosest that the reading then says.
            fewer = {3: gone} if 3 in there else {}
            low, high = by_every_placement(horizon_week, fewer, gone)
            assert least <= low <= high <= greatest


def test_the_page_shows_every_reading_with_its_basis(published):
    table = reading_table(published, horizon_week=9)
    assert list(table["By week 6, %"]) == ["42.1 to 66.7", "42.1 to 63.1", "42.1 to 53.1"]
    assert list(table["By week 3, %"]) == ["31.6 to 50.0", "31.6 to 46.2", "31.6"]
    assert table["Basis"].str.contains("our inference").tolist() == [False, False, True]
    assert list(reading_table(published, horizon_week=4).columns[2:]) == [
        "By week 3, %",
        "By week 4, %",
    ]
    found = numbers(published, horizon_week=9)
    assert found["censored"].startswith(
        "42.1 to 63.1 % (proven, given: none of the 7 who ended early"
    )
    assert (found["censored_free_high"], found["censored_inferred_high"]) == ("66.7", "53.1")


@pytest.mark.parametrize("horizon_week", range(3, 10))
def test_band_table_and_numbers_under_the_curve_have_one_source(published, horizon_week):
    curve = improvement.time_to_improvement(
        published, horizon_week=horizon_week, confidence_level=0.95
    )
    bounds = if_censored(published, horizon_week=horizon_week)
    risk = competing.at_risk(published, horizon_week=horizon_week)
    settings = {"horizon_week": horizon_week, "bounds": bounds, "at_risk": risk}
    told = improvement_curve.describe(curve, **settings)
    table = competing.at_risk_for_page(published, horizon_week=horizon_week)
    for week, at_risk in zip(table["Week"], table["At risk just before"], strict=True):
        assert f"{at_risk} before week {week}" in told
    low, high = (
        proven_range(published, horizon_week=horizon_week)
        .statement.removesuffix(" %")
        .split(" to ")
    )
    assert f"between {low}% and {high}%" in told
    drawn = improvement_curve.draw(curve, **settings)
    written = {text.get_text() for text in drawn.findobj(Text)}
    assert {str(row.fewest) for row in risk} | {str(row.most) for row in risk} <= written
    # The band follows from the patients at risk: all stops early, the greatest factors.
    survival = 1.0
    for row in risk:
        events = IMPROVED.get(row.week, 0)
        survival *= 1 - events / row.fewest if events else 1
    assert bounds.greatest[-1] == pytest.approx(1 - survival)


def test_published_counts_decide(edit):
    folder = edit(
        "response.csv", "of whom ended the study early,1,", "of whom ended the study early,2,"
    )
    known = of_the_text(Published.read(folder))
    assert known.still_there == {4: 2}
    bounds = if_censored(Published.read(folder), horizon_week=9)
    assert bounds.greatest[0] == pytest.approx(6 / 14)
