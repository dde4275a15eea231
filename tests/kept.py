"""What functions return, as text that is kept in files, so that no word or digit changes unseen.

Where a change is meant, the files are written again with ``TISSTATS_KEEP=1 pytest FILE``, and their
difference is read before it is committed.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Mapping
from enum import Enum
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from tisstats.ledger.claim import Evaluation

#: Digits of a float that are kept: the rest may differ between machines.
DIGITS = 8


def compare(path: Path, text: str) -> None:
    """Compare a text with the one that is kept, or keep it."""
    text = text.rstrip("\n") + "\n"
    if os.environ.get("TISSTATS_KEEP"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    kept = path.read_text(encoding="utf-8").splitlines()
    now = text.splitlines()
    for number, (before, after) in enumerate(zip(kept, now, strict=False), start=1):
        assert after == before, f"{path.name}, line {number}"
    assert len(now) == len(kept), path.name


def render(name: str, value: object) -> str:
    """Return a value with its parts, one a line."""
    return "\n".join(_lines(name, value)) + "\n"


def _lines(name: str, value: object) -> Iterator[str]:
    if isinstance(value, type) or callable(value):
        return
    parts = _parts(value)
    if parts is None:
        yield f"{name}: {_plain(value)}"
        return
    kind = type(value).__name__
    yield f"{name}: {kind}" if parts else f"{name}: {kind}, empty"
    for key, part in parts.items():
        for line in _lines(str(key), part):
            yield f"  {line}"


def _parts(value: object) -> Mapping[object, object] | None:
    """Return the parts of a value that has some: fields and properties, cells, items."""
    if isinstance(value, Evaluation):
        return None
    if isinstance(value, pd.DataFrame):
        return {", ".join(map(str, value)): None} | {
            at: " | ".join(_plain(cell) for cell in row)
            for at, row in enumerate(value.itertuples(index=False))
        }
    if dataclasses.is_dataclass(value):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        more = {name: _member(value, name) for name in _properties(type(value))}
        # A property may lead to another of its own kind, and on without end.
        return fields | {name: part for name, part in more.items() if type(part) is not type(value)}
    if isinstance(value, Mapping):
        return value
    if isinstance(value, (list, tuple)):
        items = list(value)
        if all(_parts(item) is None for item in items):
            return None
        return dict(enumerate(items))
    return None


def _member(value: object, name: str) -> object:
    try:
        return getattr(value, name)
    except (ValueError, IndexError) as error:
        return f"refused: {error}"


def _properties(kind: type) -> list[str]:
    return [
        name
        for each in reversed(kind.__mro__)
        for name, member in vars(each).items()
        if isinstance(member, (property, cached_property)) and not name.startswith("_")
    ]


def _plain(value: object) -> str:
    if isinstance(value, Evaluation):
        return value.claim.id
    if isinstance(value, Enum | str):
        return str(value)
    if isinstance(value, np.ndarray | list | tuple | pd.Series):
        return f"[{', '.join(_plain(item) for item in np.asarray(value, dtype=object).ravel())}]"
    if isinstance(value, frozenset | set):
        return f"{{{', '.join(sorted(map(_plain, value)))}}}"
    if isinstance(value, bool | np.bool_ | int | np.integer | Fraction) or value is None:
        return str(value)
    if isinstance(value, float | np.floating):
        return f"{float(value):.{DIGITS}g}"
    return str(value)
