"""The study and its checked tables, and what all data sets take from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.trial.cdisc.datasets import SYNTHETIC
from tisstats.trial.cdisc.specification import (
    YES_ONLY,
    DatasetSpecification,
    dataset_specifications,
    parameters,
    variable_name,
)
from tisstats.trial.cdisc.study import StudyMetadata

#: Parameter of the Total Improvement Score: a score of change, which has no baseline of its own.
SCORE = "tis"

#: First part of a USUBJID where no patient was observed.
SYNTHETIC_PREFIX = "SYNTHETIC-"

Columns = dict[str, Any]
"""Variables of a data set by name: arrays or Series of one length."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """The study and its checked tables."""

    study: StudyMetadata  #: what is said of the study
    tables: Mapping[str, pd.DataFrame]  #: plain tables by name, one type a column

    @property
    def patients(self) -> pd.DataFrame:
        """The table of patients."""
        return self.tables["patients"]

    @property
    def is_synthetic(self) -> bool:
        """Whether the rows are the data of nobody."""
        return bool((self.patients["origin"] == SYNTHETIC).any())

    def patient_numbers(self, table: pd.DataFrame) -> NDArray[np.intp]:
        """Return the place of each row's patient among the patients."""
        places = pd.Index(self.patients["patient_id"]).get_indexer(table["patient_id"])
        return np.asarray(places, dtype=np.intp)

    def codes(self) -> dict[str, str]:
        """Return the code of each parameter of the visits, by its column.

        Raises
        ------
        ValueError
            If two parameters would have one code.
        """
        known = {each.parameter: each.code for each in parameters() if each.dataset == "ADTIS"}
        given = self.study.variable_names
        criterion = [] if self.study.criterion is None else [self.study.criterion.column]
        measures = [
            *self.study.measures,
            *([SCORE] * (SCORE in self.tables["visits"])),
            *criterion,
        ]
        return _names(measures, {**known, **given}, [*known.values(), *given.values()])

    def characteristic_names(self) -> dict[str, str]:
        """Return the variable of each characteristic, by its column.

        Raises
        ------
        ValueError
            If two variables would have one name.
        """
        reserved = [each.variable.variable for each in dataset_specifications()["ADSL"].variables]
        given = self.study.variable_names
        names = _names(self.study.characteristics, given, [*reserved, *given.values()])
        if taken := set(names.values()) & set(reserved):
            raise ValueError(f"variable_names must not name a variable of ADSL, got {min(taken)!r}")
        return names

    def response(self) -> str:
        """Return the response by the score in words; empty if the study has none."""
        if self.study.response_threshold is None:
            return ""
        (score,) = (each for each in parameters() if each.parameter == SCORE)
        return f"{score.label} >= {self.study.response_threshold:g}"

    def subject_columns(self, numbers: NDArray[np.intp]) -> Columns:
        """Return what a record repeats from ADSL, for the patient of each record."""
        study, patients = self.study, self.patients
        labels = patients["arm"].map(dict(study.arms)).to_numpy(dtype=object)
        places = {arm: place for place, arm in enumerate(study.arms, start=1)}
        prefix = SYNTHETIC_PREFIX if self.is_synthetic else ""
        ids = patients["patient_id"].to_numpy(dtype=object)
        subjects = np.array([f"{prefix}{study.study_id}-{each}" for each in ids], dtype=object)
        columns: Columns = {
            "STUDYID": np.full(len(patients), study.study_id, dtype=object),
            "USUBJID": subjects,
            "SUBJID": ids,
            "ORIGIN": patients["origin"].to_numpy(dtype=object),
            "TRTP": labels,
            "TRTPN": patients["arm"].map(places).to_numpy(dtype=float),
            "FASFL": flag_text(patients["analysed"], only_yes=False),
        }
        if "start_date" in patients:
            columns["STARTDT"] = patients["start_date"].to_numpy()
        return {name: column[numbers] for name, column in columns.items()}


def _names(
    columns: Mapping[str, str] | list[str], given: Mapping[str, str], taken: list[str]
) -> dict[str, str]:
    """Return a name for each column: the one given, or one made of the column's name."""
    names: dict[str, str] = {}
    for column in columns:
        names[column] = given.get(column) or variable_name(column, [*names.values(), *taken])
    if len(set(names.values())) < len(names):
        twice = next(name for name in names.values() if list(names.values()).count(name) > 1)
        raise ValueError(f"variable_names must not give one name twice, got {twice!r}")
    return names


def flag_text(values: pd.Series, *, only_yes: bool) -> NDArray[Any]:
    """Return truth values as Y and N, or as Y alone; empty where missing.

    Examples
    --------
    >>> flag_text(pd.Series([True, False, None], dtype="boolean"), only_yes=False).tolist()
    ['Y', 'N', '']
    """
    known = values.astype("boolean")
    text = np.full(len(values), "", dtype=object)
    text[known.fillna(False).to_numpy(dtype=bool)] = "Y"
    if not only_yes:
        text[(~known).fillna(False).to_numpy(dtype=bool)] = "N"
    return text


def carried_columns(specification: DatasetSpecification, table: pd.DataFrame) -> Columns:
    """Return the variables that are columns of a plain table as they stand, flags as text."""
    columns: Columns = {}
    for each in specification.variables:
        table_name, _, column = each.variable.source.partition(".")
        if table_name == specification.rows_from and column in table:
            values = table[column]
            columns[each.variable.variable] = (
                flag_text(values, only_yes=each.variable.codelist == YES_ONLY)
                if values.dtype == "boolean"
                else values.to_numpy()
            )
    return columns
