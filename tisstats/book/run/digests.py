"""Digests of everything that a result depends on; file dates are ignored."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from tisstats.book.run.parameters import Value
from tisstats.book.run.project import SOURCE_FOLDERS, Project, UsageError

PINS = "requirements.txt"

#: Most files, and bytes of them, in a folder of data that a setting names; all of it is hashed.
_MOST_FILES, _MOST_BYTES = 10_000, 2 * 10**9


def files_below(folder: Path) -> list[Path]:
    """Return the files in a folder, sorted, without hidden ones and compiled code."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(
            part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts
        )
    )


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
    parts: list[str | bytes] = []
    for path in paths:
        parts += [path.relative_to(below).as_posix(), _digest_of_content(path)]
    return digest(*parts)


def _digest_of_content(path: Path) -> bytes:
    """Return a hash of a file, which may be larger than the memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, hashlib.sha256).digest()


def environment_digest(project: Project, settings: Iterable[str] = ()) -> str:
    """Hash what every notebook depends on: the package, the data, the pinned versions, Python.

    If the value of a setting ``name=value`` is a folder or a file, such as that of a trial's data
    or of an ensemble, maybe with the number of a cohort after a ``#``, its files are included.
    """
    pins = project.root / PINS
    values = [setting.partition("=")[2].strip() for setting in sorted(settings)]
    named = [Path(name) for value in values for name in (value, value.rpartition("#")[0])]
    return digest(
        sys.version,
        digest_of_files(files_below(project.package), project.package),
        digest_of_files(files_below(project.root / "data"), project.root),
        pins.read_bytes() if pins.is_file() else b"",
        *(digest_of_files(_files_of_data(path), path) for path in named if path.is_absolute()),
        *(_digest_of_content(path) for path in named if path.is_absolute() and path.is_file()),
    )


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
    for module in files_below(own):
        running = project.package / module.relative_to(own)
        if module.suffix == ".py" and not (
            running.is_file() and running.read_bytes() == module.read_bytes()
        ):
            raise UsageError(
                f"{module} is not the code that runs, {project.package}: use the environment of "
                f"{project.root}"
            )


def notebook_digest(folder: str, source: bytes, values: dict[str, Value], environment: str) -> str:
    """Hash all that the outputs of a notebook depend on."""
    return digest(folder, source, json.dumps(values, sort_keys=True), environment)


def source_digest(project: Project, environment: str) -> str:
    """Hash all that the book depends on except the settings."""
    return digest(environment, digest_of_files(page_source_files(project), project.root))


def page_source_files(project: Project) -> list[Path]:
    """Return the files that pages are built from or may refer to."""
    top = (path for path in project.root.iterdir() if path.is_file() and path.name[0] != ".")
    below = (files_below(project.root / name) for name in SOURCE_FOLDERS)
    return [*sorted(top), *chain.from_iterable(below)]
