"""Apply a mapping to a table batch by batch, where it makes the rows one by one."""

from __future__ import annotations

from collections.abc import Iterator

from tisstats.errors import DataError
from tisstats.tables.batches import TableBatches
from tisstats.tables.findings import Findings
from tisstats.tables.mapping import TrialMapping
from tisstats.tables.raw import RawTable
from tisstats.tables.reshape import map_table
from tisstats.tables.wide_form import unfilled_remark, unlisted_remarks


def is_row_by_row(mapping: TrialMapping, table: str) -> bool:
    """Test whether each row of a table is made of one row of the file, whatever the others are.

    Names, values and units are mapped so, and columns for each week. Not so are rows for each
    measure, REDCap exports, presets, and columns of which several must agree.

    Examples
    --------
    >>> from tisstats.tables.mapping import LongColumns, TableMapping
    >>> renamed = TableMapping(columns={"mmt": ("MMT8",)})
    >>> is_row_by_row(TrialMapping("mine.toml", {"visits": renamed}), "visits")
    True
    >>> long = TableMapping(long=LongColumns("TEST", "RESULT", {"PHGA": "physician_global"}))
    >>> is_row_by_row(TrialMapping("mine.toml", {"visits": long}), "visits")
    False
    """
    section = mapping.table(table)
    return (
        mapping.redcap is None
        and mapping.preset is None
        and section.long is None
        and all(len(theirs) == 1 for theirs in section.columns.values())
        # Values of such a column are looked at last, and their faults are reported alone.
        and section.wide.keys().isdisjoint(section.values)
    )


class MappedBatches:
    r"""A table of ours made of a file of theirs, from its beginning each time that it is iterated.

    Parameters
    ----------
    file : TableBatches
        The file.
    mapping : TrialMapping
        The mapping, which is row by row.
    table : str
        Which of our tables to make.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from tisstats.tables.mapping import TableMapping
    >>> path = Path(tempfile.mkdtemp()) / "visits.csv"
    >>> _ = path.write_text("ID,week\n007,0\n007,9\n")
    >>> section = TableMapping(columns={"patient_id": ("ID",)})
    >>> mapping = TrialMapping("mine.toml", {"visits": section})
    >>> [list(raw.cells) for raw in MappedBatches(TableBatches(path), mapping, "visits")]
    [['patient_id', 'week']]
    """

    def __init__(self, file: TableBatches, mapping: TrialMapping, table: str) -> None:
        self._file, self._mapping, self._table = file, mapping, table
        self._findings = Findings()
        self._left_out = 0
        self._rows = 0  # of our table
        self._unlisted: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[RawTable]:
        """Yield the batches; a value that the mapping does not know is empty in them.

        Raises
        ------
        tisstats.errors.DataError
            As for `map_table`, but for such values, see `raise_faults`.
        """
        self._findings, self._left_out, self._rows = Findings(), 0, 0
        wide = self._mapping.table(self._table).wide
        weeks = {each.week for at in wide.values() for each in at}
        first_row = 0
        for raw in self._file:
            mapped = map_table(raw, self._mapping, self._table, self._findings, first_row)
            if not first_row:
                others = (str(name) for name in mapped.cells.columns if name not in wide)
                self._unlisted = unlisted_remarks(others, wide)
            first_row += len(raw)
            self._left_out += len(raw) * max(1, len(weeks)) - len(mapped)
            self._rows += len(mapped)
            yield mapped

    def raise_faults(self) -> None:
        """Raise DataError if the mapping did not know values of the last iteration."""
        if faults := self._findings.faults():
            raise DataError(faults)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Notes on how the file was read, once it has been read to its end."""
        left_out = (unfilled_remark(self._left_out),) if self._left_out else ()
        return (*self._file.remarks, *self._unlisted, *left_out)

    def estimated_rows(self) -> int:
        """Return about how many rows our table has, once some have been read."""
        return int(self._rows / self._file.share) if self._file.share else self._rows
