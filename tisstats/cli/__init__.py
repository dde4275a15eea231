"""The command line: parse, call, print."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from tisstats.book.run.project import BookError, UsageError
from tisstats.cli.commands import DATA_ERROR, DONE, INTERRUPTED, USAGE_ERROR, print_error
from tisstats.cli.parser import parser
from tisstats.errors import DataError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 at fault, 2 wrong usage."""
    parsed = parser().parse_args(arguments)
    try:
        code: int = parsed.run(parsed)
        sys.stdout.flush()
    except UsageError as error:
        print_error(f"tisstats {parsed.command}: {error}")
        return USAGE_ERROR
    except (BookError, DataError) as error:
        print_error(str(error))
        return DATA_ERROR
    except ModuleNotFoundError as error:
        print_error(f"tisstats {parsed.command}: {error}")
        print_error("What a command needs beyond scoring comes with pip install 'tisstats[book]'.")
        return USAGE_ERROR
    except KeyboardInterrupt:
        print_error("stopped")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has closed the pipe: nothing more can be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return code
