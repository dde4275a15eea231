"""A trial: its four tables, checked."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.datapackage import DESCRIPTOR, read_descriptor, read_tables
from tisstats.errors import DataError, Fault
from tisstats.measures.core_set import MMT_MAXIMA
from tisstats.trial.consistency import cross_faults
from tisstats.trial.description import TABLES, TrialDescription
from tisstats.trial.schema import convert_types

_IN_USE = "; ".join(f"{maximum}: {test}" for maximum, test in MMT_MAXIMA.items())

#: The message where the maximum of the muscle test is needed and not given.
MMT_MAX_MISSING = f"the maximum of the muscle test is not given (mmt_max; {_IN_USE})"

#: Where a description gives it, for messages.
_MMT_MAX_KEY = '"measures": {"mmt_max": N}'


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A trial, patient by patient.

    The tables have the columns of its description. They may hold text, as in a CSV file, or
    numbers and truth values. They are typed and checked, in themselves and against each other.

    Without `mmt_max` a trial with the IMACS core set can be read but not analysed: no range of its
    muscle test is assumed.

    Raises
    ------
    DataError
        If anything is wrong with the tables; carries every fault.
    ValueError
        If `mmt_max` is not a whole number above 0.
    """

    patients: pd.DataFrame  #: one row per patient
    visits: pd.DataFrame  #: one row per patient and assessment, measures in their scales' units
    treatments: pd.DataFrame  #: one row per patient, week and treatment
    adverse_events: pd.DataFrame  #: one row per adverse event
    description: TrialDescription  #: what was measured and recorded, and how it is read
    files: Mapping[str, str] = field(default_factory=dict)  #: file of each table, for faults
    lines: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    #: line of each row of a table in its file, for faults; by default from 2 on
    mmt_max: int | None = None  #: maximum of the muscle test, points; None: not given

    def __post_init__(self) -> None:
        if self.mmt_max is not None and not _is_maximum(self.mmt_max):
            raise ValueError(f"mmt_max must be a whole number above 0, got {self.mmt_max!r}")
        files = {name: self.files.get(name, name) for name in TABLES}
        faults: list[Fault] = []
        tables = {}
        for name, fields in self.description.fields.items():
            tables[name], wrong = convert_types(
                getattr(self, name), fields, files[name], self.lines.get(name)
            )
            faults += wrong
        faults = faults or cross_faults(tables, files, self.description, self.mmt_max, self.lines)
        if faults:
            raise DataError(faults)
        for name, checked in {**tables, "files": files}.items():
            object.__setattr__(self, name, checked)

    @classmethod
    def read(cls, directory: Path | str, description: TrialDescription) -> Trial:
        """Read a trial's data package.

        Parameters
        ----------
        directory
            Folder with ``datapackage.json`` that describes ``patients``, ``visits``,
            ``treatments`` and ``adverse_events``; the files may have any name. It gives the
            maximum of the muscle test as ``"measures": {"mmt_max": 150}``, outside of its
            resources.
        description
            What the trial measured and recorded; the package may hold more columns.

        Raises
        ------
        DataError
            If anything is wrong with the package's description, a file, a cell or across files;
            carries every fault.
        """
        folder = Path(directory)
        descriptor = read_descriptor(folder)
        resources = {
            resource.get("name"): str(folder / str(resource.get("path")))
            for resource in descriptor["resources"]
        }
        path = str(folder / DESCRIPTOR)
        if absent := [name for name in TABLES if name not in resources]:
            raise DataError([Fault(path, f"describes no resource named {name}") for name in absent])
        mmt_max = _mmt_max(descriptor, path)
        tables = read_tables(folder)
        return cls(
            tables["patients"],
            tables["visits"],
            tables["treatments"],
            tables["adverse_events"],
            description=description,
            files={name: resources[name] for name in TABLES},
            mmt_max=mmt_max,
        )

    def subset(self, patient_ids: Collection[str]) -> Trial:
        """Return the trial of some of its patients, who are in the tables already checked."""
        chosen = copy.copy(self)
        for name in TABLES:
            table = getattr(self, name)
            rows = table["patient_id"].isin(patient_ids).to_numpy(dtype=bool)
            object.__setattr__(chosen, name, table[rows].reset_index(drop=True))
        return chosen

    @property
    def origin(self) -> str:
        """Whether the rows are ``observed`` or ``synthetic``."""
        return str(self.patients["origin"].iloc[0])


def _is_maximum(value: object) -> bool:
    real = isinstance(value, int | float) and not isinstance(value, bool)
    return real and value > 0 and float(value).is_integer()  # type: ignore[operator,arg-type]


def _mmt_max(descriptor: Mapping[str, Any], path: str) -> int:
    """Return the maximum of the muscle test that a description gives; none is assumed."""
    measures = descriptor.get("measures")
    given = measures.get("mmt_max") if isinstance(measures, Mapping) else None
    if given is None:
        message = f"{MMT_MAX_MISSING}; add {_MMT_MAX_KEY}"
        raise DataError([Fault(path, message)])
    if not _is_maximum(given):
        message = f"must be a whole number above 0, the maximum of the muscle test ({_IN_USE})"
        raise DataError([Fault(path, message, None, "measures.mmt_max", str(given))])
    return int(given)
