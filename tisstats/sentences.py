"""Parts of sentences: a count with its noun, names in a row, the beginning of a sentence."""

from __future__ import annotations

from collections.abc import Sequence


def count_of(number: float, noun: str) -> str:
    """Return a number with its noun, in the plural for other numbers than one.

    >>> count_of(1, "visit"), count_of(0, "visit"), count_of(3.0, "day"), count_of(0.5, "day")
    ('1 visit', '0 visits', '3 days', '0.5 days')
    """
    shown = f"{number:g}" if isinstance(number, float) else number
    return f"{shown} {noun}{'' if number == 1 else 's'}"


def first_few(names: Sequence[str], most: int = 5, of: int | None = None) -> str:
    """Return the first names of a list, and how many more there are.

    Parameters
    ----------
    names
        The names, or as many of them as are known.
    most
        How many of them are named at most.
    of
        How many there are in all; by default as many as `names`.

    Examples
    --------
    >>> first_few(["mmt", "ck", "haq"], 2), first_few(["mmt"], 2)
    ('mmt, ck and 1 more', 'mmt')
    """
    named = names[:most]
    more = (len(names) if of is None else of) - len(named)
    return f"{', '.join(named)}{f' and {more} more' if more > 0 else ''}"


def join_names(names: Sequence[str]) -> str:
    """List names in a sentence.

    >>> join_names(["one"]), join_names(["one", "two"]), join_names(["one", "two", "three"])
    ('one', 'one and two', 'one, two and three')
    >>> join_names([])
    'none'
    """
    *before, last = names or ["none"]
    return f"{', '.join(before)} and {last}" if before else last


def capitalised(text: str) -> str:
    """Return a text as it begins a sentence; what follows its first letter stays as it is.

    >>> capitalised("median of the TIS"), capitalised("")
    ('Median of the TIS', '')
    """
    return text[:1].upper() + text[1:]
