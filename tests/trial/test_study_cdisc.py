"""A study as CDISC data sets and back: the same scores, in every format."""

import re
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from tests.trial.slow_endpoint import (
    disability_definition,
    imacs_definition,
    worsening_definition,
)
from tests.trial.studies import MEASURES, STUDY_FORMATS, make_study
from tests.trial.test_study_adam import in_adam
from tisstats.chapters.trial_report.patients import Patients
from tisstats.errors import DataError
from tisstats.trial.arm_responses import responses_by_arm
from tisstats.trial.baseline_table import summarise_characteristics
from tisstats.trial.cdisc import FILE_FORMATS, write_analysis_datasets
from tisstats.trial.study_cdisc import study_datasets
from tisstats.trial.study_data import StudyData
from tisstats.trial.study_endpoint import describe_study_endpoint, evaluate_study, study_courses


def plain():
    return make_study(15, seed=8)


@pytest.fixture
def made():
    return plain()


@cache
def exported(made):
    """A study read from its tables, and its data sets: once for all formats."""
    with TemporaryDirectory() as folder:
        given = StudyData.read(made().write(Path(folder)))
    return given, study_datasets(given)


def read_back(made, folder, datasets, file_format):
    """Write data sets, and read the study again from them."""
    folder.mkdir()
    write_analysis_datasets(datasets, folder / "adam", file_format)
    text = made.description.replace("[files]", '[files]\nadam = "adam"')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return StudyData.read(folder)


def test_early_stops_and_limits_of_patients_survive_too(made, tmp_path):
    made.description = made.description.replace("ck = 200", 'ck = "ck_limit"')
    for number, row in enumerate(made.patients):
        row["ck_limit"] = 170 + number
    made.patients[0] |= {"stop_week": 9, "end_reason": "withdrawal"}
    given = StudyData.read(made.write(tmp_path / "tables"))
    found = read_back(made, tmp_path / "again", study_datasets(given), "xpt")
    for column in ("ck_uln", "stop_week"):
        expected = given.trial.patients[column].astype(float)
        np.testing.assert_array_equal(found.trial.patients[column].astype(float), expected)
    np.testing.assert_array_equal(found.analysis.tis, given.analysis.tis)


def with_weeks_of_deaths():
    made = make_study(8, missing=0, missed=0, seed=3)
    ends = [(4, "adverse_event", 14.5), ("", "completed", 30), ("", "death", 25), (26, "death", "")]
    ends += [("", "completed", "")] * 4
    for row, cells in zip(made.patients, ends, strict=True):
        row |= dict(zip(("stop_week", "end_reason", "death_week"), cells, strict=True))
    made.visits = [v for v in made.visits if v["patient_id"] != "P001" or v["week"] <= 12]
    made.treatments = [row for row in made.treatments if row["treatment"] != "rescue"]
    return made


def with_deaths_as_a_characteristic():
    made = with_weeks_of_deaths()
    row = '[characteristics]\ndeath_week = { label = "Death, week", type = "number" }'
    made.description = made.description.replace("[characteristics]", row)
    return made


@pytest.mark.parametrize("file_format", FILE_FORMATS)
@pytest.mark.parametrize("made", [with_weeks_of_deaths, with_deaths_as_a_characteristic])
def test_deaths_survive_with_their_weeks(tmp_path, file_format, made):
    given, datasets = exported(made)
    adsl = datasets.tables["ADSL"]
    assert adsl["DTHFL"].tolist() == ["Y"] * 4 + [""] * 4
    # Without a cell of its own, a death that ended the study was in the week of the stop.
    expected = [14.5, 30, 25, 26, *[np.nan] * 4]
    np.testing.assert_array_equal(adsl["DTHWK"], expected)
    assert adsl["DCSREAS"].tolist() == ["adverse_event", "", "death", "death", *[""] * 4]
    described = {each.variable: each for each in datasets.variables_of("ADSL")}
    assert described["DTHWK"].source == "patients.death_week"
    assert described["DTHFL"].derivation.endswith("or the week of the death is recorded")
    found = read_back(made(), tmp_path / "again", datasets, file_format)
    np.testing.assert_array_equal(found.trial.patients["death_week"].astype(float), expected)
    for name in ("stop_week", "death_week"):
        pair = (getattr(study_courses(data), name) for data in (given, found))
        np.testing.assert_array_equal(*pair)
    assert_frame_equal(study_datasets(found).tables["ADSL"], adsl)


def test_a_death_without_its_week_keeps_its_flag_beside_the_column(tmp_path):
    made = make_study(8, missing=0, missed=0, seed=3)
    for row in made.patients:
        row |= {"stop_week": "", "end_reason": "completed", "death_week": ""}
    made.patients[0]["end_reason"] = "death"
    made.patients[1]["death_week"] = 30
    adsl = study_datasets(StudyData.read(made.write(tmp_path))).tables["ADSL"]
    assert adsl["DTHFL"].tolist() == ["Y", "Y", *[""] * 6]


def test_without_a_column_of_deaths_data_sets_are_as_they_were(made, tmp_path):
    made.patients[0] |= {"stop_week": 24, "end_reason": "death"}
    datasets = study_datasets(StudyData.read(made.write(tmp_path / "tables")))
    assert "DTHWK" not in datasets.tables["ADSL"]
    (flag,) = (each for each in datasets.variables_of("ADSL") if each.variable == "DTHFL")
    assert flag.derivation.endswith("the study records no other deaths")
    assert datasets.tables["ADSL"]["DTHFL"][0] == "Y"


@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_a_study_survives_the_way_to_data_sets_and_back(made, tmp_path, file_format):
    given, datasets = exported(plain)
    found = read_back(made, tmp_path / "again", datasets, file_format)
    np.testing.assert_array_equal(found.analysis.tis, given.analysis.tis)
    np.testing.assert_array_equal(found.analysis.weeks, given.analysis.weeks)
    for column in ("arm", "age", "sex", "dysphagia", "end_reason"):
        assert found.trial.patients[column].equals(given.trial.patients[column])
    assert found.trial.treatments["treatment"].tolist() == (
        given.trial.treatments["treatment"].tolist()
    )
    assert len(found.trial.adverse_events) == len(given.trial.adverse_events)
    assert all(path.name.startswith("synthetic_") for path in (tmp_path / "again/adam").iterdir())


def rescued_before_a_late_visit():
    made = make_study(15, seed=8, changes='intercurrent = "composite"')
    for row in made.visits:
        row["week"] += 0.3 if row["week"] else 0
    for row in made.patients:
        row |= {"stop_week": "", "end_reason": "completed"}
    rescue = {"treatment": "rescue", "week": 24, "dose": ""}
    made.treatments = [
        {**made.treatments[0], **rescue, "patient_id": row["patient_id"]} for row in made.patients
    ]
    return made


@pytest.mark.parametrize("file_format", STUDY_FORMATS)
def test_rescue_between_a_scheduled_week_and_its_visit_stays_before_the_visit(
    tmp_path, file_format
):
    given, datasets = exported(rescued_before_a_late_visit)
    found = read_back(rescued_before_a_late_visit(), tmp_path / "again", datasets, file_format)
    for column in ("week", "visit_week"):
        expected = given.trial.visits[column].to_numpy(dtype=float)
        np.testing.assert_array_equal(found.trial.visits[column].to_numpy(dtype=float), expected)
    assert list(evaluate_study(found).status) == list(evaluate_study(given).status)
    assert not evaluate_study(given).responders_low


def one_not_analysed():
    made = plain()
    for number, row in enumerate(made.patients):
        row["analysed"] = str(number != 2).lower()
    return made


@pytest.mark.parametrize("file_format", STUDY_FORMATS)
def test_visits_outside_the_analysis_survive_too_without_a_score(tmp_path, file_format):
    made = one_not_analysed()
    name = made.patients[2]["patient_id"]
    given, datasets = exported(one_not_analysed)
    visits = datasets.tables["ADTIS"]
    outside = visits[visits["USUBJID"].str.endswith(name)]
    assert len(outside)
    assert set(outside["ANL01FL"]) == {""}
    assert outside.loc[outside["PARAMCD"] == "TIS", "AVAL"].isna().all()
    found = read_back(made, tmp_path / "again", datasets, file_format)
    columns = ["patient_id", "week", *given.trial.description.measures]
    assert_frame_equal(
        found.trial.visits[columns].reset_index(drop=True),
        given.trial.visits[columns].reset_index(drop=True),
        check_dtype=False,
    )
    np.testing.assert_array_equal(found.analysis.tis, given.analysis.tis)


def seen_outside_all_windows():
    made = plain()
    made.description = made.description.replace("[visits]", '[visits]\nunscheduled = "drop"')
    name = made.patients[3]["patient_id"]
    made.patients[3] |= {"stop_week": "", "end_reason": "completed"}
    last = max(
        (row for row in made.visits if row["patient_id"] == name), key=lambda row: row["week"]
    )
    made.visits.append({**last, "week": 31})
    # Until a visit that is not used, the patient was seen.
    made.adverse_events.append({**made.adverse_events[0], "patient_id": name, "week": 30})
    made.treatments.append(
        {**made.treatments[0], "patient_id": name, "treatment": "rescue", "week": 29, "dose": ""}
    )
    return made


@pytest.mark.parametrize("file_format", STUDY_FORMATS)
def test_visits_that_the_schedule_drops_survive_too_unused(tmp_path, file_format):
    made = seen_outside_all_windows()
    name = made.patients[3]["patient_id"]
    given, datasets = exported(seen_outside_all_windows)
    assert given.not_used == {"outside of all windows": 1}
    visits = datasets.tables["ADTIS"]
    dropped = visits[visits["AVISITN"] == 31]
    assert set(dropped["SUBJID"]) == {name}
    assert set(dropped["ANL01FL"]) == {""}
    assert not dropped["CRIT1FL"].str.len().any()
    assert dropped.loc[dropped["PARAMCD"] == "TIS", "AVAL"].isna().all()
    assert dropped["AVAL"].notna().any()
    found = read_back(made, tmp_path / "again", datasets, file_format)
    assert found.not_used == given.not_used
    np.testing.assert_array_equal(found.analysis.tis, given.analysis.tis)
    for table in ("adverse_events", "treatments"):
        columns = ["patient_id", "week"]
        assert_frame_equal(
            getattr(found.trial, table)[columns].sort_values(columns, ignore_index=True),
            getattr(given.trial, table)[columns].sort_values(columns, ignore_index=True),
            check_dtype=False,
        )


@pytest.mark.parametrize("week", [12, 12.25])
def test_visits_displaced_by_one_with_more_measures_are_exported_unless_their_week_is_taken(
    made, tmp_path, week
):
    name = made.patients[3]["patient_id"]
    at = next(r for r in made.visits if (r["patient_id"], r["week"]) == (name, 12))
    at["week"] = 12.5
    kept = {key: at[key] for key in ("patient_id", "ck", "origin")}
    made.visits.append({**dict.fromkeys(at, ""), **kept, "week": week})
    given = StudyData.read(made.write(tmp_path / "tables"))
    reason = "between its week and the visit that counts, with less of what a score needs"
    assert given.not_used == {reason: 1}
    assert given.left_out == (
        f"1 visit left out: {reason}: {name} (week {week:.1f})".replace(".0)", ")"),
    )
    datasets = study_datasets(given)
    visits = datasets.tables["ADTIS"]
    mine = visits[(visits["SUBJID"] == name) & (visits["ARELTM"] == week)]
    assert set(mine["ANL01FL"]) == (set() if week == 12 else {""})
    found = read_back(made, tmp_path / "again", datasets, "csv")
    np.testing.assert_array_equal(found.analysis.tis, given.analysis.tis)


def test_without_a_dropped_visit_each_known_value_is_flagged(made, tmp_path):
    visits = study_datasets(StudyData.read(made.write(tmp_path / "tables"))).tables["ADTIS"]
    assert ((visits["ANL01FL"] == "Y") == visits["AVAL"].notna()).all()


def test_the_score_is_a_parameter_with_its_criterion(made, tmp_path):
    given = StudyData.read(made.write(tmp_path / "tables"))
    adtis = study_datasets(given).tables["ADTIS"]
    scores = adtis[(adtis["PARAMCD"] == "TIS") & (adtis["AVISITN"] > 0)]
    known = given.analysis.visits
    later = known[(known["week"] > 0) & known["tis"].notna()]
    assert scores["AVAL"].dropna().tolist() == pytest.approx(later["tis"].tolist())
    met = scores.loc[scores["AVAL"].notna(), "CRIT1FL"].eq("Y").tolist()
    assert met == (later["tis"] >= 40).tolist()


def test_what_bounds_decide_is_flagged_as_the_times_have_it(tmp_path):
    made = make_study(12, missing=0.3, missed=0, seed=4)
    for row in made.patients:
        row.update(end_reason="", stop_week="")
    made.treatments[:] = [row for row in made.treatments if row["treatment"] != "rescue"]
    given = StudyData.read(made.write(tmp_path / "tables"))
    tables = study_datasets(given).tables
    adtis, adtte = tables["ADTIS"], tables["ADTTE"]
    scores = adtis[(adtis["PARAMCD"] == "TIS") & (adtis["AVISITN"] > 0)]
    decided = scores[scores["AVAL"].isna()]["CRIT1FL"]
    assert {"Y", "N", ""} == set(decided)
    met = scores[scores["CRIT1FL"] == "Y"].groupby("SUBJID")["AVISITN"].min()
    response = adtte[adtte["PARAMCD"] == "TTRESP"].set_index("SUBJID")
    events = response.loc[response["CNSR"] == 0, "AVAL"]
    assert events.sort_index().to_dict() == met.sort_index().to_dict()


@pytest.mark.parametrize(
    ("name", "variable"), [("ADAE", "AETERM"), ("ADEX", "EXTRT"), ("ADSL", "DCSREAS")]
)
def test_a_fault_is_placed_in_the_data_set_it_is_in(made, tmp_path, name, variable):
    datasets = study_datasets(StudyData.read(made.write(tmp_path / "tables")))
    wrong = "moved away" if name == "ADSL" else ""
    datasets.tables[name].loc[0, ["EOSSTT", variable]] = ["DISCONTINUED", wrong]
    datasets.tables[name] = datasets.tables[name][
        [each.variable for each in datasets.variables_of(name) if each.variable and not each.where]
    ]
    again = tmp_path / "again"
    write_analysis_datasets(datasets, again / "adam", "csv")
    text = made.description.replace("[files]", '[files]\nadam = "adam"')
    (again / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as raised:
        StudyData.read(again)
    file = again / "adam" / f"synthetic_{name.lower()}.csv"
    (line,) = str(raised.value).splitlines()
    assert line.startswith(f"{file}, row 2, column {variable}, value {wrong!r}: must be ")


def test_a_value_at_a_visit_is_placed_in_its_record(made, tmp_path):
    datasets = study_datasets(StudyData.read(made.write(tmp_path / "tables")))
    adtis = datasets.tables["ADTIS"]
    row = adtis.index[(adtis["PARAMCD"] == "MMT") & (adtis["AVISITN"] == 12)][1]
    adtis.loc[row, "AVAL"] = 151
    with pytest.raises(DataError) as raised:
        read_back(made, tmp_path / "again", datasets, "csv")
    file = tmp_path / "again" / "adam" / "synthetic_adtis.csv"
    (line,) = str(raised.value).splitlines()
    assert line.startswith(f"{file}, row {row + 2}, column AVAL (PARAMCD MMT), value '151")
    assert file.read_text("utf-8").splitlines()[row + 1].split(",")[8] == "MMT"


def test_data_sets_are_not_written_over_a_file(made, tmp_path):
    given = StudyData.read(made.write(tmp_path / "tables"))
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match="file: is a file; name a folder"):
        write_analysis_datasets(study_datasets(given), tmp_path / "file", "csv")
    assert (tmp_path / "file").read_text("utf-8") == "mine"


#: How a time ends at a visit.
AT_VISIT = "by the last visit up to week 24"

CRITERIA = {
    "imacs improvement": ("IMACSIMP", "TTIMP", imacs_definition),
    "imacs worsening": ("IMACSWOR", "TTWORS", worsening_definition),
    "minimal disability": ("MINDISAB", "TTMINDIS", disability_definition),
}


@pytest.fixture(scope="module")
def complete():
    """A study without missing cells, visits or early stops, in which some get worse."""
    study = make_study(14, seed=9, missing=0, missed=0)
    for row in study.patients:
        row |= {"stop_week": "", "end_reason": "completed"}
    study.treatments = [row for row in study.treatments if row["treatment"] != "rescue"]
    for row in study.visits:
        if row["patient_id"] in ("P002", "P004") and row["week"] > 4:
            row |= {"extramuscular": 9.9, "physician_global": 9.5, "patient_global": 9.5, "haq": 3}
    return study


def slow_times(study, met):
    """Week of the first visit at which a definition is met, else of the last; and whether."""
    found = {}
    for patient in study.patients:
        rows = [row for row in study.visits if row["patient_id"] == patient["patient_id"]]
        rows = [{name: Fraction(str(row[name])) for name in ("week", *MEASURES)} for row in rows]
        seen = [row["week"] for row in rows[1:] if met(rows[0], row)]
        found[patient["patient_id"]] = (min(seen), True) if seen else (rows[-1]["week"], False)
    return found


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_definition_is_a_parameter_with_a_time_of_its_own(complete, tmp_path, criterion):
    code, time_code, met = CRITERIA[criterion]
    text = complete.description
    complete.description = text.replace("threshold = 40", f'criterion = "{criterion}"')
    given = StudyData.read(complete.write(tmp_path / "tables"))
    datasets = study_datasets(given)
    adtis, adtte = datasets.tables["ADTIS"], datasets.tables["ADTTE"]
    # Without a threshold there is no response by the score.
    assert not {"CRIT1", "CRIT1FL"} & set(adtis)
    mine = adtis[adtis["PARAMCD"] == code]
    rows = {(row["patient_id"], row["week"]): row for row in complete.visits}
    for row in mine.to_dict("records"):
        if row["AVISITN"] == 0 and criterion != "minimal disability":
            assert np.isnan(row["AVAL"])
            continue
        before, now = (
            {name: Fraction(str(rows[row["SUBJID"], week][name])) for name in MEASURES}
            for week in (0, row["AVISITN"])
        )
        assert row["AVAL"] == met(before, now)
    assert mine["PARAM"].unique().tolist() == [f"{TITLES[criterion]} (1: yes, 0: no)"]
    others = adtis.loc[adtis["PARAMCD"] != code, ["PARAMCD", "PARAM"]].drop_duplicates()
    assert others["PARAM"].is_unique
    assert not others["PARAM"].str.contains(TITLES[criterion], regex=False).any()
    assert set(adtte["PARAMCD"]) == {time_code}
    assert set(adtte["PARAM"]) == {f"Time to First {TITLES[criterion]} (weeks)"}
    times = {
        row["SUBJID"]: (row["AVAL"], row["CNSR"] == 0, row["EVNTDESC"])
        for row in adtte.to_dict("records")
    }
    noun = given.study.endpoint.words.noun
    unmet = f"No {noun} {AT_VISIT}"
    assert times == {
        name: (week, event, TITLES[criterion] if event else unmet)
        for name, (week, event) in slow_times(complete, met).items()
    }
    (described,) = (each for each in datasets.variables if each.where == f"PARAMCD EQ {code}")
    assert "at least" in described.derivation
    # There and back again, with a threshold too: both outcomes.
    both = text.replace("threshold = 40", f'threshold = 40\ncriterion = "{criterion}"')
    again = tmp_path / "again"
    again.mkdir()
    (tmp_path / "tables" / "study.toml").write_text(both, encoding="utf-8")
    complete.description = text
    datasets = study_datasets(StudyData.read(tmp_path / "tables"))
    assert set(datasets.tables["ADTTE"]["PARAMCD"]) == {"TTRESP", time_code}
    assert set(datasets.tables["ADTIS"]["CRIT1"]) == {"", "Total Improvement Score >= 40"}
    write_analysis_datasets(datasets, again / "adam", "xpt")
    (again / "study.toml").write_text(
        both.replace("[files]", '[files]\nadam = "adam"'), encoding="utf-8"
    )
    found = study_datasets(StudyData.read(again))
    for name in ("ADTIS", "ADTTE"):
        assert_frame_equal(found.tables[name], datasets.tables[name])


TITLES = {
    "imacs improvement": "Improvement by the IMACS definition",
    "imacs worsening": "Worsening by the IMACS definition",
    "minimal disability": "Minimal disability by the criterion of ProDERM",
}


def test_times_of_data_sets_are_those_of_the_report(made, tmp_path):
    made.description = made.description.replace(
        'kind = "at week"', 'kind = "at week"\nintercurrent = "composite"'
    )
    given = StudyData.read(made.write(tmp_path / "tables"))
    adtte = study_datasets(given).tables["ADTTE"]
    for arm in responses_by_arm(given):
        mine = adtte[adtte["TRTP"] == arm.label]
        assert mine["AVAL"].tolist() == arm.times.time.tolist()
        assert (mine["CNSR"] == 0).tolist() == arm.times.event.tolist()


@pytest.fixture
def failing():
    """Nobody responds; one patient has rescue medication, one stops, one is followed to the end."""
    made = make_study(3, seed=8, missing=0, missed=0)
    names = [row["patient_id"] for row in made.patients]
    by_patient = {}
    for row in made.visits:
        row |= {name: by_patient.setdefault(row["patient_id"], row)[name] for name in MEASURES}
    for row in made.patients:
        row |= {"stop_week": "", "end_reason": "completed"}
    made.patients[1] |= {"stop_week": 10, "end_reason": "withdrawal"}
    rescue = {"patient_id": names[0], "treatment": "rescue", "week": 6, "dose": ""}
    made.treatments = [{**made.treatments[0], **rescue}]
    made.adverse_events = []
    made.description = made.description.replace(
        'adverse_events = "synthetic_adverse_events.csv"', ""
    )
    return made


ENDS = {
    "while on treatment": (
        [6, 10, 24], [2, 3, 1], ["before rescue medication", "before the early stop"]
    ),
    "hypothetical": (
        [4, 4, 24], [1, 1, 1], ["before rescue medication", "before the early stop"]
    ),
    "composite": (
        [24, 24, 24],
        [1, 1, 1],
        [
            "by the week of the endpoint: rescue medication excludes it",
            "by the week of the endpoint: an early stop excludes it",
        ],
    ),
    "treatment policy": ([24, 24, 24], [1, 1, 1], [AT_VISIT] * 2),
}  # fmt: skip


@pytest.mark.parametrize("strategy", ENDS)
def test_events_that_compete_have_codes_of_their_own(failing, tmp_path, strategy):
    weeks, codes, ended = ENDS[strategy]
    failing.description = failing.description.replace(
        'kind = "at week"', f'kind = "at week"\nintercurrent = "{strategy}"'
    )
    given = StudyData.read(failing.write(tmp_path / "tables"))
    datasets = study_datasets(given)
    adtte = datasets.tables["ADTTE"]
    assert adtte["AVAL"].tolist() == weeks
    assert adtte["CNSR"].tolist() == codes
    described = [f"No response {each}" for each in (*ended, AT_VISIT)]
    assert adtte["EVNTDESC"].tolist() == described
    found = read_back(failing, tmp_path / "again", datasets, "xpt")
    assert_frame_equal(study_datasets(found).tables["ADTTE"], adtte)


@pytest.mark.parametrize("strategy", ["composite", "treatment policy"])
def test_a_response_after_the_week_of_the_endpoint_is_not_denied(tmp_path, strategy):
    made = make_study(8, weeks=(0, 4, 12, 24, 52), seed=2, missing=0, missed=0)
    policy = f'week = 12\nintercurrent = "{strategy}"'
    made.description = made.description.replace("week = 52", policy)
    for row in made.patients:
        row |= {"stop_week": "", "end_reason": "completed"}
    made.treatments = [row for row in made.treatments if row["treatment"] != "rescue"]
    late = ("P001", "P002")
    before = {row["patient_id"]: dict(row) for row in made.visits if row["week"] == 0}
    made.visits = [row for row in made.visits if (row["patient_id"], row["week"]) != ("P002", 12)]
    for row in made.visits:
        if row["patient_id"] in late:
            row |= {name: before[row["patient_id"]][name] for name in MEASURES}
        if row["patient_id"] in late and row["week"] > 12:
            row |= {"physician_global": 0, "patient_global": 0, "mmt": 150, "haq": 0}
    given = StudyData.read(made.write(tmp_path / "tables"))
    adtte = study_datasets(given).tables["ADTTE"].set_index("SUBJID").loc[list(late)]
    best = np.nanmax(np.where(given.analysis.weeks > 12, given.analysis.tis, np.nan), axis=1)
    assert all(best[:2] >= 40)
    assert adtte["AVAL"].tolist() == [12, 4]
    assert adtte["CNSR"].tolist() == [1, 1]
    assert adtte["EVNTDESC"].tolist() == ["No response by the last visit up to week 12"] * 2


@pytest.mark.parametrize(
    ("strategy", "reason", "counted"),
    [
        ("composite", "withdrawal", ["Rescue medication", "Early stop"]),
        ("composite", "death", ["Rescue medication", "Death"]),
        ("treatment policy", "death", ["", "Death"]),
        ("treatment policy", "withdrawal", ["", ""]),
    ],
)
def test_what_is_counted_as_worsening_is_described_row_by_row(
    failing, tmp_path, strategy, reason, counted
):
    failing.patients[1]["end_reason"] = reason
    died = failing.patients[1]["patient_id"]
    failing.visits = [
        row for row in failing.visits if row["patient_id"] != died or int(row["week"]) <= 10
    ]
    failing.description = failing.description.replace(
        "threshold = 40", f'criterion = "imacs worsening"\nintercurrent = "{strategy}"'
    )
    adtte = study_datasets(StudyData.read(failing.write(tmp_path / "tables"))).tables["ADTTE"]
    nothing = f"No worsening {AT_VISIT}"
    assert adtte["EVNTDESC"].tolist() == [
        f"{each}, counted as worsening" if each else nothing for each in (*counted, "")
    ]
    assert adtte["CNSR"].tolist() == [*(0 if each else 1 for each in counted), 1]


@pytest.mark.parametrize("criterion", ["imacs improvement", "minimal disability"])
def test_a_visit_in_the_first_week_is_not_baseline(tmp_path, criterion):
    made = make_study(6, weeks=(0, 1, 8), seed=5, missing=0, missed=0)
    made.description = made.description.replace(
        "threshold = 40", f'criterion = "{criterion}"'
    ).replace("window_days = 4", "window_days = 3")
    adtis = study_datasets(StudyData.read(made.write(tmp_path))).tables["ADTIS"]
    measure = adtis[adtis["PARAMCD"] == "MMT"]
    assert set(measure["AVISITN"]) >= {0, 1}
    assert (measure["ABLFL"] == "Y").tolist() == (measure["AVISITN"] == 0).tolist()
    met = adtis[adtis["PARAMCD"] == CRITERIA[criterion][0]]
    at_baseline = met["AVISITN"] == 0
    assert met.loc[~at_baseline, "AVAL"].isin([0, 1]).all()
    # At baseline nobody has changed, while disability is known.
    assert met.loc[at_baseline, "AVAL"].isna().all() == (criterion == "imacs improvement")
    assert met.loc[at_baseline, "AVAL"].isin([0, 1]).all() == (criterion == "minimal disability")


@pytest.mark.parametrize("criterion", CRITERIA)
def test_what_missing_measures_leave_open_is_empty(tmp_path, criterion):
    made = make_study(6, seed=5, missing=0, missed=0)
    made.description = made.description.replace("threshold = 40", f'criterion = "{criterion}"')
    for row in made.visits:
        if row["patient_id"] == "P003" and row["week"] > 0:
            row |= dict.fromkeys(MEASURES, "")
    adtis = study_datasets(StudyData.read(made.write(tmp_path))).tables["ADTIS"]
    met = adtis[(adtis["PARAMCD"] == CRITERIA[criterion][0]) & (adtis["AVISITN"] > 0)]
    is_open = met["SUBJID"] == "P003"
    assert is_open.any()
    assert met.loc[is_open, "AVAL"].isna().all()
    assert met.loc[~is_open, "AVAL"].isin([0, 1]).all()


@pytest.mark.parametrize(
    ("criterion", "strategy"),
    [("imacs improvement", "composite"), ("minimal disability", "treatment policy")],
)
def test_a_failure_is_no_event_of_another_criterion_or_strategy(
    made, tmp_path, criterion, strategy
):
    made.description = made.description.replace(
        "threshold = 40", f'criterion = "{criterion}"\nintercurrent = "{strategy}"'
    )
    adtte = study_datasets(StudyData.read(made.write(tmp_path / "tables"))).tables["ADTTE"]
    assert set(adtte.loc[adtte["CNSR"] == 0, "EVNTDESC"]) == {TITLES[criterion]}


def test_what_reading_the_study_again_needs_is_labelled(made, tmp_path):
    made.description = made.description.replace("ck = 200", 'ck = "ck_limit"')
    for row in made.patients:
        row["ck_limit"] = 170
    found = study_datasets(StudyData.read(made.write(tmp_path / "tables")))
    labels = {each.variable: each.label for each in found.variables if each.dataset == "ADSL"}
    expected = {
        "STOP_WEE": "Week of the early stop",
        "CK_LIMIT": "Upper limit of normal of ck (U/L)",
        "AGE": "Age, years",
        "SEX": "Sex",
        "DYSPHAGI": "Dysphagia",
    }
    assert {name: labels[name] for name in expected} == expected


def slow_endpoints(data, met="responder", unmet="non-responder"):
    """Whether each patient met the endpoint, and what decided, as tables count and say it."""
    result = evaluate_study(data)
    shown = {"responder": ("Y", met), "non-responder": ("N", unmet), "unknown": ("", "")}
    found = {}
    ids = data.analysis.patients["patient_id"]
    for patient, status, rule in zip(ids, result.status, result.rule, strict=True):
        flag, word = shown.get(status, ("", ""))
        is_open = rule in ("no visit in the window", "missing measures leave the score open")
        said = rule if met == "responder" else rule.replace("score open", "status open")
        found[patient] = flag, f"{said}, counted as {word}" if is_open and word else said
    return found


@pytest.mark.parametrize("missing", ["best case", "worst case"])
def test_what_decided_a_worsening_is_in_its_words(tmp_path, missing):
    changes = 'criterion = "imacs worsening"'
    made = make_study(14, seed=7, missing=0.2, missed=0.2, changes=changes)
    made.description = made.description.replace("non-responder", missing)
    data = StudyData.read(made.write(tmp_path))
    adsl = study_datasets(data).tables["ADSL"].set_index("SUBJID")
    found = slow_endpoints(data, "worsened", "not worsened")
    assert (
        dict(zip(adsl.index, zip(adsl["ENDPFL"], adsl["ENDPRULE"], strict=True), strict=True))
        == found
    )
    word = {"best case": "not worsened", "worst case": "worsened"}[missing]
    said = f"missing measures leave the status open, counted as {word}"
    assert said in adsl["ENDPRULE"].tolist()
    assert set(adsl["ENDPRULE"]) <= {*evaluate_study(data).count_table()["Decided by"]}


@pytest.mark.parametrize("missing", ["unknown", "bounds", "non-responder"])
def test_subjects_have_the_primary_endpoint_and_what_a_model_of_it_needs(tmp_path, missing):
    changes = 'intercurrent = "hypothetical"'
    made = make_study(14, seed=7, missing=0.1, missed=0.2, changes=changes)
    rule = f'missing = "{missing}"'
    made.description = made.description.replace('missing = "non-responder"', rule).replace(
        "[characteristics]",
        "[characteristics]\n"
        'stratum = { label = "Stratum", type = "category", table = false }\n'
        'weight = { label = "Weight, kg", type = "number", table = false }',
    )
    for number, row in enumerate(made.patients):
        row |= {"stratum": "low" if number % 3 else "high", "weight": 60 + number}
        row |= {"analysed": "N" if number == 5 else "Y", "secret": "x"}
    data = StudyData.read(made.write(tmp_path / "study"))
    adsl = study_datasets(data).tables["ADSL"].set_index("SUBJID")
    found = slow_endpoints(data)
    assert len(found) == 13
    flags = {flag for flag, _ in found.values()}
    assert flags == ({"Y", "N"} if missing == "non-responder" else {"Y", "N", ""})
    for row in made.patients:
        patient = row["patient_id"]
        cells = adsl.loc[patient]
        assert (cells["ENDPFL"], cells["ENDPRULE"]) == found.get(patient, ("", ""))
        assert (cells["STRATUM"], cells["WEIGHT"]) == (row["stratum"], row["weight"])
    assert "SECRET" not in adsl
    (said,) = (each for each in data.unused if "patients" in each)
    assert said.endswith("columns that are neither used nor exported: secret")
    described = {each.variable: each for each in study_datasets(data).variables_of("ADSL")}
    assert describe_study_endpoint(data) in described["ENDPFL"].derivation
    # What is only exported is in no table, and read again.
    labels = [each.label for each in summarise_characteristics(data)]
    assert not any("Stratum" in label or "Weight" in label for label in labels)
    choices = data.study.choices()
    assert choices["characteristics.stratum"] == "Stratum (category, only exported)"
    again = StudyData.read(in_adam(made, tmp_path / "again", study_datasets(data)))
    assert again.trial.patients["stratum"].tolist() == [row["stratum"] for row in made.patients]
    pd.testing.assert_frame_equal(study_datasets(again).tables["ADSL"].set_index("SUBJID"), adsl)


def test_a_table_of_which_all_characteristics_are_only_exported_is_left_out(tmp_path):
    made = make_study(15, seed=8)
    made.description = made.description.replace("}", ", table = false }")
    made.description = made.description.replace("ck = 200 , table = false }", "ck = 200 }")
    made.description = re.sub(r"uln = .*", "uln = { ck = 200 }", made.description)
    page = Patients(str(made.write(tmp_path)))
    assert len(page.baseline_tables()) == 1
    said = "The description of the study names no baseline characteristics for a table."
    assert page.numbers()["characteristics"] == said


def test_names_of_what_is_computed_are_no_characteristics(tmp_path):
    made = make_study(4, seed=7)
    row = '[characteristics]\nprimary_endpoint = { label = "Met", type = "yes/no" }'
    made.description = made.description.replace("[characteristics]", row)
    with pytest.raises(DataError, match="primary_endpoint: is a name of ours for what is computed"):
        StudyData.read(made.write(tmp_path))
