"""Baseline rules and windows, by hand and against a slow reference."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from operator import itemgetter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.tables import TableSource
from tisstats.trial.schedule import schedule_visits
from tisstats.trial.schedule_notes import left_out_lines, schedule_remarks
from tisstats.trial.study_sections import Schedule


def schedule(weeks=(0, 4, 12), window=7, baseline="week 0", unscheduled="keep"):
    return Schedule(weeks, window, "week", baseline, unscheduled, 0)


def run(weeks, plan, haq=None, patient="A"):
    visits = pd.DataFrame({"patient_id": patient, "week": np.array(weeks, dtype=float)})
    visits["haq"] = np.arange(len(weeks), dtype=float) if haq is None else haq
    return schedule_visits(visits, ["haq"], plan, TableSource("visits.csv"))


def weeks_of(found):
    return found.visits[["week", "visit_week"]].to_numpy().tolist()


def test_without_visits_none_is_placed():
    found = run([], schedule())
    assert (len(found.visits), found.not_used, found.faults) == (0, {}, [])


def test_a_visit_belongs_to_the_scheduled_week_of_its_window():
    found = run([0, 4.9, 11.1], schedule())
    assert weeks_of(found) == [[0, 0], [4, 4.9], [12, 11.1]]


def test_the_window_includes_its_ends_and_nothing_more():
    seven_days = run([0, 5], schedule())
    assert weeks_of(seven_days)[1] == [4, 5]
    assert weeks_of(run([0, 5 + 1e-7], schedule()))[1] == [4, 5 + 1e-7]  # as weeks are rounded
    more = run([0, 5.01], schedule())
    assert weeks_of(more)[1] == [5.01, 5.01]
    assert more.visits["scheduled"].tolist() == [True, False]


def test_the_window_of_the_baseline_includes_its_ends_and_nothing_more():
    assert weeks_of(run([-1, 4], schedule())) == [[0, -1], [4, 4]]
    assert weeks_of(run([1, 4], schedule())) == [[0, 1], [4, 4]]
    assert weeks_of(run([-1.01, 4], schedule())) == [[4, 4]]
    assert weeks_of(run([1.01, 4], schedule())) == [[1.01, 1.01], [4, 4]]


def test_of_two_visits_in_a_window_the_nearer_is_the_scheduled_one():
    found = run([0, 3.5, 4.25], schedule())
    assert weeks_of(found) == [[0, 0], [3.5, 3.5], [4, 4.25]]


def test_two_equally_near_are_ambiguous():
    found = run([0, 3.5, 4.5], schedule())
    (fault,) = found.faults
    assert str(fault) == (
        "visits.csv, row 4, column week, value '4.5': another visit of the patient is as near to "
        "week 4: which one counts?"
    )


def test_two_equally_near_to_week_0_are_ambiguous():
    (fault,) = run([-0.5, 0.5], schedule()).faults
    assert str(fault).startswith("visits.csv, row 3, column week, value '0.5': another visit")
    assert "as near to week 0: " in str(fault)


def test_others_may_be_equally_far_if_one_is_nearer():
    found = run([0, 3.5, 4.1, 4.5], schedule())
    assert not found.faults
    assert weeks_of(found)[2] == [4, 4.1]


def test_a_baseline_in_the_first_row_is_no_later_visit():
    # It lies in the window of week 1, too, and no other visit does.
    found = run([0, 2.5], schedule(weeks=(0, 1)))
    assert weeks_of(found) == [[0, 0], [2.5, 2.5]]
    # After the first dose, too, and then in the window of week 1 itself.
    found = run([0.4, 2.5], schedule(weeks=(0, 1)))
    assert weeks_of(found) == [[0, 0.4], [2.5, 2.5]]


def test_where_there_are_dates_a_fault_names_the_date():
    visits = pd.DataFrame({"patient_id": "A", "week": [0.0, 4.0, 4.0], "haq": 1.0})
    visits["date"] = ["2024-01-01", "2024-01-29", "2024-01-29"]
    dated = replace(schedule(), time="date")
    found = schedule_visits(visits, ["haq"], dated, TableSource("visits.csv"))
    assert str(found.faults[-1]) == (
        "visits.csv, row 4, column date, value '2024-01-29': must not be the time of another visit "
        "of the patient"
    )


def test_two_visits_at_the_same_time_are_a_fault():
    found = run([0, 4, 4], schedule())
    assert any("must not be the time of another visit" in str(fault) for fault in found.faults)


def test_unscheduled_visits_can_be_dropped_and_are_counted():
    found = run([0, 4, 8, 12], schedule(unscheduled="drop"))
    assert weeks_of(found) == [[0, 0], [4, 4], [12, 12]]
    assert found.not_used == {"outside of all windows": 1}


def test_screening_before_the_window_of_week_0_is_not_the_baseline():
    found = run([-3, 0, 4], schedule())
    assert weeks_of(found)[0] == [0, 0]
    assert found.not_used == {"before the baseline": 1}


def test_the_last_visit_before_the_first_dose():
    found = run([-3, -1, 0.5, 4], schedule(baseline="last before first dose"))
    assert weeks_of(found) == [[0, -1], [0.5, 0.5], [4, 4]]


def test_the_mean_of_the_visits_before_the_first_dose():
    plan = schedule(baseline="mean before first dose")
    found = run([-3, 0, 4], plan, haq=[1.0, 2.0, 0.5])
    assert found.visits["haq"].tolist() == pytest.approx([1.5, 0.5])
    assert weeks_of(found)[0] == [0, 0]
    assert found.not_used == {}


def test_a_mean_leaves_out_what_was_not_measured():
    plan = schedule(baseline="mean before first dose")
    found = run([-3, 0, 4], plan, haq=[np.nan, 2.0, 0.5])
    assert found.visits["haq"].iloc[0] == pytest.approx(2.0)


def test_a_patient_without_a_baseline_keeps_later_visits_only():
    found = run([-5, 4], schedule())
    assert weeks_of(found) == [[4, 4]]
    assert found.not_used == {"before the first dose, without a baseline": 1}
    found = run([0.1], schedule(baseline="last before first dose"))
    assert weeks_of(found) == [[0.1, 0.1]]


def test_rows_lead_back_to_the_file():
    visits = pd.DataFrame(
        {"patient_id": ["B", "A", "B", "A"], "week": [4.0, 0.0, 0.0, 4.0], "haq": [1.0, 2, 3, 0]}
    )
    found = schedule_visits(visits, ["haq"], schedule(), TableSource())
    assert found.visits["row"].tolist() == [2, 0, 1, 3]


def test_the_result_has_the_columns_of_the_table_and_three_more():
    found = run([-3, 0, 3.5, 4, 9], schedule(unscheduled="drop"))
    for rows, weeks in ((found.visits, [0, 4]), (found.dropped, [3.5, 9])):
        columns = ["patient_id", "week", "haq", "row", "visit_week", "scheduled"]
        assert rows.columns.tolist() == columns
        assert rows["week"].to_dict() == dict(enumerate(weeks))


def slow_nominal(days, plan):
    """Assign exact days to scheduled weeks, one by one; None if it is ambiguous."""
    nominal = {}
    for week in plan.weeks[1:]:
        distances = sorted((abs(day - 7 * week), day) for day in days)
        near = [each for each in distances if each[0] <= plan.window_days]
        if len(near) > 1 and near[0][0] == near[1][0]:
            return None
        if near:
            nominal[near[0][1]] = week
    return [nominal.get(day, Fraction(day, 7)) for day in days]


@examples(25)
@given(st.lists(st.integers(1, 120), unique=True, max_size=12), st.integers(0, 13))
def test_windows_agree_with_a_slow_reference(days, window):
    plan = schedule(window=window)
    days = sorted(day for day in days if day > window)
    found = run([0, *(day / 7 for day in days)], plan)
    expected = slow_nominal(days, plan)
    if expected is None:
        assert found.faults
        return
    assert not found.faults
    assert found.visits["week"].tolist()[1:] == pytest.approx([float(week) for week in expected])


#: Measures of a visit of which something is missing: one without what a score needs, and whole.
LABORATORY = {"ck": 500.0}
WHOLE = {"physician_global": 5.0, "mmt": 60.0, "haq": 1.0, "ck": 900.0}
CLINIC = {name: WHOLE[name] for name in ("physician_global", "mmt", "haq")}


def place(visits, plan, patient="A"):
    """Schedule visits that are given as pairs of a day and what was measured."""
    days, measured = zip(*visits, strict=True)
    table = pd.DataFrame([{name: None, **given} for given in measured for name in ["mmt"]])
    table = table.reindex(columns=[*WHOLE]).astype(float)
    table = table.assign(patient_id=patient, week=np.array(days) / 7)
    return schedule_visits(table, [*WHOLE], plan, TableSource("visits.csv"))


def measured(found, week):
    (row,) = found.visits.index[found.visits["week"] == week]
    return found.visits.loc[row, [*WHOLE]].dropna().to_dict()


def notes(found, *, names=True):
    return [
        *schedule_remarks(found.combined, found.lacking, names=names),
        *left_out_lines(found.left_out, names=names),
    ]


@pytest.mark.parametrize("unscheduled", ["keep", "drop"])
@pytest.mark.parametrize(
    ("laboratory", "whole"),
    # On the day of the week, up to rounding error, too.
    [(28, 31), (30, 31), (26, 25), (28, 25), (28 - 5e-7, 31), (28 + 5e-7, 25)],
)
def test_a_row_of_laboratory_values_does_not_displace_a_visit(laboratory, whole, unscheduled):
    visits = [(0, WHOLE), (laboratory, LABORATORY), (whole, WHOLE), (84, WHOLE)]
    found = place(visits, schedule(unscheduled=unscheduled))
    assert weeks_of(found) == [[0, 0], [4, pytest.approx(whole / 7)], [12, 12]]
    assert measured(found, 4) == WHOLE
    assert notes(found) == [
        "1 visit left out: between its week and the visit that counts, with less of what a "
        f"score needs: A (week {laboratory / 7:.1f})".replace(".0)", ")")
    ]
    assert notes(found, names=False) == [notes(found)[0].rpartition(":")[0]]


@pytest.mark.parametrize("unscheduled", ["keep", "drop"])
def test_a_visit_beyond_the_week_stays_in_order_and_is_left_out_only_as_unscheduled(unscheduled):
    visits = [(0, WHOLE), (22, WHOLE), (29, CLINIC), (84, WHOLE)]
    found = place(visits, schedule(unscheduled=unscheduled))
    kept = [[pytest.approx(29 / 7)] * 2] if unscheduled == "keep" else []
    assert weeks_of(found) == [[0, 0], [4, pytest.approx(22 / 7)], *kept, [12, 12]]
    reason = (
        "1 visit left out: in the window of a week for which another visit counts: A (week 4.1)"
    )
    assert [note for note in notes(found) if "left out" in note] == ([] if kept else [reason])


@pytest.mark.parametrize("core_set", ["imacs", "printo"])
def test_an_enzyme_that_is_not_scored_does_not_decide_which_visit_counts(core_set):
    scored = {"imacs": [*CLINIC], "printo": ["physician_global", "cmas"]}[core_set]
    table = pd.DataFrame({"patient_id": "A", "week": [0.0, 4.0, 4.9], "ck": [9.0, np.nan, 9.0]})
    table = table.assign(**dict.fromkeys(scored, 5.0))
    source, names = TableSource("visits.csv"), [*scored, "ck"]
    for used in (scored, names if core_set == "printo" else scored):
        found = schedule_visits(table, names, schedule(), source, core_set, scored=used)
        assert weeks_of(found)[1] == [4, 4]
    if core_set == "imacs":
        found = schedule_visits(table, names, schedule(), source, core_set, scored=names)
        assert weeks_of(found)[1] == [4, pytest.approx(4.9)]


def test_of_visits_with_as_many_measures_the_nearer_is_the_scheduled_one():
    found = place([(0, WHOLE), (26, CLINIC), (29, CLINIC)], schedule())
    assert weeks_of(found) == pytest.approx(np.array([[0, 0], [26 / 7, 26 / 7], [4, 29 / 7]]))
    assert not found.faults


def test_several_enzymes_are_one_measure_of_the_core_set():
    table = pd.DataFrame({"patient_id": "A", "week": [0, 3.5, 4.0], "physician_global": 5.0})
    table = table.assign(mmt=60.0, ck=[1, 1, 1.0], ldh=[1, 1, np.nan])
    measures = ["physician_global", "mmt", "ck", "ldh"]
    found = schedule_visits(table, measures, schedule(), TableSource("visits.csv"))
    assert weeks_of(found) == [[0, 0], [3.5, 3.5], [4, 4]]


def test_a_visit_that_can_be_scored_comes_before_one_with_more_measures():
    others = {"haq": 1.0, "ck": 900.0, "physician_global": 5.0}
    can = {"physician_global": 5.0, "mmt": 60.0}
    found = place([(0, WHOLE), (28, others), (30, can)], schedule())
    assert measured(found, 4) == can
    printo = schedule_visits(
        pd.DataFrame(
            {
                "patient_id": "A",
                "week": [0.0, 4.0, 4.5],
                "physician_global": 5.0,
                "cmas": [40.0, np.nan, 40.0],
                "chaq": [1.0, 1.0, np.nan],
                "das": [1.0, 1.0, np.nan],
            }
        ),
        ["physician_global", "cmas", "chaq", "das"],
        schedule(),
        TableSource("visits.csv"),
        "printo",
    )
    assert weeks_of(printo) == [[0, 0], [4, 4.5]]


def test_two_equally_near_are_not_ambiguous_if_one_has_more():
    found = place([(0, WHOLE), (25, LABORATORY), (31, WHOLE)], schedule())
    assert not found.faults
    assert measured(found, 4) == WHOLE
    # On the other side of the week, it comes before the visit in the file and here.
    assert weeks_of(found)[1] == pytest.approx([25 / 7, 25 / 7])


def test_what_the_visit_of_a_week_lacks_and_another_has_is_remarked():
    found = place([(0, WHOLE), (27, LABORATORY), (28, CLINIC), (31, WHOLE)], schedule())
    assert measured(found, 4) == WHOLE
    found = place([(0, WHOLE), (27, LABORATORY), (28, CLINIC)], schedule())
    assert measured(found, 4) == CLINIC
    assert notes(found) == [
        "1 visit that counts for its week lacks a measure that another visit in the window has: "
        "A (week 4: ck)"
    ]
    no_ck = place([(0, CLINIC), (27, {"haq": 1.0}), (28, CLINIC)], schedule())
    assert notes(no_ck) == []
    two = replace(found, lacking=pd.concat([found.lacking] * 2))
    assert notes(two, names=False) == [
        "2 visits that count for their weeks lack a measure that another visit in the window has"
    ]
    found = place([(0, WHOLE), (27, LABORATORY), (28, CLINIC)], schedule(unscheduled="drop"))
    assert notes(found)[1:] == [
        "1 visit left out: in the window of a week for which another visit counts: A (week 3.9)"
    ]


@pytest.mark.parametrize("last", [LABORATORY, {}, {"haq": 2.0}])
def test_the_last_baseline_is_that_of_each_measure(last):
    plan = schedule(baseline="last before first dose", unscheduled="keep")
    visits = [(-14, {"haq": 3.0}), (-7, WHOLE), (0, last), (28, WHOLE)]
    found = place(visits, plan)
    assert measured(found, 0) == WHOLE | last
    assert found.visits["visit_week"].tolist() == [0 if last else -1, 4]
    assert found.visits["row"].tolist() == [2 if last else 1, 3]
    remark = "the baseline of 1 patient has measures of earlier visits, which its own visit lacks"
    others = ", ".join(name for name in WHOLE if name not in last)
    early = "1 visit left out: before the baseline: A (week -2)"
    expected = [f"{remark}: A ({others})", early]
    if not last:
        expected = [
            early,
            "1 visit left out: up to the first dose, with less of what a score needs than the "
            "baseline: A (week 0)",
        ]
    assert notes(found) == expected


def test_the_baseline_of_each_measure_never_comes_after_the_first_dose():
    plan = schedule(baseline="last before first dose")
    found = place([(-14, LABORATORY), (0, CLINIC), (1, {"ck": 700.0})], plan)
    assert measured(found, 0) == CLINIC | LABORATORY
    found = place([(0, CLINIC), (1, {"ck": 700.0})], plan)
    assert measured(found, 0) == CLINIC


def test_a_baseline_without_any_measure_is_a_baseline_all_the_same():
    for rule in ("week 0", "last before first dose", "mean before first dose"):
        found = place([(-7, {}), (0, {}), (28, WHOLE)], schedule(baseline=rule))
        assert weeks_of(found)[0] == [0, 0]


def test_the_visit_at_week_0_is_one_with_what_a_score_needs():
    found = place([(-7, WHOLE), (0, LABORATORY), (28, WHOLE)], schedule())
    assert weeks_of(found) == [[0, -1], [4, 4]]
    assert notes(found) == [
        "1 visit left out: up to the first dose, with less of what a score needs than the "
        "baseline: A (week 0)"
    ]
    found = place([(-3, WHOLE), (2, LABORATORY), (28, WHOLE)], schedule())
    assert weeks_of(found)[1] == pytest.approx([2 / 7, 2 / 7])
    found = place([(-3, WHOLE), (2, LABORATORY)], schedule(unscheduled="drop"))
    assert found.not_used == {"in the window of a week for which another visit counts": 1}


def test_what_the_visit_at_week_0_lacks_is_remarked_with_the_rule_that_has_it():
    many = [place([(-14, LABORATORY), (0, CLINIC)], schedule(), name) for name in "ABCDE"]
    found = replace(many[0], lacking=pd.concat([each.lacking for each in many]))
    assert measured(found, 0) == CLINIC
    assert notes(found)[0] == (
        "the baseline of 5 patients lacks a measure that a visit up to the first dose has; "
        'visits.baseline = "last before first dose" takes each measure from the last that has it: '
        "A (ck), B (ck), C (ck) and 2 more"
    )


def test_visits_left_out_are_named_by_their_dates_where_there_are_dates():
    visits = pd.DataFrame({"patient_id": "A", "week": [-3.0, 0.0, 9.0], "haq": 1.0})
    visits["date"] = pd.to_datetime(["2024-01-01", "2024-01-22", "2024-03-25"]).date
    dated = replace(schedule(unscheduled="drop"), time="date")
    found = schedule_visits(visits, ["haq"], dated, TableSource("visits.csv"))
    assert notes(found) == [
        "1 visit left out: before the baseline: A (2024-01-01)",
        "1 visit left out: outside of all windows: A (2024-03-25)",
    ]


NAMES = ["physician_global", "mmt", "haq", "ck", "ldh"]
LESS = "with less of what a score needs"


def slow_content(values):
    """Return how much of what a score needs a visit has, as a pair that is compared in order."""
    pga, mmt, haq, ck, ldh = (value is not None for value in values)
    return (pga and mmt, pga + mmt + haq + (ck or ldh))


def slow_choice(mine, distance):
    """Return the visit that counts; None if there is none, and whether that is ambiguous."""
    if not mine:
        return None, False
    most = max(slow_content(values) for _, values, _ in mine)
    best = sorted((distance(v[0]), v[0], v) for v in mine if slow_content(v[1]) == most)
    return best[0][2], len(best) > 1 and best[0][0] == best[1][0]


def slow_baseline(mine, plan):
    """Return the visit of the baseline, its values, rows that gave some, and if it is ambiguous."""
    if plan.baseline == "week 0":
        near = [v for v in mine if abs(v[0]) <= plan.window_days]
        chosen, ambiguous = slow_choice(near, abs)
        return chosen, chosen and chosen[1], set(), ambiguous
    early = [v for v in mine if v[0] <= 0]
    if not early:
        return None, None, set(), False
    anything = [v for v in early if any(value is not None for value in v[1])]
    chosen = (anything or early)[-1]
    values, gave = [], set()
    for column in range(len(NAMES)):
        known = [v for v in early if v[1][column] is not None]
        if plan.baseline == "last before first dose":
            values.append(known[-1][1][column] if known else None)
            gave |= {v[2] for v in known[-1:]}
        else:
            mean = sum(Fraction(v[1][column]) for v in known) / len(known) if known else None
            values.append(mean)
            gave |= {v[2] for v in early}
    return chosen, values, gave, False


def slow_later(later, plan):
    """Return the scheduled week of each day, and why others may be left out; None if ambiguous."""
    nominal, reason = {}, {}
    if plan.baseline == "week 0":
        reason = {day: "window" for day, *_ in later if abs(day) <= plan.window_days}
    for week in plan.weeks[1:]:
        near = [v for v in later if abs(v[0] - 7 * week) <= plan.window_days]
        chosen, ambiguous = slow_choice(near, lambda day, at=7 * week: abs(day - at))
        if ambiguous:
            return None
        for day, *_ in near:
            ends = sorted([chosen[0], 7 * week])
            between = day != chosen[0] and ends[0] <= day <= ends[1]
            reason[day] = "between" if between else "window"
        if chosen:
            nominal[chosen[0]] = week
    return nominal, reason


def slow_patient(mine, plan):
    """Return the rows of a patient that are used, and reasons for the others; None if ambiguous."""
    first, values, gave, ambiguous = slow_baseline(mine, plan)
    start = 0 if first is None else max(first[0] + 1, 1)
    later = [v for v in mine if v[0] >= start]
    if ambiguous or (placed := slow_later(later, plan)) is None:
        return None
    nominal, reason = placed
    early = [v for v in mine if v not in later and v != first]
    rows = [] if first is None else [(first[2], 0, first[0], values, True)]
    left_out = []
    for day, _, row in early:
        if first is None:
            left_out.append("before the first dose, without a baseline")
        elif row not in gave:
            words = f"up to the first dose, {LESS} than the baseline"
            left_out.append("before the baseline" if day < first[0] else words)
    for day, given_values, row in later:
        if day in nominal:
            rows.append((row, nominal[day], day, given_values, True))
        elif reason.get(day) == "between":
            left_out.append(f"between its week and the visit that counts, {LESS}")
        elif plan.unscheduled == "keep":
            rows.append((row, Fraction(day, 7), day, given_values, False))
        else:
            words = "in the window of a week for which another visit counts"
            left_out.append(words if day in reason else "outside of all windows")
    return rows, left_out


def slow_schedule(visits, plan):
    """Place visits patient by patient in exact days; None if two are at one time or as near."""
    rows, left_out = [], []
    for patient in dict.fromkeys(patient for patient, *_ in visits):
        mine = [(day, given, row) for row, (who, day, given) in enumerate(visits) if who == patient]
        mine.sort(key=itemgetter(0))
        if len({day for day, *_ in mine}) < len(mine):
            return None
        placed = slow_patient(mine, plan)
        if placed is None:
            return None
        rows += placed[0]
        left_out += placed[1]
    return rows, left_out


VALUES = st.lists(st.sampled_from([None, 0.25, 1.0, 2.5]), min_size=len(NAMES), max_size=len(NAMES))
VISITS = st.tuples(st.sampled_from("BAC"), st.integers(-30, 100), VALUES)
PLANS = st.builds(
    schedule,
    window=st.integers(0, 13),
    baseline=st.sampled_from(["week 0", "last before first dose", "mean before first dose"]),
    unscheduled=st.sampled_from(["keep", "drop"]),
)


@examples(25)
@given(st.lists(VISITS, min_size=1, max_size=16), PLANS)
def test_several_patients_under_every_rule_agree_with_a_slow_reference(visits, plan):
    who, days, values = zip(*visits, strict=True)
    table = pd.DataFrame(np.array(values, dtype=float), columns=NAMES)
    table = table.assign(patient_id=who, week=np.array(days) / 7)
    found = schedule_visits(table, NAMES, plan, TableSource())
    expected = slow_schedule(visits, plan)
    assert (expected is None) == bool(found.faults)
    if expected is None:
        return
    rows, left_out = expected
    assert found.not_used == Counter(left_out)
    placed = found.visits
    assert placed["row"].tolist() == [row for row, *_ in rows]
    assert placed["week"].tolist() == pytest.approx([float(week) for _, week, *_ in rows])
    assert placed["visit_week"].tolist() == pytest.approx([day / 7 for _, _, day, *_ in rows])
    means = [[np.nan if v is None else float(v) for v in values] for *_, values, _ in rows]
    np.testing.assert_allclose(
        placed[NAMES].to_numpy().reshape(-1, len(NAMES)), np.array(means).reshape(-1, len(NAMES))
    )
    assert placed["scheduled"].tolist() == [scheduled for *_, scheduled in rows]
    # Each patient's weeks ascend, and none is there twice: what a course of scores needs.
    assert (placed.groupby("patient_id")["week"].diff().dropna() > 0).all()
