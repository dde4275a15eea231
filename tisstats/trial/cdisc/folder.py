"""Analysis data sets as a folder of files, one a data set, with the table of their variables."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import get_args

import pandas as pd

from tisstats.errors import DataError, Fault
from tisstats.regular_files import is_regular
from tisstats.statistics._arguments import one_of
from tisstats.tables.atomic import adding_to
from tisstats.tables.formulas import RUN, refuse_formulas
from tisstats.trial.cdisc.contents import DatasetContents, FileContents
from tisstats.trial.cdisc.dataset_json import read_dataset_json, write_dataset_json
from tisstats.trial.cdisc.datasets import (
    DEFINE_COLUMNS,
    SYNTHETIC,
    AnalysisDatasets,
    with_lengths,
)
from tisstats.trial.cdisc.formats import (
    read_csv,
    read_parquet,
    read_xpt,
    write_csv,
    write_parquet,
    write_rows,
    write_xpt,
)
from tisstats.trial.cdisc.limits import check_limits
from tisstats.trial.cdisc.specification import (
    DataType,
    Variable,
    dataset_specifications,
    known_types,
)
from tisstats.trial.cdisc.values import ALLOWED, typed_column
from tisstats.trial.schema import CellFaults

#: Begins the name of every file whose rows are the data of nobody.
SYNTHETIC_FILE = "synthetic_"

#: Name of the table of variables.
DEFINE = "define.csv"

_NOT_REGULAR = "is not a regular file"

_WRITERS: dict[str, Callable[[DatasetContents, Path], None]] = {
    "csv": write_csv,
    "parquet": write_parquet,
    "xpt": write_xpt,
    "json": write_dataset_json,
}

_READERS: dict[str, Callable[[Path], FileContents]] = {
    "csv": read_csv,
    "parquet": read_parquet,
    "xpt": read_xpt,
    "json": read_dataset_json,
}

#: Formats of files, by their extension.
FILE_FORMATS = tuple(_WRITERS)

#: File of a data set: AD and up to 6 letters or digits, as ADaMIG 1.6 names them.
_FILE = re.compile(rf"({SYNTHETIC_FILE})?(ad[a-z0-9]{{0,6}})\.({'|'.join(FILE_FORMATS)})")


def write_analysis_datasets(
    datasets: AnalysisDatasets,
    folder: Path | str,
    file_format: str,
    *,
    created: datetime.datetime | None = None,
) -> list[Path]:
    """Write analysis data sets and the table of their variables, ``define.csv``, to a folder.

    The names of all files begin with ``synthetic_`` where the rows are the data of nobody. If
    anything is wrong, nothing is written.

    Parameters
    ----------
    datasets : AnalysisDatasets
        The data sets.
    folder : Path or str
        Made if it is missing; it must hold no analysis data sets yet.
    file_format : {"csv", "parquet", "xpt", "json"}
        CSV in UTF-8, Parquet, SAS transport version 5 or Dataset-JSON 1.1.
    created : datetime, optional
        Time of creation that Dataset-JSON states; by default now.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    DataError
        If the folder holds analysis data sets, a spreadsheet would run a cell of a CSV file as a
        formula, or the format cannot hold a name, a label or a value: a SAS transport file holds
        ASCII alone, up to 200 bytes a text and 40 a label.
    ValueError
        If the format is not one of these.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> table = pd.DataFrame({"STUDYID": ["M-1"], "USUBJID": ["M-1-7"], "AGE": [54.0]})
    >>> with TemporaryDirectory() as folder:
    ...     table.to_csv(Path(folder) / "adsl.csv", index=False)
    ...     datasets = read_analysis_datasets(folder)
    ...     files = write_analysis_datasets(datasets, Path(folder) / "sas", "xpt")
    ...     again = read_analysis_datasets(Path(folder) / "sas")
    >>> [file.name for file in files], again.tables["ADSL"]["USUBJID"].tolist()
    (['adsl.xpt', 'define.csv'], ['M-1-7'])
    """
    one_of("file_format", file_format, FILE_FORMATS)
    check_limits(datasets, file_format)
    datasets = _settled(datasets)
    target = Path(folder)
    prefix = SYNTHETIC_FILE if datasets.is_synthetic else ""
    define = f"{prefix}{DEFINE}"
    if target.exists() and not target.is_dir():
        raise DataError([Fault(str(target), "is a file; name a folder")])
    if held := [*_dataset_files(target), *_define_files(target)]:
        message = "the folder holds analysis data sets already; give another"
        raise DataError([Fault(str(file), message) for file in held])
    if file_format == "csv":
        for name, table in datasets.tables.items():
            message = f"{RUN}; change it, or write another format, in which text stays text"
            refuse_formulas(table, str(target / f"{prefix}{name.lower()}.csv"), message)
    described = datasets.define()
    refuse_formulas(described, str(target / define), f"{RUN}; change it")
    write = _WRITERS[file_format]
    if file_format == "json":
        write = partial(write_dataset_json, created=created)
    with adding_to(target) as part:
        for name, table in datasets.tables.items():
            contents = DatasetContents(
                name, datasets.label(name), datasets.variables_of(name), table, define
            )
            write(contents, part / f"{prefix}{name.lower()}.{file_format}")
        write_rows(part / define, DEFINE_COLUMNS, described.itertuples(index=False))
        names = [*(f"{prefix}{name.lower()}.{file_format}" for name in datasets.tables), define]
    return [target / name for name in names]


def read_analysis_datasets(folder: Path | str) -> AnalysisDatasets:
    """Read the analysis data sets of a folder, in any of the formats.

    A file named after a data set (``adsl.xpt``, ``synthetic_adtis.json``) is read with the types
    that ``define.csv`` gives; without it, with those that its variables have in ADaM or in the
    file. In CSV, other variables are text.

    Parameters
    ----------
    folder : Path or str
        The folder; its other files are left alone.

    Returns
    -------
    AnalysisDatasets
        The data sets as they were before they were written.

    Raises
    ------
    DataError
        If there are none, there are two files of one data set, a file cannot be read, a value is
        not of its type, or the name of a file and the origin of its rows do not agree; carries
        every fault of the first file at fault.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> table = pd.DataFrame({"USUBJID": "X-1", "AVISITN": [4, 12], "AVAL": [102.5, None]})
    >>> with TemporaryDirectory() as folder:
    ...     table.to_csv(Path(folder) / "adqs.csv", index=False)
    ...     datasets = read_analysis_datasets(folder)
    >>> datasets.tables["ADQS"]
      USUBJID  AVISITN   AVAL
    0     X-1      4.0  102.5
    1     X-1     12.0    NaN
    """
    source = Path(folder)
    if not source.is_dir():
        raise DataError([Fault(str(source), "there is no such folder")])
    files = dataset_files(source)
    described = _read_define(source)
    tables: dict[str, pd.DataFrame] = {}
    variables: list[Variable] = []
    for name, path in files.items():
        contents = _READERS[path.suffix[1:].lower()](path)
        mine = [each for each in described if each.dataset == name]
        rows = _described(name, contents, mine, path)
        tables[name] = _typed(contents.table, rows, str(path))
        _check_origin(tables[name], path)
        variables += rows
    return _with_lengths(AnalysisDatasets(tables, tuple(variables)))


def _settled(datasets: AnalysisDatasets) -> AnalysisDatasets:
    """Return data sets whose values have their types, and whose variables the lengths they need."""
    tables = {
        name: _typed(table, datasets.variables_of(name), name)
        for name, table in datasets.tables.items()
    }
    return _with_lengths(AnalysisDatasets(tables, datasets.variables))


def _with_lengths(datasets: AnalysisDatasets) -> AnalysisDatasets:
    """Return data sets of typed values whose variables have the lengths they need."""
    tables = datasets.tables
    variables = tuple(
        with_lengths(each, tables[each.dataset][each.variable])
        if each.variable and not each.where and each.dataset in tables
        else each
        for each in datasets.variables
    )
    return AnalysisDatasets(tables, variables)


def _dataset_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _FILE.fullmatch(path.name.lower()))


def _define_files(folder: Path) -> list[Path]:
    names = (DEFINE, f"{SYNTHETIC_FILE}{DEFINE}")
    return [folder / name for name in names if (folder / name).exists()]


def dataset_files(folder: Path) -> dict[str, Path]:
    """Return the file of each data set, those of our own specification first."""
    files: dict[str, list[Path]] = {}
    for path in _dataset_files(folder):
        found = _FILE.fullmatch(path.name.lower())
        if found:
            files.setdefault(found[2].upper(), []).append(path)
    if not files:
        allowed = ", ".join(FILE_FORMATS)
        message = f"holds no analysis data set, such as adsl, as one of {allowed}"
        raise DataError([Fault(str(folder), message)])
    if faults := [
        Fault(str(path), _NOT_REGULAR)
        for paths in files.values()
        for path in paths
        if not is_regular(path)
    ]:
        raise DataError(faults)
    if faults := [
        Fault(str(paths[1]), f"is a second file of {name}; the other is {paths[0].name}")
        for name, paths in files.items()
        if len(paths) > 1
    ]:
        raise DataError(faults)
    first = [name for name in dataset_specifications() if name in files]
    return {name: files[name][0] for name in [*first, *sorted(files)]}


def _read_define(folder: Path) -> list[Variable]:
    paths = _define_files(folder)
    if len(paths) > 1:
        raise DataError([Fault(str(paths[1]), f"is a second table beside {paths[0].name}")])
    if not paths:
        return []
    path = paths[0]
    if not is_regular(path):
        raise DataError([Fault(str(path), _NOT_REGULAR)])
    table = read_csv(path).table
    if list(table.columns) != list(DEFINE_COLUMNS):
        message = f"its columns must be {', '.join(DEFINE_COLUMNS)}"
        raise DataError([Fault(str(path), message, 1)])
    faults = CellFaults(table, str(path))
    faults.add(~table["length"].str.fullmatch(r"\d+"), "length", "must be a whole number")
    types = get_args(DataType)
    known = table["type"].isin(types) | (table["variable"] == "")
    faults.add(~known, "type", f"must be one of {', '.join(types)}")
    if faults.faults:
        raise DataError(faults.faults)
    texts = {name: table[name].to_list() for name in DEFINE_COLUMNS}
    lengths = [int(length) for length in texts.pop("length")]
    rows = zip(*texts.values(), strict=True)
    return [
        Variable(length=length, **dict(zip(texts, row, strict=True)))
        for row, length in zip(rows, lengths, strict=True)
    ]


def _described(
    name: str, contents: FileContents, described: list[Variable], path: Path
) -> list[Variable]:
    """Return the variables of a file in its order, as define.csv, ADaM or the file have them."""
    columns = [str(column) for column in contents.table.columns]
    if twice := sorted({column for column in columns if columns.count(column) > 1}):
        message = "the table has this column twice"
        raise DataError([Fault(str(path), message, column=column) for column in twice])
    if described:
        stated = [each.variable for each in described if each.variable and not each.where]
        if stated != columns:
            differ = sorted(set(stated) ^ set(columns)) or columns
            message = f"its variables are not those of {DEFINE}: {', '.join(differ)}"
            raise DataError([Fault(str(path), message)])
        return described
    specification = dataset_specifications().get(name)
    specified = {
        each.variable.variable: each.variable
        for each in (specification.variables if specification else ())
    }
    rows = [_bare(name, "", contents.label or (specification.label if specification else ""), "")]
    for column in columns:
        kind = known_types().get(column) or contents.types.get(column, "text")
        variable = specified.get(column) or _bare(name, column, "", kind)
        label = contents.labels.get(column) or variable.label
        # Nothing but the name of the data set says that it is the week of the visit.
        source = "" if column == "AVISITN" else variable.source
        rows.append(replace(variable, label=label, source=source))
    return rows


def _bare(dataset: str, variable: str, label: str, kind: str) -> Variable:
    """Describe what nothing is known of but its name, label and type."""
    return Variable(
        dataset=dataset,
        variable=variable,
        where="",
        label=label,
        type=kind,
        length=0,
        key="",
        origin="",
        derivation="",
        codelist="",
        source="",
        standard="",
    )


def _typed(table: pd.DataFrame, rows: Sequence[Variable], file: str) -> pd.DataFrame:
    """Return the described variables of a table, each of its type."""
    faults = CellFaults(table, file)
    columns: dict[str, pd.Series] = {}
    for each in rows:
        if each.variable and not each.where:
            column = typed_column(table[each.variable], each.type)  # type: ignore[arg-type]
            faults.add(column.wrong, each.variable, f"must be {ALLOWED[each.type]}")
            columns[each.variable] = column.values
    if faults.faults:
        raise DataError(faults.faults)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(table)))


def _check_origin(table: pd.DataFrame, path: Path) -> None:
    """Refuse synthetic rows under the name of observed ones, and the reverse."""
    named = path.name.lower().startswith(SYNTHETIC_FILE)
    faults = CellFaults(table, str(path))
    if named and "ORIGIN" not in table:
        message = f"there is no such variable; a file named {SYNTHETIC_FILE} must have it"
        raise DataError([Fault(str(path), message, column="ORIGIN")])
    if "ORIGIN" in table:
        synthetic = table["ORIGIN"] == SYNTHETIC
        if named:
            faults.add(~synthetic, "ORIGIN", f"must be {SYNTHETIC}, as the name of the file says")
        else:
            message = (
                f"must not be {SYNTHETIC}: the name of the file must begin with {SYNTHETIC_FILE}"
            )
            faults.add(synthetic, "ORIGIN", message)
    if faults.faults:
        raise DataError(faults.faults)
