"""The command that writes exercises for a class."""

from __future__ import annotations

import argparse
import sys

from tisstats.book.run.project import UsageError
from tisstats.cli.exit_codes import SUCCESS
from tisstats.cli.output import print_line

#: Sets of exercises that take seconds, so that their progress is shown.
_MANY_SETS = 20


def exercises(parsed: argparse.Namespace) -> int:
    """Write a set of fresh exercises."""
    from tisstats.parallel import ProgressPrinter
    from tisstats.teaching.exercise_files import formatted, write_sets
    from tisstats.teaching.fresh_cases import KINDS, fresh_cases

    kinds = parsed.cases or tuple(KINDS)
    for name in kinds:
        if name not in KINDS:
            raise UsageError(f"--cases: must be among {', '.join(KINDS)}; got {name!r}")
    if parsed.output is None and parsed.students > 1:
        raise UsageError("--students: several sets need a folder: add --output DIR")
    if parsed.output is None:
        form = parsed.format or "md"
        text = formatted(fresh_cases(parsed.seed, kinds), parsed.seed, form, key=parsed.key)
        sys.stdout.write(text)
        return SUCCESS
    formats = (parsed.format,) if parsed.format else ("md", "html")
    seeds = range(parsed.seed, parsed.seed + parsed.students)
    many = len(seeds) >= _MANY_SETS and sys.stderr is not None
    shown = ProgressPrinter(sys.stderr, "sets of exercises") if many else None
    try:
        written = write_sets(
            seeds, parsed.output, key=parsed.key, formats=formats, kinds=kinds, progress=shown
        )
    finally:
        if shown is not None:
            shown.close()
    for path in written:
        print_line(str(path))
    return SUCCESS
