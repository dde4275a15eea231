"""A next trial with responders as endpoint: how many patients it needs for a wanted power."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from tisstats.ledger.published import Published
from tisstats.printed import as_printed
from tisstats.statistics import (
    PowerOutOfReachError,
    PowerSize,
    SingleArmPower,
    TwoArmPower,
    single_arm_size,
    two_arm_power,
    two_arm_size,
)

#: Most patients in an arm that are considered; every size up to it is.
MAXIMUM = 200

#: Tests of two arms to plan by; that of Boschloo would take minutes to look at every size.
_TESTS = {"fisher": "Fisher's exact test", "chi-square": "chi-square test"}

#: Rows of the comparators with the same endpoint in both arms, for the shares of a next trial.
TREATED, CONTROL = "comparators.proderm_ivig", "comparators.proderm_placebo"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a next trial is planned with.

    Raises
    ------
    ValueError
        If a value is not allowed; the message names the parameter of the book.
    """

    treated_response: float  #: share assumed to respond with the treatment, 0 to 1
    control_response: float  #: share assumed to respond without it, 0 to 1 and the lower one
    wanted_power: float  #: power to reach, above 0 and below 1
    confidence_level: float  #: above 0 and below 1; the error is what it leaves of 1

    def __post_init__(self) -> None:
        for name in ("control_response", "wanted_power", "confidence_level"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: allowed is above 0 and below 1")
        if not self.control_response < self.treated_response <= 1:
            raise ValueError(
                f"treated_response is {self.treated_response}: allowed is above control_response, "
                f"which is {self.control_response}, and at most 1; with equal shares there is no "
                "difference, which no number of patients finds"
            )

    @property
    def alpha(self) -> float:
        """Two-sided type I error."""
        # 1 - 0.95 is 0.050000000000000044 in binary, and is meant to be 0.05.
        return round(1 - self.confidence_level, 12)


def planning_table(plan: Plan) -> pd.DataFrame:
    """Tabulate the patients that each test needs to reach the wanted power, by exact power."""
    rows = []
    for test in _TESTS:
        size = _two_arms(plan, test)
        rows.append(_row(f"two arms, {_TESTS[test]}", "in each arm", size))
    rows.append(_row("one arm against a fixed share, binomial test", "in all", _one_arm(plan)))
    return pd.DataFrame(rows)


def numbers(published: Published, plan: Plan) -> dict[str, object]:
    """Compute the numbers of the section, under the names that the prose uses."""
    analysed, included = published.count("flow.analysed"), published.count("flow.included")
    treated, control = plan.treated_response, plan.control_response
    again = two_arm_power(analysed, analysed, treated, control, alpha=plan.alpha)
    claims = published.tables["claims"].set_index("id")["printed"]
    discussed = published.count("response.minimal") + published.count("response.discussion_added")
    return {
        "plan_treated": as_printed(100 * treated, 1),
        "plan_control": as_printed(100 * control, 1),
        "plan_power": as_printed(100 * plan.wanted_power, 0),
        "plan_error": as_printed(100 * plan.alpha, 1),
        "plan_maximum": MAXIMUM,
        "plan_each_arm": _patients(_two_arms(plan, "fisher")),
        "plan_again_patients": analysed,
        "plan_again_power": as_printed(100 * again.power, 1),
        "plan_endpoint": published.text(f"{TREATED}.endpoint"),
        "plan_minimal": published.text("design.minimal_score"),
        "discussed_percent": claims["discussion.minimal_percent"],
        "discussed_minimal": published.count("response.minimal"),
        "discussed_week": published.text("design.primary_week"),
        "discussed_patients": " and ".join(
            claims[f"discussion.{who}"] for who in ("excluded_patient", "added_patient")
        ),
        "plan_here": f"{discussed} of {included}",
        "plan_here_each_arm": _patients_for(discussed / included, plan),
        "plan_treated_counts": _counts(published, TREATED),
        "plan_control_counts": _counts(published, CONTROL),
    }


def _row(
    design: str, which: str, size: PowerSize[TwoArmPower] | PowerSize[SingleArmPower] | None
) -> dict[str, str]:
    if size is None:
        return {
            "Design and test": design,
            "Patients": f"more than {MAXIMUM} {which}",
            "Every size from": f"none up to {MAXIMUM}",
            "Power, %": "–",
            "Maximum type I error, %": "–",
        }
    lasting = f"none up to {MAXIMUM}" if size.lasting is None else str(_trials(size.lasting))
    return {
        "Design and test": design,
        "Patients": f"{_trials(size.first)} {which}",
        "Every size from": lasting,
        "Power, %": as_printed(100 * size.first.power, 1),
        "Maximum type I error, %": as_printed(100 * size.first.error, 1),
    }


def _trials(planned: TwoArmPower | SingleArmPower) -> int:
    return planned.trials_1 if isinstance(planned, TwoArmPower) else planned.trials


def _patients(size: PowerSize[TwoArmPower] | None) -> str:
    return f"more than {MAXIMUM}" if size is None else str(size.first.trials_1)


def _patients_for(share: float, plan: Plan) -> str:
    """Print the size of each arm if this share responds with the treatment."""
    if share <= plan.control_response:
        return "no number of"
    return _patients(_two_arms(replace(plan, treated_response=share), "fisher"))


def _two_arms(plan: Plan, test: str) -> PowerSize[TwoArmPower] | None:
    """Return the sizes, None if no size that is considered has the wanted power."""
    shares = plan.treated_response, plan.control_response
    try:
        return two_arm_size(
            plan.wanted_power, *shares, alpha=plan.alpha, test=test, maximum=MAXIMUM
        )
    except PowerOutOfReachError:
        return None


def _one_arm(plan: Plan) -> PowerSize[SingleArmPower] | None:
    """Return the sizes, None if no size that is considered has the wanted power."""
    shares = plan.treated_response, plan.control_response
    try:
        return single_arm_size(plan.wanted_power, *shares, alpha=plan.alpha, maximum=MAXIMUM)
    except PowerOutOfReachError:
        return None


def _counts(published: Published, stem: str) -> str:
    return f"{published.count(f'{stem}.responders')} of {published.count(f'{stem}.patients')}"
