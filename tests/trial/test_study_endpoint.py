"""The primary endpoint of studies, from their files, against a slow computation."""

import datetime as dt
import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from typing import get_args

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from tests.trial.slow_endpoint import (
    confirmed_definition,
    disability_definition,
    imacs_definition,
    slow_patients,
    unfavourable,
    worsening_definition,
)
from tests.trial.studies import make_study
from tests.trial.test_endpoints import Slow
from tisstats.errors import DataError
from tisstats.trial import endpoint_definition, endpoints
from tisstats.trial.courses import Courses
from tisstats.trial.endpoint_definition import Endpoint
from tisstats.trial.endpoints import evaluate
from tisstats.trial.outcome_words import WORSENING
from tisstats.trial.response_times import time_to_first_response
from tisstats.trial.study import Study
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_endpoint import describe_study_endpoint, evaluate_study, study_courses
from tisstats.trial.study_schema import study_schema
from tisstats.trial.study_sections import EndpointPlan
from tisstats.trial.template import example_folder

WEEKS = (0, 4, 12, 24)
NAN = float("nan")


def eventful(patients, arms, weeks, seed, **shape):
    """A study in which patients may also get worse or die, and those who go on have rescue."""
    made = make_study(patients, arms, weeks, seed=seed, missed=0.15, missing=0.08, **shape)
    rng = random.Random(seed)
    dated = "first_dose_date" in made.patients[0]
    for row in made.patients:
        name = row["patient_id"]
        seen = [visit for visit in made.visits if visit["patient_id"] == name]
        if row["end_reason"] == "completed" and rng.random() < 0.3:
            # On the day of a visit, or before it.
            at = rng.choice(seen[1:] or seen)
            when = {"date": at["date"]} if dated else {"week": at["week"] - rng.choice((0, 1))}
            if dated or when["week"] >= 0:
                dose = {"treatment": "Rescue", "dose": "", "origin": "synthetic"}
                made.treatments.append({"patient_id": name, **when, **dose})
        if row["end_reason"] == "completed" and rng.random() < 0.3:
            row["stop_week"] = rng.choice((weeks[1], weeks[-1] - 1, weeks[-2], weeks[-1]))
        if row["end_reason"] == "withdrawal":
            row["end_reason"] = "death"
        if rng.random() < 0.4:
            for visit in rng.sample(seen[1:], min(2, len(seen) - 1)):
                worse = min(10, round(seen[0]["extramuscular"] + 2.5, 1))
                visit["extramuscular"] = rng.choice((worse, worse, ""))
    return made


def with_death_weeks(made, last, seed):
    """The same study with deaths in a column of their own, most after the treatment ended."""
    rng = random.Random(seed)
    starts = {row["patient_id"]: row.get("first_dose_date") for row in made.patients}

    def week_of(row):
        if "week" in row:
            return row["week"]
        first = dt.date.fromisoformat(starts[row["patient_id"]])
        return (dt.date.fromisoformat(row["date"]) - first).days / 7

    limits = {}
    for row in made.patients:
        row["death_week"] = ""
        if row["end_reason"] == "death":
            # In either column, or in both.
            week, kept = row["stop_week"], rng.choice(("stop_week", "death_week", "both"))
            row["stop_week"] = "" if kept == "death_week" else week
            row["death_week"] = "" if kept == "stop_week" else week
        elif rng.random() < 0.6:
            if row["stop_week"] == "" and rng.random() < 0.6:
                row |= {"stop_week": rng.choice((3, 4, 8)), "end_reason": "adverse_event"}
            stop = float(row["stop_week"] or 4)
            death = stop + rng.choice((0, 0.5, 1, 3, 4, 8))
            # The windows of the slow computation reach beyond the last week.
            row["death_week"] = np.ceil(death) if death > last else death
            limits[row["patient_id"]] = row["death_week"] + rng.choice((0, 4 / 7))
            if row["end_reason"] == "adverse_event" and rng.random() < 0.3:
                row["stop_week"] = ""
    for name in ("visits", "treatments"):
        rows = [
            row for row in getattr(made, name)
            if week_of(row) <= limits.get(row["patient_id"], np.inf)
        ]  # fmt: skip
        setattr(made, name, rows)
    return made


STUDIES = {
    "two arms": (eventful(60, ("active", "control"), WEEKS, 3), WEEKS),
    "dates in three arms": (
        eventful(60, ("low", "high", "control"), (0, 3, 8, 16, 20), 7, with_dates=True),
        (0, 3, 8, 16, 20),
    ),
    "weeks of deaths": (with_death_weeks(eventful(60, ("a", "b"), WEEKS, 4), 24, 4), WEEKS),
    "weeks of deaths among dates": (
        with_death_weeks(eventful(60, ("a", "b"), (0, 3, 8, 16, 20), 9, with_dates=True), 20, 9),
        (0, 3, 8, 16, 20),
    ),
}


def text_of(value):
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(list(value))


def described(made, weeks, **choices):
    """The description of a study with other choices of its endpoint."""
    lines = {"kind": "at week", "missing": "unknown", **choices}
    start, _, rest = made.description.partition("[endpoint]\n")
    chosen = "\n".join(f"{key} = {text_of(value)}" for key, value in lines.items())
    after = rest[rest.index("[analysis]") :]
    return f"{start}[endpoint]\nthreshold = 20\nweek = {weeks[-1]}\n{chosen}\n{after}"


def slow_endpoint(weeks, window=Fraction(4, 7), **choices):
    """The same endpoint, its windows on the weeks in which visits took place."""
    given = {"kind": "at week", "missing": "unknown", "intercurrent": "treatment policy", **choices}
    given.pop("criterion", None)
    return Endpoint(threshold=20, week=weeks[-1], window=window, **given)


@pytest.fixture(scope="module", params=STUDIES, ids=list(STUDIES))
def study(request, tmp_path_factory):
    """A study's data, its folder, rows as made, weeks, and patients by the slow reading."""
    made, weeks = STUDIES[request.param]
    folder = made.write(tmp_path_factory.mktemp("study"))
    patients = slow_patients(folder, weeks, worse=confirmed_definition)
    return StudyData.read(folder), folder, made, weeks, patients


def with_endpoint(study, **choices):
    """The data of a study whose description has these choices of its endpoint."""
    data, folder, made, weeks, _ = study
    (folder / "study.toml").write_text(described(made, weeks, **choices), encoding="utf-8")
    return replace(data, study=Study.read(folder))


def test_the_rows_do_not_depend_on_the_endpoint(study):
    changed = with_endpoint(study, kind="best", criterion="minimal disability", missing="bounds")
    _, folder, *_ = study
    anew = StudyData.read(folder)
    assert anew.study == changed.study
    for table in ("patients", "visits", "treatments", "adverse_events"):
        assert_frame_equal(getattr(anew.trial, table), getattr(changed.trial, table))
    assert (anew.not_used, anew.has, anew.remarks) == (
        changed.not_used,
        changed.has,
        changed.remarks,
    )


def check(study, patients=None, **choices):
    """Every patient's status and rule, read from the files with these choices."""
    *_, weeks, usual = study
    if choices.get("kind") == "sustained":
        choices["also_at"] = weeks[2:-1]
    data = with_endpoint(study, **choices)
    result = evaluate_study(data)
    slow = slow_endpoint(weeks, **choices)
    patients = patients or usual
    expected = [
        Slow(slow, patients[name]).status() for name in data.analysis.patients["patient_id"]
    ]
    assert list(zip(result.status, result.rule, strict=True)) == expected
    counts = {(each.status, each.rule): each.patients for each in result.counts}
    assert counts == Counter(expected)
    return result


@pytest.mark.parametrize("kind", get_args(endpoint_definition.Kind))
@pytest.mark.parametrize("strategy", get_args(endpoint_definition.Strategy))
def test_every_patient_by_kind_and_strategy(study, kind, strategy):
    check(study, kind=kind, intercurrent=strategy)


@pytest.mark.parametrize("kind", get_args(endpoint_definition.Kind))
@pytest.mark.parametrize("missing", get_args(endpoint_definition.Missing))
def test_every_patient_by_kind_and_rule_for_missing_scores(study, kind, missing):
    result = check(study, kind=kind, missing=missing)
    counted_open = {"unknown", "bounds"}
    assert (result.count("unknown") > 0) <= (missing in counted_open)


@pytest.mark.parametrize("strategy", get_args(endpoint_definition.Strategy))
@pytest.mark.parametrize(
    "choices",
    [
        {"without_rescue": True},
        {"without_confirmed_deterioration": True},
        {"without_rescue": True, "without_confirmed_deterioration": True, "kind": "best"},
        {"rescue_in_week_of_visit": "before the visit"},
        {"kind": "confirmed", "confirmed_at": "any two visits"},
        {"kind": "best", "early_end": "missing"},
    ],
    ids=lambda choices: ", ".join(choices),
)
def test_every_patient_by_further_choices(study, strategy, choices):
    check(study, intercurrent=strategy, **choices)


@pytest.mark.parametrize("kind", ["at week", "best"])
def test_every_patient_by_the_imacs_definition_of_improvement(study, kind):
    _, folder, _, weeks, _ = study
    patients = slow_patients(folder, weeks, criterion=imacs_definition)
    result = check(study, patients, kind=kind, criterion="imacs improvement")
    assert {"responder", "non-responder", "unknown"} <= set(result.status)


UNFAVOURABLE = {
    "imacs worsening": worsening_definition,
    "minimal disability": disability_definition,
}


@pytest.fixture(scope="module", params=UNFAVOURABLE)
def unfavourable_study(request, study):
    """A criterion of which meeting it is bad, a study, and its patients by the slow reading."""
    _, folder, _, weeks, _ = study
    criterion = request.param
    return criterion, study, slow_patients(folder, weeks, criterion=UNFAVOURABLE[criterion])


def check_unfavourable(given, kind, strategy, missing):
    """Every patient's status and rule, by a criterion of which meeting it is bad."""
    criterion, study, patients = given
    *_, weeks, _ = study
    also = {"also_at": weeks[2:-1]} if kind == "sustained" else {}
    choices = {"kind": kind, "intercurrent": strategy, **also}
    data = with_endpoint(study, **choices, missing=missing, criterion=criterion)
    result = evaluate_study(data)
    slow = slow_endpoint(weeks, **choices)
    expected = [
        unfavourable(Slow(slow, patients[name]).status(), strategy, missing)
        for name in data.analysis.patients["patient_id"]
    ]
    assert list(zip(result.status, result.rule, strict=True)) == expected
    return result


@pytest.mark.parametrize("kind", get_args(endpoint_definition.Kind))
@pytest.mark.parametrize("strategy", get_args(endpoint_definition.Strategy))
def test_every_patient_by_an_unfavourable_criterion_and_strategy(
    unfavourable_study, kind, strategy
):
    result = check_unfavourable(unfavourable_study, kind, strategy, "unknown")
    assert "responder" in set(result.status)


@pytest.mark.parametrize("kind", get_args(endpoint_definition.Kind))
@pytest.mark.parametrize("missing", get_args(endpoint_definition.Missing))
def test_every_patient_by_an_unfavourable_criterion_and_rule_for_missing_scores(
    unfavourable_study, kind, missing
):
    check_unfavourable(unfavourable_study, kind, "composite", missing)


@pytest.mark.parametrize("missing", ["non-responder", "worst case"])
def test_a_failure_of_treatment_is_a_worsening(missing):
    # Stopped before the week; measures lack at the week; known not to have worsened.
    courses = Courses.from_scores(
        [[0, 8], [0, 8], [0, 8]], [[0, 0]] * 3, [[0, 0], [0, 100], [0, 0]], stop_week=[4, NAN, NAN]
    )
    endpoint = Endpoint(
        kind="at week", threshold=20, week=8, intercurrent="composite", missing=missing,
        words=WORSENING,
    )  # fmt: skip
    result = evaluate(endpoint, courses)
    assert result.status.tolist() == ["responder", "responder", "non-responder"]
    assert set(result.count_table()["Status"]) == {"worsened", "not worsened"}
    best = evaluate(replace(endpoint, missing="best case"), courses)
    assert best.status.tolist() == ["responder", "non-responder", "non-responder"]
    times = [
        time_to_first_response(
            courses, 20, 8, intercurrent="composite", missing=rule, unfavourable=True
        )
        for rule in (missing, "best case")
    ]
    assert [each.time.tolist() for each in times] == [[4, 8, 8], [4, 8, 8]]
    assert [each.cause.tolist() for each in times] == [[1, 1, 0], [1, 0, 0]]


@pytest.mark.parametrize(
    ("mmt", "others", "met"),
    [
        (141, {"physician_global": 2, "haq": 0.25}, True),
        (142, {"physician_global": 2, "haq": 0.25}, False),
        (141, {"physician_global": 1.9, "haq": 0.25}, False),
        (141, {"physician_global": 2, "haq": 0.125}, False),
        (141, {"ck": 301, "extramuscular": 2}, True),
        (141, {"ck": 300, "extramuscular": 2}, False),
        ("", {"physician_global": 2, "haq": 0.25}, None),
        (141, {"physician_global": 2, "haq": ""}, None),
        (150, {"physician_global": "", "haq": ""}, False),
    ],
)
def test_minimal_disability_at_its_cut_offs(tmp_path, mmt, others, met):
    made = make_study(8, ("only",), missed=0, missing=0, seed=4)
    last = max(visit["week"] for visit in made.visits)
    healthy = {"physician_global": 0, "patient_global": 0, "haq": 0, "extramuscular": 0, "ck": 100}
    for visit in made.visits:
        if visit["week"] == last:
            visit |= {"mmt": mmt, **healthy, **others}
    data = read(
        made, tmp_path, criterion="minimal disability", kind="at week", week=last, missing="unknown"
    )
    seen = np.any(np.abs(data.analysis.weeks - last) < 0.1, axis=1)
    expected = {True: "responder", False: "non-responder", None: "unknown"}[met]
    assert np.any(seen)
    assert set(evaluate_study(data).status[seen]) == {expected}


@pytest.mark.parametrize("key", ["without_rescue", "without_confirmed_deterioration"])
@pytest.mark.parametrize("criterion", UNFAVOURABLE)
def test_a_condition_of_a_success_is_refused_with_an_unfavourable_criterion(
    tmp_path, key, criterion
):
    made = make_study(6)
    folder = made.write(tmp_path)
    text = described(made, WEEKS, criterion=criterion, **{key: True})
    (folder / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=f"{key}.*condition of a success"):
        Study.read(folder)
    with pytest.raises(ValueError, match=f"{key} must be False for worsening"):
        Endpoint(
            kind="best", threshold=20, week=8, intercurrent="composite", missing="unknown",
            words=WORSENING, **{key: True},
        )  # fmt: skip


def test_the_endpoint_of_the_example():
    folder = example_folder()
    data = StudyData.read(folder)
    patients = slow_patients(folder, WEEKS, window_days=7)
    slow = Endpoint(
        kind="at week",
        threshold=40,
        week=24,
        window=1,
        intercurrent="treatment policy",
        missing="non-responder",
    )
    result = evaluate_study(data)
    expected = [Slow(slow, each).status() for each in patients.values()]
    assert list(data.analysis.patients["patient_id"]) == list(patients)
    assert list(zip(result.status, result.rule, strict=True)) == expected


def test_these_studies_have_every_rule(tmp_path):
    found = set()
    for name, (made, weeks) in STUDIES.items():
        data = StudyData.read(made.write(tmp_path / name))
        for plan in (
            {"intercurrent": "composite"},
            {"intercurrent": "hypothetical"},
            {"intercurrent": "while on treatment", "missing": "unknown"},
            {"kind": "confirmed", "early_end": "missing", "missing": "unknown"},
            {"without_confirmed_deterioration": True, "missing": "unknown", "threshold": 1},
        ):
            endpoint = replace(data.study.endpoint, week=weeks[-1], **plan)
            changed = replace(data, study=replace(data.study, endpoint=endpoint))
            found |= set(evaluate_study(changed).rule)
    assert found == set(endpoints.RULES)


def test_the_words_of_the_description_are_those_of_the_endpoint():
    keys = study_schema()["properties"]["endpoint"]["properties"]
    for key, words in {
        "kind": endpoint_definition.Kind,
        "intercurrent": endpoint_definition.Strategy,
        "missing": endpoint_definition.Missing,
        "confirmed_at": endpoint_definition.Confirmation,
        "rescue_in_week_of_visit": endpoint_definition.SameWeek,
        "early_end": endpoint_definition.EarlyEnd,
    }.items():
        assert tuple(keys[key]["enum"]) == get_args(words), key
    assert {*keys, "definitions"} == set(EndpointPlan.__dataclass_fields__)


def test_a_description_without_further_keys_has_the_defaults_of_the_endpoint():
    plan = Study.read(example_folder()).endpoint
    short = EndpointPlan(
        plan.kind, plan.threshold, plan.week, (), False, False, "treatment policy", plan.missing
    )
    assert plan == short
    assert plan.as_endpoint() == Endpoint(
        kind="at week", threshold=40, week=24, intercurrent=plan.intercurrent, missing=plan.missing
    )


def read(made, folder, **changes):
    data = StudyData.read(made.write(folder))
    return replace(
        data, study=replace(data.study, endpoint=replace(data.study.endpoint, **changes))
    )


def dated_visit(days):
    """A study of one arm whose first patient had a rescue some days from a late last visit."""
    made = make_study(8, ("only",), (0, 4, 12), with_dates=True, missed=0, missing=0, seed=2)
    made.patients[0] |= {"stop_week": "", "end_reason": "completed"}
    start = np.datetime64(made.patients[0]["first_dose_date"])
    for patient in made.patients[1:]:
        patient["end_reason"] = "completed"
    late = [visit for visit in made.visits if visit["patient_id"] == "P001"][-1]
    late["date"] = str(start + 12 * 7 + 3)
    row = {"patient_id": "P001", "date": str(start + 12 * 7 + 3 + days), "treatment": "rescue"}
    made.treatments = [{**row, "dose": "", "origin": "synthetic"}]
    return made


@pytest.mark.parametrize(("days", "rescued"), [(-2, True), (-1, True), (0, False), (1, False)])
def test_rescue_stays_on_its_side_of_a_visit_off_schedule(tmp_path, days, rescued):
    data = read(dated_visit(days), tmp_path, intercurrent="composite")
    result = evaluate_study(data)
    assert (result.rule[0] == "rescue medication before the assessment") == rescued


def test_rescue_on_the_day_of_a_visit_may_count_as_before_it(tmp_path):
    changes = {"intercurrent": "composite", "rescue_in_week_of_visit": "before the visit"}
    data = read(dated_visit(0), tmp_path, **changes)
    assert "what holds for the week of a visit holds for its day" in describe_study_endpoint(data)
    result = evaluate_study(data)
    assert result.rule[0] == "rescue medication before the assessment"


def test_without_a_table_of_treatments_rescue_is_known_from_the_reason(tmp_path):
    made = make_study(40, seed=3, missed=0)
    made.treatments = []
    made.description = made.description.replace('treatments = "synthetic_treatments.csv"\n', "")
    data = read(made, tmp_path, without_rescue=True)
    reasons = [row["end_reason"] == "rescue_medication" for row in made.patients]
    assert any(reasons)
    for courses in (study_courses(data), Courses.of(data.analysis)):
        assert np.isfinite(courses.rescue_week).tolist() == reasons
    assert "There is no table of treatments" in describe_study_endpoint(data)


def test_early_stops_without_a_week_are_at_the_last_visit(tmp_path):
    made = make_study(40, seed=3)
    for row in made.patients:
        del row["stop_week"]
    data = read(made, tmp_path, intercurrent="composite")
    stops = study_courses(data).stop_week
    for row, stop in zip(made.patients, stops, strict=True):
        weeks = [v["week"] for v in made.visits if v["patient_id"] == row["patient_id"]]
        expected = np.nan if row["end_reason"] == "completed" else max(weeks)
        np.testing.assert_allclose(stop, expected)
    assert "is taken to be that of the last visit" in describe_study_endpoint(data)


def test_unrecorded_ends_are_said(tmp_path):
    made = make_study(10, seed=3)
    for row in made.patients:
        del row["stop_week"], row["end_reason"]
    data = read(made, tmp_path, intercurrent="composite")
    assert not np.any(np.isfinite(study_courses(data).stop_week))
    assert "Early stops are not recorded" in describe_study_endpoint(data)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"criterion": "imacs improvement"}, "Improvement by the IMACS definition at week 24."),
        ({"criterion": "imacs worsening"}, "Worsening by the IMACS definition at week 24."),
        ({"criterion": "imacs worsening"}, "Source: IMACS trial design tools"),
        ({"criterion": "minimal disability"}, "loss of at least 6% of the maximum"),
        ({"criterion": "imacs worsening", "intercurrent": "composite"}, "assessment is worsening"),
        ({"without_confirmed_deterioration": True}, "of baseline (ProDERM, confirmed"),
        (
            {"without_confirmed_deterioration": True, "deterioration": "imacs"},
            "of baseline (IMACS trial design tools",
        ),
        ({"kind": "confirmed", "confirmed_at": "any two visits"}, "at any two visits up to"),
        (
            {"kind": "best", "early_end": "missing"},
            "before week 24 without a response, and no death decides, the status is open",
        ),
        ({"without_rescue": True}, "Early stops are in the week recorded"),
        ({}, "The visit of a scheduled week is the visit nearest to it, at most 4 days away"),
    ],
)
def test_every_choice_has_words(tmp_path, changes, words):
    assert words in describe_study_endpoint(read(make_study(6), tmp_path, **changes))


def test_deterioration_by_another_definition(tmp_path):
    # From 1 cm to 4 cm of extramuscular activity twice: worse by either definition; three
    # measures of which one is the enzyme: by that of IMACS alone.
    made = make_study(8, ("only",), missed=0, missing=0, seed=4)
    for row in made.patients:
        row |= {"stop_week": "", "end_reason": "completed"}
    start = {"physician_global": 5, "patient_global": 5, "mmt": 100, "haq": 2}
    start |= {"extramuscular": 1, "ck": 300}
    for visit in made.visits:
        visit |= start
        if visit["week"] >= 12:
            more = (
                {"extramuscular": 4}
                if visit["patient_id"] == "P001"
                else {"mmt": 60, "haq": 3, "ck": 900}
            )
            visit |= more
    made.treatments = [row for row in made.treatments if row["treatment"] != "rescue"]
    rules = {
        definition: evaluate_study(
            read(made, tmp_path, without_confirmed_deterioration=True, deterioration=definition)
        ).rule.tolist()
        for definition in ("confirmed", "imacs")
    }
    late = Counter(visit["patient_id"] for visit in made.visits if visit["week"] >= 12)
    twice = [late[row["patient_id"]] == 2 for row in made.patients]
    assert sum(twice) > 4
    assert twice[0]
    found = [rule == "confirmed deterioration" for rule in rules["confirmed"]]
    assert found == [True, *[False] * 7]
    assert [rule == "confirmed deterioration" for rule in rules["imacs"]] == twice


def test_treatment_before_the_first_dose_is_a_fault(tmp_path):
    made = dated_visit(-200)
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path))
    (line,) = map(str, caught.value.faults)
    assert line.endswith("lies before the patient's first dose")
    assert "synthetic_treatments.csv, row 2, column date" in line


@pytest.mark.parametrize("week", ["", 10])
@pytest.mark.parametrize("strategy", ["treatment policy", "composite"])
def test_where_a_death_without_a_week_is_placed_is_described(tmp_path, week, strategy):
    made = make_study(4, seed=3)
    died = made.patients[0]["patient_id"]
    made.patients[0] |= {"stop_week": week, "end_reason": "death"}
    made.visits = [row for row in made.visits if row["patient_id"] != died or row["week"] == 0]
    made.treatments = [row for row in made.treatments if row["patient_id"] != died]
    made.adverse_events = [row for row in made.adverse_events if row["patient_id"] != died]
    made.description = described(made, (0, 4, 12, 24), intercurrent=strategy)
    said = describe_study_endpoint(StudyData.read(made.write(tmp_path)))
    taken = " A death without a recorded week is taken to be in that of the last visit. "
    assert (taken in said) == (strategy == "treatment policy" and week == "")


def test_courses_of_the_analysis_give_the_answer_of_the_report(study):
    conditions = {"without_rescue": True, "without_confirmed_deterioration": True}
    data = with_endpoint(study, intercurrent="composite", **conditions)
    expected = evaluate_study(data)
    found = evaluate(data.study.endpoint.as_endpoint(), Courses.of(data.analysis))
    assert found.status.tolist() == expected.status.tolist()
    assert found.rule.tolist() == expected.rule.tolist()
    assert "stopped early, before the assessment" in found.rule
    assert "rescue medication before the assessment" in found.rule


def test_a_recorded_stop_before_the_assessment_is_one_in_courses_of_the_analysis(tmp_path):
    made = make_study(10, seed=1, missing=0, missed=0)
    for row in made.patients:
        row |= {"stop_week": 16, "end_reason": "withdrawal"}
    data = read(made, tmp_path, intercurrent="composite")
    # They were seen until the last week all the same.
    assert np.nanmax(data.analysis.weeks) >= 24
    courses = Courses.of(data.analysis)
    assert set(courses.stop_week) == {16}
    assert not evaluate(data.study.endpoint.as_endpoint(), courses).count("responder")


def test_the_section_of_a_description_is_no_endpoint(tmp_path):
    data = read(make_study(5, seed=1), tmp_path)
    with pytest.raises(TypeError, match=r"got EndpointPlan; .* by evaluate_study\(data\)$"):
        evaluate(data.study.endpoint, Courses.of(data.analysis))
    with pytest.raises(TypeError, match=r"courses must be Courses, .* got Analysis$"):
        evaluate(data.study.endpoint.as_endpoint(), data.analysis)
