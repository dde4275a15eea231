"""The visits of trials, scored at once and laid out patient by patient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.errors import DataError, Fault
from tisstats.measures import score_visits
from tisstats.measures.imacs import classify_visits
from tisstats.measures.scales import SCALES
from tisstats.measures.visit_table import MEASURE_COLUMNS
from tisstats.trial.analysis import SCORE, Analysis
from tisstats.trial.consistency import in_units
from tisstats.trial.interpretation import Interpretation
from tisstats.trial.known import Known
from tisstats.trial.tables import MMT_MAX_MISSING, Trial


def analyse(trial: Trial, interpretation: Interpretation | None = None) -> Analysis:
    """Score every visit of a trial's analysed patients.

    Raises
    ------
    DataError
        If the trial does not give the maximum of its muscle test: none is assumed.
    """
    return analyse_many([trial], interpretation)[0]


def analyse_many(
    trials: Sequence[Trial], interpretation: Interpretation | None = None
) -> list[Analysis]:
    """Score the visits of many trials at once, much faster than one by one."""
    chosen = Interpretation() if interpretation is None else interpretation
    if not trials:
        return []
    if unknown := [trial for trial in trials if trial.mmt_max is None]:
        raise DataError(
            [Fault(trial.files["visits"], MMT_MAX_MISSING, column="mmt") for trial in unknown]
        )
    patients = [
        trial.patients[trial.patients["analysed"].to_numpy(dtype=bool)].reset_index(drop=True)
        for trial in trials
    ]
    ordered = [_in_order(*pair) for pair in zip(trials, patients, strict=True)]
    visits, places = zip(*ordered, strict=True)
    # Patients of several trials share numbers: let places in the whole stack tell them apart.
    counts = np.cumsum([0, *(len(table) for table in patients)])
    stacked = pd.concat(visits, ignore_index=True)
    stacked["ck_uln"] = np.concatenate(
        [
            table["ck_uln"].to_numpy(dtype=float)[place]
            for table, place in zip(patients, places, strict=True)
        ]
    )
    stacked["patient_id"] = np.concatenate(
        [place + start for place, start in zip(places, counts[:-1], strict=True)]
    )
    maxima = np.repeat(
        [float(trial.mmt_max or np.nan) for trial in trials], [len(v) for v in visits]
    )
    scored = _scored(stacked, maxima, chosen)
    results, start = [], 0
    for trial, table, mine, place in zip(trials, patients, visits, places, strict=True):
        rows = slice(start, start + len(mine))
        start = rows.stop
        results.append(_laid_out(trial, chosen, table, mine, place, scored.iloc[rows]))
    return results


def _in_order(trial: Trial, patients: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Give the visits of the analysed patients by patient and week, and the patient of each."""
    place = pd.Index(patients["patient_id"]).get_indexer(trial.visits["patient_id"])
    weeks = trial.visits["week"].to_numpy(dtype=np.int64)
    order = np.lexsort((weeks, place))
    order = order[place[order] >= 0]
    return trial.visits.iloc[order].reset_index(drop=True), place[order].astype(np.int64)


def _scored(
    visits: pd.DataFrame, maxima: NDArray[np.float64], chosen: Interpretation
) -> pd.DataFrame:
    """Score a stack of visits; `maxima` has that of the muscle test of each row's trial."""
    measures = {name: visits[name].to_numpy(dtype=float, na_value=np.nan) for name in SCALES}
    table = pd.DataFrame(
        {
            "patient_id": visits["patient_id"].to_numpy(dtype=np.int64),
            "week": visits["week"].to_numpy(dtype=np.int64),
            "ck_uln": visits["ck_uln"].to_numpy(dtype=float),
            **measures,
        }
    )
    judged = classify_visits(table, enzyme="ck", worsening=chosen.worsening).reindex(table.index)
    parts = [
        score_visits(
            table[maxima == mmt_max], mmt_max=mmt_max, uln={"ck": "ck_uln"}, missing="bounds"
        )
        for mmt_max in np.unique(maxima).tolist()
    ]
    scored = pd.concat(parts).reindex(table.index)
    # Without bounds a score can be anything.
    low, high = scored["tis_low"].fillna(0), scored["tis_high"].fillna(100)
    # Baselines are no follow-up and cannot be worse than themselves. With all measures there, a
    # verdict is known: that a baseline of 0 counts neither way is a convention, not a gap.
    core = table[[*MEASURE_COLUMNS, "ck"]].isna().any(axis=1)
    gap = core | core[_baseline_rows(table)].to_numpy()
    worse = judged["worse"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    settled = judged["worse_settled"].astype("boolean").fillna(True).to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "tis": scored["tis"],
            "response": scored["response"],
            "tis_low": low,
            "tis_high": high,
            "worse": worse,
            "worse_known": settled | ~gap.to_numpy(dtype=bool),
        }
    )


def _baseline_rows(visits: pd.DataFrame) -> NDArray[np.int64]:
    """Give the row of each row's baseline, the visit of its patient's smallest week."""
    first = visits.groupby("patient_id")["week"].transform("idxmin")
    return first.to_numpy(dtype=np.int64)


def _laid_out(
    trial: Trial,
    chosen: Interpretation,
    patients: pd.DataFrame,
    visits: pd.DataFrame,
    place: NDArray[np.int64],
    scored: pd.DataFrame,
) -> Analysis:
    starts = np.searchsorted(place, np.arange(len(patients)))
    number = np.arange(len(place)) - starts[place]
    shape = (len(patients), int(number.max(initial=0)) + 1)

    def grid(values: NDArray[np.float64]) -> NDArray[np.float64]:
        laid = np.full(shape, np.nan)
        laid[place, number] = values
        return laid

    def flags(values: pd.Series, elsewhere: bool) -> NDArray[np.bool_]:
        laid = np.full(shape, elsewhere)
        laid[place, number] = values.to_numpy(dtype=bool)
        return laid

    worse, known = flags(scored["worse"], False), flags(scored["worse_known"], True)
    return Analysis(
        trial=trial,
        interpretation=chosen,
        patients=patients,
        visits=visits.assign(**{name: scored[name].array for name in SCORE}),
        weeks=grid(visits["week"].to_numpy(dtype=float)),
        tis=grid(scored["tis"].to_numpy(dtype=float)),
        tis_low=grid(scored["tis_low"].to_numpy(dtype=float)),
        tis_high=grid(scored["tis_high"].to_numpy(dtype=float)),
        worse=Known(worse & known, ~worse & known),
        units={
            name: grid(in_units(visits[name].to_numpy(dtype=float, na_value=np.nan)))
            for name in SCALES
        },
    )
