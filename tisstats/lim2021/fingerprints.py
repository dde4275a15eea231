"""Fingerprints: what printed numbers reveal about how they were made, each with its conditions.

Nothing here needs patient rows. A way of computing is ruled out when no values on the recorded
grid can give what is printed by it; that one is not ruled out does not show that it was used. The
grid is assumed, so everything here can be asked on finer steps as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from tisstats.forensics import quartile_consistency
from tisstats.forensics.signed_rank_range import SignedRankPRange, signed_rank_p_range
from tisstats.ledger.published import Published
from tisstats.lim2021.finer_steps import FINER_STEPS
from tisstats.measures.scales import SCALES
from tisstats.printed import as_printed
from tisstats.proof import Proof
from tisstats.statistics import DEFINITIONS
from tisstats.statistics.quantiles import Definition

_QUARTILES = ("q1", "median", "q3")
_TIMES = ("baseline", "end", "change")

#: Groups of Table 1 whose characteristics are printed with quartiles.
_AGES = "table1.age_at_onset.nm_om"
_GROUPS = ("all", "dm", "imnm", "nm_om")
_CHARACTERISTICS = {"age_at_onset": "Age at onset", "disease_duration": "Disease duration"}

#: Ages to the day and durations in thirtieths of a month, where finer steps are asked for.
DAY, _FINER_DURATION = Fraction(1, 365), Fraction(1, 30)


@dataclass(frozen=True, slots=True)
class PrintedQuartiles:
    """Three quartiles as printed, and what the values behind them can be."""

    name: str  #: row and group or time, for tables
    texts: tuple[str, str, str]  #: first quartile, median, third quartile
    n: int  #: number of values
    step: Fraction  #: grid of the values
    low: Fraction | int | None  #: least value, if there is one
    high: int | None  #: greatest value, if there is one


def printed_quartiles(published: Published, *, finer: bool = False) -> list[PrintedQuartiles]:
    """List every set of quartiles that the two tables print, with its grid and its limits.

    Parameters
    ----------
    published
        The published facts.
    finer
        Whether values are taken on finer steps than those that are assumed of them.
    """
    return [*_of_table1(published, finer=finer), *_of_table2(published, finer=finer)]


def _of_table1(published: Published, *, finer: bool) -> Iterator[PrintedQuartiles]:
    steps = {
        "age_at_onset": DAY if finer else Fraction(1),
        "disease_duration": _FINER_DURATION if finer else Fraction(1),
    }
    lows = {
        "age_at_onset": youngest_at_onset(published, steps["age_at_onset"]),
        "disease_duration": Fraction(0),
    }
    highs = {
        "age_at_onset": None,
        "disease_duration": published.count("design.maximum_disease_duration"),
    }
    for characteristic, name in _CHARACTERISTICS.items():
        for group in _GROUPS:
            yield PrintedQuartiles(
                f"{name}, {group.replace('_', '/').upper() if group != 'all' else 'all patients'}",
                _texts(published, f"table1.{characteristic}.{group}"),
                published.count(f"table1.patients.{group}.n"),
                steps[characteristic],
                lows[characteristic],
                highs[characteristic],
            )


def _of_table2(published: Published, *, finer: bool) -> Iterator[PrintedQuartiles]:
    for measure, scale in SCALES.items():
        step = FINER_STEPS[measure].step if finer and measure in FINER_STEPS else scale.step
        span = None if scale.high is None else scale.high - scale.low
        for time in _TIMES:
            low, high = (scale.low, scale.high) if time != "change" else (None, span)
            yield PrintedQuartiles(
                f"{scale.name}, {time}",
                _texts(published, f"table2.{measure}.{time}"),
                patients_of(published, measure),
                step,
                -span if time == "change" and span is not None else low,
                high,
            )


def youngest_at_onset(published: Published, step: Fraction = Fraction(1)) -> Fraction:
    """Return the least age at onset in years, on the steps in which ages were recorded.

    Who was included had at least the least age and had been ill for less than the longest
    duration, so had fallen ill at an age above the difference of the two.
    """
    youngest = published.count("design.minimum_age") - Fraction(
        published.count("design.maximum_disease_duration"), 12
    )
    return youngest // step * step


def _texts(published: Published, stem: str) -> tuple[str, str, str]:
    q1, median, q3 = (published.text(f"{stem}.{quartile}") for quartile in _QUARTILES)
    return q1, median, q3


def patients_of(published: Published, measure: str) -> int:
    """Count the patients with both assessments of a measure."""
    missing = published.count("flow.psoas_missing") if measure == "psoas" else 0
    return published.count("flow.analysed") - missing


def quantile_rules(published: Published, *, finer: bool = False) -> pd.DataFrame:
    """Count by each definition of quantiles how many printed sets of quartiles it allows.

    Parameters
    ----------
    published
        The published facts.
    finer
        Whether values are taken on finer steps than those that are assumed of them.

    Returns
    -------
    DataFrame
        One row a definition: ``definition``, ``sets`` printed, ``possible`` of them, and
        ``conflicts``, the names of the others, each with the reason.
    """
    sets = printed_quartiles(published, finer=finer)
    rows = []
    for definition in DEFINITIONS:
        conflicts = {
            each.name: reason
            for each in sets
            if (reason := _conflict(each, definition)) is not None
        }
        rows.append(
            {
                "definition": str(definition),
                "sets": len(sets),
                "possible": len(sets) - len(conflicts),
                "conflicts": "; ".join(f"{name}: {why}" for name, why in conflicts.items()),
            }
        )
    return pd.DataFrame(rows)


def _conflict(printed: PrintedQuartiles, definition: Definition) -> str | None:
    found = quartile_consistency(
        *printed.texts,
        printed.n,
        printed.step,
        low=printed.low,
        high=printed.high,
        definition=definition,
    )
    return None if found.possible else found.reason


def completers(published: Published) -> int:
    """Count the analysed patients who did not end the study early."""
    return published.count("flow.analysed") - published.count("flow.ended_early")


def analysis_sets(published: Published) -> pd.DataFrame:
    """Check for each row of Table 2 whether P is attainable for all patients, and for completers.

    On the steps of the scales, with quartiles by HAVERAGE and asymptotic P values with zeros
    dropped; `tisstats.lim2021.recorded_in.completers_otherwise` changes these conditions. Rows of
    which the completers cannot be counted are left out: a patient had no baseline, and whether that
    patient completed is not reported.

    Returns
    -------
    DataFrame
        One row a measure: ``measure``, ``printed_p``, and for ``analysed`` and ``completers``
        ``n`` (patients), ``low`` and ``high`` (range of P) and ``attainable``, with the name of
        the set before them.
    """
    rows = []
    for measure in SCALES:
        if patients_of(published, measure) < published.count("flow.analysed"):
            continue
        row: dict[str, object] = {
            "measure": measure,
            "printed_p": published.text(f"table2.{measure}.change.p"),
        }
        sets = {"analysed": published.count("flow.analysed"), "completers": completers(published)}
        for name, size in sets.items():
            found = _p_range(published, measure, size)
            row |= {
                f"{name}_n": size,
                f"{name}_low": found.low,
                f"{name}_high": found.high,
                f"{name}_attainable": bool(found.inside),
            }
        rows.append(row)
    return pd.DataFrame(rows)


def _p_range(published: Published, measure: str, n: int) -> SignedRankPRange:
    scale = SCALES[measure]
    span = None if scale.high is None else scale.high - scale.low
    return signed_rank_p_range(
        *_texts(published, f"table2.{measure}.change"),
        n=n,
        step=scale.step,
        low=None if span is None else -span,
        high=span,
        definition="spss",
        printed_p=published.text(f"table2.{measure}.change.p"),
    )


def ages_example(published: Published) -> dict[str, object]:
    """Solve the ages of the smallest group with quartiles by hand, by both rules.

    Ages a <= b <= c <= d. By HAVERAGE the first quartile is a + (b - a) / 4, the median is
    (b + c) / 2 and the third quartile is c + 3 (d - c) / 4. By the rule of numpy the first and the
    third are 3/4 of the way from a to b and 1/4 of the way from c to d.

    Returns
    -------
    dict
        ``patients``, the printed ``q1``, ``median`` and ``q3``; ages ``a`` to ``d`` that have them
        by HAVERAGE, and how theirs print (``by_haverage``); ``numpy_c``, ``numpy_sum``,
        ``numpy_b`` and ``numpy_a`` of `numpy_steps`; the
        least age at onset (``allowed``), with the ``youngest_included`` (years) and the
        ``longest_ill`` (months) that it follows from; and what follows of that rule
        (``numpy_rule``), with its conditions.
    """
    q1, median, q3 = (published.count(f"{_AGES}.{quartile}") for quartile in _QUARTILES)
    patients = published.count("table1.patients.nm_om.n")
    allowed = youngest_at_onset(published)
    found = quartile_consistency(
        *_texts(published, _AGES), patients, 1, low=allowed, definition="spss"
    )
    steps = numpy_steps(published, Fraction(1))
    a, b, c, d = map(Fraction, found.values)
    return {
        "patients": patients,
        "by_haverage": _rounding_told((a + (b - a) / 4, (b + c) / 2, c + (d - c) * 3 / 4)),
        "q1": q1,
        "median": median,
        "q3": q3,
        **dict(zip("abcd", map(int, found.values), strict=True)),
        **{f"numpy_{name}": int(value) for name, value in steps.items()},
        "allowed": int(allowed),
        "youngest_included": published.count("design.minimum_age"),
        "longest_ill": published.count("design.maximum_disease_duration"),
        "numpy_rule": str(_numpy_rule(published)),
    }


def _rounding_told(values: tuple[Fraction, Fraction, Fraction]) -> str:
    """List three quartiles, and say of those that are not whole what they round to.

    >>> _rounding_told((Fraction(35), Fraction(60), Fraction(307, 4)))
    '35, 60 and 76.75, which rounds to 77'
    """
    told = [
        f"{float(value):g}"
        + ("" if value.denominator == 1 else f", which rounds to {as_printed(value, 0)}")
        for value in values
    ]
    return f"{', '.join(told[:-1])} and {told[-1]}"


def numpy_steps(published: Published, step: Fraction) -> dict[str, Fraction]:
    """Solve the ages of the smallest group by the rule of numpy, on given steps.

    Returns
    -------
    dict
        In years, the greatest ``c``, the least ``sum`` of b and c, so the least ``b``, so the
        greatest ``a``. Where nobody can have been that young, the rule cannot give the print.
    """
    q1, median, q3 = (published.count(f"{_AGES}.{quartile}") for quartile in _QUARTILES)
    half = Fraction(1, 2)
    # A number prints as q where it is at least q - 1/2 and less than q + 1/2.
    greatest_c = _below(q3 + half, step)  # c is at most the third quartile
    least_sum = -((1 - 2 * median) // step) * step
    least_b = least_sum - greatest_c
    greatest_a = _below(4 * (q1 + half) - 3 * least_b, step)  # a + 3 b is four first quartiles
    return {"c": greatest_c, "sum": least_sum, "b": least_b, "a": greatest_a}


def _below(limit: Fraction, step: Fraction) -> Fraction:
    """Return the greatest multiple of a step that is less than a limit."""
    return -(-limit // step + 1) * step


def _numpy_rule(published: Published) -> Proof:
    steps, allowed = numpy_steps(published, Fraction(1)), youngest_at_onset(published)
    excluded = steps["a"] < allowed
    return Proof(
        "the printed ages were not computed by that rule"
        if excluded
        else "the youngest age does not exclude that rule",
        (
            "ages in completed years",
            "quartiles printed to the nearest year, halves rounded up",
            f"nobody younger than {allowed} at onset",
            "the three numbers free of misprints",
            f"of exactly these {published.count('table1.patients.nm_om.n')} patients",
        ),
    )
