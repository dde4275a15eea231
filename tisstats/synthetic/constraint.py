"""A named constraint: something printed or stated that every cohort must meet."""

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
class ConstraintInput:
    """A candidate cohort with its assumptions and targets, as passed to a constraint."""

    cohort: Cohort  #: the candidate
    assumptions: Assumptions  #: under which it was drawn
    targets: Targets  #: the printed numbers

    def count(self, address: str) -> int:
        """Return a printed whole number by its address."""
        return self.targets.count(address)

    def matches(self, who: Bools, address: str) -> bool:
        """Return whether the number of these patients is as printed."""
        return int(who.sum()) == self.count(address)

    def column(self, name: str) -> Ints:
        """Return a column of the analysed patients."""
        return self.cohort.column(name)

    def where(self, name: str, label: str) -> Bools:
        """Return which analysed patients have a label in a column."""
        return self.cohort.where(name, label)


@dataclass(frozen=True, slots=True)
class Constraint:
    """Something that every cohort must meet."""

    name: str  #: short name
    requirement: str  #: what it requires, in words
    place: str  #: where it is printed
    addresses: tuple[str, ...]  #: printed numbers that it covers, as in `PublishedFacts`
    holds: Callable[[ConstraintInput], bool]  #: whether a cohort meets it
    enforced_by: Callable[..., object]  #: function of the generator that enforces it
    implied_by: tuple[str, ...] = ()  #: constraints that together imply it

    @property
    def tested_at(self) -> str:
        """File and line of the test, such as ``constraints_of_tables.py:40``."""
        return source_location(self.holds)

    @property
    def enforced_at(self) -> str:
        """File and line of what enforces it."""
        return source_location(self.enforced_by)


def source_location(function: Callable[..., object]) -> str:
    """Return in which file of this package and in which line a function begins.

    >>> source_location(source_location).partition(":")[0]
    'constraint.py'
    """
    code = function.__code__
    return f"{Path(code.co_filename).name}:{code.co_firstlineno}"


def constraint(
    place: str, *addresses: str, enforced_by: Callable[..., object]
) -> Callable[[Callable[[ConstraintInput], bool]], Constraint]:
    """Decorate a test of cohorts as a constraint, named and described by its function."""

    def made(holds: Callable[[ConstraintInput], bool]) -> Constraint:
        requirement = " ".join((holds.__doc__ or "").split()).rstrip(".")
        return Constraint(holds.__name__, requirement, place, addresses, holds, enforced_by)

    return made
