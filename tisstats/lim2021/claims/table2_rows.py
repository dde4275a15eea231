"""The rows of Table 2: whether patients can give all ten numbers of a row at once.

Values that do are looked for and checked by arithmetic. They are synthetic: what they give is
attainable, not reproduced.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from tisstats.forensics.printed_quartiles import QUARTILES
from tisstats.ledger import consistency
from tisstats.ledger.claim import Check, Finding, Inputs, number_with_unit
from tisstats.lim2021.table2_row import Row, find_values
from tisstats.measures.scales import Scale
from tisstats.printed import as_printed, limit_as_printed, parse
from tisstats.proof import Proof

#: Smaller P values are printed as below this.
_SMALLEST = 0.0001


@dataclass(frozen=True, slots=True)
class RowStatus:
    """Whether a row of Table 2 is attainable, as far as is known."""

    found: bool  #: whether patient values were found that give all ten numbers
    conflict: str = ""  #: why no values on the scale and its steps give the row, if none do


@lru_cache(maxsize=256)
def row_status(row: Row) -> RowStatus:
    """Search for a conflict between the numbers of a row, else for patient values that give it."""
    if conflict := _conflict(row):
        return RowStatus(found=False, conflict=conflict)
    return RowStatus(found=find_values(row) is not None)


def _conflict(row: Row) -> str:
    from tisstats.forensics import quartile_consistency
    from tisstats.lim2021.table2_bounds import p_ranges

    if not 0 <= parse(row.p).value <= 1:
        return f"{row.p} is not a P value"
    low, high, widest = row.scale.low, row.scale.high, row.widest_change
    columns = {
        "at baseline": (row.baseline, row.pairs, low, high),
        "at the end": (row.end, row.pairs + row.unpaired, low, high),
        "of the change": (row.change, row.pairs, None if widest is None else -widest, widest),
    }
    for which, (printed, n, least, greatest) in columns.items():
        joint = quartile_consistency(*printed, n, row.scale.step, least, greatest, row.definition)
        if not joint.possible:
            return (
                f"quartiles {which}: {joint.reason}, for {n} values in steps of "
                f"{step_text(row.scale)} by rule {row.definition}"
            )
    if not p_ranges(row).asymptotic.inside:
        return (
            f"no {row.pairs} changes in steps of {step_text(row.scale)} with the "
            f"printed quartiles by rule {row.definition} have an asymptotic signed-rank P value "
            f"that prints as {row.p}"
        )
    return ""


def row_quartile(inputs: Inputs) -> Finding:
    """Check a quartile of baseline or end, and whether its whole row is attainable."""
    return _with_row(inputs, consistency.quartile(inputs))


def row_change_quartile(inputs: Inputs) -> Finding:
    """Check a quartile of the change, and whether its whole row is attainable."""
    return _with_row(inputs, consistency.quartile(inputs, of_change=True))


def row_p_value(inputs: Inputs) -> Finding:
    """Check a P value, whether its whole row is attainable, and which P values are."""
    finding = _with_row(inputs, consistency.p_value(inputs))
    if not finding.attained:
        return finding
    return replace(finding, remarks=(*finding.remarks, *_range_remarks(_row(inputs))))


def _row(inputs: Inputs) -> Row:
    """Read the row of a claim, with the claim's own number as the claim prints it."""
    _, measure, time, part = inputs.claim.id.split(".")
    row = Row.read(inputs.published, measure, inputs.definition)
    if part == "p":
        return replace(row, p=inputs.claim.printed)
    own = dict(zip(QUARTILES, getattr(row, time), strict=True)) | {part: inputs.claim.printed}
    printed: Any = {time: tuple(own.values())}
    return replace(row, **printed)


def _with_row(inputs: Inputs, finding: Finding) -> Finding:
    if not all(check.holds for check in finding.checks):
        return finding
    row = _row(inputs)
    status = row_status(row)
    if status.conflict:
        return replace(finding, checks=(*finding.checks, Check(status.conflict, holds=False)))
    if not status.found:
        remark = (
            "no patient values were found that give all ten numbers of this row at once; "
            "none are excluded"
        )
        return replace(finding, remarks=(*finding.remarks, remark))
    pairs = f"{row.pairs} patients" + (
        f" and {row.unpaired} without a baseline" if row.unpaired else ""
    )
    shown = (
        "patient values, found by search, checked by arithmetic and no evidence for the row, give "
        f"all ten numbers of this row at once: {pairs}, steps of "
        f"{assumed_step(row.scale)}, quartiles by rule {row.definition}, asymptotic P"
    )
    return replace(finding, attained=shown)


def step_text(scale: Scale) -> str:
    """Format the smallest difference of a scale with its unit."""
    return number_with_unit(f"{float(scale.step):g}", scale.unit)


def assumed_step(scale: Scale) -> str:
    """Format the smallest difference of a scale, and whether it is an assumption of ours."""
    return step_text(scale) + (" (assumed)" if scale.step_is_assumed else "")


def _range_remarks(row: Row) -> tuple[str, ...]:
    from tisstats.lim2021.table2_bounds import conditions, p_ranges

    ranges = p_ranges(row)
    parts = [
        "the asymptotic P value lies from "
        f"{p_range_text(ranges.asymptotic.low, ranges.asymptotic.high)}"
    ]
    if ranges.exact is not None:
        parts.append(f"the exact one from {p_range_text(ranges.exact.low, ranges.exact.high)}")
    if ranges.exact_of_printed is not None:
        low, high = ranges.exact_of_printed.low, ranges.exact_of_printed.high
        parts.append(
            f"and where the asymptotic one prints as {row.p}, the exact one from "
            f"{p_range_text(low, high)}"
        )
    return (str(Proof(", ".join(parts), conditions(row))),)


def p_range_text(low: float | None, high: float | None) -> str:
    """Format a range of P values rounded outward, so that none in it lies outside the print.

    >>> p_range_text(0.01952, 0.06152), p_range_text(0.00000381, 0.00971)
    ('0.0195 to 0.0616', '< 0.0001 to 0.0098')
    """
    if low is None or high is None:
        return "none"
    ends = ((low, "least"), (high, "greatest"))
    return " to ".join(
        p_text(end) if end < _SMALLEST else limit_as_printed(end, 4, side) for end, side in ends
    )


def p_text(pvalue: float | None) -> str:
    """Format a P value with four decimals, smaller ones as a bound.

    >>> p_text(0.0444), p_text(0.00000381), p_text(1.0)
    ('0.0444', '< 0.0001', '1.0000')
    """
    if pvalue is None:
        return "none"
    return "< 0.0001" if pvalue < _SMALLEST else as_printed(pvalue, 4)
