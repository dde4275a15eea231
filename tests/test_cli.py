"""The commands `claims` and `check` as a user runs them."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import called
from tisstats.cli import main
from tisstats.ledger.published import data_directory
from tisstats.trial.template import example_folder

PUBLISHED = str(data_directory("published"))


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "tisstats.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_claims_as_json_is_a_list_of_objects():
    done = called("claims", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    records = json.loads(done.stdout)
    assert len(records) > 300
    for name in ("id", "place", "printed", "computed", "verdict", "repeats", "check", "note"):
        assert all(isinstance(record[name], str) for record in records)


def test_claims_as_csv_filtered_by_verdict():
    done = called("claims", "--format", "csv", "--verdict", "not reproduced")
    assert done.returncode == 0
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {row["verdict"] for row in rows} == {"not reproduced"}
    assert {row["printed"] for row in rows} == {"19.6", "64.6"}


def test_claims_as_a_table_ends_with_the_totals():
    done = called("claims")
    assert done.returncode == 0
    totals = " ".join(done.stdout.splitlines()[-4:])
    for said in (" distinct numbers: ", " independent checks. ", " claims including repeats: "):
        assert said in totals


def test_check_says_what_it_found():
    done = run("check", PUBLISHED)
    assert done.returncode == 0
    assert "is a valid data package: 16 files" in done.stdout


def test_a_study_is_checked_without_the_grammar_of_addresses():
    # An optional part of the schema library: it takes longer than all the rest of the command.
    code = "import sys; from tisstats.cli import main; main(); print('lark' in sys.modules)"
    command = [sys.executable, "-c", code, "check", str(example_folder())]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    said, *_, slow = done.stdout.splitlines()
    assert said.endswith("is a valid study: 12 patients, 45 visits.")
    assert slow == "False"


def test_check_names_the_description_that_a_folder_lacks(tmp_path):
    done = called("check", tmp_path)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{tmp_path}: has neither study.toml, the description of a study, which")
    (tmp_path / "study.toml").write_text("")
    (line,) = called("check", tmp_path / "study.toml").stderr.splitlines()
    assert line.endswith(": is a file; name the folder that holds study.toml or datapackage.json")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["study.toml", "datapackage.json"])
def test_a_description_that_is_a_pipe_is_not_read(tmp_path, capsys, name):
    os.mkfifo(tmp_path / name)
    assert main(["check", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"{tmp_path / name}: is not a regular file\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["claims", "--verdict", "true"], 2, "must be one of all, reproduced, rounding"),
        (["claims", "--format", "xml"], 2, "invalid choice: 'xml'"),
        (["claims", "--data", "/nowhere"], 1, "/nowhere: there is no such folder"),
        (["check", "/nowhere"], 1, "/nowhere: there is no such folder"),
        (["check", "/nowhere", "--map", "mine.toml"], 1, "/nowhere: there is no such folder"),
        (["book", "--source", "/nowhere"], 2, "/nowhere: there is no such folder"),
        (["book", "--cohort", __file__], 1, "is a file; name the folder that holds study.toml"),
        (["export", __file__, "-o", "x"], 1, "is a file; name the folder that holds study.toml"),
        (["check"], 2, "DIR"),
        (["chekc"], 2, "invalid choice: 'chekc'"),
        ([], 2, "COMMAND"),
    ],
)
def test_wrong_use_is_one_clear_line_and_no_traceback(arguments, code, said):
    done = called(*arguments)
    assert done.returncode == code
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr


def test_faults_of_the_data_are_one_line_each(tmp_path):
    import shutil

    folder = shutil.copytree(PUBLISHED, tmp_path / "facts")
    flow = folder / "flow.csv"
    text = flow.read_text(encoding="utf-8")
    flow.write_text(text.replace(",59,", ",many,").replace(",20,", ",-20,"), encoding="utf-8")
    (folder / "safety.csv").unlink()
    for command in (["check", str(folder)], ["claims", "--data", str(folder)]):
        done = called(*command)
        assert (done.returncode, done.stdout) == (1, "")
        assert len(done.stderr.splitlines()) == 3
        assert "row 2, column value, value 'many'" in done.stderr
        assert "safety.csv: the file is missing" in done.stderr


def test_output_into_a_closed_pipe_is_no_error():
    command = f"{sys.executable} -m tisstats.cli claims --format csv | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.startswith("id,place,quantity")


# tisstats score

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


def score(visits, *arguments, by=called):
    return by("score", str(visits), "--mmt-max", "260", *arguments)


def scored_rows(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("limit", ["ck=170", "ck=ck_uln", "ck = 170 U/L"])
def test_score_prints_the_table_and_sums_up_on_the_other_stream(visits, limit):
    done = score(visits, "--uln", limit)
    assert done.returncode == 0
    rows = scored_rows(done.stdout)
    assert [row["patient_id"] for row in rows] == ["007", "007", "008", "008"]
    assert [row["tis"] for row in rows] == ["0.0", "40.0", "0.0", ""]
    assert [row["response"] for row in rows] == ["", "moderate", "", ""]
    assert done.stderr.splitlines() == [
        "2 patients, 4 visits",
        "response at each patient's last visit: 0 none, 0 minimal, 1 moderate, 0 major, 1 unknown",
    ]


def test_score_writes_a_file(visits, tmp_path):
    output = tmp_path / "scored.csv"
    done = score(visits, "--uln", "ck=170", "--missing", "bounds", "-o", str(output), by=run)
    assert (done.returncode, done.stdout) == (0, "")
    rows = scored_rows(output.read_text(encoding="utf-8"))
    assert [row["tis_high"] for row in rows] == ["0.0", "40.0", "0.0", "10.0"]
    assert [row["response"] for row in rows] == ["", "moderate", "", "none"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scored.csv", "visits.csv"]


def test_score_reads_semicolons_and_decimal_commas_and_says_so(visits):
    visits.write_text(VISITS.replace(",", ";").replace(".", ","), encoding="utf-8-sig")
    done = score(visits, "--uln", "ck=170", "--population", "juvenile")
    assert [row["response"] for row in scored_rows(done.stdout)][1] == "minimal"
    assert done.stderr.splitlines()[:2] == [
        f"{visits}: read as semicolon-separated",
        f"{visits}: numbers have decimal commas",
    ]


def test_score_in_millimetres_and_microkatal(visits):
    table = scored_rows(VISITS)
    for row in table:
        for name in ("physician_global", "patient_global", "extramuscular"):
            row[name] = str(round(10 * float(row[name])))
        row["ck"] = str(float(row["ck"]) / 60)
    lines = [",".join(table[0]), *(",".join(row.values()) for row in table)]
    visits.write_text("\n".join(lines), encoding="utf-8")
    units = ("--vas-max", "100", "--enzyme-unit", "microkat/L")
    done = score(visits, "--uln", "ck=170 U/L", *units)
    assert [row["tis"] for row in scored_rows(done.stdout)] == ["0.0", "40.0", "0.0", ""]
    done = score(visits, "--uln", "ck=170", *units)
    assert (done.returncode, done.stdout) == (1, "")
    assert "170 microkat/L is 10200 U/L" in done.stderr


def test_score_hints_at_scales_that_look_like_centimetres(visits):
    done = score(visits, "--uln", "ck=170", "--vas-max", "100")
    assert done.stderr.splitlines()[-1].startswith("no visual analogue scale exceeds 10")


def test_score_tells_what_a_reader_should_know_of_the_baselines(visits):
    text = VISITS.replace("1199,170\n007", "100,170\n007").replace("007,0", "007,2")
    visits.write_text(text, encoding="utf-8")
    told = score(visits, "--uln", "ck=170").stderr
    assert "1 patient: no enzyme is abnormal at baseline" in told
    assert "is not week 0: 007 (week 2)" in told


def test_score_counts_patients_without_follow_up_by_themselves(visits):
    lines = VISITS.splitlines()
    visits.write_text("\n".join([*lines[:4], lines[1].replace("007", "009")]), encoding="utf-8")
    done = score(visits, "--uln", "ck=170", "--missing", "bounds")
    assert done.stderr.splitlines()[:2] == [
        "3 patients, 4 visits",
        "response at each patient's last visit: 0 none, 0 minimal, 1 moderate, 0 major, "
        "2 without follow-up",
    ]
    rows = scored_rows(done.stdout)
    assert [rows[-1][name] for name in ("tis", "response", "tis_low", "tis_high")] == [
        *("0.0", "", "0.0", "0.0")
    ]


def test_score_tells_that_an_enzyme_was_not_measured_at_baseline(visits):
    rows = [row + "," + ldh for row, ldh in zip(
        VISITS.splitlines(), ["ldh", "", "250", "300", "200"], strict=True)]  # fmt: skip
    visits.write_text("\n".join(rows), encoding="utf-8")
    limits = ("--uln", "ck=170", "--uln", "ldh=250")
    done = score(visits, *limits)
    assert "1 patient: an enzyme of the table was not measured at baseline" in done.stderr
    assert [row["tis"] for row in scored_rows(done.stdout)] == ["0.0", "", "0.0", ""]
    done = score(visits, *limits, "--enzyme-panel", "measured")
    assert [row["tis"] for row in scored_rows(done.stdout)] == ["0.0", "40.0", "0.0", ""]


def test_faults_of_visits_are_one_line_each_and_leave_nothing_behind(visits, tmp_path):
    output = tmp_path / "scored.csv"
    visits.write_text(VISITS.replace("211,2.0", "311,four"), encoding="utf-8")
    done = score(visits, "--uln", "ck=170", "-o", str(output))
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert len(lines) == 4
    assert f"{visits}, row 2, column haq, value 'four': must be a number from 0 to 3" in lines
    assert not output.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--uln", "cpk=170"], 2, "with one of ck, aldolase, ldh, ast, alt"),
        (["--uln", "ck"], 2, "must be ENZYME=LIMIT, such as ck=170 or ck=ck_uln"),
        (["--uln", "ck=0"], 2, "must be a number above 0"),
        (["--uln", "ck=170", "--uln", "ck=180"], 2, "--uln given twice for one enzyme"),
        (["--uln", "ck=limit"], 1, "column limit: there is no such column"),
        (["--uln", "ldh=250"], 1, "column ck: its upper limit of normal is missing"),
        ([], 2, "--uln"),
        (["--uln", "ck=170", "--mmt-max", "0"], 2, "mmt_max must be above 0 (80: MMT-8"),
        (["--uln", "ck=170", "--vas-max", "5"], 2, "vas_max must be 10 (cm) or 100 (mm)"),
        (["--uln", "ck=170", "--population", "child"], 2, "invalid choice: 'child'"),
        (["--uln", "ck=170", "-o", "scored.xls"], 2, "must end in .csv, .tsv, .csv.gz, .tsv.gz"),
        (["--uln", "ck=170", "-o", "/nowhere/scored.csv"], 2, "there is no such folder"),
    ],
)
def test_wrong_use_of_score_is_one_clear_line_and_no_traceback(visits, arguments, code, said):
    done = score(visits, *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr


SEMICOLONS = VISITS.replace(",", ";").replace(".", ",")
GERMAN = "patient_id;week;physician_global;patient_global;mmt;haq;extramuscular;ck\n"


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        # Decimals and thousands.
        (SEMICOLONS.replace("1199", "3.000"), [], "'3.000': has a point in a file with decimal"),
        (SEMICOLONS.replace("3,8", "3.8", 1), [], "'3.8': has a point in a file with decimal"),
        (
            VISITS.replace(",", ";").replace("1199", "1,199"),
            [],
            "'1,199': has a comma in a file with decimal points",
        ),
        (GERMAN + "A;0;3;6;211;2;2;1.199\n", [], "'1.199': ambiguous (1.199 or 1199)"),
        (GERMAN + "A;0;3;6;211;2;2;1,199\n", [], "'1,199': ambiguous (1.199 or 1199)"),
        (VISITS.replace("1199", '"1,199"'), [], "'1,199': must be a number above 0, in U/L"),
        (VISITS.replace("1199", '"1.199,5"'), [], "'1.199,5': must be a number above 0"),
        (VISITS.replace("1199", "1 199"), [], "'1 199': must be a number above 0"),
        (VISITS.replace("1199", "1\u00a0199"), [], "must be a number above 0"),
        (VISITS.replace("1199", "1199 U/L"), [], "'1199 U/L': must be a number above 0"),
        (VISITS.replace("1199", "<20"), [], "'<20': must be a number above 0"),
        (VISITS.replace("1199", "1e400"), [], "must be a number above 0"),
        (VISITS.replace("1199", "1e308"), [], "'1e308': must be from 1e-15 to 1e+15 times"),
        (VISITS.replace("1199", "1_199"), [], "'1_199': must be a number above 0"),
        (VISITS.replace(",0,3.8", ",\u22122,3.8"), [], "must be a number of weeks"),
        (VISITS.replace("3.8", "\u0663"), [], "must be a number from 0 to 10 (cm"),
        (VISITS.replace("3.8", "½"), [], "'½': must be a number from 0 to 10 (cm"),
        (VISITS.replace("3.8", "TRUE"), [], "must be a number from 0 to 10 (cm"),
        (VISITS.replace("3.8", "38"), [], "'38': must be a number from 0 to 10 (cm, as"),
        (VISITS.replace("3.8", "-3.8"), [], "'-3.8': must be a number from 0 to 10"),
        (VISITS, ["--mmt-max", "80"], "'211': must be a number from 0 to 80 (mmt_max)"),
        # Units.
        (
            VISITS,
            ["--uln", "ck=2.9"],
            "2.9 U/L is not a plausible upper limit of normal of ck; if values",
        ),
        (VISITS, ["--uln", "ck=2.9 U/L"], "if values and limits are in microkat/L, set"),
        (
            VISITS.replace(",170", ",2.9"),
            ["--uln", "ck=ck_uln"],
            "if values and limits are in microkat/L, set",
        ),
        (
            VISITS,
            ["--uln", "ck=170", "--enzyme-unit", "microkat/L"],
            "170 microkat/L is 10200 U/L, which is not a plausible upper limit of normal of ck",
        ),
    ],
)
def test_what_can_be_misread_is_refused_in_one_line_a_cell(visits, capsys, text, arguments, said):
    visits.write_text(text, encoding="utf-8")
    limit = [] if "--uln" in arguments else ["--uln", "ck=170"]
    code = main(["score", str(visits), "--mmt-max", "260", *arguments, *limit])
    done = capsys.readouterr()
    assert (code, done.out) == (1, "")
    lines = done.err.splitlines()
    assert [line for line in lines if said in line]
    assert len(lines) <= len(VISITS.splitlines()) - 1  # no line for a cell that is right


def test_values_that_look_like_another_unit_are_asked_about(visits):
    table = scored_rows(VISITS)
    for row in table:
        row["ck"] = str(round(float(row["ck"]) / 60, 2))
    lines = [",".join(table[0]), *(",".join(row.values()) for row in table)]
    visits.write_text("\n".join(lines), encoding="utf-8")
    asked = score(visits, "--uln", "ck=170").stderr.splitlines()[-1]
    assert asked == (
        "1 value of ck is below a twentieth of the upper limit of normal; if they are in "
        "microkat/L, use --enzyme-unit microkat/L"
    )
    right = score(visits, "--uln", "ck=2.83", "--enzyme-unit", "microkat/L")
    assert "if they are in" not in right.stderr
    visits.write_text(VISITS, encoding="utf-8")
    asked = score(visits, "--uln", "ck=2.83", "--enzyme-unit", "microkat/L").stderr
    assert (
        "3 values of ck are above 100 times the upper limit of normal; if they are in U/L" in asked
    )


@pytest.mark.parametrize(
    ("written", "arguments", "code", "said"),
    [
        ("latin-1", [], 1, "is not in UTF-8; save it as CSV in UTF-8, or give its encoding"),
        ("latin-1", ["--encoding", "latin-1"], 0, ""),
        ("cp1252", ["--encoding", "cp1252"], 0, ""),
        ("utf-8-sig", ["--encoding", "UTF-8"], 0, ""),
        ("latin-1", ["--encoding", "ascii"], 1, "is not in ascii, the given encoding"),
        ("utf-8", ["--encoding", "klingon"], 2, "'klingon': there is no such encoding"),
        ("utf-8", ["--encoding", "base64"], 2, "'base64': there is no such encoding"),
    ],
)
def test_the_encoding_of_the_visits(visits, written, arguments, code, said):
    visits.write_bytes(VISITS.replace("007", "Jürgen").encode(written))
    done = score(visits, "--uln", "ck=170", *arguments)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr
    if code:
        assert (done.stdout, len(done.stderr.splitlines())) == ("", 1)
        assert said in done.stderr
    else:
        assert scored_rows(done.stdout)[0]["patient_id"] == "Jürgen"


def test_score_needs_the_maximum_of_the_muscle_test(visits):
    done = called("score", str(visits), "--uln", "ck=170")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--mmt-max" in done.stderr


def test_score_does_not_overwrite_the_visits(visits, tmp_path):
    link = tmp_path / "link.csv"
    link.symlink_to(visits)
    for output in (visits, link):
        done = score(visits, "--uln", "ck=170", "-o", str(output))
        assert done.returncode == 2
        assert "is the input file, which is not overwritten" in done.stderr
    assert visits.read_text(encoding="utf-8") == VISITS


@pytest.mark.parametrize(
    ("name", "text", "code", "said"),
    [
        ("visits.csv", "", 1, "is empty"),
        ("visits.csv", VISITS.splitlines()[0], 1, "must have at least one row below the header"),
        ("visits.csv", None, 1, "there is no such file"),
        ("visits.xls", "x", 2, "must end in .csv, .tsv, .csv.gz, .tsv.gz, .xlsx or .parquet"),
    ],
)
def test_score_of_what_is_no_table(tmp_path, name, text, code, said):
    path = tmp_path / name
    if text is not None:
        path.write_text(text, encoding="utf-8")
    done = score(path, "--uln", "ck=170")
    assert (done.returncode, done.stdout) == (code, "")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("visits.csv", VISITS.replace("ck_uln", " "), ", row 1: column 9 has cells and no name"),
        (
            "visits.csv",
            VISITS.replace("\n008,0", '\n"008,0'),
            ", row 4: cannot be read as CSV: unexpected end of data; is a quotation mark not",
        ),
        (
            "visits.csv",
            VISITS.replace("007,9", "007,1e400"),
            ", row 3, column week, value '1e400': must be a number of weeks",
        ),
        ("folder.csv", None, ": is a folder; name a file"),
        ("long" * 100 + ".csv", None, ": File name too long"),
    ],
)
def test_score_of_a_clumsy_table(tmp_path, name, text, said):
    path = tmp_path / name
    if name == "folder.csv":
        path.mkdir()
    if text is not None:
        path.write_text(text, encoding="utf-8")
    done = score(path, "--uln", "ck=170")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert f"{path}{said}" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["score", "v.csv", "--mmt-max", "260,0"],
            "must be a number, with a point before decimals",
        ),
        (["score", "v.csv", "--vas-max", "ten"], "--vas-max: must be a number"),
        (["score", "v.csv", "-o", ""], "must name a file or folder, got ''"),
        (["check", ""], "must name a file or folder, got ''"),
        (["reconstruct", "--cohorts", "\u0663"], "from 1 to 100000, got '\u0663'"),
        (["reconstruct", "--cohorts", "100001"], "from 1 to 100000, got '100001'"),
        (["reconstruct", "--seed", "x"], "must be an integer of at least 0, got 'x'"),
        (["reconstruct", "--seed", "-1"], "must be an integer of at least 0, got '-1'"),
    ],
)
def test_what_an_argument_may_be_is_said(arguments, said):
    done = called(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="the shell of another system")
@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("{} > /dev/full", "tisstats claims: the standard output: No space left on device"),
        ("{} >&-", "tisstats claims: the standard output is closed"),
        ("PYTHONIOENCODING=ascii {}", "tisstats claims: '\\u2212' cannot be printed in ascii"),
    ],
)
def test_an_output_that_cannot_be_printed_is_one_line(command, said):
    if "/dev/full" in command and not Path("/dev/full").exists():
        pytest.skip("no full device")
    line = command.format(f"{sys.executable} -m tisstats.cli claims")
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    (only,) = done.stderr.splitlines()
    assert only.startswith(said)


def test_patients_that_cannot_be_printed_are_named_with_the_encoding(visits):
    visits.write_text(VISITS.replace("007", "M\u00fcller"), encoding="utf-8")
    command = [sys.executable, "-m", "tisstats.cli", "score", str(visits)]
    done = subprocess.run(
        [*command, "--mmt-max", "260", "--uln", "ck=170"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 1
    assert "cannot be printed in ascii" in done.stderr.splitlines()[-1]


BOUNDS_HEADER = "quantity,measure,side,step,unit,value,proven,seconds,model\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (VISITS, "is not overwritten: it is not a table of bounds"),
        ("", "is not overwritten: it is not a table of bounds"),
        ("alternative," + BOUNDS_HEADER, "is not overwritten: it is not a table of bounds"),
        (
            BOUNDS_HEADER + "worsened,mmtt,minimum,1,points,0,sharp,1.0,row\n",
            ", row 2: is not a known bound: worsened mmtt minimum",
        ),
    ],
)
def test_bounds_keep_the_rows_of_their_own_table_only(tmp_path, text, said):
    path = tmp_path / "bounds.csv"
    path.write_text(text, encoding="utf-8")
    done = called("bounds", "--only", "worsened:mmt", "-o", str(path))
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--p-values", "-o", "."], 2, ".: the table is CSV; name a file with the ending .csv"),
        (["--p-values", "-o", "/proc/x.csv"], 2, "/proc/x.csv: cannot be written"),
        (["--only", "worsened:mmtt", "-o", "x.csv"], 2, "measure of worsened must be one of phys"),
        (["--only", "tis_mean:x", "-o", "x.csv"], 2, "measure of tis_mean must not be named"),
    ],
)
def test_bounds_refuse_before_they_prove(arguments, code, said):
    if "/proc/x.csv" in arguments and not Path("/proc").exists():
        pytest.skip("no folder that nobody may write to")
    done = called("bounds", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr


def test_help_has_balanced_brackets():
    for name in ("score", "claims", "check", "book", "reconstruct", "bounds", "exercises"):
        text = called(name, "--help").stdout
        assert text.count("(") == text.count(")"), name


def test_reconstruct_refuses_before_it_draws(tmp_path):
    (tmp_path / "file").write_text("")
    done = called("reconstruct", "--cohorts", "1", "--seed", "1", "-o", str(tmp_path / "file/a/b"))
    assert (done.returncode, done.stdout) == (1, "")
    (only,) = done.stderr.splitlines()
    assert only.endswith(f"cannot be written: {tmp_path / 'file'} is not a folder")


def test_a_link_to_itself_is_no_file(tmp_path):
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    for arguments in (("score", "loop.csv"), ("sensitivity", ".", "-o", "loop.csv")):
        done = called(*arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr.endswith("loop.csv: is a symbolic link that leads back to itself\n")


@pytest.mark.skipif(os.name == "nt", reason="a Windows shell closes no streams")
def test_a_closed_standard_input_is_told():
    command = f"{sys.executable} -m tisstats.cli score - --mmt-max 260 --uln ck=170 <&-"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "standard input: is closed\n")


def test_a_number_beyond_all_scales_is_told_and_no_more(tmp_path):
    rows = "patient_id,week,physician_global,patient_global,mmt,haq,extramuscular,ck\n"
    rows += "A,0,6,6,100,1.5,4,500\nA,12,3,3,140,1e308,2,-1e308\n"
    (tmp_path / "v.csv").write_text(rows, encoding="utf-8")
    done = called("score", "v.csv", "--mmt-max", 260, "--uln", "ck=170", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        1,
        "v.csv, row 3, column haq, value '1e308': must be a number from 0 to 3\n"
        "v.csv, row 3, column ck, value '-1e308': must be a number above 0, in U/L\n",
    )


@pytest.mark.parametrize(
    ("stop", "code"),
    [
        (signal.SIGINT, 130),
        (signal.SIGTERM, 143),
        *([(signal.SIGHUP, 129)] if hasattr(signal, "SIGHUP") else []),
    ],
)
def test_a_signal_while_modules_are_imported_is_told_in_a_line(stop, code):
    # Under nohup the system's way of ending a process by a hang-up is ignored, also by the tests.
    usual = "default_int_handler" if stop == signal.SIGINT else "SIG_DFL"
    run = subprocess.run(
        [sys.executable, "-c", _signalled_while_importing(stop, f"signal.{usual}")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (code, "stopped\n")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no hang-up")
def test_a_command_under_nohup_survives_a_hang_up():
    command = _signalled_while_importing(signal.SIGHUP, "signal.SIG_IGN")
    run = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")


def _signalled_while_importing(stop, handler):
    """The code of a command whose process gets a signal, handled in a way, while it imports."""
    return (
        "import os, signal, sys, types, tisstats.cli\n"
        "assert not {'argparse', 'inspect'} & {*sys.modules}, 'a long import'\n"
        f"signal.signal({int(stop)}, {handler})\n"
        "slow = types.ModuleType('tisstats.cli.run')\n"
        f"slow.__getattr__ = lambda _: os.kill(os.getpid(), {int(stop)}) or (lambda _: 0)\n"
        "sys.modules['tisstats.cli.run'] = slow\n"
        "sys.exit(tisstats.cli.main())"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["exercises", "--seed", "9" * 101], "must have at most 100 digits, got 101 characters"),
        (["exercises", "--seed", "9" * 5_000], "must have at most 100 digits, got 5000 characters"),
        (["score", "v.csv", "--mmt-max", "9" * 5_000], " characters)"),
        (["score", "v.csv", "--mmt-max", "a\nb"], r"got 'a\nb'"),
        (["a\x1b[2J"], "invalid choice"),
        (["claims", "--verdict", "x" * 100_000], " characters)"),
        (["claims", "--verdict", "a\nb"], r"got 'a\nb'"),
        (
            ["reconstruct", "--cohorts", "1", "--seed", "1", "-o", "r", "--scheduler", " "],
            "got ' '",
        ),
    ],
)
def test_what_was_typed_is_repeated_in_one_line_and_not_at_length(words, said):
    done = called(*words)
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if not line.startswith(("usage:", " "))]
    assert said in line
    assert len(line) < 6_000
    assert line.isprintable()


def test_a_seed_may_have_as_many_digits_as_a_name_of_a_file_takes(tmp_path):
    seed = "9" * 100
    done = called("exercises", "--seed", seed, "--format", "md", "-o", tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / f'exercises_{seed}.md'}\n")


@pytest.mark.parametrize(
    "words",
    [
        ["new", "-"],
        ["export", "study", "-o", "-"],
        ["reconstruct", "--cohorts", "1", "--seed", "1", "-o", "-"],
        ["exercises", "--seed", "1", "-o", "-"],
        ["book", "--tables", "-"],
    ],
)
def test_a_folder_is_not_the_standard_output(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    assert "must name a folder; write ./- for one of that name" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_advice_of_new_works_for_a_folder_that_looks_like_an_option(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main(["new", "./-y"]) == 0
    advice = capsys.readouterr().out.splitlines()[-1]
    assert "tisstats check ./-y and tisstats book --cohort ./-y." in advice


def test_a_report_of_a_trial_has_no_project_folder(tmp_path, capsys):
    assert main(["book", "--cohort", str(tmp_path), "--source", str(tmp_path)]) == 2
    assert "--source is for this project's book" in capsys.readouterr().err
