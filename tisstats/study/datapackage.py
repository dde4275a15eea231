"""Read a data package: CSV files described by a Frictionless Table Schema.

Frictionless finds the faults; this module says each of them in one line that names the file, the
row, the column, the value, and what is allowed there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from tisstats.faults import DataFault, Fault

DESCRIPTOR = "datapackage.json"

#: What a constraint of a Table Schema allows, in words.
_CONSTRAINTS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "enum": "one of {}",
    "pattern": "of the form {}",
    "minLength": "of at least {} characters",
    "maxLength": "of at most {} characters",
}


def read_descriptor(directory: Path) -> dict[str, Any]:
    """Read the description of a data package.

    Raises
    ------
    DataFault
        If the folder or its description is missing or cannot be read.
    """
    path = directory / DESCRIPTOR
    if not directory.is_dir():
        raise DataFault([Fault(str(directory), "there is no such folder")])
    if not path.is_file():
        raise DataFault([Fault(str(path), "missing; a data package needs this description")])
    try:
        descriptor = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataFault([Fault(str(path), f"cannot be read as JSON: {error}")]) from None
    if not isinstance(descriptor, dict) or not isinstance(descriptor.get("resources"), list):
        raise DataFault([Fault(str(path), "describes no files; it must list them as resources")])
    return descriptor


def allowed(field: dict[str, Any]) -> str:
    """Say in words what a field of a Table Schema may hold.

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
    """Check every file of a data package against its schema; an empty list is a valid package.

    Parameters
    ----------
    directory
        Folder that holds ``datapackage.json`` and the files it describes.

    Raises
    ------
    DataFault
        If there is no description to check against.
    """
    descriptor = read_descriptor(directory)
    try:
        from frictionless import Package
        from frictionless.exception import FrictionlessException
    except ModuleNotFoundError:  # pragma: no cover - depends on the installation
        raise SystemExit(
            "checking data packages needs frictionless: pip install 'tisstats[packages]'"
        ) from None
    path = directory / DESCRIPTOR
    try:
        report = Package.from_descriptor(descriptor, basepath=str(directory)).validate()
    except FrictionlessException as problem:
        reasons = problem.reasons or [problem.error]
        return [Fault(str(path), _one_line(reason.note or reason.message)) for reason in reasons]
    faults = [Fault(str(path), _one_line(error.note)) for error in report.errors]
    fields = {
        resource.get("name"): {
            field["name"]: field for field in resource.get("schema", {}).get("fields", [])
        }
        for resource in descriptor["resources"]
    }
    for task in report.tasks:
        for error in task.errors:
            faults.append(
                _fault(directory / (task.place or task.name), error, fields.get(task.name, {}))
            )
    return faults


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _fault(file: Path, error: Any, fields: dict[str, dict[str, Any]]) -> Fault:
    """Turn one finding of Frictionless into a line for the person who can mend the file."""
    row, column = getattr(error, "row_number", None), getattr(error, "field_name", None)
    value = getattr(error, "cell", None)
    label = getattr(error, "label", None)
    match error.type:
        case "type-error" | "constraint-error" if column in fields:
            return Fault(str(file), f"must be {allowed(fields[column])}", row, column, value or "")
        case "missing-cell":
            return Fault(str(file), "the row ends before this column", row, column)
        case "extra-cell":
            return Fault(str(file), "a cell beyond the last column", row, None, value)
        case "blank-row":
            return Fault(str(file), "the row is empty", row)
        case "missing-label":
            return Fault(
                str(file), f"column missing; the columns are {', '.join(fields)}", 1, column
            )
        case "extra-label":
            return Fault(
                str(file), f"unknown column; the columns are {', '.join(fields)}", 1, label
            )
        case "incorrect-label":
            return Fault(str(file), f"column {column} expected here, found {label}", 1, column)
        case "scheme-error" if not file.exists():
            return Fault(str(file), "the file is missing")
        case "source-error" | "encoding-error" | "format-error" | "scheme-error":
            return Fault(
                str(file), f"cannot be read as a CSV file in UTF-8: {_one_line(error.note)}"
            )
    return Fault(str(file), f"{error.title.lower()}: {_one_line(error.note)}", row, column, value)


def read_tables(directory: Path) -> dict[str, pd.DataFrame]:
    """Read every file of a valid data package; all cells stay text, as they stand in the file.

    Raises
    ------
    DataFault
        If any file does not meet its schema; carries every fault.
    """
    if faults := find_faults(directory):
        raise DataFault(faults)
    return {
        resource["name"]: pd.read_csv(
            directory / resource["path"], dtype=str, keep_default_na=False, encoding="utf-8-sig"
        )
        for resource in read_descriptor(directory)["resources"]
    }
