"""Notebooks outside the book: their prose is displayed with its numbers, once."""

import json
import os
import re
import subprocess
import sys

import nbformat
import pytest
from myst_nb.ext import glue

from tests.conftest import ROOT
from tisstats.book import live_prose, notebook
from tisstats.book.live_prose import IN_BOOK, LiveProse, render_prose
from tisstats.book.run.kernels import ENVIRONMENT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def code(source, **metadata):
    return nbformat.v4.new_code_cell(source, metadata=metadata)


def text(source):
    return nbformat.v4.new_markdown_cell(source)


@pytest.fixture
def write(tmp_path):
    def write(*cells, name="page"):
        notebook = nbformat.v4.new_notebook(cells=list(cells))
        (tmp_path / f"{name}.ipynb").write_text(nbformat.writes(notebook), encoding="utf-8")
        return LiveProse((tmp_path,))

    return write


def test_a_text_is_shown_after_the_cell_before_it(write):
    prose = write(
        text("Of {glue:text}`n`."), code("glue()"), text("{glue:text}`n` left."), code("x")
    )
    prose.glue({"n": "19"})
    assert prose.after_cell("glue()") == ["Of 19.", "19 left."]
    assert prose.after_cell("x") == []


def test_a_text_waits_for_the_cell_that_glues_its_last_number(write):
    prose = write(code("first()"), text("{glue:text}`a` and {glue:text}`b`"), code("second()"))
    prose.glue({"a": "1"})
    assert prose.after_cell("first()") == []
    prose.glue({"b": "2"})
    assert prose.after_cell("second()") == ["1 and 2"]


def test_a_cell_that_runs_again_shows_its_text_again_with_the_new_number(write):
    prose = write(code("glue()"), text("{glue:text}`n`"))
    for number in ("19", "20"):
        prose.glue({"n": number})
        assert prose.after_cell("glue()") == [number]


def test_a_caption_is_shown_below_its_figure(write):
    figure = {"figure": {"caption": "Level {glue:text}`level`%.", "name": "fig-a"}}
    prose = write(code("glue()"), code("draw()", mystnb=figure))
    prose.glue({"level": "95"})
    assert prose.after_cell("glue()") == []
    assert prose.after_cell("draw()") == ["*Level 95%.*"]


def test_a_text_without_glued_numbers_is_left_to_the_front_end(write):
    prose = write(code("glue()"), text("Words only."))
    prose.glue({"n": "19"})
    assert prose.after_cell("glue()") == []


def test_a_cell_that_belongs_to_no_notebook_shows_nothing(write, tmp_path):
    prose = write(code("glue()"), text("{glue:text}`n`"))
    (tmp_path / "broken.ipynb").write_text("{", encoding="utf-8")
    prose.glue({"n": "19"})
    assert prose.after_cell("print()") == []
    assert prose.after_cell("glue()") == ["19"]
    # An edited cell that is not saved yet is known by its identifier.
    (cell, _) = nbformat.read(tmp_path / "page.ipynb", as_version=4).cells
    assert prose.after_cell("glue()  # edited", cell.id) == ["19"]


def test_cells_of_parameters_do_not_tell_a_notebook(write):
    parameters = code("level = 0.95", tags=["parameters"])
    write(parameters, code("other()"), text("other {glue:text}`n`"), name="a_page")
    prose = write(parameters, code("glue()"), text("this {glue:text}`n`"), name="b_page")
    assert prose.after_cell("level = 0.95") == []
    prose.glue({"n": "19"})
    assert prose.after_cell("glue()") == ["this 19"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_text_with_numbers_is_shown_once_and_without_roles(path):
    cells = nbformat.read(path, as_version=4).cells
    captions = [c.metadata.get("mystnb", {}).get("figure", {}).get("caption", "") for c in cells]
    texts = [c.source for c in cells if c.cell_type == "markdown"] + captions
    expected = [each for each in texts if "{glue:text}" in each]
    names = {name for each in expected for name in re.findall(r"\{glue:text\}`([^`]+)`", each)}
    prose, shown = LiveProse((path.parent,)), []
    for cell in cells:
        if cell.cell_type == "code":
            if "glue_values(" in cell.source:
                prose.glue(dict.fromkeys(names, "NUMBER"))
            shown += prose.after_cell(cell.source)
    # Notebooks with a second call glue everything again here, so that later texts move there.
    assert len(set(shown)) == len(set(expected))
    assert "{" not in re.sub(r"\$[^$]*\$|```.*?```", "", "".join(shown), flags=re.DOTALL)


def test_boxes_of_the_book_become_a_bold_title_and_their_text():
    source = "::::{grid} 1 1 2 2\n\n:::{grid-item-card} Whom\nIt holds.\n:::\n::::\n"
    assert render_prose(source, {}) == "\n**Whom**\n\nIt holds.\n"
    assert render_prose("```{note}\n:class: tip\n```\nAt 9:30: yes.", {}).endswith("At 9:30: yes.")


def test_roles_of_the_book_become_words():
    source = "{numref}`fig-a` has {term}`x`.\n\n{numref}`fig-b`, {cite}`a2020,b2021`"
    assert render_prose(source, {}) == (
        "The figure below has x.\n\nThe figure below, [a2020, b2021]"
    )


def test_the_book_displays_nothing_twice(monkeypatch):
    assert ENVIRONMENT[IN_BOOK]
    monkeypatch.setattr(live_prose, "get_ipython", lambda: pytest)
    monkeypatch.setenv(IN_BOOK, ENVIRONMENT[IN_BOOK])
    assert live_prose.live_prose.__wrapped__() is None
    monkeypatch.setattr(live_prose, "get_ipython", lambda: None)
    monkeypatch.delenv(IN_BOOK)
    assert live_prose.live_prose.__wrapped__() is None


@pytest.mark.build
def test_plain_papermill_shows_the_numbers(tmp_path):
    result = tmp_path / "executed.ipynb"
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", "--log-level", "ERROR"]
    environment = {name: value for name, value in os.environ.items() if name != IN_BOOK}
    subprocess.run(
        [*command, ROOT / "notebooks" / "05_safety.ipynb", result, "-p", "confidence_level", "0.9"],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
    )
    outputs = [
        output["data"]["text/markdown"]
        for cell in json.loads(result.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", [])
        if "text/markdown" in output.get("data", {})
    ]
    shown = "\n".join("".join(lines) for lines in outputs)
    assert "There were 3 serious adverse events in 2 patients" in shown
    assert "Intervals (Clopper-Pearson, 90%) are computed here." in shown
    assert "{glue:text}" not in shown
    assert shown.count("**Safety outcomes by patient**") == 1


@pytest.mark.parametrize(("opened_in", "published"), [({}, 60), ({"JPY_SESSION_NAME": "x"}, 0)])
def test_values_do_not_push_the_prose_out_of_the_outputs_that_jupyterlab_shows(
    monkeypatch, opened_in, published
):
    outputs = []
    prose = LiveProse(())
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    for name, value in opened_in.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(notebook, "live_prose", lambda: prose)
    monkeypatch.setattr(notebook, "publish_display_data", lambda *_, **__: outputs.append(1))
    notebook.glue_values(**{f"value_{number}": number for number in range(60)})
    assert len(outputs) == published
    assert len(prose.values) == 60


def test_glued_values_are_of_the_types_of_myst_nb():
    assert notebook.GLUE_PREFIX == glue.GLUE_PREFIX


def test_a_notebook_starts_without_what_reads_notebooks():
    code = "import sys, tisstats.book.notebook; print({'nbformat', 'jsonschema'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
