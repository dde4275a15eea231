"""Digests of everything that a result depends on; file dates are ignored."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from pathlib import Path

from tisstats.book.run.data_folders import folders_named
from tisstats.book.run.imports import ImportGraph, code_of
from tisstats.book.run.parameters import Value
from tisstats.book.run.project import SOURCE_FOLDERS, Project, UsageError
from tisstats.book.run.read_code import Reading, read_modules

PINS = "requirements.txt"

#: The folder of the project that has its data.
DATA = "data"

#: The code that runs notebooks and writes down their results, as a notebook would import it.
_RUNNING = "import tisstats.book.run.execute, tisstats.book.run.forkserver"

#: Most files, and bytes of them, in a folder of data that a setting names; all of it is hashed.
_MOST_FILES, _MOST_BYTES = 10_000, 2 * 10**9


def files_below(folder: Path) -> list[Path]:
    """Return the files in a folder, sorted, without hidden ones and compiled code."""
    return sorted(_regular_files(folder))


def digest(*parts: str | bytes) -> str:
    """Return a hash of length-prefixed parts, so that they cannot run into each other."""
    total = hashlib.sha256()
    for part in parts:
        encoded = part.encode() if isinstance(part, str) else part
        total.update(len(encoded).to_bytes(8, "big"))
        total.update(encoded)
    return total.hexdigest()[:20]


def digest_of_files(paths: Iterable[Path], below: Path) -> str:
    """Return a hash over the names and contents of files."""
    return _digest_of_hashes({path: _digest_of_content(path) for path in paths}, below)


def _digest_of_hashes(contents: Mapping[Path, bytes], below: Path) -> str:
    """Return a hash over the names and the hashes of files."""
    parts: list[str | bytes] = []
    for path, content in contents.items():
        parts += [path.relative_to(below).as_posix(), content]
    return digest(*parts)


def _digest_of_content(path: Path) -> bytes:
    """Return a hash of a file, which may be larger than the memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, hashlib.sha256).digest()


@dataclass(frozen=True)
class Surroundings:
    """Digests of what surrounds the notebooks of a project; file dates are ignored."""

    shared: str  #: of what every notebook may read: pinned versions, files of settings
    data: dict[str, str]  #: digest of each folder of data; "" for the files in none
    package: Path
    contents: dict[Path, bytes]  #: hash of each file of the package
    kept: Path  #: where what its modules say is kept between builds

    @classmethod
    def of_project(cls, project: Project, settings: Iterable[str] = ()) -> Surroundings:
        """Read all files.

        If the value of a setting ``name=value`` is a folder or a file, such as that of a trial's
        data or of an ensemble, maybe with the number of a cohort after a ``#``, its files are
        included.
        """
        pins = project.root / PINS
        values = [setting.partition("=")[2].strip() for setting in sorted(settings)]
        named = [Path(name) for value in values for name in (value, value.rpartition("#")[0])]
        shared = digest(
            pins.read_bytes() if pins.is_file() else b"",
            *(digest_of_files(_files_of_data(path), path) for path in named if path.is_absolute()),
            *(_digest_of_content(path) for path in named if path.is_absolute() and path.is_file()),
        )
        contents = {file: _digest_of_content(file) for file in files_below(project.package)}
        data = _digests_of_data(project.root / DATA)
        return cls(shared, data, project.package, contents, project.kept_readings)

    @cached_property
    def _readings(self) -> dict[Path, Reading]:
        """What the code of each module says."""
        code = {file: content for file, content in self.contents.items() if file.suffix == ".py"}
        return read_modules(code, self.kept)

    @cached_property
    def graph(self) -> ImportGraph:
        """What the modules of the package import."""
        statements = {file: each.imports for file, each in self._readings.items()}
        return ImportGraph.of_package(self.package, statements)

    def of_notebook(self, source: bytes) -> str:
        """Hash what a notebook depends on besides itself.

        That is the running Python, what every notebook may read, the code that it imports, the
        files beside that code, and the folders of data that it reads.
        """
        used = self._used_by(source)
        code = {self.graph.modules[name] for name in used}
        folders = {self.package, *(file.parent for file in code)}
        mine = {
            file: content
            for file, content in self.contents.items()
            if file in code or (file.suffix != ".py" and self._package_of(file) in folders)
        }
        read = self.folders_of(source)
        data = {name: own for name, own in self.data.items() if read is None or name in {"", *read}}
        return digest(
            sys.version, self.shared, json.dumps(data), _digest_of_hashes(mine, self.package)
        )

    def folders_of(self, source: bytes) -> frozenset[str] | None:
        """Return the folders of data that a notebook may read; None if it may be any.

        Those are the ones that its code, and the code that it imports, names. A kernel lets it read
        no other (`forkserver.watch`), so that no result outlives what it was computed from.
        """
        all_named = [folders_named(code_of(source))]
        used = (self.graph.modules[name] for name in self._used_by(source))
        all_named += [self._readings[file].folders for file in used]
        found: set[str] = set()
        for named in all_named:
            if named is None:
                return None
            found |= named
        return frozenset(found)

    def _used_by(self, source: bytes) -> set[str]:
        """Return the modules that a notebook needs, and those that run it."""
        return self.graph.used_by(code_of(source)) | self.graph.used_by(_RUNNING)

    def of_pages(self, project: Project) -> str:
        """Hash all that the book depends on except the settings and the Python that builds it."""
        sources = digest_of_files(page_source_files(project), project.root)
        return digest(self.shared, json.dumps(self.data), self.of_package(), sources)

    def of_package(self) -> str:
        """Hash the package."""
        return _digest_of_hashes(self.contents, self.package)

    def _package_of(self, file: Path) -> Path:
        """Return the innermost package that a file lies in."""
        return next(
            (folder for folder in file.parents if folder / "__init__.py" in self.contents),
            self.package,
        )


def _digests_of_data(folder: Path) -> dict[str, str]:
    """Return the digest of each folder of data by its name, and of the files in none as ""."""
    of_folder: dict[str, list[Path]] = {}
    for file in files_below(folder):
        name, *deeper = file.relative_to(folder).parts
        of_folder.setdefault(name if deeper else "", []).append(file)
    return {name: digest_of_files(files, folder) for name, files in of_folder.items()}


def _files_of_data(folder: Path) -> list[Path]:
    """Return the files of a folder of data that a setting names.

    Raises
    ------
    UsageError
        If there are too many or too large ones, as in a folder that has more in it than a trial.
    """
    found = [] if not folder.is_dir() else list(islice(_regular_files(folder), _MOST_FILES + 1))
    size = sum(path.stat().st_size for path in found)
    if len(found) > _MOST_FILES or size > _MOST_BYTES:
        raise UsageError(
            f"{folder} has more than {_MOST_FILES} files, or {_MOST_BYTES // 10**9} GB: name a "
            "folder that has only the data in it"
        )
    return sorted(found)


def _regular_files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, without hidden ones, devices and pipes."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name[0] != "." and name != "__pycache__"]
        yield from (
            path
            for path in (Path(place, name) for name in names if name[0] != ".")
            if path.is_file()
        )


def check_package(project: Project) -> None:
    """Raise an error if the project has code of its own and other code is running.

    Raises
    ------
    UsageError
        If the book of one checkout would have the results of the code of another.
    """
    own = project.root / project.package.name
    if own.resolve() == project.package:
        return
    for module in files_below(own):
        running = project.package / module.relative_to(own)
        if module.suffix == ".py" and not (
            running.is_file() and running.read_bytes() == module.read_bytes()
        ):
            raise UsageError(
                f"{module} is not the code that runs, {project.package}: use the environment of "
                f"{project.root}"
            )


def notebook_digest(folder: str, source: bytes, values: dict[str, Value], around: str) -> str:
    """Hash all that the outputs of a notebook depend on."""
    return digest(folder, source, json.dumps(values, sort_keys=True), around)


def page_source_files(project: Project) -> list[Path]:
    """Return the files that pages are built from or may refer to."""
    top = (path for path in project.root.iterdir() if path.is_file() and path.name[0] != ".")
    below = (files_below(project.root / name) for name in SOURCE_FOLDERS)
    return [*sorted(top), *chain.from_iterable(below)]
