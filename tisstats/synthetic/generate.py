"""Draw one synthetic cohort: seeded, without a solver, in parts that are drawn again if they fail.

Table 1 meets Table 2 only through the sex of a patient (upper limit of normal of CK), dysphagia and
extramuscular signs. The rows of Table 2 meet each other only in the scores of patients. So the
parts are drawn one after the other: profiles, courses, rows, their assignment, and the visits
between.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from tisstats.forensics.order_statistics import Ints
from tisstats.forensics.paired_rows import Pairs
from tisstats.synthetic.allocation import Allocation
from tisstats.synthetic.assumptions import Assumptions
from tisstats.synthetic.cohort import WEEKS, Cohort
from tisstats.synthetic.columns import MISSING
from tisstats.synthetic.constraints import constraint, failed, names
from tisstats.synthetic.course import Course, draw_courses
from tisstats.synthetic.interim import Between, Classes
from tisstats.synthetic.people import draw_events, place, with_left_out, words
from tisstats.synthetic.plausibility import implausibility
from tisstats.synthetic.profiles import Profiles, draw_profiles
from tisstats.synthetic.scoring import Scorer
from tisstats.synthetic.table2_rows import BEDRIDDEN, RowDrawer, value_range
from tisstats.synthetic.targets import MEASURES, Targets

#: Whole cohorts to try before giving up, and those to try for one that breaks what is left out.
_TRIES, _TRIES_TO_BREAK = 400, 60

#: Sets of rows drawn for the same patients.
_ROW_SETS = 3


def generate(
    seed: int,
    assumptions: Assumptions | None = None,
    without: Collection[str] = frozenset(),
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
        What is assumed beyond print; the defaults if not given.
    without
        Names of constraints that are not enforced. Cohorts are then drawn until one breaks them,
        as far as a limited number of tries allows: this is for testing whoever checks cohorts.
        They are drawn without the criteria of plausibility.
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
        If there is no such constraint, or seed or index is negative.
    RuntimeError
        If no cohort was found, as for assumptions that contradict the printed numbers.

    Examples
    --------
    >>> cohort = generate(1)
    >>> int((cohort.end_scores * 2.5 >= 40).sum())
    8
    """
    for name, value in (("seed", seed), ("index", index)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
            raise ValueError(f"{name} must be a whole number from 0, got {value!r}")
    if unknown := sorted(set(without) - set(names())):
        raise ValueError(f"without must be among {', '.join(names())}; got {unknown[0]!r}")
    assumed = assumptions or Assumptions()
    if without:
        assumed = replace(assumed, plausible=False)
    draw = _Draw(seed, index, assumed, frozenset(without), targets or Targets.study())
    if not without and candidates > 1:
        return min((_draw(draw) for _ in range(candidates)), key=implausibility)
    return _draw(draw)


def _draw(draw: _Draw) -> Cohort:
    """Draw until a cohort meets every constraint and breaks what is left out."""
    breakable = {name for name in draw.without if not constraint(name).implied_by}
    kept: Cohort | None = None
    found = 0
    for _ in range(_TRIES):
        cohort = draw.attempt()
        if cohort is None:
            continue
        broken = {each.name for each in failed(cohort, draw.assumptions, draw.targets)}
        if broken - draw.without:
            continue
        kept = cohort
        found += 1
        # What is left out shall really be gone; a draw that meets it by chance shows nothing.
        if broken >= breakable or found >= _TRIES_TO_BREAK:
            break
    if kept is None:
        raise RuntimeError(
            f"no cohort found in {_TRIES} tries for seed {draw.seed}, index {draw.index}; "
            "do the assumptions allow one?"
        )
    return kept


class _Draw:
    """The parts of a cohort, drawn from one stream of random numbers."""

    def __init__(
        self,
        seed: int,
        index: int,
        assumptions: Assumptions,
        without: frozenset[str],
        targets: Targets,
    ) -> None:
        self.seed, self.index = seed, index
        self.assumptions, self.targets = assumptions, targets
        #: What is not enforced: left out by whoever calls, or resting on an inference that is off.
        self.without, self.relaxed = without, without | assumptions.relaxed()
        stream = np.random.SeedSequence(seed, spawn_key=(index,))
        self.rng = np.random.Generator(np.random.PCG64(stream))
        self.ranges = np.array([value_range(m, assumptions) for m in MEASURES], dtype=np.int64)
        # A quarter of the distance of the printed quartiles of change; a step at least.
        self.spreads = np.array(
            [max(1, row.quartiles["change"].spread) / 2 for row in targets.rows.values()]
        )

    def attempt(self) -> Cohort | None:
        """Draw all parts once; None if one fails."""
        arguments = self.targets, self.assumptions, self.relaxed
        profiles = draw_profiles(self.rng, *arguments)
        courses = draw_courses(self.rng, *arguments)
        if profiles is None or courses is None:
            return None
        people = place(self.rng, profiles, courses, *arguments)
        if people is None:
            return None
        for _ in range(_ROW_SETS):
            visits = self._measures(people, courses)
            if visits is not None:
                return self._cohort(people, visits)
        return None

    def _measures(self, people: Profiles, courses: dict[int, Course]) -> Ints | None:
        scorer = Scorer(people["ck_uln"], self.assumptions.mmt_max)
        classes = Classes(
            self.targets.count("design.minimal_score"),
            self.targets.count("design.responder_score"),
            self.assumptions.response_lasts,
            self.assumptions.lost_stays_lost,
        )
        healthy = int((people["dysphagia"] == 0).sum())
        pairs: list[Pairs] = []
        drawers = [
            RowDrawer(measure, self.targets, self.assumptions, self.relaxed, healthy)
            for measure in MEASURES
        ]
        for drawer in drawers:
            drawn = drawer.draw(self.rng)
            if drawn is None:
                return None
            pairs.append(drawn)
        allocation = Allocation(
            self.rng, people, courses, classes, self.targets, self.assumptions, self.relaxed
        )
        given = allocation.give(pairs, scorer, lambda m: drawers[m].draw(self.rng))
        if given is None:
            return None
        n = len(courses)
        visits = np.full((n, len(WEEKS), len(MEASURES)), MISSING, dtype=np.int64)
        visits[:, 0] = given[0]
        visits[np.arange(n), np.searchsorted(WEEKS, people["end_week"])] = given[1]
        steady = np.zeros((n, len(MEASURES)), dtype=np.int64)
        if self.assumptions.swallowing_follows_dysphagia:
            steady[people["dysphagia"] == 0, MEASURES.index("swallowing")] = 1
        steady[people["psoas_missing"] == 1, MEASURES.index("psoas")] = 1
        highs = np.tile(self.ranges[:, 1], (n, 1))
        if self.assumptions.only_one_bedridden:
            others = np.setdiff1d(np.arange(n), allocation.lying)
            highs[others, MEASURES.index("mrs")] = BEDRIDDEN - 1
        between = Between(
            self.rng,
            people["ck_uln"],
            scorer,
            classes,
            self.ranges[:, 0],
            highs,
            self.spreads,
            steady,
            allocation.demands.contradicting if self.assumptions.plausible else None,
            allocation.demands.expectations,
            may_worsen="no_worsening" in self.without,
            # The counts of those eligible hang together: where one is left out, one more patient
            # or one fewer is treated on, who must differ from those counted.
            may_improve=bool(
                self.without & {"amended_continued", "amended_eligible", "amended_stopped"}
            ),
        )
        return visits if between.fill(visits, list(courses.values())) else None

    def _cohort(self, people: Profiles, visits: Ints) -> Cohort:
        events = draw_events(self.rng, people, self.targets, self.relaxed)
        at = self.targets.count("flow.excluded_patient") - 1
        return Cohort(
            self.seed,
            self.index,
            with_left_out(people, self.targets, self.relaxed),
            np.insert(visits, at, MISSING, axis=0),
            events,
            words(self.targets),
            self.assumptions.mmt_max,
        )
