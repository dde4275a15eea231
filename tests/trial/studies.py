"""Made-up studies of any size, written as files; every one is declared synthetic."""

from __future__ import annotations

import csv
import datetime as dt
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cases import some
from tisstats.trial.cdisc import FILE_FORMATS

#: Formats in which most whole studies are written and read again: in CSV nothing has a type, and
#: transport files have their own numbers. How each format holds values, test_cdisc.py shows; one
#: whole study, and one with deaths, test_study_cdisc.py takes through all.
STUDY_FORMATS = some(sorted(FILE_FORMATS), 2)

MEASURES = ("physician_global", "patient_global", "mmt", "haq", "extramuscular", "ck")

#: Best and worst value of each measure but the enzyme; the muscle test is out of `mmt_max`.
_VAS = ("physician_global", "patient_global", "extramuscular")


@dataclass
class MadeUpStudy:
    """The rows of a study, as they stand in its files, and its description as text."""

    patients: list[dict[str, object]]
    visits: list[dict[str, object]]
    treatments: list[dict[str, object]] = field(default_factory=list)
    adverse_events: list[dict[str, object]] = field(default_factory=list)
    description: str = ""

    def write(self, folder: Path) -> Path:
        """Write the study into a folder, and return it."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "study.toml").write_text(self.description, encoding="utf-8")
        for name in ("patients", "visits", "treatments", "adverse_events"):
            if rows := getattr(self, name):
                write_csv(folder / f"synthetic_{name}.csv", rows)
        return folder


def with_decimal_points(given: Any) -> Any:
    """A description whose whole numbers have a decimal point, as in ``weeks = [0.0, 4.0]``."""
    if isinstance(given, dict):
        return {key: with_decimal_points(value) for key, value in given.items()}
    if isinstance(given, list):
        return [with_decimal_points(value) for value in given]
    return float(given) if type(given) is int else given


def write_csv(path: Path, rows: list[dict[str, object]]) -> None:
    """Write rows of equal columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read rows as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def make_study(
    patients: int,
    arms: tuple[str, ...] = ("active", "control"),
    weeks: tuple[int, ...] = (0, 4, 12, 24),
    *,
    seed: int = 1,
    mmt_max: int = 150,
    population: str = "adult",
    with_dates: bool = False,
    missing: float = 0.03,
    missed: float = 0.05,
    changes: str = "",
) -> MadeUpStudy:
    """Draw a study: scores improve more in the first arm; cells and visits are missing.

    Parameters
    ----------
    patients
        Number of patients, in turn of each arm.
    arms, weeks
        Names of the arms, of which the last is the reference, and scheduled weeks.
    mmt_max, population
        As in the description.
    with_dates
        Whether visits have dates in place of weeks, a few days off schedule.
    missing, missed
        Proportions of missing cells and of missed visits after baseline.
    changes
        Lines of TOML appended to the description's section ``endpoint``.
    """
    rng = random.Random(seed)
    study = MadeUpStudy([], [])
    for number in range(1, patients + 1):
        arm = arms[(number - 1) % len(arms)]
        name = f"P{number:03d}"
        start = dt.date(2024, 1, 8) + dt.timedelta(days=rng.randrange(300))
        stop = rng.choice(weeks[1:]) if rng.random() < 0.15 else None
        reason = rng.choice(("adverse_event", "withdrawal", "rescue_medication"))
        row: dict[str, object] = {"patient_id": name, "arm": arm}
        row |= {"age": rng.randint(18, 80), "sex": rng.choice(("female", "male"))}
        row |= {"dysphagia": rng.choice(("true", "false", ""))}
        row |= {"stop_week": "" if stop is None else stop}
        row |= {"end_reason": "completed" if stop is None else reason}
        if with_dates:
            row["first_dose_date"] = start.isoformat()
        study.patients.append(row)
        baseline = _baseline(rng, mmt_max)
        gain = rng.uniform(0.1, 0.9) if arm == arms[0] else rng.uniform(-0.2, 0.6)
        for week in weeks:
            if (stop is not None and week > stop) or (week and rng.random() < missed):
                continue
            days = 7 * week + (rng.randint(-3, 3) if with_dates and week else 0)
            when = (start + dt.timedelta(days=days)).isoformat() if with_dates else week
            share = gain * (week / weeks[-1]) ** 0.5 if week else 0.0
            values = _improved(rng, baseline, share, mmt_max)
            values = {
                name: "" if week and rng.random() < missing else value
                for name, value in values.items()
            }
            time = {"date" if with_dates else "week": when}
            study.visits.append({"patient_id": name, **time, **values})
        _further_rows(rng, study, row, start, with_dates)
    study.description = _description(arms, weeks, mmt_max, population, with_dates, changes)
    for name in ("patients", "visits", "treatments", "adverse_events"):
        setattr(study, name, [{**row, "origin": "synthetic"} for row in getattr(study, name)])
    return study


def _baseline(rng: random.Random, mmt_max: int) -> dict[str, float]:
    values = {name: round(rng.uniform(2, 9), 1) for name in _VAS}
    values |= {"mmt": round(mmt_max * rng.uniform(0.6, 0.9))}
    values |= {"haq": rng.randint(4, 20) / 8, "ck": rng.choice((250, 900, 2400, 5200))}
    return {name: values[name] for name in MEASURES}


def _improved(
    rng: random.Random, baseline: dict[str, float], share: float, mmt_max: int
) -> dict[str, float]:
    if not share:
        return dict(baseline)
    found = {}
    for name, value in baseline.items():
        moved = share * rng.uniform(0.6, 1.4)
        if name == "mmt":
            found[name] = max(0, min(mmt_max, round(value + (mmt_max - value) * moved)))
        elif name == "haq":
            found[name] = max(0.0, min(3.0, round(8 * value * (1 - moved)) / 8))
        elif name == "ck":
            found[name] = max(30, round(value * (1 - moved)))
        else:
            found[name] = max(0.0, min(10.0, round(value * (1 - moved), 1)))
    return found


def _further_rows(
    rng: random.Random, study: MadeUpStudy, row: dict[str, object], start: dt.date, dated: bool
) -> None:
    def time(week: int) -> dict[str, object]:
        day = start + dt.timedelta(days=7 * week)
        return {"date": day.isoformat()} if dated else {"week": week}

    name = {"patient_id": row["patient_id"]}
    study.treatments.append({**name, **time(0), "treatment": "study treatment", "dose": 2})
    if row["end_reason"] == "rescue_medication":
        week = int(str(row["stop_week"]))
        study.treatments.append({**name, **time(week), "treatment": "rescue", "dose": ""})
    if rng.random() < 0.4:
        event = rng.choice(("headache", "rash", "pneumonia"))
        serious = "true" if event == "pneumonia" else "false"
        related = rng.choice(("yes", "no"))
        study.adverse_events.append(
            {**name, **time(0), "event": event, "serious": serious, "treatment_related": related}
        )


def _description(
    arms: tuple[str, ...],
    weeks: tuple[int, ...],
    mmt_max: int,
    population: str,
    dated: bool,
    changes: str,
) -> str:
    reference = f'reference_arm = "{arms[-1]}"\n' if len(arms) > 1 else ""
    labels = "\n".join(f'{arm} = "{arm.capitalize()}"' for arm in arms)
    return f"""{reference}
[study]
title = "A made-up study"
id = "MADE-UP"
data = "synthetic"
population = "{population}"
[arms]
{labels}
[measures]
used = {list(MEASURES)}
mmt_max = {mmt_max}
vas_max = 10
uln = {{ ck = 200 }}
[visits]
weeks = {list(weeks)}
window_days = 4
time = "{"date" if dated else "week"}"
[endpoint]
kind = "at week"
threshold = 40
week = {weeks[-1]}
missing = "non-responder"
{changes}
[analysis]
quantile_definition = 7
[characteristics]
age = {{ label = "Age, years", type = "number" }}
sex = {{ label = "Sex", type = "category" }}
dysphagia = {{ label = "Dysphagia", type = "yes/no" }}
[files]
patients = "synthetic_patients.csv"
visits = "synthetic_visits.csv"
treatments = "synthetic_treatments.csv"
adverse_events = "synthetic_adverse_events.csv"
"""
