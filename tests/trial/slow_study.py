"""The score of a made-up study's visits, computed row by row in exact fractions.

It shares nothing with the package: the bands are those typed a second time in the tests of the
score.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path

from tests.measures.test_score_reference import PUBLISHED, reference_points, reference_response
from tests.trial.studies import MEASURES, read_csv

BETTER_HIGHER = ("mmt",)
ULN, VAS = Fraction(200), Fraction(10)


def slow_scores(
    folder: Path, mmt_max: int, weeks: tuple[int, ...], window_days: int = 4
) -> dict[str, dict[Fraction, tuple[Fraction, Fraction] | None]]:
    """Return the lowest and the highest score of each visit after baseline, by patient and week.

    The week is the scheduled one if the visit is the only one in its window; None where physician
    global activity or muscle strength is missing, so that there are no bounds.
    """
    patients = {row["patient_id"]: row for row in read_csv(folder / "synthetic_patients.csv")}
    visits: dict[str, dict[Fraction, dict[str, str]]] = {name: {} for name in patients}
    for row in read_csv(folder / "synthetic_visits.csv"):
        first = patients[row["patient_id"]].get("first_dose_date")
        days = (
            Fraction(row["week"]) * 7
            if first is None
            else Fraction((dt.date.fromisoformat(row["date"]) - dt.date.fromisoformat(first)).days)
        )
        near = [week for week in weeks if abs(days - 7 * week) <= window_days]
        visits[row["patient_id"]][Fraction(near[0]) if near else days / 7] = row
    return {
        name: {
            week: _bounds(seen[Fraction(0)], seen[week], mmt_max)
            for week in sorted(seen)
            if week > 0
        }
        for name, seen in visits.items()
    }


def _bounds(
    before: dict[str, str], after: dict[str, str], mmt_max: int
) -> tuple[Fraction, Fraction] | None:
    low = high = Fraction(0)
    for name in MEASURES:
        measure = "enzyme" if name == "ck" else name
        top = {"mmt": Fraction(mmt_max), "haq": Fraction(3), "ck": 15 * ULN}.get(name, VAS)
        if not before[name] or not after[name]:
            if name in ("physician_global", "mmt"):
                return None
            most = Fraction(PUBLISHED[measure][1][-1])
            if before[name]:
                # From the baseline to the best value of the scale.
                most = reference_points(measure, 100 * Fraction(before[name]) / top)
            elif after[name] and name != "ck":
                most = reference_points(measure, 100 * (top - Fraction(after[name])) / top)
            high += most
            continue
        gain = Fraction(before[name]) - Fraction(after[name])
        if name in BETTER_HIGHER:
            gain = -gain
        points = reference_points(measure, 100 * gain / top)
        low, high = low + points, high + points
    return low, high


def slow_category(score: Fraction, population: str) -> str:
    """Return the response category of a score."""
    return reference_response(score, population)
