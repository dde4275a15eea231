"""Harms by arm, against plain loops over the files."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from tests.trial.made_up import STUDIES
from tests.trial.slow_results import DESIGNS, analysed, slow_newcombe
from tests.trial.studies import make_study, read_csv
from tisstats.statistics import proportion_difference, proportion_interval
from tisstats.trial.harms import (
    EventsOutside,
    HarmCount,
    _serious_event,
    event_terms,
    events_outside_analysis,
    harm_outcomes,
    risk_difference,
    serious_events,
)
from tisstats.trial.study_data import StudyData


def outcomes(data):
    return {outcome.label: outcome.arms for outcome in harm_outcomes(data)}


def test_who_had_a_serious_event_is_not_without_one(tmp_path):
    found = [
        _serious_event(StudyData.read(STUDIES[name](tmp_path / name)).analysis) for name in DESIGNS
    ]
    assert any(each.yes.any() for each in found)
    assert all((each.no == ~each.yes).all() for each in found)


@pytest.mark.parametrize("name", DESIGNS)
def test_outcomes_by_patient(tmp_path, name):
    folder = STUDIES[name](tmp_path / "study")
    found = outcomes(StudyData.read(folder))
    events = read_csv(folder / "synthetic_adverse_events.csv")
    treatments = read_csv(folder / "synthetic_treatments.csv")
    having = {
        "Any adverse event": {row["patient_id"] for row in events},
        "Any serious adverse event": {r["patient_id"] for r in events if r["serious"] == "true"},
        "Any adverse event related to treatment": {
            row["patient_id"] for row in events if row["treatment_related"] == "yes"
        },
        "Rescue medication": {r["patient_id"] for r in treatments if r["treatment"] == "rescue"},
    }
    for arm in DESIGNS[name].arms:
        rows = analysed(folder, arm)
        having["Stopped early"] = {
            row["patient_id"] for row in rows if row["end_reason"] != "completed"
        }
        having["Stopped early because of an adverse event"] = {
            row["patient_id"] for row in rows if row["end_reason"] == "adverse_event"
        }
        having["Death"] = {row["patient_id"] for row in rows if row["end_reason"] == "death"}
        for label, patients in having.items():
            count = sum(row["patient_id"] in patients for row in rows)
            assert found[label][arm] == HarmCount(len(rows), count, 0), label
        deteriorated = found["Clinically relevant deterioration"][arm]
        assert deteriorated.count + deteriorated.unknown <= deteriorated.patients == len(rows)


def test_an_event_not_known_to_be_serious_leaves_its_patient_open():
    events = {"patient_id": np.array(["A", "B", "B", "C"]), "serious": [1, 0, np.nan, 0]}
    analysis = SimpleNamespace(
        analysed={"patient_id": np.array(["A", "B", "C", "D"])}, adverse_events=events
    )
    found = _serious_event(analysis)
    assert found.yes.tolist() == [True, False, False, False]
    assert found.unknown.tolist() == [False, True, False, False]


@pytest.mark.parametrize("serious", [False, True])
@pytest.mark.parametrize("name", DESIGNS)
def test_events_by_term(tmp_path, name, serious):
    folder = STUDIES[name](tmp_path / "study")
    data = StudyData.read(folder)
    rows = [
        row
        for row in read_csv(folder / "synthetic_adverse_events.csv")
        if not serious or row["serious"] == "true"
    ]
    terms = event_terms(data, serious=serious)
    arms = {row["patient_id"]: row["arm"] for row in analysed(folder)}
    kept = [row for row in rows if row["patient_id"] in arms]
    assert {term.term for term in terms} == {row["event"] for row in kept}
    for term in terms:
        for arm in DESIGNS[name].arms:
            mine = [
                row["patient_id"]
                for row in kept
                if row["event"] == term.term and arms[row["patient_id"]] == arm
            ]
            assert term.events[arm] == len(mine)
            assert term.arms[arm].count == len(set(mine))
    totals = [sum(count.count for count in term.arms.values()) for term in terms]
    assert totals == sorted(totals, reverse=True)
    outside = [row["patient_id"] for row in rows if row["patient_id"] not in arms]
    if not serious:
        assert events_outside_analysis(data) == EventsOutside(len(set(outside)), len(outside))


def with_serious_events(made, patients):
    """Give a study a serious event of each of these patients, a week after the one before."""
    event = {"event": "x", "serious": "true", "treatment_related": "no", "origin": "synthetic"}
    made.adverse_events = [
        {"patient_id": patient, "week": week, **event} for week, patient in enumerate(patients)
    ]
    return made


def test_a_patient_outside_the_analysis_counts_once_and_each_event_counts(tmp_path):
    made = with_serious_events(make_study(12, ("a", "b"), seed=1), ["P001", "P002", "P001", "P003"])
    for row in made.patients:
        row["analysed"] = "false" if row["patient_id"] in ("P001", "P002") else "true"
    data = StudyData.read(made.write(tmp_path / "study"))
    assert events_outside_analysis(data) == EventsOutside(patients=2, events=3)


def test_risk_differences_have_newcombes_limits(tmp_path):
    data = StudyData.read(STUDIES["dated"](tmp_path / "study"))
    for outcome in harm_outcomes(data):
        for arm in ("low", "high"):
            one, other = outcome.arms[arm], outcome.arms["control"]
            found = risk_difference(outcome.arms, arm, "control", data.study.analysis)
            if one.unknown or other.unknown:
                assert found is None
                continue
            expected = slow_newcombe((one.count, one.patients), (other.count, other.patients))
            assert (found.estimate, found.low, found.high) == pytest.approx(expected)


def test_zero_events_in_n_have_the_limit_at_which_they_are_as_unlikely_as_the_error():
    for patients in (1, 6, 300):
        limit = HarmCount(patients, 0, 0).upper_limit(0.9)
        assert (1 - limit) ** patients == pytest.approx(0.1)
    assert HarmCount(6, 1, 0).upper_limit(0.9) is None
    assert HarmCount(6, 0, 1).upper_limit(0.9) is None
    assert HarmCount(0, 0, 0).upper_limit(0.9) is None


def test_what_no_table_has_is_not_recorded(tmp_path):
    data = StudyData.read(STUDIES["bare"](tmp_path / "study"))
    found = outcomes(data)
    recorded = [label for label, arms in found.items() if arms is not None]
    assert recorded == ["Clinically relevant deterioration"]
    assert event_terms(data) is None
    assert serious_events(data).empty


def test_terms_in_other_letters_are_one_and_each_event_counts(tmp_path):
    made = make_study(6, ("a", "b"), seed=1)
    event = {"week": 0, "serious": "false", "treatment_related": "unlikely", "origin": "synthetic"}
    made.adverse_events = [
        {"patient_id": patient, "event": term, **event}
        for patient, term in (("P001", "Rash"), ("P001", "rash "), ("P003", "RASH"), ("P002", "x"))
    ]
    data = StudyData.read(made.write(tmp_path / "study"))
    rash, other = event_terms(data)
    assert (rash.term, rash.arms["a"].count, rash.events["a"], rash.events["b"]) == (
        "Rash",
        2,
        3,
        0,
    )
    assert other.arms["b"].count == 1
    # A relation in other words than yes and no is not taken for either.
    assert outcomes(data)["Any adverse event related to treatment"] is None


def test_a_relation_recorded_of_some_events_leaves_patients_open(tmp_path):
    made = make_study(6, ("a", "b"), seed=1)
    rows = (("P001", "yes"), ("P001", "unlikely"), ("P003", "unlikely"), ("P003", "no"))
    made.adverse_events = [
        {
            "patient_id": patient,
            "week": 0,
            "event": "rash",
            "serious": "true",
            "treatment_related": related,
            "origin": "synthetic",
        }
        for patient, related in rows
    ]
    data = StudyData.read(made.write(tmp_path / "study"))
    assert outcomes(data)["Any adverse event related to treatment"]["a"] == HarmCount(3, 1, 1)


def test_stops_without_any_reason_are_not_taken_for_other_reasons(tmp_path):
    made = make_study(20, ("a", "b"), seed=3)
    for row in made.patients:
        del row["end_reason"]
    made.treatments = [row for row in made.treatments if row["treatment"] != "rescue"]
    data = StudyData.read(made.write(tmp_path / "study"))
    found = outcomes(data)
    assert sum(count.count for count in found["Stopped early"].values()) > 0
    assert found["Stopped early because of an adverse event"] is None


def test_serious_events_are_in_natural_order_of_their_patients(tmp_path):
    folder = STUDIES["dated"](tmp_path / "study")
    found = serious_events(StudyData.read(folder))
    rows = [
        row for row in read_csv(folder / "synthetic_adverse_events.csv") if row["serious"] == "true"
    ]
    assert found["patient_id"].tolist() == sorted(row["patient_id"] for row in rows)
    kept = {row["patient_id"] for row in analysed(folder)}
    assert found["analysed"].tolist() == [name in kept for name in found["patient_id"]]


def test_serious_events_are_in_the_order_of_the_numbers_in_names(tmp_path):
    made = with_serious_events(make_study(12, ("a", "b"), seed=1), ["P010", "P009"])
    for row in (*made.patients, *made.visits, *made.treatments, *made.adverse_events):
        row["patient_id"] = f"P-{int(row['patient_id'][1:])}"
    found = serious_events(StudyData.read(made.write(tmp_path / "study")))
    assert found["patient_id"].tolist() == ["P-9", "P-10"]


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """An analysis with other methods than the usual ones."""
    data = StudyData.read(make_study(2).write(tmp_path_factory.mktemp("plan")))
    return replace(data.study.analysis, confidence_level=0.9, interval="wilson",
                   difference="agresti-caffo")  # fmt: skip


def test_intervals_are_by_the_plan_and_none_where_a_count_is_not_known(plan):
    assert HarmCount(8, 3, 0).interval(plan) == proportion_interval(3, 8, 0.9, "wilson")
    assert HarmCount(8, 0, 0).interval(plan) == proportion_interval(0, 8, 0.9, "wilson")
    assert HarmCount(8, 3, 1).interval(plan) is None
    assert HarmCount(0, 0, 0).interval(plan) is None
    arms = {"a": HarmCount(8, 3, 0), "b": HarmCount(9, 1, 0), "open": HarmCount(9, 1, 1)}
    arms["nobody"] = HarmCount(0, 0, 0)
    found = risk_difference(arms, "a", "b", plan)
    assert found == proportion_difference(3, 8, 1, 9, 0.9, "agresti-caffo")
    for other in ("open", "nobody"):
        assert risk_difference(arms, "a", other, plan) is None
        assert risk_difference(arms, other, "a", plan) is None


def recorded(folder, *, treatments=True, ends=True, events=(), reasons=None):
    """Which outcomes a study records, without some of its tables and columns."""
    made = make_study(6, ("a", "b"), seed=1)
    for row in made.patients:
        row |= {"stop_week": "", "end_reason": "completed"}
    for row, (week, reason) in zip(made.patients, reasons or (), strict=False):
        row |= {"stop_week": week, "end_reason": reason}
    made.treatments = [row for row in made.treatments if row["treatment"] != "rescue"]
    if not ends:
        for row in made.patients:
            del row["stop_week"], row["end_reason"]
    if not treatments:
        made.treatments = []
        made.description = "\n".join(
            line for line in made.description.splitlines() if not line.startswith("treatments")
        )
    made.adverse_events = [
        {"patient_id": patient, "week": 0, "event": "rash", "serious": "false",
         "treatment_related": related, "origin": "synthetic"}
        for patient, related in events
    ]  # fmt: skip
    written = made.write(folder)
    if not events:
        (written / "synthetic_adverse_events.csv").write_text(
            "patient_id,week,event,serious,treatment_related\n", encoding="utf-8"
        )
    return outcomes(StudyData.read(written))


def test_rescue_is_recorded_by_treatments_or_by_reasons(tmp_path):
    for number, (treatments, ends) in enumerate([(1, 1), (1, 0), (0, 1), (0, 0)]):
        found = recorded(tmp_path / str(number), treatments=treatments, ends=ends)
        assert (found["Rescue medication"] is None) == (not treatments)
        assert (found["Stopped early"] is None) == (not ends)
        assert (found["Stopped early because of an adverse event"] is None) == (not ends)
    # A reason alone, without the row of its treatment.
    reasons = [(4, "rescue_medication"), (4, "withdrawal"), (4, "adverse_event")]
    found = recorded(tmp_path / "reason", treatments=False, reasons=reasons)
    assert found["Rescue medication"] == {"a": HarmCount(3, 1, 0), "b": HarmCount(3, 0, 0)}
    assert found["Stopped early"] == {"a": HarmCount(3, 2, 0), "b": HarmCount(3, 1, 0)}
    because = found["Stopped early because of an adverse event"]
    assert because == {"a": HarmCount(3, 1, 0), "b": HarmCount(3, 0, 0)}


@pytest.mark.parametrize(
    ("reasons", "known"),
    [
        ([], True),
        ([(4, "")], False),
        ([(4, "other")], False),
        ([(4, ""), (4, "withdrawal")], True),
        ([(24, "death")], True),
    ],
)
def test_reasons_are_recorded_where_one_is_or_none_is_needed(tmp_path, reasons, known):
    found = recorded(tmp_path, reasons=reasons)
    died = any(reason == "death" for _, reason in reasons)
    label = "Stopped early because of an adverse event" + ", not counting deaths" * died
    assert (found[label] is not None) == (found["Death"] is not None) == known
    if known:
        assert found["Death"]["a"] == HarmCount(3, int(died), 0)


@pytest.mark.parametrize(
    ("related", "count"),
    [
        ([], HarmCount(3, 0, 0)),
        ([" YES "], HarmCount(3, 1, 0)),
        (["Not related"], HarmCount(3, 0, 0)),
        (["possibly"], None),
        ([""], None),
        (["possibly", "no"], HarmCount(3, 0, 1)),
        (["possibly", "related"], HarmCount(3, 1, 0)),
    ],
)
def test_whether_an_event_is_related_is_read_from_its_words(tmp_path, related, count):
    found = recorded(tmp_path, events=[("P001", word) for word in related])
    arms = found["Any adverse event related to treatment"]
    assert (arms and arms["a"]) == count
    assert found["Any adverse event"]["a"] == HarmCount(3, 1 if related else 0, 0)
    assert found["Any adverse event"]["b"] == HarmCount(3, 0, 0)


def test_terms_and_serious_events_in_their_order(tmp_path):
    made = make_study(12, ("a", "b"), seed=1)
    rows = [
        ("P010", 4, "fall"), ("P002", "", "rash"), ("P002", 1, "Ache"), ("P010", 0, "rash"),
        ("P010", 1, "rash"), ("P010", 2, "ache"), ("P003", 2, "burn"),
    ]  # fmt: skip
    made.adverse_events = [
        {"patient_id": name, "week": week, "event": event, "serious": "true",
         "treatment_related": "no", "origin": "synthetic"}
        for name, week, event in rows
    ]  # fmt: skip
    made.patients[2]["analysed"] = "false"
    made.patients = [{"analysed": "true", **row} for row in made.patients]
    for name in ("visits", "treatments"):
        setattr(made, name, [r for r in getattr(made, name) if r["patient_id"] != "P003"])
    made.adverse_events[-1]["week"] = 0
    for row in made.patients:
        row |= {"stop_week": "", "end_reason": "completed"}
    made.treatments = [row for row in made.treatments if row["treatment"] != "rescue"]
    data = StudyData.read(made.write(tmp_path))
    # Two patients each, in the order of the alphabet; then one.
    assert [term.term for term in event_terms(data)] == ["Ache", "rash", "fall"]
    assert [term.events for term in event_terms(data)] == [
        {"a": 0, "b": 2},
        {"a": 0, "b": 3},
        {"a": 0, "b": 1},
    ]
    assert events_outside_analysis(data) == EventsOutside(1, 1)
    found = serious_events(data)
    # By patient and week; a week that is not known is the last.
    assert found["patient_id"].tolist() == ["P002", "P002", "P003", *["P010"] * 4]
    weeks = found["week"].tolist()
    assert [0 if math.isnan(week) else week + 1 for week in weeks] == [2, 0, 1, 1, 2, 3, 5]
    assert found["event"].tolist()[:2] == ["Ache", "rash"]
    assert found["arm"].tolist() == ["B", "B", "A", *["B"] * 4]
    assert found["analysed"].tolist() == [True, True, False, *[True] * 4]
    assert list(found) == ["patient_id", "arm", "week", "event", "treatment_related", "analysed"]
