"""Read the description of a data package, and refuse what cannot be checked or would be fetched."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from tisstats.datapackage.resource import LONGEST_SHOWN
from tisstats.errors import DataError, Fault, shortened
from tisstats.regular_files import is_regular

DESCRIPTOR = "datapackage.json"

#: Name of the file that describes a study, in the folder of its tables.
STUDY = "study.toml"

#: Endings of the files of a package. By others Frictionless would unpack or convert a file.
_ENDINGS = (".csv", ".tsv", ".txt")

#: Most bytes of a description.
_MOST_BYTES = 64 * 2**20

#: Most columns of a file that are checked: Frictionless takes milliseconds for each.
_MOST_COLUMNS = 1_000

#: Most files, keys and values of a list that are checked, which Frictionless compares in turn.
_MOST_FILES = 1_000

_MOST_KEYS = 1_000

_MOST_VALUES = 10_000


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
        message = "there is no such file; a data package needs this description"
        raise DataError([Fault(str(path), message)])
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
    yield from _key_faults(schema.get("foreignKeys"))
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


def _key_faults(keys: object) -> Iterator[str]:
    """Yield which references name no fields, of which Frictionless may say nothing."""
    for key in keys if isinstance(keys, list) else ():
        if isinstance(key, dict) and not key.get("fields"):
            yield f"a foreign key must name its fields, got {_shown(key)}"


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
    return shortened(json.dumps(value), LONGEST_SHOWN)
