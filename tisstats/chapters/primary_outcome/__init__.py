"""Chapter 3: the proportion of responders, and the source of the printed interval."""

from tisstats.chapters.primary_outcome.chapter import PrimaryOutcome

__all__ = ["PrimaryOutcome"]
