"""Copy the files of a finished book to folders of the reader's choice."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tisstats.book.downloads.names import RESULTS_CSV, RESULTS_JSON
from tisstats.book.run.project import Project, UsageError
from tisstats.book.run.target import check_target


@dataclass(frozen=True, slots=True)
class Export:
    """Folders for the files of tables and of figures; None for none."""

    tables: Path | None = None
    figures: Path | None = None

    @property
    def _folders(self) -> Mapping[str, Path]:
        given = {"tables": self.tables, "figures": self.figures}
        return {kind: folder for kind, folder in given.items() if folder is not None}

    def check(self, project: Project, book: Path, trial: Path | None = None) -> None:
        """Raise an error if a folder cannot take the files, before anything is built.

        Parameters
        ----------
        book
            Folder of the book.
        trial
            Folder of a trial, whose tables may have the names of ours; None for no trial.

        Raises
        ------
        UsageError
            If a folder belongs to the project or the book, is that of the trial, has data of
            another or is a file, or cannot be written.
        """
        for folder in self._folders.values():
            check_target(folder, project, book)
            if trial is not None and folder.resolve() == trial.resolve():
                raise UsageError(f"{folder} has the tables of the trial: choose another folder")
            _check_no_data(folder)

    def write(self, book: Path) -> list[str]:
        """Copy the files, and return one line for each folder that says what is there.

        Files of the same names are replaced, and those of an earlier book that this one has not are
        removed: they may show other patients. Others are left alone. Results go with the tables.

        Raises
        ------
        UsageError
            If a folder cannot be written; its files are as they were.
        """
        if not self._folders:
            return []
        results = json.loads((book / RESULTS_JSON).read_text(encoding="utf-8"))
        return [self._write(kind, folder, book, results) for kind, folder in self._folders.items()]

    def _write(self, kind: str, folder: Path, book: Path, results: Mapping[str, Any]) -> str:
        files = [file for item in results[kind] for file in item["files"]]
        if kind == "tables":
            files += [RESULTS_JSON, RESULTS_CSV]
        try:
            _copy_all([book / file for file in files], folder, f".tisstats-{kind}")
        except OSError as error:
            reason = error.strerror or error
            raise UsageError(f"{folder} cannot be written: {reason}") from error
        count = len(results[kind])
        return f"{count} {kind if count != 1 else kind[:-1]} in {folder}, {len(files)} files"


def _check_no_data(folder: Path) -> None:
    """Raise UsageError if a folder has data, whose files may have the names of tables."""
    from tisstats.datapackage import DESCRIPTOR, STUDY
    from tisstats.synthetic.ensemble import ENSEMBLE

    for name in (STUDY, DESCRIPTOR, ENSEMBLE):
        if (folder / name).exists():
            raise UsageError(f"{folder} has data, with {name}: choose another folder")


def _copy_all(files: Sequence[Path], folder: Path, listed: str) -> None:
    """Copy files aside, in the same folder, and put them in place once all are there.

    A file with the name `listed` names them. What it named before, and names no more, is removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / listed
    before = kept.read_text(encoding="utf-8").splitlines() if kept.is_file() else []
    names = sorted(file.name for file in files)
    with tempfile.TemporaryDirectory(prefix=".tisstats-", dir=folder) as aside:
        for file in files:
            shutil.copyfile(file, Path(aside) / file.name)
        (Path(aside) / listed).write_text("\n".join([*names, ""]), encoding="utf-8")
        for name in [*names, listed]:
            (Path(aside) / name).replace(folder / name)
    for name in set(before) - set(names):
        if name == Path(name).name:  # the list is a file that anybody can edit
            (folder / name).unlink(missing_ok=True)
