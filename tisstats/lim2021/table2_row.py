"""A row of Table 2: ten printed numbers, and patient values that give all of them at once.

Such values are synthetic: they show that the row is possible, and are no evidence for it. Wherever
they come from, they are never trusted: `gives` checks them by arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from tisstats.ledger.published import Published
from tisstats.lim2021.scales import SCALES
from tisstats.measures.scales import Scale
from tisstats.printed import parse, prints_as
from tisstats.statistics import quantile_weights, signed_rank_test

_SHARES = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))
PARTS = ("q1", "median", "q3")

#: Three quartiles as printed: first, median, third.
Quartiles = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """What Table 2 prints of one measure, and how it is taken to have been computed."""

    measure: str  #: name of the scale
    pairs: int  #: patients with a value at baseline and at the end
    unpaired: int  #: patients with a value at the end alone
    baseline: Quartiles  #: as printed
    end: Quartiles  #: as printed, of all patients
    change: Quartiles  #: as printed, end minus baseline
    p: str  #: P value as printed
    definition: int | str  #: how quartiles were taken
    finer: Fraction | None = None  #: step of the values, were it finer than that of the scale

    @property
    def step(self) -> Fraction:
        """The step of the values: that of the scale, unless a finer one is assumed."""
        return self.scale.step if self.finer is None else self.finer

    @property
    def scale(self) -> Scale:
        """The scale of the measure."""
        return SCALES[self.measure]

    @property
    def widest_change(self) -> int | None:
        """The greatest possible change; None where the scale has no upper end."""
        return None if self.scale.high is None else self.scale.high - self.scale.low

    @classmethod
    def read(
        cls, published: Published, measure: str, definition: int | str, unpaired: int | None = None
    ) -> Row:
        """Read the row of a measure from the published facts."""
        patients = published.count("flow.analysed")
        if unpaired is None:
            unpaired = published.count("flow.psoas_missing") if measure == "psoas" else 0

        def quartiles(time: str) -> Quartiles:
            q1, median, q3 = (published.text(f"table2.{measure}.{time}.{part}") for part in PARTS)
            return q1, median, q3

        return cls(
            measure,
            patients - unpaired,
            unpaired,
            *(quartiles("baseline"), quartiles("end"), quartiles("change")),
            published.text(f"table2.{measure}.change.p"),
            definition,
        )


@dataclass(frozen=True, slots=True)
class PatientValues:
    """Synthetic values of one measure, a patient a place."""

    baseline: tuple[Fraction, ...]  #: of the patients who have both
    end: tuple[Fraction, ...]  #: of the same patients, then of those without a baseline

    @property
    def change(self) -> tuple[Fraction, ...]:
        """End minus baseline of the patients who have both."""
        return tuple(end - start for start, end in zip(self.baseline, self.end, strict=False))


def gives(values: PatientValues, row: Row) -> bool:
    """Tell, by arithmetic alone, whether values lie on the scale and give all ten numbers."""
    scale = row.scale
    recorded = (*values.baseline, *values.end)
    on_scale = all(
        value >= scale.low
        and (scale.high is None or value <= scale.high)
        and ((value - scale.low) / row.step).denominator == 1
        for value in recorded
    )
    return (
        on_scale
        and (len(values.baseline), len(values.end)) == (row.pairs, row.pairs + row.unpaired)
        and have_quartiles(values.baseline, row.baseline, row.definition)
        and have_quartiles(values.end, row.end, row.definition)
        and have_quartiles(values.change, row.change, row.definition)
        and p_prints(values.change, row.p)
    )


def have_quartiles(values: Sequence[Fraction], printed: Quartiles, definition: int | str) -> bool:
    """Tell whether the quartiles of exact values print as given."""
    ordered = sorted(values)
    weights = _weights(len(ordered), definition)
    return all(
        bool(each)
        and prints_as(
            sum((weight * ordered[rank - 1] for rank, weight in each), Fraction(0)), parse(text)
        )
        for each, text in zip(weights, printed, strict=True)
    )


@lru_cache(maxsize=64)
def _weights(n: int, definition: int | str) -> tuple[tuple[tuple[int, Fraction], ...], ...]:
    return tuple(tuple(quantile_weights(n, share, definition).items()) for share in _SHARES)


def p_prints(changes: Sequence[Fraction], printed: str) -> bool:
    """Tell whether the asymptotic signed-rank P value of exact changes prints as given."""
    found = signed_rank_test([float(change) for change in changes], method="asymptotic")
    return prints_as(found.pvalue, parse(printed))
