"""What the table of variables says of a study, and data sets of a definition instead of a score."""

import datetime
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tisstats import __version__
from tisstats.errors import DataError
from tisstats.trial.cdisc import (
    AnalysisDatasets,
    CriterionLabel,
    MeasureLabel,
    StudyMetadata,
    derive_analysis_datasets,
    read_analysis_datasets,
    to_trial_tables,
    write_analysis_datasets,
)
from tisstats.trial.cdisc.contents import FileContents
from tisstats.trial.cdisc.datasets import DEFINE_COLUMNS, with_lengths
from tisstats.trial.cdisc.specification import (
    DatasetSpecification,
    InputColumn,
    Parameter,
    SpecifiedVariable,
    Variable,
    dataset_specifications,
    input_columns,
    known_types,
    parameters,
    variable_name,
)

STUDY = StudyMetadata(
    study_id="M-1",
    title="A made-up trial",
    arms={"b": "Drug B", "a": "Drug A", "p": "Placebo"},
    reference_arm="p",
    response_threshold=20.5,
    measures={
        "mmt": MeasureLabel("Manual muscle testing", "points"),
        "grip_strength": MeasureLabel("Grip strength", ""),
    },
    characteristics={
        "age": "Age, years",
        "smoker": "Smoker",
        "site_of_study": "Site",
        "weight": "Weight, kg",
        "seen": "First seen",
    },
    score_definition="How the score was computed",
)
IMPROVEMENT = CriterionLabel(
    "imacs_improvement", "Improvement", "improvement", "Three of six better"
)


def tables(**changes):
    patients = pd.DataFrame(
        {
            "patient_id": ["1", "2", "3"],
            "arm": ["a", "p", "b"],
            "analysed": [True, True, False],
            "origin": "observed",
            "end_week": [4.0, 2.0, np.nan],
            "end_reason": ["completed", "Death", ""],
            "age": [50, 60, 70],
            "smoker": pd.array([True, False, None], dtype="boolean"),
            "site_of_study": ["Köln", "", "B"],
            "weight": [70.5, np.nan, 80.0],
            "seen": np.array(["2020-02-29", "NaT", "2021-01-01"], dtype="datetime64[s]"),
        }
    )
    visits = pd.DataFrame(
        {
            "patient_id": ["1", "1", "2", "2", "3"],
            "week": [0.0, 4.0, 0.0, 2.0, 0.0],
            "baseline": [True, False, True, False, True],
            "mmt": [100.0, 110.0, 90.0, 95.0, 80.0],
            "grip_strength": [1.0, 2.0, 3.0, 4.0, 5.0],
        }
    )
    return {"patients": patients, "visits": visits} | changes


def rows(datasets, dataset, variable, *, where=""):
    return [
        each
        for each in datasets.variables
        if (each.dataset, each.variable, each.where) == (dataset, variable, where)
    ]


def test_the_table_of_variables_says_what_only_the_study_knows():
    events = pd.DataFrame({"patient_id": ["1"], "week": 1.0, "event": "Rash", "serious": False,
                           "related": pd.array([True], dtype="boolean")})  # fmt: skip
    found = derive_analysis_datasets(STUDY, **tables(events=events))
    (study,) = rows(found, "ADSL", "STUDYID")
    assert study.derivation == "Title of the study: A made-up trial"
    arms = "Drug B; Drug A; Placebo (reference)"
    for dataset, name, codelist in (
        ("ADSL", "ARMCD", "b; a; p"),
        ("ADSL", "ARM", arms),
        ("ADSL", "TRT01P", arms),
        ("ADTIS", "TRTP", arms),
        ("ADAE", "AEREL", "NY"),
        ("ADSL", "FASFL", "NY"),
    ):
        (variable,) = rows(found, dataset, name)
        assert variable.codelist == codelist, name
    # In words, whether an event was related has no codelist.
    said = derive_analysis_datasets(STUDY, **tables(events=events.assign(related="no")))
    assert rows(said, "ADAE", "AEREL")[0].codelist == ""
    alone = derive_analysis_datasets(replace(STUDY, reference_arm=None), **tables())
    assert rows(alone, "ADSL", "ARM")[0].codelist == "Drug B; Drug A; Placebo"


def test_a_data_set_is_described_by_a_row_of_its_own():
    for origin, label in (("observed", ""), ("synthetic", "Synthetic ")):
        given = tables()
        given["patients"]["origin"] = origin
        found = derive_analysis_datasets(STUDY, **given)
        (row,) = rows(found, "ADTIS", "")
        assert row == Variable(
            dataset="ADTIS",
            variable="",
            where="",
            label=f"{label}Core Set Measures and TIS",
            type="",
            length=0,
            key="",
            origin="",
            derivation="One record per patient, parameter and visit",
            codelist="",
            source="visits",
            standard="",
        )


def test_characteristics_are_described_by_what_they_hold():
    found = derive_analysis_datasets(STUDY, **tables())
    expected = {
        "AGE": ("Age, years", "integer", 8, "", "age"),
        "SMOKER": ("Smoker", "text", 1, "NY", "smoker"),
        "SITE_OF_": ("Site", "text", len("Köln".encode()), "", "site_of_study"),
        "WEIGHT": ("Weight, kg", "float", 8, "", "weight"),
        "SEEN": ("First seen", "date", 8, "", "seen"),
    }
    assert list(found.tables["ADSL"])[-5:] == list(expected)
    for name, (label, kind, length, codelist, column) in expected.items():
        described = Variable(
            dataset="ADSL",
            variable=name,
            where="",
            label=label,
            type=kind,
            length=length,
            key="",
            origin="Collected",
            derivation="",
            codelist=codelist,
            source=f"patients.{column}",
            standard="ours",
        )
        assert rows(found, "ADSL", name) == [described]
    assert found.tables["ADSL"]["SMOKER"].tolist() == ["Y", "N", ""]


def test_parameters_are_described_with_their_column_and_unit():
    given = tables()
    given["visits"]["tis"] = [np.nan, 20.5, np.nan, 20.4, np.nan]
    study = replace(STUDY, measures=STUDY.measures | {"haq": MeasureLabel("HAQ", "")})
    given["visits"]["haq"] = 1.0
    found = derive_analysis_datasets(study, **given)
    described = [each for each in found.variables if each.where]
    expected = {
        "MMT": ("Manual muscle testing (points)", "Collected", "", "mmt"),
        "GRIP_STR": ("Grip strength", "Collected", "", "grip_strength"),
        "HAQ": ("HAQ", "Collected", "", "haq"),
        "TIS": ("Total Improvement Score (points)", "Derived", "How the score was computed", "tis"),
    }
    assert described == [
        Variable("ADTIS", "AVAL", f"PARAMCD EQ {code}", label, "float", 8, "", origin, derivation,
                 "", f"visits.{column}", "ours")
        for code, (label, origin, derivation, column) in expected.items()
    ]  # fmt: skip
    adtis = found.tables["ADTIS"]
    assert adtis["PARAMCD"].unique().tolist() == list(expected)
    assert adtis["PARAMN"].unique().tolist() == [1, 2, 3, 4]
    assert adtis["PARAM"].unique().tolist() == [each[0] for each in expected.values()]
    assert set(adtis["CRIT1"]) == {"", "Total Improvement Score >= 20.5"}
    scores = adtis[adtis["PARAMCD"] == "TIS"].set_index(["SUBJID", "AVISITN"])["CRIT1FL"]
    assert scores.loc["1"].tolist() == ["", "Y"]
    assert scores.loc["2"].tolist() == ["", "N"]


def test_a_definition_takes_the_place_of_the_score():
    study = replace(STUDY, response_threshold=None, criterion=IMPROVEMENT)
    times = pd.DataFrame(
        {"patient_id": ["1", "2"], "weeks": [4.0, 2.0], "event": [True, False],
         "outcome": "imacs_improvement"}
    )  # fmt: skip
    given = tables(times=times)
    given["visits"]["imacs_improvement"] = [np.nan, 1, np.nan, 0, np.nan]
    found = derive_analysis_datasets(study, **given)
    adtis, adtte = found.tables["ADTIS"], found.tables["ADTTE"]
    assert not {"CRIT1", "CRIT1FL"} & set(adtis)
    met = adtis[adtis["PARAMCD"] == "IMACSIMP"]
    assert met["PARAM"].unique().tolist() == ["Improvement (1: yes, 0: no)"]
    assert met[["BASE", "CHG"]].isna().all(axis=None)
    assert met["ABLFL"].eq("").all()
    assert rows(found, "ADTIS", "AVAL", where="PARAMCD EQ IMACSIMP") == [
        Variable("ADTIS", "AVAL", "PARAMCD EQ IMACSIMP", "Improvement (1: yes, 0: no)", "float", 8,
                 "", "Derived", "Three of six better", "", "visits.imacs_improvement", "ours")
    ]  # fmt: skip
    assert adtte["PARAM"].tolist() == ["Time to First Improvement (weeks)"] * 2
    assert adtte["PARAMCD"].tolist() == ["TTIMP"] * 2
    assert adtte["CNSR"].tolist() == [0, 1]
    assert adtte["EVNTDESC"].tolist() == [
        "Improvement",
        "No improvement by the end of observation",
    ]
    back = to_trial_tables(found)
    assert back.times.to_dict("list") == {
        "patient_id": ["1", "2"],
        "weeks": [4, 2],
        "event": [True, False],
        "outcome": ["imacs_improvement"] * 2,
    }
    assert back.visits["imacs_improvement"].dropna().tolist() == [1, 0]


def test_what_ended_a_time_is_named():
    times = pd.DataFrame(
        {"patient_id": ["1", "2"], "weeks": [4.0, 2.0], "event": [True, False],
         "ended": ["", "before rescue medication"]}
    )  # fmt: skip
    adtte = derive_analysis_datasets(STUDY, **tables(times=times)).tables["ADTTE"]
    assert adtte["EVNTDESC"].tolist() == [
        "Total Improvement Score >= 20.5",
        "No response before rescue medication",
    ]
    assert adtte["CNSR"].tolist() == [0, 1]


def test_what_was_counted_as_the_outcome_is_named():
    times = pd.DataFrame(
        {"patient_id": ["1", "2", "3"], "weeks": [4.0, 2.0, 3.0], "event": [True, True, False],
         "outcome": ["imacs_improvement"] * 3, "counted": ["Death", None, "Death"]}
    )  # fmt: skip
    given = tables(times=times)
    given["visits"]["imacs_improvement"] = 0.0
    study = replace(STUDY, criterion=IMPROVEMENT)
    adtte = derive_analysis_datasets(study, **given).tables["ADTTE"]
    assert adtte["EVNTDESC"].tolist() == [
        "Death, counted as improvement",
        "Improvement",
        "No improvement by the end of observation",
    ]
    times = times.drop(columns="outcome")
    adtte = derive_analysis_datasets(STUDY, **tables(times=times)).tables["ADTTE"]
    assert adtte["EVNTDESC"][0] == "Death, counted as response"


def test_a_score_and_a_definition_have_times_of_their_own():
    study = replace(STUDY, criterion=IMPROVEMENT)
    times = pd.DataFrame(
        {"patient_id": ["1", "1", "2"], "weeks": [4.0, 2.0, 2.0], "event": [True, True, False],
         "outcome": ["response", "imacs_improvement", "response"]}
    )  # fmt: skip
    given = tables(times=times)
    given["visits"]["imacs_improvement"] = 0.0
    found = derive_analysis_datasets(study, **given)
    adtte = found.tables["ADTTE"]
    assert adtte["PARAMCD"].tolist() == ["TTRESP", "TTIMP", "TTRESP"]
    assert adtte["PARAM"].tolist() == [
        "Time to First Response (weeks)",
        "Time to First Improvement (weeks)",
        "Time to First Response (weeks)",
    ]
    assert adtte["EVNTDESC"].tolist() == [
        "Total Improvement Score >= 20.5",
        "Improvement",
        "No response by the end of observation",
    ]
    back = to_trial_tables(found).times
    assert back["outcome"].tolist() == times["outcome"].tolist()
    # Each of a patient's outcomes has one time.
    twice = tables(times=times.assign(outcome="response"))
    twice["visits"]["imacs_improvement"] = 0.0
    with pytest.raises(DataError) as raised:
        derive_analysis_datasets(study, **twice)
    assert str(raised.value) == (
        "times, row 3, column outcome, value 'response': must not repeat another row's "
        "patient_id, outcome"
    )


@pytest.mark.parametrize(
    ("threshold", "criterion", "allowed"),
    [
        (20, None, "must be one of response"),
        (20, IMPROVEMENT, "must be one of response, imacs_improvement"),
        (None, IMPROVEMENT, "must be one of imacs_improvement"),
        (None, None, "the study has no outcome"),
    ],
)
def test_times_are_those_of_the_outcomes_of_the_study(threshold, criterion, allowed):
    study = replace(STUDY, response_threshold=threshold, criterion=criterion)
    times = pd.DataFrame({"patient_id": ["1"], "weeks": 4.0, "event": True, "outcome": "other"})
    given = tables(times=times)
    given["visits"]["imacs_improvement"] = 0.0
    with pytest.raises(DataError) as raised:
        derive_analysis_datasets(study, **given)
    assert str(raised.value) == f"times, row 2, column outcome, value 'other': {allowed}"


def test_rows_keep_their_order_within_a_patient_and_are_numbered():
    events = pd.DataFrame(
        {"patient_id": ["2", "1", "2", "1"], "week": [3.0, 2.0, 1.0, 4.0],
         "event": ["A", "B", "C", "D"], "serious": False, "related": ""}
    )  # fmt: skip
    treatments = pd.DataFrame({"patient_id": ["3", "1", "3"], "week": 0.0, "treatment": "x"})
    found = derive_analysis_datasets(STUDY, **tables(events=events, treatments=treatments))
    adae, adex = found.tables["ADAE"], found.tables["ADEX"]
    assert adae[["SUBJID", "AESEQ", "AETERM"]].to_numpy().tolist() == [
        ["1", 1, "B"], ["1", 2, "D"], ["2", 1, "A"], ["2", 2, "C"],
    ]  # fmt: skip
    assert adex[["SUBJID", "EXSEQ", "TRTP", "TRTPN"]].to_numpy().tolist() == [
        ["1", 1, "Drug A", 2], ["3", 1, "Drug B", 1], ["3", 2, "Drug B", 1],
    ]  # fmt: skip
    assert adae["STUDYID"].unique().tolist() == ["M-1"]
    assert adae["FASFL"].tolist() == ["Y"] * 4
    assert adex["FASFL"].tolist() == ["Y", "N", "N"]


def test_only_the_row_of_a_variable_has_the_length_of_its_values(tmp_path):
    found = derive_analysis_datasets(STUDY, **tables())
    note = Variable("ADTIS", "PARAM", "PARAMCD EQ MMT", "Note", "text", 99, "", "", "", "", "", "")
    other = replace(note, dataset="ADQS", variable="QS", where="", length=7)
    more = AnalysisDatasets(found.tables, (*found.variables, note, other))
    write_analysis_datasets(more, tmp_path, "csv")
    read = read_analysis_datasets(tmp_path)
    assert [each for each in read.variables if each.label == "Note"] == [note]
    # The table of variables may describe a data set that is not there.
    text = (tmp_path / "define.csv").read_text(encoding="utf-8")
    assert "ADQS,QS,,Note,text,7," in text


@pytest.mark.parametrize(
    ("kind", "cells", "length"),
    [("text", ["a", "Köln"], 5), ("text", ["", ""], 1), ("text", [], 1), ("float", [1.5], 8),
     ("integer", [12345], 8), ("date", [], 8), ("text", ["\ud800"], 1)],
)  # fmt: skip
def test_a_length_is_in_bytes_and_at_least_one(kind, cells, length):
    variable = Variable("ADSL", "X", "", "X", kind, 0, "", "", "", "", "", "")
    assert with_lengths(variable, pd.Series(cells, dtype=object)).length == length


# The tables that drive the derivation.


def test_specifications_are_what_their_tables_say():
    adsl = dataset_specifications()["ADSL"]
    assert isinstance(adsl, DatasetSpecification)
    assert (adsl.name, adsl.label, adsl.structure, adsl.rows_from) == (
        *("ADSL", "Subject-Level Analysis Dataset", "One record per patient", "patients"),
    )
    first, start = adsl.variables[0], adsl.variables[9]
    study = Variable("ADSL", "STUDYID", "", "Study Identifier", "text", 0, "1", "Assigned", "", "",
                     "", "ADaMIG")  # fmt: skip
    assert first == SpecifiedVariable(study, needed=True)
    assert (start.variable.variable, start.needed) == ("TRTSDT", False)
    assert parameters()[15] == Parameter(
        "ADTIS", "tis", "TIS", "Total Improvement Score", "points", change=False
    )
    assert parameters()[0] == Parameter("ADTIS", "physician_global", "PHGA", "", "", change=True)
    assert input_columns()["times"][1] == InputColumn(
        "weeks",
        "float",
        "value",
        "Weeks to the first response or other outcome, or to the end of observation",
    )
    assert {name: known_types()[name] for name in ("AVAL", "CNSR", "ADT", "PARAM")} == {
        "AVAL": "float", "CNSR": "integer", "ADT": "date", "PARAM": "text",
    }  # fmt: skip
    assert DEFINE_COLUMNS == (
        "dataset", "variable", "where", "label", "type", "length", "key", "origin", "derivation",
        "codelist", "source", "standard",
    )  # fmt: skip


def test_every_needed_variable_is_derived():
    times = pd.DataFrame({"patient_id": ["1"], "weeks": 4.0, "event": True})
    treatments = pd.DataFrame({"patient_id": ["3"], "week": 0.0, "treatment": "x"})
    events = pd.DataFrame({"patient_id": ["1"], "week": 1.0, "event": "A", "serious": False,
                           "related": ""})  # fmt: skip
    found = derive_analysis_datasets(
        STUDY, **tables(times=times, treatments=treatments, events=events)
    )
    for name, specification in dataset_specifications().items():
        needed = [each.variable.variable for each in specification.variables if each.needed]
        assert set(needed) <= set(found.tables[name]), name


@pytest.mark.parametrize(
    ("column", "taken", "name"),
    [
        ("age", ["AGE"], "AGE2"),
        ("age", ["AGE", "AGE2"], "AGE3"),
        ("abcdefghij", [], "ABCDEFGH"),
        ("abcdefgh", ["ABCDEFGH"], "ABCDEFG2"),
        ("abcdefgh", ["ABCDEFGH", *(f"ABCDEFG{at}" for at in range(2, 10))], "ABCDEF10"),
        ("_x", [], "V_X"),
        ("1x", [], "V1X"),
        ("a-b c", [], "ABC"),
        ("", [], "V"),
        ("", ["V"], "V2"),
        ("é", [], "E"),
    ],
)
def test_names_are_made_of_letters_and_numbered(column, taken, name):
    assert variable_name(column, taken) == name


# Files.


def test_dataset_json_states_where_it_comes_from(tmp_path):
    found = derive_analysis_datasets(STUDY, **tables())
    created = datetime.datetime(2024, 2, 29, 12, 0, 30, 999, tzinfo=datetime.UTC)
    write_analysis_datasets(found, tmp_path, "json", created=created)
    text = (tmp_path / "adsl.json").read_text(encoding="utf-8")
    head = json.loads(text)
    columns = {each["name"]: each for each in head.pop("columns")}
    head.pop("rows")
    assert head == {
        "datasetJSONCreationDateTime": "2024-02-29T12:00:30+00:00",
        "datasetJSONVersion": "1.1.0",
        "fileOID": "M-1.ADSL",
        "sourceSystem": {"name": "tisstats", "version": __version__},
        "studyOID": "M-1",
        "metaDataRef": "define.csv",
        "itemGroupOID": "IG.ADSL",
        "records": 3,
        "name": "ADSL",
        "label": "Subject-Level Analysis Dataset",
    }
    assert columns["USUBJID"] == {
        "itemOID": "IT.ADSL.USUBJID",
        "name": "USUBJID",
        "label": "Unique Subject Identifier",
        "dataType": "string",
        "length": 5,
        "keySequence": 2,
    }
    assert columns["SEEN"] == {
        "itemOID": "IT.ADSL.SEEN",
        "name": "SEEN",
        "label": "First seen",
        "dataType": "date",
        "targetDataType": "integer",
        "displayFormat": "E8601DA.",
    }
    assert columns["WEIGHT"]["dataType"] == "double"
    assert columns["AGE"] == {"itemOID": "IT.ADSL.AGE", "name": "AGE", "label": "Age, years",
                              "dataType": "integer"}  # fmt: skip
    # One record a line, in letters as they are.
    first, *records, last = text.splitlines()
    assert first.endswith(', "rows": [')
    assert [each.startswith('["M-1", "M-1-') for each in records] == [True] * 3
    assert "Köln" in records[0]
    assert (records[0][-1], records[2][-1], last) == (",", "]", "]}")
    # Now, in UTC, if no time is given; without a study, no study.
    other = AnalysisDatasets({"ADQS": pd.DataFrame({"QS": ["a"]})}, (
        Variable("ADQS", "QS", "", "Q", "text", 1, "", "", "", "", "", ""),))  # fmt: skip
    before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    write_analysis_datasets(other, tmp_path / "other", "json")
    head = json.loads((tmp_path / "other" / "adqs.json").read_text(encoding="utf-8"))
    stated = datetime.datetime.fromisoformat(head["datasetJSONCreationDateTime"])
    assert before <= stated <= datetime.datetime.now(datetime.UTC)
    assert "studyOID" not in head
    assert (head["fileOID"], head["label"]) == ("ADQS", "")


def test_csv_has_lines_of_rfc_4180(tmp_path):
    given = tables()
    given["patients"].loc[0, "site_of_study"] = 'a "b", c\r\nd'
    found = derive_analysis_datasets(STUDY, **given)
    write_analysis_datasets(found, tmp_path, "csv")
    content = (tmp_path / "adsl.csv").read_bytes()
    assert content.count(b"\r\n") == 5  # a header, three rows, and the one that is quoted
    assert b'"a ""b"", c\r\nd"' in content
    assert content.endswith(b"\r\n")
    # A mark of the order of bytes is no part of the first name.
    (tmp_path / "adsl.csv").write_bytes(b"\xef\xbb\xbf" + content)
    assert read_analysis_datasets(tmp_path).tables["ADSL"]["STUDYID"].tolist() == ["M-1"] * 3


@pytest.mark.parametrize("shown", ["DATE9.", "E8601DA.", "B8601DA8.", "YYMMDD10.", "MMDDYY8.",
                                   "DDMMYY10.", "IS8601DA."])  # fmt: skip
def test_numbers_of_sas_that_are_shown_as_dates_are_dates(tmp_path, shown):
    import pyreadstat

    table = pd.DataFrame({"USUBJID": ["X-1", "X-2", "X-3"], "DAY": [21974.0, np.nan, -1.0]})
    pyreadstat.write_xport(table, str(tmp_path / "adsl.xpt"), table_name="ADSL",
                           file_format_version=5, variable_format={"DAY": shown})  # fmt: skip
    found = read_analysis_datasets(tmp_path).tables["ADSL"]["DAY"]
    # 21974 days after 1960-01-01, as R has it: as.Date(21974, origin = "1960-01-01").
    days = [pd.Timestamp("2020-02-29"), pd.NaT, pd.Timestamp("1959-12-31")]
    pd.testing.assert_series_equal(found, pd.Series(days, dtype="datetime64[s]", name="DAY"))


def test_a_number_of_sas_in_another_format_is_a_number(tmp_path):
    import pyreadstat

    table = pd.DataFrame({"USUBJID": ["X-1"], "AT": [3600.0]})
    pyreadstat.write_xport(table, str(tmp_path / "adsl.xpt"), table_name="ADSL",
                           file_format_version=5, variable_format={"AT": "TIME5."})  # fmt: skip
    read = read_analysis_datasets(tmp_path)
    assert read.tables["ADSL"]["AT"].tolist() == [3600.0]
    # A file that names neither itself nor its variables is labelled by ADaM, or not at all.
    assert read.label("ADSL") == "Subject-Level Analysis Dataset"
    assert {each.variable: each.label for each in read.variables_of("ADSL")} == {
        "USUBJID": "Unique Subject Identifier",
        "AT": "",
    }


def test_parquet_of_others_is_read_by_its_types(tmp_path):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    from decimal import Decimal

    table = pa.table(
        {
            "USUBJID": pa.array(["X-1", "X-2"]).dictionary_encode(),
            "LARGE": pa.array(["a", None], type=pa.large_string()),
            "YES": pa.array([True, None]),
            "COUNT": pa.array([3, None], type=pa.int16()),
            "SMALL": pa.array([1.5, None], type=pa.float32()),
            "MONEY": pa.array([Decimal("1.25"), None]),
            "DAY": pa.array([datetime.date(2020, 2, 29), None]),
            "AT": pa.array([datetime.datetime(2020, 2, 29), None], type=pa.timestamp("us")),
        }
    )
    parquet.write_table(table, tmp_path / "adsl.parquet")
    read = read_analysis_datasets(tmp_path)
    assert {each.variable: each.type for each in read.variables_of("ADSL")} == {
        "USUBJID": "text", "LARGE": "text", "YES": "text", "COUNT": "integer", "SMALL": "float",
        "MONEY": "float", "DAY": "date", "AT": "date",
    }  # fmt: skip
    day = pd.Timestamp("2020-02-29")
    first, second = read.tables["ADSL"].to_dict("records")
    assert list(first.values()) == ["X-1", "a", "Y", 3, 1.5, 1.25, day, day]
    assert [value for value in second.values() if not pd.isna(value)] == ["X-2", "", ""]
    # Of what is none of these, nothing is guessed.
    path = tmp_path / "adsl.parquet"
    parquet.write_table(pa.table({"USUBJID": ["X-1"], "LIST": [[1]], "TIME": [datetime.time(3)]}),
                        path)  # fmt: skip
    with pytest.raises(DataError) as raised:
        read_analysis_datasets(tmp_path)
    kinds = {"LIST": "list<element: int64>", "TIME": "time64[us]"}
    assert str(raised.value).split("\n") == [
        f"{path}, column {name}: holds {kind}, not text, numbers or dates"
        for name, kind in kinds.items()
    ]


def test_what_a_file_does_not_say_is_empty():
    contents = FileContents(pd.DataFrame())
    assert (contents.label, contents.labels, contents.types) == ("", {}, {})


def test_what_another_data_set_calls_a_parameter_is_its_own_matter():
    found = derive_analysis_datasets(STUDY, **tables())
    (ours,) = [
        each
        for each in found.variables
        if each.where == "PARAMCD EQ MMT" and each.variable == "AVAL"
    ]
    other = replace(ours, dataset="ADQS", source="visits.haq")
    back = to_trial_tables(replace(found, variables=(*found.variables, other)))
    pd.testing.assert_frame_equal(back.visits, to_trial_tables(found).visits)
