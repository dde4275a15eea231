"""Files of a data package that rows of others refer to, and in which there is no row to find.

Such a file is one fault. Frictionless would find another in each row that refers to it, or say that
the files of these rows cannot be read.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from tisstats.datapackage.doubtful_rows import are_texts
from tisstats.datapackage.resource import delimiter, encoding
from tisstats.errors import Fault

#: What a Table Schema calls its references.
_KEYS = "foreignKeys"


def without_lost_references(
    directory: Path, descriptor: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Fault]]:
    """Return a description without references to files that have no rows, and faults of these.

    A file that cannot be read is a fault wherever it is checked; one that has its header alone is a
    fault if a row refers to it.
    """
    described = {str(each.get("name")): each for each in descriptor["resources"]}
    lost, faults = set(), []
    for target in {_target(key): None for each in described.values() for key in _references(each)}:
        if target not in described:
            continue  # Frictionless says what is wrong with the reference
        rows = _has_rows(directory, described[target])
        if rows is None:
            lost.add(target)
        elif not rows and (
            referring := [
                name for name, each in described.items() if _refers(directory, each, target)
            ]
        ):
            lost.add(target)
            file = directory / described[target]["path"]
            message = f"has no rows, and rows of {', '.join(referring)} refer to it"
            faults.append(Fault(str(file), message))
    kept = [_without(each, lost) for each in descriptor["resources"]]
    return {**descriptor, "resources": kept}, faults


def _references(resource: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the references to other files; those of another form are left to Frictionless."""
    schema = resource.get("schema")
    keys = schema.get(_KEYS) if isinstance(schema, dict) else None
    for key in keys if isinstance(keys, list) else ():
        reference = key.get("reference") if isinstance(key, dict) else None
        if isinstance(reference, dict) and isinstance(reference.get("resource"), str):
            yield key


def _target(key: Mapping[str, Any]) -> str:
    return str(key["reference"]["resource"])


def _without(resource: dict[str, Any], lost: Collection[str]) -> dict[str, Any]:
    dropped = [key for key in _references(resource) if _target(key) in lost]
    if not dropped:
        return resource
    kept = [key for key in resource["schema"][_KEYS] if key not in dropped]
    return {**resource, "schema": {**resource["schema"], _KEYS: kept}}


def _refers(directory: Path, resource: Mapping[str, Any], target: str) -> bool:
    """Return whether a row of a file refers to another file."""
    missing = resource.get("schema", {}).get("missingValues", [""])
    for key in _references(resource):
        fields = key.get("fields")
        columns = [fields] if isinstance(fields, str) else fields
        if _target(key) != target or not (are_texts(columns) and are_texts(missing)):
            continue
        if _has_rows(directory, resource, columns or (), missing):
            return True
    return False


def _has_rows(
    directory: Path,
    resource: Mapping[str, Any],
    columns: Collection[str] = (),
    missing: Collection[str] = (),
) -> bool | None:
    """Return whether a file has rows, with columns only those that have a value in one of them.

    None if the file cannot be read as a whole, or has not even a header.
    """
    try:
        with (directory / resource["path"]).open(encoding=encoding(resource), newline="") as text:
            rows = csv.DictReader(text, delimiter=delimiter(resource))
            if not rows.fieldnames:
                return None
            # Each row is read, as the last one may not be in this encoding.
            return sum(_is_given(row, columns, missing) for row in rows) > 0
    except (KeyError, OSError, ValueError, csv.Error):
        return None


def _is_given(row: Mapping[str, str], columns: Collection[str], missing: Collection[str]) -> bool:
    return not columns or any(row.get(name, "") not in missing for name in columns)
