"""What a description says of one of its files: encoding, delimiter, columns and their values."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Any

from tisstats.errors import shortened

#: Constraints of a Table Schema, in words.
_CONSTRAINTS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "enum": "one of {}",
    "pattern": "matching {}",
    "minLength": "of at least {} characters",
    "maxLength": "of at most {} characters",
}

#: Most characters of a part of a description that a message shows.
LONGEST_SHOWN = 500


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


def fields_by_name(resource: dict[str, Any]) -> dict[str, Any]:
    """Return the declared columns of a file by name."""
    return {field["name"]: field for field in resource.get("schema", {}).get("fields", [])}


def key_columns(resource: dict[str, Any]) -> list[str]:
    """Return the columns of the primary key; the schema may name a single one as text."""
    key = resource.get("schema", {}).get("primaryKey", [])
    return [key] if isinstance(key, str) else list(key)


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
            parts.append(phrase.format(shortened(shown, LONGEST_SHOWN)))
    empty = "; not empty" if constraints.get("required") else ""
    return f"{', '.join(parts)}{empty}"
