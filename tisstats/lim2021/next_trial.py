"""Sample size of a next trial with responders as endpoint, for a wanted power."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tisstats.statistics import (
    PowerOutOfReachError,
    PowerSize,
    SingleArmPower,
    TwoArmPower,
    single_arm_size,
    two_arm_size,
)

#: Most patients in an arm that are considered; every size up to it is.
MAXIMUM = 200

#: Rows of the comparators with the same endpoint in both arms, for the shares of a next trial.
TREATED, CONTROL = "comparators.proderm_ivig", "comparators.proderm_placebo"


@dataclass(frozen=True, slots=True)
class PlannedSize:
    """The patients that a design and its test need to reach the wanted power."""

    design: str  #: design and test
    unit: str  #: of what `first` and `lasting` are the patients: each arm, or all
    first: int | None = None  #: smallest size that suffices; None if none up to `MAXIMUM` does
    lasting: int | None = None  #: size from which on all do; None if up to `MAXIMUM` there is none
    power: float | None = None  #: exact power at the smallest size, 0 to 1
    error: float | None = None  #: its maximum type I error, 0 to 1


@dataclass(frozen=True, slots=True)
class Plan:
    """Planning assumptions of a next trial.

    Raises
    ------
    ValueError
        If a value is not allowed; the message names the parameter of the book.
    """

    treated_response: float  #: share assumed to respond with the treatment, 0 to 1
    control_response: float  #: share assumed to respond without it, 0 to 1 and the lower one
    wanted_power: float  #: power to reach, above 0 and below 1
    confidence_level: float  #: above 0 and below 1; alpha is 1 minus it

    def __post_init__(self) -> None:
        for name in ("control_response", "wanted_power", "confidence_level"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: allowed is above 0 and below 1")
        if not self.control_response < self.treated_response <= 1:
            raise ValueError(
                f"treated_response is {self.treated_response}: allowed is above control_response, "
                f"which is {self.control_response}, and at most 1; with equal shares there is no "
                "difference, which no number of patients finds"
            )

    @property
    def alpha(self) -> float:
        """Two-sided type I error."""
        # 1 - 0.95 is 0.050000000000000044 in binary, and is meant to be 0.05.
        return round(1 - self.confidence_level, 12)

    def fisher(self) -> PlannedSize:
        """Return the size of each of two arms, compared by Fisher's exact test."""
        return self._two_arms("two arms, Fisher's exact test", "fisher")

    def sizes(self) -> list[PlannedSize]:
        """Return the sizes by exact power, one a design and test.

        The test of Boschloo is left out: evaluating every size would take minutes.
        """
        return [
            self.fisher(),
            self._two_arms("two arms, chi-square test", "chi-square"),
            self._size("one arm against a fixed share, binomial test", "in all", single_arm_size),
        ]

    def _two_arms(self, design: str, test: str) -> PlannedSize:
        return self._size(design, "in each arm", partial(two_arm_size, test=test))

    def _size(self, design: str, unit: str, find: Callable[..., PowerSize[Any]]) -> PlannedSize:
        shares = self.treated_response, self.control_response
        try:
            size = find(self.wanted_power, *shares, alpha=self.alpha, maximum=MAXIMUM)
        except PowerOutOfReachError:
            return PlannedSize(design, unit)
        lasting = None if size.lasting is None else _patients(size.lasting)
        return PlannedSize(
            design, unit, _patients(size.first), lasting, size.first.power, size.first.error
        )


def _patients(planned: TwoArmPower | SingleArmPower) -> int:
    return planned.trials_1 if isinstance(planned, TwoArmPower) else planned.trials
