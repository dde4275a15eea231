"""The scales of the outcome measures of Table 2, from ``scales.csv`` in this folder.

Each row says where its range and step come from, and whether they are established or assumed. The
first columns are the fields of `tisstats.measures.scales.Scale`; an empty ``high`` means no upper
end. The last ones are a finer step, how it could arise, and the fractions of
a unit that are multiples of it although the step itself does not show them. The modified Rankin
scale has whole grades only, so no finer step.

Bounds over all values that a scale allows depend on its steps. The article does not report how
finely most measures were recorded. The finer steps include those of the scales and more values
between them; what holds on both does not depend on the choice between the two.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from tisstats.measures.scales import Scale
from tisstats.sentences import join_names


@dataclass(frozen=True, slots=True)
class FinerStep:
    """A step finer than that of the scale; the table says how it could arise."""

    step: Fraction  #: in the unit of the scale
    parts: tuple[
        str, ...
    ] = ()  #: fractions of a unit that are multiples of it, where the step does not show them


def _scale(row: dict[str, str]) -> Scale:
    return Scale(
        **{name: row[name] for name in ("name", "abbreviation", "unit", "source", "certainty")},
        low=int(row["low"]),
        high=int(row["high"]) if row["high"] else None,
        step=Fraction(row["step"]),
        better="lower" if row["better"] == "lower" else "higher",
        assumed=row["assumed"] == "true",
        step_assumed=row["step_assumed"] == "true",
    )


_ROWS = [*csv.DictReader(Path(__file__).with_name("scales.csv").read_text("utf-8").splitlines())]

#: Scale of each outcome measure, in the order of Table 2.
SCALES: dict[str, Scale] = {row["measure"]: _scale(row) for row in _ROWS}

#: Steps finer than those assumed, by measure, to test sensitivity to the assumption.
FINER_STEPS: dict[str, FinerStep] = {
    row["measure"]: FinerStep(Fraction(row["finer_step"]), tuple(row["finer_parts"].split()))
    for row in _ROWS
    if row["finer_step"]
}


def describe_finer_steps() -> str:
    r"""Describe which fractions of a unit are multiples of the finer steps.

    >>> print(describe_finer_steps().replace("; ", "\n"))
    steps of 1/168 point include eighths, sevenths and sixths
    steps of 1/60 N include sixths and tenths
    """
    parts = {
        f"steps of {with_unit(finer.step, SCALES[measure].unit)} include "
        f"{join_names(finer.parts)}": None
        for measure, finer in FINER_STEPS.items()
        if finer.parts
    }
    return "; ".join(parts)


def describe_assumed_steps() -> str:
    """Describe the assumed steps of all outcome measures, as one condition."""
    by_step: dict[str, list[str]] = {}
    for scale in SCALES.values():
        by_step.setdefault(with_unit(scale.step, scale.unit), []).append(scale.name)
    listed = "; ".join(f"{step} for {', '.join(names)}" for step, names in by_step.items())
    return f"values recorded in steps of {listed}"


def with_unit(step: Fraction, unit: str) -> str:
    """Format a step with its unit as clinicians write it: tenths and hundredths as decimals.

    >>> with_unit(Fraction(1), "points"), with_unit(Fraction(1, 8), "points")
    ('1 point', '1/8 point')
    >>> [with_unit(Fraction(1, each), "cm") for each in (2, 10, 100)]
    ['0.5 cm', '0.1 cm', '0.01 cm']
    """
    text = f"{float(step):g}" if step.denominator in (2, 10, 100) else str(step)
    return f"{text} {unit.removesuffix('s') if text == '1' or '/' in text else unit}"
