"""The IMACS definitions applied to a table of visits, and whether each verdict is settled.

A verdict is settled if it is the same whatever the empty cells hold and whichever convention is
taken for a baseline of 0. The more a measure has improved, the sooner improvement is met and the
later worsening. So it is enough to look at the worst and at the best change of every measure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.measures.core_set import CORE_SET, HAQ_MAX
from tisstats.measures.imacs.definitions import (
    BASELINE_ZERO,
    IMPROVEMENT_RULES,
    WORSENING_RULES,
    BaselineZero,
    ImprovementRule,
    WorseningRule,
    chosen_rule,
    imacs_improvement,
    imacs_worsening,
    measures_changed,
    relative_improvement,
    vas_improvement_cm,
)
from tisstats.measures.visit_table import (
    MEASURE_COLUMNS,
    VAS_MEASURES,
    VAS_UNITS,
    Examination,
    Origin,
    check_vas_max,
    identify,
)
from tisstats.statistics._arguments import one_of

Grid = dict[str, NDArray[np.float64]]  # a measure's changes, patients by follow-up visits
Limits = tuple[NDArray[np.float64], NDArray[np.float64]]
"""The worst and the best change, positive when better."""


def classify_visits(
    visits: pd.DataFrame,
    *,
    enzyme: str,
    vas_max: float = 10,
    improvement: str | ImprovementRule = "imacs",
    worsening: str | WorseningRule = "imacs",
    baseline_zero: BaselineZero = "missing",
    origin: Origin | None = None,
) -> pd.DataFrame:
    """Judge every follow-up visit by the IMACS definitions of improvement and worsening.

    Parameters
    ----------
    visits : pandas.DataFrame
        One row a patient and visit, in any order: ``patient_id``, ``week``, ``physician_global``,
        ``patient_global``, ``extramuscular`` (0 to `vas_max`), ``mmt`` (at least 0), ``haq`` (0
        to 3), and the enzyme (at least 0, any unit). Missing values are allowed in the measures.
        A patient's baseline is the row of the smallest week.
    enzyme : str
        Column of the muscle enzyme that is followed.
    vas_max : {10, 100}
        10 if visual analogue scales are in centimetres, 100 if in millimetres.
    improvement, worsening : str or rule
        Name of one of `IMPROVEMENT_RULES` and `WORSENING_RULES`, or a rule of your own.
    baseline_zero : {"missing", "worse-if-higher"}
        What to do with a baseline of 0: see `relative_improvement`. It decides the verdicts, and
        not whether they are settled.
    origin : Origin, optional
        Where the table was read from, for the messages.

    Returns
    -------
    pandas.DataFrame
        One row a follow-up visit, with the index and in the order of `visits`:

        - ``patient_id``, ``week``
        - ``<measure>_relative`` for each of `CORE_SET`: improvement, per cent of the baseline
          value, positive when better, nan where missing
        - ``physician_global_cm``, ``patient_global_cm``, ``extramuscular_cm``: improvement in cm
        - ``improved_count``: measures improved enough to count for improvement
        - ``worse_count``: measures worse by so much that they count against improvement
        - ``worsening_count``: measures worse by so much that they count for worsening
        - ``improved``: the definition of improvement is met
        - ``worse_at_visit``: that of worsening is met at this visit, confirmed or not
        - ``worse``: that of worsening is met, confirmed where the rule asks for it: at this
          follow-up visit and at the patient's visits just before it. Visits are consecutive when
          the table has none between them, however many weeks apart.
        - ``improved_settled``, ``worse_settled``: False where the verdict could be another one:
          with other values in the empty cells, within their scales, or with another convention
          for a measure whose baseline is 0, each measure by itself. It may say False where no
          real value would do it, never True where one could.

        Percentages are of the patient's own baseline value, not of the range of the scale. A
        missing measure counts neither way. A visit at which the measures that are there do not
        meet the definition is no worsening and breaks a series.

    Raises
    ------
    ValueError
        If an argument is not as described above.
    DataError
        If anything is wrong with the table; carries every fault.

    References
    ----------
    Rider et al., Arthritis Rheum 2004;50:2281; IMACS trial design tools.

    Examples
    --------
    >>> visits = pd.DataFrame({
    ...     "patient_id": "P1", "week": [0, 9], "physician_global": [3.8, 2.3],
    ...     "patient_global": [6.1, 4.6], "mmt": [211, 227], "haq": [2.0, 1.6],
    ...     "extramuscular": [2.2, 1.0], "ck": [1199, 196],
    ... })
    >>> classify_visits(visits, enzyme="ck")[["week", "improved_count", "improved", "worse"]]
       week  improved_count  improved  worse
    1     9               5      True  False
    """
    to_improve = chosen_rule(improvement, IMPROVEMENT_RULES, ImprovementRule, "improvement")
    to_worsen = chosen_rule(worsening, WORSENING_RULES, WorseningRule, "worsening")
    check_vas_max(vas_max)
    one_of("baseline_zero", baseline_zero, BASELINE_ZERO)
    place = follow_up(visits, enzyme, vas_max, origin or Origin())

    relative, cm = {}, {}
    worst: tuple[Grid, Grid] = {}, {}  # per cent, and cm
    best: tuple[Grid, Grid] = {}, {}
    for measure, before in place.before.items():
        after = place.after[measure]
        relative[measure] = relative_improvement(
            before, after, measure, baseline_zero=baseline_zero
        )
        worst[0][measure], best[0][measure] = relative_limits(
            before, after, measure, _highest(measure, vas_max)
        )
        if measure in VAS_MEASURES:
            cm[measure] = vas_improvement_cm(before, after, vas_max)
            worst[1][measure], best[1][measure] = cm_limits(before, after, vas_max)

    counted: dict[str, tuple[float, Literal["improved", "worse"], tuple[str, ...]]] = {
        "improved_count": (to_improve.improved_by, "improved", to_improve.measures),
        "worse_count": (to_improve.worse_by, "worse", to_improve.measures),
        "worsening_count": (to_worsen.worse_by, "worse", to_worsen.measures),
    }
    judgement: dict[str, NDArray[Any]] = {
        **{f"{measure}_relative": change for measure, change in relative.items()},
        **{f"{measure}_cm": change for measure, change in cm.items()},
        **{name: measures_changed(relative, *options) for name, options in counted.items()},
        "improved": imacs_improvement(relative, to_improve),
        "worse_at_visit": imacs_worsening(relative, cm, replace(to_worsen, consecutive_visits=1)),
        "worse": imacs_worsening(relative, cm, to_worsen),
        "improved_settled": imacs_improvement(best[0], to_improve)
        == imacs_improvement(worst[0], to_improve),
        "worse_settled": imacs_worsening(*best, to_worsen) == imacs_worsening(*worst, to_worsen),
    }
    columns = {name: grid[place.patient, place.visit] for name, grid in judgement.items()}
    return visits[["patient_id", "week"]].iloc[place.row].assign(**columns)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The follow-up rows of a table of visits, in its order, and the values they compare."""

    row: NDArray[np.intp]  #: position in the table
    patient: NDArray[np.intp]  #: number of the patient, from 0
    visit: NDArray[np.intp]  #: number of the follow-up visit in order of week, from 0
    before: Grid  #: baseline values of `CORE_SET`; nan where there is no visit
    after: Grid  #: values at the visits


def follow_up(visits: pd.DataFrame, enzyme: str, vas_max: float, origin: Origin) -> FollowUp:
    """Check a table of visits and find its follow-up rows and their baselines.

    Raises
    ------
    ValueError
        If `enzyme` names a column that has another meaning.
    DataError
        With every fault of the table.
    """
    if enzyme in ("patient_id", "week", *MEASURE_COLUMNS):
        raise ValueError(f"enzyme must be the column of a muscle enzyme, got {enzyme!r}")
    examined = Examination(visits, origin)
    examined.require_columns(("patient_id", "week", *MEASURE_COLUMNS, enzyme), ())
    examined.conclude()
    placed = identify(examined)
    values = {}
    for measure in CORE_SET:
        high = _highest(measure, vas_max)
        unit = f" ({VAS_UNITS[int(vas_max)]})" if measure in VAS_MEASURES else ""
        allowed = "of at least 0" if np.isinf(high) else f"from 0 to {high:g}{unit}"
        column = enzyme if measure == "enzyme" else measure
        values[measure] = examined.numbers(column, f"must be a number {allowed}", 0, high)
    examined.conclude()

    baseline = placed.baselines[placed.patients]
    row = np.flatnonzero(np.arange(len(visits)) != baseline)
    patient = pd.factorize(placed.patients[row])[0]
    # Weeks differ within a patient, so their ranks are whole numbers.
    rank = pd.Series(placed.weeks[row]).groupby(patient).rank()
    visit = rank.to_numpy().astype(np.intp) - 1
    before, after = (
        {measure: _grid(each[rows], patient, visit) for measure, each in values.items()}
        for rows in (baseline[row], row)
    )
    return FollowUp(row, patient, visit, before, after)


def _highest(measure: str, vas_max: float) -> float:
    """Return the upper end of a measure's scale, infinite where it has none or none is known."""
    return {**dict.fromkeys(VAS_MEASURES, vas_max), "haq": HAQ_MAX}.get(measure, np.inf)


def _grid(
    values: NDArray[np.float64], patient: NDArray[np.intp], visit: NDArray[np.intp]
) -> NDArray[np.float64]:
    grid = np.full((patient.max(initial=-1) + 1, visit.max(initial=-1) + 1), np.nan)
    grid[patient, visit] = values
    return grid


def relative_limits(
    before: NDArray[np.float64], after: NDArray[np.float64], measure: str, highest: float
) -> Limits:
    """Return the worst and the best change, in per cent of the baseline, that is possible.

    Parameters
    ----------
    before, after : numpy.ndarray
        Baseline and follow-up, 0 to `highest`; nan is missing: anything from 0 to `highest`.
    measure : str
        One of `CORE_SET`.
    highest : float
        Upper end of the scale; inf where it has none, or none that is known.

    Returns
    -------
    tuple of numpy.ndarray
        Where both values are there and the baseline is above 0, the change itself, twice. From a
        baseline of 0 a rise is taken to be anything from no change to an infinite one, so that
        every convention for it lies between. A missing baseline may be as near to 0 as one likes.

    Examples
    --------
    >>> nan = np.nan
    >>> before, after = np.array([8, 8, 0, 0, nan]), np.array([6, nan, 2, 0, 9.5])
    >>> worst, best = relative_limits(before, after, "extramuscular", 10)
    >>> worst.tolist(), best.tolist()
    ([25.0, -25.0, -inf, 0.0, -inf], [25.0, 100.0, 0.0, 0.0, 5.0])
    """
    from_zero = before <= 0
    with np.errstate(divide="ignore", invalid="ignore"):
        rise = 100 * (after - before) / before
        most = np.where(np.isinf(highest), np.inf, 100 * (highest - before) / before)
        least = -100.0 if np.isinf(highest) else 100 * (after - highest) / highest
    infinite = np.where(after <= 0, 0.0, np.inf)  # a missing follow-up may be above 0
    cases = [np.isnan(before) & np.isnan(after), np.isnan(before), from_zero, np.isnan(after)]
    lowest_rise = np.select(cases, [-100.0, least, 0.0, -100.0], rise)
    highest_rise = np.select(cases, [np.inf, infinite, infinite, most], rise)
    # Adding 0 turns -0.0 into 0.0.
    if CORE_SET[measure].better == "higher":
        return lowest_rise + 0.0, highest_rise + 0.0
    return -highest_rise + 0.0, -lowest_rise + 0.0


def cm_limits(before: NDArray[np.float64], after: NDArray[np.float64], vas_max: float) -> Limits:
    """Return the worst and the best change on a visual analogue scale, cm.

    Parameters are those of `vas_improvement_cm`; a missing value is anything on the scale.

    Examples
    --------
    >>> worst, best = cm_limits(np.array([8, np.nan]), np.array([np.nan, 3]), 10)
    >>> worst.tolist(), best.tolist()
    ([-2.0, -3.0], [8.0, 7.0])
    """
    ends = [
        vas_improvement_cm(
            np.where(np.isnan(before), low, before), np.where(np.isnan(after), high, after), vas_max
        )
        for low, high in ((0.0, vas_max), (vas_max, 0.0))
    ]
    return ends[0], ends[1]
