"""Text that a spreadsheet takes for a formula, and runs, when it opens a CSV file."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: The signs are those of CWE-1236, https://cwe.mitre.org/data/definitions/1236.html; after a plus
#: or minus only what calls, compares or starts another program: "+12" is a number, "- none" a note.
_FORMULA = re.compile(r"[\t\r]*(?:[=@]|[+-].*[(|!=])", re.DOTALL)


def are_formulas(column: pd.Series) -> NDArray[np.bool_]:
    """Return for each cell whether a spreadsheet would run it.

    Examples
    --------
    >>> are_formulas(pd.Series(["007", "=1+1", "+12", "-2+cmd|' /C calc'!A0", "- none"])).tolist()
    [False, True, False, True, False]
    """
    return np.array(
        [isinstance(cell, str) and _FORMULA.match(cell) is not None for cell in column], dtype=bool
    )
