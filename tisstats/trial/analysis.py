"""The courses of a trial's patients: scored visit by visit, ready for every table and count."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tisstats.measures.total_improvement_score import response_levels
from tisstats.trial.columns import (
    Columns,
    Mask,
    ThreeValued,
    equals,
    is_true,
    natural_key,
    to_columns,
    whole_if_possible,
)
from tisstats.trial.description import RESCUE, AnalysisOptions
from tisstats.trial.end_reasons import COMPLETED, ONGOING
from tisstats.trial.trial import Trial

#: Columns of a scored visit that the analysis adds to those of the trial.
SCORE = ("tis", "response", "worse", "enzyme")

_BOUNDS = ("tis_low", "tis_high")


@dataclass(frozen=True, slots=True)
class SeriousEvent:
    """A serious adverse event."""

    patient_id: str  #: whose it was
    group: str  #: the patient's group
    number: int  #: its place among the patient's events
    week: int | float | None  #: week; None where not known
    what: str  #: what happened
    treatment_related: str  #: whether it was deemed related to treatment


@dataclass(frozen=True, eq=False)
class Analysis:
    """A trial with its patients' courses; arrays have one row per analysed patient, in order.

    Visits after the options' `horizon_week` are kept, and count neither for a response nor
    for the end. Where a measure is missing, an outcome that depends on the score is known only if
    both bounds of the score give the same answer. For a patient without any visit after baseline up
    to that week it is not known whether there was a response. Missed visits are ignored.
    """

    trial: Trial  #: the trial
    options: AnalysisOptions  #: how its outcomes are read
    patients: pd.DataFrame  #: the analysed patients, index from 0
    visits: pd.DataFrame  #: their visits by patient and week, with `SCORE`
    weeks: NDArray[np.float64]  #: weeks of the visits, shape (patients, visits), nan after the last
    tis: NDArray[np.float64]  #: Total Improvement Score, same shape, nan where missing
    tis_low: NDArray[np.float64]  #: the least that it can be, same shape, nan without a visit
    tis_high: NDArray[np.float64]  #: the most that it can be, same shape, nan without a visit
    worsened: ThreeValued  #: deterioration at the visit, same shape; no where there is no visit
    thousandths: dict[str, NDArray[np.float64]] = field(repr=False)
    #: measures in thousandths of their unit, same shape

    def subset(self, patient_ids: Collection[str]) -> Analysis:
        """Return the analysis of some of the trial's patients."""
        wanted = set(patient_ids)
        members = self.patients["patient_id"].isin(wanted).to_numpy(dtype=bool)
        grids = {name: getattr(self, name)[members] for name in ("weeks", "tis", *_BOUNDS)}
        return replace(
            self,
            trial=self.trial.subset(wanted),
            patients=self.patients[members].reset_index(drop=True),
            visits=self.visits[self.visits["patient_id"].isin(wanted)].reset_index(drop=True),
            worsened=ThreeValued(self.worsened.yes[members], self.worsened.no[members]),
            thousandths={name: grid[members] for name, grid in self.thousandths.items()},
            **grids,
        )

    @cached_property
    def analysed(self) -> Columns:
        """The analysed patients by column."""
        return to_columns(self.patients)

    @cached_property
    def included(self) -> Columns:
        """All patients of the trial by column, those left out of the analysis too."""
        return to_columns(self.trial.patients)

    @cached_property
    def treatments(self) -> Columns:
        """The treatments of the trial by column."""
        return to_columns(self.trial.treatments)

    @cached_property
    def adverse_events(self) -> Columns:
        """The adverse events of the trial by column, by patient and number."""
        events = self.trial.adverse_events
        keys = [*map(natural_key, events["patient_id"])]
        numbers = events["number"].to_list()
        order = sorted(range(len(events)), key=lambda row: (keys[row], numbers[row]))
        return to_columns(events.iloc[order])

    @cached_property
    def serious_events(self) -> tuple[SeriousEvent, ...]:
        """The serious adverse events of all patients, by patient and number."""
        events, column = self.adverse_events, self.trial.description.group_column
        groups = dict(zip(self.included["patient_id"], self.included[column], strict=True))
        return tuple(
            SeriousEvent(
                patient_id=patient,
                group=groups[patient],
                number=int(events["number"][row]),
                week=whole_if_possible(week) if np.isfinite(week := events["week"][row]) else None,
                what=events["event"][row],
                treatment_related=events["treatment_related"][row],
            )
            for row in np.flatnonzero(is_true(events, "serious").yes)
            for patient in [events["patient_id"][row]]
        )

    @cached_property
    def last(self) -> NDArray[np.int64]:
        """Position of each patient's last visit up to the horizon, shape (patients,)."""
        counted: NDArray[np.int64] = np.sum(self._within(0, np.inf), axis=1)
        return np.maximum(counted - 1, 0)

    @cached_property
    def has_follow_up(self) -> Mask:
        """Whether there is a visit after baseline up to the horizon, shape (patients,)."""
        seen: Mask = np.any(self._within(0, np.inf)[:, 1:], axis=1)
        return seen

    def _within(self, since: float, until: float) -> Mask:
        """Return which visits lie from one week to another, and not after the horizon."""
        within: Mask = (
            (self.weeks >= since) & (self.weeks <= until) & self.options.counts(self.weeks)
        )
        return within

    def has_visit_at(self, week: float) -> Mask:
        """Return, for each patient, whether there is a visit in a week."""
        seen: Mask = np.any(np.abs(self.weeks - week) < 0.5, axis=1)
        return seen

    def has_end_value(self) -> Mask:
        """Return, for each patient, whether the options count an end."""
        if self.options.end == "last-assessment":
            return np.ones(len(self.patients), dtype=bool)
        return self.completed()

    def baseline_thousandths(self, measure: str) -> NDArray[np.float64]:
        """Return a measure at baseline in thousandths, nan where missing."""
        return self.thousandths[measure][:, 0]

    def end_thousandths(self, measure: str) -> NDArray[np.float64]:
        """Return a measure at the end in thousandths, nan where missing."""
        return np.where(self.has_end_value(), self._at_end(self.thousandths[measure]), np.nan)

    def _at_end(self, grid: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(self.has_follow_up, grid[np.arange(len(self.patients)), self.last], np.nan)

    def reached(self, score: float, since: float = 0, until: float = np.inf) -> ThreeValued:
        """Return whether a score was reached from one week to another, up to the horizon."""
        within = self._within(since, until)
        yes = np.any(within & (self.tis_low >= score), axis=1)
        no = ~np.any(within & (self.tis_high >= score), axis=1)
        return ThreeValued(yes & self.has_follow_up, no & self.has_follow_up)

    def first_reached(self, since: float, until: float) -> ThreeValued:
        """Return whether improvement was first at least moderate in (since, until].

        Weeks are whole numbers.
        """
        score = self.options.responder_threshold
        return self.reached(score, since + 0.5, until) & ~self.reached(score, until=since)

    def best_tis(self, since: float = 0, until: float = np.inf) -> NDArray[np.float64]:
        """Return the highest known score from one week to another, -inf without any."""
        return self._best(self.tis, since, until)

    def _best(
        self, grid: NDArray[np.float64], since: float = 0, until: float = np.inf
    ) -> NDArray[np.float64]:
        known = self._within(since, until) & np.isfinite(grid)
        best: NDArray[np.float64] = np.max(np.where(known, grid, -np.inf), axis=1, initial=-np.inf)
        return best

    def improved_after(self, week: float) -> ThreeValued:
        """Return whether the best score after a week was higher than the best one until then."""
        # Weeks are whole numbers.
        after, until = {"since": week + 0.5}, {"until": week}
        yes = self._best(self.tis_low, **after) > self._best(self.tis_high, **until)
        no = self._best(self.tis_high, **after) <= self._best(self.tis_low, **until)
        return ThreeValued(yes, no)

    def responders(self) -> ThreeValued:
        """Return whether at least moderate improvement was reached at a visit up to the horizon."""
        return self.reached(self.options.responder_threshold)

    def minimal_responders(self) -> ThreeValued:
        """Return whether improvement was at least minimal at the end."""
        return self._minimal_at(self._at_end(self.tis_low), self._at_end(self.tis_high))

    def _minimal_at(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> ThreeValued:
        # Comparisons with nan are false: neither yes nor no.
        least = self.options.minimal_threshold
        return ThreeValued(low >= least, high < least)

    def lost_minimal_response(self) -> ThreeValued:
        """Return whether minimal improvement at the visit after baseline was lost by the end."""
        first = [
            np.where(self.has_follow_up, grid[:, min(1, grid.shape[1] - 1)], np.nan)
            for grid in (self.tis_low, self.tis_high)
        ]
        return self._minimal_at(*first) & ~self.minimal_responders()

    def response_levels(self, *, at_end: bool = False) -> NDArray[np.int8]:
        """Return the category of the best visit or the last: 0 none to 3 major, -1 unknown."""
        bounds = [
            self._at_end(grid) if at_end else np.where(self.has_follow_up, self._best(grid), np.nan)
            for grid in (self.tis_low, self.tis_high)
        ]
        low, high = (response_levels(bound, self.options.population) for bound in bounds)
        return np.where(low == high, low, np.int8(-1)).astype(np.int8)

    def ever_worsened(self) -> ThreeValued:
        """Return whether there was deterioration at any visit, those after the horizon too."""
        return ThreeValued(np.any(self.worsened.yes, axis=1), np.all(self.worsened.no, axis=1))

    def completed(self) -> Mask:
        """Return, for each patient, whether the study was completed."""
        return equals(self.analysed, "end_reason", COMPLETED)

    def ongoing(self) -> Mask:
        """Return, for each patient, whether the study has not ended yet."""
        return equals(self.analysed, "end_reason", ONGOING)

    def discontinued(self) -> Mask:
        """Return, for each patient, whether the study ended early."""
        return ~(self.completed() | self.ongoing())

    def stopped_early(self) -> Mask:
        """Return, for each patient, whether the treatment or the study ended early.

        That is also the case with a week of a stop, in the column ``stop_week``, of a patient who
        completed the study.
        """
        stopped = self.discontinued()
        if "stop_week" in self.analysed:
            stopped = stopped | np.asarray(pd.notna(self.analysed["stop_week"]), dtype=bool)
        return stopped

    def received_rescue(self) -> Mask:
        """Return, for each patient, whether rescue medication was given."""
        ids = self.treatments["patient_id"][equals(self.treatments, "treatment", RESCUE)]
        return np.isin(self.analysed["patient_id"], ids)

    def rescued(self) -> Mask:
        """Return, for each patient, whether rescue medication was given, or ended the study."""
        ended = equals(self.analysed, "end_reason", "rescue_medication")
        return np.asarray(self.received_rescue() | ended, dtype=bool)
