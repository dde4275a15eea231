"""A section of a mapping, as it is applied to a table: its keys for messages, its columns."""

from __future__ import annotations

from dataclasses import dataclass

from tisstats.errors import DataError, Fault
from tisstats.tables.mapping import TableMapping, TrialMapping
from tisstats.tables.raw import RawTable, find_column


@dataclass(frozen=True, slots=True)
class AppliedSection:
    """One table of a mapping, being applied."""

    mapping: TrialMapping
    table: str

    @property
    def section(self) -> TableMapping:
        """What the mapping says of the table."""
        return self.mapping.table(self.table)

    def fault(self, key: str, message: str) -> DataError:
        """Return an error of a key of the section."""
        return DataError([Fault(self.mapping.path, f"{self.table}.{key}: {message}")])

    def find(self, raw: RawTable, name: str, key: str) -> str:
        """Return the name of a column of theirs as the file writes it."""
        found = find_column(raw, name)
        if found is None:
            message = f"there is no such column, named in {self.mapping.path} ({self.table}.{key})"
            shown = raw.source.column_name(name)
            raise DataError([Fault(raw.source.shown, f"{message}; {raw.has}", None, shown)])
        return found
