"""Faults of the rows of a table that is checked batch by batch."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import Fault
from tisstats.tables.raw import FAULTS_PER_COLUMN, RawTable, TableSource

#: The place of a kind of fault among the others: checks in their order, then a number.
Place = tuple[int, float]

#: For kinds of faults that are looked for in every batch.
ALWAYS = -math.inf


@dataclass(slots=True)
class _Kind:
    """The faults of one kind in a column: the first ones, and their number."""

    file: str
    shown_name: str  # of the column, as in the file
    column: str
    message: str
    count: int = 0
    first: dict[int, Fault | None] = field(default_factory=dict)  # by row; None: to be looked up

    def add(self, faults: dict[int, Fault | None], count: int) -> None:
        self.count += count
        merged = sorted((self.first | faults).items(), key=lambda found: found[0])
        self.first = dict(merged[:FAULTS_PER_COLUMN])

    def lines(self) -> list[Fault]:
        listed = [fault for fault in self.first.values() if fault is not None]
        if (more := self.count - FAULTS_PER_COLUMN) > 0:
            message = f"and {more} more: {self.message}"
            listed.append(Fault(self.file, message, None, self.shown_name))
        return listed


class Findings:
    """The faults that checks have found, as if all rows had been checked at once.

    Examples
    --------
    >>> findings, week = Findings(), pd.Series(["x", "4", "y"])
    >>> for first in (0, 3):
    ...     source = TableSource("visits.csv", np.arange(3) + 2 + first)
    ...     findings.add((0, ALWAYS), source, week == "y", "week", "must be a number", week, first)
    >>> for fault in findings.faults():
    ...     print(fault)
    visits.csv, row 4, column week, value 'y': must be a number
    visits.csv, row 7, column week, value 'y': must be a number
    """

    def __init__(self) -> None:
        self._kinds: dict[tuple[Place, str, str], _Kind] = {}

    def add(
        self,
        place: Place,
        source: TableSource,
        bad: NDArray[np.bool_] | pd.Series,
        column: str,
        message: str,
        values: pd.Series,
        first_row: int,
    ) -> None:
        """Add the faults of a batch that begins with a row of the file.

        Parameters
        ----------
        place : (int, float)
            Where faults of this kind stand among others.
        source : TableSource
            File and lines of the batch.
        bad : array of bool, shape (n,)
            The rows of the batch at fault.
        column, message, values
            As for `TableSource.faults`.
        first_row : int
            Number of the batch's first row, from 0.
        """
        rows = np.flatnonzero(np.asarray(bad))
        found: dict[int, Fault | None] = {
            first_row + int(row): source.fault(message, int(row), column, values.iloc[row])
            for row in rows[:FAULTS_PER_COLUMN]
        }
        self._kind(place, source, column, message).add(found, len(rows))

    def add_rows(
        self, place: Place, column: str, message: str, rows: Iterable[int], count: int
    ) -> None:
        """Add faults of a kind that has been looked for, by rows; `look_up` finds their cells."""
        kind = self._kinds[place, column, message]
        kind.add(dict.fromkeys(rows), count)

    def look_up(self, raw: RawTable, first_row: int) -> None:
        """Find the cells of faults that are known by their rows, in a batch of the file."""
        for kind in self._kinds.values():
            for row, fault in kind.first.items():
                if fault is None and first_row <= row < first_row + len(raw):
                    at = row - first_row
                    cell = raw.cells[kind.column].iloc[at]
                    kind.first[row] = raw.source.fault(kind.message, at, kind.column, cell)

    def faults(self) -> list[Fault]:
        """Return all faults, of each kind up to a limit."""
        ordered = sorted(self._kinds.items(), key=lambda item: item[0][0])
        return [fault for _, kind in ordered for fault in kind.lines()]

    def _kind(self, place: Place, source: TableSource, column: str, message: str) -> _Kind:
        key = (place, column, message)
        if key not in self._kinds:
            shown = source.column_name(column)
            self._kinds[key] = _Kind(source.shown, shown, column, message)
        return self._kinds[key]
