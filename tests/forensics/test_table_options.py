"""A table is checked as its rows are, one by one, with the same options."""

import pandas as pd
import pytest

from tisstats.forensics import (
    check_intervals,
    check_percentages,
    check_quartiles,
    interval_consistency,
    percentage_consistency,
    quartile_consistency,
)

INTERVALS = pd.DataFrame({"low": ["0.203"], "high": ["0.665"], "successes": [8], "trials": [19]})
PERCENTAGES = pd.DataFrame({"printed": ["66.7"], "count": [2], "n": [3]})
QUARTILES = pd.DataFrame({"q1": ["1.8"], "median": ["2.5"], "q3": ["3.3"], "n": [4], "step": ["1"]})


def interval(**options):
    return interval_consistency(("0.203", "0.665"), 8, 19, **options)


def percentage(**options):
    return percentage_consistency("66.7", 2, 3, **options)


def quartiles(**options):
    return quartile_consistency(q1="1.8", median="2.5", q3="3.3", n=4, step="1", **options)


@pytest.mark.parametrize(
    ("table", "of_table", "of_row", "options"),
    [
        (INTERVALS, check_intervals, interval, {"confidence_level": 0.9}),
        (INTERVALS, check_intervals, interval, {"method": "wilson"}),
        (INTERVALS, check_intervals, interval, {"percent": True}),
        (INTERVALS, check_intervals, interval, {"rounding": "truncate"}),
        (PERCENTAGES, check_percentages, percentage, {"rounding": "truncate"}),
        (QUARTILES, check_quartiles, quartiles, {"definition": 7}),
        (QUARTILES, check_quartiles, quartiles, {"definition": 7, "rounding": "truncate"}),
    ],
)
def test_a_table_passes_its_options_on(table, of_table, of_row, options):
    assert of_table(table)["verdict"].tolist() == [of_row().verdict]
    assert of_table(table, **options)["verdict"].tolist() == [of_row(**options).verdict]
    assert of_row(**options).verdict != of_row().verdict, "the options make no difference here"
