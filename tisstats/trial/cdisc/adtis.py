"""The data set of core set measures and the Total Improvement Score, ADTIS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.trial.cdisc.source import (
    SCORE,
    Columns,
    Source,
    carried_columns,
)
from tisstats.trial.cdisc.specification import (
    Variable,
    dataset_specifications,
    parameters,
)

Values = NDArray[np.float64]

#: Decimals of a change, more than measures have: 3.5 - 3.8 is -0.3, and not -0.2999999999999998.
_CHANGE_DECIMALS = 10


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A parameter of the study."""

    column: str
    code: str
    label: str
    change: bool


def visit_parameters(source: Source) -> list[_Parameter]:
    """Return the parameters of the visits in their order: the measures, then the score."""
    known = {each.parameter: each for each in parameters() if each.dataset == "ADTIS"}
    found = []
    for column, code in source.codes().items():
        measure, parameter = source.study.measures.get(column), known.get(column)
        criterion = source.study.criterion
        if criterion is not None and column == criterion.column:
            label = f"{criterion.label} (1: yes, 0: no)"
            found.append(_Parameter(column, code, label, change=False))
            continue
        label = measure.label if measure else parameter.label if parameter else column
        unit = measure.unit if measure else parameter.unit if parameter else ""
        change = parameter.change if parameter else True
        found.append(_Parameter(column, code, f"{label} ({unit})" if unit else label, change))
    return found


def derive_adtis(source: Source) -> Columns:
    """Derive one record for each patient, parameter and visit, in this order."""
    visits = source.tables["visits"]
    number = source.patient_numbers(visits)
    order = np.lexsort((visits["week"].to_numpy(), number))
    visits, number = visits.iloc[order].reset_index(drop=True), number[order]
    asked = visit_parameters(source)
    place = np.tile(np.arange(len(asked)), len(visits))
    visit = np.repeat(np.arange(len(visits)), len(asked))
    # By patient, parameter and visit: as a reader follows a course.
    records = np.lexsort((visit, place, number[visit]))
    place, visit = place[records], visit[records]

    values = np.column_stack([visits[each.column].to_numpy(dtype=float) for each in asked])
    base, change = _changes(visits, number, values)
    changes = np.array([each.change for each in asked], dtype=bool)[place]
    is_score = np.array([each.column == SCORE for each in asked], dtype=bool)[place]
    at_baseline = visits["baseline"].to_numpy(dtype=bool)[visit]
    value = values[visit, place]
    specification = dataset_specifications()["ADTIS"]
    columns = source.subject_columns(number[visit])
    for name, column in carried_columns(specification, visits).items():
        columns[name] = column[visit]
    columns |= {
        "PARAM": np.array([each.label for each in asked], dtype=object)[place],
        "PARAMCD": np.array([each.code for each in asked], dtype=object)[place],
        "PARAMN": place + 1,
        "AVISIT": _visit_names(visits)[visit],
        "AVAL": value,
        "BASE": np.where(changes, base[visit, place], np.nan),
        "CHG": np.where(changes, change[visit, place], np.nan),
        "ABLFL": np.where(at_baseline & changes, "Y", "").astype(object),
        "ANL01FL": np.where(
            np.isfinite(value) & (columns["FASFL"] == "Y") & _counted(visits)[visit], "Y", ""
        ).astype(object),
    }
    if "ARELTM" in columns:
        columns["ARELTMU"] = np.full(len(value), "WEEKS", dtype=object)
    if (least := source.study.response_threshold) is not None:
        columns["CRIT1"] = np.where(is_score, source.response(), "").astype(object)
        met = np.where(is_score & ~at_baseline, _met(visits, least)[visit], "")
        columns["CRIT1FL"] = met.astype(object)
    if "AVALCAT1" in columns:
        columns["AVALCAT1"] = np.where(is_score, columns["AVALCAT1"], "").astype(object)
    return columns


def _counted(visits: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which visits the study uses."""
    if "counted" not in visits:
        return np.ones(len(visits), dtype=np.bool_)
    return visits["counted"].fillna(True).to_numpy(dtype=np.bool_)


def _changes(
    visits: pd.DataFrame, number: NDArray[np.intp], values: Values
) -> tuple[Values, Values]:
    """Return the baseline of each visit's patient, and the change from it at later visits."""
    weeks = visits["week"].to_numpy(dtype=float)
    baseline = np.flatnonzero(visits["baseline"].to_numpy(dtype=bool))
    row_of = np.full(int(number.max(initial=-1)) + 1, -1)
    row_of[number[baseline]] = baseline
    row = row_of[number]
    base = np.where((row >= 0)[:, None], values[row], np.nan)
    later = (row >= 0) & (weeks > weeks[row])
    return base, np.where(later[:, None], np.round(values - base, _CHANGE_DECIMALS), np.nan)


def _visit_names(visits: pd.DataFrame) -> NDArray[np.object_]:
    if "visit" in visits:
        return visits["visit"].to_numpy(dtype=object)
    names = [
        "Baseline" if baseline else f"Week {week:g}"
        for week, baseline in zip(visits["week"], visits["baseline"], strict=True)
    ]
    return np.array(names, dtype=object)


def _met(visits: pd.DataFrame, least: float) -> NDArray[np.object_]:
    """Return whether the score of each visit reaches the threshold; empty where that is open."""
    score = visits[SCORE].to_numpy(dtype=float) if SCORE in visits else np.full(len(visits), np.nan)
    low, high = (
        np.where(np.isnan(score) & (name in visits), visits.get(name, score), score)
        for name in (f"{SCORE}_low", f"{SCORE}_high")
    )
    return np.select([low >= least, high < least], ["Y", "N"], "").astype(object)


def parameter_rows(source: Source) -> list[Variable]:
    """Describe AVAL by parameter."""
    criterion = source.study.criterion
    defined = {} if criterion is None else {criterion.column: criterion.definition}
    defined[SCORE] = source.study.score_definition
    return [
        Variable(
            dataset="ADTIS",
            variable="AVAL",
            where=f"PARAMCD EQ {each.code}",
            label=each.label,
            type="float",
            length=8,
            key="",
            origin="Derived" if each.column in defined else "Collected",
            derivation=defined.get(each.column, ""),
            codelist="",
            source=f"visits.{each.column}",
            standard="ours",
        )
        for each in visit_parameters(source)
    ]
