"""A table as it stands in a file, with the place of every cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from tisstats.errors import DataError, Fault
from tisstats.normal_forms import normal_form
from tisstats.sentences import first_few
from tisstats.tables.cells import as_text

#: Most columns of a table, as of a sheet of a workbook. Every column costs time, empty or not.
MOST_COLUMNS = 16_384

#: Most names of columns that a message lists.
_NAMES_SHOWN = 100

#: Maximum number of faults of one kind reported for a column.
FAULTS_PER_COLUMN = 20

#: What separates the words of a name; R writes a point for a blank. Other signs are part of it.
_SEPARATORS = re.compile(r"[\s_.\-]+")


#: A run of blanks with a line break in it. A search from within a run would take quadratic time.
_LINE_BREAKS = re.compile(r"(?<!\s)[^\S\r\n]*+[\r\n]\s*")


@dataclass(frozen=True, slots=True, eq=False)
class ColumnOrigin:
    """Where the cells of a column stand in the file, if not under its name and in its own row."""

    names: str | NDArray[np.object_]  #: name of the column in the file, or that of each row's cell
    lines: NDArray[np.int64] | None = None  #: line of each cell; None: that of its row

    def take(self, rows: NDArray[np.int64]) -> ColumnOrigin:
        """Return the origin of some of the rows."""
        return ColumnOrigin(
            self.names if isinstance(self.names, str) else self.names[rows],
            None if self.lines is None else self.lines[rows],
        )


@dataclass(frozen=True, slots=True, eq=False)
class TableSource:
    """The file and lines of a table, for error messages.

    Examples
    --------
    >>> table_source = TableSource("trial.csv", np.array([2, 5]))
    >>> table_source.file, table_source.lines.tolist()
    ('trial.csv', [2, 5])
    """

    file: str = "visits"  #: the file, as named by the user
    lines: NDArray[np.int64] | None = None  #: line of each row; None: header 1, first row 2
    #: origin of the columns that have other names or places in the file
    origins: Mapping[str, ColumnOrigin] = field(default_factory=dict)
    cells: pd.DataFrame | None = None  #: the cells as they stand in the file, for messages
    #: by column, the unit from which a mapping converts its numbers
    converted_from: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None  #: the sheet, of a workbook that has several

    @property
    def shown(self) -> str:
        """The file, and the sheet of a workbook that has several, for messages."""
        return self.file if self.sheet is None else f"{self.file}, sheet {self.sheet!r}"

    def line(self, row: int, column: str | None = None) -> int:
        """Return the line of the file in which a row, or one of its cells, stands."""
        origin = None if column is None else self.origins.get(column)
        if origin is not None and origin.lines is not None:
            return int(origin.lines[row])
        return int(row) + 2 if self.lines is None else int(self.lines[row])

    def name(self, row: int, column: str) -> str:
        """Return the name that the column of a cell has in the file."""
        origin = self.origins.get(column)
        if origin is None:
            return column
        return origin.names if isinstance(origin.names, str) else str(origin.names[row])

    def column_name(self, column: str) -> str:
        """Return the name that a column has in the file, if it is one column there."""
        origin = self.origins.get(column)
        return origin.names if origin is not None and isinstance(origin.names, str) else column

    def all_names(self, column: str) -> str:
        """Return what a column is called in the file; of several names all that its cells have.

        Examples
        --------
        >>> ends = ColumnOrigin(np.array(["EOSSTT", "DCSREAS", "EOSSTT"], dtype=object))
        >>> TableSource(origins={"end_reason": ends}).all_names("end_reason")
        'EOSSTT or DCSREAS'
        """
        origin = self.origins.get(column)
        if origin is None or isinstance(origin.names, str):
            return self.column_name(column)
        return " or ".join(map(str, dict.fromkeys(origin.names)))

    def converting(self, units: Mapping[str, str]) -> TableSource:
        """Return the source of a table with columns converted from these units."""
        return replace(self, converted_from={**self.converted_from, **units})

    def once_converted(self, column: str) -> str:
        """Return what a message on the range of a column adds where a mapping converts it.

        Examples
        --------
        >>> TableSource().converting({"physician_global": "mm"}).once_converted("physician_global")
        ', once converted from mm, as the mapping says'
        """
        unit = self.converted_from.get(column)
        return f", once converted from {unit}, as the mapping says" if unit else ""

    def fault(self, message: str, row: int, column: str, value: object = None) -> Fault:
        """Return a fault of one cell; its value as it stands in the file, where that is known."""
        if self.cells is not None and column in self.cells.columns:
            value = self.cells[column].iloc[row]
        name = self.name(row, column)
        return Fault(self.shown, message, self.line(row, column), name, as_text(value))

    def faults(
        self, bad: ArrayLike, column: str, message: str, values: pd.Series | None = None
    ) -> list[Fault]:
        """Return a fault for every row of `bad`, up to `FAULTS_PER_COLUMN`.

        Parameters
        ----------
        bad : array_like of bool, shape (n,)
            The rows at fault.
        column : str
            The column.
        message : str
            What is allowed.
        values : pandas.Series, optional
            The cells as converted, shown where the file's own are not known.
        """
        rows = np.flatnonzero(np.asarray(bad, dtype=bool))
        found = [
            self.fault(message, int(row), column, None if values is None else values.iloc[row])
            for row in rows[:FAULTS_PER_COLUMN]
        ]
        if (more := len(rows) - FAULTS_PER_COLUMN) > 0:
            name = self.column_name(column)
            found.append(Fault(self.shown, f"and {more} more: {message}", None, name))
        return found

    def take(self, rows: NDArray[np.int64]) -> TableSource:
        """Return the source of some of the rows, in the order given."""
        lines = rows + 2 if self.lines is None else self.lines[rows]
        origins = {name: origin.take(rows) for name, origin in self.origins.items()}
        cells = None if self.cells is None else self.cells.iloc[rows].reset_index(drop=True)
        return replace(self, lines=lines, origins=origins, cells=cells)


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """A table as read: no cell is interpreted yet.

    Cells of CSV are text; those of spreadsheets and Parquet have the types of the file. A missing
    cell of a spreadsheet or of Parquet is None or nan, of CSV an empty text.
    """

    cells: pd.DataFrame  #: one row per record; columns of CSV are of dtype object
    source: TableSource  #: the file, and the place of each row
    remarks: tuple[str, ...] = ()  #: notes on how the file was read, if not as plain CSV
    decimal: str | None = None  #: the declared decimal mark of text, "." or ","; None: detect it
    marks_decide: bool = True  #: False if the format fixes the point, as comma-separated text does
    units: Mapping[str, str] = field(default_factory=dict)  #: declared unit of a column's numbers
    #: by column, the first cells that state the unit of its numbers, each of another column, as
    #: faults whose message is what a refusal is to add
    stated_units: Mapping[str, tuple[Fault, ...]] = field(default_factory=dict)
    #: codes that stand for a missing value, as declared
    missing_codes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # Rows are matched by place; the index of a sorted or filtered frame has other numbers.
        if not self.cells.index.equals(pd.RangeIndex(len(self.cells))):
            object.__setattr__(self, "cells", self.cells.reset_index(drop=True))

    def __len__(self) -> int:
        return len(self.cells)

    def rename(self, names: Mapping[str, str]) -> RawTable:
        """Return the table with other names of columns, which it remembers for messages."""
        changed = {old: new for old, new in names.items() if old != new}
        if not changed:
            return self
        cells = self.cells.rename(columns=changed)
        origins = {changed.get(name, name): at for name, at in self.source.origins.items()}
        for old, new in changed.items():
            origins.setdefault(new, ColumnOrigin(old))
        units = {changed.get(name, name): unit for name, unit in self.units.items()}
        shown = self.source.cells
        shown = None if shown is None else shown.rename(columns=changed)
        source = replace(self.source, origins=origins, cells=shown)
        return replace(self, cells=cells, source=source, units=units)

    def take(self, rows: NDArray[np.int64]) -> RawTable:
        """Return some of the rows, in the order given."""
        cells = self.cells.iloc[rows].reset_index(drop=True)
        return replace(self, cells=cells, source=self.source.take(rows))

    @property
    def has(self) -> str:
        """Which columns there are, for messages: the first of them, by their names in the file."""
        names = dict.fromkeys(self.source.column_name(str(name)) for name in self.cells.columns)
        return f"the table has {first_few(list(names), _NAMES_SHOWN)}"

    def verbatim(self) -> TableSource:
        """Return the source with cells for messages: those of the file, or else of this table."""
        shown = self.cells
        if (given := self.source.cells) is not None:
            shown = shown.assign(**{name: given[name] for name in shown.columns if name in given})
        return replace(self.source, cells=shown)


def normalise_name(name: str) -> str:
    """Return a column's name in the form by which names are compared.

    Letter case, surrounding blanks and the kind of separator do not matter.

    Examples
    --------
    >>> [normalise_name(name) for name in (" Patient ID", "patient-id", "PATIENT_ID")]
    ['patient_id', 'patient_id', 'patient_id']
    """
    plain = normal_form("NFKC", name).strip().lower()
    return _SEPARATORS.sub("_", plain).strip("_")


def name_on_one_line(name: str) -> str:
    r"""Return the name of a column with a blank for each line break in it, and none around it.

    >>> name_on_one_line("creatine kinase\n(U/L) ")
    'creatine kinase (U/L)'
    """
    return _LINE_BREAKS.sub(" ", name.strip())


def check_width(columns: int, file: str) -> list[Fault]:
    """Return a fault if a table has more than `MOST_COLUMNS` columns, named or not."""
    if columns <= MOST_COLUMNS:
        return []
    message = f"has {columns} columns; a table has {MOST_COLUMNS} at most"
    return [Fault(file, message, 1)]


def check_header(names: Iterable[Any], file: str) -> list[Fault]:
    """Return a fault for every column without a name, or with that of an earlier one.

    Names are compared as `normalise_name` gives them.

    Examples
    --------
    >>> for fault in check_header(["week", "Week "], "visits.csv"):
    ...     print(fault)
    visits.csv, row 1, column Week: the header must have unique column names; another is 'week'
    """
    stripped = [str(given).strip() for given in names]
    if wide := check_width(len(stripped), file):
        return wide
    faults = []
    seen: dict[str, str] = {}
    for place, name in enumerate(stripped, start=1):
        if not name:
            message = f"column {place} has no name; name it, or remove it if it is empty"
            faults.append(Fault(file, message, 1))
            continue
        key = normalise_name(name) or name  # a name of signs alone, such as "%", stands for itself
        if key in seen:
            other = "" if name == seen[key] else f"; another is {seen[key]!r}"
            message = f"the header must have unique column names{other}"
            faults.append(Fault(file, message, 1, name))
        seen.setdefault(key, name)
    return faults


def named_columns(
    header: Sequence[str], columns: Sequence[Sequence[Any]], file: str
) -> list[tuple[str, Sequence[Any]]]:
    """Return each column with its name; those without a name and without cells are left out.

    Raises
    ------
    DataError
        If columns have cells and no name: one fault, since a title above the header is one.

    Examples
    --------
    >>> named_columns(["week", ""], [["0", "4"], ["", " "]], "visits.csv")
    [('week', ['0', '4'])]
    """
    kept, nameless = [], []
    for place, (name, cells) in enumerate(zip(header, columns, strict=True), start=1):
        if name:
            kept.append((name, cells))
        elif any(as_text(cell).strip() for cell in cells):
            nameless.append(place)
    check_nameless(nameless, file)
    return kept


def check_nameless(places: Sequence[int], file: str) -> None:
    """Raise DataError if columns at these places have cells and no name.

    Examples
    --------
    >>> check_nameless([], "visits.csv")
    """
    if not places:
        return
    message = f"column {places[0]} has cells and no name; name it or remove it"
    if places[0] == 1:
        message += " (numbers of rows, which R writes: row.names = FALSE)"
    if len(places) > 1:
        message = (
            f"columns {', '.join(map(str, places))} have cells and no name; name them or remove "
            "them, or a title above the names"
        )
    raise DataError([Fault(file, message, 1)])


def match_columns(raw: RawTable, names: Iterable[str]) -> RawTable:
    """Return the table with our names for the columns that match one of them when normalised.

    Other columns keep the names that they have.

    Parameters
    ----------
    raw : RawTable
        The table as read; its header has unique names, also when normalised.
    names : iterable of str
        The names that we use.

    Returns
    -------
    RawTable
        The table, whose source remembers the names of the file.

    Examples
    --------
    >>> raw = RawTable(pd.DataFrame({"Patient ID": ["007"], "Site": ["A"]}), TableSource())
    >>> list(match_columns(raw, ["patient_id", "week"]).cells.columns)
    ['patient_id', 'Site']
    """
    theirs = {normalise_name(str(name)): str(name) for name in raw.cells.columns}
    found = {theirs[key]: name for name in names if (key := normalise_name(name)) in theirs}
    return raw.rename(found)


def find_column(raw: RawTable, name: str) -> str | None:
    """Return the name of a column as the file writes it; None if there is no such column."""
    key = normalise_name(name)
    for column in map(str, raw.cells.columns):
        if normalise_name(column) == key:
            return column
    return None


def require_columns(raw: RawTable, names: Iterable[str]) -> None:
    """Raise DataError if the table lacks one of these columns; names the columns it has."""
    has = set(map(str, raw.cells.columns))
    message = f"there is no such column; {raw.has}"
    lacking = [Fault(raw.source.shown, message, None, name) for name in names if name not in has]
    if lacking:
        raise DataError(lacking)
