"""The command that simulates a trial."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tisstats.book.run.project import UsageError
from tisstats.cli.commands.usage import as_options, wrong_values
from tisstats.cli.exit_codes import SUCCESS

if TYPE_CHECKING:
    from tisstats.statistics import PlannedArm


def simulate(parsed: argparse.Namespace) -> int:
    """Simulate a trial and print its operating characteristics."""
    from tisstats.cli.characteristics import FORMATS
    from tisstats.statistics import SingleArmDesign, TwoArmDesign, planned_arm, simulate_trials

    options = {
        "alpha": parsed.alpha,
        "alternative": parsed.alternative,
        "missing": parsed.missing,
        "confidence_level": parsed.confidence_level,
    }
    # Without a choice, the default of the design applies.
    chosen = {"test": parsed.test, "interval_method": parsed.interval}
    options |= {name: value for name, value in chosen.items() if value is not None}
    _check_courses(parsed)
    arms = _arm_options(parsed)
    with wrong_values():
        if parsed.courses:
            planned = [_arm_from_courses(parsed, **arm) for arm in arms]
        else:
            planned = [planned_arm(**arm) for arm in arms]
        design: SingleArmDesign | TwoArmDesign
        if len(planned) == 1:
            design = SingleArmDesign(*planned, null_proportion=parsed.null, **options)
        else:
            design = TwoArmDesign(*planned, **options)
        found = simulate_trials(design, trials=parsed.trials, seed=parsed.seed)
    sys.stdout.write(FORMATS[parsed.format](design, found))
    return SUCCESS


#: Options of ``tisstats simulate`` that an arm has; those of one value are of each arm.
_ARM_OPTIONS = ("patients", "response", "courses", "rescue", "missed", "missed_without_response")


def _arm_from_courses(parsed: argparse.Namespace, *, courses: Path, **arm: Any) -> PlannedArm:
    """Return an arm whose patients are drawn from a file of scored visits."""
    from tisstats.trial.planned_courses import planned_arm_from_courses
    from tisstats.trial.score_courses import read_score_courses

    return planned_arm_from_courses(
        scores=read_score_courses(courses),
        threshold=parsed.threshold,
        kind="best" if parsed.kind == "best" else "at week",
        **arm,
    )


def _check_courses(parsed: argparse.Namespace) -> None:
    """Raise UsageError if options of courses and of rates are mixed, or there are none."""
    given = [name for name in ("threshold", "kind") if getattr(parsed, name) is not None]
    if parsed.courses is None:
        if parsed.response is None:
            raise UsageError("one of --response and --courses is required")
        if given:
            raise UsageError(f"{as_options(given)}: only with --courses")
        return
    rates = ("response", "missed_without_response")
    if mixed := [name for name in rates if getattr(parsed, name) is not None]:
        raise UsageError(f"--courses has no {as_options(mixed)}: leave it out")
    if parsed.threshold is None:
        raise UsageError("--courses requires --threshold")


def _arm_options(parsed: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the options of each arm.

    Raises
    ------
    UsageError
        If options are for different numbers of arms, or of another design.
    """
    given = {name: values for name in _ARM_OPTIONS if (values := getattr(parsed, name)) is not None}
    if many := [name for name, values in given.items() if len(values) > 2]:
        raise UsageError(f"{as_options(many)}: give one value, or two for two arms")
    arms = max(len(values) for values in given.values())
    if arms == 1 and parsed.null is None:
        raise UsageError(
            "a single arm requires --null; for two arms give two values, such as --response 0.7 0.4"
        )
    if arms == 2 and parsed.null is not None:
        raise UsageError("--null is for a single arm, but two values of an option were given")
    return [
        {name: values[min(arm, len(values) - 1)] for name, values in given.items()}
        for arm in range(arms)
    ]
