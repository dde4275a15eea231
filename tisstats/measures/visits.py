"""The Total Improvement Score of a table of visits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.measures.core_set import CORE_SET, RESPONSES, Population
from tisstats.measures.enzymes import (
    ENZYME_CHOICES,
    EnzymePanel,
    EnzymeUnit,
    UpperLimit,
    followed_improvement,
    in_order,
    most_abnormal,
)
from tisstats.measures.total_improvement_score import (
    PERCENT_DECIMALS,
    band_points,
    response_levels,
    total_improvement_score,
)
from tisstats.measures.visit_table import (
    MEASURE_COLUMNS,
    Examination,
    Origin,
    Ranges,
    identify,
    measures,
    upper_limits,
)
from tisstats.statistics._arguments import one_of

Missing = Literal["na", "bounds"]
Values = NDArray[np.float64] | float
MISSING: tuple[Missing, ...] = ("na", "bounds")

#: Measures without which a score is not even bounded, as in the official calculator.
_INDISPENSABLE = ("physician_global", "mmt")

#: Columns that `score_visits` adds, in this order.
SCORE_COLUMNS = (
    "baseline_week",
    *(f"{measure}_{column}" for measure in CORE_SET for column in ("percent", "points")),
    "enzyme_followed",
    "enzyme_choice",
    "tis",
    "response",
)
BOUND_COLUMNS = ("tis_low", "tis_high")


def score_visits(
    visits: pd.DataFrame,
    *,
    mmt_max: float,
    uln: Mapping[str, UpperLimit],
    vas_max: float = 10,
    population: Population = "adult",
    missing: Missing = "na",
    enzyme_unit: EnzymeUnit = "U/L",
    enzyme_panel: EnzymePanel = "complete",
    origin: Origin | None = None,
) -> pd.DataFrame:
    """Score every visit against the patient's baseline.

    Parameters
    ----------
    visits : pandas.DataFrame
        One row per patient and visit, in any order: ``patient_id``, ``week``,
        ``physician_global``, ``patient_global``, ``extramuscular`` (visual analogue scales),
        ``mmt`` (0 to `mmt_max`), ``haq`` (0 to 3) and at least one of ``ck``, ``aldolase``,
        ``ldh``, ``ast``, ``alt`` (above 0). An empty cell is a missing measure. Other columns are
        kept. A patient's baseline is the row of the smallest week.
    mmt_max : float
        Maximum of the manual muscle test in use, points; see `MMT_MAXIMA`. No default, since a
        wrong one gives wrong scores that look right.
    uln : mapping of enzyme to number or str
        Upper limit of normal of each enzyme of the table: a number in `enzyme_unit`, a number
        with its unit (``"170 U/L"``), or the name of the column that holds it, per laboratory.
        With a column, every value is taken as a multiple of the limit of its own visit.
    vas_max : {10, 100}
        Length of the visual analogue scales: 10 in cm, 100 in mm.
    population : {"adult", "juvenile"}
        Whose cut-offs the response is read by.
    missing : {"na", "bounds"}
        What to do about missing measures. ``"na"``: the score is missing if a measure is, now or
        at baseline. ``"bounds"``: besides, ``tis_low`` and ``tis_high`` are the least and the
        highest score with any values in the empty cells, if physician global activity and muscle
        testing are there; and the response is given where both ends agree on it. A missing measure
        earns 0 points at least. At most it earns those of the change from its baseline to the best
        value of its scale; without a baseline, those of the change from the worst value; if both
        are missing, or of an enzyme without a baseline, all points. Nothing is imputed.
    enzyme_unit : {"U/L", "microkat/L"}
        Unit of the enzymes in the table, and of limits given as numbers or in columns.
    enzyme_panel : {"complete", "measured"}
        Which enzyme is followed where one of the table was not measured at a patient's baseline.
        ``"complete"``: none, since that one may have been the most abnormal; the enzyme is
        missing. ``"measured"``: the most abnormal of those measured.
    origin : Origin, optional
        Where the table was read from, for the messages. A table that was not read from a file has
        its lines counted as if it were: the header is 1, the first row 2.

    Returns
    -------
    pandas.DataFrame
        The table as it was, rows and index in their order, and the columns ``baseline_week``; for
        each of `CORE_SET` ``<measure>_percent`` (improvement in per cent of the range, positive
        when better, not capped, 9 decimals) and ``<measure>_points``; ``enzyme_followed``;
        ``enzyme_choice`` (``most abnormal``; ``tie``, where by our convention the first of
        `ENZYMES` is followed; ``none abnormal``, where nothing exceeds its limit; ``not all
        measured``, see `enzyme_panel`); ``tis`` (0 to 100); ``response`` (none, minimal, moderate,
        major, ordered); with bounds, ``tis_low`` and ``tis_high``. A baseline against itself has
        changed by 0 in every measure, measured or not: its score is 0. It shows no response, not
        even ``none``, which is what a follow-up visit can show: there the response is missing.

    Raises
    ------
    tisstats.errors.DataError
        If anything is wrong with the table or the limits; carries every fault: first those of the
        columns, then those of the cells.
    ValueError
        If another argument is not one of those permitted.

    Notes
    -----
    Bands, points and cut-offs are published; the range of aldolase is an assumption, and so are
    "most abnormal" as the largest multiple of the ULN and the order in which ties are broken.

    References
    ----------
    Aggarwal et al. 2017, doi:10.1136/annrheumdis-2017-211400; Rider et al. 2017,
    doi:10.1002/art.40060.

    Examples
    --------
    An illustrative patient:

    >>> visits = pd.DataFrame({"patient_id": ["median"] * 2, "week": [0, 9],
    ...     "physician_global": [3.8, 2.3], "patient_global": [6.1, 4.6], "mmt": [211, 227],
    ...     "haq": [2.0, 1.6], "ck": [1199, 196], "extramuscular": [2.2, 1.0]})
    >>> scored = score_visits(visits, mmt_max=260, uln={"ck": 170})
    >>> scored[["week", "tis", "response"]]
       week   tis  response
    0     0   0.0       NaN
    1     9  40.0  moderate
    """
    ranges = Ranges(mmt_max, vas_max)
    one_of("missing", missing, MISSING)
    added = SCORE_COLUMNS + (BOUND_COLUMNS if missing == "bounds" else ())
    examined = Examination(visits, origin or Origin())
    examined.require_columns(("patient_id", "week", *MEASURE_COLUMNS), added)
    limits = upper_limits(examined, uln, enzyme_unit)
    examined.conclude()
    placed = identify(examined)
    values, multiples = measures(examined, ranges, limits, enzyme_unit)
    examined.conclude()

    first = placed.baselines
    of_row = first[placed.patients]
    follow_up = of_row != np.arange(len(visits))
    followed, choice = most_abnormal(
        {name: at[first] for name, at in multiples.items()}, enzyme_panel
    )
    followed_in_row = followed[placed.patients]
    before = {name: at[of_row] for name, at in values.items()}
    before_enzyme = {name: at[of_row] for name, at in multiples.items()}
    percents = improvements(before, values, ranges)
    percents["enzyme"] = followed_improvement(before_enzyme, multiples, followed_in_row)
    # A visit against itself has not changed, whatever was measured.
    percents = {name: np.where(follow_up, percent, 0.0) for name, percent in percents.items()}
    columns: dict[str, Any] = {"baseline_week": visits["week"].to_numpy()[of_row]}
    columns |= scored(percents, population)
    columns |= enzyme_columns(followed, choice, in_order(multiples), placed.patients)
    if missing == "bounds":
        most = most_improvements(before, values, ranges)
        nothing_left = {name: np.zeros(len(visits)) for name in multiples}
        most["enzyme"] = followed_improvement(before_enzyme, nothing_left, followed_in_row)
        columns |= _bounded(columns, most, population)
    columns["response"] = responses(np.where(follow_up, columns["response"].codes, -1))
    return pd.concat([visits, pd.DataFrame(columns, index=visits.index)[list(added)]], axis=1)


def improvements(
    baseline: Mapping[str, Values], now: Mapping[str, Values], ranges: Ranges
) -> dict[str, NDArray[np.float64]]:
    """Return the improvement of the measures other than the enzyme, in per cent of their ranges."""
    percents: dict[str, NDArray[np.float64]] = {}
    for name, before in baseline.items():
        better = now[name] - before if CORE_SET[name].better == "higher" else before - now[name]
        percents[name] = np.asarray(100 * better / ranges.of(name))
    return percents


def most_improvements(
    baseline: Mapping[str, NDArray[np.float64]],
    now: Mapping[str, NDArray[np.float64]],
    ranges: Ranges,
) -> dict[str, NDArray[np.float64]]:
    """Return the greatest improvement that a measure can have made where a value is missing.

    From the baseline to the best value of the scale, or from its worst value to that of now;
    infinite where neither is known. Per cent of the range, of the measures other than the enzyme.
    """
    to_now = improvements({name: ranges.worst(name) for name in now}, now, ranges)
    percents = {}
    for name, from_baseline in to_best(baseline, ranges).items():
        known = np.where(np.isnan(from_baseline), to_now[name], from_baseline)
        percents[name] = np.where(np.isnan(known), np.inf, known)
    return percents


def to_best(
    baseline: Mapping[str, NDArray[np.float64]], ranges: Ranges
) -> dict[str, NDArray[np.float64]]:
    """Return the improvement from the baseline to the best value of each scale, in per cent."""
    best = {name: ranges.of(name) - ranges.worst(name) for name in baseline}
    return improvements(baseline, best, ranges)


def scored(
    percents: Mapping[str, NDArray[np.float64]], population: Population
) -> dict[str, NDArray[np.float64] | pd.Categorical[str]]:
    """Return the columns of percentages, points, score and response of six improvements."""
    # Adding 0 turns -0.0 into 0.0, which prints better.
    exact = {name: np.round(percents[name], PERCENT_DECIMALS) + 0.0 for name in CORE_SET}
    columns: dict[str, NDArray[np.float64] | pd.Categorical[str]] = {}
    for name, percent in exact.items():
        columns[f"{name}_percent"] = percent
        columns[f"{name}_points"] = band_points(percent, name)
    score = total_improvement_score(np.column_stack(list(exact.values())))
    return columns | {"tis": score, "response": responses(response_levels(score, population))}


def responses(levels: NDArray[np.int8]) -> pd.Categorical[str]:
    """Return levels of response under their names."""
    return pd.Categorical.from_codes(levels, pd.Index(RESPONSES), ordered=True)


def enzyme_columns(
    followed: NDArray[np.int64],
    choice: NDArray[np.int64],
    enzymes: list[str],
    patients: NDArray[np.int64],
) -> dict[str, pd.Categorical[str]]:
    """Return for each row which enzyme is followed, and how good the choice was."""
    return {
        "enzyme_followed": pd.Categorical.from_codes(followed[patients], pd.Index(enzymes)),
        "enzyme_choice": pd.Categorical.from_codes(choice[patients], pd.Index(ENZYME_CHOICES)),
    }


def _bounded(
    columns: Mapping[str, Any], most: Mapping[str, NDArray[np.float64]], population: Population
) -> dict[str, Any]:
    """Return the bounds of the score, and the response where they agree on it.

    `most` has the greatest improvement of each measure where it is missing, nan: no bound.
    """
    low, high = np.zeros(len(columns["tis"])), np.zeros(len(columns["tis"]))
    for name, rule in CORE_SET.items():
        points = columns[f"{name}_points"]
        absent = np.isnan(points)
        allowed = band_points(np.round(most[name], PERCENT_DECIMALS), name)
        low += np.where(absent, 0, points)
        high += np.where(absent, np.where(np.isnan(allowed), rule.points[-1], allowed), points)
    for name in _INDISPENSABLE:
        absent = np.isnan(columns[f"{name}_points"])
        low[absent] = high[absent] = np.nan
    worst, best = response_levels(low, population), response_levels(high, population)
    agreed = responses(np.where(worst == best, worst, -1))
    return {"tis_low": low, "tis_high": high, "response": agreed}
