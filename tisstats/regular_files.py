"""Files that can be read to an end."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

#: Where files of the system are, some of which have no end although they are called regular.
_OF_SYSTEM = ("/proc", "/sys/kernel/debug", "/sys/kernel/tracing")


def is_regular(path: Path) -> bool:
    """Return whether a path leads to a regular file that has an end: no pipe, and none of /proc.

    Examples
    --------
    >>> is_regular(Path(os.devnull)), is_regular(Path(__file__))
    (False, True)
    """
    return path.is_file() and path.stat().st_dev not in _devices_of_system()


@cache
def _devices_of_system() -> frozenset[int]:
    return frozenset(Path(place).stat().st_dev for place in _OF_SYSTEM if os.path.ismount(place))
