"""The columns of a typed table as arrays, in which what is missing stays missing."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.trial.known import Known, Mask

Columns = dict[str, NDArray[Any]]
"""A table by column: text as objects, empty where missing; numbers as floats, nan where missing.

Truth values are bool if none is missing. Otherwise they are floats, nan where missing, so that
code that needs truth values fails rather than take the missing ones for false: see `truth`.
"""


def columns_of(table: pd.DataFrame) -> Columns:
    """Return the columns of a typed table as arrays."""
    arrays: Columns = {}
    for name, column in table.items():
        if column.dtype == "boolean" and not column.isna().any():
            arrays[str(name)] = column.to_numpy(dtype=bool)
        elif column.dtype == "boolean" or column.dtype.kind in "iuf":
            arrays[str(name)] = column.to_numpy(dtype=float, na_value=np.nan)
        else:
            arrays[str(name)] = column.to_numpy()
    return arrays


def truth(columns: Columns, name: str) -> Known:
    """Return of each row whether a truth value is true; a missing one is not known."""
    values = np.asarray(columns[name], dtype=float)
    return Known(values > 0, values <= 0)


def equal(columns: Columns, name: str, value: str) -> Mask:
    """Return of each row whether a text is this one."""
    same: Mask = np.asarray(columns[name] == value, dtype=bool)
    return same


_DIGITS = re.compile(r"(\d+)")


def natural_key(patient_id: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts names as people do: numbers in them by size.

    Examples
    --------
    >>> sorted(["10", "9", "P-10", "P-9", "A"], key=natural_key)
    ['9', '10', 'A', 'P-9', 'P-10']
    """
    parts = _DIGITS.split(patient_id)
    return tuple(
        (0, int(part), part) if at % 2 else (1, 0, part) for at, part in enumerate(parts) if part
    )
