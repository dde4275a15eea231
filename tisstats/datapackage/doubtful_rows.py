"""The rows of a data package that may be at fault, found column by column.

Frictionless checks a file cell by cell, thousands of rows a second. Most cells are plainly valid: a
number in digits within its range, a text from a list. What is not plainly valid is doubtful, and
only doubtful rows have to be checked with care. A row that is not doubtful is valid; a doubtful one
need not be at fault.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.matching import PatternError, matches
from tisstats.regular_files import is_regular
from tisstats.tables.cells import distinct_texts
from tisstats.tables.delimited import parse_regular

#: What is known of a field; with other properties, such as another format, its file is not plain.
_PROPERTIES = {"name", "type", "constraints", "title", "description", "unit", "finite"}
_OF_TRUTH = {"trueValues", "falseValues"}
_CONSTRAINTS = {"required", "minimum", "maximum", "enum", "pattern"}

#: Cells that are plainly of a type.
_PLAIN: dict[str, Callable[[str], object]] = {
    "string": lambda _: True,
    "integer": re.compile(r"-?[0-9]+").fullmatch,
    "number": re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?").fullmatch,
    "boolean": lambda _: False,
}

#: Beyond, not every whole number is a float.
_EXACT = 2**53


class _NotPlainError(Exception):
    """A file that has to be checked as a whole."""


@dataclass(slots=True, eq=False)
class PlainFile:
    """A file with the columns that its description names."""

    records: list[list[str]] | None  #: all records, if not all have the cells of the header
    cells: pd.DataFrame  #: the records that have, as text
    others: pd.DataFrame  #: the records that have not, as text: of some the first cells alone
    rows: NDArray[np.int64]  #: the number of each of these among all, from 0
    count: int  #: number of records
    doubtful: NDArray[np.bool_]  #: shape (count,), the records that may be at fault
    missing: frozenset[str]  #: texts that stand for a missing value
    kinds: Mapping[str, str]  #: types by column
    needed: set[int] = field(default_factory=set)  #: records that doubtful ones refer to

    def doubt(self, bad: NDArray[np.bool_]) -> None:
        """Note that some of the rows with all cells are doubtful."""
        self.doubtful[self.rows[bad]] = True

    def can_compare(self, columns: Sequence[str]) -> bool:
        """Return whether values of these columns are equal where their texts or numbers are."""
        return all(self.kinds.get(name, "boolean") != "boolean" for name in columns)

    def keys(self, columns: Sequence[str], *, of_others: bool = False) -> pd.Series:
        """Return the values of some columns together, equal numbers being equal."""
        cells = self.others if of_others else self.cells
        parts = [self._values(cells[name], self.kinds[name]) for name in columns]
        return parts[0] if len(parts) == 1 else pd.Series(list(zip(*parts, strict=True)))

    @staticmethod
    def _values(cells: pd.Series, kind: str) -> pd.Series:
        if kind not in ("integer", "number"):
            return cells
        places, distinct = distinct_texts(cells.tolist())
        known = np.array([_number(cell) for cell in distinct], dtype=object)
        return pd.Series(known[places], dtype=object)

    def kept(self) -> NDArray[np.int64]:
        """Return the records to check with care, and those that they refer to."""
        chosen = self.doubtful.copy()
        chosen[list(self.needed)] = True
        return np.flatnonzero(chosen)

    def write(self, path: Path, encoding: str, delimiter: str) -> NDArray[np.int64]:
        """Write the records to check, and return their numbers."""
        kept = self.kept()
        if self.records is not None:
            records = [self.records[row] for row in kept.tolist()]
        else:
            records = self.cells.iloc[kept].to_numpy(dtype=object).tolist()
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
            writer.writerows([list(self.cells.columns), *records])
        return kept


def _number(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return cell


def read_plain(
    path: Path, schema: Mapping[str, Any], *, encoding: str, delimiter: str
) -> PlainFile | None:
    """Return a file with its doubtful rows; None if it has to be checked as a whole.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    schema : mapping
        Its Table Schema.
    encoding, delimiter : str
        Its encoding and what separates its cells.
    """
    try:
        fields = _plain_fields(schema)
        file = _read(path, fields, schema, encoding, delimiter)
        for given in fields:
            file.doubt(_doubtful_cells(file.cells[given["name"]], given, file.missing))
        _doubt_keys(file, schema)
    except (_NotPlainError, OSError, UnicodeError, csv.Error, PatternError, OverflowError):
        return None
    return file


def _plain_fields(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of a schema, if all of it is known here."""
    fields, missing = schema.get("fields"), schema.get("missingValues", [""])
    if not isinstance(fields, list) or not fields or not are_texts(missing):
        raise _NotPlainError
    for given in fields:
        constraints, kind = given.get("constraints", {}), given.get("type")
        known = (
            set(given) <= (_PROPERTIES | _OF_TRUTH if kind == "boolean" else _PROPERTIES)
            and all(are_texts(given[name]) for name in _OF_TRUTH.intersection(given))
            and isinstance(given.get("name"), str)
            and kind in _PLAIN
            and isinstance(constraints, dict)
            and set(constraints) <= _CONSTRAINTS
            and _are_plain(constraints, kind)
        )
        if not known:
            raise _NotPlainError
    if len({given["name"] for given in fields}) < len(fields):
        raise _NotPlainError
    return fields


def are_texts(given: object) -> bool:
    """Return whether a part of a description is a list of texts."""
    return isinstance(given, list) and all(isinstance(text, str) for text in given)


def _are_plain(constraints: Mapping[str, Any], kind: str) -> bool:
    """Return whether constraints are of the types that belong to the type of the field."""
    ends = [constraints[name] for name in ("minimum", "maximum") if name in constraints]
    numeric = kind in ("integer", "number")
    return (
        all(type(end) in (int, float) and math.isfinite(end) for end in ends)
        and (numeric or not ends)
        and ("enum" not in constraints or (kind == "string" and are_texts(constraints["enum"])))
        and ("pattern" not in constraints or isinstance(constraints["pattern"], str))
        and isinstance(constraints.get("required", False), bool)
    )


def _read(
    path: Path,
    fields: Sequence[Mapping[str, Any]],
    schema: Mapping[str, Any],
    encoding: str,
    delimiter: str,
) -> PlainFile:
    if not is_regular(path):
        raise _NotPlainError
    text = path.read_bytes().decode(encoding)
    names = [given["name"] for given in fields]
    header = text.partition("\n")[0]
    if "\0" in text or next(csv.reader([header], delimiter=delimiter), None) != names:
        raise _NotPlainError
    records: list[list[str]] | None = None
    cells = (
        parse_regular(text.partition("\n")[2], names, delimiter) if len(delimiter) == 1 else None
    )
    if cells is None:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[1:]
        whole = [row for row, record in enumerate(records) if len(record) == len(names)]
        filled = [row for row in whole if any(map(str.strip, records[row]))]
        cells = _table([records[row] for row in filled], names)
        rows = np.array(filled, dtype=np.int64)
        blanks = [""] * len(names)
        others = [
            [*record, *blanks][: len(names)] for record in records if len(record) != len(names)
        ]
    else:
        others = []
        rows = np.arange(len(cells), dtype=np.int64)
    count = len(cells) if records is None else len(records)
    doubtful = np.ones(count, dtype=bool)
    doubtful[rows] = False
    missing = frozenset(schema.get("missingValues", [""]))
    kinds = {given["name"]: given["type"] for given in fields}
    unlike = _table(others, names)
    return PlainFile(records, cells, unlike, rows, count, doubtful, missing, kinds)


def _table(records: Sequence[Sequence[str]], names: Sequence[str]) -> pd.DataFrame:
    if not records:  # as those of most files that lack cells
        return pd.DataFrame(columns=list(names), index=pd.RangeIndex(0), dtype=object)
    columns = zip(*records, strict=True)
    return pd.DataFrame(
        {name: pd.Series(cells, dtype=object) for name, cells in zip(names, columns, strict=True)}
    )


def _doubtful_cells(
    column: pd.Series, given: Mapping[str, Any], missing: frozenset[str]
) -> NDArray[np.bool_]:
    """Return the cells of a column that are not plainly valid."""
    places, distinct = distinct_texts(column.tolist())
    constraints, plain = given.get("constraints", {}), _PLAIN[given["type"]]
    if given["type"] == "boolean":
        plain = {
            *given.get("trueValues", ["true"]),
            *given.get("falseValues", ["false"]),
        }.__contains__
    doubts = [
        constraints.get("required", False) if text in missing else not plain(text)
        for text in distinct
    ]
    known = [at for at, text in enumerate(distinct) if text not in missing and not doubts[at]]
    if given["type"] in ("integer", "number"):
        low = constraints.get("minimum", -_EXACT)
        high = constraints.get("maximum", _EXACT)
        for at in known:
            value = float(distinct[at])
            doubts[at] = not (abs(value) < _EXACT and low <= value <= high)
    if "enum" in constraints:
        permitted = set(constraints["enum"])
        for at in known:
            doubts[at] = distinct[at] not in permitted
    if "pattern" in constraints:
        fits = matches(constraints["pattern"], [distinct[at] for at in known])
        for at, fit in zip(known, fits, strict=True):
            doubts[at] = doubts[at] or not fit
    return np.array(doubts, dtype=bool)[places]


def _doubt_keys(file: PlainFile, schema: Mapping[str, Any]) -> None:
    """Doubt rows whose key is that of others, or has no value."""
    key = schema.get("primaryKey", [])
    names = [key] if isinstance(key, str) else key
    if not are_texts(names) or not file.can_compare(names):
        raise _NotPlainError
    if names and len(file.cells):
        keys, others = file.keys(names), file.keys(names, of_others=True)
        file.doubt((keys.duplicated(keep=False) | keys.isin(set(others))).to_numpy())
        for name in names:
            file.doubt(file.cells[name].isin(file.missing).to_numpy())
