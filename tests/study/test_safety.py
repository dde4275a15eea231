"""Safety: counts over those analysed and over those treated, and what zero events rule out."""

import re

import pandas as pd
import pytest

from tisstats.reconstruction.rows import patient_rows
from tisstats.study import Published, safety
from tisstats.study.trial import frames
from tisstats.study.trial.beside import beside

CHOICE = {"level": 0.95, "method": "clopper-pearson"}


def test_counts_over_the_patients_analysed(published):
    table = safety.safety_table(published, **CHOICE).set_index("Outcome")
    assert table["n (%) (N=19)"].to_dict() == {
        "Any adverse event": "19 (100)",
        "Any serious adverse event": "2 (11)",
        "Rescue medication": "7 (37)",
        "Study ended early": "7 (37)",
        "Stopped for an adverse event": "0 (0)",
        "Clinically relevant deterioration": "0 (0)",
    }


def test_counts_over_the_patients_treated_each_say_when_they_hold(published):
    table = safety.treated_table(published, **CHOICE).set_index("Outcome")
    assert table["n (%) (N=20)"].tolist() == [
        *("20 (100)", "2 (10)", "7 (35)", "7 (35)", "0 (0)", "0 (0)")
    ]
    assert table["Holds if"].str.split().map(len).min() >= 6
    assert table.loc["Clinically relevant deterioration", "95 % interval, %"] == "0.0 to 16.8"


def test_zero_events_leave_a_rate_of_so_much(published):
    numbers = safety.numbers(published, **CHOICE)
    for n, prefix in ((19, "upper"), (20, "treated")):
        # No event in n patients: the limit is where the chance of that falls to the error.
        expected = {"two_sided": 1 - 0.025 ** (1 / n), "one_sided": 1 - 0.05 ** (1 / n)}
        expected["rule_of_three"] = 3 / n
        for name, limit in expected.items():
            assert float(numbers[f"{prefix}_{name}"]) == pytest.approx(100 * limit, abs=0.051)
    assert (numbers["analysed"], numbers["treated"], numbers["deteriorated"]) == (19, 20, 0)


@pytest.mark.parametrize("level", [0.5, 0.4, 0.0, 1.0])
def test_a_level_without_a_one_sided_limit_is_refused_by_name_and_value(published, level):
    with pytest.raises(ValueError, match=f"^level is {level}: allowed is above 0.5 and below 1"):
        safety.numbers(published, level=level, method="wilson")


def test_no_computed_cell_is_blank_beside_a_printed_one(published):
    rows = patient_rows("reference")
    table = beside(
        safety.safety_table(published, **CHOICE), frames.safety(rows.trial, **CHOICE), rows.kind
    )
    assert not (table == "").any(axis=None)
    assert table["n (%) (N=19), synthetic"].tolist() == table["n (%) (N=19), published"].tolist()


def test_the_relation_of_the_embolism_keeps_the_brackets_of_the_article(published):
    table = safety.serious_events(published)
    assert table["Related to treatment"].tolist() == [
        'yes, "(partially)"',
        "not stated",
        "not stated",
    ]


def test_treatments_are_shown_in_words():
    courses = frames.treatment_courses(patient_rows("reference").trial)
    published = Published.read()
    table = safety.treatment_table(courses, published)
    assert len(table) == len(courses) == 19
    text = table.astype(str)
    for cell in [*text.columns, *text.to_numpy().ravel()]:
        assert not re.search(r"<NA>|nan|None|[a-z]_[a-z]", cell), cell
    assert set(table["Reason for the end"]) == {"completed", "rescue medication"}
    assert (table["Rescue medication"] != "no").sum() == 7
    gone = pd.DataFrame({**courses.iloc[:1].to_dict("list"), "rescue_week": [4.0]})
    assert safety.treatment_table(gone, published)["Rescue medication"].tolist() == ["week 4"]


def test_who_had_no_dose_of_the_amended_regimen_is_told_apart():
    row = {"patient_id": "x", "g_per_kg": 3.0, "rescue_week": 4}
    row |= {"end_week": 4, "end_reason": "rescue_medication"}
    given = {
        "2 g/kg in week 0, 1 g/kg in week 3": "eligible, not switched",
        "2 g/kg in week 0, 1 g/kg in week 3, 2 g/kg in week 4": "amended",
    }
    courses = pd.DataFrame([{**row, "regimen": "amended", "infusions": doses} for doses in given])
    assert safety.treatment_table(courses, Published.read())["Regimen"].tolist() == [
        *given.values()
    ]
