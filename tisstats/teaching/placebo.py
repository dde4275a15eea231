"""The placebo response: two arms of a randomised trial, and an uncontrolled response rate."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import binom

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.response import ResponseCount
from tisstats.statistics import Interval, proportion_difference, proportion_interval

#: Addresses of both arms of ProDERM among the published facts.
TREATED, PLACEBO = "comparators.proderm_ivig", "comparators.proderm_placebo"

#: Methods of the interval for a difference, each with a short definition.
DIFFERENCE_METHODS = {
    "newcombe": "from the Wilson limits of both arms",
    "miettinen-nurminen": "by inverting the score test",
    "agresti-caffo": "Wald, with one success and one failure added to each arm",
    "wald": "the normal approximation",
}

#: Assumed response rates without an effective treatment, 0 to 1.
BACKGROUND_RESPONSE_RATES = (0.1, 0.2, 0.3, 0.4, 0.5)


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm of a trial."""

    responders: int  #: patients who responded
    patients: int  #: patients in the arm

    @classmethod
    def read(cls, published: PublishedFacts, address: str) -> Arm:
        """Read an arm from the published facts, such as `TREATED`."""
        return cls(published.count(f"{address}.responders"), published.count(f"{address}.patients"))

    @property
    def proportion(self) -> float:
        """Proportion of responders, 0 to 1."""
        return self.responders / self.patients

    def interval(self, confidence_level: float, method: str) -> Interval:
        """Compute the interval of the proportion of responders, 0 to 1."""
        return proportion_interval(
            self.responders, self.patients, confidence_level=confidence_level, method=method
        )


def arm_difference(
    treated: Arm, placebo: Arm, *, confidence_level: float, method: str = "newcombe"
) -> Interval:
    """Compute the difference in response proportions, treated minus placebo, with its interval.

    Parameters
    ----------
    treated, placebo
        The two arms.
    confidence_level
        Confidence level, 0 to 1.
    method
        One of `DIFFERENCE_METHODS`.
    """
    return proportion_difference(
        treated.responders,
        treated.patients,
        placebo.responders,
        placebo.patients,
        confidence_level,
        method,
    )


def probability_of_at_least(count: ResponseCount, background: float) -> float:
    """Compute the probability of at least the observed responders at a background response rate.

    Each patient is assumed to respond with this probability, independently of the others.
    """
    return float(binom.sf(count.responders - 1, count.patients, background))
