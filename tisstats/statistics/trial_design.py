"""Planned trials with a response as endpoint: arms, missed visits, rescue medication, test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from types import MappingProxyType
from typing import Final, Literal, SupportsFloat, get_args

from tisstats.statistics import _arguments
from tisstats.statistics._arguments import Whole
from tisstats.statistics.power import POWER_TESTS
from tisstats.statistics.proportions import INTERVAL_METHODS
from tisstats.statistics.two_proportions import ALTERNATIVES, DIFFERENCE_METHODS, Alternative

MissingHandling = Literal["non-responder", "unknown", "bounds"]

#: What an interval is where unknown responses may be anything.
BOUNDS_REACH: Final = (
    "the interval reaches from the lower limit with the smallest estimate to the upper limit with "
    "the largest"
)

#: What becomes of patients whose response is unknown: name to what it does.
MISSING_HANDLING: Final[Mapping[MissingHandling, str]] = MappingProxyType(
    {
        "non-responder": "an unknown response counts as non-response",
        "unknown": "patients with an unknown response are left out",
        "bounds": f"the test must reject whatever the unknown responses are, and {BOUNDS_REACH}",
    }
)

#: Tests of a single arm: name to description and source. That of an interval rejects if the
#: interval excludes the null proportion.
SINGLE_ARM_TESTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "binomial": "exact; two-sided: sums the outcomes no more likely than the observed one, as "
        "R's binom.test",
        **INTERVAL_METHODS,
    }
)

#: Tests of two arms: name to description and source. That of an interval rejects if the interval
#: of the difference excludes zero.
TWO_ARM_TESTS: Final[Mapping[str, str]] = MappingProxyType({**POWER_TESTS, **DIFFERENCE_METHODS})

#: Most patients of an arm: conclusions are looked up in tables of all counts that it can have.
MOST_PATIENTS: Final = 300

#: True values within this of the null value meet it: 0.7 - 0.4 is not 0.3 in binary.
_NULL_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True)
class PlannedArm:
    """An arm of a planned trial: what becomes of each patient, independently of all others.

    Made by `planned_arm` from rates of response, rescue medication and missed visits. Whatever else
    leads to the three probabilities, the counts of the arm have the same multinomial distribution.

    Raises
    ------
    ValueError
        If an argument has a wrong type or is out of range.

    Examples
    --------
    >>> PlannedArm(20, true_proportion=0.5, observed_response=0.45, unknown=0.1).patients
    20
    """

    patients: int  #: number of patients, 1 to 300
    true_proportion: float  #: true proportion of responders, 0 to 1; rescued patients are none
    observed_response: float  #: probability that a patient is seen to respond, 0 to 1
    unknown: float  #: probability that the response of a patient remains unknown, 0 to 1

    def __post_init__(self) -> None:
        patients = _arguments.whole_number(
            "patients", self.patients, minimum=1, maximum=MOST_PATIENTS
        )
        object.__setattr__(self, "patients", patients)
        for name in ("true_proportion", "observed_response", "unknown"):
            object.__setattr__(self, name, _arguments.proportion_within(name, getattr(self, name)))
        if self.observed_response + self.unknown > 1 + _NULL_TOLERANCE:
            raise ValueError(
                "observed_response and unknown must be at most 1 together, got "
                f"{self.observed_response!r} and {self.unknown!r}"
            )


def planned_arm(
    patients: Whole,
    response: SupportsFloat,
    *,
    rescue: SupportsFloat = 0.0,
    missed: SupportsFloat = 0.0,
    missed_without_response: SupportsFloat | None = None,
) -> PlannedArm:
    """Return the arm of a trial with these rates of response, rescue medication and missed visits.

    Parameters
    ----------
    patients : int
        Number of patients, 1 to 300.
    response : float
        Probability that a patient without rescue medication responds, 0 to 1.
    rescue : float
        Probability of rescue medication before the visit at which response is assessed, 0 to 1. It
        counts as non-response, which is then known whether or not the visit takes place.
    missed : float
        Probability that this visit is missed by a patient without rescue medication, 0 to 1.
    missed_without_response : float, optional
        The same for patients who do not respond, if it differs from that for responders.

    Returns
    -------
    PlannedArm
        Its true proportion of responders is (1 - rescue) * response.

    Raises
    ------
    ValueError
        If an argument has a wrong type or is out of range.

    Examples
    --------
    >>> arm = planned_arm(20, 0.6, rescue=0.1, missed=0.2)
    >>> round(arm.true_proportion, 3), round(arm.observed_response, 3), round(arm.unknown, 3)
    (0.54, 0.432, 0.18)
    """
    responds = _arguments.proportion_within("response", response)
    without_rescue = 1 - _arguments.proportion_within("rescue", rescue)
    of_responders = _arguments.proportion_within("missed", missed)
    of_others = of_responders
    if missed_without_response is not None:
        of_others = _arguments.proportion_within("missed_without_response", missed_without_response)
    return PlannedArm(
        _arguments.whole_number("patients", patients, minimum=1, maximum=MOST_PATIENTS),
        without_rescue * responds,
        without_rescue * responds * (1 - of_responders),
        without_rescue * (responds * of_responders + (1 - responds) * of_others),
    )


@dataclass(frozen=True, slots=True)
class SingleArmDesign:
    """A single-arm trial against a null proportion, with its test and interval.

    Raises
    ------
    ValueError
        If an argument has a wrong type or is out of range.

    Examples
    --------
    >>> design = SingleArmDesign(planned_arm(20, 0.6), null_proportion=0.3)
    >>> design.test, design.null_is_true
    ('binomial', False)
    """

    arm: PlannedArm  #: the arm as planned, and what is true of it
    _: KW_ONLY
    null_proportion: float  #: proportion under the null hypothesis, strictly between 0 and 1
    test: str = "binomial"  #: one of `SINGLE_ARM_TESTS`
    alpha: float = 0.05  #: significance level, strictly between 0 and 1; two-sided if the test is
    alternative: Alternative = "two-sided"  #: "greater": a response rate above `null_proportion`
    missing: MissingHandling = "non-responder"  #: one of `MISSING_HANDLING`
    interval_method: str = "clopper-pearson"  #: one of `INTERVAL_METHODS`, for the proportion
    confidence_level: float = 0.95  #: of the interval, strictly between 0 and 1

    def __post_init__(self) -> None:
        null = _arguments.proportion_between("null_proportion", self.null_proportion)
        object.__setattr__(self, "null_proportion", null)
        _check_design(self, SINGLE_ARM_TESTS, INTERVAL_METHODS)

    @property
    def arms(self) -> tuple[PlannedArm, ...]:
        """The arm, as a tuple."""
        return (self.arm,)

    @property
    def true_value(self) -> float:
        """True proportion of responders, 0 to 1."""
        return self.arm.true_proportion

    @property
    def null_is_true(self) -> bool:
        """Whether the null hypothesis is true: a rejection is then a type I error."""
        return _is_null(self.true_value - self.null_proportion, self.alternative)


@dataclass(frozen=True, slots=True)
class TwoArmDesign:
    """A trial of two independent arms, with its test and the interval of their difference.

    Raises
    ------
    ValueError
        If an argument has a wrong type or is out of range.

    Examples
    --------
    >>> design = TwoArmDesign(planned_arm(20, 0.7), planned_arm(20, 0.4))
    >>> design.test, round(design.true_value, 3)
    ('fisher', 0.3)
    """

    arm_1: PlannedArm  #: the first arm as planned, and what is true of it
    arm_2: PlannedArm  #: the second arm, likewise
    _: KW_ONLY
    test: str = "fisher"  #: one of `TWO_ARM_TESTS`
    alpha: float = 0.05  #: significance level, strictly between 0 and 1; two-sided if the test is
    alternative: Alternative = "two-sided"  #: "greater": a higher response rate in the first arm
    missing: MissingHandling = "non-responder"  #: one of `MISSING_HANDLING`
    interval_method: str = "newcombe"  #: one of `DIFFERENCE_METHODS`, for the difference
    confidence_level: float = 0.95  #: of the interval, strictly between 0 and 1

    def __post_init__(self) -> None:
        _check_design(self, TWO_ARM_TESTS, DIFFERENCE_METHODS)

    @property
    def arms(self) -> tuple[PlannedArm, ...]:
        """Both arms, as a tuple."""
        return (self.arm_1, self.arm_2)

    @property
    def true_value(self) -> float:
        """True difference of the proportions of responders, first minus second, -1 to 1."""
        return self.arm_1.true_proportion - self.arm_2.true_proportion

    @property
    def null_is_true(self) -> bool:
        """Whether the null hypothesis is true: a rejection is then a type I error."""
        return _is_null(self.true_value, self.alternative)


TrialDesign = SingleArmDesign | TwoArmDesign


def _is_null(distance: float, alternative: Alternative) -> bool:
    """Return whether a true value at this distance from the null value meets the hypothesis."""
    return {
        "two-sided": abs(distance) <= _NULL_TOLERANCE,
        "greater": distance <= _NULL_TOLERANCE,
        "less": distance >= -_NULL_TOLERANCE,
    }[alternative]


def _check_design(
    design: TrialDesign, tests: Mapping[str, str], interval_methods: Mapping[str, str]
) -> None:
    """Raise ValueError if an arm or an option is invalid; make levels floats."""
    for arm in design.arms:
        if not isinstance(arm, PlannedArm):
            raise ValueError(f"arms must be of planned_arm, got {arm!r}")
    _arguments.one_of("test", design.test, tests)
    _arguments.one_of("alternative", design.alternative, ALTERNATIVES)
    _arguments.one_of("missing", design.missing, get_args(MissingHandling))
    _arguments.one_of("interval_method", design.interval_method, interval_methods)
    for name in ("alpha", "confidence_level"):
        object.__setattr__(design, name, _arguments.proportion_between(name, getattr(design, name)))
    by_interval = design.test not in (*POWER_TESTS, "binomial")
    # One-sided, the interval has the level 1 - 2 alpha: alpha on either side.
    if by_interval and design.alternative != "two-sided" and design.alpha >= 0.5:
        raise ValueError(
            f"alpha must be below 0.5 for a one-sided test by an interval, got {design.alpha!r}"
        )
