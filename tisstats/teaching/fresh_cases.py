"""Fresh cases for practice, drawn from a seed, with answers that the package computes.

The patients and trials are fictitious. The same seed draws the same cases, and the cases do not
depend on each other: a new kind of case leaves those of a seed as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from tisstats.teaching.cases import Answer, Case, Draw
from tisstats.teaching.compute_cases import (
    boundary_case,
    category_case,
    ceiling_case,
    improvement_case,
    interval_case,
    missing_case,
    score_case,
)
from tisstats.teaching.design_cases import (
    entry_criterion_case,
    measure_choice_case,
    missed_visits_case,
    sample_size_case,
)
from tisstats.teaching.judge_cases import (
    endpoint_case,
    enzyme_change_case,
    important_change_case,
    interval_method_case,
    p_value_case,
    percentage_case,
)

__all__ = ["KINDS", "Answer", "Case", "fresh_cases"]

#: How each kind of case is drawn, in the order of a set: by level, as on the page.
KINDS: dict[str, Callable[[Draw], Case]] = {
    "category": category_case,
    "boundary": boundary_case,
    "score": score_case,
    "missing": missing_case,
    "ceiling": ceiling_case,
    "interval": interval_case,
    "imacs-improvement": improvement_case,
    "printed-percentage": percentage_case,
    "printed-p-value": p_value_case,
    "interval-method": interval_method_case,
    "endpoint-in-reach": endpoint_case,
    "important-change": important_change_case,
    "enzyme-change": enzyme_change_case,
    "sample-size": sample_size_case,
    "missed-visits": missed_visits_case,
    "measure-choice": measure_choice_case,
    "entry-criterion": entry_criterion_case,
}


def fresh_cases(seed: int, kinds: Collection[str] = tuple(KINDS)) -> list[Case]:
    """Draw one case of each kind.

    Parameters
    ----------
    seed : int
        At least 0; the same seed draws the same cases.
    kinds : collection of str
        Which of `KINDS`; by default every one.

    Returns
    -------
    list of Case
        In the order of `KINDS`. Patients and trials are fictitious.

    Raises
    ------
    ValueError
        If the seed is not an integer of at least 0, or there is no kind of a name.

    Examples
    --------
    >>> [case.key for case in fresh_cases(1)][:3]
    ['category', 'boundary', 'score']
    >>> fresh_cases(1) == fresh_cases(1)
    True
    >>> [case.key for case in fresh_cases(1, ["score", "category"])]
    ['category', 'score']
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed must be an integer of at least 0, got {seed!r}")
    for name in kinds:
        if name not in KINDS:
            raise ValueError(f"a kind of case must be one of {', '.join(KINDS)}, got {name!r}")
    return [kind(Draw(f"{seed} {key}")) for key, kind in KINDS.items() if key in kinds]
