"""A synthetic cohort: whole numbers in steps of the scales and by codes, and as four tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import pandas as pd

from tisstats.lim2021.patient_ids import synthetic_id
from tisstats.lim2021.regimens import AMENDED, STANDARD
from tisstats.lim2021.scales import SCALES
from tisstats.synthetic.course import DECISION
from tisstats.synthetic.order_statistics import Ints
from tisstats.synthetic.scoring import Scorer, Truth, worsened
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

#: What stands for a value that is missing; no column has a negative one.
MISSING = -1

#: What the column ``origin`` of every table says.
ORIGIN = "synthetic"

_TRUTH = ("false", "true")

#: Columns in the order of the table of patients; words by code, or None for a number as it is.
CODES: dict[str, tuple[str, ...] | None] = {
    "patient_id": None,
    "subtype": SUBTYPES,
    "analysed": _TRUTH,
    "sex": ("female", "male"),
    "age_at_onset": None,
    "european_ancestry": _TRUTH,
    "disease_duration": None,
    "dysphagia": _TRUTH,
    **dict.fromkeys(SIGNS, _TRUTH),
    "connective_tissue_disorder": ("none", "mixed", "sjogren", "systemic_sclerosis"),
    "cancer_at_diagnosis": _TRUTH,
    "cancer_in_follow_up": ("none", "ovarian"),
    "msa": (
        *("none", "anti_hmgcr", "anti_nxp2", "anti_jo1", "anti_mda5", "anti_srp"),
        "anti_tif1_gamma",
    ),
    "maa": _TRUTH,
    "recent_statin": _TRUTH,
    "prior_immunosuppressant": ("none", "prednisolone", "methotrexate"),
    "ck_uln": None,
    "regimen": ("standard", "amended"),
    "end_week": None,
    "end_reason": ("completed", "rescue_medication", "adverse_event"),
}

COLUMNS = tuple(CODES)

Cell = int | float | str | None
Rows = list[dict[str, Cell]]


def code(column: str, word: str) -> int:
    """Return the number that stands for a word.

    Raises
    ------
    ValueError
        If the column has no such word.

    Examples
    --------
    >>> code("sex", "male")
    1
    """
    words = CODES[column]
    if words is None or word not in words:
        raise ValueError(f"{column} has no word {word!r}; it has {', '.join(words or ())}")
    return words.index(word)


@dataclass(frozen=True, eq=False)
class Cohort:
    """Patients, visits and events of one synthetic trial."""

    seed: int  #: seed of the ensemble
    index: int  #: place in the ensemble, from 0
    patients: Mapping[str, Ints]  #: by column; all by order of inclusion, -1 where missing
    visits: Ints  #: patients by `WEEKS` by measures, in steps of the scales; -1 where missing
    events: Ints  #: events by `EVENT_COLUMNS`; codes of `words` and `RELATED`
    words: tuple[str, ...]  #: what the events are
    mmt_max: int  #: maximum of the muscle test, points

    @cached_property
    def analysed(self) -> Ints:
        """Places of the patients in the analysis, from 0."""
        found: Ints = np.flatnonzero(self.patients["analysed"] == 1)
        return found

    @cached_property
    def profiles(self) -> dict[str, Ints]:
        """Columns of the analysed patients."""
        return {name: values[self.analysed] for name, values in self.patients.items()}

    @cached_property
    def assessed(self) -> Ints:
        """Visits of the analysed patients: patients by weeks by measures."""
        found: Ints = self.visits[self.analysed]
        return found

    @property
    def baseline(self) -> Ints:
        """Analysed patients by measures at week 0."""
        return self.assessed[:, 0]

    @cached_property
    def _last(self) -> tuple[Ints, Ints]:
        """Place of each analysed patient, and of the week of the last assessment."""
        last = np.searchsorted(WEEKS, self.column("end_week"))
        return np.arange(len(last)), last

    @cached_property
    def end(self) -> Ints:
        """Analysed patients by measures at their last assessment."""
        return self.assessed[self._last]

    @cached_property
    def seen(self) -> Truth:
        """Analysed patients by weeks: whether there was an assessment."""
        found: Truth = self.assessed[:, :, 0] != MISSING
        return found

    @property
    def extra_visit(self) -> Truth:
        """Analysed patients: whether they were assessed at the week of the decision."""
        return self.seen[:, WEEKS.index(DECISION)]

    @cached_property
    def scores(self) -> Ints:
        """Units of the score, analysed patients by weeks; -1 where there was no assessment."""
        core = self.assessed[:, :, :CORE]
        units = Scorer(self.column("ck_uln"), self.mmt_max).scores(core[:, :1], core)
        found: Ints = np.where(self.seen, units, MISSING)
        return found

    @cached_property
    def end_scores(self) -> Ints:
        """Units of the score of analysed patients at their last assessment."""
        return self.scores[self._last]

    @cached_property
    def worsened(self) -> Truth:
        """Analysed patients by weeks: whether the definition of worsening is met."""
        core = self.assessed[:, :, :CORE]
        return self.seen & worsened(core[:, :1], core)

    def column(self, name: str) -> Ints:
        """Return a column of the analysed patients."""
        return self.patients[name][self.analysed]

    def having(self, name: str, word: str) -> Truth:
        """Return which analysed patients have a word in a column."""
        found: Truth = self.column(name) == code(name, word)
        return found

    def rows(self) -> dict[str, Rows]:
        """Return the rows of each table: words for codes, true and false, None where missing."""
        return {
            "patients": self._patient_rows(),
            "visits": self._visit_rows(),
            "treatments": self._treatment_rows(),
            "adverse_events": self._event_rows(),
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the four tables of a trial as DataFrames, by name.

        Measures are floats where their scale has fractions or values are missing, whole numbers
        otherwise; words and ``true`` or ``false`` are text, empty where a value is missing.
        """
        found = {}
        for name, rows in self.rows().items():
            frame = pd.DataFrame(rows)
            for column in frame:
                values = frame[column]
                if values.isna().any() and not pd.api.types.is_numeric_dtype(values):
                    frame[column] = values.astype(object).where(values.notna(), "")
            found[name] = frame
        return found

    def _patient_rows(self) -> Rows:
        rows = []
        for at, number in enumerate(self.patients["patient_id"].tolist()):
            row: dict[str, Cell] = {"patient_id": synthetic_id(number), "origin": ORIGIN}
            for column in COLUMNS[1:]:
                value, words = int(self.patients[column][at]), CODES[column]
                row[column] = None if value == MISSING else words[value] if words else value
            rows.append(row)
        return rows

    def _visit_rows(self) -> Rows:
        steps = [SCALES[measure].step for measure in MEASURES]
        rows = []
        for at, place in np.argwhere(self.seen).tolist():
            row: dict[str, Cell] = {
                "patient_id": synthetic_id(int(self.column("patient_id")[at])),
                "week": WEEKS[place],
                "origin": ORIGIN,
            }
            values = self.assessed[at, place].tolist()
            for measure, value, step in zip(MEASURES, values, steps, strict=True):
                row[measure] = _in_units(value * step) if value != MISSING else None
            rows.append(row)
        return rows

    def _treatment_rows(self) -> Rows:
        """Return the infusions of the regimen and the rescue medication.

        Infusions follow the regimen up to the last assessment; at a premature end rescue
        medication takes the place of the infusion, and no infusion is due at the last week.
        """
        rows: Rows = []
        for at in self.analysed.tolist():
            patient = synthetic_id(int(self.patients["patient_id"][at]))
            end = int(self.patients["end_week"][at])
            amended = self.patients["regimen"][at] == code("regimen", "amended")
            early = bool(self.patients["end_reason"][at] != code("end_reason", "completed"))
            given: list[tuple[int, str, float | None]] = [
                (infusion.week, "ivig", infusion.dose_g_per_kg)
                for infusion in (AMENDED if amended else STANDARD).infusions
                if infusion.week < end or (infusion.week == end and not early)
            ]
            for week, treatment, dose in given + [(end, "rescue", None)] * early:
                row: dict[str, Cell] = {"patient_id": patient, "week": week}
                rows.append(row | {"treatment": treatment, "dose_g_per_kg": dose, "origin": ORIGIN})
        return rows

    def _event_rows(self) -> Rows:
        rows: Rows = []
        number: Counter[int] = Counter()
        for patient, week, event, serious, related in self.events.tolist():
            number[patient] += 1
            rows.append(
                {
                    "patient_id": synthetic_id(patient),
                    "number": number[patient],
                    "week": week if week != MISSING else None,
                    "event": self.words[event],
                    "serious": _TRUTH[serious],
                    "treatment_related": RELATED[related],
                    "origin": ORIGIN,
                }
            )
        return rows


def _in_units(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
