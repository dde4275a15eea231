"""The trial to be checked, with what the checks need to know about its patients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.patient_ids import article_number, article_numbers
from tisstats.trial.analysis import Analysis, SeriousEvent
from tisstats.trial.columns import Columns, Mask, ThreeValued
from tisstats.trial.consistency import THOUSANDTHS

Value = Fraction | float | str | None
"""An exact count, percentage or quantile; a P value; a text; or None."""


@dataclass(frozen=True, slots=True, eq=False)
class CheckedTrial:
    """The trial to be checked, with the published facts that it is checked against."""

    analysis: Analysis  #: the patients and their courses
    published: PublishedFacts  #: the published facts
    values: Mapping[str, Value] = field(default_factory=dict)  #: the aggregates, by address

    @property
    def analysed(self) -> Columns:
        """The analysed patients by column."""
        return self.analysis.analysed

    @property
    def included(self) -> Columns:
        """All patients by column, including those excluded from the analysis."""
        return self.analysis.included

    @property
    def mmt_max(self) -> float:
        """Maximum of the muscle test: no trial of the IMACS core set is analysed without."""
        assert self.analysis.trial.mmt_max is not None
        return self.analysis.trial.mmt_max

    @property
    def decision_week(self) -> int:
        """The week in which eligibility for the amended regimen was decided."""
        return self.published.count("design.amended_decision_week")

    @property
    def excluded_ids(self) -> list[str]:
        """Identifiers of the patients excluded from the analysis."""
        return list(self.included["patient_id"][~self.included["analysed"]])

    @property
    def embolisms(self) -> list[SeriousEvent]:
        """The serious adverse events that are pulmonary embolisms."""
        return embolisms(self.analysis)

    def excluded_patient(self) -> dict[str, Any] | None:
        """Return the values of the patient whom the article excluded; None without one."""
        number = self.published.count("flow.excluded_patient")
        for row, name in enumerate(self.included["patient_id"]):
            if article_number(name) == number:
                return {column: cells[row] for column, cells in self.included.items()}
        return None

    def is_added(self) -> Mask:
        """Return which analysed patient corresponds to the one added in the discussion."""
        added = self.published.count("claims.discussion.added_patient")
        same: Mask = article_numbers(self.analysed["patient_id"]) == added
        return same

    def after_amendment(self) -> Mask:
        """Return which analysed patients were enrolled under the amended protocol."""
        before = self.published.count("design.enrolled_before_amendment")
        late: Mask = article_numbers(self.analysed["patient_id"]) > before
        return late

    def amended_eligible(self) -> ThreeValued:
        """Return who was eligible for the amended regimen.

        They were included after the amendment, assessed in the decision week, and had no sufficient
        score at any visit until then.
        """
        score = self.published.count("design.amended_below_score")
        return ~self.analysis.reached(score, until=self.decision_week) & (
            self.after_amendment() & self.analysis.has_visit_at(self.decision_week)
        )

    def names(self, mask: Mask) -> str:
        """List the analysed patients selected by a mask."""
        return format_ids(self.analysed["patient_id"][mask])

    def check_none(self, violating: Mask | ThreeValued, shown: str = "all") -> tuple[str, bool]:
        """Return the text and result of a check that fails if a patient violates it, or may."""
        known = ThreeValued.from_mask(violating)
        parts = [f"violated by {self.names(known.yes)}"] if known.yes.any() else []
        parts += [f"unknown for {self.names(known.unknown)}"] if known.unknown.any() else []
        return "; ".join(parts) or shown, not parts

    def last(self, measure: str) -> NDArray[np.float64]:
        """Return a measure at each analysed patient's last visit, in its own unit."""
        rows = np.arange(len(self.analysis.last))
        return self.analysis.thousandths[measure][rows, self.analysis.last] / THOUSANDTHS


def format_ids(ids: Iterable[str]) -> str:
    """List patients by their identifiers.

    Examples
    --------
    >>> format_ids([]), format_ids(["S-04"]), format_ids(["S-04", "S-07"])
    ('no patient', 'patient S-04', 'patients S-04, S-07')
    """
    names = list(ids)
    if not names:
        return "no patient"
    return f"patient{'s' if len(names) > 1 else ''} {', '.join(names)}"


def normalised(text: object) -> str:
    """Return a text in lower case with single spaces, for comparison.

    Examples
    --------
    >>> normalised(" Pulmonary  embolism") == normalised("pulmonary embolism")
    True
    """
    return " ".join(str(text).split()).casefold()


def embolisms(analysis: Analysis) -> list[SeriousEvent]:
    """Return the serious adverse events that are pulmonary embolisms, by their description."""
    events = analysis.serious_events
    return [event for event in events if "pulmonary embolism" in event.what.casefold()]
