"""Implementation of the commands; imports are lazy."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tisstats.book.run.project import UsageError
from tisstats.errors import DataError

SUCCESS, DATA_ERROR, USAGE_ERROR, INTERRUPTED = 0, 1, 2, 130


def print_error(message: str) -> None:
    """Print a message to standard error."""
    print(message, file=sys.stderr)


@contextmanager
def wrong_values() -> Iterator[None]:
    """Report a ValueError of the package as a usage error; leave a DataError unchanged."""
    try:
        yield
    except DataError:
        raise
    except ValueError as error:
        raise UsageError(str(error)) from None


def claims(parsed: argparse.Namespace) -> int:
    """Print the ledger of claims."""
    from tisstats.ledger import PublishedFacts, Summary, evaluate
    from tisstats.ledger.output import FORMATS
    from tisstats.lim2021 import claims as lim2021

    published = PublishedFacts.read(parsed.data)
    of_lim2021 = published.name == lim2021.PACKAGE
    ledger = lim2021.evaluate_ledger(published) if of_lim2021 else evaluate(published)
    with wrong_values():
        shown = ledger.with_verdict(parsed.verdict)
    sys.stdout.write(FORMATS[parsed.format](shown, Summary.of(ledger)))
    return SUCCESS


def check(parsed: argparse.Namespace) -> int:
    """Check a data package against its description."""
    from tisstats.datapackage import read_tables
    from tisstats.lim2021.trial_description import DESCRIPTION
    from tisstats.trial import TABLES, Trial

    tables = read_tables(parsed.directory)
    if set(TABLES) <= set(tables):
        Trial.read(parsed.directory, DESCRIPTION)  # checks across tables
    rows = sum(map(len, tables.values()))
    print(f"{parsed.directory} is a valid data package: {len(tables)} files, {rows} rows.")
    return SUCCESS


def score(parsed: argparse.Namespace) -> int:
    """Score a table of visits."""
    from tisstats.measures.score_file import score_file

    if len(dict(parsed.uln)) < len(parsed.uln):
        raise UsageError("--uln given twice for one enzyme")
    with wrong_values():
        score_file(
            parsed.visits,
            parsed.output,
            report=print_error,
            encoding=parsed.encoding,
            mmt_max=parsed.mmt_max,
            uln=dict(parsed.uln),
            vas_max=parsed.vas_max,
            population=parsed.population,
            missing=parsed.missing,
            enzyme_unit=parsed.enzyme_unit,
            enzyme_panel=parsed.enzyme_panel,
        )
    return SUCCESS


def reconstruct(parsed: argparse.Namespace) -> int:
    """Generate synthetic cohorts."""
    from tisstats.synthetic.command import reconstruct as draw

    print(draw(parsed.cohorts, parsed.seed, parsed.output, parsed.scheduler, sys.stderr))
    return SUCCESS


def bounds(parsed: argparse.Namespace) -> int:
    """Prove bounds and write their table."""
    from tisstats.bounds.command import prove_p_ranges, prove_table

    if parsed.p_values and parsed.only:
        raise UsageError("--only cannot be combined with --p-values")
    try:
        with wrong_values():
            if parsed.p_values:
                prove_p_ranges(parsed.output, print_error)
            else:
                prove_table(
                    parsed.output, print_error, only=parsed.only, sensitivity=parsed.sensitivity
                )
    except ModuleNotFoundError as missing:
        if missing.name != "ortools":
            raise
        print_error(str(missing))
        return DATA_ERROR
    return SUCCESS


def book(parsed: argparse.Namespace) -> int:
    """Build the book, or list its parameters; copy its tables and figures."""
    from tisstats.book.build import build
    from tisstats.book.downloads.export import Export
    from tisstats.book.run.parameters import list_parameters, read_parameters
    from tisstats.book.run.project import Project

    project = Project.from_folder(parsed.source)
    if parsed.parameters:
        print(list_parameters(read_parameters(project.notebooks())))
        return SUCCESS
    export = Export(parsed.tables, parsed.figures)
    export.check(project, parsed.output or project.default_output)
    folder = build(
        project,
        [*parsed.settings, *_cohort_setting(parsed.cohort)],
        jobs=parsed.jobs,
        output=parsed.output,
        report=lambda line: print(line, flush=True),
    )
    index = folder / "index.html"
    shown = index.relative_to(Path.cwd()) if index.is_relative_to(Path.cwd()) else index
    for line in export.write(folder):
        print(line)
    print(f"The book is ready: open {shown} in a browser.")
    return SUCCESS


def _cohort_setting(folder: Path | None) -> list[str]:
    """Validate a trial folder and return it as a --set argument."""
    from tisstats.lim2021.trial_description import DESCRIPTION
    from tisstats.trial import Trial

    if folder is None:
        return []
    Trial.read(folder, DESCRIPTION)
    return [f"cohort={folder.resolve()}"]
