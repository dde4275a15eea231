"""Counts of what was checked."""

import pandas as pd
import pytest

from tisstats.forensics import summarise_checks


def test_errors_name_the_argument():
    with pytest.raises(ValueError, match=r"^checked must be a pandas DataFrame, got list"):
        summarise_checks([True])
    with pytest.raises(ValueError, match=r"^checked must have the column possible, has group$"):
        summarise_checks(pd.DataFrame({"group": ["A"]}))
    with pytest.raises(ValueError, match=r"^checked must have the column arm, has possible$"):
        summarise_checks(pd.DataFrame({"possible": [True]}), by="arm")


def test_groups_stand_in_their_order():
    table = pd.DataFrame({"group": ["B", "A", "B"], "possible": [True, False, False]})
    assert summarise_checks(table).to_numpy().tolist() == [[3, 1, 2]]
    found = summarise_checks(table, by="group")
    assert found.to_numpy().tolist() == [["B", 2, 1, 1], ["A", 1, 0, 1]]
