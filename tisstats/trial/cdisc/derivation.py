"""Derive analysis data sets from plain tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import pandas as pd

from tisstats.trial.cdisc.adtis import derive_adtis, parameter_rows
from tisstats.trial.cdisc.datasets import AnalysisDatasets, with_lengths
from tisstats.trial.cdisc.inputs import RESPONSE, checked_tables
from tisstats.trial.cdisc.source import Columns, Source, carried_columns, flag_text
from tisstats.trial.cdisc.specification import (
    YES_NO,
    DatasetSpecification,
    ValueKind,
    Variable,
    dataset_specifications,
    parameters,
)
from tisstats.trial.cdisc.study import StudyMetadata
from tisstats.trial.cdisc.values import infer_kind, typed_column
from tisstats.trial.columns import Mask
from tisstats.trial.deaths import DEATH_WEEK
from tisstats.trial.end_reasons import COMPLETED, ONGOING

#: Why a time without response by the score ends.
CENSORED = "No response by the end of observation"


def derive_analysis_datasets(
    study: StudyMetadata,
    patients: pd.DataFrame,
    visits: pd.DataFrame,
    events: pd.DataFrame | None = None,
    times: pd.DataFrame | None = None,
    treatments: pd.DataFrame | None = None,
) -> AnalysisDatasets:
    """Derive the analysis data sets of a trial.

    Every record says in ``ORIGIN`` whether it was observed in a patient. If it was not, the label
    of its data set begins with "Synthetic" and its ``USUBJID`` with ``SYNTHETIC-``.

    ``BASE``, ``CHG``, ``ABLFL`` and ``CRIT1FL`` are derived as admiral does
    (https://pharmaverse.github.io/admiral, "Creating a BDS Finding ADaM"): ``BASE`` is the value at
    the baseline visit, ``CHG`` is given after it. The Total Improvement Score compares with
    baseline itself, so it has neither. ``CNSR`` is 0 for an event, as ADaM recommends, and above 0
    where there was none.

    Parameters
    ----------
    study : StudyMetadata
        Name, arms, threshold of response, and labels.
    patients : DataFrame
        One row a patient: ``patient_id``, ``arm``, ``analysed``, ``origin``, ``end_week``,
        ``end_reason``, optionally ``death_week``, ``start_date``, ``primary_endpoint`` (whether it
        was met) and ``primary_endpoint_rule`` (what decided), and the study's characteristics.
    visits : DataFrame
        One row a patient and scheduled week: ``patient_id``, ``week``, ``baseline``, the study's
        measures in their units, and the column of the study's criterion, 1 where it is met and 0
        where not; optionally ``visit`` (its name), ``tis`` (points), its bounds ``tis_low`` and
        ``tis_high`` where measures are missing, ``response`` and ``date``.
    events : DataFrame, optional
        One row an adverse event: ``patient_id``, ``week``, ``event``, ``serious``, ``related``;
        optionally ``date``. Without it there is no ADAE.
    times : DataFrame, optional
        One row a patient: ``patient_id``, ``weeks`` to the first response or to the end of
        observation, ``event`` (whether there was a response). With a column ``outcome`` one row a
        patient and outcome: ``response``, by the score, or the column of the study's criterion.
        Without the table there is no ADTTE.
    treatments : DataFrame, optional
        One row a treatment given: ``patient_id``, ``week``, ``treatment``; optionally ``dose``,
        ``dose_unit`` and ``date``. Without it there is no ADEX.

    Returns
    -------
    AnalysisDatasets
        ADSL and ADTIS, and ADTTE, ADAE and ADEX where there are tables for them. Other columns of
        the tables are left out.

    Raises
    ------
    DataError
        If a table lacks a column, a cell is not what it must be, patients are unknown or repeated,
        or observed and synthetic rows are mixed; carries every fault.

    Examples
    --------
    >>> from tisstats.trial.cdisc import MeasureLabel
    >>> study = StudyMetadata(
    ...     study_id="M-1",
    ...     title="A trial",
    ...     arms={"a": "Drug A"},
    ...     reference_arm=None,
    ...     response_threshold=20,
    ...     measures={"mmt": MeasureLabel("Manual muscle testing", "points")},
    ... )
    >>> patients = pd.DataFrame(
    ...     {"patient_id": ["7"], "arm": "a", "analysed": True, "origin": "synthetic",
    ...      "end_week": 4, "end_reason": "completed"}
    ... )
    >>> visits = pd.DataFrame(
    ...     {"patient_id": "7", "week": [0, 4], "baseline": [True, False], "mmt": [100, 120],
    ...      "tis": [None, 22.5]}
    ... )
    >>> datasets = derive_analysis_datasets(study, patients, visits)
    >>> datasets.tables["ADTIS"][["USUBJID", "PARAMCD", "CRIT1FL", "AVISIT", "AVAL", "CHG"]]
               USUBJID PARAMCD CRIT1FL    AVISIT   AVAL   CHG
    0  SYNTHETIC-M-1-7     MMT          Baseline  100.0   NaN
    1  SYNTHETIC-M-1-7     MMT            Week 4  120.0  20.0
    2  SYNTHETIC-M-1-7     TIS          Baseline    NaN   NaN
    3  SYNTHETIC-M-1-7     TIS       Y    Week 4   22.5   NaN
    """
    optional = {"events": events, "times": times, "treatments": treatments}
    given = {"patients": patients, "visits": visits}
    given |= {name: table for name, table in optional.items() if table is not None}
    source = Source(study, checked_tables(study, given))
    tables: dict[str, pd.DataFrame] = {}
    variables: list[Variable] = []
    for name, specification in dataset_specifications().items():
        if specification.rows_from in source.tables:
            columns = _DERIVATIONS[name](source)
            described = [*_variables(specification, columns, source)]
            if name == "ADSL":
                described += _characteristics(source, columns)
            tables[name] = _table(described, columns)
            variables.append(_dataset_row(specification, source))
            variables += [with_lengths(each, tables[name][each.variable]) for each in described]
            variables += _PARAMETER_ROWS.get(name, _no_rows)(source)
    return AnalysisDatasets(tables, tuple(variables))


def _derive_adsl(source: Source) -> Columns:
    patients, arms = source.patients, source.study.arms
    columns = source.subject_columns(np.arange(len(patients)))
    columns |= carried_columns(dataset_specifications()["ADSL"], patients)
    reason = patients["end_reason"].to_numpy(dtype=object)
    completed, ongoing = reason == COMPLETED, reason == ONGOING
    label = patients["arm"].map(dict(arms)).to_numpy(dtype=object)
    columns |= {
        "ARM": label,
        "TRT01P": label,
        "TRT01PN": columns["TRTPN"],
        "EOSSTT": np.select(
            [completed, ongoing, reason != ""],
            ["COMPLETED", "ONGOING", "DISCONTINUED"],
            default="",
        ).astype(object),
        "DCSREAS": np.where(completed | ongoing, "", reason).astype(object),
        "DTHFL": np.where(_died(patients), "Y", "").astype(object),
    }
    return columns


def _died(patients: pd.DataFrame) -> Mask:
    """Return who died: by the reason of the end, in any letter case, or with a week of it."""
    died = (patients["end_reason"].str.lower() == "death").to_numpy(dtype=bool)
    if DEATH_WEEK in patients:
        died = died | patients[DEATH_WEEK].notna().to_numpy(dtype=bool)
    return died


def _derive_adtte(source: Source) -> Columns:
    times = source.tables["times"]
    columns = source.subject_columns(source.patient_numbers(times))
    columns |= carried_columns(dataset_specifications()["ADTTE"], times)
    met = times["event"].to_numpy(dtype=bool)
    outcome = times["outcome"] if "outcome" in times else pd.Series([RESPONSE] * len(times))
    of_criterion = (outcome != RESPONSE).to_numpy(dtype=bool)
    known = {each.parameter: each for each in parameters() if each.dataset == "ADTTE"}
    named = dict.fromkeys(known, "")
    event = np.full(len(times), source.response(), dtype=object)
    noun = np.full(len(times), "response", dtype=object)
    unmet = np.full(len(times), CENSORED, dtype=object)
    if (criterion := source.study.criterion) is not None:
        event[of_criterion] = criterion.label
        noun[of_criterion] = criterion.noun
        unmet[of_criterion] = criterion.unmet
        named[criterion.column] = f"Time to First {criterion.label}"
    censoring = np.ones(len(times), dtype=np.int64)
    if "censoring" in times:
        censoring = times["censoring"].fillna(1).to_numpy(dtype=np.int64)
    if "ended" in times:
        ended = times["ended"].fillna("").to_numpy(dtype=object)
        nothing = np.char.partition(unmet.astype(str), " by the end")[:, 0].astype(object)
        unmet = np.where(ended == "", unmet, nothing + " " + ended)
    labels = {name: f"{named[name] or each.label} ({each.unit})" for name, each in known.items()}
    if "counted" in times:
        counted = times["counted"].fillna("").to_numpy(dtype=object)
        event = np.where(counted == "", event, counted + ", counted as " + noun)
    columns |= {
        "PARAM": outcome.map(labels).to_numpy(dtype=object),
        "PARAMCD": outcome.map({name: each.code for name, each in known.items()}).to_numpy(
            dtype=object
        ),
        "CNSR": np.where(met, 0, censoring),
        "EVNTDESC": np.where(met, event, unmet).astype(object),
    }
    return columns


def _derive_adae(source: Source) -> Columns:
    return _derive_occurrences(source, "ADAE", "AESEQ")


def _derive_adex(source: Source) -> Columns:
    return _derive_occurrences(source, "ADEX", "EXSEQ")


def _derive_occurrences(source: Source, name: str, sequence: str) -> Columns:
    """Derive one record for each row, numbered within its patient."""
    specification = dataset_specifications()[name]
    table = source.tables[specification.rows_from]
    numbers = source.patient_numbers(table)
    order = np.argsort(numbers, kind="stable")
    table, numbers = table.iloc[order].reset_index(drop=True), numbers[order]
    columns = source.subject_columns(numbers)
    columns |= carried_columns(specification, table)
    columns[sequence] = table.groupby("patient_id").cumcount().to_numpy() + 1
    return columns


_DERIVATIONS: dict[str, Callable[[Source], Columns]] = {
    "ADSL": _derive_adsl,
    "ADTIS": derive_adtis,
    "ADTTE": _derive_adtte,
    "ADAE": _derive_adae,
    "ADEX": _derive_adex,
}

_PARAMETER_ROWS: dict[str, Callable[[Source], list[Variable]]] = {"ADTIS": parameter_rows}


def _no_rows(source: Source) -> list[Variable]:  # noqa: ARG001 - as the others
    return []


def _table(described: Sequence[Variable], columns: Columns) -> pd.DataFrame:
    """Return the variables of a data set in their order, each of its type."""
    return pd.DataFrame(
        {
            each.variable: typed_column(
                pd.Series(columns[each.variable]), cast(ValueKind, each.type)
            ).values
            for each in described
        }
    )


def _dataset_row(specification: DatasetSpecification, source: Source) -> Variable:
    """Describe a data set; its label says whether it is synthetic."""
    label = f"Synthetic {specification.label}" if source.is_synthetic else specification.label
    return Variable(
        dataset=specification.name,
        variable="",
        where="",
        label=label,
        type="",
        length=0,
        key="",
        origin="",
        derivation=specification.structure,
        codelist="",
        source=specification.rows_from,
        standard="",
    )


def _variables(
    specification: DatasetSpecification, columns: Columns, source: Source
) -> list[Variable]:
    """Return the variables that a data set has, with what only the study knows of them."""
    arms = [
        f"{label} (reference)" if arm == source.study.reference_arm else label
        for arm, label in source.study.arms.items()
    ]
    own = {
        "STUDYID": {"derivation": f"Title of the study: {source.study.title}"},
        "ARMCD": {"codelist": "; ".join(source.study.arms)},
        "ARM": {"codelist": "; ".join(arms)},
        "TRT01P": {"codelist": "; ".join(arms)},
        "TRTP": {"codelist": "; ".join(arms)},
        "AEREL": {"codelist": _flag_codelist(source, "events", "related")},
    }
    if specification.name == "ADSL" and DEATH_WEEK in source.patients:
        known = "Y if the reason of the end is death, or the week of the death is recorded"
        own["DTHFL"] = {"derivation": known}
    if endpoint := source.study.endpoint_definition:
        known = "Y where the primary endpoint was met and N where not; empty where that is not "
        known += "known, or the patient is left out"
        own["ENDPFL"] = {"derivation": f"{known}: {endpoint}"}
    if visits := source.study.visit_definition:
        own["AVISITN"] = {"derivation": f"Scheduled week; the visit of a week is {visits}"}
    return [
        replace(each.variable, **own.get(each.variable.variable, {}))  # type: ignore[arg-type]
        for each in specification.variables
        if each.needed or each.variable.variable in columns
    ]


def _flag_codelist(source: Source, table: str, column: str) -> str:
    present = table in source.tables and column in source.tables[table]
    return YES_NO if present and source.tables[table][column].dtype == "boolean" else ""


def _characteristics(source: Source, columns: Columns) -> list[Variable]:
    """Add the study's characteristics to the columns of ADSL, and describe them."""
    described = []
    for column, name in source.characteristic_names().items():
        values = source.patients[column]
        kind = infer_kind(values)
        is_flag = kind == "flag"
        columns[name] = flag_text(values, only_yes=False) if is_flag else values
        described.append(
            Variable(
                dataset="ADSL",
                variable=name,
                where="",
                label=source.study.characteristics[column],
                type="text" if is_flag else kind,
                length=0,
                key="",
                origin="Collected",
                derivation="",
                codelist=YES_NO if is_flag else "",
                source=f"patients.{column}",
                standard="ours",
            )
        )
    return described
