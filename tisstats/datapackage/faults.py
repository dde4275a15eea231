"""Check a data package: doubtful rows alone where that is enough, else every row."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tisstats.datapackage.descriptor import DESCRIPTOR, read_descriptor
from tisstats.datapackage.doubtful_rows import PlainFile, read_plain
from tisstats.datapackage.lost_files import without_lost_references
from tisstats.datapackage.references import follow_references
from tisstats.datapackage.resource import LONGEST_SHOWN, delimiter, encoding
from tisstats.datapackage.with_care import find_with_care, wrong_header, wrong_width
from tisstats.errors import Fault, shortened
from tisstats.regular_files import is_regular

#: Most cells that a row may have too many for Frictionless, which keeps the row with each of them.
_MOST_EXTRA = 100


def find_faults(directory: Path) -> list[Fault]:
    """Check every file of a data package against its schema.

    Parameters
    ----------
    directory
        Folder that holds ``datapackage.json`` and the files it describes.

    Returns
    -------
    list of Fault
        One fault per error, at most a thousand a file; empty if the package is valid.

    Raises
    ------
    DataError
        If there is no description to check against.
    """
    descriptor = read_descriptor(directory)
    path = directory / DESCRIPTOR
    if unknown := [
        Fault(str(path), f"resource {resource.get('name')}: {_no_encoding(resource['encoding'])}")
        for resource in descriptor["resources"]
        if "encoding" in resource and not _is_encoding(resource["encoding"])
    ]:
        return unknown
    if devices := _devices(directory, descriptor):
        return devices
    files = _plain_files(directory, descriptor)
    if wide := _wide_rows(directory, descriptor, files):
        return wide
    if files and all(file is not None and not file.doubtful.any() for file in files.values()):
        return []
    descriptor, lost = without_lost_references(directory, descriptor)
    if all(file is None for file in files.values()):
        return [*lost, *find_with_care(directory, descriptor)]
    with tempfile.TemporaryDirectory(prefix="tisstats-") as folder:
        shorter = Path(folder)
        rows = _write_doubtful(directory, descriptor, files, shorter)
        found = find_with_care(shorter, descriptor)
        return [*lost, *(_in_package(fault, rows, shorter, directory) for fault in found)]


def _is_encoding(described: object) -> bool:
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=str(described))
    except (LookupError, ValueError):
        return False
    return True


def _no_encoding(described: object) -> str:
    shown = shortened(repr(described), LONGEST_SHOWN)
    return f"unknown encoding {shown}; use one such as utf-8, latin-1 or cp1252"


def _devices(directory: Path, descriptor: Mapping[str, Any]) -> list[Fault]:
    """Return a fault for each file that is a pipe or a device, which can be read without end."""
    paths = [resource.get("path") for resource in descriptor["resources"]]
    return [
        Fault(str(file), "is not a regular file")
        for file in (directory / path for path in paths if path)
        if file.exists() and not (is_regular(file) or file.is_dir())
    ]


def _plain_files(directory: Path, descriptor: dict[str, Any]) -> dict[str, PlainFile | None]:
    """Return the files with their doubtful rows, None for those to be checked as a whole."""
    resources = descriptor["resources"]
    names = [resource.get("name") for resource in resources]
    paths = [resource.get("path") for resource in resources]
    if not all(isinstance(given, str) and given for given in (*names, *paths)):
        return {}
    if len(set(names)) < len(names) or len(set(paths)) < len(paths):
        return {}
    schemas = {resource["name"]: resource.get("schema", {}) for resource in resources}
    if not all(isinstance(schema.get("foreignKeys", []), list) for schema in schemas.values()):
        return {}
    files = {
        resource["name"]: read_plain(
            directory / resource["path"],
            schemas[resource["name"]],
            encoding=encoding(resource),
            delimiter=delimiter(resource),
        )
        for resource in resources
    }
    follow_references(files, schemas)
    return files


def _wide_rows(
    directory: Path, descriptor: dict[str, Any], files: Mapping[str, PlainFile | None]
) -> list[Fault]:
    """Return a fault for each row with far too many cells, and each header of another length."""
    faults = []
    for resource in descriptor["resources"]:
        columns, plain = len(_described_columns(resource)), files.get(str(resource.get("name")))
        if not columns or (plain is not None and plain.records is None):
            continue
        file = directory / str(resource.get("path"))
        try:
            with file.open(encoding=encoding(resource), newline="") as text:
                widths = list(map(len, csv.reader(text, delimiter=delimiter(resource))))
        except (OSError, ValueError, csv.Error):
            continue  # Frictionless says what is wrong with it
        if widths and widths[0] != columns:
            faults.append(wrong_header(file, resource))
            continue
        faults += [
            wrong_width(file, row, width, columns)
            for row, width in enumerate(widths, 1)
            if width > columns + _MOST_EXTRA
        ]
    return faults


def _described_columns(resource: Mapping[str, Any]) -> list[str]:
    """Return the names of the columns, if each has one; an empty list otherwise."""
    fields = resource.get("schema", {}).get("fields", [])
    names = [field.get("name") for field in fields] if isinstance(fields, list) else []
    return names if all(isinstance(name, str) for name in names) else []


def _write_doubtful(
    directory: Path,
    descriptor: dict[str, Any],
    files: Mapping[str, PlainFile | None],
    shorter: Path,
) -> dict[str, NDArray[np.int64]]:
    """Write a package of the rows to check with care; return their numbers by file."""
    rows = {}
    for resource in descriptor["resources"]:
        source, target = directory / resource["path"], shorter / resource["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        file = files[resource["name"]]
        if file is not None:
            rows[str(target)] = file.write(target, encoding(resource), delimiter(resource))
        elif source.is_dir():
            target.mkdir()
        elif source.is_file():
            shutil.copyfile(source, target)
    return rows


def _in_package(
    fault: Fault, rows: Mapping[str, NDArray[np.int64]], shorter: Path, directory: Path
) -> Fault:
    """Return a fault of the shorter package as one of the package."""
    row = fault.row
    if row is not None and row > 1 and fault.file in rows:
        row = int(rows[fault.file][row - 2]) + 2
    message = fault.message.replace(str(shorter), str(directory))
    return replace(
        fault, file=fault.file.replace(str(shorter), str(directory)), message=message, row=row
    )
