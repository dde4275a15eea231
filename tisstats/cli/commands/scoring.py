"""The command that scores a table of visits."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any, TextIO

from tisstats.book.run.project import UsageError
from tisstats.cli.commands.usage import as_options, wrong_values
from tisstats.cli.exit_codes import SUCCESS
from tisstats.cli.output import print_error

if TYPE_CHECKING:
    from tisstats.tables import ReadOptions


def score(parsed: argparse.Namespace) -> int:
    """Score a table of visits."""
    from tisstats.measures.score_file import score_file

    of_core_set = _core_set_options(parsed)
    with wrong_values():
        score_file(
            parsed.visits,
            parsed.output,
            report=print_error,
            options=_read_options(parsed),
            mapping=parsed.map,
            vas_max=parsed.vas_max,
            population=parsed.population,
            core_set=parsed.core_set,
            missing=parsed.missing,
            scheduler=parsed.scheduler,
            progress=_progress_stream(shown=parsed.progress),
            **of_core_set,
        )
    return SUCCESS


def _read_options(parsed: argparse.Namespace) -> ReadOptions:
    """Return what the options of a command declare about files of tables."""
    from tisstats.tables import ReadOptions

    return ReadOptions(
        encoding=parsed.encoding,
        missing_codes=tuple(parsed.missing_codes),
        decimal=parsed.decimal,
        sheet=parsed.sheet,
    )


def _progress_stream(*, shown: bool) -> TextIO | None:
    """Return the stream for the progress: standard error, if a terminal or if it is asked for."""
    stream = sys.stderr
    return stream if stream is not None and (shown or stream.isatty()) else None


def _core_set_options(parsed: argparse.Namespace) -> dict[str, Any]:
    """Return the options of the core set that were given.

    Raises
    ------
    UsageError
        If one is missing, given twice, or of the other core set.
    """
    from tisstats.measures.ranges import ARGUMENTS_OF

    chosen = parsed.core_set
    given = {
        core_set: [name for name in options if getattr(parsed, name) is not None]
        for core_set, options in ARGUMENTS_OF.items()
    }
    if others := [name for core_set in given if core_set != chosen for name in given[core_set]]:
        raise UsageError(f"--core-set {chosen} has no {as_options(others)}: leave it out")
    required = [name for name, needed in ARGUMENTS_OF[chosen].items() if needed]
    if absent := [name for name in required if name not in given[chosen]]:
        unknown = ": the worst and the best possible score, for which we found no public source"
        why = unknown if "chq_phs_range" in absent else ""
        raise UsageError(f"--core-set {chosen} requires {as_options(absent)}{why}")
    found = {name: getattr(parsed, name) for name in given[chosen]}
    if "uln" in found:
        found["uln"] = dict(parsed.uln)
        if len(found["uln"]) < len(parsed.uln):
            raise UsageError("--uln given twice for one enzyme")
    return found
