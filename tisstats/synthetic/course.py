"""The course of each patient: who responds when, who stops, who has the amended regimen.

Constructive: the printed counts of the text leave few shapes, and one is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tisstats.lim2021.regimens import AMENDED, STANDARD
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.scoring import TOP, UNIT
from tisstats.synthetic.targets import ADDED, Targets

#: Courses of a patient's score. A responder's course is the week of the first score of 40.
NEVER, BETWEEN, LOST = "never", "between", "lost"

#: Weeks of the first visit after the loading dose, and of the decision on the amended regimen.
WEEK_3, DECISION = 3, 4


@dataclass(frozen=True, slots=True)
class Course:
    """One patient's way through the study."""

    kind: str  #: never, between, lost, or respond at week 3, 4, 6 or 9
    amended: bool  #: eligible for the amended regimen
    end_week: int  #: week of the last assessment
    rescue: bool  #: stopped early and had rescue medication
    extra_visit: bool = False  #: visit at week 4

    @property
    def responds(self) -> int | None:
        """Week of the first score of 40, None if there is none."""
        return int(self.kind) if self.kind.isdecimal() else None

    @property
    def weeks(self) -> list[int]:
        """Weeks of the assessments, from the baseline to the end."""
        regimen = AMENDED if self.amended else STANDARD
        planned = {infusion.week for infusion in regimen.infusions}
        planned |= {DECISION} if self.extra_visit else set()
        return sorted(week for week in planned | {self.end_week} if week <= self.end_week)


class ScoreLimits:
    """Between which scores the visits of a course must lie, in units."""

    def __init__(self, targets: Targets, assumptions: Assumptions) -> None:
        self.minimal = int(targets.count("design.minimal_score") / UNIT)
        self.responder = int(targets.count("design.responder_score") / UNIT)
        self._response_lasts = assumptions.response_lasts
        self._lost_stays_lost = assumptions.lost_stays_lost

    def at(self, course: Course, week: int) -> tuple[int, int]:
        """Return the least and greatest score of a visit after the baseline."""
        if (first := course.responds) is not None:
            if week < first:
                return 0, self.responder - 1
            if week == first or self._response_lasts:
                return self.responder, TOP
            return self.minimal, TOP
        at_end = week == course.end_week
        if course.kind == BETWEEN:
            return (self.minimal if at_end else 0), self.responder - 1
        if course.kind == LOST:
            if week == WEEK_3:
                return self.minimal, self.responder - 1
            kept = at_end or self._lost_stays_lost
            return 0, (self.minimal if kept else self.responder) - 1
        return 0, self.minimal - 1


def draw_courses(
    rng: np.random.Generator, targets: Targets, assumptions: Assumptions
) -> dict[int, Course] | None:
    """Draw the course of every analysed patient, by number; None if the draw does not work out.

    Patients included after the amendment have an assessment at week 4 if they have not responded;
    so of them all who are neither responders nor gone by then are eligible. Whoever lost an
    improvement on maintenance doses was among those included before.
    """
    before = targets.count("design.enrolled_before_amendment")
    responders = responder_weeks(targets)
    kinds = _draw_kinds(rng, responders, targets, assumptions)
    if kinds is None:
        return None
    if not assumptions.week_4_after_amendment and not _move_before_amendment(rng, kinds, before):
        return None
    gone = {i for i, kind in kinds.items() if kind == "stop"}
    amended = {i for i, kind in kinds.items() if kind == "eligible"}
    for i in gone | amended:
        kinds[i] = NEVER
    if not assumptions.lost_before_amendment:
        able = [i for i, kind in kinds.items() if kind == NEVER and i not in gone]
        _turn(rng, kinds, able, targets.count("response.minimal_lost"), LOST)
    if not _place_added_patient(rng, kinds, targets, assumptions):
        return None
    stopped = rng.permutation(sorted(amended))[: targets.count("response.amended_stopped")].tolist()
    never = [i for i, kind in kinds.items() if kind == NEVER and i not in stopped]
    if not assumptions.added_patient_lost:
        never = [i for i in never if i != targets.count(ADDED)]
    # Who stopped for lack of response had hardly a minimal one, where there is somebody else.
    stayed = [i for i in never if i not in gone] if assumptions.plausible else never
    between = max(0, targets.count("response.minimal") - len(responders))
    _turn(rng, kinds, stayed if len(stayed) >= between else never, between, BETWEEN)
    ended = dict.fromkeys(sorted(gone), WEEK_3)
    ended |= {i: int(rng.choice(assumptions.week_of_amended_stop)) for i in stopped}
    return draw_ends(rng, kinds, ended, amended, targets, assumptions)


def responder_weeks(targets: Targets) -> list[str]:
    """Return the week of every responder's first score of 40."""
    weeks: list[str] = []
    for week in ("3", "4", "6"):
        weeks += [week] * targets.count(f"response.moderate_week_{week}")
    return weeks + ["9"] * (targets.count("response.responders") - len(weeks))


def _draw_kinds(
    rng: np.random.Generator, responders: list[str], targets: Targets, assumptions: Assumptions
) -> dict[int, str] | None:
    """Draw the kind of course by number: of those included before, then after the amendment."""
    before = targets.count("design.enrolled_before_amendment")
    left_out = targets.count("flow.excluded_patient")
    analysed = [i for i in range(1, targets.count("flow.included") + 1) if i != left_out]
    early = [i for i in analysed if i <= before]
    late = [i for i in analysed if i > before]
    threes, fours = responders.count("3"), responders.count("4")
    eligible = targets.count("response.amended_eligible")

    # After the amendment: a responder at week 4, those eligible, those who stopped at week 3.
    spare = len(late) - fours - eligible
    most = min(assumptions.most_stops_after_amendment, spare)
    if WEEK_3 not in assumptions.week_of_early_stop:
        most = 0
    if most < spare - threes:
        return None
    stops = int(rng.integers(max(0, spare - threes), most + 1))
    fast_late = spare - stops
    kinds_early = ["3"] * (threes - fast_late)
    kinds_early += [week for week in responders if week not in ("3", "4")]
    if assumptions.lost_before_amendment:
        kinds_early += [LOST] * targets.count("response.minimal_lost")
    room = len(early) - len(kinds_early)
    if room < 0:
        return None
    kinds_early += [NEVER] * room
    kinds = dict(zip(early, rng.permutation(kinds_early).tolist(), strict=True))
    kinds_late = ["4"] * fours + ["3"] * fast_late + ["eligible"] * eligible + ["stop"] * stops
    return kinds | dict(zip(late, rng.permutation(kinds_late).tolist(), strict=True))


def _turn(
    rng: np.random.Generator, kinds: dict[int, str], able: Iterable[int], count: int, kind: str
) -> None:
    """Set another kind of course for so many of the patients, drawn at random."""
    for i in rng.permutation(list(able))[:count].tolist():
        kinds[i] = kind


def _move_before_amendment(rng: np.random.Generator, kinds: dict[int, str], before: int) -> bool:
    """Let the responder at week 4 be one included before the amendment, and return if it could."""
    late = [i for i, kind in kinds.items() if kind == "4" and i > before]
    early = [i for i, kind in kinds.items() if kind == "3" and i <= before]
    if len(late) > len(early):
        return False
    for one, other in zip(late, rng.permutation(early).tolist(), strict=False):
        kinds[one], kinds[other] = kinds[other], kinds[one]
    return True


def _place_added_patient(
    rng: np.random.Generator, kinds: dict[int, str], targets: Targets, assumptions: Assumptions
) -> bool:
    """Let the patient whom the discussion adds be one who lost an improvement, if inferred."""
    added = targets.count(ADDED)
    if not assumptions.added_patient_lost:
        return not kinds[added].isdecimal()
    if kinds[added] != LOST:
        before = targets.count("design.enrolled_before_amendment")
        lost = [i for i, kind in kinds.items() if kind == LOST]
        other = lost[int(rng.integers(len(lost)))]
        if (added <= before) != (other <= before):
            return False
        kinds[added], kinds[other] = LOST, kinds[added]
    return True


def draw_ends(
    rng: np.random.Generator,
    kinds: dict[int, str],
    ended: dict[int, int],
    amended: set[int],
    targets: Targets,
    assumptions: Assumptions,
) -> dict[int, Course] | None:
    """Let non-responders stop early, to the printed number, those in `ended` among them."""
    last = targets.count("design.primary_week")
    more = targets.count("safety.rescue_medication") - len(ended)
    able = [
        i
        for i, kind in kinds.items()
        if i not in ended and i not in amended and kind in (NEVER, BETWEEN, LOST)
    ]
    if assumptions.plausible:
        without_response = [i for i in able if kinds[i] != BETWEEN]
        able = without_response if len(without_response) >= more else able
    if not 0 <= more <= len(able):
        return None
    for i in rng.permutation(able)[:more].tolist():
        weeks = [w for w in assumptions.week_of_early_stop if w > WEEK_3 or kinds[i] != LOST]
        if not weeks:
            return None
        ended[i] = int(rng.choice(weeks))
    return {
        i: Course(
            kind,
            i in amended,
            ended.get(i, last),
            i in ended,
            extra_visit=kind == "4" and ended.get(i, last) > DECISION,
        )
        for i, kind in sorted(kinds.items())
    }
