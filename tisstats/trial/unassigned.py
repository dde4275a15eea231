"""Patients who were never assigned to an arm, such as screening failures: counted and left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from tisstats.errors import DataError
from tisstats.sentences import count_of
from tisstats.tables import RawTable
from tisstats.tables.cells import as_text, empty_cells, truth_values
from tisstats.tables.raw import match_columns
from tisstats.trial.columns import Mask

#: What stands in data sets of CDISC for the arm of a patient who has none: names and codes of the
#: SDTM Implementation Guide 3.2 and earlier, which ADSL takes over. Later ones leave it empty.
_NO_ARM = ("SCREEN FAILURE", "SCRNFAIL", "NOT ASSIGNED", "NOTASSGN")

#: What is wrong with an identifier that stands in two rows of the patients; of the column's name.
REPEATED_ID = "must not repeat another row's {}"

#: What the rows of each other table are called.
_ROWS = {"visits": "visit", "treatments": "treatment", "adverse_events": "adverse event"}


def without_unassigned(tables: Mapping[str, RawTable]) -> dict[str, RawTable]:
    """Return the tables of a study without patients who have no arm and are not analysed.

    Who was not randomised needs no arm and no first dose. A patient in the analysis does, and
    stays, as does a row without an identifier, and everybody where nobody would be left.

    Parameters
    ----------
    tables
        The tables as they were read, with the ``patients``, by name.

    Returns
    -------
    dict of RawTable
        The tables; a remark on the patients counts who is left out.

    Raises
    ------
    DataError
        If the identifier of who would be left out repeats that of another row, whose visits would
        be left out too.

    Examples
    --------
    >>> import pandas as pd
    >>> from tisstats.tables import TableSource
    >>> rows = {"patient_id": ["1", "2"], "arm": ["A", ""], "analysed": ["Y", "N"]}
    >>> patients = RawTable(pd.DataFrame(rows, dtype=object), TableSource("patients.csv"))
    >>> found = without_unassigned({"patients": patients})["patients"]
    >>> found.cells["patient_id"].tolist(), found.remarks
    (['1'], ('1 patient without an arm, who is not analysed, is left out',))
    """
    patients = match_columns(tables["patients"], ("patient_id", "arm", "analysed"))
    cells = patients.cells
    if not {"patient_id", "arm", "analysed"} <= set(cells.columns):
        return dict(tables)
    given = cells["patient_id"].map(as_text).str.strip()
    left_out = without_arm(cells) & (given != "").to_numpy()
    if not left_out.any() or left_out.all():
        return dict(tables)
    ids = set(given[left_out])
    if (repeated := given.duplicated().to_numpy() & given.isin(ids).to_numpy()).any():
        source, name = patients.source, "patient_id"
        message = REPEATED_ID.format(source.column_name(name))
        raise DataError(source.faults(repeated, name, message, cells[name]))
    found, counts = dict(tables), []
    for name, row in _ROWS.items():
        if name in tables:
            table = match_columns(tables[name], ("patient_id",))
            if "patient_id" in table.cells:
                theirs = [as_text(cell).strip() in ids for cell in table.cells["patient_id"]]
                found[name] = tables[name].take(np.flatnonzero(~np.array(theirs, dtype=bool)))
                if number := sum(theirs):
                    counts.append(count_of(number, row))
    number = int(left_out.sum())
    who, are = ("who is", "is") if number == 1 else ("who are", "are")
    having = f", with {', '.join(counts)}" if counts else ""
    remark = f"{count_of(number, 'patient')} without an arm, {who} not analysed, {are} left out"
    kept = tables["patients"].take(np.flatnonzero(~left_out))
    found["patients"] = replace(kept, remarks=(*kept.remarks, f"{remark}{having}"))
    return found


def without_arm(patients: pd.DataFrame) -> Mask:
    """Return which patients have no arm and are not analysed, shape (patients,).

    Examples
    --------
    >>> rows = {"arm": ["A", "", "Screen failure"], "analysed": ["N", "Y", "N"]}
    >>> without_arm(pd.DataFrame(rows, dtype=object)).tolist()
    [False, False, True]
    """
    arms = patients["arm"]
    outside = truth_values(patients["analysed"]).values.eq(False).fillna(False)
    found: Mask = (empty_cells(arms) | arms.map(is_no_arm).to_numpy()) & outside.to_numpy(
        dtype=bool
    )
    return found


def is_no_arm(cell: object) -> bool:
    """Return whether data sets of CDISC write this, in any letter case, for having no arm."""
    return as_text(cell).strip().upper() in _NO_ARM
