"""A row of Table 2: ten printed numbers, and patient values that reproduce all of them.

Such values are synthetic: they show that the row is possible, and are not evidence for it. Whatever
their source, they are verified by arithmetic, see `reproduces_row`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

import numpy as np

from tisstats.forensics.paired_rows import TIMES, PairSampler, PrintedP, PrintedRow
from tisstats.forensics.printed_quartiles import QUARTILES, PrintedQuartiles
from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.scales import SCALES
from tisstats.measures.scales import Scale
from tisstats.printed import matches_print, parse
from tisstats.statistics import signed_rank_test
from tisstats.statistics.quantiles import QuantileDefinition

#: Three quartiles as printed: first, median, third.
Texts = tuple[str, str, str]

#: Seed and number of attempts of the search.
_SEED, _TRIES = 20210, 200

#: On a scale without upper end values spread by factors: how levels and changes are drawn.
_LOG_TRANSFORMS = (
    (lambda value: np.log1p(np.maximum(value, 0)), np.expm1),
    (lambda change: np.arcsinh(change / 20), lambda drawn: 20 * np.sinh(drawn)),
)

#: Search range on a scale without upper end, as a multiple of the largest printed quartile.
_SEARCH_FACTOR = 4


def quartiles_of(published: PublishedFacts, stem: str) -> Texts:
    """Return the three printed quartiles whose addresses start with `stem`."""
    q1, median, q3 = (published.text(f"{stem}.{quartile}") for quartile in QUARTILES)
    return q1, median, q3


@dataclass(frozen=True, slots=True)
class Table2Row:
    """The printed numbers of one measure in Table 2, and their assumed computation."""

    measure: str  #: name of the scale
    pairs: int  #: patients with a value at baseline and at the end
    unpaired: int  #: patients with a value at the end only
    baseline: Texts  #: quartiles as printed
    end: Texts  #: quartiles as printed, of all patients
    change: Texts  #: quartiles as printed, end minus baseline
    p: str  #: P value as printed
    definition: QuantileDefinition  #: how quartiles were taken
    finer: Fraction | None = None  #: assumed step of the values, if finer than that of the scale

    @property
    def step(self) -> Fraction:
        """The step of the values: that of the scale, unless a finer one is assumed."""
        return self.scale.step if self.finer is None else self.finer

    @property
    def scale(self) -> Scale:
        """The scale of the measure."""
        return SCALES[self.measure]

    def limits(self, time: str) -> tuple[int | None, int | None]:
        """Return the smallest and the largest value of one of `TIMES`; None where unbounded."""
        low, high = self.scale.low, self.scale.high
        if time != "change":
            return low, high
        return (None, None) if high is None else (low - high, high - low)

    def size(self, time: str) -> int:
        """Return how many patients have a value of one of `TIMES`."""
        return self.pairs + (self.unpaired if time == "end" else 0)

    @classmethod
    def read(
        cls, published: PublishedFacts, measure: str, definition: QuantileDefinition
    ) -> Table2Row:
        """Read the row of a measure from the published facts."""
        unpaired = published.count("flow.psoas_missing") if measure == "psoas" else 0
        stem = f"table2.{measure}"
        baseline, end, change = (quartiles_of(published, f"{stem}.{time}") for time in TIMES)
        return cls(
            measure,
            published.count("flow.analysed") - unpaired,
            unpaired,
            baseline,
            end,
            change,
            published.text(f"{stem}.change.p"),
            definition,
        )

    def quartiles(self, time: str) -> PrintedQuartiles:
        """Return the constraints of the printed quartiles at a time, one of `TIMES`, on the values.

        Raises
        ------
        ValueError
            If the definition has no such quartile for this number of values.
        """
        return _quartiles(getattr(self, time), self.size(time), self.step, self.definition)

    def paired_only(self) -> PrintedRow:
        """Return the requirements of the row as if all patients were paired.

        Raises
        ------
        ValueError
            If no values on the steps have one of the quartiles.
        """
        row = replace(self, unpaired=0).printed()
        for quartiles in row.quartiles.values():
            for each in quartiles:
                if each.low > each.high:
                    raise ValueError(
                        f"no quartile of {quartiles.n} values in steps of {self.step} rounds to "
                        f"{each.printed.text}"
                    )
        return row

    def printed(self) -> PrintedRow:
        """Return the constraints of the row on the values, in steps."""
        return PrintedRow(
            {time: self.quartiles(time) for time in TIMES}, PrintedP.from_printed(parse(self.p))
        )


@lru_cache(maxsize=256)
def _quartiles(
    texts: Texts, n: int, step: Fraction, definition: QuantileDefinition
) -> PrintedQuartiles:
    """Return the constraints of printed quartiles; samples are tested one by one against them."""
    printed = dict(zip(QUARTILES, map(parse, texts), strict=True))
    return PrintedQuartiles.from_printed(printed, n, step, definition)


@dataclass(frozen=True, slots=True)
class PatientValues:
    """Synthetic values of one measure, one entry per patient."""

    baseline: tuple[Fraction, ...]  #: of the patients who have both
    end: tuple[Fraction, ...]  #: of the same patients, then of those without a baseline

    @property
    def change(self) -> tuple[Fraction, ...]:
        """End minus baseline of the patients who have both."""
        return tuple(end - start for start, end in zip(self.baseline, self.end, strict=False))


def find_values(row: Table2Row) -> PatientValues | None:
    """Draw values that reproduce all ten numbers of a row; None if the search fails.

    A failed search proves nothing: where few sets of values exist, it can miss them. The model of
    `tisstats.bounds` can prove that there are none on the same steps; tests apply it to the same
    rows.
    """
    scale, step = row.scale, row.step
    required = row.printed()
    quartiles = [each for time in required.quartiles.values() for each in time]
    top = _SEARCH_FACTOR * max(abs(each.high) // each.scale for each in quartiles)
    low, high = int(scale.low / step), top if scale.high is None else int(scale.high / step)
    scales = _LOG_TRANSFORMS if scale.high is None else (None, None)
    # Neighbours are drawn closer together on fine scales than on coarse ones.
    close, wide = (
        PairSampler(
            *(required, (low, high), (low, high), (low - high, high - low)),
            level_scale=scales[0],
            change_scale=scales[1],
            apart=apart,
        )
        for apart in (0, 2)
    )
    rng = np.random.default_rng(_SEED)
    for _ in range(_TRIES):
        pairs = close.draw(rng, 1, 1, 1) or wide.draw(rng, 1, 1, 1)
        if pairs is None:
            continue
        steps = (pairs.baseline, np.append(pairs.end, pairs.unpaired))
        baseline, end = (tuple(int(at) * step for at in each) for each in steps)
        if reproduces_row(found := PatientValues(baseline, end), row):
            return found
    return None


def reproduces_row(values: PatientValues, row: Table2Row) -> bool:
    """Test, by arithmetic alone, whether values lie on the scale and reproduce all ten numbers."""
    scale = row.scale
    on_scale = all(
        value >= scale.low
        and (scale.high is None or value <= scale.high)
        and ((value - scale.low) / row.step).denominator == 1
        for value in (*values.baseline, *values.end)
    )
    return (
        on_scale
        and all(quartiles_match(getattr(values, time), row, time) for time in TIMES)
        and p_matches_print(values.change, row.p)
    )


def quartiles_match(values: Sequence[Fraction], row: Table2Row, time: str) -> bool:
    """Test whether values on the steps of a row have its quartiles of one of `TIMES`."""
    return row.quartiles(time).matches([int(value / row.step) for value in values])


def p_matches_print(changes: Sequence[Fraction], printed: str) -> bool:
    """Test whether the asymptotic signed-rank P value of changes rounds to the printed one."""
    found = signed_rank_test([float(change) for change in changes], method="asymptotic")
    return matches_print(found.pvalue, parse(printed))
