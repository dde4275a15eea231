"""A trial of two arms whose visits are missed: three patterns, three rules, and what they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from tisstats.statistics import (
    OperatingCharacteristics,
    PlannedArm,
    SimulatedCharacteristics,
    TooManyTablesError,
    TwoArmDesign,
    operating_characteristics,
    planned_arm,
    simulate_trials,
)
from tisstats.statistics.trial_design import MissingHandling

#: Shares of missed visits that are assumed, 0 to 1, and the one that the text is about.
SHARES: Final = (0.0, 0.1, 0.2, 0.3)
SHARE: Final = 0.2

#: Rules for the unknown responses, as the lesson names them.
RULES: Final[Mapping[MissingHandling, str]] = MappingProxyType(
    {"non-responder": "non-response", "unknown": "left out", "bounds": "bounds"}
)

#: Simulated trials, and their seed.
TRIALS: Final = 100_000
SEED: Final = 1


@dataclass(frozen=True, slots=True)
class MissedPattern:
    """Who misses visits, in words and as shares of the assumed share."""

    label: str  #: in words
    treated: float = 0.0  #: responders of the treated arm
    treated_without_response: float = 0.0  #: the others of that arm
    placebo: float = 0.0  #: responders of the placebo arm
    placebo_without_response: float = 0.0  #: the others of that arm


ALIKE: Final = MissedPattern("in both arms alike", 1, 1, 1, 1)
PLACEBO_ONLY: Final = MissedPattern("in the placebo arm only", 0, 0, 1, 1)
WITHOUT_RESPONSE: Final = MissedPattern("by patients without response", 0, 1, 0, 1)
PATTERNS: Final = (ALIKE, PLACEBO_ONLY, WITHOUT_RESPONSE)


@dataclass(frozen=True, slots=True)
class MissedVisitsTrial:
    """A trial of two equal arms, compared by Fisher's exact test.

    Examples
    --------
    >>> trial = MissedVisitsTrial(20, 0.8, 0.3, alpha=0.05)
    >>> round(trial.characteristics("non-responder", ALIKE, 0.2).rejection_probability, 3)
    0.62
    """

    patients: int  #: patients in each arm
    treated_response: float  #: true response rate with treatment, 0 to 1
    placebo_response: float  #: true response rate with placebo, 0 to 1
    alpha: float  #: two-sided significance level, 0 to 1
    confidence_level: float = 0.95  #: of the interval of the difference, 0 to 1

    def design(
        self, rule: MissingHandling, pattern: MissedPattern, share: float, *, null: bool = False
    ) -> TwoArmDesign:
        """Return the design; if the null hypothesis is true, both arms respond as with placebo.

        Parameters
        ----------
        rule
            For unknown responses, one of `RULES`.
        pattern
            Who misses visits.
        share
            What share of them, 0 to 1.
        """
        treated = self._arm(
            self.placebo_response if null else self.treated_response,
            share * pattern.treated,
            share * pattern.treated_without_response,
        )
        placebo = self._arm(
            self.placebo_response,
            share * pattern.placebo,
            share * pattern.placebo_without_response,
        )
        return TwoArmDesign(
            treated,
            placebo,
            alpha=self.alpha,
            missing=rule,
            confidence_level=self.confidence_level,
        )

    def _arm(self, response: float, missed: float, without_response: float) -> PlannedArm:
        return planned_arm(
            self.patients, response, missed=missed, missed_without_response=without_response
        )

    def characteristics(
        self, rule: MissingHandling, pattern: MissedPattern, share: float, *, null: bool = False
    ) -> OperatingCharacteristics:
        """Return the operating characteristics: exact, or simulated if the sum is too long."""
        design = self.design(rule, pattern, share, null=null)
        return _exact(design) or _simulated(design)

    def is_simulated(
        self, rule: MissingHandling, pattern: MissedPattern, share: float, *, null: bool = False
    ) -> bool:
        """Return whether `characteristics` simulates, as the exact sum is too long."""
        return _exact(self.design(rule, pattern, share, null=null)) is None

    def simulated(self) -> SimulatedCharacteristics:
        """Simulate the trial with `SHARE` of the visits missed alike, counted as non-response."""
        design = self.design("non-responder", ALIKE, SHARE)
        return simulate_trials(design, trials=TRIALS, seed=SEED)


@cache
def _exact(design: TwoArmDesign) -> OperatingCharacteristics | None:
    try:
        return operating_characteristics(design)
    except TooManyTablesError:
        return None


@cache
def _simulated(design: TwoArmDesign) -> OperatingCharacteristics:
    found = simulate_trials(design, trials=TRIALS, seed=SEED).to_frame()
    return OperatingCharacteristics(*found["simulated"])
