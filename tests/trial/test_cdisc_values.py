"""One type for each kind of value: every way in which a cell may be right, missing or wrong."""

import datetime
import math

import numpy as np
import pandas as pd
import pytest

from tisstats.trial.cdisc.formats import plain_cells
from tisstats.trial.cdisc.values import ALLOWED, infer_kind, typed_column

#: What stands for a missing value, whatever the kind.
NOTHING = [None, pd.NA, pd.NaT, math.nan, np.float32("nan"), "", "  "]
KINDS = ["integer", "float", "date", "flag"]


def read(cells, kind, dtype=object):
    """The values, None where missing or wrong, and the places of what is wrong."""
    column = typed_column(pd.Series(cells, dtype=dtype, index=range(7, 7 + len(cells))), kind)
    assert column.values.index.equals(pd.RangeIndex(len(cells)))
    assert column.wrong.dtype == bool
    values = [
        None if bad or pd.isna(cell) else cell
        for cell, bad in zip(column.values, column.wrong, strict=True)
    ]
    return values, np.flatnonzero(column.wrong).tolist()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cell", NOTHING, ids=repr)
def test_a_missing_value_is_none_of_any_kind_and_no_fault(cell, kind):
    other = {"integer": 3, "float": 0.5, "date": datetime.date(2020, 2, 29), "flag": True}[kind]
    expected = pd.Timestamp(other) if kind == "date" else other
    # Alone, among cells of the kind, and among cells of several types.
    assert read([cell], kind) == ([None], [])
    assert read([cell, other, cell], kind) == ([None, expected, None], [])
    assert read([cell, other, object()], kind) == ([None, expected, None], [2])


@pytest.mark.parametrize("cell", NOTHING[:5], ids=repr)
def test_a_missing_text_is_empty(cell):
    assert read(["a", cell, " "], "text") == (["a", "", " "], [])


@pytest.mark.parametrize(
    ("cell", "text"),
    [(7, "7"), (7.0, "7"), (-0.5, "-0.5"), (True, "True"), (np.float64(3), "3"),
     (np.float32(3), "3"), (np.int64(3), "3"), (1e20, "100000000000000000000"),
     ("7.0", "7.0"), (math.inf, "inf")],
)  # fmt: skip
def test_a_cell_that_is_no_text_becomes_the_text_of_its_value(cell, text):
    if cell == math.inf:  # no whole number
        assert read([cell], "text") == (["inf"], [])
    assert read([cell, "a"], "text") == ([text, "a"], [])


#: Numbers as text, and what they are; None: not a number.
NUMERALS = {
    "1": 1, "+1": 1, "-1.5": -1.5, "1.": 1, ".5": 0.5, "-.5e2": -50, "1e3": 1000, "1E-2": 0.01,
    " 2 ": 2, "007": 7, "1e+2": 100, "1_0": None, "nan": None, "inf": None, "1e": None, ".": None,
    "1,5": None, "1 2": None, "--1": None, "0x1": None, "1e999": None, "-1e999": None, "e5": None,
    "1.5.2": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), NUMERALS.items(), ids=repr)
def test_a_number_as_text_is_one_alone_and_beside_others(text, value):
    wrong = [] if value is not None else [0]
    assert read([text], "float") == ([value], wrong)
    # Beside text that is no number, each is read by itself; beside numbers that are typed, too.
    assert read([text, "x", "2"], "float") == ([value, None, 2], [*wrong, 1])
    assert read([text, 2, 0.5], "float") == ([value, 2, 0.5], wrong)
    assert read([text, text, ""], "float")[1] == [0, 1][: 2 * len(wrong)]


@pytest.mark.parametrize("cell", [math.inf, -math.inf, "1e999", "-1e999", np.float64("inf")])
def test_an_infinite_number_is_wrong(cell):
    assert read([cell, 1], "float")[1] == [0]
    assert read([cell], "float")[1] == [0]
    assert read([1.0, math.inf, math.nan], "float", dtype=float)[1] == [1]
    assert read([cell, 1], "integer")[1] == [0]


@pytest.mark.parametrize("cell", [True, np.True_, datetime.date(2020, 1, 2), [1], b"1",
                                  np.array([1, 2])], ids=repr)  # fmt: skip
def test_what_is_no_number_is_wrong_as_one(cell):
    assert read([cell, 1], "float") == ([None, 1], [0])
    assert read([cell, "1"], "integer") == ([None, 1], [0])


@pytest.mark.parametrize("sign", [1, -1])
def test_whole_numbers_are_those_that_a_double_tells_apart(sign):
    for cells, dtype in (([sign * 2**53, sign * (2**53 + 2)], object), ([sign * 2**53] * 2, int)):
        values, wrong = read(cells, "integer", dtype)
        assert values[0] == sign * 2**53
        assert wrong == ([1] if dtype is object else [])
    assert read([str(sign * 2**53), str(sign * (2**53 + 2))], "integer")[1] == [1]
    assert read([sign * 1e-300, sign * 2.5, sign * 4.0], "integer") == ([None, None, sign * 4],
                                                                      [0, 1])  # fmt: skip


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "int8", "float32"])
def test_typed_numbers_stay(dtype):
    cells = [1, 2] if dtype == "int8" else [1, None]
    expected = [1, 2] if dtype == "int8" else [1, None]
    for kind in ("integer", "float"):
        assert read(cells, kind, dtype) == (expected, [])


def test_a_truth_value_is_no_word_and_no_number():
    cells = [True, np.False_, 1, 0, "true", "Y", None, ""]
    assert read(cells, "flag") == ([True, False, None, None, None, None, None, None], [2, 3, 4, 5])
    assert read([True, None, False], "flag", "boolean") == ([True, None, False], [])
    assert read([True, False], "flag", bool) == ([True, False], [])
    assert read([], "flag") == ([], [])


MIDNIGHT = datetime.datetime(2020, 2, 29)


@pytest.mark.parametrize(
    ("cell", "right"),
    [
        (datetime.date(2020, 2, 29), True),
        (MIDNIGHT, True),
        (pd.Timestamp(MIDNIGHT), True),
        ("2020-02-29", True),
        (" 2020-02-29 ", True),
        (MIDNIGHT + datetime.timedelta(microseconds=1), False),
        (MIDNIGHT + datetime.timedelta(hours=3), False),
        ("2020-02-30", False),
        ("2020-2-29", False),
        ("20200229", False),
        ("2020-02-29T00:00", False),
        ("2020-W09-6", False),
        (20200229, False),
    ],
)
def test_a_date_is_a_day(cell, right):
    values, wrong = read([cell, None], "date")
    assert wrong == ([] if right else [0])
    if right:
        assert values == [pd.Timestamp(MIDNIGHT), None]


@pytest.mark.parametrize("zone", [None, "Europe/Berlin", "UTC"])
def test_times_of_day_are_those_of_the_place(zone):
    times = pd.Series(pd.to_datetime(["2020-02-29 00:00", "2020-02-29 01:00", None]))
    if zone:
        times = times.dt.tz_localize(zone)
    column = typed_column(times, "date")
    assert column.wrong.tolist() == [False, True, False]
    assert column.values.dtype == "datetime64[s]"
    assert column.values[0] == pd.Timestamp(MIDNIGHT)


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [("text", object), ("integer", "Int64"), ("float", "float64"), ("flag", "boolean"),
     ("date", "datetime64[s]")],
)  # fmt: skip
def test_each_kind_has_one_type_with_rows_and_without(kind, dtype):
    for cells in ([], [None], [None, ""]):
        assert typed_column(pd.Series(cells, dtype=object), kind).values.dtype == dtype


def test_what_each_kind_must_be_is_said_in_words():
    assert all(read([None], kind)[1] == [] for kind in ALLOWED)
    assert ALLOWED == {
        "text": "text",
        "integer": "a whole number",
        "float": "a finite number",
        "date": "a date, YYYY-MM-DD",
        "flag": "true or false",
    }


@pytest.mark.parametrize(
    ("cells", "dtype", "kind"),
    [
        ([True, None, ""], object, "flag"),
        ([np.True_, False], object, "flag"),
        ([True, 1], object, "text"),
        ([True], bool, "flag"),
        ([True, None], "boolean", "flag"),
        ([None], "boolean", "flag"),
        ([], "boolean", "flag"),
        ([], bool, "flag"),
        ([1, 2], int, "integer"),
        ([1, None], "Int64", "integer"),
        ([1, 2], "uint8", "integer"),
        ([1.5, None], float, "float"),
        ([None, None], float, "float"),
        ([1, 0.5, None, " "], object, "float"),
        ([np.int64(1), np.float64(2)], object, "float"),
        ([1, "x"], object, "text"),
        ([1, True], object, "text"),
        ([1, datetime.date(2020, 1, 2)], object, "text"),
        ([datetime.date(2020, 1, 2), None], object, "date"),
        ([datetime.date(2020, 1, 2), "2020-01-02"], object, "text"),
        (["2020-01-02"], "datetime64[s]", "date"),
        ([None], "datetime64[s]", "date"),
        (["a"], object, "text"),
        (["1", "2"], object, "text"),
        ([None, "", " "], object, "text"),
        ([], object, "text"),
    ],
)
def test_the_kind_of_a_column_is_that_of_what_it_holds(cells, dtype, kind):
    assert infer_kind(pd.Series(cells, dtype=dtype)) == kind


@pytest.mark.parametrize(
    ("cells", "dtype", "expected"),
    [
        ([1, None], "Int64", [1, "-"]),
        ([1.5, math.nan], float, [1.5, "-"]),
        (["a", ""], object, ["a", "-"]),
        (["a", None], object, ["a", "-"]),
        (["a", "b"], object, ["a", "b"]),
        (["2020-02-29", None], "datetime64[s]", ["2020-02-29", "-"]),
        (["0099-02-03"], "datetime64[s]", ["0099-02-03"]),
        ([], object, []),
    ],
)
def test_cells_of_files_are_plain(cells, dtype, expected):
    assert plain_cells(pd.Series(cells, dtype=dtype), "-") == expected
