"""Text that a spreadsheet takes for a formula, and runs, when it opens a CSV file."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.tables.cells import distinct_texts, is_text

#: The signs are those of CWE-1236, https://cwe.mitre.org/data/definitions/1236.html, and their full
#: widths; after a plus or minus only what calls by a name, compares, starts another program, names
#: another file or can be computed: "+12" and "+3.0 (+60%)" are numbers, "- none" a note.
_CALLS = r".*[|!=]|.*(?<![\w.])[^\W\d][\w.]*\s*\(|.*'#?\$"
_FORMULA = re.compile(rf"[\t\r\n]*(?:[=@＝＠]|[+\-＋－](?:{_CALLS}))", re.DOTALL)

#: A number with its sign, which stays what it is.
_NUMBER = re.compile(r"[+\-＋－]\s*(?:\d[\d.,]*|\.\d+)(?:[eE][+-]?\d+)?\s*(?:%\s*)?")

#: Parts of what a spreadsheet computes. Cells may be columns, and of a sheet, as in Calc.
_CELL = r"(?:\$?[A-Za-z_]\w*\.)?\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?![\w.])"
_PART = re.compile(
    rf"""\s*(?:
        (?P<cell>{_CELL}|\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}(?![\w.]))
        |(?P<constant>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|"(?:[^"]|"")*")
        |(?P<sign>[+\-＋－])
        |(?P<range>[:,])
        |(?P<operator>[*/^&]|[<>]{{1,2}})
        |(?P<opening>\()
        |(?P<closing>\))
        |(?P<percent>%)
    )\s*""",
    re.VERBOSE,
)

#: How one begins.
_BEGINS = frozenset("=@+-＝＠＋－\t\r\n")
_SIGNS = frozenset("+-＋－")

#: Signs between cells, in the one or the other country, besides the comma, which is in quotes.
_SEPARATORS = re.compile(r"[;\t|]")

#: What is said of a formula, and of one that would get into a text file.
RUN = "would be run as a formula by a spreadsheet"
IN_TEXT = f"{RUN}; change it, or write .xlsx or .parquet, in which text stays text"


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet would run a cell, or what follows a separator in it.

    Examples
    --------
    >>> [is_formula(text) for text in ("=1+1", "+3.0 (+60%)", "-SUM(A1)", "x;=1+1", "--A1")]
    [True, False, True, True, True]
    """
    if text[:1] in _BEGINS and _is_run(text):
        return True
    return _SEPARATORS.search(text) is not None and any(map(_is_run, _SEPARATORS.split(text)))


def _is_run(text: str) -> bool:
    """Return whether a spreadsheet would run a text as a whole."""
    if _FORMULA.match(text) is not None:
        return True
    begun = text.lstrip("\t\r\n")
    return begun[:1] in _SIGNS and _NUMBER.fullmatch(begun) is None and _is_computed(begun)


def _is_computed(text: str) -> bool:
    """Return whether cells and constants can be computed, as also if no bracket is closed."""
    at, depth, before = 0, 0, ""
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            return False
        kind, at = part.lastgroup or "", part.end()
        ended = before in ("cell", "constant", "closing", "percent")  # an operand
        match kind:
            case "cell" if ended and before != "cell":  # two cells apart by a blank intersect
                return False
            case "constant" | "opening" if ended:
                return False
            case "operator" | "closing" | "percent" if not ended:
                return False
            case "range" if before not in ("cell", "closing"):
                return False
        depth += (kind == "opening") - (kind == "closing")
        if depth < 0:
            return False
        before = kind
    return before in ("cell", "constant", "closing", "percent")


def are_formulas(column: pd.Series) -> NDArray[np.bool_]:
    """Return for each cell whether a spreadsheet would run it.

    Examples
    --------
    >>> are_formulas(pd.Series(["007", "=1+1", "+12", "-2+cmd|' /C calc'!A0", "- none"])).tolist()
    [False, True, False, True, False]
    """
    cells = column.tolist()
    if not is_text(cells):
        return np.array([isinstance(cell, str) and is_formula(cell) for cell in cells], dtype=bool)
    places, distinct = distinct_texts(cells)
    return np.array(list(map(is_formula, distinct)), dtype=bool)[places]


def refuse_formulas(table: pd.DataFrame, file: str, message: str = IN_TEXT) -> None:
    """Raise DataError if a name of a column or a cell of a table would be run.

    Parameters
    ----------
    table
        The table, whose first row is row 2 of the file.
    file
        The file that it would be written to.
    message
        What is said of each.
    """
    faults = [
        Fault(file, message, row=1, column=name, value=name)
        for name in map(str, table.columns)
        if is_formula(name)
    ]
    for name, column in table.items():
        if column.dtype.kind in "biufmM":
            continue
        for row in np.flatnonzero(are_formulas(column)).tolist():
            cell = str(column.iloc[row])
            faults.append(Fault(file, message, row=row + 2, column=str(name), value=cell))
    if faults:
        raise DataError(faults)


def as_text(cell: str) -> str:
    """Return a cell with an apostrophe before what a spreadsheet would run.

    It then is text.

    Examples
    --------
    >>> as_text("=1+1"), as_text("-0.5 (-1.2 to 0.3)"), as_text("-12")
    ("'=1+1", '-0.5 (-1.2 to 0.3)', '-12')
    """
    return f"'{cell}" if is_formula(cell) else cell
