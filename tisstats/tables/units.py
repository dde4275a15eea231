"""Units that a table states for its numbers, in columns of units."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tisstats.errors import Fault
from tisstats.tables.cells import as_text
from tisstats.tables.raw import RawTable, normalise_name


def stated_units(raw: RawTable, columns: Collection[str]) -> Iterator[tuple[str, Fault]]:
    """Yield each unit that a table states for one of the columns, with the first cell that does.

    A table with a row for each measure states them beside the numbers; others in a column that is
    called like that of the numbers, such as ``ck_unit``.

    Parameters
    ----------
    raw
        The table, under our names of columns.
    columns
        Our names of the columns of numbers.

    Yields
    ------
    tuple of str and Fault
        The column of numbers, and the place of the cell, with its value and without a message.

    Examples
    --------
    >>> import pandas as pd
    >>> from tisstats.tables.raw import TableSource
    >>> cells = pd.DataFrame({"ck": ["3", "5"], "CK unit": ["", "U/L"]}, dtype=object)
    >>> for column, place in stated_units(RawTable(cells, TableSource("a.csv")), ["ck"]):
    ...     print(column, place.row, place.column, place.value)
    ck 3 CK unit U/L
    """
    for column, place in raw.stated_units.items():
        if column in columns:
            yield column, place
    owners = {f"{column}_{word}": column for column in columns for word in ("unit", "units")}
    for name in map(str, raw.cells.columns):
        owner = owners.get(normalise_name(name))
        if owner is None:
            continue
        first: dict[str, int] = {}
        for row, cell in enumerate(raw.cells[name]):
            first.setdefault(as_text(cell).strip(), row)
        for unit, row in first.items():
            if unit:
                yield owner, raw.source.fault("", row, name, unit)
