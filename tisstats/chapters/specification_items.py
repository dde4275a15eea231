"""Tables, sentences and figures of a specification curve, for any page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tisstats.chapters.page import Rows
from tisstats.chapters.result_facts import COUNT_OF, LABEL, WORDS, Facts
from tisstats.figures.numbers import format_percent, format_range
from tisstats.figures.specification_curve import ChoiceRows, CurveContent, LevelRow
from tisstats.trial.specifications import Choice, Conclusion, Judgement, SpecificationCurve

#: How a table says in how many combinations a conclusion holds.
_EXTENTS = {
    "all": "in all",
    "none": "in none",
    "some": "in some",
    "no result": "no result",
}


#: What the columns of `conclusion_row` are.
CONCLUSION_FACTS = {
    "n of combinations": Facts(COUNT_OF, "Combinations in which it holds", "combinations"),
    "*": WORDS,
}


def share_facts(conclusion: str) -> dict[str, Facts]:
    """Return what the columns of `share_rows` are for a conclusion, in words."""
    return {
        "Level": LABEL,
        "Holds*": Facts(COUNT_OF, f"“{conclusion}” holds", "combinations"),
        "Choice decides*": Facts(
            COUNT_OF, f"The choice alone decides whether “{conclusion}”", "combinations"
        ),
        "*": WORDS,
    }


def judge(curve: SpecificationCurve, conclusion: Conclusion) -> Judgement:
    """Judge a conclusion over the choices that change what it is judged by."""
    return curve.affecting(conclusion).judge(conclusion)


def curve_content(
    curve: SpecificationCurve,
    conclusion: Conclusion,
    *,
    ylabel: str,
    stamp: str,
    reference: float | None = None,
    chosen: bool = True,
    unit: str = "%",
) -> CurveContent | None:
    """Return what a figure of a curve draws, with the shares of a conclusion; None if nothing.

    Parameters
    ----------
    curve, conclusion
        What is drawn, and whose shares stand next to the levels.
    ylabel, stamp, reference, unit
        As for `tisstats.figures.specification_curve.CurveContent`.
    chosen
        Whether the first combination is the main analysis.
    """
    order = curve.order()[: len(curve) - curve.without_estimate]
    if not len(order):
        return None
    judged = judge(curve, conclusion)
    shares = {(each.choice, each.level): each.share for each in judged.levels}
    levels = curve.levels()[order]
    return CurveContent(
        estimate=curve.column("estimate")[order],
        low=curve.column("low")[order],
        high=curve.column("high")[order],
        chosen=int(np.flatnonzero(order == 0)[0]) if chosen and 0 in order else None,
        choices=[
            ChoiceRows(
                choice.label,
                [
                    LevelRow(
                        level.label,
                        levels[:, axis] == position,
                        shares.get((choice.label, level.label)),
                    )
                    for position, level in enumerate(choice.levels)
                ],
            )
            for axis, choice in enumerate(curve.choices)
        ],
        ylabel=ylabel,
        conclusion=conclusion.label,
        holds=judged.holds,
        combinations=judged.combinations - judged.without_result,
        reference=reference,
        stamp=stamp,
        unit=unit,
    )


def level_rows(choices: Sequence[Choice]) -> Rows:
    """Yield one row per level: the choice, the level and why it is defensible."""
    for choice in choices:
        for position, level in enumerate(choice.levels):
            yield {
                "Choice": choice.label,
                "Level": level.label,
                "Main analysis": "yes" if position == 0 else "no",
                "Why": level.reason,
            }


def conclusion_row(judged: Judgement) -> dict[str, object]:
    """Return the row of a conclusion: whether it holds as chosen, in how many, and what decides."""
    as_chosen = "holds" if judged.holds_as_chosen else "does not hold"
    return {
        "Conclusion": judged.conclusion.label,
        "Main analysis": as_chosen if judged.known_as_chosen else _EXTENTS["no result"],
        "Holds": _EXTENTS[judged.extent],
        "n of combinations": f"{judged.holds} of {judged.combinations - judged.without_result}",
        "Depends on": ", ".join(judged.deciding)
        or ("no single choice" if judged.extent != "no result" else "–"),
    }


def share_rows(judged: Judgement) -> Rows:
    """Yield one row per level: in how many combinations it holds, and how often its choice decides.

    "Decides alone" counts combinations of all other choices, and is that of the choice.
    """
    turns = {turn.choice: turn for turn in judged.turns}
    for each in judged.levels:
        turn = turns[each.choice]
        yield {
            "Choice": each.choice,
            "Level": each.level,
            "Holds, n of combinations": f"{each.holds} of {each.combinations}",
            "Choice decides alone, n": f"{turn.turned} of {turn.settings}",
        }


def percent_span(curve: SpecificationCurve) -> str:
    """Format the range of the estimates of a curve in %, such as ``23.1 to 70.0``."""
    known = curve.column("estimate")
    known = known[np.isfinite(known)]
    if not len(known):
        return "not defined"
    ends = (format_percent(float(each)).replace("-", "−") for each in (known.min(), known.max()))
    return format_range(*ends)
