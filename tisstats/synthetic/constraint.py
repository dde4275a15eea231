"""One named constraint: something printed or stated that every cohort must meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tisstats.forensics.order_statistics import Ints
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.cohort import Cohort
from tisstats.synthetic.scoring import Bools
from tisstats.synthetic.targets import Targets


@dataclass(frozen=True, slots=True)
class View:
    """What a constraint looks at."""

    cohort: Cohort  #: the candidate
    assumptions: Assumptions  #: under which it was drawn
    targets: Targets  #: the printed numbers

    def count(self, address: str) -> int:
        """Return a printed whole number by its address."""
        return self.targets.count(address)

    def agree(self, who: Bools, address: str) -> bool:
        """Return whether as many patients as printed have something."""
        return int(who.sum()) == self.count(address)

    def column(self, name: str) -> Ints:
        """Return a column of the analysed patients."""
        return self.cohort.column(name)

    def where(self, name: str, word: str) -> Bools:
        """Return which analysed patients have a word in a column."""
        return self.cohort.where(name, word)


@dataclass(frozen=True, slots=True)
class Constraint:
    """Something that every cohort must meet."""

    name: str  #: short name
    requirement: str  #: what it demands, in words
    place: str  #: where the article has it
    addresses: tuple[str, ...]  #: printed numbers that it stands for, as in `Published`
    holds: Callable[[View], bool]  #: tests a cohort
    enforced_by: Callable[..., object]  #: the part of the generator that enforces it
    implied_by: tuple[str, ...] = ()  #: constraints that together leave it no choice

    @property
    def tested_at(self) -> str:
        """File and line of the test, such as ``constraints_of_tables.py:40``."""
        return place_of_code(self.holds)

    @property
    def enforced_at(self) -> str:
        """File and line of what enforces it."""
        return place_of_code(self.enforced_by)


def place_of_code(function: Callable[..., object]) -> str:
    """Return in which file of this package and in which line a function begins.

    >>> place_of_code(place_of_code).partition(":")[0]
    'constraint.py'
    """
    # A test that is made for each row of a table has the general function in it.
    code = getattr(function, "func", function).__code__
    return f"{Path(code.co_filename).name}:{code.co_firstlineno}"


def constraint(
    place: str, *addresses: str, enforced_by: Callable[..., object]
) -> Callable[[Callable[[View], bool]], Constraint]:
    """Make a constraint of a test: its name is the function's, its demand the docstring."""

    def made(holds: Callable[[View], bool]) -> Constraint:
        requirement = " ".join((holds.__doc__ or "").split()).rstrip(".")
        return Constraint(holds.__name__, requirement, place, addresses, holds, enforced_by)

    return made
