"""A proven statement together with its conditions.

"Proven" reaches a page through `Proof` alone: it requires the conditions, and its text gives
statement and conditions in one sentence. A bound over "all data" is a bound over all data on some
grid, of a number of patients, by some definition; without these words it is false.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proof:
    """A statement that has been proven, and the conditions of the proof.

    Examples
    --------
    >>> print(Proof("at most 63.1 %", ("one of the seven stayed until week 4", "whole weeks")))
    at most 63.1 % (proven, assuming: one of the seven stayed until week 4; whole weeks)
    >>> Proof("at most 63.1 %", ())
    Traceback (most recent call last):
        ...
    ValueError: conditions must name at least one condition, got ()
    """

    statement: str  #: what is proven, a clause without a full stop
    conditions: tuple[str, ...]  #: conditions, each readable after "assuming"

    def __post_init__(self) -> None:
        if not self.statement.strip():
            raise ValueError("statement must not be empty")
        if not self.conditions or not all(each.strip() for each in self.conditions):
            raise ValueError(
                f"conditions must name at least one condition, got {self.conditions!r}"
            )

    def __str__(self) -> str:
        return f"{self.statement} (proven, assuming: {'; '.join(self.conditions)})"

    @property
    def assuming(self) -> str:
        """The conditions alone, for a caption or a table note."""
        return "; ".join(self.conditions)
