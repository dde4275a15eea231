"""The page of the lesson on placebo: its parameters, and the numbers in its prose."""

from __future__ import annotations

from dataclasses import dataclass

from tisstats.chapters.page import described
from tisstats.chapters.result_facts import WORDS, counted
from tisstats.chapters.teaching_placebo.next_trial import NextTrial
from tisstats.chapters.teaching_placebo.placebo_alone import PlaceboAlone
from tisstats.chapters.teaching_placebo.reports import TrialReports
from tisstats.chapters.teaching_placebo.thresholds import ResponseByThreshold


@dataclass(frozen=True)
class PlaceboResponse(ResponseByThreshold, TrialReports, PlaceboAlone, NextTrial):
    """The chapter on the placebo response for one choice of interval."""

    confidence_level: float  #: above 0 and below 1
    interval_method: str  #: of `tisstats.statistics.proportion_interval`, for either arm
    target_power: float  #: target power of the next trial, above 0 and below 1

    @described(
        {
            "conditions": WORDS,
            "pilot_condition": WORDS,
            "responders": counted("Responders of the pilot study", origin="published"),
            "patients": counted("Patients analysed in the pilot study", origin="published"),
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        return {
            **self.difference_numbers(),
            **self.placebo_numbers(),
            **self.threshold_numbers(),
            **self.pilot_numbers(),
            **self.planning_numbers(),
            "conditions": self.conditions,
            "pilot_condition": self.pilot_condition,
            "responders": self.count.responders,
            "patients": self.count.patients,
            **self.missed_visits.numbers(),
        }
