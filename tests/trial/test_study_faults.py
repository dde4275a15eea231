"""Studies with one fault each: one clear line with file, row, column, value, what is allowed."""

import re

import docx
import pytest

from tests.trial.studies import make_study, read_csv, write_csv
from tisstats.errors import DataError
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_schema import CONTROL


def cell(table, row, column, value):
    """Return a change of one cell; rows count from 0."""

    def change(made):
        getattr(made, table)[row][column] = value

    return change


def column_removed(table, column):
    def change(made):
        setattr(
            made, table, [{k: v for k, v in r.items() if k != column} for r in getattr(made, table)]
        )

    return change


def column_renamed(table, column, name):
    def change(made):
        rows = getattr(made, table)
        setattr(
            made, table, [{(name if k == column else k): v for k, v in r.items()} for r in rows]
        )

    return change


def visit_at_another_week(row, week):
    return lambda made: made.visits.append({**made.visits[row], "week": week})


def row_repeated(table, row):
    def change(made):
        getattr(made, table).insert(row + 1, dict(getattr(made, table)[row]))

    return change


def described(old, new):
    def change(made):
        assert old in made.description
        made.description = made.description.replace(old, new)

    return change


def both(*changes):
    def change(made):
        for each in changes:
            each(made)

    return change


VISITS, PATIENTS = "synthetic_visits.csv", "synthetic_patients.csv"
ALIKE = (
    "which has one that differs only in leading zeros, capitals, blanks or the encoding of letters"
)
TREATED, EVENTS = "synthetic_treatments.csv", "synthetic_adverse_events.csv"

#: Name of the fault: change, and the line without the folder.
FAULTS = {
    # patients
    "no upper limit of normal for values": (
        both(
            described("{ ck = 200 }", '{ ck = "ck_limit" }'),
            lambda made: [row.update(ck_limit=200) for row in made.patients],
            cell("patients", 1, "ck_limit", ""),
        ),
        f"{PATIENTS}, row 3, column ck_limit, value '': must be a number above 0: the patient has",
    ),
    "event without a patient": (
        cell("adverse_events", 0, "patient_id", ""),
        f"{EVENTS}, row 2, column patient_id, value '': must be text; not empty",
    ),
    "treatment without a patient": (
        cell("treatments", 0, "patient_id", " "),
        f"{TREATED}, row 2, column patient_id, value ' ': must be text; not empty",
    ),
    "arm unknown": (
        cell("patients", 1, "arm", "placebo"),
        f"{PATIENTS}, row 3, column arm, value 'placebo': must be one of active, control; not",
    ),
    "arm empty": (
        cell("patients", 1, "arm", ""),
        f"{PATIENTS}, row 3, column arm, value '': must be one of active, control; not empty",
    ),
    "arm in another case": (
        cell("patients", 1, "arm", "Control"),
        f"{PATIENTS}, row 3, column arm, value 'Control': must be one of active, control; not",
    ),
    "no arm": (
        column_removed("patients", "arm"),
        f"{PATIENTS}, column arm: there is no such column; the table has patient_id, age, sex,",
    ),
    "patient twice": (
        row_repeated("patients", 2),
        f"{PATIENTS}, row 5, column patient_id, value 'P003': must not repeat another row's",
    ),
    "no id": (
        cell("patients", 2, "patient_id", " "),
        f"{PATIENTS}, row 4, column patient_id, value ' ': must be text; not empty",
    ),
    "decimal comma": (
        cell("patients", 0, "age", "40,5"),
        f"{PATIENTS}, row 2, column age, value '40,5': must be a number; if its comma is a decimal "
        "mark, declare it: decimal = ',' in [files]",
    ),
    "age in words": (
        cell("patients", 0, "age", "forty"),
        f"{PATIENTS}, row 2, column age, value 'forty': must be a number",
    ),
    "characteristic missing": (
        column_renamed("patients", "dysphagia", "swallowing"),
        f"{PATIENTS}, column dysphagia: there is no such column; the table has patient_id, arm,",
    ),
    "truth value in words": (
        cell("patients", 0, "dysphagia", "sometimes"),
        f"{PATIENTS}, row 2, column dysphagia, value 'sometimes': must be true or false",
    ),
    "reason unknown": (
        cell("patients", 0, "end_reason", "moved"),
        f"{PATIENTS}, row 2, column end_reason, value 'moved': must be one of completed, ongoing, ",
    ),
    "stop before the start": (
        cell("patients", 0, "stop_week", -1),
        f"{PATIENTS}, row 2, column stop_week, value '-1': must be a number of weeks, at least 0",
    ),
    "rescue as reason without a rescue row": (
        cell("patients", 0, "end_reason", "rescue_medication"),
        f"{PATIENTS}, row 2, column end_reason, value 'rescue_medication': needs a row with "
        "treatment rescue in",
    ),
    "limit in another unit": (
        both(
            described("ck = 200", 'ck = "limit"'),
            lambda made: [row.update(limit=3.3) for row in made.patients],
        ),
        f"{PATIENTS}, row 2, column limit, value '3.3': must be a plausible upper limit of normal "
        "of ck in U/L",
    ),
    "limit of zero": (
        both(
            described("ck = 200", 'ck = "limit"'),
            lambda made: [
                row.update(limit=0 if place == 2 else 200)
                for place, row in enumerate(made.patients)
            ],
        ),
        f"{PATIENTS}, row 4, column limit, value '0': must be a plausible upper limit of normal",
    ),
    "limit missing": (
        described("ck = 200", 'ck = "limit"'),
        f"{PATIENTS}, column limit: there is no such column",
    ),
    "observed patient among synthetic ones": (
        cell("patients", 3, "origin", "observed"),
        f"{PATIENTS}, row 5, column origin, value 'observed': must be synthetic, as",
    ),
    # visits
    "muscle test above its maximum": (
        cell("visits", 0, "mmt", 200),
        f"{VISITS}, row 2, column mmt, value '200': must be a number from 0 to 150 (mmt_max)",
    ),
    "scale in millimetres": (
        cell("visits", 0, "physician_global", 45),
        f"{VISITS}, row 2, column physician_global, value '45': must be a number from 0 to 10 (cm,",
    ),
    "HAQ too high": (
        cell("visits", 0, "haq", 3.125),
        f"{VISITS}, row 2, column haq, value '3.125': must be a number from 0 to 3",
    ),
    "negative": (
        cell("visits", 0, "extramuscular", -0.1),
        f"{VISITS}, row 2, column extramuscular, value '-0.1': must be a number from 0 to 10",
    ),
    "enzyme of zero": (
        cell("visits", 0, "ck", 0),
        f"{VISITS}, row 2, column ck, value '0': must be a number above 0, in U/L",
    ),
    "infinite": (
        cell("visits", 0, "ck", "inf"),
        f"{VISITS}, row 2, column ck, value 'inf': must be a number above 0, in U/L",
    ),
    "thousands": (
        cell("visits", 0, "ck", "1,199"),
        f"{VISITS}, row 2, column ck, value '1,199': must be a number above 0, in U/L; if it has "
        "separators of thousands, leave them out",
    ),
    "beyond the limit of measurement": (
        cell("visits", 0, "ck", ">10000"),
        f"{VISITS}, row 2, column ck, value '>10000': must be a number above 0, in U/L; it is only "
        "known to lie above the limit of measurement: write that limit, which is then read as the "
        "value, or leave the cell empty",
    ),
    "number with its unit": (
        cell("visits", 0, "ck", "1199 U/L"),
        f"{VISITS}, row 2, column ck, value '1199 U/L': must be",
    ),
    "text in a number": (
        cell("visits", 0, "mmt", "n.d."),
        f"{VISITS}, row 2, column mmt, value 'n.d.': must be a number from 0 to 150",
    ),
    "undeclared missing code": (
        cell("visits", 0, "mmt", "NA"),
        f"{VISITS}, row 2, column mmt, value 'NA': must be a number from 0 to 150 (mmt_max); if it "
        "stands for a missing value, name it in missing_codes under [files]",
    ),
    "undeclared missing code that is a number": (
        cell("visits", 0, "haq", "-9"),
        f"{VISITS}, row 2, column haq, value '-9': must be a number from 0 to 3; if it stands for",
    ),
    "analysed patient without visits": (
        lambda made: made.visits.__setitem__(
            slice(None), [v for v in made.visits if v["patient_id"] != "P003"]
        ),
        f"{PATIENTS}, row 4, column patient_id, value 'P003': has no visit in",
    ),
    "week empty": (
        cell("visits", 1, "week", ""),
        f"{VISITS}, row 3, column week, value '': must be a number of weeks; not empty",
    ),
    "two visits on one date": (
        both(
            described('time = "week"', 'time = "date"'),
            lambda made: [row.update(first_dose_date="2024-01-01") for row in made.patients],
            lambda made: [
                row.update(date=f"2024-01-{1 + int(row['week']):02}")
                for table in (made.visits, made.treatments, made.adverse_events)
                for row in table
            ],
            cell("visits", 2, "date", "2024-01-05"),
            cell("visits", 1, "date", "2024-01-05"),
        ),
        f"{VISITS}, row 4, column date, value '2024-01-05': must not be the time of another visit",
    ),
    "week in words": (
        cell("visits", 1, "week", "week 4"),
        f"{VISITS}, row 3, column week, value 'week 4': must be a number of weeks; not empty",
    ),
    "measure missing": (
        column_removed("visits", "haq"),
        f"{VISITS}, column haq: there is no such column; the table has patient_id, week,",
    ),
    "visit of nobody": (
        cell("visits", 1, "patient_id", "P999"),
        f"{VISITS}, row 3, column patient_id, value 'P999': must stand in column patient_id of",
    ),
    "visit twice": (
        row_repeated("visits", 1),
        f"{VISITS}, row 4, column week, value '4': must not be the time of another visit",
    ),
    "two visits equally near": (
        both(cell("visits", 1, "week", 3.5), visit_at_another_week(1, 4.5)),
        "column week, value '4.5': another visit of the patient is as near to week 4: which one",
    ),
    "two baselines": (
        both(cell("visits", 0, "week", -0.25), visit_at_another_week(0, 0.25)),
        "column week, value '0.25': another visit of the patient is as near to week 0: which one",
    ),
    "no baseline": (
        cell("visits", 0, "week", 1),
        f"{PATIENTS}, row 2, column patient_id, value 'P001': has no baseline, week 0, in",
    ),
    "no analysed patient": (
        lambda made: [row.update(analysed="no") for row in made.patients],
        f"{PATIENTS}, column analysed: no patient is in the analysis",
    ),
    "column twice": (
        lambda made: [row.update({"MMT ": row["mmt"]}) for row in made.visits],
        f"{VISITS}, row 1, column MMT: the header must have unique column names; another is 'mmt'",
    ),
    # treatments and events
    "dose negative": (
        cell("treatments", 0, "dose", -2),
        f"{TREATED}, row 2, column dose, value '-2': must be a number, at least 0",
    ),
    "treatment empty": (
        cell("treatments", 0, "treatment", ""),
        f"{TREATED}, row 2, column treatment, value '': must be text; not empty",
    ),
    "treatment before the start": (
        cell("treatments", 0, "week", -1),
        f"{TREATED}, row 2, column week, value '-1': must be a number of weeks, at least 0",
    ),
    "treatment after the end": (
        cell("treatments", 0, "week", 60),
        f"{TREATED}, row 2, column week, value '60': lies after the patient's last visit and "
        "stop_week, or where that is empty the last scheduled week",
    ),
    "treatment of nobody": (
        cell("treatments", 0, "patient_id", "X"),
        f"{TREATED}, row 2, column patient_id, value 'X': must stand in column patient_id of",
    ),
    "event after the end": (
        cell("adverse_events", 0, "week", 60),
        f"{EVENTS}, row 2, column week, value '60': lies after the patient's last visit; if events "
        "were recorded for longer, say so in visits.follow_up_weeks",
    ),
    "event without a name": (
        cell("adverse_events", 0, "event", ""),
        f"{EVENTS}, row 2, column event, value '': must be text; not empty",
    ),
    "serious in words": (
        cell("adverse_events", 0, "serious", "very"),
        f"{EVENTS}, row 2, column serious, value 'very': must be true or false",
    ),
    "no column of seriousness": (
        column_removed("adverse_events", "serious"),
        f"{EVENTS}, column serious: there is no such column; the table has patient_id, week,",
    ),
    "event of nobody": (
        cell("adverse_events", 0, "patient_id", "X"),
        f"{EVENTS}, row 2, column patient_id, value 'X': must stand in column patient_id of",
    ),
    # the folder
    "rows declared as observed in files called synthetic": (
        both(
            described('data = "synthetic"', 'data = "observed"'),
            *(
                column_removed(name, "origin")
                for name in ("patients", "visits", "treatments", "adverse_events")
            ),
        ),
        f"{PATIENTS}: is called synthetic, but its rows are declared as observed (study.data)",
    ),
    "file missing": (
        described("synthetic_visits.csv", "visits.csv"),
        "visits.csv: there is no such file",
    ),
    "file of an unknown kind": (
        described("synthetic_visits.csv", "visits.doc"),
        "study.toml, key files.visits, value 'visits.doc': the name must end in .csv, .tsv,",
    ),
    "encoding unknown": (
        described("[files]", '[files]\nencoding = "latin-0"'),
        "study.toml, key files.encoding, value 'latin-0': there is no such encoding; use one such",
    ),
    "identifier without its zeros": (
        lambda made: made.visits[0].update(patient_id="p1"),
        f"{PATIENTS}, {ALIKE}",
    ),
    "seen after death": (
        both(
            cell("patients", 0, "stop_week", 12),
            cell("patients", 0, "end_reason", "death"),
        ),
        "column week, value '24': lies after the patient's death, in stop_week in ",
    ),
    "category spelt twice": (
        cell("patients", 0, "sex", "Female"),
        f"{PATIENTS}, row 2, column sex, value 'Female': must be spelt in one way: other rows have "
        "it with other capitals or blanks",
    ),
    "very long cell": (
        cell("visits", 0, "mmt", "1" * 5000),
        f"{VISITS}, row 2, column mmt, value '{'1' * 50}'... (5000 characters): must be a number",
    ),
    "date format ambiguous": (
        described("[files]", '[files]\ndate_format = "DD/MM/YY"'),
        "study.toml, key files.date_format, value 'DD/MM/YY': must have DD, MM (or MMM) and YYYY",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_gives_one_clear_line(name, tmp_path):
    change, message = FAULTS[name]
    made = make_study(20, missing=0, missed=0, seed=3)
    assert made.patients[0]["end_reason"] == "completed"
    StudyData.read(made.write(tmp_path / "as it was"))
    change(made)
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path / "changed"))
    lines = [re.sub(r"^\S*/(?=\S+(,|:))", "", str(fault)) for fault in caught.value.faults]
    assert any(message in line for line in lines), lines
    if name not in ("rows declared as observed in files called synthetic", "limit in another unit"):
        assert len(lines) == 1, lines


@pytest.mark.parametrize("character", ["\x01", "\x0b", "\x1f", "\x7f", "\x85", "\ufffe", "\uffff"])
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("patients", "sex"),
        ("treatments", "treatment"),
        ("adverse_events", "event"),
        ("adverse_events", "treatment_related"),
    ],
)
def test_a_character_that_no_table_can_show_is_one_line(tmp_path, table, column, character):
    made = make_study(8, missing=0, missed=0, seed=3)
    row = getattr(made, table)[0]
    row[column] = f"{row[column]}{character}x"
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path))
    (line,) = map(str, caught.value.faults)
    assert f"row 2, column {column}, value {row[column]!r}: must not have control" in line


def test_what_is_also_spelt_in_two_ways_is_one_line_for_each_cell(tmp_path):
    made = make_study(8, missing=0, missed=0, seed=3)
    made.patients[0]["sex"], made.patients[1]["sex"] = "F\x01x", "f\x01x"
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path))
    assert [fault.row for fault in caught.value.faults] == [2, 3]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_text_may_have_lines_however_they_end(tmp_path, end):
    """Exports from Windows have the ends of lines in free text as well."""
    made = make_study(8, missing=0, missed=0, seed=3)
    made.write(tmp_path)
    # The writer of tables does not quote a cell for \r alone.
    path = tmp_path / "synthetic_adverse_events.csv"
    events = read_csv(path)
    header, *rows = [list(events[0]), *(list(row.values()) for row in events)]
    rows[0][header.index("event")] = f"Headache{end}severe"
    lines = [",".join(f'"{cell}"' for cell in row) for row in (header, *rows)]
    path.write_bytes("\n".join(lines).encode())
    trial = StudyData.read(tmp_path).trial
    assert trial.adverse_events["event"].tolist()[0] == "Headache\nsevere"


def test_every_other_character_can_stand_in_a_word_document():
    paragraph = docx.Document().add_paragraph()
    others = [chr(code) for code in range(0x11000) if not 0xD800 <= code < 0xE000]
    run = paragraph.add_run("".join(each for each in others if not CONTROL.search(each)))
    assert len(run.text) > 60_000


DATED = {
    "date in words": ("visits", "date", "yesterday", "must be a date"),
    "date of another format": ("visits", "date", "03/04/2020", "must be a date"),
    "date empty": ("visits", "date", "", "not empty"),
    "no first dose": (
        "patients",
        "first_dose_date",
        "",
        "not empty: of a patient never treated, the date from which weeks count, such as of "
        "randomisation",
    ),
    "first dose in words": ("patients", "first_dose_date", "soon", "must be a date"),
}


@pytest.mark.parametrize("name", DATED)
def test_dates_have_clear_lines_too(name, tmp_path):
    table, column, value, message = DATED[name]
    made = make_study(6, with_dates=True, missing=0, missed=0, seed=3)
    StudyData.read(made.write(tmp_path / "as it was"))
    getattr(made, table)[1][column] = value
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path / "changed"))
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.value) == (3, column, value)
    assert message in fault.message


@pytest.mark.parametrize(
    ("stop_week", "accepted", "more"),
    [("", True, {}), ("", True, {"death_week": ""}), (20, True, {}), (19, False, {})],
)
def test_treatment_can_go_on_after_the_last_visit(stop_week, accepted, more, tmp_path):
    """A patient who misses visits is still treated until the plan, or a stop, ends it."""
    made = make_study(12, missing=0, missed=0, seed=3)
    patient = made.patients[0]["patient_id"]
    reason = "completed" if stop_week == "" else "withdrawal"
    made.patients[0] |= {"stop_week": stop_week, "end_reason": reason}
    made.visits = [v for v in made.visits if v["patient_id"] != patient or float(v["week"]) < 10]
    made.adverse_events = [e for e in made.adverse_events if e["patient_id"] != patient]
    mine = [t for t in made.treatments if t["patient_id"] == patient]
    made.treatments = [t for t in made.treatments if t["patient_id"] != patient]
    made.treatments += [{**mine[0], "week": week} for week in (0, 4, 20)]
    made.patients = [{**row, **more} for row in made.patients]
    made.description = made.description.replace("window_days = 7", "window_days = 0")
    folder = made.write(tmp_path)
    if accepted:
        trial = StudyData.read(folder).trial
        assert trial.treatments.loc[trial.treatments["patient_id"] == patient, "week"].max() > 19
        return
    with pytest.raises(DataError) as caught:
        StudyData.read(folder)
    (fault,) = caught.value.faults
    assert fault.message.startswith("lies after the patient's last visit and stop_week")


@pytest.mark.parametrize("name", ["treatments", "adverse_events"])
def test_a_table_that_was_not_recorded_can_be_left_out(name, tmp_path):
    made = make_study(6, missing=0, missed=0, seed=3)
    folder = made.write(tmp_path)
    (file,) = folder.glob(f"*{name}.csv")
    file.unlink()
    with pytest.raises(DataError) as caught:
        StudyData.read(folder)
    (fault,) = caught.value.faults
    assert "there is no such file; if this was not recorded" in fault.message
    assert fault.message.endswith(f"leave {name} out of [files] of study.toml")


@pytest.mark.parametrize(("days_off", "accepted"), [(0, True), (4, True), (-4, True), (5, False)])
def test_the_week_of_the_end_is_that_of_the_last_visit_give_or_take_the_window(
    days_off, accepted, tmp_path
):
    made = make_study(6, missing=0, missed=0, seed=3)
    last = {row["patient_id"]: row["week"] for row in made.visits}
    made.patients = [
        {**row, "end_week": last[row["patient_id"]] + days_off / 7} for row in made.patients
    ]
    folder = made.write(tmp_path)
    if accepted:
        StudyData.read(folder)
        return
    with pytest.raises(DataError) as caught:
        StudyData.read(folder)
    assert len(caught.value.faults) == 6
    assert {fault.column for fault in caught.value.faults} == {"end_week"}
    assert "must be the week of the patient's last visit" in caught.value.faults[0].message


@pytest.mark.parametrize(("week", "accepted"), [(0, True), (2, False)])
def test_the_end_after_a_screening_visit_alone_is_in_week_0(week, accepted, tmp_path):
    made = make_study(6, missing=0, missed=0, seed=3)
    name = made.patients[0]["patient_id"]
    for table in ("treatments", "adverse_events"):
        setattr(made, table, [r for r in getattr(made, table) if r["patient_id"] != name])
    first, *others = made.visits
    made.visits = [{**first, "week": -6}, *(r for r in others if r["patient_id"] != name)]
    made.patients = [{**row, "end_week": ""} for row in made.patients]
    made.patients[0]["end_week"] = week
    rule = 'time = "week"\nbaseline = "last before first dose"'
    made.description = made.description.replace('time = "week"', rule)
    assert rule in made.description
    folder = made.write(tmp_path)
    if accepted:
        StudyData.read(folder)
        return
    with pytest.raises(DataError) as caught:
        StudyData.read(folder)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(2, "end_week")]


#: Change of a valid study at a limit, and one just beyond it with part of its message.
LIMITS = {
    "muscle test at its ends": (
        both(cell("visits", 0, "mmt", 150), cell("visits", 1, "mmt", 0)),
        cell("visits", 1, "mmt", -1),
        "value '-1': must be a number from 0 to 150 (mmt_max)",
    ),
    "HAQ at its ends": (
        both(cell("visits", 0, "haq", 3), cell("visits", 1, "haq", 0)),
        cell("visits", 0, "haq", 3.001),
        "must be a number from 0 to 3",
    ),
    "scale at its ends": (
        both(cell("visits", 0, "extramuscular", 10), cell("visits", 1, "extramuscular", 0)),
        cell("visits", 0, "extramuscular", 10.01),
        "must be a number from 0 to 10 (cm",
    ),
    "least enzyme": (
        cell("visits", 0, "ck", 0.01),
        cell("visits", 0, "ck", -0.01),
        "must be a number above 0, in U/L",
    ),
    "least dose": (
        cell("treatments", 0, "dose", 0),
        cell("treatments", 0, "dose", -0.1),
        "must be a number, at least 0",
    ),
    "event in the window of the last visit": (
        cell("adverse_events", 0, "week", 24 + 4 / 7),
        cell("adverse_events", 0, "week", 24 + 5 / 7),
        "column week, value '24.714285714285715': lies after the patient's last visit; if events",
    ),
    "event in the follow-up": (
        both(
            described("window_days = 4", "window_days = 4\nfollow_up_weeks = 2.5"),
            cell("adverse_events", 0, "week", 26.5 + 4 / 7),
        ),
        cell("adverse_events", 0, "week", 26.5 + 5 / 7),
        "lies after the patient's last visit, and 2.5 weeks of follow-up; if events were recorded",
    ),
    "event before treatment": (
        cell("adverse_events", 0, "week", -3),
        cell("adverse_events", 0, "week", "-3 weeks"),
        "must be a number of weeks",
    ),
    "treatment in the window of the last week": (
        cell("treatments", 0, "week", 24 + 4 / 7),
        cell("treatments", 0, "week", 24 + 5 / 7),
        "lies after the patient's last visit and stop_week, or where that is empty the last",
    ),
    "seen in the window of a death": (
        both(
            cell("patients", 0, "end_reason", "death"),
            cell("patients", 0, "stop_week", 24 - 4 / 7),
        ),
        cell("patients", 0, "stop_week", 24 - 5 / 7),
        "lies after the patient's death, in stop_week in",
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_what_lies_on_a_limit_is_accepted_and_what_lies_beyond_is_not(name, tmp_path):
    within, beyond, message = LIMITS[name]
    made = make_study(8, missing=0, missed=0, seed=3)
    assert made.patients[0] | {"end_reason": "completed", "stop_week": ""} == made.patients[0]
    made.adverse_events[0]["patient_id"] = made.patients[0]["patient_id"]
    assert made.treatments[0]["patient_id"] == made.patients[0]["patient_id"]
    within(made)
    StudyData.read(made.write(tmp_path / "within"))
    beyond(made)
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path / "beyond"))
    (fault,) = caught.value.faults
    assert message in str(fault)


def test_rescue_medication_may_be_given_after_the_last_visit(tmp_path):
    made = make_study(8, missing=0, missed=0, seed=3)
    row = {**made.treatments[0], "week": 40, "treatment": "Rescue"}
    made.treatments.append(row)
    rescue = StudyData.read(made.write(tmp_path / "rescue")).trial.treatments
    assert rescue["treatment"].tolist()[-1] == "rescue"
    row["treatment"] = "rescued"
    with pytest.raises(DataError, match="lies after the patient's last visit and stop_week"):
        StudyData.read(made.write(tmp_path / "other"))


@pytest.mark.parametrize(("week", "accepted"), [(0, True), (4 / 7, True), (5 / 7, False)])
def test_events_of_who_was_never_seen_are_those_of_the_start(week, accepted, tmp_path):
    made = make_study(8, missing=0, missed=0, seed=3)
    first = made.patients[0]["patient_id"]
    made.patients[0] |= {"analysed": "false"}
    made.patients[1:] = [{**row, "analysed": "true"} for row in made.patients[1:]]
    made.visits = [row for row in made.visits if row["patient_id"] != first]
    made.adverse_events[0] |= {"patient_id": first, "week": week}
    folder = made.write(tmp_path)
    if accepted:
        assert len(StudyData.read(folder).analysis.patients) == 7
        return
    with pytest.raises(DataError, match=r"column week.*lies after the patient's last visit;"):
        StudyData.read(folder)


@pytest.mark.parametrize("table", ["treatments", "adverse_events"])
def test_faults_of_time_name_the_date_where_there_are_dates(table, tmp_path):
    made = make_study(8, with_dates=True, missing=0, missed=0, seed=3)
    getattr(made, table)[0]["date"] = "2029-01-01"
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path / "late"))
    (fault,) = caught.value.faults
    assert (fault.column, fault.value, fault.row) == ("date", "2029-01-01", 2)
    getattr(made, table)[0]["date"] = "2020-01-01"
    folder = made.write(tmp_path / "early")
    if table == "adverse_events":
        StudyData.read(folder)
        return
    with pytest.raises(DataError) as caught:
        StudyData.read(folder)
    (fault,) = caught.value.faults
    assert (fault.column, fault.message) == ("date", "lies before the patient's first dose")


@pytest.mark.parametrize(
    ("name", "alike"),
    [
        ("p001", True),
        ("P1", True),
        (" P 001", True),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER P}1", True),
        ("P0001", True),
        ("P010", False),
        ("P0010", False),
        ("Q001", False),
        ("P", False),
        ("P0", False),
    ],
)
def test_an_identifier_that_only_typing_changed_is_recognised(name, alike, tmp_path):
    made = make_study(4, missing=0, missed=0, seed=3)
    made.treatments[0]["patient_id"] = name
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path))
    (fault,) = caught.value.faults
    assert fault.message.startswith("must stand in column patient_id of ")
    assert fault.message.endswith(f", {ALIKE}") == alike


@pytest.mark.parametrize(
    ("code", "hinted"),
    [("NA", True), (" n.d. ", True), ("999", True), ("-1", True), ("?", True), ("none ", True),
     ("-", True), ("-8", True), ("n/a", True), ("NULL", True), ("nan", True), ("N.A.", True),
     ("missing", True), ("unknown", True), (".", True), ("-9", True), ("-99", True),
     ("-999", True), ("-9999", True), ("99", True), ("9999", True), ("9", False),
     ("-2", False), ("nothing", False)],
)  # fmt: skip
def test_a_code_for_a_missing_value_is_hinted_at(code, hinted, tmp_path):
    made = make_study(4, missing=0, missed=0, seed=3)
    made.visits[1]["extramuscular"] = code
    made.visits[2]["haq"] = "4"
    if code == "9":
        made.visits[1]["haq"] = code
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path))
    faults = {fault.row: fault.message for fault in caught.value.faults}
    assert set(faults) == {3, 4}
    hint = "; if it stands for a missing value, name it in missing_codes under [files]"
    assert faults[3].endswith(hint) == hinted
    assert not faults[4].endswith(hint)


@pytest.mark.parametrize("code", ["Unknown", "NA", "."])
@pytest.mark.parametrize(
    ("table", "column", "end"),
    [("adverse_events", "serious", "1 or 0); not empty"), ("visits", "week", "weeks; not empty"),
     ("patients", "arm", "active, control; not empty")],
)  # fmt: skip
def test_no_code_for_a_missing_value_is_hinted_at_where_none_is_allowed(
    table, column, end, code, tmp_path
):
    made = make_study(4, missing=0, missed=0, seed=3)
    getattr(made, table)[0][column] = code
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path))
    (fault,) = caught.value.faults
    assert fault.message.endswith(end)


@pytest.mark.parametrize("dated", [True, False])
def test_a_partial_date_of_an_event_may_be_left_out(tmp_path, dated):
    made = make_study(4, with_dates=dated, missing=0, missed=0, seed=3)
    column = "date" if dated else "week"
    made.adverse_events[0][column] = "2023-06"
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path / "partial"))
    (fault,) = caught.value.faults
    assert fault.message.endswith("; or empty, where it is not known exactly")
    made.adverse_events[0][column] = ""
    StudyData.read(made.write(tmp_path / "empty"))
    made.visits[0][column] = "2023-06"
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path / "visit"))
    assert caught.value.faults[0].message.endswith("; not empty")


def test_without_a_visit_in_the_window_of_week_0_a_rule_that_has_one_is_named(tmp_path):
    made = make_study(4, missing=0, missed=0, seed=3)
    first = {row["patient_id"]: row for row in reversed(made.visits)}
    first["P001"]["week"], first["P003"]["week"] = -2, 1
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(tmp_path))
    named = {fault.value: fault.message for fault in caught.value.faults}
    assert set(named) == {"P001", "P003"}
    rule = (
        ': add that visit, or set visits.baseline to "last before first dose", which also takes '
        "visits more than 4 days (visits.window_days) before the first dose, or leave the patient "
        "out of the analysis (column analysed, value false)"
    )
    assert named["P001"].endswith(rule)
    assert "visits.baseline" not in named["P003"]
    made.description = made.description.replace(
        "window_days = 4", 'window_days = 4\nbaseline = "last before first dose"'
    )
    first["P003"]["week"] = 0
    StudyData.read(made.write(tmp_path / "other"))


def test_a_code_that_a_mapping_makes_is_told_once(tmp_path):
    made = make_study(4, missing=0, missed=0, seed=3)
    made.visits[1]["haq"] = "unknown"
    folder = made.write(tmp_path)
    mapping = tmp_path / "mine.toml"
    values = {str(row["haq"]) for row in made.visits} - {"unknown"}
    known = "".join(f'"{value}" = {value}\n' for value in sorted(values))
    mapping.write_text(f'[visits.values.haq]\nunknown = "-9"\n{known}', encoding="utf-8")
    with pytest.raises(DataError) as caught:
        StudyData.read(folder, mapping)
    (fault,) = caught.value.faults
    assert fault.message.endswith("name it in missing_codes under [files]")


def every_line(folder, *changes):
    """All lines of a study with several faults, without the folder."""
    made = make_study(8, missing=0, missed=0, seed=3)
    for change in changes:
        change(made)
    with pytest.raises(DataError) as caught:
        StudyData.read(made.write(folder))
    return [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults]


CELLS = [
    cell("patients", 0, "arm", "placebo"),
    cell("patients", 1, "end_reason", "moved"),
    cell("patients", 2, "sex", "Female"),
    cell("patients", 3, "stop_week", -1),
    cell("patients", 4, "origin", "observed"),
    cell("visits", 0, "mmt", 200),
    cell("visits", 1, "ck", 0),
    cell("visits", 2, "week", ""),
    cell("visits", 3, "haq", "NA"),
    cell("treatments", 0, "dose", -2),
    cell("treatments", 1, "treatment", ""),
    cell("adverse_events", 0, "serious", ""),
]
STAGES = {
    "cells": CELLS,
    "identifiers": [
        row_repeated("patients", 2),
        cell("visits", 0, "patient_id", "p1"),
        cell("treatments", 0, "patient_id", "X"),
    ],
    "unseen": [
        lambda made: made.visits.__setitem__(
            slice(None), [row for row in made.visits if row["patient_id"] != "P003"]
        )
    ],
    "times": [row_repeated("visits", 1)],
    "ends": [
        described("window_days = 4", "window_days = 4\nfollow_up_weeks = 2"),
        cell("adverse_events", 0, "week", 60),
        cell("treatments", 0, "week", 60),
        cell("patients", 2, "end_reason", "rescue_medication"),
        lambda made: [row.update(end_week="") for row in made.patients],
        cell("patients", 3, "end_week", 4),
        both(cell("patients", 4, "stop_week", 12), cell("patients", 4, "end_reason", "death")),
    ],
    "observed": [
        described('data = "synthetic"', 'data = "observed"'),
        *(column_removed(n, "origin") for n in ("patients", "visits", "treatments")),
        column_removed("adverse_events", "origin"),
    ],
    "files": [
        described("synthetic_visits.csv", "visits.csv"),
        described("synthetic_treatments.csv", "treatments.csv"),
    ],
}

LEFT_OUT = "; if it stands for a missing value, name it in missing_codes under [files]"
CALLED = ": is called synthetic, but its rows are declared as observed (study.data)"
LINES = {
    "cells": [
        f"{PATIENTS}, row 2, column arm, value 'placebo': must be one of active, control; not "
        "empty",
        f"{PATIENTS}, row 5, column stop_week, value '-1': must be a number of weeks, at least 0"
        f"{LEFT_OUT}",
        f"{PATIENTS}, row 3, column end_reason, value 'moved': must be one of completed, ongoing, "
        "rescue_medication, adverse_event, lack_of_efficacy, withdrawal, lost_to_follow_up, death, "
        "other",
        f"{PATIENTS}, row 4, column sex, value 'Female': must be spelt in one way: other rows have "
        "it with other capitals or blanks",
        f"{PATIENTS}, row 6, column origin, value 'observed': must be synthetic, as study.toml "
        "declares",
        f"{VISITS}, row 4, column week, value '': must be a number of weeks; not empty",
        f"{VISITS}, row 2, column mmt, value '200': must be a number from 0 to 150 (mmt_max)",
        f"{VISITS}, row 5, column haq, value 'NA': must be a number from 0 to 3{LEFT_OUT}",
        f"{VISITS}, row 3, column ck, value '0': must be a number above 0, in U/L",
        f"{TREATED}, row 3, column treatment, value '': must be text; not empty",
        f"{TREATED}, row 2, column dose, value '-2': must be a number, at least 0",
        f"{EVENTS}, row 2, column serious, value '': must be true or false (also yes or no, y or n,"
        " t or f, 1 or 0); not empty",
    ],
    "identifiers": [
        f"{PATIENTS}, row 5, column patient_id, value 'P003': must not repeat another row's "
        "patient_id",
        f"{VISITS}, row 2, column patient_id, value 'p1': must stand in column patient_id of "
        f"{PATIENTS}, {ALIKE}",
        f"{TREATED}, row 2, column patient_id, value 'X': must stand in column patient_id of "
        f"{PATIENTS}",
    ],
    "unseen": [
        f"{PATIENTS}, row 4, column patient_id, value 'P003': has no visit in {VISITS} that the "
        "schedule uses: for a patient who counts nevertheless, add a baseline visit with empty "
        "cells, or leave the patient out of the analysis (column analysed, value false)"
    ],
    "times": [
        f"{VISITS}, row 4, column week, value '4': must not be the time of another visit of the "
        "patient"
    ],
    "ends": [
        f"{PATIENTS}, row 5, column end_week, value '4': must be the week of the patient's last "
        f"visit in {VISITS}",
        f"{PATIENTS}, row 4, column end_reason, value 'rescue_medication': needs a row with "
        f"treatment rescue in {TREATED}",
        f"{VISITS}, row 21, column week, value '24': lies after the patient's death, in stop_week "
        f"in {PATIENTS}",
        f"{TREATED}, row 2, column week, value '60': lies after the patient's last visit and "
        "stop_week, or where that is empty the last scheduled week",
        f"{EVENTS}, row 2, column week, value '60': lies after the patient's last visit, and 2 "
        "weeks of follow-up; if events were recorded for longer, say so in visits.follow_up_weeks",
    ],
    "observed": [f"{file}{CALLED}" for file in (PATIENTS, VISITS, TREATED, EVENTS)],
    "files": [
        "visits.csv: there is no such file",
        "treatments.csv: there is no such file; if this was not recorded, leave treatments out of "
        "[files] of study.toml",
    ],
}


@pytest.mark.parametrize("stage", STAGES)
def test_all_faults_of_a_stage_are_said_in_full(stage, tmp_path):
    assert every_line(tmp_path, *STAGES[stage]) == LINES[stage]


def test_a_planned_test_that_would_list_too_many_tables_is_refused(tmp_path):
    made = make_study(2 * 3163, weeks=(0, 24), missing=0, missed=0)
    description = made.description
    planned = '[analysis]\nproportion_test = "{}"'
    made.description = description.replace("[analysis]", planned.format("barnard"))
    with pytest.raises(DataError) as raised:
        StudyData.read(made.write(tmp_path / "trial"))
    (line,) = str(raised.value).splitlines()
    assert line == (
        f"{tmp_path / 'trial' / 'study.toml'}, key analysis.proportion_test, value 'barnard': has "
        "10,010,896 tables of 3163 and 3163 trials, and at most 10,000,000 are listed; 'fisher' "
        "and 'chi-square' need no list (arms active and control)"
    )
    # Whom such an endpoint leaves out of the denominator is not known before.
    for old, new in (('missing = "', 'missing = "unknown" # "'), ("week = 24\n", "week = 24\n"
                     'intercurrent = "hypothetical"\n')):  # fmt: skip
        assert old in made.description
        changed = made.description.replace(old, new, 1)
        (tmp_path / "trial" / "study.toml").write_text(changed, encoding="utf-8")
        assert len(StudyData.read(tmp_path / "trial").trial.patients) == 2 * 3163
    (tmp_path / "trial" / "study.toml").write_text(made.description, encoding="utf-8")
    patients = tmp_path / "trial" / "synthetic_patients.csv"
    rows = read_csv(patients)
    for place, row in enumerate(rows):  # some patients are not analysed
        row["analysed"] = str(place >= 4).lower()
    write_csv(patients, rows)
    assert len(StudyData.read(tmp_path / "trial").trial.patients) == 2 * 3163
    made.description = description.replace("[analysis]", planned.format("chi-square"))
    assert len(StudyData.read(made.write(tmp_path / "trial")).trial.patients) == 2 * 3163
