"""What a file holds: a data set with the names, labels and types that the file itself gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from tisstats.trial.cdisc.specification import DataType, Variable

#: Row of the first record in messages: the header is row 1, in files without one too.
FIRST_ROW = 2


@dataclass(frozen=True, slots=True, eq=False)
class DatasetContents:
    """A data set to be written to a file."""

    name: str  #: name of the data set
    label: str  #: label of the data set
    variables: tuple[Variable, ...]  #: its variables in their order
    table: pd.DataFrame  #: its records
    metadata_file: str  #: name of the file that holds the table of variables


@dataclass(frozen=True, slots=True, eq=False)
class FileContents:
    """A data set as read from a file."""

    table: pd.DataFrame  #: its records, as the file has them
    label: str = ""  #: label of the data set; empty if the file has none
    labels: Mapping[str, str] = field(default_factory=dict)  #: labels of variables
    types: Mapping[str, DataType] = field(default_factory=dict)  #: types of variables, if known
