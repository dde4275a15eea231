"""One named constraint, and how a module lists its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.cohort import Cohort
from tisstats.synthetic.targets import Targets


@dataclass(frozen=True, slots=True)
class View:
    """What a constraint looks at."""

    cohort: Cohort  #: the candidate
    assumptions: Assumptions  #: under which it was drawn
    targets: Targets  #: the printed numbers


@dataclass(frozen=True, slots=True)
class Constraint:
    """Something that every cohort must meet."""

    name: str  #: short name
    demand: str  #: what it demands, in words
    place: str  #: where the article has it
    addresses: tuple[str, ...]  #: printed numbers that it stands for, as in `Published`
    holds: Callable[[View], bool]  #: tests a cohort
    enforced_by: Callable[..., object]  #: the part of the generator that sees to it
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
    """Say in which file of this package and in which line a function begins.

    >>> place_of_code(place_of_code).partition(":")[0]
    'constraint.py'
    """
    # A test that is made for each row of a table keeps the general function beside it.
    general = getattr(function, "func", function)
    general = getattr(general, "__func__", general)
    code = general.__code__
    return f"{Path(code.co_filename).name}:{code.co_firstlineno}"


def constraint(
    place: str,
    *addresses: str,
    enforced_by: Callable[..., object],
    implied_by: tuple[str, ...] = (),
) -> Callable[[Callable[[View], bool]], Constraint]:
    """Make a constraint of a test: its name is the function's, its demand the docstring."""

    def made(holds: Callable[[View], bool]) -> Constraint:
        demand = " ".join((holds.__doc__ or "").split()).rstrip(".")
        return Constraint(holds.__name__, demand, place, addresses, holds, enforced_by, implied_by)

    return made


def listed_in(module: ModuleType) -> list[Constraint]:
    """Give the constraints that a module defines, in order."""
    return [value for value in vars(module).values() if isinstance(value, Constraint)]
