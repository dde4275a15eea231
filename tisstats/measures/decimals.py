"""Which mark a file writes decimals with, told by its own numbers and never guessed.

Spreadsheets of many countries separate cells by semicolons and write 3,8 for 3.8; some put a point
or a comma between thousands. So 1.199 may be 1199, and 1,199 as well. What settles it is another
number of the file that can be read in one way only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tisstats.errors import Fault
from tisstats.measures.visit_table import FAULTS_PER_COLUMN, MEASURE_COLUMNS

_MARKED = re.compile(r"[-+]?\d*([.,])\d*")
#: One point or comma that may stand between thousands: 1.199, and not 0.375 or 12.5.
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}[.,]\d{3}")
_NAMES = {".": "point", ",": "comma"}
_OTHER = {".": ",", ",": "."}


def decimal_mark(
    columns: Mapping[str, Sequence[str]], file: str, lines: NDArray[np.int64]
) -> tuple[str, list[Fault]]:
    """Return the mark of the decimals of a file, and what of it cannot be read for sure.

    Parameters
    ----------
    columns : mapping of str to sequence of str
        The columns of numbers as they stand in the file.
    file : str
        Its name, for the faults.
    lines : numpy.ndarray
        Line of each row in the file.

    Returns
    -------
    str
        "." or ","; a point if nothing in the file has a mark.
    list of Fault
        Every number with the other mark; or, where no number tells which one is meant, every
        number that may be of thousands. Not to be read on if there are any.

    Notes
    -----
    A measure on a scale cannot be of thousands, so its 1.125 tells that the point is decimal. A
    number with several marks is none, and is told when the values are checked.

    Examples
    --------
    >>> decimal_mark({"haq": ["1,125", "2"], "ck": ["1,199", "196"]}, "visits.csv", np.arange(2))
    (',', [])
    >>> mark, (fault,) = decimal_mark({"ck": ["3.000"]}, "visits.csv", np.array([2]))
    >>> print(fault)  # doctest: +ELLIPSIS
    visits.csv, row 2, column ck, value '3.000': may be 3 or 3000: no other number of the file ...
    """
    found = list(_marks(columns))
    telling = {mark for mark, tells, *_ in found if tells}
    if not telling:
        message = (
            "may be {} or {}: no other number of the file tells whether its {} is decimal; write "
            "thousands without it, or decimals with other than three digits"
        )
        wrong = []
        for mark, _, name, row, cell in found:
            decimal, joined = f"{float(cell.replace(mark, '.')):g}", cell.replace(mark, "")
            wrong.append((name, row, message.format(decimal, joined, _NAMES[mark])))
        return ".", _faults(wrong, columns, file, lines)
    # A file with both is read by the one that most of its numbers have; all others are told.
    mark = max(sorted(telling), key=[each for each, tells, *_ in found if tells].count)
    message = f"has a {_NAMES[_OTHER[mark]]} in a file with decimal {_NAMES[mark]}s"
    message += "; write thousands without any mark"
    wrong = [(name, row, message) for each, _, name, row, _ in found if each != mark]
    return mark, _faults(wrong, columns, file, lines)


def _marks(columns: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, bool, str, int, str]]:
    """Give each number with one mark: the mark, whether it tells, column, row, text."""
    for name, cells in columns.items():
        for row, cell in enumerate(cells):
            text = cell.strip()
            if len(text) > 1 and (match := _MARKED.fullmatch(text)):
                tells = name in MEASURE_COLUMNS or not _THOUSANDS.fullmatch(text)
                yield match[1], tells, name, row, text


def _faults(
    wrong: list[tuple[str, int, str]],
    columns: Mapping[str, Sequence[str]],
    file: str,
    lines: NDArray[np.int64],
) -> list[Fault]:
    faults = [
        Fault(file, message, int(lines[row]), name, columns[name][row].strip())
        for name, row, message in wrong[:FAULTS_PER_COLUMN]
    ]
    if (more := len(wrong) - FAULTS_PER_COLUMN) > 0:
        faults.append(Fault(file, f"and {more} more numbers like these"))
    return faults
