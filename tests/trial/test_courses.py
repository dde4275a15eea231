"""The courses of patients: what they accept, what they derive, and those of a trial."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tests.random_courses import NAN, PATIENTS, courses_of, patient
from tests.random_trials import make_trial
from tisstats.lim2021.trial_description import analysis_options
from tisstats.measures.imacs import WORSENING_RULES, classify_visits
from tisstats.trial import Courses, Endpoint, analyse, confirmed_deterioration, evaluate
from tisstats.trial.columns import ThreeValued
from tisstats.trial.courses import SAME_WEEK, at_consecutive_visits

CORE = ("physician_global", "patient_global", "mmt", "haq", "ck", "extramuscular")


# What they accept.

GOOD = {
    "weeks": [[0, 4, 8], [0, 4, NAN]],
    "score_low": [[0, 20, 40], [0, 10, NAN]],
    "score_high": [[0, 20, 60], [0, 10, NAN]],
}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"weeks": [0, 4]}, r"weeks must have the shape \(patients, visits\) .*got \(2,\)"),
        ({"weeks": np.zeros((2, 0))}, r"with at least one visit, got \(2, 0\)"),
        ({"score_low": [[0, 20]]}, r"score_low must have the shape \(2, 3\), got \(1, 2\)"),
        ({"score_high": [[0, 20]]}, r"score_high must have the shape \(2, 3\), got \(1, 2\)"),
        ({"stop_week": [4]}, r"stop_week must have the shape \(2,\), got \(1,\)"),
        (
            {"worse": ThreeValued.from_mask(np.zeros((2, 2), dtype=bool))},
            r"^worse must have the shape \(2, 3\), got \(2, 2\)$",
        ),
        ({"rescue_week": [4]}, r"rescue_week must have the shape \(2,\), got \(1,\)"),
        ({"weeks": [[0, NAN, 8], [0, 4, NAN]]}, "weeks must be finite up to .* last visit"),
        ({"weeks": [[0, 4, np.inf], [0, 4, NAN]]}, "weeks must be finite up to .* last visit"),
        (
            {"weeks": [[0, 4, 4], [0, 4, NAN]]},
            r"weeks must ascend, got \[0.0, 4.0, 4.0\] in row 0",
        ),
        ({"weeks": [[0, 8, 4], [0, 4, NAN]]}, "weeks must ascend"),
        (
            {"weeks": [[0, 4, 8], [4, 4, NAN]]},
            r"^weeks must ascend, got \[4.0, 4.0, nan\] in row 1$",
        ),
        # As far apart as weeks that are the same.
        ({"weeks": [[0, SAME_WEEK, 8], [0, 4, NAN]]}, "weeks must ascend"),
        ({"stop_week": [-1, NAN]}, "stop_week must be a week of at least 0, or nan if there was"),
        ({"rescue_week": [np.inf, NAN]}, "rescue_week must be a week of at least 0"),
        ({"score_high": [[0, NAN, 60], [0, 10, NAN]]}, "must be numbers where there is a visit"),
        ({"score_low": [[0, 20, 40], [0, 10, 10]]}, "must be numbers where there is a visit"),
        ({"score_low": [[0, NAN, 40], [0, 10, NAN]]}, "must be numbers where there is a visit"),
        ({"score_high": [[0, 20, 60], [0, 10, 10]]}, "must be numbers where there is a visit"),
        ({"score_low": [[0, 20, 65], [0, 10, NAN]]}, "score_low at most .*, got 65 and 60"),
        ({"score_low": [[-1, 20, 40], [0, 10, NAN]]}, "from 0 to 100, .*, got -1 and 0"),
        ({"score_high": [[0, 20, 101], [0, 10, NAN]]}, "from 0 to 100, .*, got 40 and 101"),
        ({"rescue_week": [-1, NAN]}, "rescue_week must be a week of at least 0"),
        ({"stop_week": [np.inf, NAN]}, "stop_week must be a week of at least 0"),
        (
            {"worse": ThreeValued.from_mask(np.ones((2, 3), dtype=bool))},
            "worse must be no where there is no visit",
        ),
    ],
)
def test_faults(changed, message):
    with pytest.raises(ValueError, match=message):
        Courses.from_scores(**(GOOD | changed))


def test_every_message_in_full():
    alone = np.zeros((2, 3), dtype=bool)
    for changed, message in (
        (
            {"weeks": [0, 4]},
            "weeks must have the shape (patients, visits) with at least one visit, got (2,)",
        ),
        (
            {"weeks": [[0, 4, np.inf], [0, 4, NAN]]},
            "weeks must be finite up to a patient's last visit, then nan",
        ),
        (
            {"score_low": [[0, NAN, 40], [0, 10, NAN]]},
            "score_low and score_high must be numbers where there is a visit and nan elsewhere",
        ),
        (
            {"score_low": [[0, 20, 65], [0, 10, NAN]]},
            "scores must be from 0 to 100, score_low at most score_high, got 65 and 60",
        ),
        (
            {"stop_week": [-1, NAN]},
            "stop_week must be a week of at least 0, or nan if there was none",
        ),
        (
            {"worse": ThreeValued(alone, alone)},
            "worse must be no where there is no visit, and never both yes and no",
        ),
    ):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            Courses.from_scores(**(GOOD | changed))


def test_what_they_accept_at_its_limits():
    courses = Courses.from_scores(
        [[0, 3 * SAME_WEEK, 8]], [[0, 0, 100]], [[100, 0, 100]], rescue_week=[0], stop_week=[0]
    )
    assert courses.follow_up.tolist() == [[False, True, True]]
    one = Courses.from_scores([[SAME_WEEK]], [[0]])
    assert one.follow_up.tolist() == [[False]]
    alone = np.array([[False, True, False], [False, False, False]])
    for yes, no in ((alone, ~alone), (np.zeros_like(alone), ~alone)):
        assert Courses.from_scores(**GOOD, worse=ThreeValued(yes, no)).worse.yes is yes
    with pytest.raises(ValueError, match=r"and never both yes and no$"):
        Courses.from_scores(**GOOD, worse=ThreeValued(alone, np.ones_like(alone)))


@pytest.mark.parametrize("event", [8 - 3 * SAME_WEEK, 8 - SAME_WEEK, 8, 8 + SAME_WEEK, 9])
def test_events_lie_before_a_week_if_by_more_than_rounding(event):
    courses = Courses.from_scores([[0, 8]] * 2, [[0, 0]] * 2, rescue_week=[event, NAN],
                                  stop_week=[NAN, event])  # fmt: skip
    week, before = np.array([8.0, 8.0]), event < 8 - 2 * SAME_WEEK
    same = event < 8 + 2 * SAME_WEEK
    assert courses.rescued_before(week).tolist() == [before, False]
    assert courses.rescued_before(week, same_week=True).tolist() == [same, False]
    assert courses.stopped_before(week).tolist() == [False, before]
    of_visits = courses.rescued_before(courses.weeks, same_week=True)
    assert of_visits.tolist() == [[False, same], [False, False]]
    assert courses.stopped_before(courses.weeks).tolist() == [[False, False], [False, before]]


def test_a_criterion_makes_the_score_all_or_nothing():
    courses = Courses.from_scores([[0, 4, 8], [0, 8, NAN]], [[0, 20, 30], [0, 20, NAN]])
    met = ThreeValued(
        np.array([[False, True, False], [False, False, False]]),
        np.array([[True, False, False], [True, True, True]]),
    )
    changed = courses.with_criterion(met)
    np.testing.assert_array_equal(changed.score_low, [[0, 100, 0], [0, 0, NAN]])
    np.testing.assert_array_equal(changed.score_high, [[0, 100, 100], [0, 0, NAN]])
    np.testing.assert_array_equal(changed.weeks, courses.weeks)


def test_a_score_is_reached_from_the_threshold_on():
    courses = Courses.from_scores([[0, 4, 8]], [[40, 19, 20]], [[40, 20, 20]])
    reached = courses.reached_at_visits(20)
    assert (reached.yes.tolist(), reached.no.tolist()) == (
        [[True, False, True]],
        [[False, False, False]],
    )
    assert courses.reached(20).yes.tolist() == [True]
    assert courses.reached(21).no.tolist() == [True]
    baseline = Courses.from_scores([[0]], [[40]]).reached(20)
    assert (baseline.yes.tolist(), baseline.no.tolist()) == ([False], [False])


def test_what_is_left_out_did_not_happen():
    courses = Courses.from_scores(**GOOD)
    assert courses.worse.no.all()
    assert np.isnan(courses.rescue_week).all()
    assert np.isnan(courses.stop_week).all()
    known = Courses.from_scores(GOOD["weeks"], GOOD["score_low"])
    np.testing.assert_array_equal(known.score_high, known.score_low)


# Deterioration.


@pytest.mark.parametrize(
    ("worse", "by_week", "wanted"),
    [
        ({}, np.inf, False),
        ({4: True}, np.inf, False),
        ({4: True, 8: True}, np.inf, True),
        ({4: True, 16: True}, np.inf, False),
        ({16: True}, np.inf, False),
        # The confirming visit is in the week, or after it.
        ({4: True, 8: True}, 8, True),
        ({4: True, 8: True}, 7.9, False),
        ({4: True, 8: True}, 8 - SAME_WEEK, True),
        ({4: True, 8: True}, 8 - 3 * SAME_WEEK, False),
        # A baseline visit does not count.
        ({0: True, 4: True}, np.inf, False),
        ({4: None}, np.inf, False),
        ({4: None, 8: True}, np.inf, None),
        ({4: True, 8: None, 16: True}, np.inf, None),
        ({4: True, 8: True, 16: None}, np.inf, True),
        ({4: None, 16: None}, np.inf, False),
    ],
)
def test_confirmed_deterioration(worse, by_week, wanted):
    courses = courses_of([patient({0: 0, 4: 0, 8: 0, 16: 0}, worse=worse)])
    found = confirmed_deterioration(courses, by_week)
    assert (found.yes[0], found.no[0]) == (wanted is True, wanted is False)


def test_a_missed_visit_does_not_interrupt():
    one = patient({0: 0, 4: 0, 16: 0}, worse={4: True, 16: True})
    assert confirmed_deterioration(courses_of([one])).yes.tolist() == [True]


@examples(25)
@given(PATIENTS, st.integers(1, 5))
def test_consecutive_visits_as_in_a_loop(patients, visits):
    courses = courses_of(patients)
    found = at_consecutive_visits(courses.worse, courses.follow_up, visits)
    for row, one in enumerate(patients):
        worse = [visit.worse for visit in one.visits if visit.week > 0]
        runs = [worse[at : at + visits] for at in range(len(worse) - visits + 1)]
        assert found.yes[row] == any(all(each is True for each in run) for run in runs)
        assert found.no[row] == all(any(each is False for each in run) for run in runs)


# The courses of a trial.


@pytest.fixture(params=range(4))
def random(request, tables_of):
    """A trial with measures missing at random, and its tables."""
    tables = tables_of(request.param)
    visits = tables["visits"].copy()
    draw = np.random.default_rng(request.param)
    for measure in CORE:
        visits.loc[draw.random(len(visits)) < 0.1, measure] = None
    tables = tables | {"visits": visits}
    return make_trial(tables), tables


def test_courses_of_a_trial(random):
    trial, tables = random
    analysis = analyse(trial)
    courses = Courses.of(analysis)
    np.testing.assert_array_equal(courses.weeks, analysis.weeks)
    np.testing.assert_array_equal(courses.score_low, analysis.tis_low)
    rescue = tables["treatments"][tables["treatments"]["treatment"] == "rescue"]
    for row, one in enumerate(analysis.patients.itertuples()):
        given_in = rescue.loc[rescue["patient_id"] == one.patient_id, "week"].astype(float)
        assert courses.rescue_week[row] == pytest.approx(given_in.min(), nan_ok=True)
        stopped = one.end_reason != "completed"
        assert courses.stop_week[row] == pytest.approx(
            one.end_week if stopped else NAN, nan_ok=True
        )


def test_deterioration_of_a_trial_is_that_of_each_patient_alone(random):
    analysis = analyse(random[0])
    for rule in ("confirmed", "imacs"):
        courses = Courses.of(analysis, rule)
        confirmed = confirmed_deterioration(courses)
        for row, patient_id in enumerate(analysis.patients["patient_id"]):
            visits = analysis.visits[analysis.visits["patient_id"] == patient_id]
            full = visits[visits[list(CORE)].notna().all(axis=1)]
            if len(full) < len(visits):
                continue
            judged = classify_visits(visits, enzyme="ck", worsening=rule)
            known = np.arange(1, len(visits))
            at_visit = judged["worsened_at_visit"].to_numpy(dtype=bool)
            assert courses.worse.yes[row, known].tolist() == at_visit.tolist()
            assert not courses.worse.unknown[row].any()
            if WORSENING_RULES[rule].consecutive_visits == 2:
                assert confirmed.yes[row] == judged["worsened"].any()


def test_a_missing_enzyme_leaves_deterioration_by_prodems_rule_known(tables):
    visits = tables["visits"].copy()
    visits.loc[visits["week"] > 0, "ck"] = None
    analysis = analyse(make_trial(tables | {"visits": visits}))
    assert not Courses.of(analysis).worse.unknown.any()
    assert Courses.of(analysis, "imacs").worse.unknown.any()


def test_a_best_response_is_that_of_the_analysis(random):
    analysis = analyse(random[0])
    endpoint = Endpoint(
        kind="best",
        threshold=analysis.options.responder_threshold,
        week=analysis.options.horizon_week,
        intercurrent="treatment policy",
        missing="unknown",
    )
    status = evaluate(endpoint, Courses.of(analysis)).status
    responders = analysis.responders()
    assert ((status == "responder") == responders.yes).all()
    assert ((status == "non-responder") == responders.no).all()
    assert ((status == "unknown") == responders.unknown).all()


def test_the_end_is_the_last_visit_where_its_week_is_missing(tables):
    analysis = analyse(make_trial(tables))
    analysis.patients["end_week"] = analysis.patients["end_week"].astype("Float64")
    analysis.patients.loc[:, "end_week"] = None
    last = np.nanmax(analysis.weeks, axis=1)
    stopped = analysis.discontinued()
    courses = Courses.of(analysis)
    np.testing.assert_allclose(courses.stop_week[stopped], last[stopped])
    assert np.isnan(courses.stop_week[~stopped]).all()
    assert stopped.any()


def test_a_gap_leaves_the_confirming_visit_open_too(tables):
    visits = tables["visits"].copy()
    patient_id = visits["patient_id"].iloc[0]
    mine = visits["patient_id"] == patient_id
    first, second = visits.index[mine & (visits["week"] > 0)][:2]
    same = visits.loc[visits.index[mine & (visits["week"] == 0)][0], list(CORE)]
    visits.loc[first, list(CORE)] = same
    visits.loc[second, list(CORE)] = same
    # Worse at the second visit; at the first that is not known.
    visits.loc[visits.index[mine & (visits["week"] == 0)][0], "extramuscular"] = 0
    visits.loc[second, "extramuscular"] = 2
    visits.loc[first, "extramuscular"] = None
    trial = make_trial(tables | {"visits": visits})
    analysis = analyse(trial, analysis_options(worsening="confirmed"))
    assert analysis.worsened.unknown[0, 2]
    courses = Courses.of(analysis)
    assert courses.worse.yes[0, 2]
    assert courses.worse.unknown[0, 1]
    assert confirmed_deterioration(courses, courses.weeks[0, 2]).unknown[0]


def test_a_criterion_in_place_of_the_score():
    one = patient({0: 0, 8: 0, 16: 0})
    courses = courses_of([one, one, one])
    yes = np.array([[0, 0, 1], [0, 0, 0], [0, 0, 0]]) > 0
    no = np.array([[1, 1, 0], [1, 1, 1], [1, 1, 0]]) > 0
    endpoint = Endpoint(
        kind="at week",
        criterion="IMACS improvement",
        threshold=100,
        week=16,
        intercurrent="treatment policy",
        missing="unknown",
    )
    result = evaluate(endpoint, courses.with_criterion(ThreeValued(yes, no)))
    assert result.status.tolist() == ["responder", "non-responder", "unknown"]
    assert endpoint.describe().startswith("IMACS improvement at week 16.")


def test_an_unknown_definition_is_refused(tables):
    with pytest.raises(ValueError, match="deterioration must be one of imacs, confirmed"):
        Courses.of(analyse(make_trial(tables)), "clinical")
