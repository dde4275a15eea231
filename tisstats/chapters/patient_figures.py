"""Figures with a row per patient, and the tables behind them: time on study, best score, changes.

They serve the chapters on the study and the report of any trial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Protocol, TypeVar

import pandas as pd

from tisstats.chapters.page import FigureItem, Table, figure_item
from tisstats.figures import heat_map, swimmer, waterfall
from tisstats.measures.core_set import RESPONSE_CUTOFFS
from tisstats.printed import format_table_number
from tisstats.trial.analysis import Analysis
from tisstats.trial.best_scores import best_scores
from tisstats.trial.courses import Courses
from tisstats.trial.measure_improvements import measure_improvements
from tisstats.trial.study_data import StudyData
from tisstats.trial.time_on_study import TimeOnStudy, times_on_study

_NONE = "–"
_LISTED = "patients one by one"


class _OfPatient(Protocol):
    @property
    def patient_id(self) -> str: ...


_Found = TypeVar("_Found", bound=_OfPatient)


@dataclass(frozen=True, eq=False)
class PatientFigures:
    """The patients of one analysis, in groups."""

    analysis: Analysis
    groups: Mapping[str, str]  #: group of each patient by identifier; empty texts: no groups
    column: str  #: what the groups are, head of their column in tables
    label: str  #: label of the data

    @classmethod
    def by_group(cls, analysis: Analysis, label: str) -> PatientFigures:
        """Return the patients by the groups of the trial's description, such as subtypes."""
        description, patients = analysis.trial.description, analysis.patients
        column = patients[description.group_column]
        named = {
            patient: label_of_group
            for group, label_of_group in description.groups.items()
            for patient in patients["patient_id"][(column == group).to_numpy(dtype=bool)]
        }
        return cls(analysis, named, description.group_label, label)

    @classmethod
    def together(cls, analysis: Analysis, label: str) -> PatientFigures:
        """Return the patients without groups."""
        return cls(analysis, dict.fromkeys(analysis.patients["patient_id"], ""), "", label)

    @classmethod
    def of_study(cls, data: StudyData, label: str) -> PatientFigures:
        """Return the patients of a study by arm, if it has several, and by subtype, if described.

        A subtype is described by a characteristic ``subtype`` that is a category, and not only
        exported.
        """
        patients, arms = data.analysis.patients, data.study.arms
        described = data.study.characteristics.get("subtype")
        parts: dict[str, list[str]] = {}
        if len(arms) > 1:
            parts["Arm"] = [arms[name] for name in patients["arm"]]
        if described is not None and described.type == "category" and described.table:
            parts[described.label] = [str(name or "not known") for name in patients["subtype"]]
        ids = patients["patient_id"].tolist()
        named = zip(*parts.values(), strict=True) if parts else [()] * len(ids)
        names = dict(zip(ids, named, strict=True))
        # Groups stand together, in the order of the arms, then as they first appear.
        order = {(label,): place for place, label in enumerate(arms.values())}
        first = {group: place for place, group in reversed(list(enumerate(names.values())))}
        ranked = sorted(names, key=lambda each: (order.get(names[each][:1], 0), first[names[each]]))
        groups = {each: ", ".join(names[each]) for each in ranked}
        return cls(data.analysis, groups, ", ".join(parts), label)

    def swimmer(self, courses: Courses, threshold: float, outcome: str = "response") -> FigureItem:
        """Return the time of each patient on study.

        Parameters
        ----------
        courses
            The courses of the patients.
        threshold
            Minimum score of a response, points.
        outcome
            What is called a response.
        """
        lanes = [
            swimmer.Lane(
                time.patient_id,
                self.groups[time.patient_id],
                time.end,
                time.visits,
                time.treatments,
                time.response,
                time.rescue,
                time.stop,
                time.death,
            )
            for time in self._times(courses, threshold)
        ]
        return figure_item(swimmer, lanes, outcome=outcome, stamp=self.label)

    def time_table(self, courses: Courses, threshold: float, outcome: str = "response") -> Table:
        """Return what `swimmer` shows, one row per patient; parameters as there."""
        times = self._times(courses, threshold)
        # A column for deaths stands where there is one to show.
        deaths = any(time.death is not None for time in times)
        return self._table(
            "time_on_study",
            f"Time on study of each analysed patient, weeks, with the first {outcome}",
            {
                time.patient_id: {
                    "Visits": _weeks(*time.visits),
                    "Treatments": _weeks(*time.treatments),
                    f"First {outcome}": _weeks(time.response),
                    "Rescue medication": _weeks(time.rescue),
                    "Stopped early": _weeks(time.stop),
                    **({"Died": _weeks(time.death)} if deaths else {}),
                    "Last week": _weeks(time.end),
                }
                for time in times
            },
        )

    def _times(self, courses: Courses, threshold: float) -> list[TimeOnStudy]:
        return self._in_order(times_on_study(self.analysis, courses, threshold))

    def _in_order(self, found: Sequence[_Found]) -> list[_Found]:
        """Return what was found, the patients in the order of their groups."""
        places = {patient: place for place, patient in enumerate(self.groups)}
        return sorted(found, key=lambda each: places[each.patient_id])

    def waterfall(self, threshold: float | None) -> FigureItem:
        """Return the best score of each patient.

        Parameters
        ----------
        threshold
            Minimum score of a responder, points; None: that of moderate improvement.
        """
        cutoffs = self._cutoffs()
        bars = [
            waterfall.BestScoreBar(
                best.patient_id, self.groups[best.patient_id], best.low, best.high
            )
            for best in self._in_order(best_scores(self.analysis))
        ]
        return figure_item(
            waterfall,
            bars,
            cutoffs=cutoffs,
            threshold=cutoffs["moderate"] if threshold is None else threshold,
            stamp=self.label,
        )

    def best_table(self) -> Table:
        """Return what `waterfall` shows, one row per patient."""
        return self._table(
            "best_scores",
            "Best Total Improvement Score of each patient, points, up to week "
            f"{self.analysis.options.horizon_week:g}",
            {
                best.patient_id: {
                    "Best score": f"{best.low:g}"
                    if best.low == best.high
                    else f"{best.low:g} to {best.high:g}",
                    "Response": self._response(best.low, best.high),
                }
                for best in self._in_order(best_scores(self.analysis))
            },
        )

    def _cutoffs(self) -> dict[str, int]:
        return RESPONSE_CUTOFFS[self.analysis.options.population]

    def _response(self, low: float, high: float) -> str:
        """Return the category of a score, or its range."""
        names = ["none", *self._cutoffs()]
        least, most = (
            names[sum(score >= cut for cut in self._cutoffs().values())] for score in (low, high)
        )
        return least if least == most else f"{least} to {most}"

    def heat_map(self) -> FigureItem:
        """Return the improvement of each core set measure of each patient."""
        found = self._in_order(measure_improvements(self.analysis))
        description = self.analysis.trial.description
        measures = [
            heat_map.Measure(description.name_measure(name), description.rules[name].cutoffs)
            for name in found[0].percents
        ]
        rows = [
            heat_map.ChangeRow(
                each.patient_id,
                self.groups[each.patient_id],
                list(each.percents.values()),
                each.score,
            )
            for each in found
        ]
        return figure_item(heat_map, rows, measures, when=self._last, stamp=self.label)

    def improvement_table(self) -> Table:
        """Return what `heat_map` shows, one row per patient."""
        name_measure = self.analysis.trial.description.name_measure
        return self._table(
            "measure_improvements",
            f"Improvement of each core set measure from baseline to {self._last}, % of its range, "
            "and the Total Improvement Score then, points",
            {
                each.patient_id: {
                    **{
                        name_measure(name): _percent(percent)
                        for name, percent in each.percents.items()
                    },
                    "Score": f"{each.score:g}" if isfinite(each.score) else "open",
                }
                for each in self._in_order(measure_improvements(self.analysis))
            },
        )

    @property
    def _last(self) -> str:
        return f"the last visit up to week {self.analysis.options.horizon_week:g}"

    def _column(self, cells: Mapping[str, str]) -> str:
        """Return the heading of the groups, unlike all others of a table."""
        taken = self.column in ("Patient", *cells)
        return f"{self.column} (group)" if taken else self.column

    def _table(self, name: str, caption: str, rows: Mapping[str, Mapping[str, str]]) -> Table:
        frame = pd.DataFrame(
            [
                {
                    "Patient": patient,
                    **({self._column(cells): self.groups[patient]} if self.column else {}),
                    **cells,
                }
                for patient, cells in rows.items()
            ]
        )
        return Table(
            frame,
            f"{caption}. {self.label}",
            collapsed=True,
            name=name,
            origin=self.label,
            facts=_LISTED,
        )


def _weeks(*weeks: float | None) -> str:
    return ", ".join(f"{round(week, 1):g}" for week in weeks if week is not None) or _NONE


def _percent(percent: float) -> str:
    return format_table_number(percent, 1) if isfinite(percent) else "not known"
