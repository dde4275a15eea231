"""What the bounds rest on, in tables and sentences of the page on what is pinned down."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import pandas as pd

from tisstats.bounds import PREMISES
from tisstats.bounds.files import CHANGE, SCORE
from tisstats.bounds.premises import FINER_STEPS, OR, Change
from tisstats.bounds.quantities import AND, measures_under
from tisstats.ledger.published import Published
from tisstats.lim2021.scales import SCALES
from tisstats.printed import limit_as_printed
from tisstats.proof import Proof
from tisstats.synthetic.assumptions import Assumptions

_KEY = ["quantity", "measure", "side"]


def step_text(measure: str, steps: str) -> str:
    """Write the steps that a bound rests on, with units; of several measures with their names.

    Parameters
    ----------
    measure, steps
        As in the columns ``measure`` and ``step`` of the table of bounds.

    Examples
    --------
    >>> step_text("haq", "1/8 or 1/7"), step_text("mmt and ck", "1 and 1")
    ('1/8 or 1/7 point', 'MMT 1 point; sCK 1 U/L')
    """
    return steps_together(steps_by_measure(measure, steps).items())


def steps_by_measure(measure: str, steps: str) -> dict[str, str]:
    """Return the step of each measure that a bound rests on."""
    measures = measures_under(None if measure == SCORE else measure)
    return dict(zip(measures, steps.split(AND), strict=True))


def steps_together(steps: Iterable[tuple[str, str]]) -> str:
    """Write the steps of measures, those on the same step together.

    >>> steps_together([("deltoid", "1/6"), ("biceps", "1/6")]), steps_together([("mrs", "1")])
    ('Deltoid, Biceps 1/6 N', '1 grade')
    """
    each = dict(steps)
    if len(each) == 1:
        return "".join(_in_unit(*pair) for pair in each.items())
    grouped: dict[str, list[str]] = {}
    for name, step in each.items():
        grouped.setdefault(_in_unit(name, step), []).append(SCALES[name].abbreviation)
    return "; ".join(f"{', '.join(names)} {step}" for step, names in grouped.items())


def _in_unit(measure: str, steps: str) -> str:
    values = [Fraction(step) for step in steps.split(OR)]
    unit = SCALES[measure].unit
    if max(values) <= 1:
        unit = unit.removesuffix("s")
    return f"{OR.join(map(_number, values))} {unit}"


def _number(step: Fraction) -> str:
    """Write a step as a decimal where two places hold it, else as a fraction."""
    hundredths = step * 100
    if hundredths.denominator != 1:
        return str(step)
    return f"{float(step):g}"


def range_proofs(published: Published | None = None) -> dict[str, Proof]:
    """Return what is proven of the ranges of measures, of scores, and of pairs of measures."""
    facts = published or Published.read()
    analysed, missing = facts.count("flow.analysed"), facts.count("flow.psoas_missing")
    of_rows = (
        f"{analysed} pairs of baseline and last assessment, {analysed - missing} of the psoas",
        "quartiles and asymptotic P by the rules of SPSS",
        "values on the step named with each measure",
        "the premises tabled below",
    )
    limits = Assumptions()
    of_scores = (
        *of_rows[:3],
        f"limits of normal of CK of {limits.ck_uln_female} U/L for women and "
        f"{limits.ck_uln_male} U/L for men",
        f"{facts.count('response.responders')} patients ending with at least "
        f"{facts.count('design.responder_score')} points and {facts.count('response.minimal')} "
        f"with at least {facts.count('design.minimal_score')}",
        "the other premises tabled below",
    )
    return {
        "measures": Proof("no set of patients that prints Table 2 lies outside them", of_rows),
        "scores": Proof("no set of patients that prints Table 2 lies outside them", of_scores),
        "pairs": Proof(
            "one set of patients that prints Table 2 has both changes in the same order of "
            "patients, and another in reverse orders",
            of_scores,
        ),
    }


def premise_table(sensitivity: pd.DataFrame) -> pd.DataFrame:
    """List what the bounds rest on, why, for which of them, and how many were proved again.

    Parameters
    ----------
    sensitivity
        As `tisstats.bounds.read_sensitivity` gives it.
    """
    return pd.DataFrame(
        [
            {
                "What is taken for granted": each.statement,
                "Reason": each.reason,
                "Bears upon": _bearing(each.of),
                "Proved again without it": _again(each.name, sensitivity),
                "Name in the code": each.name,
            }
            for each in PREMISES
        ]
    )


def _bearing(of: tuple[str, ...]) -> str:
    if set(of) >= set(SCALES):
        return "everything"
    return ", ".join(SCALES[each].abbreviation if each in SCALES else each for each in of)


def _again(name: str, sensitivity: pd.DataFrame) -> str:
    changes = names(FINER_STEPS) if name == "steps" else [name]
    proved = int(sensitivity[CHANGE].isin(changes).sum())
    return f"for {proved} limits" if proved else "no"


def compare(bounds: pd.DataFrame, sensitivity: pd.DataFrame) -> pd.DataFrame:
    """Set every bound with an altered premise beside the one without the alteration.

    Returns
    -------
    DataFrame
        The columns of ``sensitivity``, and ``step_before``, ``number_before``, ``proven_before``
        and ``moved``: whether the value is another one.
    """
    columns = [*_KEY, "step", "value", "number", "proven"]
    both = sensitivity.merge(bounds[columns], on=_KEY, how="left", suffixes=("", "_before"))
    return both.assign(moved=both["value"] != both["value_before"])


def names(changes: Iterable[Change]) -> list[str]:
    """Return the names of alterations."""
    return [each.name for each in changes]


def moved_counts(compared: pd.DataFrame, some: Iterable[str], called: str) -> dict[str, object]:
    """Count the bounds that some alterations move, and all that were proved again with them.

    Returns
    -------
    dict
        The two counts, under `called` with ``_moved`` (``none`` for 0) and ``_proved``.
    """
    of_some = compared[compared[CHANGE].isin(list(some))]
    moved = int(of_some["moved"].sum())
    return {f"{called}_moved": moved or "none", f"{called}_proved": len(of_some)}


def examples(compared: pd.DataFrame) -> dict[str, object]:
    """Return two bounds that a finer step moves, before and after, with both steps.

    The least Hodges-Lehmann estimate of the EQ VAS in whole points, and the greatest number of
    patients who were worse by a HAQ with an unanswered section.
    """
    found: dict[str, object] = {}
    for measure, change, quantity, side, decimals in (
        ("eq_vas", "eq_vas_by_1", "hodges_lehmann", "least", 1),
        ("haq", "haq_incomplete", "worse", "greatest", 0),
    ):
        key = {CHANGE: change, "quantity": quantity, "measure": measure, "side": side}
        wanted = (compared[list(key)] == pd.Series(key)).all(axis=1)
        row = compared[wanted].iloc[0]
        found |= {
            f"{measure}_step": step_text(measure, row["step_before"]),
            f"{measure}_finer_step": step_text(measure, row["step"]),
            f"{measure}_limit": limit_as_printed(row["number_before"], decimals, side),
            f"{measure}_finer_limit": limit_as_printed(row["number"], decimals, side),
        }
    return found
