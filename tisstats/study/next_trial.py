"""A next trial with responders as endpoint: how many patients would find the difference."""

from __future__ import annotations

import pandas as pd

from tisstats.rounding import as_printed
from tisstats.statistics import (
    PowerSize,
    SingleArmPower,
    TwoArmPower,
    single_arm_power,
    single_arm_size,
    two_arm_power,
    two_arm_size,
)
from tisstats.study.published import Published
from tisstats.study.response import response_count

#: Most patients in an arm that are considered.
MAXIMUM = 200

#: Tests of two arms to plan by; that of Boschloo would take minutes to look at every size.
_TESTS = ("fisher", "chi-square")

#: Rows of the comparators with the same endpoint in both arms, for the shares of a next trial.
TREATED, CONTROL = "comparators.proderm_ivig", "comparators.proderm_placebo"


def planning_table(treated: float, control: float, *, power: float, level: float) -> pd.DataFrame:
    """Tabulate the patients that each test needs to find a difference, exact power throughout.

    Parameters
    ----------
    treated, control
        Shares of patients assumed to respond with and without the treatment, 0 to 1.
    power
        Wanted chance of finding the difference, above 0 and below 1.
    level
        Confidence level, 0 to 1; the tests are two-sided, their error is what is left of 1.
    """
    rows = []
    for test in _TESTS:
        size = _two_arms(treated, control, power, level, test)
        patients = "each arm" if size is None else f"each arm: {size.first.trials_1}"
        rows.append(_row(f"two arms, {test}", patients, size, "trials_1"))
    single = _one_arm(treated, control, power, level)
    patients = "one arm" if single is None else f"one arm: {single.first.trials}"
    rows.append(_row("one arm against a fixed share, binomial", patients, single, "trials"))
    return pd.DataFrame(rows)


def numbers(
    published: Published, treated: float, control: float, *, power: float, level: float
) -> dict[str, object]:
    """Give the numbers of the section under the names that the prose uses."""
    analysed = published.count("flow.analysed")
    again = two_arm_power(analysed, analysed, treated, control, alpha=_error(level))
    minimal = published.count("design.minimal_score")
    here = response_count(published, threshold=minimal, count_excluded=True)
    size = _two_arms(treated, control, power, level, "fisher")
    modest = _two_arms(float(here.proportion), control, power, level, "fisher")
    return {
        "plan_treated": as_printed(100 * treated, 1),
        "plan_control": as_printed(100 * control, 1),
        "plan_power": as_printed(100 * power, 0),
        "plan_error": as_printed(100 * _error(level), 1),
        "plan_maximum": MAXIMUM,
        "plan_each_arm": _patients(size),
        "plan_again_patients": analysed,
        "plan_again_power": as_printed(100 * again.power, 1),
        "plan_minimal": minimal,
        "plan_here": f"{here.responders} of {here.patients}",
        "plan_here_each_arm": _patients(modest),
        "plan_treated_counts": _counts(published, TREATED),
        "plan_control_counts": _counts(published, CONTROL),
    }


def _row(
    design: str,
    patients: str,
    size: PowerSize[TwoArmPower] | PowerSize[SingleArmPower] | None,
    count: str,
) -> dict[str, str]:
    if size is None:
        return {
            "Design and test": design,
            "Patients": f"{patients}: more than {MAXIMUM}",
            "Enough from": "not found",
            "Power, %": "",
            "Greatest error, %": "",
        }
    lasting = None if size.lasting is None else getattr(size.lasting, count)
    return {
        "Design and test": design,
        "Patients": patients,
        "Enough from": "not found" if lasting is None else str(lasting),
        "Power, %": as_printed(100 * size.first.power, 1),
        "Greatest error, %": as_printed(100 * size.first.error, 1),
    }


def _patients(size: PowerSize[TwoArmPower] | None) -> str:
    return f"more than {MAXIMUM}" if size is None else str(size.first.trials_1)


def _two_arms(
    treated: float, control: float, power: float, level: float, test: str
) -> PowerSize[TwoArmPower] | None:
    """Return the sizes, None if more patients are needed than are considered."""
    largest = two_arm_power(MAXIMUM, MAXIMUM, treated, control, alpha=_error(level), test=test)
    if largest.power < power:
        return None
    return two_arm_size(power, treated, control, alpha=_error(level), test=test, maximum=MAXIMUM)


def _one_arm(
    treated: float, control: float, power: float, level: float
) -> PowerSize[SingleArmPower] | None:
    """Return the sizes, None if more patients are needed than are considered."""
    if single_arm_power(MAXIMUM, treated, control, alpha=_error(level)).power < power:
        return None
    return single_arm_size(power, treated, control, alpha=_error(level), maximum=MAXIMUM)


def _error(level: float) -> float:
    # 1 - 0.95 is 0.050000000000000044 in binary, and is meant to be 0.05.
    return round(1 - level, 12)


def _counts(published: Published, stem: str) -> str:
    return f"{published.count(f'{stem}.responders')} of {published.count(f'{stem}.patients')}"
