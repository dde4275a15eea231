"""The worked patient with sliders: what a change of any value does to points, category and ceiling.

Every percentage, band and number of points is computed here, for each distance between two values
that the sliders can show; the script ``moving_patient.js`` looks up, adds points, and draws.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from math import floor
from typing import Any

import numpy as np
import pandas as pd

from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import CORE_SET, ENZYMES, RESPONSE_CUTOFFS, CoreSetMeasure
from tisstats.measures.total_improvement_score import PERCENT_DECIMALS, band_points
from tisstats.measures.visits import score_visits
from tisstats.printed import format_rounded, to_fraction
from tisstats.sentences import capitalised, join_names
from tisstats.teaching.wording import lower_case_name
from tisstats.teaching.worked_patient import COLUMNS, WorkedPatient

#: Last improvement of a drawing, % of the range: a little beyond the last band boundary of all.
_BEYOND = Fraction(5, 4)


@dataclass(frozen=True, slots=True)
class Grid:
    """The values that the sliders of one measure can show, equally spaced from zero."""

    measure: str  #: entry of `CORE_SET`
    unit: str  #: unit of the values
    step: Fraction  #: distance of neighbouring values, in the unit
    first: int  #: position of the lowest value; position 0 is the value 0
    last: int  #: position of the highest value
    scale: Fraction  #: range of the measure in the score, in the unit

    @property
    def rule(self) -> CoreSetMeasure:
        """How the measure enters the score."""
        return CORE_SET[self.measure]

    @property
    def best(self) -> int:
        """Position of the healthy end."""
        return 0 if self.rule.better == "lower" else self.last

    def position(self, printed: str) -> int:
        """Return the position nearest to a printed value."""
        nearest = floor(Fraction(printed) / self.step + Fraction(1, 2))
        return min(max(nearest, self.first), self.last)

    def percent(self, steps: int) -> Fraction:
        """Return an improvement by so many steps, % of the range."""
        return 100 * steps * self.step / self.scale

    def points(self, steps: int) -> float:
        """Return the points of an improvement by so many steps."""
        return float(band_points(float(self.percent(steps)), self.measure))

    def steps_to_best(self, baseline: int) -> int:
        """Return the steps from a baseline to the healthy end."""
        return abs(baseline - self.best)


@dataclass(frozen=True, slots=True)
class Preset:
    """A patient to start from, and what to look at."""

    label: str
    note: str
    baseline: Sequence[int]  #: positions, in the order of `CORE_SET`
    followup: Sequence[int]  #: positions
    missing: Sequence[str] = ()  #: measures that were not measured at follow-up


def grids(patient: WorkedPatient) -> list[Grid]:
    """Return the values of each measure, in the order of `CORE_SET`.

    The steps are those of complete forms and of scales read to the millimetre. The enzyme ends at
    its range, or at the patient's own values if they are higher.
    """
    return [_grid(patient, *names) for names in zip(COLUMNS, CORE_SET, strict=True)]


def _grid(patient: WorkedPatient, column: str, measure: str) -> Grid:
    change = next(each for each in patient.changes if each.measure == measure)
    scale, step = to_fraction(change.range), to_fraction(SCALES[column].step)
    highest = scale
    if measure == "enzyme":
        highest = max(scale, *(Fraction(text) for text in (change.baseline, change.end)))
    else:
        # The healthy end must be a value of the slider, even of a maximum that is not whole.
        step = step / (scale / step).denominator
    first = 1 if measure == "enzyme" else 0  # an enzyme is above 0
    return Grid(measure, SCALES[column].unit, step, first, floor(highest / step), scale)


def moving_patient(patient: WorkedPatient, threshold: int) -> dict[str, Any]:
    """Return the tables of the sliders, ready for JSON.

    Parameters
    ----------
    patient : WorkedPatient
        The patient to start from.
    threshold : int
        Minimum score of a responder, points.

    Returns
    -------
    dict
        ``measures``: per measure the texts of its values, of the improvement by so many steps, and
        the first step of each band; ``presets``: patients to start from, as positions.
    """
    offered = grids(patient)
    last = float(_BEYOND * max(rule.cutoffs[-1] for rule in CORE_SET.values()))
    return {
        "measures": [_describe(grid) for grid in offered],
        "required": required_measures(),
        "categories": RESPONSE_CUTOFFS["adult"],
        "threshold": threshold,
        "most": sum(rule.points[-1] for rule in CORE_SET.values()),
        "axis": {"last": last, "most": max(rule.points[-1] for rule in CORE_SET.values())},
        "presets": [
            {
                "label": each.label,
                "note": each.note,
                "baseline": list(each.baseline),
                "followup": list(each.followup),
                "missing": list(each.missing),
            }
            for each in presets(patient, offered, threshold)
        ],
    }


def _describe(grid: Grid) -> dict[str, Any]:
    """Return the tables of one measure."""
    longest = max(grid.last, grid.steps_to_best(grid.first))
    boundaries = [_first_beyond(grid, cutoff) for cutoff in grid.rule.cutoffs]
    return {
        "key": grid.measure,
        "name": grid.rule.name,
        "in_sentence": lower_case_name(grid.rule.name),
        "better": grid.rule.better,
        "unit": grid.unit,
        "range": _describe_range(grid),
        "first": grid.first,
        "last": grid.last,
        "best": grid.best,
        # Values of whole units are their own positions.
        "values": None
        if grid.step == 1
        else [format_value(at * grid.step) for at in range(grid.last + 1)],
        "percents": " ".join(
            format_percent_apart(grid.percent(steps), grid.rule.cutoffs)
            for steps in range(longest + 1)
        ),
        "cuts": grid.rule.cutoffs,
        "points": grid.rule.points,
        "boundaries": boundaries,
        "on_boundary": [
            first - 1
            for first, cutoff in zip(boundaries, grid.rule.cutoffs, strict=True)
            if grid.percent(first - 1) == cutoff
        ],
    }


def _describe_range(grid: Grid) -> str:
    """Return the range of the measure in the score, in words."""
    if grid.measure != "enzyme":
        return f"{0} to {float(grid.scale):g} {grid.unit}"
    enzyme = ENZYMES["ck"]
    limit = float(grid.scale / enzyme.range_in_uln)
    return (
        f"{lower_case_name(enzyme.name)}, {0} to {enzyme.range_in_uln} times the assumed "
        f"upper limit of normal, {limit:g} {grid.unit}"
    )


def _first_beyond(grid: Grid, cutoff: int) -> int:
    """Return the fewest steps whose improvement exceeds a boundary."""
    return floor(Fraction(cutoff, 100) * grid.scale / grid.step) + 1


def format_value(value: Fraction) -> str:
    """Format a value with the decimals that it needs, at least one; it must have finitely many.

    >>> format_value(Fraction(13, 8)), format_value(Fraction(2))
    ('1.625', '2.0')
    """
    texts = (format_rounded(value, decimals) for decimals in count(1))
    return next(text for text in texts if Fraction(text) == value)


def format_percent_apart(percent: Fraction, cutoffs: Sequence[int]) -> str:
    """Format with one decimal, or with as many as tell it from a boundary that it is not on.

    >>> format_percent_apart(Fraction(15), (15,)), format_percent_apart(Fraction(1502, 100), (15,))
    ('15.0', '15.02')
    """
    for decimals in range(1, PERCENT_DECIMALS):
        shown = format_rounded(percent, decimals)
        if all(Fraction(shown) != cutoff or percent == cutoff for cutoff in (0, *cutoffs)):
            return shown
    return format_rounded(percent, PERCENT_DECIMALS)


def required_measures() -> list[str]:
    """Return the measures without which a score has no bounds, as `score_visits` treats them."""
    rows = pd.DataFrame(
        {"patient_id": range(len(COLUMNS)), "week": 0} | dict.fromkeys(COLUMNS, 1.0)
    )
    later = rows.assign(week=1)
    for place, column in enumerate(COLUMNS):
        later.loc[place, column] = np.nan
    visits = pd.concat([rows, later], ignore_index=True)
    scored = score_visits(visits, mmt_max=10, uln={"ck": 100}, missing="bounds")
    unbounded = scored.loc[scored["week"] == 1, "tis_low"].isna().to_numpy()
    return [measure for measure, open_ in zip(CORE_SET, unbounded, strict=True) if open_]


# ---- Patients to start from ----


def presets(patient: WorkedPatient, offered: Sequence[Grid], threshold: int) -> list[Preset]:
    """Return the patients to start from; the first is that of the page."""
    baseline = [
        grid.position(change.baseline)
        for grid, change in zip(offered, patient.changes, strict=True)
    ]
    end = [grid.position(change.end) for grid, change in zip(offered, patient.changes, strict=True)]
    found = [
        Preset("The patient of this page", _describe_patient(offered, end, patient), baseline, end)
    ]
    found += _past_the_boundaries(offered, baseline, end, patient)
    healthy = [grid.best if grid.best else grid.first for grid in offered]
    found.append(
        Preset(
            "The best value at the end",
            "Every value becomes the best of its scale. Compare the score with the highest that "
            "this baseline allows: both can be less than the maximum of the score.",
            baseline,
            healthy,
        )
    )
    found += _mild_disease(offered, healthy, threshold)
    found.append(
        Preset(
            "Enzyme not measured",
            "A missing measure is not a measure without points: the score is now a range, from no "
            "points for the enzyme to all that its baseline allows."
            + _moved_sentence(offered, end, patient),
            baseline,
            end,
            ("enzyme",),
        )
    )
    return found


def _moved(offered: Sequence[Grid], end: Sequence[int], patient: WorkedPatient) -> list[str]:
    """Return the words on values of the patient that no slider can show as they are."""
    return [
        f"{lower_case_name(grid.rule.name)} ends at {format_value(at * grid.step)}, the value of a "
        f"complete form nearest to the printed {change.end}"
        for grid, at, change in zip(offered, end, patient.changes, strict=True)
        if at * grid.step != Fraction(change.end) and at == grid.position(change.end)
    ]


def _describe_patient(offered: Sequence[Grid], end: Sequence[int], patient: WorkedPatient) -> str:
    """Return the words on the patient, and on values that no slider can show as they are."""
    text, moved = "The fictitious patient of this page", _moved(offered, end, patient)
    return f"{text}; {join_names(moved)}." if moved else f"{text}."


def _moved_sentence(offered: Sequence[Grid], end: Sequence[int], patient: WorkedPatient) -> str:
    """Return the words on such values as a sentence to add; empty if there are none."""
    moved = join_names(_moved(offered, end, patient))
    return f" {capitalised(moved)}." if moved else ""


def _past_the_boundaries(
    offered: Sequence[Grid],
    baseline: Sequence[int],
    end: Sequence[int],
    patient: WorkedPatient,
) -> Iterator[Preset]:
    """Yield the patient with one step more where the improvement is on a boundary, if any is."""
    moved, gain, names = list(end), 0.0, []
    for place, grid in enumerate(offered):
        steps = _improvement(grid, baseline[place], end[place])
        if grid.percent(steps) in grid.rule.cutoffs and steps < grid.steps_to_best(baseline[place]):
            moved[place] += 1 if grid.rule.better == "higher" else -1
            gain += grid.points(steps + 1) - grid.points(steps)
            names.append(lower_case_name(grid.rule.name))
    if names:
        yield Preset(
            "One step past the boundaries",
            f"The smallest step of the scale in {join_names(names)} crosses a boundary: "
            f"{gain:g} points more in all." + _moved_sentence(offered, moved, patient),
            baseline,
            moved,
        )


def _improvement(grid: Grid, baseline: int, followup: int) -> int:
    """Return the steps of improvement, positive for better."""
    better = followup - baseline
    return better if grid.rule.better == "higher" else -better


def _mild_disease(
    offered: Sequence[Grid], healthy: Sequence[int], threshold: int
) -> Iterator[Preset]:
    """Yield the worst baseline, all in one band, from which no response is possible."""
    for band in reversed(range(len(CORE_SET["mmt"].cutoffs))):
        starts = []
        for grid in offered:
            steps = _first_beyond(grid, grid.rule.cutoffs[band]) - 1
            starts.append(steps if grid.best == 0 else grid.best - steps)
        most = sum(
            grid.points(grid.steps_to_best(at)) for grid, at in zip(offered, starts, strict=True)
        )
        if most < threshold:
            yield Preset(
                "Another mild patient",
                f"Even with the best value on every scale, the score is at most {most:g} points: "
                f"from this baseline the {threshold} points of a responder are out of reach, "
                "however well the treatment works.",
                starts,
                healthy,
            )
            return
