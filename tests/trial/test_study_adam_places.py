"""Faults of data sets name the file, the variable and the value that stands in it."""

import numpy as np
import pytest

from tests.trial.foreign import foreign
from tisstats.errors import DataError
from tisstats.trial.study_data import StudyData


def cell(dataset, row, variable, value):
    """Return a change of one cell; rows count from 0."""

    def change(tables):
        column = tables[dataset][variable].astype(object)
        column[row] = value
        tables[dataset][variable] = column

    return change


def without(dataset, *variables):
    def change(tables):
        tables[dataset] = tables[dataset].drop(columns=list(variables))

    return change


def treated_on(day):
    def change(tables):
        days = [1, day, 1, 1]
        tables["ADEX"] = tables["ADEX"].drop(columns="ASTWK").assign(ASTDY=days)

    return change


def dead_on(**columns):
    def change(tables):
        adsl = tables["ADSL"].assign(DTHFL=["Y", "", "", ""])
        ended = {"EOSSTT": "DISCONTINUED", "DCSREAS": "DEATH"}
        for name, value in {**ended, **columns}.items():
            adsl[name] = [value, *(("COMPLETED" if name == "EOSSTT" else ""),) * 3]
        tables["ADSL"] = adsl

    return change


def lines(folder):
    with pytest.raises(DataError) as caught:
        StudyData.read(folder)
    return [str(fault).replace(f"{folder}/adam/", "") for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("change", "dated", "said"),
    [
        (without("ADSL", "TRTSDT"), True, "synthetic_adsl.csv, column TRTSDT: there is no such"),
        (without("ADTIS", "ADT"), True, "synthetic_adtis.csv, column ADT: there is no such"),
        (without("ADEX", "ASTDT"), True, "synthetic_adex.csv, column ASTDT: there is no such"),
        (without("ADEX", "ASTWK"), False, "synthetic_adex.csv, column ASTWK: there is no such"),
        (
            cell("ADEX", 1, "ASTWK", -3),
            False,
            "synthetic_adex.csv, row 3, column ASTWK, value '-3'",
        ),
        (cell("ADEX", 1, "ASTWK", ""), False, "synthetic_adex.csv, row 3, column ASTWK, value ''"),
        (
            treated_on(900),
            False,
            "synthetic_adex.csv, row 3, column ASTDY, value '900': lies after",
        ),
        (treated_on(-7), False, "synthetic_adex.csv, row 3, column ASTDY, value '-7': must be a n"),
    ],
)
def test_a_fault_is_where_it_stands(tmp_path, change, dated, said):
    (line,) = lines(foreign(tmp_path, change, dated=dated))
    assert line.startswith(said)


def test_visits_after_a_death_name_the_variable_of_its_day(tmp_path):
    folder = foreign(tmp_path, dead_on(DTHADY=30))
    assert lines(folder)[0] == (
        "synthetic_adtis.csv, row 4, column ARELTM, value '12': lies after the patient's death, "
        "in DTHADY in synthetic_adsl.csv"
    )


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"DTHADY": 30}, "DTHADY, value '30'"),
        ({"DTHWK": 5}, "DTHWK, value '5'"),
        ({"DTHWK": 5, "DTHADY": 30}, "DTHWK, value '5'"),
        ({"DTHWK": np.nan, "DTHADY": 30}, "DTHADY, value '30'"),
    ],
)
def test_a_death_that_needs_a_reason_is_named_as_in_the_file(tmp_path, variables, named):
    (line,) = lines(foreign(tmp_path, dead_on(EOSSTT="", DCSREAS="", **variables)))
    assert line.startswith(f"synthetic_adsl.csv, row 2, column {named}")
    assert "needs DCSREAS (death if the death ended the study of the patient" in line


def test_who_has_no_baseline_is_left_out_by_the_flag_of_the_file(tmp_path):
    def change(tables):
        visits = tables["ADTIS"]
        tables["ADTIS"] = visits[(visits["SUBJID"] != "P002") | (visits["AVISITN"] > 0)]

    (line,) = lines(foreign(tmp_path, change))
    assert line.endswith("or leave the patient out of the analysis (column FASFL, value N)")
