"""Tables as files, and what a page's HTML says of them."""

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from html.parser import HTMLParser

import docx
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from docx.enum.section import WD_ORIENT
from fontTools import subset
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from PIL import Image
from pypdf import PdfReader

from tisstats.book.downloads import figures
from tisstats.book.downloads.formats import FORMATS, ORIGIN, csv_text, html_text
from tisstats.book.downloads.latex import ROWS_OF_A_PAGE, escape, latex
from tisstats.book.downloads.names import LONGEST, METADATA, file_name, page_names, unique_name
from tisstats.book.downloads.results import (
    FIELDS,
    FiledTable,
    PageFigure,
    PageResults,
    glued_numbers,
    results_csv,
    results_json,
)
from tisstats.book.downloads.svg import UNUSED_TABLES
from tisstats.book.downloads.tables import TABLE, PageTable, read_table
from tisstats.book.downloads.widths import fit_columns, squeeze_columns
from tisstats.book.downloads.word import COLUMNS_UPRIGHT, word
from tisstats.book.pages.html import table_html
from tisstats.chapters.page import Result, Table, table, table_facts
from tisstats.chapters.result_facts import INTERVAL, Facts
from tisstats.tables.formulas import as_text

COUNTS = PageTable(
    name="counts",
    caption="Responders: n & % of patients",
    origin="",
    columns=("Group", "n (%) (N=19)", "95% interval, %"),
    rows=(("≥ 40 points", "8 (42%)", "20.3 to 66.5"), ("a_b {c} \\ #1", "–", "")),
)
SYNTHETIC = PageTable("ages", "Ages", "Synthetic patients", ("Patient", "Age"), (("S-01", "40"),))

#: What may stand in a cell: characters that a control code or half a pair cannot be.
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
#: As a page shows it: white space is one blank, and none is at the ends.
SHOWN = TEXT.map(lambda text: " ".join(text.split()))


@st.composite
def page_tables(draw):
    """Draw tables of one to four columns, heads repeated or empty at times."""
    width = draw(st.integers(1, 4))
    cells = st.tuples(*[SHOWN] * width)
    rows = draw(st.lists(cells, max_size=4))
    return PageTable("drawn", draw(SHOWN), "", draw(cells), tuple(rows))


# Names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Columns of claims.csv", "columns_of_claims_csv"),
        ("Größe, µkat/L", "große_µkat_l".replace("ß", "").replace("µ", "")),
        ("≥", "table"),
        ("", "table"),
        ("a" * 200, "a" * LONGEST),
        ("word " * 40, ("word_" * 40)[: LONGEST - 1]),
    ],
)
def test_words_make_a_file_name(text, name):
    assert file_name(text) == name


@given(TEXT)
def test_a_file_name_is_safe_in_any_file_system(text):
    name = file_name(text)
    assert name.isascii()
    assert name.replace("_", "a").isalnum()
    assert name == name.lower()
    assert 1 <= len(name) <= LONGEST
    assert file_name(name) == name


@given(st.lists(st.from_regex(r"([a-c]/){0,2}(\d\d_)?[a-c]", fullmatch=True), unique=True))
def test_pages_have_different_names(pages):
    names = page_names(pages)
    assert list(names) == pages
    assert len(set(names.values())) == len(pages)
    assert not any("/" in name for name in names.values())


@given(st.lists(st.sampled_from(["a", "b", "a-2"])))
def test_numbered_names_differ(wanted):
    names = []
    for name in wanted:
        names.append(unique_name(name, names))
    assert len(set(names)) == len(names)


# From the page


def shown(html):
    """Return the only table in HTML, as it is exported."""
    (found,) = TABLE.findall(html)
    return read_table(found)


@given(page_tables())
def test_a_table_is_read_as_it_was_written(drawn):
    frame = pd.DataFrame(drawn.rows, columns=drawn.columns, dtype=object)
    if frame.empty:
        frame = pd.DataFrame(columns=list(drawn.columns), dtype=object)
    html = f"before {table_html(frame, drawn.caption, name='drawn')} after"
    assert shown(html) == drawn


def test_a_cell_over_several_columns_stands_in_the_first():
    html = (
        '<table class="data-table" data-name="x"><caption>C</caption>'
        "<thead><tr><th>A</th><th>B</th><th>C</th></tr></thead>"
        '<tbody><tr><th colspan="3">Family</th></tr><tr><th>a<br>b</th><td>1.0</td><td></td></tr>'
        "</tbody></table></div>"
    )
    assert shown(html).rows == (("Family", "", ""), ("a, b", "1.0", ""))


NOTED = pd.DataFrame({"Arm": ["A", "A", "B"], "n": [1, 2, 3]})


def test_every_row_of_a_group_has_its_label_in_the_files():
    assert shown(table_html(NOTED, "Arms")).rows == (("A", "1"), ("A", "2"), ("B", "3"))


def test_notes_go_into_the_files_and_marks_do_not():
    html = table_html(NOTED, "Arms", notes={"n": "Patients & visits.", "": "All."})
    noted = shown(html + "<p>Other words.</p>")
    assert noted.columns == ("Arm", "n")
    assert noted.notes == ("All.", "n: Patients & visits.")
    assert "<p>n: Patients &amp; visits.</p>" in html_text(noted)
    assert r"Arms. All. n: Patients \& visits. Changed." in latex(noted, "Changed.")
    paragraphs = [each.text for each in docx.Document(io.BytesIO(word(noted))).paragraphs]
    assert paragraphs[-2:] == ["All.", "n: Patients & visits."]
    assert "visits" not in csv_text(noted)


def test_a_table_without_a_name_of_its_own_is_named_after_its_caption():
    assert shown(table_html(pd.DataFrame({"A": [1]}), "Some rows")).name == "some_rows"


def test_the_function_names_the_table_and_the_label_goes_into_caption_and_rows():
    @table("Ages of {self}", origin="Synthetic {self}")
    def _ages(of):
        yield {"Patient": of, "Age": 40}

    made = _ages("patients")
    assert (made.name, made.origin) == ("ages", "Synthetic patients")
    assert made.caption == "Ages of patients. Synthetic patients"
    html = table_html(made.frame, made.caption, name=made.name, origin=made.origin)
    assert shown(html).origin == "Synthetic patients"
    assert Table(made.frame, "Ages").origin == ""


# CSV


def read_csv(text):
    return list(csv.reader(io.StringIO(text, newline="")))


@given(page_tables())
def test_csv_is_read_back(drawn):
    head, *rows = read_csv(csv_text(drawn)) if len(drawn.columns) > 1 else [(), ()]
    if len(drawn.columns) > 1:  # a lone empty cell is an empty line to any reader
        assert [head, *rows] == [list(map(as_text, row)) for row in (drawn.columns, *drawn.rows)]


def test_every_row_of_patients_says_what_they_are():
    assert read_csv(csv_text(SYNTHETIC)) == [
        [ORIGIN, "Patient", "Age"],
        ["Synthetic patients", "S-01", "40"],
    ]
    assert ORIGIN not in csv_text(COUNTS)


# HTML


class Cells(HTMLParser):
    """A reader of HTML that shares nothing with the writer: rows of cells, caption, paragraphs."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.caption, self.notes, self._into = [], "", [], None
        self.feed(text)

    def handle_starttag(self, tag, _attributes):
        if tag == "tr":
            self.rows.append([])
        elif tag in {"th", "td"}:
            self.rows[-1].append("")
        elif tag == "p":
            self.notes.append("")
        self._into = tag

    def handle_endtag(self, _tag):
        self._into = None

    def handle_data(self, data):
        if self._into in {"th", "td"}:
            self.rows[-1][-1] += data
        elif self._into == "caption":
            self.caption += data
        elif self._into == "p":
            self.notes[-1] += data


@given(page_tables(), SHOWN)
def test_html_is_read_back(drawn, note):
    found = Cells(html_text(drawn, note))
    assert tuple(map(tuple, found.rows)) == (drawn.columns, *drawn.rows)
    assert found.caption == drawn.caption
    assert found.notes == [note] * bool(note)


# LaTeX


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100%", r"100\%"),
        ("R&D", r"R\&D"),
        ("ck_uln", r"ck\_uln"),
        ("$5 #1", r"\$5 \#1"),
        ("{a}", r"\{a\}"),
        ("~^", r"\textasciitilde{}\textasciicircum{}"),
        ("a\\b", r"a\textbackslash{}b"),
        ("1–3", "1--3"),
        ("≥ 2", r"\ensuremath{\geq} 2"),
        ("m²", r"m\textsuperscript{2}"),
        ("µkat", r"\ensuremath{\mu}kat"),
        ("μ", r"\ensuremath{\mu}"),
        ("χ and Ω", r"\ensuremath{\chi} and \ensuremath{\Omega}"),
        ("[1, 2]", "{[}1, 2]"),
        ("* note", "{*} note"),
        ("<0.001", r"\ensuremath{<}0.001"),
        ("Sjögren", "Sjögren"),
    ],
)
def test_latex_is_escaped(text, expected):
    assert escape(text) == expected


def rows_of_latex(text):
    r"""Split the body of a table by hand: rows end in ``\\``, cells in ``&`` without backslash."""
    body = text.partition("\\midrule\n")[2].partition("\\bottomrule")[0]
    lines = body.splitlines()
    assert all(line.endswith(r" \\") for line in lines)
    return [
        [cell.strip() for cell in line.removesuffix(r" \\").replace(r"\&", "\0").split("&")]
        for line in lines
    ]


def test_a_table_in_latex():
    text = latex(COUNTS, "Not the published analysis.")
    assert text.startswith("% In the preamble: \\usepackage{booktabs,array}\n\\begin{table}")
    assert r"\caption{Responders: n \& \% of patients. Not the published analysis.}" in text
    assert r"\label{tab:counts}" in text
    assert r"Group & n (\%) (N=19) & 95\% interval, \% \\" in text
    assert rows_of_latex(text) == [
        [r"\ensuremath{\geq} 40 points", r"8 (42\%)", "20.3 to 66.5"],
        [r"a\_b \{c\} \textbackslash{} \#1", "--", ""],
    ]
    assert [rule for rule in ("top", "mid", "bottom") if rf"\{rule}rule" not in text] == []


@given(page_tables())
def test_any_table_in_latex_is_balanced(drawn):
    text = latex(drawn)
    plain = text.replace(r"\{", "").replace(r"\}", "")
    depth = np.cumsum([(mark == "{") - (mark == "}") for mark in plain])
    assert depth.min() >= 0
    assert depth[-1] == 0
    assert len(rows_of_latex(text)) == len(drawn.rows)
    assert all(len(row) == len(drawn.columns) for row in rows_of_latex(text))
    for special in "%#$":  # none that is not escaped, but for the comment on top
        unescaped = text.splitlines()[1:]
        assert not any(special in line.replace(f"\\{special}", "") for line in unescaped)


@pytest.mark.parametrize(
    ("rows", "environment"), [(ROWS_OF_A_PAGE, "table"), (ROWS_OF_A_PAGE + 1, "longtable")]
)
def test_a_table_longer_than_a_page_runs_over(rows, environment):
    long = PageTable("long", "Long", "", ("A", "B"), (("a", "b"),) * rows)
    assert f"\\begin{{{environment}}}" in latex(long)


def test_long_cells_are_wrapped_and_fit_the_line():
    text = latex(PageTable("x", "X", "", ("A", "B", "C"), (("a", "b" * 90, "c" * 30),)))
    columns = text.partition(r"\begin{tabular}")[2].partition("\n")[0]
    assert columns.count("p{") == 2
    widths = [float(part.partition("\\")[0]) for part in columns.split("p{")[1:]]
    assert sum(widths) < 1
    assert widths[0] > widths[1]


WIDE = PageTable(
    "wide",
    "Outcome measures at baseline and at the end, by arm",
    "",
    ("Outcome measure", "Arm A, start (N=19)", "Arm A, end", "Arm B, start (N=19)", "Arm B, end"),
    tuple(
        (f"measure_{number}_of_a_long_name, points", *("52.0 (38.0\u201368.3) [19]",) * 4)
        for number in range(60)
    ),
)
MANY = PageTable("many", "Many", "", ("Program",) * 24, (("agrees to 9 digits",) * 24,))


@pytest.mark.parametrize("table", [WIDE, MANY], ids=lambda table: table.name)
def test_a_wide_table_is_wrapped_or_turned(table):
    text = latex(table)
    assert (r"\begin{landscape}" in text) == (table is MANY)
    assert ("pdflscape" in text.partition("\n")[0]) == (table is MANY)
    assert ("longtable" in text) == (table is WIDE)
    widths = [float(part.partition("\\")[0]) for part in text.split("}p{")[1:]]
    assert len(widths) == len(table.columns)
    assert sum(widths) < 1


@given(page_tables(), st.floats(5, 100))
def test_columns_fit_the_line(drawn, room):
    squeezed = squeeze_columns(drawn, room)
    assert sum(squeezed.widths) <= room * (1 + 1e-9)
    assert squeezed.lines >= len(drawn.rows) + 1
    fitted = fit_columns(drawn, room)
    assert fitted in (None, squeezed)
    if not any(squeezed.wrapped):
        assert squeezed.tallest == 1


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("table", [COUNTS, WIDE, MANY], ids=lambda table: table.name)
def test_a_table_in_latex_is_within_the_page(table, tmp_path):
    text = latex(table, "A note.")
    needed = re.search(r"\\usepackage\{[a-z,]+\}", text)[0]
    document = f"\\documentclass{{article}}{needed}\\begin{{document}}\n{text}\\end{{document}}\n"
    (tmp_path / "table.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "table.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert not re.search(r"Overfull \\[hv]box|Float too large", done.stdout)


# Word


@pytest.mark.parametrize("drawn", [COUNTS, WIDE, MANY], ids=lambda table: table.name)
def test_columns_in_word_are_within_the_page_and_as_wide_as_their_cells_ask_for(drawn):
    document = docx.Document(io.BytesIO(word(drawn)))
    (section,), (grid,) = document.sections, document.tables
    widths = [column.width for column in grid.columns]
    line = section.page_width - section.left_margin - section.right_margin
    assert sum(widths) <= line * 1.01
    assert [cell.width for cell in grid.rows[0].cells] == widths
    if drawn is WIDE:
        assert widths[0] > widths[1]


def test_a_table_in_word():
    document = docx.Document(io.BytesIO(word(COUNTS, "Not the published analysis.")))
    assert [(each.text, each.style.name) for each in document.paragraphs] == [
        ("Responders: n & % of patients", "Caption"),
        ("Not the published analysis.", "Normal"),
    ]
    (grid,) = document.tables
    found = [tuple(cell.text for cell in row.cells) for row in grid.rows]
    assert found == [COUNTS.columns, *COUNTS.rows]
    repeated = [bool(row._tr.xpath("./w:trPr/w:tblHeader")) for row in grid.rows]
    assert repeated == [True, False, False]
    assert document.core_properties.title == COUNTS.caption
    assert document.core_properties.author == ""


def test_a_long_caption_is_whole_in_word_and_short_in_its_properties():
    caption = "A caption of many words " * 20
    long = PageTable("long", caption.strip(), "", ("A",), ())
    document = docx.Document(io.BytesIO(word(long)))
    assert document.paragraphs[0].text == caption.strip()
    assert len(document.core_properties.title) <= 255


@settings(deadline=None)
@given(page_tables())
def test_any_table_in_word_is_read_back(drawn):
    (grid,) = docx.Document(io.BytesIO(word(drawn))).tables
    found = [tuple(cell.text for cell in row.cells) for row in grid.rows]
    assert found == [drawn.columns, *drawn.rows]


@pytest.mark.parametrize(
    ("columns", "orientation"),
    [(COLUMNS_UPRIGHT, WD_ORIENT.PORTRAIT), (COLUMNS_UPRIGHT + 1, WD_ORIENT.LANDSCAPE)],
)
def test_a_wide_table_lies_on_its_side(columns, orientation):
    wide = PageTable("wide", "Wide", "", ("A",) * columns, ())
    section = docx.Document(io.BytesIO(word(wide))).sections[0]
    assert section.orientation == orientation
    assert (section.page_width > section.page_height) == (orientation == WD_ORIENT.LANDSCAPE)


def test_documents_are_small_and_undated():
    written = word(COUNTS)
    assert len(written) < 8_000
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.suffix)
def test_the_same_table_gives_the_same_bytes(each):
    assert each.write(COUNTS, "Note") == each.write(COUNTS, "Note")


# Figures


def line():
    figure = Figure(figsize=(3, 2))
    figure.add_subplot().plot([1, 2], label="line")
    figure.legend()
    return figure


def test_the_same_figure_gives_the_same_bytes_undated():
    assert figures.svg(line()) == figures.svg(line())
    for make in (figures.pdf, figures.png):
        assert make(line()) == make(line())
    assert b"CreationDate" not in figures.pdf(line())
    assert b"Software" not in figures.png(line())


def test_the_text_of_a_pdf_is_found_and_its_fonts_hold_letters_alone():
    usual = subset.Options
    figure = line()
    figure.axes[0].set_title("Coefficients of AVAL (95% CI) \u2265 0.5")
    (page,) = PdfReader(io.BytesIO(figures.pdf(figure))).pages
    assert "Coefficients of AVAL (95% CI) \u2265 0.5" in page.extract_text()
    embedded = [
        TTFont(
            io.BytesIO(
                font.get_object()["/DescendantFonts"][0]
                .get_object()["/FontDescriptor"]["/FontFile2"]
                .get_data()
            )
        )
        for font in page["/Resources"]["/Font"].values()
    ]
    assert embedded
    assert all({"glyf", "loca"} <= set(font.keys()) for font in embedded)
    assert all(set(font.keys()).isdisjoint(UNUSED_TABLES) for font in embedded)
    assert subset.Options is usual


def test_a_picture_has_its_resolution_and_a_white_ground():
    with Image.open(io.BytesIO(figures.png(line()))) as picture:
        assert picture.size == (3 * figures.DOTS_PER_INCH, 2 * figures.DOTS_PER_INCH)
        assert picture.info["dpi"] == pytest.approx((figures.DOTS_PER_INCH,) * 2, rel=1e-3)
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_settings_of_a_reader_change_no_file_of_a_figure():
    own = {"savefig.bbox": "tight", "savefig.facecolor": "red", "savefig.transparent": True}
    figure = line()
    for saved in (figures.png, figures.svg, figures.pdf):
        usual = saved(figure)
        with mpl.rc_context(own):
            assert saved(figure) == usual


@pytest.mark.parametrize("width", [3, 2 + 99 / 300, 2.3359])  # the last is no whole dots
def test_a_palette_changes_no_colour_that_anybody_could_see(width):
    figure = line()
    figure.set_figwidth(width)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=figures.DOTS_PER_INCH)
    with Image.open(drawn) as one, Image.open(io.BytesIO(figures.png(figure))) as other:
        assert one.size == other.size
        before, after = (np.asarray(each.convert("RGB"), dtype=int) for each in (one, other))
    assert np.abs(before - after).max() <= 8


# Results


def test_glued_numbers_are_records_and_words_are_not():
    facts = Facts("{percentage}", "Responders", n="19", origin="computed")
    share = Result("42.1", facts)
    assert share == "42.1"
    assert f"{share}%" == "42.1%"
    glued = {
        "plain": {"data": {"text/plain": "'8 of 19'"}, "metadata": {"scrapbook": {}}},
        "share": {"data": {"text/plain": "'42.1'"}, "metadata": {METADATA: facts.known()}},
        "words": {"data": {"text/plain": "'none'"}, "metadata": {}},
    }
    plain, found = glued_numbers(glued)
    assert (plain["item"], plain["text"], plain["statistic"]) == ("plain", "8 of 19", "")
    assert found == dict.fromkeys(found, "") | {
        **{"item": "share", "name": "Responders", "statistic": "percentage", "n": "19"},
        **{"unit": "%", "origin": "computed", "value": 42.1, "text": "42.1"},
    }


def with_facts(table, columns):
    known = table_facts(columns, source="computed").known()
    return replace(table, facts=json.dumps(known))


@pytest.fixture
def pages():
    """The results of two pages, one of which has none."""
    counts = with_facts(
        COUNTS,
        {
            "n (%)*": Facts("{count} ({percentage})", "Responders"),
            "95% interval, %": Facts(INTERVAL, "Responders", "%", "Wilson", "19"),
        },
    )
    ages = replace(SYNTHETIC, facts=json.dumps("patients one by one"))
    return {
        "notebooks/01_a": PageResults(
            [FiledTable(counts, ("a.csv",)), FiledTable(ages, ("b.csv",))],
            [PageFigure("line", "A line.", ("line.svg",))],
            [{**dict.fromkeys(FIELDS, ""), "item": "threshold", "value": 40.0, "text": "40"}],
        ),
        "book/b": PageResults(),
    }


def test_the_description_of_the_results(pages):
    found = json.loads(results_json("A book", pages, "Not the published analysis"))
    assert found["title"] == "Results of the book: A book"
    assert found["notice"] == "Not the published analysis"
    assert (found["profile"], found["path"]) == ("tabular-data-resource", "results.csv")
    assert {each["name"]: each["description"] for each in found["schema"]["fields"]} == FIELDS
    assert found["pages"] == {"a": "notebooks/01_a"}
    counts, ages = found["tables"]
    assert counts == {
        **{"page": "a", "name": "counts", "caption": COUNTS.caption},
        "files": ["a.csv"],
    }
    assert (ages["label"], ages["no_results"]) == ("Synthetic patients", "patients one by one")
    assert found["figures"] == [
        {"page": "a", "name": "line", "description": "A line.", "files": ["line.svg"]}
    ]


def test_the_description_is_a_table_schema_of_the_csv(pages, tmp_path):
    text = results_json("A book", pages)
    (tmp_path / "results.csv").write_text(results_csv(pages), encoding="utf-8")
    fields = json.loads(text)["schema"]["fields"]
    with (tmp_path / "results.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [each["name"] for each in fields]
    kinds = {"integer": int, "number": float, "string": str}
    for field in fields:
        allowed = field.get("constraints", {}).get("enum")
        for cell in filter(None, (row[field["name"]] for row in rows)):
            kinds[field["type"]](cell)
            assert allowed is None or cell in allowed


def test_results_of_a_book_without_any():
    found = json.loads(results_json("Empty", {}))
    assert found["statistics"] == {}
    assert found["tables"] == found["figures"] == []
    assert results_csv({}) == ",".join(FIELDS) + "\n"


def test_results_as_csv(pages):
    rows = list(csv.DictReader(io.StringIO(results_csv(pages))))
    shown = [(row["statistic"], row["n"], row["unit"], row["value"], row["text"]) for row in rows]
    assert shown == [
        ("", "", "", "40", "40"),
        ("count", "19", "patients", "8", "8"),
        ("percentage", "19", "%", "42", "42"),
        ("lower limit", "19", "%", "20.3", "20.3"),
        ("upper limit", "19", "%", "66.5", "66.5"),
    ]
    assert {row["name"] for row in rows[1:]} == {"≥ 40 points: Responders"}
    assert {row["origin"] for row in rows[1:]} == {"computed"}
    assert rows[3]["method"] == "Wilson"


@pytest.mark.parametrize("formula", ["=1+1", "@SUM(1)", "+cmd|' /C calc'!A0", "-2+f(1)"])
def test_no_file_of_a_table_has_a_cell_that_a_spreadsheet_runs(formula):
    """A label is whatever a study calls an arm; what it says stays legible, and numbers numbers."""
    page_table = PageTable(formula, formula, formula, ("Arm", formula), ((formula, "-1.5"),))
    assert read_csv(csv_text(page_table)) == [
        [ORIGIN, "Arm", f"'{formula}"],
        [f"'{formula}", f"'{formula}", "-1.5"],
    ]
    facts = {"text": formula, "group": formula}
    glued = [{name: facts.get(name, "") for name in FIELDS if name != "page"} | {"value": -1.5}]
    (row,) = csv.DictReader(io.StringIO(results_csv({"page": PageResults(glued=glued)})))
    assert (row["text"], row["group"], row["value"]) == (f"'{formula}", f"'{formula}", "-1.5")
    # A Word document has text alone: nothing in it is a field, which Word would compute.
    with zipfile.ZipFile(io.BytesIO(word(page_table))) as archive:
        document = archive.read("word/document.xml").decode()
    assert "w:instrText" not in document
    assert "w:fldSimple" not in document
