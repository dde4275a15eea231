"""Assumptions of the bounds beyond the printed numbers, and their alternatives.

A bound holds over all cohorts that meet the printed numbers used, which data/bounds/README.md
names, *and* these assumptions: the resolution of the values, and what was inferred from the text.
`ALTERNATIVES` drops or alters them one at a
time; ``data/bounds/sensitivity.csv`` holds the bounds under each. The wording is in
``assumptions.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from importlib.resources import files
from math import gcd, lcm
from typing import Any

from tisstats.lim2021.scales import SCALES
from tisstats.synthetic.assumptions import Assumptions

#: What joins the steps of one measure, where it has several.
OR = " or "


@dataclass(frozen=True, slots=True)
class Grid:
    """The resolution of a measure: values are whole multiples of one of some steps.

    Examples
    --------
    >>> forms = Grid((Fraction(1, 8), Fraction(1, 7)))
    >>> print(forms, "in units of", forms.step)
    1/8 or 1/7 in units of 1/56
    >>> forms.values(0, 16)
    (0, 7, 8, 14, 16)
    """

    steps: tuple[Fraction, ...]  #: in the measure's unit

    def __str__(self) -> str:
        return OR.join(map(str, self.steps))

    @property
    def step(self) -> Fraction:
        """The largest length of which every value is a whole multiple."""
        return Fraction(
            gcd(*(each.numerator for each in self.steps)),
            lcm(*(each.denominator for each in self.steps)),
        )

    @property
    def is_regular(self) -> bool:
        """Whether every whole multiple of `step` is a value."""
        return self.step in self.steps

    def values(self, low: int, high: int) -> tuple[int, ...]:
        """List the values from one to another, in units of `step`."""
        return tuple(at for at in range(low, high + 1) if at * self.step in self)

    def __contains__(self, value: Fraction) -> bool:
        return any((value / each).denominator == 1 for each in self.steps)


@dataclass(frozen=True)
class BoundAssumptions:
    """Assumptions of the models that prove bounds.

    Of the `Assumptions` shared with the generator they use the upper limits of normal of CK, the
    maximum of muscle testing, the highest Rankin grade, what is abnormal at inclusion, that
    responses are maintained, and that swallowing follows dysphagia. Assumptions that only guide
    sampling are not used.
    """

    shared: Assumptions = field(default_factory=Assumptions)  #: shared with the generator
    grids: Mapping[str, Grid] = field(default_factory=dict)  #: where not the step of the scale
    minimal_disability: bool = True  #: all analysed patients met the criterion that was added
    no_imacs_worsening: bool = True  #: no patient met the IMACS definition of worsening
    bedridden_has_mrs_5: bool = True  #: the patient who stopped bedridden ended with mRS 5
    improvement_maintained: bool = True  #: patients with minimal improvement end with it

    def __post_init__(self) -> None:
        if self.shared.response_maintained and not self.improvement_maintained:
            raise ValueError("response_maintained=True requires improvement_maintained=True")

    def grid(self, measure: str) -> Grid:
        """Return the resolution of a measure."""
        return self.grids.get(measure) or Grid((SCALES[measure].step,))


@dataclass(frozen=True, slots=True)
class BoundAssumption:
    """One assumption of the bounds, for a table of a page."""

    name: str  #: short name; the name of its alternative, if `ALTERNATIVES` has one
    statement: str  #: what is assumed, readable after "assuming"
    reason: str  #: why, and where it comes from
    affects: tuple[str, ...]  #: rows of Table 2 that it affects; "score" for the score


@dataclass(frozen=True, slots=True)
class Alternative:
    """One assumption altered: what is assumed instead, and which bounds are recomputed."""

    name: str  #: short name
    statement: str  #: what is assumed instead
    reason: str  #: why that is worth examining
    assumptions: BoundAssumptions  #: all assumptions that then hold
    measures: tuple[str, ...]  #: rows of Table 2 whose bounds are recomputed
    quantities: tuple[str, ...]  #: what is recomputed, of these rows and of the score


def _read() -> tuple[tuple[BoundAssumption, ...], tuple[Alternative, ...], tuple[Alternative, ...]]:
    """Read assumptions and alternatives from ``assumptions.toml``, which explains its keys."""
    text = files("tisstats.bounds").joinpath("assumptions.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    assumptions = []
    for row in tables["assumption"]:
        affects: list[str] = []
        for each in row.pop("affects"):
            affects += SCALES if each == _ALL else [each]
        assumptions.append(BoundAssumption(**row, affects=tuple(affects)))
    alternatives = [
        [
            Alternative(
                *(row["name"], row["statement"], row["reason"], _altered(row)),
                *(tuple(row["measures"]), tuple(row["quantities"])),
            )
            for row in tables[kind]
        ]
        for kind in ("finer", "dropped")
    ]
    return tuple(assumptions), tuple(alternatives[0]), tuple(alternatives[1])


def _altered(row: Mapping[str, Any]) -> BoundAssumptions:
    grid = Grid(tuple(map(Fraction, row.get("steps", ()))))
    return BoundAssumptions(
        Assumptions(**row.get("shared", {})),
        dict.fromkeys(row["measures"], grid) if grid.steps else {},
        **row.get("assumptions", {}),
    )


#: Stands for all rows of Table 2 in the file.
_ALL = "measures"

#: All assumptions of the bounds, and the alternatives: finer steps, where they are plausible, and
#: inferences dropped, one at a time. An alternative drops the assumption of the same name.
BOUND_ASSUMPTIONS, FINER_STEPS, DROPPED = _read()

ALTERNATIVES: dict[str, Alternative] = {each.name: each for each in (*FINER_STEPS, *DROPPED)}
