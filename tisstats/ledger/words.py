"""Words that state a quantity: all, none, the majority, nearly half, higher.

Printed numbers decide a word whose meaning leaves no choice: the majority is more than half. A
word that needs a criterion of ours, such as "nearly half", is confirmed by nothing, and the
criterion is named.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from tisstats.ledger.claim import Check, ClaimInputs, Finding, Verdict
from tisstats.printed import format_rounded

#: "Both patients" is read as these two, not as all of two.
_PAIR = 2

_HALF, _THIRD = Fraction(1, 2), Fraction(1, 3)


def word(_: ClaimInputs) -> Finding:
    """Return an empty finding: no printed number bears on the word."""
    return Finding()


def all_of(inputs: ClaimInputs) -> Finding:
    """Read "all" as every patient of a group."""
    group = inputs.count("of")
    checks = []
    for address in inputs.addresses("fact"):
        if not address.startswith("claims."):
            known = inputs.published.count(address)
            checks.append(Check(f"{known} of {group}", holds=known == group))
    return Finding(
        remarks=("taken as these two" if group == _PAIR else f"taken as all {group}",),
        checks=tuple(checks),
    )


def majority(inputs: ClaimInputs) -> Finding:
    """Read "the majority" and "mostly" as more than half of a group."""
    share, counted = _share(inputs)
    agrees = share > _HALF
    text = f"{counted}, {_percent(share)}, is {'' if agrees else 'not '}more than half"
    return Finding(agrees=agrees, computed=counted, remarks=(text,))


def nearly_half(inputs: ClaimInputs) -> Finding:
    """Read "nearly half" as below a half and nearer to it than to a third, our criterion."""
    share, counted = _share(inputs)
    holds = (_HALF + _THIRD) / 2 < share < _HALF
    what = (
        f"{counted} is {_percent(share)}; below a half and nearer to a half than to a "
        "third is our criterion for the words"
    )
    return Finding(checks=(Check(what, holds, Verdict.NOT_REPRODUCED),))


def none_significant(inputs: ClaimInputs) -> Finding:
    """Compare every printed P value of a list with the level of significance."""
    level = inputs.value("level")
    numbers = [inputs.published.printed(address) for address in inputs.addresses("p")]
    below = [each for each in numbers if each.relation == "<" or each.value < level]
    return Finding(
        agrees=not below,
        computed=f"{len(below)} of {len(numbers)}",
        remarks=(
            f"of the {len(numbers)} printed P values of these measures, {len(below)} lie below "
            f"{format_rounded(level, 2)}",
        ),
    )


def compare(inputs: ClaimInputs, holds: Callable[[Fraction, Fraction], bool]) -> Finding:
    """Compare two proportions, of which the first is called higher or lower."""
    (first, one), (second, other) = _share(inputs), _share(inputs, "than_count", "than_of")
    return Finding(
        agrees=holds(first, second),
        computed=f"{format_rounded(100 * first, 1)} against {_percent(second)}",
        remarks=(f"{one}, {_percent(first)}, and {other}, {_percent(second)}",),
    )


def _share(inputs: ClaimInputs, count: str = "count", group: str = "of") -> tuple[Fraction, str]:
    """Return a share of a group, and the count of the group in words."""
    share = Fraction(inputs.count(count), inputs.count(group))
    return share, f"{inputs.count(count)} of {inputs.count(group)}"


def _percent(share: Fraction) -> str:
    return f"{format_rounded(100 * share, 1)} %"
