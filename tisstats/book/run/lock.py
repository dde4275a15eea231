"""One build at a time in one checkout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tisstats.book.run.project import Project


@contextmanager
def only_build(project: Project, report: Callable[[str], None]) -> Iterator[bool]:
    """Hold off other builds of the project; give whether one was under way and had to end first.

    The lock goes with the process that holds it, however that ends. Where the system has no such
    locks, builds are not held apart.
    """
    try:
        import fcntl
    except ImportError:
        yield False
        return
    project.build_folder.mkdir(exist_ok=True)
    with (project.build_folder / ".lock").open("w") as lock:
        waited = False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            report("Waiting for another build of this book to end.")
            fcntl.flock(lock, fcntl.LOCK_EX)
            waited = True
        yield waited
