"""Analysis data sets as Dataset-JSON 1.1.

Written from the specification: CDISC Dataset-JSON, version 1.1, 2024-12-05,
https://cdisc-org.github.io/DataExchange-DatasetJson/doc/dataset-json1-1.html. The order of
attributes is the recommended one. Dates are ISO 8601 text with ``targetDataType`` integer, as for
ADaM; missing values are null.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from tisstats import __version__
from tisstats.errors import DataError, Fault
from tisstats.measures.visit_table import FAULTS_PER_COLUMN
from tisstats.trial.cdisc.contents import FIRST_ROW, DatasetContents, FileContents
from tisstats.trial.cdisc.formats import plain_cells, yes_no
from tisstats.trial.cdisc.specification import DataType, Variable

#: The version that is written.
VERSION = "1.1.0"

#: The versions that are read.
_VERSIONS = re.compile(r"1\.1(\.(0|[1-9][0-9]*))?")

#: What is written for each type of variable.
_WRITTEN: dict[str, dict[str, str]] = {
    "text": {"dataType": "string"},
    "integer": {"dataType": "integer"},
    "float": {"dataType": "double"},
    "date": {"dataType": "date", "targetDataType": "integer", "displayFormat": "E8601DA."},
}

#: Attributes that a file must have, and the type of each in JSON.
_REQUIRED: dict[str, type] = {
    "datasetJSONCreationDateTime": str,
    "datasetJSONVersion": str,
    "itemGroupOID": str,
    "records": int,
    "name": str,
    "label": str,
    "columns": list,
}

#: Attributes that a column must have.
_COLUMN = ("itemOID", "name", "label", "dataType")


def write_dataset_json(
    contents: DatasetContents, path: Path, created: datetime.datetime | None = None
) -> None:
    """Write Dataset-JSON 1.1, one record a line.

    Parameters
    ----------
    contents : DatasetContents
        The data set.
    path : Path
        File to write.
    created : datetime, optional
        Time of creation to be stated; by default now.
    """
    columns = [plain_cells(contents.table[each.variable], None) for each in contents.variables]
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    head = encode(_attributes(contents, created or datetime.datetime.now(datetime.UTC)))
    rows = ",\n".join(map(encode, zip(*columns, strict=True)))
    path.write_text(f'{head[:-1]}, "rows": [\n{rows}\n]}}\n', encoding="utf-8")


def _attributes(contents: DatasetContents, created: datetime.datetime) -> dict[str, Any]:
    study = next(iter(contents.table.get("STUDYID", [])), "")
    identified = {"studyOID": study} if study else {}
    return {
        "datasetJSONCreationDateTime": created.isoformat(timespec="seconds"),
        "datasetJSONVersion": VERSION,
        "fileOID": ".".join([*identified.values(), contents.name]),
        "sourceSystem": {"name": "tisstats", "version": __version__},
        **identified,
        "metaDataRef": contents.metadata_file,
        "itemGroupOID": f"IG.{contents.name}",
        "records": len(contents.table),
        "name": contents.name,
        "label": contents.label,
        "columns": [_column(each) for each in contents.variables],
    }


def _column(variable: Variable) -> dict[str, Any]:
    column: dict[str, Any] = {
        "itemOID": f"IT.{variable.dataset}.{variable.variable}",
        "name": variable.variable,
        "label": variable.label,
        **_WRITTEN[variable.type],
    }
    if variable.type == "text":
        column["length"] = variable.length
    if variable.key:
        column["keySequence"] = int(variable.key)
    return column


def read_dataset_json(path: Path) -> FileContents:
    """Read Dataset-JSON 1.1.

    Raises
    ------
    DataError
        If the file is not Dataset-JSON 1.1, the number of records is not the stated one, a record
        has more or fewer values than there are columns, or a value is not of its column's type;
        carries every fault.
    """
    found = _load(path)
    columns, rows = found["columns"], found.get("rows", [])
    if faults := _shape_faults(found, str(path)):
        raise DataError(faults)
    by_column = list(zip(*rows, strict=True)) or [()] * len(columns)
    frame, types, faults = {}, {}, []
    for at, column in enumerate(columns):
        name, kind = column["name"], column["dataType"]
        read = _READ[kind]
        cells = list(by_column[at])
        wrong = read.refused(cells)
        message = f"must be {read.allowed} or null, as its dataType is {kind}"
        faults += [
            Fault(str(path), message, at + FIRST_ROW, name, json.dumps(cells[at]))
            for at in wrong[:FAULTS_PER_COLUMN]
        ]
        # A date that is to stay text is a date variable of SDTM, which may be partial.
        is_date = kind == "date" and column.get("targetDataType") == "integer"
        types[name] = "date" if is_date else read.type
        if read.convert is not None:
            cells = [read.convert(cell) for cell in cells]
        frame[name] = pd.Series(cells, dtype=object)
    if faults:
        raise DataError(faults)
    return FileContents(
        pd.DataFrame(frame, index=pd.RangeIndex(len(rows))),
        label=found["label"],
        labels={column["name"]: column["label"] for column in columns},
        types=types,
    )


class _Read:
    """How a dataType is read."""

    def __init__(
        self,
        kind: DataType,
        allowed: str,
        *types: type,
        convert: Callable[[Any], Any] | None = None,
    ):
        self.type = kind
        self.allowed = allowed
        self.convert = convert
        # By type, not by instance: true and false are not numbers.
        self._types = {*types, type(None)}

    def refused(self, cells: list[object]) -> list[int]:
        """Return the places of the values that are not of this type."""
        if set(map(type, cells)) <= self._types:
            return []
        return [at for at, cell in enumerate(cells) if type(cell) not in self._types]


#: How each dataType of the specification is read.
_READ: dict[str, _Read] = {
    "string": _Read("text", "text", str),
    "integer": _Read("integer", "a whole number", int),
    "decimal": _Read("float", "a number as text", str),
    "float": _Read("float", "a number", int, float),
    "double": _Read("float", "a number", int, float),
    "boolean": _Read("text", "true or false", bool, convert=yes_no),
    "datetime": _Read("text", "text", str),
    "date": _Read("text", "text", str),
    "time": _Read("text", "text", str),
    "URI": _Read("text", "text", str),
}


def _load(path: Path) -> dict[str, Any]:
    """Return the attributes of a file, those that are required being there."""
    file = str(path)

    def refuse(constant: str) -> NoReturn:
        raise DataError([Fault(file, "must hold no such number", value=constant)])

    try:
        found = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    except DataError:
        raise
    except ValueError as error:  # also of a whole number of thousands of digits
        raise DataError([Fault(file, f"cannot be read as JSON: {error}")]) from None
    except RecursionError:
        raise DataError([Fault(file, "cannot be read as JSON: nested too deep")]) from None
    if not isinstance(found, dict):
        raise DataError([Fault(file, "must be one object, as Dataset-JSON 1.1 has it")])
    if faults := [
        Fault(file, f"lacks the attribute {name}, as {kind.__name__}, of Dataset-JSON 1.1")
        for name, kind in _REQUIRED.items()
        if not isinstance(found.get(name), kind) or isinstance(found[name], bool)
    ]:
        raise DataError(faults)
    if not _VERSIONS.fullmatch(found["datasetJSONVersion"]):
        message = "must be 1.1, or 1.1 with a patch number"
        value = found["datasetJSONVersion"]
        raise DataError([Fault(file, message, column="datasetJSONVersion", value=value)])
    return found


def _shape_faults(found: dict[str, Any], file: str) -> list[Fault]:
    """Return what is wrong with columns, records and their number."""
    columns, rows = found["columns"], found.get("rows", [])
    faults = [
        Fault(file, f"must be an object with {', '.join(_COLUMN)}, each text", column="columns")
        for column in columns
        if not isinstance(column, dict)
        or not all(isinstance(column.get(name), str) for name in _COLUMN)
    ]
    if faults:
        return faults
    faults = [
        Fault(file, f"its dataType must be one of {', '.join(_READ)}", column=column["name"],
              value=column["dataType"])
        for column in columns
        if column["dataType"] not in _READ
    ]  # fmt: skip
    names = [column["name"] for column in columns]
    faults += [
        Fault(file, "the table has this column twice", column=name)
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if not isinstance(rows, list):
        return [*faults, Fault(file, "must be a list of records", column="rows")]
    bad = [
        at
        for at, row in enumerate(rows, start=FIRST_ROW)
        if not isinstance(row, list) or len(row) != len(columns)
    ]
    faults += [
        Fault(file, f"must be a list of {len(columns)} values, one a column", at)
        for at in bad[:FAULTS_PER_COLUMN]
    ]
    if found["records"] != len(rows):
        message = f"must be the number of records; there are {len(rows)}"
        faults.append(Fault(file, message, column="records", value=str(found["records"])))
    return faults
