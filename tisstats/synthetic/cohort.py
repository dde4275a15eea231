"""A synthetic cohort: whole numbers, in steps of the scales and by codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.lim2021.regimens import AMENDED, STANDARD
from tisstats.synthetic.columns import MISSING, code
from tisstats.synthetic.course import DECISION
from tisstats.synthetic.scoring import Scorer, Truth, worsened
from tisstats.synthetic.targets import CORE

#: Weeks of all assessments: those of both regimens, and the last.
WEEKS = (0, 3, 4, 6, 8, 9)

#: Mild and transient events that the article names (Results, Secondary outcomes).
MILD_EVENTS = ("malaise", "fatigue", "mild temperature increase", "headache")

#: Columns of `Cohort.events`.
EVENT_COLUMNS = ("patient_id", "week", "event", "serious", "treatment_related")
RELATED = ("yes", "partially", "no", "not stated")


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
    def baseline(self) -> Ints:
        """Analysed patients by measures at week 0."""
        found: Ints = self.visits[self.analysed, 0]
        return found

    @cached_property
    def end(self) -> Ints:
        """Analysed patients by measures at their last assessment."""
        last = self.patients["end_week"][self.analysed]
        return self.visits[self.analysed, np.searchsorted(WEEKS, last)]

    @cached_property
    def seen(self) -> Truth:
        """Analysed patients by weeks: whether there was an assessment."""
        found: Truth = self.visits[self.analysed][:, :, 0] != MISSING
        return found

    @cached_property
    def scores(self) -> Ints:
        """Units of the score, analysed patients by weeks; -1 where there was no assessment."""
        core = self.visits[self.analysed][:, :, :CORE]
        scorer = Scorer(self.patients["ck_uln"][self.analysed], self.mmt_max)
        units = scorer.scores(core[:, :1], core)
        found: Ints = np.where(self.seen, units, MISSING)
        return found

    @cached_property
    def end_scores(self) -> Ints:
        """Units of the score of analysed patients at their last assessment."""
        last = np.searchsorted(WEEKS, self.patients["end_week"][self.analysed])
        return self.scores[np.arange(len(last)), last]

    @cached_property
    def worsened(self) -> Truth:
        """Analysed patients by weeks: whether the definition of worsening is met."""
        core = self.visits[self.analysed][:, :, :CORE]
        return self.seen & worsened(core[:, :1], core)

    def column(self, name: str) -> Ints:
        """Give a column of the analysed patients."""
        return self.patients[name][self.analysed]

    def having(self, name: str, word: str) -> Truth:
        """Tell of analysed patients whether a column has a word."""
        found: Truth = self.column(name) == code(name, word)
        return found

    def treatments(self) -> list[tuple[int, int, str, float | None]]:
        """List patient, week, treatment and dose (g/kg; None for rescue medication).

        Infusions follow the regimen up to the last assessment; at a premature end rescue
        medication takes the place of the infusion, and no infusion is due at the last week.
        """
        rows: list[tuple[int, int, str, float | None]] = []
        for at in self.analysed.tolist():
            patient, end = int(self.patients["patient_id"][at]), int(self.patients["end_week"][at])
            amended = self.patients["regimen"][at] == code("regimen", "amended")
            early = self.patients["end_reason"][at] != code("end_reason", "completed")
            regimen = AMENDED if amended else STANDARD
            rows += [
                (patient, infusion.week, "ivig", infusion.dose_g_per_kg)
                for infusion in regimen.infusions
                if infusion.week < end or (infusion.week == end and not early)
            ]
            if early:
                rows.append((patient, end, "rescue", None))
        return rows


def has_extra_visit(cohort: Cohort) -> Truth:
    """Tell of analysed patients whether there was an assessment at the week of the decision."""
    found: Truth = cohort.seen[:, WEEKS.index(DECISION)]
    return found
