"""Published and computed tables, side by side."""

import pandas as pd
import pytest

from tisstats.lim2021.cohort_check import CheckResult, Report
from tisstats.lim2021.cohort_check.compare_with_print import compare_with_print, count_matches

PRINTED = pd.DataFrame({"Row": ["Women", "Skin"], "All (N=19)": ["12 (63)", "11 (58)"]})


def test_columns_are_matched_whatever_the_number_of_patients():
    solved = pd.DataFrame({"Row": ["Skin", "Women"], "All (N=20)": ["11 (55)", "12 (60)"]})
    table = compare_with_print(PRINTED, solved, "observed")
    assert table.to_dict("list") == {
        "Row": ["Women", "Skin"],
        "All (N=19), published": ["12 (63)", "11 (58)"],
        "All (N=20), observed": ["12 (60)", "11 (55)"],
    }


def test_a_group_that_no_patient_is_in_gets_dashes():
    solved = pd.DataFrame({"Row": ["Women", "Skin"], "All": ["3", "2"]})
    table = compare_with_print(PRINTED.assign(DM="1"), solved, "observed")
    assert list(table["All, observed"]) == ["3", "2"]
    assert list(table["DM, observed"]) == ["–", "–"]
    table = compare_with_print(PRINTED.assign(**{"DM (N=8)": "1"}), solved, "observed")
    assert list(table)[-2:] == ["DM (N=8), published", "DM (N=0), observed"]


def test_a_row_that_is_missing_is_refused_rather_than_left_empty():
    solved = pd.DataFrame({"Row": ["Women"], "All": ["3"]})
    with pytest.raises(ValueError, match=r"including 'Skin', got 'Women'$"):
        compare_with_print(PRINTED, solved, "observed")


def item(name, holds):
    return CheckResult(name, "number", "what", "where", "1", "1", holds)


def test_printed_numbers_are_counted_by_where_their_addresses_begin():
    report = Report((item("table1.a", True), item("table1.b", False), item("x", True)), {})
    assert count_matches(report, "table1.") == {"checked": 2, "hold": 1}
    assert count_matches(report, "table1.a", "x") == {"checked": 2, "hold": 2}
    assert count_matches(report) == {"checked": 3, "hold": 2}
