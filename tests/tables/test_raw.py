"""What a table remembers of the file that it is from, for messages."""

import pandas as pd
import pytest

from tisstats.tables.raw import RawTable, TableSource, check_header


def test_a_column_that_is_renamed_twice_has_its_first_name_in_the_file():
    raw = RawTable(pd.DataFrame({"MMT8": ["70"]}), TableSource("visits.csv"))
    raw = raw.rename({"MMT8": "strength"}).rename({"strength": "mmt"})
    assert raw.source.column_name("mmt") == "MMT8"
    assert raw.has == "the table has MMT8"


def test_a_name_that_repeats_twice_is_shown_beside_the_first():
    said = "the header must have unique column names"
    found = check_header(["week", "Week", "haq", "WEEK", "haq"], "visits.csv")
    assert [(fault.column, fault.message) for fault in found] == [
        ("Week", f"{said}; another is 'week'"),
        ("WEEK", f"{said}; another is 'week'"),
        ("haq", said),
    ]


def test_the_unit_from_which_a_column_was_converted_last_is_named():
    source = TableSource().converting({"week": "days", "haq": "mm"}).converting({"haq": "cm"})
    assert source.once_converted("haq") == ", once converted from cm, as the mapping says"
    assert source.once_converted("week") == ", once converted from days, as the mapping says"


@pytest.mark.parametrize("index", [[2, 1, 0], [1, 2, 3], [0, 0, 0], ["a", "b", "c"]])
def test_rows_are_counted_from_0_whatever_the_index_of_their_frame(index):
    raw = RawTable(pd.DataFrame({"week": ["0", "4", "8"]}, index=index), TableSource("visits.csv"))
    assert raw.cells.index.equals(pd.RangeIndex(3))
    assert raw.cells["week"].tolist() == ["0", "4", "8"]
