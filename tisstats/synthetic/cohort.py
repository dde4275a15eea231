"""A synthetic cohort, stored as whole numbers (steps of the scales, codes), and as four tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from tisstats.forensics.order_statistics import Ints
from tisstats.lim2021.patient_ids import synthetic_id
from tisstats.lim2021.regimens import AMENDED, STANDARD
from tisstats.lim2021.scales import SCALES
from tisstats.synthetic.course import DECISION
from tisstats.synthetic.scoring import Bools, Floats, Scorer, worsened
from tisstats.synthetic.targets import CORE, MEASURES, SUBTYPES

#: Weeks of all assessments: those of both regimens, and the last.
WEEKS = (0, 3, 4, 6, 8, 9)

#: Mild and transient events that the article names (Results, Secondary outcomes).
MILD_EVENTS = ("malaise", "fatigue", "mild temperature increase", "headache")

#: Columns of `Cohort.events`.
EVENT_COLUMNS = ("patient_id", "week", "event", "serious", "treatment_related")
RELATED = ("yes", "partially", "no", "not stated")

#: Extramuscular signs of Table 1.
SIGNS = ("skin", "arthritis", "raynaud", "cardiac", "pulmonary", "other_extramuscular")

#: Code of a missing value; no column has negative values.
MISSING = -1

#: Value of the column ``origin`` of every table.
ORIGIN = "synthetic"

_BOOLEAN = ("false", "true")

#: Columns in the order of the table of patients: labels by code, or None for a number.
CATEGORIES: dict[str, tuple[str, ...] | None] = {
    "patient_id": None,
    "subtype": SUBTYPES,
    "analysed": _BOOLEAN,
    "sex": ("female", "male"),
    "age_at_onset": None,
    "european_ancestry": _BOOLEAN,
    "disease_duration": None,
    "dysphagia": _BOOLEAN,
    **dict.fromkeys(SIGNS, _BOOLEAN),
    "connective_tissue_disorder": ("none", "mixed", "sjogren", "systemic_sclerosis"),
    "cancer_at_diagnosis": _BOOLEAN,
    "cancer_in_follow_up": ("none", "ovarian"),
    "msa": (
        *("none", "anti_hmgcr", "anti_nxp2", "anti_jo1", "anti_mda5", "anti_srp"),
        "anti_tif1_gamma",
    ),
    "maa": _BOOLEAN,
    "recent_statin": _BOOLEAN,
    "prior_immunosuppressant": ("none", "prednisolone", "methotrexate"),
    "ck_uln": None,
    "regimen": ("standard", "amended"),
    "end_week": None,
    "end_reason": ("completed", "rescue_medication", "adverse_event"),
}

COLUMNS = tuple(CATEGORIES)


def encode(column: str, label: str) -> int:
    """Return the code of a label.

    Raises
    ------
    ValueError
        If the column has no such label.

    Examples
    --------
    >>> encode("sex", "male")
    1
    """
    labels = CATEGORIES[column] or ()
    if label not in labels:
        raise ValueError(f"{column} must be one of {', '.join(labels)}, got {label!r}")
    return labels.index(label)


@dataclass(frozen=True, eq=False)
class Cohort:
    """Patients, visits and events of one synthetic trial."""

    seed: int  #: seed of the ensemble
    index: int  #: place in the ensemble, from 0
    patients: Mapping[str, Ints]  #: by column; all by order of inclusion, -1 where missing
    visits: Ints  #: patients by `WEEKS` by measures, in steps of the scales; -1 where missing
    events: Ints  #: events by `EVENT_COLUMNS`; codes of `event_labels` and `RELATED`
    event_labels: tuple[str, ...]  #: labels of the events
    mmt_max: int  #: maximum of the muscle test, points

    @cached_property
    def analysed(self) -> Ints:
        """Indices of the analysed patients."""
        return np.asarray(np.flatnonzero(self.patients["analysed"] == 1))

    @cached_property
    def profiles(self) -> dict[str, Ints]:
        """Columns of the analysed patients."""
        return {name: values[self.analysed] for name, values in self.patients.items()}

    @cached_property
    def assessed(self) -> Ints:
        """Visits of the analysed patients: patients by weeks by measures."""
        return np.asarray(self.visits[self.analysed])

    @property
    def baseline(self) -> Ints:
        """Analysed patients by measures at week 0."""
        return self.assessed[:, 0]

    @cached_property
    def _last(self) -> tuple[Ints, Ints]:
        """Indices of each analysed patient and of the week of the last assessment."""
        last = np.searchsorted(WEEKS, self.column("end_week"))
        return np.arange(len(last)), last

    @cached_property
    def end(self) -> Ints:
        """Analysed patients by measures at their last assessment."""
        return self.assessed[self._last]

    @cached_property
    def is_assessed(self) -> Bools:
        """Analysed patients by weeks: whether there was an assessment."""
        return np.asarray(self.assessed[:, :, 0] != MISSING)

    @property
    def has_decision_visit(self) -> Bools:
        """Analysed patients: whether they were assessed at the decision visit (week 4)."""
        return self.is_assessed[:, WEEKS.index(DECISION)]

    @cached_property
    def scores(self) -> Ints:
        """Units of the score, analysed patients by weeks; -1 where there was no assessment."""
        core = self.assessed[:, :, :CORE]
        units = Scorer(self.column("ck_uln"), self.mmt_max).scores(core[:, :1], core)
        return np.asarray(np.where(self.is_assessed, units, MISSING))

    @cached_property
    def end_scores(self) -> Ints:
        """Units of the score of analysed patients at their last assessment."""
        return self.scores[self._last]

    @cached_property
    def worsened(self) -> Bools:
        """Analysed patients by weeks: whether the definition of worsening is met."""
        core = self.assessed[:, :, :CORE]
        return self.is_assessed & worsened(core[:, :1], core)

    def column(self, name: str) -> Ints:
        """Return a column of the analysed patients."""
        return self.patients[name][self.analysed]

    def where(self, name: str, label: str) -> Bools:
        """Return which analysed patients have a label in a column."""
        return np.asarray(self.column(name) == encode(name, label))

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the four tables of a trial as DataFrames, by name.

        Measures are floats where their scale has fractions or values are missing, whole numbers
        otherwise; labels and ``true`` or ``false`` are text, empty where a value is missing.
        """
        return {
            "patients": self._patients_table(),
            "visits": self._visits_table(),
            "treatments": self._treatments_table(),
            "adverse_events": self._adverse_events_table(),
        }

    def _patients_table(self) -> pd.DataFrame:
        names = _names(self.patients["patient_id"])
        columns: dict[str, Any] = {"patient_id": names, "origin": ORIGIN}
        for column in COLUMNS[1:]:
            values, labels = self.patients[column], CATEGORIES[column]
            columns[column] = _labelled(values, labels) if labels else _in_units(values)
        return pd.DataFrame(columns)

    def _visits_table(self) -> pd.DataFrame:
        patients, weeks = np.nonzero(self.is_assessed)
        columns = {
            "patient_id": _names(self.column("patient_id")[patients]),
            "week": np.array(WEEKS)[weeks],
            "origin": ORIGIN,
        }
        for measure, steps in zip(MEASURES, self.assessed[patients, weeks].T, strict=True):
            columns[measure] = _in_units(steps, SCALES[measure].step)
        return pd.DataFrame(columns)

    def _treatments_table(self) -> pd.DataFrame:
        """Return the infusions of the regimen and the rescue medication.

        Infusions follow the regimen up to the last assessment; at an early stop rescue
        medication replaces the infusion, and no infusion is due at the last week.
        """
        rows = []
        numbers, ends = self.column("patient_id"), self.column("end_week").tolist()
        amended = self.where("regimen", "amended").tolist()
        early = (~self.where("end_reason", "completed")).tolist()
        for patient, end, switched, stopped in zip(
            _names(numbers), ends, amended, early, strict=True
        ):
            for infusion in (AMENDED if switched else STANDARD).infusions:
                if infusion.week < end or (infusion.week == end and not stopped):
                    rows.append((patient, infusion.week, "ivig", infusion.dose_g_per_kg, ORIGIN))
            if stopped:
                rows.append((patient, end, "rescue", np.nan, ORIGIN))
        columns = ["patient_id", "week", "treatment", "dose_g_per_kg", "origin"]
        return pd.DataFrame(rows, columns=columns)

    def _adverse_events_table(self) -> pd.DataFrame:
        patient, week, event, serious, related = self.events.T
        before: Counter[int] = Counter()
        numbers = []
        for each in patient.tolist():
            before[each] += 1
            numbers.append(before[each])
        return pd.DataFrame(
            {
                "patient_id": _names(patient),
                "number": np.array(numbers, dtype=np.int64),
                "week": _in_units(week),
                "event": _labelled(event, self.event_labels),
                "serious": _labelled(serious, _BOOLEAN),
                "treatment_related": _labelled(related, RELATED),
                "origin": ORIGIN,
            }
        )


def _names(numbers: Ints) -> list[str]:
    return [synthetic_id(number) for number in numbers.tolist()]


def _labelled(codes: Ints, labels: Sequence[str]) -> list[str]:
    """Return the labels of codes, empty where a value is missing."""
    return ["" if code == MISSING else labels[code] for code in codes.tolist()]


def _in_units(values: Ints, step: Fraction = Fraction(1)) -> Ints | Floats:
    """Return values in the unit of their scale, not a number where one is missing."""
    known, units = values != MISSING, values * step.numerator
    if known.all() and step.denominator == 1:
        return units
    return np.where(known, units / step.denominator, np.nan)
