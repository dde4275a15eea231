"""Checks of the rows of Table 2: whether patient-level data can reproduce all ten numbers.

Such values are searched for and verified by arithmetic. They are synthetic: the numbers that they
yield are attainable, not reproduced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from tisstats.forensics import quartile_consistency
from tisstats.forensics.paired_rows import TIMES
from tisstats.forensics.printed_quartiles import QUARTILES
from tisstats.ledger import consistency
from tisstats.ledger.claim import Check, ClaimInputs, Evaluation, Finding, Verdict
from tisstats.ledger.evaluation import Ledger
from tisstats.lim2021.scales import SCALES, with_unit
from tisstats.lim2021.table2_bounds import attainable_ranges, conditions
from tisstats.lim2021.table2_row import Table2Row, Texts, find_values
from tisstats.measures.scales import Scale
from tisstats.printed import format_outward, format_rounded, parse
from tisstats.proof import ProvenStatement

#: Smaller P values are printed as "< 0.0001".
_SMALLEST_PRINTED_P = 0.0001

_FAILED = (Verdict.NOT_ATTAINABLE, Verdict.NOT_REPRODUCED)


@dataclass(frozen=True, slots=True)
class RowCheck:
    """Whether the ten printed numbers of a measure are attainable."""

    measure: str  #: name of the scale
    quartiles: int  #: number of printed medians and quartiles
    possible: int  #: number of them that are attainable
    p_consistent: bool  #: whether P is attainable and agrees with the text on significance
    row_attainable: bool  #: whether values that reproduce all ten numbers were found

    @property
    def all_possible(self) -> bool:
        """Whether each number of the row is attainable by itself."""
        return self.p_consistent and self.possible == self.quartiles


@dataclass(frozen=True, slots=True)
class RowStatus:
    """What is known about whether a row of Table 2 is attainable."""

    found: bool  #: whether values that reproduce all ten numbers were found
    conflict: str = ""  #: why no values on the scale's grid reproduce the row, if none can


@lru_cache(maxsize=256)
def row_status(row: Table2Row) -> RowStatus:
    """Search for a conflict between the numbers of a row, then for values that reproduce it."""
    if conflict := _conflict(row):
        return RowStatus(found=False, conflict=conflict)
    return RowStatus(found=find_values(row) is not None)


def _conflict(row: Table2Row) -> str:
    if not 0 <= parse(row.p).value <= 1:
        return f"{row.p} is not a P value"
    for time, which in zip(TIMES, ("at baseline", "at the end", "of the change"), strict=True):
        printed: Texts = getattr(row, time)
        n = row.size(time)
        joint = quartile_consistency(*printed, n, row.step, *row.limits(time), row.definition)
        if not joint.possible:
            return (
                f"quartiles {which}: {joint.reason}, for {n} values in steps of "
                f"{with_unit(row.step, row.scale.unit)}, quartile definition {row.definition}"
            )
    if not attainable_ranges(row).asymptotic.printed_p_attainable:
        return (
            f"no {row.pairs} changes in steps of {with_unit(row.step, row.scale.unit)} with the "
            f"printed quartiles (definition {row.definition}) have an asymptotic signed-rank P "
            f"value that rounds to {row.p}"
        )
    return ""


def row_p_value(inputs: ClaimInputs) -> Finding:
    """Check a P value and whether its row is attainable, and note the attainable P values."""
    finding = with_row(consistency.check_p_value, inputs)
    if not finding.attained_by:
        return finding
    return replace(finding, remarks=(*finding.remarks, *_range_remarks(_row(inputs))))


def _row(inputs: ClaimInputs) -> Table2Row:
    """Read the row of a claim, with the claim's own number as printed there."""
    _, measure, time, part = inputs.claim.id.split(".")
    row = Table2Row.read(inputs.published, measure, inputs.definition)
    if part == "p":
        return replace(row, p=inputs.claim.printed)
    own = dict(zip(QUARTILES, getattr(row, time), strict=True)) | {part: inputs.claim.printed}
    printed: Any = {time: tuple(own.values())}
    return replace(row, **printed)


def with_row(method: Callable[[ClaimInputs], Finding], inputs: ClaimInputs) -> Finding:
    """Check a number by a general method, and whether its row is attainable."""
    finding = method(inputs)
    if not all(check.passed for check in finding.checks):
        return finding
    row = _row(inputs)
    status = row_status(row)
    if status.conflict:
        return replace(finding, checks=(*finding.checks, Check(status.conflict, passed=False)))
    if not status.found:
        remark = (
            "no patient-level values were found that reproduce all ten numbers of this row; none "
            "are ruled out"
        )
        return replace(finding, remarks=(*finding.remarks, remark))
    pairs = f"{row.pairs} patients" + (
        f" and {row.unpaired} without a baseline" if row.unpaired else ""
    )
    shown = (
        "patient-level values found by search (not evidence for the row) reproduce all ten "
        f"numbers: {pairs}, steps of {assumed_step(row.scale)}, quartile definition "
        f"{row.definition}, asymptotic P"
    )
    return replace(finding, attained_by=shown)


def row_checks(ledger: Ledger) -> list[RowCheck]:
    """Summarise the verdicts of the ledger by row of the table.

    Parameters
    ----------
    ledger
        Evaluated by one quartile definition.
    """
    checks = []
    for measure in SCALES:
        mine = [item for name, item in ledger.items() if name.startswith(f"table2.{measure}.")]
        (p_value,) = (item for item in mine if item.claim.kind == "P value")
        quartiles = [item for item in mine if item is not p_value]
        checks.append(
            RowCheck(
                measure,
                quartiles=len(quartiles),
                possible=sum(item.verdict not in _FAILED for item in quartiles),
                p_consistent=p_value.verdict not in _FAILED,
                row_attainable=all(item.verdict is Verdict.ATTAINABLE for item in mine),
            )
        )
    return checks


def impossible_quartiles(ledger: Ledger) -> list[Evaluation]:
    """Return the medians and quartiles of both tables that no patients can have."""
    return [
        item
        for item in ledger.values()
        if item.claim.kind in ("median", "quartile") and item.verdict in _FAILED
    ]


def assumed_step(scale: Scale) -> str:
    """Format the step of a scale, and whether it is our assumption."""
    return with_unit(scale.step, scale.unit) + (" (assumed)" if scale.step_is_assumed else "")


def _range_remarks(row: Table2Row) -> tuple[str, ...]:
    ranges = attainable_ranges(row)
    parts = [
        "the asymptotic P value ranges from "
        f"{p_range_text(ranges.asymptotic.low, ranges.asymptotic.high)}"
    ]
    if ranges.exact is not None:
        parts.append(f"the exact one from {p_range_text(ranges.exact.low, ranges.exact.high)}")
    if ranges.exact_given_printed is not None:
        low, high = ranges.exact_given_printed.low, ranges.exact_given_printed.high
        as_printed = f"is {row.p}" if row.p.startswith("<") else f"rounds to {row.p}"
        parts.append(
            f"and where the asymptotic one {as_printed}, the exact one from "
            f"{p_range_text(low, high)}"
        )
    return (str(ProvenStatement(", ".join(parts), conditions(row))),)


def p_range_text(low: float | None, high: float | None) -> str:
    """Format a range of P values, rounded outward so that the text covers the whole range.

    >>> p_range_text(0.01952, 0.06152), p_range_text(0.00000381, 0.00971)
    ('0.0195 to 0.0616', '< 0.0001 to 0.0098')
    """
    if low is None or high is None:
        return "none"
    return " to ".join(
        p_text(end) if end < _SMALLEST_PRINTED_P else format_outward(end, 4, side)
        for end, side in ((low, "minimum"), (high, "maximum"))
    )


def p_text(pvalue: float | None) -> str:
    """Format a P value with four decimals, smaller ones as a bound.

    >>> p_text(0.0444), p_text(0.00000381), p_text(1.0), p_text(None)
    ('0.0444', '< 0.0001', '1.0000', 'none')
    """
    if pvalue is None:
        return "none"
    return "< 0.0001" if pvalue < _SMALLEST_PRINTED_P else format_rounded(pvalue, 4)
