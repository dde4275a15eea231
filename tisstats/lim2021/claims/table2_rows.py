"""The rows of Table 2: whether patient-level data can reproduce all ten numbers of a row.

Such values are searched for and verified by arithmetic. They are synthetic: what they yield is
attainable, not reproduced.
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
from tisstats.ledger.claim import Check, Evaluation, Finding, Inputs, Verdict, number_with_unit
from tisstats.ledger.evaluation import Ledger
from tisstats.lim2021.scales import SCALES
from tisstats.lim2021.table2_bounds import attainable_ranges, conditions
from tisstats.lim2021.table2_row import Table2Row, Texts, find_values
from tisstats.measures.scales import Scale
from tisstats.printed import as_printed, limit_as_printed, parse
from tisstats.proof import Proof

#: Smaller P values are printed as below this.
_SMALLEST_P = 0.0001

_FAILED = (Verdict.NOT_ATTAINABLE, Verdict.NOT_REPRODUCED)


@dataclass(frozen=True, slots=True)
class RowCheck:
    """Whether patients can have had the ten printed numbers of one measure."""

    measure: str  #: name of the scale
    quartiles: int  #: medians and quartiles that are printed
    possible: int  #: how many of them are possible
    p_consistent: bool  #: whether P is possible and agrees with what the text calls significant
    row_attainable: bool  #: whether patient values were found that reproduce all ten numbers

    @property
    def all_possible(self) -> bool:
        """Whether no number of the row is impossible by itself."""
        return self.p_consistent and self.possible == self.quartiles


@dataclass(frozen=True, slots=True)
class RowStatus:
    """Whether a row of Table 2 is attainable, as far as is known."""

    found: bool  #: whether patient values were found that reproduce all ten numbers
    conflict: str = ""  #: why no values on the scale and its steps reproduce the row, if none do


@lru_cache(maxsize=256)
def row_status(row: Table2Row) -> RowStatus:
    """Search for a conflict between the numbers of a row, else for values that reproduce it."""
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
                f"{step_text(row.scale)} by rule {row.definition}"
            )
    if not attainable_ranges(row).asymptotic.inside:
        return (
            f"no {row.pairs} changes in steps of {step_text(row.scale)} with the "
            f"printed quartiles by rule {row.definition} have an asymptotic signed-rank P value "
            f"that prints as {row.p}"
        )
    return ""


def row_p_value(inputs: Inputs) -> Finding:
    """Check a P value, whether its whole row is attainable, and which P values are."""
    finding = with_row(consistency.p_value, inputs)
    if not finding.attained:
        return finding
    return replace(finding, remarks=(*finding.remarks, *_range_remarks(_row(inputs))))


def _row(inputs: Inputs) -> Table2Row:
    """Read the row of a claim, with the claim's own number as the claim prints it."""
    _, measure, time, part = inputs.claim.id.split(".")
    row = Table2Row.read(inputs.published, measure, inputs.definition)
    if part == "p":
        return replace(row, p=inputs.claim.printed)
    own = dict(zip(QUARTILES, getattr(row, time), strict=True)) | {part: inputs.claim.printed}
    printed: Any = {time: tuple(own.values())}
    return replace(row, **printed)


def with_row(method: Callable[[Inputs], Finding], inputs: Inputs) -> Finding:
    """Check a number by a general method, and whether its whole row is attainable."""
    finding = method(inputs)
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


def row_checks(ledger: Ledger) -> list[RowCheck]:
    """Summarise the verdicts of the ledger by row of the table.

    Parameters
    ----------
    ledger
        Evaluated by one rule of quartiles.
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
    """Return the medians and quartiles of both tables that are impossible for any patients."""
    return [
        item
        for item in ledger.values()
        if item.claim.kind in ("median", "quartile") and item.verdict in _FAILED
    ]


def step_text(scale: Scale) -> str:
    """Format the smallest difference of a scale with its unit."""
    return number_with_unit(f"{float(scale.step):g}", scale.unit)


def assumed_step(scale: Scale) -> str:
    """Format the smallest difference of a scale, and whether it is an assumption of ours."""
    return step_text(scale) + (" (assumed)" if scale.step_is_assumed else "")


def _range_remarks(row: Table2Row) -> tuple[str, ...]:
    ranges = attainable_ranges(row)
    parts = [
        "the asymptotic P value lies from "
        f"{p_range_text(ranges.asymptotic.low, ranges.asymptotic.high)}"
    ]
    if ranges.exact is not None:
        parts.append(f"the exact one from {p_range_text(ranges.exact.low, ranges.exact.high)}")
    if ranges.exact_given_printed is not None:
        low, high = ranges.exact_given_printed.low, ranges.exact_given_printed.high
        parts.append(
            f"and where the asymptotic one prints as {row.p}, the exact one from "
            f"{p_range_text(low, high)}"
        )
    return (str(Proof(", ".join(parts), conditions(row))),)


def p_range_text(low: float | None, high: float | None) -> str:
    """Format a range of P values rounded outward, so that the text covers all of it.

    >>> p_range_text(0.01952, 0.06152), p_range_text(0.00000381, 0.00971)
    ('0.0195 to 0.0616', '< 0.0001 to 0.0098')
    """
    if low is None or high is None:
        return "none"
    ends = ((low, "least"), (high, "greatest"))
    return " to ".join(
        p_text(end) if end < _SMALLEST_P else limit_as_printed(end, 4, side) for end, side in ends
    )


def p_text(pvalue: float | None) -> str:
    """Format a P value with four decimals, smaller ones as a bound.

    >>> p_text(0.0444), p_text(0.00000381), p_text(1.0)
    ('0.0444', '< 0.0001', '1.0000')
    """
    if pvalue is None:
        return "none"
    return "< 0.0001" if pvalue < _SMALLEST_P else as_printed(pvalue, 4)
