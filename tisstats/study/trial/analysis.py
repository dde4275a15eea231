"""The courses of a trial's patients: scored visit by visit, ready for every table and count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.faults import DataFault, Fault
from tisstats.measures import score_visits
from tisstats.measures.core_set import RESPONSE_CUTS
from tisstats.measures.imacs import WORSENING_RULES, WorseningRule, classify_visits
from tisstats.measures.scales import SCALES
from tisstats.measures.total_improvement_score import response_levels
from tisstats.measures.visit_table import MEASURE_COLUMNS
from tisstats.statistics.quantiles import DEFINITIONS, Definition
from tisstats.study.trial.consistency import in_units
from tisstats.study.trial.known import Known
from tisstats.study.trial.tables import MMT_MAX_MISSING, Trial

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

    horizon_week: float = 9  #: last week that counts for response and for the end, as in the pilot
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
        if not self.horizon_week > 0:
            raise ValueError(f"horizon_week must be above 0, got {self.horizon_week!r}")
        for name, choices in permitted.items():
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"{name} must be one of {', '.join(map(str, choices))}, "
                    f"got {getattr(self, name)!r}"
                )


Columns = dict[str, NDArray[Any]]
"""A table by column: text as objects, empty where missing; numbers as floats, nan where missing.

Truth values are bool if all are there. Otherwise they are floats, nan where missing, so that what
asks for truth values fails rather than take the missing ones for false: see `truth`.
"""


def columns_of(table: pd.DataFrame) -> Columns:
    """Give the columns of a typed table as arrays, on which much is counted."""
    arrays: Columns = {}
    for name, column in table.items():
        if column.dtype == "boolean":
            missing = bool(column.isna().any())
            arrays[str(name)] = (
                column.to_numpy(dtype=float, na_value=np.nan)
                if missing
                else column.to_numpy(dtype=bool)
            )
        elif column.dtype.kind in "iuf":
            arrays[str(name)] = column.to_numpy(dtype=float, na_value=np.nan)
        else:
            arrays[str(name)] = column.to_numpy()
    return arrays


def truth(columns: Columns, name: str) -> Known:
    """Tell of each row whether a truth value is true; a missing one is not known."""
    values = np.asarray(columns[name], dtype=float)
    return Known(values > 0, values <= 0)


@dataclass(frozen=True, eq=False)
class Analysis:
    """A trial with its patients' courses; arrays have one row an analysed patient, in order.

    Visits after the interpretation's `horizon_week` are kept, and count neither for a response nor
    for the end. Where a measure is missing, what is asked of the score is settled only if it is so
    for both bounds of the score. A patient without any visit after baseline up to that week is not
    known to have responded, and not known not to. A visit that did not take place shows nothing:
    a patient is judged by those that did.
    """

    trial: Trial  #: the trial
    interpretation: Interpretation  #: how its outcomes are read
    patients: pd.DataFrame  #: the analysed patients, index from 0
    visits: pd.DataFrame  #: their visits by patient and week, with `SCORE`
    weeks: NDArray[np.float64]  #: weeks of the visits, shape (patients, visits), nan behind the end
    tis: NDArray[np.float64]  #: Total Improvement Score, same shape, nan where missing
    tis_low: NDArray[np.float64]  #: the least that it can be, same shape, nan without a visit
    tis_high: NDArray[np.float64]  #: the most that it can be, same shape, nan without a visit
    worse: Known  #: deterioration at the visit, same shape; not so where there is none
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
        return columns_of(events.sort_values(["patient_id", "number"]))

    @cached_property
    def last(self) -> NDArray[np.int64]:
        """Position of each patient's last visit up to the horizon, shape (patients,)."""
        counted: NDArray[np.int64] = np.sum(self._within(0, np.inf), axis=1)
        return np.maximum(counted - 1, 0)

    @cached_property
    def followed_up(self) -> NDArray[np.bool_]:
        """Whether there is a visit after baseline up to the horizon, shape (patients,)."""
        seen: NDArray[np.bool_] = np.any(self._within(0, np.inf)[:, 1:], axis=1)
        return seen

    def _within(self, since: float, until: float) -> NDArray[np.bool_]:
        """Whether a visit lies from one week to another, and not after the horizon."""
        last = min(until, self.interpretation.horizon_week)
        within: NDArray[np.bool_] = (self.weeks >= since) & (self.weeks <= last)
        return within

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
        return self._at_end(self.tis)

    def _at_end(self, grid: NDArray[np.float64]) -> NDArray[np.float64]:
        at_end = grid[np.arange(len(self.patients)), self.last]
        return np.where(self.followed_up, at_end, np.nan)

    def reached(self, score: float, since: float = 0, until: float = np.inf) -> Known:
        """Whether a score was reached from one week to another, up to the horizon."""
        within = self._within(since, until)
        yes = np.any(within & (self.tis_low >= score), axis=1)
        no = ~np.any(within & (self.tis_high >= score), axis=1)
        return Known(yes & self.followed_up, no & self.followed_up)

    def best_tis(self, since: float = 0, until: float = np.inf) -> NDArray[np.float64]:
        """Give the highest score from one week to another, -inf without any; of known scores."""
        return self._best(self.tis, since, until)

    def _best(
        self, grid: NDArray[np.float64], since: float = 0, until: float = np.inf
    ) -> NDArray[np.float64]:
        known = self._within(since, until) & np.isfinite(grid)
        best: NDArray[np.float64] = np.max(np.where(known, grid, -np.inf), axis=1, initial=-np.inf)
        return best

    def improved_after(self, week: float) -> Known:
        """Whether the best score after a week was higher than the best one until then."""
        # Weeks are whole numbers.
        after, until = {"since": week + 0.5}, {"until": week}
        yes = self._best(self.tis_low, **after) > self._best(self.tis_high, **until)
        no = self._best(self.tis_high, **after) <= self._best(self.tis_low, **until)
        return Known(yes, no)

    def responders(self) -> Known:
        """Whether at least moderate improvement was reached at any visit up to the horizon."""
        return self.reached(self.interpretation.moderate_score)

    def minimal(self) -> Known:
        """Whether improvement was at least minimal at the end."""
        return self._minimal_at(self._at_end(self.tis_low), self._at_end(self.tis_high))

    def _minimal_at(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> Known:
        # Comparisons with nan are false: neither yes nor no.
        least = self.interpretation.minimal_score
        return Known(low >= least, high < least)

    def minimal_lost(self) -> Known:
        """Whether minimal improvement after the loading dose was lost by the end.

        After the loading dose is the first visit after baseline.
        """
        first = [
            np.where(self.followed_up, grid[:, min(1, grid.shape[1] - 1)], np.nan)
            for grid in (self.tis_low, self.tis_high)
        ]
        return self._minimal_at(*first) & ~self.minimal()

    def response_levels(self, *, at_end: bool = False) -> NDArray[np.int8]:
        """Give the category of the best visit or of the last: 0 none to 3 major, -1 not known."""
        bounds = [
            self._at_end(grid) if at_end else np.where(self.followed_up, self._best(grid), np.nan)
            for grid in (self.tis_low, self.tis_high)
        ]
        low, high = (response_levels(bound) for bound in bounds)
        return np.where(low == high, low, np.int8(-1)).astype(np.int8)

    def deteriorated(self) -> Known:
        """Whether there was deterioration at any visit, those after the horizon included."""
        no = np.all(self.worse.no, axis=1)
        return Known(np.any(self.worse.yes, axis=1), no)

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
        raise DataFault(
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
