"""Numbers that follow from no others: what can be checked of them all the same."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from tisstats.forensics import QuartileConsistency, plain, quartile_consistency
from tisstats.ledger.claim import Check, Finding, Inputs, Verdict, as_read
from tisstats.lim2021.scales import SCALES
from tisstats.measures.scales import Scale
from tisstats.printed import PrintedNumber, as_printed

_PARTS = ("q1", "median", "q3")

#: Values that are shown where so few are enough to see how the quartiles come about.
_FEW = 8

#: Characteristics of Table 1 that are recorded in whole units.
_WHOLE_UNITS = {"age_at_onset": "whole years", "disease_duration": "whole months"}

_MONTHS = 12

_DAYS = {"days": 1, "weeks": 7}


def fact(inputs: Inputs) -> Finding:
    """Compare with the other places that print the same number."""
    return Finding(checks=_facts(inputs))


def own_cell(inputs: Inputs) -> tuple[Check, ...]:
    """Compare a claim of a table with the cell of the same name; nothing where they agree."""
    name = inputs.claim.id
    if not inputs.published.holds(name) or inputs.published.value(name) == Fraction(
        inputs.claim.number.value
    ):
        return ()
    cell = f"{inputs.published.text(name)} in {name.partition('.')[0]}.csv"
    return (Check(cell, holds=False, broken=Verdict.NOT_REPRODUCED),)


def _facts(inputs: Inputs) -> tuple[Check, ...]:
    """Compare with the facts that hold the number, and name another row that prints it.

    A fact was read off a place of the article, and that place may be the claim's own: so it can
    contradict a claim, and certifies none. Only another row with the same number is a check.
    """
    checks: list[Check] = []
    for address in inputs.addresses("fact"):
        value, place = inputs.published.value(address), inputs.published.place(address)
        if value != Fraction(inputs.claim.number.value):
            other = as_printed(value, inputs.published.printed(address).decimals)
            checks.append(Check(f"{other} in {place}", holds=False, broken=Verdict.NOT_REPRODUCED))
    if not checks and inputs.elsewhere:
        others = [place for place in inputs.elsewhere if place != inputs.claim.place]
        here = f"printed again in the same part of the article, {inputs.claim.place}"
        checks.append(Check(f"the same in {others[0]}" if others else here, holds=True))
    return tuple(dict.fromkeys(checks))


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
    terms = [inputs.value("limit"), *inputs.values("less")]
    arithmetic = " − ".join(as_printed(term, 0) for term in terms)
    shown = as_printed(limit, 0) if len(terms) == 1 else f"{arithmetic} = {as_printed(limit, 0)}"
    unit = unit or (inputs.claim.unit if inputs.claim.kind == "dose" else "")
    what = f"at most {as_read(shown, unit) if unit else shown}"
    return Finding(checks=(Check(what, holds), *_facts(inputs)))


def between(inputs: Inputs) -> Finding:
    """Compare with the limits that other published numbers set."""
    low, high = inputs.value("low"), inputs.value("high")
    what = f"from {as_printed(low, 0)} to {as_printed(high, 0)}"
    return Finding(
        checks=(Check(what, low <= Fraction(inputs.claim.number.value) <= high), *_facts(inputs))
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
        low, high = _limits(scale.low, scale.high, change=change)
        checks += _within(inputs.claim.number, low, high, assumed=scale.assumed)
        step, recorded = scale.step, f"in steps of {assumed_step(scale)}"
    else:
        checks.append(Check("not negative", inputs.claim.number.value >= 0))
        low, high = _characteristic_limits(inputs)
        step, recorded = Fraction(1), f"in {_WHOLE_UNITS[name]}"
    if patients == 1:
        # One value is all its quantiles, also where a definition has none for it.
        checks.append(Check(f"a value {recorded}", _alone(inputs, "median", 1, step, 1).possible))
        return Finding(checks=tuple(checks))
    alone = _alone(inputs, statistic, patients, step, inputs.quantile_definition)
    given = f"for {patients} values {recorded} by rule {inputs.quantile_definition}"
    what = (
        f"{patients} values {recorded} can give it"
        if alone.possible
        else f"{alone.reason}, {given}"
    )
    checks.append(Check(what, alone.possible))
    if alone.possible and inputs.addresses("q1"):
        printed = {part: inputs.published.text(inputs.address(part)) for part in _PARTS}
        printed[statistic] = inputs.claim.printed
        joint = quartile_consistency(
            printed["q1"],
            printed["median"],
            printed["q3"],
            patients,
            step,
            low,
            high,
            inputs.quantile_definition,
        )
        few = patients <= _FEW and joint.possible
        example = f", such as {', '.join(map(plain, joint.values))}" if few else ""
        what = (
            f"and all three quartiles together{example}"
            if joint.possible
            else f"{joint.reason}, {given}"
        )
        checks.append(Check(what, joint.possible))
    return Finding(checks=tuple(checks))


def step_text(scale: Scale) -> str:
    """Write the smallest difference of a scale with its unit."""
    return as_read(f"{float(scale.step):g}", scale.unit)


def assumed_step(scale: Scale) -> str:
    """Write the smallest difference of a scale, and whether it is an assumption of ours."""
    return step_text(scale) + (" (assumed)" if scale.step_is_assumed else "")


def _alone(
    inputs: Inputs, statistic: str, patients: int, step: Fraction, definition: str | int
) -> QuartileConsistency:
    """Ask of one printed quartile alone whether recorded values can have it."""
    q1, median, q3 = (inputs.claim.printed if part == statistic else None for part in _PARTS)
    return quartile_consistency(q1, median, q3, patients, step, definition=definition)


def _limits(low: int, high: int | None, *, change: bool) -> tuple[int | None, int | None]:
    """Give the least and greatest value of a scale, or of a change on it."""
    if not change:
        return low, high
    return (None, None) if high is None else (low - high, high - low)


def _characteristic_limits(inputs: Inputs) -> tuple[int, int | None]:
    """Give the least and greatest whole number that the criteria of inclusion leave.

    Whoever is included at the youngest age may have fallen ill before it, by as much as the
    longest duration of disease: the age at onset, in completed years, can be lower by that.
    """
    longest = inputs.values("longest")
    if not inputs.addresses("youngest"):
        return 0, int(longest[0]) if longest else None
    return floor(inputs.value("youngest") - sum(longest, Fraction(0)) / _MONTHS), None


def _within(
    number: PrintedNumber, low: int | None, high: int | None, *, assumed: bool
) -> list[Check]:
    """Check that a printed number can be a value within limits, allowing for its rounding."""
    value, half = Fraction(number.value), Fraction(1, 2 * 10**number.decimals)
    if low is None:
        return []
    if high is None:
        return [Check(f"not below {low}", value >= low - half)]
    limits = f"from {low} to {high}".replace("-", "−")
    scale = "the scale assumed" if assumed else "the scale"
    return [Check(f"within {scale}, {limits}", low - half <= value <= high + half)]
