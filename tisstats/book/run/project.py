"""Where the parts of a book project lie, and the errors of a build."""

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
    """The command was given something that it does not take; the message names what it takes."""


class BookError(Exception):
    """The book cannot be built; the message has one line for each fault: where, and what."""


class NotebookError(Exception):
    """A notebook did not run to its end."""

    def __init__(self, where: str, error: str, details: str):
        super().__init__(f"{where}: {error}")
        self.details = details


def plain_text(message: str) -> str:
    """Return a message without the colours that it would have in a terminal."""
    return _COLOURS.sub("", message)


@dataclass(frozen=True, slots=True)
class Project:
    """A book project: a folder that holds ``_config.yml`` and ``_toc.yml``.

    Everything that a build makes for itself stays under ``_build``, so that removing that folder
    is always safe.
    """

    root: Path  #: the folder of the project, absolute
    package: Path = field(default=Path(__file__).resolve().parents[2])  #: the code notebooks import

    @classmethod
    def at(cls, folder: Path) -> Project:
        """Return the project in ``folder``.

        Raises
        ------
        UsageError
            If the folder does not hold a book project.
        """
        missing = [name for name in (CONFIG, TOC) if not (folder / name).is_file()]
        if missing:
            raise UsageError(
                f"{folder} is not the folder of a book: it has no {' and no '.join(missing)}; "
                "run this in a checkout of the project or give one with --source"
            )
        return cls(folder.resolve())

    @property
    def build_folder(self) -> Path:
        """Everything that builds leave behind."""
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
    def staged(self) -> Path:
        """The mirror of the sources that pages are built from."""
        return self.build_folder / "src"

    @property
    def work(self) -> Path:
        """Pages under construction."""
        return self.build_folder / "work"

    @property
    def default_output(self) -> Path:
        """Where the book goes by default."""
        return self.build_folder / "html"

    def _read(self, name: str) -> Any:
        import yaml  # type: ignore[import-untyped]

        try:
            return yaml.safe_load((self.root / name).read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            raise BookError(f"{name}: {' '.join(str(error).split())}") from error

    def extensions(self) -> list[str]:
        """Return the extensions of Sphinx that the book brings or names."""
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

    def shown(self, path: Path) -> str:
        """Return ``path`` as a reader of this project would write it."""
        inside = path.is_relative_to(self.root)
        return path.relative_to(self.root).as_posix() if inside else str(path)


def _entries(part: Any) -> Iterator[str]:
    """Yield the pages of a table of contents: its root, then its files, however they are nested."""
    if isinstance(part, list):
        for item in part:
            yield from _entries(item)
    elif isinstance(part, dict):
        yield from (part[key] for key in ("root", "file") if isinstance(part.get(key), str))
        yield from _entries(list(part.values()))
