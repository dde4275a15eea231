"""Listings: individual patients, their visits, treatments and adverse events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from tisstats.chapters.page import Rows, Table, described, table
from tisstats.chapters.result_facts import counted
from tisstats.chapters.trial_report import method_wording
from tisstats.chapters.trial_report.chapter import TrialChapter
from tisstats.chapters.trial_report.disposition import COMPLETION_RULE, NOT_RECORDED
from tisstats.figures.numbers import format_range, format_trimmed, yes_no
from tisstats.trial.columns import natural_key
from tisstats.trial.deaths import DEATH_WEEK
from tisstats.trial.description import RESCUE
from tisstats.trial.end_reasons import COMPLETED, ONGOING
from tisstats.trial.flow import format_reason
from tisstats.trial.study_wording import describe_weeks, describe_windows

#: Tables with more rows are folded: only the caption is shown at first.
LONGEST_OPEN = 40

_NONE = "–"


class Listings(TrialChapter):
    """The chapter of listings."""

    @cached_property
    def arms(self) -> dict[str, str]:
        """Label of the arm of every patient, in natural order of their names."""
        patients = self.data.trial.patients
        arms = dict(zip(patients["patient_id"], patients["arm"], strict=True))
        return {name: self.study.arms[arms[name]] for name in sorted(arms, key=natural_key)}

    def tables(self) -> list[Table]:
        """Return all listings; those of tables that the study does not have are left out."""
        found = [self._patients(), self._visits()]
        if "treatments" in self.data.has:
            found.append(self._treatments())
        if "adverse_events" in self.data.has:
            found.append(self._adverse_events())
        return [replace(each, collapsed=len(each.frame) > LONGEST_OPEN) for each in found]

    @property
    def completion_rule(self) -> str:
        """Who counts as having completed the study; empty if ends are not recorded."""
        return f"{COMPLETION_RULE} " if self.data.ends_recorded else ""

    @table(
        "Patients one by one: arm, analysis, last visit and end of the study. "
        "{self.completion_rule}",
        origin="{self.label}",
        columns="patients one by one",
    )
    def _patients(self) -> Rows:
        """Return one row per patient in the table of patients."""
        rows = {row["patient_id"]: row for row in self.data.trial.patients.to_dict("records")}
        rescues, last = self._first_rescue(), self._last_dates()
        for patient, arm in self.arms.items():
            row = rows[patient]
            yield {
                "Patient": patient,
                "Arm": arm,
                "Analysed": yes_no(row["analysed"]),
                "Last visit, week": _when(row["end_week"], last.get(patient), missing="no visit"),
                "End": self._end(row),
                "First rescue medication, week": rescues.get(patient, _NONE)
                if "treatments" in self.data.has
                else NOT_RECORDED,
            }

    def _end(self, row: Mapping[Any, Any]) -> str:
        if not self.data.ends_recorded:
            return NOT_RECORDED
        when, died = self._weeks_of_end(row)
        if (reason := row["end_reason"]) in (COMPLETED, ONGOING):
            return (f"{reason}, treatment stopped{when}" if when else str(reason)) + died
        stopped = when if row["end_reason"] == "death" or not when else f", treatment stopped{when}"
        return f"did not complete: {format_reason(row['end_reason'])}{stopped}{died}"

    def _weeks_of_end(self, row: Mapping[Any, Any]) -> tuple[str, str]:
        """Return when a patient stopped, or the death ended the study, and a death after that."""
        stop, death = (row.get(name, np.nan) for name in ("stop_week", DEATH_WEEK))
        ended_by_death = row["end_reason"] == "death"
        at = death if ended_by_death and not np.isfinite(stop) else stop
        stopped, died = (self._end_date(row, name) for name in ("stop_date", "death_date"))
        on = died if ended_by_death and _is_absent(stopped) else stopped
        later = np.isfinite(death) and not ended_by_death
        return (
            f" in week {_when(at, on)}" if np.isfinite(at) else "",
            f", died in week {_when(death, died)}" if later else "",
        )

    def _end_date(self, row: Mapping[Any, Any], name: str) -> dt.date | None:
        """Return a date of a patient's end; None where the file has none."""
        dates = self.data.end_dates
        return dates.loc[row["patient_id"], name] if name in dates else None

    def _first_rescue(self) -> dict[str, str]:
        given = self.data.trial.treatments
        rescues = given[given["treatment"] == RESCUE].sort_values("week", kind="stable")
        first = rescues.drop_duplicates("patient_id").to_dict("records")
        return {str(row["patient_id"]): _when(row["week"], row.get("date")) for row in first}

    def _last_dates(self) -> dict[str, dt.date]:
        """Return the date of each patient's last visit, where visits have dates."""
        visits = self.data.trial.visits
        if "date" not in visits:
            return {}
        last = visits.sort_values("week", kind="stable").groupby("patient_id")["date"].last()
        return {str(patient): date for patient, date in last.items()}

    @property
    def schedule(self) -> str:
        """Which weeks are scheduled, and which visit is that of a week, in words."""
        visits = self.study.visits
        return f"{describe_weeks(visits)}; the visit of a week is {describe_windows(visits)}"

    @table(
        "Scores of the analysed patients: Total Improvement Score and response at each visit after "
        "baseline; where missing measures leave the score open, the range of what it can be; "
        "without {self.needed} there is no score. "
        "Scheduled weeks are {self.schedule}. Scales: {self.declared_scales}",
        origin="{self.label}",
        columns="patients one by one",
    )
    def _visits(self) -> Rows:
        """Return one row per analysed patient."""
        scheduled = self.study.visits.weeks[1:]
        found = self._scores()
        unscheduled = any(set(weeks) - set(scheduled) for weeks in found.values())
        for patient in self.arms:
            if patient in found:
                scores = found[patient]
                cells = {f"Week {week:g}": scores.pop(week, "no visit") for week in scheduled}
                others = "; ".join(f"week {_when(week)}: {text}" for week, text in scores.items())
                more = {"Other visits": others or "none"} if unscheduled else {}
                yield {"Patient": patient, "Arm": self.arms[patient], **cells, **more}

    @property
    def declared_scales(self) -> str:
        """The declared ranges of the measures."""
        return self.scales()

    @property
    def needed(self) -> str:
        """The measures without which there is no score."""
        return method_wording.describe_needed(self.study)

    def _scores(self) -> dict[str, dict[float, str]]:
        """Return the score of each visit after baseline in words, by patient and week."""
        analysis = self.data.analysis
        found: dict[str, dict[float, str]] = {}
        for patient, visits in analysis.visits.groupby("patient_id", sort=False):
            (place,) = np.flatnonzero(analysis.patients["patient_id"] == patient)
            bounds = zip(analysis.tis_low[place], analysis.tis_high[place], strict=True)
            rows = zip(visits["week"], visits["response"], bounds, strict=False)
            found[str(patient)] = {
                float(week): _score(low, high, response)
                for week, response, (low, high) in rows
                if week > 0
            }
        return found

    @property
    def _dated(self) -> str:
        """What weeks are, in a study whose rows have dates."""
        return ", each week with its date" if self.study.visits.time == "date" else ""

    @table(
        "Treatments by patient: weeks in which each was given{self._dated}, with the dose in "
        "brackets where one is recorded, in the unit of the table of treatments",
        origin="{self.label}",
        columns="patients one by one",
    )
    def _treatments(self) -> Rows:
        """Return one row per patient and treatment."""
        given = self.data.trial.treatments.sort_values("week", kind="stable")
        given = given if "dose" in given else given.assign(dose=np.nan)
        groups = {
            (str(patient), str(treatment)): rows
            for (patient, treatment), rows in given.groupby(["patient_id", "treatment"])
        }
        for patient, treatment in sorted(groups, key=lambda key: (natural_key(key[0]), key[1])):
            rows = groups[patient, treatment]
            doses = [
                _when(row["week"], row.get("date"))
                + (f" ({row['dose']:g})" if np.isfinite(row["dose"]) else "")
                for row in rows.to_dict("records")
            ]
            yield {
                "Patient": patient,
                "Arm": self.arms[patient],
                "Treatment": treatment,
                "Weeks (dose)": ", ".join(doses),
            }

    @table(
        "Adverse events by patient and week",
        origin="{self.label}",
        columns="patients one by one",
    )
    def _adverse_events(self) -> Rows:
        """Return one row per adverse event."""
        events = self.data.trial.adverse_events
        order = sorted(
            events.to_dict("records"),
            key=lambda event: (natural_key(event["patient_id"]), event["number"]),
        )
        for event in order:
            yield {
                "Patient": event["patient_id"],
                "Arm": self.arms[event["patient_id"]],
                "Week": _when(event["week"], event.get("date")),
                "Event": event["event"],
                "Serious": yes_no(event["serious"]),
                "Related to treatment": event["treatment_related"],
            }

    @described({"patients": counted("Patients in the table of patients")}, source="{self.origin}")
    def numbers(self) -> dict[str, object]:
        """Return the numbers and sentences glued into the prose, by name."""
        absent = {"treatments": "treatments", "adverse_events": "adverse events"}
        missing = [text for name, text in absent.items() if name not in self.data.has]
        return {
            "patients": len(self.arms),
            "missing_tables": f"The study has no table of {' and none of '.join(missing)}."
            if missing
            else "",
        }


#: The highest score.
_MOST = 100


def _score(low: float, high: float, response: object) -> str:
    """Format a score and its category, as far as they are known."""
    known = isinstance(response, str) and response
    category = response if known else "response unknown"
    if low == 0 and high == _MOST:  # the measures that a score needs alone leave less open
        return f"no score, {category}"
    return f"{format_range(f'{low:g}', f'{high:g}')}, {category}"


def _when(week: float, date: dt.date | None = None, missing: str = NOT_RECORDED) -> str:
    """Format a week, and the date where there is one."""
    if not np.isfinite(week):
        return missing
    return f"{format_trimmed(week, 1)}{'' if _is_absent(date) else f' on {date}'}"


def _is_absent(date: dt.date | None) -> bool:
    return date is None or bool(pd.isna(date))
