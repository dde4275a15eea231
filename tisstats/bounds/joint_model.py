"""CP-SAT model of the patients and the six core set measures, linked by counts per band.

The rows stay sorted. Patients are linked to a row only by counts: as many patients are in a band
of a measure as the row has changes in that band. Any row and any bands with equal counts make a
cohort, for which change of a band belongs to which patient of that band is free.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ortools.sat.python import cp_model

from tisstats.bounds.assumptions import BoundAssumptions
from tisstats.bounds.quantities import POINTS
from tisstats.bounds.ranked_model import RankedRow
from tisstats.bounds.row_model import SortedRow
from tisstats.bounds.rows import CORE
from tisstats.bounds.solving import both, choose
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import CORE_SET, ENZYMES
from tisstats.synthetic.targets import Targets

AnyRow = SortedRow | RankedRow
Counts = list[cp_model.LinearExprT]

SEXES = ("female", "male")


def _points(value: float) -> int:
    return int(Fraction(value) / POINTS)


@dataclass(frozen=True, slots=True)
class PointSteps:
    """The points of one measure as a step function of its improvement."""

    #: smallest improvement beyond each band boundary, steps of the scale
    thresholds: tuple[int, ...]
    rises: tuple[int, ...]  #: points gained beyond each band boundary, in `POINTS`


@dataclass(frozen=True, slots=True)
class PatientBands:
    """What the model of the patients assigns to one of them."""

    male: bool  #: sex
    bands: Mapping[str, int]  #: band of each measure, 0 to 4; -1 where it is worse


def sexes_of(measure: str) -> tuple[str, ...]:
    """Return the sexes whose bands differ: of CK both, since its limit of normal differs."""
    return SEXES if measure == "ck" else SEXES[:1]


def point_steps(measure: str, assumptions: BoundAssumptions, sex: str = "female") -> PointSteps:
    """Return the points of a core set measure as a step function.

    >>> point_steps("haq", BoundAssumptions())
    PointSteps(thresholds=(2, 4, 7, 10), rises=(2, 1, 0, 1))
    """
    rule = CORE_SET["enzyme" if measure == "ck" else measure]
    shared = assumptions.shared
    limits = {"female": shared.ck_uln_female, "male": shared.ck_uln_male}
    scale = SCALES[measure]
    spreads = {"ck": ENZYMES["ck"].range_in_uln * limits[sex], "mmt": shared.mmt_max}
    spread = spreads.get(measure, (scale.high or 0) - scale.low)
    step = assumptions.grid(measure).step
    # Improvement must exceed a boundary to enter the next band.
    thresholds = tuple(math.floor(Fraction(cut * spread, 100) / step) + 1 for cut in rule.cutoffs)
    points = [_points(value) for value in rule.points]
    rises = tuple(upper - lower for lower, upper in itertools.pairwise(points))
    return PointSteps(thresholds, rises)


class Patients:
    """Variables of the patients at the end: bands, scores, sex, and which measures are worse.

    When `ordered`, patients stand in the order of their score, best first. Otherwise their order
    means something else.
    """

    def __init__(
        self,
        model: cp_model.CpModel,
        targets: Targets,
        assumptions: BoundAssumptions,
        *,
        strict: bool,
        ordered: bool = True,
    ):
        self.model, self.assumptions = model, assumptions
        self.size = targets.rows[CORE[0]].n
        self.responders = targets.count("response.responders")
        self.minimal = targets.count("response.minimal")
        each, steps = range(self.size), range(len(CORE_SET["mmt"].cutoffs))
        #: passed[measure][patient][step]: the improvement exceeds that band boundary
        self.passed = {
            measure: [[model.new_bool_var("") for _ in steps] for _ in each] for measure in CORE
        }
        #: worse[measure][patient]: the measure is worse than at baseline
        self.worse = {measure: [model.new_bool_var("") for _ in each] for measure in CORE}
        self.male = [model.new_bool_var("") for _ in each]
        model.add(sum(self.male) == self.size - targets.count("table1.females.all.count"))
        for measure, patient in itertools.product(CORE, each):
            bands = self.passed[measure][patient]
            for lower, upper in itertools.pairwise(bands):
                model.add_implication(upper, lower)
            model.add_implication(self.worse[measure][patient], ~bands[0])
        self.scores = [model.new_int_var(0, _points(100), "") for _ in each]
        rises = {measure: point_steps(measure, assumptions).rises for measure in CORE}
        for patient, score in enumerate(self.scores):
            points = sum(
                rise * passed
                for measure in CORE
                for rise, passed in zip(rises[measure], self.passed[measure][patient], strict=True)
            )
            model.add(score == points)
        (self._order if ordered else self._any_order)(targets)
        if strict and assumptions.no_imacs_worsening:
            self._no_deterioration()

    def _score_ranges(self, targets: Targets) -> list[tuple[int, int]]:
        """Return the lowest and highest final score of each patient, highest score first."""
        moderate = _points(targets.count("design.responder_score"))
        minimal = _points(targets.count("design.minimal_score"))
        maintained = minimal if self.assumptions.improvement_maintained else 0
        responder = moderate if self.assumptions.shared.response_maintained else maintained
        return [
            *[(responder, _points(100))] * self.responders,
            *[(maintained, moderate - 1)] * (self.minimal - self.responders),
            *[(0, minimal - 1)] * (self.size - self.minimal),
        ]

    def _order(self, targets: Targets) -> None:
        for score, (low, high) in zip(self.scores, self._score_ranges(targets), strict=True):
            self.model.add_linear_constraint(score, low, high)
        for better, next_ in itertools.pairwise(self.scores):
            self.model.add(better >= next_)

    def _any_order(self, targets: Targets) -> None:
        model = self.model
        courses = Counter(self._score_ranges(targets))
        has = [[model.new_bool_var("") for _ in courses] for _ in self.scores]
        for score, mine in zip(self.scores, has, strict=True):
            model.add_exactly_one(mine)
            for course, (low, high) in zip(mine, courses, strict=True):
                model.add_linear_constraint(score, low, high).only_enforce_if(course)
        for place, patients in enumerate(courses.values()):
            model.add(sum(mine[place] for mine in has) == patients)

    def align(self, row: SortedRow, *, ascending: bool) -> list[cp_model.IntVar]:
        """Assign to each patient in turn the next change of a row; return where it repeats."""
        measure, model = row.problem.measure, self.model
        order = 1 if ascending else -1
        bands = [
            improved_flags(row, point_steps(measure, self.assumptions, sex).thresholds)
            for sex in sexes_of(measure)
        ]
        worse = worsened_flags(row)[::order]
        for place, (mine, male) in enumerate(zip(self.worse[measure], self.male, strict=True)):
            model.add(mine == worse[place])
            for cut, passed in enumerate(self.passed[measure][place]):
                of_women, of_men = (of_sex[cut][::order][place] for of_sex in (bands[0], bands[-1]))
                choose(model, ~male, passed == of_women, passed == of_men)
        if measure == "ck":
            row.male = self.male[::order]
        return row.repeats[::order]

    def read(self, solver: cp_model.CpSolver) -> tuple[PatientBands, ...]:
        """Read the patients of a solved model."""
        return tuple(
            PatientBands(
                bool(solver.value(self.male[patient])),
                {
                    measure: sum(map(solver.value, self.passed[measure][patient]))
                    - solver.value(self.worse[measure][patient])
                    for measure in CORE
                },
            )
            for patient in range(self.size)
        )

    def _no_deterioration(self) -> None:
        """Impose a condition stricter than no IMACS worsening, for changes of any size.

        No more than two measures worse at all, and not physician global and muscle strength both.
        This is more than the definition asks; it serves to show that a cohort exists.
        """
        for patient in range(self.size):
            worse = {measure: self.worse[measure][patient] for measure in CORE}
            self.model.add(sum(worse.values()) <= 2)
            self.model.add_bool_or(~worse["physician_global"], ~worse["mmt"])

    def counts(self, measure: str) -> list[Counts]:
        """Count the patients beyond each band boundary, then those worse; of CK by sex."""
        columns = [*zip(*self.passed[measure], strict=True), self.worse[measure]]
        return _counts(self.model, [columns] * len(sexes_of(measure)), self.male)


def row_counts(row: AnyRow, assumptions: BoundAssumptions, men: int) -> list[Counts]:
    """Count the changes of a row as `Patients.counts` counts patients."""
    measure = row.problem.measure
    sexes = sexes_of(measure)
    if len(sexes) > 1:
        # The limit of normal differs: the same fall of CK can be worth more in a woman.
        row.male = [row.model.new_bool_var("") for _ in row.changes]
        row.model.add(sum(row.male) == men)
    thresholds = [point_steps(measure, assumptions, sex).thresholds for sex in sexes]
    columns = [[*improved_flags(row, own), worsened_flags(row)] for own in thresholds]
    return _counts(row.model, columns, row.male)


def _counts(
    model: cp_model.CpModel,
    columns: Sequence[Sequence[Sequence[cp_model.LiteralT]]],
    male: Sequence[cp_model.IntVar],
) -> list[Counts]:
    """Count what holds in each column; where each sex has its own, those of that sex."""
    if len(columns) == 1:
        return [[sum(column) for column in columns[0]]]
    return [
        [
            sum([both(model, here, one) for here, one in zip(column, of_sex, strict=True)])
            for column in own
        ]
        for own, of_sex in zip(columns, ([~one for one in male], male), strict=True)
    ]


def improved_flags(row: AnyRow, thresholds: Sequence[int]) -> list[list[cp_model.LiteralT]]:
    """Return Booleans, by threshold and change, that are true if it improved by that many steps."""
    if row.problem.higher_is_better:
        return [list(row.at_least(threshold)) for threshold in thresholds]
    return [[~above for above in row.at_least(1 - threshold)] for threshold in thresholds]


def worsened_flags(row: AnyRow) -> list[cp_model.LiteralT]:
    """Return Booleans, one per change, that are true if it is worse than at baseline."""
    return [~held for held in improved_flags(row, [0])[0]]
