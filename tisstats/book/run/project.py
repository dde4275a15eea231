"""The paths of a book project, and the errors of a build."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONFIG = "_config.yml"
TOC = "_toc.yml"
SOURCE_FOLDERS = ("book", "notebooks", "data")  #: pages, and what they may refer to

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class UsageError(ValueError):
    """Invalid command-line usage; the message says what is allowed.

    Parameters
    ----------
    message : str
        What is wrong, on one line; a line break in it is of a name that it repeats.
    *more : str
        Further lines.
    """

    def __init__(self, message: str, *more: str):
        super().__init__("\n".join([message, *more]))
        self.lines = (message, *more)


class BookError(Exception):
    """The book cannot be built; the message has one line per fault."""


class NotebookError(Exception):
    """A notebook failed."""

    def __init__(self, where: str, error: str, details: str):
        super().__init__(f"{where}: {error}")
        self.details = details


def place_of(path: Path) -> str:
    """Return a path as it can be opened from here: relative if it is below this folder."""
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else str(path)


def plain_text(message: str) -> str:
    """Return a message without ANSI colours."""
    return _COLOURS.sub("", message)


@dataclass(frozen=True, slots=True)
class Project:
    """A book project: a folder that holds ``_config.yml`` and ``_toc.yml``.

    All files of a build are under ``_build`` unless an output folder is named. What builds made
    there can be removed while none is running; the next build makes it again.
    """

    root: Path  #: the folder of the project, absolute
    package: Path = field(default=Path(__file__).resolve().parents[2])  #: the code notebooks import

    @classmethod
    def from_folder(cls, folder: Path) -> Project:
        """Return the project in ``folder``.

        Raises
        ------
        UsageError
            If the folder does not exist or does not hold a book project.
        """
        if not folder.exists():
            raise UsageError(f"{folder}: there is no such folder")
        missing = [name for name in (CONFIG, TOC) if not (folder / name).is_file()]
        if missing:
            raise UsageError(
                f"{folder} is not a book project (missing {' and '.join(missing)}): "
                "run this in a checkout of the project or give one with --source"
            )
        return cls(folder.resolve())

    @property
    def build_folder(self) -> Path:
        """Folder of everything that builds create."""
        return self.root / "_build"

    @property
    def cache(self) -> Path:
        """Executed notebooks, each named after the hash of what it depends on."""
        return self.build_folder / "nbcache"

    @property
    def logs(self) -> Path:
        """Full tracebacks, and the complete output of the page builder."""
        return self.build_folder / "logs"

    @property
    def staging_folder(self) -> Path:
        """Copy of the sources, with executed notebooks, from which pages are built."""
        return self.build_folder / "src"

    @property
    def work_folder(self) -> Path:
        """Pages under construction."""
        return self.build_folder / "work"

    @property
    def kept_pages(self) -> Path:
        """Pages of the last build as Sphinx has written them, for the next one to begin with."""
        return self.build_folder / "pages"

    @property
    def kept_readings(self) -> Path:
        """What the modules of the package say, for the next build to begin with."""
        return self.build_folder / "readings.json"

    @property
    def default_output(self) -> Path:
        """Default output folder."""
        return self.build_folder / "html"

    def reserves(self, folder: Path) -> bool:
        """Return whether a folder is the project's own, in which output would get in the way."""
        own = [self.root / name for name in SOURCE_FOLDERS]
        own += [self.cache, self.logs, self.staging_folder, self.work_folder, self.kept_pages]
        return any(folder.is_relative_to(each) for each in own)

    def _read(self, name: str) -> Any:
        import yaml  # type: ignore[import-untyped]

        try:
            return yaml.safe_load((self.root / name).read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            raise BookError(f"{name}: {' '.join(str(error).split())}") from error

    def extensions(self) -> list[str]:
        """Return the Sphinx extensions that the configuration names."""
        settings = (self._read(CONFIG) or {}).get("sphinx") or {}
        return list(settings.get("extra_extensions") or [])

    def pages(self) -> list[str]:
        """Return every page of the book in reading order: paths from the root without suffix."""
        toc = self._read(TOC)
        return [entry.removesuffix(".md").removesuffix(".ipynb") for entry in _entries(toc)]

    def notebooks(self) -> list[Path]:
        """Return the notebooks among the pages, in reading order, absolute."""
        candidates = (self.root / f"{page}.ipynb" for page in self.pages())
        return [path for path in candidates if path.is_file()]

    def display_path(self, path: Path) -> str:
        """Return a path relative to the project, if it is inside."""
        inside = path.is_relative_to(self.root)
        return path.relative_to(self.root).as_posix() if inside else str(path)


def _entries(part: Any) -> Iterator[str]:
    """Yield the pages of a table of contents: its root, then its files, at any depth."""
    if isinstance(part, list):
        for item in part:
            yield from _entries(item)
    elif isinstance(part, dict):
        yield from (part[key] for key in ("root", "file") if isinstance(part.get(key), str))
        yield from _entries(list(part.values()))
