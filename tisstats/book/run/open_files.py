"""How many files and connections a build may have open at a time."""

from __future__ import annotations

import contextlib
import sys

from tisstats.book.run.project import BookError

#: With fewer, a kernel does not start, as measured; libraries report that in a line per notebook.
_LEAST = 80


def require_open_files() -> None:
    """Raise the limit of open files to what the system permits, if a build needs it.

    Raises
    ------
    BookError
        If the system permits too few.
    """
    if sys.platform == "win32":  # which has no such limit
        return
    import resource

    given, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if given == resource.RLIM_INFINITY or given >= _LEAST:
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (_LEAST, most))
        return
    raise BookError(
        f"the limit of open files is {given}; running notebooks needs at least {_LEAST}: "
        f"ulimit -n {_LEAST}"
    )
