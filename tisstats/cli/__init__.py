"""The command line: parse, call, print.

Little is imported here: until `main` runs, Ctrl-C ends in a traceback.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import NoReturn

from tisstats.cli.exit_codes import INTERRUPTED, TERMINATED


class _Terminated(KeyboardInterrupt):
    """The process was asked to end: it cleans up as after Ctrl-C."""


def _clean_up_when_terminated() -> None:
    def terminate(*_: object) -> NoReturn:
        raise _Terminated

    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:  # and not ignored
        signal.signal(signal.SIGTERM, terminate)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 success, 1 invalid data, 2 usage error."""
    try:
        if arguments is None:  # elsewhere others may wait for signals
            _clean_up_when_terminated()
        from tisstats.cli.run import run

        return run(arguments)
    except KeyboardInterrupt as stop:
        from tisstats.cli.output import print_error

        print_error("stopped")
        return TERMINATED if isinstance(stop, _Terminated) else INTERRUPTED
