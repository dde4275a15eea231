"""The files of a tiny book: links, folders, results; and of the real one: names, labels, size."""

import csv
import errno
import io
import json
import os
import re
import shutil
import tempfile
from collections import Counter
from operator import itemgetter

import docx
import pytest
from bs4 import BeautifulSoup

from tests.book.parsed import of_class, parse, text_of
from tests.book.shown import told_apart
from tisstats.book.downloads.export import Export
from tisstats.book.downloads.formats import ORIGIN
from tisstats.book.downloads.latex import escape
from tisstats.book.downloads.names import FOLDER, RESULTS_CSV, RESULTS_JSON
from tisstats.book.downloads.svg import size
from tisstats.book.run.project import UsageError
from tisstats.chapters.result_facts import gaps

pytestmark = pytest.mark.build

FILES = {
    *(f"first-responders.{suffix}" for suffix in ("csv", "html", "tex", "docx")),
    *(f"first-responders-2.{suffix}" for suffix in ("csv", "html", "tex", "docx")),
    *("first-line.pdf", "first-line.png"),
    *("results.json", "results.csv"),
}
LABEL = "Synthetic patients (made up): not real patients"
#: What the pages of the real book may take on the disk, in bytes.
LARGEST_BOOK = 20_200_000
#: What the files of its results may take, in bytes.
LARGEST_RESULTS = 700_000


def links(book, page):
    """Return address and label of every link to a file, in the order of the page."""
    parsed = BeautifulSoup(book.page(page), "html.parser")
    return [(link["href"], link["aria-label"]) for link in parsed.select(".downloads a")]


def results(folder):
    return json.loads((folder / RESULTS_JSON).read_text(encoding="utf-8"))


def rows(folder):
    text = (folder / RESULTS_CSV).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def test_below_each_table_and_figure_are_links_to_its_files(tiny_book):
    found = links(tiny_book, "notebooks/01_first")
    page = tiny_book.html / "notebooks"
    assert [address for address, _ in found if not (page / address).is_file()] == []
    assert found[0] == ("../_images/first-line.svg", "Download figure “line” as SVG")
    assert found[3] == (
        "../_static/downloads/first-responders.csv",
        "Download table “Responders & doses” as CSV",
    )
    assert [label.rpartition(" ")[2] for _, label in found] == [
        *("SVG", "PDF", "PNG"),
        *("CSV", "HTML", "LaTeX", "Word") * 2,
    ]
    assert links(tiny_book, "notebooks/02_second") == []


def test_there_is_a_file_for_each_and_no_other(tiny_book):
    assert {path.name for path in (tiny_book.html / FOLDER).iterdir()} == FILES


def test_a_table_is_the_same_in_all_its_files(tiny_book):
    folder = tiny_book.html / FOLDER
    rows = [["Group", "n (%) (N=19)", "Dose, g/kg"], ["≥ 40", "8 (42%)", "2"]]
    text = (folder / "first-responders.csv").read_text(encoding="utf-8")
    assert list(csv.reader(io.StringIO(text))) == rows
    parsed = BeautifulSoup((folder / "first-responders.html").read_text("utf-8"), "html.parser")
    assert [[cell.text for cell in row(["th", "td"])] for row in parsed("tr")] == rows
    (grid,) = docx.Document(folder / "first-responders.docx").tables
    assert [[cell.text for cell in row.cells] for row in grid.rows] == rows
    latex = (folder / "first-responders.tex").read_text(encoding="utf-8")
    assert r"\ensuremath{\geq} 40 & 8 (42\%) & 2 \\" in latex


def test_rows_of_synthetic_patients_say_so(tiny_book):
    text = (tiny_book.html / FOLDER / "first-responders-2.csv").read_text(encoding="utf-8")
    assert [row[0] for row in csv.reader(io.StringIO(text))] == [ORIGIN, LABEL]


def test_the_figure_on_the_page_is_the_file(tiny_book):
    page = BeautifulSoup(tiny_book.page("notebooks/01_first"), "html.parser")
    image = page.select_one("article picture img")
    assert image["src"] == "../_images/first-line.svg"
    assert (image["width"], image["height"]) == ("192", "144")
    assert image["alt"] == "A line that rises to the threshold."
    assert (tiny_book.html / "_images" / "first-line.svg").read_text("utf-8").startswith("<?xml")
    assert (tiny_book.html / FOLDER / "first-line.pdf").read_bytes().startswith(b"%PDF")
    assert (tiny_book.html / FOLDER / "first-line.png").read_bytes().startswith(b"\x89PNG")


def test_a_phone_gets_a_drawing_of_its_own(tiny_book):
    page = BeautifulSoup(tiny_book.page("notebooks/01_first"), "html.parser")
    (source,) = page.select("article picture source")
    assert "downloads" in page.select_one("article picture").find_next_sibling()["class"]
    assert source["media"] == "screen and (max-width: 750px)"
    assert source["srcset"] == "../_images/first-line-phone.svg"
    drawn = (tiny_book.html / "_images" / "first-line-phone.svg").read_text("utf-8")
    assert size(drawn) == (int(source["width"]), int(source["height"])) == (144, 96)
    # It is no file to download: the other one is the figure.
    assert not any("phone" in address for address, _ in links(tiny_book, "notebooks/01_first"))
    figure = results(tiny_book.html)["figures"][0]
    assert not any("phone" in file for file in figure["files"])


def test_notebooks_in_the_book_do_not_have_the_figures_again(tiny_book):
    source = tiny_book.html / "_sources" / "notebooks" / "01_first.ipynb"
    outputs = [
        output
        for cell in json.loads(source.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", [])
    ]
    (figure,) = (output for output in outputs if "image/svg+xml" in output.get("metadata", {}))
    assert figure["metadata"]["tisstats"] == {"name": "line"}
    assert list(figure["data"]) == ["text/plain"]


def test_results_of_the_book(tiny_book):
    found = results(tiny_book.html)
    assert found["title"] == 'Results of the book: A <i>tiny</i> & "small" book'
    assert found["notice"] == ""
    assert found["pages"] == {"first": "notebooks/01_first", "second": "notebooks/02_second"}
    assert [each["name"] for each in found["tables"]] == ["responders", "responders-2"]
    assert found["tables"][1]["label"] == LABEL
    assert found["tables"][1]["no_results"] == "see above"
    assert found["figures"][0]["description"] == "A line that rises to the threshold."
    shown = [
        (each["page"], each["item"], each["statistic"], each["text"])
        for each in rows(tiny_book.html)
    ]
    assert shown == [
        ("first", "threshold", "", "40"),
        ("first", "share", "percentage", "42.1"),
        ("first", "responders", "count", "8"),
        ("first", "responders", "percentage", "42"),
        ("first", "responders", "value", "2"),
        ("second", "datum", "", "17"),
    ]


def test_facts_are_in_the_results_and_not_on_the_page(tiny_book):
    page = tiny_book.html / "notebooks" / "01_first.html"
    source = tiny_book.html / "_sources" / "notebooks" / "01_first.ipynb"
    assert "data-facts" not in page.read_text(encoding="utf-8")
    assert "data-facts" not in source.read_text(encoding="utf-8")


def test_a_changed_parameter_is_in_every_file_that_has_room_for_it(tiny_book):
    tiny_book.build("threshold=20")
    told = "Not the published analysis: this copy was built with threshold\xa0=\xa020 (default 40)."
    told = told.replace("\xa0", " ")
    assert results(tiny_book.html)["notice"] == told
    folder = tiny_book.html / FOLDER
    assert told in (folder / "first-responders.html").read_text(encoding="utf-8")
    assert told in (folder / "first-responders.tex").read_text(encoding="utf-8")
    assert docx.Document(folder / "first-responders.docx").paragraphs[-1].text == told


# Folders of the reader's choice


@pytest.fixture
def export(tiny_book):
    """Exports to folders, and returns what is said of it."""

    def to(tables=None, figures=None):
        export = Export(tables, figures)
        export.check(tiny_book.project, tiny_book.html)
        return export.write(tiny_book.html)

    return to


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_tables_and_figures_are_copied(export, tmp_path):
    tables, figures = tmp_path / "deep" / "tables", tmp_path / "figures"
    assert export(tables, figures) == [
        f"2 tables in {tables}, 10 files",
        f"1 figure in {figures}, 3 files",
    ]
    pictures = {name for name in FILES if name.startswith("first-line")}
    assert names(tables) == {*FILES, ".tisstats-tables"} - pictures
    assert names(figures) == {*pictures, "first-line.svg", ".tisstats-figures"}


def test_one_folder_may_take_both(export, tmp_path):
    export(tmp_path / "all", tmp_path / "all")
    lists = {".tisstats-tables", ".tisstats-figures"}
    assert names(tmp_path / "all") == {*FILES, "first-line.svg", *lists}


def test_files_of_an_earlier_book_are_removed_and_nothing_else(export, tmp_path):
    folder, letter = tmp_path / "mine", tmp_path / "letter.txt"
    export(folder)
    before = names(folder)
    letter.touch()
    (folder / "listings-patients.csv").write_text("S0001")
    (folder / "own.csv").write_text("mine")
    listed = folder / ".tisstats-tables"
    listed.write_text(listed.read_text() + "listings-patients.csv\n../letter.txt\ngone.csv\n")
    export(folder)
    assert names(folder) == {*before, "own.csv"}
    assert letter.exists()


def test_tables_are_not_copied_beside_those_of_a_trial(tiny_book, tmp_path):
    (tmp_path / "trial").mkdir()
    for folder in (tmp_path / "trial", tmp_path / "trial" / ".." / "trial"):
        with pytest.raises(UsageError, match="has the tables of the trial"):
            Export(folder).check(tiny_book.project, tiny_book.html, tmp_path / "trial")
    for number, name in enumerate(("study.toml", "datapackage.json", "synthetic_ensemble.npz")):
        other = tmp_path / f"other{number}"
        other.mkdir()
        (other / name).touch()
        with pytest.raises(UsageError, match=f"other{number} has data, with {name}: choose"):
            Export(figures=other).check(tiny_book.project, tiny_book.html)
    below = Export(tmp_path / "trial" / "tables")
    below.check(tiny_book.project, tiny_book.html, tmp_path / "trial")


def test_files_of_the_same_name_are_replaced_and_others_left_alone(export, tiny_book, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "letter.txt").write_text("precious")
    (folder / "first-responders.csv").write_text("old")
    export(folder)
    assert names(folder) == {
        "letter.txt",
        ".tisstats-tables",
        *(name for name in FILES if not name.startswith("first-line")),
    }
    assert (folder / "letter.txt").read_text() == "precious"
    copied = tiny_book.html / FOLDER / "first-responders.csv"
    assert (folder / "first-responders.csv").read_bytes() == copied.read_bytes()


def test_a_copy_that_fails_halfway_changes_nothing(export, tmp_path, monkeypatch):
    folder = tmp_path / "mine"
    export(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    copy, copied = shutil.copyfile, []

    def full_after_three(source, target):
        if len(copied) == 3:
            raise OSError(28, "No space left on device")
        copied.append(source)
        return copy(source, target)

    monkeypatch.setattr(shutil, "copyfile", full_after_three)
    with pytest.raises(UsageError, match=r"mine cannot be written: No space left on device"):
        export(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_file_is_refused_before_anything_is_built(export, tmp_path):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UsageError, match="is a file: choose a folder"):
            export(tables=folder)


def test_a_folder_that_nobody_may_write_is_refused(export, tmp_path, monkeypatch):
    def refuse(**_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    # As of a folder without the permission: root has it everywhere.
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    with pytest.raises(UsageError, match="cannot be written"):
        export(figures=tmp_path / "closed")
    assert not (tmp_path / "closed").exists()


@pytest.mark.parametrize("place", ["book/x", "data", "notebooks", "_build/src"])
def test_the_projects_own_places_are_refused(export, tiny_book, place):
    with pytest.raises(UsageError, match="is reserved for project files"):
        export(tables=tiny_book.root / place)


def test_the_folder_of_the_book_is_refused(export, tiny_book):
    with pytest.raises(UsageError, match="is in the folder of the book: choose another folder"):
        export(tables=tiny_book.html / "x")


# The real book


@pytest.fixture(scope="module")
def real(built_book):
    """The results of the real book."""
    return results(built_book)


def test_the_files_of_the_real_book_are_there(real, built_book):
    files = [
        file for kind in ("tables", "figures") for item in real[kind] for file in item["files"]
    ]
    assert len(files) > 600
    assert [file for file in files if not (built_book / file).is_file()] == []
    assert [file for file, count in Counter(files).items() if count > 1] == []


def test_no_name_in_the_real_book_needs_a_number(real):
    assert [
        (item["page"], item["name"])
        for kind in ("tables", "figures")
        for item in real[kind]
        if re.search(r"-\d+$", item["name"])
    ] == []


def test_every_table_with_a_caption_is_among_them(real, built_book):
    shown = Counter()
    for page in built_book.rglob("*.html"):
        if "_static" not in page.parts:
            for table in parse(page).xpath(f"//table{of_class('data-table')}"):
                # The calculator's is filled in by its reader.
                if "calculator-points" not in table.classes:
                    shown[" ".join(text_of(table.find("caption")).split())] += 1
    # A page has typographic apostrophes.
    assert shown == Counter(each["caption"].replace("'", "’") for each in real["tables"])


def test_tables_of_patients_have_their_label_in_each_row(real, built_book):
    labelled = [each for each in real["tables"] if "label" in each]
    assert len(labelled) > 5
    for each in real["tables"]:
        labels = ("ynthetic patients (", "ynthetic patients: not real")
        labelled_caption = any(label in each["caption"] for label in labels)
        assert labelled_caption == ("label" in each), each["name"]
    for each in labelled:
        (file,) = (file for file in each["files"] if file.endswith(".csv"))
        head, *rows = csv.reader(io.StringIO((built_book / file).read_text(encoding="utf-8")))
        assert head[0] == ORIGIN
        assert {row[0] for row in rows} == {each["label"]}


def cells(built_book, table):
    """The cells of a table in its CSV file, without the label of its patients."""
    (file,) = (file for file in table["files"] if file.endswith(".csv"))
    found = list(csv.reader(io.StringIO((built_book / file).read_text(encoding="utf-8"))))
    return [row[1:] for row in found] if "label" in table else found


def test_every_character_of_the_real_book_is_known_to_latex(real, built_book):
    """ASCII, or a letter of Latin-1, which inputenc has for every font that LaTeX comes with."""
    texts = [
        text
        for each in real["tables"]
        for text in (
            each["caption"],
            *(cell for row in cells(built_book, each) for cell in row),
        )
    ]
    unknown = {
        mark
        for text in texts
        for mark in escape(text)
        if not (mark.isascii() or ("À" <= mark <= "ÿ" and mark.isalpha()))
    }
    assert unknown == set()


def test_every_number_in_the_results_of_the_real_book_is_explained(built_book):
    found = rows(built_book)
    assert len(found) > 3000
    assert [(each["page"], each["item"], gaps(each)) for each in found if gaps(each)] == []
    assert told_apart(found) == []
    # A name is read without the rows above it.
    assert [
        each["name"] for each in found if re.match("of (whom|them|these)\\b", each["name"])
    ] == []


def test_every_table_of_the_real_book_has_results_or_says_why_not(real, built_book):
    with_results = {(each["page"], each["item"]) for each in rows(built_book) if each["column"]}
    for each in real["tables"]:
        place = each["page"], each["name"]
        assert each.get("no_results") != "", place
        if "no_results" in each:
            assert place not in with_results


def test_numbers_of_tables_are_in_the_files_of_the_tables(real, built_book):
    tables = {(each["page"], each["name"]): cells(built_book, each) for each in real["tables"]}
    for each in filter(itemgetter("column"), rows(built_book)):
        head, *body = tables[each["page"], each["item"]]
        place = head.index(each["column"])
        assert any(each["text"] in row[place] for row in body), each


def test_results_of_the_real_book_say_what_is_known(built_book):
    numbers = {
        (each["page"], each["item"]): each for each in rows(built_book) if not each["column"]
    }
    low = numbers["primary_outcome", "low"]
    assert low["statistic"] == "lower limit"
    assert (low["method"], low["n"], low["unit"]) == ("95% Clopper-Pearson", "19", "%")


def test_the_results_of_the_real_book_are_small(built_book):
    files = [built_book / file for file in (RESULTS_JSON, RESULTS_CSV)]
    assert sum(file.stat().st_size for file in files) < LARGEST_RESULTS


def test_the_real_book_stays_small(built_book):
    sizes = {path: path.stat().st_size for path in built_book.rglob("*") if path.is_file()}
    heaviest = sorted(sizes, key=lambda path: -sizes[path])[:20]
    listed = "\n".join(f"{sizes[path]:>10,} {path.relative_to(built_book)}" for path in heaviest)
    total = sum(sizes.values())
    assert total < LARGEST_BOOK, f"{total:,} bytes, at most {LARGEST_BOOK:,}; heaviest:\n{listed}"
