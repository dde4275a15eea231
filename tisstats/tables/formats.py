"""The formats of tables, by the endings of their names."""

from __future__ import annotations

from pathlib import Path

#: Endings of the files that can be read and written.
FORMATS = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".xlsx", ".parquet")

#: Those of text, of which a spreadsheet takes some for formulas.
TEXT_FORMATS = (".csv", ".tsv", ".csv.gz", ".tsv.gz")

#: Name of a file that stands for the standard input or output, as CSV.
STANDARD_STREAM = "-"

#: Formats that need a library.
_LIBRARIES = {".parquet": ("Parquet", "pyarrow"), ".xlsx": (".xlsx", "openpyxl")}


class FormatError(ValueError):
    """A file has an unsupported format; the message names the supported ones."""


def file_format(path: Path) -> str:
    """Return the format of a file by its ending, one of `FORMATS`; CSV for ``-``.

    Raises
    ------
    FormatError
        If it is none of them.
    ModuleNotFoundError
        If its library is not installed.

    Examples
    --------
    >>> file_format(Path("Visits.CSV.gz")), file_format(Path("-"))
    ('.csv.gz', '.csv')
    """
    if str(path) == STANDARD_STREAM:
        return ".csv"
    name = path.name.lower()
    # The longest one first.
    for ending in sorted(FORMATS, key=len, reverse=True):
        if name.endswith(ending) and name != ending:
            _require_library(path, ending)
            return ending
    raise FormatError(f"{path}: the name must end in {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")


def _require_library(path: Path, ending: str) -> None:
    if ending not in _LIBRARIES:
        return
    format_name, library = _LIBRARIES[ending]
    try:
        __import__(library)
    except ModuleNotFoundError:
        message = f"{path}: {format_name} needs {library}: pip install {library}"
        raise ModuleNotFoundError(message, name=library) from None
