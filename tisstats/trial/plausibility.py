"""What a description says of measures, beside their values: remarks, since either may be right."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.measures.core_set import ENZYMES, INDISPENSABLE
from tisstats.measures.doubts import (
    ENOUGH_OF_ONE_SCALE,
    ENOUGH_VALUES,
    HIGH_ENZYME,
    HIGHEST_GRADE,
    LOW_ENZYME,
    are_like_grades,
    is_in_longer_unit,
    shorter_muscle_test,
    unknown_maximum,
)
from tisstats.measures.enzymes import IMPLAUSIBLY_LOW
from tisstats.measures.ranges import GLOBALS_OF, VAS_MEASURES_OF, VAS_UNITS
from tisstats.sentences import count_of
from tisstats.trial.study import Study

#: A value above so many times its upper limit is taken for a slip: about 400,000 U/L of creatine
#: kinase. Assumed.
_HIGHEST_ENZYME = 2000


def implausible_scales(study: Study, patients: pd.DataFrame, visits: pd.DataFrame) -> Iterator[str]:
    """Yield a remark for each range or unit that the values make doubtful.

    Parameters
    ----------
    study
        The description.
    patients
        With ``arm``, ``patient_id`` and the upper limit of each enzyme, such as ``ck_uln``.
    visits
        With ``patient_id``, ``week`` and the measures, in the units of the description.

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
    if "mmt" in measures.used and measures.mmt_max is not None:
        yield from _muscle_test(measures.mmt_max, visits["mmt"].max())
    scales = [name for name in VAS_MEASURES_OF[study.core_set] if name in measures.used]
    if measures.vas_max == 100 and visits[scales].max().max() <= 10:  # nan without scales
        yield "no visual analogue scale is above 10, but measures.vas_max is 100: are they in cm?"
    for name in scales:
        values = visits[name].dropna().to_numpy(dtype=float)
        is_global = name in GLOBALS_OF[study.core_set]
        grades = list(_five_grades(name, values)) if is_global else []
        others = visits[[each for each in scales if each != name]].max().max()
        alone = bool(others > measures.vas_max / 10)
        yield from grades or _shorter_scale(name, values, measures.vas_max, is_global, alone)
    yield from _enzymes(study, patients.set_index("patient_id"), visits)
    for name in study.arms:
        if not (patients["arm"] == name).any():
            yield f"no patient is in the arm {name}"


def incomplete_visits(study: Study, visits: pd.DataFrame, *, names: bool = True) -> Iterator[str]:
    """Yield a remark on visits without any measure, without a score, and with bounds of one.

    Parameters
    ----------
    study
        The description.
    visits
        With ``patient_id``, ``week``, ``visit_week``, when they took place, and the measures.
    names
        Whether the first patient is named.

    Yields
    ------
    str
        One sentence, with the first of the visits or with numbers of visits.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> data = StudyData.read(example_folder())
    >>> visits = data.trial.visits.assign(visit_week=data.trial.visits["week"])
    >>> visits.loc[5, "mmt"] = np.nan
    >>> list(incomplete_visits(data.study, visits))[:1]
    ['no score without physician_global or mmt: 1 visit, patient E-02, week 4']
    """
    measures = study.measures
    empty = visits[[*measures.used, *measures.others]].isna().all(axis=1)
    needed = INDISPENSABLE[study.core_set]
    # The file may have a column that the description does not use.
    scored = visits[list(measures.used)].reindex(columns=needed)
    lacking = scored.isna().any(axis=1) & ~empty
    for which, what in (
        (empty, "without any measure, and counted as a visit"),
        (lacking, f"no score without {' or '.join(needed)}"),
    ):
        if count := int(which.sum()):
            first = visits.loc[which].iloc[0]
            of = "" if count == 1 else "the first, "
            patient = f", {of}patient {first['patient_id']}, week {first['visit_week']:g}"
            yield f"{what}: {count_of(count, 'visit')}{patient if names else ''}"
    groups = {name: [name] for name in measures.used if name not in (*needed, *ENZYMES)}
    groups |= {"every enzyme": list(measures.enzymes)} if measures.enzymes else {}
    partly_known = ~(empty | lacking).to_numpy(dtype=bool)
    missing = {
        name: int(np.sum(np.all([visits[each].isna() for each in columns], axis=0) & partly_known))
        for name, columns in groups.items()
    }
    if any(missing.values()):
        at = [f"{name} at {count_of(count, 'visit')}" for name, count in missing.items() if count]
        where = "where a measure is missing (at baseline, all of the patient)"
        yield f"scores lie within bounds {where}: {', '.join(at)}"
    unmeasured = visits.loc[visits["week"] == 0, list(measures.enzymes)].isna()
    partly = int((unmeasured.any(axis=1) & ~unmeasured.all(axis=1)).sum())
    if partly and measures.enzyme_panel == "complete":
        yield (
            f"{count_of(partly, 'patient')} with some of the enzymes at baseline: none is used, as "
            "one that is missing may have been the most abnormal (measures.enzyme_panel)"
        )


def _muscle_test(declared: int, highest: float) -> Iterator[str]:
    if (unknown := unknown_maximum(declared)) is not None:
        yield f"measures.mmt_max is {declared}, which is {unknown}"
    if (shorter := shorter_muscle_test(declared, highest)) is not None:
        yield (
            f"no muscle test is above {shorter}, but measures.mmt_max is {declared}: is that the "
            "maximum of the test that was done?"
        )


def _five_grades(name: str, values: NDArray[np.float64]) -> Iterator[str]:
    """Yield a remark if a global has the values of five grades and not those of a scale."""
    if len(values) >= ENOUGH_VALUES and are_like_grades(values).all() and values.max() > 0:
        yield (
            f"every {name} is a whole number from 0 to {HIGHEST_GRADE}: is it on five grades, "
            "which would earn wrong points as a visual analogue scale?"
        )


def _shorter_scale(
    name: str, values: NDArray[np.float64], length: int, is_global: bool, alone: bool
) -> Iterator[str]:
    """Yield a remark if a scale has values as of another unit: the globals of cm, or it alone."""
    of_cm = is_global and length == 10
    enough = len(values) >= (ENOUGH_VALUES if of_cm else ENOUGH_OF_ONE_SCALE)
    if enough and (of_cm or alone) and is_in_longer_unit(length, values.max()):
        unit = VAS_UNITS[length]
        yield (
            f"no {name} is above {length / 10:g}: is it in {unit}, as measures.vas_max says, and "
            "in the unit that a mapping may name?"
        )


def _enzymes(study: Study, limits: pd.DataFrame, visits: pd.DataFrame) -> Iterator[str]:
    """Yield remarks on enzymes that are too low or too high, as multiples of their limits."""
    unit = study.measures.enzyme_unit
    at_baseline = (visits["week"] == 0).to_numpy(dtype=bool)
    patients, abnormal, low = 0, 0, False
    for enzyme in study.measures.enzymes:
        limit = visits["patient_id"].map(limits[f"{enzyme}_uln"])
        shares = (visits[enzyme] / limit).to_numpy(dtype=float)
        known = np.isfinite(shares)
        patients = max(patients, int((at_baseline & known).sum()))
        abnormal += int((shares[at_baseline & known] > 1).sum())
        if known.any():
            low |= bool(shares[known].max() < LOW_ENZYME)
            yield from _low_enzyme(enzyme, shares[known], unit)
            yield from _high_enzyme(enzyme, shares[known], unit)
    if patients >= ENOUGH_VALUES and not abnormal and not low:
        yield (
            "no enzyme of any patient is above its upper limit at baseline: are they in "
            f"{unit}, as measures.enzyme_unit says?"
        )


def _low_enzyme(enzyme: str, shares: NDArray[np.float64], unit: str) -> Iterator[str]:
    low = int((shares < IMPLAUSIBLY_LOW).sum())
    if np.max(shares) < LOW_ENZYME:
        yield (
            f"every {enzyme} is below a tenth of its upper limit: is it in {unit}, as "
            "measures.enzyme_unit says?"
        )
    elif low and unit == "U/L":
        are, asked = ("is", "is it") if low == 1 else ("are", "are they")
        yield (
            f"{count_of(low, 'value')} of {enzyme} {are} below a twentieth of the upper limit: "
            f"{asked} in {unit}, as measures.enzyme_unit says?"
        )


def _high_enzyme(enzyme: str, shares: NDArray[np.float64], unit: str) -> Iterator[str]:
    if np.median(shares) > HIGH_ENZYME:
        yield (
            f"half of the values of {enzyme} are above {HIGH_ENZYME} times their upper limit: are "
            f"they in {unit}, as measures.enzyme_unit says?"
        )
    elif np.max(shares) > _HIGHEST_ENZYME:
        yield f"the highest {enzyme} is {np.max(shares):,.0f} times its upper limit"
