"""Check plain tables and give each column one type, before data sets are derived from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
import pandas as pd

from tisstats.errors import DataError, Fault
from tisstats.trial.cdisc.datasets import OBSERVED, SYNTHETIC
from tisstats.trial.cdisc.specification import InputColumn, ValueKind, input_columns
from tisstats.trial.cdisc.study import StudyMetadata
from tisstats.trial.cdisc.values import ALLOWED, infer_kind, typed_column
from tisstats.trial.schema import CellFaults

#: Outcome of a time to the first response by the score.
RESPONSE = "response"


def checked_tables(
    study: StudyMetadata, tables: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Return plain tables with one type a column, and without columns that are not asked for.

    Parameters
    ----------
    study : StudyMetadata
        Its measures are columns of ``visits``, its characteristics of ``patients``.
    tables : mapping of str to DataFrame
        Any of the tables of ``inputs.csv``; ``patients`` and ``visits`` at least.

    Returns
    -------
    dict of str to DataFrame
        The same rows in the same order, with a ``RangeIndex``.

    Raises
    ------
    DataError
        If a column is missing or twice, or a cell is not what it must be; carries every fault.
    """
    found = {name: CellFaults(table, name) for name, table in tables.items()}
    typed = {}
    for name, cells in found.items():
        columns = [*input_columns()[name], *_own_columns(name, study)]
        typed[name] = _typed(cells, columns)
    _raise(found)
    _patients(found["patients"], typed["patients"], study)
    _keys(found, typed)
    _baselines(found["visits"], typed["visits"])
    if "times" in typed:
        _outcomes(found["times"], typed["times"], study)
    _raise(found)
    return typed


def _raise(found: Mapping[str, CellFaults]) -> None:
    if faults := [fault for each in found.values() for fault in each.faults]:
        raise DataError(faults)


def _own_columns(table: str, study: StudyMetadata) -> list[InputColumn]:
    if table == "visits":
        own = {measure: label.label for measure, label in study.measures.items()}
        if study.criterion is not None:
            own[study.criterion.column] = study.criterion.label
        return [InputColumn(column, "float", "column", label) for column, label in own.items()]
    if table == "patients":
        return [
            InputColumn(column, "any", "column", label)
            for column, label in study.characteristics.items()
        ]
    return []


def _typed(found: CellFaults, columns: list[InputColumn]) -> pd.DataFrame:
    """Convert the columns of one table, and record what is wrong with them."""
    table = found.table
    names = [str(name) for name in table.columns]
    converted = {}
    for each in columns:
        if names.count(each.column) != 1:
            if each.column in names:
                found.faults.append(
                    Fault(found.file, "the table has this column twice", None, each.column)
                )
            elif each.needed != "no":
                message = f"there is no such column; the table has {', '.join(names)}"
                found.faults.append(Fault(found.file, message, None, each.column))
            continue
        given = table[each.column]
        kind = infer_kind(given) if each.type == "any" else cast(ValueKind, each.type)
        column = typed_column(given, kind)
        found.add(column.wrong, each.column, f"must be {ALLOWED[kind]}")
        if each.needed == "value":
            empty = (column.values == "") if kind == "text" else column.values.isna()
            lacking = empty.to_numpy(dtype=bool) & ~column.wrong
            found.add(lacking, each.column, "must not be empty")
        converted[each.column] = column.values
    return pd.DataFrame(converted, index=pd.RangeIndex(len(table)))


def _patients(found: CellFaults, patients: pd.DataFrame, study: StudyMetadata) -> None:
    allowed = ", ".join(study.arms)
    found.add(~patients["arm"].isin(list(study.arms)), "arm", f"must be one of {allowed}")
    origins = (OBSERVED, SYNTHETIC)
    unknown = ~patients["origin"].isin(origins)
    found.add(unknown, "origin", f"must be one of {', '.join(origins)}")
    if len(patients):
        first = patients["origin"].iloc[0]
        other = ~unknown & (patients["origin"] != first)
        found.add(other, "origin", f"must be {first} as in the first row: never both")


def _keys(found: Mapping[str, CellFaults], typed: Mapping[str, pd.DataFrame]) -> None:
    known = typed["patients"]["patient_id"]
    for name, key in (
        ("patients", ["patient_id"]),
        ("times", ["patient_id"]),
        ("visits", ["patient_id", "week"]),
    ):
        if name in typed:
            key = [*key, *(["outcome"] * ("outcome" in typed[name]))]
            message = f"must not repeat another row's {', '.join(key)}"
            found[name].add(typed[name].duplicated(key), key[-1], message)
    for name, table in typed.items():
        stranger = ~table["patient_id"].isin(known)
        found[name].add(stranger, "patient_id", "must be a patient_id of patients")


def _outcomes(found: CellFaults, times: pd.DataFrame, study: StudyMetadata) -> None:
    """Record times of an outcome that the study does not have."""
    outcomes = [] if study.response_threshold is None else [RESPONSE]
    if study.criterion is not None:
        outcomes.append(study.criterion.column)
    given = times["outcome"] if "outcome" in times else pd.Series([RESPONSE] * len(times))
    allowed = f"must be one of {', '.join(outcomes)}" if outcomes else "the study has no outcome"
    found.add(~given.isin(outcomes), "outcome", allowed)
    if "censoring" in times:
        unknown = times["censoring"].notna() & ~times["censoring"].isin([1, 2, 3, 4])
        found.add(unknown, "censoring", "must be 1, 2, 3 or 4")


def _baselines(found: CellFaults, visits: pd.DataFrame) -> None:
    baseline = visits["baseline"].to_numpy(dtype=bool)
    again = np.zeros(len(visits), dtype=bool)
    again[baseline] = visits.loc[baseline, "patient_id"].duplicated().to_numpy(dtype=bool)
    found.add(again, "baseline", "must be true at one visit of a patient at most")
