"""Faults of cells, up to a limit for each column, and hints at what may be meant."""

import numpy as np
import pandas as pd
import pytest

from tisstats.tables import FAULTS_PER_COLUMN
from tisstats.trial.schema import CellFaults
from tisstats.trial.study_schema import describe_key, schema_faults
from tisstats.trial.study_tables import _with_guess

MESSAGE = "must be at least 1"


@pytest.mark.parametrize("more", [0, 1, 3])
@pytest.mark.parametrize("column", ["week", None])
def test_so_many_rows_are_listed_and_the_others_counted(more, column):
    wrong = FAULTS_PER_COLUMN + more
    cells = CellFaults(pd.DataFrame({"week": [4.0, *[-1.0] * wrong]}), "visits.csv")
    cells.add(cells.table["week"] < 1, column, MESSAGE)
    place = "" if column is None else ", column week, value '-1'"
    of_rows = [f"visits.csv, row {3 + at}{place}: {MESSAGE}" for at in range(FAULTS_PER_COLUMN)]
    of_column = "" if column is None else ", column week"
    rest = [f"visits.csv{of_column}: and {more} more: {MESSAGE}"] if more else []
    assert list(map(str, cells.faults)) == of_rows + rest


def test_lines_are_those_of_the_file():
    cells = CellFaults(pd.DataFrame({"x": [True, False]}), "a.csv", lines=np.array([7, 9]))
    cells.add([True, True], "x", MESSAGE)
    assert [(fault.row, fault.value) for fault in cells.faults] == [(7, "true"), (9, "false")]


def test_a_column_whose_words_stand_in_another_order_is_meant():
    for name, known in (("week_stop", "stop_week"), ("stop_week", "week_stop")):
        assert _with_guess(name, ["site", known]) == f"{name} (is it {known}?)"


def test_a_key_within_what_users_name_is_described_as_a_whole():
    assert describe_key("visits.other.time") == describe_key("visits")


def test_a_number_that_is_not_finite_is_found_at_its_key():
    given = {"visits": {"weeks": [0, float("inf")]}, "study": {"title": "\x07"}}
    found = [(fault.key, fault.value) for fault in schema_faults(given, "study.toml")]
    assert found[:2] == [("visits.weeks.1", "inf"), ("study.title", "\x07")]


def test_a_value_that_is_refused_has_one_fault_and_hides_no_other():
    given = {"study": {"data": " "}, "visits": {"time": "never"}}
    found = [fault.key for fault in schema_faults(given, "study.toml")]
    assert found.count("study.data") == found.count("visits.time") == 1
