"""Fingerprints: what printed numbers reveal about how they were made, each with its proof.

Nothing here needs patient rows. A way of computing is ruled out when no values on the recorded
grid can give what is printed by it; that one is not ruled out does not show that it was used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from tisstats.consistency import plain, quartile_consistency
from tisstats.consistency.signed_rank_range import SignedRankPRange, signed_rank_p_range
from tisstats.measures.scales import SCALES
from tisstats.statistics import DEFINITIONS
from tisstats.statistics.quantiles import Definition
from tisstats.study.published import Published

_QUARTILES = ("q1", "median", "q3")
_TIMES = ("baseline", "end", "change")

#: Groups of Table 1 whose characteristics are printed with quartiles.
_GROUPS = ("all", "dm", "imnm", "nm_om")
_CHARACTERISTICS = {"age_at_onset": "Age at onset", "disease_duration": "Disease duration"}


@dataclass(frozen=True, slots=True)
class PrintedQuartiles:
    """Three quartiles as printed, and what the values behind them can be."""

    name: str  #: row and group or time, for tables
    texts: tuple[str, str, str]  #: first quartile, median, third quartile
    n: int  #: number of values
    step: Fraction  #: grid of the values
    low: int | None  #: least value, if there is one
    high: int | None  #: greatest value, if there is one


def printed_quartiles(published: Published) -> list[PrintedQuartiles]:
    """List every set of quartiles that the two tables print, with its grid and its limits."""
    return [*_of_table1(published), *_of_table2(published)]


def _of_table1(published: Published) -> Iterator[PrintedQuartiles]:
    lows = {"age_at_onset": youngest_at_onset(published), "disease_duration": 0}
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
                Fraction(1),
                lows[characteristic],
                highs[characteristic],
            )


def _of_table2(published: Published) -> Iterator[PrintedQuartiles]:
    for measure, scale in SCALES.items():
        span = None if scale.high is None else scale.high - scale.low
        for time in _TIMES:
            low, high = (scale.low, scale.high) if time != "change" else (None, span)
            yield PrintedQuartiles(
                f"{scale.name}, {time}",
                _texts(published, f"table2.{measure}.{time}"),
                patients_of(published, measure),
                scale.step,
                -span if time == "change" and span is not None else low,
                high,
            )


def youngest_at_onset(published: Published) -> int:
    """Give the least age at onset, in whole years.

    Who was included at the least age had fallen ill some months before, less than a year.
    """
    return published.count("design.minimum_age") - 1


def _texts(published: Published, stem: str) -> tuple[str, str, str]:
    q1, median, q3 = (published.text(f"{stem}.{quartile}") for quartile in _QUARTILES)
    return q1, median, q3


def patients_of(published: Published, measure: str) -> int:
    """Count the patients with both assessments of a measure."""
    missing = published.count("flow.psoas_missing") if measure == "psoas" else 0
    return published.count("flow.analysed") - missing


def quantile_rules(published: Published) -> pd.DataFrame:
    """Tell by each definition of quantiles how many printed sets of quartiles it allows.

    Returns
    -------
    DataFrame
        One row a definition: ``definition``, ``sets`` printed, ``possible`` of them, and
        ``conflicts``, the names of the others, each with the reason.
    """
    sets = printed_quartiles(published)
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
    """Tell for each row of Table 2 whether P is attainable for all patients, and for completers.

    Rows of which the completers cannot be counted are left out: a patient had no baseline, and
    whether that patient completed is not told.

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
        printed_p=published.text(f"table2.{measure}.change.p"),
    )


def dynamometer(published: Published, measure: str = "biceps") -> pd.DataFrame:
    """Tell by which resolution of the dynamometer the printed quartiles can come about.

    Returns
    -------
    DataFrame
        One row a resolution in newton: ``resolution``, ``possible`` and ``reason`` where not.
    """
    rows = []
    thirds = Fraction(1, published.count("design.dynamometry_measurements"))
    for name, step in (
        ("whole newtons", Fraction(1)),
        ("means of whole newtons over the measurements", thirds),
        ("half newtons", Fraction(1, 2)),
        ("tenths of a newton", Fraction(1, 10)),
    ):
        found = quartile_consistency(
            *_texts(published, f"table2.{measure}.change"),
            patients_of(published, measure),
            step,
            definition="spss",
        )
        rows.append(
            {
                "resolution": name,
                "step": plain(step),
                "possible": found.possible,
                "reason": found.reason,
            }
        )
    return pd.DataFrame(rows)


def ages_example(published: Published) -> dict[str, int]:
    """Solve the ages of the smallest group with quartiles by hand, by both rules.

    Ages a <= b <= c <= d. By HAVERAGE the first quartile is a + (b - a) / 4, the median is
    (b + c) / 2 and the third quartile is c + 3 (d - c) / 4. By the rule of numpy the first and the
    third are 3/4 of the way from a to b and 1/4 of the way from c to d.

    Returns
    -------
    dict
        ``patients``, the printed ``q1``, ``median`` and ``q3``; ages ``a`` to ``d`` that have them
        by HAVERAGE; and the steps to the contradiction by the rule of numpy: the greatest ``c``,
        the least sum of b and c (``least_sum``), so the least ``b``, the greatest ``a``, and the
        least age at inclusion (``allowed``); these with ``numpy_`` before them.
    """
    stem = "table1.age_at_onset.nm_om"
    q1, median, q3 = (published.count(f"{stem}.{quartile}") for quartile in _QUARTILES)
    patients = published.count("table1.patients.nm_om.n")
    allowed = youngest_at_onset(published)
    found = quartile_consistency(
        *_texts(published, stem), patients, 1, low=allowed, definition="spss"
    )
    ages = dict(zip("abcd", map(int, found.values), strict=True))
    # A number prints as q where it is at least q - 1/2 and less than q + 1/2.
    greatest_c = q3  # c is at most the third quartile, which is less than q3 + 1/2
    least_sum = 2 * median - 1
    least_b = least_sum - greatest_c
    greatest_a = 4 * q1 + 1 - 3 * least_b  # a + 3 b = 4 first quartiles, less than 4 q1 + 2
    return {
        "patients": patients,
        "q1": q1,
        "median": median,
        "q3": q3,
        **ages,
        "numpy_c": greatest_c,
        "numpy_sum": least_sum,
        "numpy_b": least_b,
        "numpy_a": greatest_a,
        "allowed": allowed,
    }
