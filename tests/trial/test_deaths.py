"""Deaths with a week of their own: read, checked, and counted by every strategy, by hand."""

import math
import re
from dataclasses import replace
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from tests.trial.slow_endpoint import slow_patients
from tests.trial.studies import make_study, read_csv
from tests.trial.test_response_times import slow_time
from tests.trial.test_study_endpoint import STUDIES, described
from tisstats.cli import main
from tisstats.errors import DataError
from tisstats.trial.arm_responses import competing_causes, study_times
from tisstats.trial.courses import Courses
from tisstats.trial.deaths import died_later, has_died, own_death_weeks, recorded_death_weeks
from tisstats.trial.endpoint_definition import Strategy
from tisstats.trial.flow import participant_flow
from tisstats.trial.harms import HarmCount, harm_outcomes
from tisstats.trial.intercurrent_events import intercurrent_events
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_endpoint import describe_study_endpoint, evaluate_study, study_courses
from tisstats.trial.study_schema import study_schema
from tisstats.trial.template import write_new_study
from tisstats.trial.time_on_study import times_on_study

NAN = float("nan")
PATIENTS, VISITS, TREATED, EVENTS = (
    f"synthetic_{name}.csv" for name in ("patients", "visits", "treatments", "adverse_events")
)


def made_up(until=24, **first):
    """A study of eight who completed it; the first has these cells, and visits up to a week."""
    made = make_study(8, missing=0, missed=0, seed=3)
    for row in made.patients:
        row |= {"stop_week": "", "end_reason": "completed", "death_week": ""}
    made.patients[0] |= first
    made.visits = [v for v in made.visits if v["patient_id"] != "P001" or v["week"] <= until]
    made.treatments = [row for row in made.treatments if row["treatment"] != "rescue"]
    made.adverse_events = [
        {**made.adverse_events[0], "patient_id": "P002", "week": 0, "event": "rash"}
    ]
    return made


def lines(made, folder):
    """The faults of a study, without its folder."""
    written = made.write(folder)
    with pytest.raises(DataError) as caught:
        StudyData.read(written)
    return [str(fault).replace(f"{written}/", "") for fault in caught.value.faults]


CELL = f"{PATIENTS}, row 2, column death_week, value "


@pytest.mark.parametrize("value", ["-1", "inf", "-inf", "soon", "2024-05-01", "nan"])
@pytest.mark.parametrize("dated", [False, True])
def test_a_death_week_is_a_number_of_weeks_as_a_stop_week_is(tmp_path, value, dated):
    found = {}
    for column in ("stop_week", "death_week"):
        made = make_study(8, missing=0, missed=0, seed=3, with_dates=dated)
        for row in made.patients:
            row["death_week"] = ""
        made.patients[0] |= {"end_reason": "death", column: value}
        (line,) = lines(made, tmp_path / column)
        assert f"column {column}, value '{value}': must be" in line
        found[column] = line.replace(column, "week")
    assert found["death_week"] == found["stop_week"]


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        (
            {"stop_week": 12, "end_reason": "adverse_event", "death_week": 11},
            f"{CELL}'11': must not lie before the patient's stop_week",
        ),
        (
            {"stop_week": 12, "end_reason": "completed", "death_week": 11.9},
            f"{CELL}'11.9': must not lie before the patient's stop_week",
        ),
        *(
            (
                {"stop_week": 12, "end_reason": "death", "death_week": week},
                f"{CELL}'{week}': must be the same as stop_week, where that is not empty and "
                "end_reason is death",
            )
            for week in (11, 13)
        ),
        *(
            (
                {"stop_week": stop, "end_reason": "", "death_week": 14},
                f"{CELL}'14': needs end_reason (death if the death ended the study of the "
                "patient, completed if the patient had completed it) or the stop_week of an "
                "earlier stop",
            )
            for stop in ("", 14)
        ),
    ],
)
def test_a_death_that_contradicts_the_end_has_one_line(tmp_path, cells, line):
    # Visits after the death are not said too: which week is wrong is not known.
    assert lines(made_up(**cells), tmp_path) == [line]


@pytest.mark.parametrize("reason", ["death", "adverse_event"])
def test_a_rounding_error_puts_no_death_in_another_week_than_the_stop(tmp_path, reason):
    """Such a study is read: the death is neither before the stop nor in another week."""
    stop, death = repr(math.nextafter(14.5, 15)), "14.5"
    assert stop != death
    made = made_up(until=12, stop_week=stop, end_reason=reason, death_week=death)
    data = StudyData.read(made.write(tmp_path))
    assert has_died(data.trial.patients).sum() == 1


def test_a_death_that_contradicts_the_end_is_told_before_visits_that_are_missing(tmp_path):
    made = made_up(stop_week=12, end_reason="death", death_week=11)
    made.visits = [row for row in made.visits if row["patient_id"] != "P002"]
    (line,) = lines(made, tmp_path)
    assert line.startswith(f"{CELL}'11': must be the same as stop_week")


def test_a_death_without_columns_of_ends_needs_one(tmp_path):
    made = made_up(until=12, death_week=14)
    for row in made.patients:
        del row["stop_week"], row["end_reason"]
    (line,) = lines(made, tmp_path)
    assert line.startswith(f"{CELL}'14': needs end_reason (death if the death ended")


READ = [
    # Cells, stop and death in the courses, reason, died after the treatment.
    ({"stop_week": 4, "end_reason": "adverse_event", "death_week": 14}, 4, 14, "adverse_event", 1),
    ({"stop_week": 12, "end_reason": "other", "death_week": 12}, 12, 12, "other", 1),
    ({"stop_week": "", "end_reason": "withdrawal", "death_week": 14}, 12, 14, "withdrawal", 1),
    ({"stop_week": 4, "end_reason": "", "death_week": 14}, 4, 14, "other", 1),
    ({"stop_week": 4, "end_reason": "completed", "death_week": 14}, 4, 14, "completed", 1),
    ({"stop_week": "", "end_reason": "completed", "death_week": 14}, 14, 14, "completed", 1),
    ({"stop_week": "", "end_reason": "death", "death_week": 14}, 14, 14, "death", 0),
    ({"stop_week": 14, "end_reason": "death", "death_week": 14}, 14, 14, "death", 0),
    ({"stop_week": 14, "end_reason": "death", "death_week": ""}, 14, 14, "death", 0),
    ({"stop_week": "", "end_reason": "death", "death_week": ""}, 12, 12, "death", 0),
    ({"stop_week": 4, "end_reason": "adverse_event", "death_week": ""}, 4, NAN, "adverse_event", 0),
]


@pytest.mark.parametrize(("cells", "stop", "death", "reason", "later"), READ)
def test_what_the_cells_of_a_death_mean(tmp_path, cells, stop, death, reason, later):
    data = StudyData.read(made_up(until=12, **cells).write(tmp_path))
    courses = Courses.of(data.analysis)
    np.testing.assert_array_equal(courses.stop_week, [stop, *[NAN] * 7])
    np.testing.assert_array_equal(courses.death_week, [death, *[NAN] * 7])
    patients = data.trial.patients
    assert patients["end_reason"].iloc[0] == reason
    assert has_died(patients).tolist() == [np.isfinite(death), *[False] * 7]
    assert died_later(patients).tolist() == [bool(later), *[False] * 7]
    assert data.own_death_weeks == (cells["death_week"] != "")
    assert data.some_died == np.isfinite(death)
    assert data.some_died_later == bool(later)


@pytest.mark.parametrize("column", [False, True])
def test_an_empty_column_of_deaths_changes_no_patient(tmp_path, column):
    made = make_study(20, seed=4)
    for row in made.patients:
        if row["end_reason"] == "withdrawal":
            row["end_reason"] = "death"
    before = StudyData.read(made.write(tmp_path / "before"))
    if column:
        for row in made.patients:
            row["death_week"] = ""
    after = StudyData.read(made.write(tmp_path / "after"))
    for name in ("stop_week", "death_week", "rescue_week"):
        found = (getattr(study_courses(data), name) for data in (before, after))
        np.testing.assert_array_equal(*found)
    assert harm_outcomes(before) == harm_outcomes(after)
    assert participant_flow(before) == participant_flow(after)
    assert before.remarks == after.remarks
    assert describe_study_endpoint(before) == describe_study_endpoint(after)
    assert after.deaths_recorded == column
    assert not before.deaths_recorded


AFTER = "lies after the patient's death, in death_week in"


@pytest.mark.parametrize(
    "cells",
    [
        {"stop_week": 4, "end_reason": "adverse_event", "death_week": 14},
        {"stop_week": "", "end_reason": "completed", "death_week": 14},
        {"stop_week": "", "end_reason": "death", "death_week": 14},
        {"stop_week": 14, "end_reason": "death", "death_week": 14},
    ],
)
@pytest.mark.parametrize(
    ("table", "more", "until"),
    [
        ("visits", {}, 14 + 4 / 7),
        ("treatments", {"treatment": "Rescue"}, 14 + 4 / 7),
        ("treatments", {"treatment": "study treatment"}, 14 + 4 / 7),
        ("adverse_events", {"event": "sepsis"}, 16.5 + 4 / 7),
    ],
)
def test_nothing_is_recorded_later_than_the_window_of_a_death(tmp_path, cells, table, more, until):
    if more.get("treatment") == "study treatment" and cells["stop_week"] == 4:
        until = 12 + 4 / 7  # that of the last visit, after the stop
    made = made_up(until=12, **cells)
    made.description = made.description.replace(
        "window_days = 4", "window_days = 4\nfollow_up_weeks = 2.5"
    )
    rows = getattr(made, table)
    added = {**rows[0], "patient_id": "P001", "week": until, **more}
    rows.append(added)
    StudyData.read(made.write(tmp_path / "within"))
    added["week"] = until + 0.1
    found = lines(made, tmp_path / "beyond")
    if until < 14:
        assert "lies after the patient's last visit and stop_week" in found[0]
        added["week"] = 14 + 5 / 7
        found = lines(made, tmp_path / "after")
    (line,) = found
    file = f"synthetic_{table}.csv"
    follow_up = ", and 2.5 weeks of follow-up" if table == "adverse_events" else ""
    assert line == (
        f"{file}, row {len(rows) + 1}, column week, value '{added['week']}': {AFTER} "
        f"{PATIENTS}{follow_up}"
    )


def test_all_deaths_have_their_own_line_by_column(tmp_path):
    made = made_up(stop_week=4, end_reason="adverse_event", death_week=14)
    made.patients[1] |= {"stop_week": 14, "end_reason": "death"}
    assert [line.rpartition(", ")[2] for line in lines(made, tmp_path)] == [
        f"in death_week in {PATIENTS}",
        f"in stop_week in {PATIENTS}",
    ]


@pytest.mark.parametrize(
    ("week", "off", "stop", "death", "placed"),
    [
        # A visit of week 12 that was late: before it, in its week, between, after.
        (12, 4 / 7, 12.2, 12.4, (12 - 1e-6, 12 - 0.5e-6)),
        (12, 4 / 7, 11, 12.4, (11, 12 - 1e-6)),
        (12, 4 / 7, 12, 12.4, (12, 12 + 0.5e-6)),
        (12, 4 / 7, 12, 13, (12, 13)),
        # One that was early.
        (12, -4 / 7, 11.6, 11.8, (12 + 1e-6, 12 + 1.5e-6)),
        (12, -4 / 7, 11.4, 11.8, (11.4, 12 + 1e-6)),
        (12, -4 / 7, 11.6, 11.6, (12 + 1e-6, 12 + 1e-6)),
        (12, -4 / 7, 11.6, 11.6 + 1e-10, (12 + 1e-6, 12 + 1e-6)),
        # One in the scheduled week is in that of the visit, also after it.
        (12, -4 / 7, 4, 12, (4, 12)),
        # Without a week, the stop is at the last visit, wherever that is moved.
        (12, -4 / 7, "", 11.8, (12, 12 + 1e-6)),
        (12, 4 / 7, "", 12.7, (12, 12.7)),
        (12, 4 / 7, "", 12.2, (12, 12)),
    ],
)
def test_a_death_stays_after_the_stop_beside_a_visit_off_schedule(
    tmp_path, week, off, stop, death, placed
):
    made = made_up(until=12, stop_week=stop, end_reason="adverse_event", death_week=death)
    late = next(v for v in made.visits if (v["patient_id"], v["week"]) == ("P001", week))
    late["week"] = week + off
    courses = study_courses(StudyData.read(made.write(tmp_path)))
    found = courses.stop_week[0], courses.death_week[0]
    assert found == pytest.approx(placed, abs=1e-9)
    assert (found[0] < found[1]) == (placed[0] < placed[1])


#: Scores of a patient with visits in weeks 0, 4 and 12, of whom week 4 has a response or none.
STOPPED, DIED = "stopped early, before the assessment", "death before the assessment"
OPEN = "no visit in the window"


@pytest.mark.parametrize(
    ("strategy", "status", "rule", "time"),
    [
        # Ignored, and the death decides; it competes in its week.
        ("treatment policy", "non-responder", DIED, (14, 4, "death")),
        # The stop comes first, and is a failure; without a response to the end.
        ("composite", "non-responder", STOPPED, (24, 0, "stopped early")),
        ("hypothetical", "excluded", STOPPED, (4, 0, "stopped early")),
        # Visits up to week 4 count.
        (
            "while on treatment",
            "non-responder",
            "observed at the last visit on treatment",
            (4, 3, "stopped early"),
        ),
    ],
)
@pytest.mark.parametrize("missing", ["unknown", "best case", "worst case"])
def test_a_death_after_an_early_stop_by_each_strategy(
    tmp_path, strategy, status, rule, time, missing
):
    made = made_up(until=12, stop_week=4, end_reason="adverse_event", death_week=14)
    start = next(row for row in made.visits if row["patient_id"] == "P001")
    for row in made.visits:
        if row["patient_id"] == "P001":
            row |= {k: v for k, v in start.items() if k not in ("week", "patient_id")}
    chosen = f'missing = "{missing}"\nintercurrent = "{strategy}"'
    made.description = made.description.replace('missing = "non-responder"', chosen)
    data = StudyData.read(made.write(tmp_path))
    result, times = evaluate_study(data), study_times(data)
    assert (result.status[0], result.rule[0]) == (status, rule)
    assert (times.time[0], times.cause[0], times.ended_by[0]) == time
    causes = {
        "treatment policy": ["death"],
        "while on treatment": ["rescue medication", "stopped early", "death"],
    }
    assert list(competing_causes(data).values()) == causes.get(strategy, [])


@pytest.mark.parametrize(
    ("strategy", "status", "rule"),
    [
        ("treatment policy", "non-responder", DIED),
        ("composite", "non-responder", DIED),
        ("hypothetical", "excluded", DIED),
        ("while on treatment", "non-responder", "observed at the last visit on treatment"),
    ],
)
def test_a_death_after_completed_treatment_by_each_strategy(tmp_path, strategy, status, rule):
    made = made_up(until=12, death_week=14)
    start = next(row for row in made.visits if row["patient_id"] == "P001")
    for row in made.visits:
        if row["patient_id"] == "P001":
            row |= {k: v for k, v in start.items() if k not in ("week", "patient_id")}
    made.description = made.description.replace(
        'missing = "non-responder"', f'missing = "best case"\nintercurrent = "{strategy}"'
    )
    result = evaluate_study(StudyData.read(made.write(tmp_path)))
    assert (result.status[0], result.rule[0]) == (status, rule)


def test_a_stop_keeps_its_reason_in_the_flow_and_the_death_is_a_harm(tmp_path):
    made = made_up(until=12, stop_week=4, end_reason="adverse_event", death_week=14)
    made.patients[2]["death_week"] = 30  # completed, and not stopped early
    data = StudyData.read(made.write(tmp_path))
    flow = participant_flow(data).total
    assert (flow.completed, flow.stopped) == (7, {"adverse_event": 1})
    found = {outcome.label: outcome.arms for outcome in harm_outcomes(data)}
    assert found["Death"] == {"active": HarmCount(4, 2, 0), "control": HarmCount(4, 0, 0)}
    assert found["Stopped early"]["active"] == HarmCount(4, 1, 0)
    apart = "Stopped early because of an adverse event, not counting deaths"
    assert found[apart]["active"] == HarmCount(4, 1, 0)


def test_deaths_are_recorded_by_their_column_where_reasons_are_not(tmp_path):
    for death, count in (("", 0), (14, 1)):
        made = made_up(until=12, stop_week=4, death_week=death)
        for row in made.patients:
            del row["end_reason"]
        data = StudyData.read(made.write(tmp_path / str(count)))
        found = {outcome.label: outcome.arms for outcome in harm_outcomes(data)}
        assert found["Death"]["active"] == HarmCount(4, count, 0)
        label = "Stopped early because of an adverse event"
        assert found[label + ", not counting deaths" * count] is None
    for row in made.patients:
        del row["death_week"]
    data = StudyData.read(made.write(tmp_path / "without"))
    assert {o.label: o.arms for o in harm_outcomes(data)}["Death"] is None


def test_a_death_after_the_treatment_has_a_place_in_the_time_on_study(tmp_path):
    made = made_up(until=12, stop_week=4, end_reason="adverse_event", death_week=14)
    made.patients[1]["death_week"] = 30
    made.patients[2] |= {"end_reason": "death", "death_week": 25}
    data = StudyData.read(made.write(tmp_path))
    times = times_on_study(data.analysis, study_courses(data), 40)
    found = [(each.stop, each.death, each.end) for each in times]
    # A lane ends with the last visit, or with the death that ended the study.
    assert found[:4] == [(4, 14, 12), (None, 30, 24), (25, 25, 25), (None, None, 24)]


def test_where_deaths_are_placed_is_described(tmp_path):
    own = "A death whose own week is recorded is in that week, even after an early stop."
    taken = "A death without a recorded week is taken to be in that of the last visit."
    for number, (strategy, week) in enumerate(
        (strategy, week) for strategy in ("treatment policy", "composite") for week in ("", 14)
    ):
        made = made_up(until=12, end_reason="death", death_week=week)
        made.description = made.description.replace(
            'missing = "non-responder"',
            f'missing = "non-responder"\nintercurrent = "{strategy}"',
        )
        text = describe_study_endpoint(StudyData.read(made.write(tmp_path / str(number))))
        said = re.split(r"(?<=\.) ", text)
        assert (own in said) == (week == 14 and strategy == "composite")
        assert (taken in said) == (week == "" and strategy == "treatment policy")


def test_such_a_study_is_checked_from_the_command_line(tmp_path, capsys):
    made = made_up(until=12, stop_week=4, end_reason="adverse_event", death_week=14)
    made.adverse_events.append({**made.adverse_events[0], "patient_id": "P001", "week": 13,
                                "event": "sepsis", "serious": "true"})  # fmt: skip
    folder = made.write(tmp_path / "study")
    assert main(["check", str(folder)]) == 0
    assert "death" not in capsys.readouterr().out
    made.adverse_events.pop()
    made.patients[1]["death_week"] = 400
    assert main(["check", str(made.write(folder))]) == 0
    said = capsys.readouterr().out
    assert "2 patients who died have no serious adverse event: the first P001" in said
    assert "1 patient died after the last scheduled week, 24: the last in week 400" in said
    made.patients[0]["death_week"] = 3
    assert main(["check", str(made.write(folder))]) == 1
    said = capsys.readouterr()
    assert "column death_week, value '3': must not lie before the patient's stop_week" in (
        said.out + said.err
    )


def test_a_column_of_dates_of_death_is_asked_about(tmp_path, capsys):
    made = made_up()
    for row in made.patients:
        row["death_date"] = row.pop("death_week")
    assert main(["check", str(made.write(tmp_path))]) == 0
    said = capsys.readouterr().out
    assert "death_date (is it death_week, in weeks since the first dose?)" in said


@pytest.mark.parametrize("cells", [[14, None], [14, " "], ["", 14.0], [None, np.int64(14)]])
def test_numbers_among_blanks_are_weeks(cells):
    patients = pd.DataFrame({"end_reason": "other", "death_week": pd.Series(cells, dtype=object)})
    expected = [cell if isinstance(cell, int | float | np.int64) else NAN for cell in cells]
    assert own_death_weeks(patients).tolist() == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("cells", [["", ""], ["unknown", "no"], [True, False], [14, "no"]])
def test_a_column_of_that_name_without_numbers_says_nothing_of_deaths(cells):
    patients = pd.DataFrame({"end_reason": ["completed", "death"], "death_week": cells})
    assert has_died(patients).tolist() == [False, True]
    assert np.isnan(own_death_weeks(patients)).all()


def test_a_later_death_outside_of_the_analysis_is_none_of_the_analysed(tmp_path):
    made = made_up(until=12, stop_week=4, end_reason="adverse_event", death_week=14)
    for row in made.patients:
        row["analysed"] = row["patient_id"] != "P001"
    data = StudyData.read(made.write(tmp_path / "outside"))
    assert not data.some_died_later
    assert not data.own_death_weeks
    assert data.deaths_recorded
    # A death that ended the study may have its week in the column too, and is no later one.
    ended = made_up(until=12, end_reason="death", death_week=14)
    data = StudyData.read(ended.write(tmp_path / "ended"))
    assert data.own_death_weeks
    assert not data.some_died_later


def test_events_of_who_died_ask_for_the_column_that_the_table_has(tmp_path):
    for column in ("stop_week", "death_week"):
        made = made_up(until=4, end_reason="death", death_week="")
        for row in made.patients:
            if column == "stop_week":
                del row["death_week"]
        made.adverse_events[0] |= {"patient_id": "P001", "week": 23}
        found = lines(made, tmp_path / column)
        assert any(line.endswith(f"enter the week of the death as {column}") for line in found)


def test_patients_of_plain_columns_may_lack_any():
    assert recorded_death_weeks(pd.DataFrame({"patient_id": ["A"]})).tolist() == pytest.approx(
        [NAN], nan_ok=True
    )
    assert has_died(pd.DataFrame({"patient_id": ["A", "B"]})).tolist() == [False, False]
    assert has_died({"patient_id": np.array(["A"]), "death_week": np.array([3.0])}).tolist() == [
        True
    ]


@pytest.mark.parametrize("core_set", ["imacs", "printo"])
def test_the_template_and_the_schema_name_deaths(tmp_path, core_set):
    write_new_study(tmp_path / "new", core_set)
    text = " ".join((tmp_path / "new" / "study.toml").read_text("utf-8").replace("#", "").split())
    assert "death_week (of any death, also of one after an early stop" in text
    assert "stop_date or death_date gives it: the days since" in text
    keys = study_schema()["properties"]["endpoint"]["properties"]
    assert (
        "A death is an early stop, unless the patient stopped before"
        in (keys["intercurrent"]["description"])
    )


@pytest.mark.parametrize("missing", ["unknown", "non-responder", "best case", "worst case"])
@pytest.mark.parametrize("strategy", get_args(Strategy))
def test_times_of_a_random_study_as_in_the_slow_computation(tmp_path, strategy, missing):
    made, weeks = STUDIES["weeks of deaths"]
    folder = made.write(tmp_path)
    text = described(made, weeks, intercurrent=strategy, missing=missing)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    data = StudyData.read(folder)
    times, slow = study_times(data), slow_patients(folder, weeks)
    assert list(data.analysis.patients["patient_id"]) == list(slow)
    rules = strategy, missing, "after the visit", False
    expected = [slow_time(one, 20, weeks[-1], *rules) for one in slow.values()]
    found = zip(times.time, times.cause, times.last_without, times.ended_by, strict=True)
    for mine, wanted in zip(found, expected, strict=True):
        assert mine[1::2] == wanted[1::2]
        # A visit that was late is in its week here, and where it was in the slow computation.
        assert mine[::2] == pytest.approx([float(each) for each in wanted[::2]], abs=0.01)
    ends = {wanted[3] for wanted in expected}
    assert {"stopped early", "death"} <= ends or strategy == "treatment policy"
    assert "death" in ends


@pytest.mark.parametrize("name", ["weeks of deaths", "weeks of deaths among dates"])
def test_deaths_and_ends_of_a_random_study_are_those_of_a_plain_loop(tmp_path, name):
    folder = STUDIES[name][0].write(tmp_path)
    data = StudyData.read(folder)
    rows = read_csv(folder / PATIENTS)
    found = {outcome.label: outcome.arms for outcome in harm_outcomes(data)}
    flows = dict(zip(data.study.arms, participant_flow(data).arms, strict=True))
    both = 0
    for arm in data.study.arms:
        mine = [row for row in rows if row["arm"] == arm]
        died = [row for row in mine if row["end_reason"] == "death" or row["death_week"]]
        assert found["Death"][arm] == HarmCount(len(mine), len(died), 0)
        stops = [row for row in mine if row["end_reason"] == "adverse_event"]
        assert flows[arm].stopped["adverse_event"] == len(stops)
        label = "Stopped early because of an adverse event, not counting deaths"
        assert found[label][arm].count == len(stops)
        assert flows[arm].completed == sum(row["end_reason"] == "completed" for row in mine)
        early = [row for row in mine if row["end_reason"] != "completed" or row["stop_week"]]
        assert found["Stopped early"][arm].count == len(early)
        both += sum(row in stops for row in died)
    assert both > 3


def test_without_times_of_visits_deaths_are_in_the_week_recorded_or_of_the_stop(tmp_path):
    made = made_up()
    ends = [("death", 9, ""), ("death", "", 7), ("withdrawal", 5, 30), ("death", "", "")]
    for row, (reason, stop, death) in zip(made.patients, ends, strict=False):
        row |= {"end_reason": reason, "stop_week": stop, "death_week": death}
    until = {"P001": 9, "P002": 7, "P003": 24, "P004": 12}
    made.visits = [v for v in made.visits if v["week"] <= until.get(v["patient_id"], 24)]
    analysis = StudyData.read(made.write(tmp_path)).analysis
    visits = analysis.visits.drop(columns="visit_week")
    found = intercurrent_events(replace(analysis, visits=visits))
    assert found.stop_week[:4].tolist() == [9, 7, 5, 12]
    assert found.death_week[:4].tolist() == [9, 7, 30, 12]
    assert np.isnan(found.death_week[4:]).all()
