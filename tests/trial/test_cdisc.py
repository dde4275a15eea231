"""Analysis data sets: derived by hand and by a slow loop, written, read and led back."""

from __future__ import annotations

import base64
import csv
import datetime
import json
import math
import re
import tempfile
import zlib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from tests.cases import examples
from tisstats.errors import DataError
from tisstats.tables.formulas import is_formula
from tisstats.trial.cdisc import (
    FILE_FORMATS,
    AnalysisDatasets,
    MeasureLabel,
    StudyMetadata,
    derive_analysis_datasets,
    read_analysis_datasets,
    to_trial_tables,
    write_analysis_datasets,
)
from tisstats.trial.cdisc.folder import _READERS
from tisstats.trial.cdisc.limits import LARGEST, SMALLEST
from tisstats.trial.cdisc.specification import (
    NAME,
    dataset_specifications,
    input_columns,
    parameters,
    variable_name,
)
from tisstats.trial.cdisc.values import typed_column

ASCII_ONLY = "must have printable ASCII characters only; the other formats take more"
STUDY = StudyMetadata(
    study_id="M-1",
    title="A made-up trial",
    arms={"drug": "Drug A", "placebo": "Placebo"},
    reference_arm="placebo",
    response_threshold=40,
    measures={
        "mmt": MeasureLabel("Manual muscle testing", "points"),
        "haq": MeasureLabel("HAQ", ""),
        "ck": MeasureLabel("Creatine kinase", "U/L"),
        "grip_strength": MeasureLabel("Grip strength", "kg"),
    },
    characteristics={
        "age": "Age, years",
        "height": "Height, cm",
        "smoker": "Smoker",
        "region": "Region",
        "diagnosed": "Date of diagnosis",
    },
    variable_names={"grip_strength": "GRIP"},
)


def day(text):
    return np.datetime64(text, "s")


def make_tables(origin="observed"):
    """The plain tables of three patients, with everything that may be missing missing once."""
    patients = pd.DataFrame(
        {
            "patient_id": ["007", "7", "A 3"],
            "arm": ["drug", "placebo", "drug"],
            "analysed": pd.array([True, True, False], dtype="boolean"),
            "origin": origin,
            "end_week": [12.0, 4.0, np.nan],
            "end_reason": ["completed", "adverse event", ""],
            "start_date": [day("2020-02-28"), day("1959-12-31"), day("NaT")],
            "age": pd.array([54, None, 61], dtype="Int64"),
            "height": [170.5, np.nan, 1 / 3],
            "smoker": pd.array([True, None, False], dtype="boolean"),
            "region": ["North", "", "South"],
            "diagnosed": [day("NaT"), day("2019-01-31"), day("2000-02-29")],
        }
    )
    visits = pd.DataFrame(
        [
            ("007", -2.0, False, "Screening", "2020-02-14", 100.0, 1.5, 900.0, 20.0, np.nan, ""),
            ("007", 0.0, True, "Baseline", "2020-02-28", 102.0, 1.25, 800.0, 21.5, 0.0, "none"),
            ("007", 4.0, False, "Week 4", None, 110.0, np.nan, 400.0, 22.0, 40.0, "moderate"),
            ("007", 12.0, False, "Week 12", "2020-05-22", 120.0, 0.5, 200.0, 25.0, 39.5, "minimal"),
            ("7", 0.0, True, "Baseline", "1959-12-31", 140.0, np.nan, 150.0, 30.0, 0.0, "none"),
            ("7", 4.0, False, "Week 4", None, np.nan, 0.0, np.nan, np.nan, np.nan, ""),
            ("A 3", 4.0, False, "Week 4", None, 90.0, 2.0, 300.0, 10.0, 60.0, "major"),
        ],
        columns=[
            *("patient_id", "week", "baseline", "visit", "date"),
            *("mmt", "haq", "ck", "grip_strength", "tis", "response"),
        ],
    )
    visits["date"] = pd.to_datetime(visits["date"]).astype("datetime64[s]")
    events = pd.DataFrame(
        {
            "patient_id": ["007", "007", "A 3"],
            "week": [3.0, np.nan, 1.5],
            "event": ["Rash", "Fever, 39 C", "Fall"],
            "serious": pd.array([False, True, None], dtype="boolean"),
            "related": ["no", "partially", ""],
            "date": [day("2020-03-20"), day("NaT"), day("2021-12-31")],
        }
    )
    times = pd.DataFrame(
        {
            "patient_id": ["007", "7"],
            "weeks": [4.0, 4.0],
            "event": pd.array([True, False], dtype="boolean"),
        }
    )
    treatments = pd.DataFrame(
        {
            "patient_id": ["007", "007", "7"],
            "week": [0.0, 4.0, 0.0],
            "treatment": ["Drug A", "rescue", "Placebo"],
            "dose": [1000.5, np.nan, 0.0],
            "dose_unit": ["mg", "", "mg"],
        }
    )
    tables = {
        "patients": patients,
        "visits": visits,
        "events": events,
        "times": times,
        "treatments": treatments,
    }
    for table in tables.values():
        for name in table:
            if pd.api.types.is_string_dtype(table[name]):
                table[name] = table[name].astype(object)
    return tables


@pytest.fixture
def tables():
    return make_tables()


@pytest.fixture
def datasets(tables):
    return derive_analysis_datasets(STUDY, **tables)


def faults_of(raised):
    return [str(fault) for fault in raised.value.faults]


def assert_same(one, other):
    assert list(one.tables) == list(other.tables)
    for name, table in one.tables.items():
        assert_frame_equal(table, other.tables[name], check_exact=True)
    assert one.variables == other.variables


def changed(datasets, name, **columns):
    """The data sets with other columns in one of them."""
    return replace(
        datasets, tables={**datasets.tables, name: datasets.tables[name].assign(**columns)}
    )


# What is derived.


def test_values_changes_and_flags_by_hand(datasets):
    adtis = datasets.tables["ADTIS"].set_index(["SUBJID", "PARAMCD", "AVISITN"]).sort_index()
    mmt = adtis.loc[("007", "MMT")]
    assert mmt["AVAL"].tolist() == [100, 102, 110, 120]
    assert mmt["BASE"].tolist() == [102] * 4
    # No change is given before or at baseline.
    np.testing.assert_array_equal(mmt["CHG"], [np.nan, np.nan, 8, 18])
    assert mmt["ABLFL"].tolist() == ["", "Y", "", ""]
    assert mmt["PARAM"].unique().tolist() == ["Manual muscle testing (points)"]
    assert adtis.loc[("007", "HAQ", 4.0), ["ANL01FL", "PARAM"]].tolist() == ["", "HAQ"]
    # A patient without a baseline visit has values and no baseline.
    assert adtis.loc[("A 3", "GRIP", 4.0), ["AVAL", "BASE", "CHG"]].isna().tolist() == [
        *(False, True, True)
    ]
    # Not analysed, so never in the analysis.
    assert adtis.loc["A 3", "ANL01FL"].eq("").all()


def test_changes_are_free_of_what_binary_fractions_add(tables):
    visits = tables["visits"].copy()
    visits["mmt"] = visits["mmt"].astype(float)
    mine = visits["patient_id"] == "007"
    visits.loc[mine, "mmt"] = [3.8, 3.8, 3.5, 0.5 + 1e-9]
    adtis = derive_analysis_datasets(STUDY, **tables | {"visits": visits}).tables["ADTIS"]
    changes = adtis[(adtis["SUBJID"] == "007") & (adtis["PARAMCD"] == "MMT")]["CHG"]
    assert [repr(change) for change in changes.tolist()] == ["nan", "nan", "-0.3", "-3.299999999"]


def test_response_is_the_score_at_or_above_the_threshold(datasets):
    adtis = datasets.tables["ADTIS"].set_index(["SUBJID", "PARAMCD", "AVISITN"]).sort_index()
    score = adtis.loc[("007", "TIS")]
    # 40 reaches 40, 39.5 does not; unknown at screening; not asked at baseline.
    assert score["CRIT1FL"].tolist() == ["", "", "Y", "N"]
    assert score["CRIT1"].unique().tolist() == ["Total Improvement Score >= 40"]
    assert score[["BASE", "CHG"]].isna().all(axis=None)
    assert score["ABLFL"].eq("").all()
    assert score["AVALCAT1"].tolist() == ["", "none", "moderate", "minimal"]
    others = adtis.drop(index="TIS", level="PARAMCD")
    assert others[["CRIT1", "CRIT1FL", "AVALCAT1"]].eq("").all(axis=None)


@pytest.mark.parametrize(
    ("low", "high", "flag"),
    [
        (40, 100, "Y"),
        (math.nextafter(40, 0), 100, ""),
        (0, math.nextafter(40, 0), "N"),
        (0, 40, ""),
        (np.nan, 20, "N"),
        (np.nan, np.nan, ""),
    ],
)
def test_bounds_of_a_score_decide_where_it_is_not_known(tables, low, high, flag):
    visits = tables["visits"].assign(tis_low=np.nan, tis_high=np.nan)
    visits.loc[[2, 3], ["tis_low", "tis_high"]] = [low, high]
    visits.loc[3, "tis"] = 39.5  # known: its bounds are not looked at
    visits.loc[2, "tis"] = np.nan
    adtis = derive_analysis_datasets(STUDY, **tables | {"visits": visits}).tables["ADTIS"]
    score = adtis[(adtis["SUBJID"] == "007") & (adtis["PARAMCD"] == "TIS")]
    assert score["CRIT1FL"].tolist() == ["", "", flag, "N"]
    assert score["ANL01FL"].tolist()[2:] == ["", "Y"]


def test_a_hair_below_the_threshold_is_no_response(tables):
    tables["visits"].loc[2, "tis"] = math.nextafter(40, 0)
    adtis = derive_analysis_datasets(STUDY, **tables).tables["ADTIS"]
    assert set(adtis["CRIT1FL"][adtis["SUBJID"] == "007"]) == {"", "N"}


def slow_adtis(tables):
    """ADTIS by plain loops: one record for each patient, parameter and visit."""
    codes = {"mmt": "MMT", "haq": "HAQ", "ck": "CK", "grip_strength": "GRIP", "tis": "TIS"}
    records = []
    for patient in tables["patients"].to_dict("records"):
        mine = [
            visit
            for visit in tables["visits"].to_dict("records")
            if visit["patient_id"] == patient["patient_id"]
        ]
        mine.sort(key=lambda visit: visit["week"])
        for column, code in codes.items():
            start = [visit for visit in mine if visit["baseline"]]
            for visit in mine:
                value, base = visit[column], start[0][column] if start else np.nan
                score = column == "tis"
                after = bool(start) and visit["week"] > start[0]["week"]
                flag = ""
                if score and not visit["baseline"] and not np.isnan(value):
                    flag = "Y" if value >= STUDY.response_threshold else "N"
                known = not np.isnan(value) and patient["analysed"]
                records.append(
                    {
                        "SUBJID": patient["patient_id"],
                        "PARAMCD": code,
                        "AVISITN": visit["week"],
                        "AVAL": value,
                        "BASE": np.nan if score else base,
                        "CHG": value - base if after and not score else np.nan,
                        "ABLFL": "Y" if visit["baseline"] and not score else "",
                        "ANL01FL": "Y" if known else "",
                        "CRIT1FL": flag,
                    }
                )
    return pd.DataFrame(records)


@pytest.mark.parametrize("seed", range(5))
def test_visits_agree_with_a_slow_loop(seed):
    random = np.random.default_rng(seed)
    tables = make_tables()
    ids = [f"P{number}" for number in random.permutation(12)]
    tables["patients"] = (
        tables["patients"]
        .iloc[np.zeros(12, dtype=int)]
        .assign(patient_id=ids, analysed=random.random(12) < 0.8)
    )
    weeks = np.array([-4, 0, 2, 4.5, 12])
    visits = pd.DataFrame(
        {"patient_id": np.repeat(ids, len(weeks)), "week": np.tile(weeks, len(ids))}
    )
    visits["baseline"] = visits["week"] == 0
    for column in (*STUDY.measures, "tis"):
        values = random.integers(0, 200, len(visits)) / 2
        visits[column] = np.where(random.random(len(visits)) < 0.2, np.nan, values)
    visits = visits[random.random(len(visits)) < 0.8].sample(frac=1, random_state=seed)
    tables["visits"] = visits.reset_index(drop=True)
    for name in ("events", "times", "treatments"):
        tables.pop(name)
    datasets = derive_analysis_datasets(STUDY, **tables)
    found = datasets.tables["ADTIS"]
    expected = slow_adtis(tables)
    assert_frame_equal(found[list(expected)], expected, check_dtype=False, check_exact=True)
    names = {-4: "Week -4", 0: "Baseline", 2: "Week 2", 4.5: "Week 4.5", 12: "Week 12"}
    assert found["AVISIT"].tolist() == found["AVISITN"].map(names).tolist()
    # And back: by patient, in the order of the patients, and week.
    places = {name: at for at, name in enumerate(ids)}
    visits = visits.sort_values("week").sort_values(
        "patient_id", key=lambda each: each.map(places), kind="stable"
    )
    back = to_trial_tables(datasets).visits
    assert_frame_equal(back[list(visits)], visits.reset_index(drop=True), check_dtype=False)


def test_other_data_sets_by_hand(datasets):
    adsl = datasets.tables["ADSL"]
    assert adsl["USUBJID"].tolist() == ["M-1-007", "M-1-7", "M-1-A 3"]
    assert adsl["TRT01P"].tolist() == ["Drug A", "Placebo", "Drug A"]
    assert adsl["TRT01PN"].tolist() == [1, 2, 1]
    assert adsl["EOSSTT"].tolist() == ["COMPLETED", "DISCONTINUED", ""]
    assert adsl["DCSREAS"].tolist() == ["", "adverse event", ""]
    assert adsl["FASFL"].tolist() == ["Y", "Y", "N"]
    assert adsl["SMOKER"].tolist() == ["Y", "", "N"]
    adtte = datasets.tables["ADTTE"]
    assert adtte["CNSR"].tolist() == [0, 1]
    assert adtte["EVNTDESC"].tolist() == [
        "Total Improvement Score >= 40",
        "No response by the end of observation",
    ]
    assert adtte["PARAM"].unique().tolist() == ["Time to First Response (weeks)"]
    assert adtte["STARTDT"].tolist() == adsl["TRTSDT"].tolist()[:2]
    adae = datasets.tables["ADAE"]
    assert adae["AESEQ"].tolist() == [1, 2, 1]
    assert adae["AESER"].tolist() == ["N", "Y", ""]
    assert datasets.tables["ADEX"]["EXSEQ"].tolist() == [1, 2, 1]


def test_only_what_there_is_becomes_a_data_set(tables):
    del tables["patients"]["start_date"]
    tables["visits"] = tables["visits"].drop(columns=["tis", "response", "date", "visit"])
    found = derive_analysis_datasets(
        STUDY, tables["patients"], tables["visits"], times=tables["times"]
    )
    assert list(found.tables) == ["ADSL", "ADTIS", "ADTTE"]
    assert "STARTDT" not in found.tables["ADTTE"]
    assert "TIS" not in set(found.tables["ADTIS"]["PARAMCD"])
    assert not {"ADT", "AVALCAT1"} & set(found.tables["ADTIS"])


def test_a_trial_without_a_row_has_empty_data_sets(tables, tmp_path):
    none = {name: table.iloc[:0] for name, table in tables.items()}
    found = derive_analysis_datasets(STUDY, **none)
    assert [len(table) for table in found.tables.values()] == [0] * 5
    for file_format in FILE_FORMATS:
        write_analysis_datasets(found, tmp_path / file_format, file_format)
        assert_same(read_analysis_datasets(tmp_path / file_format), found)


# The tables that drive it.


def test_the_specification_keeps_the_limits_of_transport_files():
    for name, specification in dataset_specifications().items():
        assert NAME.fullmatch(name)
        assert len(f"Synthetic {specification.label}") <= 40
        names = [each.variable.variable for each in specification.variables]
        assert len(set(names)) == len(names)
        for each in specification.variables:
            assert NAME.fullmatch(each.variable.variable)
            assert len(each.variable.label) <= 40
            assert each.variable.origin in {"Assigned", "Collected", "Derived", "Predecessor"}
            assert each.variable.standard in {"ADaMIG", "OCCDS", "SDTMIG", "ours"}
        keys = [int(each.variable.key) for each in specification.variables if each.variable.key]
        assert sorted(keys) == list(range(1, len(keys) + 1))
    assert all(NAME.fullmatch(each.code) for each in parameters())


def test_every_source_is_a_documented_column():
    documented = {
        f"{table}.{each.column}" for table, found in input_columns().items() for each in found
    }
    sources = {
        each.variable.source
        for specification in dataset_specifications().values()
        for each in specification.variables
        if each.variable.source
    }
    assert sources <= documented
    # The score is a parameter, not a variable; the outcome of a time is its parameter, and how it
    # ended, or what was counted as it, is part of a text and of a code. Whether a visit is used is
    # part of a flag.
    scores = {"visits.tis", "visits.tis_low", "visits.tis_high"}
    parts = {"times.outcome", "times.ended", "times.counted", "times.censoring", "visits.counted"}
    assert documented - sources == scores | parts


def test_keys_tell_records_apart(datasets):
    for name, table in datasets.tables.items():
        keys = [each.variable for each in datasets.variables_of(name) if each.key]
        assert keys
        assert not table.duplicated(keys).any()


def test_the_table_of_variables_describes_every_variable(datasets, tmp_path):
    files = write_analysis_datasets(datasets, tmp_path, "csv")
    assert [file.name for file in files] == [
        *("adsl.csv", "adtis.csv", "adtte.csv", "adae.csv", "adex.csv", "define.csv")
    ]
    with files[-1].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for name, table in datasets.tables.items():
        mine = [row for row in rows if row["dataset"] == name]
        assert [row["variable"] for row in mine if row["variable"] and not row["where"]] == [*table]
        assert [row["label"] for row in mine if not row["variable"]] == [datasets.label(name)]
        for row in mine:
            if row["type"] == "text":
                longest = max(len(text.encode()) for text in table[row["variable"]])
                assert int(row["length"]) == max(longest, 1)
    by_parameter = {row["where"]: row["source"] for row in rows if row["where"]}
    assert by_parameter["PARAMCD EQ GRIP"] == "visits.grip_strength"
    (arms,) = (row["codelist"] for row in rows if row["variable"] == "TRT01P")
    assert arms == "Drug A; Placebo (reference)"
    assert any("A made-up trial" in row["derivation"] for row in rows)


def test_names_of_variables_are_made_of_columns():
    taken = []
    for column in ("age_at_onset", "age_at_death", "age_at_entry"):
        taken.append(variable_name(column, taken))
    assert taken == ["AGE_AT_O", "AGE_AT_D", "AGE_AT_E"]
    assert variable_name("age_at_onset_2", taken) == "AGE_AT_2"
    assert variable_name("年", []) == "V"


@given(st.lists(st.text(min_size=1), unique=True, max_size=15))
def test_made_names_are_permitted_and_distinct(columns):
    names = []
    for column in columns:
        names.append(variable_name(column, names))
    assert len(set(names)) == len(names)
    assert all(NAME.fullmatch(name) for name in names)


# Round trips.


@pytest.mark.parametrize("origin", ["observed", "synthetic"])
@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_data_sets_are_read_as_they_were_written(tmp_path, file_format, origin):
    datasets = derive_analysis_datasets(STUDY, **make_tables(origin))
    files = write_analysis_datasets(datasets, tmp_path / "out", file_format)
    assert sorted(files) == sorted((tmp_path / "out").iterdir())
    assert_same(read_analysis_datasets(tmp_path / "out"), datasets)


@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_plain_tables_return(tables, datasets, tmp_path, file_format):
    write_analysis_datasets(datasets, tmp_path, file_format)
    back = to_trial_tables(read_analysis_datasets(tmp_path))
    for name, table in tables.items():
        found = getattr(back, name)
        assert set(found) == set(table)
        days = {column: found[column].dtype for column in table if table[column].dtype.kind == "M"}
        assert_frame_equal(
            found[list(table)], table.astype(days), check_exact=True, check_dtype=name != "visits"
        )


def test_rows_are_taken_by_their_place_whatever_their_index(datasets):
    dead = changed(datasets, "ADSL", DTHDT=[day("2020-06-01"), day("NaT"), day("NaT")])
    given = [dead, changed(dead, "ADSL", DTHDT=["2020-06-01", "", ""])]
    for one in given:
        # As of a table that was sorted otherwise.
        tables = {
            name: table.set_axis(range(len(table))[::-1]) for name, table in one.tables.items()
        }
        found, expected = (to_trial_tables(each) for each in (replace(one, tables=tables), one))
        for table in ("patients", "visits", "events", "times", "treatments", "visit_rows"):
            assert_frame_equal(getattr(found, table), getattr(expected, table))


def test_a_parameter_of_ours_may_be_given_another_column(datasets):
    visits = to_trial_tables(datasets, parameters={"MMT": "strength"}).visits
    assert "strength" in visits
    assert "mmt" not in visits


def test_without_the_table_of_variables_types_are_those_of_adam(datasets, tmp_path):
    for file_format in FILE_FORMATS:
        folder = tmp_path / file_format
        write_analysis_datasets(datasets, folder, file_format)
        (folder / "define.csv").unlink()
        found = read_analysis_datasets(folder)
        for name in ("ADTIS", "ADTTE", "ADAE", "ADEX"):
            assert_frame_equal(found.tables[name], datasets.tables[name], check_exact=True)
        # Only CSV does not say that an age is a number.
        age = found.tables["ADSL"]["AGE"].tolist()[0]
        assert age == ("54" if file_format == "csv" else 54)


TEXT = st.text(max_size=40).filter(lambda text: "\0" not in text)
ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=200).map(
    lambda text: text.rstrip(" ")
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.just(math.nan)
IBM_NUMBERS = NUMBERS.filter(
    lambda number: not number or math.isnan(number) or SMALLEST <= abs(number) <= LARGEST
)
DATES = st.dates(datetime.date(1583, 1, 1), datetime.date(9999, 12, 31)) | st.none()


def record(text, number):
    return st.tuples(text, text, number, number, st.booleans() | st.none(), DATES)


@pytest.mark.parametrize("file_format", FILE_FORMATS)
# Each example takes as long as its variables are many: few examples, of several rows each.
@examples(4)
@given(data=st.data())
def test_any_text_number_and_date_returns(file_format, data):
    # What a spreadsheet would run is refused in CSV, as tests/test_hostile_files.py shows.
    texts = TEXT.filter(lambda text: not is_formula(text)) if file_format == "csv" else TEXT
    kinds = (ASCII, IBM_NUMBERS) if file_format == "xpt" else (texts, NUMBERS)
    rows = data.draw(st.lists(record(*kinds), min_size=1, max_size=12))
    text, other, number, weight, flag, date = map(list, zip(*rows, strict=True))
    patients = pd.DataFrame(
        {
            "patient_id": [str(at) for at in range(len(rows))],
            "arm": "drug",
            "analysed": True,
            "origin": "synthetic",
            "end_week": number,
            "end_reason": pd.Series(text, dtype=object),
            "note": pd.Series(other, dtype=object),
            "weight": weight,
            "flag": pd.array(flag, dtype="boolean"),
            "date": pd.Series(np.array(date, dtype="datetime64[s]")),
        }
    )
    visits = pd.DataFrame(
        {"patient_id": patients["patient_id"], "week": 0, "baseline": True, "mmt": number}
    )
    # Labels and the title are text of the user too; in transport files labels are short. The list
    # of variables is CSV beside data sets of every format.
    label = kinds[0].map(lambda text: text[:40]).filter(lambda text: not is_formula(text))
    labels = data.draw(st.tuples(label, label, label, label))
    # The title follows other words there.
    title = data.draw(texts.filter(lambda text: not is_formula(f"Title: {text}")))
    study = replace(
        STUDY,
        title=title,
        measures={"mmt": MeasureLabel("MMT", "points")},
        characteristics=dict(zip(("note", "weight", "flag", "date"), labels, strict=True)),
        variable_names={},
    )
    datasets = derive_analysis_datasets(study, patients, visits)
    with tempfile.TemporaryDirectory() as folder:
        write_analysis_datasets(datasets, folder, file_format)
        found = read_analysis_datasets(folder)
    assert_same(found, datasets)
    back = to_trial_tables(found)
    np.testing.assert_array_equal(back.visits["mmt"], number)
    assert back.patients["end_reason"].tolist() == text
    assert_frame_equal(back.patients[["flag", "date"]], patients[["flag", "date"]])


def test_a_program_that_shares_no_code_reads_transport_files(datasets, tmp_path):
    """As pandas does; it reads 0 as 5.4e-79 (https://github.com/pandas-dev/pandas/issues/50670)."""
    write_analysis_datasets(datasets, tmp_path, "xpt")
    for name, table in datasets.tables.items():
        found = pd.read_sas(tmp_path / f"{name.lower()}.xpt", format="xport", encoding="ascii")
        assert list(found) == list(table)
        for each in datasets.variables_of(name):
            column = table[each.variable]
            if each.type == "text":
                assert found[each.variable].fillna("").tolist() == column.tolist()
            elif each.type == "date":
                days = [(date - pd.Timestamp("1960-01-01")).days for date in column]
                np.testing.assert_allclose(found[each.variable], days)
            else:
                values = column.to_numpy(dtype=float, na_value=np.nan)
                np.testing.assert_allclose(found[each.variable], values, rtol=0, atol=1e-70)


def test_transport_files_say_what_they_hold(datasets, tmp_path):
    write_analysis_datasets(datasets, tmp_path, "xpt")
    head = (tmp_path / "adsl.xpt").read_bytes()[:80]
    # TS-140: the first record of version 5; version 8 begins with LIBV8.
    assert head.startswith(b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!")
    _, found = pyreadstat.read_xport(str(tmp_path / "adsl.xpt"))
    assert (found.table_name, found.file_label) == ("ADSL", "Subject-Level Analysis Dataset")
    assert found.column_names_to_labels["FASFL"] == "Full Analysis Set Population Flag"
    # pyreadstat names formats with their full stop from 1.3.8 on, and without it before.
    assert found.original_variable_types["TRTSDT"].removesuffix(".") == "DATE9"


def test_no_transport_file_says_when_it_was_written(datasets, tmp_path):
    write_analysis_datasets(datasets, tmp_path, "xpt")
    for name in datasets.tables:
        content = (tmp_path / f"{name.lower()}.xpt").read_bytes()
        times = re.findall(rb"\d\d[A-Z]{3}\d\d:\d\d:\d\d:\d\d", content)
        assert times == [b"01JAN60:00:00:00"] * 4


@pytest.mark.parametrize(
    ("file_format", "whole"), [("json", "integer"), ("parquet", "integer"), ("xpt", "float")]
)
def test_a_file_tells_the_types_of_variables_that_are_not_of_ours(
    datasets, tmp_path, file_format, whole
):
    # Such as a date of birth: those that are known are not asked for in the file.
    write_analysis_datasets(datasets, tmp_path, file_format)
    types = _READERS[file_format](tmp_path / f"adtte.{file_format}").types
    assert {name: types[name] for name in ("USUBJID", "CNSR", "AVAL", "STARTDT")} == {
        "USUBJID": "text",
        "CNSR": whole,
        "AVAL": "float",
        "STARTDT": "date",
    }


def test_parquet_says_what_it_holds(datasets, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    write_analysis_datasets(datasets, tmp_path, "parquet")
    schema = parquet.read_schema(tmp_path / "adtte.parquet")
    assert schema.metadata[b"label"] == b"Time to Response Analysis"
    assert {field.name: field.metadata[b"label"].decode() for field in schema}["CNSR"] == "Censor"
    types = {field.name: str(field.type) for field in schema}
    assert [types[name] for name in ("USUBJID", "CNSR", "AVAL", "STARTDT")] == [
        *("string", "int64", "double", "date32[day]")
    ]
    assert pd.read_parquet(tmp_path / "adtte.parquet")["AVAL"].tolist() == [4, 4]
    # What is missing is null, of any type; no number stands for it.
    adsl = parquet.read_table(tmp_path / "adsl.parquet")
    assert {name: adsl[name].null_count for name in ("HEIGHT", "AGE", "TRTSDT", "REGION")} == {
        "HEIGHT": 1, "AGE": 1, "TRTSDT": 1, "REGION": 1,
    }  # fmt: skip


# Dataset-JSON: the attributes and their order as the specification lists them,
# https://cdisc-org.github.io/DataExchange-DatasetJson/doc/dataset-json1-1.html

TOP = {
    "datasetJSONCreationDateTime": str,
    "datasetJSONVersion": str,
    "fileOID": str,
    "dbLastModifiedDateTime": str,
    "originator": str,
    "sourceSystem": dict,
    "studyOID": str,
    "metaDataVersionOID": str,
    "metaDataRef": str,
    "itemGroupOID": str,
    "records": int,
    "name": str,
    "label": str,
    "columns": list,
    "rows": list,
}
TOP_REQUIRED = {
    *("datasetJSONCreationDateTime", "datasetJSONVersion", "itemGroupOID"),
    *("records", "name", "label", "columns"),
}
COLUMN = {
    "itemOID": str,
    "name": str,
    "label": str,
    "dataType": str,
    "targetDataType": str,
    "length": int,
    "displayFormat": str,
    "keySequence": int,
}
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)?"


def assert_attributes(found, allowed, required):
    assert required <= set(found) <= set(allowed)
    assert list(found) == [name for name in allowed if name in found]
    assert all(type(found[name]) is allowed[name] for name in found)


def test_dataset_json_keeps_the_specification(datasets, tmp_path):
    created = datetime.datetime(2024, 2, 29, 12, 0, tzinfo=datetime.UTC)
    write_analysis_datasets(datasets, tmp_path, "json", created=created)
    for name, table in datasets.tables.items():
        found = json.loads((tmp_path / f"{name.lower()}.json").read_text(encoding="utf-8"))
        assert_attributes(found, TOP, TOP_REQUIRED)
        assert re.fullmatch(TIME, found["datasetJSONCreationDateTime"])
        assert found["datasetJSONCreationDateTime"] == "2024-02-29T12:00:00+00:00"
        assert set(found["sourceSystem"]) == {"name", "version"}
        assert found["records"] == len(found["rows"]) == len(table)
        assert found["metaDataRef"] == "define.csv"
        for column in found["columns"]:
            assert_attributes(column, COLUMN, {"itemOID", "name", "label", "dataType"})
        kinds = {column["name"]: column["dataType"] for column in found["columns"]}
        assert list(kinds) == list(table)
        permitted = {"string": str, "integer": int, "double": float, "date": str}
        for row in found["rows"]:
            for (name_, kind), cell in zip(kinds.items(), row, strict=True):
                assert cell is None or type(cell) is permitted[kind], name_
                # Missing text is null, as the specification has it.
                assert cell != ""
    columns = {column["name"]: column for column in found["columns"]}
    assert columns["USUBJID"]["keySequence"] == 2
    adsl = json.loads((tmp_path / "adsl.json").read_text(encoding="utf-8"))
    (start,) = (column for column in adsl["columns"] if column["name"] == "TRTSDT")
    assert (start["dataType"], start["targetDataType"]) == ("date", "integer")


def test_dataset_json_of_others_is_read(tmp_path):
    """Types that we do not write, as other programs have them."""
    kinds = {
        "USUBJID": "string",
        "BMIBL": "decimal",
        "WEIGHT": "float",
        "VISITS": "integer",
        "DEATH": "boolean",
        "RFSTDTC": "date",
        "LINK": "URI",
    }
    found = {
        "datasetJSONCreationDateTime": "2023-06-28T15:38:43",
        "datasetJSONVersion": "1.1",
        "itemGroupOID": "IG.ADSL",
        "records": 2,
        "name": "ADSL",
        "label": "Subjects",
        "columns": [
            {"itemOID": f"IT.{name}", "name": name, "label": name.title(), "dataType": kind}
            for name, kind in kinds.items()
        ],
        "rows": [
            ["X-1", "30.8983333232059", 70, 3, True, "2020-02", "https://example.org"],
            ["X-2", None, 70.5, None, False, None, ""],
        ],
    }
    (tmp_path / "adsl.json").write_text(json.dumps(found), encoding="utf-8")
    datasets = read_analysis_datasets(tmp_path)
    table = datasets.tables["ADSL"]
    assert table["BMIBL"].tolist()[0] == float("30.8983333232059")
    assert table["WEIGHT"].tolist() == [70, 70.5]
    assert table["VISITS"].dtype == "Int64"
    assert table["DEATH"].tolist() == ["Y", "N"]
    # A partial date stays as it is.
    assert table["RFSTDTC"].tolist() == ["2020-02", ""]
    assert datasets.label("ADSL") == "Subjects"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"datasetJSONVersion": "1.0.0"}, "column datasetJSONVersion, value '1.0.0': must be 1.1"),
        ({"records": 2}, "column records, value '2': must be the number of records; there are 1"),
        ({"records": True}, "lacks the attribute records, as int"),
        ({"label": None}, "lacks the attribute label, as str"),
        ({"rows": [["X-1"]]}, "row 2: must be a list of 2 values"),
        ({"rows": {}}, "column rows: must be a list of records"),
        ({"rows": [["X-1", "4"]]}, "row 2, column AGE, value '\"4\"': must be a whole number or"),
        ({"rows": [["X-1", True]]}, "row 2, column AGE, value 'true': must be a whole number or"),
        ({"rows": [["X-1", 4.5]]}, "row 2, column AGE, value '4.5': must be a whole number or"),
        ({"rows": [[7, 4]]}, "row 2, column USUBJID, value '7': must be text or null"),
        ({"columns": [{"name": "AGE"}]}, "must be an object with itemOID, name, label, dataType"),
    ],
)
def test_broken_dataset_json_is_refused_in_one_line(tmp_path, change, message):
    columns = [("USUBJID", "string"), ("AGE", "integer")]
    found = {
        "datasetJSONCreationDateTime": "2023-06-28T15:38:43",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.ADSL",
        "records": 1,
        "name": "ADSL",
        "label": "Subjects",
        "columns": [
            {"itemOID": name, "name": name, "label": name, "dataType": kind}
            for name, kind in columns
        ],
        "rows": [["X-1", 54]],
    }
    path = tmp_path / "adsl.json"
    path.write_text(json.dumps(found), encoding="utf-8")
    assert read_analysis_datasets(tmp_path).tables["ADSL"]["AGE"].tolist() == [54]
    path.write_text(json.dumps(found | change), encoding="utf-8")
    with pytest.raises(DataError) as raised:
        read_analysis_datasets(tmp_path)
    (line,) = faults_of(raised)
    assert line.startswith(str(path))
    assert message in line


@pytest.mark.parametrize("text", ["{", "[]", '{"records": NaN}', "\udce4"])
def test_what_is_not_dataset_json_is_refused(tmp_path, text):
    path = tmp_path / "adsl.json"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(DataError, match=re.escape(str(path))):
        read_analysis_datasets(tmp_path)


# Limits of SAS transport files.


@pytest.mark.parametrize(
    ("name", "column", "value", "message"),
    [
        ("ADAE", "AETERM", "x" * 201, "must have up to 200 bytes"),
        ("ADAE", "AETERM", "Fieber über 39", ASCII_ONLY),
        ("ADAE", "AETERM", "a\ttab", ASCII_ONLY),
        ("ADAE", "AETERM", "Rash ", "must not end with a blank, which the format drops"),
        ("ADSL", "HEIGHT", 2.0**249, "must be 0 or have a magnitude from 5.4e-79 to 9.05e+74"),
        ("ADSL", "HEIGHT", -1e-79, "must be 0 or have a magnitude from 5.4e-79 to 9.05e+74"),
    ],
)
def test_transport_files_refuse_what_they_would_mangle(
    datasets, tmp_path, name, column, value, message
):
    wrong = datasets.tables[name][column].copy()
    wrong.iloc[1] = value
    broken = changed(datasets, name, **{column: wrong})
    with pytest.raises(DataError) as raised:
        write_analysis_datasets(broken, tmp_path / "out", "xpt")
    (fault,) = raised.value.faults
    assert (fault.file, fault.row, fault.column) == (name, 3, column)
    assert fault.message == message
    assert not (tmp_path / "out").exists()
    # What another format holds is no fault there.
    if column == "AETERM":
        write_analysis_datasets(broken, tmp_path / "other", "json")
        found = read_analysis_datasets(tmp_path / "other").tables["ADAE"]["AETERM"]
        assert found.tolist() == wrong.tolist()


def test_a_text_that_is_refused_is_told_once(datasets, tmp_path):
    terms = ["Fieber über 39", "Fieber über 38", "Fieber über 39"]
    assert len(datasets.tables["ADAE"]) == len(terms)
    with pytest.raises(DataError) as raised:
        write_analysis_datasets(changed(datasets, "ADAE", AETERM=terms), tmp_path / "out", "xpt")
    assert [(fault.row, fault.value) for fault in raised.value.faults] == [
        (2, terms[0]),
        (3, terms[1]),
    ]


def test_text_of_200_bytes_and_the_largest_numbers_are_kept(datasets, tmp_path):
    text = datasets.tables["ADAE"]["AETERM"].copy()
    text.iloc[0] = "x" * 200
    numbers = pd.Series([LARGEST, SMALLEST, -LARGEST])
    wide = changed(changed(datasets, "ADAE", AETERM=text), "ADSL", HEIGHT=numbers)
    write_analysis_datasets(wide, tmp_path, "xpt")
    found = read_analysis_datasets(tmp_path)
    assert found.tables["ADAE"]["AETERM"].tolist() == text.tolist()
    np.testing.assert_array_equal(found.tables["ADSL"]["HEIGHT"], numbers)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("x" * 40, None),
        ("x" * 41, "a label must have up to 40 characters, not 41"),
        ("Größe", "a label must have printable ASCII characters only"),
    ],
)
def test_labels_fit_transport_files(tables, tmp_path, label, message):
    study = replace(STUDY, characteristics={**STUDY.characteristics, "height": label})
    datasets = derive_analysis_datasets(study, **tables)
    if message is None:
        write_analysis_datasets(datasets, tmp_path, "xpt")
        return
    with pytest.raises(DataError) as raised:
        write_analysis_datasets(datasets, tmp_path, "xpt")
    assert faults_of(raised) == [f"ADSL, column HEIGHT, value {label!r}: {message}"]


@pytest.mark.parametrize("name", ["TOOLONGNAME", "lower", "1ST"])
def test_names_fit_transport_files(tmp_path, name):
    """Names of other programs' files, which JSON holds and SAS does not."""
    table = pd.DataFrame({"USUBJID": ["X-1"], name: ["a"]})
    table.to_csv(tmp_path / "adsl.csv", index=False)
    datasets = read_analysis_datasets(tmp_path)
    with pytest.raises(DataError, match=rf"ADSL, column {name}, value '{name}': a name must have"):
        write_analysis_datasets(datasets, tmp_path / "sas", "xpt")


@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_no_format_holds_a_null_or_an_infinite_number(datasets, tmp_path, file_format):
    text = datasets.tables["ADAE"]["AETERM"].copy()
    text.iloc[0], text.iloc[2] = "a\0b", "\ud800"
    broken = changed(datasets, "ADAE", AETERM=text)
    broken = changed(broken, "ADSL", EOSWK=[np.inf, 1.0, 2.0])
    with pytest.raises(DataError) as raised:
        write_analysis_datasets(broken, tmp_path / "out", file_format)
    lines = [line for line in faults_of(raised) if "ASCII" not in line and "magnitude" not in line]
    assert len(lines) == 3
    assert "ADSL, row 2, column EOSWK, value 'inf': must be a finite number" in lines[0]


@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_variables_that_are_not_described_are_not_dropped(datasets, tmp_path, file_format):
    more = changed(datasets, "ADAE", EXTRA="x")
    with pytest.raises(DataError, match="ADAE: the table of variables does not describe EXTRA"):
        write_analysis_datasets(more, tmp_path / "out", file_format)
    names = list(datasets.tables["ADAE"].columns)
    turned = datasets.tables["ADAE"][names[::-1]]
    other = replace(datasets, tables={**datasets.tables, "ADAE": turned})
    with pytest.raises(DataError, match=f"ADAE: the table .* not describe {', '.join(names)}$"):
        write_analysis_datasets(other, tmp_path / "out", file_format)


@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_values_are_written_as_their_type_or_not_at_all(datasets, tmp_path, file_format):
    other = changed(datasets, "ADTTE", CNSR=["0", 1.0], AVAL=["4.0", 4])
    write_analysis_datasets(other, tmp_path / "out", file_format)
    assert_same(read_analysis_datasets(tmp_path / "out"), datasets)
    wrong = changed(datasets, "ADTTE", CNSR=[0, 0.5])
    with pytest.raises(
        DataError, match=r"ADTTE, row 3, column CNSR, value '0\.5': must be a whole"
    ):
        write_analysis_datasets(wrong, tmp_path / "wrong", file_format)


# Nobody takes a synthetic patient for a person.


@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_synthetic_rows_say_so_in_every_file(tmp_path, file_format):
    datasets = derive_analysis_datasets(STUDY, **make_tables("synthetic"))
    files = write_analysis_datasets(datasets, tmp_path, file_format)
    assert all(file.name.startswith("synthetic_") for file in files)
    for name, table in datasets.tables.items():
        assert datasets.label(name).startswith("Synthetic ")
        assert table["ORIGIN"].eq("synthetic").all()
        assert table["USUBJID"].str.startswith("SYNTHETIC-M-1-").all()
    observed = derive_analysis_datasets(STUDY, **make_tables())
    assert not any(observed.label(name).startswith("Synthetic") for name in observed.tables)


@pytest.mark.parametrize(
    ("origin", "old", "new", "message"),
    [
        ("synthetic", "synthetic_adae.csv", "adae.csv", "must not be synthetic: the name of the"),
        (
            "observed",
            "adae.csv",
            "synthetic_adae.csv",
            "must be synthetic, as the name of the file",
        ),
    ],
)
def test_a_renamed_file_is_refused(tmp_path, origin, old, new, message):
    datasets = derive_analysis_datasets(STUDY, **make_tables(origin))
    write_analysis_datasets(datasets, tmp_path, "csv")
    (tmp_path / old).rename(tmp_path / new)
    with pytest.raises(
        DataError, match=rf"{new}, row 2, column ORIGIN, value '{origin}': {message}"
    ):
        read_analysis_datasets(tmp_path)


def test_origins_are_not_mixed_when_writing(tmp_path, datasets):
    mixed = changed(datasets, "ADAE", ORIGIN=["observed", "synthetic", "observed"])
    with pytest.raises(
        DataError, match="ADAE, row 3, column ORIGIN, value 'synthetic': must be obs"
    ):
        write_analysis_datasets(mixed, tmp_path, "csv")


# Faults of plain tables: each alone, in one line.


def without(table, column):
    return lambda tables: tables | {table: tables[table].drop(columns=column)}


def with_first_again(table):
    return lambda tables: (
        tables | {table: pd.concat([tables[table], tables[table].iloc[[0]]], ignore_index=True)}
    )


NO_COLUMN = "there is no such column; the table has"


def held(table, dropped):
    return ", ".join(each for each in make_tables()[table] if each != dropped)


def with_cell(table, row, column, value):
    def change(tables):
        other = tables[table].copy()
        other[column] = other[column].astype(object)
        other.loc[row, column] = value
        return tables | {table: other}

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            without("patients", "arm"),
            f"patients, column arm: {NO_COLUMN} {held('patients', 'arm')}",
        ),
        (
            without("patients", "height"),
            f"patients, column height: {NO_COLUMN} {held('patients', 'height')}",
        ),
        (without("visits", "ck"), f"visits, column ck: {NO_COLUMN} {held('visits', 'ck')}"),
        (
            without("events", "related"),
            f"events, column related: {NO_COLUMN} {held('events', 'related')}",
        ),
        (
            with_cell("patients", 1, "arm", "other"),
            "patients, row 3, column arm, value 'other': must be one of drug, placebo",
        ),
        (
            with_cell("patients", 1, "origin", "synthetic"),
            "patients, row 3, column origin, value 'synthetic': must be observed as in the first "
            "row: never both",
        ),
        (
            with_cell("patients", 1, "origin", "real"),
            "patients, row 3, column origin, value 'real': must be one of observed, synthetic",
        ),
        (
            with_cell("patients", 2, "analysed", None),
            "patients, row 4, column analysed, value '': must not be empty",
        ),
        (
            with_cell("patients", 0, "analysed", "yes"),
            "patients, row 2, column analysed, value 'yes': must be true or false",
        ),
        (
            with_cell("patients", 0, "start_date", "28.02.2020"),
            "patients, row 2, column start_date, value '28.02.2020': must be a date, YYYY-MM-DD",
        ),
        (
            with_cell("patients", 0, "start_date", "2020-02-30"),
            "patients, row 2, column start_date, value '2020-02-30': must be a date, YYYY-MM-DD",
        ),
        (
            with_cell("visits", 3, "mmt", "1,5"),
            "visits, row 5, column mmt, value '1,5': must be a finite number",
        ),
        (
            with_cell("visits", 3, "mmt", np.inf),
            "visits, row 5, column mmt, value 'inf': must be a finite number",
        ),
        (
            with_cell("visits", 3, "week", 4),
            "visits, row 5, column week, value '4': must not repeat another row's patient_id, week",
        ),
        (
            with_cell("visits", 3, "baseline", True),
            "visits, row 5, column baseline, value 'true': must be true at one visit of a "
            "patient at most",
        ),
        (
            with_first_again("patients"),
            "patients, row 5, column patient_id, value '007': must not repeat another row's "
            "patient_id",
        ),
        (
            with_cell("visits", 6, "patient_id", "8"),
            "visits, row 8, column patient_id, value '8': must be a patient_id of patients",
        ),
        (
            with_cell("events", 2, "patient_id", "8"),
            "events, row 4, column patient_id, value '8': must be a patient_id of patients",
        ),
        (
            with_cell("treatments", 2, "patient_id", "8"),
            "treatments, row 4, column patient_id, value '8': must be a patient_id of patients",
        ),
        (
            with_cell("times", 1, "patient_id", "8"),
            "times, row 3, column patient_id, value '8': must be a patient_id of patients",
        ),
        (
            with_cell("times", 1, "patient_id", "007"),
            "times, row 3, column patient_id, value '007': must not repeat another row's "
            "patient_id",
        ),
        (
            with_cell("times", 0, "event", None),
            "times, row 2, column event, value '': must not be empty",
        ),
        (
            with_cell("events", 0, "event", ""),
            "events, row 2, column event, value '': must not be empty",
        ),
    ],
)
def test_one_fault_of_a_table_is_one_line(tables, change, message):
    with pytest.raises(DataError) as raised:
        derive_analysis_datasets(STUDY, **change(tables))
    assert faults_of(raised) == [message]


def test_a_column_twice_is_refused(tables):
    visits = tables["visits"]
    tables["visits"] = pd.concat([visits, visits[["ck"]]], axis=1)
    with pytest.raises(DataError) as raised:
        derive_analysis_datasets(STUDY, **tables)
    assert faults_of(raised) == ["visits, column ck: the table has this column twice"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"study_id": ""}, "study_id must not be empty, got ''"),
        ({"arms": {}}, "arms must not be empty"),
        ({"measures": {}}, "measures must have at least one"),
        ({"reference_arm": "c"}, "reference_arm must be one of drug, placebo, got 'c'"),
        ({"criterion": SimpleNamespace(column="x")}, "criterion.column must be one of "),
        ({"response_threshold": math.nan}, "response_threshold must be a finite number, got nan"),
        ({"variable_names": {"x": "X"}}, "variable_names must name measures or .* got 'x'"),
        ({"variable_names": {"age": "age"}}, "variable_names must have up to 8 .* got 'age'"),
    ],
)
def test_what_is_said_of_a_study_is_checked(change, message):
    with pytest.raises(ValueError, match=message):
        replace(STUDY, **change)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"age": "X", "height": "X"}, "must not give one name twice, got 'X'"),
        ({"age": "FASFL"}, "must not name a variable of ADSL, got 'FASFL'"),
        ({"ck": "MMT"}, "must not give one name twice, got 'MMT'"),
    ],
)
def test_names_do_not_collide(tables, names, message):
    study = replace(STUDY, variable_names=names)
    with pytest.raises(ValueError, match=message):
        derive_analysis_datasets(study, **tables)


# Faults of folders.


def test_a_folder_must_be_there_and_hold_data_sets(tmp_path):
    with pytest.raises(DataError, match="there is no such folder"):
        read_analysis_datasets(tmp_path / "none")
    (tmp_path / "notes.csv").write_text("a\n1\n")
    with pytest.raises(DataError, match="holds no analysis data set, such as adsl, as one of csv"):
        read_analysis_datasets(tmp_path)


def test_a_folder_in_use_is_left_alone(datasets, tmp_path):
    write_analysis_datasets(datasets, tmp_path, "csv")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(DataError, match=r"adae\.csv: the folder holds analysis data sets already"):
        write_analysis_datasets(datasets, tmp_path, "json")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_nothing_half_written_stays(datasets, tmp_path, monkeypatch):
    from tisstats.trial.cdisc import folder

    def fail(_, path):
        path.write_text("half", encoding="utf-8")
        raise OSError("no space")

    monkeypatch.setitem(folder._WRITERS, "csv", fail)
    with pytest.raises(OSError, match="no space"):
        write_analysis_datasets(datasets, tmp_path, "csv")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_is_refused(datasets, tmp_path):
    with pytest.raises(ValueError, match="file_format must be one of csv, parquet, xpt, json"):
        write_analysis_datasets(datasets, tmp_path, "xlsx")


def test_two_files_of_a_data_set_are_refused(datasets, tmp_path):
    write_analysis_datasets(datasets, tmp_path, "csv")
    (tmp_path / "adsl.json").write_text("{}")
    with pytest.raises(DataError, match=r"adsl\.json: is a second file of ADSL; the other is adsl"):
        read_analysis_datasets(tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "adtis.csv",
            ",110.0,",
            ",11_0,",
            "adtis.csv, row 4, column AVAL, value '11_0': must be a",
        ),
        ("adtis.csv", ",110.0,", ",nan,", "adtis.csv, row 4, column AVAL, value 'nan': must be a"),
        ("adtte.csv", ",0,Total", ",0.5,Total", "row 2, column CNSR, value '0.5': must be a whole"),
        ("adsl.csv", "2020-02-28", "28FEB2020", "row 2, column TRTSDT, value '28FEB2020': must be"),
        ("adsl.csv", "STUDYID,", "STUDY,", "adsl.csv: its variables are not those of define.csv"),
        ("adae.csv", ",Rash,", ",Rash,x,", "adae.csv, row 2: has 14 cells; the header has 13"),
        (
            "define.csv",
            ",text,",
            ",char,",
            "column type, value 'char': must be one of text, integer",
        ),
        (
            "define.csv",
            "standard",
            "norm",
            "define.csv, row 1: its columns must be dataset, variab",
        ),
    ],
)
def test_a_broken_file_is_named_with_row_and_value(datasets, tmp_path, file, old, new, message):
    write_analysis_datasets(datasets, tmp_path, "csv")
    path = tmp_path / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(message)):
        read_analysis_datasets(tmp_path)


@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_noise_is_not_a_file(tmp_path, file_format):
    path = tmp_path / f"adsl.{file_format}"
    path.write_bytes(b"\xff\xfe\x00noise")
    with pytest.raises(DataError, match=re.escape(str(path))):
        read_analysis_datasets(tmp_path)
    path.write_bytes(b"")
    with pytest.raises(DataError, match=re.escape(str(path))):
        read_analysis_datasets(tmp_path)


# ADaM of others.


def foreign(**changes):
    """ADSL and ADQS as another sponsor may have them, visits numbered and named."""
    adsl = pd.DataFrame(
        {
            "STUDYID": "X",
            "USUBJID": ["X-01-1", "X-02-1"],
            "SUBJID": ["1", "1"],
            "TRT01P": ["Placebo", "Drug"],
            "ITTFL": ["Y", "N"],
            "AGE": [50.0, 60.0],
            "EOSSTT": ["COMPLETED", "DISCONTINUED"],
            "DCSREAS": ["", "Death"],
        }
    )
    adqs = pd.DataFrame(
        [
            ("X-01-1", "MMT8", 3.0, "Baseline", 70.0, "Y"),
            ("X-01-1", "MMT8", 4.0, "Week 4", 75.0, ""),
            ("X-01-1", "SF36", 4.0, "Week 4", 40.0, ""),
            ("X-02-1", "MMT8", 3.0, "Baseline", 60.0, "Y"),
            ("X-02-1", "MMT8", np.nan, "", 61.0, ""),
        ],
        columns=["USUBJID", "PARAMCD", "AVISITN", "AVISIT", "AVAL", "ABLFL"],
    )
    adae = pd.DataFrame(
        {
            "USUBJID": ["X-02-1"] * 3,
            "AETERM": "Rash",
            "AESER": "N",
            "AEREL": "POSSIBLE",
            "ASTDY": [1.0, 15.0, -7.0],
        }
    )
    tables = {"ADSL": adsl, "ADQS": adqs, "ADAE": adae} | changes
    for table in tables.values():
        for name in table:
            if pd.api.types.is_string_dtype(table[name]):
                table[name] = table[name].astype(object)
    return AnalysisDatasets(tables, ())


MORE = {"parameters": {"MMT8": "mmt"}, "origin": "observed"}
WEEKS = {"Baseline": 0, "Week 4": 4}


def test_data_sets_of_others_become_tables():
    found = to_trial_tables(foreign(), weeks=WEEKS, **MORE)
    # Two sites have a subject 1.
    assert found.patients["patient_id"].tolist() == ["X-01-1", "X-02-1"]
    assert found.patients["analysed"].tolist() == [True, False]
    assert found.patients["end_reason"].tolist() == ["completed", "Death"]
    assert found.patients["age"].tolist() == [50, 60]
    assert found.visits[["patient_id", "week", "mmt", "baseline"]].to_numpy().tolist() == [
        ["X-01-1", 0.0, 70.0, True],
        ["X-01-1", 4.0, 75.0, False],
        ["X-02-1", 0.0, 60.0, True],
    ]
    # Day 1 is the first; there is no day 0.
    assert found.events["week"].tolist() == [0, 2, -1]
    assert len(found.times) == len(found.treatments) == 0
    assert {"patient_id", "weeks", "event"} == set(found.times)


def test_records_of_visits_without_a_week_are_left_out():
    adqs = foreign().tables["ADQS"]
    again = pd.concat([adqs, adqs.iloc[[-1]].assign(AVAL=62.0)], ignore_index=True)
    found = to_trial_tables(foreign(ADQS=again), weeks=WEEKS, **MORE)
    assert found.visits["mmt"].tolist() == [70, 75, 60]


def test_the_number_of_a_visit_is_not_taken_for_its_week():
    shifted = foreign()
    shifted.tables["ADQS"].loc[1, "AVISITN"] = 5.0
    with pytest.raises(DataError, match="ADQS, row 3, column AVISITN, value '5': is not the week"):
        to_trial_tables(shifted, **MORE)


def test_the_table_of_variables_can_say_that_the_number_of_a_visit_is_its_week():
    def described(**sources):
        shifted = foreign()
        shifted.tables["ADQS"].loc[1, "AVISITN"] = 5.0
        variables = tuple(
            SimpleNamespace(dataset="ADQS", variable=name, where="", codelist="", source=source)
            for name, source in sources.items()
        )
        return replace(shifted, variables=variables)

    found = to_trial_tables(described(ADY="visits.date", AVISITN="visits.week"), **MORE)
    assert found.visits["week"].tolist() == [3, 5, 3]
    with pytest.raises(DataError, match="column AVISITN, value '5': is not the week"):
        to_trial_tables(described(AWTARGET="visits.week", AVISITN="visits.number"), **MORE)


def test_of_several_records_the_one_for_the_analysis_is_taken():
    datasets = foreign()
    adqs = datasets.tables["ADQS"]
    again = pd.concat([adqs, adqs.iloc[[1]].assign(AVAL=99.0)], ignore_index=True)
    with pytest.raises(DataError, match="is a second value of its patient, parameter and visit"):
        to_trial_tables(foreign(ADQS=again.assign(ANL01FL="Y")), weeks=WEEKS, **MORE)
    # Where nothing tells them apart, neither is dropped in silence.
    for undecided in (again, again.assign(ANL01FL="")):
        with pytest.raises(DataError, match="ADQS, row 7, column AVAL, value '99': is a second"):
            to_trial_tables(foreign(ADQS=undecided), weeks=WEEKS, **MORE)
    flagged = again.assign(ANL01FL=["Y", "", "Y", "Y", "", "Y"])
    found = to_trial_tables(foreign(ADQS=flagged), weeks=WEEKS, **MORE)
    assert found.visits["mmt"].tolist() == [70, 99, 60]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda found: found.tables.pop("ADSL"), "ADSL: there is no such data set; there are ADQS"),
        (
            lambda found: found.tables["ADSL"].pop("ITTFL"),
            "ADSL: must have the patients analysed as one of FASFL, ITTFL",
        ),
        (
            lambda found: found.tables["ADSL"].__setitem__("ITTFL", ["Y", "X"]),
            "ADSL, row 3, column ITTFL, value 'X': must be Y or N",
        ),
        (
            lambda found: found.tables["ADSL"].__setitem__("USUBJID", "X-01-1"),
            "ADSL, row 3, column USUBJID, value 'X-01-1': must not repeat",
        ),
        (
            lambda found: found.tables["ADQS"].__setitem__("USUBJID", "X-09"),
            "ADQS, row 2, column USUBJID, value 'X-09': must be a USUBJID of ADSL",
        ),
        (
            lambda found: found.tables["ADQS"].__setitem__("ABLFL", "Y"),
            "column USUBJID, value 'X-01-1': has baseline records at more than one visit",
        ),
        (
            lambda found: found.tables["ADAE"].pop("AESER"),
            "ADAE, column AESER: there is no such variable; the data set has USUBJID, AETERM",
        ),
    ],
)
def test_what_is_wrong_with_data_sets_of_others_is_named(change, message):
    datasets = foreign()
    change(datasets)
    with pytest.raises(DataError) as raised:
        to_trial_tables(datasets, weeks=WEEKS, **MORE)
    assert faults_of(raised)[0].startswith(message) or message in faults_of(raised)[0]


def test_one_measure_of_two_data_sets_is_refused():
    other = foreign().tables["ADQS"]
    with pytest.raises(DataError, match="ADQS, ADLB, column mmt: is given by more than one data"):
        to_trial_tables(foreign(ADLB=other), weeks=WEEKS, **MORE)


def test_our_codes_are_not_read_into_data_sets_of_others():
    datasets = foreign()
    datasets.tables["ADQS"]["PARAMCD"] = "MMT"
    found = to_trial_tables(datasets, weeks=WEEKS, origin="observed")
    assert len(found.visits) == 0
    assert set(found.visits) == {"patient_id", "week", "baseline", "visit"}


def test_a_visit_of_ours_may_have_any_name(tables):
    tables["visits"].loc[2, "visit"] = "Week 5"
    found = to_trial_tables(derive_analysis_datasets(STUDY, **tables))
    assert found.visits["visit"].tolist() == tables["visits"]["visit"].tolist()
    assert found.visits["week"].tolist() == tables["visits"]["week"].tolist()


def test_who_the_rows_are_of_is_never_guessed():
    with pytest.raises(DataError, match="column ORIGIN: there is no such variable; give the arg"):
        to_trial_tables(foreign(), weeks=WEEKS)
    synthetic = derive_analysis_datasets(STUDY, **make_tables("synthetic"))
    with pytest.raises(DataError, match="value 'synthetic': must be observed, as the argument"):
        to_trial_tables(synthetic, origin="observed")
    with pytest.raises(ValueError, match="origin must be one of observed, synthetic, got 'real'"):
        to_trial_tables(foreign(), origin="real")


def test_categories_of_other_measures_are_no_responses():
    adqs = foreign().tables["ADQS"].assign(AVALCAT1="severe")
    found = to_trial_tables(foreign(ADQS=adqs), weeks=WEEKS, **MORE)
    assert "response" not in found.visits


def test_files_of_others_are_read_by_their_own_types(tmp_path):
    for name, table in foreign().tables.items():
        pyreadstat.write_xport(
            table, str(tmp_path / f"{name}.xpt"), table_name=name, file_format_version=5
        )
    datasets = read_analysis_datasets(tmp_path)
    assert list(datasets.tables) == ["ADSL", "ADAE", "ADQS"]
    found = to_trial_tables(datasets, weeks=WEEKS, **MORE)
    assert found.visits["mmt"].tolist() == [70, 75, 60]


#: Written by haven 2.5.1 in R 4.2.2, compressed:
#:     adsl <- data.frame(USUBJID = c("X-1", "X-2"), TRT01P = c("Drug", ""), AGE = c(50.1, NA),
#:                        TRTSDT = as.Date(c("2020-02-29", NA)))
#:     attr(adsl$AGE, "label") <- "Age, years"
#:     write_xpt(adsl, "adsl.xpt", version = 5, name = "ADSL", label = "Subjects")
#: And the other way, by hand: haven::read_xpt() returns rows, labels and dates of our files.
FROM_R = (
    "c-r%Db#!qJQV4Q&_78H=f&d>+ry$3mNCgjMIYkICzzY-<f*peuKmdsb8mFLOre|OV;wKfSnCKZP-~>iy"
    "e*R%bW>$vgR;I>Qre^4T1qy)&7XSLX`Z@u{i1V+Z8JuNefZaToVCSHKkRXb}&(S5=2O54Zjv<aT3%}sf"
    "q^#8Bl4452&(G1<HJFfpO|biyfr){Efti6ZG&t1B%hQGA_+)?rbUs-C<Q5hNrjVcz1H%9XYPp4(EVnQM"
    "F$V*)qq{34J*21VC{(5<78R4=7Df!Wuv6d`7GSspyMz!Q9>9d_itH8?J_7?kIZnZr{`{SSG1DfI`7J`%"
    "(50v}-N{IDCJ@YW3B3lkCPEjS$Mm4K>Y>FfZU6u;U%{&"
)


def test_what_is_no_transport_file_is_named(tmp_path):
    (tmp_path / "adsl.xpt").write_bytes(b"nothing of the kind\n" * 80)
    with pytest.raises(DataError) as error:
        read_analysis_datasets(tmp_path)
    assert re.fullmatch(
        r".*adsl\.xpt: cannot be read as a SAS transport file(: | \().*", str(error.value)
    )


def test_a_transport_file_of_r_is_read(tmp_path):
    (tmp_path / "adsl.xpt").write_bytes(zlib.decompress(base64.b85decode(FROM_R)))
    datasets = read_analysis_datasets(tmp_path)
    expected = pd.DataFrame(
        {
            "USUBJID": pd.Series(["X-1", "X-2"], dtype=object),
            "TRT01P": pd.Series(["Drug", ""], dtype=object),
            "AGE": [50.1, np.nan],
            "TRTSDT": np.array(["2020-02-29", "NaT"], dtype="datetime64[s]"),
        }
    )
    assert_frame_equal(datasets.tables["ADSL"], expected, check_exact=True)
    assert datasets.label("ADSL") == "Subjects"
    assert [each.label for each in datasets.variables_of("ADSL")][2] == "Age, years"


def test_truth_values_of_relatedness_return(tables, tmp_path):
    tables["events"]["related"] = pd.array([True, None, False], dtype="boolean")
    write_analysis_datasets(derive_analysis_datasets(STUDY, **tables), tmp_path, "xpt")
    found = to_trial_tables(read_analysis_datasets(tmp_path))
    assert found.events["related"].tolist() == [True, pd.NA, False]


# One type for each kind of value.


@pytest.mark.parametrize(
    ("kind", "cells", "values", "wrong"),
    [
        ("text", ["a", None, 7, 7.0, 7.5, pd.NA], ["a", "", "7", "7", "7.5", ""], []),
        ("float", ["1e3", " 2 ", ".5", "", "1e999", "inf"], [1000, 2, 0.5], [4, 5]),
        ("float", [1, True, None, "x"], [1], [1, 3]),
        ("integer", [1, 2.0, "3", 2.5, 2**53 + 2], [1, 2, 3], [3, 4]),
        ("flag", [True, False, None, 1, "true"], [True, False], [3, 4]),
        ("date", ["2020-02-29", "2021-02-29", "20200229"], [day("2020-02-29")], [1, 2]),
        ("date", [datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, 3)], [], [1]),
    ],
)
def test_cells_become_one_kind(kind, cells, values, wrong):
    column = typed_column(pd.Series(cells, dtype=object), kind)
    assert np.flatnonzero(column.wrong).tolist() == wrong
    assert column.values.tolist()[: len(values)] == pd.Series(values).tolist()


def test_dates_with_a_time_of_day_are_refused():
    column = typed_column(
        pd.Series(np.array(["2020-01-02T00", "2020-01-02T03"], dtype="datetime64[s]")), "date"
    )
    assert column.wrong.tolist() == [False, True]


def test_files_are_read_whatever_the_case_of_their_names(datasets, tmp_path):
    write_analysis_datasets(datasets, tmp_path, "xpt")
    (tmp_path / "adsl.xpt").rename(tmp_path / "ADSL.XPT")
    assert_same(read_analysis_datasets(Path(tmp_path)), datasets)


DIED = {"DTHWK": 9.0, "DTHADY": 64.0, "DTHDT": "2024-03-04", "TRTSDT": "2024-01-01"}


def adsl_of_one(**variables):
    """The patient of a data set of another study, who died and did not end by it."""
    row = {"USUBJID": "X-1", "TRT01P": "A", "FASFL": "Y", "DCSREAS": "Adverse event"} | variables
    return AnalysisDatasets({"ADSL": pd.DataFrame([{"DTHFL": "Y", **row}])}, ())


@pytest.mark.parametrize(
    ("given", "week"),
    [
        (("DTHWK",), 9),
        (("DTHADY",), 9),
        (("DTHDT", "TRTSDT"), 9),
        (("DTHWK", "DTHADY", "DTHDT", "TRTSDT"), 9),
    ],
)
@pytest.mark.parametrize("as_dates", [False, True])
def test_the_week_of_a_death_is_read_from_other_studies(given, week, as_dates):
    row = {name: DIED[name] for name in given}
    if as_dates:
        dates = {name: pd.Timestamp(row[name]) for name in ("DTHDT", "TRTSDT") if name in row}
        row |= dates
    patients = to_trial_tables(adsl_of_one(**row), origin="observed").patients
    assert patients["death_week"].tolist() == [pytest.approx(week)]
    other = to_trial_tables(adsl_of_one(**row | {"DTHFL": ""}), origin="observed").patients
    assert other["death_week"].tolist() == [pytest.approx(week)]


def test_of_several_weeks_of_a_death_that_of_the_first_variable_counts():
    for row, week in ((DIED | {"DTHWK": 5.0}, 5), (DIED | {"DTHWK": np.nan, "DTHADY": 57.0}, 8)):
        patients = to_trial_tables(adsl_of_one(**row), origin="observed").patients
        assert patients["death_week"].tolist() == [week]


@pytest.mark.parametrize(("day", "week"), [(1, 0), (8, 1), (-1, -1 / 7), (np.nan, np.nan)])
def test_a_study_day_of_a_death_counts_from_day_one(day, week):
    given = adsl_of_one(DTHADY=day, DCSREAS="Death", DTHFL="")
    patients = to_trial_tables(given, origin="observed").patients
    found = patients.get("death_week", pd.Series([np.nan]))
    assert found.tolist() == pytest.approx([week], nan_ok=True)


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"EOSSTT": "COMPLETED", "DCSREAS": ""},
        {"DTHDT": "2024-03-04"},
        {"DTHDT": "2024-03", "TRTSDT": "2024-01-01"},
        {"DTHDT": "2024-03-041", "TRTSDT": "2024-01-01"},
        {"DTHWK": np.nan, "DTHADY": np.nan},
        {"DCSREAS": "Withdrawal: death of spouse"},
        {"DCSREAS": "SUBJECT DIED"},
        {"DCSREAS": np.nan},
    ],
)
def test_a_death_that_would_be_lost_is_refused(row):
    with pytest.raises(DataError) as caught:
        to_trial_tables(adsl_of_one(**row), origin="observed")
    (fault,) = caught.value.faults
    assert (fault.column, fault.value) == ("DTHFL", "Y")
    assert fault.message.startswith("needs DTHWK, DTHADY, or whole dates (YYYY-MM-DD) in DTHDT")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"DTHFL": "yes"}, "DTHFL"),
        ({"DTHFL": True}, "DTHFL"),
        ({"DTHWK": "unk"}, "DTHWK"),
        ({"DTHADY": "64 days"}, "DTHADY"),
        ({"DTHADY": "0"}, "DTHADY"),
        ({"DTHADY": 63.5}, "DTHADY"),
        ({"DTHFL": "", "DTHDT": "2024-03", "TRTSDT": "2024-01-01"}, "DTHDT"),
    ],
)
def test_what_is_no_flag_week_day_or_date_of_a_death_is_refused(row, column):
    given = adsl_of_one(**{"DTHADY": "64"} | row) if "DTHDT" not in row else adsl_of_one(**row)
    with pytest.raises(DataError) as caught:
        to_trial_tables(given, origin="observed")
    assert {fault.column for fault in caught.value.faults} == {column}


@pytest.mark.parametrize(
    "row",
    [
        {"DTHDT": pd.Timestamp("2024-03-04 03:00", tz="UTC"), "TRTSDT": "2024-01-01T10:00"},
        {"DTHDT": datetime.date(2024, 3, 4), "TRTSDT": pd.Timestamp("2024-01-01 23:59")},
        {"DTHWK": ".", "DTHADY": "64"},
        {"DTHWK": "", "DTHADY": 64},
    ],
)
def test_a_week_of_a_death_by_odd_types(row):
    patients = to_trial_tables(adsl_of_one(**row), origin="observed").patients
    assert patients["death_week"].tolist() == [pytest.approx(9)]


@pytest.mark.parametrize("blank", ["", ".", " ", None, np.nan, pd.NaT])
def test_a_blank_is_no_sign_of_a_death(blank):
    for name in ("DTHDT", "DTHADY", "DTHWK"):
        given = adsl_of_one(**{"DTHFL": "", name: blank, "TRTSDT": "2024-01-01"})
        patients = to_trial_tables(given, origin="observed").patients
        assert patients.get("death_week", pd.Series([np.nan])).isna().all()


def test_the_death_of_a_patient_outside_the_analysis_needs_no_week():
    for row in ({}, {"DTHADY": -3.0}):
        tables = to_trial_tables(adsl_of_one(FASFL="N", **row), origin="observed")
        assert "death_week" not in tables.patients
    first_day = to_trial_tables(adsl_of_one(FASFL="N", DTHADY=1.0), origin="observed")
    assert first_day.patients["death_week"].tolist() == pytest.approx([0])


@pytest.mark.parametrize("reason", ["death", "Death", "DEATH"])
def test_a_death_that_is_the_reason_of_the_end_needs_no_week(reason):
    tables = to_trial_tables(adsl_of_one(DCSREAS=reason), origin="observed")
    assert "death_week" not in tables.patients
    assert tables.patients["end_reason"].tolist() == [reason]
