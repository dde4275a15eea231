"""Cohorts in files: one as a trial's data package, many in one compact file."""

from __future__ import annotations

import io
import json
import math
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.lib import format as npy

from tisstats.datapackage import DESCRIPTOR, STUDY
from tisstats.errors import DataError, Fault, refusing
from tisstats.forensics.order_statistics import Ints
from tisstats.ledger.published import data_directory
from tisstats.regular_files import is_regular
from tisstats.synthetic.cohort import COLUMNS, EVENT_COLUMNS, MISSING, ORIGIN, WEEKS, Cohort
from tisstats.synthetic.targets import MEASURES
from tisstats.tables.atomic import write_folder

ENSEMBLE = "synthetic_ensemble.npz"

#: Most bytes that an ensemble unpacks to; 100,000 cohorts have half of them.
_MOST_BYTES = 5 * 10**8

#: Version of the file format.
_VERSION = 1

#: Fixed time of the files in the archive, so that equal cohorts give equal bytes.
_TIME = (1980, 1, 1, 0, 0, 0)

#: Said wherever a synthetic cohort is described, the archive included.
WARNING = (
    "Synthetic: no row was observed in any patient. The rows were generated to reproduce together "
    "the counts and tables printed for the patients of the pilot study, as read here. They show "
    "that these are mutually consistent under the listed assumptions, and are not evidence for any "
    "of them."
)


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Synthetic cohorts of one seed, in whole numbers.

    Examples
    --------
    >>> from tisstats.synthetic import draw_cohort
    >>> ensemble = Ensemble.of([draw_cohort(1)])
    >>> len(ensemble), sorted(ensemble.tables(0))
    (1, ['adverse_events', 'patients', 'treatments', 'visits'])
    """

    seed: int  #: seed of all cohorts
    mmt_max: int  #: maximum of the muscle test, points
    event_labels: tuple[str, ...]  #: labels of the adverse events
    patients: Ints  #: cohorts by patients by `COLUMNS`; -1 where missing
    visits: Ints  #: cohorts by patients by weeks by measures, in steps; -1 where missing
    events: Ints  #: events of all cohorts one after the other, by `EVENT_COLUMNS`
    event_offsets: Ints  #: index of the first event of each cohort, and the number of events

    @classmethod
    def of(cls, cohorts: Sequence[Cohort]) -> Ensemble:
        """Gather cohorts with indices 0, 1, 2 ... of one seed.

        Raises
        ------
        ValueError
            If there are none, or their indices, seeds or maxima of the muscle test differ.
        """
        if not cohorts or [cohort.index for cohort in cohorts] != list(range(len(cohorts))):
            raise ValueError("cohorts must have indices 0, 1, 2 and so on, each once")
        first = cohorts[0]
        if any(c.seed != first.seed or c.mmt_max != first.mmt_max for c in cohorts):
            raise ValueError("cohorts must have one seed and one maximum of the muscle test")
        return cls(
            first.seed,
            first.mmt_max,
            first.event_labels,
            np.stack([np.stack([c.patients[n] for n in COLUMNS], axis=1) for c in cohorts]),
            np.stack([cohort.visits for cohort in cohorts]),
            np.concatenate([cohort.events for cohort in cohorts]),
            np.cumsum([0, *(len(cohort.events) for cohort in cohorts)]),
        )

    @classmethod
    def read(cls, path: Path | str | None = None) -> Ensemble:
        """Read an ensemble; by default the one that comes with the project.

        Raises
        ------
        DataError
            If the file is missing or is not an ensemble.
        """
        file = data_directory("reconstructed") / ENSEMBLE if path is None else Path(path)
        if file.is_dir():
            file = file / ENSEMBLE
        if not is_regular(file):
            message = "is not a regular file" if file.exists() else "there is no such file"
            raise DataError([Fault(str(file), message)])
        with refusing(str(file), "is not an ensemble of synthetic cohorts"):
            _check_sizes(file)
            with np.load(file, allow_pickle=False) as stored:
                about = json.loads(str(stored["synthetic"].item()))
                if about["version"] != _VERSION:
                    raise KeyError(f"version {about['version']}")
                read = cls(
                    int(about["seed"]),
                    int(about["mmt_max"]),
                    tuple(map(str, about["words"])),
                    stored["patients"].astype(np.int64),
                    _joined(stored),
                    stored["events"].astype(np.int64),
                    stored["starts"].astype(np.int64),
                )
                read.check_shapes()
        return read

    def check_shapes(self) -> None:
        """Raise ValueError if the tables do not fit one another."""
        cohorts, _, columns = self.patients.shape
        events, of_event = self.events.shape
        offsets = self.event_offsets
        if (
            columns != len(COLUMNS)
            or of_event != len(EVENT_COLUMNS)
            or offsets.shape != (cohorts + 1,)
            or (np.diff([0, *offsets, events]) < 0).any()
        ):
            raise ValueError("its tables do not fit one another")

    def write(self, path: Path | str) -> None:
        """Write the ensemble; equal cohorts give equal bytes."""
        about = {
            "synthetic": True,
            "description": WARNING,
            "version": _VERSION,
            "cohorts": len(self),
            "seed": self.seed,
            "mmt_max": self.mmt_max,
            "columns": COLUMNS,
            "weeks": WEEKS,
            "measures": MEASURES,
            "event_columns": EVENT_COLUMNS,
            "words": self.event_labels,
        }
        arrays: dict[str, Any] = {
            "synthetic": np.array(json.dumps(about, ensure_ascii=True)),
            "patients": self.patients.astype(np.int16),
            "events": self.events.astype(np.int8),
            "starts": self.event_offsets.astype(np.int32),
            **self._split(),
        }
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, array in arrays.items():
                content = io.BytesIO()
                npy.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
                entry = zipfile.ZipInfo(f"{name}.npy", _TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, content.getvalue())

    def _split(self) -> dict[str, Any]:
        """Return the visits by measure as small whole numbers, without those that did not occur.

        The first measure shows which visits occurred; psoas keeps the code of a missing value.
        """
        seen = self.visits[..., 0] != MISSING
        found: dict[str, Any] = {"seen": np.packbits(seen)}
        for at, measure in enumerate(MEASURES):
            values = self.visits[..., at][seen]
            for small in (np.int8, np.int16, np.int32):
                if values.max() <= np.iinfo(small).max:
                    found[f"measure_{measure}"] = values.astype(small)
                    break
        return found

    def __len__(self) -> int:
        return len(self.patients)

    def __iter__(self) -> Iterator[Cohort]:
        return (self.cohort(index) for index in range(len(self)))

    def cohort(self, index: int) -> Cohort:
        """Return a cohort by its index, from 0.

        Raises
        ------
        IndexError
            If there is no such cohort.
        """
        if not 0 <= index < len(self):
            raise IndexError(f"index must be from 0 to {len(self) - 1}, got {index}")
        return Cohort(
            self.seed,
            index,
            {name: self.patients[index, :, at] for at, name in enumerate(COLUMNS)},
            self.visits[index],
            self.events[self.event_offsets[index] : self.event_offsets[index + 1]],
            self.event_labels,
            self.mmt_max,
        )

    def tables(self, index: int) -> dict[str, pd.DataFrame]:
        """Return the tables of a cohort: patients, visits, treatments, adverse_events."""
        return self.cohort(index).tables()


def _check_sizes(file: Path) -> None:
    """Raise ValueError if an archive unpacks to more than an ensemble has, or not to its arrays.

    A few kilobytes can unpack to all the memory there is.
    """
    with zipfile.ZipFile(file) as archive:
        if sum(part.file_size for part in archive.infolist()) > _MOST_BYTES:
            raise ValueError(f"it unpacks to more than {_MOST_BYTES // 10**6} MB")
        for part in archive.infolist():
            with archive.open(part) as content:
                version = npy.read_magic(content)
                read_header = {
                    (1, 0): npy.read_array_header_1_0,
                    (2, 0): npy.read_array_header_2_0,
                }[version]
                shape, _, kind = read_header(content)
                if math.prod(shape) * kind.itemsize != part.file_size - content.tell():
                    raise ValueError(f"{part.filename} is not as long as it says")


def _joined(stored: Any) -> Ints:
    cohorts, patients = stored["patients"].shape[:2]
    shape = cohorts, patients, len(WEEKS)
    seen = np.unpackbits(stored["seen"], count=int(np.prod(shape))).astype(bool).reshape(shape)
    visits: Ints = np.full((*shape, len(MEASURES)), MISSING, dtype=np.int64)
    for at, measure in enumerate(MEASURES):
        visits[..., at][seen] = stored[f"measure_{measure}"]
    return visits


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


def fill_package(cohort: Cohort, folder: Path) -> None:
    """Write the files of a data package into an empty folder."""
    folder.mkdir(exist_ok=True)
    for name, table in cohort.tables().items():
        path = folder / file_name(name)
        table.to_csv(path, index=False, float_format="%.15g", lineterminator="\n")
    text = json.dumps(description(cohort), indent=2, ensure_ascii=False) + "\n"
    (folder / DESCRIPTOR).write_text(text, encoding="utf-8", newline="")
    (folder / STUDY).write_text(study_description(cohort), encoding="utf-8", newline="")


def study_description(cohort: Cohort) -> str:
    """Return the description by which a cohort is read as any study is."""
    text = files("tisstats.synthetic").joinpath(STUDY).read_text(encoding="utf-8")
    return re.sub(r"(?m)^mmt_max = \d+$", f"mmt_max = {cohort.mmt_max}", text)


def file_name(table: str) -> str:
    """Return the name of the file of a table.

    >>> file_name("visits")
    'synthetic_visits.csv'
    """
    return f"{ORIGIN}_{table}.csv"


def description(cohort: Cohort) -> dict[str, Any]:
    """Describe the files of a cohort, by the schema of trials, as synthetic."""
    template = files("tisstats.lim2021").joinpath("trial_package.json").read_text(encoding="utf-8")
    described: dict[str, Any] = json.loads(template)
    described |= {
        "name": f"synthetic-cohort-{cohort.seed}-{cohort.index}",
        "title": "Synthetic cohort: rows that reproduce printed counts and tables, as read here",
        "description": f"{WARNING} Seed {cohort.seed}, cohort {cohort.index}.",
        "synthetic": True,
        # The scales of a trial are stated in its description.
        "measures": {"mmt_max": cohort.mmt_max},
    }
    for resource in described["resources"]:
        resource["path"] = file_name(resource["name"])
        resource["title"] = f"Synthetic {resource['title'].lower()}"
        resource["description"] = f"Synthetic. {resource['description']}"
    return described
