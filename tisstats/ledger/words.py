"""Words that state a quantity: all, none, the majority, nearly half, higher.

Printed numbers decide on a word whose meaning leaves no choice: the majority is more than half. A
word that needs a criterion of ours, such as "nearly half", is certified by nothing, and the
criterion is named.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction

from tisstats.ledger.claim import Check, Finding, Inputs, Verdict
from tisstats.printed import as_printed

#: "Both patients" is read as these two, not as all of two.
_PAIR = 2

_HALF, _THIRD = Fraction(1, 2), Fraction(1, 3)


def word(_: Inputs) -> Finding:
    """Leave a word as it stands: no printed number decides on it."""
    return Finding()


def all_of(inputs: Inputs) -> Finding:
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


def majority(inputs: Inputs) -> Finding:
    """Read "the majority" and "mostly" as more than half of a group."""
    count, group = inputs.count("count"), inputs.count("of")
    share = Fraction(count, group)
    agrees = share > _HALF
    text = f"{count} of {group}, {_percent(share)}, is {'' if agrees else 'not '}more than half"
    return Finding(agrees=agrees, computed=f"{count} of {group}", remarks=(text,))


def nearly_half(inputs: Inputs) -> Finding:
    """Read "nearly half" as below a half and nearer to it than to a third, our criterion."""
    count, group = inputs.count("count"), inputs.count("of")
    share = Fraction(count, group)
    holds = (_HALF + _THIRD) / 2 < share < _HALF
    what = (
        f"{count} of {group} is {_percent(share)}; below a half and nearer to a half than to a "
        "third is our criterion for the words"
    )
    return Finding(checks=(Check(what, holds, Verdict.NOT_REPRODUCED),))


def higher(inputs: Inputs) -> Finding:
    """Compare two proportions, of which the first is called higher."""
    return _compare(inputs, operator.gt)


def lower(inputs: Inputs) -> Finding:
    """Compare two proportions, of which the first is called lower."""
    return _compare(inputs, operator.lt)


def none_significant(inputs: Inputs) -> Finding:
    """Compare every printed P value of a list with the level of significance."""
    level = inputs.value("level")
    numbers = [inputs.published.printed(address) for address in inputs.addresses("p")]
    below = [each for each in numbers if each.relation == "<" or each.value < level]
    return Finding(
        agrees=not below,
        computed=f"{len(below)} of {len(numbers)}",
        remarks=(
            f"of the {len(numbers)} printed P values of these measures, {len(below)} lie below "
            f"{as_printed(level, 2)}",
        ),
    )


def _compare(inputs: Inputs, holds: Callable[[Fraction, Fraction], bool]) -> Finding:
    count, group = inputs.count("count"), inputs.count("of")
    other, size = inputs.count("than_count"), inputs.count("than_of")
    first, second = Fraction(count, group), Fraction(other, size)
    return Finding(
        agrees=holds(first, second),
        computed=f"{as_printed(100 * first, 1)} against {_percent(second)}",
        remarks=(
            f"{count} of {group}, {_percent(first)}, and {other} of {size}, {_percent(second)}",
        ),
    )


def _percent(share: Fraction) -> str:
    return f"{as_printed(100 * share, 1)} %"
