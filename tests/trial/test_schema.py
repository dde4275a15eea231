"""Cells of a trial's tables by their description: each kind of cell, in every kind of column."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from tisstats.trial.schema import CellFaults, convert_types

GAP, FAULT = object(), object()
NAN = float("nan")

#: Type, constraints, cell, and what becomes of it.
CELLS = [
    ("number", {}, "2.5", 2.5),
    ("number", {}, " 2.5 ", 2.5),
    ("number", {}, "-2.5", -2.5),
    ("number", {}, 7, 7.0),
    ("number", {}, 2.5, 2.5),
    ("number", {}, Decimal("2.5"), 2.5),
    ("number", {}, np.float32(1.1), 1.1),
    ("number", {}, None, GAP),
    ("number", {}, pd.NA, GAP),
    ("number", {}, NAN, GAP),
    ("number", {}, "", GAP),
    ("number", {}, "  ", GAP),
    ("number", {}, "NA", FAULT),
    ("number", {}, "many", FAULT),
    ("number", {}, True, FAULT),
    ("number", {}, "inf", FAULT),
    ("number", {}, float("inf"), FAULT),
    ("number", {}, -float("inf"), FAULT),
    ("number", {}, dt.date(2024, 1, 8), FAULT),
    ("number", {"minimum": 0.5}, 0.5, 0.5),
    ("number", {"minimum": 0.5}, "0.25", FAULT),
    ("number", {"minimum": 0.5}, None, GAP),
    ("number", {"maximum": 3}, "3", 3.0),
    ("number", {"maximum": 3}, 3.25, FAULT),
    ("number", {"required": True}, "", FAULT),
    ("number", {"required": True}, 0, 0.0),
    ("integer", {}, "4", 4),
    ("integer", {}, 4.0, 4),
    ("integer", {}, "-4", -4),
    ("integer", {}, 0, 0),
    ("integer", {}, 4.5, FAULT),
    ("integer", {}, "0.5", FAULT),
    ("integer", {}, -0.5, FAULT),
    ("integer", {}, -1.5, FAULT),
    ("integer", {}, None, GAP),
    ("integer", {}, "", GAP),
    ("integer", {}, float("inf"), FAULT),
    ("integer", {}, "four", FAULT),
    ("integer", {}, 2**53 - 1, 2**53 - 1),
    ("integer", {}, str(1 - 2**53), 1 - 2**53),
    ("integer", {}, 2**53, FAULT),
    ("integer", {}, str(-(2**53)), FAULT),
    # As a float it is 2**53.
    ("integer", {}, str(2**53 + 1), FAULT),
    ("integer", {}, "1e20", FAULT),
    ("integer", {}, -1e300, FAULT),
    ("integer", {"minimum": 1}, 1, 1),
    ("integer", {"minimum": 1}, 0, FAULT),
    ("boolean", {}, True, True),
    ("boolean", {}, False, False),
    ("boolean", {}, np.True_, True),
    ("boolean", {}, np.False_, False),
    ("boolean", {}, "true", True),
    ("boolean", {}, "false", False),
    ("boolean", {}, "True", FAULT),
    ("boolean", {}, "yes", FAULT),
    ("boolean", {}, 1, FAULT),
    ("boolean", {}, 0.0, FAULT),
    ("boolean", {}, ["true"], FAULT),
    ("boolean", {}, None, GAP),
    ("boolean", {}, NAN, GAP),
    ("boolean", {}, pd.NA, GAP),
    ("boolean", {}, " ", GAP),
    ("boolean", {"required": True}, None, FAULT),
    ("string", {}, " a b ", "a b"),
    ("string", {}, True, "true"),
    ("string", {}, np.False_, "false"),
    ("string", {}, 2, "2"),
    ("string", {}, 2.0, "2"),
    ("string", {}, 2.5, "2.5"),
    ("string", {}, Decimal("2.50"), "2.50"),
    ("string", {}, dt.date(2024, 1, 8), "2024-01-08"),
    ("string", {}, "NA", "NA"),
    ("string", {}, None, ""),
    ("string", {}, pd.NA, ""),
    ("string", {}, NAN, ""),
    ("string", {}, " ", ""),
    ("string", {"required": True}, " ", FAULT),
    ("string", {"required": True}, " a ", "a"),
    ("string", {"enum": ["a", "b"]}, "b", "b"),
    ("string", {"enum": ["a", "b"]}, " b", FAULT),
    ("string", {"enum": ["a", "b"]}, "c", FAULT),
    ("string", {"enum": ["a", "b"]}, "", ""),
    ("string", {"enum": ["1", "2"]}, 2.0, "2"),
    ("string", {"pattern": "a+"}, "aa", "aa"),
    ("string", {"pattern": "a+"}, "aab", FAULT),
    ("string", {"pattern": "a+"}, "aa ", FAULT),
    ("string", {"pattern": "a+"}, None, ""),
    ("string", {"enum": ["a", "ab"], "pattern": "a+"}, "ab", FAULT),
]

#: A cell that every field allows, and what it is read as.
GOOD = {"number": ("1", 1.0), "integer": ("1", 1), "boolean": ("true", True), "string": ("a", "a")}

DTYPES = {"number": "float64", "integer": "Int64", "boolean": "boolean", "string": "object"}


def good(kind, constraints):
    if "1" in constraints.get("enum", []):
        return "1", "1"
    return GOOD[kind]


@pytest.mark.parametrize("rows", [1, 3, 1_500], ids=lambda rows: f"{rows} rows")
@pytest.mark.parametrize(
    ("kind", "constraints", "cell", "expected"),
    CELLS,
    ids=lambda value: "" if value in (GAP, FAULT) else str(value)[:20],
)
def test_a_cell_is_read_alone_and_among_others(kind, constraints, cell, expected, rows):
    usual, read = good(kind, constraints)
    cells = [usual] * rows
    cells[rows // 2] = cell
    given = pd.DataFrame({"cell": pd.Series(cells, dtype=object)}, index=range(5, rows + 5))
    given["cell"] = pd.Series(cells, dtype=object, index=given.index)
    field = {"name": "cell", "type": kind, "constraints": constraints}
    table, faults = convert_types(given, [field], "rows.csv")
    assert [fault.row for fault in faults] == ([rows // 2 + 2] if expected is FAULT else [])
    assert table["cell"].dtype == DTYPES[kind]
    assert table.index.equals(pd.RangeIndex(rows))
    found = table["cell"].tolist()
    at = found.pop(rows // 2)
    assert found == [read] * (rows - 1)
    if expected is GAP:
        assert pd.isna(at)
    elif expected is not FAULT:
        assert (at, type(at)) == (expected, type(expected))


@pytest.mark.parametrize("kind", DTYPES)
def test_a_table_without_rows_has_the_types_of_its_columns(kind):
    for dtype in (object, float):
        given = pd.DataFrame({"cell": pd.Series([], dtype=dtype)})
        fields = [{"name": "cell", "type": kind, "constraints": {"required": True}}]
        table, faults = convert_types(given, fields, "rows.csv")
        assert faults == []
        assert table["cell"].dtype == DTYPES[kind]
        assert table.shape == (0, 1)


@pytest.mark.parametrize(
    ("column", "kind", "expected"),
    [
        (pd.Series([1.1, NAN], dtype="float32"), "number", [1.1, None]),
        (pd.Series([1, 2], dtype="int8"), "number", [1.0, 2.0]),
        (pd.Series([1, None], dtype="Int64"), "integer", [1, None]),
        (pd.Series([3.0, NAN]), "integer", [3, None]),
        (pd.Series([True, None], dtype="boolean"), "boolean", [True, None]),
        (pd.Series([True, False]), "boolean", [True, False]),
        (pd.Series([2.0, NAN]), "string", ["2", ""]),
        (pd.Series([3, 4]), "string", ["3", "4"]),
    ],
)
def test_a_typed_column_is_taken_as_it_is(column, kind, expected):
    field = {"name": "cell", "type": kind}
    table, faults = convert_types(pd.DataFrame({"cell": column}), [field], "rows.csv")
    assert faults == []
    assert [None if pd.isna(cell) else cell for cell in table["cell"]] == expected


def test_columns_that_are_missing_or_there_twice_are_faults_of_the_table():
    given = pd.DataFrame([[1, 2, 3, 4]], columns=["b", "a", "b", 5])
    fields = [{"name": name, "type": "number"} for name in ("a", "b", "c", "d")]
    table, faults = convert_types(given, fields, "rows.csv")
    assert table is given
    assert [str(fault) for fault in faults] == [
        "rows.csv, column c: there is no such column; the table has b, a, b, 5",
        "rows.csv, column d: there is no such column; the table has b, a, b, 5",
        "rows.csv, column b: the table has this column twice",
    ]


def test_a_fault_says_what_is_allowed_and_the_cell_as_text():
    cells = [True, 2.0, 2.5, None, "x", 3]
    fields = [{"name": "cell", "type": "string", "constraints": {"enum": ["3"], "required": True}}]
    lines = np.array([2, 4, 5, 6, 9, 10])
    _, faults = convert_types(pd.DataFrame({"cell": cells}, dtype=object), fields, "f", lines)
    shown = [(2, "true"), (4, "2"), (5, "2.5"), (6, ""), (9, "x")]
    assert [str(fault) for fault in faults] == [
        f"f, row {row}, column cell, value {value!r}: must be text, one of 3; not empty"
        for row, value in shown
    ]


def test_a_whole_number_that_is_too_large_is_told_the_limit():
    cells = [1, 2**53 - 1, "9007199254740992", -(2**60), 0.5, "x", -2]
    field = {"name": "cell", "type": "integer", "constraints": {"minimum": 0}}
    _, faults = convert_types(pd.DataFrame({"cell": cells}, dtype=object), [field], "f")
    need = "must be an integer, at least 0"
    far = f"{need}, of less than 2^53 in size"
    assert sorted(str(fault) for fault in faults) == [
        f"f, row 4, column cell, value '9007199254740992': {far}",
        f"f, row 5, column cell, value '{-(2**60)}': {far}",
        f"f, row 6, column cell, value '0.5': {need}",
        f"f, row 7, column cell, value 'x': {need}",
        f"f, row 8, column cell, value '-2': {need}",
    ]
    field["constraints"]["maximum"] = 9
    _, (fault,) = convert_types(pd.DataFrame({"cell": [2**60]}), [field], "f")
    assert str(fault).endswith("must be an integer, at least 0, at most 9")


@pytest.mark.parametrize(("bad", "more"), [(0, None), (1, None), (20, None), (21, 1), (45, 25)])
def test_twenty_faults_of_a_kind_are_listed_and_the_others_counted(bad, more):
    found = CellFaults(pd.DataFrame({"cell": np.arange(50)}), "f")
    found.add(np.arange(50) >= 50 - bad, "cell", "is late")
    listed = [
        f"f, row {row + 2}, column cell, value '{row}': is late"
        for row in range(50 - bad, min(50, 70 - bad))
    ]
    counted = [] if more is None else [f"f, column cell: and {more} more: is late"]
    assert [str(fault) for fault in found.faults] == listed + counted


def test_a_fault_of_a_row_names_no_column():
    found = CellFaults(pd.DataFrame({"cell": [1, 2]}), "f", np.array([7, 8]))
    found.add([False, True], None, "is too much")
    assert [str(fault) for fault in found.faults] == ["f, row 8: is too much"]
