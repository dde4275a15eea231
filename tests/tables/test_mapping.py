"""Mapping files: somebody's columns, values, wide, long and REDCap tables to ours."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tests.tables.conftest import fault_lines
from tisstats.tables import (
    ReadOptions,
    TableBatches,
    TableSource,
    batches,
    map_table,
    numbers,
    read_mapped_tables,
    read_mapping,
    read_table,
    text_values,
)
from tisstats.tables.delimited import parse_delimited
from tisstats.tables.mapped_batches import MappedBatches
from tisstats.tables.mapping import (
    ADAM,
    PRESETS,
    TABLES,
    LongColumns,
    TableMapping,
    TrialMapping,
    WideColumn,
)
from tisstats.tables.raw import RawTable
from tisstats.tables.study_days import as_week
from tisstats.tables.visit_names import ambiguity, contradicts, unnamed_weeks


@pytest.fixture
def mapped(file):
    """Apply a mapping to a table, both given as text."""

    def apply(mapping, table, name="visits", options=None):
        path = file("mine.toml", mapping)
        raw = read_table(file("trial.csv", table), options)
        return map_table(raw, read_mapping(path), name)

    return apply


def rows(raw, *names):
    """Cells as text, row by row, of all columns or of those named."""
    chosen = raw.cells[list(names)] if names else raw.cells
    return [list(text_values(row).values) for _, row in chosen.iterrows()]


# Columns


NAMES = '[visits.columns]\npatient_id = "SUBJID"\nphysician_global = "PGA VAS"\n'


def test_columns_get_our_names_in_any_spelling_and_others_are_kept(mapped):
    raw = mapped(NAMES, "site,pga-vas,subjid,week\nA,3.8,007,0\n")
    assert list(raw.cells.columns) == ["site", "physician_global", "patient_id", "week"]
    assert rows(raw) == [["A", "3.8", "007", "0"]]
    assert str(raw.verbatim().fault("must be at most 3", 0, "physician_global")) == (
        "trial.csv, row 2, column pga-vas, value '3.8': must be at most 3"
    )


def test_several_columns_must_agree(mapped):
    arms = '[patients.columns]\narm = ["TRT01P", "TRT01A"]\n'
    assert rows(mapped(arms, "TRT01A,TRT01P,x\na,a,1\n", "patients")) == [["a", "1"]]
    assert rows(mapped(arms, "TRT01A,x\na,1\n", "patients")) == [["a", "1"]]
    assert fault_lines(lambda: mapped(arms, "TRT01A,TRT01P\na,a\na,b\n", "patients")) == [
        "trial.csv, row 3, column TRT01A, value 'a': differs from TRT01P in the same row; name "
        "the one to use in the mapping"
    ]


def test_an_empty_column_does_not_contradict_the_one_before_it(mapped):
    arms = 'preset = "adam"\n[visits.long.parameters]\nA = "mmt"\n'
    raw = mapped(arms, "USUBJID,TRT01P,TRT01A\n1,a,a\n2,a,\n3,b, \n4,,\n", "patients")
    assert rows(raw, "arm") == [["a"], ["a"], ["b"], [""]]
    assert raw.remarks == ("TRT01A is empty in 2 rows, for which TRT01P is taken",)
    assert fault_lines(
        lambda: mapped(arms, "USUBJID,TRT01P,TRT01A\n1,a,\n2,,b\n3,a,b\n", "patients")
    ) == [
        f"trial.csv, row {row}, column TRT01A, value 'b': differs from TRT01P in the same row; "
        "name the one to use in the mapping"
        for row in (3, 4)
    ]


# Values


SEX = '[patients.values.sex]\n1 = "male"\n2 = "female"\n'


def test_values_become_ours_and_empty_cells_stay_empty(mapped, workbook):
    raw = mapped(SEX, "id,sex\nA,2\nB, 1 \nC,\n", "patients")
    assert rows(raw, "sex") == [["female"], ["male"], [""]]
    assert raw.source.fault("bad", 1, "sex").value == " 1 "
    typed = read_table(workbook([["id", "sex"], ["A", 2], ["B", 1.0], ["C", None]]))
    assert rows(map_table(typed, read_mapping(Path("mine.toml")), "patients"), "sex") == [
        ["female"],
        ["male"],
        [""],
    ]


# Wide tables

WIDE = """
[visits.columns]
patient_id = "ID"
[visits.wide]
weeks = [0, 4, 12]
columns = { mmt = "mmt_w{week}", haq = { pattern = "HAQ {week}", weeks = { bl = 0, m3 = 12 } } }
"""
WIDE_TABLE = """\
ID,MMT_W0,MMT_W4,MMT_W12,haq bl,haq m3,arm
007,211,220,227,2.0,1.6,a
008,211,,,1.5,,b
009,,,230,,1.0,b
"""


def test_wide_becomes_long(mapped):
    raw = mapped(WIDE, WIDE_TABLE)
    assert list(raw.cells.columns) == ["patient_id", "week", "arm", "mmt", "haq"]
    assert rows(raw, "patient_id", "week", "mmt", "haq") == [
        ["007", "0", "211", "2.0"],
        ["007", "4", "220", ""],
        ["007", "12", "227", "1.6"],
        ["008", "0", "211", "1.5"],
        ["009", "0", "", ""],  # the first week stays, as the baseline that was not measured
        ["009", "12", "230", "1.0"],
    ]
    assert raw.remarks == ("3 weeks without any measure left out",)
    names = ("patient_id", "mmt", "haq", "arm")
    faults = [raw.verbatim().fault("bad", 2, name) for name in names]
    assert [(fault.row, fault.column) for fault in faults] == [
        (2, "ID"),
        (2, "MMT_W12"),
        (2, "haq m3"),
        (2, "arm"),
    ]


def test_columns_of_weeks_that_are_not_listed_are_told(mapped):
    more = [f"MMT_W{week}" for week in (24, 36, 48)] + ["mmt_total", "MMT_W", "haq 12x", "haq M6"]
    header, *lines = WIDE_TABLE.splitlines()
    table = "\n".join([f"{header},{','.join(more)}", *(f"{line},,,,,,," for line in lines)])
    told = "columns of weeks that the mapping does not list, which are not used: "
    remarks = mapped(WIDE, table).remarks
    assert remarks[0] == f"{told}MMT_W24, MMT_W36, MMT_W48, haq M6"
    assert remarks[1:] == ("3 weeks without any measure left out",)


def test_what_r_writes_for_missing_is_no_visit_either(mapped):
    raw = mapped(WIDE, WIDE_TABLE.replace("008,211,,,1.5,,b", "008,211,NA,NA,1.5,NA,b"))
    assert rows(raw, "patient_id").count(["008"]) == 1


cells_of_patients = st.dictionaries(
    st.integers(0, 20).map(str),
    st.lists(st.one_of(st.just(""), st.integers(0, 260).map(str)), min_size=6, max_size=6),
    min_size=1,
)


@examples(25)
@given(cells_of_patients)
def test_every_cell_of_a_wide_table_comes_back_once(patients):
    names = [f"{measure}_{week}" for measure in ("mmt", "haq") for week in (0, 4, 24)]
    frame = pd.DataFrame.from_dict(patients, orient="index", columns=names).reset_index(names="ID")
    wide = {
        measure: tuple(WideColumn(str(week), f"{measure}_{week}") for week in (24, 0, 4))
        for measure in ("mmt", "haq")
    }
    section = TableMapping(columns={"patient_id": ("ID",)}, wide=wide)
    mapping = TrialMapping("mine.toml", {"visits": section})
    raw = map_table(RawTable(frame.astype(object), TableSource("t.csv")), mapping, "visits")
    found = {
        (row["patient_id"], f"{measure}_{row['week']}"): row[measure]
        for _, row in raw.cells.iterrows()
        for measure in ("mmt", "haq")
    }
    for patient, cells in patients.items():
        for name, cell in zip(names, cells, strict=True):
            assert (found.get((patient, name)) or "") == cell
    assert len(raw) == len({key[0] + "/" + key[1].split("_")[1] for key in found})
    source = raw.verbatim()
    for row in range(len(raw)):
        assert source.name(row, "haq") == f"haq_{raw.cells['week'].iloc[row]}"
        at = source.line(row, "haq") - 2
        assert frame["ID"].iloc[at] == raw.cells["patient_id"].iloc[row]


# Long tables, and ADaM

LONG = """
[visits.columns]
patient_id = "ID"
week = "WK"
[visits.long]
parameter = "TEST"
value = "RESULT"
parameters = { PHGA = "physician_global", MMT8 = "mmt" }
"""
LONG_TABLE = """\
ID,WK,TEST,RESULT,NOTE
007,0,PHGA,3.8,x
007,0.0,MMT8,70,y
008,0,MMT8,66,
007,4,PHGA,2.3,
007,4,AGE,61,
"""


def test_rows_of_measures_become_columns(mapped):
    raw = mapped(LONG, LONG_TABLE)
    assert list(raw.cells.columns) == ["patient_id", "week", "physician_global", "mmt"]
    assert rows(raw) == [["007", "0", "3.8", "70"], ["008", "0", "", "66"], ["007", "4", "2.3", ""]]
    assert raw.remarks == ("1 row of other measures left out: AGE",)
    fault = raw.verbatim().fault("bad", 0, "mmt")
    assert (fault.row, fault.column, fault.value) == (3, "RESULT", "70")
    assert [raw.source.name(0, name) for name in ("patient_id", "week")] == ["ID", "WK"]
    raw = mapped(LONG, LONG_TABLE + "008,0,AGE,50,\n008,0,,1,\n")
    assert raw.remarks == ("3 rows of other measures left out: AGE, (empty)",)


def test_visits_of_rows_of_measures_may_have_dates_for_weeks(mapped):
    dated = LONG.replace('week = "WK"', 'date = "WK"')
    table = LONG_TABLE.replace(",0.0,", ",0,").replace(",0,", ",2024-01-01,")
    table = table.replace(",4,", ",2024-01-29,")
    raw = mapped(dated, table)
    assert list(raw.cells.columns) == ["patient_id", "date", "physician_global", "mmt"]
    assert rows(raw) == [
        ["007", "2024-01-01", "3.8", "70"],
        ["008", "2024-01-01", "", "66"],
        ["007", "2024-01-29", "2.3", ""],
    ]
    assert fault_lines(lambda: mapped(dated, table + "007,2024-01-29,PHGA,2.2,\n")) == [
        "trial.csv, row 7, column TEST, value 'PHGA': the patient has another row for this "
        "measure and date"
    ]
    noted = dated.replace('date = "WK"', 'date = "WK"\nseen = "NOTE"')
    assert fault_lines(lambda: mapped(noted, table)) == [
        "trial.csv, row 3, column NOTE, value 'y': differs from another row of the same patient "
        "and date"
    ]


def test_weeks_decide_on_the_rows_of_a_visit_that_has_a_date_too(mapped):
    both = LONG.replace('week = "WK"', 'week = "WK"\ndate = "NOTE"')
    table = LONG_TABLE.replace(",x", ",2024-01-01").replace(",y", ",2024-01-01")
    assert rows(mapped(both, table), "week", "date", "mmt") == [
        ["0", "2024-01-01", "70"], ["0", "", "66"], ["4", "", ""]
    ]  # fmt: skip
    assert fault_lines(lambda: mapped(both, LONG_TABLE)) == [
        "trial.csv, row 3, column NOTE, value 'y': differs from another row of the same patient "
        "and week"
    ]


@pytest.mark.parametrize("name", ["Unit", "RESULT_UNITS", "LBORRESU", "lbstresu", "AVALU"])
def test_values_of_a_measure_in_several_units_are_refused(mapped, name):
    table = LONG_TABLE.replace("NOTE", name).replace(",x\n", ",cm\n").replace(",y\n", ",points\n")
    mapped(LONG, table)
    mixed = table.replace("2.3,", "2.3,mm") + "008,8,PHGA,1,inch\n"
    assert fault_lines(lambda: mapped(LONG, mixed)) == [
        f"trial.csv, row 5, column {name}, value 'mm': is another unit of PHGA (row 2 has cm); "
        "convert them to one"
    ]
    # Of a measure that is not used, and in a column of something else.
    mapped(LONG, table + "008,0,AGE,50,days\n008,4,AGE,50,years\n")
    mapped(LONG, mixed.replace(name, "NOTE"))


LIMITS = """\
ID,WK,TEST,RESULT,NOTE
007,0,PHGA,3.8,
007,0,MMT8,70,80
007,4,MMT8,72,
008,4,PHGA,3.8,
008,4,MMT8,66,90
"""


def test_upper_limits_of_the_rows_become_columns_of_their_measures(mapped):
    raw = mapped(LONG + 'limit = "note"\n', LIMITS)
    assert list(raw.cells.columns) == [
        "patient_id", "week", "physician_global", "mmt", "mmt_uln"
    ]  # fmt: skip
    assert rows(raw, "mmt", "mmt_uln") == [["70", "80"], ["72", ""], ["66", "90"]]
    fault = raw.verbatim().fault("bad", 2, "mmt_uln")
    assert (fault.row, fault.column, fault.value) == (6, "NOTE", "90")


def test_the_column_of_units_that_is_named_decides_on_upper_limits_too(mapped):
    table = LIMITS.replace("NOTE\n", "NOTE,UNIT,OWN\n", 1)
    head, *lines = table.splitlines()
    table = "\n".join([head, *(f"{line},mg,points" for line in lines)]) + "\n"
    stated = mapped(LONG + 'limit = "NOTE"\nunit = "OWN"\n', table).stated_units
    assert [(at.column, at.value) for at in stated["mmt_uln"]] == [("OWN", "points")]
    stated = mapped(LONG + 'limit = "NOTE"\n', table).stated_units
    assert [(at.column, at.value) for at in stated["mmt_uln"]] == [("UNIT", "mg")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('week = "WK"', 'week = "WK"\nmmt_uln = "SITE"'),
        ('PHGA = "phy', 'AGE = "mmt_uln", A = "phy'),
    ],
)
def test_upper_limits_of_the_rows_do_not_replace_a_column(mapped, old, new):
    assert old in LONG
    mapping = LONG.replace(old, new).replace('"physician_global"', '"haq"') + 'limit = "NOTE"\n'
    table = LIMITS.replace("\n", ",x\n").replace("NOTE,x", "NOTE,SITE")
    table += "007,0,AGE,60,,x\n007,0,A,6,,x\n"
    assert fault_lines(lambda: mapped(mapping, table)) == [
        "mine.toml: visits.long: two columns of theirs lead to mmt_uln"
    ]


ADAM_MAPPING = 'preset = "adam"\n[visits.long.parameters]\nPHGA = "physician_global"\nMMT = "mmt"\n'
ADQS = """\
STUDYID,USUBJID,TRT01P,AVISIT,AVISITN,PARAMCD,AVAL,BASE,ANL01FL
S1,S1-007,a,Baseline,0,PHGA,3.8,3.8,Y
S1,S1-007,a,Baseline,0,MMT,211,211,Y
S1,S1-007,a,Week 4,4,PHGA,2.3,3.8,Y
S1,S1-007,a,Week 4,4,PHGA,2.9,3.8,
S1,S1-007,a,Week 4,4,MMT,227,211,Y
"""


def test_adam_with_dates_in_place_of_weeks_has_one_row_a_date(mapped):
    """Names of visits say nothing against a date: what they name are weeks."""
    dates = ADQS.replace("AVISITN", "ADTC").replace(",Baseline,0,", ",Week 2,2020-04-03,")
    dates = dates.replace(",Week 4,4,", ",Week 2,2020-05-01,")
    raw = mapped(ADAM_MAPPING + '[visits.columns]\ndate = "ADTC"\n', dates)
    assert rows(raw) == [
        ["S1-007", "2020-04-03", "3.8", "211"],
        ["S1-007", "2020-05-01", "2.3", "227"],
    ]


def test_adam_with_dates_and_weeks_has_one_row_a_date(mapped):
    """Unscheduled visits have no week: two of them are not one visit."""
    table = ADQS.replace("BASE,", "ADT,").replace(",3.8,Y", ",2020-04-03,Y")
    table = table.replace(",211,Y", ",2020-04-03,Y").replace("2.3,2020-04-03", "2.3,2020-05-01")
    table = table.replace("227,2020-04-03", "227,2020-05-01")
    table += "S1,S1-007,a,Unscheduled,,PHGA,2.5,2020-04-20,Y\n"
    table += "S1,S1-007,a,Unscheduled,,MMT,230,2020-05-20,Y\n"
    raw = mapped(ADAM_MAPPING + '[visits.columns]\ndate = "ADT"\n', table)
    assert rows(raw, "date", "week", "physician_global", "mmt") == [
        ["2020-04-03", "0", "3.8", "211"],
        ["2020-05-01", "4", "2.3", "227"],
        ["2020-04-20", "", "2.5", ""],
        ["2020-05-20", "", "", "230"],
    ]


def test_weeks_that_a_mapping_names_come_before_its_dates(mapped):
    both = ADAM_MAPPING + '[visits.columns]\ndate = "ADT"\nweek = "AVISITN"\n'
    table = ADQS.replace("BASE,", "ADT,").replace("MMT,211,211", "MMT,211,212")
    assert fault_lines(lambda: mapped(both, table))[0] == (
        "trial.csv, row 3, column ADT, value '212': differs from another row of the same patient "
        "and week"
    )


def test_adam_needs_only_the_codes_of_its_parameters(mapped):
    raw = mapped(ADAM_MAPPING, ADQS)
    assert rows(raw) == [["S1-007", "0", "3.8", "211"], ["S1-007", "4", "2.3", "227"]]
    assert raw.remarks == ("1 row without ANL01FL 'Y' left out",)


def test_adam_names_of_patients_and_events(mapped):
    adsl = "USUBJID,TRT01P,TRT01A,AGE\nS1-007,a,a,61\n"
    raw = mapped(ADAM_MAPPING, adsl, "patients")
    assert list(raw.cells.columns) == ["patient_id", "arm", "AGE"]
    adae = "USUBJID,AESEQ,AEDECOD,AESER,AESTDTC\nS1-007,1,Headache,N,2020-04-03\n"
    raw = mapped(ADAM_MAPPING, adae, "adverse_events")
    assert list(raw.cells.columns) == ["patient_id", "number", "event", "serious", "AESTDTC"]
    own = ADAM_MAPPING + '[adverse_events.columns]\nevent = "AETERM"\n'
    raw = mapped(own, "USUBJID,AETERM\nS1-007,sore head\n", "adverse_events")
    assert list(raw.cells.columns) == ["patient_id", "event"]


def test_adam_takes_the_study_days_of_adverse_events(mapped):
    adae = "USUBJID,AEDECOD,ASTDY\nS1-007,Headache,9\nS1-007,Cough,-1\nS1-007,Rash,\n"
    raw = mapped(ADAM_MAPPING, adae, "adverse_events")
    assert rows(raw, "week") == [[str(8 / 7)], [str(-1 / 7)], [""]]
    own = ADAM_MAPPING + '[adverse_events.columns]\nweek = "ASTWK"\n'
    raw = mapped(own, adae.replace("ASTDY", "ASTWK"), "adverse_events")
    assert rows(raw, "week") == [["9"], ["-1"], [""]]


def test_study_days_of_visits_need_not_be_those_of_their_names(mapped):
    own = ADAM_MAPPING + '[visits.columns]\nweek = "ADY"\n[visits.units]\nweek = "days"\n'
    table = ADQS.replace("AVISITN", "ADY").replace("Week 4,4", "Week 4,31")
    assert rows(mapped(own, table.replace("Baseline,0", "Baseline,1")), "week") == [
        ["0"], [str(30 / 7)]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("flags", "patients", "analysed", "remarks"),
    [
        ("ITTFL", ["Y", "N"], ["Y", "N"], ["1 row with ITTFL 'N' not analysed"]),
        ("ITTFL,FASFL", ["N,Y", "Y,Y"], ["Y", "Y"],
         ["ITTFL, which differs in 1 row, is not used: analysed is FASFL"]),
        ("SAFFL,ITTFL,FASFL", ["Y,N,N", "Y,N,N"], ["N", "N"], ["2 rows with FASFL 'N' not "
                                                               "analysed"]),
        ("SAFFL", ["N", "N"], None, []),
    ],
)  # fmt: skip
def test_adam_analyses_the_full_analysis_set(mapped, flags, patients, analysed, remarks):
    one, two = patients
    adsl = f"USUBJID,TRT01P,{flags}\n1,a,{one}\n2,b,{two}\n"
    raw = mapped(ADAM_MAPPING, adsl, "patients")
    assert (list(raw.cells.get("analysed", [])) or None, list(raw.remarks)) == (analysed, remarks)


def test_a_flag_of_adam_must_say_who_is_analysed(mapped):
    adsl = "USUBJID,TRT01P,ITTFL\n1,a,\n2,b,1\n3,b,N\n"
    assert fault_lines(lambda: mapped(ADAM_MAPPING, adsl, "patients")) == [
        "trial.csv, row 2, column ITTFL, value '': must be Y or N: analysed is taken from it",
        "trial.csv, row 3, column ITTFL, value '1': must be Y or N: analysed is taken from it",
    ]
    own = '[patients.columns]\nanalysed = "SAFFL"\n'
    raw = mapped(ADAM_MAPPING + own, adsl.replace("ITTFL", "SAFFL"), "patients")
    assert rows(raw, "analysed") == [[""], ["1"], ["N"]]
    own = "[patients.values.analysed]\n1 = true\nN = false\n"
    assert fault_lines(lambda: mapped(ADAM_MAPPING + own, adsl, "patients")) == [
        "trial.csv, row 2, column ITTFL, value '': must not be empty: analysed is taken from it"
    ]
    raw = mapped(ADAM_MAPPING + own, adsl.replace("1,a,", "1,a,N"), "patients")
    assert (rows(raw, "analysed"), raw.remarks) == ([["false"], ["true"], ["false"]], ())


def test_a_preset_leaves_out_other_columns_with_our_names(mapped):
    adsl = "USUBJID,ARM,TRT01P,TRT01A,AGE\nS1-007,b,a,a,61\n"
    raw = mapped(ADAM_MAPPING, adsl, "patients")
    assert rows(raw) == [["S1-007", "a", "61"]]
    assert list(raw.cells.columns) == ["patient_id", "arm", "AGE"]
    assert raw.remarks == ("column ARM left out: arm is TRT01P",)
    # It is there where the mapping names it, and is ours where nothing else is.
    named = ADAM_MAPPING + '[patients.columns]\nother_arm = "ARM"\n'
    raw = mapped(named, adsl, "patients")
    assert (rows(raw), raw.remarks) == ([["S1-007", "b", "a", "61"]], ())
    raw = mapped(ADAM_MAPPING, "USUBJID,ARM\nS1-007,b\n", "patients")
    assert (rows(raw), raw.remarks) == ([["S1-007", "b"]], ())
    wide = 'preset = "adam"\n[visits.wide]\nweeks = [0, 4]\ncolumns = { mmt = "m{week}" }\n'
    raw = mapped(wide, "USUBJID,WEEK,m0,m4,x\nA,9,61,62,z\n")
    assert rows(raw) == [["A", "0", "z", "61"], ["A", "4", "z", "62"]]
    assert raw.remarks == ("column WEEK left out: week is made of the columns of weeks",)


def test_weeks_of_adam_are_those_that_its_visits_name(mapped):
    visits = ADQS.replace("Week 4,4", "Week 4,2")
    lines = fault_lines(lambda: mapped(ADAM_MAPPING, visits))
    assert lines[0] == (
        "trial.csv, row 4, column AVISITN, value '2': is not the week that AVISIT names; give the "
        "weeks in [visits.values.week]"
    )
    raw = mapped(ADAM_MAPPING + "[visits.values.week]\n0 = 0\n2 = 4\n", visits)
    assert rows(raw, "week") == [["0"], ["4"]]


@pytest.mark.parametrize(
    ("visit", "number", "refused"),
    [
        ("Month 3", 3, True),
        ("day 84 (end)", 84, True),
        ("Years 1", "1.0", True),
        ("Day 29", 4, False),
        ("Month 3", 12, False),
        ("Month 6", 8, True),
        ("Month 6", 26, False),
        ("Month 12", 48, False),
        ("M 6", 52, True),
        ("Year 1", 52, False),
        ("Year 2", 52, True),
        ("Day 29", 5.5, True),
        ("W4", 29, True),
        ("WK 04", 4, False),
        ("Week_4", 5, True),
        ("Study Week 4", 104, True),
        ("study week 104", 104, False),
        ("Week -2", -2, False),
        ("Week -2", 2, True),
        ("Week \N{MINUS SIGN}2", -2, False),
        ("Week\N{MINUS SIGN}2", 2, True),
        ("Week-5", 4, True),
        ("Week-0", 4, True),
        ("Week 4.14286", 29 / 7, False),
        ("Week 4", "four", True),
    ],
)
def test_weeks_of_adam_are_the_times_that_its_visits_name(mapped, visit, number, refused):
    visits = ADQS.replace("Week 4,4", f"{visit},{number}").replace("Baseline", "Day 0")
    if refused:
        lines = fault_lines(lambda: mapped(ADAM_MAPPING, visits))
        # Row 5 is not used.
        assert [line.partition(", column")[0] for line in lines] == [
            f"trial.csv, row {row}" for row in (4, 6)
        ]
    else:
        raw = mapped(ADAM_MAPPING, visits)
        assert rows(raw, "week") == [["0"], [str(number)]]
        assert raw.remarks == ("1 row without ANL01FL 'Y' left out",)


@pytest.mark.parametrize("section", ["visits", "redcap"])
def test_several_files_of_one_table_are_to_be_joined(tmp_path, section):
    path = tmp_path / "map.toml"
    rest = 'patient_id = "r"\nevents = { a = 0 }\n' if section == "redcap" else ""
    path.write_text(f'[{section}]\nfile = ["a.csv", "b.csv"]\n{rest}', encoding="utf-8")
    assert fault_lines(lambda: read_mapping(path)) == [
        f"{path}, value \"['a.csv', 'b.csv']\": {section}.file: must be the name of one file, not "
        "a list: join the rows of a table that stands in several files into one file"
    ]


@pytest.mark.parametrize("number", ["4", "-4"])
@pytest.mark.parametrize("visit", ["Week-4", "W-4", "Study Week - 4", "Week \N{EN DASH}4", "wk- 4"])
def test_a_hyphen_that_may_be_a_minus_is_refused(mapped, visit, number):
    visits = ADQS.replace("Week 4,4", f"{visit},{number}")
    lines = fault_lines(lambda: mapped(ADAM_MAPPING, visits))
    assert lines == [
        f"trial.csv, row {row}, column AVISIT, value '{visit}': has a hyphen that may be a minus: "
        "write 'Week 4', or 'Week -4' of a week before the first dose; or give the weeks in "
        "[visits.values.week]"
        for row in (4, 6)
    ]
    weeks = ADAM_MAPPING + f"[visits.values.week]\n0 = 0\n{number} = 4\n"
    assert rows(mapped(weeks, visits), "week") == [["0"], ["4"]]


@pytest.mark.parametrize("visit", ["Week 1 Day -7", "W5D-2", "Study Week 1; Day \N{EN DASH} 14"])
def test_a_day_before_the_first_dose_is_in_no_later_week(mapped, visit):
    week, day = (5, 2) if "5" in visit else (1, 7 if "7" in visit else 14)
    lines = fault_lines(lambda: mapped(ADAM_MAPPING, ADQS.replace("Week 4", visit)))
    assert lines == [
        f"trial.csv, row {row}, column AVISIT, value '{visit}': has a day with a minus in week "
        f"{week}: write 'Day -{day}' of a day before the first dose, or 'Week {week} Day {day}'; "
        "or give the weeks in [visits.values.week]"
        for row in (4, 6)
    ]


def test_days_before_the_first_dose_are_in_week_0():
    assert not any(contradicts("Week 0 Day -14", week) for week in (-2, -1, 0))
    assert contradicts("Week 0 Day -14", np.nextafter(-2, -3))
    assert contradicts("Week 0 Day -14", 1)
    assert not any(ambiguity(name, 0) for name in ("Week 0 Day -14", "Week 1 Day -1"))


@pytest.mark.parametrize(
    ("visit", "noted"),
    [("Screening", True), ("Visit 1", True), ("Unscheduled 0", True), ("Day -1", False),
     ("BASELINE VISIT", False), ("Day 1", False), ("Week-0", False), ("Blank", True)],
)  # fmt: skip
def test_a_visit_that_is_week_0_by_its_number_alone_is_noted(mapped, visit, noted):
    raw = mapped(ADAM_MAPPING, ADQS.replace("Baseline", visit))
    told = f"no week was found in names of visits: {visit} is read as week 0"
    assert (told in raw.remarks) == noted


@pytest.mark.parametrize(
    ("visit", "fewest", "most"),
    [("Day 28", 3, 5), ("Day 0", -1, 1), ("Month 6", 23, 365.25 / 7 / 12 * 6 + 1),
     ("Year 2", 95, 2 * 365.25 / 7 + 1)],
)  # fmt: skip
def test_a_week_differs_by_one_at_most_from_the_days_months_or_years_of_a_name(visit, fewest, most):
    assert not contradicts(visit, fewest)
    assert not contradicts(visit, most)
    assert contradicts(visit, np.nextafter(fewest, -np.inf))
    assert contradicts(visit, np.nextafter(most, np.inf))


@pytest.mark.parametrize(
    "visit", ["Week {} Day 1", "W{}D1", "Study Week {}; Day -1", "wk {} (day 7)", "Week {}/D7"]
)
def test_a_day_of_a_week_counts_weeks_from_0_or_from_1(mapped, visit):
    for number, least in ((1, 0), (5, 4)):
        name = visit.format(number)
        assert not contradicts(name, least)
        assert not contradicts(name, number)
        assert contradicts(name, np.nextafter(least, -np.inf))
        assert not contradicts(name, number + 3 / 7)
        assert contradicts(name, number + 1)
        assert unnamed_weeks([name], [least]) is None
    assert contradicts(visit.format(1), "one")
    visits = ADQS.replace("Baseline", visit.format(1))
    assert rows(mapped(ADAM_MAPPING, visits), "week") == [["0"], ["4"]]


def test_a_number_that_a_letter_follows_is_no_week():
    said = "no week was found in names of visits: Week 4a is read as week 9"
    assert unnamed_weeks(["Week 4a"], [9]) == said
    assert not contradicts("Week 4a", 9)
    assert as_week("\N{ARABIC-INDIC DIGIT FOUR}") == "\N{ARABIC-INDIC DIGIT FOUR}"


@pytest.mark.parametrize(
    "name",
    ["Week ٤", "Week -٤", "Week-٤", "Week - ٤", "Month ٤", "W٤D١", "Week 4".replace("k", "\u212a")],
)
def test_letters_and_digits_beyond_ascii_name_no_week(name):
    said = f"no week was found in names of visits: {name} is read as week 9"
    assert unnamed_weeks([name], [9]) == said
    assert not contradicts(name, 9)
    assert not ambiguity(name, 9)


def test_a_day_after_the_seventh_counts_from_the_first_dose():
    for name in ("Week 1 Day 29", "W1 D29"):
        assert not contradicts(name, 1)
        assert not contradicts(name, 3 + 1 / 7)
        assert not contradicts(name, 5)
        assert contradicts(name, 5.2)
        assert contradicts(name, 29)
    assert contradicts("Week 9 Day 8", 8)
    assert not contradicts("Week 9 Day 7", 8)


def test_the_day_of_week_0_is_in_that_week_or_the_day_before_the_first_dose():
    assert not any(contradicts("Week 0 Day -1", week) for week in (-1 / 7, 0, 3 / 7))
    assert contradicts("Week 0 Day 1", -1)
    assert contradicts("Week 0 Day 1", 1)


def test_the_number_of_a_day_is_no_week_even_where_that_is_near():
    assert contradicts("Day 1", 1)
    assert not contradicts("Day 1", 0)
    assert not contradicts("Day 0", 0)
    # What is no number is refused as such.
    assert contradicts("Day 1", "one") is False


def test_most_names_of_visits_without_a_week_are_listed():
    names = [f"Visit {number}" for number in range(1, 8)]
    for count in (5, 6, 7):
        remark = unnamed_weeks([*names[:count], "Visit 8"], [*range(1, count + 1), "eight"])
        assert remark.startswith(
            "no week was found in names of visits: Visit 1 is read as week 1, "
        )
        more = {5: "", 6: " and 1 more", 7: " and 2 more"}[count]
        assert remark.endswith(f", Visit 5 as week 5{more}")


@pytest.mark.parametrize(
    ("visit", "number"),
    [("Visit 3", "3"), ("Visit 3 (Week 12)", "5"), ("Weekend 3", "2"), ("Week ４", "4"),
     ("Early Termination", "99"), ("Day -1", "-1"),
     ("Follow-up Week 4", "28"), ("(empty)", "5")],
)  # fmt: skip
def test_names_of_visits_that_state_no_week_get_a_remark(mapped, visit, number):
    name = visit if visit != "(empty)" else ""
    raw = mapped(ADAM_MAPPING, ADQS.replace("Week 4,4", f"{name},{number}"))
    told = f"no week was found in names of visits: {visit} is read as week {number}"
    assert raw.remarks == ("1 row without ANL01FL 'Y' left out", told)
    weeks = ADAM_MAPPING + f"[visits.values.week]\n0 = 0\n{number} = 4\n"
    raw = mapped(weeks, ADQS.replace("Week 4,4", f"{name},{number}"))
    assert (rows(raw, "week"), len(raw.remarks)) == ([["0"], ["4"]], 1)


@pytest.mark.parametrize(("choice", "week_4"), [("keep", "2.3"), ("drop", "")])
def test_what_becomes_of_derived_records_is_declared(mapped, choice, week_4):
    header, *rest = ADQS.splitlines()
    table = "\n".join([f"{header},DTYPE", *(f"{r},{'LOCF' if '2.3' in r else ''}" for r in rest)])
    assert fault_lines(lambda: mapped(ADAM_MAPPING, table)) == [
        "trial.csv, row 4, column DTYPE, value 'LOCF': is a derived record; say what becomes of "
        "them: visits.long.derived = 'drop' or 'keep'"
    ]
    raw = mapped(ADAM_MAPPING + f'[visits.long]\nderived = "{choice}"\n', table)
    assert rows(raw, "physician_global") == [["3.8"], [week_4]]


def test_the_presets_are_of_tables_that_there_are():
    assert PRESETS["adam"] is ADAM
    assert set(ADAM) <= set(TABLES)


# REDCap

REDCAP = """
[redcap]
file = "export.csv"
patient_id = "record_id"
events = { screening_arm_1 = false, baseline_arm_1 = 0, week_4_arm_1 = 4 }
instruments = { adverse_event = "adverse_events", medication = false }
patients_event = "baseline_arm_1"
[patients.columns]
sex = "sex"
[patients.values.sex]
1 = "male"
2 = "female"
[visits.columns]
mmt = "mmt8"
[adverse_events.columns]
event = "ae_term"
number = "redcap_repeat_instance"
"""
EXPORT = """\
record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,sex,mmt8,ae_term
1,screening_arm_1,,,,60,
1,baseline_arm_1,,,2,66,
1,week_4_arm_1,,,,70,
1,week_4_arm_1,adverse_event,1,,,Headache
1,baseline_arm_1,medication,1,,,
2,baseline_arm_1,,,1,,
2,week_4_arm_1,,,,,
"""


def test_a_redcap_export_becomes_our_tables(mapped):
    patients = mapped(REDCAP, EXPORT, "patients")
    assert rows(patients, "patient_id", "sex") == [["1", "female"], ["2", "male"]]
    assert patients.source.lines.tolist() == [3, 7]
    visits = mapped(REDCAP, EXPORT, "visits")
    assert rows(visits, "patient_id", "week", "mmt") == [
        ["1", "0", "66"],
        ["1", "4", "70"],
        ["2", "0", ""],
    ]
    assert visits.remarks == ("1 week without any measure left out",)
    fault = visits.verbatim().fault("bad", 1, "mmt")
    assert (fault.row, fault.column) == (4, "mmt8")
    events = mapped(REDCAP, EXPORT, "adverse_events")
    assert rows(events, "patient_id", "number", "week", "event") == [["1", "1", "4", "Headache"]]
    assert events.source.lines.tolist() == [5]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", ["1", "2"]),
        ('patients_event = ["baseline_arm_2", "baseline_arm_1"]', ["1", "2"]),
        ('patients_event = ["baseline_arm_2"]', ["2"]),
        ('patients_event = "baseline_arm_1"', ["1"]),
    ],
)
def test_patients_of_a_redcap_project_with_arms_are_those_of_the_first_events(
    mapped, given, expected
):
    events = "baseline_arm_1 = 0, week_4_arm_1 = 4, baseline_arm_2 = 0, baseline_farm_2 = 8"
    names = re.sub("events = {.*}", f"events = {{ {events} }}", REDCAP, count=1)
    names = names.replace('patients_event = "baseline_arm_1"', given)
    export = EXPORT.replace("1,screening_arm_1,,,,60,\n", "1,baseline_farm_2,,,,60,\n")
    export = export.replace("2,baseline_arm_1", "2,baseline_arm_2")
    export = export.replace("2,week_4_arm_1,,,,,\n", "")
    assert rows(mapped(names, export, "patients"), "patient_id") == [[name] for name in expected]
    assert rows(mapped(names, export, "visits"), "patient_id", "week", "mmt") == [
        ["1", "8", "60"], ["1", "0", "66"], ["1", "4", "70"], ["2", "0", ""],
    ]  # fmt: skip


def test_a_redcap_event_counts_as_visit_if_anything_was_entered(mapped):
    names = REDCAP.replace('mmt = "mmt8"', 'ck = "ck"')
    export = EXPORT.replace("2,week_4_arm_1,,,,,", "2,week_4_arm_1,,,,64,")
    header, *rest = export.splitlines()
    states = "\n".join([f"{header},ck,form_complete", *(f"{row},,0" for row in rest)])
    visits = mapped(names, states, "visits")
    assert rows(visits, "patient_id", "week", "mmt8")[-1] == ["2", "4", "64"]
    assert visits.remarks == ()
    states = "\n".join([f"{EXPORT.splitlines()[0]},ck,form_complete",
                        *(f"{row},,0" for row in EXPORT.splitlines()[1:])])  # fmt: skip
    assert len(mapped(names, states, "visits")) == 3
    # What REDCap itself fills, in any letter case.
    states = states.replace("form_complete", "REDCap_Data_Access_Group").replace(",,0", ",,north")
    assert len(mapped(names, states, "visits")) == 3


def test_the_week_of_a_redcap_visit_leads_to_its_event(mapped):
    fault = mapped(REDCAP, EXPORT, "visits").source.fault("bad", 1, "week")
    assert (fault.row, fault.column, fault.value) == (4, "redcap_event_name", "week_4_arm_1")


def test_a_redcap_project_without_repeated_forms_has_no_column_of_them(mapped):
    names = REDCAP.replace("[adverse_events.columns]", "[treatments.columns]")
    rest = [line for line in EXPORT.splitlines() if "adverse" not in line and "med" not in line]
    export = "\n".join([line.replace(",,,", ",", 1) for line in rest[1:]])
    export = f"record_id,redcap_event_name,sex,mmt8,ae_term\n{export}\n"
    assert rows(mapped(names, export, "patients"), "sex") == [["female"], ["male"]]
    visits = mapped(names, export, "visits")
    assert rows(visits, "week", "mmt") == [["0", "66"], ["4", "70"], ["0", ""]]


def test_visits_of_a_redcap_project_can_be_a_repeated_form(mapped):
    names = REDCAP.replace("medication = false", 'medication = false, visit = "visits"')
    export = EXPORT.replace("1,week_4_arm_1,,,,70,", "1,week_4_arm_1,visit,1,,70,")
    visits = mapped(names, export, "visits")
    assert rows(visits, "patient_id", "week", "mmt") == [["1", "4", "70"]]


def test_the_weeks_of_a_redcap_project_can_be_in_a_column_that_the_mapping_names(mapped):
    names = REDCAP.replace('mmt = "mmt8"', 'mmt = "mmt8"\nweek = "week"')
    header, *lines = EXPORT.splitlines()
    weeks = ["", "0.5", "4.5", "", "", "1.5", "5.5"]
    export = "\n".join([f"{header},week", *map(",".join, zip(lines, weeks, strict=True))])
    visits = mapped(names, export, "visits")
    # A week alone is no visit.
    assert rows(visits, "week", "mmt") == [["0.5", "66"], ["4.5", "70"], ["1.5", ""]]
    # Patients have no weeks of visits, so that theirs may be called so.
    assert rows(mapped(names, export, "patients"), "sex") == [["female"], ["male"]]


def test_all_tables_are_read_from_a_folder(file):
    file("export.csv", EXPORT)
    mapping = read_mapping(file("mine.toml", REDCAP))
    assert {name: len(table) for name, table in read_mapped_tables(mapping, Path()).items()} == {
        "patients": 2,
        "visits": 3,
        "adverse_events": 1,
    }
    file("adsl.csv", "USUBJID,TRT01P\nS1-007,a\n")
    file("adqs.csv", ADQS.replace(",", ";"))
    Path("export.csv").unlink()
    files = '[patients]\nfile = "adsl.csv"\n[visits]\nfile = "adqs.csv"\n'
    mapping = read_mapping(file("mine.toml", ADAM_MAPPING + files))
    tables = read_mapped_tables(mapping, Path(), ReadOptions(missing_codes=("2.9",)))
    assert {name: len(table) for name, table in tables.items()} == {"patients": 1, "visits": 2}
    mapping = read_mapping(file("mine.toml", NAMES))
    assert fault_lines(lambda: read_mapped_tables(mapping, Path())) == [
        "mine.toml: visits.file: must name the file of this table, in ."
    ]


def test_tables_are_found_by_their_name_in_any_format(file, workbook):
    workbook([["patient_id", "arm"], ["7", "a"]], "patients.xlsx")
    workbook(
        [["SUBJID", "PGA VAS"], ["7", 3.8]], "all.xlsx", labs=[["SUBJID", "PGA VAS"], ["8", 2]]
    )
    section = NAMES.replace("[visits", '[visits]\nfile = "all.xlsx"\nsheet = "labs"\n[visits')
    mapping = read_mapping(file("mine.toml", section))
    tables = read_mapped_tables(mapping, Path())
    assert {name: rows(table) for name, table in tables.items()} == {
        "patients": [["7", "a"]],
        "visits": [["8", "2"]],
    }
    file("patients.csv", "patient_id\n7\n")
    assert fault_lines(lambda: read_mapped_tables(mapping, Path())) == [
        ".: has several files of one table, patients.csv, patients.xlsx; keep one"
    ]


# Units


def test_units_are_kept_for_the_conversion(mapped):
    raw = mapped('[visits.units]\nck = "microkat/L"\n', "id,ck\nA,2.8\n")
    assert raw.units == {"ck": "microkat/L"}
    assert numbers(raw.cells["ck"]).values.tolist() == [2.8]


DAYS = """
[{table}.columns]
patient_id = "ID"
{ours} = "ASTDY"
[{table}.units]
{ours} = "{unit}"
"""


@pytest.mark.parametrize(
    ("table", "ours"),
    [("adverse_events", "week"), ("treatments", "week"), ("visits", "week"),
     ("patients", "stop_week"), ("patients", "death_week")],
)  # fmt: skip
def test_study_days_become_weeks(mapped, table, ours):
    days = "ID,ASTDY\nA,1\nA,8\nA, 30 \nA,-7\nA,-1\nA,\nA,.\n"
    raw = mapped(DAYS.format(table=table, ours=ours, unit="days"), days, table)
    assert numbers(raw.cells[ours]).values.tolist()[:5] == [0, 1, 29 / 7, -1, -1 / 7]
    assert rows(raw, ours)[5:] == [[""], [""]]
    assert raw.units == {}
    assert str(raw.source.fault("bad", 2, ours)) == (
        "trial.csv, row 4, column ASTDY, value ' 30 ': bad"
    )
    assert "once converted from days" in raw.source.once_converted(ours)
    # By what the mapping says, not by the name.
    raw = mapped(DAYS.format(table=table, ours=ours, unit="weeks"), days, table)
    assert rows(raw, ours)[1] == ["8"]
    missing = DAYS.format(table=table, ours=ours, unit="days").replace("ASTDY", "ID2")
    assert fault_lines(lambda: mapped(missing.replace(f'{ours} = "ID2"', ""), days, table)) == [
        f"mine.toml: {table}.units.{ours}: there is no such column; the table has ID, ASTDY"
    ]


@pytest.mark.parametrize("batch", [1, 100])
def test_there_is_no_day_0_and_no_part_of_a_day(mapped, monkeypatch, batch):
    monkeypatch.setattr(batches, "ROWS", batch)
    monkeypatch.setattr(batches, "WHOLE_ROWS", 0)
    table = "ID,ASTDY\nA,0\nA,1\nA,0.0\nA,1.5\nA,day 3\nA,2020-01-03\n"
    section = DAYS.format(table="visits", ours="week", unit="days")
    must = "must be a study day: a whole number other than 0, of which the day of the first dose "
    wrong = [(2, "0"), (4, "0.0"), (5, "1.5"), (6, "day 3"), (7, "2020-01-03")]
    lines = [f"trial.csv, row {at}, column ASTDY, value '{text}': {must}is 1" for at, text in wrong]
    assert fault_lines(lambda: mapped(section, table)) == lines
    of_batches = MappedBatches(TableBatches(Path("trial.csv")), read_mapping(Path("mine.toml")),
                               "visits")  # fmt: skip
    assert [cell for raw in of_batches for cell in raw.cells["week"]] == ["", 0.0, "", "", "", ""]
    assert fault_lines(of_batches.raise_faults) == lines


def test_study_days_of_rows_of_measures_are_one_visit(mapped):
    text = LONG.replace("[visits.long]", "[visits.units]\nweek = 'days'\n[visits.long]")
    table = LONG_TABLE.replace(",0", ",1").replace(",4,", ",29,").replace("1.0", "1.0")
    assert rows(mapped(text, table), "week", "mmt") == [["0", "70"], ["0", "66"], ["4", ""]]


# Faults of a mapping


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "the mapping: is empty; it must have a section of patients, visits, treatments, "
             "adverse_events"),
        ("[visit.columns]\nmmt = 'x'\n", "visit: there is no such key; there are preset, redcap, "
         "patients, visits, treatments, adverse_events"),
        ("[visits.column]\nmmt = 'x'\n", "visits.column: there is no such key; there are file, "
         "sheet, columns, values, units, wide, long"),
        ("[visits.columns]\nmmt = 8\n",
         "visits.columns.mmt: must be text in quotation marks, and not empty"),
        ("[visits.columns]\nmmt = ' '\n",
         "visits.columns.mmt: must be text in quotation marks, and not empty"),
        ("visits = 3\n", "visits: must be a section with keys"),
        ("[visits]\ncolumns = 3\n", "visits.columns: must be a section with keys"),
        ("preset = 'sdtm'\n", "preset: must be one of adam"),
        ("[visits.values.sex]\n1 = ['a']\n",
         "visits.values.sex.1: must be one value: text, a number, true or false"),
        ("[visits.wide]\ncolumns = { mmt = 'w{week}' }\n",
         "visits.wide.weeks: must be a list of weeks, or labels with weeks such as { bl = 0, m3 = "
         "12 }"),
        ("[visits.wide]\nweeks = [0, '4']\ncolumns = { mmt = 'w{week}' }\n",
         "visits.wide.weeks: must be a number of weeks"),
        ("[visits.wide]\nweeks = [0, 0]\ncolumns = { mmt = 'w{week}' }\n",
         "visits.wide.weeks: must not repeat a week"),
        ("[visits.wide]\nweeks = [0]\ncolumns = { mmt = 'w0' }\n",
         "visits.wide.columns.mmt: must have {week} in the place of the week"),
        ("[visits.wide]\nweeks = [0]\n",
         "visits.wide.columns: must name our columns, each with a pattern such as 'mmt_w{week}'"),
        ("[visits.wide]\nweeks=[0]\ncolumns={mmt='w{week}'}\n[visits.long]\nparameter='P'\n",
         "visits: has both a wide and a long section; a table has one form"),
        ("[visits.long]\nparameter = 'P'\nvalue = 'V'\n",
         "visits.long.parameters: must name our column for each code of theirs, such as PHGA = "
         "'physician_global'"),
        ("[visits.long]\nvalue = 'V'\nparameters = { A = 'mmt' }\n",
         "visits.long.parameter: must be text in quotation marks, and not empty"),
        ("[visits.long]\nparameter = 'P'\nvalue = 'V'\nparameters = { A = 'mmt', B = 'mmt' }\n",
         "visits.long.parameters: two codes lead to one column"),
        ("[visits.long]\nparameter='P'\nvalue='V'\nparameters={A='mmt'}\nderived='mean'\n",
         "visits.long.derived: must be one of refuse, keep, drop"),
        ("[redcap]\npatient_id = 'record_id'\n",
         "redcap.events: must give the week of each event, such as baseline_arm_1 = 0; false "
         "leaves an event out"),
        ("[redcap]\nevents = { a = 0, b = 'week 4' }\n",
         "redcap.events.b: must be a number of weeks"),
        ("[redcap]\nevents = { a = true }\n", "redcap.events.a: must be a number of weeks"),
        ("[redcap]\nevents = { a = 0 }\ninstruments = { ae = 'events' }\n",
         "redcap.instruments.ae: must be one of patients, visits, treatments, adverse_events, or "
         "false to leave it out"),
        ("[redcap]\nevents = { a = 0 }\npatients_event = 'b'\n",
         "redcap.patients_event: must be one of redcap.events, or a list of them: a"),
        ("[redcap]\nevents = { a = 0 }\npatients_event = ['a', ['b']]\n",
         "redcap.patients_event: must be one of redcap.events, or a list of them: a"),
        ("[redcap]\nevents = { a = 0 }\npatients_event = []\n",
         "redcap.patients_event: must be one of redcap.events, or a list of them: a"),
        ("[redcap]\nevents = { a = 0 }\npatients_event = 1\n",
         "redcap.patients_event: must be one of redcap.events, or a list of them: a"),
        ("[adverse_events.columns]\nweek = 'ASTDY'\n",
         "adverse_events.columns.week: is a study day by its name in CDISC; say which it has, "
         "adverse_events.units.week = 'days' or 'weeks'"),
        ("[patients.columns]\nstop_week = ['EOSWK', 'eosdy']\n",
         "patients.columns.stop_week: is a study day by its name in CDISC; say which it "
         "has, patients.units.stop_week = 'days' or 'weeks'"),
        ("[visits.columns]\nweek = 'x'\n[visits.units]\nweek = 'months'\n",
         "visits.units.week: must be one of weeks, days"),
        ("[visits.units]\nweek = 'days'\n[visits.wide]\nweeks=[0]\ncolumns={mmt='w{week}'}\n",
         "visits.units.week: the weeks are those of visits.wide, which are not days"),
        ("[redcap]\nevents = { a = 0 }\n[visits.units]\nweek = 'days'\n",
         "visits.units.week: the weeks are those of redcap.events, which are not days"),
        ("preset = 'adam'\n[redcap]\nevents = { a = 0 }\n[visits.long.parameters]\nA = 'mmt'\n",
         "preset: cannot be combined with redcap"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_one_clear_line(file, text, line):
    (found,) = fault_lines(lambda: read_mapping(file("mine.toml", text)))
    before, _, message = found.partition(": ")
    assert message == line
    assert before.partition(", value ")[0] == "mine.toml"


def test_units_of_weeks_are_refused_only_where_a_section_gives_the_weeks(file):
    # The weeks of these visits are in a column, those of the events in a section; and a column that
    # has no weeks may be called like a study day.
    text = """
[redcap]
events = { a = 0 }
[visits.columns]
week = "VISITDY"
seen = "ADY"
[visits.units]
week = "days"
[adverse_events.units]
number = "days"
"""
    assert read_mapping(file("mine.toml", text)).table("visits").units == {"week": "days"}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("[visits\n", "mine.toml: cannot be read as TOML: "),
        (
            f"[visits.columns]\nmmt = [{2**63}]\n",
            "mine.toml: visits.columns.mmt: must be a whole number of 64 bits, as TOML has them",
        ),
        (
            f"[visits]\nat = {{ first = [0, {-(2**63) - 1}] }}\n",
            "mine.toml: visits.at.first: must be a whole number of 64 bits, as TOML has them",
        ),
        *(
            (
                f"[visits.columns]\nmmt = {number}\n",
                f"mine.toml, value '{number}': visits.columns.mmt: must be text",
            )
            for number in (2**63 - 1, -(2**63))
        ),
        ("[visits.columns]\nmmt = 'a'\nmmt = 'b'\n", "mine.toml: cannot be read as TOML: "),
        (b"[visits.columns]\nmmt = '\xf6'\n", "mine.toml: is not in UTF-8"),
    ],
)
def test_what_is_no_mapping(file, content, line):
    (found,) = fault_lines(lambda: read_mapping(file("mine.toml", content)))
    assert found.startswith(line)
    assert "\n" not in found
    (found,) = fault_lines(lambda: read_mapping(Path("nowhere.toml")))
    assert found == "nowhere.toml: there is no such file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_what_never_ends_is_no_mapping(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    for place in (tmp_path / "pipe.toml", Path("/dev/zero")):
        (found,) = fault_lines(lambda place=place: read_mapping(place))
        assert found.startswith(f"{place}: is not a regular file")


# Tables that do not fit their mapping


@pytest.mark.parametrize(
    ("mapping", "table", "name", "line"),
    [
        (NAMES, "ID,PGA VAS\nA,3\n", "visits",
         "trial.csv, column SUBJID: there is no such column, named in mine.toml "
         "(visits.columns.patient_id); the table has ID, PGA VAS"),
        ("[visits.columns]\nmmt = 'MMT8'\nmmt8 = 'mmt8'\n", "MMT8\n66\n", "visits",
         "mine.toml: visits.columns.mmt8: 'MMT8' is already mmt"),
        ("[visits.columns]\nmmt = 'MMT8'\n", "MMT8,MMT\n66,211\n", "visits",
         "mine.toml: visits.columns.mmt: trial.csv has another column MMT; name it otherwise, such "
         "as other_mmt = 'MMT'"),
        (SEX, "id,sex\nA,3\n", "patients",
         "trial.csv, row 2, column sex, value '3': must be one of 1, 2 (mine.toml, values of sex)"),
        (SEX, "id,sex\nA,male\n", "patients",
         "trial.csv, row 2, column sex, value 'male': must be one of 1, 2 (mine.toml, values of "
         "sex)"),
        (SEX, "id,gender\nA,1\n", "patients",
         "mine.toml: patients.values.sex: there is no such column; the table has id, gender"),
        ("[visits.units]\nck = 'U/L'\n", "id,CK\nA,170\n", "visits",
         "mine.toml: visits.units.ck: there is no such column; the table has id, CK"),
        (WIDE, WIDE_TABLE.replace("MMT_W4", "MMT_W6"), "visits",
         "trial.csv, column mmt_w4: there is no such column, named in mine.toml "
         "(visits.wide.columns.mmt); the table has ID, MMT_W0, MMT_W6, MMT_W12, haq bl, "
         "haq m3, arm"),
        (WIDE, WIDE_TABLE.replace("arm", "MMT"), "visits",
         "mine.toml: visits.columns.mmt: trial.csv has another column MMT; name it otherwise, such "
         "as other_mmt = 'MMT'"),
        (WIDE, WIDE_TABLE.replace("arm", "Week"), "visits",
         "mine.toml: visits.columns.week: trial.csv has another column Week; name it otherwise, "
         "such as other_week = 'Week'"),
        (WIDE.replace("HAQ {week}", "mmt_w{week}").replace("bl = 0", "0 = 0"), WIDE_TABLE, "visits",
         "trial.csv, column mmt_wm3: there is no such column, named in mine.toml "
         "(visits.wide.columns.haq); the table has ID, MMT_W0, MMT_W4, MMT_W12, haq bl, "
         "haq m3, arm"),
        (WIDE.replace('{ pattern = "HAQ {week}", weeks = { bl = 0, m3 = 12 } }', '"MMT W{week}"'),
         WIDE_TABLE, "visits",
         "mine.toml: visits.wide.columns: two values of ours are taken from column MMT_W0"),
        (LONG, LONG_TABLE.replace("TEST", "PARAM"), "visits",
         "trial.csv, column TEST: there is no such column, named in mine.toml "
         "(visits.long.parameter); the table has ID, WK, PARAM, RESULT, NOTE"),
        (LONG, LONG_TABLE.replace("PHGA", "PGA"), "visits",
         "trial.csv, column TEST, value 'PHGA': no row has this TEST, named in mine.toml"),
        (LONG, LONG_TABLE + "007,4,PHGA,2.2,\n", "visits",
         "trial.csv, row 7, column TEST, value 'PHGA': the patient has another row for this "
         "measure and week"),
        (LONG.replace('week = "WK"', 'week = "WK"\nseen = "NOTE"'), LONG_TABLE, "visits",
         "trial.csv, row 3, column NOTE, value 'y': differs from another row of the same patient "
         "and week"),
        (LONG.replace('week = "WK"\n', ""), LONG_TABLE, "visits",
         "mine.toml: visits.columns.week: must be named, to find the rows of a visit"),
        (LONG + "only = { NOTE = 'z' }\n", LONG_TABLE, "visits",
         "trial.csv, column NOTE: no row has the value 'z' (long.only)"),
        (LONG + "only = { FLAG = 'Y' }\n", LONG_TABLE, "visits",
         "trial.csv, column FLAG: there is no such column, named in mine.toml (visits.long.only); "
         "the table has ID, WK, TEST, RESULT, NOTE"),
        (ADAM_MAPPING, ADQS.replace("USUBJID", "SUBJID"), "visits",
         "trial.csv, column USUBJID: there is no such column, named in mine.toml "
         "(visits.columns.patient_id); the table has STUDYID, SUBJID, TRT01P, AVISIT, AVISITN, "
         "PARAMCD, AVAL, BASE, ANL01FL"),
        (REDCAP, EXPORT.replace("2,week_4_arm_1", "2,week_8_arm_1"), "visits",
         "trial.csv, row 8, column redcap_event_name, value 'week_8_arm_1': must be one of "
         "screening_arm_1, baseline_arm_1, week_4_arm_1, as mine.toml has in [redcap.events]"),
        (REDCAP, EXPORT.replace("2,week_4_arm_1", "2,"), "visits",
         "trial.csv, row 8, column redcap_event_name, value '': must be one of "
         "screening_arm_1, baseline_arm_1, week_4_arm_1, as mine.toml has in [redcap.events]"),
        (REDCAP, EXPORT.replace(",medication", ",drugs"), "visits",
         "trial.csv, row 6, column redcap_repeat_instrument, value 'drugs': must be one of "
         "adverse_event, medication, as mine.toml has in [redcap.instruments]"),
        (REDCAP, "record_id,sex,mmt8\n1,2,66\n", "visits",
         "trial.csv, column redcap_event_name: there is no such column; is this a longitudinal "
         "project? the table has record_id, sex, mmt8"),
        (REDCAP, EXPORT.replace("sex", "week"), "visits",
         "trial.csv, row 1, column week: weeks are those of redcap.events; name this column "
         "otherwise in mine.toml"),
        (REDCAP, EXPORT.replace("baseline_arm_1", "week_4_arm_1"), "patients",
         "trial.csv, column redcap_event_name: no row has the event 'baseline_arm_1', from which "
         "patients are taken"),
        (REDCAP.replace('= "baseline_arm_1"', '= ["baseline_arm_1", "screening_arm_1"]'),
         re.sub("baseline|screening", "week_4", EXPORT), "patients",
         "trial.csv, column redcap_event_name: no row has the event 'baseline_arm_1' or "
         "'screening_arm_1', from which patients are taken"),
    ],
)  # fmt: skip
def test_a_table_that_does_not_fit_is_one_clear_line(mapped, mapping, table, name, line):
    assert fault_lines(lambda: mapped(mapping, table, name)) == [line]


@examples(25)
@given(st.permutations(LONG_TABLE.splitlines()[1:]))
def test_the_order_of_rows_of_measures_does_not_matter(order):
    raw = parse_delimited("\n".join([LONG_TABLE.splitlines()[0], *order]), "trial.csv")
    long = LongColumns("TEST", "RESULT", {"PHGA": "physician_global", "MMT8": "mmt"})
    section = TableMapping(columns={"patient_id": ("ID",), "week": ("WK",)}, long=long)
    mapping = TrialMapping("mine.toml", {"visits": section})
    found = map_table(raw, mapping, "visits")
    assert sorted(map(tuple, rows(found, "patient_id", "physician_global", "mmt"))) == [
        ("007", "2.3", ""),
        ("007", "3.8", "70"),
        ("008", "", "66"),
    ]


def test_the_mappings_of_the_book_are_valid(file, checkout):
    page = (checkout / "book" / "your_tables.md").read_text(encoding="utf-8")
    mappings = re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL)
    assert len(mappings) == 6
    found = [read_mapping(file("mine.toml", mapping)) for mapping in mappings]
    assert [mapping.redcap is not None for mapping in found] == [False] * 5 + [True]
    assert [column.name for column in found[2].table("visits").wide["haq"]] == ["haq_bl", "haq_m3"]


@pytest.mark.parametrize("zeros", [0, 1, 9, 10, 4_300, 100_000])
def test_leading_zeros_change_no_week_or_day_of_a_name(zeros):
    week, day = f"W{'0' * zeros}5", f"Day{'0' * zeros}4"
    for name in (f"{week} {day}", f"{week} Day 4", f"W5 {day}"):
        assert [contradicts(name, at) for at in (3, 4, 5, 6)] == [True, False, False, True]
        assert unnamed_weeks([name], [5]) is None
    assert ambiguity(f"Week 1 Day -{'0' * zeros}7", 0).endswith("'Week 1 Day 7'")
