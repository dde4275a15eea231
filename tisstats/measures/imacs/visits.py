"""The definitions for a table of visits, and whether each classification is certain.

A classification is certain if it is the same for all values of the empty cells and either
convention for a baseline of 0. Both definitions are monotone in the change of each measure, so it
suffices to evaluate them at the worst and at the best changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.measures.core_set import CORE_SET, HAQ_MAX
from tisstats.measures.imacs.changes import (
    BASELINE_ZERO,
    BaselineZero,
    cm_limits,
    relative_improvement,
    relative_limits,
    vas_improvement_cm,
)
from tisstats.measures.imacs.criteria import count_changed, imacs_improvement, imacs_worsening
from tisstats.measures.imacs.rules import (
    IMPROVEMENT_RULES,
    WORSENING_RULES,
    Cutoff,
    ImprovementRule,
    WorseningRule,
    chosen_rule,
)
from tisstats.measures.visit_table import (
    MEASURE_COLUMNS,
    VAS_MEASURES,
    VAS_UNITS,
    TableCheck,
    TableSource,
    check_vas_max,
    find_visits,
)
from tisstats.statistics._arguments import one_of

Grid = dict[str, NDArray[np.float64]]  # a measure's changes, patients by follow-up visits


def classify_visits(
    visits: pd.DataFrame,
    *,
    enzyme: str,
    vas_max: float = 10,
    improvement: str | ImprovementRule = "imacs",
    worsening: str | WorseningRule = "imacs",
    baseline_zero: BaselineZero = "missing",
    source: TableSource | None = None,
) -> pd.DataFrame:
    """Classify every follow-up visit by the IMACS definitions of improvement and worsening.

    Parameters
    ----------
    visits : pandas.DataFrame
        One row per patient and visit, in any order: ``patient_id``, ``week``, ``physician_global``,
        ``patient_global``, ``extramuscular`` (0 to `vas_max`), ``mmt`` (at least 0), ``haq`` (0
        to 3), and the enzyme (at least 0, any unit). Missing values are allowed in the measures.
        A patient's baseline is the row with the smallest week.
    enzyme : str
        Column of the muscle enzyme to use.
    vas_max : {10, 100}
        10 if visual analogue scales are in centimetres, 100 if in millimetres.
    improvement, worsening : str or rule
        Name of one of `IMPROVEMENT_RULES` and `WORSENING_RULES`, or a custom rule.
    baseline_zero : {"missing", "worse-if-higher"}
        How a baseline of 0 is handled: see `relative_improvement`. It affects the classifications,
        not whether they are certain.
    source : TableSource, optional
        File and lines of the table, for error messages.

    Returns
    -------
    pandas.DataFrame
        One row per follow-up visit, with the index and in the order of `visits`:

        - ``patient_id``, ``week``
        - ``<measure>_relative`` for each of `CORE_SET`: percentage of the baseline value, positive
          for improvement, nan where missing
        - ``physician_global_cm``, ``patient_global_cm``, ``extramuscular_cm``: improvement in cm
        - ``improved_count``: number of measures that count as improved
        - ``worse_count``: number of measures whose worsening counts against improvement
        - ``worsening_count``: number of measures whose worsening counts for the definition of
          worsening
        - ``improved``: the definition of improvement is met
        - ``worsened_at_visit``: the definition of worsening is met at this visit
        - ``worsened``: the definition of worsening is met and, if the rule requires it, confirmed:
          at this follow-up visit and the patient's visits just before it. Visits are consecutive
          if the table has none between them, regardless of the weeks between.
        - ``improved_certain``, ``worsened_certain``: False if the classification could be different
          with other values in the empty cells, within their scales, or with another convention for
          each measure whose baseline is 0. Conservative: may be False although no real value would
          change the classification, but not True if one could.

        Percentages are relative to the patient's baseline, not to the range of the scale. A missing
        measure counts neither way. A visit at which the non-missing measures do not meet the
        definition does not count as worsening and interrupts a series.

    Raises
    ------
    ValueError
        If an argument is not as described above.
    DataError
        If the table is invalid; lists every fault.

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
    >>> classify_visits(visits, enzyme="ck")[["week", "improved_count", "improved"]]
       week  improved_count  improved
    1     9               5      True
    """
    to_improve = chosen_rule(improvement, IMPROVEMENT_RULES, ImprovementRule, "improvement")
    to_worsen = chosen_rule(worsening, WORSENING_RULES, WorseningRule, "worsening")
    check_vas_max(vas_max)
    one_of("baseline_zero", baseline_zero, BASELINE_ZERO)
    found = follow_up(visits, enzyme, vas_max, source or TableSource())

    relative, cm = {}, {}
    worst: tuple[Grid, Grid] = {}, {}  # per cent, and cm
    best: tuple[Grid, Grid] = {}, {}
    for measure, before in found.before.items():
        after = found.after[measure]
        relative[measure] = relative_improvement(
            before, after, measure, baseline_zero=baseline_zero
        )
        worst[0][measure], best[0][measure] = relative_limits(
            before, after, measure, _highest(measure, vas_max)
        )
        if measure in VAS_MEASURES:
            cm[measure] = vas_improvement_cm(before, after, vas_max)
            worst[1][measure], best[1][measure] = cm_limits(before, after, vas_max)

    counted: dict[str, tuple[Cutoff, Literal["improved", "worsened"], tuple[str, ...]]] = {
        "improved_count": (to_improve.improved_by, "improved", to_improve.measures),
        "worse_count": (to_improve.worse_by, "worsened", to_improve.measures),
        "worsening_count": (to_worsen.worse_by, "worsened", to_worsen.measures),
    }
    at_one_visit = replace(to_worsen, consecutive_visits=1)
    grids: dict[str, NDArray[Any]] = {
        **{f"{measure}_relative": change for measure, change in relative.items()},
        **{f"{measure}_cm": change for measure, change in cm.items()},
        **{name: count_changed(relative, *options) for name, options in counted.items()},
        "improved": imacs_improvement(relative, to_improve),
        "worsened_at_visit": imacs_worsening(relative, cm, at_one_visit),
        "worsened": imacs_worsening(relative, cm, to_worsen),
        "improved_certain": imacs_improvement(best[0], to_improve)
        == imacs_improvement(worst[0], to_improve),
        "worsened_certain": imacs_worsening(*best, to_worsen) == imacs_worsening(*worst, to_worsen),
    }
    columns = {name: grid[found.patient, found.visit] for name, grid in grids.items()}
    kept = visits[["patient_id", "week"]].iloc[found.row]
    # All at once: to add one after the other takes most of the time of a small table.
    return pd.concat([kept, pd.DataFrame(columns, index=kept.index)], axis="columns")


@dataclass(frozen=True, slots=True, eq=False)
class FollowUp:
    """The follow-up rows of a table of visits, in its order, with baseline and follow-up values."""

    row: NDArray[np.intp]  #: position in the table
    patient: NDArray[np.intp]  #: number of the patient, from 0
    visit: NDArray[np.intp]  #: number of the follow-up visit in order of week, from 0
    before: Grid  #: baseline values of `CORE_SET`; nan if there is no visit
    after: Grid  #: values at the visits


def follow_up(visits: pd.DataFrame, enzyme: str, vas_max: float, source: TableSource) -> FollowUp:
    """Validate a table of visits, and find its follow-up rows and their baselines.

    Raises
    ------
    ValueError
        If `enzyme` is the name of another column.
    DataError
        If the table is invalid; lists every fault.
    """
    if enzyme in ("patient_id", "week", *MEASURE_COLUMNS):
        raise ValueError(f"enzyme must be the column of a muscle enzyme, got {enzyme!r}")
    check = TableCheck(visits, source)
    check.require_columns(("patient_id", "week", *MEASURE_COLUMNS, enzyme), ())
    check.raise_faults()
    placed = find_visits(check)
    values = {}
    for measure in CORE_SET:
        high = _highest(measure, vas_max)
        unit = f" ({VAS_UNITS[int(vas_max)]})" if measure in VAS_MEASURES else ""
        allowed = "of at least 0" if np.isinf(high) else f"from 0 to {high:g}{unit}"
        column = enzyme if measure == "enzyme" else measure
        values[measure] = check.numbers(column, f"must be a number {allowed}", 0, high)
    check.raise_faults()

    baseline = placed.baselines[placed.patients]
    row = np.flatnonzero(np.arange(len(visits)) != baseline)
    patient = pd.factorize(placed.patients[row])[0]
    # Weeks differ within a patient, so their ranks are whole numbers.
    visit = pd.Series(placed.weeks[row]).groupby(patient).rank().to_numpy().astype(np.intp) - 1
    before, after = (
        {measure: _grid(each[rows], patient, visit) for measure, each in values.items()}
        for rows in (baseline[row], row)
    )
    return FollowUp(row, patient, visit, before, after)


def _highest(measure: str, vas_max: float) -> float:
    """Return the maximum of a measure's scale, infinite if it is unbounded or unknown."""
    return {**dict.fromkeys(VAS_MEASURES, vas_max), "haq": HAQ_MAX}.get(measure, np.inf)


def _grid(
    values: NDArray[np.float64], patient: NDArray[np.intp], visit: NDArray[np.intp]
) -> NDArray[np.float64]:
    grid = np.full((patient.max(initial=-1) + 1, visit.max(initial=-1) + 1), np.nan)
    grid[patient, visit] = values
    return grid
