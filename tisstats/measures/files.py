"""Files of visits: any format of `tisstats.tables`, with the measures as numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tisstats.errors import DataError, Fault
from tisstats.measures.core_set import CoreSet
from tisstats.measures.ranges import MEASURE_COLUMNS_OF
from tisstats.measures.scoring_units import ScoringUnits, enzymes_of
from tisstats.tables import (
    EMPTY,
    Converted,
    RawTable,
    ReadOptions,
    TableBatches,
    TableSource,
    TrialMapping,
    file_format,
    map_table,
    match_columns,
    numbers,
    read_table,
    text_values,
    unit_of,
)
from tisstats.tables.cells import is_text
from tisstats.tables.decimals import (
    COMMAS,
    DecimalMarks,
    needs_mark,
    numbers_as_text,
    with_decimal_points,
)
from tisstats.tables.formats import TEXT_FORMATS
from tisstats.tables.mapped_batches import MappedBatches, is_row_by_row
from tisstats.tables.reading import check_sheet


@dataclass(frozen=True, slots=True, eq=False)
class VisitFile:
    """A table of visits as read from a file, or a batch of one."""

    table: pd.DataFrame  #: the visits; measures as numbers, other columns unchanged
    source: TableSource  #: the file, and the place of each cell
    remarks: tuple[str, ...] = ()  #: notes on how the file was read, if not as plain CSV


def read_visits(
    path: Path,
    numeric: Collection[str] = (),
    options: ReadOptions | None = None,
    mapping: TrialMapping | None = None,
    units: ScoringUnits | None = None,
    core_set: CoreSet = "imacs",
) -> VisitFile:
    """Read a table of visits into memory; `VisitBatches` reads it batch by batch.

    Names of columns are compared without letter case, blanks and kind of separator. Numbers may
    have decimal commas, where the mark is declared or evident from the numbers of the file, see
    `tisstats.tables.decimals`. Identifiers are text and keep their leading zeros. A cell that is
    empty, or contains one of `EMPTY` in a column of numbers, is a missing value; so is a declared
    code in any column.

    Parameters
    ----------
    path : pathlib.Path
        The file, in a format of `tisstats.tables`.
    numeric : collection of str
        Further columns to read as numbers, such as upper limits of normal.
    options : ReadOptions, optional
        What is declared about the file.
    mapping : TrialMapping, optional
        How the file's columns and values become those of visits.
    units : ScoringUnits, optional
        The units to convert to, where the mapping gives those of the file.
    core_set : {"imacs", "printo"}
        Core set whose measures are read as numbers.

    Raises
    ------
    DataError
        If the file is missing, empty or not a table, does not fit the mapping, or contains an
        ambiguous number or several units in a column.
    FormatError
        If the format or the encoding is unknown.
    ModuleNotFoundError
        If the library of the format is not installed.
    """
    given = units or ScoringUnits(core_set=core_set)
    file = TableBatches(path, options or ReadOptions())
    scoring_units = replace(given, core_set=core_set)
    visits = VisitBatches(file, tuple(numeric), mapping, scoring_units, whole=True)
    batches = list(visits.survey())
    visits.units_seen.raise_faults()
    source = batches[0].source
    if len(batches) > 1:
        lines = np.concatenate([each.source.lines for each in batches])
        source = replace(source, lines=lines, cells=None)
    tables = [visits.typed(batch.table) for batch in batches]
    table = tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True)
    texts = [name for name in table if table[name].dtype == object and is_text(table[name])]
    return VisitFile(table.astype(dict.fromkeys(texts, "str")), source, visits.remarks)


class MixedUnits:
    """The units in cells that are not plain numbers, looked for batch by batch.

    Examples
    --------
    >>> units = MixedUnits()
    >>> for cell in ("170 U/L", "3.3 µkat/L"):
    ...     units.look(RawTable(pd.DataFrame({"ck": [cell]}, dtype=object), TableSource()), "ck")
    >>> try:
    ...     units.raise_faults()
    ... except DataError as error:
    ...     print(str(error)[:62])
    visits, row 2, column ck, value '3.3 µkat/L': has another unit
    """

    def __init__(self) -> None:
        self._first: dict[str, tuple[int, str]] = {}
        self._faults: dict[str, Fault] = {}

    def look(self, raw: RawTable, column: str) -> None:
        """Note the units of a column, and its first cell with another one."""
        if raw.cells[column].dtype.kind != "O" or column in self._faults:
            return
        for row, cell in enumerate(raw.cells[column]):
            unit = unit_of(cell)
            if unit is None:
                continue
            line, known = self._first.setdefault(column, (raw.source.line(row, column), unit))
            if unit != known:
                before = f"row {line} has {known}"
                message = f"has another unit ({before}); write numbers only, all in one unit"
                self._faults[column] = raw.source.fault(message, row, column, cell)
                return

    def raise_faults(self) -> None:
        """Raise DataError if the cells of a column have several units."""
        if self._faults:
            raise DataError(list(self._faults.values()))


class VisitBatches:
    """The visits of a file, read batch by batch; see `read_visits`.

    Parameters
    ----------
    file : TableBatches
        The file. The rows of a workbook are one batch, and so are those of a table with a mapping
        unless it is text and each of its rows is mapped by itself.
    numeric, mapping, units
        As for `read_visits`.
    whole : bool
        Whether the rows are one batch wherever there is a mapping.
    """

    def __init__(
        self,
        file: TableBatches,
        numeric: Collection[str],
        mapping: TrialMapping | None,
        units: ScoringUnits,
        *,
        whole: bool = False,
    ) -> None:
        self.file = file
        self._mapped: MappedBatches | None = None
        is_text = file_format(file.path) in TEXT_FORMATS
        if mapping is not None and is_text and not whole and is_row_by_row(mapping, "visits"):
            sheet = mapping.table("visits").sheet
            check_sheet(replace(file.options, sheet=sheet), file_format(file.path), file.name)
            self._mapped = MappedBatches(file, mapping, "visits")
        self._mapping, self._units = mapping, units
        self._measures = MEASURE_COLUMNS_OF[units.core_set]
        #: columns that are read as numbers
        self.numeric = {"week", *self._measures, *enzymes_of(units.core_set), *numeric}
        self._whole: RawTable | None = None  # where the rows are one batch
        self._marks = DecimalMarks(file.options.decimal)
        self._dtypes: dict[str, set[str]] = {}  # of the columns of numbers, in all batches
        self.units_seen = MixedUnits()  #: units of cells that are not numbers
        self._unknown_units: dict[str, str] = {}  # by column, a remark on the first of them

    @property
    def remarks(self) -> tuple[str, ...]:
        """Notes on how the file was read, once it has been read to its end."""
        batches = self._mapped or self.file
        read = batches.remarks if self._whole is None else self._whole.remarks
        commas = (COMMAS,) if self._marks.mark == "," else ()
        return (*read, *commas, *self._unknown_units.values())

    @property
    def mapped_units(self) -> Mapping[str, str]:
        """The units of the file that the mapping names, by our names of columns."""
        return {} if self._mapping is None else self._mapping.table("visits").units

    @property
    def has_rows_of_measures(self) -> bool:
        """Whether each measure of a visit has a row in the file."""
        return self._mapping is not None and self._mapping.table("visits").long is not None

    @property
    def state(self) -> dict[str, object]:
        """What `survey` has found, for another process."""
        return {
            "mark": self._marks.mark,
            "dtypes": {name: sorted(found) for name, found in self._dtypes.items()},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `survey` has found in another process."""
        self._marks.declared = state["mark"]
        self._dtypes = {name: set(found) for name, found in state["dtypes"].items()}

    @property
    def are_kept(self) -> bool:
        """Whether all rows are one batch that is read once, and kept in memory."""
        return self._mapping is None and self.file.kept is not None

    def estimated_rows(self) -> int:
        """Return about how many rows there are, once some have been read."""
        return (self._mapped or self.file).estimated_rows()

    def kept_types(self) -> dict[str, Any]:
        """Return the Arrow types of the columns of a Parquet file that stay as they are."""
        schema = self.file.arrow_schema()
        if schema is None or self._mapping is not None:
            return {}
        types = dict(zip(schema.names, schema.types, strict=True))
        if "patient_id" in types and not _keeps_type(types["patient_id"]):
            del types["patient_id"]  # read as text
        return {name: kind for name, kind in types.items() if name not in self.numeric}

    def raw(self) -> Iterator[RawTable]:
        """Yield the batches as they stand in the file, under our names of columns."""
        names = ("patient_id", *sorted(self.numeric))
        for raw in self._batches():
            yield match_columns(raw, names)

    def _batches(self) -> Iterator[RawTable]:
        if self._mapped is not None:
            yield from self._mapped
            return
        if self._mapping is None and file_format(self.file.path) != ".xlsx":
            yield from self.file
            return
        if self._whole is None:
            options = self.file.options
            if self._mapping is not None and options.sheet is None:
                options = replace(options, sheet=self._mapping.table("visits").sheet)
            self._whole = read_table(self.file.path, options)
            if self._mapping is not None:
                self._whole = map_table(self._whole, self._mapping, "visits")
        self.file.rows, self.file.share = len(self._whole), 1
        yield self._whole

    def survey(self) -> Iterator[VisitFile]:
        """Yield the batches for the first time; the types of columns are known after the last.

        Raises
        ------
        DataError
            If a number may be read in two ways, or a unit of the mapping is not one.
        """
        self._find_mark()
        wrong_unit: DataError | None = None
        for raw in self.raw():
            try:
                visits = self._converted(raw)
            except DataError as error:
                wrong_unit = error
                continue
            for name in self.numeric.intersection(visits.table.columns):
                self._dtypes.setdefault(name, set()).add(str(visits.table[name].dtype))
            yield visits
        if self._mapped is not None:
            self._mapped.raise_faults()
        if wrong_unit is not None:
            self.units_seen.raise_faults()
            raise wrong_unit

    def check_mapping(self) -> None:
        """Read on for what the mapping does not know, which is reported before other faults.

        Raises
        ------
        DataError
            If a value is not in the mapping.
        """
        if self._mapped is not None:
            for _ in self._mapped:
                pass
            self._mapped.raise_faults()

    def __iter__(self) -> Iterator[VisitFile]:
        """Yield the batches, once their types are known: as parts of one table."""
        for raw in self.raw():
            visits = self._converted(raw)
            yield replace(visits, table=self.typed(visits.table))

    def typed(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a batch with the types of its columns in the whole table."""
        several = [name for name, found in self._dtypes.items() if len(found) > 1]
        changed = [name for name in several if table[name].dtype.kind in "iuf"]
        return table.astype(dict.fromkeys(changed, float)) if changed else table

    def _find_mark(self) -> None:
        """Read the file for its decimal mark, if commas may be one."""
        for raw in self.raw():
            text = numbers_as_text(raw, self.numeric)
            if not needs_mark(raw, text):
                return
            self._marks.count(text, self._measures)
        batches = ((numbers_as_text(raw, self.numeric), raw.source) for raw in self.raw())
        if faults := self._marks.faults(batches, self._measures):
            self.check_mapping()
            raise DataError(faults)

    def _converted(self, raw: RawTable) -> VisitFile:
        """Return a batch with its measures as numbers."""
        if self._marks.mark == ",":
            raw = with_decimal_points(raw, numbers_as_text(raw, self.numeric), ",")
        columns = raw.cells.items()
        present = [name for name, given in columns if name in self.numeric and not _is_typed(given)]
        found = {name: numbers(raw.cells[name], empty=EMPTY) for name in present}
        for name in present:
            if found[name].bad.any():
                self.units_seen.look(raw, name)
        measured = [name for name in raw.cells.columns if name in self.numeric]
        if faults := self._units.contradictions(raw, measured):
            raise DataError(faults)
        self._unknown_units = self._units.unknown(raw, measured) | self._unknown_units
        converted = {name: _numbers(raw.cells[name], found[name]) for name in present}
        rescaled: dict[str, pd.Series] = {}
        if self._mapping is not None:
            rescaled = _in_units_of_scoring(raw, converted, self._units, self._mapping)
        others = [name for name in raw.cells.columns if name not in self.numeric]
        converted |= rescaled
        converted |= {name: raw.cells[name] for name in others}
        if "patient_id" in others:
            converted["patient_id"] = self._identifiers(raw.cells["patient_id"])
        source = raw.source if raw.source.cells is not None else raw.verbatim()
        source = source.converting({name: raw.units[name] for name in rescaled})
        return VisitFile(raw.cells.assign(**converted), source)

    def _identifiers(self, given: pd.Series) -> pd.Series:
        """Return identifiers as text, if the file does not have them so already, or as numbers."""
        if given.dtype.kind not in {"f", "O"} or isinstance(given.dtype, pd.StringDtype):
            return given
        # Before version 3 pandas makes objects of the text in a Parquet file.
        in_parquet = file_format(self.file.path) == ".parquet"
        if in_parquet and pd.api.types.infer_dtype(given, skipna=True) == "string":
            return given
        return text_values(given).values


def _is_typed(given: pd.Series) -> bool:
    """Test whether a column is one of numbers in the file already."""
    return given.dtype.kind in "iufb"


def _numbers(given: pd.Series, found: Converted) -> pd.Series:
    """Return a column of numbers; unchanged, apart from empty cells, if one of them is none."""
    if not found.bad.any():
        return found.values
    # The check of visits reports the cells at fault, with the range of the measure.
    return given.map(lambda cell: "" if isinstance(cell, str) and cell.strip() in EMPTY else cell)


def _keeps_type(kind: Any) -> bool:
    """Test whether an identifier of this Arrow type is not read as text, or is text there too."""
    from pyarrow import types

    kinds = (types.is_string, types.is_large_string, types.is_string_view, types.is_dictionary)
    others = (types.is_integer, types.is_boolean, types.is_timestamp, types.is_duration)
    return any(is_of(kind) for is_of in kinds + others)


def _in_units_of_scoring(
    raw: RawTable, converted: Mapping[str, pd.Series], units: ScoringUnits, mapping: TrialMapping
) -> dict[str, pd.Series]:
    """Return the columns whose unit the mapping gives, in the unit of scoring."""
    changed, faults = {}, []
    for name, unit in raw.units.items():
        try:
            factor, divisor = units.factor(name, unit)
        except ValueError as error:
            faults.append(Fault(mapping.path, f"visits.units.{name}: {error}", value=unit))
            continue
        if name in converted and factor != divisor:
            changed[name] = _scaled(converted[name], factor, divisor)
    if faults:
        raise DataError(faults)
    return changed


def _scaled(given: pd.Series, factor: float, divisor: float) -> pd.Series:
    found = numbers(given)
    scaled = found.values * factor / divisor
    return scaled.astype(object).where(~found.bad, given) if found.bad.any() else scaled
