"""Analysis data sets in memory, and the table that describes their variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

import pandas as pd

from tisstats.trial.cdisc.specification import Variable

#: Columns of the table of variables.
DEFINE_COLUMNS = tuple(each.name for each in fields(Variable))

#: Bytes of a number, in SAS transport files and by convention in tables of variables.
_NUMBER_LENGTH = 8

SYNTHETIC, OBSERVED = "synthetic", "observed"


@dataclass(frozen=True, slots=True, eq=False)
class AnalysisDatasets:
    """Analysis data sets of one study.

    Text is empty where missing; whole numbers are ``Int64``, numbers ``float64`` and dates
    ``datetime64[s]``.

    Examples
    --------
    >>> adsl = pd.DataFrame({"USUBJID": ["SYNTHETIC-M-1-7"], "ORIGIN": ["synthetic"]})
    >>> AnalysisDatasets({"ADSL": adsl}, ()).is_synthetic
    True
    """

    tables: Mapping[str, pd.DataFrame]  #: records of each data set, by its name: ADSL, ADTIS, ...
    variables: tuple[Variable, ...]  #: what the data sets, variables and parameters are

    @property
    def origin(self) -> str | None:
        """Whether all rows are ``observed`` or ``synthetic``; None if they do not say so."""
        for table in self.tables.values():
            if "ORIGIN" in table and len(table):
                return str(table["ORIGIN"].iloc[0])
        return None

    @property
    def is_synthetic(self) -> bool:
        """Whether the rows are the data of nobody."""
        return self.origin == SYNTHETIC

    def label(self, name: str) -> str:
        """Return the label of a data set; empty if none is given."""
        for each in self.variables:
            if each.dataset == name and not each.variable:
                return each.label
        return ""

    def variables_of(self, name: str) -> tuple[Variable, ...]:
        """Return the variables of a data set, in their order, without the rows by parameter."""
        return tuple(
            each
            for each in self.variables
            if each.dataset == name and each.variable and not each.where
        )

    def define(self) -> pd.DataFrame:
        """Return the table of variables: one row a data set, variable, and value by parameter.

        Returns
        -------
        DataFrame
            Columns ``dataset``, ``variable``, ``where``, ``label``, ``type``, ``length`` (bytes),
            ``key``, ``origin``, ``derivation``, ``codelist``, ``source`` and ``standard``; a small
            counterpart of Define-XML 2.1, in one table.
        """
        rows = [asdict(each) for each in self.variables]
        return pd.DataFrame(rows, columns=list(DEFINE_COLUMNS))


def with_lengths(variable: Variable, column: pd.Series) -> Variable:
    """Return a variable with the length that its values need."""
    if variable.type != "text":
        return replace(variable, length=_NUMBER_LENGTH)
    longest = max((len(text.encode("utf-8", "replace")) for text in column.unique()), default=1)
    return replace(variable, length=max(longest, 1))
