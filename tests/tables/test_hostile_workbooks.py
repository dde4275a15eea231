"""Workbooks made to take all the time or memory there is: read, or one line each, soon."""

import re
import zipfile

import openpyxl
import pandas as pd
import pytest

from tests.tables.conftest import fault_lines
from tisstats.errors import DataError
from tisstats.tables import ReadOptions, read_table, sheet_outline, workbook
from tisstats.tables.workbook import write_workbook

SHEET = "xl/worksheets/sheet1.xml"


def with_part(path, change, name=SHEET):
    """Change the text of a part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    assert name in parts, sorted(parts)
    parts[name] = change(parts[name])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)


def only_fault(path):
    """Return the only fault of a file."""
    (line,) = fault_lines(lambda: read_table(path))
    return line


#: What a few bytes of the file of a sheet, or of another part, can ask a reader for.
MERGED = b"<mergeCells>%b</mergeCells>"
LINK = b'<hyperlinks><hyperlink ref="A1:XFD1048576" location="a"/></hyperlinks>'


@pytest.mark.parametrize(
    ("ranges", "said"),
    [
        (["A1:XFD1048576"], ["row 1: cells A1:XFD1048576 are merged"]),
        (
            [f"A{row}:B{row}" for row in (*range(5_000, 1, -1), *range(5_001, 12_001))],
            ["row 2: cells A2:B2 are merged"],
        ),
    ],
)
def test_merged_cells_are_refused_before_any_is_built(tmp_path, ranges, said):
    path = tmp_path / "visits.xlsx"
    write_workbook(pd.DataFrame({"week": [0, 4]}), path)
    cells = MERGED % b"".join(b'<mergeCell ref="%b"/>' % place.encode() for place in ranges)
    with_part(path, lambda text: text.replace(b"</sheetData>", b"</sheetData>" + cells))
    with pytest.raises(DataError) as caught:
        read_table(path)
    assert said[0] in str(caught.value.faults[0])
    assert len(caught.value.faults) == min(len(ranges), 20)


def add_second_sheet(path, content):
    """Add a sheet with the text of its file to a workbook, which is not the one to read."""
    book = openpyxl.load_workbook(path)
    book.create_sheet("other")["A1"] = 1
    book["other"]["B2"] = 1
    book.save(path)
    with_part(
        path,
        lambda text: text.replace(b"</sheetData>", b"</sheetData>" + content),
        "xl/worksheets/sheet2.xml",
    )


@pytest.mark.parametrize("added", [LINK, MERGED % b'<mergeCell ref="A1:XFD1048576"/>'])
def test_ranges_of_a_sheet_that_is_not_read_cost_nothing(tmp_path, added):
    path = tmp_path / "visits.xlsx"
    write_workbook(pd.DataFrame({"week": [0, 4]}), path)
    add_second_sheet(path, added)
    assert read_table(path, ReadOptions(sheet="table")).cells["week"].tolist() == [0, 4]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</sheetData>", b"</sheetData>" + LINK),
        # openpyxl refuses this one, if it reads it
        (b"</sheetData>", b'</sheetData><pageSetup scale="many"/>'),
        (b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>'),
        (b"<sheetData>", b'<dimension ref="A1:A1"/><sheetData>'),
        (b"<sheetData>", b"<cols>%b</cols><sheetData>" % (b'<col min="1" max="16384"/>' * 2_000)),
    ],
)
def test_what_else_a_sheet_says_does_not_change_its_cells(tmp_path, old, new):
    path = tmp_path / "visits.xlsx"
    write_workbook(pd.DataFrame({"week": [0, 4], "ck": [1, 2]}), path)
    with_part(path, lambda text: re.sub(rb"<dimension [^>]*>", b"", text).replace(old, new))
    assert read_table(path).cells.to_numpy().tolist() == [[0, 1], [4, 2]]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'r="B3"', b'r="A3"', "its cells are not in order"),
        (b'r="B3"', b'r="B4"', "its cells are not in order"),
        (b'<row r="3"', b'<row r="2"', "its rows are not in order"),
        (b'<row r="3"', b'<row r="2.5"', "2.5 is not the number of a row"),
        (b"<worksheet", b"<!DOCTYPE a><worksheet", "a sheet with declarations of its own"),
    ],
)
def test_a_sheet_that_no_spreadsheet_writes_is_one_line(tmp_path, old, new, said):
    path = tmp_path / "visits.xlsx"
    write_workbook(pd.DataFrame({"week": [0, 4], "ck": [1, 2]}), path)
    with_part(path, lambda text: text.replace(old, new, 1))
    assert said in only_fault(path)


def test_so_many_settings_that_they_take_minutes_are_one_line(tmp_path, monkeypatch):
    path = tmp_path / "visits.xlsx"
    write_workbook(pd.DataFrame({"week": [0, 4]}), path)
    with_part(path, lambda text: text.replace(b"<sheetData>", b"<a/>" * 300 + b"<sheetData>"))
    assert len(read_table(path)) == 2
    monkeypatch.setattr(sheet_outline, "_MOST_SETTINGS", 200)
    assert "more than 200 settings" in only_fault(path)
    monkeypatch.undo()
    for limit in ("_MOST_TAGS", "_MOST_SHEETS"):
        monkeypatch.setattr(workbook, limit, 0)
        assert "more styles, names or sheets than can be read" in only_fault(path)
        monkeypatch.undo()


def moved(path, names):
    """Give parts of a workbook other names, in the list of their types too."""
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            for old, new in names.items() if part == "[Content_Types].xml" else ():
                content = content.replace(b'"/%b"' % old.encode(), b'"/%b"' % new.encode())
            archive.writestr(names.get(part, part), content)


def many_names(text):
    name = b'<definedName name="n%d">table!$A$1</definedName>'
    names = b"".join(name % number for number in range(300))
    assert text.count(b"<definedNames") == 1, text
    return re.sub(b"<definedNames */>", b"<definedNames>%b</definedNames>" % names, text)


@pytest.mark.parametrize("folder", ["xl", "elsewhere", "xl/worksheets"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_settings_are_counted_wherever_they_lie(tmp_path, monkeypatch, folder, encoding):
    path, part = tmp_path / "visits.xlsx", "xl/workbook.xml"
    write_workbook(pd.DataFrame({"week": [0, 4]}), path)
    with_part(path, many_names, part)
    with_part(path, lambda text: text.decode().encode(encoding), part)
    parts = {
        part: f"{folder}/book.xml",
        f"xl/_rels/{part[3:]}.rels": f"{folder}/_rels/book.xml.rels",
    }
    moved(path, parts)
    assert read_table(path).cells["week"].tolist() == [0, 4]
    for limit, most in {"_MOST_TAGS": 500, "_MOST_SHEETS": 0}.items():
        monkeypatch.setattr(workbook, limit, most)
        assert "more styles, names or sheets than can be read" in only_fault(path)
        monkeypatch.undo()


def test_parts_that_are_not_needed_are_not_read(tmp_path):
    path = tmp_path / "visits.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["week", "ck"])
    book.active.append([4, 170])
    book.active["A2"].hyperlink = "https://example.org"
    chart = openpyxl.chart.BarChart()
    chart.add_data(openpyxl.chart.Reference(book.active, 1, 1, 2, 2))
    book.create_chartsheet("chart").add_chart(chart)
    book.save(path)
    for part in (
        *("xl/chartsheets/sheet1.xml", "xl/charts/chart1.xml", "xl/drawings/drawing1.xml"),
        "xl/worksheets/_rels/sheet1.xml.rels",
    ):
        with_part(path, lambda _: b"damaged", part)
    assert read_table(path).cells.to_numpy().tolist() == [[4, 170]]
