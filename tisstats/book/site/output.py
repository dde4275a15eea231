"""The folder that holds the finished book: what it holds, and how a new book replaces it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tisstats.book.run.parameters import Value
from tisstats.book.run.project import SOURCE_FOLDERS, Project, UsageError

MARK = ".tisstats-book.json"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a book was built from; kept beside its pages, it marks the folder as a book."""

    sources: str  #: hash of everything but the reader's settings
    overrides: Mapping[str, Value]  #: what the reader has changed
    settings: list[str]  #: the same, as it was asked for
    contents: list[str]  #: names at the top of the folder

    @classmethod
    def of(cls, folder: Path) -> Mark | None:
        """Return the mark of a book, None if the folder has none."""
        try:
            return cls(**json.loads((folder / MARK).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def leave(self, folder: Path) -> None:
        """Mark a book."""
        text = json.dumps(asdict(self), indent=1, sort_keys=True)
        (folder / MARK).write_text(text + "\n", encoding="utf-8")


def check_replaceable(output: Path, project: Project) -> None:
    """Refuse a folder that holds anything other than a book built by this command.

    Raises
    ------
    UsageError
        If something would be lost.
    """
    taken = [project.root / name for name in SOURCE_FOLDERS]
    taken += [project.cache, project.logs, project.staged, project.work]
    if any(output.is_relative_to(folder) for folder in taken):
        raise UsageError(f"{output} is where the project keeps its own files: name another folder")
    if not output.exists():
        return
    if not output.is_dir():
        raise UsageError(f"{output} is a file: name a folder for the book")
    names = {path.name for path in output.iterdir()}
    if not names:
        return
    mark = Mark.of(output)
    if mark is None:
        # Where a plain `jupyter-book build` puts its pages, too.
        if output == project.default_output and ".buildinfo" in names:
            return
        raise UsageError(
            f"{output} holds something other than a book and is left alone: "
            "name a new or an empty folder"
        )
    foreign = sorted(names - set(mark.contents) - {MARK})
    if foreign:
        raise UsageError(
            f"{output} holds {foreign[0]!r}, which is not part of the book, and is left alone: "
            "move that away or name another folder"
        )


def replace_book(pages: Path, output: Path) -> None:
    """Replace the former book by finished pages, completely or not at all."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f".{output.name}-", dir=output.parent, ignore_cleanup_errors=True
    ) as aside:
        ready = Path(aside) / "new"
        shutil.move(pages, ready)  # which may lie on another disk
        former = Path(aside) / "former"
        try:
            if output.exists():
                output.rename(former)
            ready.rename(output)
        except BaseException:
            if former.exists() and not output.exists():
                former.rename(output)
            raise
