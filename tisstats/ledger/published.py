"""Published facts, addressable by dotted path.

An address names a file, a row by its key, and a column if a row holds several numbers:
``flow.screened``, ``baseline.females.placebo.count``, ``studies.first_trial.responders``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from tisstats.datapackage import DESCRIPTOR, read_descriptor, read_tables
from tisstats.errors import DataError, Fault
from tisstats.printed import PrintedNumber, parse

#: Columns whose number is addressed by the row alone.
_NUMBER_COLUMNS = ("value", "printed", "significant")


def data_directory(name: str) -> Path:
    """Return the folder of a data package that comes with the project, such as ``published``.

    The data are inside an installed package, or next to it in a checkout.

    Raises
    ------
    DataError
        If there is no such folder.
    """
    package = Path(str(files("tisstats")))
    for parent in (package / "data", package.parent / "data"):
        if (parent / name).is_dir():
            return parent / name
    raise DataError([Fault(f"data/{name}", "there is no such folder")])


def _primary_key(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the primary key; a schema may give a single column without a list."""
    key = schema.get("primaryKey", ())
    return (key,) if isinstance(key, str) else tuple(key)


@dataclass(frozen=True, eq=False)
class PublishedFacts:
    """The published facts, as text and by address."""

    directory: Path  #: their folder
    tables: Mapping[str, pd.DataFrame]  #: one per file; every cell is text
    keys: Mapping[str, tuple[str, ...]]  #: primary key of each file
    name: str = ""  #: name of the data package

    @classmethod
    def read(cls, directory: Path | str | None = None) -> PublishedFacts:
        """Read and check a folder of published facts.

        Parameters
        ----------
        directory
            A data package; by default the one that comes with the project.

        Raises
        ------
        DataError
            If a file is missing, does not meet its schema, or has no primary key; lists every
            fault.
        """
        folder = data_directory("published") if directory is None else Path(directory)
        tables, descriptor = read_tables(folder), read_descriptor(folder)
        keys = {
            resource["name"]: _primary_key(resource.get("schema", {}))
            for resource in descriptor["resources"]
        }
        if unnamed := [name for name, key in keys.items() if not key]:
            file, reason = str(folder / DESCRIPTOR), "has no primary key to address its rows by"
            raise DataError([Fault(file, f"resource {name}: {reason}") for name in unnamed])
        return cls(folder, tables, keys, descriptor.get("name", ""))

    @cached_property
    def _cells(self) -> dict[str, str]:
        cells: dict[str, str] = {}
        for name, table in self.tables.items():
            keys = list(self.keys[name])
            names = list(map(str, table.columns))
            for values in table.itertuples(index=False, name=None):
                row = dict(zip(names, values, strict=True))
                stem = ".".join([name, *(str(row[key]) for key in keys)])
                for column, cell in row.items():
                    if column in _NUMBER_COLUMNS:
                        cells[stem] = str(cell)
                    elif column not in keys:
                        cells[f"{stem}.{column}"] = str(cell)
        return cells

    def has(self, address: str) -> bool:
        """Return whether there is a fact at an address."""
        return address in self._cells

    def text(self, address: str) -> str:
        """Return the cell at an address verbatim.

        Raises
        ------
        DataError
            If there is no such address.
        """
        if address not in self._cells:
            raise self._error(address, f"has no value at address {address}")
        return self._cells[address]

    def printed(self, address: str) -> PrintedNumber:
        """Return the printed number at an address.

        Raises
        ------
        DataError
            If the cell at that address cannot be parsed as a number.
        """
        text = self.text(address)
        try:
            return parse(text)
        except ValueError as error:
            raise self._error(address, f"at {address}: {error}") from None

    def value(self, address: str) -> Fraction:
        """Return the number at an address exactly; raises as `printed`."""
        return Fraction(self.printed(address).value)

    def count(self, address: str) -> int:
        """Return the whole number at an address.

        Raises
        ------
        DataError
            If the value at that address is not an integer.
        """
        value = self.value(address)
        if value.denominator != 1:
            raise self._error(address, f"at {address}: must be a whole number")
        return int(value)

    def place(self, address: str) -> str:
        """Return where the article prints the fact at an address.

        Raises
        ------
        DataError
            If its row does not say.
        """
        row = address.rpartition(".")[0]
        for place in (f"{address}.place", f"{row}.place", f"{row}.named_in"):
            if place in self._cells:
                return self._cells[place]
        return self.text(f"{address}.place")

    def _error(self, address: str, message: str) -> DataError:
        return DataError([Fault(str(self.directory / f"{address.split('.')[0]}.csv"), message)])
