"""The committed bounds: complete, some proved again, and around the synthetic cohorts."""

from __future__ import annotations

import csv
import math
import subprocess
import sys
from bisect import bisect_left
from dataclasses import replace
from fractions import Fraction
from functools import cache, partial
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import norm, rankdata, wilcoxon

pytest.importorskip("ortools")

from tests.bounds.witness_checker import WITNESSES, Key, as_cohort
from tests.cases import some
from tisstats.bounds import (
    ALTERNATIVES,
    QUANTITIES,
    SIDES,
    BoundAssumptions,
    ensemble_spread,
    join_spread,
    measures_of_quantity,
    prove_bound,
    read_bounds,
    read_sensitivity,
)
from tisstats.bounds.command import tasks
from tisstats.bounds.files import COLUMNS, SCORE
from tisstats.bounds.joint_model import point_steps
from tisstats.bounds.joint_search import JointSearch
from tisstats.bounds.row_bounds import row_optimum
from tisstats.bounds.row_model import scaled_window
from tisstats.bounds.rows import CORE, row_problem
from tisstats.bounds.spread import cohort_values
from tisstats.bounds.witness import Witness, violations
from tisstats.cli import main
from tisstats.lim2021.scales import SCALES
from tisstats.measures import score_visits
from tisstats.printed import matches_print
from tisstats.synthetic import Ensemble
from tisstats.synthetic.targets import Targets

#: A solver's proof may take this long, seconds.
ALLOWED = 120


@pytest.fixture(scope="module")
def bounds():
    return read_bounds()


@pytest.fixture(scope="module")
def search(published):
    return JointSearch.start(published)


@pytest.fixture(scope="module")
def prove(search, published):
    """A function that proves a bound of the main analysis, each once."""
    return cache(partial(prove_bound, published=published, search=search))


def test_every_quantity_is_bounded_on_both_sides(bounds):
    expected = [
        (name, measure or SCORE, side)
        for name in QUANTITIES
        for measure in measures_of_quantity(name)
        for side in SIDES
    ]
    assert list(bounds[["quantity", "measure", "side"]].itertuples(index=False)) == expected


def test_the_minimum_is_at_most_the_maximum_and_took_less_than_two_minutes(bounds):
    sides = bounds.pivot(index=["quantity", "measure"], columns="side", values="number")
    assert (sides["minimum"] <= sides["maximum"]).all()
    assert bounds["seconds"].max() < ALLOWED


def test_only_means_on_scales_without_upper_end_are_unbounded(bounds):
    free = bounds[~bounds["number"].abs().lt(math.inf)]
    assert set(free["quantity"]) == {"mean_change"}
    assert set(free["measure"]) == {m for m, scale in SCALES.items() if scale.high is None}


@pytest.mark.parametrize(
    ("quantity", "measure", "side"),
    [
        ("exact_p", "mrs", "minimum"),
        ("exact_p", "swallowing", "maximum"),
        ("hodges_lehmann", "psoas", "maximum"),
        ("mean_change", "swallowing", "minimum"),
        ("mean_change", "deltoid", "maximum"),
        ("worsened", "psoas", "minimum"),
        ("improved", "psoas", "minimum"),
        ("unchanged", "ck", "maximum"),
        ("unchanged", "extramuscular", "maximum"),
        ("tis_median", None, "minimum"),
        ("spearman", "mmt and haq", "minimum"),
    ],
)
def test_a_bound_proved_again_is_the_committed_one(
    bounds, prove, published, quantity, measure, side
):
    found = prove(quantity, measure, side)
    row = bounds[
        (bounds["quantity"] == quantity)
        & (bounds["measure"] == (measure or SCORE))
        & (bounds["side"] == side)
    ].iloc[0]
    assert (found.text, found.proven, found.model) == (row["value"], row["proven"], row["model"])
    assert found.seconds < ALLOWED
    assert found.witness is not None
    for name in found.witness.ends:
        check_row(found.witness, name, published)
    if found.witness.has_core_set:
        check_scores(found.witness, published)


@pytest.mark.parametrize(
    ("alternative", "quantity", "measure", "side"),
    [
        ("bedridden_has_mrs_5", "exact_p", "mrs", "maximum"),
        ("swallowing_follows_dysphagia", "unchanged", "swallowing", "maximum"),
        ("force_step_1_6", "hodges_lehmann", "psoas", "minimum"),
        ("haq_incomplete", "worsened", "haq", "maximum"),
    ],
)
def test_a_bound_with_an_altered_assumption_proved_again_is_the_committed_one(
    published, alternative, quantity, measure, side
):
    table = read_sensitivity().set_index(["alternative", "quantity", "measure", "side"])
    found = prove_bound(
        quantity, measure, side, ALTERNATIVES[alternative].assumptions, published=published
    )
    row = table.loc[alternative, quantity, measure, side]
    assert (found.text, found.proven, found.model) == (row["value"], row["proven"], row["model"])
    for name in found.witness.ends:
        check_row(found.witness, name, published)


def test_what_only_an_altered_assumption_allows_is_no_witness(published):
    """A cohort of the altered assumption breaks the assumption, and nothing else."""
    alternative = ALTERNATIVES["swallowing_follows_dysphagia"]
    baselines, ends = (
        (*[7] * 1, *[8] * 8, *[9] * 4, *[10] * 6),
        (10,) * 19,
    )
    swallowing = Witness(
        {"swallowing": tuple(map(Fraction, baselines))}, {"swallowing": tuple(map(Fraction, ends))}
    )
    strict, free = (
        {fault.partition(":")[0] for fault in violations(swallowing, published, assumptions)}
        for assumptions in (BoundAssumptions(), alternative.assumptions)
    )
    assert strict - free == {"swallowing"}
    assert free < strict


def check_row(witness, measure, published):
    """By definition of the quartiles at n = 19 or 18, and by SciPy's signed rank."""
    changes = [float(change) for change in witness.changes(measure)]
    columns = {
        "baseline": witness.baselines[measure],
        "end": witness.ends[measure],
        "change": witness.changes(measure),
    }
    for time, values in columns.items():
        ordered, n = sorted(values), len(values)
        for name, quarter in (("q1", 1), ("median", 2), ("q3", 3)):
            at, part = divmod((n + 1) * quarter, 4)
            here = ordered[at - 1] + Fraction(part, 4) * (ordered[min(at, n - 1)] - ordered[at - 1])
            assert matches_print(here, published.printed(f"table2.{measure}.{time}.{name}"))
    p = wilcoxon(changes, method="asymptotic", correction=False).pvalue
    assert matches_print(float(p), published.printed(f"table2.{measure}.change.p"))


def check_scores(witness, published):
    """Points counted in exact fractions, and the definition of worsening in words."""
    cuts = {"mmt": (2, 10, 20, 30)}
    points = {
        "physician_global": (0, 7.5, 15, 17.5, 20),
        "patient_global": (0, 2.5, 5, 7.5, 10),
        "mmt": (0, 10, 20, 27.5, 32.5),
        "haq": (0, 5, 7.5, 7.5, 10),
        "ck": (0, 2.5, 5, 7.5, 7.5),
        "extramuscular": (0, 7.5, 12.5, 15, 20),
    }
    scores = []
    for patient, female in enumerate(witness.female):
        spans = {"mmt": 260, "haq": 3, "ck": 15 * (145 if female else 171)}
        score, worse = 0, {}
        for measure, ladder in points.items():
            b, e = witness.baselines[measure][patient], witness.ends[measure][patient]
            gain = (e - b) if measure == "mmt" else (b - e)
            percent = 100 * gain / spans.get(measure, 10)
            score += ladder[sum(percent > cut for cut in cuts.get(measure, (5, 15, 25, 40)))]
            worse[measure] = 100 * -gain / b if b else 0
            if measure == "extramuscular":
                assert -gain < 2
            if measure == "physician_global":
                fallen = -gain
        assert sum(share >= 30 for share in worse.values()) < 3
        assert not (fallen >= 2 and worse["mmt"] >= 20)
        scores.append(score)
    assert sum(score >= 40 for score in scores) == published.count("response.responders")
    assert sum(score >= 20 for score in scores) == published.count("response.minimal")


def test_an_exact_p_agrees_with_the_exhaustion_over_changes_alone(bounds, checkout):
    """Another program goes through all changes, without baselines and ends: never narrower."""
    with (checkout / "data/bounds/table2_p_ranges.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "exact-given-printed"]
    ours = bounds[bounds["quantity"] == "exact_p"].pivot(
        index="measure", columns="side", values="number"
    )
    assert {row["measure"] for row in rows} == set(ours.index)
    narrower = set()
    for row in rows:
        minimum, maximum = ours.loc[row["measure"], ["minimum", "maximum"]]
        low, high = float(row["low"]), float(row["high"])
        assert low <= minimum * (1 + 1e-12)
        assert maximum <= high * (1 + 1e-12)
        if minimum > low * (1 + 1e-9) or maximum < high * (1 - 1e-9):
            narrower.add(row["measure"])
    # Here the quartiles of baseline and end leave out what the changes alone would allow.
    assert narrower == {"physician_global"}


def test_cohorts_of_the_ensemble_lie_within_the_bounds(bounds):
    ensemble = Ensemble.read()
    number = len(some(range(len(ensemble)), 150))
    beside = join_spread(bounds, ensemble_spread(ensemble, n_cohorts=number))
    assert len(beside) == len(bounds) // 2
    slack = 1e-9
    wrong = beside[
        (beside["ensemble_min"] < beside["minimum"] - slack)
        | (beside["ensemble_max"] > beside["maximum"] + slack)
    ]
    assert wrong.empty, wrong
    assert not beside[["ensemble_min", "ensemble_max"]].isna().any().any()


def test_the_values_of_a_cohort_are_those_that_scipy_gives():
    cohort = Ensemble.read().cohort(0)
    values = dict(cohort_values(cohort))
    for column, measure in enumerate(SCALES):
        pairs = [
            (before, after)
            for before, after in zip(cohort.baseline[:, column], cohort.end[:, column], strict=True)
            if before >= 0 and after >= 0
        ]
        changes = [int(after - before) for before, after in pairs]
        step = float(SCALES[measure].step)
        assert values["mean_change", measure] == pytest.approx(step * sum(changes) / len(changes))
        ranks = rankdata([abs(change) for change in changes if change])
        signs = [change > 0 for change in changes if change]
        plus = sum(rank for rank, sign in zip(ranks, signs, strict=True) if sign)
        distribution = {0.0: 1}
        for rank in ranks:
            grown = dict(distribution)
            for total, ways in distribution.items():
                grown[total + rank] = grown.get(total + rank, 0) + ways
            distribution = grown
        tail = min(plus, sum(ranks) - plus)
        below = sum(ways for total, ways in distribution.items() if total <= tail)
        assert values["exact_p", measure] == pytest.approx(min(1, 2 * below / 2 ** len(ranks)))


def test_no_reachable_statistic_lies_between_a_window_and_its_whole_numbers(search):
    """The models compare whole numbers; nothing that can occur is on the wrong side of a limit."""
    for measure in SCALES:
        problem = search.problem(measure)
        low, high = scaled_window(problem.z_low, problem.z_high)
        for used in range(1, problem.patients + 1):
            base = 2 * used * (used + 1) * (2 * used + 1)
            for ties in range(0, used**3 - used + 1, 6):
                variance = base - ties
                for z, limit in ((problem.z_low, low), (problem.z_high, high)):
                    if limit is None:
                        continue
                    distance = math.isqrt(round(z * z * variance / 12))
                    for s in (distance - 1, distance, distance + 1):
                        whole = 12 * 10**6 * s * s >= limit * variance
                        if limit == high:
                            whole = 12 * 10**6 * s * s <= limit * variance
                            assert whole == (12 * s * s <= z * z * variance)
                        else:
                            assert whole == (12 * s * s > z * z * variance)


def test_the_windows_are_those_of_the_printed_p(published):
    targets = Targets.read(published)
    for measure in SCALES:
        printed = published.printed(f"table2.{measure}.change.p")
        problem = row_problem(measure, targets, BoundAssumptions())
        for z in (problem.z_low + 1e-6, min(problem.z_high, 50) - 1e-6):
            assert matches_print(2 * float(norm.sf(z)), printed)
        assert not matches_print(2 * float(norm.sf(problem.z_low - 1e-6)), printed)


@pytest.mark.parametrize(
    ("quantity", "measure", "maximise"),
    [
        *product(["hodges_lehmann"], ["ck"], [False, True]),
        *product(["worsened"], ["biceps"], [False, True]),
        *product(["exact_p"], ["deltoid"], [False, True]),
    ],
)
def test_how_far_the_search_goes_on_an_endless_scale_does_not_matter(
    bounds, search, quantity, measure, maximise
):
    """With the usual ends it finds the committed bounds; of a P value that takes long."""
    problem = search.problem(measure)
    further = replace(
        problem,
        high=3 * problem.high,
        baseline_high=3 * problem.high,
        change_high=3 * problem.high,
    )
    side = "maximum" if maximise else "minimum"
    usual = bounds.set_index(["quantity", "measure", "side"]).loc[quantity, measure, side]
    for each in [further] if quantity == "exact_p" else [problem, further]:
        assert str(row_optimum(each, quantity, maximise=maximise).value) == usual["value"]


def test_a_cut_belongs_to_its_lower_band():
    # 5% of 10 cm are 5 mm: 6 mm are more. 5% of 15 x 145 U/L are 108.75 U/L.
    assert point_steps("physician_global", BoundAssumptions()).thresholds == (6, 16, 26, 41)
    assert point_steps("mmt", BoundAssumptions()).thresholds == (6, 27, 53, 79)
    assert point_steps("ck", BoundAssumptions(), "female").thresholds == (109, 327, 544, 871)
    assert point_steps("ck", BoundAssumptions(), "male").thresholds == (129, 385, 642, 1027)


def test_a_spoiled_witness_is_none(published):
    witness = as_cohort(WITNESSES[Key("", "worsened", "haq", "minimum")])
    assert violations(witness, published, BoundAssumptions()) == []
    worse = dict(witness.ends)
    worse["extramuscular"] = tuple(
        min(Fraction(10), value + 3) for value in witness.baselines["extramuscular"]
    )
    spoiled = Witness(witness.baselines, worse, witness.female)
    told = violations(spoiled, published, BoundAssumptions())
    assert any("worsening" in fault for fault in told)
    assert any(fault.startswith("table2.extramuscular.end") for fault in told)


def week_scores(witness, patient, weeks):
    """Score the visits of one patient, core set values by week; the first is the baseline."""
    frame = pd.DataFrame(list(weeks.values())).astype(float)
    frame = frame.assign(
        patient_id=1, week=list(weeks), ck_uln=145 if witness.female[patient] else 171
    )
    scored = score_visits(frame, mmt_max=260, uln={"ck": "ck_uln"})
    return dict(zip(scored["week"], scored["tis"], strict=True))


def on_the_way(witness, patient, before):
    """Improve one measure after the other, step by step, until the score is 20; None if never."""
    best = dict.fromkeys(CORE, 0) | {"mmt": 260, "ck": 1}
    here = dict(before)
    for measure in CORE:
        sign = 1 if measure == "mmt" else -1
        low, high = 0, int(abs(best[measure] - here[measure]) / SCALES[measure].step)
        there = [
            {**here, measure: here[measure] + sign * many * SCALES[measure].step}
            for many in range(low, high + 1)
        ]
        found = bisect_left(
            there, 20, key=lambda v: week_scores(witness, patient, {0: before, 3: v})[3]
        )
        if found < len(there):
            return there[found]
        here = there[-1]
    return None


def test_visits_in_between_can_be_chosen_for_a_witness(prove, published):
    """The README says so of weeks: first responses, the rest by week 9, and three losses."""
    witness = prove("tis_median", None, "minimum").witness
    rows = [
        ({m: witness.baselines[m][p] for m in CORE}, {m: witness.ends[m][p] for m in CORE})
        for p in range(19)
    ]
    final = {p: week_scores(witness, p, {0: b, 9: e})[9] for p, (b, e) in enumerate(rows)}
    order = sorted(final, key=lambda patient: -final[patient])
    first = dict(zip(order[:9], [3] * 6 + [4, 6, 9], strict=True))
    lost, courses = 0, []
    for patient, (before, end) in enumerate(rows):
        weeks = {week: end if week >= first.get(patient, 9) else before for week in (3, 4, 6)}
        if patient not in first and lost < published.count("response.minimal_lost"):
            between = on_the_way(witness, patient, before)
            if between is not None:
                lost += 1
                weeks = {3: between, 4: end, 6: end}
        courses.append(week_scores(witness, patient, {0: before, **weeks, 9: end}))
    reached = [
        min((week for week, score in course.items() if score >= 40), default=None)
        for course in courses
    ]
    for week in (3, 4, 6):
        assert reached.count(week) == published.count(f"response.moderate_week_{week}")
    assert reached.count(None) == 11
    assert sum(course[9] >= 20 for course in courses) == 9
    transient = [c for c in courses if c[3] >= 20 > max(c[4], c[6], c[9])]
    assert len(transient) == published.count("response.minimal_lost")
    assert all(course[3] < 40 for course in transient)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("exact", "mmt", "minimum"), "quantity must be one of exact_p"),
        (("exact_p", "grip", "minimum"), "measure must be one of physician_global"),
        (("exact_p", None, "minimum"), "measure must be one of physician_global"),
        (("tis_mean", "mmt", "minimum"), "measure must be one of None"),
        (("exact_p", "mmt", "lowest"), "side must be one of minimum, maximum"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(arguments, told):
    with pytest.raises(ValueError, match=told):
        prove_bound(*arguments)


def test_the_command_writes_what_is_asked_and_keeps_the_rest(tmp_path, capsys):
    target = tmp_path / "bounds.csv"
    assert main(["bounds", "-o", str(target), "--only", "worsened:mrs"]) == 0
    assert main(["bounds", "-o", str(target), "--only", "unchanged:mrs"]) == 0
    table = pd.read_csv(target)
    assert list(table.columns) == list(COLUMNS)
    assert table["quantity"].tolist() == ["unchanged", "unchanged", "worsened", "worsened"]
    assert "2/2 maximum unchanged of mrs: 13 (sharp" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["bounds.csv"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["-o", "bounds.csv", "--only", "grip"],
            "bound must name a quantity, one of exact",
        ),
        (
            ["-o", "bounds.csv", "--sensitivity", "--only", "worsened"],
            "bound must name an alternative, one of eq_vas_step_1",
        ),
        (["-o", "/nowhere/at/all.csv"], "/nowhere/at/all.csv: there is no such folder"),
        (["-o", "/nowhere/all.csv", "--p-values"], "/nowhere/all.csv: there is no such folder"),
        pytest.param(
            ["-o", "/proc/self/bounds.csv"],
            "/proc/self/bounds.csv: cannot be written: the folder permits no new files (",
            marks=pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no folder of Linux"),
        ),
        (["-o", "bounds.xlsx"], "bounds.xlsx: the table is CSV; name a file with the ending .csv"),
        (["-o", "-", "--p-values"], "-: the table is CSV; name a file with the ending .csv"),
        (
            ["-o", "p.csv", "--p-values", "--only", "mrs"],
            "--only cannot be combined with --p-values",
        ),
    ],
)
def test_wrong_usage_is_reported(arguments, message, capsys):
    assert main(["bounds", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"tisstats bounds: {message}")


def test_a_table_must_be_named_and_be_one(capsys):
    for arguments in ([], ["-o", "x.csv", "--p-values", "--sensitivity"]):
        with pytest.raises(SystemExit) as exit_:
            main(["bounds", *arguments])
        assert exit_.value.code == 2
        assert "error:" in capsys.readouterr().err


def test_a_quantity_stands_for_all_its_measures():
    assert len(tasks(["exact_p"])) == 2 * len(SCALES)
    assert len(tasks(["spearman:mmt and haq"])) == 2


WITHOUT_SOLVER = """
import sys
sys.modules["ortools"] = None
from tisstats.bounds import read_bounds
from tisstats.cli import main
assert len(read_bounds()) > 0
try:
    from tisstats.bounds import prove_bound
except ModuleNotFoundError as missing:
    print(missing)
sys.exit(main(["bounds", "-o", sys.argv[1]]))
"""


def test_without_the_solver_bounds_are_read_and_a_line_says_what_is_missing(tmp_path):
    target = tmp_path / "bounds.csv"
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_SOLVER, str(target)],
        capture_output=True,
        text=True,
        check=False,
    )
    line = "proving bounds needs OR-tools: pip install ortools"
    named, extra = done.stderr.splitlines()
    assert (done.returncode, done.stdout, named) == (2, f"{line}\n", f"tisstats bounds: {line}")
    assert "'.[bounds]'" in extra
    assert not target.exists()
