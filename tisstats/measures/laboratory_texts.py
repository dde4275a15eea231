"""What laboratories write for a value and cannot be read as a number: `>10000`, `1,200`."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_LIMIT = "the limit of measurement: write that limit, which is then read as the value, or leave the"
_NUMBER = r"\s*[-+]?\d[\d.,'’\s]*+"

#: What a message adds, and the cells to which it does.
_HINTS = (
    (f"; it is only known to lie above {_LIMIT} cell empty", re.compile(f"(?:>=?|≥){_NUMBER}.*")),
    (f"; it is only known to lie below {_LIMIT} cell empty", re.compile(f"(?:<=?|≤){_NUMBER}.*")),
    (
        "; if it has separators of thousands, leave them out",
        re.compile(r"[-+]?\d{1,3}(?:([,.'’\s])\d{3})(?:\1\d{3})*(?:[.,]\d+)?"),
    ),
)


def hints_on_cells(
    cells: Iterable[object], bad: NDArray[np.bool_]
) -> list[tuple[str, NDArray[np.bool_]]]:
    """Return what to add to the messages on cells that are not numbers.

    Parameters
    ----------
    cells
        Cells of an enzyme, shape (n,).
    bad
        Which are at fault, shape (n,).

    Returns
    -------
    list of (str, numpy.ndarray)
        Each addition, in the same order whatever the cells are, and the cells at fault that get it,
        shape (n,); no cell gets two.

    Examples
    --------
    >>> cells = [">10000", "< 20", "1,200", "x", "900"]
    >>> found = hints_on_cells(cells, np.array([True, True, True, True, False]))
    >>> [np.flatnonzero(rows).tolist() for _, rows in found]
    [[0], [1], [2]]
    """
    found = []
    for hint, pattern in _HINTS:
        rows = bad.copy()
        if bad.any():
            texts = pd.Series(list(cells), dtype=object)[bad]
            rows[bad] = [
                isinstance(text, str) and pattern.fullmatch(text.strip()) is not None
                for text in texts
            ]
        found.append((hint, rows))
    return found
