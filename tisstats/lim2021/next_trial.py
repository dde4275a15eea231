"""Sample size of a next trial with a responder endpoint, for a target power."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tisstats import statistics
from tisstats.errors import shown

_SampleSize = Callable[..., statistics.SampleSizeForPower[Any]]

#: Maximum number of patients per arm that is considered; every size up to it is.
MAXIMUM = 200

#: Rows of the comparators with the same endpoint in both arms, for the proportions of a next trial.
TREATED, CONTROL = "comparators.proderm_ivig", "comparators.proderm_placebo"


@dataclass(frozen=True, slots=True)
class SampleSizeRow:
    """The sample size that a design and its test need to reach the target power."""

    design: str  #: design and test
    unit: str  #: what `smallest` and `stable` count: patients per arm, or in total
    smallest: int | None = None  #: smallest sufficient size; None if none up to `MAXIMUM`
    stable: int | None = None  #: size from which all suffice; None if none up to `MAXIMUM`
    power: float | None = None  #: exact power at the smallest size, 0 to 1
    max_type_one_error: float | None = None  #: its maximum type I error, 0 to 1


@dataclass(frozen=True, slots=True)
class NextTrialPlan:
    """Planning assumptions of a next trial.

    Raises
    ------
    ValueError
        If a value is out of range; the message names the parameter of the book.
    """

    treated_response: float  #: assumed response rate under treatment, 0 to 1
    control_response: float  #: assumed response rate under control, 0 to 1 and the lower one
    target_power: float  #: target power, above 0 and below 1
    confidence_level: float  #: above 0 and below 1; alpha is 1 minus it

    def __post_init__(self) -> None:
        for name in ("control_response", "target_power", "confidence_level"):
            if not 0 < getattr(self, name) < 1:
                value = getattr(self, name)
                raise ValueError(f"{name} must be above 0 and below 1, got {value}")
        if not self.control_response < self.treated_response <= 1:
            raise ValueError(
                f"treated_response must be above control_response ({self.control_response}) and at "
                f"most 1, got {shown(self.treated_response)}"
            )

    @property
    def alpha(self) -> float:
        """Two-sided type I error."""
        # 1 - 0.95 is 0.050000000000000044 in binary, and is meant to be 0.05.
        return round(1 - self.confidence_level, 12)

    def fisher(self) -> SampleSizeRow:
        """Return the size of each of two arms, compared by Fisher's exact test."""
        return self._two_arms("two arms, Fisher's exact test", "fisher")

    def sizes(self) -> list[SampleSizeRow]:
        """Return the sizes by exact power, one per design and test.

        Boschloo's test is omitted: evaluating every size would take minutes.
        """
        return [
            self.fisher(),
            self._two_arms("two arms, chi-square test", "chi-square"),
            self._size(
                "single arm against a fixed response rate, exact binomial test",
                "in total",
                statistics.single_arm_sample_size,
            ),
        ]

    def _two_arms(self, design: str, test: str) -> SampleSizeRow:
        return self._size(design, "per arm", partial(statistics.two_arm_sample_size, test=test))

    def _size(self, design: str, unit: str, find: _SampleSize) -> SampleSizeRow:
        proportions = self.treated_response, self.control_response
        try:
            size = find(self.target_power, *proportions, alpha=self.alpha, maximum=MAXIMUM)
        except statistics.PowerNotAttainedError:
            return SampleSizeRow(design, unit)
        best, stable = size.smallest, size.stable and _patients(size.stable)
        return SampleSizeRow(design, unit, _patients(best), stable, best.power, best.type_one_error)


def _patients(planned: statistics.TwoArmPower | statistics.SingleArmPower) -> int:
    return planned.trials_1 if isinstance(planned, statistics.TwoArmPower) else planned.trials
