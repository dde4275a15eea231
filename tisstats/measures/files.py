"""Files of visits: any format of `tisstats.tables`, with the measures as numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from tisstats.errors import DataError, Fault
from tisstats.measures.core_set import CORE_SETS, ENZYMES, CoreSet
from tisstats.measures.enzymes import ENZYME_UNITS, EnzymeUnit, UpperLimit
from tisstats.measures.ranges import MEASURE_COLUMNS_OF, VAS_MEASURES_OF, VAS_UNITS
from tisstats.tables import (
    EMPTY,
    Converted,
    RawTable,
    ReadOptions,
    TableSource,
    TrialMapping,
    map_table,
    match_columns,
    numbers,
    read_table,
    resolve_decimals,
    text_values,
    unit_of,
)
from tisstats.tables.cells import is_text

#: Millimetres in each unit of visual analogue scales.
_LENGTHS = {"mm": 1, "cm": 10}

#: Other spellings of units.
_SPELLINGS = {"IU/L": "U/L", "µkat/L": "microkat/L", "μkat/L": "microkat/L", "ukat/L": "microkat/L"}


@dataclass(frozen=True, slots=True, eq=False)
class VisitFile:
    """A table of visits as read from a file."""

    table: pd.DataFrame  #: the visits; measures as numbers, other columns unchanged
    source: TableSource  #: the file, and the place of each cell
    remarks: tuple[str, ...]  #: notes on how the file was read, if not as plain CSV


@dataclass(frozen=True, slots=True)
class ScoringUnits:
    """The units that measures are converted to, where a mapping gives those of the file."""

    enzyme_unit: EnzymeUnit = "U/L"  #: unit of the enzymes
    vas_max: float = 10  #: length of the visual analogue scales: 10 (cm) or 100 (mm)
    #: upper limits by enzyme: a column that holds one has the dimension of its enzyme
    uln: Mapping[str, UpperLimit] | None = None
    core_set: CoreSet = "imacs"  #: core set whose measures have these units

    def factor(self, column: str, unit: str) -> tuple[float, float]:
        """Return what to multiply and what to divide a column by, of two exact whole numbers.

        Raises
        ------
        ValueError
            If the column has no unit, or not this one.

        Examples
        --------
        >>> ScoringUnits().factor("physician_global", "mm"), ScoringUnits().factor("ck", "µkat/L")
        ((1, 10), (60, 1))
        """
        named = _SPELLINGS.get(unit, unit)
        limits = [limit for limit in (self.uln or {}).values() if isinstance(limit, str)]
        scales, known = VAS_MEASURES_OF[self.core_set], enzymes_of(self.core_set)
        units: Mapping[str, int]
        target: str
        if column in scales:
            units, target = _LENGTHS, VAS_UNITS[int(self.vas_max)]
        elif column in known or column in limits:
            units = {str(name): size for name, size in ENZYME_UNITS.items()}
            target = self.enzyme_unit
        else:
            has_unit = ", ".join((*scales, *known))
            limit_columns = " and columns of upper limits" if known else ""
            raise ValueError(f"only {has_unit}{limit_columns} have a unit")
        if named not in units:
            raise ValueError(f"must be one of {', '.join(map(str, units))}")
        return units[named], units[target]


def enzymes_of(core_set: CoreSet) -> tuple[str, ...]:
    """Return the enzymes of a core set.

    >>> enzymes_of("imacs"), enzymes_of("printo")
    (('ck', 'aldolase', 'ldh', 'ast', 'alt'), ())
    """
    return tuple(ENZYMES) if "enzyme" in CORE_SETS[core_set] else ()


def read_visits(
    path: Path,
    numeric: Collection[str] = (),
    options: ReadOptions | None = None,
    mapping: TrialMapping | None = None,
    units: ScoringUnits | None = None,
    core_set: CoreSet = "imacs",
) -> VisitFile:
    """Read a table of visits.

    Names of columns are compared without letter case, blanks and kind of separator. Numbers may
    have decimal commas, where the mark is declared or evident from the numbers of the file, see
    `tisstats.tables.decimals`. Identifiers are text and keep their leading zeros. A cell that is
    empty, or contains one of `EMPTY` in a column of numbers, is a missing value; so is a declared
    code in any column.

    Parameters
    ----------
    path : pathlib.Path
        The file, in a format of `tisstats.tables`; ``-`` is CSV from the standard input.
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
    """
    given = options or ReadOptions()
    if mapping is not None and given.sheet is None:
        given = replace(given, sheet=mapping.table("visits").sheet)
    raw = read_table(path, given)
    if mapping is not None:
        raw = map_table(raw, mapping, "visits")
    measures = MEASURE_COLUMNS_OF[core_set]
    number_columns = {"week", *measures, *enzymes_of(core_set), *numeric}
    raw = match_columns(raw, ("patient_id", *sorted(number_columns)))
    raw = resolve_decimals(raw, number_columns, small=measures)
    present = [name for name in raw.cells.columns if name in number_columns]
    found = {name: numbers(raw.cells[name], empty=EMPTY) for name in present}
    wrong = [name for name in present if found[name].bad.any()]
    if faults := [fault for name in wrong for fault in _mixed_units(raw, name)]:
        raise DataError(faults)
    converted = {name: _numbers(raw.cells[name], found[name]) for name in present}
    if mapping is not None:
        converted |= _in_units_of_scoring(raw, converted, units or ScoringUnits(), mapping)
    others = [name for name in raw.cells.columns if name not in number_columns]
    converted |= {name: _text(raw.cells[name], is_id=name == "patient_id") for name in others}
    source = raw.source if raw.source.cells is not None else raw.verbatim()
    return VisitFile(raw.cells.assign(**converted), source, raw.remarks)


def _numbers(given: pd.Series, found: Converted) -> pd.Series:
    """Return a column of numbers; unchanged, apart from empty cells, if one of them is none."""
    if given.dtype.kind in "iufb":
        return given
    if not found.bad.any():
        return found.values
    # The check of visits reports the cells at fault, with the range of the measure.
    return given.map(lambda cell: "" if isinstance(cell, str) and cell.strip() in EMPTY else cell)


def _text(given: pd.Series, *, is_id: bool) -> pd.Series:
    """Return another column: identifiers as text, other cells as they stand."""
    if is_id and given.dtype.kind in {"f", "O"} and not isinstance(given.dtype, pd.StringDtype):
        given = text_values(given).values
    if given.dtype == object and is_text(given.tolist()):
        return given.astype("str")
    return given


def _mixed_units(raw: RawTable, column: str) -> list[Fault]:
    """Return a fault if the cells of a column have several units."""
    if raw.cells[column].dtype.kind != "O":
        return []
    first: tuple[int, str] | None = None
    for row, cell in enumerate(raw.cells[column]):
        unit = unit_of(cell)
        if unit is None:
            continue
        if first is None:
            first = row, unit
        elif unit != first[1]:
            before = f"row {raw.source.line(first[0], column)} has {first[1]}"
            message = f"has another unit ({before}); write numbers only, all in one unit"
            return [raw.source.fault(message, row, column, cell)]
    return []


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
