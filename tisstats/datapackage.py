"""Read a data package: CSV files described by a Frictionless Table Schema.

Rows that are plainly valid are found column by column, not cell by cell
(`tisstats.doubtful_rows`). Frictionless finds the faults of the others; this
module describes each on one line with file, row, column, value and what is allowed.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import math
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.doubtful_rows import PlainFile, follow_references, read_plain
from tisstats.errors import DataError, Fault, shortened
from tisstats.matching import PatternError, matches
from tisstats.regular_files import is_regular

DESCRIPTOR = "datapackage.json"

#: Name of the file that describes a study, in the folder of its tables.
STUDY = "study.toml"

#: Constraints of a Table Schema, in words.
_CONSTRAINTS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "enum": "one of {}",
    "pattern": "matching {}",
    "minLength": "of at least {} characters",
    "maxLength": "of at most {} characters",
}

#: Endings of the files of a package. By others Frictionless would unpack or convert a file.
_ENDINGS = (".csv", ".tsv", ".txt")

#: Most characters of a part of a description that a message shows.
_LONGEST_SHOWN = 500

#: Most bytes of a description.
_MOST_BYTES = 64 * 2**20

#: Most columns of a file that are checked: Frictionless takes milliseconds for each.
_MOST_COLUMNS = 1_000

#: Most files, keys and values of a list that are checked, which Frictionless compares in turn.
_MOST_FILES = 1_000
_MOST_KEYS = 1_000
_MOST_VALUES = 10_000

#: Most cells that a row may have too many for Frictionless, which keeps the row with each of them.
_MOST_EXTRA = 100

#: What is passed to Frictionless of a resource and of its schema. It would fetch some of the rest
#: from wherever a description says, and follow patterns without a limit of time.
_RESOURCE_KEYS = ("name", "path", "encoding")
_SCHEMA_KEYS = ("fields", "primaryKey", "foreignKeys", "missingValues")

#: What Frictionless raises, beside its own exception, for descriptions of wrong types.
_NOT_CHECKED = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)

#: Errors of Frictionless that leave every cell of a file in its column.
_CELL_ERRORS = ("type-error", "constraint-error", "primary-key", "unique-error", "foreign-key")

#: Digests of the packages that were found valid in this process. A check takes ten times as long as
#: reading the files, and commands and chapters read the same package more than once.
_VALID: set[str] = set()


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
        message = f"is a file; name the folder that holds {DESCRIPTOR}"
        raise DataError(
            [Fault(str(directory), message if directory.exists() else "there is no such folder")]
        )
    if not path.exists():
        raise DataError([Fault(str(path), "missing; a data package needs this description")])
    if not is_regular(path):
        raise DataError([Fault(str(path), "is not a regular file")])
    if (size := path.stat().st_size) > _MOST_BYTES:
        message = f"has {size} bytes; a description of at most {_MOST_BYTES} is read"
        raise DataError([Fault(str(path), message)])
    try:
        descriptor: Any = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # also of a whole number of thousands of digits
        raise DataError([Fault(str(path), f"cannot be read as JSON: {error}")]) from None
    except RecursionError:
        raise DataError([Fault(str(path), "cannot be read as JSON: nested too deep")]) from None
    resources = descriptor.get("resources") if isinstance(descriptor, dict) else None
    if not isinstance(resources, list) or not resources:
        raise DataError([Fault(str(path), "describes no files; it must list them as resources")])
    if len(resources) > _MOST_FILES:
        message = f"describes {len(resources)} files; at most {_MOST_FILES} are checked"
        raise DataError([Fault(str(path), message)])
    if faults := [
        Fault(str(path), f"resource {number}: {message}")
        for number, resource in enumerate(resources, 1)
        for message in _resource_faults(resource)
    ]:
        raise DataError(faults)
    described: dict[str, Any] = descriptor
    return described


def _resource_faults(resource: object) -> Iterator[str]:
    """Yield what is wrong with a resource that Frictionless allows or fails on."""
    if not isinstance(resource, dict):
        yield f"must be an object with a name, a path and a schema, got {_shown(resource)}"
        return
    path, dialect = resource.get("path", ""), resource.get("dialect", {})
    if not isinstance(path, str):
        yield f"path must be the name of one CSV file, got {_shown(path)}"
    elif path and not _is_file_name(path):
        yield (
            f"path must be the name of a CSV file in this folder, with an ending of "
            f"{', '.join(_ENDINGS)}, got {_shown(path)}; nothing is fetched from an address"
        )
    if not isinstance(dialect, dict) or not isinstance(dialect.get("csv", {}), dict):
        example = '{"delimiter": ";"}'
        yield f"dialect must be an object, such as {example}, got {_shown(dialect)}"
    else:
        for part in (dialect, dialect.get("csv", {})):
            if "delimiter" in part and not _is_delimiter(part["delimiter"]):
                yield (
                    "delimiter must be one character of ASCII, and no letter, digit, quotation "
                    f"mark or line break, got {_shown(part['delimiter'])}"
                )
    yield from _schema_faults(resource.get("schema", {}))


def _schema_faults(schema: object) -> Iterator[str]:
    """Yield what is wrong with a schema: parts in other places are not fetched from there."""
    if not isinstance(schema, dict):
        yield f"schema must be an object, with the fields in it, got {_shown(schema)}"
        return
    for name in ("primaryKey", "foreignKeys", "missingValues"):
        given = schema.get(name)
        if isinstance(given, list) and len(given) > _MOST_KEYS:
            yield f"{name} has {len(given)} entries; at most {_MOST_KEYS} are checked"
    fields = schema.get("fields", [])
    if isinstance(fields, list):
        if len(fields) > _MOST_COLUMNS:
            yield f"describes {len(fields)} columns; at most {_MOST_COLUMNS} are checked"
            return
        for field in fields:
            if not isinstance(field, dict):
                yield f"a field must be an object with a name and a type, got {_shown(field)}"
            elif not isinstance(field.get("type", ""), str):
                yield f"the type of a field must be a name, got {_shown(field['type'])}"
            elif len(_values(field)) > _MOST_VALUES:
                yield (
                    f"a field must have at most {_MOST_VALUES} values in its enum, got "
                    f"{len(_values(field))}"
                )


def _values(field: Mapping[str, Any]) -> list[Any]:
    """Return the values that a field is limited to; none if it is not, or not by a list."""
    constraints = field.get("constraints")
    found = constraints.get("enum") if isinstance(constraints, dict) else None
    return found if isinstance(found, list) else []


def _is_delimiter(given: object) -> bool:
    """Return whether something can separate the cells of a file."""
    return (
        isinstance(given, str)
        and len(given) == 1
        and given.isascii()
        and (given == "\t" or given.isprintable())
        and not given.isalnum()
        and given not in "\"'"
    )


def _is_file_name(path: str) -> bool:
    """Return whether a path leads to a file of text in the folder or below."""
    place = PurePosixPath(path)
    outside = place.is_absolute() or ".." in place.parts or not path.isprintable()
    return not (outside or "://" in path or "\\" in path) and place.suffix.lower() in _ENDINGS


def _shown(value: object) -> str:
    """Return a part of a description as JSON, cut if it is long."""
    return shortened(json.dumps(value), _LONGEST_SHOWN)


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
            shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            parts.append(phrase.format(shortened(shown, _LONGEST_SHOWN)))
    empty = "; not empty" if constraints.get("required") else ""
    return f"{', '.join(parts)}{empty}"


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
    if all(file is None for file in files.values()):
        return _find_with_care(directory, descriptor)
    with tempfile.TemporaryDirectory(prefix="tisstats-") as folder:
        shorter = Path(folder)
        rows = _write_doubtful(directory, descriptor, files, shorter)
        found = _find_with_care(shorter, descriptor)
        return [_in_package(fault, rows, shorter, directory) for fault in found]


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
            faults.append(_wrong_header(file, resource))
            continue
        faults += [
            _wrong_width(file, row, width, columns)
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


def _find_with_care(directory: Path, descriptor: dict[str, Any]) -> list[Fault]:
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
        return [Fault(str(path), _one_line(reason.note or reason.message)) for reason in reasons]
    except _NOT_CHECKED as error:
        return [Fault(str(path), f"cannot be used to check the files: {_one_line(str(error))}")]
    faults = [Fault(str(path), _one_line(error.note)) for error in report.errors]
    resources = {resource.get("name"): resource for resource in descriptor["resources"]}
    for task in report.tasks:
        file = directory / (task.place or task.name)
        resource = resources[task.name]
        found = _file_faults(file, task.errors, resource)
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
        for name, field in _fields(resource).items()
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
        message = f"must be {allowed(_fields(resource)[name])}"
        faults += [
            Fault(str(file), message, line, name, row[name])
            for line, row in enumerate(rows, 2)
            if row[name] in wrong
        ]
    return faults


def delimiter(resource: Mapping[str, Any]) -> str:
    """Return the declared delimiter, a comma by default.

    It is always passed to Frictionless, which would otherwise guess it: a file that is described
    with commas and written with semicolons is invalid.
    """
    dialect = resource.get("dialect", {})
    return str(dialect.get("csv", dialect).get("delimiter", ","))


def encoding(resource: Mapping[str, Any]) -> str:
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
    shown = shortened(repr(described), _LONGEST_SHOWN)
    return f"unknown encoding {shown}; use one such as utf-8, latin-1 or cp1252"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _file_faults(file: Path, errors: Sequence[Any], resource: dict[str, Any]) -> list[Fault]:
    """Return the faults of one file; errors in the header suppress all others."""
    if any(error.type.endswith("-label") for error in errors):
        return [_wrong_header(file, resource)]
    by_row: dict[int | None, list[Any]] = {}
    for error in errors:
        by_row.setdefault(getattr(error, "row_number", None), []).append(error)
    return [
        fault for row, found in by_row.items() for fault in _row_faults(file, row, found, resource)
    ]


def _wrong_header(file: Path, resource: dict[str, Any]) -> Fault:
    with file.open(encoding=encoding(resource), errors="replace") as text:
        found = text.readline().strip()
    columns = shortened(",".join(_fields(resource)), _LONGEST_SHOWN)
    return Fault(str(file), f"the columns must be {columns}", 1, None, found)


def _wrong_width(file: Path, row: int | None, cells: int, columns: int) -> Fault:
    return Fault(str(file), f"the row has {cells} cells; it must have {columns}", row)


def _infinite_numbers(file: Path, resource: dict[str, Any]) -> list[Fault]:
    """Return the numbers of a file that are not finite, such as INF and 1e400.

    A Table Schema allows them; nothing in a trial can be infinite. A field whose numbers can be,
    such as the limits of intervals, says so by ``"finite": false``.
    """
    schema = resource.get("schema", {})
    empty = set(schema.get("missingValues", [""]))
    numbers = {
        name: field
        for name, field in _fields(resource).items()
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
        return [_wrong_width(file, row, cells, len(_fields(resource)))]
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
            key = _key_fields(resource) if column is None else [column]
            if value is None:
                cells = dict(zip(fields, error.cells, strict=False))
                value = ", ".join(str(cells.get(name, "")) for name in key)
            message = f"must not repeat another row's {', '.join(key)}"
            return Fault(str(file), message, row, column or ", ".join(key), value)
        case "foreign-key":
            target = f"{error.reference_name}.csv"
            (name,), (there,) = error.field_names[:1], error.reference_field_names[:1]
            wrong = ", ".join(map(str, error.field_cells))
            return Fault(str(file), f"must be a {there} of {target}", row, name, wrong)
        case "scheme-error" if not file.exists():
            return Fault(str(file), "the file is missing")
        case _ if file.is_dir():
            return Fault(str(file), "is a folder; it must be a CSV file")
        case "source-error" if file.is_file() and not file.stat().st_size:
            return Fault(str(file), "is empty")
        case "source-error" | "encoding-error" | "format-error" | "scheme-error":
            used, note = encoding(resource), _one_line(error.note)
            named = "UTF-8" if used == "utf-8-sig" else used
            return Fault(str(file), f"cannot be read as a CSV file in {named}: {note}")
    return Fault(str(file), f"{error.title.lower()}: {_one_line(error.note)}", row, column, value)


def _key_fields(resource: dict[str, Any]) -> list[str]:
    """Return the columns of the primary key; the schema may name a single one as text."""
    key = resource.get("schema", {}).get("primaryKey", [])
    return [key] if isinstance(key, str) else list(key)


def _digest(directory: Path) -> str | None:
    """Return a hash of all that makes a package valid; None if a file of it cannot be read."""
    total = hashlib.sha256()
    for resource in ({"path": DESCRIPTOR}, *read_descriptor(directory)["resources"]):
        try:
            file = directory / resource["path"]
            if not is_regular(file):
                return None
            content = file.read_bytes()
        except (KeyError, OSError, ValueError):
            return None
        total.update(f"{resource['path']}\n{len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


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
        message = (
            f"cannot be read as CSV; is a quotation mark not closed? ({_one_line(str(error))})"
        )
        raise DataError([Fault(str(file), message)]) from None
