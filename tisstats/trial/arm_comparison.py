"""Responders by arm, and each arm against the reference arm: intervals and tests.

Where an endpoint counts by bounds, missing scores leave counts open. Every result is then computed
for every pair of counts that can be, and its range is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tisstats.statistics import (
    Interval,
    odds_ratio,
    proportion_difference,
    proportion_ratio,
    two_proportion_test,
)
from tisstats.trial.columns import Mask
from tisstats.trial.endpoints import EndpointResult, ResponseInterval
from tisstats.trial.study_sections import AnalysisPlan

Names = NDArray[np.object_]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ArmResponse:
    """The endpoint in one arm.

    Without a patient in the denominator there is no interval.
    """

    arm: str  #: name in the tables
    label: str  #: name in the report
    result: EndpointResult  #: of the arm's patients
    interval: ResponseInterval | None  #: for the proportion of responders

    @property
    def possible_counts(self) -> Numbers:
        """The numbers of responders that missing scores leave possible, ascending."""
        return np.arange(self.result.responders_low, self.result.responders_high + 1)


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference, ratio or odds ratio with its interval, or their ranges.

    If missing scores leave no count open, the two estimates are equal, and the limits are those of
    one interval.
    """

    lowest: float  #: least estimate
    highest: float  #: greatest estimate; a ratio's may be infinite
    low: float  #: least lower limit
    high: float  #: greatest upper limit; a ratio's may be infinite
    sometimes_undefined: bool  #: whether some of the possible counts have no such effect


@dataclass(frozen=True, slots=True)
class PValueRange:
    """The smallest and the largest P value that missing scores leave possible."""

    lowest: float  #: 0 to 1
    highest: float  #: 0 to 1


@dataclass(frozen=True, slots=True, eq=False)
class ArmComparison:
    """An arm against the reference arm, the arm first.

    An effect is None if it is undefined for all possible counts; all are None if an arm has no
    patient in the denominator.
    """

    arm: ArmResponse  #: the arm
    reference: ArmResponse  #: the reference arm
    difference: Effect | None  #: of the proportions, -1 to 1
    ratio: Effect | None  #: of the proportions; undefined if neither arm has a responder
    odds_ratio: Effect | None  #: undefined if all patients responded, or nobody did
    pvalue: PValueRange | None  #: of the test, two-sided


def responses_by_arm(
    result: EndpointResult, arm_of: Names, labels: Mapping[str, str], plan: AnalysisPlan
) -> tuple[ArmResponse, ...]:
    """Return the endpoint of each arm, with the planned interval for its responders.

    Parameters
    ----------
    result : EndpointResult
        The endpoint of all patients.
    arm_of : array of str, shape (patients,)
        Name of each patient's arm.
    labels : mapping of str to str
        Label of each arm by its name, in the order of tables.
    plan : AnalysisPlan
        Confidence level and method of the interval.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.study_endpoint import evaluate_study
    >>> from tisstats.trial.template import example_folder
    >>> data = StudyData.read(example_folder())
    >>> arm_of = data.analysis.patients["arm"].to_numpy(dtype=object)
    >>> arms = responses_by_arm(
    ...     evaluate_study(data), arm_of, data.study.arms, data.study.analysis
    ... )
    >>> [(each.label, each.result.responders_low, each.result.denominator) for each in arms]
    [('Active treatment', 5, 6), ('Placebo', 1, 6)]
    """
    found = []
    for arm, label in labels.items():
        of_arm = result.select(np.asarray(arm_of == arm, dtype=bool))
        interval = (
            of_arm.confidence_interval(plan.confidence_level, plan.interval)
            if of_arm.denominator
            else None
        )
        found.append(ArmResponse(arm, label, of_arm, interval))
    return tuple(found)


def compare_with_reference(
    arms: tuple[ArmResponse, ...], reference_arm: str, plan: AnalysisPlan
) -> tuple[ArmComparison, ...]:
    """Compare the responders of every other arm with those of the reference arm.

    The intervals and the test are those of the plan; the odds ratio is the conditional one, with
    exact limits (see `tisstats.odds_ratio`). Several comparisons are not adjusted for
    multiplicity.

    Parameters
    ----------
    arms : tuple of ArmResponse
        As `responses_by_arm` returns them.
    reference_arm : str
        Name of the arm that the others are compared with.
    plan : AnalysisPlan
        Confidence level, methods of the intervals, and the test.

    Raises
    ------
    ValueError
        If no arm has the name.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.study_endpoint import evaluate_study
    >>> from tisstats.trial.template import example_folder
    >>> data = StudyData.read(example_folder())
    >>> arm_of = data.analysis.patients["arm"].to_numpy(dtype=object)
    >>> plan = data.study.analysis
    >>> arms = responses_by_arm(evaluate_study(data), arm_of, data.study.arms, plan)
    >>> (found,) = compare_with_reference(arms, "placebo", plan)
    >>> round(found.difference.lowest, 3), round(found.pvalue.highest, 3)
    (0.667, 0.08)
    """
    names = [each.arm for each in arms]
    if reference_arm not in names:
        raise ValueError(f"reference_arm must be one of {', '.join(names)}, got {reference_arm!r}")
    reference = arms[names.index(reference_arm)]
    return tuple(_compared(each, reference, plan) for each in arms if each.arm != reference_arm)


def _compared(arm: ArmResponse, reference: ArmResponse, plan: AnalysisPlan) -> ArmComparison:
    trials, of_reference = arm.result.denominator, reference.result.denominator
    if not trials or not of_reference:
        return ArmComparison(arm, reference, None, None, None, None)
    grids = np.meshgrid(arm.possible_counts, reference.possible_counts, indexing="ij")
    first, second = (grid.ravel() for grid in grids)
    level = plan.confidence_level

    def effect(
        compute: Callable[[Numbers, Numbers], Interval],
        defined: Mask,
        extreme: Mask | None = None,  # where the smallest and the largest are; None: anywhere
    ) -> Effect | None:
        if not np.any(defined):
            return None
        needed = defined if extreme is None else extreme
        found = compute(first[needed], second[needed])
        return Effect(
            lowest=float(np.min(found.estimate)),
            highest=float(np.max(found.estimate)),
            low=float(np.min(found.low)),
            high=float(np.max(found.high)),
            sometimes_undefined=not bool(np.all(defined)),
        )

    some = (first > 0) | (second > 0)
    mixed = some & (first + second < trials + of_reference)
    has_ratio = (first > 0) & (second > 0) if plan.ratio == "log" else some
    pvalues = two_proportion_test(
        first, trials, second, of_reference, test=plan.proportion_test
    ).pvalue
    return ArmComparison(
        arm=arm,
        reference=reference,
        difference=effect(
            lambda x, y: proportion_difference(x, trials, y, of_reference, level, plan.difference),
            np.ones(first.shape, dtype=bool),
        ),
        ratio=effect(
            lambda x, y: proportion_ratio(x, trials, y, of_reference, level, plan.ratio), has_ratio
        ),
        odds_ratio=effect(
            lambda x, y: odds_ratio(x, trials, y, of_reference, level),
            mixed,
            mixed & _near_end(first) & _near_end(second),
        ),
        pvalue=PValueRange(float(np.min(pvalues)), float(np.max(pvalues))),
    )


def _near_end(counts: Numbers) -> Mask:
    """Return which counts are among the two lowest or the two highest.

    The conditional odds ratio and its limits do not fall with the responders of the first arm, and
    do not rise with those of the second: given its sum with another, a binomial number does not
    fall, in the usual order of distributions, as the sum rises, and no more does the other (the
    theorem of Efron 1965, stated for whole numbers in arXiv:2012.08808). So the extremes are where
    each arm has the fewest or the most, or one beside it where these have no odds ratio.
    """
    lowest, highest = int(counts.min()), int(counts.max())
    return (counts <= lowest + 1) | (counts >= highest - 1)
