"""Files made to hang, to fill the memory, to fetch or to run something: one line each, soon."""

import gzip
import io
import json
import os
import random
import socket
import subprocess
import sys
import zipfile
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from tests.cases import some
from tests.command import called
from tests.conftest import ROOT
from tests.trial.studies import make_study
from tisstats import matching
from tisstats.cli.output import print_errors
from tisstats.datapackage import (
    descriptor,
    faults,
    find_faults,
    read_descriptor,
    read_tables,
    tables,
)
from tisstats.errors import DataError, Fault
from tisstats.ledger import PublishedFacts
from tisstats.ledger.output import as_csv, as_table
from tisstats.lim2021 import claims as lim2021
from tisstats.matching import PatternError, matches
from tisstats.synthetic.ensemble import Ensemble
from tisstats.synthetic.patient_level_data import patient_level_data
from tisstats.tables import packed, raw, read_table, toml, write_table
from tisstats.tables.formats import TEXT_FORMATS
from tisstats.tables.formulas import RUN, are_formulas
from tisstats.tables.workbook import write_workbook
from tisstats.trial.cdisc import read_analysis_datasets

DIGITS = "9" * 5_000
DEEP = 100_000
ELSEWHERE = "http://127.0.0.1:9/a.csv"
FIELDS = {"fields": [{"name": "id", "type": "string"}]}


def package(folder, resource=None, **more):
    """Write a package of one file, and return its folder."""
    (folder / "a.csv").write_text("id\n1\n", encoding="utf-8")
    described = {
        "resources": [{"name": "a", "path": "a.csv", "schema": FIELDS, **(resource or {})}]
    }
    (folder / "datapackage.json").write_text(json.dumps({**described, **more}), encoding="utf-8")
    return folder


def only_fault(call, *arguments):
    with pytest.raises(DataError) as caught:
        call(*arguments)
    (fault,) = caught.value.faults
    assert "\n" not in str(fault)
    assert len(str(fault)) < 1_000
    return str(fault)


@pytest.fixture
def asked(monkeypatch):
    """The addresses that anything tried to reach."""
    found = []

    def connect(_self, address):
        found.append(address)
        raise OSError("there is no network")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *where, **_: connect(None, where))
    return found


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        ({"path": ELSEWHERE}, "path must be the name of a CSV file in this folder"),
        ({"path": "//elsewhere/a.csv"}, "path must be the name of a CSV file in this folder"),
        ({"path": "../a.csv"}, "path must be the name of a CSV file in this folder"),
        ({"path": "a\0.csv"}, "path must be the name of a CSV file in this folder"),
        ({"path": "a.csv.gz"}, "path must be the name of a CSV file in this folder"),
        ({"path": "https:a.csv"}, "the file is missing"),
        ({"schema": ELSEWHERE}, "schema must be an object, with the fields in it"),
        ({"schema": {"fields": [ELSEWHERE]}}, "a field must be an object with a name and a type"),
        ({"dialect": ELSEWHERE}, "dialect must be an object"),
        ({"data": [["id"], ["2"]], "extrapaths": [ELSEWHERE], "scheme": "http"}, None),
        ({"profile": ELSEWHERE, "checklist": ELSEWHERE, "type": "package"}, None),
        ({"schema": {**FIELDS, "profile": ELSEWHERE, "$schema": ELSEWHERE}}, None),
    ],
)
def test_nothing_is_fetched_that_a_description_names(tmp_path, asked, resource, said):
    folder = package(tmp_path, resource, profile=ELSEWHERE, sources=[{"path": ELSEWHERE}])
    try:
        faults = find_faults(folder)
    except DataError as error:
        faults = error.faults
    assert [said in str(fault) for fault in faults] == ([True] if said else [])
    assert asked == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * DEEP, "nested too deep"),
        ('{"resources": ' * DEEP, "nested too deep"),
        (f'{{"resources": {DIGITS}}}', "Exceeds the limit"),
    ],
    ids=["lists", "objects", "digits"],
)
def test_a_description_that_python_cannot_read(tmp_path, text, said):
    (tmp_path / "datapackage.json").write_text(text, encoding="utf-8")
    assert said in only_fault(read_descriptor, tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = " + "[" * DEEP, "nested too deep"),
        (".".join("a" * 20_000) + " = 1", "nested too deep"),
        (f"a = {DIGITS}", "Exceeds the limit"),
    ],
    ids=["lists", "keys", "digits"],
)
def test_toml_that_python_cannot_read(text, said):
    assert said in only_fault(toml.parse_toml, text, "study.toml")


@pytest.mark.parametrize("pattern", ["(1+)+$", "1?" * 50 + "1"])
def test_a_pattern_that_would_hang_is_one_line(tmp_path, monkeypatch, pattern):
    monkeypatch.setattr(matching, "SECONDS", 0.2)
    field = {"name": "id", "type": "string", "constraints": {"pattern": pattern}}
    folder = package(tmp_path, {"schema": {"fields": [field]}})
    assert find_faults(folder) == []
    (folder / "a.csv").write_text(f"id\n{'1' * 50}!\n", encoding="utf-8")
    (fault,) = find_faults(folder)
    assert fault.value == pattern
    assert "resource a: the pattern of id takes too long to match" in str(fault)


@pytest.mark.parametrize("pattern", ["(", "[", "(?P<a>x)(?P<a>y)"])
def test_a_pattern_that_is_none_is_one_line(tmp_path, pattern):
    with pytest.raises(PatternError, match="is not a regular expression"):
        matches(pattern, ["x"])
    field = {"name": "id", "type": "string", "constraints": {"pattern": pattern}}
    (fault,) = find_faults(package(tmp_path, {"schema": {"fields": [field]}}))
    assert "the pattern of id is not a regular expression" in str(fault)


@pytest.mark.parametrize("pattern", ["[a-z]+", "(ab|a)*b?", "(?:a|b){2}", "a*b*", "", "ä|ö"])
def test_patterns_match_whole_texts_wherever_they_are_tried(pattern):
    import re

    texts = ["", "a", "ab", "aab", "abab", "ba", "a\n", "ä", "ab c"]
    assert matches(pattern, texts) == [bool(re.fullmatch(pattern, text)) for text in texts]


@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_a_table_has_no_more_columns_than_a_sheet(tmp_path, ending):
    path = tmp_path / f"wide.{ending}"
    names = [f"c{number}" for number in range(raw.MOST_COLUMNS + 1)]
    separator = {"csv": ",", "tsv": "\t"}[ending]
    path.write_text(f"{separator.join(names)}\n", encoding="utf-8")
    assert "has 16385 columns; a table has 16384 at most" in only_fault(read_table, path)
    path.write_text(f"{separator.join(names[:200])}\n{separator.join('1' * 200)}\n")
    table = read_table(path)
    lacking = only_fault(raw.require_columns, table, ["week"])
    assert lacking.endswith(", c98, c99 and 100 more")


@pytest.mark.parametrize("cell", ["", '""', "a"])
def test_columns_without_names_are_counted_too(tmp_path, cell):
    path = tmp_path / "wide.csv"
    path.write_text(f"{','.join([cell] * (raw.MOST_COLUMNS + 1))}\nx\n", encoding="utf-8")
    assert "has 16385 columns; a table has 16384 at most" in only_fault(read_table, path)
    path.write_text(f"{','.join([cell] * raw.MOST_COLUMNS)}\nx\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:  # for something else
        read_table(path)
    assert not [fault for fault in caught.value.faults if "columns; a table has" in str(fault)]


def test_a_long_text_in_toml_is_not_read(monkeypatch):
    monkeypatch.setattr(toml, "_MOST_CHARACTERS", 10)
    assert toml.parse_toml("a = 123456", "study.toml") == {"a": 123456}
    refused = only_fault(toml.parse_toml, "a = 1234567", "study.toml")
    assert refused == "study.toml: has 11 characters; at most 10 are read as TOML"


def test_a_file_that_unpacks_to_all_the_memory_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(packed, "_ALWAYS", 20_000)
    text = "id,week\n" + "1,0\n" * 5_000
    path = tmp_path / "visits.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    assert packed.most_unpacked(path.stat().st_size) < len(text)
    assert packed.TOO_LARGE in only_fault(read_table, path)
    path.write_bytes(gzip.compress(text[:20_000].encode()))
    assert len(read_table(path)) == 4_998
    path.write_bytes(gzip.compress(text[:20_001].encode()))
    assert packed.TOO_LARGE in only_fault(read_table, path)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("name", [b"", b"n" * 3_000_000 + b"\0"])
def test_a_compressed_file_without_content_for_long_is_not_read(tmp_path, before, name):
    path, text = tmp_path / "visits.csv.gz", gzip.compress(b"id,week\n1,0\n", mtime=0)
    few, empty = 2_000, gzip.compress(b"", mtime=0)
    many = bytes([*empty[:3], 8, *empty[4:10]]) + name + empty[10:] if name else empty * 120_000
    for nothing, whole in ((empty * few, True), (many, False)):
        path.write_bytes(nothing + text if before else text + nothing)
        if whole:
            assert read_table(path).cells["week"].tolist() == ["0"]
        else:
            line = "visits.csv.gz: has 2 MB in a row without content (gzip); it is not read"
            assert only_fault(read_table, path).endswith(line)


@pytest.mark.parametrize("between", [b"", gzip.compress(b"", mtime=0)])
def test_a_file_of_many_members_is_read(tmp_path, between):
    """Such as a log whose every line was compressed on its own: most of it are headers."""
    path, member = tmp_path / "visits.csv.gz", between + gzip.compress(b"1,0\n", mtime=0)
    count = 2**21 // len(member) + 1  # more bytes than may be without content
    path.write_bytes(gzip.compress(b"id,week\n") + count * member)
    assert len(read_table(path)) == count


def test_content_that_cannot_be_compressed_is_read(tmp_path):
    noise = random.Random(1).randbytes(3_000_000).hex()
    path = tmp_path / "visits.csv.gz"
    cells = [noise[at : at + 60_000] for at in range(0, len(noise), 60_000)]
    packed_text = gzip.compress(f"id\n{chr(10).join(cells)}\n".encode(), compresslevel=0)
    assert len(packed_text) > 5_000_000
    path.write_bytes(packed_text)
    assert len(read_table(path)) == len(cells)


def with_sheet(path, change):
    """Change the text of the first sheet of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = change(parts[name])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)


def test_a_workbook_that_unpacks_to_all_the_memory_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(packed, "_ALWAYS", 100_000)
    path = tmp_path / "visits.xlsx"
    write_workbook(pd.DataFrame({"week": [0]}), path)
    with_sheet(path, lambda text: text.replace(b"<sheetData>", b"<sheetData>" + b" " * 3_000_000))
    assert packed.TOO_LARGE in only_fault(read_table, path)


def test_a_cell_far_away_is_one_line(tmp_path):
    path = tmp_path / "visits.xlsx"
    write_workbook(pd.DataFrame({"week": [0, 4]}), path)
    last = {b'<row r="3"': b'<row r="1048576"', b'r="A3"': b'r="XFD1048576"'}
    for old, new in last.items():
        with_sheet(path, lambda text: text.replace(old, new))  # noqa: B023 - called at once
    assert "far from the table; delete those rows and columns" in only_fault(read_table, path)


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory):
    """The parts of a file of one cohort."""
    path = tmp_path_factory.mktemp("ensemble") / "ensemble.npz"
    Ensemble.of([Ensemble.read().cohort(0)]).write(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def stored(array):
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


def header(shape, kind="<i2"):
    """The header of an array, without the array."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("patients.npy", header((10**9, 10**9, 10))),
        ("patients.npy", header((2,)) + bytes(4)),
        ("patients.npy", header((2,), "|O") + bytes(16)),
        ("patients.npy", b"\x93NUMPY\x09\x00"),
        ("patients.npy", b""),
        ("events.npy", stored(np.array([1]))),
        ("events.npy", stored(np.zeros((0, 2), np.int8))),
        ("starts.npy", stored(np.array([0, 2**31 - 1]))),
        ("starts.npy", stored(np.array([5, 0]))),
        ("seen.npy", stored(np.array(["text"]))),
        ("synthetic.npy", stored(np.array("[" * DEEP))),
        ("synthetic.npy", stored(np.array("[1]"))),
        ("synthetic.npy", stored(np.array(f'{{"version": 1, "seed": {DIGITS}}}'))),
        ("synthetic.npy", stored(np.array('{"version": 1, "seed": 1, "mmt_max": 1e999}'))),
    ],
)
def test_an_ensemble_that_is_damaged_is_one_line(tmp_path, ensemble, part, content):
    path = tmp_path / "ensemble.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for name, kept in {**ensemble, part: content}.items():
            archive.writestr(name, kept)
    assert "is not an ensemble of synthetic cohorts" in only_fault(Ensemble.read, path)


def test_an_ensemble_that_unpacks_to_all_the_memory_is_not_read(tmp_path, ensemble, monkeypatch):
    monkeypatch.setattr("tisstats.synthetic.ensemble._MOST_BYTES", 1_000)
    path = tmp_path / "ensemble.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for name, kept in ensemble.items():
            archive.writestr(name, kept)
    assert "it unpacks to more than" in only_fault(Ensemble.read, path)


def test_an_event_without_a_label_is_one_line(tmp_path, ensemble):
    path = tmp_path / "ensemble.npz"
    about = json.loads(str(np.load(io.BytesIO(ensemble["synthetic.npy"])).item()))
    changed = stored(np.array(json.dumps({**about, "words": []})))
    with zipfile.ZipFile(path, "w") as archive:
        for name, kept in {**ensemble, "synthetic.npy": changed}.items():
            archive.writestr(name, kept)
    assert "cohort 0 is damaged" in only_fault(patient_level_data, str(path))


def test_the_number_of_a_cohort_may_have_any_number_of_digits():
    assert "cohort must be 0 to 999, got 9" in only_fault(patient_level_data, DIGITS)


VISITS = """\
patient_id,week,physician_global,patient_global,mmt,haq,extramuscular,ck,note
007,0,3.8,6.1,211,2.0,2.2,1199,- none
007,9,2.0,3.0,240,1.0,1.0,300,+12
"""


FORMULAS = ["=1+1", "@SUM(1)", "+cmd|' /C calc'!A0", "-2+3+f(1)", "\t=1", "＝1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_formula_gets_into_text_that_a_spreadsheet_opens(tmp_path, formula):
    visits, scored = tmp_path / "visits.csv", tmp_path / "scored.csv"
    options = ["--mmt-max", "260", "--uln", "ck=170", "-o"]
    visits.write_text(VISITS.replace("007,9", f"{formula},9"), encoding="utf-8")
    done = called("score", visits, *options, scored)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"row 3, column patient_id, value {formula!r}: would be run as a formula" in line
    assert not scored.exists()
    # In a workbook text stays text.
    assert called("score", visits, *options, tmp_path / "scored.xlsx").returncode == 0
    cells = openpyxl.load_workbook(tmp_path / "scored.xlsx").active["A"]
    assert {cell.data_type for cell in cells} == {"s"}
    visits.write_text(VISITS, encoding="utf-8")
    assert called("score", visits, *options, scored).returncode == 0


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_name_of_a_column_that_is_a_formula_gets_into_text(tmp_path, formula):
    visits, scored = tmp_path / "visits.csv", tmp_path / "scored.csv"
    visits.write_text(VISITS.replace("note", formula), encoding="utf-8")
    options = ["--mmt-max", "260", "--uln", "ck=170", "-o"]
    done = called("score", visits, *options, scored)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "row 1, column" in line
    assert "as a name, would be run as a formula" in line
    assert not scored.exists()


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("ending", TEXT_FORMATS)
def test_no_table_is_written_as_text_with_a_formula(tmp_path, formula, ending):
    path = tmp_path / f"table{ending}"
    table = pd.DataFrame({"Group": ["A", formula], formula: [-1.5, 2]})
    with pytest.raises(DataError) as caught:
        write_table(table, path)
    header, cell = caught.value.faults
    assert (header.row, header.column, header.value) == (1, formula, formula)
    assert (cell.row, cell.column, cell.value) == (3, "Group", formula)
    assert list(tmp_path.iterdir()) == []
    write_table(table.assign(Group="A").rename(columns={formula: "change"}), path)
    assert read_table(path).cells["change"].astype(float).tolist() == [-1.5, 2]


def test_an_arm_that_is_a_formula_is_refused_where_text_is_written(tmp_path):
    study = make_study(10, arms=("active", "control"), seed=3)
    study.description = study.description.replace('active = "', 'active = "=1+1 ')
    folder = study.write(tmp_path / "study")
    assert '"=1+1 ' in study.description
    out = tmp_path / "choices.csv"
    done = called("sensitivity", folder, "-o", out)
    assert done.returncode == 1
    assert not out.exists()
    lines = done.stderr.splitlines()
    refused = [line for line in lines if line.startswith(str(out))]
    assert refused
    assert all("value '=1+1 " in line and RUN in line for line in refused)
    assert called("sensitivity", folder, "-o", tmp_path / "choices.xlsx").returncode == 0


@pytest.mark.parametrize("formula", FORMULAS)
def test_analysis_data_sets_as_csv_hold_no_formula(tmp_path, formula):
    study = make_study(4, seed=3)
    for row in [*study.patients, *study.visits, *study.treatments, *study.adverse_events]:
        if row["patient_id"] == "P001":
            row["patient_id"] = formula
    folder = study.write(tmp_path / "study")
    done = called("export", folder, "--format", "csv", "-o", tmp_path / "adam")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines
    # Text files of data sets have no white space at their ends.
    assert all("column SUBJID" in line and formula.strip() in line for line in lines)
    assert not (tmp_path / "adam").exists()


def test_claims_as_csv_hold_no_formula():
    printed = PublishedFacts.read(ROOT / "data" / "published")
    evaluation, *_ = lim2021.evaluate_ledger(printed).with_verdict("stated")
    bad = replace(evaluation, claim=replace(evaluation.claim, quantity="=cmd|' /C calc'!A0"))
    assert as_csv([evaluation]).startswith("id,")
    fault = only_fault(as_csv, [bad])
    assert "row 2, column quantity" in fault
    assert RUN in fault


def test_numbers_and_remarks_are_no_formulas():
    texts = ["007", "+12", "-1.5e3", "-", "- none", "a=b", "", " =1", None, 3.5]
    texts += ["+3.0 (+60%)", "-0.5 (-1.2 to 0.3)", "+2.7e6 (3)", "-e", "- (none)"]
    assert not are_formulas(pd.Series(texts, dtype=object)).any()


@pytest.mark.parametrize("row", [1, 2])
def test_far_too_many_cells_are_counted_before_each_is_checked(tmp_path, monkeypatch, row):
    monkeypatch.setattr(faults, "find_with_care", lambda *_: pytest.fail("takes minutes"))
    lines = ["id", "1"]
    lines[row - 1] += ",x" * 20_000
    (package(tmp_path) / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    (fault,) = find_faults(tmp_path)
    said = {1: "the columns must be id", 2: "the row has 20001 cells; it must have 1"}
    assert (fault.row, fault.message) == (row, said[row])
    assert len(str(fault)) < 1_000


def test_a_few_cells_too_many_are_checked_as_before(tmp_path):
    most = faults._MOST_EXTRA
    for extra in (1, most, most + 1):
        (package(tmp_path) / "a.csv").write_text(f"id\n1{',x' * extra}\n", encoding="utf-8")
        said = f"row 2: the row has {extra + 1} cells; it must have 1"
        assert said in only_fault(read_tables, tmp_path)


def test_so_many_columns_are_described_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr(descriptor, "_MOST_COLUMNS", 3)
    fields = [{"name": f"c{number}", "type": "string"} for number in range(4)]
    (package(tmp_path, {"schema": {"fields": fields[:3]}}) / "a.csv").write_text("c0,c1,c2\n")
    assert find_faults(tmp_path) == []
    package(tmp_path, {"schema": {"fields": fields}})
    said = "resource 1: describes 4 columns; at most 3 are checked"
    assert said in only_fault(find_faults, tmp_path)


@pytest.mark.parametrize(
    ("constraints", "more"),
    [
        ({"pattern": "x" * 1_000_000}, {}),
        ({"enum": [str(number) for number in range(10_000)]}, {}),
        ({}, {"encoding": "x" * 1_000_000}),
    ],
)
def test_what_a_description_says_at_length_is_cut_in_messages(tmp_path, constraints, more):
    field = {"name": "id", "type": "string", "constraints": constraints}
    package(tmp_path, {"schema": {"fields": [field]}, **more})
    (tmp_path / "a.csv").write_text("id\n-1\n", encoding="utf-8")
    assert " characters)" in only_fault(read_tables, tmp_path)


def test_a_fault_is_one_line_whatever_it_names():
    unseen = "\u202e\u2066\u200b\ufeff\xad\U000e0041"
    fault = Fault(f"a\n{unseen}.csv", "b\u2028c" + "d" * 10_000, 1, "e\x1b[2J" + "f" * 1_000, "g\n")
    shown = str(fault)
    assert len(shown.splitlines()) == 1
    assert shown.isprintable()
    assert len(shown) < 5_000


@pytest.mark.parametrize("joiner", "\u200c\u200d")
def test_what_the_spelling_of_a_language_needs_is_shown(joiner):
    assert str(Fault(f"a{joiner}b.csv", "is empty")) == f"a{joiner}b.csv: is empty"


#: A name that steers a terminal, turns the direction of text and is not in UTF-8.
NAME = os.fsdecode(b"n\xff\x1b[2J\n\xe2\x80\xae")
SHOWN = r"n\udcff\x1b[2J\n\u202e"


@pytest.mark.skipif(os.name == "nt", reason="the system permits no such names")
@pytest.mark.parametrize(
    ("name", "encoding"), some(product([NAME, "größe"], ["utf-8", "ascii"]), 2)
)
def test_a_folder_of_any_name_is_written_and_named(tmp_path, name, encoding):
    done = subprocess.run(
        [sys.executable, "-m", "tisstats.cli", "new", name],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    printed = done.stdout.decode(encoding)
    german = "größe" if encoding == "utf-8" else r"gr\xf6\xdfe"
    assert (SHOWN if name == NAME else german) in printed
    assert printed.replace("\n", "").isprintable()
    (folder,) = tmp_path.iterdir()
    assert folder.name == name


def test_a_study_of_any_name_is_checked(tmp_path):
    folder = make_study(4, seed=3).write(tmp_path / NAME)
    done = called("check", folder)
    assert done.returncode == 0
    assert f"{SHOWN} is a valid study: 4 patients" in done.stdout


def test_claims_in_a_terminal_do_not_steer_it():
    printed = PublishedFacts.read(ROOT / "data" / "published")
    evaluation, *_ = lim2021.evaluate_ledger(printed).with_verdict("stated")
    bad = replace(evaluation, claim=replace(evaluation.claim, quantity="\x1b[2J\u202equantity"))
    shown = as_table([bad])
    assert r"\x1b[2J\u202equantity" in shown
    assert shown.replace("\n", "").isprintable()


def test_of_very_many_faults_the_first_are_printed(capsys):
    print_errors([f"fault {number}" for number in range(1_000)])
    whole = capsys.readouterr().err
    assert whole.splitlines()[-1] == "fault 999"
    print_errors([f"fault {number}" for number in range(1_002)])
    assert capsys.readouterr().err == f"{whole}and 2 more\n"


ENDLESS = Path("/proc/self/pagemap")


@pytest.mark.skipif(not ENDLESS.exists(), reason="the system has no such file")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("datapackage.json", ["check", "."]),
        ("a.csv", ["check", "."]),
        ("study.toml", ["check", "."]),
        ("study.toml", ["export", ".", "-o", "out"]),
        ("study.toml", ["book", "--cohort", "."]),
        ("v.csv", ["score", "v.csv", "--mmt-max", 260, "--uln", "ck=170"]),
        ("v.parquet", ["score", "v.parquet", "--mmt-max", 260, "--uln", "ck=170"]),
        ("m.toml", ["score", "a.csv", "--map", "m.toml", "--mmt-max", 260, "--uln", "ck=170"]),
        ("synthetic_ensemble.npz", ["book", "--cohort", ".", "--source", ROOT]),
        ("b.csv", ["bounds", "--only", "tis_zero", "-o", "b.csv"]),
    ],
)
def test_a_file_of_the_system_that_has_no_end_is_not_read(tmp_path, name, words):
    if name != "synthetic_ensemble.npz":
        package(tmp_path)
    (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / name).symlink_to(ENDLESS)
    done = called(*words, cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert len(done.stderr.splitlines()) == 1
    assert f"{name}: is no" in done.stderr
    assert " regular file" in done.stderr


@pytest.mark.skipif(not ENDLESS.exists(), reason="the system has no such file")
@pytest.mark.parametrize("name", ["adsl.csv", "adsl.json", "define.csv"])
def test_a_data_set_without_an_end_is_not_read(tmp_path, name):
    (tmp_path / "adqs.csv").write_text("USUBJID\nX-1\n", encoding="utf-8")
    (tmp_path / name).symlink_to(ENDLESS)
    said = only_fault(read_analysis_datasets, tmp_path)
    assert said == f"{tmp_path / name}: is not a regular file"


@pytest.mark.parametrize("name", ["study.toml", "datapackage.json"])
def test_a_description_larger_than_any_is_not_read(tmp_path, monkeypatch, name):
    monkeypatch.setattr(toml, "_MOST_CHARACTERS", 10)
    monkeypatch.setattr(descriptor, "_MOST_BYTES", 40)
    (tmp_path / name).write_bytes(b" " * 41)
    done = called("check", tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "has 41 bytes" in done.stderr or "has more than 40 bytes" in done.stderr


def test_a_lack_of_memory_is_told_in_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "read_descriptor", lambda _: bytearray(1 << 62))
    done = called("check", package(tmp_path))
    assert (done.returncode, done.stderr) == (1, "tisstats check: there is not enough memory\n")


@pytest.mark.parametrize(
    ("name", "limit", "said"),
    [
        ("primaryKey", "_MOST_KEYS", "primaryKey has 3 entries; at most 2"),
        ("foreignKeys", "_MOST_KEYS", "foreignKeys has 3 entries; at most 2"),
        ("missingValues", "_MOST_KEYS", "missingValues has 3 entries; at most 2"),
        ("enum", "_MOST_VALUES", "at most 2 values in its enum, got 3"),
        ("resources", "_MOST_FILES", "describes 3 files; at most 2"),
    ],
)
def test_lists_that_would_take_long_to_check_are_limited(tmp_path, monkeypatch, name, limit, said):
    monkeypatch.setattr(descriptor, limit, 2)
    for entries in (2, 3):
        given = [str(number) for number in range(entries)]
        field = {"name": "id", "type": "string", "constraints": {"enum": given}}
        files = [{"name": each, "path": "a.csv", "schema": FIELDS} for each in given]
        schema = {"fields": [field]} if name == "enum" else {**FIELDS, name: given}
        folder = package(tmp_path, None if name == "resources" else {"schema": schema})
        if name == "resources":
            (folder / "datapackage.json").write_text(json.dumps({"resources": files}))
        if entries == 2:
            read_descriptor(folder)
        else:
            assert said in only_fault(read_descriptor, folder)


@pytest.mark.parametrize("fields", [{}, {"fields": []}])
def test_a_reference_names_its_fields(tmp_path, fields):
    key = {**fields, "reference": {"resource": "b", **fields}}
    folder = package(tmp_path, {"schema": {**FIELDS, "foreignKeys": [key]}})
    said = f"resource 1: a foreign key must name its fields, got {json.dumps(key)}"
    assert only_fault(read_descriptor, folder) == f"{folder / 'datapackage.json'}: {said}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('id\n1\n"2\n3\n', "a.csv: cannot be read as CSV; is a quotation mark not closed?"),
        ("id\n1\n2\0\n", "a.csv, row 3: has a null character; remove it"),
    ],
)
def test_what_one_reader_takes_and_another_does_not_is_one_line(tmp_path, text, said):
    (package(tmp_path) / "a.csv").write_text(text, encoding="utf-8")
    assert said in only_fault(read_tables, tmp_path)


def test_a_line_break_in_a_name_makes_no_second_line(tmp_path):
    folder = tmp_path / "my\nbook"
    folder.mkdir()
    done = called("book", "--source", folder)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert r"my\nbook is not a book project" in line


@pytest.mark.parametrize("sign", ["n", "ü"])
def test_outputs_may_have_names_as_long_as_the_system_permits(tmp_path, sign):
    name = sign * (250 // len(sign.encode()))
    folder = tmp_path / name
    assert called("new", folder).returncode == 0
    assert (folder / "study.toml").is_file()
    visits, output = tmp_path / "visits.csv", tmp_path / f"{name}.csv"
    visits.write_text(VISITS, encoding="utf-8")
    done = called("score", visits, "--mmt-max", 260, "--uln", "ck=170", "-o", output)
    assert done.returncode == 0, done.stderr
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {name, output.name, visits.name}
