"""Widths of the columns of a table on paper: as wide as they are, or wrapped to fit the line."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from tisstats.book.downloads.tables import PageTable

#: Longer words are broken anywhere, characters.
LONGEST_WORD = 18

#: Capitals and other wide characters, about, in widths of an average one.
_WIDE, _WIDE_AS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZmw%@—Σ"), 1.35

#: Where a line may be broken: after a blank, and after what joins parts of a name.
_BREAK = re.compile(r"(?<=[\s_/\-–])")

#: Steps of the search for widths, which halves what is left each time.
_STEPS = 40


@dataclass(frozen=True, slots=True)
class Fitted:
    """The columns of a table in a line of some width, in widths of an average character."""

    widths: tuple[float, ...]  #: of each column, without the space between them
    wrapped: tuple[bool, ...]  #: whether a column is narrower than its longest cell
    lines: int  #: lines of all rows and the head
    tallest: int  #: lines of the tallest row


def fit_columns(table: PageTable, room: float) -> Fitted | None:
    """Fit the columns of a table into a line.

    Columns that are longer than there is room for are wrapped between words, the longer ones more
    than others: widths grow with the square root of the longest cell, and columns that need less
    have less.

    Parameters
    ----------
    room
        Width of the line without the space between columns, in average characters.

    Returns
    -------
    Fitted or None
        None if the longest words do not fit beside each other.

    Examples
    --------
    >>> table = PageTable("x", "X", "", ("Group", "Reason"), (("A", "word " * 30),))
    >>> found = fit_columns(table, 40)
    >>> found.wrapped, round(sum(found.widths)), found.lines
    ((False, True), 40, 6)
    """
    return None if sum(_each(table, _longest_word)) > room else squeeze_columns(table, room)


def squeeze_columns(table: PageTable, room: float) -> Fitted:
    """Fit the columns of a table as `fit_columns` does, narrower than their words if need be."""
    natural, least = _each(table, _width), _each(table, _longest_word)
    if sum(natural) <= room:
        return Fitted(tuple(natural), (False,) * len(natural), len(table.rows) + 1, 1)
    room = max(room, 1.0)
    least = [low * min(1, room / max(sum(least), 1)) for low in least]
    widths = _shared(least, natural, room)
    heights = [
        max(_height(cell, width) for cell, width in zip(row, widths, strict=True))
        for row in (table.columns, *table.rows)
    ]
    wrapped = tuple(width < full for width, full in zip(widths, natural, strict=True))
    return Fitted(tuple(widths), wrapped, sum(heights), max(heights))


def _each(table: PageTable, measure: Callable[[str], float]) -> list[float]:
    """Return the largest measure of the cells and the head of each column."""
    return [max(map(measure, cells)) for cells in zip(table.columns, *table.rows, strict=True)]


def _shared(least: Sequence[float], natural: Sequence[float], room: float) -> list[float]:
    """Return widths between the least and the natural ones that fill the room."""

    def at(level: float) -> list[float]:
        return [
            min(max(level * math.sqrt(full), low), full)
            for low, full in zip(least, natural, strict=True)
        ]

    low, high = 0.0, room
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(at(middle)) <= room else (low, middle)
    return at(low)


# Cells are measured again for every format and size of type, and the same text stands in many.
@cache
def _width(text: str) -> float:
    return sum(_WIDE_AS if mark in _WIDE else 1.0 for mark in text)


@cache
def _longest_word(text: str) -> float:
    return max(_width(word.strip()[:LONGEST_WORD]) for word in _BREAK.split(text))


def _height(text: str, width: float) -> int:
    """Return about how many lines a text takes: words do not fill lines to the end."""
    return max(1, math.ceil(_width(text) / width * 1.1 - 0.1)) if text else 1
