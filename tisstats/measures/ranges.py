"""The ranges of the measures of a core set, and which arguments each core set needs.

What a wrong guess would make plausible but wrong has no default: the maximum of manual muscle
testing, the limits of the enzymes, the range of CHQ-PhS. The enzyme has no range here, since it is
counted in multiples of its upper limit of normal.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

import numpy as np

from tisstats.errors import MOST_SHOWN, shown
from tisstats.measures.core_set import (
    CMAS_MAX,
    CMAS_MAXIMA,
    CORE_SETS,
    CORE_SETS_OF,
    DAS_MAX,
    HAQ_MAX,
    MMT_MAXIMA,
    CoreSet,
    CoreSetMeasure,
    Population,
)
from tisstats.statistics._arguments import one_of

#: Measures on a visual analogue scale, of the IMACS core set.
VAS_MEASURES = ("physician_global", "patient_global", "extramuscular")

#: Measures on a visual analogue scale, by core set.
VAS_MEASURES_OF: dict[CoreSet, tuple[str, ...]] = {
    "imacs": VAS_MEASURES,
    "printo": ("physician_global", "parent_global"),
}

#: Columns of measures that a table must have, by core set; with the IMACS core set, in addition to
#: at least one enzyme.
MEASURE_COLUMNS_OF: dict[CoreSet, tuple[str, ...]] = {
    core_set: tuple(measure for measure in rules if measure != "enzyme")
    for core_set, rules in CORE_SETS.items()
}

#: Columns of measures that a table must have, in addition to at least one enzyme.
MEASURE_COLUMNS = MEASURE_COLUMNS_OF["imacs"]

#: Length of a visual analogue scale, and its unit.
VAS_UNITS = {10: "cm", 100: "mm"}

#: Measures that count an overall judgement, by core set; each may have been asked on five grades.
GLOBALS_OF: dict[CoreSet, tuple[str, ...]] = {
    "imacs": ("physician_global", "patient_global"),
    "printo": ("physician_global", "parent_global"),
}

#: Arguments of scoring that belong to one core set, and whether it requires them.
ARGUMENTS_OF: dict[CoreSet, dict[str, bool]] = {
    "imacs": {"mmt_max": True, "uln": True, "enzyme_unit": False, "enzyme_panel": False},
    "printo": {"chq_phs_range": True, "cmas_max": False},
}

#: The worst and the best possible value of CHQ-PhS, of which we found no public source.
ChqPhsRange = Sequence[float]


@dataclass(frozen=True, slots=True)
class Ends:
    """The ends of one measure's scale."""

    low: float  #: lowest value
    high: float  #: highest value
    remark: str = ""  #: what a message adds to them, such as the unit


@dataclass(frozen=True, slots=True)
class Ranges:
    """The ranges of the measures of a core set, the enzyme apart.

    Examples
    --------
    >>> children = Ranges.printo((-10, 70), vas_max=10)
    >>> children.of("chq_phs"), children.worst("chq_phs"), children.best("chq_phs")
    (80, -10, 70)
    """

    core_set: CoreSet  #: the core set
    ends: Mapping[str, Ends]  #: the ends of each measure's scale

    @classmethod
    def imacs(cls, mmt_max: float | None, vas_max: float) -> Ranges:
        """Return the ranges of the IMACS core set.

        Raises
        ------
        ValueError
            If an argument is missing or not permitted.
        """
        in_use = "; ".join(f"{maximum}: {test}" for maximum, test in MMT_MAXIMA.items())
        if not is_number(mmt_max) or not mmt_max > 0:
            raise ValueError(f"mmt_max must be above 0 ({in_use}), got {shown(mmt_max)}")
        own = {"mmt": Ends(0, mmt_max, " (mmt_max)"), "haq": Ends(0, HAQ_MAX)}
        return cls._with_scales("imacs", own, vas_max)

    @classmethod
    def printo(
        cls, chq_phs_range: ChqPhsRange | None, vas_max: float, cmas_max: float | None = None
    ) -> Ranges:
        """Return the ranges of the PRINTO core set.

        Raises
        ------
        ValueError
            If an argument is missing or not permitted.
        """
        most = CMAS_MAX if cmas_max is None else cmas_max
        if not is_number(most) or most not in CMAS_MAXIMA:
            raise ValueError(
                f"cmas_max must be {' or '.join(map(str, CMAS_MAXIMA))}, got {shown(most)}"
            )
        worst, best = _chq_phs_ends(chq_phs_range)
        own = {
            "cmas": Ends(0, most, " (cmas_max)"),
            "chaq": Ends(0, HAQ_MAX),
            "chq_phs": Ends(worst, best, " (chq_phs_range)"),
            "das": Ends(0, DAS_MAX),
        }
        return cls._with_scales("printo", own, vas_max)

    @classmethod
    def _with_scales(cls, core_set: CoreSet, own: dict[str, Ends], vas_max: float) -> Ranges:
        """Return the ranges in the order of the core set, with the visual analogue scales."""
        check_vas_max(vas_max)
        hint = ", as vas_max is 10; 100 is for mm" if vas_max < 100 else ""
        scale = Ends(0, vas_max, f" ({VAS_UNITS[int(vas_max)]}{hint})")
        ends = dict.fromkeys(VAS_MEASURES_OF[core_set], scale) | own
        return cls(core_set, {name: ends[name] for name in MEASURE_COLUMNS_OF[core_set]})

    @property
    def rules(self) -> Mapping[str, CoreSetMeasure]:
        """How the measures of the core set enter the score, the enzyme included."""
        return CORE_SETS[self.core_set]

    def of(self, measure: str) -> float:
        """Return the range of a measure that is not an enzyme, in its own unit."""
        return self.ends[measure].high - self.ends[measure].low

    def worst(self, measure: str) -> float:
        """Return the worst value of a measure's scale."""
        ends = self.ends[measure]
        return ends.high if self.rules[measure].better == "lower" else ends.low

    def best(self, measure: str) -> float:
        """Return the best value of a measure's scale."""
        ends = self.ends[measure]
        return ends.low if self.rules[measure].better == "lower" else ends.high

    def allowed(self, measure: str) -> str:
        """Return the permitted values of a measure as text."""
        ends = self.ends[measure]
        return f"must be a number from {ends.low:g} to {ends.high:g}{ends.remark}"


@dataclass(frozen=True, slots=True)
class CoreSetArguments:
    """The arguments of scoring that belong to one core set; None where not given."""

    mmt_max: float | None = None  #: IMACS: maximum of manual muscle testing, points
    uln: object = None  #: IMACS: upper limits of normal of the enzymes
    chq_phs_range: ChqPhsRange | None = None  #: PRINTO: worst and best value of CHQ-PhS
    cmas_max: float | None = None  #: PRINTO: maximum of the CMAS

    def ranges(self, core_set: CoreSet, population: Population, vas_max: float) -> Ranges:
        """Return the ranges of the core set.

        Raises
        ------
        ValueError
            If the criteria do not accept the core set for the population, or an argument is
            missing, not permitted or of the other core set.
        """
        one_of("core_set", core_set, CORE_SETS)
        one_of("population", population, CORE_SETS_OF)
        if core_set not in CORE_SETS_OF[population]:
            raise ValueError(
                f"core_set {core_set} is for juvenile patients; with population {population} it "
                f"must be {' or '.join(CORE_SETS_OF[population])}"
            )
        if core_set == "imacs":
            self._refuse(core_set, chq_phs_range=self.chq_phs_range, cmas_max=self.cmas_max)
            if self.uln is None:
                raise ValueError("uln must be a mapping of enzymes to upper limits, got None")
            return Ranges.imacs(self.mmt_max, vas_max)
        self._refuse(core_set, mmt_max=self.mmt_max, uln=self.uln)
        return Ranges.printo(self.chq_phs_range, vas_max, self.cmas_max)

    @staticmethod
    def _refuse(core_set: CoreSet, **of_the_other: object) -> None:
        """Raise ValueError for arguments that the core set has no use for."""
        if given := [name for name, value in of_the_other.items() if value is not None]:
            raise ValueError(f"{', '.join(given)}: not of the core set {core_set}; leave it out")


def check_vas_max(vas_max: float) -> None:
    """Raise ValueError unless visual analogue scales are in centimetres or millimetres."""
    if not is_number(vas_max) or vas_max not in VAS_UNITS:
        raise ValueError(f"vas_max must be 10 (cm) or 100 (mm), got {shown(vas_max)}")


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is a finite real number."""
    real = isinstance(value, int | float | np.integer | np.floating)
    if not real or isinstance(value, bool | np.timedelta64):  # which NumPy counts among integers
        return False
    try:
        return math.isfinite(value)  # type: ignore[arg-type]
    except OverflowError:  # a whole number beyond the largest float
        return False


def _chq_phs_ends(given: ChqPhsRange | None) -> tuple[float, float]:
    """Return the worst and the best value of CHQ-PhS.

    Raises
    ------
    ValueError
        If they are missing or not two ascending numbers.
    """
    values: list[float] = []
    if isinstance(given, Sequence) or (isinstance(given, np.ndarray) and given.ndim):
        values = list(given)
    if len(values) == 2 and all(map(is_number, values)) and values[0] < values[1]:
        return values[0], values[1]
    found = given if isinstance(given, str) and len(given) <= MOST_SHOWN else shown(values or given)
    raise ValueError(
        "chq_phs_range must be the worst and the best possible score of CHQ-PhS, ascending: it is "
        f"norm-based, and we found no public source of its range, so none is assumed; got {found}"
    )
