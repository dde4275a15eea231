"""Words that state a quantity: all, none, the majority, nearly half, higher.

A word is borne out by printed numbers where its meaning leaves no choice: the majority is more than
half. Where it needs a criterion of ours, such as for "nearly half", the criterion is named and
certifies nothing.
"""

from __future__ import annotations

from fractions import Fraction

from tisstats.forensics import percentage_consistency
from tisstats.ledger.claim import Check, Finding, Inputs, Verdict
from tisstats.printed import as_printed

#: "Both patients" is read as these two, not as all of two.
_PAIR = 2

_HALF, _THIRD = Fraction(1, 2), Fraction(1, 3)


def word(_: Inputs) -> Finding:
    """Leave a word as it stands: no printed number says whether it holds."""
    return Finding()


def all_of(inputs: Inputs) -> Finding:
    """Take "all" as every patient of a group."""
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
    """Take "the majority" and "mostly" as more than half of a group."""
    count, group = inputs.count("count"), inputs.count("of")
    share = Fraction(count, group)
    agrees = share > _HALF
    text = f"{count} of {group}, {_percent(share)}, is {'' if agrees else 'not '}more than half"
    return Finding(agrees=agrees, shown=f"{count} of {group}", remarks=(text,))


def nearly_half(inputs: Inputs) -> Finding:
    """Take "nearly half" as below a half and nearer to it than to a third, our criterion."""
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
    mine, other, remark = _proportions(inputs)
    return Finding(agrees=mine > other, shown=_against(mine, other), remarks=(remark,))


def lower(inputs: Inputs) -> Finding:
    """Compare two proportions, of which the first is called lower."""
    mine, other, remark = _proportions(inputs)
    return Finding(agrees=mine < other, shown=_against(mine, other), remarks=(remark,))


def none_significant(inputs: Inputs) -> Finding:
    """Ask whether every printed P value of a list is at the level or above."""
    level = inputs.value("level")
    numbers = [inputs.published.printed(address) for address in inputs.addresses("p")]
    below = [each for each in numbers if each.relation == "<" or each.value < level]
    return Finding(
        agrees=not below,
        shown=f"{len(below)} of {len(numbers)}",
        remarks=(
            f"of the {len(numbers)} printed P values of these measures, {len(below)} lie below "
            f"{as_printed(level, 2)}",
        ),
    )


def open_percentage(inputs: Inputs) -> Finding:
    """Ask of a percentage whose numerator is not printed which counts would print so."""
    printed, group = inputs.claim.printed, inputs.count("of")
    kept, lost = inputs.count("kept"), inputs.count("lost")
    analysed, left_out, added = (inputs.count(role) for role in ("other", "left_out", "added"))
    fitting = percentage_consistency(printed, None, group).counts
    listed = " or ".join(map(str, fitting)) or "no count"
    elsewhere = percentage_consistency(printed, None, analysed).counts
    among = " or ".join(map(str, elsewhere)) or "no count"

    def reading(count: int, size: int) -> str:
        return f"{count} of {size} is {_percent(Fraction(count, size))}"

    remarks = (
        f"the numerator is not printed. Of {group} patients, {listed} prints so; of {analysed}, "
        f"{among}",
        f"with the {kept} who had at least minimal improvement by week 9: {reading(kept, group)}; "
        f"with patient {left_out} as well, {reading(kept + 1, group)}; with patient {added} too, "
        f"if not one of the {kept}, {reading(kept + 2, group)}",
        f"with all {lost} whose improvement was lost, {reading(kept + lost, analysed)} without "
        f"patient {left_out} and {reading(kept + lost + 1, group)} with this patient",
    )
    check = Check(f"a count of {group} prints as {printed}", bool(fitting))
    return Finding(remarks=remarks, checks=(check,))


def _proportions(inputs: Inputs) -> tuple[Fraction, Fraction, str]:
    count, group = inputs.count("count"), inputs.count("of")
    other, size = inputs.count("than_count"), inputs.count("than_of")
    mine, theirs = Fraction(count, group), Fraction(other, size)
    text = f"{count} of {group}, {_percent(mine)}, and {other} of {size}, {_percent(theirs)}"
    return mine, theirs, text


def _against(mine: Fraction, other: Fraction) -> str:
    return f"{as_printed(100 * mine, 1)} against {as_printed(100 * other, 1)} %"


def _percent(share: Fraction) -> str:
    return f"{as_printed(100 * share, 1)} %"
