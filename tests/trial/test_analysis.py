"""What is known of a course whose scores have bounds, against all scores within the bounds."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tests.random_trials import make_trial, random_tables
from tisstats.trial import analyse

SCORES = (0.0, 20.0, 40.0, 60.0)


@pytest.fixture(scope="module")
def analysis():
    return analyse(make_trial(random_tables(4)))


def bounded(analysis, data):
    """The analysis with other scores: each is one of two, or of all."""
    low = np.full(analysis.tis_low.shape, np.nan)
    high = low.copy()
    for patient, weeks in enumerate(analysis.weeks):
        for visit in range(int(np.isfinite(weeks).sum())):
            ends = sorted(data.draw(st.lists(st.sampled_from(SCORES), min_size=2, max_size=2)))
            low[patient, visit], high[patient, visit] = (0, 0) if visit == 0 else ends
    return replace(analysis, tis_low=low, tis_high=high)


def answers(analysis, patient, asked):
    """All answers that scores within the bounds can give for a patient."""
    weeks = analysis.weeks[patient]
    seen = [at for at in range(len(weeks)) if np.isfinite(weeks[at])]
    possible = [
        [s for s in SCORES
         if analysis.tis_low[patient, at] <= s <= analysis.tis_high[patient, at]]
        for at in seen
    ]  # fmt: skip
    return {
        asked([(weeks[at], score) for at, score in zip(seen, scores, strict=True)])
        for scores in product(*possible)
    }


@examples(25)
@given(st.data(), st.sampled_from([0, 3, 4]), st.sampled_from([4, 6, 9]))
def test_a_first_response_and_a_later_rise_are_known_where_every_score_says_so(
    analysis, data, since, until
):
    some = bounded(analysis, data)
    threshold = some.options.responder_threshold

    def first(course):
        before = any(score >= threshold for week, score in course if week <= since)
        return not before and any(s >= threshold for week, s in course if since < week <= until)

    def rises(course):
        later = [score for week, score in course if week > since]
        return bool(later) and max(later) > max(s for week, s in course if week <= since)

    for found, asked in (
        (some.first_reached(since, until), first),
        (some.improved_after(since), rises),
    ):
        for patient in np.flatnonzero(some.has_follow_up):
            possible = answers(some, patient, asked)
            assert found.yes[patient] == (possible == {True})
            assert found.no[patient] == (possible == {False})


def test_the_best_score_is_the_highest_that_is_known(analysis):
    scores = np.where(np.isfinite(analysis.weeks), analysis.weeks, np.nan)
    gaps = scores.copy()
    gaps[:, 1] = np.nan
    assert np.isfinite(scores[:, 1]).all()
    found = replace(analysis, tis=gaps).best_tis()
    for patient, mine in enumerate(gaps):
        within = analysis.weeks[patient] <= analysis.options.horizon_week
        known = [score for score, there in zip(mine, within, strict=True)
                 if there and np.isfinite(score)]  # fmt: skip
        assert found[patient] == pytest.approx(max(known))
    nothing = replace(analysis, tis=np.full(scores.shape, np.nan)).best_tis()
    assert np.isneginf(nothing).all()


def test_without_a_visit_after_baseline_no_response_is_known(analysis):
    once = replace(
        analysis,
        tis_low=analysis.tis_low[:, :1],
        tis_high=analysis.tis_high[:, :1],
        weeks=analysis.weeks[:, :1],
    )
    lost = once.lost_minimal_response()
    assert not lost.yes.any()
