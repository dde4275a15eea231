"""Claims that can be recomputed from other published numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from tisstats import statistics
from tisstats.forensics import explain_rounding, methods_matching_limit, percentage_consistency
from tisstats.ledger.claim import ClaimInputs, Finding
from tisstats.printed import matches_print
from tisstats.sentences import join_names


def percentage(inputs: ClaimInputs) -> Finding:
    """Divide the count by the group; name a rounding error and the smallest matching group."""
    count, group = inputs.count("count"), inputs.count("of")
    value = Fraction(100 * count, group)
    remarks = [f"{count} of {group}"]
    if matches_print(value, inputs.claim.number):
        return Finding(value, remarks=tuple(remarks))
    smallest = percentage_consistency(inputs.claim.printed, None, group).smallest_n
    if smallest is not None:
        remarks.append(
            f"no count in a group of fewer than {smallest} rounds to {inputs.claim.printed}"
        )
    return Finding(
        value,
        rounding_error=explain_rounding(value, inputs.claim.number),
        remarks=tuple(remarks),
    )


def interval_limit(inputs: ClaimInputs, limit: Literal["low", "high"]) -> Finding:
    """Compute a confidence limit by the method that the article names."""
    successes, trials = inputs.count("successes"), inputs.count("trials")
    level, named = float(inputs.value("level") / 100), inputs.address("by")
    interval = statistics.proportion_interval(
        successes, trials, confidence_level=level, method=named
    )
    value = float(inputs.claim.in_unit(getattr(interval, limit)))
    remarks = [f"{successes} of {trials}, {statistics.method_title(named)}"]
    if not matches_print(value, inputs.claim.number):
        giving = methods_matching_limit(
            limit, inputs.claim.printed, successes, trials, level, percent=inputs.claim.unit == "%"
        )
        matching = f"{_list_methods(giving)} {inputs.claim.printed}"
        remarks.append(f"of {len(statistics.INTERVAL_METHODS)} interval methods, {matching}")
    return Finding(
        value,
        rounding_error=explain_rounding(value, inputs.claim.number),
        remarks=tuple(remarks),
    )


def planned(inputs: ClaimInputs, part: Literal["low", "high", "width"]) -> Finding:
    """Compute a limit or the width of the interval for which the sample size was planned."""
    method = inputs.address("by")
    plan = statistics.planned_interval(
        inputs.count("trials"),
        float(inputs.value("proportion")),
        confidence_level=float(inputs.value("level") / 100),
        method=method,
    )
    value = plan.width if part == "width" else getattr(plan.interval, part)
    return Finding(
        float(inputs.claim.in_unit(value)),
        remarks=(f"{plan.successes} of {plan.trials}, {statistics.method_title(method)}",),
    )


def _list_methods(methods: Sequence[str]) -> str:
    names = [statistics.method_title(method) for method in methods]
    if len(names) == 1:
        return f"only {names[0]} matches"
    return f"{join_names(names)} match" if names else "none matches"
