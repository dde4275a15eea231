"""Units in columns of units, against those in which measures are read."""

import pandas as pd
import pytest

from tests.trial.studies import make_study
from tisstats.errors import DataError
from tisstats.measures.files import VisitBatches, read_visits
from tisstats.measures.scoring_units import ScoringUnits
from tisstats.tables import batches, read_mapping
from tisstats.tables.batches import TableBatches
from tisstats.tables.raw import RawTable, TableSource
from tisstats.tables.units import own_units, units_of_measures
from tisstats.trial.study_data import StudyData

HEADER = "patient_id,week,physician_global,patient_global,mmt,haq,extramuscular,ck"
WAY_OUT = "; convert it, or name it in a mapping"


def faults(tmp_path, text, units=None, mapping=None):
    (tmp_path / "visits.csv").write_text(text, encoding="utf-8")
    try:
        read_visits(tmp_path / "visits.csv", mapping=mapping, units=units)
    except DataError as error:
        return [str(fault).removeprefix(f"{tmp_path}/") for fault in error.faults]
    return []


@pytest.mark.parametrize(
    ("column", "unit", "units", "read_in"),
    [
        ("ck_unit", "ukat/L", ScoringUnits(), "U/L"),
        ("CK Units", "µkat/l", ScoringUnits(), "U/L"),
        ("ck_unit", "IU/L", ScoringUnits(enzyme_unit="microkat/L"), "microkat/L"),
        ("ck_unit", "iu/l", ScoringUnits(), None),
        ("ck_unit", "microkat/L", ScoringUnits(enzyme_unit="microkat/L"), None),
        ("physician_global_unit", "mm", ScoringUnits(), "cm"),
        ("physician_global_unit", "cm", ScoringUnits(vas_max=100), "mm"),
        ("physician_global_unit", "MM", ScoringUnits(vas_max=100), None),
        ("patient-global-unit", "points", ScoringUnits(), None),
        ("mmt_unit", "points", ScoringUnits(), None),
        ("haq_unit", "mm", ScoringUnits(), None),
        ("unit", "mm", ScoringUnits(), None),
        ("age_unit", "%", ScoringUnits(), None),
    ],
)
def test_a_unit_beside_a_column_must_be_that_in_which_it_is_read(
    tmp_path, column, unit, units, read_in
):
    text = f"{HEADER},{column}\nA,0,5,5,120,1,3,9,\nA,4,5,5,120,1,3,9,{unit}\n"
    name = column.lower().replace(" ", "_").replace("-", "_").rpartition("_")[0]
    assert faults(tmp_path, text, units) == (
        [
            f"visits.csv, row 3, column {column}, value {unit!r}: is not the unit in which {name} "
            f"is read, {read_in}{WAY_OUT}"
        ]
        if read_in
        else []
    )


def test_every_other_unit_of_a_column_is_told_once(tmp_path):
    rows = "".join(f"A,{week},5,5,120,1,3,9,{unit}\n" for week, unit in enumerate(
        ["U/L", "ukat/L", "U/L", "ukat/L", "%"]))  # fmt: skip
    assert faults(tmp_path, f"{HEADER},ck_unit\n{rows}") == [
        "visits.csv, row 3, column ck_unit, value 'ukat/L': is not the unit in which ck is read, "
        f"U/L{WAY_OUT}",
        "visits.csv, row 6, column ck_unit, value '%': ck is not read as a percentage",
    ]


@pytest.mark.parametrize(
    ("column", "units", "row", "remark"),
    [
        ("CK Units", ["", "mg", "g"], 3, "'mg' is not known; ck is read in U/L"),
        ("ck_unit", ["U/L", "x ULN"], 3, "'x ULN' is not known; ck is read in U/L"),
        ("physician_global_unit", ["points"], 2,
         "'points' is not known; physician_global is read in cm"),
        ("ck_unit", ["iu/l"], None, ""),
        ("mmt_unit", ["points"], None, ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("batch", [1, 100])
def test_a_unit_that_is_not_known_is_told_once(
    tmp_path, monkeypatch, column, units, row, remark, batch
):
    monkeypatch.setattr(batches, "ROWS", batch)
    monkeypatch.setattr(batches, "WHOLE_ROWS", 0)
    rows = "".join(f"A,{week},5,5,120,1,3,9,{unit}\n" for week, unit in enumerate(units))
    path = tmp_path / "visits.csv"
    path.write_text(f"{HEADER},{column}\n{rows}", encoding="utf-8")
    visits = VisitBatches(TableBatches(path), (), None, ScoringUnits())
    assert sum(len(each.table) for each in visits.survey()) == len(units)
    told = (f"row {row}, column {column}: the unit {remark}",) if row else ()
    assert visits.remarks == told


@pytest.mark.parametrize("cell", ["", " "])
def test_a_unit_beside_an_empty_cell_is_the_unit_of_no_number(tmp_path, cell):
    text = f"{HEADER},ck_unit\nA,0,5,5,120,1,3,9,U/L\nA,4,5,5,120,1,3,{cell},ukat/L\n"
    assert faults(tmp_path, text) == []
    assert len(faults(tmp_path, text.replace(f"{cell},ukat/L", "9,ukat/L"))) == 1
    (tmp_path / "mine.toml").write_text(LONG, encoding="utf-8")
    mapping = read_mapping(tmp_path / "mine.toml")
    table = ROWS.format("cm", "", "U/L") + f"A,4,CK,{cell},ukat/L\nA,4,MMT8,80,\n"
    assert faults(tmp_path, table, mapping=mapping) == []
    assert len(faults(tmp_path, table.replace(f",{cell},ukat", ",9,ukat"), mapping=mapping)) == 1


LONG = """
[visits.columns]
patient_id = "patient_id"
week = "week"
[visits.long]
parameter = "PARAMCD"
value = "AVAL"
parameters = { PHGA = "physician_global", MMT8 = "mmt", CK = "ck" }
"""
ROWS = "patient_id,week,PARAMCD,AVAL,AVALU\nA,0,PHGA,5,{}\nA,0,MMT8,80,{}\nA,0,CK,150,{}\n"


@pytest.mark.parametrize(
    ("stated", "units", "told"),
    [
        (("cm", "", "U/L"), "", []),
        (("", "points", "IU/L"), "", []),
        (("mm", "", "U/L"), '[visits.units]\nphysician_global = "mm"', []),
        (
            ("cm", "", "U/L"),
            '[visits.units]\nphysician_global = "mm"',
            ["row 2, column AVALU, value 'cm': is not the unit in which physician_global is read, "
             f"mm{WAY_OUT}"],
        ),
        (
            ("mm", "%", "ukat/L"),
            "",
            ["row 2, column AVALU, value 'mm': is not the unit in which physician_global is read, "
             f"cm{WAY_OUT}",
             "row 3, column AVALU, value '%': mmt is not read as a percentage",
             "row 4, column AVALU, value 'ukat/L': is not the unit in which ck is read, "
             f"U/L{WAY_OUT}"],
        ),
    ],
)  # fmt: skip
def test_units_beside_rows_of_measures_must_be_those_in_which_they_are_read(
    tmp_path, stated, units, told
):
    (tmp_path / "mine.toml").write_text(LONG + units, encoding="utf-8")
    mapping = read_mapping(tmp_path / "mine.toml")
    found = faults(tmp_path, ROWS.format(*stated), mapping=mapping)
    assert found == [f"visits.csv, {line}" for line in told]


SDTM = """\
patient_id,week,TESTCD,LBORRES,LBORRESU,LBSTRESN,LBSTRESC,LBSTRESU,AVAL,AVALU,GRAMS
A,0,CK,x,{0},33.3,33.3,{1},33.3,{2},3
A,0,MMT,70,,70,70,,70,,
B,0,CK,x,{3},33.3,33.3,{1},33.3,{2},3
"""
MIXED = ("is another unit of CK (row 2 has U/L); convert them to one", "ukat/L", 4)
OTHER = (f"is not the unit in which ck is read, U/L{WAY_OUT}", "ukat/L", 2)
HINT = "; if another column has the units of {}, name it (visits.long.unit)"


@pytest.mark.parametrize(
    ("value", "unit", "stated", "told"),
    [
        # Of the values as collected and of those in standard units, each has its own.
        ("LBSTRESN", None, ("U/L", "ukat/L", "U/L", "U/L"), [("LBSTRESU", *OTHER)]),
        ("lbstresc", None, ("U/L", "ukat/L", "U/L", "U/L"), [("LBSTRESU", *OTHER)]),
        ("LBSTRESN", None, ("ukat/L", "U/L", "ukat/L", "ukat/L"), []),
        ("LBSTRESN", None, ("U/L", "U/L", "", "ukat/L"), []),
        ("AVAL", None, ("ukat/L", "ukat/L", "U/L", "ukat/L"), []),
        ("AVAL", None, ("U/L", "U/L", "ukat/L", "U/L"), [("AVALU", *OTHER)]),
        ("LBORRES", None, ("U/L", "U/L", "U/L", "ukat/L"), [("LBORRESU", *MIXED)]),
        # One that the mapping names, or none that is known to belong to the values.
        ("GRAMS", "LBSTRESU", ("ukat/L", "U/L", "ukat/L", "U/L"), []),
        ("GRAMS", "lbstresu", ("U/L", "ukat/L", "U/L", "U/L"), [("LBSTRESU", *OTHER)]),
        ("GRAMS", None, ("U/L", "ukat/L", "U/L", "U/L"), [("LBSTRESU", *OTHER)]),
        ("GRAMS", None, ("U/L", "U/L", "", "ukat/L"), [("LBORRESU", *MIXED)]),
        # Its own is empty: another is believed rather than none.
        ("LBSTRESN", None, ("ukat/L", "", "", "ukat/L"), [("LBORRESU", *OTHER)]),
        ("LBSTRESN", "LBSTRESU", ("ukat/L", "", "", "ukat/L"), []),
    ],
)
def test_the_units_of_the_chosen_values_decide(tmp_path, value, unit, stated, told):
    text = LONG.replace("PARAMCD", "TESTCD").replace('"AVAL"', f'"{value}"')
    text = text.replace('PHGA = "physician_global", MMT8', "MMT")
    text += f'unit = "{unit}"\n' if unit else ""
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    mapping = read_mapping(tmp_path / "mine.toml")
    table = SDTM.format(*stated).replace("x,", "33.3,")
    hint = "" if told and value.upper()[:-1] in told[0][0] else HINT.format(value)
    hint = "" if unit else hint
    assert faults(tmp_path, table, mapping=mapping) == [
        f"visits.csv, row {row}, column {column}, value {given!r}: {message}{hint}"
        for column, message, given, row in told
    ]


@pytest.mark.parametrize(
    ("value", "columns", "expected"),
    [
        ("RESULT", ["dose_unit", "Unit"], "Unit"),
        ("RESULT", ["dose_units", "UNITS"], "UNITS"),
        ("RESULT", ["UNITS", "Unit"], "Unit"),
        ("RESULT", ["UNITS", "Result units"], "Result units"),
        ("Result", ["UNITS", "RESULT.UNIT"], "RESULT.UNIT"),
        ("Result", ["dose_unit", "UNITS"], "UNITS"),
        *(("CK", ["UNIT", own], own) for own in ("CK_unit", "ck units", "CKUNIT", "ckUnits")),
        ("RESULT", ["dose_unit", "LBORRESU"], None),
        ("QSSTRESN", ["QSORRESU", "QSSTRESU"], "QSSTRESU"),
        ("QSSTRESN", ["QSORRESU", "UNIT", "LBSTRESU"], None),
        ("AVALC", ["UNIT", "avalu"], "avalu"),
        ("A1HI", ["AVALU"], None),
    ],
)
def test_a_column_of_units_belongs_to_values_by_its_name(value, columns, expected):
    assert own_units(value, columns) == expected


@pytest.mark.parametrize("column", ["UNIT", "UNITS", "AVAL_units", "avalunits"])
def test_a_column_of_units_is_named_in_the_plural_too(tmp_path, column):
    text = LONG.replace('PHGA = "physician_global", MMT8 = "mmt", ', "")
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    mapping = read_mapping(tmp_path / "mine.toml")
    table = f"patient_id,week,PARAMCD,AVAL,{column}\nA,0,CK,3.3,ukat/L\n"
    (line,) = faults(tmp_path, table, mapping=mapping)
    assert line.startswith(f"visits.csv, row 2, column {column}, value 'ukat/L': is not the unit")


@pytest.mark.parametrize(
    ("value", "limit", "told"),
    [
        ("LBSTRESN", "LBSTNRHI", []),
        ("LBSTRESN", "LBORNRHI", ["LBORRESU"]),
        ("LBORRES", "LBSTNRHI", ["LBORRESU"]),
        ("LBORRES", "HIGH", ["LBORRESU", "LBORRESU"]),
        ("LBSTRESN", "HIGH", []),
    ],
)
def test_the_units_of_upper_limits_are_those_beside_them(tmp_path, value, limit, told):
    text = LONG.replace('"AVAL"', f'"{value}"\nlimit = "{limit}"').replace("PARAMCD", "T")
    text = text.replace('PHGA = "physician_global", MMT8 = "mmt", ', "")
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    mapping = read_mapping(tmp_path / "mine.toml")
    table = "patient_id,week,T,LBORRES,LBORRESU,LBORNRHI,LBSTRESN,LBSTRESU,LBSTNRHI,HIGH\n"
    table += "A,0,CK,33.3,ukat/L,3,2000,U/L,180,180\n"
    (tmp_path / "visits.csv").write_text(table, encoding="utf-8")
    units = ScoringUnits(uln={"ck": "ck_uln"})
    found = []
    try:
        read_visits(tmp_path / "visits.csv", ["ck_uln"], mapping=mapping, units=units)
    except DataError as error:
        found = error.faults
    assert [(fault.column, fault.value) for fault in found] == [(each, "ukat/L") for each in told]


def test_a_column_of_units_that_the_mapping_names_must_be_there(tmp_path):
    (tmp_path / "mine.toml").write_text(LONG + 'unit = "U"\n', encoding="utf-8")
    mapping = read_mapping(tmp_path / "mine.toml")
    (found,) = faults(tmp_path, ROWS.format("", "", ""), mapping=mapping)
    assert found.startswith("visits.csv, column U: there is no such column, named in ")
    assert "(visits.long.unit)" in found


@pytest.mark.parametrize(
    ("ck", "other", "told"),
    [
        ("CK_SI", "CK", [("CK_SI unit", "ukat/L")]),
        ("CK", "CK_SI", []),
        ("CK_NEW", "CK", []),
        ("CK_NEW", "CK_SI", []),
    ],
)
def test_a_column_under_another_name_has_the_units_beside_it_in_the_file(tmp_path, ck, other, told):
    names = f'[visits.columns]\nck = "{ck}"\nother_ck = "{other}"\n'
    (tmp_path / "mine.toml").write_text(names, encoding="utf-8")
    mapping = read_mapping(tmp_path / "mine.toml")
    header = f"{HEADER.removesuffix(',ck')},{ck},{other},CK_unit,CK_SI unit"
    assert faults(tmp_path, f"{header}\nA,0,5,5,120,1,3,9,9,U/L,ukat/L\n", mapping=mapping) == [
        f"visits.csv, row 2, column {column}, value {unit!r}: is not the unit in which ck is read, "
        f"U/L{WAY_OUT}"
        for column, unit in told
    ]


def test_units_beside_our_name_are_those_of_a_column_under_another_name_too(tmp_path):
    (tmp_path / "mine.toml").write_text('[visits.columns]\nck = "CPK"\n', encoding="utf-8")
    mapping = read_mapping(tmp_path / "mine.toml")
    table = f"{HEADER.removesuffix(',ck')},CPK,CK unit\nA,0,5,5,120,1,3,9,ukat/L\n"
    assert faults(tmp_path, table, mapping=mapping) == [
        "visits.csv, row 2, column CK unit, value 'ukat/L': is not the unit in which ck is read, "
        f"U/L{WAY_OUT}"
    ]


@pytest.mark.parametrize("columns", [["A_UNIT"], ["A_UNIT", "B_UNIT"]])
def test_which_units_are_meant_can_be_said_where_there_are_several_columns(columns):
    cells = pd.DataFrame({"Result": ["3"], "A_UNIT": ["U/L"], "B_UNIT": ["U/L"]}, dtype=object)
    raw = RawTable(cells[["Result", *columns]], TableSource("t.csv"))
    stated = units_of_measures(raw, ["CK"], ["CK"], "Result", None)["CK"]
    hint = HINT.format("Result") if len(columns) == 2 else ""
    assert [(at.column, at.message) for at in stated] == [(name, hint) for name in columns]


def test_a_study_reads_units_too(tmp_path):
    made = make_study(4, missing=0, missed=0, seed=3)
    for row in made.visits:
        row["ck_unit"] = "U/L"
    assert not any("unit" in remark for remark in StudyData.read(made.write(tmp_path)).remarks[1:])
    made.visits[1]["ck_unit"] = "mg"
    assert (
        "synthetic_visits.csv: row 3, column ck_unit: the unit 'mg' is not known; ck is read in U/L"
        in StudyData.read(made.write(tmp_path)).remarks
    )
    made.visits[1]["ck_unit"] = "ukat/L"
    with pytest.raises(DataError) as error:
        StudyData.read(made.write(tmp_path))
    (fault,) = error.value.faults
    assert (fault.row, fault.column, fault.value) == (3, "ck_unit", "ukat/L")
