"""The placebo response: two arms of a randomised trial, and a share without a control group."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from scipy.stats import binom

from tisstats.ledger.published import Published
from tisstats.lim2021.response import ResponseCount
from tisstats.printed import as_printed
from tisstats.statistics import (
    Interval,
    method_name,
    proportion_difference,
    proportion_interval,
)

TREATED, PLACEBO = "proderm_ivig", "proderm_placebo"

#: Methods of the interval for a difference, each with what it is for a page.
METHODS = {
    "newcombe": "from the Wilson limits of both arms",
    "miettinen-nurminen": "by inverting the score test",
    "agresti-caffo": "Wald, with one success and one failure added to each arm",
    "wald": "the normal approximation",
}

#: Shares of patients that might respond without an effective treatment, 0 to 1.
BACKGROUND = (0.1, 0.2, 0.3, 0.4, 0.5)

#: Chances below this would print as zero.
_LEAST_SHOWN = 0.001


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm of a trial."""

    responders: int  #: patients who responded
    patients: int  #: patients in the arm
    interval: Interval  #: of the proportion, 0 to 1


def arm(published: Published, study: str, *, confidence_level: float, method: str) -> Arm:
    """Read one row of the comparators with its interval."""
    responders = published.count(f"comparators.{study}.responders")
    patients = published.count(f"comparators.{study}.patients")
    interval = proportion_interval(
        responders, patients, confidence_level=confidence_level, method=method
    )
    return Arm(responders, patients, interval)


def difference(
    treated: Arm, placebo: Arm, *, confidence_level: float, method: str = "newcombe"
) -> Interval:
    """Compare the proportions of two arms: treated minus placebo, with its interval.

    Parameters
    ----------
    treated, placebo
        The two arms.
    confidence_level
        Confidence level, 0 to 1.
    method
        One of `METHODS`.
    """
    return proportion_difference(
        treated.responders,
        treated.patients,
        placebo.responders,
        placebo.patients,
        confidence_level,
        method,
    )


def differences_table(treated: Arm, placebo: Arm, *, confidence_level: float) -> pd.DataFrame:
    """Tabulate the difference by every method, in percentage points."""
    rows = []
    for method, meaning in METHODS.items():
        found = difference(treated, placebo, confidence_level=confidence_level, method=method)
        rows.append(
            {
                "Method": method_name(method),
                "Difference": as_printed(100 * found.estimate, 1),
                "Interval": (
                    f"{as_printed(100 * found.low, 1)} to {as_printed(100 * found.high, 1)}"
                ),
                "What it is": meaning,
            }
        )
    return pd.DataFrame(rows)


def widest_gap(treated: Arm, placebo: Arm, *, confidence_level: float) -> float:
    """Compute how far the limits by `METHODS` lie apart, at the end where it is more, 0 to 1."""
    found = [
        difference(treated, placebo, confidence_level=confidence_level, method=method)
        for method in METHODS
    ]
    ends = [each.low for each in found], [each.high for each in found]
    return max(max(limits) - min(limits) for limits in ends)


def arm_rows(treated: Arm, control: Arm) -> list[tuple[str, Interval, bool]]:
    """Return label, interval and emphasis of both arms; none is set apart."""
    return [
        (f"{name}, {arm.responders} of {arm.patients}", arm.interval, False)
        for name, arm in (("Immunoglobulin", treated), ("Placebo", control))
    ]


def by_chance(count: ResponseCount) -> pd.DataFrame:
    """Tabulate how probable so many responders are if the treatment adds nothing.

    Each patient is taken to respond with one background probability, independently of the others.
    """
    return pd.DataFrame(
        {
            "Response without effect, %": [as_printed(100 * share, 0) for share in BACKGROUND],
            f"Expected of {count.patients}": [
                as_printed(share * count.patients, 1) for share in BACKGROUND
            ],
            f"Chance of {count.responders} or more, %": [
                _percent_or_less(chance_of(count, share)) for share in BACKGROUND
            ],
        }
    )


def _percent_or_less(chance: float) -> str:
    """Format a chance in per cent; one too small to show is "less than" and not zero."""
    return as_printed(100 * chance, 1) if chance >= _LEAST_SHOWN else f"<{100 * _LEAST_SHOWN:g}"


def chance_of(count: ResponseCount, background: float) -> float:
    """Compute the probability of at least so many responders at a background response, 0 to 1."""
    return float(binom.sf(count.responders - 1, count.patients, background))


def numbers(
    treated: Arm, control: Arm, count: ResponseCount, *, confidence_level: float
) -> dict[str, object]:
    """Compute the numbers of the page under the names that its prose uses."""
    found = difference(treated, control, confidence_level=confidence_level)
    return {
        "treated_responders": treated.responders,
        "treated_patients": treated.patients,
        "treated_percent": as_printed(100 * treated.interval.estimate, 1),
        "placebo_responders": control.responders,
        "placebo_patients": control.patients,
        "placebo_percent": as_printed(100 * control.interval.estimate, 1),
        "difference": as_printed(100 * found.estimate, 1),
        "difference_low": as_printed(100 * found.low, 1),
        "difference_high": as_printed(100 * found.high, 1),
        # Patients to treat for one responder more: the reciprocal of the difference.
        "needed": as_printed(1 / found.estimate, 0),
        "needed_precise": as_printed(1 / found.estimate, 1),
        "methods_within": as_printed(
            100 * widest_gap(treated, control, confidence_level=confidence_level), 1
        ),
        "responders": count.responders,
        "patients": count.patients,
    }
