"""Operating characteristics of a trial as text for the terminal, CSV or JSON."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Callable
from dataclasses import asdict

from tisstats.sentences import count_of
from tisstats.statistics import MISSING_HANDLING, SimulatedCharacteristics, SingleArmDesign
from tisstats.statistics.trial_design import PlannedArm, TrialDesign

#: Digits of values in CSV and JSON: fewer than those in which processors may differ.
_DIGITS = 12

#: Width of text, characters.
_WIDTH = 80

_LABELS = {
    "rejection_probability": "",  # power or type I error, by the hypothesis
    "lower_bias": "bias of the estimate",
    "upper_bias": "bias of the largest estimate",
    "coverage": "coverage of the interval",
    "mean_width": "mean width of the interval",
}


def as_table(design: TrialDesign, found: SimulatedCharacteristics) -> str:
    """Format the design in a few lines, then one line per characteristic."""
    bounded = design.missing == "bounds"
    rows = [("", "simulated", "95% Monte Carlo interval", "exact")]
    for row in found.to_frame().to_dict("records"):
        name = row["characteristic"]
        if name == "upper_bias" and not bounded:
            continue
        label = _LABELS[name]
        if name == "rejection_probability":
            label = "type I error" if design.null_is_true else "power"
        if name == "lower_bias" and bounded:
            label = "bias of the smallest estimate"
        limits = f"{_shown(row['low'])} to {_shown(row['high'])}"
        if math.isnan(row["low"]):  # and the other as well
            limits = _shown(row["low"])
        rows.append((label, _shown(row["simulated"]), limits, _shown(row["exact"])))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join([*_described(design, found), "", *lines]) + "\n"


def as_csv(_: TrialDesign, found: SimulatedCharacteristics) -> str:
    """Format as CSV, one line per characteristic below a header."""
    table = found.to_frame()
    return table.to_csv(index=False, float_format=f"%.{_DIGITS}g", lineterminator="\n")


def as_json(design: TrialDesign, found: SimulatedCharacteristics) -> str:
    """Format as one JSON object: the design, the simulation, and its characteristics by name."""
    described = {
        key: _short(value)
        for key, value in asdict(design).items()
        if not isinstance(value, dict)  # the arms are a list of their own
    }
    characteristics = {
        row["characteristic"]: {
            key: _short(value) for key, value in row.items() if key != "characteristic"
        }
        for row in found.to_frame().to_dict("records")
    }
    arms = [{key: _short(value) for key, value in asdict(arm).items()} for arm in design.arms]
    content = {
        "arms": arms,
        **described,
        "true_value": _short(design.true_value),
        "null_is_true": design.null_is_true,
        "trials": found.trials,
        "seed": found.seed,
        "characteristics": characteristics,
    }
    return json.dumps(content, indent=2) + "\n"


#: Formats of the command, by name.
FORMATS: dict[str, Callable[[TrialDesign, SimulatedCharacteristics], str]] = {
    "table": as_table,
    "csv": as_csv,
    "json": as_json,
}


def _described(design: TrialDesign, found: SimulatedCharacteristics) -> list[str]:
    """Describe the trial and the simulation, a line each."""
    single = isinstance(design, SingleArmDesign)
    lines = [
        f"{'Arm' if single else f'Arm {number}'}: {_of_arm(arm)}"
        for number, arm in enumerate(design.arms, start=1)
    ]
    what = "proportion" if single else "difference"
    if isinstance(design, SingleArmDesign):
        lines.append(f"Null proportion: {_percent(design.null_proportion)}")
    return [
        *lines,
        f"Test: {design.test}, {design.alternative}, alpha {design.alpha:g}",
        f"Interval of the {what}: {design.interval_method}, {_percent(design.confidence_level)}",
        *textwrap.wrap(
            f"Unknown responses: {MISSING_HANDLING[design.missing]}", _WIDTH, subsequent_indent="  "
        ),
        f"{found.trials:,} simulated {'trial' if found.trials == 1 else 'trials'}, "
        f"seed {found.seed}",
    ]


def _of_arm(arm: PlannedArm) -> str:
    return (
        f"{count_of(arm.patients, 'patient')}, true responders {_percent(arm.true_proportion)}, "
        f"seen to respond {_percent(arm.observed_response)}, unknown {_percent(arm.unknown)}"
    )


def _percent(proportion: float) -> str:
    return f"{round(100 * proportion, 6):g}%"


def _shown(value: float) -> str:
    """Format a value with four decimals, never as minus zero, a missing one as a dash."""
    return "-" if math.isnan(value) else f"{value:z.4f}"


def _short(value: object) -> object:
    """Return a float with so many digits as are the same on each processor; nan as None."""
    if not isinstance(value, float):
        return value
    return None if math.isnan(value) else float(f"{value:.{_DIGITS}g}")
