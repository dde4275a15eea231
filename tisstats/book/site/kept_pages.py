"""The pages of the last build, for the next one to begin with.

They are kept as Sphinx has written them, with what it knows of them, if they are without fault. The
next build takes them if nothing but sources of pages has changed, and notes which of these for
`tisstats.book.pages.unchanged`. All is hashed: what is damaged is not taken.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Self

from tisstats.book.pages.unchanged import OUTPUTS, RAW, Earlier
from tisstats.book.run.digests import Surroundings, digest, digest_of_files, files_below
from tisstats.book.run.kept import read_kept, write_kept
from tisstats.book.run.project import Project

#: Folders below that of the build, and under which name they are kept.
_FOLDERS = {RAW: "html", ".doctrees": "doctrees", OUTPUTS: "outputs"}

_RECORD = "record.json"


@dataclass(frozen=True, slots=True)
class Record:
    """What pages were made from."""

    surroundings: str  #: hash of all but the sources of pages
    sources: Mapping[str, str]  #: hash of the source of each page, by its path
    shown: str  #: see `Earlier`
    digest: str  #: of what is kept

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Read the record of kept pages; None if there is none, or if anything is damaged."""
        content = read_kept(folder / _RECORD)
        try:
            record = cls(**json.loads(content)) if content else None
        except TypeError:  # of another version
            return None
        return record if record and record.digest == _digest(folder) else None


@dataclass(frozen=True, slots=True)
class KeptPages:
    """The pages of the last build, and the sources of this one."""

    folder: Path
    surroundings: str
    sources: Mapping[str, str]
    record: Record | None  #: of the pages to begin with; None to begin with nothing

    @classmethod
    def of_staged(cls, project: Project, around: Surroundings) -> Self:
        """Read the staged sources.

        Parameters
        ----------
        around
            What surrounds them.
        """
        staged = project.staging_folder
        pages = {f"{page}{suffix}" for page in project.pages() for suffix in (".md", ".ipynb")}
        hashes = {
            file.relative_to(staged).as_posix(): digest(file.read_bytes())
            for file in files_below(staged)
        }
        others = {name: "" if name in pages else own for name, own in hashes.items()}
        surroundings = digest(
            *(sys.version, str(staged), str(project.package), around.shared),
            *(json.dumps(around.data), around.of_package(), json.dumps(others, sort_keys=True)),
            # What is installed, which may differ from what is pinned.
            *_installed(),
        )
        sources = {name: own for name, own in hashes.items() if name in pages}
        record = Record.read(project.kept_pages)
        if record is not None and record.surroundings != surroundings:
            record = None
        return cls(project.kept_pages, surroundings, sources, record)

    def give(self, build: Path) -> None:
        """Put the pages where the next ones are built, with a note of what has changed."""
        # In a book without notebooks nothing else makes it.
        (build / OUTPUTS).mkdir(parents=True, exist_ok=True)
        if self.record is None:
            Earlier([], "").write(build)
            return
        for name, kept in _FOLDERS.items():
            target = build / ("html" if name == RAW else name)
            # With dates of today: Sphinx takes pages that are older than their sources for stale.
            shutil.copytree(
                self.folder / kept, target, copy_function=shutil.copyfile, dirs_exist_ok=True
            )
        changed = [name for name, own in self.sources.items() if self.record.sources[name] != own]
        Earlier(changed, self.record.shown).write(build)

    def take(self, build: Path) -> None:
        """Keep the pages that were built, in place of those before."""
        earlier = Earlier.read(build)
        if earlier is None:  # the extension was not there
            return
        with suppress(OSError):  # the book itself is whole
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            for name, kept in _FOLDERS.items():
                (build / name).rename(self.folder / kept)
            record = Record(self.surroundings, self.sources, earlier.shown, _digest(self.folder))
            write_kept(self.folder / _RECORD, json.dumps(asdict(record)))


def _installed() -> list[str]:
    """Return the metadata of all that is installed, without the descriptions.

    They are not parsed: that would take longer than everything else that is hashed.
    """
    files = (each.read_text("METADATA") or each.read_text("PKG-INFO") for each in distributions())
    return sorted((text or "").partition("\n\n")[0] for text in files)


def _digest(folder: Path) -> str:
    files = [file for file in files_below(folder) if file != folder / _RECORD]
    return digest_of_files(files, folder)
