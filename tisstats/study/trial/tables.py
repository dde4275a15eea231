"""A trial: its four tables, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from tisstats.faults import DataFault, Fault
from tisstats.measures.scales import SCALES, Scale
from tisstats.study.datapackage import DESCRIPTOR, read_descriptor, read_tables
from tisstats.study.trial.consistency import cross_faults
from tisstats.study.trial.schema import TABLES, typed


@dataclass(frozen=True, eq=False)
class Trial:
    """A trial, patient by patient.

    The tables are those of the data package: see ``schema.json`` beside this module. They may
    hold text, as in a CSV file, or numbers and truth values. They are typed and checked, in
    themselves and against each other.

    Raises
    ------
    DataFault
        If anything is wrong with the tables; carries every fault.

    Examples
    --------
    >>> Trial.read("nowhere")
    Traceback (most recent call last):
        ...
    tisstats.faults.DataFault: nowhere: there is no such folder
    """

    patients: pd.DataFrame  #: one row a patient
    visits: pd.DataFrame  #: one row a patient and assessment, measures in the units of `scales`
    treatments: pd.DataFrame  #: one row a patient, week and treatment, doses in g/kg
    adverse_events: pd.DataFrame  #: one row an adverse event
    files: Mapping[str, str] = field(default_factory=dict)  #: name of each table in faults
    scales: Mapping[str, Scale] = field(default_factory=lambda: SCALES)  #: what measures can be

    def __post_init__(self) -> None:
        given = {name: getattr(self, name) for name in TABLES}
        files = {name: self.files.get(name, name) for name in TABLES}
        faults: list[Fault] = []
        tables = {}
        for name, table in given.items():
            tables[name], wrong = typed(table, name, files[name])
            faults += wrong
        if not faults:
            faults = cross_faults(tables, files, self.scales)
        if faults:
            raise DataFault(faults)
        for name, table in tables.items():
            object.__setattr__(self, name, table)
        object.__setattr__(self, "files", files)

    @classmethod
    def read(cls, directory: Path | str, *, scales: Mapping[str, Scale] = SCALES) -> Trial:
        """Read a trial's data package.

        Parameters
        ----------
        directory
            Folder with ``datapackage.json`` that describes ``patients``, ``visits``,
            ``treatments`` and ``adverse_events``; the files may have any name.
        scales
            What each measure can be; another trial may have another dynamometer.

        Raises
        ------
        DataFault
            If anything is wrong with the description, a file, a cell or across files; carries
            every fault.
        """
        folder = Path(directory)
        resources = {
            resource.get("name"): str(folder / str(resource.get("path")))
            for resource in read_descriptor(folder)["resources"]
        }
        path = str(folder / DESCRIPTOR)
        if absent := [name for name in TABLES if name not in resources]:
            raise DataFault([Fault(path, f"describes no resource named {name}") for name in absent])
        tables = read_tables(folder)
        files = {name: resources[name] for name in TABLES}
        return cls(**{name: tables[name] for name in TABLES}, files=files, scales=scales)

    @property
    def origin(self) -> str:
        """Whether the rows are ``observed`` or ``synthetic``."""
        return str(self.patients["origin"].iloc[0])
