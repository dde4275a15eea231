"""Improvement and rescue medication as competing events: what the unknown weeks leave open."""

import pytest

from tisstats.study.competing import IMPROVED, RESCUE, Course, at_risk, numbers
from tisstats.study.published import Published


@pytest.mark.parametrize("horizon_week", [3, 4, 6, 8, 9])
def test_estimate_and_greenwood_s_variance_are_free_of_the_weeks(published, horizon_week):
    course = Course.read(published, horizon_week)
    improved = sum(course.improved.values())
    share = improved / course.analysed
    every = list(course.all_stops())
    assert len(every) == len(set(every))
    for stops in every[:: max(1, len(every) // 60)]:
        curves = course.incidence(stops)
        assert curves.times[-1] == pytest.approx(horizon_week)
        assert curves.estimate[IMPROVED][-1] == pytest.approx(share)
        assert curves.variance[IMPROVED][-1] == pytest.approx(share * (1 - share) / course.analysed)


def test_cmprsk_s_variance_depends_on_the_weeks(published):
    course = Course.read(published, 9)
    early, late = (
        course.incidence(stops, "cmprsk").variance[IMPROVED][-1] for stops in course.extremes()
    )
    assert early != pytest.approx(late, rel=0.01)


def test_patients_at_risk_lie_between_the_extremes(published):
    table = at_risk(published, horizon_week=9)
    assert table["Week"].tolist() == ["0", "3", "4", "6", "9"]
    assert table["At risk just before"].tolist() == ["19", "12 to 19", "6 to 13", "5 to 12", "4"]
    assert table["Improved so far"].tolist() == ["0", "6", "7", "8", "8"]
    assert table["Rescue medication so far"].tolist() == ["0", *["0 to 7"] * 3, "7"]


def test_numbers_of_the_page(published):
    found = numbers(published, horizon_week=9, level=0.95)
    assert found["incidence_percent"] == "42.1"
    assert found["rescued_by_horizon"] == "7"
    low, error, high = (
        float(found[name]) for name in ("cmprsk_error_low", "incidence_error", "cmprsk_error_high")
    )
    assert low < error < high
    assert numbers(published, horizon_week=4, level=0.95)["rescued_by_horizon"] == "0 to 7"


def test_published_counts_decide(edit):
    folder = edit("response.csv", "by week 6,1", "by week 6,2")
    course = Course.read(Published.read(folder), 9)
    assert sum(course.improved.values()) == 9
    times, causes = course.patients([5] * 7)
    assert (len(times), causes.count(IMPROVED), causes.count(RESCUE)) == (19, 9, 7)


def test_stops_and_horizon_must_fit_the_study(published):
    with pytest.raises(ValueError, match="stops must be 7 weeks, one for each early stop, got 2"):
        Course.read(published, 9).patients([1, 2])
    with pytest.raises(ValueError, match="horizon_week is 2; give a week from 3"):
        Course.read(published, 2)
