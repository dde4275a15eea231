"""Results of a made-up study, computed by plain loops over its files, in exact fractions.

Shared by the tests of the domain and of the pages; it shares nothing with the package.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path

from tests.trial.slow_study import slow_scores
from tests.trial.studies import read_csv


@dataclass(frozen=True)
class Design:
    """What the tests know of one of the made-up studies."""

    arms: tuple[str, ...]
    weeks: tuple[int, ...]
    mmt_max: int = 150
    window_days: int = 4
    population: str = "adult"


#: By name of the study in `tests.trial.made_up.STUDIES`.
DESIGNS = {
    "example": Design(("active", "placebo"), (0, 4, 12, 24), window_days=7),
    "dated": Design(("low", "high", "control"), (0, 2, 8, 16)),
    "single arm": Design(("open",), (0, 6, 12), 80, population="juvenile"),
}


def analysed(folder: Path, arm: str | None = None) -> list[dict[str, str]]:
    """Return the analysed patients, of one arm or of all."""
    return [
        row
        for row in read_csv(folder / "synthetic_patients.csv")
        if row.get("analysed", "true") == "true" and arm in (None, row["arm"])
    ]


def visit_days(folder: Path, row: dict[str, str]) -> Fraction:
    """Return the day of a visit since the first dose."""
    if "week" in row:
        return 7 * Fraction(row["week"])
    import datetime as dt

    firsts = {
        each["patient_id"]: each["first_dose_date"]
        for each in read_csv(folder / "synthetic_patients.csv")
    }
    first = dt.date.fromisoformat(firsts[row["patient_id"]])
    return Fraction((dt.date.fromisoformat(row["date"]) - first).days)


def visits_by_week(folder: Path, design: Design) -> dict[str, dict[Fraction, dict[str, str]]]:
    """Return the visits of each patient by scheduled week, or by their own outside of windows."""
    found: dict[str, dict[Fraction, dict[str, str]]] = {}
    for row in read_csv(folder / "synthetic_visits.csv"):
        days = visit_days(folder, row)
        near = [week for week in design.weeks if abs(days - 7 * week) <= design.window_days]
        week = Fraction(near[0]) if near else days / 7
        found.setdefault(row["patient_id"], {})[week] = row
    return found


def scores_of(folder: Path, design: Design) -> dict[str, dict[Fraction, tuple[Fraction, Fraction]]]:
    """Return the bounds of every score after baseline; 0 and 100 where there are none."""
    return {
        name: {week: bounds or (Fraction(0), Fraction(100)) for week, bounds in visits.items()}
        for name, visits in slow_scores(
            folder, design.mmt_max, design.weeks, design.window_days
        ).items()
    }


def slow_quartiles(values: list[Fraction]) -> tuple[Fraction, Fraction, Fraction]:
    """Return first quartile, median and third quartile by definition 7."""
    q1, median, q3 = statistics.quantiles(values, n=4, method="inclusive")
    return q1, median, q3


def slow_pvalue(changes: list[Fraction]) -> Fraction:
    """Return the exact two-sided P of the signed-rank test, over all signs; zeros are dropped."""
    used = sorted((change for change in changes if change), key=abs)
    if not used:
        return Fraction(1)
    sizes = [abs(change) for change in used]
    ranks = [
        Fraction(sum(other < size for other in sizes) * 2 + sizes.count(size) + 1, 2)
        for size in sizes
    ]
    plus = sum(rank for rank, change in zip(ranks, used, strict=True) if change > 0)
    smaller = min(plus, sum(ranks) - plus)
    tail = sum(
        sum(rank for rank, sign in zip(ranks, signs, strict=True) if sign) <= smaller
        for signs in product((False, True), repeat=len(ranks))
    )
    return min(Fraction(1), Fraction(2 * tail, 2 ** len(ranks)))


def slow_incidence(times: list[tuple[Fraction, int]], week: Fraction) -> Fraction:
    """Return the cumulative incidence of cause 1, product by product."""
    free, found = Fraction(1), Fraction(0)
    for time in sorted({time for time, _ in times if time <= week}):
        at_risk = sum(other >= time for other, _ in times)
        found += free * Fraction(sum(pair == (time, 1) for pair in times), at_risk)
        any_event = sum(other == time and cause > 0 for other, cause in times)
        free *= 1 - Fraction(any_event, at_risk)
    return found


def slow_wilson(count: int, of: int, z: float) -> tuple[float, float]:
    """Return the limits of Wilson's interval."""
    p = count / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * (p * (1 - p) / of + z * z / (4 * of * of)) ** 0.5
    return middle - half, middle + half


def slow_newcombe(one: tuple[int, int], other: tuple[int, int]) -> tuple[float, float, float]:
    """Return the difference of two proportions and Newcombe's limits at 95%."""
    z = statistics.NormalDist().inv_cdf(0.975)
    (low_1, high_1), (low_2, high_2) = slow_wilson(*one, z), slow_wilson(*other, z)
    p_1, p_2 = one[0] / one[1], other[0] / other[1]
    difference = p_1 - p_2
    return (
        difference,
        difference - ((p_1 - low_1) ** 2 + (high_2 - p_2) ** 2) ** 0.5,
        difference + ((high_1 - p_1) ** 2 + (p_2 - low_2) ** 2) ** 0.5,
    )
