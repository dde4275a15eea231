"""What a statement of the article is, and what it is checked on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tisstats.ledger.published import Published
from tisstats.lim2021.cohort_check.aggregates import Value
from tisstats.lim2021.cohort_check.counts import Facts
from tisstats.lim2021.patient_ids import article_numbers
from tisstats.trial.analysis import Analysis
from tisstats.trial.columns import Columns
from tisstats.trial.consistency import UNITS
from tisstats.trial.known import Known, Mask


@dataclass(frozen=True, eq=False)
class Case:
    """What a statement is checked on."""

    analysis: Analysis  #: the patients and their courses
    values: Mapping[str, Value]  #: the aggregates, by address
    facts: Facts  #: what the article says of its design
    published: Published  #: the published facts

    @property
    def analysed(self) -> Columns:
        """The analysed patients by column."""
        return self.analysis.analysed

    @property
    def everybody(self) -> Columns:
        """All patients by column, those left out included."""
        return self.analysis.everybody

    def numbers(self, mask: Mask) -> str:
        """Name the analysed patients of a mask."""
        return named(self.analysed["patient_id"][mask])

    def nobody(self) -> Mask:
        """Give a mask of no analysed patient."""
        return np.zeros(len(self.analysed["patient_id"]), dtype=bool)

    def left_out(self) -> dict[str, Any] | None:
        """Give the cells of the patient whom the article left out; None if there is none."""
        number = self.facts.excluded_patient
        rows = np.flatnonzero(article_numbers(self.everybody["patient_id"]) == number)
        return (
            {name: cells[rows[0]] for name, cells in self.everybody.items()} if len(rows) else None
        )

    def unless(self, wrong: Mask, said: str) -> tuple[str, bool]:
        """Agree if no analysed patient is among the wrong ones; otherwise name them."""
        return (f"not so in {self.numbers(wrong)}" if wrong.any() else said), not wrong.any()

    def unless_known(self, wrong: Known, said: str) -> tuple[str, bool]:
        """Agree if every analysed patient is known not to be wrong; otherwise name the others."""
        parts = [f"not so in {self.numbers(wrong.yes)}"] if wrong.yes.any() else []
        parts += [f"not known of {self.numbers(wrong.unknown)}"] if wrong.unknown.any() else []
        return "; ".join(parts) or said, not parts

    def last(self, measure: str) -> NDArray[np.float64]:
        """Give a measure at each analysed patient's last visit, in its own unit."""
        rows = np.arange(len(self.analysis.last))
        return self.analysis.units[measure][rows, self.analysis.last] / UNITS


def named(ids: Iterable[str]) -> str:
    """Name patients.

    >>> named([]), named(["S-04"]), named(["S-04", "S-07"])
    ('nobody', 'patient S-04', 'patients S-04, S-07')
    """
    names = list(ids)
    if not names:
        return "nobody"
    return f"patient{'s' if len(names) > 1 else ''} {', '.join(names)}"


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that the article says of its patients."""

    name: str  #: short name
    place: str  #: section of the article
    says: str  #: what it says, in our words
    holds: Callable[[Case], tuple[str, bool]]  #: what was found, and whether it agrees
    of_numbered: bool = False  #: whether it is of patients whom the article knows by number


Check = Callable[[Case], tuple[str, bool]]


def statement(
    register: dict[str, Statement], place: str, *, of_numbered: bool = False
) -> Callable[[Check], Check]:
    """Note a check as a statement: its name is the function's, its words the docstring's first.

    What the article says of patients by their number, or by their place before or after the
    amendment, is asked of synthetic patients only: they stand in the article's order.
    """

    def note(check: Check) -> Check:
        says = (check.__doc__ or "").partition("\n")[0].removesuffix(".")
        register[check.__name__] = Statement(check.__name__, place, says, check, of_numbered)
        return check

    return note
