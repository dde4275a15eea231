"""The options of each function by name, with what they are and their sources: methods.csv.

Its columns: `kind`, what is chosen; `name`, as the argument has it, unique within the kind;
`title`, as a text calls a method of an interval; `description`, with the source.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

with Path(__file__).with_name("methods.csv").open(encoding="utf-8", newline="") as _file:
    _ROWS = list(csv.DictReader(_file))


def described(kind: str) -> Mapping[str, str]:
    """Return the options of a kind, in their order: name to description."""
    return MappingProxyType(
        {row["name"]: row["description"] for row in _ROWS if row["kind"] == kind}
    )


def titled() -> Mapping[str, str]:
    """Return every method of an interval: name to title."""
    return MappingProxyType({row["name"]: row["title"] for row in _ROWS if row["title"]})
