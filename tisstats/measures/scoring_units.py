"""The units of measures that scoring takes, and the factors from those of a file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from tisstats.errors import Fault
from tisstats.measures.core_set import CORE_SETS, ENZYMES, CoreSet
from tisstats.measures.enzymes import ENZYME_UNITS, EnzymeUnit, UpperLimit
from tisstats.measures.ranges import VAS_MEASURES_OF, VAS_UNITS
from tisstats.tables import RawTable
from tisstats.tables.units import stated_units

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
        found = self._units_of(column)
        if found is None:
            known = enzymes_of(self.core_set)
            has_unit = ", ".join((*VAS_MEASURES_OF[self.core_set], *known))
            limit_columns = " and columns of upper limits" if known else ""
            raise ValueError(f"only {has_unit}{limit_columns} have a unit")
        units, target = found
        named = _SPELLINGS.get(unit, unit)
        if named not in units:
            raise ValueError(f"must be one of {', '.join(map(str, units))}")
        return units[named], units[target]

    def _units_of(self, column: str) -> tuple[Mapping[str, int], str] | None:
        """Return the units that a column may have, and that of scoring; None if it has no unit."""
        limits = [limit for limit in (self.uln or {}).values() if isinstance(limit, str)]
        if column in VAS_MEASURES_OF[self.core_set]:
            return _LENGTHS, VAS_UNITS[int(self.vas_max)]
        if column in enzymes_of(self.core_set) or column in limits:
            return {str(name): size for name, size in ENZYME_UNITS.items()}, self.enzyme_unit
        return None

    def contradictions(self, raw: RawTable, columns: Collection[str]) -> list[Fault]:
        """Return a fault for each unit that a table states for a column, and that is another."""
        faults = []
        for column, place in stated_units(raw, columns):
            wrong = self.contradiction(column, str(place.value), raw.units.get(column))
            if wrong is not None:
                faults.append(replace(place, message=wrong + place.message))
        return faults

    def contradiction(self, column: str, stated: str, mapped: str | None) -> str | None:
        """Return what is wrong with a unit that a table states for a column, if anything is.

        Parameters
        ----------
        column, stated
            Our name of the column, and the unit.
        mapped
            The unit that a mapping gives; None if the column has the unit of scoring.

        Examples
        --------
        >>> units = ScoringUnits()
        >>> units.contradiction("physician_global", "mm", None)
        'is not the unit in which physician_global is read, cm; convert it, or name it in a mapping'
        >>> units.contradiction("physician_global", "MM", "mm"), units.contradiction("ck", "", None)
        (None, None)
        >>> units.contradiction("mmt", "%", None)
        'mmt is not read as a percentage'
        """
        if stated == "%":
            return f"{column} is not read as a percentage"
        found = self._units_of(column)
        if found is None:
            return None
        read_in = mapped or found[1]
        size = _size(found[0], stated)
        if size is None or size == _size(found[0], read_in):
            return None
        way_out = "convert it, or name it in a mapping"
        return f"is not the unit in which {column} is read, {read_in}; {way_out}"

    def unknown(self, raw: RawTable, columns: Collection[str]) -> dict[str, str]:
        """Return a remark for each column for which a table states a unit that is not known."""
        remarks: dict[str, str] = {}
        for column, place in stated_units(raw, columns):
            found = self._units_of(column)
            stated = str(place.value)
            if column in remarks or found is None or stated == "%":
                continue
            if _size(found[0], stated) is None:
                read_in = raw.units.get(column) or found[1]
                remarks[column] = (
                    f"row {place.row}, column {place.column}: the unit {stated!r} is not known; "
                    f"{column} is read in {read_in}"
                )
        return remarks


def _size(units: Mapping[str, int], name: str) -> int | None:
    """Return the size of a unit, whose name may be spelt otherwise; None if it is not known."""
    spelt = {**{each: each for each in units}, **_SPELLINGS}
    sizes = {each.casefold(): units.get(unit) for each, unit in spelt.items()}
    return sizes.get(name.casefold())


def enzymes_of(core_set: CoreSet) -> tuple[str, ...]:
    """Return the enzymes of a core set.

    >>> enzymes_of("imacs"), enzymes_of("printo")
    (('ck', 'aldolase', 'ldh', 'ast', 'alt'), ())
    """
    return tuple(ENZYMES) if "enzyme" in CORE_SETS[core_set] else ()
