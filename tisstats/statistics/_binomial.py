"""Chances of all outcomes of binomial distributions at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom


def outcome_chances(trials: int, proportions: ArrayLike) -> NDArray[np.float64]:
    """P(X = x) for x from 0 to `trials`, along a new last axis."""
    given = np.asarray(proportions, dtype=np.float64)
    # SciPy overflows at the smallest numbers there are; they are 0 for our purpose.
    column = np.where(given < 1e-300, 0.0, given)[..., np.newaxis]
    return np.asarray(binom.pmf(np.arange(trials + 1), trials, column), dtype=np.float64)
