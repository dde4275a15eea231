"""The command line: parse, call, print.

Little is imported here: until `main` runs, Ctrl-C ends in a traceback.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import NoReturn

from tisstats.cli.exit_codes import INTERRUPTED, SIGNALLED

#: By which the system asks a process to end; SIGHUP, which Windows lacks, when its
#: terminal is closed.
_ENDING = ("SIGTERM", "SIGHUP")


class _Terminated(KeyboardInterrupt):
    """The process was asked to end: it cleans up as after Ctrl-C."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.code = SIGNALLED + number


def _clean_up_when_terminated() -> None:
    def terminate(number: int, _: object) -> NoReturn:
        raise _Terminated(number)

    for name in _ENDING:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # and not ignored
            signal.signal(number, terminate)


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
        return stop.code if isinstance(stop, _Terminated) else INTERRUPTED
