"""Operating characteristics of a trial as text for the terminal, CSV or JSON."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Callable
from dataclasses import asdict

import pandas as pd

from tisstats.sentences import count_of
from tisstats.statistics import MISSING_HANDLING, SimulatedCharacteristics, SingleArmDesign
from tisstats.statistics.operating_characteristics import MONTE_CARLO_LEVEL
from tisstats.statistics.trial_design import BOUNDS_REACH, PlannedArm, TrialDesign

#: Digits of what was planned, in JSON: fewer than those in which processors may differ.
_DIGITS = 12

#: Decimals of what was computed, in CSV and JSON. Exact sums leave out a probability of 1e-12, so
#: that further decimals would show what was left out, and a bias of 0 as -7.9e-17.
_DECIMALS = 10

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
    rows = [("", "simulated", f"{_percent(MONTE_CARLO_LEVEL)} Monte Carlo interval", "exact")]
    for row in found.to_frame().to_dict("records"):
        name = row["characteristic"]
        if name == "upper_bias" and not bounded:
            continue
        label = _LABELS[name]
        if name == "rejection_probability":
            label = _rejection_name(design)
        if name == "lower_bias" and bounded:
            label = "bias of the smallest estimate"
        low, high = row["monte_carlo_low"], row["monte_carlo_high"]
        limits = f"{_shown(low)} to {_shown(high)}"
        if math.isnan(low):  # and the other as well
            limits = _shown(low)
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


def as_csv(design: TrialDesign, found: SimulatedCharacteristics) -> str:
    """Format as CSV, one line per characteristic below a header, with what it means."""
    return _to_frame(design, found).to_csv(index=False, lineterminator="\n")


def _to_frame(design: TrialDesign, found: SimulatedCharacteristics) -> pd.DataFrame:
    """Return the characteristics as the files have them: rounded, with the level and a meaning."""
    table = found.to_frame()
    numbers = table.columns[1:]
    # Adding zero makes minus zero plain zero.
    table[numbers] = table[numbers].astype(float).round(_DECIMALS) + 0.0
    place = list(table.columns).index("exact")
    table.insert(place, "monte_carlo_level", MONTE_CARLO_LEVEL)
    table["meaning"] = [_meaning(name, design) for name in table["characteristic"]]
    return table


def _meaning(characteristic: str, design: TrialDesign) -> str:
    """Return what a characteristic is, with its test or interval: a file is read without design."""
    what = _estimated(design)
    interval = f"two-sided {_percent(design.confidence_level)} {design.interval_method} interval"
    bounded = design.missing == "bounds"
    reach = f"; {BOUNDS_REACH}" if bounded else ""
    which = {"lower_bias": "smallest ", "upper_bias": "largest "}.get(characteristic, "")
    match characteristic:
        case "rejection_probability":
            whatever = " whatever the unknown responses are" if bounded else ""
            test = f"two-sided {design.test} test"
            if design.alternative != "two-sided":
                test = f"one-sided {design.test} test ({design.alternative})"
            null = ""
            if isinstance(design, SingleArmDesign):
                null = f" of a proportion of {design.null_proportion:g}"
            return (
                f"{_rejection_name(design)}: share of trials that reject{whatever} by the "
                f"{test}{null} at alpha {design.alpha:g}"
            )
        case "coverage":
            return f"share of trials whose {interval} covers the true {what}{reach}"
        case "mean_width":
            return f"mean width of the {interval} of the {what}{reach}"
    return f"mean of the {which if bounded else ''}estimated {what} minus the true value"


def _rejection_name(design: TrialDesign) -> str:
    return "type I error" if design.null_is_true else "power"


def _estimated(design: TrialDesign) -> str:
    """Return what is estimated."""
    if isinstance(design, SingleArmDesign):
        return "proportion"
    return "difference of proportions (first minus second)"


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
        for row in _to_frame(design, found).to_dict("records")
    }
    arms = [{key: _short(value) for key, value in asdict(arm).items()} for arm in design.arms]
    content = {
        "arms": arms,
        **described,
        "true_value": round(design.true_value, _DECIMALS) + 0.0,
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
        f"Interval of the {what}: {design.interval_method}, "
        f"two-sided {_percent(design.confidence_level)}",
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
