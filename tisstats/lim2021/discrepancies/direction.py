"""Whether a printed change can be baseline minus end: a count of patients decides."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tisstats.ledger.published import Published


@dataclass(frozen=True, slots=True)
class Crossing:
    """How many patients would have to end high if the change were baseline minus end."""

    pairs: int  #: patients with both values
    forced: int  #: patients who would end above `floor`
    room: int  #: patients who can end above the printed median at the end
    floor: str  #: first quartile at baseline as printed
    baseline: str  #: median at baseline as printed
    end: str  #: median at the end as printed
    change: str  #: median change as printed


def crossing(published: Published, measure: str) -> Crossing:
    """Count the patients whom baseline minus end would force above the baseline's first quartile.

    By the rule of SPSS the quartiles of 19 values are the 5th, 10th and 15th in order. If the
    third quartile of baseline minus end is negative, 15 patients at least end higher than they
    began; 15 begin at the first quartile of the baseline or higher. Of 19 patients, at least 11
    belong to both, and end above it.

    Raises
    ------
    ValueError
        If the quartiles are no values in order, or the third quartile of the change is not
        negative, or the median at the end lies above the first quartile at baseline: then the
        count decides nothing.
    """
    pairs = published.count("flow.analysed")
    quarter, remainder = divmod(pairs + 1, 4)
    if remainder:
        raise ValueError(f"with {pairs} patients the quartiles are no recorded values")
    half = _half_a_digit(published, f"table2.{measure}.change.q3")
    third = published.value(f"table2.{measure}.change.q3") + half
    floor = published.value(f"table2.{measure}.baseline.q1") - half
    median_end = published.value(f"table2.{measure}.end.median") + half
    if third >= 0 or median_end > floor:
        raise ValueError(f"the quartiles of {measure} do not decide")
    higher, from_quartile = 3 * quarter, pairs + 1 - quarter
    return Crossing(
        pairs=pairs,
        forced=higher + from_quartile - pairs,
        room=pairs - 2 * quarter,
        floor=published.text(f"table2.{measure}.baseline.q1"),
        baseline=published.text(f"table2.{measure}.baseline.median"),
        end=published.text(f"table2.{measure}.end.median"),
        change=published.text(f"table2.{measure}.change.median"),
    )


def _half_a_digit(published: Published, address: str) -> Fraction:
    return Fraction(1, 2 * 10 ** published.printed(address).decimals)
