"""Units that a table states for its numbers, in columns of units."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import numpy as np

from tisstats.errors import DataError, Fault
from tisstats.tables.cells import as_text, empty_cells
from tisstats.tables.raw import RawTable, normalise_name

#: What columns of units are called, in ADaM and SDTM too: UNIT, AVALU, LBORRESU, LBSTRESU.
_OF_UNITS = re.compile(r"units?$|(orres|stres|aval)u$", re.IGNORECASE)

#: The end of CDISC's names of results and of their upper limits, and that of their units: a result
#: as collected, in standard units (a number or text), and in an analysis data set.
_CDISC_UNITS = (
    (re.compile(r"or(?:res|nrhi)$"), "orresu"),
    (re.compile(r"st(?:res[nc]|nrhi)$"), "stresu"),
    (re.compile(r"(?:avalc?|anrhi)$"), "avalu"),
)

#: What a message on a unit adds where it is not known that the column is the values' own.
_NOT_ITS_OWN = "; if another column has the units of {value}, name it (visits.long.unit)"


def own_units(value: str, columns: Iterable[str], *, plain: bool = True) -> str | None:
    """Return the column that has the units of a column of values; None if none is known to.

    It is known by the names of CDISC, or by a name that begins with that of the values; where
    `plain`, a plain name, ``unit``, goes with values whose name is none of CDISC's.

    Examples
    --------
    >>> own_units("LBSTRESN", ["LBORRESU", "LBSTRESU"]), own_units("Mass", ["UNIT", "mass unit"])
    ('LBSTRESU', 'mass unit')
    >>> own_units("LBSTRESN", ["LBORRESU"]), own_units("VSORRES", ["LBORRESU", "UNIT"])
    (None, None)
    >>> own_units("Result", ["dose_unit", "UNIT"]), own_units("Result", ["UNIT"], plain=False)
    ('UNIT', None)
    """
    names = {normalise_name(column): column for column in columns}
    own = _own_units(value, names)
    if own or not plain or any(end.search(normalise_name(value)) for end, _ in _CDISC_UNITS):
        return own
    return names.get("unit", names.get("units"))


def _own_units(value: str, columns: Mapping[str, str]) -> str | None:
    """Return the column with the units of a column of values, of columns by their plain name."""
    name = normalise_name(value)
    known = [f"{name}{end}" for end in ("_unit", "_units", "unit", "units")]
    known += [end.sub(units, name) for end, units in _CDISC_UNITS if end.search(name)]
    return next((columns[each] for each in known if each in columns), None)


def units_of_measures(
    raw: RawTable, codes: Sequence[str], wanted: Collection[str], value: str, unit: str | None
) -> Mapping[str, tuple[Fault, ...]]:
    """Return the units that a table with a row for each measure states for them.

    The column of units that belongs to the values decides. Where none is known to, or it is empty
    at a measure, every column of units is believed: one that contradicts is better refused than
    passed over.

    Parameters
    ----------
    raw
        The table, n rows.
    codes
        Code of each row's measure, shape (n,).
    wanted
        The codes that are used.
    value
        Column of the values.
    unit
        Column of their units, where the mapping names it.

    Returns
    -------
    mapping of str to tuple of Fault
        By code, the place of the first cell of each column that states a unit, with its value; the
        message is what a refusal is to add, and may be empty.

    Raises
    ------
    tisstats.errors.DataError
        If a column states several units of one measure.
    """
    columns = [name for name in map(str, raw.cells.columns) if _OF_UNITS.search(name)]
    own = unit or own_units(value, columns)
    absent = empty_cells(raw.cells[value])  # without a number, a unit is that of none
    codes = ["" if empty else code for code, empty in zip(codes, absent, strict=True)]
    found, faults = ({}, []) if own is None else _stated(raw, codes, wanted, own)
    stated = {code: (place,) for code, place in found.items()}
    others = [name for name in columns if name != own] if unit is None else []
    more = _NOT_ITS_OWN.format(value=value) if len(columns) > 1 else ""
    left = set(wanted) - set(found)
    for column in others:
        found, mixed = _stated(raw, codes, left, column, more)
        faults += mixed
        for code, place in found.items():
            stated[code] = (*stated.get(code, ()), place)
    if faults:
        raise DataError(faults)
    return stated


def _stated(
    raw: RawTable, codes: Sequence[str], wanted: Collection[str], column: str, more: str = ""
) -> tuple[dict[str, Fault], list[Fault]]:
    """Return the first unit of each measure in a column of units, and the first that differs."""
    first: dict[str, tuple[int, str]] = {}
    mixed: dict[str, Fault] = {}
    for row, (code, cell) in enumerate(zip(codes, raw.cells[column], strict=True)):
        unit = as_text(cell).strip()
        if code not in wanted or not unit:
            continue
        before, known = first.setdefault(code, (row, unit))
        if unit != known and code not in mixed:
            where = f"row {raw.source.line(before)} has {known}"
            message = f"is another unit of {code} ({where}); convert them to one{more}"
            mixed[code] = raw.source.fault(message, row, column, unit)
    found = {code: raw.source.fault(more, row, column, unit) for code, (row, unit) in first.items()}
    return found, list(mixed.values())


def stated_units(raw: RawTable, columns: Collection[str]) -> Iterator[tuple[str, Fault]]:
    """Yield each unit that a table states for numbers of a column, with the first cell that does.

    A table with a row for each measure states them beside the numbers; others in a column that is
    called like that of the numbers, such as ``ck_unit``, in the file or under our names.

    Parameters
    ----------
    raw
        The table, under our names of columns.
    columns
        Our names of the columns of numbers.

    Yields
    ------
    tuple of str and Fault
        The column of numbers, and the place of the cell, with its value; the message is what a
        refusal is to add, and may be empty.

    Examples
    --------
    >>> import pandas as pd
    >>> from tisstats.tables.raw import TableSource
    >>> cells = pd.DataFrame({"ck": ["3", "5"], "CK unit": ["", "U/L"]}, dtype=object)
    >>> for column, place in stated_units(RawTable(cells, TableSource("a.csv")), ["ck"]):
    ...     print(column, place.row, place.column, place.value)
    ck 3 CK unit U/L
    """
    for column, places in raw.stated_units.items():
        if column in columns:
            yield from ((column, place) for place in places)
    names = {normalise_name(str(name)): str(name) for name in raw.cells.columns}
    for owner in columns:
        # Of a column with another name in the file, by that name: CK_SI goes with CK_SI_unit, and
        # not with the CK_unit of another column. Rows of measures have been looked at before.
        origin = raw.source.origins.get(owner)
        theirs = raw.source.column_name(owner) if origin is None or origin.lines is None else owner
        name = _own_units(theirs, names) or _own_units(owner, names)
        if name is None:
            continue
        first: dict[str, int] = {}
        absent = empty_cells(raw.cells[owner]) if owner in raw.cells else np.zeros(len(raw), bool)
        # A form can have a unit where nothing was measured, such as that of another laboratory.
        for row, (cell, empty) in enumerate(zip(raw.cells[name], absent, strict=True)):
            if not empty:
                first.setdefault(as_text(cell).strip(), row)
        for unit, row in first.items():
            if unit:
                yield owner, raw.source.fault("", row, name, unit)
