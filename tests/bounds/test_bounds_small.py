"""The models of the bounds against every cohort there is, where there are few."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations_with_replacement, permutations, product
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("ortools")

from tisstats.bounds import BoundAssumptions, joint_model, joint_search
from tisstats.bounds.files import UNBOUNDED, read_bounds, read_sensitivity
from tisstats.bounds.joint_search import JointSearch
from tisstats.bounds.ranked_model import rank_patterns
from tisstats.bounds.row_bounds import row_optimum
from tisstats.bounds.rows import RowProblem, ValueCount
from tisstats.forensics.printed_quartiles import PrintedQuartile
from tisstats.printed import parse

ROW_QUANTITIES = ("exact_p", "hodges_lehmann", "mean_change", "improved", "unchanged", "worsened")


def asked(order, part, low, high):
    """Return a quartile in quarters of a step."""
    return PrintedQuartile("median", parse("0"), order, 4 - part, part, low, high)


def quarters(values, order, part):
    """Quartile of sorted values times four, straight from the definition."""
    above = values[order] if part else 0
    return (4 - part) * values[order - 1] + part * above


def places(n):
    return [divmod((n + 1) * quarter, 4) for quarter in (1, 2, 3)]


def midranks(sizes):
    """Doubled mid-ranks by counting."""
    return [sum(o < s for o in sizes) + sum(o <= s for o in sizes) + 1 for s in sizes]


def abs_z(changes):
    used = [c for c in changes if c]
    if not used:
        return None
    ranks = midranks([abs(c) for c in used])
    plus = sum(r for c, r in zip(used, ranks, strict=True) if c > 0)
    mean, variance = sum(ranks) / 2, sum(r * r for r in ranks) / 4
    return abs(plus - mean) / math.sqrt(variance)


def exact_p(changes):
    used = [c for c in changes if c]
    ranks = midranks([abs(c) for c in used])
    plus = sum(r for c, r in zip(used, ranks, strict=True) if c > 0)
    tail = min(plus, sum(ranks) - plus)
    all_sums = [
        sum(r for r, s in zip(ranks, signs, strict=True) if s)
        for signs in product((0, 1), repeat=len(ranks))
    ]
    return min(Fraction(1), Fraction(2 * sum(s <= tail for s in all_sums), len(all_sums)))


def walsh_median(changes):
    averages = sorted(
        Fraction(changes[i] + changes[j], 2) for i in range(len(changes)) for j in range(i + 1)
    )
    middle = len(averages) // 2
    return (averages[middle] + averages[~middle]) / 2


def value(quantity, problem, changes):
    sign = 1 if problem.higher_is_better else -1
    match quantity:
        case "exact_p":
            return exact_p(changes)
        case "hodges_lehmann":
            return walsh_median(changes) * problem.step
        case "mean_change":
            return Fraction(sum(changes), len(changes)) * problem.step
        case "improved":
            return sum(sign * c > 0 for c in changes)
        case "worsened":
            return sum(sign * c < 0 for c in changes)
    return sum(c == 0 for c in changes)


def meets(problem, pairs):
    columns = {
        "baseline": [b for b, _ in pairs],
        "end": [e for _, e in pairs],
        "change": [e - b for b, e in pairs],
    }
    if max(columns["baseline"]) > problem.baseline_high:
        return False
    if max(columns["change"]) > problem.change_high:
        return False
    for time, quartiles in problem.quartiles.items():
        ordered = sorted(columns[time])
        if any(not q.low <= quarters(ordered, q.rank, q.weight_upper) <= q.high for q in quartiles):
            return False
    for each in problem.value_counts:
        if not each.fewest <= columns[each.time].count(each.value) <= each.most:
            return False
    z = abs_z(columns["change"])
    return z is not None and problem.z_low < z <= problem.z_high


def every_cohort(problem):
    levels = range(problem.low, problem.high + 1)
    for pairs in combinations_with_replacement(list(product(levels, levels)), problem.patients):
        if meets(problem, pairs):
            yield [e - b for b, e in pairs]


def drawn_problem(seed, n, high, *, one_sided=False):
    """A row around a random cohort, so that it has a solution."""
    rng = np.random.default_rng(seed)
    while True:
        baseline = rng.integers(0, high + 1, n).tolist()
        end = rng.integers(0, high + 1, n).tolist()
        change = [e - b for b, e in zip(baseline, end, strict=True)]
        if any(change):
            break
    quartiles = {}
    for time, values in (("baseline", baseline), ("end", end), ("change", change)):
        found = []
        for order, part in places(n):
            exact = quarters(sorted(values), order, part)
            slack = int(rng.integers(0, 5))
            found.append(asked(order, part, exact - slack, exact + slack))
        quartiles[time] = tuple(found)
    z = abs_z(change)
    return RowProblem(
        measure="tiny",
        patients=n,
        step=Fraction(1, 2),
        low=0,
        high=high,
        higher_is_better=bool(rng.integers(2)),
        quartiles=quartiles,
        z_low=max(z - 0.4, 0) - 0.01,
        z_high=math.inf if one_sided else z + 0.4,
        baseline_high=high if rng.integers(2) else max(baseline),
        change_high=max(change) if rng.integers(2) else high,
        value_counts=(ValueCount("end", end[0], 1, n),) if rng.integers(2) else (),
    )


@pytest.mark.parametrize(
    ("seed", "n", "high"),
    [(1, 4, 4), (2, 4, 5), (3, 5, 3), (4, 5, 3), (5, 6, 2), (6, 6, 2), (7, 7, 2), (8, 3, 6)],
)
@pytest.mark.parametrize("one_sided", [False, True])
def test_a_row_is_bounded_as_by_looking_at_every_cohort(seed, n, high, one_sided):
    problem = drawn_problem(seed, n, high, one_sided=one_sided)
    cohorts = list(every_cohort(problem))
    for quantity in ROW_QUANTITIES:
        values = [value(quantity, problem, changes) for changes in cohorts]
        for maximise, expected in ((False, min(values)), (True, max(values))):
            found = row_optimum(problem, quantity, maximise=maximise)
            assert found.value == expected, (quantity, maximise)
            witness = list(zip(found.values.baselines, found.values.ends, strict=True))
            assert meets(problem, witness)
            assert value(quantity, problem, found.values.changes) == expected


@pytest.mark.parametrize("maximise", [False, True])
def test_patterns_of_ties_are_all_there_and_in_order(maximise):
    """Against all samples of few differences: P values, and the order from the best on."""
    wide = RowProblem(
        measure="tiny",
        patients=5,
        step=Fraction(1),
        low=0,
        high=5,
        higher_is_better=True,
        quartiles={},
        z_low=0.5,
        z_high=1.9,
        baseline_high=5,
        change_high=5,
    )
    listed = rank_patterns(wide, maximise=maximise)
    expected = set()
    for changes in combinations_with_replacement(range(-5, 6), 5):
        if any(changes) and wide.z_low < abs_z(changes) <= wide.z_high:
            ranks = midranks([abs(c) for c in changes if c])
            padded = (*[0] * changes.count(0), *sorted(ranks))
            expected.add((exact_p(changes), padded))
    found = {
        (Fraction(int(p), 2**5), tuple(ranks))
        for p, ranks in zip(listed.p, listed.ranks.tolist(), strict=True)
    }
    # The list may hold more: no zero is forced on it. Nothing may be missing.
    assert expected == found
    steps = np.diff(listed.p) * (-1 if maximise else 1)
    assert (steps >= 0).all()


def test_a_short_list_of_patterns_leaves_out_the_worst_only():
    problem = drawn_problem(3, 5, 3, one_sided=True)
    whole = rank_patterns(problem, maximise=False)
    short = rank_patterns(problem, maximise=False, limit=7)
    assert 0 < len(short) < len(whole)
    assert short.p.tolist() == whole.p[: len(short)].tolist()
    assert whole.p[len(short)] > short.p[-1]


#: Three measures, three patients: with n = 3 the quartiles are the changes themselves.
FEW = ("physician_global", "mmt", "extramuscular")


def few_targets(ranges):
    rows = {
        measure: SimpleNamespace(
            n=3,
            quartiles={
                "change": tuple(
                    asked(order, 0, 4 * low, 4 * high)
                    for order, (low, high) in enumerate(spans, start=1)
                )
            },
            p=SimpleNamespace(printed=parse("0.5"), z_low=0.3, z_high=1.7),
        )
        for measure, spans in ranges.items()
    }
    counts = {
        "response.responders": 1,
        "response.minimal": 2,
        "table1.females.all.count": 2,
        "design.responder_score": 40,
        "design.minimal_score": 20,
        "design.minimal_muscle_loss": 10,
    }
    return SimpleNamespace(rows=rows, count=counts.__getitem__)


@pytest.mark.parametrize(
    "ranges",
    [
        {
            "physician_global": [(-45, -38), (-18, -14), (-7, 3)],
            "mmt": [(-3, 7), (24, 29), (75, 80)],
            "extramuscular": [(-43, -40), (-16, -14), (-6, 2)],
        },
        {
            "physician_global": [(-27, -24), (-7, -5), (-6, 4)],
            "mmt": [(1, 7), (50, 54), (77, 80)],
            "extramuscular": [(-41, -39), (-27, -25), (-17, -3)],
        },
    ],
)
def test_joint_bounds_are_those_of_every_assignment_to_patients(monkeypatch, ranges):
    monkeypatch.setattr(joint_model, "CORE", FEW)
    monkeypatch.setattr(joint_search, "CORE", FEW)
    assumptions = BoundAssumptions()

    def points(measure, change):
        gain = change if measure == "mmt" else -change
        steps = joint_model.point_steps(measure, assumptions)
        return sum(
            rise for cut, rise in zip(steps.thresholds, steps.rises, strict=True) if gain >= cut
        )

    rows = {}
    for measure, spans in ranges.items():
        top = 19 if measure == "extramuscular" else 260
        rows[measure] = {
            tuple(points(measure, c) for c in changes)
            for changes in product(*(range(low, high + 1) for low, high in spans))
            if list(changes) == sorted(changes)
            and max(changes) <= top
            and abs_z(changes) is not None
            and 0.3 < abs_z(changes) <= 1.7
        }
    totals, bests = set(), set()
    for one, two, three in product(*(rows[measure] for measure in FEW)):
        for second in permutations(two):
            for third in permutations(three):
                scores = sorted(map(sum, zip(one, second, third, strict=True)), reverse=True)
                if scores[0] >= 16 > scores[1] >= 8 > scores[2]:
                    totals.add(sum(scores))
                    bests.add(scores[0])
    assert totals
    search = JointSearch(few_targets(ranges), assumptions)
    for objective, values in (
        (lambda _model, patients, _rows: sum(patients.scores), totals),
        (lambda _model, patients, _rows: patients.scores[0], bests),
    ):
        for maximise, expected in ((False, min(values)), (True, max(values))):
            found = search.search({}, objective, maximise=maximise, strict=False)
            assert found is not None
            assert found.objective == expected


def test_cohorts_that_cannot_be_are_said_not_to_be(monkeypatch):
    monkeypatch.setattr(joint_model, "CORE", FEW)
    monkeypatch.setattr(joint_search, "CORE", FEW)
    still = {key: [(-1, 0), (0, 1), (1, 2)] for key in FEW}
    assert JointSearch(few_targets(still), BoundAssumptions()).search({}, strict=False) is None


def test_what_is_unbounded_is_infinite_on_its_side():
    for table in (read_bounds(), read_sensitivity()):
        unbounded = table["value"] == UNBOUNDED
        assert unbounded.any()
        sides = table["side"].map({"minimum": -1, "maximum": 1})
        assert np.isposinf((table["number"] * sides)[unbounded]).all()
        assert np.isfinite(table["number"][~unbounded]).all()
