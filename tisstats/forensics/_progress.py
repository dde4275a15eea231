"""Progress lines of long searches."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Seconds before the first line, and between lines.
SILENCE = 5.0


class Progress:
    """Report the progress of a search from time to time.

    Parameters
    ----------
    report
        Called with each line; None for no reports.
    clock
        Seconds.

    Examples
    --------
    >>> seconds = iter([0, 3, 6, 7])
    >>> progress = Progress(print, clock=lambda: next(seconds))
    >>> for done in (10, 20, 30):
    ...     progress.step("patterns of ties", done, 4000)
    20 of 4,000 patterns of ties
    """

    def __init__(
        self,
        report: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._report, self._clock = report, clock
        self._last = clock()

    def step(self, what: str, done: int, total: int | None = None) -> None:
        """Report how many of all are done, unless a line was reported shortly before."""
        if self._report is None or (now := self._clock()) - self._last < SILENCE:
            return
        self._last = now
        self._report(f"{done:,} {what}" if total is None else f"{done:,} of {total:,} {what}")
