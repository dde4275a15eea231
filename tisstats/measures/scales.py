"""The scale of an outcome measure: range, step, direction, unit."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal


@dataclass(frozen=True, slots=True)
class Scale:
    """Range, step and direction of an outcome measure."""

    name: str  #: name for tables and figures
    abbreviation: str  #: short name, as clinicians write it
    low: int  #: minimum, in `unit`
    high: int | None  #: maximum, in `unit`; None if unbounded
    step: Fraction  #: smallest difference that can be recorded, in `unit`; 0: any value
    unit: str  #: unit of the values
    better: Literal["lower", "higher"]  #: whether lower or higher values are better
    source: str  #: source of the range and step
    assumed: bool = False  #: whether the range, or what is measured, is an assumption
    step_assumed: bool = False  #: whether only the step is an assumption
    certainty: str = ""  #: how certain it is, where one word is not enough

    @property
    def units(self) -> str:
        """The unit after a range or several values."""
        return f"{self.unit}s" if self.unit == "grade" else self.unit

    @property
    def step_is_assumed(self) -> bool:
        """Whether the step is an assumption, with the range or alone."""
        return self.assumed or self.step_assumed
