"""Whole numbers as short text, for scripts that read many of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from string import ascii_lowercase, ascii_uppercase, digits
from typing import TypeVar

#: Digits of the numbers, in order; none needs escaping in HTML or JSON.
ALPHABET = digits + ascii_uppercase + ascii_lowercase + "-_"

#: Stands for a missing number of one digit.
MISSING = "."

_Value = TypeVar("_Value", bound=Hashable)


def pack(numbers: Iterable[int], width: int) -> str:
    """Write whole numbers one after the other, each in so many digits.

    Raises
    ------
    ValueError
        If a number is negative or needs more digits.

    Examples
    --------
    >>> pack([0, 9, 10, 63], width=1), pack([1, 64], width=2)
    ('09A_', '0110')
    """
    base = len(ALPHABET)
    words = []
    for number in numbers:
        if not 0 <= number < base**width:
            raise ValueError(f"numbers must be from {0} to {base**width - 1}, got {number}")
        places = (number // base**power % base for power in reversed(range(width)))
        words.append("".join(ALPHABET[place] for place in places))
    return "".join(words)


def index_values(values: Sequence[_Value]) -> tuple[list[_Value], list[int]]:
    """Return the distinct values in order of first appearance, and the place of each among them.

    Examples
    --------
    >>> index_values(["b", "a", "b"])
    (['b', 'a'], [0, 1, 0])
    """
    places: dict[_Value, int] = {}
    indices = [places.setdefault(value, len(places)) for value in values]
    return list(places), indices
