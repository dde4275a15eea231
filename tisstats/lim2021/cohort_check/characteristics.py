"""The numbers of Table 1, computed from patients: counts, percentages and quartiles by subtype."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from tisstats.statistics.quantiles import Definition
from tisstats.trial.columns import Columns
from tisstats.trial.known import Mask
from tisstats.trial.samples import PROBABILITIES, quantile

#: Rows of Table 1 that are quantities: quartiles, or the value of a single patient.
QUANTITIES = ("age_at_onset", "disease_duration")

_FLAGS = (
    *("european_ancestry", "dysphagia", "skin", "arthritis", "raynaud", "cardiac", "pulmonary"),
    "other_extramuscular",
)
_ANTIBODIES = (
    *("anti_hmgcr", "anti_nxp2", "anti_jo1", "anti_mda5", "anti_srp", "anti_tif1_gamma"),
)


def equal(patients: Columns, column: str, value: str) -> Mask:
    """Tell of each patient whether a text is this one."""
    same: Mask = np.asarray(patients[column] == value, dtype=bool)
    return same


def antibodies(patients: Columns) -> list[list[str]]:
    """Give each patient's myositis-specific antibodies."""
    return [[name for name in cell.split(";") if name != "none"] for cell in patients["msa"]]


def has_antibody(patients: Columns, name: str) -> Mask:
    """Tell of each patient whether this myositis-specific antibody is there."""
    return np.array([name in found for found in antibodies(patients)], dtype=bool)


def specific(patients: Columns) -> Mask:
    """Tell of each patient whether any myositis-specific antibody is there."""
    return ~equal(patients, "msa", "none")


def seronegative(patients: Columns) -> Mask:
    """Tell of each patient whether there are antibodies of neither kind."""
    return ~specific(patients) & ~patients["maa"]


#: Rows of Table 1 that are counted: which patients belong to each.
COUNTED: dict[str, Callable[[Columns], Mask]] = {
    "females": lambda patients: equal(patients, "sex", "female"),
    **{flag: lambda patients, flag=flag: patients[flag] for flag in _FLAGS},  # type: ignore[misc]
    "connective_tissue_disorder": lambda patients: (
        ~equal(patients, "connective_tissue_disorder", "none")
    ),
    "cancer": lambda patients: patients["cancer_at_diagnosis"],
    **{name: lambda patients, name=name: has_antibody(patients, name) for name in _ANTIBODIES},  # type: ignore[misc]
    "seronegative": seronegative,
    "maa_only": lambda patients: ~specific(patients) & patients["maa"],
    "msa": specific,
    "no_antibodies": seronegative,
}


def in_group(patients: Columns, group: str) -> Mask:
    """Tell of each patient whether it belongs to ``all`` or to this subtype."""
    if group == "all":
        return np.ones(len(patients["patient_id"]), dtype=bool)
    return equal(patients, "subtype", group)


class Table1:
    """Table 1 of some patients; every number is computed once."""

    def __init__(self, patients: Columns, definition: Definition):
        self._patients = patients
        self._definition = definition
        self._groups: dict[str, Mask] = {}
        self._samples: dict[tuple[str, str], NDArray[np.float64]] = {}
        self._masks: dict[str, Mask] = {}

    def group(self, group: str) -> Mask:
        """Tell of each patient whether it belongs to the group."""
        if group not in self._groups:
            self._groups[group] = in_group(self._patients, group)
        return self._groups[group]

    def count(self, characteristic: str, group: str) -> int:
        """Count the patients of a group with a characteristic of `COUNTED`."""
        if characteristic not in self._masks:
            self._masks[characteristic] = COUNTED[characteristic](self._patients)
        return int(np.sum(self._masks[characteristic] & self.group(group)))

    def values(self, characteristic: str, group: str) -> NDArray[np.float64]:
        """Give the known values of one of `QUANTITIES` in a group, sorted."""
        key = characteristic, group
        if key not in self._samples:
            values = self._patients[characteristic][self.group(group)]
            self._samples[key] = np.sort(values[np.isfinite(values)])
        return self._samples[key]

    def number(self, characteristic: str, group: str, statistic: str) -> Fraction | None:
        """Give one number of the table; None where these patients have none.

        Parameters
        ----------
        characteristic
            ``patients``, one of `QUANTITIES` or one of `COUNTED`.
        group
            ``all`` or a subtype.
        statistic
            ``n``; ``median``, ``q1``, ``q3`` or ``value`` (of a single patient) of a quantity;
            ``count`` or ``percent`` of what is counted.
        """
        size = int(np.sum(self.group(group)))
        if statistic == "n":
            return Fraction(size)
        if statistic in PROBABILITIES:
            values = self.values(characteristic, group)
            return quantile(values, statistic, self._definition, units=1)
        if statistic == "value":
            values = self.values(characteristic, group)
            return Fraction(int(values[0])) if len(values) == 1 else None
        count = Fraction(self.count(characteristic, group))
        if statistic == "count":
            return count
        return 100 * count / size if size else None
