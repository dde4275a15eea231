"""Run one command: what it raises becomes a line and an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tisstats.book.run.forkserver import disable_slow_formats
from tisstats.book.run.project import BookError, UsageError
from tisstats.cli.exit_codes import DATA_ERROR, SUCCESS, USAGE_ERROR
from tisstats.cli.output import discard_output, naming_output, print_error, print_errors
from tisstats.cli.parser import parser
from tisstats.errors import DataError

#: Name of the extra that the command of the same name needs, and of those that it includes.
_LARGEST, _INCLUDED = "book", ("packages", "figures")

#: Smaller extras, by what they install.
_EXTRAS = {
    "distributed": "cluster",
    "frictionless": "packages",
    "jsonschema": "packages",
    "matplotlib": "figures",
    "openpyxl": "files",
    "ortools": "bounds",
    "pyarrow": "parquet",
    "pyreadstat": "files",
}


def run(arguments: Sequence[str] | None) -> int:
    """Parse a command line, by default that of the process, run it, and return its exit code."""
    own_process = arguments is None
    if own_process:  # elsewhere others may check the formats
        disable_slow_formats()
    with naming_output():
        parsed = _parsed(arguments)
        if isinstance(parsed, int):
            return parsed
        parsed.own_process = own_process
        return _run(parsed)


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace | int:
    """Return a parsed command line; an exit code if its help was not printed."""
    try:
        return parser().parse_args(arguments)
    except BrokenPipeError:  # of --help whose reader has gone
        discard_output()
        return SUCCESS
    except OSError as error:  # of --help and --version
        print_error(f"tisstats: {error.filename}: {error.strerror or error}")
        discard_output()
        return DATA_ERROR


def _run(parsed: argparse.Namespace) -> int:
    """Run a parsed command; an error becomes a line and an exit code."""
    if sys.stdout is None:  # the shell closed it, as in `tisstats claims >&-`
        print_error(f"tisstats {parsed.command}: the standard output is closed")
        return DATA_ERROR
    try:
        code: int = parsed.run(parsed)
        sys.stdout.flush()
    except UsageError as error:
        first, *more = error.lines
        print_errors([f"tisstats {parsed.command}: {first}", *more])
        return USAGE_ERROR
    except (BookError, DataError) as error:
        print_errors(str(error).split("\n"))
        return DATA_ERROR
    except ModuleNotFoundError as error:
        print_error(f"tisstats {parsed.command}: {error}")
        extra = _extra_with(error.name, parsed.command)
        print_error(
            f"This command needs extra packages: pip install '.[{extra}]' in the project's folder."
        )
        return USAGE_ERROR
    except MemoryError:
        print_error(f"tisstats {parsed.command}: there is not enough memory")
        return DATA_ERROR
    except BrokenPipeError:
        discard_output()
        return SUCCESS
    except UnicodeEncodeError as error:
        missing = error.object[error.start]
        print_error(
            f"tisstats {parsed.command}: {missing!r} cannot be printed in {error.encoding}, the "
            "encoding of the standard output; set PYTHONIOENCODING=utf-8"
        )
        return DATA_ERROR
    except OSError as error:
        place = error.filename or "a file cannot be read or written"
        print_error(f"tisstats {parsed.command}: {place}: {error.strerror or error}")
        discard_output()
        return DATA_ERROR
    return code


def _extra_with(module: str | None, command: str) -> str:
    """Return which extra to install for a missing module; the command's own if it brings it.

    >>> _extra_with("frictionless", "check"), _extra_with("matplotlib.figure", "book")
    ('packages', 'book')
    >>> _extra_with("openpyxl", "book")  # of a trial whose tables are spreadsheets
    'files'
    """
    smallest = _EXTRAS.get((module or "").partition(".")[0], _LARGEST)
    return _LARGEST if command == _LARGEST and smallest in _INCLUDED else smallest
