"""Write a cohort as a trial's data package: four CSV files and their description."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

from tisstats.errors import DataError, Fault
from tisstats.synthetic.cohort import Cohort
from tisstats.synthetic.tables import ORIGIN, Cell, rows

DESCRIPTOR = "datapackage.json"

#: Said wherever a synthetic cohort is described.
WARNING = (
    "Synthetic: no row was observed in any patient. The rows were drawn so that they meet every "
    "published aggregate of the pilot study at once. They show that the published numbers can "
    "stand together under the listed assumptions, and are no evidence for any of them."
)


def write_package(cohort: Cohort, directory: Path | str) -> Path:
    """Write a cohort as a data package, all or nothing.

    Parameters
    ----------
    cohort
        The cohort.
    directory
        Folder to make; it must not exist, or be empty.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    DataError
        If the folder holds something already, or cannot be written.
    """
    return write_folder(Path(directory), lambda folder: fill_package(cohort, folder))


def write_folder(directory: Path, fill: Callable[[Path], None]) -> Path:
    """Make a folder: it is filled under another name beside it and then renamed.

    Raises
    ------
    DataError
        If the folder holds something already, or cannot be written.
    """
    check_free(directory)
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        started = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    except OSError as error:
        raise DataError([Fault(str(directory), f"cannot be written: {error.strerror}")]) from None
    try:
        # A temporary folder is its maker's alone; what is written here is for all to read.
        started.chmod(0o755)
        fill(started)
        with suppress(FileNotFoundError):
            directory.rmdir()
        started.rename(directory)
    except OSError as error:
        raise DataError([Fault(str(directory), f"cannot be written: {error.strerror}")]) from None
    finally:
        shutil.rmtree(started, ignore_errors=True)
    return directory


def check_free(directory: Path) -> None:
    """Refuse a folder that holds something: nothing is ever overwritten."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        message = "is there already and nothing is overwritten; name a new folder or remove it"
        raise DataError([Fault(str(directory), message)])


def fill_package(cohort: Cohort, folder: Path) -> None:
    """Write the files of a data package into an empty folder."""
    folder.mkdir(exist_ok=True)
    for name, table in rows(cohort).items():
        (folder / file_name(name)).write_text(_as_csv(table), encoding="utf-8", newline="")
    text = json.dumps(description(cohort), indent=2, ensure_ascii=False) + "\n"
    (folder / DESCRIPTOR).write_text(text, encoding="utf-8", newline="")


def file_name(table: str) -> str:
    """Give the name of the file of a table.

    >>> file_name("visits")
    'synthetic_visits.csv'
    """
    return f"{ORIGIN}_{table}.csv"


def description(cohort: Cohort) -> dict[str, Any]:
    """Describe the files of a cohort, by the schema of trials, and say that they are synthetic."""
    # The template is data of the floor below; its checks are not needed to write.
    template = files("tisstats.lim2021").joinpath("trial_package.json").read_text(encoding="utf-8")
    described: dict[str, Any] = json.loads(template)
    described |= {
        "name": f"synthetic-cohort-{cohort.seed}-{cohort.index}",
        "title": "Synthetic cohort: patient-level data that meet every published aggregate",
        "description": f"{WARNING} Seed {cohort.seed}, cohort {cohort.index}.",
        "synthetic": True,
        # What the scales of a trial are is never assumed of it: the description says it.
        "measures": {"mmt_max": cohort.mmt_max},
    }
    for resource in described["resources"]:
        resource["path"] = file_name(resource["name"])
        resource["title"] = f"Synthetic {resource['title'].lower()}"
        resource["description"] = f"Synthetic. {resource['description']}"
    return described


def _as_csv(table: list[dict[str, Cell]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(table[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _as_text(cell) for name, cell in row.items()} for row in table)
    return text.getvalue()


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:g}" if isinstance(cell, float) else str(cell)
