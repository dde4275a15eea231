"""Improvement and rescue medication as competing events: what the unknown weeks leave open."""

from dataclasses import replace
from math import comb

import pytest

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.improvement import IMPROVED, RESCUE, CompetingRisks


@pytest.mark.parametrize("horizon_week", [3, 4, 6, 8, 9])
def test_estimate_and_greenwood_s_variance_are_free_of_the_weeks(published, horizon_week):
    risks = CompetingRisks.read(published, horizon_week)
    improved = sum(risks.improved.values())
    share = improved / risks.analysed
    every = list(risks.all_rescue_weeks())
    assert len(every) == len(set(every))
    for stops in every[:: max(1, len(every) // 60)]:
        curves = risks.incidence(stops)
        assert curves.times[-1] == pytest.approx(horizon_week)
        assert curves.estimate[IMPROVED][-1] == pytest.approx(share)
        assert curves.variance[IMPROVED][-1] == pytest.approx(share * (1 - share) / risks.analysed)


@pytest.mark.parametrize("horizon_week", [3, 4, 9])
@pytest.mark.parametrize("after", [0, 0.5])
def test_all_errors_of_cmprsk_at_once_are_those_one_by_one(published, horizon_week, after):
    risks = CompetingRisks.read(published, horizon_week)
    ways = list(risks.all_rescue_weeks())
    errors = risks.gray_errors(after=after)
    assert errors.shape == (len(ways),)
    for at in {*range(0, len(ways), 37), len(ways) - 1}:
        stops = [week + after for week in ways[at]]
        alone = risks.incidence(stops, "gray").variance[IMPROVED][-1]
        assert errors[at] == pytest.approx(alone**0.5, rel=1e-12)


def test_errors_are_right_where_one_patient_is_left_and_somebody_stops_at_the_horizon():
    risks = CompetingRisks(5, {2: 1, 5: 1}, 3, 6, 8, {2: 1})
    ways = list(risks.all_rescue_weeks())
    assert any(week == 6 for stops in ways for week in stops)
    alone = [risks.incidence(stops, "gray").variance[IMPROVED][-1] ** 0.5 for stops in ways]
    assert risks.gray_errors() == pytest.approx(alone, rel=1e-12)


def test_cmprsk_s_variance_depends_on_the_weeks(published):
    risks = CompetingRisks.read(published, 9)
    early, late = (
        risks.incidence(stops, "gray").variance[IMPROVED][-1]
        for stops in risks.earliest_and_latest()
    )
    assert early != pytest.approx(late, rel=0.01)


def test_the_latest_stops_lie_before_an_improvement_at_the_last_week(published):
    risks = replace(CompetingRisks.read(published, 9), improved={3: 6, 9: 2})
    _, late = risks.earliest_and_latest()
    assert set(late) == {6.0}


@pytest.mark.parametrize("horizon_week", range(3, 10))
def test_the_range_at_risk_is_attained_and_nothing_lies_outside(published, horizon_week):
    risks = CompetingRisks.read(published, horizon_week)
    counted = risks.at_risk()
    found = {row.week: set() for row in counted}
    stopped = {row.week: set() for row in counted}
    # By hand: who improved at an earlier week or stopped before this one is no longer at risk.
    every = list(risks.all_rescue_weeks())
    for stops in every[:: max(1, len(every) // 200)] + [
        list(each) for each in risks.earliest_and_latest()
    ]:
        for row in counted:
            before = sum(n for week, n in risks.improved.items() if week < row.week)
            found[row.week].add(19 - before - sum(stop < row.week for stop in stops))
            stopped[row.week].add(sum(stop <= row.week for stop in stops))
    for row in counted:
        assert (min(found[row.week]), max(found[row.week])) == (row.at_risk_min, row.at_risk_max)
        assert min(stopped[row.week]) == row.rescue_min
        assert max(stopped[row.week]) == row.rescue_max


def test_stops_are_gone_through_with_one_at_week_4_or_later(published):
    every = list(CompetingRisks.read(published, 9).all_rescue_weeks())
    assert len(every) == len(set(every)) == comb(14, 7) - comb(9, 7)
    assert min(max(stops) for stops in every) == 4
    # Up to week 3, that stop lies after the curve in all of them.
    early = CompetingRisks.read(published, 3)
    assert {stops[-1] for stops in early.all_rescue_weeks()} == {9}
    assert {early.patients(stops)[1].count(RESCUE) for stops in early.all_rescue_weeks()} == set(
        range(7)
    )


def test_the_standard_error_of_cmprsk_is_ranged_over_what_the_text_leaves_open(published):
    """Without the stop at week 4 or later, the range would be wider."""
    risks = CompetingRisks.read(published, 4)
    allowed = [
        risks.incidence(stops, "gray").variance[IMPROVED][-1] for stops in risks.all_rescue_weeks()
    ]
    free = risks.incidence([1.5] * 7, "gray").variance[IMPROVED][-1]
    assert free > max(allowed)


def test_published_counts_decide(edit):
    folder = edit("response.csv", "by week 6,1", "by week 6,2")
    risks = CompetingRisks.read(PublishedFacts.read(folder), 9)
    assert sum(risks.improved.values()) == 9
    times, causes = risks.patients([5] * 7)
    assert (len(times), causes.count(IMPROVED), causes.count(RESCUE)) == (19, 9, 7)


def test_stops_and_horizon_must_fit_the_study(published):
    with pytest.raises(
        ValueError, match="rescue_weeks must be 7 weeks, one for each early stop, got 2"
    ):
        CompetingRisks.read(published, 9).patients([1, 2])
    with pytest.raises(ValueError, match=r"horizon_week must be from 3 .* to 9 .*, got 2"):
        CompetingRisks.read(published, 2)
