"""Doses of intravenous immunoglobulin: regimens as data, grams and days for one body weight.

A regimen gives the dose (g/kg), its week and the number of days. A second rule limits the grams per
day. For heavy patients the two rules conflict: a maintenance dose of
1 g/kg in one day exceeds 80 g above 80 kg. Such a conflict is reported and not resolved.

All arithmetic is on exact fractions, so that floating-point noise never adds a day.

References
----------
Lim J, et al. Intravenous immunoglobulins as first-line treatment in idiopathic inflammatory
myopathies: a pilot study. Rheumatology 2021: Study design and Fig. 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, isfinite
from numbers import Integral, Rational, Real
from pathlib import Path

import pandas as pd

from tisstats.printed import to_fraction

#: Maximum daily dose, g (Lim 2021, Study design).
MAXIMUM_GRAMS_PER_DAY = 80

#: Body weights outside these limits (kg) are rejected as likely typing errors.
MINIMUM_WEIGHT_KG = 20
MAXIMUM_WEIGHT_KG = 350


@dataclass(frozen=True, slots=True)
class Infusion:
    """One dose of a regimen, given over one or several days.

    >>> Infusion(0, 2, "loading dose", minimum_days=2, maximum_days=5).planned_days
    '2–5'
    """

    week: int  #: weeks since the first infusion
    dose_g_per_kg: float  #: grams per kilogram of body weight
    note: str = ""  #: what the dose is, and whether its week is printed or our interpretation
    minimum_days: int = 1  #: minimum number of planned days
    maximum_days: int | None = None  #: maximum number of planned days; None: no maximum
    inferred: bool = False  #: whether the week or size of the dose is not printed but inferred

    @property
    def planned_days(self) -> str:
        """Days planned by the regimen, such as ``2–5``, ``1`` or ``at least 2``."""
        if self.maximum_days is None:
            return f"at least {self.minimum_days}"
        if self.maximum_days == self.minimum_days:
            return str(self.minimum_days)
        return f"{self.minimum_days}–{self.maximum_days}"


@dataclass(frozen=True, slots=True)
class Regimen:
    """A named series of infusions with its source."""

    name: str  #: short name
    infusions: tuple[Infusion, ...]  #: in order of time
    source: str  #: where the regimen is printed
    description: str = ""  #: who gets it and when, in one line


_ROWS = pd.read_csv(Path(__file__).with_name("regimens.csv"))


def _infusions(regimen: str) -> tuple[Infusion, ...]:
    """Read the infusions of a regimen from ``regimens.csv``; its columns are their fields."""
    rows = _ROWS[_ROWS["regimen"] == regimen].drop(columns="regimen")
    return tuple(Infusion(*row) for row in rows.itertuples(index=False, name=None))


STANDARD = Regimen(
    "Standard regimen",
    _infusions("standard"),
    "Lim 2021, Study design and Fig. 1A",
    "A loading dose, then two maintenance doses",
)

#: The article prints the loading dose, the switch for a Total Improvement Score below 40 by week 4,
#: and 2 g/kg every 4 weeks. It does not print the weeks of the switched doses, their days, and
#: whether those who switched had received the week 3 dose. Our interpretation: the decision falls
#: at the extra visit of week 4, so the week 3 dose had been given as to all patients; 2 g/kg follow
#: at weeks 4 and 8, the only such weeks after baseline and before week 9, over as many days as the
#: loading dose.
AMENDED = Regimen(
    "Amended regimen",
    _infusions("amended"),
    "Lim 2021, Study design and Fig. 1B",
    "Insufficient response: 2 g/kg every four weeks",
)


def infusion_days(
    weight_kg: float | Decimal | Fraction,
    dose_g_per_kg: float | Decimal | Fraction,
    max_grams_per_day: float | Decimal | Fraction = MAXIMUM_GRAMS_PER_DAY,
    minimum_days: int = 1,
) -> int:
    """Return the minimum number of days over which a dose can be given.

    Parameters
    ----------
    weight_kg
        Body weight, `MINIMUM_WEIGHT_KG` to `MAXIMUM_WEIGHT_KG` kilograms.
    dose_g_per_kg
        Grams per kilogram, above 0.
    max_grams_per_day
        Maximum daily dose in grams, above 0.
    minimum_days
        Minimum number of planned days.

    Returns
    -------
    int
        Days, at least `minimum_days`.

    Raises
    ------
    ValueError
        If an argument is impossible.

    Examples
    --------
    >>> infusion_days(80, 1), infusion_days(80.1, 1), infusion_days(40, 2, minimum_days=2)
    (1, 2, 2)
    """
    if not isinstance(minimum_days, Integral) or isinstance(minimum_days, bool) or minimum_days < 1:
        raise ValueError(
            f"minimum_days must be a whole number of days, 1 or more, got {minimum_days!r}"
        )
    grams = _grams(weight_kg, dose_g_per_kg)
    maximum = _positive("max_grams_per_day", max_grams_per_day, "grams above 0")
    return max(ceil(grams / maximum), int(minimum_days))


def schedule(
    weight_kg: float | Decimal | Fraction,
    regimen: Regimen,
    max_grams_per_day: float | Decimal | Fraction = MAXIMUM_GRAMS_PER_DAY,
) -> pd.DataFrame:
    """Compute the doses of a regimen for one body weight: one row per infusion.

    Parameters
    ----------
    weight_kg
        Body weight, `MINIMUM_WEIGHT_KG` to `MAXIMUM_WEIGHT_KG` kilograms.
    regimen
        Doses with their weeks and planned days.
    max_grams_per_day
        Maximum daily dose in grams, above 0.

    Returns
    -------
    pandas.DataFrame
        ``week``, ``dose_g_per_kg``, ``total_grams`` (g), ``days`` (minimum under the daily
        maximum), ``grams_per_day`` (g, equal parts), ``planned_days`` (as the regimen states them),
        ``within_plan`` (False where the maximum needs more days than planned) and ``note``.

    Raises
    ------
    ValueError
        If an argument is impossible.

    Examples
    --------
    >>> schedule(90, STANDARD)[["week", "total_grams", "days", "planned_days", "within_plan"]]
       week  total_grams  days planned_days  within_plan
    0     0        180.0     3          2–5         True
    1     3         90.0     2            1        False
    2     6         90.0     2            1        False
    """
    rows = []
    for infusion in regimen.infusions:
        grams = _grams(weight_kg, infusion.dose_g_per_kg)
        days = infusion_days(
            weight_kg, infusion.dose_g_per_kg, max_grams_per_day, infusion.minimum_days
        )
        rows.append(
            {
                "week": infusion.week,
                "dose_g_per_kg": float(infusion.dose_g_per_kg),
                "total_grams": float(grams),
                "days": days,
                "grams_per_day": float(grams / days),
                "planned_days": infusion.planned_days,
                "within_plan": infusion.maximum_days is None or days <= infusion.maximum_days,
                "note": infusion.note,
            }
        )
    return pd.DataFrame(rows)


def _grams(weight_kg: object, dose_g_per_kg: object) -> Fraction:
    """Compute the grams of one dose, exactly."""
    allowed = f"kilograms from {MINIMUM_WEIGHT_KG} to {MAXIMUM_WEIGHT_KG}"
    weight = _positive("weight_kg", weight_kg, allowed)
    if not MINIMUM_WEIGHT_KG <= weight <= MAXIMUM_WEIGHT_KG:
        raise ValueError(f"weight_kg must be {allowed}, got {weight_kg!r}")
    return weight * _positive("dose_g_per_kg", dose_g_per_kg, "grams per kilogram above 0")


def _positive(name: str, value: object, allowed: str) -> Fraction:
    """Return a positive finite number exactly, and reject anything else by name."""
    number: Fraction | None = None
    if isinstance(value, Rational | Decimal) and not isinstance(value, bool):
        number = Fraction(value) if isinstance(value, Rational) or value.is_finite() else None
    elif isinstance(value, Real) and isfinite(value):
        number = to_fraction(float(value))  # a numpy scalar may be Real without being a float
    if number is None or number <= 0:
        raise ValueError(f"{name} must be {allowed}, got {value!r}")
    return number
