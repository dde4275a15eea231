"""Files of visits as spreadsheets write them, and results written whole or not at all."""

import os

import pandas as pd
import pytest

from tests.measures.test_score_batches import scored
from tisstats.errors import DataError
from tisstats.measures.files import read_visits
from tisstats.tables import FormatError, ReadOptions, batches, read_mapping, write_table
from tisstats.tables.atomic import replacing
from tisstats.tables.batches import TableBatches
from tisstats.tables.table_writers import TextWriter

HEADER = "patient_id,week,physician_global,patient_global,mmt,haq,extramuscular,ck,site"
ROWS = ["007,0,3.8,6.1,211,2.0,2.2,1199,A", "007,9,2.3,4.6,227,1.6,1.0,196,A"]
PLAIN = "\n".join([HEADER, *ROWS]) + "\n"


def written(folder, text, name="visits.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.fixture
def plain(tmp_path):
    return read_visits(written(tmp_path, PLAIN))


def test_plain_csv(plain):
    assert plain.remarks == ()
    assert plain.table["patient_id"].tolist() == ["007", "007"]
    assert plain.table["physician_global"].tolist() == [3.8, 2.3]
    assert plain.source.lines.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("\ufeff" + PLAIN, None),
        (PLAIN.replace("\n", "\r\n"), None),
        (PLAIN.replace(",", ";"), "read as semicolon-separated"),
        (
            PLAIN.replace(",", ";").replace(".", ","),
            "read as semicolon-separated; numbers have decimal commas",
        ),
        (
            "\ufeff" + PLAIN.replace(",", "\t").replace(".", ","),
            "read as tab-separated; numbers have decimal commas",
        ),
        (HEADER.replace(",", " , ") + "\n" + "\n".join(ROWS), None),
        (PLAIN.rstrip("\n"), None),
        (PLAIN + "\n\n", "2 empty rows skipped"),
        (PLAIN + ",,,,,,,,\n", "1 empty row skipped"),
    ],
)
def test_what_spreadsheets_write_is_read_the_same_and_told(tmp_path, plain, text, remark):
    read = read_visits(written(tmp_path, text, "other.csv"))
    pd.testing.assert_frame_equal(read.table, plain.table)
    assert read.remarks == (() if remark is None else tuple(remark.split("; ")))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_file_of_several_batches_is_one_table(tmp_path, monkeypatch, count):
    rows = [f"{patient:03},0,3.8,6.1,211,2.0,2.2,{patient},A" for patient in range(count)]
    path = written(tmp_path, "\n".join([HEADER, *rows]) + "\n")
    monkeypatch.setattr(batches, "CHARACTERS", 20)
    read = read_visits(path)
    assert len(list(TableBatches(path, ReadOptions()))) == count
    assert read.table["ck"].tolist() == list(range(count))
    assert read.source.lines.tolist() == list(range(2, count + 2))


def test_lines_are_those_of_the_file_whatever_stands_between(tmp_path):
    text = "\n".join([HEADER, "", ROWS[0].replace("A", '"two\nlines"'), ",,,,,,,,", ROWS[1]])
    read = read_visits(written(tmp_path, text))
    assert read.source.lines.tolist() == [3, 6]
    assert read.table["site"].tolist() == ["two\nlines", "A"]
    assert read.table["mmt"].tolist() == [211, 227]
    assert read.table["mmt"].dtype.kind == "i"


@pytest.mark.parametrize("mark", ["", "NA", "N/A", "nan", "."])
def test_marks_of_a_missing_measure(tmp_path, mark):
    read = read_visits(written(tmp_path, PLAIN.replace("1.6", mark)))
    assert read.table["haq"].isna().tolist() == [False, True]


def test_other_columns_stay_as_they_stand(tmp_path):
    read = read_visits(written(tmp_path, PLAIN.replace(",A", ",NA").replace("007", "NA")))
    assert read.table["site"].tolist() == ["NA", "NA"]
    assert read.table["patient_id"].tolist() == ["NA", "NA"]


def test_quoted_thousands_in_a_comma_separated_file_are_no_decimals(tmp_path):
    read = read_visits(written(tmp_path, PLAIN.replace("1199", '"1,199"')))
    assert read.table["ck"].tolist() == ["1,199", "196"]


def semicolons(text=PLAIN, commas=True):
    text = text.replace(",", ";")
    return text.replace(".", ",") if commas else text


def faults_of(path, **options):
    with pytest.raises(DataError) as caught:
        read_visits(path, **options)
    return [str(fault).removeprefix(f"{path}, ") for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        # Thousands with points among decimal commas; a decimal point there.
        (
            semicolons().replace("1199", "3.000"),
            ["row 2, column ck, value '3.000': has a point in a file with decimal commas"],
        ),
        (
            semicolons().replace("3,8", "3.8"),
            ["row 2, column physician_global, value '3.8': has a point in a file with decimal"],
        ),
        # Thousands with commas among decimal points.
        (
            semicolons(commas=False).replace("1199", "1,199"),
            ["row 2, column ck, value '1,199': has a comma in a file with decimal points"],
        ),
        # Nothing else tells which mark is which.
        (
            "patient_id;week;physician_global;patient_global;mmt;haq;extramuscular;ck\n"
            "A;0;3;6;211;2;2;1.199\nA;9;2;4;227;1;1;196\nB;0;3;6;211;2;2;1,200\n",
            [
                "row 2, column ck, value '1.199': ambiguous (1.199 or 1199): no other number",
                "row 4, column ck, value '1,200': ambiguous (1.2 or 1200): no other number",
            ],
        ),
    ],
)
def test_a_number_that_can_be_read_in_two_ways_is_refused(tmp_path, text, faults):
    found = faults_of(written(tmp_path, text))
    assert len(found) == len(faults)
    for line, said in zip(found, faults, strict=True):
        assert line.startswith(said)


@pytest.mark.parametrize(
    ("text", "ck"),
    [
        (semicolons().replace("1199", "1,199"), 1.199),  # 3,8 tells that commas are decimal
        (semicolons(commas=False).replace("1199", "1.199"), 1.199),
        (semicolons(PLAIN.replace("3.8", "3.125")).replace("1199", "1,199"), 1.199),
        (semicolons(PLAIN.replace("1199", "0.375")), 0.375),
        (PLAIN.replace("1199", "1.199"), 1.199),  # separated by commas: points are decimal
    ],
)
def test_a_number_whose_mark_the_file_tells_is_read(tmp_path, text, ck):
    assert read_visits(written(tmp_path, text)).table["ck"].tolist() == [ck, 196]


def test_a_wrong_cell_among_decimal_commas_is_the_only_one_told(tmp_path):
    read = read_visits(written(tmp_path, semicolons().replace("2,3", "mild")))
    assert read.table["physician_global"].tolist() == ["3.8", "mild"]


@pytest.mark.parametrize(
    "number", ["1.199,5", "1,199.5", "1.199.000", "1 199", "1\u202f199", "\u22123"]
)
def test_what_is_no_number_stays_as_it_stands(tmp_path, number):
    read = read_visits(written(tmp_path, semicolons().replace("1199", number)))
    assert read.table["ck"].tolist()[0] == number


def test_many_numbers_that_can_be_read_in_two_ways_are_cut_short(tmp_path):
    head = "patient_id;week;physician_global;patient_global;mmt;haq;extramuscular;ck\n"
    rows = [f"A;{week};3;6;211;2;2;1.{100 + week}\n" for week in range(25)]
    found = faults_of(written(tmp_path, head + "".join(rows)))
    assert len(found) == 21
    assert found[-1].endswith("and 5 more")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("\ufeff", "is empty"),
        ("\n" + PLAIN, "the first line must name the columns"),
        (HEADER, "must have at least one row below the header, and has none"),
        (HEADER + "\n\n,,,,,,,,\n", "must have at least one row below the header, and has none"),
        (PLAIN + "007,12\n", "row 4: the row has 2 cells; the header has 9"),
        (PLAIN.replace(",A", ",A,"), "row 2: the row has 10 cells; the header has 9"),
        (PLAIN.replace("site", "ck"), "row 1, column ck: the header must have unique column"),
        (PLAIN.replace("A", '"A'), "cannot be read as CSV"),
    ],
)
def test_what_is_no_table(tmp_path, text, said):
    path = written(tmp_path, text)
    with pytest.raises(DataError) as caught:
        read_visits(path)
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)


def test_another_encoding(tmp_path):
    path = written(tmp_path, PLAIN.replace("A", "Köln"), encoding="latin-1")
    (line,) = faults_of(path)
    assert line.endswith(
        ": is not in UTF-8; save it as CSV in UTF-8, or give its encoding (--encoding, or encoding "
        "under [files] of study.toml)"
    )
    read = read_visits(path, options=ReadOptions(encoding="latin-1"))
    assert read.table["site"].tolist() == ["Köln", "Köln"]
    utf_16 = written(tmp_path, PLAIN, "wide.csv", encoding="utf-16")
    assert read_visits(utf_16, options=ReadOptions(encoding="utf-16")).table["ck"].tolist() == [
        1199,
        196,
    ]
    for encoding in ("ascii", "utf-16"):
        (line,) = faults_of(path, options=ReadOptions(encoding=encoding))
        assert line.endswith(f": is not in {encoding}, the given encoding")
    for encoding in ("UTF-8", "utf8", "utf-8-sig"):
        options = ReadOptions(encoding=encoding)
        assert read_visits(written(tmp_path, "\ufeff" + PLAIN), options=options).remarks == ()


@pytest.mark.parametrize("name", ["latin-99", "klingon", "", "\0", "base64"])
def test_an_encoding_that_is_none(tmp_path, name):
    with pytest.raises(FormatError, match="there is no such encoding; use one such as utf-8"):
        read_visits(written(tmp_path, PLAIN), options=ReadOptions(encoding=name))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="there is no such file"):
        read_visits(tmp_path / "visits.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DataError, match="is a folder; name a file"):
        read_visits(tmp_path / "folder.csv")


@pytest.mark.parametrize("name", ["visits.xls", "visits", "visits.csv.zip", ".csv"])
def test_another_format(tmp_path, name):
    for act in (lambda path: read_visits(path), lambda path: write_table(pd.DataFrame(), path)):
        with pytest.raises(FormatError, match=r"must end in \.csv, \.tsv, .* or \.parquet"):
            act(tmp_path / name)


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ModuleNotFoundError, match="Parquet needs pyarrow: pip install"):
        read_visits(tmp_path / "visits.parquet")


def test_parquet_is_read_as_it_was_written(tmp_path, plain):
    path = tmp_path / "visits.parquet"
    write_table(plain.table, path)
    read = read_visits(path)
    pd.testing.assert_frame_equal(read.table, plain.table)
    plain.table.set_index("patient_id").to_parquet(path)
    assert read_visits(path).table["patient_id"].tolist() == ["007", "007"]
    path.write_text("no parquet")
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        read_visits(path)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = written(tmp_path, "old", "scored.csv")

    def half_written(_writer, _table):
        raise OSError("the disk is full")

    monkeypatch.setattr(TextWriter, "write", half_written)
    with pytest.raises(OSError, match="the disk is full"):
        write_table(pd.DataFrame({"tis": [40.0]}), path)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_two_processes_that_write_one_file_have_a_part_each(tmp_path, monkeypatch):
    path = tmp_path / "scored.csv"
    with replacing(path) as one:
        one.write_text("of one", encoding="utf-8")
        monkeypatch.setattr(os, "getpid", lambda: -1)
        with replacing(path) as other:
            other.write_text("of the other", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "of the other"
    assert path.read_text(encoding="utf-8") == "of one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_to_the_result_stays_a_link(tmp_path):
    target = tmp_path / "target.csv"
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    write_table(pd.DataFrame({"tis": [40.0]}), link)
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "tis\n40.0\n"


def test_units_in_other_columns_are_nobodys_measure(tmp_path):
    text = PLAIN.replace(",A\n", ",5 mg\n", 1).replace(",A\n", ",3 g\n")
    read = read_visits(written(tmp_path, text))
    assert read.table["site"].tolist() == ["5 mg", "3 g"]


@pytest.mark.parametrize("wide", [False, True])
def test_a_sheet_that_the_mapping_names_of_a_file_without_sheets_is_refused(tmp_path, wide):
    columns = '[visits.columns]\nmmt = "mmt"\n'
    several = '[visits.columns]\nmmt = ["mmt", "site"]\n'
    mapping = written(tmp_path, f'[visits]\nsheet = "x"\n{several if wide else columns}', "m.toml")
    source = written(tmp_path, PLAIN)
    with pytest.raises(DataError, match=r"visits\.csv, value 'x': has no sheets"):
        read_visits(source, mapping=read_mapping(mapping))
    with pytest.raises(DataError, match=r"visits\.csv, value 'x': has no sheets"):
        scored(source, tmp_path / "out.csv", mapping=mapping)
