"""What a trial measured, recorded and planned, and how its outcomes are read.

Nothing of it has a default: whoever reads a trial describes it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tisstats.measures.core_set import (
    CORE_SETS,
    ENZYMES,
    RESPONSE_CUTOFFS,
    CoreSet,
    CoreSetMeasure,
    Population,
)
from tisstats.measures.enzymes import EnzymePanel, EnzymeUnit
from tisstats.measures.imacs import WORSENING_RULES, WorseningRule
from tisstats.measures.ranges import MEASURE_COLUMNS_OF, VAS_MEASURES_OF, VAS_UNITS, Ranges
from tisstats.measures.scales import Scale
from tisstats.printed import Decimals
from tisstats.statistics.quantiles import QUANTILE_DEFINITIONS, QuantileDefinition
from tisstats.trial.columns import Columns, ThreeValued, is_true

#: The resources of a trial's data package.
TABLES = ("patients", "visits", "treatments", "adverse_events")

#: Name of rescue medication in the rows of treatments; all others are the treatment under study.
RESCUE = "rescue"

#: Weeks that differ by at most this are the same: they may come from dates, as days / 7.
SAME_WEEK = 1e-9

Field = dict[str, Any]
"""A column as Table Schema describes it."""

End = Literal["last-assessment", "completers"]
ZeroMethod = Literal["wilcox", "pratt"]
Method = Literal["asymptotic", "exact"]


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """How outcomes are read where a report leaves a choice.

    Raises
    ------
    ValueError
        If a choice is not one of those permitted.

    Examples
    --------
    >>> AnalysisOptions(horizon_week=24, quantile_definition=7, end="week 24")
    Traceback (most recent call last):
        ...
    ValueError: end must be one of last-assessment, completers, got 'week 24'
    """

    horizon_week: float  #: last week that counts for response and for the end
    quantile_definition: QuantileDefinition  #: one of `tisstats.statistics.QUANTILE_DEFINITIONS`
    end: End = "last-assessment"  #: the end value: of the last assessment, or of completers only
    zero_method: ZeroMethod = "wilcox"  #: how the signed-rank test treats patients without change
    pvalue_method: Method = "exact"  #: how its P value is computed
    worsening: str | WorseningRule = "imacs"  #: definition of clinically relevant deterioration
    responder_threshold: float = RESPONSE_CUTOFFS["adult"]["moderate"]  #: responders' minimum
    minimal_threshold: float = RESPONSE_CUTOFFS["adult"]["minimal"]  #: that of minimal improvement
    population: Population = "adult"  #: whose cut-offs the response categories have

    def __post_init__(self) -> None:
        permitted: dict[str, Sequence[object]] = {
            "end": get_args(End),
            "zero_method": get_args(ZeroMethod),
            "pvalue_method": get_args(Method),
            "quantile_definition": list(QUANTILE_DEFINITIONS),
            "population": list(RESPONSE_CUTOFFS),
        }
        if isinstance(self.worsening, str):
            permitted["worsening"] = list(WORSENING_RULES)
        if not self.horizon_week > 0:
            raise ValueError(f"horizon_week must be above 0, got {self.horizon_week!r}")
        for name, choices in permitted.items():
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"{name} must be one of {', '.join(map(str, choices))}, "
                    f"got {getattr(self, name)!r}"
                )

    def counts(self, weeks: ArrayLike) -> NDArray[np.bool_]:
        """Return which weeks are not after the horizon, rounding aside."""
        return np.asarray(np.asarray(weeks, np.float64) <= self.horizon_week + SAME_WEEK)


@dataclass(frozen=True, slots=True)
class Characteristic:
    """A row of the table of baseline characteristics."""

    label: str  #: name of the row, with the unit of a quantity
    values: Callable[[Columns], NDArray[np.float64] | ThreeValued]
    #: numbers, which the table summarises by quartiles, or whether it holds, which it counts
    decimals: Decimals = 0  #: how many decimals of a quantity are printed

    @classmethod
    def quantity(cls, label: str, column: str, decimals: Decimals = 0) -> Characteristic:
        """Return the characteristic that is a column of numbers."""
        return cls(label, lambda patients: patients[column], decimals)

    @classmethod
    def flag(cls, label: str, column: str) -> Characteristic:
        """Return the characteristic that is a column of truth values."""
        return cls(label, lambda patients: is_true(patients, column))

    @classmethod
    def from_list(cls, label: str, column: str, value: str) -> Characteristic:
        """Return the characteristic that a text is a value, or a list by semicolons has it."""
        return cls(label, lambda patients: has_value(patients, column, value))


def has_value(patients: Columns, column: str, value: str) -> ThreeValued:
    """Return of whom a text is a value or a list by semicolons has it; empty cells are unknown.

    Examples
    --------
    >>> cells = np.array(["mda5;srp", "none", ""], dtype=object)
    >>> has_value({"antibodies": cells}, "antibodies", "srp").format_count()
    '1 to 2 (1 unknown)'
    """
    cells = patients[column]
    found = np.array([value in cell.split(";") for cell in cells], dtype=bool)
    return ThreeValued(found, ~found & np.asarray(cells != "", dtype=bool))


@dataclass(frozen=True, slots=True)
class StudyTreatment:
    """The treatment that a trial gives, as its table of treatments records it."""

    name: str  #: its name in the rows of the table
    label: str  #: its name for tables and figures
    dose_column: str  #: column of the dose, filled for this treatment alone
    unit: str  #: unit of the dose
    doses_label: str = "Doses"  #: what its doses are called, such as infusions


@dataclass(frozen=True, eq=False)
class TrialDescription:
    """What a trial measured, recorded and planned.

    Raises
    ------
    ValueError
        If no muscle enzyme is among the measures of the IMACS core set, the range of CHQ-PhS is
        missing for that of PRINTO, the visual analogue scales have different or unusual lengths, or
        two groups have the same label.
    """

    measures: Mapping[str, Scale]  #: scale of each outcome measure, by column of the visits
    groups: Mapping[str, str]  #: label of each group of patients, by its name in the tables
    characteristics: Mapping[str, Characteristic]  #: rows of the table of baseline characteristics
    treatment: StudyTreatment | None  #: the treatment under study; None: doses are not described
    options: AnalysisOptions  #: how outcomes are read
    #: how many decimals the table of outcome measures prints: of all, or by column of the visits
    decimals: Decimals | Mapping[str, Decimals]
    p_decimals: int  #: how many decimals of a P value it prints
    columns: Mapping[str, Sequence[Field]] = field(default_factory=dict)
    #: columns of each table beyond those of the template, or described more narrowly
    optional_columns: frozenset[str] = frozenset()
    #: columns of an analysed patient that may be empty: what was not known of every patient
    group_column: str = "subtype"  #: column of the patients with their group, such as the arm
    group_label: str = "Subtype"  #: what the groups are, as a column heading
    follow_up_required: bool = True  #: whether analysed patients must be seen after baseline
    enzyme_unit: EnzymeUnit = "U/L"  #: unit of the enzymes and of their upper limits of normal
    enzyme_panel: EnzymePanel = "complete"  #: how an enzyme not measured at baseline is handled
    core_set: CoreSet = "imacs"  #: core set that was measured, as a whole
    chq_phs_range: tuple[float, float] | None = None  #: PRINTO: worst and best possible CHQ-PhS
    cmas_max: int | None = None  #: PRINTO: maximum of the CMAS; None: 52
    #: whether treatments were recorded; if not, rescue medication is known as a reason of an end
    treatments_recorded: bool = True

    def __post_init__(self) -> None:
        if self.core_set == "imacs" and not self.enzymes:
            raise ValueError(f"measures must include one of {', '.join(ENZYMES)}, got none")
        lengths = {self.measures[name].high for name in self._scales if name in self.measures}
        if not any(lengths <= {permitted} for permitted in VAS_UNITS):
            raise ValueError(
                f"visual analogue scales must all be 10 (cm) or 100 (mm) long, got {lengths!r}"
            )
        if len({*self.groups.values()}) < len(self.groups):
            raise ValueError(f"groups must have a label of their own each, got {self.groups!r}")
        if self.core_set == "printo":
            Ranges.printo(self.chq_phs_range, self.vas_max, self.cmas_max)

    @property
    def enzymes(self) -> tuple[str, ...]:
        """The enzymes of the core set that were measured, in the order that breaks ties.

        PRINTO's core set has none: one that a trial measured beside it is not scored.
        """
        if "enzyme" not in self.rules:
            return ()
        return tuple(name for name in ENZYMES if name in self.measures)

    @property
    def rules(self) -> Mapping[str, CoreSetMeasure]:
        """How the measures of the core set enter the score, the enzyme included."""
        return CORE_SETS[self.core_set]

    def name_measure(self, name: str) -> str:
        """Return the name of a measure of the core set; of one enzyme alone, its own."""
        if name == "enzyme" and len(self.enzymes) == 1:
            return ENZYMES[self.enzymes[0]].name
        return self.rules[name].name

    @property
    def score_columns(self) -> tuple[str, ...]:
        """The columns of visits from which the score is computed, measured or not."""
        return (*MEASURE_COLUMNS_OF[self.core_set], *self.enzymes)

    @property
    def _scales(self) -> tuple[str, ...]:
        return VAS_MEASURES_OF[self.core_set]

    @property
    def vas_max(self) -> int:
        """Length of the visual analogue scales: 10 in cm, 100 in mm."""
        known = (self.measures[name].high for name in self._scales if name in self.measures)
        return next(known, None) or 10

    @cached_property
    def fields(self) -> Mapping[str, tuple[Field, ...]]:
        """The columns of each table of `TABLES`, in order."""
        own: dict[str, list[Field]] = {
            "patients": [
                _text(self.group_column, self.groups),
                *(
                    {"name": f"{enzyme}_uln", "type": "number", "constraints": {"minimum": 0}}
                    for enzyme in self.enzymes
                ),
            ],
            "visits": [{"name": measure, "type": "number"} for measure in self.measures],
        }
        if (treatment := self.treatment) is not None:
            own["treatments"] = [
                _text("treatment", (treatment.name, RESCUE)),
                {"name": treatment.dose_column, "type": "number", "constraints": {"minimum": 0}},
            ]
        found: dict[str, tuple[Field, ...]] = {}
        for resource in data_package_template()["resources"]:
            table = resource["name"]
            columns: dict[str, Field] = {}
            given = (self.columns.get(table, ()), own.get(table, ()), resource["schema"]["fields"])
            for column in (column for part in given for column in part):
                columns.setdefault(column["name"], column)
            found[table] = tuple(columns.values())
        return found


def _text(name: str, values: Sequence[str] | Mapping[str, str]) -> Field:
    return {"name": name, "type": "string", "constraints": {"required": True, "enum": list(values)}}


@cache
def data_package_template() -> dict[str, Any]:
    """Return the description of a data package with the columns that every trial has.

    Examples
    --------
    >>> [resource["name"] for resource in data_package_template()["resources"]]
    ['patients', 'visits', 'treatments', 'adverse_events']
    """
    text = files("tisstats.trial").joinpath("schema.json").read_text(encoding="utf-8")
    described: dict[str, Any] = json.loads(text)
    return described


@cache
def primary_key(table: str) -> list[str]:
    """Return the columns of one of `TABLES` that tell its rows apart."""
    keys = {
        each["name"]: each["schema"]["primaryKey"] for each in data_package_template()["resources"]
    }
    found: list[str] = keys[table]
    return found
