"""Harms of a study by arm: outcomes by patient, adverse events by term, and risk differences.

What no table of the study records is None, never zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tisstats.statistics import Interval, proportion_difference, proportion_interval
from tisstats.trial.analysis import Analysis
from tisstats.trial.columns import Mask, ThreeValued, equals, is_true, natural_key
from tisstats.trial.courses import at_any_visit
from tisstats.trial.deaths import has_died
from tisstats.trial.end_reasons import COMPLETED, ONGOING
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_sections import AnalysisPlan
from tisstats.trial.study_tables import RELATED, UNRELATED

#: Why events are counted by patient and by event, for captions.
HARMS_GUIDELINE = "CONSORT Harms 2022, doi:10.1136/bmj-2022-073725"


#: Outcome of those who stopped for a harm, and what is added where patients died, of whatever.
STOPPED_FOR_EVENT, _DEATHS_APART = (
    "Stopped early because of an adverse event",
    ", not counting deaths",
)


@dataclass(frozen=True, slots=True)
class HarmCount:
    """How many patients of an arm had an outcome."""

    patients: int  #: analysed patients of the arm
    count: int  #: patients of whom it is known that they had it
    unknown: int  #: patients of whom it is not known

    def interval(self, plan: AnalysisPlan) -> Interval | None:
        """Return the interval for the proportion by the declared method; None where not known."""
        if self.unknown or not self.patients:
            return None
        return proportion_interval(self.count, self.patients, plan.confidence_level, plan.interval)

    def upper_limit(self, confidence_level: float) -> float | None:
        """Return the exact one-sided upper limit where nobody had the outcome, else None.

        It is the proportion at which no event in so many patients has the probability
        1 - `confidence_level`: the one-sided limit of Clopper & Pearson 1934,
        doi:10.1093/biomet/26.4.404.

        Examples
        --------
        >>> round(HarmCount(20, 0, 0).upper_limit(0.95), 4)
        0.1391
        """
        if self.count or self.unknown or not self.patients:
            return None
        # The result is a plain float for any kind of level.
        return float(1 - (1 - confidence_level) ** (1 / self.patients))


@dataclass(frozen=True, slots=True)
class HarmOutcome:
    """An outcome by patient, in every arm."""

    label: str  #: name of the outcome
    arms: Mapping[str, HarmCount] | None
    #: by name of the arm, in the order of the description; None if no table records it


@dataclass(frozen=True, slots=True)
class EventTerm:
    """Adverse events of one term, in every arm."""

    term: str  #: the term, as it is first spelt
    arms: Mapping[str, HarmCount]  #: patients with at least one such event, by name of the arm
    events: Mapping[str, int]  #: events, by name of the arm


def harm_outcomes(data: StudyData) -> list[HarmOutcome]:
    """Count the patients with each outcome of harm, among the analysed patients of each arm.

    Parameters
    ----------
    data : StudyData
        A study with its rows.

    Returns
    -------
    list of HarmOutcome
        Death, adverse events (any, serious, related to treatment), rescue medication, early stops
        (any, because of an adverse event) and clinically relevant deterioration at any visit; the
        last not with PRINTO's core set, in which no definition of it is implemented. Deaths are
        those by which the study ended for a patient, and those with a week of their own, even
        after the treatment was stopped or completed. A stop for another or no stated reason does
        not count as one because of an adverse event, nor does a death; a patient who stopped
        early and died later has both outcomes.

    References
    ----------
    CONSORT Harms 2022, doi:10.1136/bmj-2022-073725.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> outcomes = {o.label: o.arms for o in harm_outcomes(StudyData.read(example_folder()))}
    >>> outcomes["Any adverse event"]["active"]
    HarmCount(patients=6, count=4, unknown=0)
    """
    has_events = "adverse_events" in data.has
    has_reasons = data.ends_recorded and _reasons_recorded(data)
    counted: dict[str, tuple[bool, Callable[[Analysis], ThreeValued]]] = {
        "Death": (has_reasons or data.deaths_recorded, _died),
        "Any adverse event": (has_events, _any_event),
        "Any serious adverse event": (has_events, _serious_event),
        "Any adverse event related to treatment": (
            has_events and _relation_recorded(data),
            _related_event,
        ),
        "Rescue medication": (data.rescue_recorded, _rescue),
        "Stopped early": (data.ends_recorded, _stopped),
        f"{STOPPED_FOR_EVENT}{_DEATHS_APART if data.some_died else ''}": (
            has_reasons,
            _stopped_for_event,
        ),
    }
    if data.study.core_set == "imacs":
        counted["Clinically relevant deterioration"] = (True, _deteriorated)
    return [
        HarmOutcome(
            label,
            {name: _count(found(data.arm(name))) for name in data.study.arms} if recorded else None,
        )
        for label, (recorded, found) in counted.items()
    ]


def event_terms(data: StudyData, *, serious: bool = False) -> list[EventTerm] | None:
    """Count adverse events by term: patients with the event and events, of analysed patients.

    Terms that differ only in letter case or spaces are one term.

    Parameters
    ----------
    data : StudyData
        A study with its rows.
    serious : bool
        Whether only serious events are counted.

    Returns
    -------
    list of EventTerm or None
        The terms with most patients first, then alphabetically; None if the study has no table
        of adverse events.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> headache, *others = event_terms(StudyData.read(example_folder()))
    >>> headache.term, headache.arms["active"].count, headache.events["placebo"]
    ('headache', 3, 0)
    """
    if "adverse_events" not in data.has:
        return None
    events = _analysed_events(data)
    if serious:
        events = events[events["serious"].to_numpy(dtype=bool)]
    keys = events["event"].map(lambda term: " ".join(term.split()).casefold())
    sizes = {name: len(data.arm(name).patients) for name in data.study.arms}
    found = []
    for _, rows in events.groupby(keys.to_numpy(dtype=object), sort=False):
        patients = rows.drop_duplicates("patient_id")["arm"].value_counts()
        numbers = rows["arm"].value_counts()
        found.append(
            EventTerm(
                " ".join(rows["event"].iloc[0].split()),
                {
                    name: HarmCount(size, int(patients.get(name, 0)), 0)
                    for name, size in sizes.items()
                },
                {name: int(numbers.get(name, 0)) for name in sizes},
            )
        )
    return sorted(found, key=lambda term: (-_total(term), term.term.casefold()))


def risk_difference(
    arms: Mapping[str, HarmCount], arm: str, reference: str, plan: AnalysisPlan
) -> Interval | None:
    """Return the difference in risk of an arm to the reference arm, by the declared method.

    None where a count is not known, or an arm has no patients.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> data = StudyData.read(example_folder())
    >>> arms = {"active": HarmCount(6, 3, 0), "placebo": HarmCount(6, 0, 0)}
    >>> found = risk_difference(arms, "active", "placebo", data.study.analysis)
    >>> round(found.estimate, 3), found.method
    (0.5, 'newcombe')
    """
    one, other = arms[arm], arms[reference]
    if any(count.unknown or not count.patients for count in (one, other)):
        return None
    return proportion_difference(
        one.count,
        one.patients,
        other.count,
        other.patients,
        plan.confidence_level,
        plan.difference,
    )


@dataclass(frozen=True, slots=True)
class EventsOutside:
    """Adverse events of patients who are not in the analysis."""

    patients: int  #: patients with such events
    events: int  #: their events


def events_outside_analysis(data: StudyData) -> EventsOutside:
    """Count the adverse events of patients who are not analysed.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> events_outside_analysis(StudyData.read(example_folder()))
    EventsOutside(patients=0, events=0)
    """
    ids = data.trial.adverse_events["patient_id"]
    outside = ids[~ids.isin(data.analysis.patients["patient_id"])]
    return EventsOutside(outside.nunique(), len(outside))


def serious_events(data: StudyData) -> pd.DataFrame:
    """List the serious adverse events of all patients, analysed or not.

    Returns
    -------
    pandas.DataFrame
        One row per event, by patient in natural order and week: ``patient_id``, ``arm`` (its
        label), ``week`` (nan where not known), ``event``, ``treatment_related`` and ``analysed``.

    Examples
    --------
    >>> from tisstats.trial.template import example_folder
    >>> serious_events(StudyData.read(example_folder()))["event"].tolist()
    ['deep vein thrombosis', 'pneumonia']
    """
    analysis = data.analysis
    members = set(analysis.patients["patient_id"])
    rows = [
        {
            "patient_id": event.patient_id,
            "arm": data.study.arms[event.group],
            "week": np.nan if event.week is None else float(event.week),
            "event": event.what,
            "treatment_related": event.treatment_related,
            "analysed": event.patient_id in members,
        }
        for event in sorted(
            analysis.serious_events,
            key=lambda each: (
                natural_key(each.patient_id),
                np.inf if each.week is None else each.week,
            ),
        )
    ]
    columns = ["patient_id", "arm", "week", "event", "treatment_related", "analysed"]
    return pd.DataFrame(rows, columns=columns)


def _count(found: ThreeValued) -> HarmCount:
    yes, unknown = found.count_yes_unknown()
    return HarmCount(len(found.yes), yes, unknown)


def _total(term: EventTerm) -> int:
    return sum(count.count for count in term.arms.values())


def _analysed_events(data: StudyData) -> pd.DataFrame:
    """Return the adverse events of analysed patients, with their arm."""
    arms = data.analysis.patients.set_index("patient_id")["arm"]
    events = data.trial.adverse_events
    return events[events["patient_id"].isin(arms.index)].assign(
        arm=lambda rows: rows["patient_id"].map(arms)
    )


def _of_patients(analysis: Analysis, events: Mask) -> Mask:
    """Return which analysed patients have one of the chosen events."""
    ids = analysis.adverse_events["patient_id"][events]
    found: Mask = np.isin(analysis.analysed["patient_id"], ids)
    return found


def _any_event(analysis: Analysis) -> ThreeValued:
    every = np.ones(len(analysis.adverse_events["patient_id"]), dtype=bool)
    return ThreeValued.from_mask(_of_patients(analysis, every))


def _serious_event(analysis: Analysis) -> ThreeValued:
    serious = is_true(analysis.adverse_events, "serious")
    yes = _of_patients(analysis, serious.yes)
    return ThreeValued(yes, ~yes & ~_of_patients(analysis, serious.unknown))


def _relations(events: pd.Series) -> tuple[Mask, Mask]:
    """Return which events are related to treatment, and which are not, as far as is recorded."""
    words = events.astype(str).str.strip().str.lower()
    return words.isin(RELATED).to_numpy(dtype=bool), words.isin(UNRELATED).to_numpy(dtype=bool)


def _relation_recorded(data: StudyData) -> bool:
    """Return whether the relation to treatment is recorded; without any event it is not needed."""
    relations = data.trial.adverse_events["treatment_related"]
    related, unrelated = _relations(relations)
    return not len(relations) or bool(np.any(related | unrelated))


def _related_event(analysis: Analysis) -> ThreeValued:
    related, unrelated = _relations(pd.Series(analysis.adverse_events["treatment_related"]))
    yes = _of_patients(analysis, related)
    return ThreeValued(yes, ~yes & ~_of_patients(analysis, ~unrelated))


def _rescue(analysis: Analysis) -> ThreeValued:
    return ThreeValued.from_mask(analysis.rescued())


def _stopped(analysis: Analysis) -> ThreeValued:
    """Return who stopped the treatment early or left the study, in whichever week."""
    return ThreeValued.from_mask(analysis.stopped_early())


def _died(analysis: Analysis) -> ThreeValued:
    return ThreeValued.from_mask(has_died(analysis.analysed))


def _stopped_for_event(analysis: Analysis) -> ThreeValued:
    return ThreeValued.from_mask(equals(analysis.analysed, "end_reason", "adverse_event"))


def _reasons_recorded(data: StudyData) -> bool:
    """Return whether any reason of an early stop is recorded, or none is needed.

    A stop without a reason has the same name as one for a reason that has no name of its own.
    """
    reasons = set(data.trial.patients["end_reason"])
    return bool(reasons - {COMPLETED, ONGOING, "other"}) or "other" not in reasons


def _deteriorated(analysis: Analysis) -> ThreeValued:
    return at_any_visit(analysis.worsened, analysis.weeks > 0)
