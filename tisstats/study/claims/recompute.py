"""Claims that can be recomputed from other published numbers."""

from __future__ import annotations

from fractions import Fraction
from math import prod

from tisstats.rounding import PrintedNumber, as_printed, prints_as, round_to
from tisstats.statistics import METHODS, precision, proportion_interval
from tisstats.study.claims.claim import Finding, Inputs

#: Largest group that is searched for a count that would print as a given percentage.
_LARGEST_GROUP = 1000


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
        readings = _listed(counts_printing_as(inputs.claim.number, size))
        remarks.append(f"{inputs.claim.printed} of {size} patients is {readings} of them")
    if prints_as(value, inputs.claim.number):
        return Finding(value, remarks=tuple(remarks))
    fewest = fewest_for(inputs.claim.number)
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


def _interval_limit(inputs: Inputs, limit: str) -> Finding:
    successes, trials = inputs.count("successes"), inputs.count("trials")
    level, named = float(inputs.value("level") / 100), inputs.address("by")

    def by(method: str) -> float:
        interval = proportion_interval(successes, trials, level=level, method=method)
        return float(inputs.claim.scaled(getattr(interval, limit)))

    value = by(named)
    remarks = [f"{successes} of {trials}, interval by {named}"]
    if not prints_as(value, inputs.claim.number):
        giving = [method for method in METHODS if prints_as(by(method), inputs.claim.number)]
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


def rounding_slip(value: Fraction | float, printed: PrintedNumber) -> str:
    """Name the rounding slip that turns a value into the print; empty if there is none.

    >>> from tisstats.rounding import parse
    >>> rounding_slip(Fraction(800, 19), parse("42.0"))
    'rounded to 0 decimals first, then printed with 1'
    """
    for coarser in range(printed.decimals):
        if round_to(value, coarser) == printed.value:
            return f"rounded to {coarser} decimals first, then printed with {printed.decimals}"
    for finer in (printed.decimals + 1, printed.decimals + 2):
        if round_to(round_to(value, finer), printed.decimals) == printed.value:
            return f"rounded twice, to {finer} decimals and then to {printed.decimals}"
    if prints_as(value, printed, "truncate"):
        return "cut off instead of rounded"
    if prints_as(value, printed, "half-even"):
        return "a half rounded to the even digit"
    return ""


def counts_printing_as(printed: PrintedNumber, group: int) -> list[int]:
    """List the counts of a group whose percentage prints as given.

    >>> from tisstats.rounding import parse
    >>> counts_printing_as(parse("55"), 20), counts_printing_as(parse("55"), 19)
    ([11], [])
    """
    return [k for k in range(group + 1) if prints_as(Fraction(100 * k, group), printed)]


def fewest_for(printed: PrintedNumber) -> int | None:
    """Find the smallest group of which some count prints as the percentage.

    >>> from tisstats.rounding import parse
    >>> fewest_for(parse("42.0"))
    50
    """
    return next((n for n in range(1, _LARGEST_GROUP + 1) if counts_printing_as(printed, n)), None)


def _terms(inputs: Inputs, role: str, sign: str) -> str:
    return sign.join(as_printed(value, 0) for value in inputs.values(role))


def _listed(items: list[int] | list[str]) -> str:
    if not items:
        return "none"
    return ("only " if len(items) == 1 else "") + ", ".join(map(str, items))
