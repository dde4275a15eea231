"""The Total Improvement Score of a table of visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.measures import visit_table
from tisstats.measures.core_set import (
    CORE_SETS,
    INDISPENSABLE,
    POINT_STEP,
    RESPONSES,
    CoreSet,
    Population,
)
from tisstats.measures.enzymes import (
    ENZYME_SELECTIONS,
    EnzymePanel,
    EnzymeUnit,
    UpperLimit,
    enzyme_improvement,
    select_enzyme,
    sort_enzymes,
)
from tisstats.measures.ranges import ChqPhsRange, CoreSetArguments, Ranges
from tisstats.measures.total_improvement_score import (
    MISSING_STEPS,
    PERCENT_DECIMALS,
    band_steps,
    levels_of_steps,
    points_of_steps,
    total_steps,
)
from tisstats.statistics._arguments import one_of

Missing = Literal["na", "bounds"]
Values = NDArray[np.float64] | float
MISSING: tuple[Missing, ...] = ("na", "bounds")


def score_column_names(core_set: CoreSet) -> tuple[str, ...]:
    """Return the columns that `score_visits` adds, in their order; without those of bounds."""
    rules = CORE_SETS[core_set]
    return (
        "baseline_week",
        *(f"{measure}_{column}" for measure in rules for column in ("percent", "points")),
        *(("enzyme_used", "enzyme_selection") if "enzyme" in rules else ()),
        "tis",
        "response",
    )


#: Columns that `score_visits` adds for the IMACS core set, in this order.
SCORE_COLUMNS = score_column_names("imacs")
BOUND_COLUMNS = ("tis_low", "tis_high")


def score_visits(
    visits: pd.DataFrame,
    *,
    mmt_max: float | None = None,
    uln: Mapping[str, UpperLimit] | None = None,
    vas_max: float = 10,
    population: Population = "adult",
    core_set: CoreSet = "imacs",
    chq_phs_range: ChqPhsRange | None = None,
    cmas_max: float | None = None,
    missing: Missing = "na",
    enzyme_unit: EnzymeUnit = "U/L",
    enzyme_panel: EnzymePanel = "complete",
    source: visit_table.TableSource | None = None,
) -> pd.DataFrame:
    """Score every visit against the patient's baseline.

    Parameters
    ----------
    visits : pandas.DataFrame
        One row per patient and visit, in any order: ``patient_id``, ``week`` and the measures of
        the core set. IMACS: ``physician_global``, ``patient_global``, ``extramuscular`` (visual
        analogue scales), ``mmt`` (0 to `mmt_max`), ``haq`` (0 to 3) and at least one of ``ck``,
        ``aldolase``, ``ldh``, ``ast``, ``alt`` (above 0). PRINTO: ``physician_global``,
        ``parent_global`` (visual analogue scales), ``cmas`` (0 to `cmas_max`), ``chaq`` (0 to 3),
        ``chq_phs`` (within `chq_phs_range`), ``das`` (0 to 20). An empty cell is a missing
        measure. Other columns are kept. A patient's baseline is the row with the smallest week.
    mmt_max : float
        IMACS: maximum score of the manual muscle test in use, points; see `MMT_MAXIMA`. No
        default, since a wrong maximum gives plausible but wrong scores.
    uln : mapping of enzyme to number or str
        IMACS: upper limit of normal of each enzyme of the table: a number in `enzyme_unit`, a
        number with its unit (``"170 U/L"``), or the name of the column that contains it, per
        laboratory. With a column, every value is a multiple of the ULN of its own visit.
    vas_max : {10, 100}
        Length of the visual analogue scales: 10 in cm, 100 in mm.
    population : {"adult", "juvenile"}
        Population whose response cut-offs apply.
    core_set : {"imacs", "printo"}
        Core set that was measured, as a whole. PRINTO's is for juvenile patients.
    chq_phs_range : (float, float)
        PRINTO: worst and best possible score of CHQ-PhS, the physical summary of the Child Health
        Questionnaire. No default: it is norm-based, and we found no public source of its range.
    cmas_max : {52, 51}, optional
        PRINTO: maximum of the CMAS; see `CMAS_MAXIMA`. By default 52.
    missing : {"na", "bounds"}
        How missing measures are handled. ``"na"``: the score is missing if a measure is, at the
        visit or at baseline. ``"bounds"``: in addition, ``tis_low`` and ``tis_high`` are bounds on
        the score over all values of the empty cells, if physician global activity and muscle
        strength (MMT or CMAS) were measured; and the response is given if both bounds agree on it.
        The lower bound gives a missing measure 0 points. The upper bound gives it the points of
        the change from its baseline to the best value of its scale; without a baseline, of the
        change from the worst value; if both are missing, or for an enzyme without a baseline, all
        points. Nothing is imputed.
    enzyme_unit : {"U/L", "microkat/L"}
        IMACS: unit of the enzymes in the table, and of limits given as numbers or in columns.
    enzyme_panel : {"complete", "measured"}
        IMACS: how an enzyme that was not measured at a patient's baseline is handled.
        ``"complete"``: it may have been the most abnormal one, so none is used and the enzyme is
        missing.
        ``"measured"``: the most abnormal of those measured is used.
    source : TableSource, optional
        File and lines of the table, for error messages. By default the header is line 1, the first
        row line 2.

    Returns
    -------
    pandas.DataFrame
        The table as it was, rows and index in their order, and the columns ``baseline_week``; for
        each measure of the core set ``<measure>_percent`` (improvement in per cent of the range,
        positive for improvement, not capped, 9 decimals) and ``<measure>_points``; with the IMACS
        core set ``enzyme_used`` and
        ``enzyme_selection`` (``most abnormal``; ``tie``, where by our convention the first of
        `ENZYMES` is used; ``none abnormal``, where no enzyme exceeds its ULN; ``not all
        measured``, see `enzyme_panel`); ``tis`` (0 to 100); ``response`` (none, minimal, moderate,
        major, ordered); with bounds, ``tis_low`` and ``tis_high``. Baseline rows
        have improvement 0 in every measure, measured or not, score 0 and a missing response.

    Raises
    ------
    tisstats.errors.DataError
        If the table or a limit is invalid; lists every fault of the columns, or else of the cells.
    ValueError
        If another argument is not permitted, or missing for the core set.

    Notes
    -----
    Bands, points and cut-offs are published. The ranges of enzymes rest on secondary sources; that
    of aldolase, that all of them hold for children, the interpretation of "most abnormal" as the
    largest multiple of the ULN and the order that breaks ties are assumptions.

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

    A fictitious child with PRINTO's measures; the range of CHQ-PhS is made up, too:

    >>> visits = pd.DataFrame({"patient_id": ["child"] * 2, "week": [0, 24],
    ...     "physician_global": [5.0, 2.0], "parent_global": [4.0, 2.5], "cmas": [30, 36],
    ...     "chaq": [1.5, 0.75], "chq_phs": [30.0, 44.0], "das": [11, 5]})
    >>> scored = score_visits(visits, population="juvenile", core_set="printo",
    ...     chq_phs_range=(-10, 70))
    >>> scored[["week", "cmas_points", "tis", "response"]]
       week  cmas_points   tis  response
    0     0          0.0   0.0       NaN
    1    24         20.0  67.5  moderate
    """
    ranges = CoreSetArguments(mmt_max, uln, chq_phs_range, cmas_max).ranges(
        core_set, population, vas_max
    )
    one_of("missing", missing, MISSING)
    added = score_column_names(core_set) + (BOUND_COLUMNS if missing == "bounds" else ())
    check = visit_table.TableCheck(visits, source or visit_table.TableSource())
    check.require_columns(("patient_id", "week", *ranges.ends), added)
    limits = visit_table.upper_limits(check, uln, enzyme_unit) if "enzyme" in ranges.rules else {}
    check.raise_faults()
    placed = visit_table.find_visits(check)
    values, multiples = visit_table.read_measures(check, ranges, limits, enzyme_unit)
    check.raise_faults()

    rules = ScoringRules(ranges, population, missing, enzyme_panel)
    columns = score_placed_visits(values, multiples, placed, rules)
    columns |= {name: points_of_steps(columns[name]) for name in columns if is_in_steps(name)}
    columns["baseline_week"] = visits["week"].to_numpy()[placed.baselines[placed.patients]]
    return pd.concat([visits, pd.DataFrame(columns, index=visits.index)[list(added)]], axis=1)


@dataclass(frozen=True, slots=True)
class ScoringRules:
    """The rules by which visits are scored; see `score_visits`."""

    ranges: Ranges  #: of the measures
    population: Population = "adult"  #: whose cut-offs of the response apply
    missing: Missing = "na"  #: how missing measures are handled
    enzyme_panel: EnzymePanel = "complete"  #: how enzymes missing at baseline are handled

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a score, in their order."""
        bounds = BOUND_COLUMNS if self.missing == "bounds" else ()
        return score_column_names(self.ranges.core_set) + bounds


def score_placed_visits(
    values: Mapping[str, NDArray[np.float64]],
    multiples: Mapping[str, NDArray[np.float64]],
    placed: visit_table.Visits,
    rules: ScoringRules,
) -> dict[str, Any]:
    """Return the columns of the score, points as steps, without the week of the baseline.

    Parameters
    ----------
    values, multiples : mapping of str to array, shape (n,)
        Measures in their units, and enzymes as multiples of their ULN; nan where missing.
    placed : Visits
        Patients and baselines.
    rules : ScoringRules
        The rules.
    """
    count = len(placed.patients)
    # All baselines of a patient are together in memory, where a row finds them at once.
    numbers = (*values.values(), *multiples.values())
    baselines = np.column_stack([at[placed.baselines] for at in numbers])
    used, selection = None, None
    if multiples:
        at_baseline = {name: at[placed.baselines] for name, at in multiples.items()}
        used, selection = select_enzyme(at_baseline, rules.enzyme_panel)
    columns: dict[str, Any] = {}
    for begin in range(0, max(count, 1), _BLOCK):
        rows = slice(begin, begin + _BLOCK)
        patients = placed.patients[rows]
        before = dict(
            zip((*values, *multiples), baselines.take(patients, axis=0).T.copy(), strict=True)
        )
        now = {name: at[rows] for name, at in (*values.items(), *multiples.items())}
        follow_up = placed.baselines[patients] != np.arange(begin, begin + len(patients))
        of_rows = None if used is None else used[patients]
        for name, column in _score_rows(before, now, follow_up, of_rows, rules).items():
            if name not in columns:
                columns[name] = np.empty(count, dtype=column.dtype)
            columns[name][rows] = column
    columns["response"] = as_categories(columns["response"])
    if used is None or selection is None:
        return columns
    names = sort_enzymes(multiples)
    return columns | enzyme_columns(used, selection, names, placed.patients)


#: Rows that are scored at once: what is computed of them stays in the cache of a core.
_BLOCK = 1 << 15


def _score_rows(
    before: Mapping[str, NDArray[np.float64]],
    now: Mapping[str, NDArray[np.float64]],
    follow_up: NDArray[np.bool_],
    used: NDArray[np.int64] | None,
    rules: ScoringRules,
) -> dict[str, NDArray[Any]]:
    """Return the columns of the score of some rows, and the response as a level.

    `before` and `now` have the measures and the enzymes, `used` the position of each row's enzyme.
    """
    ranges, core_set, population = rules.ranges, rules.ranges.core_set, rules.population
    measures, enzymes = list(ranges.ends), [name for name in before if name not in ranges.ends]
    percents = improvements(_some(before, measures), now, ranges)
    if used is not None:
        of_enzymes = _some(before, enzymes)
        percents["enzyme"] = enzyme_improvement(of_enzymes, now, used)
    # Baseline rows: no change, even in unmeasured items; that of measured ones is 0 already.
    percents = {
        name: np.where(follow_up, percent, 0.0) if np.isnan(percent).any() else percent
        for name, percent in percents.items()
    }
    columns, response = _steps_of(percents, population, core_set)
    if rules.missing == "bounds":
        most = most_improvements(_some(before, measures), _some(now, measures), ranges)
        if used is not None:
            nothing_left = dict.fromkeys(enzymes, np.zeros(len(used)))
            most["enzyme"] = enzyme_improvement(of_enzymes, nothing_left, used)
        bounds, response = _bounded(columns, most, population, core_set)
        columns |= bounds
    return columns | {"response": np.where(follow_up, response, np.int8(-1))}


def _some(
    given: Mapping[str, NDArray[np.float64]], names: Sequence[str]
) -> dict[str, NDArray[np.float64]]:
    return {name: given[name] for name in names}


def improvements(
    baseline: Mapping[str, Values], now: Mapping[str, Values], ranges: Ranges
) -> dict[str, NDArray[np.float64]]:
    """Compute the improvement of the measures except the enzyme, per cent of their ranges."""
    percents: dict[str, NDArray[np.float64]] = {}
    for name, before in baseline.items():
        higher = ranges.rules[name].better == "higher"
        with np.errstate(over="ignore"):  # of numbers out of range, which are reported
            better = now[name] - before if higher else before - now[name]
            percents[name] = np.asarray(100 * better / ranges.of(name))
    return percents


def most_improvements(
    baseline: Mapping[str, NDArray[np.float64]],
    now: Mapping[str, NDArray[np.float64]],
    ranges: Ranges,
) -> dict[str, NDArray[np.float64]]:
    """Compute the largest possible improvement of a measure with a missing value.

    From the baseline to the best value of the scale, or from its worst value to the current one;
    nan if both are missing. Per cent of the range, for the measures except the enzyme.
    """
    to_now = improvements({name: ranges.worst(name) for name in now}, now, ranges)
    percents = {}
    for name, from_baseline in to_best(baseline, ranges).items():
        percents[name] = np.where(np.isnan(from_baseline), to_now[name], from_baseline)
    return percents


def to_best(
    baseline: Mapping[str, NDArray[np.float64]], ranges: Ranges
) -> dict[str, NDArray[np.float64]]:
    """Compute the improvement from the baseline to the best value of each scale, per cent."""
    best = {name: ranges.best(name) for name in baseline}
    return improvements(baseline, best, ranges)


def score_columns(
    percents: Mapping[str, NDArray[np.float64]], population: Population, core_set: CoreSet
) -> dict[str, NDArray[np.float64] | pd.Categorical[str]]:
    """Return the columns of percentages, points, score and response."""
    columns, response = _steps_of(percents, population, core_set)
    points = {name: points_of_steps(columns[name]) for name in columns if is_in_steps(name)}
    return columns | points | {"response": as_categories(response)}


def is_in_steps(name: str) -> bool:
    """Return whether a column of the score is points, which are computed as a number of steps.

    >>> [is_in_steps(name) for name in ("mmt_points", "tis", "mmt_percent")]
    [True, True, False]
    """
    return name.startswith("tis") or name.endswith("_points")


def _steps_of(
    percents: Mapping[str, NDArray[np.float64]], population: Population, core_set: CoreSet
) -> tuple[dict[str, NDArray[Any]], NDArray[np.int8]]:
    """Return the columns of percentages, points and score, and the responses as levels.

    Points and score are numbers of steps: bytes are added and moved faster than floats.
    """
    columns: dict[str, NDArray[Any]] = {}
    for name in CORE_SETS[core_set]:
        percent = np.round(percents[name], PERCENT_DECIMALS)
        percent += 0.0  # turns -0.0 into 0.0, which prints better
        columns[f"{name}_percent"] = percent
        columns[f"{name}_points"] = band_steps(percent, name)
    score = total_steps([columns[f"{name}_points"] for name in CORE_SETS[core_set]])
    return columns | {"tis": score}, levels_of_steps(score, population)


def as_categories(levels: NDArray[np.int8]) -> pd.Categorical[str]:
    """Return response levels as ordered categories."""
    return pd.Categorical.from_codes(levels, pd.Index(RESPONSES), ordered=True)


def enzyme_columns(
    used: NDArray[np.int64],
    selection: NDArray[np.int64],
    enzymes: list[str],
    patients: NDArray[np.int64],
) -> dict[str, pd.Categorical[str]]:
    """Return the enzyme used for each row, and how it was selected."""
    selections = pd.Index(ENZYME_SELECTIONS)
    return {
        "enzyme_used": pd.Categorical.from_codes(used.astype(np.int8)[patients], pd.Index(enzymes)),
        "enzyme_selection": pd.Categorical.from_codes(
            selection.astype(np.int8)[patients], selections
        ),
    }


def _bounded(
    columns: Mapping[str, Any],
    most: Mapping[str, NDArray[np.float64]],
    population: Population,
    core_set: CoreSet,
) -> tuple[dict[str, NDArray[Any]], NDArray[np.int8]]:
    """Return the bounds on the score, and the level of the response if they agree on it.

    `most` holds the largest possible improvement of each missing measure; nan: unbounded.
    """
    low, high = np.zeros_like(columns["tis"]), np.zeros_like(columns["tis"])
    for name, rule in CORE_SETS[core_set].items():
        steps = columns[f"{name}_points"]
        absent = steps == MISSING_STEPS
        allowed = band_steps(np.round(most[name], PERCENT_DECIMALS), name)
        allowed[allowed == MISSING_STEPS] = np.uint8(rule.points[-1] / POINT_STEP)
        low += np.where(absent, np.uint8(0), steps)
        high += np.where(absent, allowed, steps)
    for name in INDISPENSABLE[core_set]:
        absent = columns[f"{name}_points"] == MISSING_STEPS
        low[absent] = high[absent] = MISSING_STEPS
    worst, best = levels_of_steps(low, population), levels_of_steps(high, population)
    return {"tis_low": low, "tis_high": high}, np.where(worst == best, worst, np.int8(-1))
