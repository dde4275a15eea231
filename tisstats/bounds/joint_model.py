"""The six core set measures together: "count-linked".

The rows stay sorted. Patients are linked to a row only by counts: as many patients are in a band
of a measure as the row has changes in that band. Any row and any bands with equal counts make a
cohort, for which change of a band belongs to which patient of that band is free.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ortools.sat.python import cp_model

from tisstats.bounds.premises import Premises
from tisstats.bounds.quantities import POINTS
from tisstats.bounds.ranked_model import RankedRow
from tisstats.bounds.row_model import SortedRow
from tisstats.bounds.rows import CORE
from tisstats.lim2021.scales import SCALES
from tisstats.measures.core_set import CORE_SET, ENZYMES
from tisstats.synthetic.targets import Targets

AnyRow = SortedRow | RankedRow

SEXES = ("female", "male")


def _points(value: float) -> int:
    return int(Fraction(value) / POINTS)


@dataclass(frozen=True, slots=True)
class Stair:
    """The points of one measure as steps up: the least improvement of each, and its height."""

    thresholds: tuple[int, ...]  #: least improvement behind each cut, steps of the scale
    rises: tuple[int, ...]  #: rise behind each cut, in `POINTS`


def stair(measure: str, premises: Premises, sex: str = "female") -> Stair:
    """Give the stair of a core set measure.

    >>> stair("haq", Premises())
    Stair(thresholds=(2, 4, 7, 10), rises=(2, 1, 0, 1))
    """
    rule = CORE_SET["enzyme" if measure == "ck" else measure]
    assumptions = premises.assumptions
    limits = {"female": assumptions.ck_uln_female, "male": assumptions.ck_uln_male}
    spread: Fraction | int
    if measure == "ck":
        spread = ENZYMES["ck"].range_in_uln * limits[sex]
    else:
        scale = SCALES[measure]
        spread = assumptions.mmt_max if measure == "mmt" else (scale.high or 0) - scale.low
    step = premises.grid(measure).step
    # A cut belongs to its lower band: improvement must exceed it.
    thresholds = tuple(math.floor(Fraction(cut * spread, 100) / step) + 1 for cut in rule.cuts)
    points = [_points(value) for value in rule.points]
    rises = tuple(upper - lower for lower, upper in itertools.pairwise(points))
    return Stair(thresholds, rises)


class Patients:
    """Variables of the patients at the end: bands, scores, sex, and which measures are worse.

    When `ordered`, patients stand in the order of their score, best first. Otherwise their order
    means something else.
    """

    def __init__(
        self,
        model: cp_model.CpModel,
        targets: Targets,
        premises: Premises,
        *,
        cautious: bool,
        ordered: bool = True,
    ):
        self.model, self.premises = model, premises
        self.size = targets.rows[CORE[0]].n
        self.responders = targets.count("response.responders")
        self.minimal = targets.count("response.minimal")
        self.men = self.size - targets.count("table1.females.all.count")
        each = range(self.size)
        steps = range(len(CORE_SET["mmt"].cuts))
        #: passed[measure][patient][step]: the improvement exceeds that cut
        self.passed = {
            measure: [[model.new_bool_var("") for _ in steps] for _ in each] for measure in CORE
        }
        #: worse[measure][patient]: the measure is worse than at baseline
        self.worse = {measure: [model.new_bool_var("") for _ in each] for measure in CORE}
        self.male = [model.new_bool_var("") for _ in each]
        model.add(sum(self.male) == self.men)
        for measure in CORE:
            for patient in each:
                bands = self.passed[measure][patient]
                for lower, upper in itertools.pairwise(bands):
                    model.add_implication(upper, lower)
                model.add_implication(self.worse[measure][patient], ~bands[0])
        top = _points(100)
        self.scores = [model.new_int_var(0, top, "") for _ in each]
        for patient, score in enumerate(self.scores):
            model.add(score == self._points_of(patient))
        if ordered:
            self._order(targets)
        else:
            self._any_order(targets)
        if cautious and premises.imacs_worsening:
            self._no_deterioration()

    def _points_of(self, patient: int) -> cp_model.LinearExprT:
        return sum(
            rise * passed
            for measure in CORE
            for rise, passed in zip(
                stair(measure, self.premises).rises, self.passed[measure][patient], strict=True
            )
        )

    def _courses(self, targets: Targets) -> list[tuple[int, int]]:
        """Least and greatest score at the end of each patient, from the best score on."""
        moderate = _points(targets.count("design.responder_score"))
        minimal = _points(targets.count("design.minimal_score"))
        lasting = minimal if self.premises.improvement_lasts else 0
        responder = moderate if self.premises.assumptions.response_lasts else lasting
        return [
            *[(responder, _points(100))] * self.responders,
            *[(lasting, moderate - 1)] * (self.minimal - self.responders),
            *[(0, minimal - 1)] * (self.size - self.minimal),
        ]

    def _order(self, targets: Targets) -> None:
        for score, (least, most) in zip(self.scores, self._courses(targets), strict=True):
            self.model.add_linear_constraint(score, least, most)
        for better, next_ in itertools.pairwise(self.scores):
            self.model.add(better >= next_)

    def _any_order(self, targets: Targets) -> None:
        model = self.model
        courses = dict.fromkeys(self._courses(targets))
        sizes = self.responders, self.minimal - self.responders, self.size - self.minimal
        has = [[model.new_bool_var("") for _ in courses] for _ in self.scores]
        for score, mine in zip(self.scores, has, strict=True):
            model.add_exactly_one(mine)
            for course, (least, most) in zip(mine, courses, strict=True):
                model.add_linear_constraint(score, least, most).only_enforce_if(course)
        for place, patients in enumerate(sizes):
            model.add(sum(mine[place] for mine in has) == patients)

    def align(self, row: SortedRow, *, ascending: bool) -> list[cp_model.IntVar]:
        """Give each patient in turn the next change of a row; return where it is the same again."""
        measure, model = row.problem.measure, self.model
        order = 1 if ascending else -1
        sexes = SEXES if measure == "ck" else ("female",)
        bands = [improved(row, stair(measure, self.premises, sex).thresholds) for sex in sexes]
        worse = worsened(row)[::order]
        for place, (mine, male) in enumerate(zip(self.worse[measure], self.male, strict=True)):
            model.add(mine == worse[place])
            for cut, passed in enumerate(self.passed[measure][place]):
                of_women, of_men = bands[0][cut][::order], bands[-1][cut][::order]
                model.add(passed == of_women[place]).only_enforce_if(~male)
                model.add(passed == of_men[place]).only_enforce_if(male)
        if measure == "ck":
            row.male = self.male[::order]
        return row.repeats[::order]

    def _no_deterioration(self) -> None:
        """Keep every patient far from the IMACS definition of worsening, however small the changes.

        No more than two measures worse at all, and not physician global and muscle strength both.
        This is more than the definition asks; it serves to show that a cohort exists.
        """
        for patient in range(self.size):
            flags = [self.worse[measure][patient] for measure in CORE]
            self.model.add(sum(flags) <= 2)
            self.model.add_bool_or(
                ~self.worse["physician_global"][patient], ~self.worse["mmt"][patient]
            )

    def counts(self, measure: str) -> list[cp_model.LinearExprT]:
        """Count the patients behind each cut of a measure, then those worse; of CK by sex."""
        bands = [
            [steps[cut] for steps in self.passed[measure]]
            for cut in range(len(self.passed[measure][0]))
        ]
        columns = [*bands, self.worse[measure]]
        if measure != "ck":
            return [sum(column) for column in columns]
        return by_sex(self.model, {"female": columns, "male": columns}, self.male)


def row_counts(row: AnyRow, premises: Premises, men: int) -> list[cp_model.LinearExprT]:
    """Count the changes of a row as `Patients.counts` counts patients."""
    measure = row.problem.measure
    if measure != "ck":
        thresholds = stair(measure, premises).thresholds
        return [sum(column) for column in [*improved(row, thresholds), worsened(row)]]
    # The limit of normal differs: the same fall of CK can be worth more in a woman.
    row.male = [row.model.new_bool_var("") for _ in row.changes]
    row.model.add(sum(row.male) == men)
    columns = {
        sex: [*improved(row, stair("ck", premises, sex).thresholds), worsened(row)] for sex in SEXES
    }
    return by_sex(row.model, columns, row.male)


def by_sex(
    model: cp_model.CpModel,
    columns: Mapping[str, Sequence[Sequence[cp_model.LiteralT]]],
    male: Sequence[cp_model.IntVar],
) -> list[cp_model.LinearExprT]:
    """Count in each column of each sex those of that sex."""
    found: list[cp_model.LinearExprT] = []
    for sex in SEXES:
        of_sex = [one if sex == "male" else ~one for one in male]
        for column in columns[sex]:
            both = []
            for here, there in zip(column, of_sex, strict=True):
                one = model.new_bool_var("")
                model.add_implication(one, here)
                model.add_implication(one, there)
                model.add_bool_or(one, ~here, ~there)
                both.append(one)
            found.append(sum(both))
    return found


def improved(row: AnyRow, thresholds: Sequence[int]) -> list[list[cp_model.LiteralT]]:
    """Booleans per threshold and change: improved by at least so many steps."""
    if row.problem.higher_is_better:
        return [list(row.at_least(threshold)) for threshold in thresholds]
    return [[~above for above in row.at_least(1 - threshold)] for threshold in thresholds]


def worsened(row: AnyRow) -> list[cp_model.LiteralT]:
    """Booleans per change: worse than at baseline."""
    if row.problem.higher_is_better:
        return [~above for above in row.at_least(0)]
    return list(row.at_least(1))
