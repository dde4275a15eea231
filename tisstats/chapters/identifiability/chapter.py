"""The page of chapter 6: its sections, and the numbers of its last paragraphs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tisstats.chapters.identifiability.bound_assumptions import BoundAssumptions
from tisstats.chapters.identifiability.constraints import Constraints
from tisstats.chapters.identifiability.diversity import CohortDiversity
from tisstats.chapters.identifiability.fingerprints import Fingerprints
from tisstats.chapters.identifiability.open_quantities import OpenQuantities
from tisstats.chapters.page import described
from tisstats.chapters.result_facts import COUNT_OF, WORDS, Facts, counted
from tisstats.figures.numbers import format_confidence_level
from tisstats.lim2021 import response
from tisstats.lim2021.scales import SCALES
from tisstats.statistics import method_title
from tisstats.synthetic.scoring import WORSE_CM, WORSE_COUNT, WORSE_MMT_PERCENT, WORSE_PERCENT


@dataclass(frozen=True)
class Identifiability(Constraints, CohortDiversity, OpenQuantities, BoundAssumptions):
    """Chapter 6 for given patient-level data."""

    cohort: str  #: of `tisstats.synthetic.patient_level_data.patient_level_data`

    @cached_property
    def fingerprints(self) -> Fingerprints:
        """The last part of the chapter."""
        return Fingerprints(self.published)

    @property
    def named_title(self) -> str:
        """Level and method of the printed interval that the article names."""
        outcome = response.printed_interval(self.published)
        level = format_confidence_level(outcome.level)
        return f"{level}% {method_title(outcome.named_method_interval.method)}"

    @described(
        {
            "printed_low": Facts(
                "{lower limit}",
                "Responders",
                "%",
                "printed as {self.named_title}",
                "{self.analysed}",
                origin="published",
            ),
            "printed_high": Facts(
                "{upper limit}",
                "Responders",
                "%",
                "printed as {self.named_title}",
                "{self.analysed}",
                origin="published",
            ),
            "other_methods": counted("Methods that do not give the printed interval", "methods"),
            "interval_method": WORDS,
            "interval_level": Facts(
                "{level}", "Confidence level of the printed interval", origin="published"
            ),
            "interval_counts": Facts(COUNT_OF, "Responders", "patients", origin="published"),
            "worsening": WORDS,
        }
    )
    def closing_numbers(self) -> dict[str, object]:
        """Return the numbers of the last paragraphs."""
        outcome = response.printed_interval(self.published)
        return {
            "printed_low": outcome.printed_low,
            "printed_high": outcome.printed_high,
            "interval_method": ", ".join(map(method_title, outcome.methods_matching_print)),
            "other_methods": len(outcome.methods) - len(outcome.methods_matching_print),
            "interval_level": format_confidence_level(outcome.level),
            "interval_counts": f"{outcome.count.responders} of {outcome.count.patients}",
            "worsening": describe_worsening(),
            **self.discussion_definition_numbers(),
            **self.fingerprints.closing_numbers(),
        }


def describe_worsening() -> str:
    """Describe the thresholds of worsening at one visit that are used here."""
    physician, extramuscular, mmt = (
        SCALES[name].abbreviation for name in ("physician_global", "extramuscular", "mmt")
    )
    return (
        f"{physician} up by {float(WORSE_CM):g} cm with {mmt} down by {WORSE_MMT_PERCENT}%, "
        f"{extramuscular} up by {float(WORSE_CM):g} cm, or {WORSE_COUNT} core set measures worse "
        f"by {WORSE_PERCENT}%"
    )
