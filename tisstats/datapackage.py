"""Read a data package: CSV files described by a Frictionless Table Schema.

Frictionless finds the faults; this module describes each on one line with file, row, column, value
and what is allowed.
"""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from tisstats.errors import DataError, Fault

DESCRIPTOR = "datapackage.json"

#: Constraints of a Table Schema, in words.
_CONSTRAINTS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "enum": "one of {}",
    "pattern": "matching {}",
    "minLength": "of at least {} characters",
    "maxLength": "of at most {} characters",
}


def read_descriptor(directory: Path) -> dict[str, Any]:
    """Read the description of a data package.

    Parameters
    ----------
    directory
        Folder that holds ``datapackage.json``.

    Returns
    -------
    dict
        The description; its ``resources`` are a list.

    Raises
    ------
    DataError
        If the folder or its description is missing or cannot be read.
    """
    path = directory / DESCRIPTOR
    if not directory.is_dir():
        raise DataError([Fault(str(directory), "folder not found")])
    if not path.is_file():
        raise DataError([Fault(str(path), "missing; a data package needs this description")])
    try:
        descriptor = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError([Fault(str(path), f"cannot be read as JSON: {error}")]) from None
    if not isinstance(descriptor, dict) or not isinstance(descriptor.get("resources"), list):
        raise DataError([Fault(str(path), "describes no files; it must list them as resources")])
    return descriptor


def allowed(field: dict[str, Any]) -> str:
    """Describe what a field of a Table Schema may hold.

    Examples
    --------
    >>> allowed({"name": "week", "type": "integer", "constraints": {"minimum": 0}})
    'an integer, at least 0'
    """
    kind = field.get("type", "string")
    parts = [
        {"string": "text", "integer": "an integer", "boolean": "true or false"}.get(
            kind, f"a {kind}"
        )
    ]
    constraints = field.get("constraints", {})
    for name, phrase in _CONSTRAINTS.items():
        if name in constraints:
            value = constraints[name]
            parts.append(
                phrase.format(", ".join(map(str, value)) if isinstance(value, list) else value)
            )
    if constraints.get("required"):
        parts.append("not empty")
    return ", ".join(parts)


def find_faults(directory: Path) -> list[Fault]:
    """Check every file of a data package against its schema.

    Parameters
    ----------
    directory
        Folder that holds ``datapackage.json`` and the files it describes.

    Returns
    -------
    list of Fault
        One fault per error; empty if the package is valid.

    Raises
    ------
    DataError
        If there is no description to check against.
    """
    descriptor = read_descriptor(directory)
    try:
        from frictionless import Package
        from frictionless.exception import FrictionlessException
    except ModuleNotFoundError:  # pragma: no cover - depends on the installation
        raise ModuleNotFoundError(
            "checking data packages needs frictionless: pip install 'tisstats[packages]'",
            name="frictionless",
        ) from None
    path = directory / DESCRIPTOR
    if unknown := [
        Fault(str(path), f"resource {resource.get('name')}: {_no_encoding(resource['encoding'])}")
        for resource in descriptor["resources"]
        if "encoding" in resource and not _is_encoding(resource["encoding"])
    ]:
        return unknown
    for resource in descriptor["resources"]:
        resource["dialect"] = {"csv": {"delimiter": delimiter(resource)}}
    try:
        report = Package.from_descriptor(descriptor, basepath=str(directory)).validate()
    except FrictionlessException as problem:
        reasons = problem.reasons or [problem.error]
        return [Fault(str(path), _one_line(reason.note or reason.message)) for reason in reasons]
    faults = [Fault(str(path), _one_line(error.note)) for error in report.errors]
    resources = {resource.get("name"): resource for resource in descriptor["resources"]}
    for task in report.tasks:
        file = directory / (task.place or task.name)
        faults += _file_faults(file, task.errors, resources[task.name])
    return faults


def delimiter(resource: dict[str, Any]) -> str:
    """Return the declared delimiter, a comma by default.

    It is always passed to Frictionless, which would otherwise guess it: a file that is described
    with commas and written with semicolons is invalid.
    """
    dialect = resource.get("dialect", {})
    return str(dialect.get("csv", dialect).get("delimiter", ","))


def encoding(resource: dict[str, Any]) -> str:
    """Return the declared encoding, UTF-8 by default.

    In UTF-8 a byte order mark is skipped.
    """
    described = str(resource.get("encoding", "utf-8"))
    return "utf-8-sig" if codecs.lookup(described).name == "utf-8" else described


def _is_encoding(described: object) -> bool:
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=str(described))
    except (LookupError, ValueError):
        return False
    return True


def _no_encoding(described: object) -> str:
    return f"unknown encoding {described!r}; use one such as utf-8, latin-1 or cp1252"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _file_faults(file: Path, errors: Sequence[Any], resource: dict[str, Any]) -> list[Fault]:
    """Return the faults of one file; errors in the header suppress all others."""
    if any(error.type.endswith("-label") for error in errors):
        text = file.read_text(encoding=encoding(resource), errors="replace")
        columns, found = ",".join(_fields(resource)), text.partition("\n")[0].strip()
        return [Fault(str(file), f"the columns must be {columns}", 1, None, found)]
    by_row: dict[int | None, list[Any]] = {}
    for error in errors:
        by_row.setdefault(getattr(error, "row_number", None), []).append(error)
    return [
        fault for row, found in by_row.items() for fault in _row_faults(file, row, found, resource)
    ]


def _fields(resource: dict[str, Any]) -> dict[str, Any]:
    """Return the declared columns of a file by name."""
    return {field["name"]: field for field in resource.get("schema", {}).get("fields", [])}


def _row_faults(
    file: Path, row: int | None, errors: list[Any], resource: dict[str, Any]
) -> list[Fault]:
    kinds = {error.type for error in errors}
    if "blank-row" in kinds:
        return [Fault(str(file), "the row is empty", row)]
    if kinds & {"missing-cell", "extra-cell"}:
        cells = len(next(error for error in errors if error.type in kinds).cells)
        columns = len(_fields(resource))
        return [Fault(str(file), f"the row has {cells} cells; it must have {columns}", row)]
    return [_cell_fault(file, row, error, resource) for error in errors]


def _cell_fault(file: Path, row: int | None, error: Any, resource: dict[str, Any]) -> Fault:
    column, value = getattr(error, "field_name", None), getattr(error, "cell", None)
    fields = _fields(resource)
    match error.type:
        case "type-error" | "constraint-error" if column in fields:
            # Frictionless shows an empty cell as "None".
            shown = "" if value in (None, "None") else value
            return Fault(str(file), f"must be {allowed(fields[column])}", row, column, shown)
        case "primary-key" | "unique-error":
            key = ", ".join(resource.get("schema", {}).get("primaryKey", []))
            return Fault(
                str(file), f"must not repeat another row's {column or key}", row, column, value
            )
        case "foreign-key":
            target = f"{error.reference_name}.csv"
            (name,), (there,) = error.field_names[:1], error.reference_field_names[:1]
            wrong = ", ".join(map(str, error.field_cells))
            return Fault(str(file), f"must be a {there} of {target}", row, name, wrong)
        case "scheme-error" if not file.exists():
            return Fault(str(file), "the file is missing")
        case "source-error" | "encoding-error" | "format-error" | "scheme-error":
            used, note = encoding(resource), _one_line(error.note)
            named = "UTF-8" if used == "utf-8-sig" else used
            return Fault(str(file), f"cannot be read as a CSV file in {named}: {note}")
    return Fault(str(file), f"{error.title.lower()}: {_one_line(error.note)}", row, column, value)


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
    if faults := find_faults(directory):
        raise DataError(faults)
    return {
        resource["name"]: pd.read_csv(
            directory / resource["path"],
            sep=delimiter(resource),
            dtype=str,
            keep_default_na=False,
            encoding=encoding(resource),
        )
        for resource in read_descriptor(directory)["resources"]
    }
