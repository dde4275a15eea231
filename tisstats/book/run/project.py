"""Where the parts of a book project lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tisstats.book.run.errors import BookError, UsageError

CONFIG = "_config.yml"
TOC = "_toc.yml"
SOURCE_FOLDERS = ("book", "notebooks", "data")  #: pages, and what they may refer to


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
            If the folder is no book project.
        """
        missing = [name for name in (CONFIG, TOC) if not (folder / name).is_file()]
        if missing:
            raise UsageError(
                f"{folder} is not the folder of a book: it has no {' and no '.join(missing)}; "
                "run this in a checkout of the project or name one with --source"
            )
        return cls(folder.resolve())

    @property
    def build_folder(self) -> Path:
        """Everything that builds leave behind."""
        return self.root / "_build"

    @property
    def cache(self) -> Path:
        """Executed notebooks, by what they depend on."""
        return self.build_folder / "nbcache"

    @property
    def logs(self) -> Path:
        """Full tracebacks and the page builder's own words."""
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
        """Where the book goes unless told otherwise."""
        return self.build_folder / "html"

    def pages(self) -> list[str]:
        """Return every page of the book in reading order: paths from the root without suffix."""
        import yaml  # type: ignore[import-untyped]

        try:
            toc = yaml.safe_load((self.root / TOC).read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            raise BookError(f"{TOC}: {' '.join(str(error).split())}") from error
        return [_without_suffix(entry) for entry in _entries(toc)]

    def notebooks(self) -> list[Path]:
        """Return the notebooks among the pages, in reading order, absolute."""
        candidates = (self.root / f"{page}.ipynb" for page in self.pages())
        return [path for path in candidates if path.is_file()]

    def shown(self, path: Path) -> str:
        """Return ``path`` as a reader of this project would write it."""
        return (
            path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)
        )


def _entries(part: Any) -> Iterator[str]:
    """Walk a table of contents: its root, then its files, however they are nested."""
    if isinstance(part, list):
        for item in part:
            yield from _entries(item)
    elif isinstance(part, dict):
        for key in ("root", "file"):
            if isinstance(part.get(key), str):
                yield part[key]
        for value in part.values():
            if isinstance(value, (list, dict)):
                yield from _entries(value)


def _without_suffix(entry: str) -> str:
    return entry.removesuffix(".md").removesuffix(".ipynb")
