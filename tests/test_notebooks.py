"""The notebooks as written: clean, a question answered, typed parameters, glued numbers."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from tests.wording import texts_of_code

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAGES = sorted((ROOT / "book").rglob("*.md"))
REPORT = sorted((ROOT / "tisstats" / "chapters" / "trial_report").glob("*.py"))
CHAPTERS = sorted({*(ROOT / "tisstats" / "chapters").rglob("*.py")} - {*REPORT})


def named(path):
    return path.stem


@pytest.fixture(params=NOTEBOOKS, ids=named)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(path):
    """All that a page says in words: Markdown, and captions in the metadata of cells."""
    if path.suffix == ".md":
        return [path.read_text(encoding="utf-8")]
    if path.suffix == ".py":
        return list(texts_of_code(path.read_text(encoding="utf-8")))
    texts = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            texts.append(cell.source)
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        texts.append(figure.get("caption", ""))
    return texts


def test_there_are_notebooks():
    assert len(NOTEBOOKS) >= 7


def test_notebooks_are_clean(notebook):
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in code_cells(notebook):
        assert cell.outputs == []
        assert cell.execution_count is None
    identifiers = [cell.id for cell in notebook.cells]
    assert len(identifiers) == len(set(identifiers))


#: Below the title: a question in bold letters, and its answer in the same paragraph.
QUESTION_AND_ANSWER = re.compile(
    r"# [^\n]+\n\n\*\*[A-Z][^*\n]+\?\*\* (?P<answer>\S[^\n]*(?:[.]|`))(?:\n\n|$)"
)


def answer(notebook):
    """The answer that the first cell gives to the question of the page; None without it."""
    first = notebook.cells[0]
    found = QUESTION_AND_ANSWER.match(first.source) if first.cell_type == "markdown" else None
    return found["answer"] if found else None


def test_a_notebook_asks_its_question_at_the_top_and_answers_it(notebook):
    assert answer(notebook)
    everything = "\n".join(cell.source for cell in notebook.cells)
    assert len(re.findall(r"\?\*\* ", everything)) == 1


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("# A\n\n**How many?** Of {glue:text}`n`, few.\n\nMore.", "Of {glue:text}`n`, few."),
        ("# A\n\n**Objective: count.** Of few.", None),
        ("# A\n\n**How many?**\n\nFew.", None),
        ("**How many?** Few.", None),
    ],
)
def test_a_page_without_an_answer_is_found(source, found):
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source)])
    assert answer(page) == found


def test_each_chapter_on_the_study_ends_with_the_bottom_line_and_where_to_go_on():
    for path in NOTEBOOKS:
        cells = nbformat.read(path, as_version=4).cells
        if path.stem[:2].isdigit():
            # What the paper says, what we get, what it means.
            bold = re.findall(r"(?m)^- \*\*(The article says|We get|It means)\b", cells[0].source)
            assert bold == ["The article says", "We get", "It means"], path.stem
        if path.stem[:2] >= "03" and path.stem[:2].isdigit():
            assert "For a clinician\n" in cells[-2].source, path.stem
            assert "For a statistician\n" in cells[-2].source, path.stem
        if path.stem != "data_dictionary":
            assert sum(cell.source.startswith("## What next\n") for cell in cells) == 1, path.stem


def test_parameters_are_typed_and_documented(notebook):
    (cell,) = (cell for cell in code_cells(notebook) if "parameters" in cell.metadata.tags)
    lines = cell.source.splitlines()
    assert lines
    for line in lines:
        assert re.fullmatch(r"[a-z_]+: (int|float|bool|str) = [^#=]+  # \S[^=]*", line), line


def test_every_parameter_is_used(notebook):
    (cell,) = (cell for cell in code_cells(notebook) if "parameters" in cell.metadata.tags)
    names = [line.partition(":")[0] for line in cell.source.splitlines()]
    rest = "\n".join(other.source for other in code_cells(notebook) if other is not cell)
    used = {node.id for node in ast.walk(ast.parse(rest)) if isinstance(node, ast.Name)}
    assert set(names) <= used


def test_a_parameter_is_the_same_wherever_it_stands():
    lines = {}
    for path in NOTEBOOKS:
        for cell in code_cells(nbformat.read(path, as_version=4)):
            if "parameters" in cell.metadata.tags:
                for line in cell.source.splitlines():
                    lines.setdefault(line.partition(":")[0], set()).add(line)
    assert {name: found for name, found in lines.items() if len(found) > 1} == {}


def test_code_stays_out_of_the_way_and_holds_no_logic(notebook):
    for cell in code_cells(notebook):
        assert {"hide-input", "remove-input"} & set(cell.metadata.tags)
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(
                node, ast.FunctionDef | ast.ClassDef | ast.For | ast.While | ast.If | ast.Lambda
            ), f"logic in a notebook: {ast.unparse(node)}"


def pictures_of_chapters():
    """Names of the functions of chapters that return a picture."""
    functions = (
        node
        for path in CHAPTERS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.returns is not None
    )
    return {each.name for each in functions if "FigureItem" in ast.unparse(each.returns)}


PICTURES = pictures_of_chapters()


def shown_pictures(cell):
    """Names of the pictures that a cell shows."""
    calls = (node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call))
    names = [call.func.attr for call in calls if isinstance(call.func, ast.Attribute)]
    return [name for name in names if name in PICTURES]


def faults_of_figure(cell):
    """What a cell that shows a picture lacks; its alt text is looked at in the built book."""
    figure = cell.metadata.get("mystnb", {}).get("figure", {})
    faults = [] if figure.get("name", "").startswith("fig-") else ["no name"]
    if not figure.get("caption", "").strip():
        faults.append("no caption")
    if len(shown_pictures(cell)) > 1:
        faults.append("two pictures under one caption")
    return faults


def test_every_figure_has_a_caption_and_a_name(notebook):
    for cell in code_cells(notebook):
        if shown_pictures(cell):
            assert faults_of_figure(cell) == [], cell.source
        else:
            assert "figure" not in cell.metadata.get("mystnb", {}), cell.source


def test_every_picture_of_a_chapter_is_shown_under_a_name_of_its_own():
    cells = [
        cell
        for path in NOTEBOOKS
        for cell in code_cells(nbformat.read(path, as_version=4))
        if shown_pictures(cell)
    ]
    names = [cell.metadata.mystnb.figure.name for cell in cells]
    assert len(names) == len(set(names)) > 10
    public = {name for name in PICTURES - {"figure_item"} if not name.startswith("_")}
    assert {name for cell in cells for name in shown_pictures(cell)} == public


@pytest.mark.parametrize(
    ("source", "figure", "faults"),
    [
        ("show(page.forest())", {"name": "fig-a", "caption": "A"}, []),
        ("show(page.forest())", {"name": "fig-a", "caption": " "}, ["no caption"]),
        ("show(page.forest())", {"name": "a", "caption": "A"}, ["no name"]),
        ("show(page.notice(), page.forest())", {}, ["no name", "no caption"]),
        (
            "show(page.forest(), page.diagram())",
            {"name": "fig-a", "caption": "A"},
            ["two pictures under one caption"],
        ),
    ],
)
def test_a_figure_without_its_words_is_found(source, figure, faults):
    metadata = {"mystnb": {"figure": figure}} if figure else {}
    cell = nbformat.v4.new_code_cell(source, metadata=metadata)
    assert shown_pictures(cell)
    assert faults_of_figure(cell) == faults


#: Markup whose content is no prose: code, mathematics, roles, links, options of directives.
NO_PROSE = [
    r"<!-- bench: begin[\s\S]*?bench: end -->",  # written by `make bench`; another test compares it
    r"(?s)^(`{3,})(?!\{(note|tip|warning|glossary)).*?^\1",
    r"\{[a-z:]+\}`[^`]*`",
    r"`[^`]*`",
    r"(?s)\$\$.*?\$\$",
    r"\$[^$\n]+\$",
    r"(?<=\])\([^)]*\)",
    r"(?m)^:[a-z-]+:.*$",
    r"(?m)^:{3,}.*$",
    r"(?m)^\d+\. ",
]

#: Names that contain a number, and are no statement of one.
NAMES = [
    r"Python 3\.11",
    r"version [125]\b",
    r"Dataset-JSON 1\.1",
    r"Table [12]\b",
    r"type 6",
    r"1 µkat/L",
    r"\(n \+ 1\) p",
    r"EQ-5D(-5L)?",
    r"MMT-8",
    r"anti-Jo1",
    r"UTF-8",
    r"ICH E9\(R1\)",
    r"section A\.3\.2",
    r"[Ww]eek 0\b|[Dd]ay (0|−?1)\b",  # where weeks and study days begin
    r"Lim et al\. 2021",  # the source line of figures
]

WORDS = [
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
    *("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred"),
]

#: Phrases in which a number word counts nothing of the study.
PHRASES = [
    r"two kinds of (numbers|evidence)",
    r"two-sided",
    r"rule of three",
    r"one hundred",
    r"nine in ten",
    r"one or two",
    r"two (columns|denominators)",  # of a table
    r"< 0\.0001",
    r"\b0 of\b",  # nobody, as counts and intervals of the safety page are worded
    r"\[0\]",  # patients at a visit that nobody has
    r"\b0 or 100%",  # the ends of the scale of a proportion
]


def typed_numbers(text):
    for pattern in (*NO_PROSE, *NAMES):
        text = re.sub(pattern, " ", text, flags=re.MULTILINE)
    for phrase in PHRASES:
        text = re.sub(phrase, " ", text, flags=re.IGNORECASE)
    words = "|".join(WORDS)
    return re.findall(rf"(?i)\b\S*\d\S*|\b(?:{words})\b", text)


@pytest.mark.parametrize("path", [*NOTEBOOKS, *PAGES, *CHAPTERS, *REPORT], ids=named)
def test_no_number_is_typed_into_prose_or_captions(path):
    found = [number for text in prose(path) for number in typed_numbers(text)]
    assert found == []


@pytest.mark.parametrize("text", ["8 of 19", "week 9", "Eight patients", "42.0%", "five-year"])
def test_a_typed_number_is_found(text):
    assert typed_numbers(f"There were {text} in all.")


def test_the_readme_examples_hold():
    import doctest

    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert tried >= 2
    assert failed == 0


def test_the_citation_file_fits_the_package():
    import yaml

    import tisstats

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)
    assert str(citation["version"]) == tisstats.__version__
