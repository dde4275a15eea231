"""The course of each patient: when they respond, whether they stop early, which regimen they have.

The printed counts leave few patterns; one is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tisstats.lim2021.regimens import AMENDED, STANDARD
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.scoring import MAX_UNITS, POINTS_PER_UNIT
from tisstats.synthetic.targets import DISCUSSION_PATIENT, Targets

#: Courses of a patient's score. A responder's course is the week of the first score of 40.
UNIMPROVED, MINIMAL, LOST = "none", "minimal", "lost"

#: Weeks of the first visit after the loading dose, and of the decision on the amended regimen.
WEEK_3, DECISION = 3, 4


@dataclass(frozen=True, slots=True)
class Course:
    """One patient's course through the study."""

    kind: str  #: none, minimal, lost, or the week of the response: 3, 4, 6 or 9
    amended: bool  #: eligible for the amended regimen
    end_week: int  #: week of the last assessment
    rescue: bool  #: stopped early and had rescue medication
    has_decision_visit: bool = False  #: visit at week 4

    @property
    def responds(self) -> int | None:
        """Week of the first score of 40, None if there is none."""
        return int(self.kind) if self.kind.isdecimal() else None

    @property
    def weeks(self) -> list[int]:
        """Weeks of the assessments, from the baseline to the end."""
        regimen = AMENDED if self.amended else STANDARD
        planned = {infusion.week for infusion in regimen.infusions}
        planned |= {DECISION} if self.has_decision_visit else set()
        return sorted(week for week in planned | {self.end_week} if week <= self.end_week)


class ScoreLimits:
    """Between which scores the visits of a course must lie, in units."""

    def __init__(self, targets: Targets, assumptions: Assumptions) -> None:
        self.minimal = int(targets.count("design.minimal_score") / POINTS_PER_UNIT)
        self.responder = int(targets.count("design.responder_score") / POINTS_PER_UNIT)
        self._response_maintained = assumptions.response_maintained
        self._lost_improvement_not_regained = assumptions.lost_improvement_not_regained

    def at(self, course: Course, week: int) -> tuple[int, int]:
        """Return the smallest and largest score of a visit after the baseline."""
        if (first := course.responds) is not None:
            if week < first:
                return 0, self.responder - 1
            if week == first or self._response_maintained:
                return self.responder, MAX_UNITS
            return self.minimal, MAX_UNITS
        at_end = week == course.end_week
        if course.kind == MINIMAL:
            return (self.minimal if at_end else 0), self.responder - 1
        if course.kind == LOST:
            if week == WEEK_3:
                return self.minimal, self.responder - 1
            kept = at_end or self._lost_improvement_not_regained
            return 0, (self.minimal if kept else self.responder) - 1
        return 0, self.minimal - 1


class CourseSampler:
    """Draws the course of every analysed patient.

    Patients included after the amendment have an assessment at week 4 if they have not responded;
    so those who have not responded by then and are still in the study are eligible for the amended
    regimen. Whoever lost an improvement on maintenance doses was among those included before.
    """

    def __init__(
        self, rng: np.random.Generator, targets: Targets, assumptions: Assumptions
    ) -> None:
        self.rng, self.count, self.assumptions = rng, targets.count, assumptions
        self.included_before = self.count("design.enrolled_before_amendment")
        self.responders = responder_weeks(targets)

    def draw(self) -> dict[int, Course] | None:
        """Draw the courses by number of the patient; None if the draw does not work out."""
        rng, assumptions = self.rng, self.assumptions
        kinds = self._draw_kinds()
        if kinds is None:
            return None
        may_move = not assumptions.week_4_assessed_only_after_amendment
        if may_move and not self._move_before_amendment(kinds):
            return None
        stopped_at_3 = {i for i, kind in kinds.items() if kind == "stop"}
        amended = {i for i, kind in kinds.items() if kind == "eligible"}
        for i in stopped_at_3 | amended:
            kinds[i] = UNIMPROVED
        if not assumptions.lost_before_amendment:
            able = [i for i, kind in kinds.items() if kind == UNIMPROVED and i not in stopped_at_3]
            self._change_kinds(kinds, able, self.count("response.minimal_lost"), LOST)
        if not self._place_added_patient(kinds):
            return None
        n_stopped = self.count("response.amended_stopped")
        stopped = rng.permutation(sorted(amended))[:n_stopped].tolist()
        never = [i for i, kind in kinds.items() if kind == UNIMPROVED and i not in stopped]
        if not assumptions.added_patient_lost_improvement:
            never = [i for i in never if i != self.count(DISCUSSION_PATIENT)]
        # Those who stopped for lack of response preferably had no improvement at all.
        stayed = [i for i in never if i not in stopped_at_3] if assumptions.plausibility else never
        between = max(0, self.count("response.minimal") - len(self.responders))
        able = stayed if len(stayed) >= between else never
        self._change_kinds(kinds, able, between, MINIMAL)
        ended = dict.fromkeys(sorted(stopped_at_3), WEEK_3)
        ended |= {i: int(rng.choice(assumptions.amended_discontinuation_weeks)) for i in stopped}
        return self.draw_ends(kinds, ended, amended)

    def _draw_kinds(self) -> dict[int, str] | None:
        """Draw the kind of course by number: of those included before, then after the amendment."""
        excluded = self.count("flow.excluded_patient")
        analysed = [i for i in range(1, self.count("flow.included") + 1) if i != excluded]
        early = [i for i in analysed if i <= self.included_before]
        late = [i for i in analysed if i > self.included_before]
        threes, fours = self.responders.count("3"), self.responders.count("4")
        eligible = self.count("response.amended_eligible")

        # After the amendment: a responder at week 4, those eligible, those who stopped at week 3.
        spare = len(late) - fours - eligible
        most = min(self.assumptions.max_discontinued_after_amendment, spare)
        if WEEK_3 not in self.assumptions.discontinuation_weeks:
            most = 0
        if most < spare - threes:
            return None
        stops = int(self.rng.integers(max(0, spare - threes), most + 1))
        fast_late = spare - stops
        kinds_early = ["3"] * (threes - fast_late)
        kinds_early += [week for week in self.responders if week not in ("3", "4")]
        if self.assumptions.lost_before_amendment:
            kinds_early += [LOST] * self.count("response.minimal_lost")
        room = len(early) - len(kinds_early)
        if room < 0:
            return None
        kinds_early += [UNIMPROVED] * room
        kinds = dict(zip(early, self.rng.permutation(kinds_early).tolist(), strict=True))
        kinds_late = ["4"] * fours + ["3"] * fast_late + ["eligible"] * eligible + ["stop"] * stops
        return kinds | dict(zip(late, self.rng.permutation(kinds_late).tolist(), strict=True))

    def _change_kinds(self, kinds: dict[int, str], able: list[int], count: int, kind: str) -> None:
        """Change the kind of course of so many patients, drawn at random."""
        kinds |= dict.fromkeys(self.rng.permutation(able)[:count].tolist(), kind)

    def _move_before_amendment(self, kinds: dict[int, str]) -> bool:
        """Let the responder at week 4 be one included before the amendment, if that can be."""
        late = [i for i, kind in kinds.items() if kind == "4" and i > self.included_before]
        early = [i for i, kind in kinds.items() if kind == "3" and i <= self.included_before]
        if len(late) > len(early):
            return False
        for one, other in zip(late, self.rng.permutation(early).tolist(), strict=False):
            kinds[one], kinds[other] = kinds[other], kinds[one]
        return True

    def _place_added_patient(self, kinds: dict[int, str]) -> bool:
        """Let the patient whom the Discussion adds be one who lost an improvement, if inferred."""
        added = self.count(DISCUSSION_PATIENT)
        if not self.assumptions.added_patient_lost_improvement:
            return not kinds[added].isdecimal()
        if kinds[added] != LOST:
            lost = [i for i, kind in kinds.items() if kind == LOST]
            other = lost[int(self.rng.integers(len(lost)))]
            if (added <= self.included_before) != (other <= self.included_before):
                return False
            kinds[added], kinds[other] = LOST, kinds[added]
        return True

    def draw_ends(
        self, kinds: dict[int, str], ended: dict[int, int], amended: set[int]
    ) -> dict[int, Course] | None:
        """Let the printed number of non-responders stop early, those in `ended` among them."""
        last, assumptions = self.count("design.primary_week"), self.assumptions
        more = self.count("safety.rescue_medication") - len(ended)
        able = [
            i
            for i, kind in kinds.items()
            if i not in ended and i not in amended and kind in (UNIMPROVED, MINIMAL, LOST)
        ]
        if assumptions.plausibility:
            without_response = [i for i in able if kinds[i] != MINIMAL]
            able = without_response if len(without_response) >= more else able
        if not 0 <= more <= len(able):
            return None
        for i in self.rng.permutation(able)[:more].tolist():
            weeks = [w for w in assumptions.discontinuation_weeks if w > WEEK_3 or kinds[i] != LOST]
            if not weeks:
                return None
            ended[i] = int(self.rng.choice(weeks))
        return {
            i: Course(
                kind,
                i in amended,
                ended.get(i, last),
                i in ended,
                has_decision_visit=kind == "4" and ended.get(i, last) > DECISION,
            )
            for i, kind in sorted(kinds.items())
        }


def responder_weeks(targets: Targets) -> list[str]:
    """Return the week of every responder's first score of 40."""
    weeks: list[str] = []
    for week in ("3", "4", "6"):
        weeks += [week] * targets.count(f"response.moderate_week_{week}")
    return weeks + ["9"] * (targets.count("response.responders") - len(weeks))
