"""The courses of a trial's patients: scored visit by visit, ready for every table and count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.measures import score_visits
from tisstats.measures.core_set import RESPONSE_CUTS
from tisstats.measures.imacs import WORSENING_RULES, WorseningRule, classify_visits
from tisstats.measures.scales import SCALES
from tisstats.statistics.quantiles import DEFINITIONS, Definition
from tisstats.study.patient_ids import natural_key
from tisstats.study.trial.consistency import in_units
from tisstats.study.trial.tables import Trial

End = Literal["last-assessment", "completers"]
Zeros = Literal["drop", "pratt"]
Method = Literal["asymptotic", "exact"]

_CHOICES = {
    "end": ("last-assessment", "completers"),
    "zeros": ("drop", "pratt"),
    "method": ("asymptotic", "exact"),
}

#: Columns of a scored visit that the analysis adds to those of the trial.
SCORE = ("tis", "response", "worse")


@dataclass(frozen=True, slots=True)
class Interpretation:
    """How the article's outcomes are read where it leaves a choice.

    Raises
    ------
    ValueError
        If a choice is not one of those permitted.

    Examples
    --------
    >>> Interpretation(end="week 9")
    Traceback (most recent call last):
        ...
    ValueError: end must be one of last-assessment, completers, got 'week 9'
    """

    mmt_max: float = 260  #: maximum of manual muscle testing, points
    end: End = "last-assessment"  #: a patient's end: the last assessment, or only if completed
    quantiles: Definition = "spss"  #: definition of quartiles, of `tisstats.statistics.DEFINITIONS`
    zeros: Zeros = "drop"  #: what the signed-rank test does with patients without change
    method: Method = "asymptotic"  #: how its P value is computed
    worsening: str | WorseningRule = "imacs"  #: what is clinically relevant deterioration
    moderate_score: float = RESPONSE_CUTS["adult"]["moderate"]  #: least score of a responder
    minimal_score: float = RESPONSE_CUTS["adult"]["minimal"]  #: least score of minimal improvement

    def __post_init__(self) -> None:
        permitted: dict[str, Sequence[object]] = dict(_CHOICES)
        permitted["quantiles"] = list(DEFINITIONS)
        if isinstance(self.worsening, str):
            permitted["worsening"] = list(WORSENING_RULES)
        for name, choices in permitted.items():
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"{name} must be one of {', '.join(map(str, choices))}, "
                    f"got {getattr(self, name)!r}"
                )


Columns = dict[str, NDArray[Any]]
"""A table by column: text as objects, numbers as floats, truth values with False for missing."""


def columns_of(table: pd.DataFrame) -> Columns:
    """Give the columns of a typed table as arrays, on which much is counted."""
    arrays: Columns = {}
    for name, column in table.items():
        if column.dtype == "boolean":
            arrays[str(name)] = column.to_numpy(dtype=bool, na_value=False)
        elif column.dtype.kind in "iuf":
            arrays[str(name)] = column.to_numpy(dtype=float, na_value=np.nan)
        else:
            arrays[str(name)] = column.to_numpy()
    return arrays


@dataclass(frozen=True, eq=False)
class Analysis:
    """A trial with its patients' courses; arrays have one row an analysed patient, in order."""

    trial: Trial  #: the trial
    interpretation: Interpretation  #: how its outcomes are read
    patients: pd.DataFrame  #: the analysed patients, index from 0
    visits: pd.DataFrame  #: their visits by patient and week, with `SCORE`
    weeks: NDArray[np.float64]  #: weeks of the visits, shape (patients, visits), nan behind the end
    tis: NDArray[np.float64]  #: Total Improvement Score, same shape, nan where missing
    worse: NDArray[np.bool_]  #: deterioration at the visit, same shape
    units: dict[str, NDArray[np.float64]] = field(
        repr=False
    )  #: measures in thousandths, same shape

    @cached_property
    def analysed(self) -> Columns:
        """The analysed patients by column."""
        return columns_of(self.patients)

    @cached_property
    def everybody(self) -> Columns:
        """All patients of the trial by column, those left out included."""
        return columns_of(self.trial.patients)

    @cached_property
    def treatments(self) -> Columns:
        """The treatments of the trial by column."""
        return columns_of(self.trial.treatments)

    @cached_property
    def adverse_events(self) -> Columns:
        """The adverse events of the trial by column, by patient and number."""
        events = self.trial.adverse_events
        keys = [*map(natural_key, events["patient_id"])]
        numbers = events["number"].to_list()
        order = sorted(range(len(events)), key=lambda row: (keys[row], numbers[row]))
        return columns_of(events.iloc[order])

    @cached_property
    def last(self) -> NDArray[np.int64]:
        """Position of each patient's last visit, shape (patients,)."""
        behind: NDArray[np.int64] = np.sum(np.isfinite(self.weeks), axis=1)
        return behind - 1

    def ended(self) -> NDArray[np.bool_]:
        """Whether the patient has an end by the interpretation, shape (patients,)."""
        if self.interpretation.end == "last-assessment":
            return np.ones(len(self.patients), dtype=bool)
        return ~self.stopped_early()

    def baseline_units(self, measure: str) -> NDArray[np.float64]:
        """Give a measure at baseline in thousandths, nan where missing."""
        return self.units[measure][:, 0]

    def end_units(self, measure: str) -> NDArray[np.float64]:
        """Give a measure at the end in thousandths, nan where missing."""
        at_end = self.units[measure][np.arange(len(self.patients)), self.last]
        return np.where(self.ended(), at_end, np.nan)

    def end_tis(self) -> NDArray[np.float64]:
        """Give the score at the last visit, nan where missing."""
        return self.tis[np.arange(len(self.patients)), self.last]

    def first_week(self, score: float) -> NDArray[np.float64]:
        """Give the week in which each patient first reached a score; inf: never."""
        weeks: NDArray[np.float64] = np.min(
            np.where(self.tis >= score, self.weeks, np.inf), axis=1, initial=np.inf
        )
        return weeks

    def best_tis(self, since: float = 0, until: float = np.inf) -> NDArray[np.float64]:
        """Give the highest score from one week to another, -inf without any."""
        within = (self.weeks >= since) & (self.weeks <= until) & np.isfinite(self.tis)
        best: NDArray[np.float64] = np.max(
            np.where(within, self.tis, -np.inf), axis=1, initial=-np.inf
        )
        return best

    def responders(self) -> NDArray[np.bool_]:
        """Whether at least moderate improvement was reached at any visit."""
        return np.isfinite(self.first_week(self.interpretation.moderate_score))

    def minimal(self) -> NDArray[np.bool_]:
        """Whether improvement was at least minimal at the end."""
        return self.end_tis() >= self.interpretation.minimal_score

    def loading_tis(self) -> NDArray[np.float64]:
        """Give the score at the first visit after baseline, that is after the loading dose."""
        if self.tis.shape[1] < 2:
            return np.full(len(self.patients), np.nan)
        return self.tis[:, 1]

    def minimal_lost(self) -> NDArray[np.bool_]:
        """Whether minimal improvement after the loading dose was lost by the end."""
        gained = self.loading_tis() >= self.interpretation.minimal_score
        lost: NDArray[np.bool_] = gained & (self.end_tis() < self.interpretation.minimal_score)
        return lost

    def stopped_early(self) -> NDArray[np.bool_]:
        """Whether the patient ended the study early."""
        early: NDArray[np.bool_] = self.analysed["end_reason"] != "completed"
        return early

    def rescued(self) -> NDArray[np.bool_]:
        """Whether the patient was given rescue medication."""
        ids = self.treatments["patient_id"][self.treatments["treatment"] == "rescue"]
        return np.isin(self.analysed["patient_id"], ids)


def analyse(trial: Trial, interpretation: Interpretation | None = None) -> Analysis:
    """Score every visit of a trial's analysed patients.

    Raises
    ------
    DataFault
        If a measure is outside the scale that the interpretation gives it.
    """
    return analyse_many([trial], interpretation)[0]


def analyse_many(
    trials: Sequence[Trial], interpretation: Interpretation | None = None
) -> list[Analysis]:
    """Score the visits of many trials at once, much faster than one by one."""
    chosen = Interpretation() if interpretation is None else interpretation
    if not trials:
        return []
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
    scored = _scored(stacked, chosen)
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


def _scored(visits: pd.DataFrame, chosen: Interpretation) -> pd.DataFrame:
    measures = {name: visits[name].to_numpy(dtype=float, na_value=np.nan) for name in SCALES}
    table = pd.DataFrame(
        {
            "patient_id": visits["patient_id"].to_numpy(dtype=np.int64),
            "week": visits["week"].to_numpy(dtype=np.int64),
            "ck_uln": visits["ck_uln"].to_numpy(dtype=float),
            **measures,
        }
    )
    scored = score_visits(table, mmt_max=chosen.mmt_max, uln={"ck": "ck_uln"})
    judged = classify_visits(table, enzyme="ck", worsening=chosen.worsening)
    # Baselines are no follow-up and cannot be worse than themselves.
    worse = judged["worse"].reindex(table.index, fill_value=False).to_numpy(dtype=bool)
    return pd.DataFrame({"tis": scored["tis"], "response": scored["response"], "worse": worse})


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

    worse = np.zeros(shape, dtype=bool)
    worse[place, number] = scored["worse"].to_numpy(dtype=bool)
    return Analysis(
        trial,
        chosen,
        patients,
        visits.assign(**{name: scored[name].array for name in SCORE}),
        grid(visits["week"].to_numpy(dtype=float)),
        grid(scored["tis"].to_numpy(dtype=float)),
        worse,
        {
            name: grid(in_units(visits[name].to_numpy(dtype=float, na_value=np.nan)))
            for name in SCALES
        },
    )
