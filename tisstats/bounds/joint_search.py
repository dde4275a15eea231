"""Search over whole cohorts by logic-based Benders decomposition.

The rows of the core set meet only in counts. So a model of the patients alone proposes counts, and
a model of each row accepts them or cuts them off, until all rows accept. The result is optimal over
all rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from math import ceil

from ortools.sat.python import cp_model

from tisstats.bounds.assumptions import BoundAssumptions
from tisstats.bounds.joint_model import (
    SEXES,
    AnyRow,
    Counts,
    PatientBands,
    Patients,
    point_steps,
    row_counts,
    sexes_of,
)
from tisstats.bounds.row_model import SortedRow
from tisstats.bounds.rows import CORE, RowProblem, count_range, row_problem, targets_on_grids
from tisstats.bounds.solving import solve
from tisstats.ledger.published import PublishedFacts
from tisstats.synthetic.targets import Targets


@dataclass(frozen=True, slots=True)
class Values:
    """The values of a solved row, one entry per patient, in steps of the scale."""

    baselines: tuple[int, ...]  #: baselines
    ends: tuple[int, ...]  #: at the end
    male: tuple[bool, ...]  #: whether the patient is a man; empty where the sex does not matter

    @property
    def changes(self) -> tuple[int, ...]:
        """End minus baseline."""
        return tuple(e - b for b, e in zip(self.baselines, self.ends, strict=True))


@dataclass(frozen=True, slots=True)
class Joint:
    """A solution of patients and rows."""

    objective: int | None  #: value of the objective
    patients: tuple[PatientBands, ...]  #: the patients
    rows: dict[str, Values]  #: the rows, most not in the order of the patients
    orders: Mapping[str, bool]  #: those in it, and if ascending


Included = Mapping[str, Callable[[cp_model.CpModel], AnyRow]]
Objective = Callable[[cp_model.CpModel, Patients, Mapping[str, AnyRow]], cp_model.LinearExprT]


def values_of(solver: cp_model.CpSolver, row: AnyRow) -> Values:
    """Read the values of a solved row."""
    return Values(
        tuple(map(solver.value, row.baselines)),
        tuple(map(solver.value, row.ends)),
        tuple(map(solver.boolean_value, row.male)),
    )


@dataclass
class JointSearch:
    """Search for cohorts, caching the counts that rows can and cannot have."""

    targets: Targets  #: the printed numbers
    assumptions: BoundAssumptions  #: what is assumed
    #: by measure and whether strict, counts that a row can have, with a row that has them
    feasible: dict[tuple[str, bool], dict[tuple[int, ...], Values]] = field(default_factory=dict)
    #: by the same, parts of counts (place to count) that no row has
    cuts: dict[tuple[str, bool], list[dict[int, int]]] = field(default_factory=dict)

    @classmethod
    def start(
        cls, published: PublishedFacts, assumptions: BoundAssumptions | None = None
    ) -> JointSearch:
        """Start from the printed numbers and the assumptions."""
        given = assumptions or BoundAssumptions()
        return cls(targets_on_grids(Targets.read(published), published, given), given)

    def problem(self, measure: str, *, strict: bool = False) -> RowProblem:
        """State a row's problem, if strict with all baselines abnormal in three measures.

        At inclusion two measures besides muscle strength had to be abnormal. With three that are
        abnormal in everybody, one of them may be the row that is bounded and stay as it is.
        """
        problem = row_problem(measure, self.targets, self.assumptions)
        shared = self.assumptions.shared
        abnormal = {
            "physician_global": shared.vas_abnormal,
            "patient_global": shared.vas_abnormal,
            "haq": shared.haq_abnormal,
        }
        if not (strict and measure in abnormal and self.assumptions.minimal_disability):
            return problem
        return replace(problem, baseline_low=ceil(Fraction(abnormal[measure]) / problem.step))

    def search(
        self,
        included: Included,
        objective: Objective | None = None,
        *,
        maximise: bool = True,
        strict: bool,
        known_bound: int | None = None,
        orders: Mapping[str, bool] | None = None,
    ) -> Joint | None:
        """Return an optimal cohort, or any without an objective; None proves infeasibility.

        Parameters
        ----------
        included
            Rows to include in the model of the patients, because the objective needs them.
        objective
            What to optimise; by default nothing.
        maximise
            Whether it is maximised or minimised.
        strict
            Whether patients meet a condition stricter than no worsening, and had all that had to be
            abnormal at inclusion; otherwise neither is required, which is a relaxation.
        known_bound
            A known bound of the objective, when a cohort that attains it is sought.
        orders
            Rows whose sorted changes belong to the patients in turn, and whether ascending.
        """
        question = included, objective, maximise, strict, known_bound, orders or {}
        while (proposal := self._propose(*question)) is not None:
            joint, counts = proposal
            for measure, target in counts.items():
                # Every row is queried, even after a refusal: each cut spares proposals.
                answer = self._query_row(measure, target, strict=strict)
                if answer is not None:
                    joint.rows[measure] = answer
            if joint.rows.keys() >= counts.keys():
                return joint
        return None

    def _propose(
        self,
        included: Included,
        objective: Objective | None,
        maximise: bool,
        strict: bool,
        known_bound: int | None,
        aligned: Mapping[str, bool],
    ) -> tuple[Joint, dict[str, tuple[int, ...]]] | None:
        """Solve the model of the patients, with what is known of the rows.

        Rows outside the model are missing from the solution; with it, by measure, come the counts
        that they must have.
        """
        model = cp_model.CpModel()
        patients = Patients(
            model, self.targets, self.assumptions, strict=strict, ordered=not aligned
        )
        counts = {m: self._counts(model, patients, m, strict=strict) for m in CORE}
        rows: dict[str, AnyRow] = {measure: build(model) for measure, build in included.items()}
        for measure, row in rows.items():
            target = self._counts_of_row(row, strict=strict)
            for ours, theirs in zip(counts[measure], target, strict=True):
                model.add(ours == theirs)
        self._align(model, patients, rows, aligned, strict=strict)
        if objective is not None:
            goal = objective(model, patients, rows)
            if known_bound is not None:
                # The search may stop at the known bound. Fixing the value removes the objective
                # and is slow.
                model.add(goal <= known_bound if maximise else goal >= known_bound)
            (model.maximize if maximise else model.minimize)(goal)
        solver = solve(model)
        if solver is None:
            return None
        joint = Joint(
            None if objective is None else round(solver.objective_value),
            patients.read(solver),
            {measure: values_of(solver, row) for measure, row in rows.items()},
            aligned,
        )
        return joint, {
            measure: tuple(map(solver.value, found))
            for measure, found in counts.items()
            if measure not in rows
        }

    def _align(
        self,
        model: cp_model.CpModel,
        patients: Patients,
        rows: dict[str, AnyRow],
        aligned: Mapping[str, bool],
        *,
        strict: bool,
    ) -> None:
        """Add rows whose changes belong to the patients in turn, with ties in the same places."""
        repeats: list[list[cp_model.IntVar]] = []
        for measure, ascending in aligned.items():
            in_turn = rows[measure] = SortedRow(model, self.problem(measure, strict=strict))
            repeats.append(patients.align(in_turn, ascending=ascending))
        for same in zip(*repeats, strict=True):
            # Equal in one is equal in the other: then the ranks agree wholly.
            for one, other in pairwise(same):
                model.add(one == other)

    def _counts(
        self, model: cp_model.CpModel, patients: Patients, measure: str, *, strict: bool
    ) -> list[cp_model.IntVar]:
        """Return counts of the patients as variables, limited to what the row may have."""
        expressions = _joined(patients.counts(measure), strict=strict)
        found = [model.new_int_var(0, patients.size, "") for _ in expressions]
        for count, expression in zip(found, expressions, strict=True):
            model.add(count == expression)
        problem, size = self.problem(measure), patients.size
        steps = [
            point_steps(measure, self.assumptions, sex).thresholds for sex in sexes_of(measure)
        ]
        per_sex = len(found) // len(steps)
        for place in range(per_sex):
            if place < len(steps[0]):
                limits = [_improved_range(problem, thresholds[place]) for thresholds in steps]
            else:
                not_worse = _improved_range(problem, 0)
                limits = [(size - not_worse[1], size - not_worse[0])]
            fewest, most = min(low for low, _ in limits), max(high for _, high in limits)
            model.add_linear_constraint(sum(found[place::per_sex]), fewest, most)
        for cut in self.cuts.get((measure, strict), ()):
            model.add_forbidden_assignments([found[place] for place in cut], [tuple(cut.values())])
        return found

    def _counts_of_row(self, row: AnyRow, *, strict: bool) -> Counts:
        men = self.targets.rows[CORE[0]].n - self.targets.count("table1.females.all.count")
        return _joined(row_counts(row, self.assumptions, men), strict=strict)

    def band_of(self, measure: str, values: Values, place: int) -> tuple[int, bool]:
        """Return the band of one change, -1 where it is worse, and for CK whether of a man."""
        problem = self.problem(measure)
        male = measure == "ck" and values.male[place]
        gain = values.changes[place] * (1 if problem.higher_is_better else -1)
        if gain < 0:
            return -1, male
        steps = point_steps(measure, self.assumptions, SEXES[male]).thresholds
        return sum(gain >= step for step in steps), male

    def _query_row(self, measure: str, target: tuple[int, ...], *, strict: bool) -> Values | None:
        """Query a row for these counts; if it cannot have them, add a cut."""
        cached = self.feasible.setdefault((measure, strict), {})
        if target in cached:
            return cached[target]
        answer = self._row_with(measure, dict(enumerate(target)), strict=strict)
        if answer is not None:
            cached[target] = answer
            return answer
        # Smaller cuts exclude more proposals.
        cut = dict(enumerate(target))
        for place in list(cut):
            fewer = {other: count for other, count in cut.items() if other != place}
            if fewer and self._row_with(measure, fewer, strict=strict) is None:
                cut = fewer
        self.cuts.setdefault((measure, strict), []).append(cut)
        return None

    def _row_with(self, measure: str, counts: Mapping[int, int], *, strict: bool) -> Values | None:
        model = cp_model.CpModel()
        row = SortedRow(model, self.problem(measure, strict=strict))
        found = self._counts_of_row(row, strict=strict)
        for place, count in counts.items():
            model.add(found[place] == count)
        solver = solve(model)
        return None if solver is None else values_of(solver, row)


def _joined(counts: list[Counts], *, strict: bool) -> Counts:
    """Return the counts of all sexes, without how many are worse where that does not matter."""
    return [count for own in counts for count in (own if strict else own[:-1])]


def _improved_range(problem: RowProblem, threshold: int) -> tuple[int, int]:
    """Return the fewest and most patients who improved by at least a threshold, in steps."""
    if problem.higher_is_better:
        return count_range(problem, threshold)
    fewest, most = count_range(problem, 1 - threshold)
    return problem.patients - most, problem.patients - fewest
