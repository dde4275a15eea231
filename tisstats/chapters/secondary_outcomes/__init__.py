"""Chapter 4: time to improvement, minimal improvement, and the checks of Table 2."""

from tisstats.chapters.secondary_outcomes.chapter import SecondaryOutcomes

__all__ = ["SecondaryOutcomes"]
