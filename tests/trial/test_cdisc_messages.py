"""What is said of faulty data sets, word for word, and what is taken without a fault."""

import json
import math
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tisstats.errors import DataError
from tisstats.measures.visit_table import FAULTS_PER_COLUMN
from tisstats.tables.formulas import RUN
from tisstats.trial.cdisc import (
    FILE_FORMATS,
    AnalysisDatasets,
    CriterionLabel,
    MeasureLabel,
    StudyMetadata,
    derive_analysis_datasets,
    read_analysis_datasets,
    to_trial_tables,
    write_analysis_datasets,
)

STUDY = StudyMetadata("S", "Title", {"a": "Drug A"}, None, 40, {"mmt": MeasureLabel("MMT", "")})


def plain(origin="observed", **more):
    """The tables of one patient."""
    patients = pd.DataFrame(
        {"patient_id": ["1"], "arm": "a", "analysed": True, "origin": origin,
         "end_week": 4.0, "end_reason": "completed"}
    )  # fmt: skip
    visits = pd.DataFrame({"patient_id": "1", "week": [0.0, 4.0], "baseline": [True, False],
                           "mmt": [70.0, 75.0]})  # fmt: skip
    return {"patients": patients, "visits": visits} | more


def lines(function, *arguments, **options):
    """The lines in which a call is refused."""
    with pytest.raises(DataError) as raised:
        function(*arguments, **options)
    return str(raised.value).split("\n")


def of_others(**changes):
    """ADSL, a questionnaire, times and treatments as another sponsor has them."""
    tables = {
        "ADSL": {"USUBJID": ["X-1", "X-2"], "TRT01P": "Drug", "FASFL": "Y"},
        "ADQS": {"USUBJID": "X-1", "PARAMCD": "MMT8", "AVISIT": ["Week 0", "Week 4"],
                 "AVISITN": [0.0, 4.0], "AVAL": [70.0, 75.0]},
        "ADTTE": {"USUBJID": ["X-1"], "PARAMCD": "TTRESP", "AVAL": 4.0, "CNSR": 0.0},
        "ADEX": {"USUBJID": ["X-1"], "EXTRT": "Drug"},
        "ADAE": {"USUBJID": ["X-1"], "AETERM": "Rash", "AESER": "N", "AEREL": "NONE"},
    }  # fmt: skip
    for place, value in changes.items():
        name, _, column = place.partition("__")
        tables[name] = {**tables[name], column: value}
        if value is None:
            del tables[name][column]
    rows = {"ADSL": 2, "ADQS": 2}
    frames = {name: pd.DataFrame(table, index=range(rows.get(name, 1)))
              for name, table in tables.items()}  # fmt: skip
    return AnalysisDatasets(frames, ())


def read_others(**changes):
    return to_trial_tables(of_others(**changes), origin="observed", parameters={"MMT8": "mmt"})


LACKS = "there is no such variable; the data set has"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"ADSL__USUBJID": None}, [f"ADSL, column USUBJID: {LACKS} TRT01P, FASFL"]),
        (
            {"ADSL__USUBJID": ["", "X-2"]},
            ["ADSL, row 2, column USUBJID, value '': must not be empty"],
        ),
        (
            {"ADSL__USUBJID": ["X-1", "X-1"]},
            ["ADSL, row 3, column USUBJID, value 'X-1': must not repeat another row's"],
        ),
        ({"ADSL__TRT01P": None}, ["ADSL: must have the arm as one of ARMCD, TRT01P, ARM"]),
        (
            {"ADSL__FASFL": None},
            ["ADSL: must have the patients analysed as one of FASFL, ITTFL"],
        ),
        ({"ADSL__FASFL": ["Y", ""]}, ["ADSL, row 3, column FASFL, value '': must be Y or N"]),
        ({"ADSL__FASFL": ["Y", "n"]}, ["ADSL, row 3, column FASFL, value 'n': must be Y or N"]),
        (
            {"ADSL__ORIGIN": ["synthetic"] * 2},
            [
                "ADSL, column ORIGIN, value 'synthetic': must be observed, as the argument "
                "origin says"
            ],
        ),
        (
            {"ADQS__USUBJID": ["X-1", "X-3"]},
            ["ADQS, row 3, column USUBJID, value 'X-3': must be a USUBJID of ADSL"],
        ),
        (
            {"ADQS__USUBJID": None},
            [f"ADQS, column USUBJID: {LACKS} PARAMCD, AVISIT, AVISITN, AVAL"],
        ),
        (
            {"ADQS__AVISITN": [0.0, 4.5]},
            [
                "ADQS, row 3, column AVISITN, value '4.5': is not the week that AVISIT names; "
                "give the week of each AVISIT (weeks)"
            ],
        ),
        (
            {"ADQS__AVISITN": [0.0, 0.0], "ADQS__AVISIT": ["a", "b"]},
            [
                "ADQS, row 3, column AVAL, value '75': is a second value of its patient, "
                "parameter and visit"
            ],
        ),
        (
            {"ADQS__ABLFL": ["Y", "Y"]},
            ["ADQS, column USUBJID, value 'X-1': has baseline records at more than one visit"],
        ),
        (
            {"ADTTE__CNSR": [math.nan]},
            ["ADTTE, row 2, column CNSR, value '': must be 0 for an event and above 0 if censored"],
        ),
        (
            {"ADTTE__CNSR": None, "ADTTE__AVAL": None},
            [
                f"ADTTE, column AVAL: {LACKS} USUBJID, PARAMCD",
                f"ADTTE, column CNSR: {LACKS} USUBJID, PARAMCD",
            ],
        ),
        ({"ADTTE__USUBJID": None}, [f"ADTTE, column USUBJID: {LACKS} PARAMCD, AVAL, CNSR"]),
        ({"ADTTE__PARAMCD": None}, [f"ADTTE, column PARAMCD: {LACKS} USUBJID, AVAL, CNSR"]),
        ({"ADEX__EXTRT": None}, [f"ADEX, column EXTRT: {LACKS} USUBJID"]),
        ({"ADEX__USUBJID": None}, [f"ADEX, column USUBJID: {LACKS} EXTRT"]),
        (
            {"ADEX__USUBJID": ["X-9"]},
            ["ADEX, row 2, column USUBJID, value 'X-9': must be a USUBJID of ADSL"],
        ),
        ({"ADAE__AETERM": None}, [f"ADAE, column AETERM: {LACKS} USUBJID, AESER, AEREL"]),
        ({"ADAE__AEREL": None}, [f"ADAE, column AEREL: {LACKS} USUBJID, AETERM, AESER"]),
        ({"ADAE__AESER": None}, [f"ADAE, column AESER: {LACKS} USUBJID, AETERM, AEREL"]),
        ({"ADAE__USUBJID": None}, [f"ADAE, column USUBJID: {LACKS} AETERM, AESER, AEREL"]),
        ({"ADAE__AESER": ["X"]}, ["ADAE, row 2, column AESER, value 'X': must be Y or N"]),
    ],
)
def test_each_fault_of_data_sets_of_others_is_one_line(change, expected):
    assert lines(read_others, **change) == expected


def test_data_sets_of_others_without_a_fault_are_read():
    found = read_others()
    assert found.visits.to_dict("list") == {
        "patient_id": ["X-1", "X-1"],
        "week": [0, 4],
        "baseline": [False, False],
        "visit": ["Week 0", "Week 4"],
        "mmt": [70, 75],
    }
    assert found.times.to_dict("list") == {"patient_id": ["X-1"], "weeks": [4], "event": [True]}
    assert list(found.events) == ["patient_id", "week", "event", "serious", "related"]
    assert found.events.loc[0, ["patient_id", "event", "serious", "related"]].tolist() == [
        *("X-1", "Rash", False, "NONE")
    ]
    assert list(found.treatments) == ["patient_id", "week", "treatment"]
    assert found.treatments["week"].isna().all()
    # What nothing is known of is missing.
    assert found.patients.drop(columns="end_week").to_dict("list") == {
        "patient_id": ["X-1", "X-2"],
        "arm": ["Drug", "Drug"],
        "analysed": [True, True],
        "origin": ["observed", "observed"],
        "end_reason": ["", ""],
    }
    assert found.patients["end_week"].isna().all()


def test_a_time_at_fault_has_the_row_of_its_data_set():
    others = {"USUBJID": "X-1", "PARAMCD": "OTHER", "AVAL": 4.0, "CNSR": None}
    times = pd.DataFrame([others, {**others, "PARAMCD": "TTRESP"}, others])
    datasets = AnalysisDatasets({**of_others().tables, "ADTTE": times}, ())
    assert lines(to_trial_tables, datasets, origin="observed", parameters={"MMT8": "mmt"}) == [
        "ADTTE, row 3, column CNSR, value '': must be 0 for an event and above 0 if censored"
    ]


def test_of_several_variables_for_one_thing_the_best_is_taken():
    found = read_others(ADSL__ARMCD=["A", "B"], ADSL__ARM="Arm", ADSL__ITTFL="N")
    assert found.patients["arm"].tolist() == ["A", "B"]
    assert found.patients["analysed"].tolist() == [True, True]
    assert set(found.patients) == {"patient_id", "arm", "analysed", "origin", "end_week",
                                   "end_reason"}  # fmt: skip
    one = read_others(ADSL__TRT01P=None, ADSL__ARM="Arm", ADSL__FASFL=None, ADSL__ITTFL=["N", "Y"])
    assert one.patients[["arm", "analysed"]].to_numpy().tolist() == [["Arm", False], ["Arm", True]]


def test_a_data_set_without_a_known_parameter_is_none_of_the_visits():
    tables = of_others().tables
    tables = {"ADVS": tables["ADQS"].assign(PARAMCD="PULSE"), **tables}
    options = {"origin": "observed", "parameters": {"MMT8": "mmt"}}
    found = to_trial_tables(AnalysisDatasets(tables, ()), **options)
    assert found.visit_datasets == ("ADQS",)


@pytest.mark.parametrize(
    ("subjects", "expected"),
    [
        (["1", "2"], ["1", "2"]),
        (["1", "1"], ["X-1", "X-2"]),
        (["1", ""], ["X-1", "X-2"]),
        (["", ""], ["X-1", "X-2"]),
    ],
)
def test_the_short_identifier_is_taken_where_it_tells_all_patients_apart(subjects, expected):
    assert read_others(ADSL__SUBJID=subjects).patients["patient_id"].tolist() == expected


@pytest.mark.parametrize(
    ("named", "number", "week"),
    [
        ("Week 4", 4.0, 4),
        (" WEEK4 ", 4.0, 4),
        ("week 4.5", 4.5, 4.5),
        ("Week 12", 12.0, 12),
        ("Visit 3", 4.0, 4),
        ("Follow-up Week 4", 5.0, 5),
        ("", 4.0, 4),
    ],
)
def test_a_visit_that_is_named_after_no_other_week_has_its_number(named, number, week):
    found = read_others(ADQS__AVISIT=["Baseline", named], ADQS__AVISITN=[-1.0, number])
    assert found.visits["week"].tolist() == [-1, week]


def test_records_are_those_of_data_sets_of_values_alone():
    # A data set of times has CNSR; one without AVAL or AVISITN has no values by visit.
    assert len(read_others(ADQS__CNSR=0.0).visits) == 0
    assert len(read_others(ADQS__AVISITN=None).visits) == 0
    assert len(read_others(ADQS__AVAL=None).visits) == 0


@pytest.mark.parametrize(
    ("days", "weeks"),
    [([1.0], [0]), ([8.0], [1]), ([-7.0], [-1]), ([4.0], [3 / 7]), ([math.nan], [math.nan])],
)
def test_the_week_of_an_event_counts_from_the_first_day(days, weeks):
    for name in ("ADAE", "ADEX"):
        found = read_others(**{f"{name}__ASTDY": days})
        table = found.events if name == "ADAE" else found.treatments
        np.testing.assert_array_equal(table["week"], weeks)
        kind = "adverse_events" if name == "ADAE" else "treatments"
        assert found.variables[kind]["week"] == "ASTDY"
        # The week itself is better than the day.
        found = read_others(**{f"{name}__ASTDY": days, f"{name}__ASTWK": [2.5]})
        table = found.events if name == "ADAE" else found.treatments
        assert table["week"].tolist() == [2.5]
        assert found.variables[kind]["week"] == "ASTWK"


@pytest.mark.parametrize("day", [0.0, 1.5, math.inf])
@pytest.mark.parametrize("name", ["ADAE", "ADEX"])
def test_there_is_no_day_0_and_no_part_of_a_day(name, day):
    with pytest.raises(DataError) as caught:
        read_others(**{f"{name}__ASTDY": [day]})
    assert str(caught.value) == (
        f"{name}, row 2, column ASTDY, value '{day:g}': must be a study day: a whole number other "
        "than 0, of which the day of the first dose is 1"
    )


# Folders.


def test_folders_are_refused_for_what_they_are(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    empty = tmp_path / "empty"
    empty.mkdir()
    datasets = derive_analysis_datasets(STUDY, **plain())
    assert lines(read_analysis_datasets, file) == [f"{file}: there is no such folder"]
    assert lines(read_analysis_datasets, empty) == [
        f"{empty}: holds no analysis data set, such as adsl, as one of csv, parquet, xpt, json"
    ]
    assert lines(write_analysis_datasets, datasets, file, "csv") == [
        f"{file}: is a file; name a folder"
    ]
    for held in ("adxx.csv", "synthetic_adsl.XPT", "define.csv", "synthetic_define.csv"):
        (empty / held).write_text("")
        assert lines(write_analysis_datasets, datasets, empty, "csv") == [
            f"{empty / held}: the folder holds analysis data sets already; give another"
        ]
        (empty / held).unlink()
    # Other files are left alone.
    for other in ("sl.csv", "adtoolong9.csv", "adsl.csv.bak", "adsl.txt", "xadsl.csv"):
        (empty / other).write_text("")
    assert len(write_analysis_datasets(datasets, empty, "csv")) == 3


def test_a_second_file_is_named_with_the_first(tmp_path):
    write_analysis_datasets(derive_analysis_datasets(STUDY, **plain()), tmp_path, "csv")
    (tmp_path / "synthetic_adsl.json").write_text("{}")
    assert lines(read_analysis_datasets, tmp_path) == [
        f"{tmp_path / 'synthetic_adsl.json'}: is a second file of ADSL; the other is adsl.csv"
    ]
    (tmp_path / "synthetic_adsl.json").unlink()
    (tmp_path / "synthetic_define.csv").write_text("")
    assert lines(read_analysis_datasets, tmp_path) == [
        f"{tmp_path / 'synthetic_define.csv'}: is a second table beside define.csv"
    ]


DEFINED = "dataset, variable, where, label, type, length, key, origin, derivation, codelist"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("standard", "norm", f", row 1: its columns must be {DEFINED}, source, standard"),
        (",text,3,", ",char,3,", ", row 4, column type, value 'char': must be one of text, "
                                 "integer, float, date"),
        (",text,3,", ",text,3.0,", ", row 4, column length, value '3.0': must be a whole number"),
        (",text,3,", ",text,,", ", row 4, column length, value '': must be a whole number"),
    ],
)  # fmt: skip
def test_each_fault_of_the_table_of_variables_is_one_line(tmp_path, old, new, expected):
    write_analysis_datasets(derive_analysis_datasets(STUDY, **plain()), tmp_path, "csv")
    path = tmp_path / "define.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert lines(read_analysis_datasets, tmp_path) == [f"{path}{expected}"]


def written(folder, **changes):
    """A folder with ADSL of three patients in CSV, and the path of its file."""
    columns = {"USUBJID": ["X-1", "X-2", "X-3"], "AGE": [50, 60, 70], "EOSWK": [1.5, 2, 3]}
    path = folder / "adsl.csv"
    pd.DataFrame(columns | changes).to_csv(path, index=False)
    return path


def test_files_are_refused_for_what_they_hold(tmp_path):
    path = written(tmp_path, EOSWK=["1.5", "x", "3"])
    assert lines(read_analysis_datasets, tmp_path) == [
        f"{path}, row 3, column EOSWK, value 'x': must be a finite number"
    ]
    path.write_text("USUBJID,A,A,B,B\nX-1,1,2,3,4\n")
    assert lines(read_analysis_datasets, tmp_path) == [
        f"{path}, column A: the table has this column twice",
        f"{path}, column B: the table has this column twice",
    ]
    path.write_text("")
    assert lines(read_analysis_datasets, tmp_path) == [f"{path}: has no header"]
    path.write_text('USUBJID\n"X-1\n')
    assert lines(read_analysis_datasets, tmp_path) == [
        f"{path}: cannot be read as CSV: unexpected end of data"
    ]
    path.write_bytes(b"USUBJID\nX-\xff\n")
    (line,) = lines(read_analysis_datasets, tmp_path)
    assert line.startswith(f"{path}: cannot be read as UTF-8: 'utf-8' codec can't decode byte 0xff")
    rows = ["X-1"] * (FAULTS_PER_COLUMN + 1)
    path.write_text("\n".join(["USUBJID,AGE", "X-0,1,2", *rows]))
    assert lines(read_analysis_datasets, tmp_path) == [
        f"{path}, row 2: has 3 cells; the header has 2",
        *(f"{path}, row {at + 3}: has 1 cell; the header has 2"
          for at in range(FAULTS_PER_COLUMN - 1)),
    ]  # fmt: skip


def test_the_name_of_a_file_and_its_rows_agree(tmp_path):
    path = written(tmp_path, ORIGIN=["observed", "synthetic", "observed"])
    assert lines(read_analysis_datasets, tmp_path) == [
        f"{path}, row 3, column ORIGIN, value 'synthetic': must not be synthetic: the name of the "
        "file must begin with synthetic_"
    ]
    renamed = path.rename(tmp_path / "SYNTHETIC_adsl.csv")
    assert lines(read_analysis_datasets, tmp_path) == [
        f"{renamed}, row {row}, column ORIGIN, value 'observed': must be synthetic, as the name "
        "of the file says"
        for row in (2, 4)
    ]
    written(tmp_path).rename(renamed)
    assert lines(read_analysis_datasets, tmp_path) == [
        f"{renamed}, column ORIGIN: there is no such variable; a file named synthetic_ must have it"
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"more": "x"}, ["its variables are not those of define.csv: more"]),
        ({"AGE": None}, ["its variables are not those of define.csv: AGE"]),
    ],
)
def test_variables_that_differ_from_the_table_are_listed(tmp_path, change, expected):
    path = written(tmp_path)
    datasets = read_analysis_datasets(tmp_path)
    out = tmp_path / "out"
    write_analysis_datasets(datasets, out, "csv")
    table = pd.read_csv(path).assign(**change).dropna(axis="columns")
    table.to_csv(out / "adsl.csv", index=False)
    assert lines(read_analysis_datasets, out) == [f"{out / 'adsl.csv'}: {expected[0]}"]
    # In another order, they are all named.
    pd.read_csv(path)[["AGE", "USUBJID", "EOSWK"]].to_csv(out / "adsl.csv", index=False)
    assert lines(read_analysis_datasets, out) == [
        f"{out / 'adsl.csv'}: its variables are not those of define.csv: AGE, USUBJID, EOSWK"
    ]


def test_what_is_not_described_takes_what_adam_or_the_file_says(tmp_path):
    written(tmp_path)
    datasets = read_analysis_datasets(tmp_path)
    described = {each.variable: each for each in datasets.variables}
    assert list(described) == ["", "USUBJID", "AGE", "EOSWK"]
    assert (described[""].dataset, described[""].label) == (
        "ADSL",
        "Subject-Level Analysis Dataset",
    )
    assert described["USUBJID"].label == "Unique Subject Identifier"
    assert (described["EOSWK"].type, described["EOSWK"].length) == ("float", 8)
    # Of AGE nothing is known; in CSV it is text, of up to two bytes.
    age = described["AGE"]
    assert (age.type, age.length) == ("text", 2)
    assert {age.label, age.where, age.key, age.origin, age.derivation, age.codelist, age.source,
            age.standard} == {""}  # fmt: skip


# Limits.


def test_a_formula_is_refused_with_its_file(tmp_path):
    tables = plain(events=pd.DataFrame({"patient_id": ["1"], "week": 1.0, "event": "=1+1",
                                        "serious": False, "related": ""}))  # fmt: skip
    datasets = derive_analysis_datasets(STUDY, **tables)
    (line,) = lines(write_analysis_datasets, datasets, tmp_path / "out", "csv")
    assert line == (
        f"{tmp_path / 'out' / 'adae.csv'}, row 2, column AETERM, value '=1+1': {RUN}; change it, "
        "or write another format, in which text stays text"
    )
    study = replace(STUDY, measures={"mmt": MeasureLabel("=MMT", "")})
    datasets = derive_analysis_datasets(study, **plain())
    # In the table of variables it stands in CSV whatever the format.
    assert f"{tmp_path / 'out' / 'define.csv'}" in "\n".join(
        lines(write_analysis_datasets, datasets, tmp_path / "out", "json")
    )


@pytest.mark.parametrize("file_format", FILE_FORMATS)
def test_labels_and_texts_are_whole_characters(tmp_path, file_format):
    study = replace(STUDY, measures={"mmt": MeasureLabel("MMT", "")},
                    characteristics={"note": "a\0b"})  # fmt: skip
    tables = plain()
    tables["patients"]["note"] = pd.Series(["x\udfffy"], dtype=object)
    datasets = derive_analysis_datasets(study, **tables)
    found = lines(write_analysis_datasets, datasets, tmp_path / "out", file_format)
    half = "must not hold a null or half a character"
    assert f"ADSL, column NOTE: a label {half}" in found
    assert f"ADSL, row 2, column NOTE, value 'x\\udfffy': {half}" in found


@pytest.mark.parametrize(
    ("origin", "dropped", "expected"),
    [
        (["observed"], True, "ADTIS, column ORIGIN: there is no such variable; it must be observed "
                             "as in the first data set: never both"),
        (["synthetic"], False, "ADTIS, row 2, column ORIGIN, value 'observed': must be synthetic "
                               "as in the first data set: never both"),
    ],
)  # fmt: skip
def test_data_sets_of_two_origins_are_refused(tmp_path, origin, dropped, expected):
    datasets = derive_analysis_datasets(STUDY, **plain())
    tables = dict(datasets.tables)
    tables["ADSL"] = tables["ADSL"].assign(ORIGIN=origin)
    variables = datasets.variables
    if dropped:
        tables["ADTIS"] = tables["ADTIS"].drop(columns="ORIGIN")
        variables = tuple(
            each for each in variables if (each.dataset, each.variable) != ("ADTIS", "ORIGIN")
        )
    broken = AnalysisDatasets(tables, variables)
    assert lines(write_analysis_datasets, broken, tmp_path / "out", "csv")[0] == expected


def test_names_of_sas_are_up_to_eight_capitals(tmp_path):
    adsl = pd.DataFrame({"USUBJID": ["X-1"], "A2345678": "a", "A23456789": "b", "_1": "c"})
    adsl.to_csv(tmp_path / "adsl.csv", index=False)
    datasets = read_analysis_datasets(tmp_path)
    assert lines(write_analysis_datasets, datasets, tmp_path / "out", "xpt") == [
        "ADSL, column A23456789, value 'A23456789': a name must have up to 8 capital letters, "
        "digits or underscores and not begin with a digit"
    ]


# What is said of a study.


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"study_id": ""}, "study_id must not be empty, got ''"),
        ({"arms": {}}, "arms must not be empty, got {}"),
        ({"measures": {}}, "measures must have at least one, got {}"),
        ({"reference_arm": "b"}, "reference_arm must be one of a, got 'b'"),
        ({"response_threshold": math.inf}, "response_threshold must be a finite number, got inf"),
        (
            {"variable_names": {"x": "X"}},
            "variable_names must name measures or characteristics of the study, got 'x'",
        ),
        (
            {"variable_names": {"mmt": "1X"}},
            "variable_names must have up to 8 capital letters, digits or underscores and not "
            "begin with a digit, got '1X'",
        ),
        (
            {"criterion": CriterionLabel("tis", "TIS", "response")},
            "criterion.column must be one of imacs_improvement, imacs_worsening, "
            "minimal_disability, got 'tis'",
        ),
    ],
)
def test_what_is_said_of_a_study_is_refused_in_a_sentence(change, expected):
    with pytest.raises(ValueError, match="must") as raised:
        replace(STUDY, **change)
    assert str(raised.value) == expected


def test_names_of_variables_are_refused_in_a_sentence():
    tables = plain()
    tables["patients"]["age"], tables["patients"]["sex"] = 50, "F"
    for names, expected in (
        ({"age": "X", "sex": "X"}, "variable_names must not give one name twice, got 'X'"),
        ({"age": "FASFL"}, "variable_names must not name a variable of ADSL, got 'FASFL'"),
    ):
        study = replace(STUDY, characteristics={"age": "Age", "sex": "Sex"}, variable_names=names)
        with pytest.raises(ValueError, match="variable_names") as raised:
            derive_analysis_datasets(study, **tables)
        assert str(raised.value) == expected


# Dataset-JSON.

HEAD = {
    "datasetJSONCreationDateTime": "2023-06-28T15:38:43",
    "datasetJSONVersion": "1.1.0",
    "itemGroupOID": "IG.ADSL",
    "records": 1,
    "name": "ADSL",
    "label": "Subjects",
}


def column(name, kind):
    return {"itemOID": f"IT.{name}", "name": name, "label": name, "dataType": kind}


def read_json(folder, **changes):
    found = HEAD | {"columns": [column("USUBJID", "string")], "rows": [["X-1"]]} | changes
    found = {name: value for name, value in found.items() if value is not ...}
    path = folder / "adsl.json"
    path.write_text(json.dumps(found), encoding="utf-8")
    return read_analysis_datasets(folder)


OBJECT = "must be an object with itemOID, name, label, dataType, each text"
KINDS = "string, integer, decimal, float, double, boolean, datetime, date, time, URI"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        *(
            ({name: wrong}, f": lacks the attribute {name}, as {kind}, of Dataset-JSON 1.1")
            for name, kind in {
                "datasetJSONCreationDateTime": "str", "datasetJSONVersion": "str",
                "itemGroupOID": "str", "records": "int", "name": "str", "label": "str",
                "columns": "list",
            }.items()
            for wrong in (..., None, 1.5)
        ),
        ({"records": True}, ": lacks the attribute records, as int, of Dataset-JSON 1.1"),
        *(
            (
                {"datasetJSONVersion": version},
                f", column datasetJSONVersion, value '{version}': must be 1.1, or 1.1 with a patch "
                "number",
            )
            for version in ("1.0", "1.10", "1.1.", "1.1.01", "2.1.1", "1x1", "1.1.1.1")
        ),
        ({"columns": ["a"]}, f", column columns: {OBJECT}"),
        *(
            ({"columns": [column("A", "string") | {name: 1}]}, f", column columns: {OBJECT}")
            for name in ("itemOID", "name", "label", "dataType")
        ),
        (
            {"columns": [column("A", "text")]},
            f", column A, value 'text': its dataType must be one of {KINDS}",
        ),
        (
            {"columns": [column("A", "string")] * 2, "rows": [["a", "b"]]},
            ", column A: the table has this column twice",
        ),
        ({"rows": {"a": 1}}, ", column rows: must be a list of records"),
        ({"rows": [["X-1", "b"]]}, ", row 2: must be a list of 1 values, one a column"),
        ({"rows": [[]]}, ", row 2: must be a list of 1 values, one a column"),
        ({"rows": ["X"]}, ", row 2: must be a list of 1 values, one a column"),
        (
            {"records": 2},
            ", column records, value '2': must be the number of records; there are 1",
        ),
    ],
)  # fmt: skip
def test_each_fault_of_dataset_json_is_one_line(tmp_path, change, expected):
    assert lines(read_json, tmp_path, **change) == [f"{tmp_path / 'adsl.json'}{expected}"]


@pytest.mark.parametrize("version", ["1.1", "1.1.0", "1.1.3", "1.1.10"])
def test_every_patch_of_the_version_is_read(tmp_path, version):
    assert read_json(tmp_path, datasetJSONVersion=version).label("ADSL") == "Subjects"


#: Of each dataType: what is read, and the value, and what is refused.
CELLS = {
    "string": ("a", "a", 1, "text"),
    "integer": (3, 3, 3.5, "a whole number"),
    "decimal": ("1.5", 1.5, 1.5, "a number as text"),
    "float": (1.5, 1.5, "1.5", "a number"),
    "double": (2, 2, "2", "a number"),
    "boolean": (False, "N", "N", "true or false"),
    "datetime": ("2020-01-02T03:04", "2020-01-02T03:04", 1, "text"),
    "date": ("2020-01", "2020-01", 1, "text"),
    "time": ("03:04", "03:04", False, "text"),
    "URI": ("https://example.org", "https://example.org", [], "text"),
}


@pytest.mark.parametrize("kind", CELLS)
def test_a_cell_of_dataset_json_is_of_its_type_or_null(tmp_path, kind):
    given, value, wrong, allowed = CELLS[kind]
    columns = [column("USUBJID", "string"), column("CELL", kind)]
    read = read_json(tmp_path, columns=columns, rows=[["X-1", given], ["X-2", None]], records=2)
    cells = read.tables["ADSL"]["CELL"]
    assert cells[0] == value
    assert pd.isna(cells[1]) or cells[1] == ""
    rows = [["X-1", given], *([["X-2", wrong]] * (FAULTS_PER_COLUMN + 1))]
    assert lines(read_json, tmp_path, columns=columns, rows=rows, records=len(rows)) == [
        f"{tmp_path / 'adsl.json'}, row {at + 3}, column CELL, value {json.dumps(wrong)!r}: must "
        f"be {allowed} or null, as its dataType is {kind}"
        for at in range(FAULTS_PER_COLUMN)
    ]


def test_a_date_that_becomes_a_number_is_a_day(tmp_path):
    columns = [column("USUBJID", "string"), column("DAY", "date") | {"targetDataType": "integer"}]
    read = read_json(tmp_path, columns=columns, rows=[["X-1", "2020-02-29"]])
    assert read.tables["ADSL"]["DAY"].tolist() == [pd.Timestamp("2020-02-29")]
    # A number as text with this target is none; a time that is to stay text, neither.
    columns[1] = column("DAY", "date") | {"targetDataType": "text"}
    read = read_json(tmp_path, columns=columns, rows=[["X-1", "2020-02-29"]])
    assert read.tables["ADSL"]["DAY"].tolist() == ["2020-02-29"]
    columns[1] = column("DAY", "datetime") | {"targetDataType": "integer"}
    read = read_json(tmp_path, columns=columns, rows=[["X-1", "2020-02-29"]])
    assert read.tables["ADSL"]["DAY"].tolist() == ["2020-02-29"]


def test_dataset_json_may_have_no_rows(tmp_path):
    for rows in (..., []):
        read = read_json(tmp_path, records=0, rows=rows)
        assert (list(read.tables["ADSL"]), len(read.tables["ADSL"])) == (["USUBJID"], 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", "must be one object, as Dataset-JSON 1.1 has it"),
        ('{"records": NaN}', "must hold no such number"),
        ("[" * 100_000, "cannot be read as JSON: nested too deep"),
        ("{", "cannot be read as JSON: Expecting property name enclosed in double quotes: line 1 "
              "column 2 (char 1)"),
    ],
)  # fmt: skip
def test_what_is_no_dataset_json_is_refused_in_one_line(tmp_path, text, expected):
    path = tmp_path / "adsl.json"
    path.write_text(text, encoding="utf-8")
    (line,) = lines(read_analysis_datasets, tmp_path)
    assert line in (f"{path}: {expected}", f"{path}, value 'NaN': {expected}")


@pytest.mark.parametrize(
    ("file_format", "module", "library"),
    [("parquet", "pyarrow.parquet", "pyarrow"), ("xpt", "pyreadstat", "pyreadstat")],
)
def test_a_library_that_is_missing_is_named_as_it_is_installed(
    file_format, module, library, tmp_path, monkeypatch
):
    write_analysis_datasets(derive_analysis_datasets(**plain(), study=STUDY), tmp_path, file_format)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModuleNotFoundError) as raised:
        read_analysis_datasets(tmp_path)
    assert str(raised.value) == f"this format needs {library}: pip install {library}"
