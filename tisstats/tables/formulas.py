"""Text that a spreadsheet takes for a formula, and runs, when it opens a CSV file."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.tables.cells import distinct_texts, is_text

#: The signs are those of CWE-1236, https://cwe.mitre.org/data/definitions/1236.html; after a plus
#: or minus only what calls, compares or starts another program: "+12" is a number, "- none" a note.
_FORMULA = re.compile(r"[\t\r]*(?:[=@]|[+-].*[(|!=])", re.DOTALL)

#: How one begins.
_BEGINS = frozenset("=@+-\t\r")


def are_formulas(column: pd.Series) -> NDArray[np.bool_]:
    """Return for each cell whether a spreadsheet would run it.

    Examples
    --------
    >>> are_formulas(pd.Series(["007", "=1+1", "+12", "-2+cmd|' /C calc'!A0", "- none"])).tolist()
    [False, True, False, True, False]
    """
    cells = column.tolist()
    if not is_text(cells):
        return np.array([isinstance(cell, str) and _is_formula(cell) for cell in cells], dtype=bool)
    places, distinct = distinct_texts(cells)
    return np.array(list(map(_is_formula, distinct)), dtype=bool)[places]


def _is_formula(text: str) -> bool:
    return text[:1] in _BEGINS and _FORMULA.match(text) is not None
