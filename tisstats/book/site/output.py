"""The output folder of the book, and how a new book replaces the previous one."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tisstats.book.run.parameters import Value
from tisstats.book.run.project import Project, UsageError

MARK = ".tisstats-book.json"


@dataclass(frozen=True, slots=True)
class BuildStamp:
    """What a book was built from; a file in its folder, which marks it as a book."""

    sources: str  #: digest of everything but the settings
    overrides: Mapping[str, Value]  #: parameters changed by the reader
    settings: list[str]  #: the same, as given
    contents: list[str]  #: names in the folder

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


def check_replaceable(output: Path, project: Project) -> None:
    """Raise an error if the output folder contains anything but a built book.

    Raises
    ------
    UsageError
        If something would be lost.
    """
    if project.reserves(output):
        raise UsageError(f"{output} is reserved for project files: choose another folder")
    nearest = next(folder for folder in (output, *output.parents) if folder.exists())
    if nearest != output and not nearest.is_dir():
        raise UsageError(f"{nearest} is a file: {output} cannot be a folder in it")
    if not output.exists():
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
    foreign = sorted(names - set(mark.contents) - {MARK})
    if foreign:
        raise UsageError(
            f"{output} contains {foreign[0]!r}, which is not part of the book: "
            "move it away or choose another folder"
        )


def replace_book(pages: Path, output: Path) -> None:
    """Replace the previous book by finished pages, atomically."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f".{output.name}-", dir=output.parent, ignore_cleanup_errors=True
    ) as aside:
        ready = Path(aside) / "new"
        shutil.move(pages, ready)  # possibly on another disk
        former = Path(aside) / "former"
        try:
            if output.exists():
                output.rename(former)
            ready.rename(output)
        except BaseException:
            if former.exists() and not output.exists():
                former.rename(output)
            raise
