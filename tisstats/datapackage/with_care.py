"""Check every row of a data package, by Frictionless.

Each of its errors is described on one line with file, row, column, value and what is allowed. What
it does not check, or not in bounded time, is checked here: numbers that are not finite, and
patterns.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tisstats.datapackage.descriptor import DESCRIPTOR
from tisstats.datapackage.resource import (
    LONGEST_SHOWN,
    allowed,
    delimiter,
    encoding,
    fields_by_name,
    key_columns,
)
from tisstats.errors import Fault, shortened
from tisstats.matching import PatternError, matches
from tisstats.sentences import count_of

#: What is passed to Frictionless of a resource and of its schema. It would fetch some of the rest
#: from wherever a description says, and follow patterns without a limit of time.
_RESOURCE_KEYS = ("name", "path", "encoding")

_SCHEMA_KEYS = ("fields", "primaryKey", "foreignKeys", "missingValues")

#: What Frictionless raises, beside its own exception, for descriptions of wrong types.
_NOT_CHECKED = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)

#: Errors of Frictionless in the value of a cell.
_WRONG_CELL = ("type-error", "constraint-error")

#: Errors of Frictionless that leave every cell of a file in its column.
_CELL_ERRORS = (*_WRONG_CELL, "primary-key", "unique-error", "foreign-key")


def find_with_care(directory: Path, descriptor: dict[str, Any]) -> list[Fault]:
    """Check every row of a package, by Frictionless."""
    path = directory / DESCRIPTOR
    try:
        from frictionless import Package
        from frictionless.exception import FrictionlessException
    except ModuleNotFoundError:  # pragma: no cover - depends on the installation
        raise ModuleNotFoundError(
            "checking data packages needs frictionless: pip install frictionless",
            name="frictionless",
        ) from None
    checked = {"resources": [_without_references(each) for each in descriptor["resources"]]}
    try:
        report = Package.from_descriptor(checked, basepath=str(directory)).validate()
    except FrictionlessException as problem:
        reasons = problem.reasons or [problem.error]
        return [Fault(str(path), one_line(reason.note or reason.message)) for reason in reasons]
    except _NOT_CHECKED as error:
        return [Fault(str(path), f"cannot be used to check the files: {one_line(str(error))}")]
    faults = [Fault(str(path), one_line(error.note)) for error in report.errors]
    resources = {resource.get("name"): resource for resource in descriptor["resources"]}
    paths = {name: str(resource.get("path")) for name, resource in resources.items()}
    for task in report.tasks:
        file = directory / (task.place or task.name)
        resource = resources[task.name]
        found = _file_faults(file, task.errors, resource, paths)
        if all(error.type in _CELL_ERRORS for error in task.errors):
            cells = {(fault.row, fault.column) for fault in found}
            others = [*_infinite_numbers(file, resource), *_unmatched_cells(file, resource, path)]
            found += [fault for fault in others if (fault.row, fault.column) not in cells]
            found.sort(key=lambda fault: fault.row or 0)
        faults += found
    return faults


def _without_references(resource: dict[str, Any]) -> dict[str, Any]:
    """Return what Frictionless needs to check a file, and nothing that it would fetch or follow."""
    kept = {name: resource[name] for name in _RESOURCE_KEYS if name in resource}
    kept.setdefault("encoding", "utf-8")  # it would be guessed
    schema = resource.get("schema", {})
    fields = {"schema": {name: schema[name] for name in _SCHEMA_KEYS if name in schema}}
    if isinstance(schema.get("fields"), list):
        fields["schema"]["fields"] = [_without_pattern(field) for field in schema["fields"]]
    dialect = {"dialect": {"csv": {"delimiter": delimiter(resource)}}}
    return {**kept, **(fields if "schema" in resource else {}), **dialect}


def _without_pattern(field: dict[str, Any]) -> dict[str, Any]:
    constraints = field.get("constraints")
    if not isinstance(constraints, dict) or not isinstance(constraints.get("pattern"), str):
        return field  # Frictionless says what is wrong with it
    others = {name: value for name, value in constraints.items() if name != "pattern"}
    return {**field, "constraints": others}


def _unmatched_cells(file: Path, resource: dict[str, Any], path: Path) -> list[Fault]:
    """Return the cells of a file that do not match the pattern of their field."""
    empty = set(resource.get("schema", {}).get("missingValues", [""]))
    patterns = {
        name: field["constraints"]["pattern"]
        for name, field in fields_by_name(resource).items()
        if "pattern" in field.get("constraints", {})
    }
    if not patterns:
        return []
    with file.open(encoding=encoding(resource), newline="") as text:
        rows = list(csv.DictReader(text, delimiter=delimiter(resource)))
    faults = []
    for name, pattern in patterns.items():
        cells = sorted({row[name] for row in rows} - empty)
        try:
            wrong = {
                cell for cell, fits in zip(cells, matches(pattern, cells), strict=True) if not fits
            }
        except PatternError as error:
            message = f"resource {resource['name']}: the pattern of {name} {error}"
            return [Fault(str(path), message, value=pattern)]
        message = f"must be {allowed(fields_by_name(resource)[name])}"
        faults += [
            Fault(str(file), message, line, name, row[name])
            for line, row in enumerate(rows, 2)
            if row[name] in wrong
        ]
    return faults


def _infinite_numbers(file: Path, resource: dict[str, Any]) -> list[Fault]:
    """Return the numbers of a file that are not finite, such as INF and 1e400.

    A Table Schema allows them; nothing in a trial can be infinite. A field whose numbers can be,
    such as the limits of intervals, says so by ``"finite": false``.
    """
    schema = resource.get("schema", {})
    empty = set(schema.get("missingValues", [""]))
    numbers = {
        name: field
        for name, field in fields_by_name(resource).items()
        if field.get("type") in ("number", "integer") and field.get("finite", True)
    }
    with file.open(encoding=encoding(resource), newline="") as text:
        rows = csv.DictReader(text, delimiter=delimiter(resource))
        return [
            Fault(str(file), f"must be finite: {allowed(field)}", row, name, cells[name])
            for row, cells in enumerate(rows, 2)
            for name, field in numbers.items()
            if cells[name] not in empty and not _is_finite(cells[name])
        ]


def _is_finite(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:  # a notation that the schema allows, such as 38%
        return True


def _file_faults(
    file: Path, errors: Sequence[Any], resource: dict[str, Any], paths: Mapping[str, str]
) -> list[Fault]:
    """Return the faults of one file; errors in the header suppress all others.

    `paths` are those of all files by name.
    """
    if any(error.type.endswith("-label") for error in errors):
        return [wrong_header(file, resource)]
    by_row: dict[int | None, list[Any]] = {}
    for error in errors:
        by_row.setdefault(getattr(error, "row_number", None), []).append(error)
    return [
        fault
        for row, found in by_row.items()
        for fault in _row_faults(file, row, found, resource, paths)
    ]


def wrong_header(file: Path, resource: dict[str, Any]) -> Fault:
    """Return the fault of a file whose first line names other columns than its description."""
    with file.open(encoding=encoding(resource), errors="replace") as text:
        found = text.readline().strip()
    columns = shortened(",".join(fields_by_name(resource)), LONGEST_SHOWN)
    return Fault(str(file), f"the columns must be {columns}", 1, None, found)


def wrong_width(file: Path, row: int | None, cells: int, columns: int) -> Fault:
    """Return the fault of a row that has not one cell for each column."""
    return Fault(str(file), f"the row has {count_of(cells, 'cell')}; it must have {columns}", row)


def _row_faults(
    file: Path,
    row: int | None,
    errors: list[Any],
    resource: dict[str, Any],
    paths: Mapping[str, str],
) -> list[Fault]:
    kinds = {error.type for error in errors}
    if "blank-row" in kinds:
        return [Fault(str(file), "the row is empty", row)]
    if kinds & {"missing-cell", "extra-cell"}:
        cells = len(next(error for error in errors if error.type in kinds).cells)
        return [wrong_width(file, row, cells, len(fields_by_name(resource)))]
    # Whether a key repeats is not known where a part of it is wrong.
    wrong = {error.field_name for error in errors if error.type in _WRONG_CELL}
    if wrong.intersection(key_columns(resource)):
        errors = [error for error in errors if error.type != "primary-key"]
    return [_cell_fault(file, row, error, resource, paths) for error in errors]


def _cell_fault(
    file: Path, row: int | None, error: Any, resource: dict[str, Any], paths: Mapping[str, str]
) -> Fault:
    column, value = getattr(error, "field_name", None), getattr(error, "cell", None)
    fields = fields_by_name(resource)
    match error.type:
        case "type-error" | "constraint-error" if column in fields:
            # Frictionless shows an empty cell as "None".
            shown = "" if value in (None, "None") else value
            return Fault(str(file), f"must be {allowed(fields[column])}", row, column, shown)
        case "primary-key" | "unique-error":
            key = key_columns(resource) if column is None else [column]
            cells = dict(zip(fields, error.cells, strict=False))
            missing = resource["schema"].get("missingValues", [""])
            unkeyed = column is None and all(cells.get(name, "") in missing for name in key)
            if value is None:
                value = ", ".join(str(cells.get(name, "")) for name in key)
            names = ", ".join(key)
            message = (
                f"{names} must not be empty"
                if unkeyed
                else f"must not repeat another row's {names}"
            )
            return Fault(str(file), message, row, column or ", ".join(key), value)
        case "foreign-key":
            target = paths.get(error.reference_name) or file.name  # it may refer to its own file
            (name,), (there,) = error.field_names[:1], error.reference_field_names[:1]
            wrong = ", ".join(map(str, error.field_cells))
            return Fault(str(file), f"must stand in column {there} of {target}", row, name, wrong)
        case "scheme-error" if not file.exists():
            return Fault(str(file), "the file is missing")
        case _ if file.is_dir():
            return Fault(str(file), "is a folder; it must be a CSV file")
        case "source-error" if file.is_file() and not file.stat().st_size:
            return Fault(str(file), "is empty")
        case "source-error" | "encoding-error" | "format-error" | "scheme-error":
            used, note = encoding(resource), one_line(error.note)
            named = "UTF-8" if used == "utf-8-sig" else used
            return Fault(str(file), f"cannot be read as a CSV file in {named}: {note}")
    return Fault(str(file), f"{error.title.lower()}: {one_line(error.note)}", row, column, value)


def one_line(text: str) -> str:
    """Return a message of another program with its line breaks as blanks."""
    return " ".join(text.split())
