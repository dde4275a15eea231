"""What a statement of the article is, and what it is checked on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.study.published import Published
from tisstats.study.trial.aggregates import Value
from tisstats.study.trial.analysis import Analysis
from tisstats.study.trial.characteristics import Mask
from tisstats.study.trial.consistency import UNITS
from tisstats.study.trial.counts import Facts


@dataclass(frozen=True, eq=False)
class Case:
    """What a statement is checked on."""

    analysis: Analysis  #: the patients and their courses
    values: Mapping[str, Value]  #: the aggregates, by address
    facts: Facts  #: what the article says of its design
    published: Published  #: the published facts

    @property
    def patients(self) -> pd.DataFrame:
        """The analysed patients."""
        return self.analysis.patients

    def numbers(self, mask: Mask) -> str:
        """Name the analysed patients of a mask by their numbers."""
        return named(self.patients.loc[mask, "patient_id"].to_list())

    def unless(self, wrong: Mask, said: str) -> tuple[str, bool]:
        """Agree if no analysed patient is among the wrong ones; otherwise name them."""
        return (f"not so in {self.numbers(wrong)}" if wrong.any() else said), not wrong.any()

    def last(self, measure: str) -> NDArray[np.float64]:
        """Give a measure at each analysed patient's last visit, in its own unit."""
        rows = np.arange(len(self.patients))
        return self.analysis.units[measure][rows, self.analysis.last] / UNITS


def named(ids: list[int]) -> str:
    """Name patients by their numbers.

    >>> named([]), named([4]), named([4, 7])
    ('nobody', 'patient 4', 'patients 4, 7')
    """
    if not ids:
        return "nobody"
    return f"patient{'s' if len(ids) > 1 else ''} {', '.join(map(str, ids))}"


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that the article says of its patients."""

    name: str  #: short name
    place: str  #: section of the article
    says: str  #: what it says, in our words
    holds: Callable[[Case], tuple[str, bool]]  #: what was found, and whether it agrees


Check = Callable[[Case], tuple[str, bool]]


def statement(register: dict[str, Statement], place: str) -> Callable[[Check], Check]:
    """Note a check as a statement: its name is the function's, its words the docstring's first."""

    def note(check: Check) -> Check:
        says = (check.__doc__ or "").partition("\n")[0].removesuffix(".")
        register[check.__name__] = Statement(check.__name__, place, says, check)
        return check

    return note
