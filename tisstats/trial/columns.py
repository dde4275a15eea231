"""The columns of a table as arrays, and three-valued logic for what may be missing.

Unknown is never "no".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]
"""A table by column: text as objects, empty where missing; numbers as floats, nan where missing.

Truth values are bool if none is missing. Otherwise they are floats, nan where missing, so that
code that needs truth values fails rather than take the missing ones for false: see `truth`.
"""

Mask = NDArray[np.bool_]
"""Whether something holds, patient by patient."""


@dataclass(frozen=True, slots=True, eq=False)
class ThreeValued:
    """Whether something holds for each patient, as far as that is known.

    ``&``, ``|`` and ``~`` follow the logic of Kleene: what one side settles is known, whatever
    the other is.

    Examples
    --------
    >>> maybe = ThreeValued(np.array([True, False, False]), np.array([False, True, False]))
    >>> maybe.count_yes_unknown(), (maybe & ~maybe).count_yes_unknown()
    ((1, 1), (0, 1))
    """

    yes: Mask  #: whether it is known to hold
    no: Mask  #: whether it is known not to hold

    @classmethod
    def from_mask(cls, found: Mask | ThreeValued) -> ThreeValued:
        """Convert a mask without gaps; return a `ThreeValued` unchanged."""
        return found if isinstance(found, ThreeValued) else cls(found, ~found)

    @property
    def unknown(self) -> Mask:
        """Whether it is not known."""
        return ~(self.yes | self.no)

    def count_yes_unknown(self) -> tuple[int, int]:
        """Count those for whom it holds, and those for whom that is not known."""
        return int(np.count_nonzero(self.yes)), int(np.count_nonzero(self.unknown))

    def format_count(self, more: int = 0) -> int | str:
        """Count those for whom it holds, and `more`; with limits in words if some are unknown.

        Examples
        --------
        >>> ThreeValued(np.array([True, False]), np.array([False, False])).format_count()
        '1 to 2 (1 unknown)'
        """
        yes, unknown = self.count_yes_unknown()
        least = yes + more
        return least if not unknown else f"{least} to {least + unknown} ({unknown} unknown)"

    def __and__(self, other: Mask | ThreeValued) -> ThreeValued:
        other = ThreeValued.from_mask(other)
        return ThreeValued(self.yes & other.yes, self.no | other.no)

    def __or__(self, other: Mask | ThreeValued) -> ThreeValued:
        other = ThreeValued.from_mask(other)
        return ThreeValued(self.yes | other.yes, self.no & other.no)

    def __invert__(self) -> ThreeValued:
        return ThreeValued(self.no, self.yes)


def to_columns(table: pd.DataFrame) -> Columns:
    """Return the columns of a typed table as arrays."""
    arrays: Columns = {}
    for name, column in table.items():
        is_truth_value = isinstance(column.dtype, pd.BooleanDtype)
        if is_truth_value and not column.array.isna().any():
            arrays[str(name)] = column.to_numpy(dtype=bool)
        elif is_truth_value or column.dtype.kind in "iuf":
            arrays[str(name)] = column.to_numpy(dtype=float, na_value=np.nan)
        else:
            arrays[str(name)] = column.to_numpy()
    return arrays


def is_true(columns: Columns, name: str) -> ThreeValued:
    """Return, for each row, whether a truth value is true; a missing one is not known."""
    values = np.asarray(columns[name], dtype=float)
    return ThreeValued(values > 0, values <= 0)


def equals(columns: Columns, name: str, value: str) -> Mask:
    """Return, for each row, whether a text is this one."""
    same: Mask = np.asarray(columns[name] == value, dtype=bool)
    return same


def whole_if_possible(value: float) -> int | float:
    """Return a number of weeks as int if it is whole.

    Examples
    --------
    >>> whole_if_possible(4.0), whole_if_possible(4.5)
    (4, 4.5)
    """
    return int(value) if float(value).is_integer() else float(value)


_DIGITS = re.compile(r"(\d+)")


def natural_key(patient_id: str) -> tuple[tuple[int, Decimal, str], ...]:
    """Return a key that sorts names in natural order: numbers in them by size.

    Examples
    --------
    >>> sorted(["10", "9", "P-10", "P-9", "A"], key=natural_key)
    ['9', '10', 'A', 'P-9', 'P-10']
    """
    parts = _DIGITS.split(patient_id)
    return tuple(
        (0, Decimal(part), part) if at % 2 else (1, Decimal(), part)
        for at, part in enumerate(parts)
        if part
    )
