"""Flow of patients: screened, included, analysed, completed, with a check of the arithmetic.

Reports often list only the most common reasons for non-inclusion, and allow several
reasons per patient. The listed counts then need not add up to the patients not included. They still
bound how many patients had none of these reasons, or several, and `PatientFlow` derives the bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from numbers import Real
from types import MappingProxyType

import pandas as pd

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.table1 import GROUPS

#: Reasons for not including a patient: name in the data, and label.
REASONS = {
    "reason_immunosuppressants": "prior immunosuppressants above the permitted dose",
    "reason_minimal_disability": "minimal disability not met",
    "reason_duration": "disease duration too long",
}

_COUNTS = ("screened", "included", "excluded_from_analysis", "analysed", "ended_early")
_OPTIONAL = ("screened", "ended_early")


@dataclass(frozen=True, slots=True)
class CountRange:
    """Range of the number of patients that is consistent with the given counts."""

    low: int  #: minimum
    high: int  #: maximum

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low} to {self.high}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFlow:
    """Counts of patients from screening to the end of the study.

    Counts that a report does not give are None. Inconsistent counts raise one error that lists
    every fault, one per line.

    Raises
    ------
    ValueError
        If a count is not a whole number of 0 or more, or if counts contradict each other.

    Examples
    --------
    >>> flow = PatientFlow(screened=30, included=10, reasons={"too old": 9, "refused": 8},
    ...             reasons_may_overlap=True, excluded_from_analysis=1, analysed=9, ended_early=2)
    >>> flow.not_included, flow.reasons_listed, flow.completed
    (20, 17, 7)
    >>> str(flow.no_listed_reason), str(flow.several_listed_reasons)
    ('3 to 11', '0 to 8')
    """

    included: int  #: patients who entered the study
    analysed: int  #: patients analysed
    excluded_from_analysis: int = 0  #: included patients excluded from the analysis
    screened: int | None = None  #: patients screened for inclusion
    reasons: Mapping[str, int] = field(default_factory=dict)  #: reason for non-inclusion: patients
    reasons_may_overlap: bool = False  #: whether a patient may have several reasons
    ended_early: int | None = None  #: analysed patients who stopped early
    exclusion_reason: str = ""  #: reason for exclusion from the analysis
    discontinuation_reason: str = ""  #: reason for early stopping

    def __post_init__(self) -> None:
        faults = [*self._faulty_counts()]
        # Contradictions are checked only between valid counts.
        if not faults:
            self._normalise()
            faults = [*self._contradictions()]
        if faults:
            raise ValueError("\n".join(faults))

    @property
    def completed(self) -> int | None:
        """Analysed patients who completed the study; None if not counted."""
        return None if self.ended_early is None else self.analysed - self.ended_early

    @property
    def not_included(self) -> int | None:
        """Patients screened but not included; None if screening was not counted."""
        return None if self.screened is None else self.screened - self.included

    @property
    def reasons_listed(self) -> int:
        """Total of the listed reasons over all patients."""
        return sum(self.reasons.values())

    @property
    def no_listed_reason(self) -> CountRange | None:
        """Patients not included who have none of the listed reasons; None if not counted."""
        if self.not_included is None:
            return None
        listed = [several + single for several, single in self._allocations()]
        return CountRange(self.not_included - max(listed), self.not_included - min(listed))

    @property
    def several_listed_reasons(self) -> CountRange | None:
        """Patients not included who have two or more listed reasons; None if not counted."""
        if self.not_included is None:
            return None
        several = [several for several, _ in self._allocations()]
        return CountRange(min(several), max(several))

    def _allocations(self) -> Iterator[tuple[int, int]]:
        """Yield feasible pairs: patients with several listed reasons, with exactly one.

        Each reason can apply to at most `several` of the patients with several reasons, so that
        these account for at most ``room`` reasons; each needs two or more, and spreading the
        reasons evenly among them shows that these two conditions suffice. The remaining reasons
        belong to patients with a single one. Only the ends of each range are yielded.
        """
        patients, total = self.not_included or 0, self.reasons_listed
        for several in range(patients + 1 if self.reasons_may_overlap else 1):
            fewest = max(0, total - sum(min(count, several) for count in self.reasons.values()))
            most = min(patients - several, total - 2 * several)
            if fewest <= most:
                yield several, fewest
                yield several, most

    def _faulty_counts(self) -> Iterator[str]:
        """Yield the faults of single counts."""
        counts = {name: getattr(self, name) for name in _COUNTS}
        counts |= {f"reasons[{name!r}]": count for name, count in self.reasons.items()}
        for name, value in counts.items():
            if value is None and name in _OPTIONAL:
                continue
            if not _is_whole(value):
                yield f"{name} must be a whole number of patients, got {value!r}"
            elif value < 0:
                yield f"{name} must be 0 or more, got {value!r}"

    def _normalise(self) -> None:
        """Turn counts into plain integers, and freeze the reasons."""
        reasons = {reason: int(count) for reason, count in self.reasons.items()}
        object.__setattr__(self, "reasons", MappingProxyType(reasons))
        for name in _COUNTS:
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, int(value))

    def _contradictions(self) -> Iterator[str]:
        if self.screened is not None and self.included > self.screened:
            yield f"included must be at most screened ({self.screened}), got {self.included}"
        remaining = self.included - self.excluded_from_analysis
        if self.analysed != remaining:
            yield (
                f"analysed must be included minus excluded_from_analysis ({self.included} - "
                f"{self.excluded_from_analysis} = {remaining}), got {self.analysed}"
            )
        if self.ended_early is not None and self.ended_early > self.analysed:
            yield f"ended_early must be at most analysed ({self.analysed}), got {self.ended_early}"
        yield from self._contradicting_reasons()

    def _contradicting_reasons(self) -> Iterator[str]:
        if self.not_included is None:
            if self.reasons:
                yield "reasons need screened, the number of patients screened"
            return
        if self.not_included < 0:
            return  # more included than screened, which is reported with the counts
        for reason, count in self.reasons.items():
            if count > self.not_included:
                yield (
                    f"reasons[{reason!r}] must be at most the number of patients not included "
                    f"({self.not_included}), got {count}"
                )
        total = self.reasons_listed
        if total > self.not_included and not self.reasons_may_overlap:
            yield (
                f"reasons must not sum to more than the patients not included "
                f"({self.not_included}) unless reasons_may_overlap is True, got {total}"
            )


def _is_whole(value: object) -> bool:
    # Whole floats are accepted: a column of counts with a gap arrives as floats.
    return isinstance(value, Real) and not isinstance(value, bool) and float(value).is_integer()


def study_flow(published: PublishedFacts, *, reasons_may_overlap: bool = True) -> PatientFlow:
    """Assemble the flow of patients as far as the text reports it.

    Parameters
    ----------
    published
        The published facts.
    reasons_may_overlap
        Whether one patient may have several reasons, as the caption of the figure says.

    Raises
    ------
    ValueError
        If the counts do not add up; one line per fault.
    """
    return PatientFlow(
        **{name: published.count(f"flow.{name}") for name in _COUNTS},
        reasons={label: published.count(f"flow.{name}") for name, label in REASONS.items()},
        reasons_may_overlap=reasons_may_overlap,
        exclusion_reason="ceiling effect",
        discontinuation_reason="insufficient response, switched to rescue medication",
    )


def subtypes(published: PublishedFacts) -> pd.DataFrame:
    """Count the patients by subtype.

    Returns
    -------
    DataFrame
        One row per subtype: ``subtype``, ``included`` (abstract), ``analysed`` (Table 1) and
        ``excluded`` from the analysis.
    """
    counts = pd.DataFrame(
        {
            "subtype": label,
            "included": published.count(f"flow.included_{group}"),
            "analysed": published.count(f"table1.patients.{group}.n"),
        }
        for group, label in GROUPS.items()
        if group != "all"
    )
    return counts.assign(excluded=counts["included"] - counts["analysed"])
