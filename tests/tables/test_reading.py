"""Files of every format: read the same, written and read back, and 40 broken ones."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import re
import sys
import tempfile
import zipfile
from decimal import Decimal
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from tests.cases import examples
from tests.tables.conftest import fault_lines
from tisstats.errors import DataError
from tisstats.tables import (
    FORMATS,
    FormatError,
    ReadOptions,
    TableSource,
    batches,
    delimited,
    file_format,
    match_columns,
    normalise_name,
    numbers,
    read_table,
    require_columns,
    resolve_decimals,
    text_values,
    write_table,
)
from tisstats.tables import workbook as workbook_limits
from tisstats.tables.decimals import detect_decimal_mark
from tisstats.tables.delimited import parse_delimited
from tisstats.tables.formulas import is_formula
from tisstats.tables.reading import RawTable

ROWS = [["patient_id", "week", "haq", "site"], ["007", "0", "2.0", "A"], ["007", "9", "", "Köln"]]
PLAIN = "".join(",".join(row) + "\n" for row in ROWS)


def cells(raw):
    """All cells as text, the header first."""
    frame = raw.cells
    return [list(frame.columns), *(list(text_values(row).values) for _, row in frame.iterrows())]


# Formats


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("visits.csv", PLAIN, {}),
        ("visits.CSV", "\ufeff" + PLAIN, {}),
        ("visits.csv", PLAIN.replace("\n", "\r\n"), {}),
        ("visits.csv", PLAIN.replace("\n", "\r"), {}),
        ("visits.csv", PLAIN.replace(",", ";"), {}),
        ("visits.csv", PLAIN.rstrip("\n"), {}),
        ("visits.csv", PLAIN.replace("A", '"A"'), {}),
        ("visits.tsv", PLAIN.replace(",", "\t"), {}),
        ("visits.tsv", PLAIN, {}),
        ("visits.csv", PLAIN.replace(",", "|"), {}),
        ("visits.csv.gz", PLAIN, {}),
        ("visits.tsv.gz", PLAIN.replace(",", "\t"), {}),
        ("visits.csv", PLAIN.encode("latin-1"), {"encoding": "latin-1"}),
        ("visits.csv.gz", PLAIN.encode("cp1252"), {"encoding": "cp1252"}),
        ("visits.csv", PLAIN.encode("utf-16"), {"encoding": "utf-16"}),
    ],
)
def test_text_of_every_kind_is_read_the_same(file, name, content, options):
    raw = read_table(file(name, content), ReadOptions(**options))
    assert cells(raw) == ROWS
    assert raw.source.lines.tolist() == [2, 3]


def test_a_name_of_a_column_may_have_line_breaks(file, workbook):
    given = file("visits.csv", 'patient_id,"haq\n(0-3)",site\nA,1,x\nB,2,y\n')
    raw = read_table(given)
    assert list(raw.cells) == ["patient_id", "haq (0-3)", "site"]
    assert raw.source.lines.tolist() == [3, 4]
    assert list(read_table(workbook([["haq\r\n (0-3)"], [1]])).cells) == ["haq (0-3)"]
    for name in ('site"', '5" note', 'a "b" c"'):  # a sign of its own
        raw = read_table(file("visits.csv", f"patient_id,haq,{name}\nA,1,x\nB,2,y\n"))
        assert list(raw.cells) == ["patient_id", "haq", name]
        assert (raw.cells["patient_id"].tolist(), raw.source.lines.tolist()) == (["A", "B"], [2, 3])
    rows = "".join(f"P{number},1,x\n" for number in range(3_000))
    assert len(read_table(file("visits.csv", f'patient_id,haq,note"\n{rows}'))) == 3_000
    begun = 'patient_id,"haq\nA,1\n'
    for text in (begun, begun + 'B,"\n', begun + "B,2\n" * 50, begun + 'B,2"\nC,3\n'):
        with pytest.raises(
            DataError, match=r"v\.csv, row 1: .*(cannot be read as CSV|not closed\?)"
        ):
            read_table(file("v.csv", text))


def test_very_many_empty_rows_are_refused(file, monkeypatch):
    monkeypatch.setattr(delimited, "_MOST_EMPTY", 3)
    head = "patient_id,week\nA,0\n"
    assert read_table(file("visits.csv", f"{head}\n\n\n")).remarks == ("3 empty rows skipped",)
    with pytest.raises(DataError, match=r"has more than 3 empty rows; remove them"):
        read_table(file("visits.csv", f"{head}\n\n,\n\n"))


def test_a_workbook_is_read_with_its_types(workbook):
    moment, later = dt.datetime(2020, 4, 3), dt.datetime(2020, 4, 3, 8, 30)
    names = ["Patient ID", "week", "seen", "taken", "ok"]
    path = workbook([names, ["007", 0, moment, moment, True], [8, 9.5, None, later]])
    raw = read_table(path)
    assert raw.cells.astype(object).to_numpy().tolist() == [
        ["007", 0, dt.date(2020, 4, 3), moment, True],  # a date unless a cell has a time
        [8, 9.5, None, later, None],
    ]
    write_table(raw.cells, path.with_suffix(".csv"))
    assert "\n007,0,2020-04-03,2020-04-03 00:00:00,True\n" in path.with_suffix(".csv").read_text()
    assert raw.source.file == "visits.xlsx"
    assert raw.source.lines.tolist() == [2, 3]
    assert raw.remarks == ()


def test_parquet_is_read_with_its_types(tmp_path):
    table = pd.DataFrame({"patient_id": [7.0, 8.0], "ck": [Decimal("2.8"), None]})
    table.to_parquet(tmp_path / "visits.parquet")
    raw = read_table(tmp_path / "visits.parquet")
    assert text_values(raw.cells["patient_id"]).values.tolist() == ["7", "8"]
    assert numbers(raw.cells["ck"]).values.tolist()[0] == pytest.approx(2.8)
    assert raw.source.line(1) == 3


class Stream(io.StringIO):
    """A standard input whose bytes can be read."""

    def __init__(self, content):
        super().__init__()
        self.buffer = io.BytesIO(content)


def test_standard_input_and_output(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", Stream(PLAIN.replace(",", ";").encode("latin-1")))
    raw = read_table(Path("-"), ReadOptions(encoding="latin-1"))
    assert cells(raw) == ROWS
    assert raw.source.file == "standard input"
    write_table(raw.cells, Path("-"))
    assert capsys.readouterr().out == PLAIN


def test_the_format_is_that_of_the_ending():
    for ending in FORMATS:
        assert file_format(Path(f"a.b/My Visits{ending.upper()}")) == ending
    for name in ("visits", "visits.xls", "visits.gz", "visits.csv.zip", ".csv", "csv"):
        with pytest.raises(FormatError, match=r"the name must end in \.csv, \.tsv"):
            file_format(Path(name))


@pytest.mark.parametrize(("library", "name"), [("pyarrow", "a.parquet"), ("openpyxl", "a.xlsx")])
def test_a_library_that_is_not_installed_is_named(monkeypatch, library, name):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ModuleNotFoundError, match=f"needs {library}: pip install {library}") as hit:
        file_format(Path(name))
    assert hit.value.name == library


# Written and read back

#: Text that spreadsheets can hold; lone line ends are turned into others by XML and CSV alike.
TEXT = st.text(
    st.characters(
        min_codepoint=32, exclude_characters="\x7f", exclude_categories=("Cs", "Cc", "Cn")
    ),
    max_size=6,
)
CELLS = TEXT.filter(lambda text: text == text.strip() and "_x" not in text)


@examples(12)  # each writes six files
@given(st.lists(st.tuples(CELLS.filter(bool), CELLS, CELLS), min_size=1, max_size=6))
def test_text_is_read_back_as_it_was_written(rows):
    with tempfile.TemporaryDirectory() as folder:
        for ending in FORMATS:
            path, of_text = Path(folder) / f"table{ending}", ending not in (".xlsx", ".parquet")
            names = ["patient_id", "1+1" if of_text else "=1+1", "Größe, cm;"]
            table = pd.DataFrame(rows, columns=names, dtype=object)
            if of_text and any(map(is_formula, chain.from_iterable(rows))):
                with pytest.raises(DataError, match="run as a formula by a spreadsheet"):
                    write_table(table, path)
                assert not path.exists()
            else:
                write_table(table, path)
                assert cells(read_table(path)) == [names, *map(list, rows)]


@examples(12)  # each writes six files
@given(
    st.lists(
        st.tuples(
            st.integers(-(2**53), 2**53),
            st.none() | st.floats(-1e300, 1e300),
            st.booleans(),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_numbers_are_read_back_to_the_last_bit_and_from_workbooks_to_16_digits(rows):
    table = pd.DataFrame(rows, columns=["week", "ck", "serious"])
    table["ck"] = table["ck"].astype(float) + 0.0  # -0.0 has no text of its own in a spreadsheet
    with tempfile.TemporaryDirectory() as folder:
        for ending in FORMATS:
            path = Path(folder) / f"table{ending}"
            write_table(table, path)
            raw = read_table(path)
            weeks = numbers(raw.cells["week"], whole=True).values
            assert weeks.tolist() == table["week"].tolist()
            back = numbers(raw.cells["ck"]).values.to_numpy(dtype=float)
            if ending == ".xlsx":
                np.testing.assert_allclose(back, table["ck"], rtol=1e-15)
            else:
                assert back.tobytes() == table["ck"].to_numpy().tobytes()
            assert [str(each).lower() for each in raw.cells["serious"]] == [
                str(row[2]).lower() for row in rows
            ]


@given(
    st.lists(
        st.lists(st.text('ab1.,; "\n\t', max_size=3), min_size=3, max_size=3),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_the_fast_parser_reads_what_the_csv_module_reads(rows, separator, end):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=end).writerows([["x", "y", "z"], *rows])
    expected = [row for row in rows if any(cell.strip() for cell in row)]
    raw = parse_delimited(text.getvalue(), "visits.csv")
    assert raw.cells.to_numpy(dtype=object).tolist() == expected


def test_line_ends_in_cells_are_kept(tmp_path):
    table = pd.DataFrame({"site": ["a\rb", "a\nb", "a\r\nb"], "ck": [1, 2, 3]}, dtype=object)
    for ending in (".csv", ".tsv", ".csv.gz", ".parquet"):
        if ending == ".parquet":
            table = table.astype({"ck": int})
        write_table(table, tmp_path / f"table{ending}")
        raw = read_table(tmp_path / f"table{ending}")
        assert raw.cells["site"].tolist() == table["site"].tolist()
        assert numbers(raw.cells["ck"]).values.tolist() == [1, 2, 3]


def test_compressed_files_have_the_same_bytes_every_time(tmp_path):
    table = pd.DataFrame({"tis": [40.0]})
    written = []
    for name in ("one.csv.gz", "two.csv.gz"):
        write_table(table, tmp_path / name)
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("table", "name", "said"),
    [
        (pd.DataFrame({"a": ["\x07"]}), "a.xlsx", "has a control character"),
        (pd.DataFrame({"a": ["x" * 32_768]}), "a.xlsx", "a cell has more than 32767 characters"),
        (pd.DataFrame({"a": np.zeros(1_048_576)}), "a.xlsx", "a sheet holds 1048576"),
        (
            pd.DataFrame({"a": [1, "x"]}, dtype=object),
            "a.parquet",
            r"^cannot be written as Parquet: \w",
        ),
    ],
)
def test_what_a_format_cannot_hold(tmp_path, table, name, said):
    with pytest.raises(FormatError, match=said):
        write_table(table, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


# Header


@pytest.mark.parametrize(
    "name", ["patient_id", "Patient ID", " PATIENT-ID ", "patient.id", "Patient  Id", "patient_id_"]
)
def test_names_of_columns_are_compared_without_case_and_separators(name):
    assert normalise_name(name) == "patient_id"


def test_other_signs_are_part_of_a_name(file):
    raw = read_table(file("visits.csv", "MMT,MMT %,MMT%,MMT?,MMT/8\n1,2,3,4,5\n"))
    assert list(match_columns(raw, ["mmt"]).cells.columns)[:2] == ["mmt", "MMT %"]


def test_columns_get_our_names_and_others_keep_theirs(file):
    raw = read_table(file("visits.csv", "SITE No,HAQ,Patient ID\nA,2,007\n"))
    matched = match_columns(raw, ["patient_id", "week", "haq"])
    assert list(matched.cells.columns) == ["SITE No", "haq", "patient_id"]
    fault = matched.verbatim().fault("must be below 3", 0, "haq")
    assert str(fault) == "visits.csv, row 2, column HAQ, value '2': must be below 3"
    (line,) = fault_lines(lambda: require_columns(matched, ["haq", "week"]))
    assert line == (
        "visits.csv, column week: there is no such column; the table has SITE No, HAQ, Patient ID"
    )


# Missing codes


def test_declared_codes_are_missing_and_counted(file, workbook):
    options = ReadOptions(missing_codes=("NA", "-9", "99"))
    raw = read_table(file("visits.csv", "patient_id,ck,site\nNA,-9,NA\n9,-9.0, NA \n"), options)
    assert cells(raw)[1:] == [["", "", ""], ["9", "-9.0", ""]]
    assert raw.remarks == (
        "3 cells read as missing (NA)",
        "1 cell read as missing (-9)",
        "0 cells read as missing (99)",
    )
    shown = raw.source.fault("must not be empty", 0, "patient_id")
    assert shown.value == "NA"
    raw = read_table(workbook([["id", "ck"], ["A", -9], ["B", -9.0], ["C", 9]]), options)
    assert raw.cells["ck"].tolist() == [None, None, 9]


def test_codes_that_are_not_declared_stay(file):
    assert cells(read_table(file("visits.csv", "id,ck\nNA,.\n")))[1:] == [["NA", "."]]


# Decimal marks


@pytest.mark.parametrize(
    ("text", "declared", "values"),
    [
        ("a;b\n1,5;2\n", None, ["1.5", "2"]),
        ("a;b\n1.5;2\n", None, ["1.5", "2"]),
        ("a;b\n1,199;2\n", ",", ["1.199", "2"]),
        ("a;b\n1.199;2\n", ".", ["1.199", "2"]),
        ('a,b\n"1,5",2\n', ",", ["1.5", "2"]),
        ('a,b\n"1,5",2\n', None, ["1,5", "2"]),
        ("a\tb\n+,\t,5\n", None, ["+,", ".5"]),
        ("a;b\n-1,5e3;.\n", None, ["-1,5e3", "."]),
        ("a;b\n-1,5e3;.\n", ",", ["-1.5e3", "."]),
    ],
)
def test_the_decimal_mark(file, text, declared, values):
    raw = read_table(file("visits.csv", text), ReadOptions(decimal=declared))
    resolved = resolve_decimals(raw, ["a", "b", "c"])
    assert resolved.cells.to_numpy().tolist() == [values]


def test_numbers_typed_in_a_workbook_need_no_mark(workbook):
    raw = read_table(workbook([["a", "b"], [1.199, "2,5"], [2, None]]))
    resolved = resolve_decimals(raw, ["a", "b"])
    assert resolved.cells.to_numpy().tolist() == [[1.199, "2.5"], [2, None]]
    assert resolved.source.fault("x", 0, "b").value == "2,5"


@pytest.mark.parametrize(
    ("text", "declared", "lines"),
    [
        (
            "ck;haq\n3.000;1,5\n",
            None,
            ["row 2, column ck, value '3.000': has a point in a file with decimal commas; write "
             "decimals with a comma, and thousands without any mark"],
        ),
        (
            "ck;haq\n1,199;2\n",
            None,
            ["row 2, column ck, value '1,199': ambiguous (1.199 or 1199): no other number shows "
             "whether the comma is decimal; write thousands without it, or decimals with other "
             "than three digits"],
        ),
        (
            "ck;haq\n1.199;1,200\n",
            None,
            ["row 2, column ck, value '1.199': ambiguous (1.199 or 1199): no other number shows "
             "whether the point is decimal; write thousands without it, or decimals with other "
             "than three digits",
             "row 2, column haq, value '1,200': ambiguous (1.2 or 1200): no other number shows "
             "whether the comma is decimal; write thousands without it, or decimals with other "
             "than three digits"],
        ),
        (
            "ck;haq\n1,5;2\n",
            ".",
            ["row 2, column ck, value '1,5': has a comma in a file with decimal points; write "
             "decimals with a point, and thousands without any mark"],
        ),
        (
            "ck;haq\n3.000;2\n",
            ",",
            ["row 2, column ck, value '3.000': has a point in a file with decimal commas; write "
             "decimals with a comma, and thousands without any mark"],
        ),
    ],
)  # fmt: skip
def test_a_number_that_may_be_two(file, text, declared, lines):
    raw = read_table(file("visits.csv", text), ReadOptions(decimal=declared))
    assert fault_lines(lambda: resolve_decimals(raw, ["ck", "haq"])) == [
        f"visits.csv, {line}" for line in lines
    ]


def test_declarations_are_checked():
    with pytest.raises(ValueError, match=r"decimal must be \. or ,"):
        ReadOptions(decimal="'")
    with pytest.raises(ValueError, match="date_format must have"):
        ReadOptions(date_format="DD/MM/YY")


# Broken files

HEAD = "patient_id,week,haq\n"


@pytest.mark.parametrize(
    ("name", "content", "options", "line"),
    [
        ("v.csv", "", {}, "v.csv: is empty"),
        ("v.csv", "\ufeff", {}, "v.csv: is empty"),
        ("v.csv", "\n" + HEAD, {}, "v.csv: the first line must name the columns"),
        ("v.csv", "SEP=;\nid;week\nA;0\n", {},
         "v.csv, row 1, value 'SEP=;': is a note for spreadsheets; remove this line, so that the "
         "first names columns"),
        ("v.csv", "sep=;\nid;week\nA;0\n", {},
         "v.csv, row 1, value 'sep=;': is a note for spreadsheets; remove this line, so that the "
         "first names columns"),
        ("v.csv", HEAD, {}, "v.csv: must have at least one row below the header, and has none"),
        (
            "v.tsv",
            HEAD + "\n,,\n",
            {},
            "v.tsv: must have at least one row below the header, and has none",
        ),
        ("v.csv", HEAD + "A,0\n", {}, "v.csv, row 2: the row has 2 cells; the header has 3"),
        ("v.csv", HEAD + "A,0,1\nB,0,1,2\n", {},
         "v.csv, row 3: the row has 4 cells; the header has 3"),
        ("v.csv", "# exported\n" + HEAD, {},
         "v.csv, row 2: the row has 3 cells; the header has 1; do other lines stand above the "
         "names of the columns?"),
        ("v.csv", '"",week\n1,0\n2,4\n', {},
         "v.csv, row 1: column 1 has cells and no name; name it or remove it (numbers of rows, "
         "which R writes: row.names = FALSE)"),
        ("v.csv", HEAD + '"A\n1",0,1\nB,0\n', {},
         "v.csv, row 4: the row has 2 cells; the header has 3"),
        ("v.csv", HEAD + "A,0,1\n\nB;0;1\n", {},
         "v.csv, row 4: the row has 1 cell; the header has 3"),
        ("v.csv", HEAD + 'A,0,1\n"B,0,1\n', {},
         "v.csv, row 3: cannot be read as CSV: unexpected end of data; is a quotation mark not "
         "closed, or are cells separated by something else?"),
        ("v.csv", HEAD + 'A,0,"1"x\n', {},
         "v.csv, row 2: cannot be read as CSV: ',' expected after '\"'; is a quotation mark not "
         "closed, or are cells separated by something else?"),
        ("v.csv", '"patient_id,week\nA,0\n', {},
         "v.csv, row 1: cannot be read as CSV: unexpected end of data"),
        ("v.csv", "id,Week,week \nA,0,0\n", {},
         "v.csv, row 1, column week: the header must have unique column names; another is 'Week'"),
        ("v.csv", "id;a b;A-B\nA;0;0\n", {},
         "v.csv, row 1, column A-B: the header must have unique column names; another is 'a b'"),
        ("v.csv", "id,ck,ck\nA,0,0\n", {},
         "v.csv, row 1, column ck: the header must have unique column names"),
        ("v.csv", "id,Köln\nA,0\n".encode("latin-1"), {},
         "v.csv: is not in UTF-8; save it as CSV in UTF-8, or give its encoding (--encoding, or "
         "encoding under [files] of study.toml)"),
        ("v.csv", "id,Köln\nA,0\n".encode("latin-1"), {"encoding": "ascii"},
         "v.csv: is not in ascii, the given encoding"),
        ("v.csv", b"PK\x03\x04\x80", {},
         "v.csv: is a workbook by its content; its name must end in .xlsx"),
        ("v.tsv", b"\x1f\x8b\x08", {},
         "v.tsv: is compressed (gzip) by its content; its name must end in .gz"),
        ("v.csv", b"PAR1", {},
         "v.csv: is Parquet by its content; its name must end in .parquet"),
        ("v.csv", b"\xd0\xcf\x11\xe0", {},
         "v.csv: is an old workbook (.xls) by its content; save it as .xlsx or CSV"),
        ("v.csv", PLAIN.encode("utf-16-le"), {}, "v.csv: is in UTF-16 by its content; declare the "
         "encoding utf-16-le (--encoding of tisstats score)"),
        ("v.tsv", PLAIN.encode("utf-16-be"), {}, "v.tsv: is in UTF-16 by its content; declare the "
         "encoding utf-16-be (--encoding of tisstats score)"),
        ("v.csv", HEAD + "A,0,1\n", {"sheet": "visits"},
         "v.csv, value 'visits': has no sheets, as only .xlsx has; leave the sheet out"),
        ("v.csv", "id,,\nA,0,1\n", {},
         "v.csv, row 1: columns 2, 3 have cells and no name; name them or remove them, or a title "
         "above the names"),
        ("v.parquet", "no parquet", {},
         "v.parquet: cannot be read as Parquet: "),
        ("v.xlsx", "no workbook", {},
         "v.xlsx: cannot be read as a workbook (.xlsx): File is not a zip file"),
        ("v.xlsx", b"\xd0\xcf\x11\xe0", {},  # an encrypted workbook begins so
         "v.xlsx: is an old workbook (.xls) or has a password; save it as .xlsx without one"),
    ],
)  # fmt: skip
def test_a_broken_file_is_one_clear_line(file, name, content, options, line):
    path = file(name, content)
    (found,) = fault_lines(lambda: read_table(path, ReadOptions(**options)))
    assert found.startswith(line)
    assert found == line or name == "v.parquet"
    assert "\n" not in found


def test_a_missing_file_and_one_that_is_not_compressed(file, tmp_path):
    (line,) = fault_lines(lambda: read_table(Path("nowhere.csv")))
    assert line == "nowhere.csv: there is no such file"
    file("plain.csv", PLAIN).rename("plain.csv.gz")
    (line,) = fault_lines(lambda: read_table(Path("plain.csv.gz")))
    assert line.startswith("plain.csv.gz: cannot be decompressed (gzip): Not a gzipped file")
    whole = (tmp_path / file("cut.csv.gz", PLAIN * 9)).read_bytes()
    Path("cut.csv.gz").write_bytes(whole[:-9])
    (line,) = fault_lines(lambda: read_table(Path("cut.csv.gz")))
    assert line.startswith("cut.csv.gz: cannot be decompressed (gzip): Compressed file ended")


TABLE = [["patient_id", "week"], ["A", 0], ["A", 9]]


def set_cell(place, value):
    def edit(book):
        book["visits"][place] = value

    return edit


@pytest.mark.parametrize(
    ("rows", "edit", "others", "sheet", "line"),
    [
        ([], None, {}, None, ": is empty"),
        (TABLE[:1], None, {}, None, ": must have at least one row below the header, and has none"),
        (TABLE, None, {"labs": TABLE}, None,
         ": has 2 sheets, 'visits', 'labs'; name the one to read: sheet in a mapping file, "
         "or --sheet of tisstats score"),
        (TABLE, None, {"labs": TABLE}, "lab",
         ", value 'lab': there is no such sheet; there are 'visits', 'labs'"),
        (TABLE, lambda book: book["visits"].merge_cells("A2:A3"), {}, None,
         ", row 2: cells A2:A3 are merged; every cell must have its own value"),
        (TABLE, set_cell("B3", "=B2+9"), {}, None,
         ", row 3, column week, value '=B2+9': is a formula without a stored value; open and save "
         "the file in a spreadsheet"),
        (TABLE, set_cell("B3", "#DIV/0!"), {}, None,
         ", row 3, column week, value '#DIV/0!': is an error of the spreadsheet; correct its "
         "formula, or leave the cell empty"),
        (TABLE, set_cell("D3", "a note"), {}, None,
         ", row 1: column 4 has cells and no name; name it or remove it"),
        (TABLE, lambda book: book["visits"].insert_rows(1), {}, None,
         ", row 1: the first row must name the columns"),
        (TABLE, set_cell("C1", "Week "), {}, None,
         ", row 1, column Week: the header must have unique column names; another is 'week'"),
    ],
)  # fmt: skip
def test_a_broken_workbook_is_one_clear_line(workbook, rows, edit, others, sheet, line):
    path = workbook(rows, edit=edit, **others)
    assert fault_lines(lambda: read_table(path, ReadOptions(sheet=sheet))) == [f"visits.xlsx{line}"]


@pytest.mark.parametrize("cell", ["#N/A", "=A1", "merged"])
def test_the_first_faults_of_a_workbook_are_listed(workbook, cell):
    def edit(book):
        for line in range(2, 27) if cell == "merged" else ():
            book["visits"].merge_cells(f"A{line}:B{line}")

    rows = [["patient_id", "week"], *([f"P{number}", cell] for number in range(25))]
    lines = fault_lines(lambda: read_table(workbook(rows, edit=edit)))
    assert [line.split(", ")[1].split(":")[0] for line in lines] == [
        f"row {line}" for line in range(2, 22)
    ]


@pytest.mark.parametrize(
    ("first", "last", "remark"),
    [
        (2, 2, "hidden column read like the others: week"),
        (1, 2, "hidden columns read like the others: patient_id, week"),
        (len(TABLE[0]), 16_384, f"hidden column read like the others: {TABLE[0][-1]}"),
        (len(TABLE[0]) + 1, 16_384, None),
    ],
)
def test_hidden_columns_are_read_and_named(workbook, first, last, remark):
    def edit(book):
        chosen = book["visits"].column_dimensions[get_column_letter(first)]
        chosen.min, chosen.max, chosen.hidden = first, last, True

    raw = read_table(workbook(TABLE, edit=edit))
    assert raw.cells.columns.tolist() == TABLE[0]
    assert raw.remarks == ((remark,) if remark else ())


@pytest.mark.parametrize(
    ("shown_as", "number", "read"),
    [
        ("0%", 0.43, "43%"),
        ("[Red]0.0%;-0.0%", 0.43, "43%"),
        ('0"%"', 43, 43),
        (r"0\%", 43, 43),
        ("0_%", 43, 43),
        ("0*%", 43, 43),
        ("[$%-409]0", 43, 43),
        ('0"a"%"b"', 0.43, "43%"),
    ],
)
def test_a_sign_that_is_only_shown_is_no_percentage(workbook, shown_as, number, read):
    def edit(book):
        book["visits"]["B2"].value, book["visits"]["B2"].number_format = number, shown_as

    column = read_table(workbook(TABLE, edit=edit)).cells.iloc[:, 1]
    assert column[0] == read


@pytest.mark.parametrize("begins", [b"<f>", b"<f >", b"<f\n>", b"<x:f>", b'<x:f t="shared">'])
def test_formulas_are_found_however_the_file_writes_them(workbook, begins):
    path = workbook(TABLE, edit=set_cell("B3", "=B2+9"))
    plain = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert parts[sheet].count(b"<f>") == 1
    end = b"</x:f>" if b"x:" in begins else b"</f>"
    parts[sheet] = parts[sheet].replace(b"<f>", begins).replace(b"</f>", end)
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts[sheet] = parts[sheet].replace(b"<worksheet ", b'<worksheet xmlns:x="' + space + b'" ', 1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert path.read_bytes() != plain
    (found,) = fault_lines(lambda: read_table(path))
    assert "is a formula without a stored value" in found


def with_parts(path, change):
    """Change the text of the parts of a workbook, such as its sheet and its list of sheets."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, change(content) if name.endswith(".xml") else content)


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("rash_x000D_\nmild", "rash\r\nmild"),
        ("rash_x000d_mild", "rash\rmild"),
        ("rash_x005F_x000D_mild", "rash_x005F_x000D_mild"),
        ("rash_x000B_mild", "rash_x000B_mild"),
    ],
)
def test_a_carriage_return_of_a_spreadsheet_is_one(workbook, stored, read):
    path = workbook(TABLE, edit=set_cell("A3", stored))
    assert read_table(path).cells["patient_id"].tolist()[1] == read


@pytest.mark.parametrize("value", [b"<v></v>", b"<v/>"])
def test_a_formula_that_yields_an_empty_text_is_an_empty_cell(workbook, value):
    """Spreadsheets store of =IF(B2>0,B2,"") a text without characters."""
    path = workbook(TABLE, edit=set_cell("B3", '=IF(B2>0,B2,"")'))
    unstored = b'<c r="B3"><f>IF(B2&gt;0,B2,"")</f><v'
    stored = unstored.replace(b'"B3"', b'"B3" t="str"')
    with_parts(path, lambda text: re.sub(b"<v */>|<v></v>", value, text.replace(unstored, stored)))
    assert read_table(path).cells["week"].tolist() == [0, None]


def test_a_formula_of_text_without_a_value_is_not_an_empty_cell(workbook):
    """So openxlsx of R writes every formula, of numbers too."""
    path = workbook(TABLE, edit=set_cell("B3", "=B2+9"))
    unstored = re.compile(rb'<c r="B3"><f>B2\+9</f>(<v */>|<v></v>)')
    with_parts(path, lambda text: unstored.sub(rb'<c r="B3" t="str"><f>B2+9</f>', text))
    (found,) = fault_lines(lambda: read_table(path))
    assert "row 3, column week, value '=B2+9': is a formula without a stored value" in found


def test_a_formula_whose_text_stands_with_another_cell_is_named_by_its_place(workbook):
    path = workbook(TABLE, edit=set_cell("B3", "=B2+9"))
    with_parts(path, lambda text: text.replace(b"<f>B2+9</f>", b'<f t="shared" si="0"/>'))
    (found,) = fault_lines(lambda: read_table(path))
    assert found.startswith("visits.xlsx, row 3, column week: is a formula without a stored value")


def test_as_many_formats_and_styles_as_excel_permits_are_read():
    """Both may be 65,490: an element with two others in it, and styles have a name as well."""
    assert workbook_limits._MOST_TAGS > 65_490 * (4 + 4 + 1)


def test_a_strict_workbook_is_not_called_empty(workbook):
    """Excel can write this variant, whose sheets openpyxl does not find."""
    path = workbook(TABLE)
    usual = rb"http://schemas.openxmlformats.org/(\w+)/2006/(main|relationships)"
    with_parts(path, lambda text: re.sub(usual, rb"http://purl.oclc.org/ooxml/\1/\2", text))
    (found,) = fault_lines(lambda: read_table(path))
    assert found == (
        "visits.xlsx: has no sheet of cells that can be read; save it as an Excel Workbook "
        "(.xlsx), not as a Strict Open XML Spreadsheet"
    )


@pytest.mark.parametrize(
    ("written", "hidden"),
    [(b"1", True), (b"true", True), (b"0", False), (b"false", False)],
)
def test_what_is_hidden_is_named_however_the_file_writes_it(workbook, written, hidden):
    """A truth value of XML is 1 or true; SheetJS writes true."""

    def edit(book):
        book["visits"].row_dimensions[2].hidden = True
        book["visits"].column_dimensions["B"].hidden = True

    path = workbook(TABLE, edit=edit)
    changed = []

    def rewritten(text):
        found = re.sub(rb' hidden="\w+"', b' hidden="%b"' % written, text)
        if b"<sheetData>" in text:
            changed.append(found.count(b' hidden="%b"' % written))
        return found

    with_parts(path, rewritten)
    assert changed == [2]
    remarks = ("1 hidden row read like the others", "hidden column read like the others: week")
    assert read_table(path).remarks == (remarks if hidden else ())


def test_a_named_sheet_empty_sheets_and_hidden_rows(workbook):
    def edit(book):
        book["visits"].row_dimensions[2].hidden = True

    path = workbook(TABLE, edit=edit, spare=[])
    raw = read_table(path)
    assert len(raw) == 2
    assert raw.remarks == ("1 hidden row read like the others",)
    assert raw.source.shown == f"{path}, sheet 'visits'"
    path = workbook(TABLE, labs=[["patient_id"], ["B"], [None], ["C"]])
    raw = read_table(path, ReadOptions(sheet="labs"))
    assert raw.cells["patient_id"].tolist() == ["B", "C"]
    assert raw.source.lines.tolist() == [2, 4]
    assert raw.remarks == ("1 empty row skipped",)
    assert str(raw.source.fault("no", 1, "patient_id")) == (
        f"{path}, sheet 'labs', row 4, column patient_id, value '': no"
    )


def test_columns_without_names_and_cells_are_left_out(tmp_path):
    path = tmp_path / "v.csv"
    path.write_text("id,week,, \n007,0,,\n008,0, ,\n", encoding="utf-8")
    raw = read_table(path)
    assert raw.cells.to_numpy().tolist() == [["007", "0"], ["008", "0"]]


def test_links_and_pipes_are_not_taken_for_missing_files(tmp_path):
    (tmp_path / "real.csv").write_text("id\n007\n", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to("real.csv")
    assert read_table(tmp_path / "link.csv").cells["id"].tolist() == ["007"]
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "device.csv").symlink_to("/dev/zero")
    for name, said in {
        "loop.csv": "is a link that leads to no file",
        "pipe.csv": "is not a regular file; a pipe is read as - (standard input)",
        "device.csv": "is not a regular file; a pipe is read as - (standard input)",
        "none.csv": "there is no such file",
    }.items():
        (line,) = fault_lines(lambda: read_table(tmp_path / name))  # noqa: B023 - called at once
        assert line == f"{tmp_path / name}: {said}"


@pytest.mark.parametrize(
    ("value", "shown_as", "read"),
    [
        (7, "000", "007"),
        (1234, "000", "1234"),
        (7.0, "00", "07"),
        (0.5, "000", 0.5),
        (-7, "000", -7),
        (7, "0", 7),
        (0.43, "0%", "43%"),
        (0.125, "0.0%", "12.5%"),
        (4.3, "0.00", 4.3),
    ],
)
def test_a_workbook_is_read_as_its_formats_show_it(workbook, value, shown_as, read):
    def edit(book):
        book["visits"]["A2"].value = value
        book["visits"]["A2"].number_format = shown_as

    assert read_table(workbook(TABLE, edit=edit)).cells.iloc[0, 0] == read


def test_a_workbook_with_damaged_parts_is_one_line(workbook):
    path = workbook(TABLE)
    damaged = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(damaged, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content[:40] if "sheet1" in name else content)
    path.write_bytes(damaged.getvalue())
    (line,) = fault_lines(lambda: read_table(path))
    assert line.startswith("visits.xlsx: cannot be read as a workbook (.xlsx): ")
    path.write_bytes(damaged.getvalue()[:500])
    (line,) = fault_lines(lambda: read_table(path))
    assert line.startswith("visits.xlsx: cannot be read as a workbook (.xlsx): ")


def test_what_a_workbook_does_not_know_is_written_as_text(tmp_path):
    zoned = pd.Timestamp("2020-04-03 10:00", tz="UTC")
    cells_ = [zoned, np.inf, (1, 2), pd.Timestamp("2020-04-03"), "#N/A", "=1"]
    write_table(pd.DataFrame({"x": pd.Series(cells_, dtype=object)}), tmp_path / "t.xlsx")
    assert read_table(tmp_path / "t.xlsx").cells["x"].tolist() == [
        *(str(zoned), "inf", "(1, 2)", dt.date(2020, 4, 3), "#N/A", "=1")
    ]


# Places


def test_faults_beyond_the_limit_are_counted():
    source = TableSource("v.csv", np.arange(2, 32))
    found = source.faults(np.ones(30, dtype=bool), "ck", "must be above 0", pd.Series([0.0] * 30))
    assert len(found) == 21
    assert str(found[0]) == "v.csv, row 2, column ck, value '0': must be above 0"
    assert str(found[-1]) == "v.csv, column ck: and 10 more: must be above 0"


def test_rows_taken_keep_their_lines():
    frame = pd.DataFrame({"A B": ["x", "y", "z"]}, dtype=object)
    raw = RawTable(frame, TableSource("v.csv", np.array([2, 5, 6]))).rename({"A B": "a"})
    taken = raw.take(np.array([2, 0])).verbatim()
    assert str(taken.fault("bad", 0, "a")) == "v.csv, row 6, column A B, value 'z': bad"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("quoted", [False, True])
def test_batches_that_end_anywhere_have_the_cells_of_the_whole(tmp_path, monkeypatch, end, quoted):
    cell = f'"a{end}b"' if quoted else "ab"
    path = tmp_path / "v.csv"
    rows = ["id,week", f"{cell},0", f"x,1{'0' * 7}", f"{cell},2", f"{cell},3"]
    head = "\n" if quoted else end  # the rows below a quoted cell may end otherwise
    path.write_bytes(f"{rows[0]}{head}{rows[1]}{head}{end.join([*rows[2:], ''])}".encode())
    whole = read_table(path)
    assert len(whole.cells) == 4
    for characters in range(1, len(path.read_bytes()) + 1):
        monkeypatch.setattr(batches, "CHARACTERS", characters)
        found = list(batches.TableBatches(path, ReadOptions(), path.name))
        cells = pd.concat([each.cells for each in found], ignore_index=True)
        assert cells.to_numpy().tolist() == whole.cells.to_numpy().tolist()
        lines = [int(line) for each in found for line in each.source.lines]
        assert lines == [whole.source.line(row) for row in range(len(whole.cells))]


@pytest.mark.parametrize(
    ("cell", "mark"), [("1234.567", "."), ("1234,567", ","), ("0,375", ","), ("12.5", ".")]
)
def test_a_mark_that_cannot_separate_thousands_is_decimal(cell, mark):
    assert detect_decimal_mark({"ck": [cell]}, TableSource("visits.csv")) == (mark, [])


def test_of_marks_as_frequent_the_comma_is_taken_in_any_order():
    for cells in (["1.5", "2,5"], ["2,5", "1.5"]):
        mark, (fault,) = detect_decimal_mark({"ck": cells}, TableSource("visits.csv"))
        assert (mark, fault.value) == (",", "1.5")


@pytest.mark.parametrize("cell", ["1.234", "123,456", "-12.345"])
def test_a_mark_that_can_separate_thousands_is_ambiguous(cell):
    _, faults = detect_decimal_mark({"ck": [cell]}, TableSource("visits.csv"))
    assert [fault.value for fault in faults] == [cell]
