"""Responders before and after the amendment of the treatment protocol, from counts alone.

The article reports responders for all patients together. It also says which kinds of courses were
possible only after the amendment, and which occurred before it. `splits` enumerates every way in
which the analysed patients can be divided between the two periods and keeps those that agree with
the printed counts and with a set of conditions, each of which can be dropped.

Patients are interchangeable within a *kind* of course, so kinds are enumerated instead of patients:
a division of 19 patients is a number of patients enrolled after the amendment for each kind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tisstats.ledger.published import PublishedFacts
from tisstats.lim2021.response import moderate_by_week, name_later_weeks

#: Conditions of the split: name, and a phrase that follows "assuming".
CONDITIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "nobody_switched": "the eligible patients were enrolled after the amendment",
        "extra_visit": "the responder first seen at week {week} was enrolled after the amendment",
        "all_counted": "every patient enrolled after the amendment who was still in the study at "
        "week {week} without a response is counted as eligible",
        "no_late_response": "no eligible patient responded later",
        "lost_before": "the patients who lost their improvement were enrolled before the amendment",
    }
)

#: Assumptions behind every split, in the same form.
ASSUMPTIONS: Final = (
    "patients are numbered in the order of enrolment",
    "patient {next} was the first under the amended protocol",
    "the printed counts are correct",
    "of the later responders, a response was first seen in {later}",
    "no patient who lost a minimal improvement is a responder",
)


@dataclass(frozen=True, slots=True)
class Counts:
    """The printed counts that a split has to agree with."""

    before: int  #: analysed patients enrolled before the amendment
    after: int  #: analysed patients enrolled after it
    first_seen: Mapping[int, int]  #: week of the first sufficient score: responders
    decision_week: int  #: week of the decision on the amended regimen
    eligible: int  #: patients eligible for the amended regimen, below the score
    eligible_stopped: int  #: of whom stopped early
    lost: int  #: patients whose minimal improvement was lost
    stopped: int  #: patients who stopped early

    @property
    def responders(self) -> int:
        """Total number of responders."""
        return sum(self.first_seen.values())

    @property
    def non_responders(self) -> int:
        """Analysed patients without a response."""
        return self.before + self.after - self.responders

    @classmethod
    def read(cls, published: PublishedFacts) -> Counts:
        """Read the counts; the excluded patient was enrolled before the amendment."""
        enrolled = published.count("design.enrolled_before_amendment")
        excluded = published.count("flow.excluded_patient") <= enrolled
        before = enrolled - (published.count("flow.excluded_from_analysis") if excluded else 0)
        return cls(
            before=before,
            after=published.count("flow.analysed") - before,
            first_seen=moderate_by_week(published),
            decision_week=published.count("design.amended_decision_week"),
            eligible=published.count("response.amended_eligible"),
            eligible_stopped=published.count("response.amended_stopped"),
            lost=published.count("response.minimal_lost"),
            stopped=published.count("flow.ended_early"),
        )


@dataclass(frozen=True, slots=True, order=True)
class ResponderSplit:
    """One way in which responders can be divided between the two periods."""

    before: int  #: responders enrolled before the amendment
    after: int  #: responders enrolled after it
    stopped: int  #: non-responders enrolled after it who stopped before the decision week


@dataclass(frozen=True, slots=True)
class _CourseKind:
    """Patients whose courses are alike in everything that the conditions refer to."""

    patients: int
    first_seen: int | None = None  # week of the first sufficient score
    eligible: bool = False
    lost: bool = False
    stopped: bool = False  # before the decision week


def splits(counts: Counts, dropped: Collection[str] = ()) -> frozenset[ResponderSplit]:
    """Return every split that agrees with the counts and the conditions.

    Parameters
    ----------
    counts
        The printed counts.
    dropped
        Names of the `CONDITIONS` to drop.

    Raises
    ------
    ValueError
        If a name is not in `CONDITIONS`.
    """
    if unknown := sorted(set(dropped) - set(CONDITIONS)):
        raise ValueError(f"dropped must be a subset of {', '.join(CONDITIONS)}, got {unknown}")
    required = frozenset(CONDITIONS) - set(dropped)
    found: set[ResponderSplit] = set()
    for kinds in _compositions(counts, required):
        # Patients enrolled after the amendment so far; of these, responders and early stops.
        reached = {(0, 0, 0)}
        for kind in kinds:
            reached = {
                (
                    size + n,
                    responders + n * (kind.first_seen is not None),
                    stopped + n * kind.stopped,
                )
                for size, responders, stopped in reached
                for n in _allowed_after(kind, counts, required)
                if size + n <= counts.after
            }
        found |= {
            ResponderSplit(counts.responders - responders, responders, stopped)
            for size, responders, stopped in reached
            if size == counts.after
        }
    return frozenset(found)


def _compositions(counts: Counts, required: Collection[str]) -> Iterator[list[_CourseKind]]:
    """Yield every way in which the printed counts can overlap, as kinds of courses.

    The article does not report how many of the eligible had lost an improvement, how many patients
    had stopped before the decision week, and whether a responder first seen after that week was
    one of the eligible.
    """
    late = sum(n for week, n in counts.first_seen.items() if week > counts.decision_week)
    responding = range(1 if "no_late_response" in required else min(late, counts.eligible) + 1)
    elsewhere = counts.stopped - counts.eligible_stopped
    for eligible_responders in responding:
        eligible = counts.eligible - eligible_responders
        for both in range(min(eligible, counts.lost) + 1):
            lost = counts.lost - both
            neither = counts.non_responders - eligible - lost
            for lost_stopped in range(min(lost, elsewhere) + 1):
                for stopped in range(min(neither, elsewhere - lost_stopped) + 1):
                    yield [
                        *_responder_kinds(counts, eligible_responders),
                        _CourseKind(eligible - both, eligible=True),
                        _CourseKind(both, eligible=True, lost=True),
                        _CourseKind(lost - lost_stopped, lost=True),
                        _CourseKind(lost_stopped, lost=True, stopped=True),
                        _CourseKind(neither - stopped),
                        _CourseKind(stopped, stopped=True),
                    ]


def _responder_kinds(counts: Counts, eligible: int) -> Iterator[_CourseKind]:
    for week, patients in counts.first_seen.items():
        waiting = min(eligible, patients) if week > counts.decision_week else 0
        eligible -= waiting
        yield _CourseKind(patients - waiting, first_seen=week)
        yield _CourseKind(waiting, first_seen=week, eligible=True)


def _allowed_after(kind: _CourseKind, counts: Counts, required: Collection[str]) -> range:
    """Return the possible numbers of patients of a kind enrolled after the amendment."""
    must = (kind.eligible and "nobody_switched" in required) or (
        kind.first_seen == counts.decision_week and "extra_visit" in required
    )
    waiting = kind.first_seen is None or kind.first_seen > counts.decision_week
    never = (kind.lost and "lost_before" in required) or (
        waiting and not kind.eligible and not kind.stopped and "all_counted" in required
    )
    least = kind.patients if must else 0
    most = 0 if never else kind.patients
    return range(least, most + 1)  # empty where both hold


def format_condition(name: str, counts: Counts) -> str:
    """Return a condition as a phrase that follows "assuming"."""
    return CONDITIONS[name].format(week=counts.decision_week)


def all_conditions(published: PublishedFacts, dropped: Collection[str] = ()) -> tuple[str, ...]:
    """Return the assumptions and the conditions not dropped, as phrases after "assuming"."""
    counts = Counts.read(published)
    later = name_later_weeks(counts.first_seen)
    following = published.count("design.enrolled_before_amendment") + 1
    return (
        *(assumption.format(next=following, later=later) for assumption in ASSUMPTIONS),
        *(format_condition(name, counts) for name in CONDITIONS if name not in dropped),
    )
