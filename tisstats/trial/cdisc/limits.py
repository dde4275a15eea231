"""What a file format can hold, checked before anything is written.

SAS transport files of version 5 hold names of up to 8 letters, digits and underscores, labels of up
to 40 characters and text of up to 200 bytes, all in ASCII, and numbers as doubles of the IBM
System/360. Text is padded with blanks, so that blanks at its end would be lost. Sources: SAS
technical paper TS-140, https://support.sas.com/techsup/technote/ts140.pdf; and what each agency
asks for, as the R package xportr lists it,
https://search.r-project.org/CRAN/packages/xportr/vignettes/agency_standards.html.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import cast

import numpy as np

from tisstats.errors import DataError, Fault
from tisstats.trial.cdisc.datasets import AnalysisDatasets
from tisstats.trial.cdisc.specification import NAME, ValueKind, Variable
from tisstats.trial.cdisc.values import ALLOWED, typed_column
from tisstats.trial.schema import CellFaults

#: Longest label of a variable or a data set, characters.
LABEL_LENGTH = 40

#: Longest text, bytes.
TEXT_LENGTH = 200

#: Smallest magnitude of a double of the IBM System/360 other than 0: 16^-1 times 16^-64 (TS-140).
SMALLEST = 2.0**-260

#: Largest magnitude that returns. The format reaches nearly 2^252; ReadStat, which writes files,
#: makes infinity of everything from 2^249 (found by trying powers of 2 with pyreadstat 1.3.7).
LARGEST = math.nextafter(2.0**249, 0)

_PRINTABLE_ASCII = re.compile(r"[ -~]*")
_ASCII_ONLY = "must have printable ASCII characters only; the other formats take more"


def check_limits(datasets: AnalysisDatasets, file_format: str) -> None:
    """Raise if a file format cannot hold data sets as they are.

    Parameters
    ----------
    datasets : AnalysisDatasets
        The data sets.
    file_format : {"csv", "parquet", "xpt", "json"}
        How they are to be written.

    Raises
    ------
    DataError
        Each fault names the data set, the variable, the value and what is allowed.
    """
    faults: list[Fault] = []
    for name, table in datasets.tables.items():
        found = CellFaults(table, name)
        _origin(found, datasets)
        variables = datasets.variables_of(name)
        described = [each.variable for each in variables]
        if described != list(table.columns):
            differ = sorted({*described} ^ {*map(str, table.columns)}) or described
            message = f"the table of variables does not describe {', '.join(differ)}"
            faults.append(Fault(name, message))
            continue
        # Other limits are asked of what has its type.
        right = [each for each in variables if _has_type(found, each)]
        for each in right:
            if each.type == "text":
                _bad_text(
                    found, each.variable, _no_text, "must not hold a null or half a character"
                )
        faults += [
            Fault(name, "a label must not hold a null or half a character", column=each.variable)
            for each in variables
            if _no_text(each.label)
        ]
        if file_format == "xpt":
            faults += _name_faults(datasets, name, variables)
            for each in right:
                _xpt_values(found, each)
        faults += found.faults
    if faults:
        raise DataError(faults)


def _has_type(found: CellFaults, variable: Variable) -> bool:
    """Return whether all values of a variable are of its type; record those that are not."""
    column = typed_column(found.table[variable.variable], cast(ValueKind, variable.type))
    found.add(column.wrong, variable.variable, f"must be {ALLOWED[variable.type]}")
    return not column.wrong.any()


def _origin(found: CellFaults, datasets: AnalysisDatasets) -> None:
    """Nobody shall find a synthetic record under the name of an observed one."""
    table = found.table
    if datasets.origin is None:
        return
    message = f"must be {datasets.origin} as in the first data set: never both"
    if "ORIGIN" not in table:
        found.faults.append(
            Fault(found.file, f"there is no such variable; it {message}", None, "ORIGIN")
        )
    else:
        found.add(table["ORIGIN"] != datasets.origin, "ORIGIN", message)


def _no_text(text: str) -> bool:
    """Return whether a text holds what no file can: a null, or half a surrogate pair."""
    return "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text)


def _not_ascii(text: str) -> bool:
    return not _PRINTABLE_ASCII.fullmatch(text)


def _too_long(text: str) -> bool:
    return len(text.encode("utf-8", "replace")) > TEXT_LENGTH


def _ends_blank(text: str) -> bool:
    return text.endswith(" ")


def _bad_text(found: CellFaults, name: str, bad: Callable[[str], bool], message: str) -> None:
    """Record each text that is bad, at the first of its records: an arm may have thousands."""
    column = found.table[name]
    wrong = [text for text in column.unique() if bad(text)]
    if wrong:
        found.add(column.isin(wrong) & ~column.duplicated(), name, message)


def _name_faults(
    datasets: AnalysisDatasets, name: str, variables: tuple[Variable, ...]
) -> list[Fault]:
    """Return what is wrong with the names and labels of a data set and its variables."""
    allowed = "must have up to 8 capital letters, digits or underscores and not begin with a digit"
    faults = [
        Fault(name, f"a name {allowed}", column=each or None, value=each or name)
        for each in ("", *(variable.variable for variable in variables))
        if not NAME.fullmatch(each or name)
    ]
    labels = [(None, datasets.label(name)), *((each.variable, each.label) for each in variables)]
    for column, label in labels:
        if len(label) > LABEL_LENGTH:
            message = f"a label must have up to {LABEL_LENGTH} characters, not {len(label)}"
            faults.append(Fault(name, message, column=column, value=label))
        if _not_ascii(label):
            message = "a label must have printable ASCII characters only"
            faults.append(Fault(name, message, column=column, value=label))
    return faults


def _xpt_values(found: CellFaults, variable: Variable) -> None:
    name = variable.variable
    if variable.type == "text":
        _bad_text(found, name, _not_ascii, _ASCII_ONLY)
        _bad_text(found, name, _too_long, f"must have up to {TEXT_LENGTH} bytes")
        _bad_text(found, name, _ends_blank, "must not end with a blank, which the format drops")
    elif variable.type == "float":
        size = np.abs(found.table[name].to_numpy(dtype=float))
        outside = np.isfinite(size) & (size > 0) & ((size < SMALLEST) | (size > LARGEST))
        allowed = f"{SMALLEST:.3g} to {LARGEST:.3g}"
        found.add(outside, name, f"must be 0 or have a magnitude from {allowed}")
