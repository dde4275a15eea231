"""Baseline characteristics of a trial's patients: counts, percentages, quartiles by subtype."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from tisstats.statistics.quantiles import Definition
from tisstats.trial.columns import Columns, equal
from tisstats.trial.consistency import UNITS, in_units
from tisstats.trial.description import TrialDescription
from tisstats.trial.known import Known, Mask
from tisstats.trial.samples import quartiles

#: The group of all patients, beside those of the subtypes.
ALL = "all"

Statistics = dict[str, Fraction | str | None]
"""Numbers of one cell by name; a count with unknowns in words; None: there is no such number."""


def groups(patients: Columns, description: TrialDescription) -> dict[str, Mask]:
    """Return which patients are in each group, ``all`` or a subtype."""
    everybody = np.ones(len(patients["patient_id"]), dtype=bool)
    subtypes = {name: equal(patients, "subtype", name) for name in description.subtypes}
    return {ALL: everybody, **subtypes}


def baseline_statistics(
    patients: Columns, description: TrialDescription, definition: Definition
) -> dict[tuple[str, str], Statistics]:
    """Summarise every baseline characteristic in every group.

    Parameters
    ----------
    patients
        The patients by column.
    description
        Which characteristics and subtypes there are.
    definition
        Definition of quartiles.

    Returns
    -------
    dict
        By name of characteristic and group: ``median``, ``q1``, ``q3`` and ``value`` (of a single
        patient) of a quantity; ``count`` and ``percent`` of what is counted. A count that is not
        known of all patients is given by its limits in words.
    """
    found: dict[tuple[str, str], Statistics] = {}
    for name, characteristic in description.characteristics.items():
        values = characteristic.values(patients)
        for group, members in groups(patients, description).items():
            if isinstance(values, Known):
                cell = _counted(values & members, int(np.sum(members)))
            else:
                known = in_units(values[members & np.isfinite(values)])
                cell = {**quartiles(known, definition)}
                cell["value"] = Fraction(int(known[0]), UNITS) if len(known) == 1 else None
            found[name, group] = cell
    return found


def _counted(found: Known, size: int) -> Statistics:
    count = found.count()
    if isinstance(count, str):
        return {"count": count, "percent": count}
    return {"count": Fraction(count), "percent": Fraction(100 * count, size) if size else None}
