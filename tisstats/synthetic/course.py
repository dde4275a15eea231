"""The course of each patient: who responds when, who stops, who has the amended regimen.

Constructive: the printed counts of the text leave few shapes, and one is drawn.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from tisstats.lim2021.regimens import AMENDED, STANDARD
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.targets import ADDED, Targets

#: Courses of a patient's score. A responder's course says the week of the first score of 40.
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


def draw_courses(  # noqa: C901
    rng: np.random.Generator,
    targets: Targets,
    assumptions: Assumptions,
    without: Collection[str],
) -> dict[int, Course] | None:
    """Draw the course of every analysed patient, by number; None if the draw does not work out.

    Patients included after the amendment have an assessment at week 4 if they have not responded;
    so of them all who are neither responders nor gone by then are eligible. Whoever lost an
    improvement on maintenance doses was among those included before.
    """
    left_out = targets.count("flow.excluded_patient")
    analysed = [i for i in range(1, targets.count("flow.included") + 1) if i != left_out]
    before = targets.count("design.enrolled_before_amendment")
    early = [i for i in analysed if i <= before]
    late = [i for i in analysed if i > before]

    responders = responder_weeks(rng, targets, without)
    lost = targets.count("response.minimal_lost")
    eligible = targets.count("response.amended_eligible")
    if "amended_eligible" in without:
        eligible += 1
    between = max(0, targets.count("response.minimal") - len(responders))
    if "minimal" in without:
        between += int(rng.choice([1, 2]))

    # After the amendment: a responder at week 4, those eligible, those who stopped at week 3.
    spare = len(late) - responders.count("4") - eligible
    threes = responders.count("3")
    most = min(assumptions.most_stops_after_amendment, spare)
    if 3 not in assumptions.week_of_early_stop:
        most = 0
    stops = int(rng.integers(max(0, spare - threes), most + 1)) if most >= spare - threes else -1
    if stops < 0:
        return None
    fast_late = spare - stops
    others = [kind for kind in responders if kind not in ("3", "4")]
    kinds_early = [*["3"] * (threes - fast_late), *others, *[LOST] * lost]
    if "lost_before_amendment" in without:
        kinds_early = [kind for kind in kinds_early if kind != LOST]
    room = len(early) - len(kinds_early)
    if room < 0:
        return None
    kinds_early += [NEVER] * room

    chosen = dict(zip(early, rng.permutation(kinds_early).tolist(), strict=True))
    in_late = [*responders.count("4") * ["4"], *["3"] * fast_late]
    in_late += ["eligible"] * eligible + ["stop"] * stops
    chosen |= dict(zip(late, rng.permutation(in_late).tolist(), strict=True))
    if "week_4_after_amendment" in without and not _before_amendment(rng, chosen, before):
        return None
    gone = {i for i, kind in chosen.items() if kind == "stop"}
    amended = {i for i, kind in chosen.items() if kind == "eligible"}
    for i in gone | amended:
        chosen[i] = NEVER
    if "minimal_lost" in without:
        chosen[int(rng.choice(sorted(amended)))] = LOST
    if "lost_before_amendment" in without:
        able = [i for i, kind in chosen.items() if kind == NEVER and i not in gone]
        for i in rng.permutation(able)[:lost].tolist():
            chosen[i] = LOST
    singled = targets.count(ADDED)
    if not assumptions.added_patient_lost and chosen[singled].isdecimal():
        return None
    if "added_patient_lost" not in without and lost and chosen[singled] != LOST:
        others_lost = [i for i, kind in chosen.items() if kind == LOST]
        other = others_lost[int(rng.integers(len(others_lost)))]
        if chosen[other] != LOST or (singled <= before) != (other <= before):
            return None
        chosen[singled], chosen[other] = LOST, chosen[singled]

    stopped = rng.permutation(sorted(amended))[: count_stopped(targets, without)].tolist()
    never = [i for i, kind in chosen.items() if kind == NEVER and i not in stopped]
    if not assumptions.added_patient_lost:
        never = [i for i in never if i != singled]
    # Who stopped for lack of response had hardly a minimal one, where there is somebody else.
    stayed = [i for i in never if i not in gone] if assumptions.plausible else never
    if len(stayed) >= between:
        never = stayed
    for i in rng.permutation(never)[:between].tolist():
        chosen[i] = BETWEEN
    ended = dict.fromkeys(sorted(gone), WEEK_3)
    ended |= {i: int(rng.choice(assumptions.week_of_amended_stop)) for i in stopped}
    return draw_ends(rng, chosen, ended, amended, targets, assumptions, without)


def _before_amendment(rng: np.random.Generator, chosen: dict[int, str], before: int) -> bool:
    """Let who responded at week 4 be of those included before the amendment; tell if it could."""
    late = [i for i, kind in chosen.items() if kind == "4" and i > before]
    early = [i for i, kind in chosen.items() if kind == "3" and i <= before]
    if len(late) > len(early):
        return False
    for one, other in zip(late, rng.permutation(early).tolist(), strict=False):
        chosen[one], chosen[other] = chosen[other], chosen[one]
    return True


def count_stopped(targets: Targets, without: Collection[str]) -> int:
    """Count those eligible for the amended regimen who stopped early."""
    return 0 if "amended_stopped" in without else targets.count("response.amended_stopped")


def responder_weeks(
    rng: np.random.Generator, targets: Targets, without: Collection[str]
) -> list[str]:
    """Give the week of every responder's first score of 40; week 9 if a constraint is left out."""
    total = targets.count("response.responders")
    weeks: list[str] = []
    for week in ("3", "4", "6"):
        count = targets.count(f"response.moderate_week_{week}")
        if f"moderate_week_{week}" in without:
            count -= int(rng.integers(1, count + 1))
        weeks += [week] * count
    late = total - len(weeks)
    if "responders_by_week_9" in without:
        late += 1
    return weeks + ["9"] * late


def draw_ends(
    rng: np.random.Generator,
    chosen: dict[int, str],
    ended: dict[int, int],
    amended: set[int],
    targets: Targets,
    assumptions: Assumptions,
    without: Collection[str],
) -> dict[int, Course] | None:
    """Let non-responders stop early, to the printed number, those in `ended` among them."""
    last = targets.count("design.primary_week")
    stops = targets.count("safety.rescue_medication")
    if "rescue_medication" in without:
        stops += int(rng.choice([-1, 1]))
    able = [
        i
        for i, kind in chosen.items()
        if i not in ended and i not in amended and kind in (NEVER, BETWEEN, LOST)
    ]
    more = stops - len(ended)
    if assumptions.plausible:
        without_response = [i for i in able if chosen[i] != BETWEEN]
        able = without_response if len(without_response) >= more else able
    if not 0 <= more <= len(able):
        return None
    for i in rng.permutation(able)[:more].tolist():
        weeks = [w for w in assumptions.week_of_early_stop if w > WEEK_3 or chosen[i] != LOST]
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
        for i, kind in sorted(chosen.items())
    }
