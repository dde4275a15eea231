"""A folder for the sockets of kernels, and what killed builds left of theirs."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "tisstats-"
_LOCK = "lock"

#: Seconds for which a folder is left alone: its build may not have locked it yet.
_NEW = 60


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a new folder, which is removed afterwards, as are those that killed builds left."""
    from filelock import FileLock

    remove_abandoned()
    with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with FileLock(folder / _LOCK):  # which the system opens when this process ends
            yield folder


def remove_abandoned() -> None:
    """Remove the folders whose builds have ended without removing them."""
    from filelock import FileLock, Timeout

    for lock in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        folder = lock.parent
        try:
            if folder.is_symlink() or time.time() - folder.stat().st_mtime < _NEW:
                continue
            with FileLock(lock, blocking=False):
                shutil.rmtree(folder, ignore_errors=True)
        except (OSError, Timeout):  # somebody else's, or in use
            continue
