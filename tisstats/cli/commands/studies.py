"""Commands on the folder of a study: check, new, export, sensitivity."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

from tisstats.book.run.project import UsageError
from tisstats.cli.exit_codes import SUCCESS
from tisstats.cli.output import print_error, print_line
from tisstats.errors import DataError


def check(parsed: argparse.Namespace) -> int:
    """Check a data package against its description."""
    from tisstats.datapackage import STUDY, read_tables
    from tisstats.lim2021.trial_description import DESCRIPTION
    from tisstats.sentences import count_of
    from tisstats.trial import TABLES, Trial
    from tisstats.trial.study_data import StudyData

    if (parsed.directory / STUDY).is_file():
        data = StudyData.read(parsed.directory, parsed.map)
        counts = ((len(data.trial.patients), "patient"), (len(data.trial.visits), "visit"))
        shown = ", ".join(count_of(count, noun) for count, noun in counts)
        print_line(f"{parsed.directory} is a valid study: {shown}.")
        for remark in (*data.remarks, *data.left_out, *data.unused):
            print_line(f"note: {remark}")
        return SUCCESS
    _require_description(parsed.directory)
    if parsed.map is not None and parsed.directory.is_dir():
        raise UsageError(f"--map is for a study, but {parsed.directory} has no {STUDY}")
    tables = read_tables(parsed.directory)
    if set(TABLES) <= set(tables):
        Trial.read(parsed.directory, DESCRIPTION)  # checks across tables
    files, rows = count_of(len(tables), "file"), count_of(sum(map(len, tables.values())), "row")
    print_line(f"{parsed.directory} is a valid data package: {files}, {rows}.")
    return SUCCESS


def _require_description(directory: Path) -> None:
    """Raise DataError where neither kind of description is there.

    Raises
    ------
    DataError
        If the folder is a file, or is there without a description.
    """
    from tisstats.datapackage import DESCRIPTOR, STUDY
    from tisstats.errors import Fault

    if directory.is_file():
        message = f"is a file; name the folder that holds {STUDY} or {DESCRIPTOR}"
        raise DataError([Fault(str(directory), message)])
    for place in (directory / STUDY, directory / DESCRIPTOR):
        if place.exists() and not place.is_file():
            raise DataError([Fault(str(place), "is not a regular file")])
    if directory.is_dir() and not (directory / DESCRIPTOR).is_file():
        message = (
            f"has neither {STUDY}, the description of a study, which `tisstats new` writes, nor "
            f"{DESCRIPTOR}, that of a data package"
        )
        raise DataError([Fault(str(directory), message)])


def new(parsed: argparse.Namespace) -> int:
    """Write the files of a new study."""
    from tisstats.trial.template import write_new_study

    for path in write_new_study(parsed.directory, parsed.core_set):
        print_line(str(path))
    name = str(parsed.directory)
    folder = shlex.quote(f"./{name}" if name.startswith("-") else name)  # not an option
    print_line(
        f"Fill in {parsed.directory / 'study.toml'} and the tables; then tisstats check "
        f"{folder} and tisstats book --cohort {folder}."
    )
    return SUCCESS


def export(parsed: argparse.Namespace) -> int:
    """Write a study as CDISC analysis data sets."""
    from tisstats.trial.cdisc import write_analysis_datasets
    from tisstats.trial.study_cdisc import study_datasets
    from tisstats.trial.study_data import StudyData

    datasets = study_datasets(StudyData.read(parsed.directory, parsed.map))
    for path in write_analysis_datasets(datasets, parsed.output, parsed.format):
        print_line(str(path))
    return SUCCESS


def sensitivity(parsed: argparse.Namespace) -> int:
    """Compute a study's results under every combination of defensible choices."""
    from tisstats.parallel import ProgressPrinter
    from tisstats.tables import FormatError, check_writable, write_table
    from tisstats.trial.study_data import StudyData
    from tisstats.trial.study_specifications import StudySpecifications

    try:
        check_writable(parsed.output)
    except FormatError as error:
        raise UsageError(str(error)) from None
    data = StudyData.read(parsed.directory, parsed.map)
    _refuse_input(parsed.output, data.trial.files.values())
    study = StudySpecifications(data)
    shown = ProgressPrinter(sys.stderr, "tables of counts, by method")
    try:
        table = study.table(scheduler=parsed.scheduler, progress=shown)
    finally:
        shown.close()
    write_table(table, parsed.output)
    print_error(f"{parsed.output}: {len(table)} results, one row each")
    return SUCCESS


def _refuse_input(output: Path, files: Iterable[str]) -> None:
    """Refuse an output that is a file from which the study was read."""
    if not output.exists():
        return
    for file in map(Path, files):
        # Of data sets, which are not named by their files, all of their folder are kept.
        kept = [file] if file.exists() else file.parent.glob("*")
        if any(each.exists() and output.samefile(each) for each in kept):
            raise UsageError(f"{output}: is a table of the study, which is not overwritten")
