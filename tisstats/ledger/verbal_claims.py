"""Verbal claims of quantity: all, none, the majority, nearly half, higher.

Printed numbers confirm or contradict a word with one meaning: the majority is more than half. A
word that needs a criterion of ours, such as "nearly half", is never confirmed, and the criterion
is stated.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from tisstats.ledger.claim import Check, ClaimInputs, Finding, Verdict
from tisstats.printed import PrintedNumber, format_rounded

#: "Both patients" is interpreted as two of two, not as all of two.
_PAIR = 2

_HALF, _THIRD = Fraction(1, 2), Fraction(1, 3)


def unquantified(_: ClaimInputs) -> Finding:
    """Return an empty finding: no printed number bears on the word."""
    return Finding()


def all_of(inputs: ClaimInputs) -> Finding:
    """Interpret "all" as every patient of a group.

    A published fact that counts these patients was read from the word itself: it can contradict the
    interpretation, and does not confirm it.
    """
    group = inputs.count("of")
    checks = []
    for address in inputs.addresses("fact"):
        if not address.startswith("claims."):
            known = inputs.published.count(address)
            if known != group:
                checks.append(Check(f"{known} of {group}", passed=False))
    return Finding(
        remarks=(f"interpreted as {'2 of 2' if group == _PAIR else f'all {group}'}",),
        checks=tuple(checks),
    )


def majority(inputs: ClaimInputs) -> Finding:
    """Check "the majority" and "mostly" as more than half of a group."""
    proportion, counted = _proportion(inputs)
    agrees = proportion > _HALF
    text = f"{counted}, {_percent(proportion)}, is {'' if agrees else 'not '}more than half"
    return Finding(word_supported=agrees, computed=counted, remarks=(text,))


def nearly_half(inputs: ClaimInputs) -> Finding:
    """Check "nearly half" by our criterion: below 1/2 and closer to 1/2 than to 1/3."""
    proportion, counted = _proportion(inputs)
    holds = (_HALF + _THIRD) / 2 < proportion < _HALF
    what = (
        f"{counted} is {_percent(proportion)}; our criterion for 'nearly half' is below 1/2 "
        "and closer to 1/2 than to 1/3"
    )
    return Finding(checks=(Check(what, holds, Verdict.NOT_REPRODUCED),))


def none_significant(inputs: ClaimInputs) -> Finding:
    """Compare every printed P value of a list with the significance level.

    A bound beyond the level, such as < 0.06, tells neither that a P value is below it nor that it
    is not: where nothing else contradicts "none", the word is neither supported nor contradicted.
    """
    level = inputs.value("level")
    numbers = [inputs.published.printed(address) for address in inputs.addresses("p")]
    sides = [_is_below(each, level) for each in numbers]
    below, unknown = sides.count(True), sides.count(None)
    how_many = f"{below or 'none'} {'are' if below > 1 else 'is'} below {format_rounded(level, 2)}"
    return Finding(
        word_supported=False if below else None if unknown else True,
        computed=f"{below}{f' to {below + unknown}' if unknown else ''} of {len(numbers)}",
        remarks=(
            f"of the {len(numbers)} printed P values of these measures, {how_many}"
            f"{f', and {unknown} may be' if unknown else ''}",
        ),
    )


def _is_below(printed: PrintedNumber, level: Fraction) -> bool | None:
    """Test whether a printed number is below a level; None where its bound does not tell."""
    match printed.relation:
        case "":
            return printed.value < level
        case "<" if printed.value <= level:
            return True
        case "≤" if printed.value < level:
            return True
        case ">" | "≥" if printed.value >= level:
            return False
    return None


def compare(inputs: ClaimInputs, holds: Callable[[Fraction, Fraction], bool]) -> Finding:
    """Compare two proportions, the first of which is called higher or lower."""
    (first, one), (second, other) = (
        _proportion(inputs),
        _proportion(inputs, "than_count", "than_of"),
    )
    return Finding(
        word_supported=holds(first, second),
        computed=f"{format_rounded(100 * first, 1)} against {_percent(second)}",
        remarks=(f"{one}, {_percent(first)}, and {other}, {_percent(second)}",),
    )


def _proportion(
    inputs: ClaimInputs, count: str = "count", group: str = "of"
) -> tuple[Fraction, str]:
    """Return a proportion, and its count and group as text."""
    proportion = Fraction(inputs.count(count), inputs.count(group))
    return proportion, f"{inputs.count(count)} of {inputs.count(group)}"


def _percent(proportion: Fraction) -> str:
    return f"{format_rounded(100 * proportion, 1)}%"
