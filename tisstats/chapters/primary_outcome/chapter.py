"""The page of chapter 3: its parameters, and the numbers in its prose."""

from __future__ import annotations

from dataclasses import dataclass

from tisstats.chapters.page import described
from tisstats.chapters.primary_outcome.coverage import Coverage
from tisstats.chapters.primary_outcome.next_trial import NextTrial
from tisstats.chapters.primary_outcome.patient_scores import PatientScores
from tisstats.chapters.primary_outcome.responders import Responders
from tisstats.chapters.result_facts import counted, stated
from tisstats.lim2021.discrepancies.entries import read_registry


@dataclass(frozen=True)
class PrimaryOutcome(Responders, Coverage, PatientScores, NextTrial):
    """Chapter 3 for given parameters."""

    threshold: int  #: minimum Total Improvement Score of a responder, points
    horizon_week: int  #: week by which the score must be reached
    confidence_level: float  #: above 0 and below 1
    interval_method: str  #: of `tisstats.statistics.proportion_interval`
    include_excluded_patient: bool  #: whether to include the excluded patient
    treated_response: float  #: assumed response rate under treatment, 0 to 1
    control_response: float  #: assumed response rate under control, 0 to 1
    target_power: float  #: target power of the next trial, above 0 and below 1
    cohort: str  #: of `tisstats.synthetic.patient_level_data.patient_level_data`

    @described(
        {
            "followed_by_patients": counted(
                "Planned patients of the trial that followed", origin="published"
            ),
            "followed_by_week": stated(
                "Week of the primary outcome of the trial that followed", "week", origin="published"
            ),
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        return {
            **self.facts("primary_outcome"),
            **self.planning_numbers(),
            **self.count_numbers(),
            **self.interval_numbers(),
            **self.coverage_numbers(),
            **self.match_counts(),
            **self.patient_numbers(),
            **{
                name: read_registry().text(f"registry.{name}")
                for name in ("followed_by_patients", "followed_by_week")
            },
        }
