"""The trials with placebo and the pilot study, at each threshold."""

from __future__ import annotations

from functools import cached_property

from tisstats.chapters.chapter import Chapter
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.response import ResponseCount, response_count
from tisstats.measures.core_set import RESPONSE_CUTOFFS
from tisstats.teaching.placebo_trials import (
    ThresholdComparison,
    comparisons,
    name_conditions,
    read_trials,
)

#: The trial of the lesson, among the trials with placebo.
LESSON = "proderm"


class PlaceboTrials(Chapter):
    """What the sections of the lesson share."""

    @cached_property
    def count(self) -> ResponseCount:
        """The responders of the pilot study."""
        return response_count(self.published)

    @cached_property
    def minimal_count(self) -> ResponseCount:
        """Its patients who reached the lower score, by the last week."""
        return response_count(self.published, threshold=self.thresholds["minimal"])

    @cached_property
    def thresholds(self) -> dict[str, int]:
        """The scores of the pilot study: for minimal and for moderate improvement."""
        names = {"minimal": "minimal_score", "moderate": "responder_score"}
        return {name: self.published.count(f"design.{row}") for name, row in names.items()}

    @cached_property
    def scores(self) -> dict[str, int]:
        """Those, and the one for major improvement."""
        return self.thresholds | {"major": RESPONSE_CUTOFFS["adult"]["major"]}

    @cached_property
    def trials(self) -> PublishedFacts:
        """The trials with placebo, by address."""
        return read_trials()

    @cached_property
    def comparisons(self) -> list[ThresholdComparison]:
        """Both arms of each trial at each threshold."""
        return comparisons(self.trials)

    @cached_property
    def at(self) -> dict[str, ThresholdComparison]:
        """The comparisons by trial and name of the score, such as ``proderm_moderate``."""
        return {
            f"{each.trial}_{name}": each
            for each in self.comparisons
            for name, threshold in self.scores.items()
            if each.threshold == threshold
        }

    @property
    def trial_names(self) -> dict[str, str]:
        """The names of the trials, by short name."""
        return {each.trial: self.name_of(each) for each in self.comparisons}

    @property
    def origins(self) -> dict[str, str]:
        """Where the counts of each comparison come from: printed, or inferred."""
        return {
            name: "inferred" if each.inferred else "published" for name, each in self.at.items()
        }

    @property
    def conditions(self) -> str:
        """What responders had to meet besides a score."""
        return name_conditions(self.trials, self.comparisons)

    @property
    def pilot_condition(self) -> str:
        """Who is counted at the lower score in the pilot study, and who is not."""
        count, lost = self.minimal_count, self.published.count("response.minimal_lost")
        return (
            f"pilot study at {count.threshold} points: as printed, without {lost} patients who had "
            f"lost such a score ({count.responders + lost} of {count.patients} with them)"
        )

    def name_of(self, comparison: ThresholdComparison) -> str:
        """Return the name of the trial of a comparison."""
        return self.trials.text(f"trials.{comparison.trial}.trial")

    def trial_and_threshold(self, each: ThresholdComparison) -> str:
        """Return the trial and the threshold of a comparison."""
        return f"{self.name_of(each)}, TIS ≥ {each.threshold}"
