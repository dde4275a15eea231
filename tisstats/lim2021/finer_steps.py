"""Steps finer than those assumed of the outcome measures, to see what rests on the assumption.

Bounds over all values that a scale allows are bounds on its steps. The article does not print how
finely most measures were recorded. The steps here include those of `tisstats.lim2021.scales` and
more values between them; what holds on both does not rest on the choice between the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tisstats.lim2021.scales import SCALES


@dataclass(frozen=True, slots=True)
class FinerStep:
    """A step finer than that of the scale, and how it could come about."""

    step: Fraction  #: in the unit of the scale
    because: str  #: what would lead to it
    holds: tuple[str, ...] = ()  #: parts of a unit that it holds, of a step that does not show them


_LINE = FinerStep(Fraction(1, 100), "a line measured by a computer, to 0.1 mm")
_DYNAMOMETER = FinerStep(
    Fraction(1, 60), "six measurements in tenths of a newton, averaged", ("sixths", "tenths")
)

#: None has been found for the modified Rankin scale, which has whole grades only.
FINER_STEPS: dict[str, FinerStep] = {
    "physician_global": _LINE,
    "patient_global": _LINE,
    "mmt": FinerStep(Fraction(1, 2), "half grades"),
    "haq": FinerStep(
        Fraction(1, 168),
        "one or two of the eight sections unanswered: the sum is then divided by those answered, "
        "at least six (LOINC 75874-8)",
        ("eighths", "sevenths", "sixths"),
    ),
    "ck": FinerStep(Fraction(1, 10), "converted from another unit"),
    "extramuscular": _LINE,
    "mrc_sum": FinerStep(Fraction(1, 2), "half points"),
    "deltoid": _DYNAMOMETER,
    "biceps": _DYNAMOMETER,
    "psoas": _DYNAMOMETER,
    "swallowing": FinerStep(Fraction(1, 2), "half points"),
    "eq_vas": FinerStep(Fraction(1), "whole points, as the scale allows"),
}


def finer_steps_in_words() -> str:
    """Describe which parts of a unit the steps hold that do not show it, for readers of a table.

    >>> finer_steps_in_words()
    '1/168 point holds its eighths, sevenths and sixths; 1/60 N holds its sixths and tenths'
    """
    parts = {
        f"{with_unit(finer.step, SCALES[measure].unit)} holds its "
        f"{', '.join(finer.holds[:-1])} and {finer.holds[-1]}": None
        for measure, finer in FINER_STEPS.items()
        if finer.holds
    }
    return "; ".join(parts)


def assumed_steps() -> str:
    """Return the steps assumed of all outcome measures, as one condition in words."""
    by_step: dict[str, list[str]] = {}
    for scale in SCALES.values():
        by_step.setdefault(with_unit(scale.step, scale.unit), []).append(scale.abbreviation)
    listed = "; ".join(f"{step} for {', '.join(names)}" for step, names in by_step.items())
    return f"values recorded in steps of {listed}"


def step_text(step: Fraction) -> str:
    """Format a step as clinicians write it: tenths and hundredths as decimals.

    >>> step_text(Fraction(1, 10)), step_text(Fraction(1, 8)), step_text(Fraction(5))
    ('0.1', '1/8', '5')
    """
    decimal = step.denominator in (2, 10, 100)
    return f"{float(step):g}" if decimal else str(step)


def with_unit(step: Fraction, unit: str) -> str:
    """Format a step with its unit.

    >>> with_unit(Fraction(1), "points"), with_unit(Fraction(1, 2), "N")
    ('1 point', '0.5 N')
    >>> with_unit(Fraction(1, 8), "points")
    '1/8 point'
    """
    text = step_text(step)
    singular = text == "1" or "/" in text
    return f"{text} {unit.removesuffix('s') if singular else unit}"
