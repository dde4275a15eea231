"""The arm of a planned trial whose patients have courses of scores that are given."""

from __future__ import annotations

from typing import Literal, SupportsFloat, get_args

import numpy as np
from numpy.typing import ArrayLike

from tisstats.statistics import PlannedArm, _arguments
from tisstats.statistics._arguments import Whole
from tisstats.statistics.trial_design import MOST_PATIENTS

PlannedKind = Literal["at week", "best"]

_HIGHEST_SCORE = 100


def planned_arm_from_courses(
    patients: Whole,
    scores: ArrayLike,
    threshold: SupportsFloat,
    *,
    kind: PlannedKind = "at week",
    rescue: SupportsFloat = 0.0,
    missed: SupportsFloat = 0.0,
) -> PlannedArm:
    """Return the arm of a trial whose patients are drawn from given courses of scores.

    Parameters
    ----------
    patients : int
        Number of patients, 1 to 300.
    scores : array_like, shape (courses, visits)
        Total Improvement Scores, 0 to 100, of at least one course at each visit in order of time,
        without missing values. Each patient has one of these courses, drawn with replacement.
    threshold : float
        Minimum score of a responder, 0 to 100.
    kind : {"at week", "best"}
        Whether the threshold must be reached at the last visit, or at any.
    rescue : float
        Probability of rescue medication before each visit, 0 to 1, if there was none before. Scores
        do not count from then on: a response is no longer possible, and with "at week" an
        earlier one does not count.
    missed : float
        Probability that a visit is missed, 0 to 1, the same for each, whatever the score.

    Returns
    -------
    PlannedArm
        For `SingleArmDesign` and `TwoArmDesign`. A response is unknown if no response was seen, but
        a missed visit before any rescue medication may have been one.

    Raises
    ------
    ValueError
        If an argument has a wrong type, shape or range.

    Notes
    -----
    *Assumptions.* The courses are those of the patients to come, in the proportions given; patients
    are independent of each other; rescue medication and missed visits do not depend on the score.
    Under these, the three probabilities of an arm follow without simulation: with h scores of at
    least the threshold among k visits before rescue medication, a response of kind "best" is seen
    with probability 1 - missed ** h; it stays unknown with probability missed ** h if h > 0, and
    1 - (1 - missed) ** k otherwise.

    Examples
    --------
    >>> courses = [[20, 45, 50], [10, 20, 30], [0, 40, 35]]
    >>> arm = planned_arm_from_courses(20, courses, 40, kind="best", missed=0.1)
    >>> round(arm.true_proportion, 3), round(arm.observed_response, 3), round(arm.unknown, 3)
    (0.667, 0.63, 0.127)
    """
    planned = _arguments.whole_number("patients", patients, minimum=1, maximum=MOST_PATIENTS)
    courses = _checked_scores(scores)
    reached = courses >= _checked_threshold(threshold)
    _arguments.one_of("kind", kind, get_args(PlannedKind))
    rescued = _arguments.proportion_within("rescue", rescue)
    not_seen = _arguments.proportion_within("missed", missed)
    visits = courses.shape[1]
    # How many visits are before rescue medication, and with what probability.
    before = np.arange(visits + 1)
    chances = (1 - rescued) ** before * np.where(before < visits, rescued, 1.0)
    if kind == "at week":
        of_last = float(reached[:, -1].mean() * chances[-1])
        seen, unknown = of_last * (1 - not_seen), float(chances[-1]) * not_seen
        return PlannedArm(planned, of_last, seen, unknown)
    hits = np.concatenate([np.zeros((len(courses), 1)), np.cumsum(reached, axis=1)], axis=1)
    none_seen = not_seen**hits
    open_ = np.where(hits > 0, none_seen, 1 - (1 - not_seen) ** before)
    # Sums of probabilities may exceed 1 by a rounding error.
    true, seen, unknown = (
        min(1.0, float((each @ chances).mean())) for each in (hits > 0, 1 - none_seen, open_)
    )
    return PlannedArm(planned, true, seen, unknown)


def _checked_scores(scores: ArrayLike) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the scores as floats, or raise ValueError."""
    try:
        found = np.asarray(scores, dtype=np.float64)
    except (TypeError, ValueError):
        found = np.array([])
    if found.ndim != 2 or not found.size:
        shape = np.shape(scores) if isinstance(scores, np.ndarray) else scores
        raise ValueError(f"scores must be numbers in a table of courses by visits, got {shape!r}")
    wrong = ~((found >= 0) & (found <= _HIGHEST_SCORE))
    if wrong.any():
        course, visit = (int(place[0]) + 1 for place in wrong.nonzero())
        raise ValueError(
            f"scores must be from 0 to {_HIGHEST_SCORE}, got {found[wrong][0]:g} at visit {visit} "
            f"of course {course}"
        )
    return found


def _checked_threshold(threshold: SupportsFloat) -> float:
    allowed = f"a number from 0 to {_HIGHEST_SCORE}"
    found = _arguments.real_number("threshold", threshold, allowed)
    if not 0 <= found <= _HIGHEST_SCORE:
        raise ValueError(f"threshold must be {allowed}, got {threshold!r}")
    return found
