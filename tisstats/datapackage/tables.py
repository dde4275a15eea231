"""Read the tables of a data package, once they are valid."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from tisstats.datapackage.descriptor import DESCRIPTOR, read_descriptor
from tisstats.datapackage.faults import find_faults
from tisstats.datapackage.resource import delimiter, encoding
from tisstats.datapackage.with_care import one_line
from tisstats.errors import DataError, Fault
from tisstats.regular_files import is_regular

#: Digests of the packages that were found valid in this process. A check takes ten times as long as
#: reading the files, and commands and chapters read the same package more than once.
_VALID: set[str] = set()


def read_tables(directory: Path) -> dict[str, pd.DataFrame]:
    """Read every file of a valid data package.

    Parameters
    ----------
    directory
        Folder that holds ``datapackage.json`` and the files it describes.

    Returns
    -------
    dict of DataFrame
        Table by name of the file; all cells as text, verbatim.

    Raises
    ------
    DataError
        If any file does not meet its schema; lists every fault.
    """
    contents = _digest(directory)
    if contents is None or contents not in _VALID:
        if faults := find_faults(directory):
            raise DataError(faults)
        if contents is not None:
            _VALID.add(contents)
    return {
        resource["name"]: _read_table(directory / resource["path"], resource)
        for resource in read_descriptor(directory)["resources"]
    }


def _digest(directory: Path) -> str | None:
    """Return a hash of all that makes a package valid; None if a file of it cannot be read."""
    total = hashlib.sha256()
    for resource in ({"path": DESCRIPTOR}, *read_descriptor(directory)["resources"]):
        try:
            file = directory / resource["path"]
            if not is_regular(file):
                return None
            content = file.read_bytes()
        except (KeyError, OSError):
            return None
        total.update(f"{resource['path']}\n{len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


def _read_table(file: Path, resource: Mapping[str, Any]) -> pd.DataFrame:
    """Read a valid file; what its reader does not take as it stands is a fault."""
    text = file.read_bytes().decode(encoding(resource))
    if "\0" in text:  # at which the reader would end a cell
        row = text[: text.index("\0")].count("\n") + 1
        raise DataError([Fault(str(file), "has a null character; remove it", row)])
    try:
        return pd.read_csv(
            io.StringIO(text, newline=""), sep=delimiter(resource), dtype=str, keep_default_na=False
        )
    except pd.errors.ParserError as error:
        message = f"cannot be read as CSV; is a quotation mark not closed? ({one_line(str(error))})"
        raise DataError([Fault(str(file), message)]) from None
