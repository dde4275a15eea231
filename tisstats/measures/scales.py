"""The scale of an outcome measure: range, step, direction, unit.

What a scale allows bounds what a summary of it can be.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal


@dataclass(frozen=True, slots=True)
class Scale:
    """What values an outcome measure can take."""

    name: str  #: name for tables and figures
    abbreviation: str  #: short name, as clinicians write it
    low: int  #: least value, in `unit`
    high: int | None  #: greatest value, in `unit`; None where there is no upper end
    step: Fraction  #: smallest difference that can be recorded, in `unit`
    unit: str  #: unit of the values
    better: Literal["lower", "higher"]  #: which end is the healthy one
    source: str  #: where the range and step come from
    assumed: bool = False  #: whether the range, or what is measured, is an assumption
    step_assumed: bool = False  #: whether the step is, where the range is established
    certainty: str = ""  #: how sure it is, where one word is not enough

    @property
    def step_is_assumed(self) -> bool:
        """Whether the step is an assumption, with the range or alone."""
        return self.assumed or self.step_assumed
