"""Claims that can be recomputed from other published numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod
from typing import Literal

from tisstats.consistency import methods_giving, percentage_consistency, rounding_slip
from tisstats.rounding import as_printed, prints_as
from tisstats.statistics import METHODS, precision, proportion_interval
from tisstats.study.claims.claim import Finding, Inputs


def total(inputs: Inputs) -> Finding:
    """Add the parts."""
    return Finding(
        sum(inputs.values("part"), Fraction(0)), remarks=(_terms(inputs, "part", " + "),)
    )


def difference(inputs: Inputs) -> Finding:
    """Take the rest from the whole."""
    value = inputs.value("from") - sum(inputs.values("less"), Fraction(0))
    return Finding(
        value, remarks=(_terms(inputs, "from", "") + " − " + _terms(inputs, "less", " − "),)
    )


def product(inputs: Inputs) -> Finding:
    """Multiply the factors."""
    return Finding(
        prod(inputs.values("factor"), start=Fraction(1)), remarks=(_terms(inputs, "factor", " × "),)
    )


def count_rows(inputs: Inputs) -> Finding:
    """Count the rows of a file."""
    name = inputs.address("rows")
    return Finding(Fraction(len(inputs.published.tables[name])), remarks=(f"rows of {name}",))


def percentage(inputs: Inputs) -> Finding:
    """Divide the counts by the group; say which other counts and groups would print the same."""
    count, group = sum(inputs.values("count")), inputs.count("of")
    value = 100 * count / group
    remarks = [f"{count} of {group}"]
    others = [inputs.published.count(address) for address in inputs.addresses("other")]
    for size in [group, *others] if others else []:
        readings = _listed(percentage_consistency(inputs.claim.printed, None, size).counts)
        remarks.append(f"{inputs.claim.printed} of {size} patients is {readings} of them")
    if prints_as(value, inputs.claim.number):
        return Finding(value, remarks=tuple(remarks))
    fewest = percentage_consistency(inputs.claim.printed, None, group).fewest
    if fewest is not None:
        remarks.append(
            f"no group of fewer than {fewest} has a count that prints as {inputs.claim.printed}"
        )
    return Finding(value, slip=rounding_slip(value, inputs.claim.number), remarks=tuple(remarks))


def interval_low(inputs: Inputs) -> Finding:
    """Compute the lower limit by the method that the article names."""
    return _interval_limit(inputs, "low")


def interval_high(inputs: Inputs) -> Finding:
    """Compute the upper limit by the method that the article names."""
    return _interval_limit(inputs, "high")


def _interval_limit(inputs: Inputs, limit: Literal["low", "high"]) -> Finding:
    successes, trials = inputs.count("successes"), inputs.count("trials")
    level, named = float(inputs.value("level") / 100), inputs.address("by")
    interval = proportion_interval(successes, trials, level=level, method=named)
    value = float(inputs.claim.scaled(getattr(interval, limit)))
    remarks = [f"{successes} of {trials}, interval by {named}"]
    if not prints_as(value, inputs.claim.number):
        giving = methods_giving(
            limit, inputs.claim.printed, successes, trials, level, percent=inputs.claim.unit == "%"
        )
        remarks.append(
            f"of {len(METHODS)} methods, {inputs.claim.printed} comes from {_listed(giving)}"
        )
    return Finding(value, slip=rounding_slip(value, inputs.claim.number), remarks=tuple(remarks))


def planned_low(inputs: Inputs) -> Finding:
    """Compute the lower limit that the sample size was planned for."""
    return _planned(inputs, "low")


def planned_high(inputs: Inputs) -> Finding:
    """Compute the upper limit that the sample size was planned for."""
    return _planned(inputs, "high")


def planned_width(inputs: Inputs) -> Finding:
    """Compute the width of the interval that the sample size was planned for."""
    return _planned(inputs, "width")


def _planned(inputs: Inputs, part: str) -> Finding:
    plan = precision(
        inputs.count("trials"),
        float(inputs.value("proportion")),
        level=float(inputs.value("level") / 100),
        method=inputs.address("by"),
    )
    value = plan.width if part == "width" else getattr(plan.interval, part)
    return Finding(
        float(inputs.claim.scaled(value)),
        remarks=(f"{plan.successes} of {plan.trials}, interval by {inputs.address('by')}",),
    )


def _terms(inputs: Inputs, role: str, sign: str) -> str:
    return sign.join(as_printed(value, 0) for value in inputs.values(role))


def _listed(items: Sequence[int | str]) -> str:
    if not items:
        return "none"
    return ("only " if len(items) == 1 else "") + ", ".join(map(str, items))
