"""What the command line prints, even where nobody reads it any more."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any, TextIO, cast

from tisstats.errors import on_one_line, shortened

#: Most lines that are printed of what is wrong, and most characters of one.
_MOST_LINES = 1_000
_LONGEST_LINE = 5_000


def print_error(message: str) -> None:
    """Print a message to standard error, if it is there and can be written."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            print(on_one_line(shortened(message, _LONGEST_LINE)), file=sys.stderr)


def print_errors(lines: Sequence[str]) -> None:
    """Print a line per fault, of very many the first, to standard error."""
    for line in lines[:_MOST_LINES]:
        print_error(line)
    if (more := len(lines) - _MOST_LINES) > 0:
        print_error(f"and {more} more")


class _NamedOutput:
    """The standard output, whose name is in the errors of what cannot be printed."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text."""
        with self._named():
            return self._stream.write(text)

    def flush(self) -> None:
        """Write what is still to be printed."""
        with self._named():
            self._stream.flush()

    @contextlib.contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            error.filename = "the standard output"
            raise


@contextlib.contextmanager
def naming_output() -> Iterator[None]:
    """Put the name of the standard output, if there is one, into errors of printing to it."""
    if sys.stdout is None:
        yield
        return
    with contextlib.redirect_stdout(cast(TextIO, _NamedOutput(sys.stdout))):
        yield


def print_line(line: str, *, flush: bool = False) -> None:
    """Print a line that names files, or repeats data, to standard output.

    What is not seen, and what the encoding of the output lacks, are written as escapes: by then the
    command has done its work, which no name of a folder makes a failure.
    """
    encoding = sys.stdout.encoding or "utf-8"
    encoded = on_one_line(line).encode(encoding, "backslashreplace")
    print(encoded.decode(encoding), flush=flush)


def print_progress(line: str) -> None:
    """Print a line at once; if its reader has gone, as in ``tisstats book | head -1``, go on.

    For commands whose result is what they write, not what they print.
    """
    try:
        for each in line.split("\n"):  # of what a notebook or Sphinx reports
            print_line(each, flush=True)
    except BrokenPipeError:
        discard_output()


def discard_output() -> None:
    """Discard what is still to be printed, which would fail again at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
