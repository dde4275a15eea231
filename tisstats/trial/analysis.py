"""The courses of a trial's patients: scored visit by visit, ready for every table and count."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.measures.total_improvement_score import response_levels
from tisstats.trial.columns import Columns, columns_of, natural_key
from tisstats.trial.interpretation import Interpretation
from tisstats.trial.known import Known
from tisstats.trial.tables import Trial

#: Columns of a scored visit that the analysis adds to those of the trial.
SCORE = ("tis", "response", "worse")


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
        keys = [*map(natural_key, events["patient_id"])]
        numbers = events["number"].to_list()
        order = sorted(range(len(events)), key=lambda row: (keys[row], numbers[row]))
        return columns_of(events.iloc[order])

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
        return np.where(self.ended() & self.followed_up, at_end, np.nan)

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
