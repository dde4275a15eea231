"""The command line: parse, call, print."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from tisstats.book.run.project import BookError, UsageError
from tisstats.cli.commands import DATA_ERROR, INTERRUPTED, SUCCESS, USAGE_ERROR, print_error
from tisstats.cli.parser import parser
from tisstats.errors import DataError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 success, 1 invalid data, 2 usage error."""
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
        print_error("This command needs extra packages: pip install 'tisstats[book]'.")
        return USAGE_ERROR
    except KeyboardInterrupt:
        print_error("stopped")
        return INTERRUPTED
    except BrokenPipeError:
        # Broken pipe: suppress the flush error at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SUCCESS
    return code
