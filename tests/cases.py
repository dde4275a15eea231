"""Of cases that are alike a run of the tests tries some, and ``make test-thorough`` all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TypeVar

from hypothesis import settings

Case = TypeVar("Case")

ALL_CASES = "TISSTATS_ALL_CASES"


def some(cases: Iterable[Case], most: int) -> list[Case]:
    """Return cases evenly spread, the first and the last among them; all in ``make test-thorough``.

    Of one it is the first; with none, cases are left to thorough runs.

    For cases that are alike, as the cohorts of an ensemble are: a fault in the code shows in many
    of them. A case that differs from the others in kind is named by itself and always tried.
    """
    found: Sequence[Case] = list(cases)
    if ALL_CASES in os.environ or len(found) <= most:
        return list(found)
    if most < 2:
        return list(found[:most])
    last = len(found) - 1
    return [found[round(place * last / (most - 1))] for place in range(most)]


def examples(most: int) -> settings:
    """Return settings by which Hypothesis draws so many examples; tenfold in a thorough run."""
    return settings(max_examples=10 * most if ALL_CASES in os.environ else most)
