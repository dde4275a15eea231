"""Measures of which part is in another unit, such as that of one site: remarks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tisstats.measures.doubts import have_decimals, seem_in_cm, seem_in_other_unit
from tisstats.measures.ranges import VAS_MEASURES_OF
from tisstats.trial.study import Study


def mixed_units(study: Study, visits: pd.DataFrame, *, names: bool = True) -> Iterator[str]:
    """Yield a remark on each measure of which some values look as if in another unit.

    Where a file has whole numbers in one unit, those of another have decimals: cm beside mm,
    microkat/L beside U/L. Where both have decimals, none is noted.

    Parameters
    ----------
    study
        The description.
    visits
        With ``patient_id`` and the measures, in the units of the description.
    names
        Whether the first patient is named.

    Yields
    ------
    str
        One sentence that names the key of the description.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> data = StudyData.read(example_folder())
    >>> visits = data.trial.visits.assign(ck=data.trial.visits["ck"].round())
    >>> list(mixed_units(data.study, visits))
    []
    >>> visits.loc[visits["patient_id"] > "E-08", "ck"] /= 60
    >>> for remark in mixed_units(data.study, visits, names=False):
    ...     print(remark)
    values of ck with decimals are mostly below a tenth of those without: are all in U/L?
    """
    measures = study.measures
    if measures.vas_max == 100:
        for name in VAS_MEASURES_OF[study.core_set]:
            if name in measures.used:
                yield from _scale(name, visits, names=names)
    for enzyme in measures.enzymes:
        yield from _enzyme(enzyme, visits, measures.enzyme_unit, names=names)


def _scale(name: str, visits: pd.DataFrame, *, names: bool) -> Iterator[str]:
    in_cm = seem_in_cm(visits[name].to_numpy(dtype=float, na_value=np.nan))
    if count := int(in_cm.sum()):
        yield (
            f"{count} values of {name} are below 10 and have decimals, while all above 10 are "
            "whole numbers: are they in cm, though measures.vas_max is 100"
            f"{_of(visits[in_cm]) if names else ''}?"
        )


def _enzyme(enzyme: str, visits: pd.DataFrame, unit: str, *, names: bool) -> Iterator[str]:
    values = visits[enzyme].to_numpy(dtype=float, na_value=np.nan)
    doubtful = seem_in_other_unit(values)
    if not doubtful.any():
        return
    if unit != "U/L":  # then those without decimals are in U/L
        doubtful = np.isfinite(values) & ~have_decimals(values)
    yield (
        f"values of {enzyme} with decimals are mostly below a tenth of those without: are all in "
        f"{unit}{_of(visits[doubtful]) if names else ''}?"
    )


def _of(visits: pd.DataFrame) -> str:
    """Return how many patients these are of, with the first, in brackets."""
    ids = visits["patient_id"].drop_duplicates()
    if len(ids) == 1:
        return f" (1 patient: {ids.iloc[0]})"
    return f" ({len(ids)} patients, the first {ids.iloc[0]})"
