"""Draw one synthetic cohort: seeded, without a solver, in stages that are redrawn if they fail.

In the constraints, Table 1 is linked to Table 2 only through the sex of a patient (upper limit of
normal of CK), dysphagia and extramuscular signs. The rows of Table 2 are linked to each other only
by the scores of patients. So the parts are drawn one after the other: profiles, courses, rows,
their assignment, and the visits between.
"""

from __future__ import annotations

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.forensics.paired_rows import Pairs
from tisstats.statistics._arguments import whole_number
from tisstats.synthetic.assignment import PairAssignment
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.baselines import BaselineRules
from tisstats.synthetic.cohort import MISSING, WEEKS, Cohort
from tisstats.synthetic.constraints import unmet_constraints
from tisstats.synthetic.course import Course, CourseSampler, ScoreLimits
from tisstats.synthetic.interim import InterimVisits
from tisstats.synthetic.plausibility import count_breaches
from tisstats.synthetic.profiles import (
    Profiles,
    add_excluded_patient,
    assign_profiles,
    draw_events,
    draw_profiles,
    label_events,
)
from tisstats.synthetic.scoring import Scorer
from tisstats.synthetic.table2_rows import RowSampler
from tisstats.synthetic.targets import MEASURES, Targets

#: Whole cohorts to try before giving up, and sets of rows drawn for the same patients.
_ATTEMPTS, _ROW_SETS = 400, 3


def draw_cohort(
    seed: int,
    assumptions: Assumptions | None = None,
    *,
    index: int = 0,
    targets: Targets | None = None,
    candidates: int = 1,
) -> Cohort:
    """Draw a synthetic cohort that meets every named constraint.

    Parameters
    ----------
    seed
        Seed of the ensemble, 0 or more; the same seed and index give the same cohort.
    assumptions
        What is assumed beyond the printed numbers; the defaults if not given.
    index
        Place of the cohort in the ensemble, from 0.
    targets
        The printed numbers; those of the study if not given.
    candidates
        Cohorts to draw, of which the one is returned that breaks the fewest criteria of
        `tisstats.synthetic.plausibility`; of equal ones the first.

    Raises
    ------
    ValueError
        If seed or index is negative.
    RuntimeError
        If no cohort was found, as for assumptions that contradict the printed numbers.

    Examples
    --------
    >>> cohort = draw_cohort(1)
    >>> int((cohort.end_scores * 2.5 >= 40).sum())
    8
    """
    seed = whole_number("seed", seed, minimum=0)
    index = whole_number("index", index, minimum=0)
    draw = _Draw(seed, index, assumptions or Assumptions(), targets or Targets.of_study())
    if candidates == 1:
        return draw.cohort()
    return min((draw.cohort() for _ in range(candidates)), key=count_breaches)


class _Draw:
    """The parts of a cohort, drawn from one stream of random numbers."""

    def __init__(self, seed: int, index: int, assumptions: Assumptions, targets: Targets) -> None:
        self.seed, self.index = seed, index
        self.assumptions, self.targets = assumptions, targets
        self.rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(index,)))

    def cohort(self) -> Cohort:
        """Draw until a cohort meets every constraint."""
        for _ in range(_ATTEMPTS):
            cohort = self._attempt()
            if cohort is not None and not unmet_constraints(cohort, self.assumptions, self.targets):
                return cohort
        raise RuntimeError(
            f"no cohort met every constraint in {_ATTEMPTS} attempts (seed {self.seed}, index "
            f"{self.index}); the assumptions may contradict the printed numbers"
        )

    def _attempt(self) -> Cohort | None:
        """Draw all parts once; None if one fails."""
        rows = draw_profiles(self.rng, self.targets, self.assumptions)
        courses = CourseSampler(self.rng, self.targets, self.assumptions).draw()
        if rows is None or courses is None:
            return None
        profiles = assign_profiles(self.rng, rows, courses, self.targets, self.assumptions)
        if profiles is None:
            return None
        for _ in range(_ROW_SETS):
            visits = self._visits(profiles, courses)
            if visits is not None:
                return self._assemble(profiles, visits)
        return None

    def _visits(self, profiles: Profiles, courses: dict[int, Course]) -> Ints | None:
        rng, targets, assumptions = self.rng, self.targets, self.assumptions
        scorer = Scorer(profiles["ck_uln"], assumptions.mmt_max)
        score_limits = ScoreLimits(targets, assumptions)
        healthy = int((profiles["dysphagia"] == 0).sum())
        drawers = [RowSampler(measure, targets, assumptions, healthy) for measure in MEASURES]
        pairs: list[Pairs] = []
        for drawer in drawers:
            drawn = drawer.draw(rng)
            if drawn is None:
                return None
            pairs.append(drawn)
        every = list(courses.values())
        bedridden = np.flatnonzero([course.amended and course.rescue for course in every])
        rules = BaselineRules(profiles, bedridden, targets, assumptions)
        assignment = PairAssignment(rng, rules, courses, score_limits)
        assigned = assignment.assign(pairs, scorer, lambda m: drawers[m].draw(rng))
        if assigned is None:
            return None
        n = len(courses)
        visits = np.full((n, len(WEEKS), len(MEASURES)), MISSING, dtype=np.int64)
        visits[:, 0] = assigned[0]
        visits[np.arange(n), np.searchsorted(WEEKS, profiles["end_week"])] = assigned[1]
        interim = InterimVisits(rng, rules, every, scorer, score_limits)
        return visits if interim.fill(visits) else None

    def _assemble(self, profiles: Profiles, visits: Ints) -> Cohort:
        return Cohort(
            self.seed,
            self.index,
            add_excluded_patient(profiles, self.targets),
            np.insert(visits, self.targets.count("flow.excluded_patient") - 1, MISSING, axis=0),
            draw_events(self.rng, profiles, self.targets),
            label_events(self.targets),
            self.assumptions.mmt_max,
        )
