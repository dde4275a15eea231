"""Score the visits of trials together and arrange them patient by patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.measures import score_visits
from tisstats.measures.core_set import Population
from tisstats.measures.imacs import WORSENING_RULES, ImprovementRule, WorseningRule, classify_visits
from tisstats.measures.imacs.rules import chosen_rule
from tisstats.measures.visit_table import MEASURE_COLUMNS
from tisstats.measures.visits import Missing
from tisstats.trial.analysis import SCORE, Analysis
from tisstats.trial.columns import ThreeValued
from tisstats.trial.consistency import to_thousandths
from tisstats.trial.description import AnalysisOptions, TrialDescription
from tisstats.trial.trial import MMT_MAX_MISSING, Trial


def analyse(trial: Trial, options: AnalysisOptions | None = None) -> Analysis:
    """Score every visit of a trial's analysed patients.

    Parameters
    ----------
    trial
        The trial.
    options
        How outcomes are read; by default as the trial's description says.

    Raises
    ------
    DataError
        If the trial measured the IMACS core set and does not give the maximum of its muscle test:
        none is assumed.
    """
    return analyse_many([trial], options)[0]


def analyse_many(trials: Sequence[Trial], options: AnalysisOptions | None = None) -> list[Analysis]:
    """Score the visits of many trials at once, much faster than one by one.

    Raises
    ------
    DataError
        If a trial measured the IMACS core set and does not give the maximum of its muscle test.
    ValueError
        If no options are given and the trials' own ones differ, or if their scales differ.
    """
    if not trials:
        return []
    if unknown := [
        trial for trial in trials if trial.mmt_max is None and trial.description.core_set == "imacs"
    ]:
        raise DataError(
            [Fault(trial.files["visits"], MMT_MAX_MISSING, column="mmt") for trial in unknown]
        )
    chosen = options or trials[0].description.options
    if options is None and any(t.description.options != chosen for t in trials):
        raise ValueError("trials with different analysis options must be analysed one by one")
    description = trials[0].description
    if len({_scored_by(trial.description) for trial in trials}) > 1:
        raise ValueError("trials with different scales must be analysed one by one")
    patients = [
        trial.patients[trial.patients["analysed"].to_numpy(dtype=bool)].reset_index(drop=True)
        for trial in trials
    ]
    visits, places = zip(*map(_in_order, trials, patients), strict=True)
    stack, before = [], 0
    for trial, table, mine, place in zip(trials, patients, visits, places, strict=True):
        measures = {name: _measured(mine, name) for name in description.score_columns}
        limits = {f"{name}_uln": _measured(table, f"{name}_uln") for name in description.enzymes}
        rows = {
            # Patients of several trials share names: places in the whole stack are unique.
            "patient_id": place + before,
            "week": mine["week"].to_numpy(dtype=float),
            **{name: values[place] for name, values in limits.items()},
            "mmt_max": np.full(len(mine), float(trial.mmt_max or np.nan)),
        }
        stack.append(pd.DataFrame({**rows, **measures}))
        before += len(table)
    scored = _scored(pd.concat(stack, ignore_index=True), chosen, description)
    ends = np.cumsum([len(mine) for mine in visits])
    return [
        _arranged(trial, chosen, table, mine, place, scored.iloc[end - len(mine) : end])
        for trial, table, mine, place, end in zip(
            trials, patients, visits, places, ends, strict=True
        )
    ]


def _scored_by(description: TrialDescription) -> tuple[object, ...]:
    """Return what of a description the score depends on."""
    return (
        description.enzymes,
        description.vas_max,
        description.enzyme_unit,
        description.enzyme_panel,
        description.core_set,
        description.chq_phs_range,
        description.cmas_max,
    )


def score_by_description(
    table: pd.DataFrame,
    description: TrialDescription,
    *,
    mmt_max: float | None,
    population: Population,
    missing: Missing = "na",
) -> pd.DataFrame:
    """Score visits by the core set and the scales that a trial's description declares.

    Parameters
    ----------
    table
        Visits with ``patient_id``, ``week``, the columns `TrialDescription.score_columns`, and for
        each enzyme its upper limit of normal, such as ``ck_uln``.
    description
        The description of the trial.
    mmt_max
        Maximum of the muscle test, points; of no meaning for PRINTO's core set.
    population, missing
        As for `tisstats.score_visits`.

    Returns
    -------
    DataFrame
        As of `tisstats.score_visits`.
    """
    of_core_set: dict[str, Any] = (
        {
            "mmt_max": mmt_max,
            "uln": {enzyme: f"{enzyme}_uln" for enzyme in description.enzymes},
            "enzyme_unit": description.enzyme_unit,
            "enzyme_panel": description.enzyme_panel,
        }
        if description.core_set == "imacs"
        else {"chq_phs_range": description.chq_phs_range, "cmas_max": description.cmas_max}
    )
    return score_visits(
        table,
        core_set=description.core_set,
        vas_max=description.vas_max,
        population=population,
        missing=missing,
        **of_core_set,
    )


def _measured(table: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """Return a column of numbers, all missing if the trial did not measure it."""
    if column not in table:
        return np.full(len(table), np.nan)
    return table[column].to_numpy(dtype=float, na_value=np.nan)


def _in_order(trial: Trial, patients: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return the visits of the analysed patients by patient and week, and the patient of each."""
    place = pd.Index(patients["patient_id"]).get_indexer(trial.visits["patient_id"])
    order = np.lexsort((trial.visits["week"].to_numpy(dtype=float), place))
    order = order[place[order] >= 0]
    return trial.visits.iloc[order].reset_index(drop=True), place[order].astype(np.int64)


def _scored(
    stack: pd.DataFrame, chosen: AnalysisOptions, description: TrialDescription
) -> pd.DataFrame:
    """Score a stack of visits, each out of the maximum of its trial's muscle test."""
    table = stack.drop(columns="mmt_max")
    parts = [
        score_by_description(
            rows, description, mmt_max=mmt_max, population=chosen.population, missing="bounds"
        )
        # Trials with PRINTO's core set have no such maximum.
        for mmt_max, rows in table.groupby(stack["mmt_max"], dropna=False, sort=False)
    ]
    scored = pd.concat(parts).reindex(table.index)
    table = table.assign(enzyme=_enzyme_used(table, scored, description))
    found = pd.DataFrame(
        {
            "tis": scored["tis"],
            "response": scored["response"],
            "enzyme": table["enzyme"],
            # Without bounds a score can be anything.
            "tis_low": scored["tis_low"].fillna(0),
            "tis_high": scored["tis_high"].fillna(100),
        }
    )
    if description.core_set != "imacs":
        # The definitions of worsening are in measures that the trial does not have.
        return found.assign(worse=False, worse_known=False)
    return found.join(worsening_by_visit(table, chosen.worsening, description.vas_max))


def worsening_by_visit(
    table: pd.DataFrame, rule: str | WorseningRule, vas_max: float
) -> pd.DataFrame:
    """Test a definition of worsening at every visit.

    Parameters
    ----------
    table
        Visits by patient and week, with ``patient_id``, ``week`` and the measures of the core set,
        the muscle enzyme as ``enzyme``; index from 0. Measures that it lacks are missing.
    rule
        Name of one of `tisstats.measures.imacs.WORSENING_RULES`, or a custom rule.
    vas_max
        Length of the visual analogue scales: 10 in cm, 100 in mm.

    Returns
    -------
    DataFrame
        With the rows of the table: ``worse``, whether the values measured meet the definition, and
        ``worse_known``, whether missing values leave that as it is. No baseline is worse.
    """
    table = _with_all_measures(table)
    judged = classify_visits(table, enzyme="enzyme", vas_max=vas_max, worsening=rule)
    definition = chosen_rule(rule, WORSENING_RULES, WorseningRule)
    return pd.DataFrame(
        {
            "worse": _met(table, judged["worsened"]),
            "worse_known": _known(table, judged["worsened_certain"], definition.consecutive_visits),
        },
        index=table.index,
    )


def improvement_by_visit(
    table: pd.DataFrame, rule: str | ImprovementRule, vas_max: float
) -> pd.DataFrame:
    """Test a definition of improvement at every visit.

    Parameters
    ----------
    table, vas_max
        As for `worsening_by_visit`.
    rule
        Name of one of `tisstats.measures.imacs.IMPROVEMENT_RULES`, or a custom rule.

    Returns
    -------
    DataFrame
        With the rows of the table: ``improved``, whether the values measured meet the definition,
        and ``improved_known``, whether missing values leave that as it is. No baseline is improved.
    """
    table = _with_all_measures(table)
    judged = classify_visits(table, enzyme="enzyme", vas_max=vas_max, improvement=rule)
    return pd.DataFrame(
        {
            "improved": _met(table, judged["improved"]),
            "improved_known": _known(table, judged["improved_certain"]),
        },
        index=table.index,
    )


def _with_all_measures(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{name: np.nan for name in MEASURE_COLUMNS if name not in table})


def _met(table: pd.DataFrame, met: pd.Series) -> NDArray[np.bool_]:
    """Return whether a definition is met; a baseline is not a follow-up visit, and meets none."""
    filled = met.reindex(table.index).astype("boolean").fillna(False)
    return filled.to_numpy(dtype=bool)


def _known(table: pd.DataFrame, certain: pd.Series, visits: int = 1) -> NDArray[np.bool_]:
    """Return whether missing values leave it as it is that a definition is met.

    Where no measure is missing, the verdict is known: that a baseline of 0 counts neither way is a
    convention, not a gap.
    """
    core = np.any([table[name].isna() for name in (*MEASURE_COLUMNS, "enzyme")], axis=0)
    patients, names = pd.factorize(table["patient_id"])
    order = np.lexsort((table["week"].to_numpy(dtype=float), patients))
    baseline = order[np.searchsorted(patients[order], np.arange(len(names)))]
    gap = core | core[baseline[patients]]
    for back in range(1, visits):
        # A verdict that takes several visits is open where an earlier one of them has a gap.
        gap |= pd.Series(core).groupby(patients).shift(back, fill_value=False).to_numpy(dtype=bool)
    settled = certain.reindex(table.index).astype("boolean").fillna(True)
    known: NDArray[np.bool_] = settled.to_numpy(dtype=bool) | ~gap
    return known


def _enzyme_used(
    table: pd.DataFrame, scored: pd.DataFrame, description: TrialDescription
) -> NDArray[np.float64]:
    """Return the enzyme of the score at every visit, as it was measured.

    The definitions of improvement and worsening compare it with its own baseline, so that
    enzymes in their own units can stand in one column.
    """
    if not description.enzymes:
        return np.full(len(table), np.nan)
    if len(description.enzymes) == 1:
        return _measured(table, description.enzymes[0])
    used = scored["enzyme_used"].to_numpy(dtype=object)
    values = np.full(len(table), np.nan)
    for enzyme in description.enzymes:
        values = np.where(used == enzyme, _measured(table, enzyme), values)
    return values


def _arranged(
    trial: Trial,
    chosen: AnalysisOptions,
    patients: pd.DataFrame,
    visits: pd.DataFrame,
    place: NDArray[np.int64],
    scored: pd.DataFrame,
) -> Analysis:
    """Arrange the visits in arrays with one row per patient."""
    number = np.arange(len(place)) - np.searchsorted(place, np.arange(len(patients)))[place]
    shape = (len(patients), int(number.max(initial=0)) + 1)

    def grid(values: pd.Series | NDArray[np.float64]) -> NDArray[np.float64]:
        arranged = np.full(shape, np.nan)
        arranged[place, number] = np.asarray(values, dtype=float)
        return arranged

    worse, known = grid(scored["worse"]) > 0, ~(grid(scored["worse_known"]) <= 0)
    return Analysis(
        trial=trial,
        options=chosen,
        patients=patients,
        visits=visits.assign(**{name: scored[name].array for name in SCORE}),
        weeks=grid(visits["week"]),
        tis=grid(scored["tis"]),
        tis_low=grid(scored["tis_low"]),
        tis_high=grid(scored["tis_high"]),
        worsened=ThreeValued(worse & known, ~worse & known),
        thousandths={
            name: grid(to_thousandths(visits[name].to_numpy(dtype=float, na_value=np.nan)))
            for name in trial.description.measures
        },
    )
