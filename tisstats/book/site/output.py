"""The output folder of the book, and how a new book replaces the previous one."""

from __future__ import annotations

import glob
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tisstats.book.run.digests import digest_of_files, files_below
from tisstats.book.run.parameters import Value
from tisstats.book.run.project import Project, UsageError
from tisstats.book.run.target import takes_files
from tisstats.book.site.swap import exchange

MARK = ".tisstats-book.json"

#: Files that systems put into folders which are looked at.
_OF_SYSTEMS = (".DS_Store", "Thumbs.db", "desktop.ini")

#: Name of the previous book while the new one takes its place.
_FORMER = "former"


@dataclass(frozen=True, slots=True)
class BuildStamp:
    """What a book was built from; a file in its folder, which marks it as a book."""

    sources: str  #: digest of everything but the settings
    overrides: Mapping[str, Value]  #: parameters changed by the reader
    settings: list[str]  #: the same, as given
    contents: list[str]  #: its files; stamps of before have the names in the folder
    digest: str = ""  #: of everything in the folder but this file; stamps of before had none

    @classmethod
    def read(cls, folder: Path) -> BuildStamp | None:
        """Return the stamp of a book, None if the folder has none."""
        try:
            return cls(**json.loads((folder / MARK).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        """Write the stamp of a book."""
        text = json.dumps(asdict(self), indent=1, sort_keys=True)
        (folder / MARK).write_text(text + "\n", encoding="utf-8")


def files_of_book(folder: Path) -> list[str]:
    """Return the files in a folder, hidden ones and links too, with their folders, sorted."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    )


def digest_of_book(folder: Path) -> str:
    """Return a hash of the files of a book, by which lost and damaged ones are seen."""
    return digest_of_files(files_below(folder), folder)


def check_replaceable(output: Path, project: Project) -> None:
    """Raise an error if the output folder contains anything but a built book.

    Raises
    ------
    UsageError
        If something would be lost, or a new folder cannot be written.
    """
    if project.reserves(output):
        raise UsageError(f"{output} is reserved for project files: choose another folder")
    nearest = next(folder for folder in (output, *output.parents) if folder.exists())
    if nearest != output and not nearest.is_dir():
        raise UsageError(f"{nearest} is a file: {output} cannot be a folder in it")
    if not output.exists():
        if not takes_files(nearest):
            raise UsageError(f"{output} cannot be written: choose another folder")
        return
    if not output.is_dir():
        raise UsageError(f"{output} is a file: choose a folder")
    names = {path.name for path in output.iterdir()}
    if not names:
        return
    mark = BuildStamp.read(output)
    if mark is None:
        # A plain `jupyter-book build` writes there, too.
        if output == project.default_output and ".buildinfo" in names:
            return
        raise UsageError(f"{output} is not a book folder: choose a new or empty one")
    known = {MARK, *mark.contents}
    foreign = [name for name in files_of_book(output) if not _is_known(name, known)]
    if foreign:
        raise UsageError(
            f"{output} contains {foreign[0]!r}, which is not part of the book: "
            "move it away or choose another folder"
        )


def _is_known(name: str, known: set[str]) -> bool:
    """Return whether a file is part of a book, or a sheet that was printed from a page of it."""
    printed = name.startswith("_static/") and name.endswith(".pdf")
    sheet = printed and f"{name.removesuffix('.pdf')}.html" in known
    if name.rpartition("/")[2] in _OF_SYSTEMS:
        return True
    return sheet or name in known or name.partition("/")[0] in known


def replace_book(pages: Path, output: Path) -> None:
    """Replace the previous book by finished pages, atomically.

    Where the system can exchange folders, there is a book at every moment. Where it cannot, there
    is none for a moment; `restore_book` puts the previous one back if the process is killed then.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=_aside(output), dir=output.parent, ignore_cleanup_errors=True
    ) as aside:
        ready = Path(aside) / "new"
        shutil.move(pages, ready)  # possibly on another disk
        former = Path(aside) / _FORMER
        try:
            if not output.exists():
                ready.rename(output)
            elif not exchange(ready, output):
                output.rename(former)
                ready.rename(output)
        except BaseException:
            if former.exists() and not output.exists():
                former.rename(output)
            raise


def restore_book(output: Path) -> None:
    """Clear away what a build left that was killed while it replaced the book.

    Only while no other build writes to this folder.
    """
    if not output.parent.is_dir():
        return
    for aside in output.parent.glob(f"{glob.escape(_aside(output))}*"):
        former = aside / _FORMER
        if former.is_dir() and not output.exists():
            former.rename(output)
        shutil.rmtree(aside, ignore_errors=True)


def _aside(output: Path) -> str:
    """Return how the names of folders begin that hold a book before it is in its place."""
    return f".{output.name}-tisstats-"
