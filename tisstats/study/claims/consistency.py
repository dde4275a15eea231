"""Claims that cannot be recomputed: what can be checked of them all the same."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, lcm

from tisstats.measures.scales import SCALES
from tisstats.rounding import PrintedNumber, as_printed, prints_as
from tisstats.statistics import quantile_weights
from tisstats.study.claims.claim import Check, Finding, Inputs, Verdict

_QUARTILES = {"q1": Fraction(1, 4), "median": Fraction(1, 2), "q3": Fraction(3, 4)}

#: Characteristics of Table 1 that are recorded in whole units.
_WHOLE_UNITS = {"age_at_onset": "whole years", "disease_duration": "whole months"}

_DAYS = {"days": 1, "weeks": 7}


def stated(inputs: Inputs) -> Finding:
    """Compare with the other places that give the same fact; there is nothing to recompute."""
    return Finding(checks=_facts(inputs))


def _facts(inputs: Inputs) -> tuple[Check, ...]:
    checks: list[Check] = []
    for address in inputs.addresses("fact"):
        value, place = inputs.published.value(address), inputs.published.place(address)
        same = value == Fraction(inputs.claim.number.value)
        if not same:
            other = as_printed(value, inputs.published.printed(address).decimals)
            checks.append(Check(f"{other} in {place}", holds=False, broken=Verdict.NOT_REPRODUCED))
        elif place != inputs.claim.place:
            checks.append(Check(f"the same in {place}", holds=True))
    return tuple(dict.fromkeys(checks))


def all_of(inputs: Inputs) -> Finding:
    """Take "all" as every patient of a group."""
    group = inputs.count("of")
    others = [inputs.published.count(address) for address in inputs.addresses("fact")]
    checks = [Check(f"all are {group} of {group}", inputs.claim.printed.lower() == "all")]
    checks += [Check(f"{other} of {group}", other == group) for other in others]
    return Finding(checks=tuple(checks))


def at_most(inputs: Inputs) -> Finding:
    """Compare with an upper limit that other published numbers set."""
    limit = inputs.value("limit") - sum(inputs.values("less"), Fraction(0))
    unit = (
        inputs.published.text(inputs.address("limit") + ".unit")
        if inputs.claim.unit in _DAYS
        else ""
    )
    value = Fraction(inputs.claim.number.value) * _DAYS.get(inputs.claim.unit, 1)
    holds = value <= limit * _DAYS.get(unit, 1)
    what = f"at most {as_printed(limit, 0)}{' ' + unit if unit else ''}"
    return Finding(checks=(Check(what, holds), *_facts(inputs)))


def between(inputs: Inputs) -> Finding:
    """Compare with the limits that other published numbers set."""
    low, high = inputs.value("low"), inputs.value("high")
    what = f"from {as_printed(low, 0)} to {as_printed(high, 0)}"
    return Finding(
        checks=(Check(what, low <= Fraction(inputs.claim.number.value) <= high), *_facts(inputs))
    )


def part(inputs: Inputs) -> Finding:
    """Add the parts of a row and compare with its total; compare the part with its group."""
    parts, whole, limit = inputs.values("part"), inputs.value("total"), inputs.value("limit")
    terms = " + ".join(as_printed(value, 0) for value in parts)
    return Finding(
        checks=(
            Check(f"the row adds up, {terms} = {as_printed(whole, 0)}", sum(parts) == whole),
            Check(f"at most {as_printed(limit, 0)}", Fraction(inputs.claim.number.value) <= limit),
        )
    )


def p_value(inputs: Inputs) -> Finding:
    """Compare a P value with what the text calls significant."""
    number, level = inputs.claim.number, inputs.value("level")
    called = inputs.published.text(inputs.address("significant")) == "true"
    below = number.value <= level if number.relation == "<" else number.value < level
    word = "significant" if called else "not significant"
    return Finding(
        checks=(
            Check("between 0 and 1", 0 <= number.value <= 1),
            Check(f"called {word} at {as_printed(level, 2)}", below == called),
        )
    )


def quartile(inputs: Inputs) -> Finding:
    """Check quartiles: in order, within the scale, and possible for so many recorded values."""
    return _quartile(inputs, change=False)


def change_quartile(inputs: Inputs) -> Finding:
    """Check quartiles of a change, which can be negative, as those of a level."""
    return _quartile(inputs, change=True)


def _quartile(inputs: Inputs, *, change: bool) -> Finding:
    statistic = inputs.claim.id.rpartition(".")[2]
    patients = inputs.count("n") - sum(map(inputs.published.count, inputs.addresses("less")))
    checks: list[Check] = []
    if inputs.addresses("q1"):
        ordered = inputs.value("q1") <= inputs.value("median") <= inputs.value("q3")
        checks.append(Check("quartiles in order", ordered))
    name = inputs.address("instrument")
    if name in SCALES:
        scale = SCALES[name]
        checks += _within(inputs.claim.number, scale.low, scale.high, change=change)
        step, recorded = scale.step, f"in steps of {float(scale.step):g} {scale.unit}"
    else:
        checks.append(Check("not negative", inputs.claim.number.value >= 0))
        step, recorded = Fraction(1), f"in {_WHOLE_UNITS[name]}"
    weights = quantile_weights(
        patients, _QUARTILES.get(statistic, Fraction(1, 2)), inputs.quantile_definition
    )
    if patients == 1:
        checks.append(Check(f"a value {recorded}", on_grid(inputs.claim.number, step, weights)))
    elif weights:
        what = f"{patients} values {recorded} can give it"
        checks.append(Check(what, on_grid(inputs.claim.number, step, weights)))
    else:
        checks.append(Check(f"{patients} values have such a quantile", holds=False))
    return Finding(checks=tuple(checks))


def _within(number: PrintedNumber, low: int, high: int | None, *, change: bool) -> list[Check]:
    """Check that a printed number can be a value of the scale, or a change on it."""
    value, half = Fraction(number.value), Fraction(1, 2 * 10**number.decimals)
    if high is None:
        return [] if change else [Check(f"not below {low}", value >= low - half)]
    if change:
        low, high = low - high, high - low
    return [Check(f"from {low} to {high}", low - half <= value <= high + half)]


def on_grid(number: PrintedNumber, step: Fraction, weights: dict[int, Fraction]) -> bool:
    """Tell whether recorded values can have a quantile that prints as given.

    Parameters
    ----------
    number
        The printed quantile.
    step
        Smallest difference between recorded values.
    weights
        The order statistics that the quantile is made of and their weights.

    Notes
    -----
    With weights (1 - w) and w on two neighbours a <= b the quantile is a + w (b - a); a can be
    any recorded value and b - a any number of steps, so all multiples of step / denominator(w)
    can occur, and nothing else.

    Examples
    --------
    >>> from tisstats.rounding import parse
    >>> on_grid(parse("4.5"), Fraction(1), {10: Fraction(1)})
    False
    >>> on_grid(parse("4.5"), Fraction(1, 2), {10: Fraction(1)})
    True
    """
    finest = step / lcm(*(weight.denominator for weight in weights.values()))
    half = Fraction(1, 2 * 10**number.decimals)
    first = ceil((Fraction(number.value) - half) / finest)
    return any(prints_as(multiple * finest, number) for multiple in (first, first + 1))
