"""The units of measures that scoring takes, and the factors from those of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tisstats.measures.core_set import CORE_SETS, ENZYMES, CoreSet
from tisstats.measures.enzymes import ENZYME_UNITS, EnzymeUnit, UpperLimit
from tisstats.measures.ranges import VAS_MEASURES_OF, VAS_UNITS

#: Millimetres in each unit of visual analogue scales.
_LENGTHS = {"mm": 1, "cm": 10}

#: Other spellings of units.
_SPELLINGS = {"IU/L": "U/L", "µkat/L": "microkat/L", "μkat/L": "microkat/L", "ukat/L": "microkat/L"}


@dataclass(frozen=True, slots=True)
class ScoringUnits:
    """The units that measures are converted to, where a mapping gives those of the file."""

    enzyme_unit: EnzymeUnit = "U/L"  #: unit of the enzymes
    vas_max: float = 10  #: length of the visual analogue scales: 10 (cm) or 100 (mm)
    #: upper limits by enzyme: a column that holds one has the dimension of its enzyme
    uln: Mapping[str, UpperLimit] | None = None
    core_set: CoreSet = "imacs"  #: core set whose measures have these units

    def factor(self, column: str, unit: str) -> tuple[float, float]:
        """Return what to multiply and what to divide a column by, of two exact whole numbers.

        Raises
        ------
        ValueError
            If the column has no unit, or not this one.

        Examples
        --------
        >>> ScoringUnits().factor("physician_global", "mm"), ScoringUnits().factor("ck", "µkat/L")
        ((1, 10), (60, 1))
        """
        named = _SPELLINGS.get(unit, unit)
        limits = [limit for limit in (self.uln or {}).values() if isinstance(limit, str)]
        scales, known = VAS_MEASURES_OF[self.core_set], enzymes_of(self.core_set)
        units: Mapping[str, int]
        target: str
        if column in scales:
            units, target = _LENGTHS, VAS_UNITS[int(self.vas_max)]
        elif column in known or column in limits:
            units = {str(name): size for name, size in ENZYME_UNITS.items()}
            target = self.enzyme_unit
        else:
            has_unit = ", ".join((*scales, *known))
            limit_columns = " and columns of upper limits" if known else ""
            raise ValueError(f"only {has_unit}{limit_columns} have a unit")
        if named not in units:
            raise ValueError(f"must be one of {', '.join(map(str, units))}")
        return units[named], units[target]


def enzymes_of(core_set: CoreSet) -> tuple[str, ...]:
    """Return the enzymes of a core set.

    >>> enzymes_of("imacs"), enzymes_of("printo")
    (('ck', 'aldolase', 'ldh', 'ast', 'alt'), ())
    """
    return tuple(ENZYMES) if "enzyme" in CORE_SETS[core_set] else ()
