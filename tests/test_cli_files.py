"""`tisstats score` on files as others have them: formats, streams, codes, units, mappings."""

import contextlib
import csv
import gzip
import io
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import examples
from tisstats.cli import main
from tisstats.tables import batches, read_table, write_table
from tisstats.tables.cells import as_text

VISITS = """\
patient_id,week,physician_global,patient_global,mmt,haq,extramuscular,ck,ck_uln
007,0,3.8,6.1,211,2.0,2.2,1199,170
007,9,2.3,4.6,227,1.6,1.0,196,170
008,0,3.8,6.1,211,2.0,2.2,1199,170
008,9,3.8,6.1,211,,2.2,1199,170
"""


@pytest.fixture
def visits(tmp_path):
    path = tmp_path / "visits.csv"
    path.write_text(VISITS, encoding="utf-8")
    return path


def score(visits, *arguments):
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        try:
            code = main(["score", str(visits), "--mmt-max", "260", *arguments])
        except SystemExit as end:  # of argparse
            code = end.code
    return subprocess.CompletedProcess(arguments, code, output.getvalue(), errors.getvalue())


def scored_rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def scores(done):
    return [row["tis"] for row in scored_rows(done.stdout)]


EXPECTED = ["0.0", "40.0", "0.0", ""]


@pytest.mark.parametrize(
    "header",
    [
        VISITS.splitlines()[0].upper(),
        "Patient ID,Week, Physician Global,patient-global,MMT,HAQ,extramuscular,Ck,CK ULN",
    ],
)
def test_score_reads_names_of_columns_in_any_spelling(visits, header):
    visits.write_text("\n".join([header, *VISITS.splitlines()[1:]]), encoding="utf-8")
    done = score(visits, "--uln", "ck=ck_uln")
    assert scores(done) == EXPECTED
    assert list(scored_rows(done.stdout)[0])[:2] == ["patient_id", "week"]


@pytest.mark.parametrize("ending", [".tsv", ".csv.gz", ".tsv.gz", ".xlsx", ".parquet"])
def test_score_reads_and_writes_every_format(visits, tmp_path, ending):
    converted, scored = tmp_path / f"copy{ending}", tmp_path / f"scored{ending}"
    write_table(read_table(visits).cells, converted)
    assert scores(score(converted, "--uln", "ck=170")) == EXPECTED
    done = score(visits, "--uln", "ck=170", "-o", str(scored))
    assert (done.returncode, done.stdout) == (0, "")
    raw = read_table(scored)
    assert raw.cells["patient_id"].tolist() == ["007", "007", "008", "008"]
    assert [as_text(cell) for cell in raw.cells["tis"]] in (["0", "40", "0", ""], EXPECTED)
    again = score(scored, "--uln", "ck=170")
    assert "the name is reserved for a result column" in again.stderr


def test_score_in_a_pipe(visits):
    command = (
        f"cat {visits} | {sys.executable} -m tisstats.cli score - --mmt-max 260 --uln ck=170 -o -"
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert scores(done) == EXPECTED
    broken = command.replace(f"cat {visits}", f"sed s/2.0/four/ {visits}")
    done = subprocess.run(["bash", "-c", broken], capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.stderr.splitlines()[0] == (
        "standard input, row 2, column haq, value 'four': must be a number from 0 to 3"
    )


def test_a_formula_among_the_numbers_of_a_column_is_found(visits, tmp_path):
    path = tmp_path / "trial.xlsx"
    table = pd.read_csv(visits, dtype={"patient_id": str}).assign(site=pd.Series(
        [1, 2, "@SUM(1)", 4], dtype=object))  # fmt: skip
    table.to_excel(path, index=False)
    done = score(path, "--uln", "ck=170")
    assert (done.returncode, done.stdout) == (1, "")
    assert "column site, value '@SUM(1)': would be run as a formula" in done.stderr


def test_score_says_which_limits_are_not_used(visits, tmp_path):
    limits = [
        "--uln",
        "ck=170",
        "--uln",
        "ldh=250",
        "--uln",
        "ast=40",
        "--enzyme-panel",
        "measured",
    ]
    done = score(visits, *limits, "-o", str(tmp_path / "scored.csv"))
    said = "there is no column {}: its upper limit of normal is not used"
    assert done.stderr.splitlines()[:2] == [
        f"{visits}: {said.format(name)}" for name in ("ldh", "ast")
    ]
    assert "ck:" not in done.stderr
    visits.write_text(VISITS.replace(",ck,", ",cpk,"), encoding="utf-8")
    assert "is not used" not in score(visits, *limits).stderr


@pytest.mark.parametrize(
    ("limits", "given", "told"),
    [
        (("170", "170", "210", "300"), "170", "row 4, column CK ULN: is '210'"),
        (("NA", "", "170.0", "high"), "170", "row 5, column CK ULN: is 'high'"),
        (("170", "", "170.0", "NA"), "170", None),
        (('"170,0"', "", "170", '"170,00"'), "170", None),
        (('"170,0"', "170", "170", '"1,170"'), "170", "row 5, column CK ULN: is '1,170'"),
        (("170", "170", "170", "210"), "CK ULN", None),
    ],
)
@pytest.mark.parametrize("batch", [1, 100])
def test_score_says_that_a_column_of_other_limits_is_not_used(
    visits, monkeypatch, batch, limits, given, told
):
    monkeypatch.setattr(batches, "ROWS", batch)
    monkeypatch.setattr(batches, "WHOLE_ROWS", 0)
    table = VISITS.replace("ck_uln", "CK ULN")
    for limit in limits:
        table = table.replace(",170\n", f",{limit}@\n", 1)
    visits.write_text(table.replace("@", ""), encoding="utf-8")
    done = score(visits, "--uln", f"ck={given}")
    notes = [line for line in done.stderr.splitlines() if "ULN" in line and "used" in line]
    assert (done.returncode, notes) == (
        0,
        [f"{visits}: {told} and not used: the upper limit given for ck is 170 U/L"] if told else [],
    )


def test_score_takes_no_compressed_or_other_files_in_a_pipe(visits):
    command = f"gzip -c {visits} | {sys.executable} -m tisstats.cli score - --mmt-max 260"
    done = subprocess.run(
        ["bash", "-c", f"{command} --uln ck=170"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "standard input: is compressed (gzip) by its content; pass it as a file, or as text\n"
    )


def test_an_endless_line_in_a_pipe_is_refused():
    command = f"head -c 20000000 /dev/zero | {sys.executable} -m tisstats.cli score - --mmt-max 260"
    done = subprocess.run(
        ["bash", "-c", f"{command} --uln ck=170"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "standard input: has no line end in its first 16,777,216 bytes; is it a table as CSV?\n"
    )


def test_score_with_declared_codes_of_missing_values(visits):
    visits.write_text(VISITS.replace("211,,", "211,-9,").replace("1.6", "lost"), encoding="utf-8")
    done = score(visits, "--uln", "ck=170")
    assert done.returncode == 1
    done = score(visits, "--uln", "ck=170", "--missing-code", "-9", "--missing-code", "lost")
    assert scores(done) == ["0.0", "", "0.0", ""]
    assert done.stderr.splitlines()[:2] == [
        f"{visits}: 1 cell read as missing (-9)",
        f"{visits}: 1 cell read as missing (lost)",
    ]


def test_score_with_a_declared_decimal_mark(visits):
    text = "\n".join(
        ",".join(f'"{cell.replace(".", ",")}"' for cell in line.split(","))
        for line in VISITS.splitlines()
    )
    visits.write_text(text, encoding="utf-8")
    assert score(visits, "--uln", "ck=170").returncode == 1
    assert scores(score(visits, "--uln", "ck=170", "--decimal", ",")) == EXPECTED
    assert score(visits, "--uln", "ck=170", "--decimal", "'").returncode == 2


def test_score_reads_a_named_sheet(visits, tmp_path):
    path = tmp_path / "trial.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.read_csv(visits, dtype={"patient_id": str}).to_excel(
            book, sheet_name="data", index=False
        )
        pd.DataFrame({"note": ["x"]}).to_excel(book, sheet_name="notes", index=False)
    done = score(path, "--uln", "ck=170")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip().endswith(
        "'data', 'notes'; name the one to read: sheet in a mapping file, or --sheet of tisstats "
        "score"
    )
    done = score(path, "--uln", "ck=170", "--sheet", "data")
    assert scores(done) == EXPECTED
    assert [row["patient_id"] for row in scored_rows(done.stdout)] == ["007", "007", "008", "008"]


MINE = """
[visits.columns]
patient_id = "SUBJID"
ck_limit = "ULN"
[visits.wide]
weeks = [0, 9]
[visits.wide.columns]
physician_global = "pga_{week}"
patient_global = "ptga_{week}"
mmt = "mmt_{week}"
haq = "haq_{week}"
extramuscular = "ext_{week}"
ck = "ck_{week}"
[visits.units]
physician_global = "mm"
ck = "µkat/L"
ck_limit = "µkat/L"
"""
WIDE = """\
SUBJID;ULN;pga_0;ptga_0;mmt_0;haq_0;ext_0;ck_0;pga_9;ptga_9;mmt_9;haq_9;ext_9;ck_9
007;3;38;6,1;211;2,0;2,2;20;23;4,6;227;1,6;1,0;3,25
"""


def test_score_of_a_wide_table_in_other_units_by_a_mapping(visits, tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(MINE, encoding="utf-8")
    visits.write_text(WIDE, encoding="utf-8")
    arguments = ("--uln", "ck=ck_limit", "--map", str(mine))
    done = score(visits, *arguments)
    assert scores(done) == ["0.0", "40.0"]
    rows = scored_rows(done.stdout)
    assert [row["ck"] for row in rows] == ["1200.0", "195.0"]
    assert [row["physician_global"] for row in rows] == ["3.8", "2.3"]
    assert [row["ck_limit"] for row in rows] == ["180.0", "180.0"]
    in_mm = score(visits, *arguments, "--vas-max", "100", "--enzyme-unit", "microkat/L")
    assert [row["physician_global"] for row in scored_rows(in_mm.stdout)] == ["38", "23"]
    visits.write_text(WIDE.replace(";227;", ";327;").replace("38", "138"), encoding="utf-8")
    assert score(visits, *arguments).stderr.splitlines() == [
        f"{visits}: read as semicolon-separated",
        f"{visits}: numbers have decimal commas",
        f"{visits}, row 2, column pga_0, value '138': must be a number from 0 to 10 (cm, as "
        "vas_max is 10; 100 is for mm), once converted from mm, as the mapping says",
        f"{visits}, row 2, column mmt_9, value '327': must be a number from 0 to 260 (mmt_max)",
    ]


LONG = """\
[visits.columns]
patient_id = "ID"
week = "WK"
[visits.long]
parameter = "T"
value = "V"
[visits.long.parameters]
PHGA = "physician_global"
PTGA = "patient_global"
MMT = "mmt"
HAQ = "haq"
EXT = "extramuscular"
CK = "ck"
"""


def test_score_takes_the_upper_limits_of_rows_of_measures(visits, tmp_path):
    measures = {"PHGA": (6, 4), "PTGA": (6, 4), "MMT": (200, 210), "HAQ": (2, 1), "EXT": (3, 2)}
    measures["CK"] = (1800, 900)
    limits = ("200", "300")
    lines = [
        f"A,{week},{code},{values[at]},{limits[at] if code == 'CK' else ''}"
        for code, values in measures.items()
        for at, week in enumerate((0, 9))
    ]
    visits.write_text("\n".join(["ID,WK,T,V,ANRHI", *lines]) + "\n", encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(LONG, encoding="utf-8")
    arguments = ("--map", str(mine), "--uln")
    done = score(visits, *arguments, "ck=ANRHI")
    assert done.stderr.splitlines() == [
        f"{visits}, column ANRHI: there is no such column, given as the upper limit of normal of "
        "ck; of a table with a row for each measure other columns are not kept: name that of upper "
        "limits as limit in [visits.long], which makes it ck_uln where it has any"
    ]
    mine.write_text(LONG.replace('"V"', '"V"\nlimit = "ANRHI"'), encoding="utf-8")
    rows = scored_rows(score(visits, *arguments, "ck=ck_uln").stdout)
    assert [row["ck_uln"] for row in rows] == ["200", "300"]
    # From 9 times the upper limit to 3 times it, of 15.
    assert rows[1]["enzyme_percent"] == "40.0"


@pytest.mark.parametrize(
    ("mapping", "code", "said"),
    [
        (None, 1, "mine.toml: there is no such file"),
        ("[visit]\n", 1, "mine.toml: visit: there is no such key"),
        ("[visits.columns]\nhaq = 'CHAQ'\n", 1, "column CHAQ: there is no such column, named in"),
        ("[visits.units]\nck = 'mg/dL'\n", 1,
         "value 'mg/dL': visits.units.ck: must be one of U/L, microkat/L"),
        ("[visits.units]\nphysician_global = 'inch'\n", 1,
         "visits.units.physician_global: must be one of mm, cm"),
        ("[visits.units]\nmmt = 'points'\n", 1, "visits.units.mmt: only physician_global,"),
    ],
)  # fmt: skip
def test_score_by_a_wrong_mapping(visits, tmp_path, mapping, code, said):
    mine = tmp_path / "mine.toml"
    if mapping is not None:
        mine.write_text(mapping, encoding="utf-8")
    done = score(visits, "--uln", "ck=170", "--map", str(mine))
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (code, "", 1)
    assert said in done.stderr


def test_score_refuses_several_units_in_a_column_in_one_line(visits):
    text = VISITS.replace("1199,170\n007", "1199 U/L,170\n007").replace(",196,", ",3.3 µkat/L,")
    visits.write_text(text, encoding="utf-8")
    done = score(visits, "--uln", "ck=170")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"{visits}, row 3, column ck, value '3.3 µkat/L': has another unit (row 2 has U/L); write "
        "numbers only, all in one unit"
    ]


def test_score_reads_the_sheet_that_a_mapping_names(visits, tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text('[visits]\nsheet = "data"\n', encoding="utf-8")
    path = tmp_path / "trial.xlsx"
    with pd.ExcelWriter(path) as book:
        read_table(visits).cells.to_excel(book, sheet_name="data", index=False)
        pd.DataFrame({"note": ["x"]}).to_excel(book, sheet_name="notes", index=False)
    assert scores(score(path, "--uln", "ck=170", "--map", str(mine))) == EXPECTED


@examples(12)
@given(
    st.permutations(VISITS.splitlines()[0].split(",")),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([str.upper, str.title, lambda name: f" {name.replace('_', ' ')} "]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([".csv", ".csv.gz"]),
)
def test_score_does_not_depend_on_how_the_file_is_written(
    order, separator, spelled, encoding, end, ending
):
    commas = separator != ","
    records = [{**row, "note": "x;y,z\t"} for row in csv.DictReader(io.StringIO(VISITS))]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    writer.writerow([*map(spelled, order), "note"])
    for record in records:
        cells = [record[name].replace(".", ",") if commas else record[name] for name in order]
        writer.writerow([*cells, record["note"]])
    content = text.getvalue().encode(encoding)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"visits{ending}"
        path.write_bytes(gzip.compress(content) if ending.endswith(".gz") else content)
        done = score(path, "--uln", "ck=ck_uln", "--encoding", encoding)
    assert scores(done) == EXPECTED
    assert [row["note"] for row in scored_rows(done.stdout)] == ["x;y,z\t"] * 4
