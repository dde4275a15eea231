"""Consistency checks of claims that cannot be recomputed from other numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from tisstats.forensics import format_exact, quartile_consistency
from tisstats.ledger.claim import Check, ClaimInputs, Finding, ValueGrid, Verdict, number_with_unit
from tisstats.printed import format_rounded

_PARTS = ("q1", "median", "q3")

#: Up to this many values are listed in a note.
_FEW = 8

_DAYS = {"days": 1, "weeks": 7}


def check_fact(inputs: ClaimInputs) -> Finding:
    """Compare with the other passages that print the same number."""
    return Finding(checks=_compare_with_facts(inputs))


def compare_with_own_cell(inputs: ClaimInputs) -> tuple[Check, ...]:
    """Compare a claim with the cell of the same name; no check where they agree."""
    name = inputs.claim.id
    if not inputs.published.has(name) or inputs.published.value(name) == _printed_value(inputs):
        return ()
    cell = f"{inputs.published.text(name)} in {name.partition('.')[0]}.csv"
    return (Check(cell, passed=False, verdict_if_failed=Verdict.NOT_REPRODUCED),)


def _compare_with_facts(inputs: ClaimInputs) -> tuple[Check, ...]:
    """Compare with the facts that record the number, and name another claim that prints it.

    A fact may have been read from the claim's own passage: it can contradict a claim, but not
    confirm it. Only another claim of the same number is a check.
    """
    checks: list[Check] = []
    for address in inputs.addresses("fact"):
        value, place = inputs.published.value(address), inputs.published.place(address)
        if value != _printed_value(inputs):
            other = format_rounded(value, inputs.published.printed(address).decimals)
            text = f"{other} in {place}"
            checks.append(Check(text, passed=False, verdict_if_failed=Verdict.NOT_REPRODUCED))
    if not checks and inputs.other_places:
        others = [place for place in inputs.other_places if place != inputs.claim.place]
        here = f"repeated in the same section, {inputs.claim.place}"
        checks.append(Check(f"also printed in {others[0]}" if others else here, passed=True))
    return tuple(dict.fromkeys(checks))


def _printed_value(inputs: ClaimInputs) -> Fraction:
    return Fraction(inputs.claim.number.value)


def check_at_most(inputs: ClaimInputs) -> Finding:
    """Check that a number does not exceed a limit that other published numbers set."""
    claim, published = inputs.claim, inputs.published
    terms = [inputs.value("limit"), *inputs.values("less")]
    limit = terms[0] - sum(terms[1:], Fraction(0))
    unit = published.text(inputs.address("limit") + ".unit") if claim.unit in _DAYS else ""
    holds = _printed_value(inputs) * _DAYS.get(claim.unit, 1) <= limit * _DAYS.get(unit, 1)
    text = format_rounded(limit, 0)
    if len(terms) > 1:
        text = f"{' − '.join(format_rounded(term, 0) for term in terms)} = {text}"
    unit = unit or (claim.unit if claim.kind == "dose" else "")
    check = Check(f"does not exceed {number_with_unit(text, unit) if unit else text}", holds)
    return Finding(checks=(check, *_compare_with_facts(inputs)))


def check_between(inputs: ClaimInputs) -> Finding:
    """Check that a number lies within limits that other published numbers set."""
    low, high = inputs.value("low"), inputs.value("high")
    check = Check(
        f"from {format_rounded(low, 0)} to {format_rounded(high, 0)}",
        low <= _printed_value(inputs) <= high,
    )
    return Finding(checks=(check, *_compare_with_facts(inputs)))


def check_p_value(inputs: ClaimInputs) -> Finding:
    """Compare a P value with what the text calls significant."""
    number, level = inputs.claim.number, inputs.value("level")
    called = inputs.published.text(inputs.address("significant")) == "true"
    below = number.value <= level if number.relation == "<" else number.value < level
    word = "significant" if called else "not significant"
    return Finding(
        checks=(
            Check("between 0 and 1", 0 <= number.value <= 1),
            Check(f"called {word} at {format_rounded(level, 2)}", below == called),
        )
    )


def _recorded_values(inputs: ClaimInputs) -> ValueGrid:
    """Return the value grid of a claim: that of its measure, or as its inputs state."""
    if inputs.addresses("instrument"):
        name = inputs.address("instrument")
        if name not in inputs.measures:
            known = ", ".join(inputs.measures) or "none"
            raise ValueError(f"instrument must be one of {known}, got {name!r}")
        return inputs.measures[name]
    low, high = (inputs.count(end) if inputs.addresses(end) else None for end in ("low", "high"))
    step = inputs.value("step")
    return ValueGrid(low, high, step, f"in steps of {format_exact(step)}", "the scale")


def check_quartile(inputs: ClaimInputs, *, of_change: bool = False) -> Finding:
    """Check quartiles: in ascending order, within the scale, and attainable by n values.

    Quartiles of a change, which may be negative, are checked in the same way.
    """
    values = _recorded_values(inputs)
    if of_change:
        values = values.for_change()
    statistic = inputs.claim.id.rpartition(".")[2]
    checks: list[Check] = []
    if inputs.addresses("q1"):
        ordered = inputs.value("q1") <= inputs.value("median") <= inputs.value("q3")
        checks.append(Check("quartiles in ascending order", ordered))
    checks += _check_within(inputs, values)
    n = inputs.count("n") - sum(map(inputs.published.count, inputs.addresses("less")))
    if n == 1:
        # With n = 1 the value is every quantile, even where a definition leaves it undefined.
        alone = quartile_consistency(None, inputs.claim.printed, None, 1, values.step, definition=1)
        checks.append(Check(f"attainable by a value {values.phrase}", alone.possible))
        return Finding(checks=tuple(checks))
    printed = {part: inputs.claim.printed if part == statistic else None for part in _PARTS}
    unlimited = replace(values, low=None, high=None)
    text = f"attainable by {n} values {values.phrase}"
    checks.append(_check_possible(inputs, printed, n, unlimited, text))
    if checks[-1].passed and inputs.addresses("q1"):
        others = {part: inputs.published.text(inputs.address(part)) for part in _PARTS}
        text = "all three quartiles jointly attainable"
        checks.append(
            _check_possible(inputs, others | {statistic: inputs.claim.printed}, n, values, text)
        )
    return Finding(checks=tuple(checks))


def _check_possible(
    inputs: ClaimInputs, printed: Mapping[str, str | None], n: int, values: ValueGrid, text: str
) -> Check:
    """Check whether recorded values can have the printed quartiles; a few are listed."""
    q1, median, q3 = (printed[part] for part in _PARTS)
    found = _consistency(q1, median, q3, n, values.step, values.low, values.high, inputs.definition)
    if not found.possible:
        rule = f"for {n} values {values.phrase}, quartile definition {inputs.definition}"
        return Check(f"{found.reason}, {rule}", passed=False)
    few = n <= _FEW and None not in printed.values()
    if few:
        text += f", such as by the made-up values {', '.join(map(format_exact, found.example))}"
    return Check(text, passed=True)


#: The three quartiles of a row are checked together once for each of its three claims.
_consistency = lru_cache(maxsize=2)(quartile_consistency)


def _check_within(inputs: ClaimInputs, values: ValueGrid) -> list[Check]:
    """Check that a printed number can be a value within limits, allowing for its rounding."""
    number = inputs.claim.number
    value, half = Fraction(number.value), Fraction(1, 2 * 10**number.decimals)
    if not values.scale:
        return [Check("non-negative", value >= 0)]
    if values.low is None:
        return []
    if values.high is None:
        return [Check(f"at least {values.low}", value >= values.low - half)]
    limits = f"from {values.low} to {values.high}".replace("-", "−")
    inside = values.low - half <= value <= values.high + half
    return [Check(f"within {values.scale}, {limits}", inside)]
