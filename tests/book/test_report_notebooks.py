"""The notebooks of a trial's report as written, and which of them a report has."""

import re
from pathlib import Path

import nbformat
import pytest
import yaml

import tisstats
from tests.test_notebooks import answer, code_cells, faults_of_figure, prose, typed_numbers
from tests.trial.studies import make_study
from tisstats.book import trial_report
from tisstats.book.run import target
from tisstats.book.trial_report import cite_page, write_project
from tisstats.cli import main
from tisstats.trial.study_data import StudyData
from tisstats.trial.template import example_folder

FOLDER = Path(trial_report.__file__).parent
NOTEBOOKS = sorted(FOLDER.glob("notebooks/*.ipynb"))

#: Words of one paper, which a report of any trial must not have.
OF_A_PAPER = r"(?i)\bivig\b|immunoglobulin|\blim\b|\bpilot\b|the (?:article|paper)\b"


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


def test_notebooks_are_clean_and_answer_a_question(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert all(not cell.outputs and cell.execution_count is None for cell in code_cells(notebook))
    assert notebook.cells[0].source.startswith("# ")
    everything = "\n".join(cell.source for cell in notebook.cells)
    assert answer(notebook)
    assert "show(page.notice())" in everything


def test_every_notebook_has_the_same_parameters_and_passes_them_on():
    cells = [
        cell
        for each in NOTEBOOKS
        for cell in code_cells(nbformat.read(each, as_version=4))
        if "parameters" in cell.metadata.get("tags", [])
    ]
    assert len(cells) == len(NOTEBOOKS)
    # A page may have parameters of its own after the common ones.
    assert len({tuple(cell.source.splitlines()[:2]) for cell in cells}) == 1
    for each in NOTEBOOKS:
        assert "(cohort, mapping" in each.read_text(encoding="utf-8")


def test_no_number_is_typed_and_no_word_is_of_one_paper(path):
    for text in prose(path):
        assert typed_numbers(text) == []
        assert not re.search(OF_A_PAPER, text)


def test_figures_have_a_caption_a_name_and_the_origin_of_their_rows(path):
    for cell in code_cells(nbformat.read(path, as_version=4)):
        if "mystnb" in cell.metadata:
            assert faults_of_figure(cell) == []
            assert "{glue:text}`label`" in cell.metadata["mystnb"]["figure"]["caption"]


def test_every_notebook_is_in_the_table_of_contents():
    toc = yaml.safe_load((FOLDER / "_toc.yml").read_text(encoding="utf-8"))
    listed = [toc["root"], *(chapter["file"] for chapter in toc["chapters"])]
    assert listed.pop() == "book/cite"
    assert sorted(Path(page).name for page in listed) == [each.stem for each in NOTEBOOKS]


def test_a_report_says_how_to_cite_it_and_its_software(tmp_path):
    folder = make_study(4, seed=1).write(tmp_path / "study")
    data = StudyData.read(folder)
    root = tmp_path / "book"
    project = write_project(data, {"cohort": str(folder)}, root)
    text = (root / "book" / "cite.md").read_text("utf-8")
    assert data.study.study.title in text
    assert text.count(f"tisstats {tisstats.__version__}.") == 1
    assert not re.search(OF_A_PAPER, text)
    assert "{" not in text
    assert project.pages()[-1] == "book/cite"


def test_no_title_ends_the_block_that_it_is_cited_in():
    text = cite_page("A `trial`\n```\nof {version}.")
    assert "A 'trial' ''' of {version}. Report made with tisstats" in text
    assert text.count("```") == 4


def test_a_report_says_where_it_is_built_if_it_cannot_be_built_there(tmp_path, monkeypatch, capsys):
    (tmp_path / "_build").write_text("a file of somebody")
    monkeypatch.chdir(tmp_path)
    words = ["book", "--cohort", str(example_folder()), "--output", str(tmp_path / "report")]
    assert main(words) == 2
    built = f"a report is built in {Path('_build') / 'trials'} of the folder in which the command"
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"tisstats book: {tmp_path / '_build'} is a file: {built} runs")
    (tmp_path / "_build").unlink()
    monkeypatch.setattr(target, "takes_files", lambda folder: folder != tmp_path)
    assert main(words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"tisstats book: {tmp_path} cannot be written: {built} runs")
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("wanted", [True, False])
def test_listings_can_be_left_out(tmp_path, wanted):
    made = make_study(4, seed=1)
    listings = f"listings = {str(wanted).lower()}\n[arms]"
    made.description = made.description.replace("[arms]", listings)
    folder = made.write(tmp_path / "study")
    project = write_project(StudyData.read(folder), {"cohort": str(folder)}, tmp_path / "book")
    names = {path.stem for path in project.notebooks()}
    assert ("listings" in names) == wanted
    assert {"summary", "patients", "choices"} <= names
