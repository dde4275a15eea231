"""Responses under combinations of choices, against a patient-by-patient count over the files."""

import math
import random
from fractions import Fraction
from functools import cache, partial

import numpy as np
import pytest
from scipy.stats import beta

from tests.trial.slow_study import slow_scores
from tests.trial.studies import make_study, read_csv
from tisstats.trial import response_specifications
from tisstats.trial.courses import Courses
from tisstats.trial.endpoint_definition import Endpoint
from tisstats.trial.response_specifications import (
    Counts,
    Inference,
    ResponseCohort,
    curve_of_counts,
)
from tisstats.trial.specifications import Choice, Level
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_specifications import StudySpecifications

WEEKS = (0, 4, 12, 24)
ONE_WEEK = [Choice.of("Week", "week", {24: "week 24"})]


def slow_status(visits, stop, rescue, settings):
    """Return True, False, None (open) or "excluded" of a patient, by the rules in words."""
    week, threshold = Fraction(str(settings["week"])), Fraction(str(settings["threshold"]))
    strategy, kind = settings["intercurrent"], settings["kind"]
    # An event in the week of a visit comes after it.
    events = [event for event in (stop, rescue) if event is not None and event < week]
    if strategy == "composite" and events:
        return False
    counted = {at: score for at, score in visits.items() if 0 < at <= week}
    if strategy in ("while on treatment", "hypothetical") and events:
        counted = {at: score for at, score in counted.items() if at <= min(events)}
    on_treatment = strategy == "while on treatment" and bool(events)

    def met(at):
        low, high = counted[at] or (0, 100)
        return True if low >= threshold else False if high < threshold else None

    if kind == "at week":
        wanted = max(counted, default=None) if on_treatment else week
        answer = met(wanted) if wanted in counted else None
    else:
        found = [met(at) for at in counted]
        answer = True if True in found else None if None in found or not found else False
        followed = any(at >= week for at in counted)
        if answer is False and settings["early_end"] == "missing" and not followed:
            answer = False if on_treatment else None
    if strategy == "hypothetical" and events and not (kind == "best" and answer is True):
        return "excluded"
    return answer


@cache
def slow_rows(folder, mmt_max):
    """Patients, scores and weeks of rescue from the files, read once for all combinations."""
    scores = slow_scores(folder, mmt_max, WEEKS)
    rescue = {
        row["patient_id"]: Fraction(row["week"])
        for row in read_csv(folder / "synthetic_treatments.csv")
        if row["treatment"] == "rescue"
    }
    return read_csv(folder / "synthetic_patients.csv"), scores, rescue


def slow_counts(folder, mmt_max, settings, arm):
    rows, scores, rescue = slow_rows(folder, mmt_max)
    responders = patients = 0
    for row in rows:
        if row["arm"] != arm:
            continue
        name = row["patient_id"]
        stop = Fraction(row["stop_week"]) if row["stop_week"] else None
        status = slow_status(scores[name], stop, rescue.get(name), settings)
        if status == "excluded":
            continue
        if status is None:
            if settings["missing"] == "unknown":
                continue
            status = settings["missing"] == "best case"
        if settings["denominator"] == "followed" and not scores[name]:
            continue
        responders, patients = responders + status, patients + 1
    return responders, patients


def slow_fisher(first, of_first, second, of_second):
    both, trials = first + second, of_first + of_second

    def weight(k):
        return math.comb(of_first, k) * math.comb(of_second, both - k)

    possible = range(max(0, both - of_second), min(of_first, both) + 1)
    return float(
        Fraction(
            sum(weight(k) for k in possible if weight(k) <= weight(first)),
            math.comb(trials, both),
        )
    )


def slow_wilson(count, of):
    z = 1.959963984540054
    centre = (count + z * z / 2) / (of + z * z)
    half = z / (of + z * z) * math.sqrt(count * (of - count) / of + z * z / 4)
    return centre - half, centre + half


def slow_newcombe(first, of_first, second, of_second):
    p, q = first / of_first, second / of_second
    (low_1, high_1), (low_2, high_2) = slow_wilson(first, of_first), slow_wilson(second, of_second)
    return (
        p - q - math.hypot(p - low_1, high_2 - q),
        p - q + math.hypot(high_1 - p, q - low_2),
    )


def slow_clopper_pearson(count, of):
    low = beta.ppf(0.025, count, of - count + 1) if count else 0.0
    high = beta.ppf(0.975, count + 1, of - count) if count < of else 1.0
    return low, high


def settings_of(specifications, row):
    """The settings of a row of the table of combinations, by its words."""
    found = {"denominator": "analysed", "intercurrent": "treatment policy", "missing": "unknown"}
    found["missing"] = specifications.endpoint.missing
    for choice in specifications.choices:
        (level,) = (level for level in choice.levels if level.label == row[choice.label])
        found |= level.settings
    return found


@pytest.mark.parametrize(
    ("patients", "arms", "seed"),
    [(9, ("alone",), 3), (24, ("active", "control"), 5), (45, ("a", "b", "c"), 8)],
)
def test_random_combinations_are_those_of_a_count_over_the_files(tmp_path, patients, arms, seed):
    folder = make_study(patients, arms, WEEKS, seed=seed, missing=0.08, missed=0.15).write(tmp_path)
    specifications = StudySpecifications(StudyData.read(folder))
    rng = random.Random(seed)
    for comparison in specifications.comparisons:
        curve = specifications.response(comparison)
        table = curve.table()
        for number in rng.sample(range(len(table)), 60):
            row = table.iloc[number]
            settings = settings_of(specifications, row)
            counts = slow_counts(folder, 150, settings, comparison.arm)
            assert (row["responders"], row["patients"]) == counts, settings
            if comparison.reference is None:
                assert row["estimate"] == pytest.approx(counts[0] / counts[1])
                if settings["interval"] == "clopper-pearson":
                    limits = slow_clopper_pearson(*counts)
                    assert (row["low"], row["high"]) == pytest.approx(limits)
                assert math.isnan(row["pvalue"])
                continue
            others = slow_counts(folder, 150, settings, comparison.reference)
            assert (row["responders_reference"], row["patients_reference"]) == others, settings
            if settings["interval"] == "newcombe":
                limits = slow_newcombe(*counts, *others)
                assert (row["low"], row["high"]) == pytest.approx(limits)
            if settings["test"] == "fisher":
                assert row["pvalue"] == pytest.approx(slow_fisher(*counts, *others))


COUNTING = Choice(
    "Counted",
    (Level("all", {"n": 10}), Level("few", {"n": 4}), Level("nobody", {"n": 0})),
)
INTERVALS = Choice.of("Interval", "interval", {"newcombe": "Newcombe", "agresti-caffo": "AC"})
TESTS = Choice.of("Test", "test", {"fisher": "Fisher", "boschloo": "Boschloo"})


def two_arms(settings):
    return Counts((min(3, settings["n"]), 2), (settings["n"], 8))


def test_choices_of_counts_and_inference_may_stand_in_any_order():
    base = Inference("newcombe", 0.95)
    first = curve_of_counts(two_arms, base, [COUNTING, INTERVALS, TESTS]).table()
    second = curve_of_counts(two_arms, base, [TESTS, COUNTING, INTERVALS]).table()
    by = ["Counted", "Interval", "Test"]
    left, right = (table.sort_values(by).reset_index(drop=True) for table in (first, second))
    assert left.equals(right[left.columns])


def test_a_denominator_of_nobody_gives_no_result():
    table = curve_of_counts(two_arms, Inference("newcombe", 0.95), [COUNTING]).table()
    assert table["estimate"].isna().tolist() == [False, False, True]
    assert table["pvalue"].isna().tolist() == [False, False, True]


def test_processes_and_a_cluster_give_the_same():
    choices = [COUNTING, INTERVALS, TESTS]
    base = Inference("newcombe", 0.95)
    here = curve_of_counts(two_arms, base, choices).results
    assert curve_of_counts(two_arms, base, choices, processes=2).results.equals(here)
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=None, processes=False
    ) as cluster:
        address = cluster.scheduler_address
        there = curve_of_counts(two_arms, base, choices, scheduler=address).results
    assert there.equals(here)


def test_progress_ends_with_everything():
    shown = []
    curve_of_counts(
        two_arms,
        Inference("newcombe", 0.95),
        [COUNTING, INTERVALS, TESTS],
        progress=lambda done, wanted: shown.append((done, wanted)),
    )
    # Three tables, each by two intervals and two tests.
    assert shown[-1] == (12, 12)
    assert [done for done, _ in shown] == sorted(done for done, _ in shown)


ENDPOINT = Endpoint(
    kind="best", threshold=40, week=8, intercurrent="treatment policy", missing="unknown"
)


def cohort():
    courses = Courses.from_scores([[0, 8]] * 2, [[0, 40], [0, 0]])
    return ResponseCohort({"x": courses}, (np.ones(2, dtype=bool),), (0,))


@pytest.mark.parametrize(
    ("missing", "responders", "patients"),
    [("unknown", 1, 2), ("non-responder", 1, 3), ("worst case", 1, 3), ("best case", 2, 3)],
)
def test_an_open_status_is_counted_by_the_rule(missing, responders, patients):
    courses = Courses.from_scores([[0, 8], [0, 8], [0, np.nan]], [[0, 40], [0, 0], [0, np.nan]])
    found = ResponseCohort({"x": courses}, (np.ones(3, dtype=bool),), (0,)).count(
        ENDPOINT, {"missing": missing}
    )
    assert (found.responders, found.patients) == ((responders,), (patients,))


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (Choice.of("A", "week_of_visit", {1: "1"}), "settings must be among .*, got week_of_visit"),
        (Choice.of("A", "missing", {"bounds": "b"}), "missing must be one of"),
        (Choice.of("A", "denominator", {"others": "b"}), "denominator must be one of"),
        (Choice.of("A", "scoring", {"y": "b"}), "scoring must be one of"),
        (
            Choice("A", (Level("a", {"week": 8, "interval": "wilson"}),)),
            "sets both who counts and the inference",
        ),
    ],
)
def test_a_choice_that_does_not_fit_is_refused(choice, message):
    with pytest.raises(ValueError, match=message):
        curve_of_counts(partial(cohort().count, ENDPOINT), Inference("wilson", 0.95), [choice])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (({}, (np.ones(2, dtype=bool),), (0,)), "at least one way of scoring"),
        (({"x": cohort().courses["x"]}, (), ()), "one entry, or two"),
        (({"x": cohort().courses["x"]}, (np.ones(3, dtype=bool),), (0,)), "for each patient"),
    ],
)
def test_a_cohort_that_does_not_fit_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ResponseCohort(*arguments)


@pytest.mark.parametrize(
    ("test", "patients", "shared"),
    [
        ("boschloo", (1000, 2000), False),
        ("boschloo", (1000, 2001), True),
        ("fisher", (1000, 2001), False),
    ],
)
def test_processes_are_started_where_boschloos_test_takes_longer_than_they_do(
    monkeypatch, test, patients, shared
):
    asked = []

    def nothing(_compute, tasks, *, processes, **_):
        asked.append((processes, len(tasks)))
        return []

    monkeypatch.setattr(response_specifications, "run_tasks", nothing)
    chosen = Inference("newcombe", 0.95, test)
    curve = curve_of_counts(lambda _: Counts((1, 2), patients), chosen, ONE_WEEK)
    assert asked == [(None if shared else 1, 2)]
    assert curve.results[["estimate", "pvalue"]].isna().all(axis=None)
    curve_of_counts(lambda _: Counts((1, 2), patients), chosen, ONE_WEEK, processes=3)
    assert asked[1] == (3, 2)


def test_an_arm_with_nobody_has_no_results():
    assert not Counts((0,), (1,)).empty
    assert Counts((0, 0), (1, 0)).empty
    chosen = Inference("newcombe", 0.95)
    curve = curve_of_counts(lambda _: Counts((1, 0), (4, 0)), chosen, ONE_WEEK)
    (row,) = curve.results.to_dict("records")
    assert (row["responders"], row["patients"], row["patients_reference"]) == (1, 4, 0)
    assert all(np.isnan(row[name]) for name in ("estimate", "low", "high", "pvalue"))


def test_progress_counts_tables_and_methods():
    choices = [
        Choice.of("A", "week", {week: str(week) for week in range(20)}),
        Choice.of("B", "interval", {"newcombe": "a", "agresti-caffo": "b"}),
    ]
    seen = []
    curve_of_counts(
        lambda settings: Counts((settings["week"], 3), (20, 20)),
        Inference("newcombe", 0.95),
        choices,
        processes=1,
        progress=lambda done, wanted: seen.append((done, wanted)),
    )
    # Twenty tables by two intervals and one test.
    assert {wanted for _, wanted in seen} == {60}
    assert seen[-1][0] == 60
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})


def test_each_arm_has_an_entry_for_each_patient():
    courses = {"a": Courses.from_scores([[0, 8]] * 4, [[0, 20]] * 4)}
    four, five = np.ones(4, dtype=bool), np.ones(5, dtype=bool)
    for arms in ((four, five), (five, four), (five, five)):
        with pytest.raises(ValueError, match="must have one entry for each patient"):
            ResponseCohort(courses, arms, (0, 0))
    with pytest.raises(ValueError, match="must have one entry for each patient"):
        ResponseCohort(courses | {"b": Courses.from_scores([[0]], [[0]])}, (four,), (0,))
    with pytest.raises(ValueError, match=r"got 3 and 3$"):
        ResponseCohort(courses, (four, four, four), (0, 0, 0))
    with pytest.raises(ValueError, match=r"got 1 and 2$"):
        ResponseCohort(courses, (four,), (0, 0))
    with pytest.raises(ValueError, match=r"got 0 and 0$"):
        ResponseCohort(courses, (), ())
    assert len(ResponseCohort(courses, (four, four), (0, 0)).arms) == 2
