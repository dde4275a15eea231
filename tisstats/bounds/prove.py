"""Prove the minimum and the maximum of a quantity over all cohorts that meet the assumptions.

Every bound is proved in two steps, given the printed numbers and `BoundAssumptions`. First over a
relaxation: one row of Table 2 alone, or the core set without the definition of worsening. That
holds for every such cohort. Then a cohort is sought that attains it and meets all of the
assumptions, worsening included. If one is found, the bound is sharp; otherwise it is reported as
an outer bound.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from ortools.sat.python import cp_model

from tisstats.bounds import quantities
from tisstats.bounds.assumptions import BoundAssumptions
from tisstats.bounds.files import UNBOUNDED
from tisstats.bounds.joint_model import AnyRow, Patients
from tisstats.bounds.joint_search import Included, Joint, JointSearch, Objective, Values
from tisstats.bounds.row_bounds import objective_of, row_optimum, to_unit
from tisstats.bounds.row_model import SortedRow
from tisstats.bounds.rows import CORE
from tisstats.bounds.solving import within
from tisstats.bounds.witness import Witness, end_scores, violations
from tisstats.ledger.published import PublishedFacts
from tisstats.measures.core_set import RESPONSE_CUTOFFS
from tisstats.statistics._arguments import one_of

SHARP, OUTER = "sharp", "outer"

#: What the models of a bound are.
ROW, JOINT = "row", "joint"


@dataclass(frozen=True, slots=True)
class Bound:
    """The minimum or maximum of a quantity over all cohorts that meet the assumptions."""

    quantity: str  #: one of `QUANTITIES`
    measure: str | None  #: the measure, or pair of measures; None for the score
    side: str  #: minimum or maximum
    value: Fraction | None  #: exact value, in the quantity's unit; None where there is no bound
    proven: (
        str  #: sharp: `witness` attains it; outer: no cohort goes beyond, perhaps none attains it
    )
    seconds: float  #: processor time it took
    model: str  #: row: one row of Table 2 alone decides; joint: the core set together
    witness: Witness | None  #: a cohort that attains it, where it is sharp

    @property
    def text(self) -> str:
        """The exact value as text: a fraction in lowest terms."""
        return UNBOUNDED if self.value is None else str(self.value)


def prove_bound(
    quantity: str,
    measure: str | None = None,
    side: str = "minimum",
    assumptions: BoundAssumptions | None = None,
    *,
    published: PublishedFacts | None = None,
    search: JointSearch | None = None,
) -> Bound:
    """Prove a bound over all cohorts that meet the printed numbers used and the assumptions.

    Which printed numbers are used is said in data/bounds/README.md.

    Parameters
    ----------
    quantity : str
        One of `QUANTITIES`.
    measure : str, optional
        One of `SCALES` for a quantity of a row; two of the core set joined by `` and `` for a
        correlation; none for a quantity of the score.
    side : {"minimum", "maximum"}
        Lower or upper bound.
    assumptions : BoundAssumptions, optional
        Assumed resolutions of the scales and inferences; ignored with `search`, which has its own.
    published : PublishedFacts, optional
        The printed numbers; by default those of the study.
    search : JointSearch, optional
        Search to reuse, with its cache; by default a new one.

    Raises
    ------
    ValueError
        If there is no such quantity, measure or side, or no cohort meets everything.
    NoProofError
        If the deterministic time limit is reached before a proof.

    Examples
    --------
    >>> found = prove_bound("worsened", "mrs", "maximum")
    >>> found.text, found.proven
    ('4', 'sharp')
    """
    one_of("quantity", quantity, quantities.QUANTITIES)
    one_of("side", side, quantities.SIDES)
    permitted = quantities.measures_of_quantity(quantity)
    if measure not in permitted:
        names = ", ".join(str(name) for name in permitted)
        raise ValueError(f"measure must be one of {names} for {quantity}, got {measure!r}")
    started = time.process_time()
    facts = published or PublishedFacts.read()
    search = search or JointSearch.start(facts, assumptions)
    proof = Prover(search, facts, quantity, measure, side == "maximum")
    prove = {"row": proof.of_row, "pair": proof.of_pair, "score": proof.of_score}
    value, model, witness = prove[quantities.QUANTITIES[quantity].level]()
    proven = OUTER if witness is None else SHARP
    seconds = time.process_time() - started
    return Bound(quantity, measure, side, value, proven, seconds, model, witness)


#: Adds to a model a row that has the value.
RowAdder = Callable[[cp_model.CpModel], AnyRow]

#: Value, the model that decided, and a witness if one was found.
_Result = tuple[Fraction | None, str, Witness | None]


@dataclass(frozen=True, slots=True)
class Prover:
    """The proof of one bound; what it returns as a witness is verified."""

    search: JointSearch
    published: PublishedFacts
    quantity: str
    measure: str | None
    maximise: bool

    def of_row(self) -> _Result:
        """Optimise a row alone, and together with the others where these do not allow the best."""
        measure = str(self.measure)
        problem = self.search.problem(measure)
        alone = row_optimum(problem, self.quantity, maximise=self.maximise)
        witness = self.row_witness(alone.value, alone.values, alone.add_fixed_row)
        if witness is not None or measure not in CORE or alone.whole is None:
            return alone.value, ROW, witness
        return self._jointly(
            *self.row_objective(), lambda whole: to_unit(problem, self.quantity, whole)
        )

    def row_objective(self) -> tuple[Included, Objective]:
        """Return the row and its quantity, to optimise them together with the other rows."""
        measure = str(self.measure)
        problem = self.search.problem(measure)
        return (
            {measure: lambda model: SortedRow(model, problem)},
            lambda _model, _patients, rows: objective_of(
                cast(SortedRow, rows[measure]), self.quantity, maximise=self.maximise
            ),
        )

    def of_score(self) -> _Result:
        """Optimise over the core set of all patients together."""
        objective, unit = SCORE_OBJECTIVES[self.quantity], self.score_unit
        return self._jointly({}, objective, lambda whole: Fraction(whole * unit))

    @property
    def score_unit(self) -> Fraction:
        """What one in the whole number of the objective of a score is worth."""
        if self.quantity in ("tis_major", "tis_zero"):
            return Fraction(1)
        size = self.search.targets.rows[CORE[0]].n
        return quantities.POINTS / (size if self.quantity == "tis_mean" else 1)

    def _jointly(
        self, included: Included, objective: Objective, unit: Callable[[int], Fraction]
    ) -> _Result:
        maximise = self.maximise
        outer = self.search.search(included, objective, maximise=maximise, strict=False)
        if outer is None or outer.objective is None:
            raise ValueError(
                "no cohort is consistent with the printed numbers under these assumptions"
            )
        value = unit(outer.objective)
        return value, JOINT, self.joint_witness(included, objective, outer.objective, value)

    def joint_witness(
        self, included: Included, objective: Objective, whole: int, value: Fraction
    ) -> Witness | None:
        """Find a cohort whose objective reaches a whole number, which stands for the value."""
        inner = self.search.search(
            included, objective, maximise=self.maximise, known_bound=whole, strict=True
        )
        return None if inner is None else self.verify(self.cohort(inner), value)

    def row_witness(
        self, value: Fraction | None, values: Values | None, add_row: RowAdder
    ) -> Witness | None:
        """Verify a row that has the value; for one of the core set, find the cohort around it."""
        measure = str(self.measure)
        if measure in CORE:
            joint = self.search.search({measure: add_row}, strict=True)
            return None if joint is None else self.verify(self.cohort(joint), value)
        if values is None:
            return None
        step = self.search.problem(measure).step
        baselines, ends = (
            {measure: tuple(each * step for each in column)}
            for column in (values.baselines, values.ends)
        )
        return self.verify(Witness(baselines, ends), value)

    def of_pair(self) -> _Result:
        """Search for a cohort whose changes have equal or reversed order in both rows.

        No correlation goes beyond 1 and -1; without such a cohort these remain outer bounds.
        """
        one, other = str(self.measure).split(quantities.AND)
        value = Fraction(1 if self.maximise else -1)
        joint = self.search.search({}, strict=True, orders={one: True, other: self.maximise})
        return value, JOINT, None if joint is None else self.verify(self.cohort(joint), value)

    def verify(self, witness: Witness, value: Fraction | None) -> Witness | None:
        """Verify a witness by plain arithmetic; None if it is not one."""
        holds = not violations(witness, self.published, self.search.assumptions)
        return witness if holds and value in (None, self._value_in(witness)) else None

    def _value_in(self, witness: Witness) -> Fraction:
        measure = str(self.measure)
        match quantities.QUANTITIES[self.quantity].level:
            case "row":
                step = self.search.assumptions.grid(measure).step
                steps = [round(change / step) for change in witness.changes(measure)]
                return quantities.row_values(measure, steps, step)[self.quantity]
            case "pair":
                changes = {name: witness.changes(name) for name in CORE}
                return Fraction(quantities.pair_values(changes)[measure]).limit_denominator(10**6)
        responders = self.search.targets.count("response.responders")
        scores = end_scores(witness, self.search.assumptions.shared)
        return quantities.score_values(scores, responders)[self.quantity]

    def cohort(self, joint: Joint) -> Witness:
        """Assign to every patient of a band one of the changes of that band, row by row."""
        baselines, ends = {}, {}
        for measure, values in joint.rows.items():
            problem = self.search.problem(measure)
            waiting: dict[tuple[int, bool], list[int]] = {}
            for place in range(problem.patients):
                waiting.setdefault(self.search.band_of(measure, values, place), []).append(place)
            if measure in joint.orders:
                places = list(range(problem.patients))[:: 1 if joint.orders[measure] else -1]
            else:
                places = [
                    waiting[patient.bands[measure], measure == "ck" and patient.male].pop()
                    for patient in joint.patients
                ]
            baselines[measure] = tuple(values.baselines[place] * problem.step for place in places)
            ends[measure] = tuple(values.ends[place] * problem.step for place in places)
        return Witness(baselines, ends, tuple(not patient.male for patient in joint.patients))


def _best(
    model: cp_model.CpModel, patients: Patients, _rows: Mapping[str, AnyRow]
) -> cp_model.LinearExprT:
    best = model.new_int_var(0, _TOP, "")
    model.add_max_equality(best, patients.scores)
    return best


def _counting(low: int, high: int) -> Objective:
    """Count the scores between two numbers of units."""
    return lambda model, patients, _rows: sum(
        [within(model, score, low, high) for score in patients.scores]
    )


_TOP = round(100 / quantities.POINTS)

#: Objective of each quantity of the score; patients are in order of their course and score.
SCORE_OBJECTIVES: dict[str, Objective] = {
    "tis_mean": lambda _model, patients, _rows: sum(patients.scores),
    "tis_median": lambda _model, patients, _rows: patients.scores[patients.size // 2],
    "tis_max": _best,
    "tis_min": lambda _model, patients, _rows: patients.scores[-1],
    "tis_min_responder": lambda _model, patients, _rows: patients.scores[patients.responders - 1],
    "tis_major": _counting(round(RESPONSE_CUTOFFS["adult"]["major"] / quantities.POINTS), _TOP),
    "tis_zero": _counting(0, 0),
}
