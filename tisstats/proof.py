"""A proven statement with its conditions; its text always carries both.

A bound over "all data" is a bound over all data on some grid, for a given number of patients and
some definition; without these words it is false.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProvenStatement:
    """A statement that has been proven, and the conditions of the proof.

    Examples
    --------
    >>> print(ProvenStatement("at most 63.1%", ("whole weeks", "no rescue before week 4")))
    at most 63.1% (proven under these conditions: whole weeks; no rescue before week 4)
    >>> ProvenStatement("at most 63.1%", ())
    Traceback (most recent call last):
        ...
    ValueError: conditions must name at least one condition, got ()
    """

    statement: str  #: what holds, as part of a sentence and without a full stop
    conditions: tuple[str, ...]  #: what the proof rests on, each readable after "assuming"

    def __post_init__(self) -> None:
        if not self.statement.strip():
            raise ValueError("statement must not be empty")
        if not self.conditions or not all(each.strip() for each in self.conditions):
            raise ValueError(
                f"conditions must name at least one condition, got {self.conditions!r}"
            )

    def __str__(self) -> str:
        return f"{self.statement} (proven under these conditions: {'; '.join(self.conditions)})"

    @property
    def assuming(self) -> str:
        """The conditions alone, for a caption or a note under a table."""
        return "; ".join(self.conditions)
