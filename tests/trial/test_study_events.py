"""Rescue medication and early stops among the visits of a study, and what is said of them."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.trial.studies import make_study
from tisstats.trial.courses import SAME_WEEK
from tisstats.trial.intercurrent_events import among_visits
from tisstats.trial.study import Study
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_endpoint import (
    describe_criterion,
    describe_study_endpoint,
    uses_events,
)
from tisstats.trial.template import example_folder

NAN = float("nan")
SCHEDULE = [0.0, 4.0, 12.0, 24.0]


def placed(events, recorded, weeks, *, scheduled=False):
    arrays = (np.array(each, dtype=float) for each in (events, recorded, weeks))
    found = among_visits(*arrays, scheduled=scheduled)
    return found.tolist()


@given(
    st.lists(st.integers(-4, 4), min_size=4, max_size=4),
    st.lists(st.booleans(), min_size=4, max_size=4),
    st.integers(0, 200),
    st.booleans(),
)
@example([0, 0, 0, -3], [True] * 4, 24 * 7 - 1, False)  # after an early visit, before its week
@example([0, 0, 0, 3], [True] * 4, 24 * 7 + 1, False)  # before a late visit, after its week
def test_an_event_stays_on_its_side_of_every_visit(off, seen, day, scheduled):
    pairs = [
        (week, max(0.0, week + days / 7) if week else 0.0)
        for week, days, there in zip(SCHEDULE, off, seen, strict=True)
        if there
    ]
    weeks = [week for week, _ in pairs] + [NAN] * (4 - len(pairs))
    recorded = [when for _, when in pairs] + [NAN] * (4 - len(pairs))
    event = day / 7
    (found,) = placed([event], [recorded], [weeks], scheduled=scheduled)
    named = [week for week, _ in pairs if scheduled and abs(week - event) < 1e-6]
    same = [week for week, when in pairs if abs(when - event) < 1e-6]
    if named or same:
        assert [found] == (named or same)
        return
    before = [week for week, when in pairs if when < event]
    after = [week for week, when in pairs if when > event]
    assert all(found > week for week in before)
    # No event is before week 0, even if the visit of week 0 is after it.
    assert all(found < week or found <= week == 0 for week in after)
    between = all(week + 1e-3 < event for week in before)
    between &= all(event < week - 1e-3 for week in after)
    if between:
        assert found == pytest.approx(event, abs=1e-12)
    else:
        assert min(abs(found - week) for week in before + after) < 1e-5


def test_events_of_several_patients_and_none():
    weeks = [SCHEDULE] * 5
    recorded = [[0, 4.25, 12.5, 23], [0, 4, 12, 24], [0, 4, 12, 24], [0, 4, 12, 24], [0, 5, 12, 24]]
    found = placed([12.5, NAN, 30, 0, 0.5], recorded, weeks)
    assert found[0] == 12
    assert np.isnan(found[1])
    assert found[2:] == [30, 0, 0.5]
    # Week 24 by its name; without a visit of that name, by the day.
    late = [[0, 4, 12, 25]] * 2
    assert placed([24, 25], late, weeks[:2], scheduled=True) == [24, 24]
    (by_day,) = placed([24], late[:1], weeks[:1])
    assert 12 < by_day < 24


def test_an_event_named_by_a_week_is_at_its_visit_even_on_the_day_of_another():
    # The visit of week 4 was in week 12, that of week 12 in week 13.
    recorded, weeks = [[0, 12, 13]], [[0, 4, 12]]
    assert placed([12], recorded, weeks, scheduled=True) == [12]
    assert placed([12], recorded, weeks) == [4]


@pytest.mark.parametrize("scheduled", [False, True])
def test_weeks_are_the_same_up_to_the_limit(scheduled):
    # The limit itself, at week 0, where floats are as fine as the difference.
    at = [[SAME_WEEK, 4]]
    assert placed([0], at, at, scheduled=scheduled) == [SAME_WEEK]
    beyond = [[4 * SAME_WEEK, 4]]
    assert placed([0], beyond, beyond, scheduled=scheduled) == [0]
    named = [[SAME_WEEK, 4]]
    assert placed([0], [[1, 4]], named, scheduled=True) == [SAME_WEEK]


@pytest.fixture(scope="module")
def six(tmp_path_factory):
    return StudyData.read(make_study(6).write(tmp_path_factory.mktemp("study")))


def asking(data, **changes):
    """The study with other choices of its endpoint."""
    endpoint = replace(data.study.endpoint, **changes)
    return replace(data, study=replace(data.study, endpoint=endpoint))


STOPS = {
    "recorded": "Early stops are in the week recorded; without one, at the last visit of a patient "
    "who did not complete the study.",
    "no week": "The week of an early stop is not recorded, and is taken to be that of the last "
    "visit.",
    "not recorded": "Early stops are not recorded: nobody is taken to have stopped.",
}
BY_DATE = (
    "Dates decide whether rescue medication came before a visit or after it: what holds for the "
    "week of a visit holds for its day."
)
NO_TABLE = (
    "There is no table of treatments: rescue medication is known only as a reason for stopping "
    "early, and is taken as given at the stop."
)
WINDOWS = (
    "The visit of a scheduled week is the visit nearest to it, at most 4 days away, of those with "
    "most of what a score needs; other visits are kept, and count for an outcome at any visit and "
    "for times, except those between a visit that counts and its week, which are left out."
)


@pytest.mark.parametrize(
    ("dated", "table", "stops"), list(product([False, True], [False, True], STOPS))
)
def test_what_is_said_of_rescue_medication_and_early_stops(tmp_path, dated, table, stops):
    made = make_study(6, with_dates=dated)
    if not table:
        made.treatments = []
        made.description = made.description.replace('treatments = "synthetic_treatments.csv"\n', "")
    for row in made.patients:
        if stops != "recorded":
            del row["stop_week"]
        if stops == "not recorded":
            del row["end_reason"]
    data = asking(StudyData.read(made.write(tmp_path)), intercurrent="composite")
    plain = data.study.endpoint.as_endpoint().describe()
    said = [*([BY_DATE] if dated else []), *([] if table else [NO_TABLE]), STOPS[stops]]
    assert describe_study_endpoint(data) == " ".join([plain, *said, WINDOWS])


@pytest.mark.parametrize(
    ("strategy", "without_rescue", "used"),
    [
        ("treatment policy", False, False),
        ("treatment policy", True, True),
        ("composite", False, True),
        ("hypothetical", True, True),
        ("while on treatment", False, True),
    ],
)
def test_events_are_described_where_they_can_decide(six, strategy, without_rescue, used):
    changes = {"intercurrent": strategy, "without_rescue": without_rescue}
    data = asking(six, **changes)
    assert uses_events(data.study) is used
    assert (STOPS["recorded"] in describe_study_endpoint(data)) is used


WORSENING = (
    "physician global activity worse by at least 2 cm and manual muscle testing worse by at least "
    "20%, or extramuscular activity worse by at least 2 cm, or at least 3 of {} core set measures "
    "worse by at least 30% of baseline"
)
CRITERIA = {
    "imacs improvement": (
        "Improvement: at least 3 of 6 core set measures better by at least 20% of baseline, and at "
        "most 2, not muscle testing, worse by at least 25%. Source: IMACS preliminary definition "
        "of improvement: Rider et al., Arthritis Rheum 2004;50:2281. Assumptions: that percentages "
        "are relative to baseline is taken from secondary sources;"
    ),
    "imacs worsening": (
        f"Worsening, at each visit against baseline: {WORSENING.format(6)}. Source: IMACS trial "
        "design tools. Assumptions: the exact wording could not be verified;"
    ),
    "minimal disability": (
        "Minimal disability: a loss of at least 6% of the maximum of the muscle test, with at "
        "least 2 of the other core set measures abnormal: visual analogue scales from 2 cm, HAQ "
        "from 0.25 points, enzyme above 1.5 times its upper limit of normal. Source: ProDERM, "
        "ClinicalTrials.gov NCT02728752. Assumptions: the trial asks for an MMT-8 score below 142"
    ),
}


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_definition_is_described_with_its_cut_offs_source_and_assumptions(six, criterion):
    data = asking(six, criterion=criterion)
    described = describe_criterion(data.study)
    assert described.startswith(CRITERIA[criterion])
    assert described.count("Assumptions: ") == 1
    assert described.endswith(".")
    plain = data.study.endpoint.as_endpoint().describe()
    assert describe_study_endpoint(data) == f"{plain} {described} {WINDOWS}"


def test_a_definition_without_assumptions_mentions_none(six):
    data = asking(six, criterion="minimal disability")
    definitions = data.study.definitions
    sure = replace(definitions, disability=replace(definitions.disability, assumed=""))
    endpoint = replace(data.study.endpoint, definitions=sure)
    described = describe_criterion(replace(data.study, endpoint=endpoint))
    assert described == CRITERIA["minimal disability"].partition(" Assumptions")[0]


def test_the_score_needs_no_definition():
    assert describe_criterion(Study.read(example_folder())) == ""


@pytest.mark.parametrize(
    ("definition", "measures", "source"),
    [("confirmed", 5, "ProDERM, confirmed"), ("imacs", 6, "IMACS trial design tools")],
)
def test_confirmed_deterioration_is_described_by_its_definition(six, definition, measures, source):
    changes = {"without_confirmed_deterioration": True, "deterioration": definition}
    data = asking(six, **changes)
    plain = data.study.endpoint.as_endpoint().describe()
    found = describe_study_endpoint(data).removeprefix(f"{plain} ")
    assert found.startswith(
        "Deterioration is confirmed if two consecutive visits meet the definition: "
        f"{WORSENING.format(measures)} ({source}"
    )
    assert found.count("Assumptions: ") == 1
    assert found.endswith(f". {WINDOWS}")
