"""Convert and check the cells of a trial's tables by its description.

A package that is read from files is also checked by Frictionless against its own description,
which may be laxer; a trial that is made of tables in memory is checked here alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from tisstats.datapackage import allowed
from tisstats.errors import Fault
from tisstats.measures.visit_table import FAULTS_PER_COLUMN, as_numbers, empty_cells
from tisstats.tables.cells import distinct_texts, is_text
from tisstats.trial.description import Field

#: From there on a float may stand for several whole numbers.
_FIRST_SHARED = 2**53


class CellFaults:
    """What is wrong with the rows of one table, by line of its file."""

    def __init__(self, table: pd.DataFrame, file: str, lines: NDArray[np.int64] | None = None):
        self.table = table
        self.file = file
        self.lines = lines
        self.faults: list[Fault] = []

    def add(self, bad: ArrayLike, column: str | None, message: str) -> None:
        """Record a fault for every row in `bad`, up to a limit."""
        rows = np.flatnonzero(np.asarray(bad, dtype=bool))
        for row in rows[:FAULTS_PER_COLUMN]:
            shown = None
            if column is not None:
                given = self.table[column].iloc[row]
                shown = "" if pd.isna(given) else _as_text(given)
            line = int(row) + 2 if self.lines is None else int(self.lines[row])
            self.faults.append(Fault(self.file, message, line, column, shown))
        if (more := len(rows) - FAULTS_PER_COLUMN) > 0:
            self.faults.append(Fault(self.file, f"and {more} more: {message}", None, column))


def _as_text(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def convert_types(
    given: pd.DataFrame,
    fields: Sequence[Field],
    file: str,
    lines: NDArray[np.int64] | None = None,
) -> tuple[pd.DataFrame, list[Fault]]:
    """Convert the cells of a table to numbers, truth values and text, and collect the faults.

    Parameters
    ----------
    given
        The table: text as it stands in a CSV file, or typed already. Columns that the fields do
        not name are left out.
    fields
        The columns as Table Schema describes them.
    file
        Name of the table in faults.
    lines
        Line of each row in the file; by default the first is line 2.

    Returns
    -------
    DataFrame
        Whole numbers are ``Int64``, numbers ``float64``, truth values ``boolean``, the rest text,
        empty where missing. Not to be used if there are faults.
    list of Fault
        Everything wrong with columns and cells, each by itself.
    """
    names = [str(name) for name in given.columns]
    faults = [
        Fault(file, f"there is no such column; the table has {', '.join(names)}", None, name)
        for name in (field["name"] for field in fields)
        if name not in names
    ]
    faults += [
        Fault(file, "the table has this column twice", None, name)
        for name in dict.fromkeys(name for name in names if names.count(name) > 1)
    ]
    if faults:
        return given, faults
    found = CellFaults(given.reset_index(drop=True), file, lines)
    columns = {field["name"]: _column(found, field) for field in fields}
    return pd.DataFrame(columns, index=found.table.index), found.faults


#: Rows up to which a column is converted cell by cell.
_SHORT = 1_000


def _column(found: CellFaults, field: Field) -> Any:
    name, constraints = str(field["name"]), field.get("constraints", {})
    given = found.table[name]
    cells: list[Any] = [None]
    if len(given) > _SHORT and given.dtype.kind == "O":
        cells = given.to_list()
    if is_text(cells):
        # A long column has far fewer texts than cells.
        places, distinct = distinct_texts(cells)
        texts = pd.Series(distinct, dtype=object)
        few = _empty(texts)
        values, wrong = _KINDS[field["type"]](texts, few, constraints)
        column, bad, empty = values[places], wrong[places], few[places]
        if isinstance(column, pd.Series):
            column = column.reset_index(drop=True)
    else:
        empty = _empty(given)
        column, bad = _KINDS[field["type"]](given, empty, constraints)
    if constraints.get("required"):
        bad |= empty
    if bad.any():
        far = _too_large(given, field)
        found.add(bad & ~far, name, f"must be {allowed(field)}")
        found.add(far, name, f"must be {allowed(field)}, of less than 2^53 in size")
    return column


def _too_large(given: pd.Series, field: Field) -> NDArray[np.bool_]:
    """Return which cells a float cannot stand for alone, if the field names no maximum."""
    if field["type"] != "integer" or "maximum" in field.get("constraints", {}):
        return np.zeros(len(given), dtype=bool)
    return np.abs(as_numbers(given)[0]) >= _FIRST_SHARED


def _empty(given: pd.Series) -> NDArray[np.bool_]:
    """Return which cells hold nothing; columns are short, so that a plain loop is the fastest."""
    if given.dtype.kind in "iufb":
        return empty_cells(given)
    return np.array(
        [
            not cell.strip()
            if isinstance(cell, str)
            else cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell))
            for cell in given.to_list()
        ],
        dtype=bool,
    )


def _numbers(
    given: pd.Series, empty: NDArray[np.bool_], constraints: Mapping[str, Any]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    values = _plain_numbers(given)
    if values is None:
        values, _ = as_numbers(given)
    # What is not a number is nan, and not empty.
    bad = np.isinf(values) | (np.isnan(values) & ~empty)
    bad |= values < constraints.get("minimum", -np.inf)
    bad |= values > constraints.get("maximum", np.inf)
    return values, bad


def _plain_numbers(given: pd.Series) -> NDArray[np.float64] | None:
    """Return a column as floats if it has numbers only, as of mixed type those of ensembles do."""
    if given.dtype == np.float64:
        return given.to_numpy()
    cells = given.to_list() if given.dtype == object else None
    if cells is None or not {type(cell) for cell in cells} <= {int, float, type(None)}:
        return None
    return np.array([np.nan if cell is None else cell for cell in cells], dtype=float)


def _whole_numbers(
    given: pd.Series, empty: NDArray[np.bool_], constraints: Mapping[str, Any]
) -> tuple[Any, NDArray[np.bool_]]:
    values, bad = _numbers(given, empty, constraints)
    known = np.abs(values) < _FIRST_SHARED
    whole = np.trunc(np.where(known, values, 0))
    bad |= np.abs(values - whole) > 0
    return pd.arrays.IntegerArray(whole.astype(np.int64), ~known), bad


#: What is read as true and as false; anything else is a fault.
_TRUTH = {"true": True, "false": False, True: True, False: False}


def _truth_values(
    given: pd.Series,
    empty: NDArray[np.bool_],
    constraints: Mapping[str, Any],  # noqa: ARG001 - as the others
) -> tuple[Any, NDArray[np.bool_]]:
    cells = given.to_list()
    # 1 equals True in Python, but not a truth value here.
    known = np.array(
        [isinstance(cell, bool | np.bool_ | str) and cell in _TRUTH for cell in cells], dtype=bool
    )
    values = [at and _TRUTH[cell] for cell, at in zip(cells, known, strict=True)]
    return pd.arrays.BooleanArray(np.array(values, dtype=bool), ~known), ~known & ~empty


def _texts(
    given: pd.Series, empty: NDArray[np.bool_], constraints: Mapping[str, Any]
) -> tuple[pd.Series, NDArray[np.bool_]]:
    cells = ["" if at else _as_text(cell) for cell, at in zip(given.to_list(), empty, strict=True)]
    if not constraints.keys() & {"enum", "pattern"}:
        cells = [cell.strip() for cell in cells]
    text = pd.Series(cells, dtype=object, index=given.index)
    bad = np.zeros(len(cells), dtype=bool)
    if "enum" in constraints:
        words = frozenset(constraints["enum"])
        bad = np.array([cell not in words for cell in cells], dtype=bool) & ~empty
    if "pattern" in constraints:
        matches = re.compile(constraints["pattern"]).fullmatch
        bad = np.array([matches(cell) is None for cell in cells], dtype=bool) & ~empty
    return text, bad


_KINDS = {
    "number": _numbers,
    "integer": _whole_numbers,
    "boolean": _truth_values,
    "string": _texts,
}
