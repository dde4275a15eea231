"""Analysis data sets as they are read: their subjects, variables and codelists."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.trial.cdisc.datasets import AnalysisDatasets
from tisstats.trial.cdisc.specification import input_columns
from tisstats.trial.schema import CellFaults


class ReadDatasets:
    """Data sets being read, and the patients of their subjects."""

    def __init__(self, datasets: AnalysisDatasets):
        # Columns are joined by place, whatever the index of a table that was sorted or filtered.
        tables = {name: table.reset_index(drop=True) for name, table in datasets.tables.items()}
        self.datasets = replace(datasets, tables=tables)
        adsl = tables.get("ADSL")
        if adsl is None:
            held = ", ".join(tables)
            raise DataError([Fault("ADSL", f"there is no such data set; there are {held}")])
        self.adsl = adsl
        found = self.faults_of("ADSL", "USUBJID")
        found.add(adsl["USUBJID"] == "", "USUBJID", "must not be empty")
        found.add(adsl["USUBJID"].duplicated(), "USUBJID", "must not repeat another row's")
        raise_faults(found)
        # Subjects of several sites may share a number; USUBJID tells them apart.
        short = (
            "SUBJID" in adsl and not (adsl["SUBJID"].duplicated() | (adsl["SUBJID"] == "")).any()
        )
        self.subject = "SUBJID" if short else "USUBJID"  #: the variable that names a patient
        self.ids = adsl[self.subject].to_numpy(dtype=object)
        self.subjects = pd.Index(adsl["USUBJID"])

    def faults_of(self, name: str, *needed: str) -> CellFaults:
        """Return the faults of a data set, which must have some variables."""
        table = self.datasets.tables[name]
        held = ", ".join(map(str, table.columns))
        if lacking := [
            Fault(name, f"there is no such variable; the data set has {held}", column=each)
            for each in needed
            if each not in table
        ]:
            raise DataError(lacking)
        return CellFaults(table, name)

    def numbers(self, found: CellFaults) -> NDArray[np.intp]:
        """Return the place of each record's patient; record those that ADSL does not know."""
        places = self.subjects.get_indexer(found.table["USUBJID"])
        numbers = np.asarray(places, dtype=np.intp)
        found.add(numbers < 0, "USUBJID", "must be a USUBJID of ADSL")
        return numbers

    def codelist(self, name: str, variable: str) -> str:
        """Return the codelist of a variable; empty if none is stated."""
        for each in self.datasets.variables_of(name):
            if each.variable == variable:
                return each.codelist
        return ""


def raise_faults(found: CellFaults) -> None:
    """Raise the faults of a data set, if any."""
    if found.faults:
        raise DataError(found.faults)


def column_of(table: pd.DataFrame, name: str, missing: object) -> pd.Series:
    """Return a variable, or the missing value in every row where there is none."""
    if name in table:
        return table[name]
    kind = object if isinstance(missing, str) else None
    return pd.Series([missing] * len(table), dtype=kind)


def no_rows(table: str) -> pd.DataFrame:
    """Return a plain table without rows, with the columns that it must have."""
    names = [each.column for each in input_columns()[table] if each.needed != "no"]
    return pd.DataFrame(columns=names)
