"""What nbval's runs of the notebooks show is compared with the book, output by output."""

from base64 import b64encode
from copy import deepcopy
from hashlib import sha256
from types import SimpleNamespace

import pytest
from nbval.plugin import IPyNbCell, NbCellError

from tests import conftest, notebook_outputs
from tests.notebook_outputs import NOTEBOOKS, differences
from tisstats.book.downloads.names import METADATA


def display(data, **metadata):
    return {"output_type": "display_data", "data": data, "metadata": metadata}


SVG, PDF = "<svg>1</svg>", b"%PDF-1"
FILES = {"pdf": b64encode(PDF).decode()}
FIGURES = {sha256(SVG.encode()).digest(), sha256(PDF).digest()}

#: What a cell shows, and the prose below it.
SHOWN = [
    display({"application/papermill.record/text/plain": "'19'"}, scrapbook={"name": "n"}),
    display(
        {"image/svg+xml": SVG, "text/plain": "One."}, **{METADATA: {"name": "a", "files": FILES}}
    ),
    display({"text/html": "<p>2</p>"}),
]
PROSE = display({"text/markdown": "Of 19 patients"})
PUBLISHED = [SHOWN[0], display({"text/plain": "One."}, **{METADATA: {"name": "a"}}), SHOWN[2]]


def test_what_the_book_has_may_be_followed_by_prose_alone():
    assert differences(SHOWN, PUBLISHED, FIGURES) == []
    assert differences([*SHOWN, PROSE, PROSE], PUBLISHED, FIGURES) == []


def spoiled(place, change):
    outputs = deepcopy([*SHOWN, PROSE])
    change(outputs[place])
    return outputs


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        (spoiled(0, lambda one: one["data"].update({next(iter(one["data"])): "'20'"})), "'20'"),
        (spoiled(0, lambda one: one["metadata"].update(scrapbook={"name": "m"})), "output 0: "),
        (spoiled(1, lambda one: one["data"].update({"image/svg+xml": "<svg>2</svg>"})), "as svg"),
        (spoiled(1, lambda one: one["metadata"][METADATA].update(files={"pdf": "JQ=="})), "as pdf"),
        (spoiled(1, lambda one: one["data"].update({"text/plain": "Two."})), "Two."),
        (spoiled(2, lambda one: one["data"].update({"text/html": "<p>3</p>"})), "<p>3</p>"),
        (spoiled(3, lambda one: one["data"].update({"text/markdown": "{glue:text}`n`"})), "prose"),
        (spoiled(3, lambda one: one["data"].update({"text/html": "<p></p>"})), "no prose"),
        (SHOWN[:2], "2 outputs, and in the book 3"),
        ([*SHOWN, {"output_type": "stream", "name": "stderr", "text": "beware"}], "beware"),
        ([SHOWN[0], SHOWN[2], SHOWN[1]], "output 1: "),
    ],
)
def test_whatever_differs_is_named(outputs, expected):
    assert expected in "\n".join(differences(outputs, PUBLISHED, FIGURES))


def test_of_a_long_table_the_place_that_differs_is_shown():
    rows = [f"<td>{number}</td>" for number in range(5_000)]
    here, there = ("".join([*rows, last]) for last in ("<td>new</td>", "<td>old</td>"))
    (found,) = differences([display({"text/html": here})], [display({"text/html": there})], FIGURES)
    assert "<td>4999</td><td>new" in found
    assert "<td>4999</td><td>old" in found
    assert len(found) < 500


@pytest.mark.parametrize(
    ("source", "number", "found"),
    [
        ("show()", "19", None),
        ("show()", "20", "'20'"),
        ("show(1)", "19", "The book shows another cell in this place"),
    ],
)
def test_the_cell_that_differs_fails(monkeypatch, source, number, found):
    cell = SimpleNamespace(source="show()", outputs=PUBLISHED[:1])
    monkeypatch.setattr(notebook_outputs, "built_book", lambda: NOTEBOOKS)
    monkeypatch.setattr(notebook_outputs, "code_cells", lambda _: [cell])
    monkeypatch.setattr(notebook_outputs, "digests_of_figures", lambda _: FIGURES)
    item = object.__new__(IPyNbCell)
    item.path, item.cell_num, item.cell = NOTEBOOKS / "a.ipynb", 0, SimpleNamespace(source=source)
    item.test_outputs = [
        display({next(iter(SHOWN[0]["data"])): f"'{number}'"}, scrapbook={"name": "n"})
    ]
    running = notebook_outputs.pytest_runtest_call(item)
    next(running)
    with pytest.raises(NbCellError if found else StopIteration, match=found):
        running.send(None)


def test_all_runs_of_notebooks_are_compared(pytestconfig):
    assert pytestconfig.pluginmanager.has_plugin("tests.notebook_outputs")


def test_a_book_that_cannot_be_built_is_not_tried_again_for_the_next_cell(monkeypatch):
    builds = []

    def fail(command, **_):
        builds.append(command)
        return SimpleNamespace(returncode=1, stdout="", stderr="broken")

    monkeypatch.setattr(conftest.subprocess, "run", fail)
    for _ in range(2):
        with pytest.raises(pytest.fail.Exception, match="broken"):
            conftest.build_book("never")
    assert len(builds) == 1
