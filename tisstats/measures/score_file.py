"""Score a file of visits into another file, in memory that the size of the file does not change.

The file is read twice. The first time every row is checked, and its numbers are shared out by
patient into parts on disk (`tisstats.measures.score_parts`), since a patient's visits may stand
anywhere. Each part is scored. The second time the rows are written with their scores, in their
order. A file whose decimal mark its numbers must show is read once more before. A small Parquet
file is read once, and scored in memory.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

from tisstats.errors import DataError, Fault
from tisstats.measures.file_scoring import FileScoring, ScoringOptions, ScoringProgress
from tisstats.measures.files import VisitBatches
from tisstats.measures.score_parts import LAYOUT
from tisstats.measures.scoring_units import ScoringUnits
from tisstats.regular_files import is_regular
from tisstats.tables import (
    FormatError,
    ReadOptions,
    TableBatches,
    check_writable,
    file_format,
    read_mapping,
)
from tisstats.tables.formats import STANDARD_STREAM
from tisstats.tables.streams import STANDARD_INPUT, digest, standard_input
from tisstats.tables.workspace import workspace

#: Bytes by which the names of the columns end, so that an endless input does not fill the disk.
_LONGEST_HEADER = 1 << 24


def score_file(
    source: Path,
    output: Path | None,
    *,
    report: Callable[[str], None],
    options: ReadOptions | None = None,
    mapping: Path | None = None,
    scheduler: str | None = None,
    progress: TextIO | None = None,
    **scoring: Any,
) -> None:
    """Score the visits of a file.

    Text and Parquet of any size take a bounded amount of memory. Read as a whole are workbooks,
    which have a million rows at most; Parquet with a mapping; and text whose mapping has rows for
    each measure, a REDCap export, a preset, or several columns that must agree. Until the output
    is whole, a folder beside it holds what has been done; after a kill, the same command goes on
    from there. A Parquet file of up to a million rows, if they are not too wide, is scored in
    memory, and again after a kill.

    Parameters
    ----------
    source : pathlib.Path
        The file, in a format of `tisstats.tables`; ``-`` is CSV from the standard input.
    output : pathlib.Path or None
        The file to write, in one of these formats; ``-`` or None writes CSV to the standard output.
        It is replaced last, atomically.
    report : callable
        Called with each line of notes on how the file was read and on the result.
    options : ReadOptions, optional
        What is declared about the file of visits.
    mapping : pathlib.Path, optional
        A mapping file: how its columns and values become those of visits.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers score the parts. They must see the folder of
        `output`.
    progress : text file, optional
        Where to show the progress, if the file takes more than one batch.
    **scoring
        As for `score_visits`, with its rules for missing values.

    Raises
    ------
    tisstats.errors.DataError
        If a file or its content is invalid, or the output cannot be written to the end.
    FormatError
        If a file has another format, or the output is the input or in no folder to write to.
    ModuleNotFoundError
        If the library of a format is not installed.
    ValueError
        If an argument is not permitted.
    """
    ending = file_format(source)
    target = Path(STANDARD_STREAM) if output is None else output
    check_writable(target)
    is_file = str(target) != STANDARD_STREAM
    if is_file and target.exists() and source.exists() and target.samefile(source):
        raise FormatError(f"{target}: is the input file, which is not overwritten")
    chosen = ScoringOptions.checked(**scoring)
    given = options or ReadOptions()
    map_ = None if mapping is None else read_mapping(mapping)
    resolved = target.resolve() if is_file else target  # keeps a symbolic link
    before = None if str(source) == STANDARD_STREAM else _state(source)
    try:
        with workspace(resolved, _key(source, given, mapping, scoring)) as folder:
            name = str(source)
            if name == STANDARD_STREAM:
                source, name = _spooled(folder / f"input{ending}"), STANDARD_INPUT
            columns = tuple((chosen.uln or {}).values())
            units = ScoringUnits(
                chosen.enzyme_unit, chosen.vas_max, chosen.uln or {}, chosen.core_set
            )
            visits = VisitBatches(TableBatches(source, given, name), columns, map_, units)
            shown = ScoringProgress(progress)
            run = FileScoring(visits, chosen, resolved, folder, report, scheduler, shown)
            with shown.closing():
                run.survey()
                run.score()
                _check_unchanged(source, before)
                run.write(lambda: _check_unchanged(source, before, written=not is_file))
    except BrokenPipeError:
        raise
    except OSError as error:
        place = target if is_file else error.filename or "the standard output or a temporary file"
        # NumPy says how many bytes were written, and not why no more.
        reason = error.strerror or f"{error}; the disk may be full"
        raise DataError([Fault(str(place), f"cannot be written: {reason}")]) from None


def _state(source: Path) -> tuple[int, ...] | None:
    if not is_regular(source):
        return None
    found = source.stat()
    # A program can set the date of a file back, and not that of its last change.
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _check_unchanged(
    source: Path, before: tuple[int, ...] | None, *, written: bool = False
) -> None:
    """Raise DataError if a file is not as it was; `written`: what came of it is out already."""
    if before is not None and _state(source) != before:
        end = "what was written is not to be used" if written else "nothing was written"
        message = f"was changed while it was read; {end}"
        raise DataError([Fault(str(source), message)])


def _spooled(path: Path) -> Path:
    """Copy the standard input, which can be read once, to a file; refuse what is not a table."""
    given = standard_input()
    first = given.read(_LONGEST_HEADER)
    if len(first) == _LONGEST_HEADER and b"\n" not in first and b"\r" not in first:
        message = f"has no line end in its first {_LONGEST_HEADER:,} bytes; is it a table as CSV?"
        raise DataError([Fault(STANDARD_INPUT, message)])
    with path.open("wb") as file:
        file.write(first)
        shutil.copyfileobj(given, file)
    return path


def _key(
    source: Path, options: ReadOptions, mapping: Path | None, scoring: Mapping[str, Any]
) -> dict[str, object]:
    """Return what makes a run the same as another: input, options, and by which code it is done."""
    import tisstats

    is_input = str(source) == STANDARD_STREAM
    named = (mapping,) if is_input else (source, mapping)
    files = [path for path in named if path is not None and is_regular(path)]
    return {
        "files": [digest(path) for path in files],
        # What comes through a pipe is known only once it is read: no run goes on with another's.
        "once": uuid.uuid4().hex if is_input or not is_regular(source) else "",
        "options": repr(options),
        "scoring": repr(sorted(scoring.items())),
        "version": tisstats.__version__,
        "layout": LAYOUT,
    }
