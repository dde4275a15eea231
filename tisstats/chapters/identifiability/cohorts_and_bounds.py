"""The synthetic cohorts and the proven bounds of open quantities, which several sections show."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from tisstats.bounds import describe_spread, ensemble_values, join_spread, read_bounds
from tisstats.chapters.chapter import Chapter
from tisstats.synthetic import Ensemble


class CohortsAndBounds(Chapter):
    """What the sections on open quantities share."""

    @cached_property
    def ensemble(self) -> Ensemble:
        """The synthetic cohorts."""
        return Ensemble.read()

    @property
    def cohorts(self) -> int:
        """Number of cohorts in the ensemble."""
        return len(self.ensemble)

    @cached_property
    def values(self) -> pd.DataFrame:
        """The open quantities of each synthetic cohort."""
        return ensemble_values(self.ensemble)

    @cached_property
    def bounds(self) -> pd.DataFrame:
        """The proven bounds."""
        return read_bounds()

    @cached_property
    def ranges(self) -> pd.DataFrame:
        """The bounds with the spread of the ensemble."""
        return join_spread(self.bounds, describe_spread(self.values))
