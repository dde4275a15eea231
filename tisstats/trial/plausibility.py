"""What a description says of measures, beside their values: remarks, since either may be right."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tisstats.measures.core_set import MMT_MAXIMA
from tisstats.measures.visit_table import VAS_MEASURES
from tisstats.trial.study import Study

#: The highest score seen, as a share of the declared maximum, below which another version of the
#: test fits better. Assumed: it lies above 150 of 240 and below 240 of 260.
_LOW_SHARE = 0.65

#: Enzymes that are all below this share of their upper limit are taken for another unit. Assumed.
_LOW_ENZYME = 0.1


def implausible_scales(study: Study, patients: pd.DataFrame, visits: pd.DataFrame) -> Iterator[str]:
    """Yield a remark for each range or unit that the values make doubtful.

    Parameters
    ----------
    study
        The description.
    patients
        With ``arm``, ``patient_id`` and the upper limit of each enzyme, such as ``ck_uln``.
    visits
        With ``patient_id`` and the measures, in the units of the description.

    Yields
    ------
    str
        One sentence that names the key of the description.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> data = StudyData.read(example_folder())
    >>> list(implausible_scales(data.study, data.trial.patients, data.trial.visits))
    []
    """
    measures = study.measures
    if "mmt" in measures.used:
        yield from _muscle_test(measures.mmt_max, visits["mmt"].max())
    scales = [name for name in VAS_MEASURES if name in measures.used]
    if measures.vas_max == 100 and scales and visits[scales].max().max() <= 10:
        yield "no visual analogue scale is above 10, but measures.vas_max is 100: are they in cm?"
    limits = patients.set_index("patient_id")
    for enzyme in measures.enzymes:
        limit = visits["patient_id"].map(limits[f"{enzyme}_uln"])
        share = (visits[enzyme] / limit).to_numpy(dtype=float)
        if np.isfinite(share).any() and np.nanmax(share) < _LOW_ENZYME:
            yield (
                f"every {enzyme} is below a tenth of its upper limit: is it in "
                f"{measures.enzyme_unit}, as measures.enzyme_unit says?"
            )
    for name in study.arms:
        if not (patients["arm"] == name).any():
            yield f"no patient is in the arm {name}"


def _muscle_test(declared: int, highest: float) -> Iterator[str]:
    if declared not in MMT_MAXIMA:
        known = ", ".join(map(str, sorted(MMT_MAXIMA)))
        yield f"measures.mmt_max is {declared}, which is none of the usual {known}"
    below = [top for top in sorted(MMT_MAXIMA) if highest <= top < declared]
    if below and highest <= _LOW_SHARE * declared:
        yield (
            f"no muscle test is above {below[0]}, but measures.mmt_max is {declared}: is that the "
            "maximum of the test that was done?"
        )
