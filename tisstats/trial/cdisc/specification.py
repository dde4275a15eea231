"""What the analysis data sets hold: variables, parameters and input columns, read from tables.

Names and labels of variables are those of the ADaM Implementation Guide (ADaMIG), the ADaM
structure for occurrence data (OCCDS) and the SDTM Implementation Guide (SDTMIG), as published on
https://wiki-test.cdisc.org (BDS analysis parameter criteria, pageId=179314289; time-to-event
variables, pageId=179330164; ADSL trial experience, pageId=179314284) and as the R package admiral
uses them (https://pharmaverse.github.io/admiral: "Creating a BDS Finding ADaM", "Creating a BDS
Time-to-Event ADaM"). The column ``standard`` names the guide of each; what is "ours" has no
counterpart there: all codes of parameters, of both core sets, ``ORIGIN``, weeks in place of dates
(``EOSWK``, ``DTHWK``, ``ASTWK``), and the primary endpoint of each patient (``ENDPFL``,
``ENDPRULE``).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from tisstats.normal_forms import normal_form

DataType = Literal["text", "integer", "float", "date"]
"""Types of variables; truth values are text, Y or N."""

ValueKind = Literal["text", "integer", "float", "date", "flag"]
"""Types of the columns of plain tables."""

#: Maximum length of names of data sets and variables, and of codes of parameters.
NAME_LENGTH = 8

#: What such a name may be: ADaMIG 3.1.1; in SAS transport files of version 5 too.
NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")

#: Codelists of flags: Y or N, and Y alone, which leaves "no" empty (ADaMIG 3.1.4).
YES_NO, YES_ONLY = "NY", "Y"


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a data set, as the table of variables describes it."""

    dataset: str  #: name of the data set
    variable: str  #: name of the variable; empty in the row that describes the data set
    where: str  #: the records that the row is about, such as PARAMCD EQ MMT; empty: all
    label: str  #: label of the variable, the parameter or the data set
    type: str  #: one of `DataType`; empty in the row of the data set
    length: int  #: longest text, bytes of UTF-8, at least 1; 8 for numbers
    key: str  #: place in the key of the data set, from 1; empty: not in the key
    origin: str  #: Assigned, Collected, Derived or Predecessor, as in Define-XML
    derivation: str  #: how it is derived, or the variable that it repeats
    codelist: str  #: permitted values; NY: Y or N
    source: str  #: table and column that it is taken from, such as patients.arm
    standard: str  #: the guide that defines it, or "ours"


@dataclass(frozen=True, slots=True)
class SpecifiedVariable:
    """A variable that a data set may or must have."""

    variable: Variable  #: its description
    needed: bool  #: whether every data set of this name has it


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter with a code of its own."""

    dataset: str  #: data set that it belongs to
    parameter: str  #: column of the visits, or what is measured
    code: str  #: PARAMCD
    label: str  #: PARAM without unit; empty: given by the study
    unit: str  #: unit; empty: given by the study
    change: bool  #: whether a baseline and changes from it are derived


@dataclass(frozen=True, slots=True)
class DatasetSpecification:
    """What a data set holds."""

    name: str  #: name of the data set
    label: str  #: label of the data set, where the rows are observed
    structure: str  #: what a record is
    rows_from: str  #: plain table that has its rows
    variables: tuple[SpecifiedVariable, ...]  #: variables in their order


@dataclass(frozen=True, slots=True)
class InputColumn:
    """A column of a plain table."""

    column: str  #: its name
    type: str  #: one of `ValueKind`, or "any"
    needed: str  #: "column": the table must have it; "value": every cell too; "no"
    description: str  #: what it holds


def _rows(name: str) -> list[dict[str, str]]:
    text = files("tisstats.trial.cdisc").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def dataset_specifications() -> Mapping[str, DatasetSpecification]:
    """Return what each data set holds, by its name.

    Examples
    --------
    >>> list(dataset_specifications())
    ['ADSL', 'ADTIS', 'ADTTE', 'ADAE', 'ADEX']
    """
    variables: dict[str, list[SpecifiedVariable]] = {}
    for row in _rows("variables.csv"):
        needed = row.pop("needed") == "yes"
        variable = Variable(where="", length=0, **row)
        variables.setdefault(variable.dataset, []).append(SpecifiedVariable(variable, needed))
    return {
        row["dataset"]: DatasetSpecification(
            name=row["dataset"],
            label=row["label"],
            structure=row["structure"],
            rows_from=row["rows_from"],
            variables=tuple(variables[row["dataset"]]),
        )
        for row in _rows("datasets.csv")
    }


@cache
def parameters() -> tuple[Parameter, ...]:
    """Return the parameters that have a code of their own.

    Examples
    --------
    >>> [(each.parameter, each.code) for each in parameters()][:3]
    [('physician_global', 'PHGA'), ('patient_global', 'PTGA'), ('mmt', 'MMT')]
    """
    return tuple(
        Parameter(
            dataset=row["dataset"],
            parameter=row["parameter"],
            code=row["code"],
            label=row["label"],
            unit=row["unit"],
            change=row["change"] == "yes",
        )
        for row in _rows("parameters.csv")
    )


@cache
def input_columns() -> Mapping[str, tuple[InputColumn, ...]]:
    """Return the columns of each plain table.

    Examples
    --------
    >>> [each.column for each in input_columns()["times"]]
    ['patient_id', 'weeks', 'event', 'ended', 'counted', 'censoring', 'outcome']
    """
    columns: dict[str, list[InputColumn]] = {}
    for row in _rows("inputs.csv"):
        columns.setdefault(row["table"], []).append(
            InputColumn(row["column"], row["type"], row["needed"], row["description"])
        )
    return {table: tuple(found) for table, found in columns.items()}


@cache
def known_types() -> Mapping[str, DataType]:
    """Return the type of each variable of any data set; one name has one type in all of them."""
    return {
        each.variable.variable: cast(DataType, each.variable.type)
        for specification in dataset_specifications().values()
        for each in specification.variables
    }


def variable_name(column: str, taken: Collection[str]) -> str:
    """Return a name for a variable that is made of a column's name and not taken yet.

    Examples
    --------
    >>> variable_name("age", []), variable_name("age_at_onset", ["AGE_AT_O"])
    ('AGE', 'AGE_AT_2')
    >>> variable_name("6mwt", []), variable_name("größe", [])
    ('V6MWT', 'GROSSE')
    """
    letters = normal_form("NFKD", column.upper())
    name = re.sub(r"[^A-Z0-9_]", "", letters)
    if not re.match(r"[A-Z]", name):
        name = f"V{name}"
    proposal, number = name[:NAME_LENGTH], 1
    while proposal in taken:
        number += 1
        proposal = f"{name[: NAME_LENGTH - len(str(number))]}{number}"
    return proposal
