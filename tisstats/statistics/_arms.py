"""The counts of two arms, checked and normalised."""

from __future__ import annotations

from tisstats.statistics._arguments import Whole, whole_number

Counts = tuple[int, int, int, int]  # successes and trials of the first arm, then of the second


def arm_counts(successes_1: Whole, trials_1: Whole, successes_2: Whole, trials_2: Whole) -> Counts:
    """Return all four as int, or say which one is impossible."""
    first = whole_number("trials_1", trials_1, minimum=1)
    second = whole_number("trials_2", trials_2, minimum=1)
    return (
        whole_number("successes_1", successes_1, minimum=0, maximum=first),
        first,
        whole_number("successes_2", successes_2, minimum=0, maximum=second),
        second,
    )
