"""The IMACS definitions applied to a table of visits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.measures.core_set import CORE_SET, HAQ_MAX
from tisstats.measures.imacs.changes import (
    BaselineZero,
    check_baseline_zero,
    check_vas_max,
    measures_changed,
    relative_improvement,
    vas_improvement_cm,
)
from tisstats.measures.imacs.definitions import imacs_improvement, imacs_worsening
from tisstats.measures.imacs.rules import (
    IMPROVEMENT_RULES,
    WORSENING_RULES,
    ImprovementRule,
    WorseningRule,
    chosen_rule,
)
from tisstats.measures.imacs.table import follow_up
from tisstats.measures.imacs.unknown import cm_limits, relative_limits
from tisstats.measures.visit_table import VAS_MEASURES, Origin

Grid = dict[str, NDArray[np.float64]]  # a measure's changes, patients by follow-up visits


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
        If an argument is not as said above.
    DataError
        If anything is wrong with the table; carries every fault.

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
    check_baseline_zero(baseline_zero)
    place = follow_up(visits, enzyme, vas_max, origin or Origin())

    relative, cm = {}, {}
    worst: tuple[Grid, Grid] = {}, {}  # per cent, and cm
    best: tuple[Grid, Grid] = {}, {}
    for measure in CORE_SET:
        before, after = place.before_and_after(measure)
        relative[measure] = relative_improvement(
            before, after, measure, baseline_zero=baseline_zero
        )
        highest = {**dict.fromkeys(VAS_MEASURES, vas_max), "haq": HAQ_MAX}.get(measure, np.inf)
        worst[0][measure], best[0][measure] = relative_limits(before, after, measure, highest)
        if measure in VAS_MEASURES:
            cm[measure] = vas_improvement_cm(before, after, vas_max)
            worst[1][measure], best[1][measure] = cm_limits(before, after, vas_max)

    judgement: dict[str, NDArray[Any]] = {
        f"{measure}_relative": relative[measure] for measure in relative
    }
    judgement |= {f"{measure}_cm": cm[measure] for measure in cm}
    judgement |= {
        "improved_count": measures_changed(
            relative, to_improve.improved_by, "improved", to_improve.measures
        ),
        "worse_count": measures_changed(
            relative, to_improve.worse_by, "worse", to_improve.measures
        ),
        "worsening_count": measures_changed(
            relative, to_worsen.worse_by, "worse", to_worsen.measures
        ),
        "improved": imacs_improvement(relative, to_improve),
        "worse_at_visit": imacs_worsening(relative, cm, replace(to_worsen, consecutive_visits=1)),
        "worse": imacs_worsening(relative, cm, to_worsen),
        "improved_settled": imacs_improvement(best[0], to_improve)
        == imacs_improvement(worst[0], to_improve),
        "worse_settled": imacs_worsening(*best, to_worsen) == imacs_worsening(*worst, to_worsen),
    }
    columns = {name: grid[place.patient, place.visit] for name, grid in judgement.items()}
    return visits[["patient_id", "week"]].iloc[place.row].assign(**columns)
