"""Check where a reader wants files, before anything is built for them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tisstats.book.run.project import Project, UsageError


def check_target(target: Path, project: Project, book: Path, kind: str = "folder") -> None:
    """Raise an error if files cannot be written to a place.

    Parameters
    ----------
    target
        A folder, or with the kind ``place`` a file; neither need exist.
    book
        Folder of the book.
    kind
        What the reader is asked to choose instead.

    Raises
    ------
    UsageError
        If the place belongs to the project or the book, or cannot be written.
    """
    target = target.resolve()
    if target.is_relative_to(book.resolve()):
        raise UsageError(f"{target} is in the folder of the book: choose another {kind}")
    if project.reserves(target):
        raise UsageError(f"{target} is reserved for project files: choose another {kind}")
    folder = target if kind == "folder" else target.parent
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir():
        raise UsageError(f"{there} is a file: choose a folder")
    if not takes_files(there):
        raise UsageError(f"{target} cannot be written: choose another {kind}")


def check_work_folder(work: Path) -> None:
    """Raise an error if the intermediate files of a report cannot be written where it is run.

    Parameters
    ----------
    work
        Folder for them below the current one; neither it nor its parents need exist.

    Raises
    ------
    UsageError
        If the folder, or the nearest above it that exists, is a file or cannot be written.
    """
    work = work.absolute()
    there = next(path for path in (work, *work.parents) if path.exists())
    if there.is_dir() and takes_files(there):
        return
    cannot = "cannot be written" if there.is_dir() else "is a file"
    raise UsageError(
        f"{there} {cannot}: a report is built in {Path(*work.parts[-2:])} of the folder in which "
        "the command runs, also with --output; run it in another folder"
    )


def takes_files(folder: Path) -> bool:
    """Return whether files can be made in a folder, as is known once one has been."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
