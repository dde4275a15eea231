"""Harms by arm, against plain loops over the files."""

import pytest

from tests.trial.made_up import STUDIES
from tests.trial.slow_results import DESIGNS, analysed, slow_newcombe
from tests.trial.studies import make_study, read_csv
from tisstats.trial.harms import (
    EventsOutside,
    HarmCount,
    event_terms,
    events_outside_analysis,
    harm_outcomes,
    risk_difference,
    serious_events,
)
from tisstats.trial.study_data import StudyData


def outcomes(data):
    return {outcome.label: outcome.arms for outcome in harm_outcomes(data)}


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
        for label, patients in having.items():
            count = sum(row["patient_id"] in patients for row in rows)
            assert found[label][arm] == HarmCount(len(rows), count, 0), label
        deteriorated = found["Clinically relevant deterioration"][arm]
        assert deteriorated.count + deteriorated.unknown <= deteriorated.patients == len(rows)


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
