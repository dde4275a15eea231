"""Many cohorts in one compact file, of which each can be read back as its tables."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.lib import format as npy

from tisstats.errors import DataError, Fault
from tisstats.forensics.order_statistics import Ints
from tisstats.ledger.published import data_directory
from tisstats.synthetic.cohort import EVENT_COLUMNS, WEEKS, Cohort
from tisstats.synthetic.columns import COLUMNS, MISSING
from tisstats.synthetic.package import WARNING
from tisstats.synthetic.tables import frames
from tisstats.synthetic.targets import MEASURES

ENSEMBLE = "synthetic_ensemble.npz"

#: Layout of the file; another number means that it is read in another way.
_VERSION = 1

#: Files within a zip archive bear a time: always this one, so that equal cohorts are equal bytes.
_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Synthetic cohorts of one seed, in whole numbers.

    Examples
    --------
    >>> from tisstats.synthetic import generate
    >>> ensemble = Ensemble.of([generate(1)])
    >>> len(ensemble), sorted(ensemble.tables(0))
    (1, ['adverse_events', 'patients', 'treatments', 'visits'])
    """

    seed: int  #: seed of all cohorts
    mmt_max: int  #: maximum of the muscle test, points
    words: tuple[str, ...]  #: what adverse events are
    patients: Ints  #: cohorts by patients by `COLUMNS`; -1 where missing
    visits: Ints  #: cohorts by patients by weeks by measures, in steps; -1 where missing
    events: Ints  #: events of all cohorts one after the other, by `EVENT_COLUMNS`
    starts: Ints  #: place of the first event of each cohort, and the number of events

    @classmethod
    def of(cls, cohorts: Sequence[Cohort]) -> Ensemble:
        """Gather cohorts with indices 0, 1, 2 ... of one seed.

        Raises
        ------
        ValueError
            If there are none, or they are others.
        """
        if not cohorts or [cohort.index for cohort in cohorts] != list(range(len(cohorts))):
            raise ValueError("cohorts must have indices 0, 1, 2 and so on, each once")
        first = cohorts[0]
        if any(c.seed != first.seed or c.mmt_max != first.mmt_max for c in cohorts):
            raise ValueError("cohorts must have one seed and one maximum of the muscle test")
        return cls(
            first.seed,
            first.mmt_max,
            first.words,
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
            If the file is missing or is no ensemble.
        """
        file = data_directory("reconstructed") / ENSEMBLE if path is None else Path(path)
        if file.is_dir():
            file = file / ENSEMBLE
        try:
            with np.load(file, allow_pickle=False) as stored:
                about = json.loads(str(stored["synthetic"].item()))
                if about["version"] != _VERSION:
                    raise KeyError(f"version {about['version']}")
                return cls(
                    int(about["seed"]),
                    int(about["mmt_max"]),
                    tuple(about["words"]),
                    stored["patients"].astype(np.int64),
                    _joined(stored),
                    stored["events"].astype(np.int64),
                    stored["starts"].astype(np.int64),
                )
        except FileNotFoundError:
            raise DataError([Fault(str(file), "there is no such file")]) from None
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            message = f"is no ensemble of synthetic cohorts: {error}"
            raise DataError([Fault(str(file), " ".join(message.split()))]) from None

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
            "words": self.words,
        }
        arrays: dict[str, Any] = {
            "synthetic": np.array(json.dumps(about, ensure_ascii=True)),
            "patients": self.patients.astype(np.int16),
            "events": self.events.astype(np.int8),
            "starts": self.starts.astype(np.int32),
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
        """Take the visits apart by measure, in as few bytes as each needs, missing ones left out.

        Which visits there are stands in the first measure; psoas has a mark where missing.
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
        """Give a cohort by its index, from 0.

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
            self.events[self.starts[index] : self.starts[index + 1]],
            self.words,
            self.mmt_max,
        )

    def tables(self, index: int) -> dict[str, pd.DataFrame]:
        """Give the tables of a cohort: patients, visits, treatments, adverse_events."""
        return frames(self.cohort(index))


def _joined(stored: Any) -> Ints:
    cohorts, patients = stored["patients"].shape[:2]
    shape = cohorts, patients, len(WEEKS)
    seen = np.unpackbits(stored["seen"], count=int(np.prod(shape))).astype(bool).reshape(shape)
    visits: Ints = np.full((*shape, len(MEASURES)), MISSING, dtype=np.int64)
    for at, measure in enumerate(MEASURES):
        visits[..., at][seen] = stored[f"measure_{measure}"]
    return visits
