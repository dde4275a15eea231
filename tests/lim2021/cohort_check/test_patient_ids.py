"""Names of patients: text in any trial; what the article says by number is asked of S-05 alone."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.random_trials import make_trial
from tisstats.lim2021.cohort_check import STATEMENTS, check
from tisstats.lim2021.patient_ids import article_number, article_numbers, synthetic_id
from tisstats.lim2021.trial_description import DESCRIPTION
from tisstats.trial import Trial, summaries
from tisstats.trial.columns import natural_key

NUMBERED = {name for name, each in STATEMENTS.items() if each.needs_patient_numbers}


def renamed(tables, name):
    """The tables with other names of patients, as of another trial."""
    found = {}
    for table, frame in tables.items():
        ids = frame["patient_id"].map(name)
        found[table] = frame.assign(patient_id=ids, origin="observed")
    return found


@given(st.integers(1, 500))
def test_synthetic_names_lead_back_to_their_number(number):
    assert article_number(synthetic_id(number)) == number


@pytest.mark.parametrize("name", ["5", "S-5", "S-005", "s-05", "S05", "S-05a", "", "P-05"])
def test_no_other_name_has_a_number_of_the_article(name):
    assert article_number(name) is None
    assert not (article_numbers([name]) > 0).any()


@given(st.lists(st.integers(0, 2000), unique=True))
def test_names_sort_by_their_numbers(numbers):
    for name in ("{}", "S-{}", "site 3, patient {}"):
        names = [name.format(number) for number in numbers]
        assert sorted(names, key=natural_key) == [name.format(n) for n in sorted(numbers)]


def test_the_reference_cohort_has_synthetic_names_everywhere(reference):
    names = {synthetic_id(number) for number in range(1, 21)}
    assert set(reference["patients"]["patient_id"]) == names
    for name in ("visits", "treatments", "adverse_events"):
        # The patient left out has no rows but his own.
        assert set(reference[name]["patient_id"]) == names - {"S-02"}


def test_what_the_article_says_by_number_is_asked_of_the_patient_of_that_place(reference):
    patients = reference["patients"].set_index("patient_id")
    drugs = patients["prior_immunosuppressant"]
    assert drugs[drugs.isin(["prednisolone", "methotrexate"])].to_dict() == {
        "S-05": "prednisolone",
        "S-15": "methotrexate",
    }
    assert patients.index[patients["analysed"] == "false"].tolist() == ["S-02"]
    assert check(make_trial(reference))["added_patient_analysed"].computed == "patient S-04"


def test_of_another_trial_it_is_not_asked(reference):
    mine = check(make_trial(renamed(reference, lambda name: f"P{name}")))
    asked = {item.name for item in check(make_trial(reference))}
    answered = {item.name for item in mine}
    left = {name for name in asked - answered if name not in STATEMENTS}
    assert asked - answered == left | NUMBERED
    assert left == {
        "flow.excluded_patient",
        "response.deteriorated_after_maintenance",
        "response.amended_eligible",
        "response.amended_stopped",
        "response.amended_continued",
        "response.discussion_added",
    }
    assert left <= set(mine.not_computable)
    assert mine.all_match


@pytest.mark.parametrize("kind", [int, float, str])
def test_numbers_are_read_as_text(tables, kind):
    numbered = renamed(tables, lambda name: kind(name.removeprefix("S-")))
    trial = make_trial(numbered)
    ids = trial.patients["patient_id"].tolist()
    assert ids[:2] == (["01", "02"] if kind is str else ["1", "2"])
    # Ten comes after nine.
    assert list(dict.fromkeys(summaries.score_courses(trial)["patient_id"])) == [
        i for i in ids if i != ids[1]
    ]


def test_a_description_with_whole_numbers_still_reads(tables, writer, tmp_path):
    """Trial folders of before described patients as whole numbers."""
    folder = writer(renamed(tables, lambda name: int(name[2:])), tmp_path)
    path = folder / "datapackage.json"
    described = json.loads(path.read_text("utf-8"))
    for resource in described["resources"]:
        for field in resource["schema"]["fields"]:
            if field["name"] == "patient_id":
                field |= {"type": "integer", "constraints": {"required": True, "minimum": 1}}
    path.write_text(json.dumps(described), "utf-8")
    assert Trial.read(folder, DESCRIPTION).patients["patient_id"].tolist() == [
        str(n) for n in range(1, 21)
    ]


def test_spaces_around_a_name_are_no_part_of_it(tables):
    tables["visits"]["patient_id"] = " " + tables["visits"]["patient_id"] + " "
    assert set(make_trial(tables).visits["patient_id"]) <= set(tables["patients"]["patient_id"])


def test_events_are_in_the_order_of_the_patients(tables):
    tables = renamed(tables, lambda name: name.removeprefix("S-").lstrip("0"))
    events = pd.concat([tables["adverse_events"]] * 2, ignore_index=True)
    events = events.drop_duplicates("patient_id")[::-1].assign(serious=True, number=1)
    tables["adverse_events"] = events
    listed = summaries.serious_event_table(make_trial(tables))["Patient"].astype(int).tolist()
    assert listed == sorted(listed)
    assert max(listed) > 9
