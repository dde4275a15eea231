"""Columns of upper limits that contradict the limit that is given as a number."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tisstats.measures.enzymes import EnzymeUnit, UpperLimit
from tisstats.tables.cells import EMPTY, as_text, numbers
from tisstats.tables.mapping import OF_LIMITS
from tisstats.tables.raw import TableSource, normalise_name


class UnusedLimits:
    """Looks batch by batch for columns such as ``ck_uln`` beside a number given for the enzyme.

    Parameters
    ----------
    unit : {"U/L", "microkat/L"}
        The unit of the numbers.

    Examples
    --------
    >>> unused = UnusedLimits("U/L")
    >>> table = pd.DataFrame({"ck": [900, 900], "CK ULN": ["200.0", "400"]})
    >>> unused.look(table, TableSource("a.csv"), {"ck": 200.0})
    >>> unused.remarks
    ["row 3, column CK ULN: is '400' and not used: the upper limit given for ck is 200 U/L"]
    """

    def __init__(self, unit: EnzymeUnit) -> None:
        self._unit = unit
        self._remarks: dict[str, str] = {}  # by enzyme

    def look(
        self, table: pd.DataFrame, source: TableSource, limits: Mapping[str, UpperLimit]
    ) -> None:
        """Note the first cell of each such column that has another value.

        Parameters
        ----------
        table : pandas.DataFrame
            Some of the rows, shape (n, columns).
        source : TableSource
            File and lines of the rows.
        limits : mapping of str to float or str
            By enzyme, the upper limit: a number, or the name of its column.
        """
        names = {normalise_name(str(name)): name for name in table.columns}
        for enzyme, limit in limits.items():
            column = names.get(f"{enzyme}{OF_LIMITS}")
            if column is None or isinstance(limit, str) or enzyme in self._remarks:
                continue
            cells = table[column]
            # 200,0 is 200 in a file with decimal commas; with separators of thousands it is not.
            found = numbers(cells.map(_with_point), empty=EMPTY)
            values = found.values.to_numpy(dtype=float, na_value=np.nan)
            other = found.bad | (~np.isclose(values, limit, rtol=1e-9) & ~np.isnan(values))
            if other.any():
                row = int(np.argmax(other))
                line, name = source.line(row, column), source.name(row, column)
                self._remarks[enzyme] = (
                    f"row {line}, column {name}: is {as_text(cells.iloc[row])!r} and not used: "
                    f"the upper limit given for {enzyme} is {limit:g} {self._unit}"
                )

    @property
    def remarks(self) -> list[str]:
        """A sentence for each enzyme whose column is not used and has other values."""
        return list(self._remarks.values())


def _with_point(cell: object) -> object:
    return cell.replace(",", ".") if isinstance(cell, str) else cell
