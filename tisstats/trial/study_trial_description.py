"""The description by which a study's rows are read and analysed as a trial."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import ceil, floor

import numpy as np
import pandas as pd

from tisstats.measures.core_set import ENZYMES, RESPONSE_CUTOFFS
from tisstats.measures.ranges import VAS_MEASURES_OF, VAS_UNITS
from tisstats.measures.scales import Scale
from tisstats.trial.columns import Columns, ThreeValued
from tisstats.trial.deaths import DEATH_WEEK
from tisstats.trial.description import AnalysisOptions, Characteristic, Field, TrialDescription
from tisstats.trial.end_reasons import END_REASONS
from tisstats.trial.study import Study
from tisstats.trial.study_sections import BaselineRow

#: Columns of the patients that an analysis needs; the others may be empty.
_NEEDED = ("patient_id", "origin", "arm", "analysed", "end_week", "end_reason")

_SOURCE = "declared in study.toml"


def describe_trial(
    study: Study, patients: pd.DataFrame, *, has_treatments: bool, has_doses: bool
) -> TrialDescription:
    """Return the description by which a study's trial is read and analysed."""
    plan, endpoint = study.analysis, study.endpoint
    cutoffs = RESPONSE_CUTOFFS[study.study.population]
    week = {"name": "week", "type": "number", "constraints": {"required": True}}
    dated = [{"name": "date", "type": "string"}] if study.visits.time == "date" else []
    columns: dict[str, list[Field]] = {
        "patients": [
            {"name": "arm", "type": "string", "constraints": {"enum": [*study.arms]}},
            {"name": "end_week", "type": "number"},
            {"name": "end_reason", "type": "string", "constraints": {"enum": [*END_REASONS]}},
            *_kept(study, patients),
        ],
        "visits": [week, {"name": "visit_week", "type": "number"}, *dated],
        "treatments": [
            week,
            *dated,
            *({"name": "dose", "type": "number"} for _ in range(has_doses)),
        ],
        "adverse_events": [
            {"name": "week", "type": "number"},
            {"name": "treatment_related", "type": "string"},
            *dated,
        ],
    }
    optional = {field["name"] for field in columns["patients"]} - set(_NEEDED)
    optional |= {f"{enzyme}_uln" for enzyme in study.measures.enzymes}
    scales = _scales(study)
    return TrialDescription(
        measures=scales,
        groups=study.arms,
        group_column="arm",
        group_label="Arm",
        characteristics=dict(_characteristics(study, patients)),
        treatment=None,
        options=AnalysisOptions(
            horizon_week=endpoint.week,
            quantile_definition=plan.quantile_definition,
            end=plan.end,
            zero_method=plan.zero_method,
            pvalue_method=plan.signed_rank,
            worsening=study.definitions.worsening_rule(plan.worsening),
            responder_threshold=cutoffs["moderate"]
            if endpoint.threshold is None
            else endpoint.threshold,
            minimal_threshold=cutoffs["minimal"],
            population=study.study.population,
        ),
        decimals={name: plan.decimals_of(name) for name in scales}
        if isinstance(plan.decimals, Mapping)
        else plan.decimals,
        p_decimals=plan.p_decimals,
        columns=columns,
        optional_columns=frozenset(optional),
        follow_up_required=False,
        enzyme_unit=study.measures.enzyme_unit,
        enzyme_panel=study.measures.enzyme_panel,
        core_set=study.core_set,
        chq_phs_range=study.measures.chq_phs_range,
        cmas_max=study.measures.cmas_max,
        treatments_recorded=has_treatments,
    )


def _kept(study: Study, patients: pd.DataFrame) -> list[Field]:
    """Return the further columns of the patients, as the trial keeps them.

    Columns that the description does not name are kept as text.
    """
    types = {"number": "number", "yes/no": "boolean", "category": "string"}
    rows = {name: types[row.type] for name, row in study.characteristics.items()}
    rows |= {name: "number" for name in ("stop_week", DEATH_WEEK) if name in patients}
    limits = {f"{enzyme}_uln" for enzyme in study.measures.enzymes}
    for name in map(str, patients.columns):
        if name not in limits and patients[name].dtype == object:
            rows[name] = "string"
    return [{"name": name, "type": kind} for name, kind in rows.items() if name not in _NEEDED]


def _scales(study: Study) -> dict[str, Scale]:
    any_value, measures, ranges = Fraction(0), study.measures, study.ranges
    found = {}
    for name in measures.used:
        if name in measures.enzymes:
            found[name] = Scale(
                ENZYMES[name].name,
                name.upper(),
                0,
                None,
                any_value,
                measures.enzyme_unit,
                "lower",
                _SOURCE,
            )
            continue
        measure, ends = ranges.rules[name], ranges.ends[name]
        scales = VAS_MEASURES_OF[study.core_set]
        unit = VAS_UNITS[measures.vas_max] if name in scales else "points"
        found[name] = Scale(
            measure.name,
            measure.name,
            # Axes end at whole numbers; the exact ends are those of the ranges.
            floor(ends.low),
            ceil(ends.high),
            any_value,
            unit,
            measure.better,
            _SOURCE,
        )
    for column, other in measures.others.items():
        found[column] = Scale(
            other.label,
            column,
            other.minimum,
            other.maximum,
            any_value,
            other.unit,
            other.better,
            _SOURCE,
        )
    return found


def _characteristics(study: Study, patients: pd.DataFrame) -> list[tuple[str, Characteristic]]:
    found: list[tuple[str, Characteristic]] = []
    for column, row in study.characteristics.items():
        if row.type == "category":
            found += _categories(column, row, patients)
        elif row.type == "number":
            found.append((column, Characteristic.quantity(row.label, column, row.decimals)))
        else:
            found.append((column, Characteristic.flag(row.label, column)))
    return found


def _categories(
    column: str, row: BaselineRow, patients: pd.DataFrame
) -> list[tuple[str, Characteristic]]:
    def of(value: str) -> Callable[[Columns], ThreeValued]:
        def has(given: Columns) -> ThreeValued:
            same = np.asarray(given[column] == value, dtype=bool)
            return ThreeValued(same, ~same & np.asarray(given[column] != "", dtype=bool))

        return has

    values = sorted({value for value in patients[column] if value})
    return [
        (f"{column}.{value}", Characteristic(f"{row.label}: {value}", of(value)))
        for value in values
    ]
