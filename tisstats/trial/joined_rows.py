"""Rows of one patient that are one visit, such as laboratory values beside the physician's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import Fault
from tisstats.tables.raw import FAULTS_PER_COLUMN, TableSource

#: Visits that lie nearer to each other than this many days are at the same time.
SAME_DAYS = 1e-6

_Which = NDArray[np.bool_]
_Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class JoinedRows:
    """Rows joined by group."""

    kept: _Which  #: the row that stands for its group, shape (n,)
    values: _Numbers  #: of each row those of its group, nan where no row has one, shape (n, m)
    gained: _Which  #: which of these a row has of another one, shape (n, m)
    conflicts: _Which  #: which values of its own differ from those, shape (n, m)
    of_row: NDArray[np.int64]  #: the row of which each value is, -1 without one, shape (n, m)


def join_rows(values: _Numbers, groups: NDArray[np.int64], order: NDArray[np.intp]) -> JoinedRows:
    """Join rows of a group: of each measure the value of the first row that has one.

    Parameters
    ----------
    values
        Values of m measures, nan where one was not measured, shape (n, m).
    groups
        Number of each row's group, from 0, shape (n,).
    order
        The rows in the order in which they are asked, shape (n,); the first stands for its group.

    Examples
    --------
    >>> nan = float("nan")
    >>> values = np.array([[1.0, nan, 5.0], [nan, 2.0, 6.0], [nan, nan, 7.0]])
    >>> found = join_rows(values, np.array([0, 0, 1]), np.array([1, 0, 2]))
    >>> found.values[found.kept].tolist()
    [[1.0, 2.0, 6.0], [nan, nan, 7.0]]
    >>> found.gained[found.kept].tolist(), found.conflicts.any(axis=1).tolist()
    ([[True, False, False], [False, False, False]], [True, False, False])
    """
    known = ~np.isnan(values)
    rows = np.arange(len(values), dtype=float)[:, None]
    at = pd.DataFrame(np.where(known, rows, np.nan)[order])
    first = at.groupby(groups[order]).first()
    of_row = first.loc[groups].fillna(-1).to_numpy(dtype=np.int64)
    joined = np.where(of_row >= 0, np.take_along_axis(values, of_row, axis=0), np.nan)
    kept = np.zeros(len(values), dtype=bool)
    kept[order[~pd.Series(groups[order]).duplicated().to_numpy()]] = True
    # As written in the file, and converted alike.
    conflicts = known & ~np.isclose(values, joined, rtol=1e-9, atol=0)
    return JoinedRows(kept, joined, ~known & (of_row >= 0), conflicts, of_row)


def conflict_faults(
    found: JoinedRows,
    measures: list[str],
    rows: NDArray[np.int64],
    weeks: _Numbers,
    days: _Numbers,
    source: TableSource,
) -> list[Fault]:
    """Return a fault for each value that differs from that of another row of its visit.

    Parameters
    ----------
    found
        The rows, joined.
    measures
        The m columns.
    rows
        Row of the table of each of the n rows.
    weeks
        Scheduled week in whose window each lies, shape (n,); nan of rows at the same time.
    days
        When each was, shape (n,).
    source
        File and lines of the table.
    """
    faults = []
    for place, measure in enumerate(measures):
        at = np.flatnonzero(found.conflicts[:, place])
        for row in at[:FAULTS_PER_COLUMN].tolist():
            first = found.of_row[row, place]
            other = source.fault("", int(rows[first]), measure)
            where = "at the same time"
            if not np.isnan(weeks[row]):
                where = f"in the window of week {weeks[row]:g}"
            message = (
                f"differs from {other.value} in row {other.row}, of the same patient {where}: "
                "keep one of them"
            )
            if abs(days[row] - days[first]) >= SAME_DAYS:  # of visits at one time, none is chosen
                message += ', or choose one of the rows by visits.in_window = "choose"'
            faults.append(source.fault(message, int(rows[row]), measure))
        if (more := len(at) - FAULTS_PER_COLUMN) > 0:
            message = f"and {more} more: differs from another row of the same patient and window"
            faults.append(Fault(source.shown, message, None, source.column_name(measure)))
    return faults
