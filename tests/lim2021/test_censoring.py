"""The estimate if those who ended early are censored: all weeks of leaving, by every reading."""

from fractions import Fraction
from itertools import combinations_with_replacement

import pytest

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.improvement import (
    censoring_bounds_of_improvement,
    censoring_scenarios,
    scenario_as_stated,
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
    reading = censoring_scenarios(published)[place]
    bounds = censoring_bounds_of_improvement(published, horizon_week=horizon_week, scenario=reading)
    least, greatest = by_every_placement(horizon_week, reading.minimum_at_risk)
    assert bounds.lower[-1] == pytest.approx(float(least))
    assert bounds.upper[-1] == pytest.approx(float(greatest))


@pytest.mark.parametrize("place", range(3))
def test_responders_among_those_who_left_would_only_narrow_the_range(published, place):
    """As the condition says in which none of them had responded."""
    there = censoring_scenarios(published)[place].minimum_at_risk
    for horizon_week in (3, 4, 6):
        least, greatest = by_every_placement(horizon_week, there)
        for gone in range(7):
            # The one at week 4 may be a responder, too: the loosest that the reading then says.
            fewer = {3: gone} if 3 in there else {}
            low, high = by_every_placement(horizon_week, fewer, gone)
            assert least <= low <= high <= greatest


def test_published_counts_decide(edit):
    folder = edit(
        "response.csv", "who stopped the study early,1,", "who stopped the study early,2,"
    )
    known = scenario_as_stated(PublishedFacts.read(folder))
    assert known.minimum_at_risk == {4: 2}
    bounds = censoring_bounds_of_improvement(PublishedFacts.read(folder), horizon_week=9)
    assert bounds.upper[0] == pytest.approx(6 / 14)
