"""What the command line prints, also where nobody reads it any more."""

from __future__ import annotations

import contextlib
import os
import sys


def print_error(message: str) -> None:
    """Print a message to standard error, if there is one; who has closed it wants none."""
    if sys.stderr is not None:
        with contextlib.suppress(BrokenPipeError):
            print(message, file=sys.stderr)


def print_progress(line: str) -> None:
    """Print a line at once; if its reader has gone, as in ``tisstats book | head -1``, go on.

    For commands whose result is what they write, not what they print.
    """
    try:
        print(line, flush=True)
    except BrokenPipeError:
        discard_output()


def discard_output() -> None:
    """Discard what is still to be printed, which would fail again at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
