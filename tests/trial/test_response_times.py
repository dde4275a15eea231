"""The time to first response, against a slow computation and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tests.random_courses import PATIENTS, courses_of, patient
from tests.random_trials import make_trial
from tisstats.statistics import cumulative_incidence, kaplan_meier
from tisstats.trial import Courses, analyse, summaries, time_to_first_response
from tisstats.trial.courses import SAME_WEEK
from tisstats.trial.response_times import CAUSES

OPEN = "open visit"


def slow_events(one, horizon, strategy, same_week):
    """Events before the horizon: week, order within it, name, and which visits lie after it."""
    events = []
    deaths = []
    if one.death is not None:
        # Also at the horizon, if no visit followed.
        seen = any(one.death <= visit.week <= horizon for visit in one.visits)
        if one.death < horizon or (one.death <= horizon and not seen):
            deaths.append((one.death, 1, "death", lambda week: one.death < week))
    if strategy == "treatment policy":
        return deaths
    if one.rescue is not None:
        at_visit = same_week == "before the visit"
        after = (lambda week: one.rescue <= week) if at_visit else (lambda week: one.rescue < week)
        events.append((one.rescue, 0, "rescue medication", after))
    if one.stop is not None:
        events.append((one.stop, 2, "stopped early", lambda week: one.stop < week))
    return [event for event in events if event[3](horizon)] + deaths


#: What an open visit is taken as, if it is good to reach the score, and if it is bad.
TAKEN = {
    "unknown": (None, None),
    "non-responder": (False, True),
    "worst case": (False, True),
    "best case": (True, False),
}


def slow_time(one, threshold, horizon, strategy, missing, same_week, unfavourable):
    """Time, cause, last visit without and what ended it, of one patient."""
    taken = TAKEN[missing][unfavourable]
    events = slow_events(one, horizon, strategy, same_week)
    visits = [
        visit
        for visit in one.visits
        if 0 < visit.week <= horizon and not any(event[3](visit.week) for event in events)
    ]
    last = 0.0
    for visit in visits:
        low = visit.high if taken is True else visit.low
        high = visit.low if taken is False else visit.high
        if low >= threshold:
            return visit.week, 1, last, "response"
        if high >= threshold:
            return last, 0, last, OPEN
        last = visit.week
    if not events:
        return last, 0, last, "last visit" if visits else "no visit"
    week, _, name, _ = min(events, key=lambda event: event[:2])
    code = {"rescue medication": 2, "stopped early": 3, "death": 4}[name]
    time, cause = {
        "treatment policy": (week, 1 if unfavourable else code),
        "composite": (week, 1) if unfavourable else (horizon, 0),
        "while on treatment": (week, code),
    }.get(strategy, (last, 0))
    return time, cause, last, name


@examples(125)
@given(
    PATIENTS,
    st.sampled_from([20, 40]),
    st.sampled_from([4, 8, 12]),
    st.sampled_from(["treatment policy", "composite", "while on treatment", "hypothetical"]),
    st.sampled_from(["unknown", "non-responder", "best case", "worst case"]),
    st.sampled_from(["after the visit", "before the visit"]),
    st.booleans(),
)
def test_every_patient_as_in_the_slow_computation(
    patients, threshold, horizon, strategy, missing, same_week, unfavourable
):
    rules = strategy, missing, same_week, unfavourable
    times = time_to_first_response(
        courses_of(patients),
        threshold,
        horizon,
        intercurrent=strategy,
        missing=missing,
        rescue_in_week_of_visit=same_week,
        unfavourable=unfavourable,
    )
    columns = (times.time, times.cause, times.last_without, times.ended_by)
    for one, *found in zip(patients, *columns, strict=True):
        wanted = slow_time(one, threshold, horizon, *rules)
        assert tuple(found[1::2]) == wanted[1::2]
        np.testing.assert_allclose(found[::2], wanted[::2])
        if not unfavourable:  # an event is then the failure itself
            assert CAUSES[wanted[1]] == (wanted[3] if wanted[1] else "censored")
    assert (times.event == (times.cause == 1)).all()
    seen = times.ended_by == "response"
    assert (times.last_without[seen] < times.time[seen]).all()
    assert (times.time <= horizon).all()
    # What the curves take.
    assert kaplan_meier(times.time, times.event).events.sum() == times.event.sum()
    cumulative_incidence(times.time, times.cause)


USUAL = {"intercurrent": "treatment policy", "missing": "unknown"}
COURSE = {0: 0, 4: 0, 8: 40, 16: 40}


@pytest.mark.parametrize(
    ("scores", "events", "changed", "wanted"),
    [
        (COURSE, {}, {}, (8, 1, 4, "response")),
        ({4: 20}, {}, {}, (4, 1, 0, "response")),
        ({4: 17.5}, {}, {}, (4, 0, 4, "last visit")),
        ({0: 60}, {}, {}, (0, 0, 0, "no visit")),
        # Up to the horizon, included.
        ({4: 0, 16: 40}, {}, {}, (16, 1, 4, "response")),
        ({4: 0, 17: 40}, {}, {}, (4, 0, 4, "last visit")),
        # A visit left open.
        ({4: 0, 8: (0, 40), 16: 40}, {}, {}, (4, 0, 4, OPEN)),
        ({8: (0, 40)}, {}, {}, (0, 0, 0, OPEN)),
        ({4: 0, 8: (0, 40), 16: 40}, {}, {"missing": "non-responder"}, (16, 1, 8, "response")),
        ({4: 0, 8: (0, 40), 16: 40}, {}, {"missing": "best case"}, (8, 1, 4, "response")),
        ({4: 0, 8: (20, 40)}, {}, {}, (8, 1, 4, "response")),
        # Rescue medication in week 6, before the response.
        (COURSE, {"rescue": 6}, {}, (8, 1, 4, "response")),
        (COURSE, {"rescue": 6}, {"intercurrent": "composite"}, (16, 0, 4, "rescue medication")),
        (
            COURSE,
            {"rescue": 6},
            {"intercurrent": "while on treatment"},
            (6, 2, 4, "rescue medication"),
        ),
        (COURSE, {"rescue": 6}, {"intercurrent": "hypothetical"}, (4, 0, 4, "rescue medication")),
        # After the response: it has been seen.
        (COURSE, {"rescue": 9}, {"intercurrent": "composite"}, (8, 1, 4, "response")),
        (COURSE, {"rescue": 8}, {"intercurrent": "while on treatment"}, (8, 1, 4, "response")),
        (
            COURSE,
            {"rescue": 8},
            {"intercurrent": "composite", "rescue_in_week_of_visit": "before the visit"},
            (16, 0, 4, "rescue medication"),
        ),
        # Early stop, whose week is still on treatment.
        (COURSE, {"stop": 8}, {"intercurrent": "composite"}, (8, 1, 4, "response")),
        (COURSE, {"stop": 7}, {"intercurrent": "composite"}, (16, 0, 4, "stopped early")),
        (COURSE, {"stop": 7}, {"intercurrent": "while on treatment"}, (7, 3, 4, "stopped early")),
        # A death is no event that a strategy ignores.
        ({4: 0}, {"death": 7}, {}, (7, 4, 4, "death")),
        ({4: 0}, {"death": 7, "stop": 5}, {}, (7, 4, 4, "death")),
        ({4: 0}, {"death": 7}, {"unfavourable": True}, (7, 1, 4, "death")),
        ({4: 0}, {"death": 7}, {"intercurrent": "while on treatment"}, (7, 4, 4, "death")),
        (
            {4: 0},
            {"death": 7, "stop": 5},
            {"intercurrent": "while on treatment"},
            (5, 3, 4, "stopped early"),
        ),
        ({4: 0}, {"death": 7}, {"intercurrent": "composite"}, (16, 0, 4, "death")),
        ({4: 0}, {"death": 7}, {"intercurrent": "hypothetical"}, (4, 0, 4, "death")),
        ({4: 0}, {"death": 16}, {}, (16, 4, 4, "death")),
        ({4: 0, 16: 0}, {"death": 16}, {}, (16, 0, 16, "last visit")),
        ({4: 0}, {"death": 16.5}, {}, (4, 0, 4, "last visit")),
        ({4: 0}, {"death": 16}, {"unfavourable": True}, (16, 1, 4, "death")),
        ({4: 0}, {"death": 16}, {"intercurrent": "while on treatment"}, (16, 4, 4, "death")),
        ({4: 0, 8: 40}, {"death": 9}, {}, (8, 1, 4, "response")),
        ({4: (0, 40)}, {"death": 9}, {}, (0, 0, 0, OPEN)),
        ({}, {"death": 2}, {}, (2, 4, 0, "death")),
        # A visit in the week of the death, which is recorded as its beginning.
        ({4: 0, 8: 0}, {"death": 7.5}, {}, (8, 4, 8, "death")),
        # Both in one week, and at the horizon.
        (
            {4: 0, 16: 0},
            {"rescue": 7, "stop": 7},
            {"intercurrent": "while on treatment"},
            (7, 2, 4, "rescue medication"),
        ),
        ({4: 0, 16: 0}, {"stop": 16}, {"intercurrent": "composite"}, (16, 0, 16, "last visit")),
        ({4: 0, 16: 0}, {"rescue": 16}, {"intercurrent": "composite"}, (16, 0, 16, "last visit")),
        # An open visit before the event.
        ({8: (0, 40)}, {"rescue": 9}, {"intercurrent": "composite"}, (0, 0, 0, OPEN)),
        (
            {4: 0, 8: (0, 40)},
            {"rescue": 9},
            {"intercurrent": "composite"},
            (4, 0, 4, OPEN),
        ),
    ],
)
def test_by_hand(scores, events, changed, wanted):
    courses = courses_of([patient(scores, **events)])
    times = time_to_first_response(courses, 20, 16, **(USUAL | changed))
    found = times.time[0], times.cause[0], times.last_without[0], times.ended_by[0]
    assert found[1::2] == wanted[1::2]
    assert found[::2] == pytest.approx(wanted[::2])


@pytest.mark.parametrize(
    ("arguments", "changed", "message"),
    [
        ((0, 16), {}, "threshold must be above 0 and at most 100, got 0"),
        ((100.5, 16), {}, "threshold must be above 0 and at most 100, got 100.5"),
        ((20, 0), {}, "horizon must be a number above 0, got 0"),
        ((20, np.inf), {}, "horizon must be a number above 0, got inf"),
        ((20, 16), {"missing": "bounds"}, "missing must be one of .*, got 'bounds'"),
        ((20, 16), {"intercurrent": "none"}, "intercurrent must be one of .*, got 'none'"),
        ((20, 16), {"rescue_in_week_of_visit": ""}, "rescue_in_week_of_visit must .*, got ''"),
    ],
)
def test_wrong_arguments(arguments, changed, message):
    with pytest.raises(ValueError, match=message):
        time_to_first_response(courses_of([patient(COURSE)]), *arguments, **(USUAL | changed))


@pytest.mark.parametrize(("threshold", "horizon"), [(100, 16), (0.5, 16), (1, 0.5), (1, 1)])
def test_arguments_at_their_limits(threshold, horizon):
    times = time_to_first_response(courses_of([patient({0.5: 100})]), threshold, horizon, **USUAL)
    assert times.event.tolist() == [True]


@pytest.mark.parametrize("apart", [0.0, 1e-12, -1e-12, SAME_WEEK])
def test_a_rounding_error_in_a_week_changes_nothing(apart):
    on_treatment = USUAL | {"intercurrent": "while on treatment"}
    at_horizon = courses_of([patient({4: 0, 16 + apart: 40})])
    times = time_to_first_response(at_horizon, 20, 16, **USUAL)
    assert times.ended_by.tolist() == ["response"]
    assert times.time.tolist() == [16]  # so that no curve up to week 16 leaves it out
    in_one_week = courses_of([patient({4: 0, 16: 40}, rescue=7, stop=7 - apart)])
    times = time_to_first_response(in_one_week, 20, 16, **on_treatment)
    assert times.ended_by.tolist() == ["rescue medication"]


def test_no_patients():
    courses = Courses.from_scores(np.zeros((0, 2)), np.zeros((0, 2)))
    assert time_to_first_response(courses, 20, 16, **USUAL).time.tolist() == []


@pytest.mark.parametrize("seed", range(4))
def test_responses_of_a_trial_are_those_of_its_table(tables_of, seed):
    analysis = analyse(make_trial(tables_of(seed)))
    table = summaries.time_to_improvement(analysis)
    horizon, threshold = analysis.options.horizon_week, analysis.options.responder_threshold
    times = time_to_first_response(Courses.of(analysis), threshold, horizon, **USUAL)
    improved = (table["cause"] == 1).to_numpy()
    assert times.event.tolist() == improved.tolist()
    np.testing.assert_allclose(times.time[improved], table["week"][improved])
