"""When each patient was treated and seen, first responded, needed rescue and stopped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tisstats.trial.analysis import Analysis
from tisstats.trial.courses import Courses
from tisstats.trial.deaths import has_died
from tisstats.trial.description import RESCUE


@dataclass(frozen=True, slots=True)
class TimeOnStudy:
    """The time of one patient on study; weeks from the start, None where there was no such event.

    The result of `times_on_study`.
    """

    patient_id: str  #: patient identifier
    visits: tuple[float, ...]  #: weeks of the visits, ascending
    treatments: tuple[float, ...]  #: weeks of treatments other than rescue medication, ascending
    response: float | None  #: week of the first visit at which the score is known to be reached
    rescue: float | None  #: week of the first rescue medication
    stop: float | None  #: week of an early stop, also of one by death
    death: float | None  #: week of the death
    end: float  #: last week of visits, treatments, rescue and stop


def times_on_study(analysis: Analysis, courses: Courses, threshold: float) -> list[TimeOnStudy]:
    """Return the time on study of every analysed patient.

    Parameters
    ----------
    analysis : Analysis
        The analysis of a trial.
    courses : Courses
        The courses of its patients, with rescue medication and early stops.
    threshold : float
        Minimum score of a response, points, at a visit after week 0, whatever came before it.

    Returns
    -------
    list of TimeOnStudy
        In the order of the patients.

    Examples
    --------
    >>> from tisstats.trial.study_data import StudyData
    >>> from tisstats.trial.template import example_folder
    >>> analysis = StudyData.read(example_folder()).analysis
    >>> first, *_ = times_on_study(analysis, Courses.of(analysis), 40)
    >>> first.visits, first.response, first.stop, first.end
    ((0.0, 4.0, 12.0, 24.0), 4.0, None, 24.0)
    """
    reached = courses.follow_up & (courses.score_low >= threshold)
    first = np.min(np.where(reached, courses.weeks, np.inf), axis=1, initial=np.inf)
    given = analysis.trial.treatments
    given = given[(given["treatment"] != RESCUE).to_numpy(dtype=bool)]
    weeks = {patient: rows["week"] for patient, rows in given.groupby("patient_id")}
    ends = analysis.patients["end_week"].to_numpy(dtype=np.float64, na_value=np.nan)
    # Courses take the death for a stop where none came before it.
    deaths = np.where(has_died(analysis.analysed), courses.death_week, np.nan)
    stops = np.where(analysis.stopped_early(), courses.stop_week, np.nan)
    found = []
    for place, patient in enumerate(analysis.patients["patient_id"]):
        visits = courses.weeks[place][np.isfinite(courses.weeks[place])]
        own = tuple(sorted(map(float, weeks.get(patient, ()))))
        others = (*own, courses.rescue_week[place], stops[place])
        found.append(
            TimeOnStudy(
                patient_id=str(patient),
                visits=tuple(visits.tolist()),
                treatments=own,
                response=_week(first[place]),
                rescue=_week(courses.rescue_week[place]),
                stop=_week(stops[place]),
                death=_week(deaths[place]),
                end=float(np.nanmax([0.0, ends[place], *visits, *others])),
            )
        )
    return found


def _week(week: float) -> float | None:
    return float(week) if np.isfinite(week) else None
