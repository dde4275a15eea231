"""A small table of ratios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, beside what it is measured against."""

    what: str
    seconds: float
    ratio: float | None = None  #: to the yardstick of the same run
    aim: float | None = None  #: the ratio to stay below

    def cells(self) -> tuple[str, str, str, str]:
        """Return the row as text."""
        aim = "" if self.aim is None else f"{self.aim:.2f}"
        return (
            self.what,
            _short(self.seconds),
            "" if self.ratio is None else _short(self.ratio),
            aim,
        )


def _short(number: float) -> str:
    """Format a measured number, to three digits at most and never as 0.

    >>> [_short(each) for each in (10_699.5, 99.456, 0.005, 0.00349, 0)]
    ['10700', '99.46', '0.01', '0.003', '< 0.0001']
    """
    if number >= 100:
        return f"{float(f'{number:.3g}'):.0f}"
    if number >= 0.005:
        return f"{number:.2f}"
    return f"{float(f'{number:.1g}'):f}".rstrip("0") if number >= 0.0001 else "< 0.0001"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title."""

    title: str
    rows: tuple[Row, ...]


#: What has been shown since the program started.
SHOWN: list[Table] = []


def show(title: str, rows: Sequence[Row]) -> None:
    """Print rows under a title, and note them for the page of results."""
    SHOWN.append(Table(title, tuple(rows)))
    print(f"\n{title}\n")
    for what, *numbers in (("", "seconds", "ratio", "aim"), *(row.cells() for row in rows)):
        print(f"  {what:<44}" + "".join(f"{number:>9}" for number in numbers))
