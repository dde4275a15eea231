"""Commands on synthetic cohorts and their bounds."""

from __future__ import annotations

import argparse
import sys

from tisstats.book.run.project import UsageError
from tisstats.cli.commands.usage import wrong_values
from tisstats.cli.exit_codes import SUCCESS
from tisstats.cli.output import print_error, print_line


def reconstruct(parsed: argparse.Namespace) -> int:
    """Generate synthetic cohorts."""
    from tisstats.synthetic.command import reconstruct as draw

    print_line(draw(parsed.cohorts, parsed.seed, parsed.output, parsed.scheduler, sys.stderr))
    return SUCCESS


def bounds(parsed: argparse.Namespace) -> int:
    """Prove bounds and write their table."""
    from tisstats.bounds.command import prove_p_ranges, prove_table

    if parsed.p_values and parsed.only:
        raise UsageError("--only cannot be combined with --p-values")
    with wrong_values():
        if parsed.p_values:
            prove_p_ranges(parsed.output, print_error)
        else:
            prove_table(
                parsed.output, print_error, only=parsed.only, sensitivity=parsed.sensitivity
            )
    return SUCCESS
