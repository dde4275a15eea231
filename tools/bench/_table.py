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
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        aim = "" if self.aim is None else f"{self.aim:.2f}"
        return self.what, f"{self.seconds:.{0 if self.seconds >= 100 else 2}f}", ratio, aim


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
