"""Which counts of responders the article allows, and which it does not."""

from types import SimpleNamespace

import pytest

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021 import response
from tisstats.lim2021.fingerprints import numpy_rule, youngest_at_onset
from tisstats.lim2021.response import ResponseCount, response_count
from tisstats.statistics import INTERVAL_METHODS, proportion_interval


@pytest.mark.parametrize(
    ("by_week", "responders"),
    [(0, 0), (2, 0), (3, 6), (4, 7), (5, 7), (6, 8), (9, 8)],
)
def test_responders_are_counted_up_to_a_week(published, by_week, responders):
    # Six were first seen at week 3, one each at weeks 4 and 6.
    assert response_count(published, by_week=by_week) == ResponseCount(responders, 19, 40, by_week)
    included = response_count(published, by_week=by_week, include_excluded_patient=True)
    assert included == ResponseCount(responders, 20, 40, by_week)


def test_the_excluded_patient_reaches_the_lower_score(published):
    assert response_count(published, threshold=20) == ResponseCount(9, 19, 20, 9)
    counted = response_count(published, threshold=20, include_excluded_patient=True)
    assert counted == ResponseCount(10, 20, 20, 9)


def test_all_of_a_group_may_be_the_count_behind_a_percentage():
    for percent, counts in (("100%", [4]), ("50%", [2]), ("0%", [0]), ("60%", [])):
        printed = SimpleNamespace(text=lambda _, percent=percent: percent)
        assert response.minimal_improvement_matches(printed, 4) == counts


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"threshold": 30}, "threshold must be 20 or 40, the scores with printed counts "
                            r"\(patient-level data are not published\), got 30"),
        ({"by_week": -1}, "by_week must be from 0 to 9, the weeks of the study, got -1"),
        ({"by_week": 10}, "by_week must be from 0 to 9, the weeks of the study, got 10"),
        ({"threshold": 20, "by_week": 6}, "by_week must be 9, the only week for which the number "
                                          "who reached a score of 20 is printed, got 6"),
    ],
)  # fmt: skip
def test_a_count_that_is_not_printed_is_refused(published, asked, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        response_count(published, **asked)


def test_counts_of_courses_that_contradict_each_other_are_refused(edit):
    assert min(response.courses(PublishedFacts.read()).values()) > 0
    # 9 at the end, and 10 lost: nobody is left without an improvement, which is possible.
    line = "after the loading dose was subsequently lost,{},patients"
    before = 3
    for lost, possible in ((10, True), (11, False)):
        folder = edit("response.csv", line.format(before), line.format(lost))
        before, facts = lost, PublishedFacts.read(folder)
        if possible:
            assert response.courses(facts)["no minimal improvement reported"] == 0
        else:
            with pytest.raises(ValueError, match="counts of the courses contradict each other"):
                response.courses(facts)


def test_the_printed_interval_is_that_of_the_methods_that_match_both_limits(published):
    found = response.printed_interval(published)
    assert found.count == ResponseCount(8, 19, 40, 9)
    assert set(found.methods) == set(INTERVAL_METHODS)
    for method, interval in found.methods.items():
        assert interval == proportion_interval(8, 19, confidence_level=0.95, method=method)
    assert found.named_method_interval == found.methods["clopper-pearson"]
    low, high = (float(text) for text in (found.printed_low, found.printed_high))
    assert set(found.methods_matching_print) == {
        method for method, interval in found.methods.items()
        if abs(100 * interval.low - low) <= 0.05 and abs(100 * interval.high - high) <= 0.05
    }  # fmt: skip
    printed = found.printed
    assert (printed.low, printed.high) == pytest.approx((low / 100, high / 100))
    assert printed.estimate == pytest.approx(float(found.printed_percent) / 100)


def test_an_age_that_is_just_allowed_does_not_exclude_numpy_s_rule(edit):
    """That rule makes the youngest 15 at most; with 16 years as the limit, 15 is allowed."""
    before = 18
    for limit, allowed, excluded in ((17, 16, True), (16, 15, False)):
        line = "minimum_age,Minimum age at inclusion,{},years"
        facts = PublishedFacts.read(edit("design.csv", line.format(before), line.format(limit)))
        before = limit
        assert youngest_at_onset(facts) == allowed
        found = numpy_rule(facts)
        assert found.statement == (
            "the printed ages were not computed with that definition" if excluded
            else "the youngest age does not exclude that definition"
        )  # fmt: skip
        assert f"no patient younger than {allowed} at onset" in found.assuming
