"""The page of chapter 4: its parameters, and the numbers in its prose."""

from __future__ import annotations

from dataclasses import dataclass

from tisstats.chapters.page import described
from tisstats.chapters.result_facts import Facts, stated
from tisstats.chapters.secondary_outcomes.minimal_improvement import MinimalImprovement
from tisstats.chapters.secondary_outcomes.p_values import PValues
from tisstats.chapters.secondary_outcomes.patient_outcomes import PatientOutcomes
from tisstats.chapters.secondary_outcomes.rescue_medication import RescueMedication
from tisstats.chapters.secondary_outcomes.table2_checks import Table2Checks
from tisstats.figures.numbers import format_confidence_level


@dataclass(frozen=True)
class SecondaryOutcomes(
    RescueMedication, MinimalImprovement, Table2Checks, PValues, PatientOutcomes
):
    """Chapter 4 for given parameters."""

    horizon_week: int  #: week by which the score must be reached
    confidence_level: float  #: above 0 and below 1
    interval_method: str  #: of `tisstats.statistics.proportion_interval`
    quantile_definition: str  #: assumed definition of the article's quartiles
    cohort: str  #: of `tisstats.synthetic.patient_level_data.patient_level_data`

    @described(
        {
            "horizon_week": stated("Week by which the score must be reached", "week"),
            "level_percent": Facts("{level}", "Confidence level of the intervals", origin="chosen"),
        }
    )
    def numbers(self) -> dict[str, object]:
        """Return the numbers glued into the prose, by name."""
        return {
            "horizon_week": self.horizon_week,
            "level_percent": format_confidence_level(self.confidence_level),
            **self.facts("secondary_outcomes"),
            **self.improvement_numbers(),
            **self.censoring_numbers(),
            **self.competing_numbers(),
            **self.discussion_definition_numbers(),
            **self.table2_numbers(),
            **self.p_numbers(),
            **self.match_counts("table2", "response"),
        }
