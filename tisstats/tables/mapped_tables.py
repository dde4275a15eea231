"""Read the tables of a trial's folder through a mapping."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tisstats.errors import DataError, Fault
from tisstats.tables.formats import FORMATS
from tisstats.tables.mapping import TABLES, TrialMapping
from tisstats.tables.raw import RawTable
from tisstats.tables.reading import ReadOptions, read_table
from tisstats.tables.reshape import map_table


def read_mapped_tables(
    mapping: TrialMapping, directory: Path, options: ReadOptions | None = None
) -> dict[str, RawTable]:
    """Read the tables of a trial's folder, and return them with our names.

    A table is read from the file that the mapping names, or from the file of its name, in any
    format; a table that the mapping does not speak of is read as it stands.

    Parameters
    ----------
    mapping : TrialMapping
        The mapping.
    directory : pathlib.Path
        The folder of the files.
    options : ReadOptions, optional
        What is declared about all of the files.

    Returns
    -------
    dict of RawTable
        Table by our name: those that the folder has.

    Raises
    ------
    tisstats.errors.DataError
        If a file of the mapping is missing or not a table, does not fit the mapping, or a table has
        two files.
    """
    given = options or ReadOptions()
    files: dict[tuple[Path, str | None], RawTable] = {}
    tables = {}
    for name in TABLES:
        file, sheet = mapping.file(name), mapping.table(name).sheet or given.sheet
        path = find_table(directory, name) if file is None else directory / file
        if path is None and name in mapping.declared:
            message = f"{name}.file: must name the file of this table, in {directory}"
            raise DataError([Fault(mapping.path, message)])
        if path is None:
            continue
        if (path, sheet) not in files:
            files[path, sheet] = read_table(path, replace(given, sheet=sheet))
        table = map_table(files[path, sheet], mapping, name)
        if len(table) or mapping.redcap is None:
            tables[name] = table
    return tables


def find_table(directory: Path, name: str) -> Path | None:
    """Return the file of a table, in any format; None if there is none.

    Raises
    ------
    tisstats.errors.DataError
        If there are several.

    Examples
    --------
    >>> find_table(Path("nowhere"), "visits") is None
    True
    """
    found = [path for ending in FORMATS if (path := directory / f"{name}{ending}").is_file()]
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        message = f"has several files of one table, {names}; keep one"
        raise DataError([Fault(str(directory), message)])
    return found[0] if found else None
