"""The flow of participants, against plain counts over the rows of the files."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trial.made_up import STUDIES
from tests.trial.slow_study import slow_scores
from tests.trial.studies import make_study, read_csv
from tisstats.trial.courses import SAME_WEEK
from tisstats.trial.end_reasons import EARLY_ENDS
from tisstats.trial.flow import (
    FLOW_GUIDELINE,
    ArmFlow,
    ParticipantFlow,
    format_reason,
    participant_flow,
)
from tisstats.trial.study_data import StudyData


def table(folder, name):
    path = folder / f"synthetic_{name}.csv"
    return read_csv(path) if path.exists() else None


def visit_days(patient, visit):
    if "date" not in visit:
        return 7 * float(visit["week"])
    first = dt.date.fromisoformat(patient["first_dose_date"])
    return (dt.date.fromisoformat(visit["date"]) - first).days


def slow_flow(folder, arm):
    """Count the participants of an arm row by row; windows of these studies hold one visit."""
    described = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))
    window, endpoint = described["visits"]["window_days"], described["endpoint"]
    visits, treatments = table(folder, "visits"), table(folder, "treatments")
    scores = slow_scores(
        folder, described["measures"]["mmt_max"], described["visits"]["weeks"], window
    )
    counts, stopped = Counter(), Counter()
    for patient in table(folder, "patients"):
        if patient.get("arm", arm) != arm:
            continue
        mine = [row for row in visits if row["patient_id"] == patient["patient_id"]]
        counts["recorded"] += 1
        counts["with_baseline"] += any(abs(visit_days(patient, row)) <= window for row in mine)
        given = [r for r in treatments or () if r["patient_id"] == patient["patient_id"]]
        counts["treated"] += any(row["treatment"] != "rescue" for row in given)
        if patient.get("analysed") == "false":
            continue
        counts["analysed"] += 1
        if (reason := patient.get("end_reason")) == "completed":
            counts["completed"] += 1
        elif reason is not None:
            stopped[reason] += 1
        counts["rescued"] += any(row["treatment"] == "rescue" for row in given)
        week = endpoint["week"]
        at_week = endpoint["kind"] == "at week"
        if at_week:
            needed = [r for r in mine if abs(visit_days(patient, r) - 7 * week) <= window]
        else:
            needed = [r for r in mine if 0 < visit_days(patient, r) <= 7 * week]
        counts["visited"] += bool(needed)
        bounds = scores[patient["patient_id"]]
        counts["scored"] += any(
            bounds[at] is not None and bounds[at][0] == bounds[at][1]
            for at in bounds
            if (abs(at - week) <= Fraction(window) / 7 if at_week else at <= week)
        )
    return counts, stopped


@pytest.mark.parametrize("name", STUDIES)
def test_counts_are_those_of_a_plain_loop_over_the_files(tmp_path, name):
    folder = STUDIES[name](tmp_path / "study")
    data = StudyData.read(folder)
    flow = participant_flow(data)
    assert [arm.label for arm in flow.arms] == list(data.study.arms.values())
    for arm, found in zip(data.study.arms, flow.arms, strict=True):
        counts, stopped = slow_flow(folder, arm)
        for field in ("recorded", "with_baseline", "analysed", "visited", "scored"):
            assert getattr(found, field) == counts[field], (arm, field)
        if name == "bare":
            assert (found.treated, found.completed, found.stopped, found.rescued) == (None,) * 4
            assert found.stopped_early is None
            continue
        assert found.treated == counts["treated"]
        assert found.completed == counts["completed"]
        assert found.stopped == dict(stopped)
        assert found.rescued == counts["rescued"]
        assert found.completed + found.stopped_early == found.analysed


def test_these_studies_have_patients_of_every_kind(tmp_path):
    flows = [participant_flow(StudyData.read(w(tmp_path / n))).total for n, w in STUDIES.items()]
    example, dated, single, bare = flows
    assert dated.not_analysed > 0
    assert dated.scored < dated.visited < dated.analysed
    assert single.visited >= single.scored > 0
    assert example.rescued == 1
    assert (bare.recorded, bare.completed, bare.stopped) == (3, None, None)


def test_an_arm_without_participants_has_zeros(tmp_path):
    data = StudyData.read(STUDIES["bare"](tmp_path / "study"))
    empty = participant_flow(data).arms[3]
    assert (empty.recorded, empty.analysed, empty.visited, empty.scored) == (0, 0, 0, 0)


def test_a_stop_without_a_reason_is_no_completion(tmp_path):
    study = make_study(4, seed=1)
    for row in study.patients:
        row |= {"stop_week": "", "end_reason": ""}
    study.patients[0]["stop_week"] = 24
    total = participant_flow(StudyData.read(study.write(tmp_path / "study"))).total
    assert (total.completed, total.stopped) == (3, {"other": 1})


def test_a_sustained_response_needs_the_visit_of_its_week(tmp_path):
    study = make_study(30, seed=2, missed=0.3, changes="also_at = [12]")
    study.description = study.description.replace('"at week"', '"sustained"')
    flow = participant_flow(StudyData.read(study.write(tmp_path / "study")))
    seen = [row for row in study.visits if row["week"] == 24]
    assert flow.total.visited == len(seen) < 30
    assert flow.endpoint_visit == "visit at week 24"


def flow_of(folder, weeks_of, *, kind="best", week=12):
    """The flow of one arm whose patients, without missing measures, have visits in given weeks."""
    scheduled = (0, 1, 4, 12, 23, 24)
    study = make_study(len(weeks_of), ("open",), scheduled, seed=6, missing=0, missed=0)
    for row, weeks in zip(study.patients, weeks_of, strict=True):
        analysed = "true" if 0 in weeks else "false"  # who is analysed must have a baseline
        row |= {"stop_week": "", "end_reason": "completed", "analysed": analysed}
    study.treatments = [row for row in study.treatments if row["treatment"] != "rescue"]
    baseline = {row["patient_id"]: row for row in study.visits if row["week"] == 0}
    study.visits = [
        {**baseline[patient["patient_id"]], "week": each}
        for patient, weeks in zip(study.patients, weeks_of, strict=True)
        for each in weeks
    ]
    study.description = (
        study.description.replace('kind = "at week"', f'kind = "{kind}"')
        .replace("\nweek = 24\n", f"\nweek = {week}\n")
        .replace("window_days = 4", "window_days = 0")
    )
    return participant_flow(StudyData.read(study.write(folder))).total


def test_a_best_response_needs_a_visit_after_baseline_up_to_its_week(tmp_path):
    weeks_of = [(0,), (0, 1), (0, 24), (0, 23, 24), (0, 12), (0, 4, 12, 24)]
    found = flow_of(tmp_path / "study", weeks_of)
    assert (found.recorded, found.visited, found.scored) == (6, 3, 3)


def test_a_response_at_a_week_needs_a_visit_of_this_week_and_of_no_other(tmp_path):
    weeks_of = [(0,), (0, 12), (0, 23), (0, 24), (0, 4, 23, 24)]
    found = flow_of(tmp_path / "study", weeks_of, kind="at week", week=24)
    assert (found.visited, found.scored) == (2, 2)


def test_a_visit_soon_after_the_first_dose_is_no_baseline(tmp_path):
    found = flow_of(tmp_path / "study", [(0, 4), (1, 4), (1,), (0,)])
    assert (found.recorded, found.with_baseline, found.analysed) == (4, 2, 2)


@pytest.mark.parametrize(
    ("week", "counts"), [(10, True), (10 + 5e-10, True), (10 + SAME_WEEK, True), (10 + 2e-9, False)]
)
def test_the_last_week_that_counts_has_the_tolerance_of_every_week(tmp_path, week, counts):
    found = flow_of(tmp_path / "study", [(0, 24), (0, week)], week=10)
    assert found.visited == counts


def arm(**changes):
    plain = {"label": "A", "recorded": 5, "with_baseline": 5, "treated": 5, "analysed": 4}
    plain |= {
        "completed": 3,
        "ongoing": 0,
        "stopped": {"death": 1},
        "rescued": 0,
        "visited": 3,
        "scored": 2,
    }
    return ArmFlow(**{**plain, **changes})


def test_the_total_adds_arms_and_keeps_the_order_of_reasons():
    other = arm(completed=2, stopped={"adverse_event": 1, "death": 1}, rescued=2)
    total = ParticipantFlow((arm(), other), "visit at week 24").total
    assert (total.recorded, total.not_analysed, total.completed, total.rescued) == (10, 2, 5, 2)
    assert list(total.stopped.items()) == [("adverse_event", 1), ("death", 2)]
    assert (total.label, total.stopped_early) == ("All", 3)


def test_what_one_arm_does_not_record_is_not_known_of_all():
    lacking = arm(completed=None, stopped=None, rescued=None, treated=None)
    flow = ParticipantFlow((arm(), lacking), "visit at week 24")
    total = flow.total
    assert (total.completed, total.stopped, total.rescued, total.treated) == (None,) * 4
    assert flow.reasons == ()


COUNTS = st.integers(0, 400)
REASONS = st.dictionaries(st.sampled_from(EARLY_ENDS), st.integers(1, 50))
FIELDS = ("recorded", "with_baseline", "analysed", "visited", "scored")
MAYBE = ("treated", "completed", "ongoing", "rescued")
ARMS = st.builds(
    ArmFlow,
    label=st.sampled_from("ABC"),
    stopped=st.none() | REASONS,
    **dict.fromkeys(FIELDS, COUNTS),
    **dict.fromkeys(MAYBE, st.none() | COUNTS),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ARMS, min_size=1, max_size=4))
def test_totals_are_sums_and_unknown_if_one_arm_is(arms):
    flow = ParticipantFlow(tuple(arms), "visit at week 4")
    total = flow.total
    for field in FIELDS:
        assert getattr(total, field) == sum(getattr(each, field) for each in arms)
    for field in MAYBE:
        values = [getattr(each, field) for each in arms]
        assert getattr(total, field) == (None if None in values else sum(values))
    if any(each.stopped is None for each in arms):
        assert total.stopped is None
    else:
        counts = Counter()
        for each in arms:
            counts.update(each.stopped)
        assert dict(total.stopped) == dict(counts)
        assert list(flow.reasons) == [reason for reason in EARLY_ENDS if counts[reason]]


@pytest.mark.parametrize("seed", range(8))
def test_counts_of_any_study_add_up(tmp_path, seed):
    arms = ("a", "b", "c", "d")[: 1 + seed % 4]
    study = make_study(7 * (seed + 1), arms, seed=seed, missing=0.1, missed=0.2)
    for number, row in enumerate(study.patients):
        row["analysed"] = "false" if number and number % 5 == seed % 5 else "true"
    flow = participant_flow(StudyData.read(study.write(tmp_path / "study")))
    assert flow.total.recorded == len(study.patients)
    for each in (*flow.arms, flow.total):
        assert each.recorded >= each.analysed >= each.visited >= each.scored
        assert each.completed + each.stopped_early == each.analysed


def test_captions_have_words_for_every_reason_and_the_guideline_that_the_function_cites():
    words = [format_reason(reason) for reason in EARLY_ENDS]
    assert len(set(words)) == len(words)
    assert not any("_" in word for word in words)
    name, doi = FLOW_GUIDELINE.split(", ")
    cited = " ".join(participant_flow.__doc__.split())
    assert f" {name}, items " in cited
    assert f" {doi}. " in cited


def test_where_only_rescue_medication_is_listed_treatment_is_not_recorded(tmp_path):
    made = make_study(4, seed=1)
    made.treatments = [row for row in made.treatments if row["treatment"] == "rescue"] or [
        {**made.treatments[0], "treatment": "rescue", "week": 8}
    ]
    flow = participant_flow(StudyData.read(made.write(tmp_path / "study")))
    assert [arm.treated for arm in flow.arms] == [None] * len(flow.arms)
    assert sum(arm.rescued for arm in flow.arms) > 0
