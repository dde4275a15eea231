"""Premises of the bounds beyond the printed numbers, and their alterations.

A bound holds over all cohorts that meet the printed numbers *and* these premises: where values
lie on a scale, and what was inferred from the text. `CHANGES` drops or alters them one at a time;
``data/bounds/sensitivity.csv`` has the bounds that are proved then. Their wording is in
``premises.toml``.
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
    """Where the values of a measure lie: on whole multiples of one of some steps.

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
        """The greatest length of which every value is a whole multiple."""
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
class Premises:
    """Premises of the models of the bounds.

    Of the `Assumptions` they use the limits of normal of CK, the maximum of muscle testing, the
    highest Rankin grade, what is abnormal at inclusion, that responses last, and that swallowing
    follows dysphagia. Assumptions that only guide sampling are not used.
    """

    assumptions: Assumptions = field(default_factory=Assumptions)  #: shared with drawn cohorts
    grids: Mapping[str, Grid] = field(default_factory=dict)  #: where not the step of the scale
    minimal_disability: bool = True  #: everybody analysed met the criterion that was added
    imacs_worsening: bool = True  #: nobody was worse by the definition as the IMACS words it
    bedridden_is_grade_5: bool = True  #: whoever stopped bed-ridden ended with Rankin grade 5
    improvement_lasts: bool = True  #: those with minimal improvement end with it

    def __post_init__(self) -> None:
        if self.assumptions.response_lasts and not self.improvement_lasts:
            raise ValueError("response_lasts needs improvement_lasts: 40 points are 20 as well")

    def grid(self, measure: str) -> Grid:
        """Return where the values of a measure lie."""
        return self.grids.get(measure) or Grid((SCALES[measure].step,))


@dataclass(frozen=True, slots=True)
class Premise:
    """One thing that the bounds rest on, for a table of a page."""

    name: str  #: short name; of those that `CHANGES` drops, the name of the change
    statement: str  #: what is taken for granted, readable after "given"
    reason: str  #: why, and where it comes from
    of: tuple[str, ...]  #: rows of Table 2 that it bears upon; "score" for the score


@dataclass(frozen=True, slots=True)
class Change:
    """One premise altered: what is assumed instead, and which bounds are proved again."""

    name: str  #: short name
    words: str  #: what is assumed instead
    reason: str  #: why that is worth asking
    premises: Premises  #: everything that is then assumed
    measures: tuple[str, ...]  #: rows of Table 2 whose bounds are proved again
    quantities: tuple[str, ...]  #: what is proved again, of these rows and of the score


def _read() -> tuple[tuple[Premise, ...], tuple[Change, ...], tuple[Change, ...]]:
    """Read premises and changes from ``premises.toml``, which says what its keys mean."""
    text = files("tisstats.bounds").joinpath("premises.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    premises = []
    for row in tables["premise"]:
        of = (measure for what in row.pop("of") for measure in (SCALES if what == _ALL else [what]))
        premises.append(Premise(**row, of=tuple(of)))
    changes = [
        [
            Change(
                *(row["name"], row["words"], row["reason"], _altered(row)),
                *(tuple(row["measures"]), tuple(row["quantities"])),
            )
            for row in tables[kind]
        ]
        for kind in ("finer", "dropped")
    ]
    return tuple(premises), tuple(changes[0]), tuple(changes[1])


def _altered(row: Mapping[str, Any]) -> Premises:
    grid = Grid(tuple(map(Fraction, row.get("steps", ()))))
    return Premises(
        Assumptions(**row.get("assumptions", {})),
        dict.fromkeys(row["measures"], grid) if grid.steps else {},
        **row.get("premises", {}),
    )


#: Stands for all rows of Table 2 in the file.
_ALL = "measures"

#: Everything that the bounds rest on, values on finer steps, where finer ones are plausible, and
#: inferences dropped, one at a time; what has the name of a change has been dropped for a trial.
PREMISES, FINER_STEPS, DROPPED = _read()

CHANGES: dict[str, Change] = {each.name: each for each in (*FINER_STEPS, *DROPPED)}
