"""A study's patients for the slow computation of endpoints, straight from its files.

Visits that were late stay at the weeks in which they took place, and the windows belong to the
endpoint; the package moves all visits to scheduled weeks, and has no windows left. Scores come from
`slow_scores`; whether a definition is met is asked for every extreme value of a missing cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path

from tests.random_courses import Patient, Visit
from tests.trial.slow_study import slow_scores
from tests.trial.studies import MEASURES, read_csv

Cells = dict[str, Fraction]


def slow_patients(
    folder: Path,
    weeks: tuple[int, ...],
    *,
    mmt_max: int = 150,
    window_days: int = 4,
    worse: Callable[[Cells, Cells], bool] | None = None,
    criterion: Callable[[Cells, Cells], bool] | None = None,
) -> dict[str, Patient]:
    """Return each analysed patient, in the order of the file.

    `worse` and `criterion` judge a visit against baseline, in muscle testing out of `mmt_max`.
    """
    everybody = {row["patient_id"]: row for row in read_csv(folder / "synthetic_patients.csv")}
    rows = read_csv(folder / "synthetic_visits.csv")
    scores = slow_scores(folder, mmt_max, weeks, window_days)
    treatments = folder / "synthetic_treatments.csv"
    given = read_csv(treatments) if treatments.exists() else []

    def week_of(row: dict[str, str]) -> Fraction:
        if "week" in row:
            return Fraction(row["week"])
        first = everybody[row["patient_id"]]["first_dose_date"]
        days = dt.date.fromisoformat(row["date"]) - dt.date.fromisoformat(first)
        return Fraction(days.days, 7)

    def scheduled(week: Fraction) -> Fraction:
        near = [each for each in weeks if abs(7 * week - 7 * each) <= window_days]
        return Fraction(near[0]) if near else week

    found = {}
    for name, patient in everybody.items():
        if patient.get("analysed", "true") != "true":
            continue
        mine = sorted((row for row in rows if row["patient_id"] == name), key=week_of)
        baseline, *later = mine
        visits = []
        for row in later:
            week = week_of(row)
            bounds = scores[name][scheduled(week)] or (0, 100)
            if criterion:
                met = judged(criterion, baseline, row, mmt_max)
                bounds = {True: (100, 100), False: (0, 0), None: (0, 100)}[met]
            state = judged(worse, baseline, row, mmt_max) if worse else False
            visits.append(Visit(week, float(bounds[0]), float(bounds[1]), state))
        recorded = patient.get("death_week") and Fraction(patient["death_week"])
        stop = stop_of(patient, visits, scheduled)
        death = at_visit(recorded, visits, scheduled) if recorded else None
        by_death = patient.get("end_reason") == "death"
        # With a cell each, which was first is what these say, whatever visits are moved.
        stopped = patient.get("stop_week") and Fraction(patient["stop_week"])
        first = bool(stopped and recorded) and stopped < recorded
        rescues = [
            week_of(row)
            for row in given
            if row["patient_id"] == name and row["treatment"].lower() == "rescue"
        ]
        rescue = min(rescues, default=None)
        if not given and patient.get("end_reason") == "rescue_medication":
            rescue = stop
        early = {v.week: scheduled(v.week) for v in visits if v.week < scheduled(v.week)}
        visits = [replace(visit, week=moved(visit.week, early)) for visit in visits]
        stop = moved(stop, early)
        death = stop if by_death else moved(death, early)
        if death is not None and stop is not None and not by_death:
            death = max(death, stop + Fraction(first, 2000))
        found[name] = Patient(tuple(visits), moved(rescue, early), stop, death)
    return found


def at_visit(
    week: Fraction, visits: list[Visit], scheduled: Callable[[Fraction], Fraction]
) -> Fraction:
    """What happened in a scheduled week happened at its visit, whenever that was."""
    return next((v.week for v in visits if scheduled(v.week) == week), week)


def stop_of(
    patient: dict[str, str], visits: list[Visit], scheduled: Callable[[Fraction], Fraction]
) -> Fraction | None:
    """The week of an early stop: as recorded, or of the last visit before another end."""
    if patient.get("stop_week"):
        return at_visit(Fraction(patient["stop_week"]), visits, scheduled)
    if patient.get("end_reason") == "death" and patient.get("death_week"):
        return at_visit(Fraction(patient["death_week"]), visits, scheduled)
    if patient.get("end_reason", "completed") in ("completed", ""):
        return None
    return visits[-1].week if visits else Fraction(0)


def moved(week: Fraction | None, early: dict[Fraction, Fraction]) -> Fraction | None:
    """A week, with visits that were early in their week moved to it.

    What was on the day of an early visit moves with it, and what followed it follows it.
    """
    if week in early:
        return early[week]
    for since, until in early.items():
        if week is not None and since < week <= until:
            return until + Fraction(1, 1000)
    return week


def judged(
    meets: Callable[[Cells, Cells], bool],
    before: dict[str, str],
    after: dict[str, str],
    mmt_max: int,
) -> bool | None:
    """Whether a visit meets a definition; None if that depends on a missing cell."""
    tops = {"mmt": mmt_max, "haq": 3, "ck": 10**6}
    options = [
        [Fraction(after[name])] if after[name] else [Fraction(0), Fraction(tops.get(name, 10))]
        for name in MEASURES
    ]
    start = {name: Fraction(before[name]) for name in MEASURES}
    answers = {
        meets(start, dict(zip(MEASURES, values, strict=True))) for values in product(*options)
    }
    return answers.pop() if len(answers) == 1 else None


def gain(before: Cells, after: Cells, name: str) -> Fraction:
    """Improvement of a measure, % of its baseline; 0 from a baseline of 0."""
    better = after[name] - before[name] if name == "mmt" else before[name] - after[name]
    return 100 * better / before[name] if before[name] else Fraction(0)


def confirmed_definition(before: Cells, after: Cells) -> bool:
    """The definition of deterioration of ProDERM at one visit, typed a second time."""
    gains = {name: gain(before, after, name) for name in MEASURES if name != "ck"}
    rise = {name: after[name] - before[name] for name in MEASURES}
    return (
        (rise["physician_global"] >= 2 and gains["mmt"] <= -20)
        or rise["extramuscular"] >= 2
        or sum(value <= -30 for value in gains.values()) >= 3
    )


def worsening_definition(before: Cells, after: Cells) -> bool:
    """The IMACS definition of worsening at one visit: as ProDERM's, but the enzyme counts too."""
    worse = [name for name in MEASURES if gain(before, after, name) <= -30]
    return confirmed_definition(before, after) or len(worse) >= 3


def disability_definition(before: Cells, after: Cells) -> bool:  # noqa: ARG001 - as the others
    """Minimal disability of ProDERM at one visit: MMT-8 below 142 of 150, two others abnormal."""
    scales = ("physician_global", "patient_global", "extramuscular")
    abnormal = sum(after[name] >= 2 for name in scales)
    abnormal += (after["haq"] >= Fraction(1, 4)) + (after["ck"] > 300)
    return after["mmt"] <= 141 and abnormal >= 2


def unfavourable(found: tuple[str, str], strategy: str, missing: str) -> tuple[str, str]:
    """Status and rule of an unfavourable outcome, from those with open statuses left unknown."""
    status, rule = found
    if strategy == "composite" and "before the assessment" in rule:
        return "responder", rule
    if strategy != "hypothetical" and rule == "death before the assessment":
        return "responder", rule
    if status == "unknown":
        counted = {"worst case": "responder", "non-responder": "responder"}
        counted["best case"] = "non-responder"
        return counted.get(missing, "unknown"), rule
    return status, rule


def imacs_definition(before: Cells, after: Cells) -> bool:
    """The IMACS definition of improvement at one visit, typed a second time."""
    gains = {name: gain(before, after, name) for name in MEASURES}
    worse = [name for name, value in gains.items() if value <= -25]
    improved = sum(value >= 20 for value in gains.values())
    return improved >= 3 and len(worse) <= 2 and "mmt" not in worse
