"""A tiny book to build: a page of prose that pastes from two notebooks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, nullcontext
from functools import cache
from pathlib import Path

import pytest

from tests.book.forked_builders import Builders
from tisstats.book.build import build
from tisstats.book.pages import builder
from tisstats.book.run import kernels
from tisstats.book.run.project import Project

PARAMETERS = """\
threshold: int = 40  # points that count as a response
level: float = 0.95  # confidence
"""
GLUE = """\
from myst_nb import glue
glue("{name}", {value}, display=False)
"""
FIGURE = """\
import matplotlib as mpl
import matplotlib.pyplot as plt
from IPython.display import display
from tisstats.book.notebook import show
from tisstats.chapters.page import FigureItem

figure, axes = plt.subplots(figsize=(2, 1.5))
axes.plot([1, threshold])
phone, axes = plt.subplots(figsize=(1.5, 1))
axes.plot([1, threshold])
show(FigureItem(figure, "A line that rises to the threshold.", "line", phone))
plt.close("all")
"""
TABLES = """\
import pandas as pd
from tisstats.book.notebook import glue_values, show
from tisstats.chapters.page import Result, Table, table_facts
from tisstats.chapters.result_facts import COUNT_PERCENTAGE, VALUE, Facts

facts = table_facts(
    {"n*": Facts(COUNT_PERCENTAGE, "Responders"), "Dose, g/kg": Facts(VALUE, unit="g/kg")}
)
frame = pd.DataFrame({"Group": ["≥ 40"], "n (%) (N=19)": ["8 (42%)"], "Dose, g/kg": ["2"]})
label = "Synthetic patients (made up): not real patients"
show(
    Table(frame, "Responders & doses", name="responders", facts=facts),
    Table(frame, f"Responders. {label}", True, "responders", label, "see above"),
)
glue_values(share=Result("42.1", Facts("{percentage}", "Responders", n="19", origin="computed")))
"""
CONFIG = """\
title: A <i>tiny</i> & "small" book
author: Its testers
only_build_toc_files: true
execute:
  execute_notebooks: force
  stderr_output: error
sphinx:
  extra_extensions: [tisstats.book.site.theme]
  config:
    nb_execution_raise_on_error: true
    html_theme_options:
      home_page_in_toc: true
"""
TOC = """\
format: jb-book
root: book/intro
parts:
  - caption: Study
    chapters:
      - file: notebooks/01_first
      - file: notebooks/02_second
"""
INTRO = """\
# Intro

The threshold is {glue:text}`../notebooks/01_first.ipynb::threshold:s` points,
the datum {glue:text}`../notebooks/02_second.ipynb::datum:s`.
"""


def code(source: str, *tags: str) -> dict[str, object]:
    """Return a code cell."""
    metadata = {"tags": list(tags)} if tags else {}
    return {
        "cell_type": "code",
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def prose(source: str) -> dict[str, object]:
    """Return a cell of prose."""
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def write_notebook(path: Path, *cells: dict[str, object]) -> None:
    """Write a notebook without outputs."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    identified = [{**cell, "id": f"cell-{number}"} for number, cell in enumerate(cells)]
    contents = {
        "cells": identified,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(contents, indent=1), encoding="utf-8")


class TinyBook:
    """A tiny book in a folder of its own, with a package of its own."""

    def __init__(self, root: Path):
        self.root = root
        self.project = Project(root, package=root / "package")
        self.html = root / "_build" / "html"
        self.first = root / "notebooks" / "01_first.ipynb"
        self.second = root / "notebooks" / "02_second.ipynb"
        self.lines: list[str] = []

    def write(self) -> None:
        """Write the sources."""
        for folder in ("book", "data", "notebooks", "package"):
            (self.root / folder).mkdir(parents=True)
        (self.root / "_config.yml").write_text(CONFIG)
        (self.root / "_toc.yml").write_text(TOC)
        (self.root / "requirements.txt").write_text("numpy==2.4.6\n")
        (self.root / "book" / "intro.md").write_text(INTRO)
        (self.root / "data" / "datum.txt").write_text("17")
        (self.root / "package" / "code.py").write_text("ANSWER = 42\n")
        write_notebook(
            self.first,
            prose("# First\n\nIt holds that $a^2 \\ge 0$."),
            code(PARAMETERS, "parameters", "hide-input"),
            code(GLUE.format(name="threshold", value="str(threshold)"), "hide-input"),
            code(FIGURE, "hide-input"),
            code(TABLES, "hide-input"),
        )
        write_notebook(
            self.second,
            prose("# Second"),
            code("threshold: int = 40  # points that count as a response", "parameters"),
            code("datum = open('../data/datum.txt').read()"),
            code(GLUE.format(name="datum", value="datum")),
        )

    def build(self, *settings: str, output: Path | None = None) -> list[str]:
        """Build, and return the lines of progress."""
        lines: list[str] = []
        build(self.project, settings, output=output, report=lines.append)
        return lines

    def page(self, name: str) -> str:
        """Return the HTML of a page."""
        return (self.html / f"{name}.html").read_text(encoding="utf-8")

    def pages(self) -> dict[str, str]:
        """Return the HTML of all pages."""
        return {name: self.page(name) for name in self.project.pages()}

    def state(self) -> dict[str, bytes]:
        """Return every byte of the finished book."""
        return {
            path.relative_to(self.html).as_posix(): path.read_bytes()
            for path in sorted(self.html.rglob("*"))
            if path.is_file()
        }


@pytest.fixture(scope="session")
def _fork_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[], kernels.ForkServer | None]]:
    """Return a process that forks kernels, started when it is first wanted: that takes long."""
    start = kernels.fork_server
    with ExitStack() as stack:

        @cache
        def server() -> kernels.ForkServer | None:
            return stack.enter_context(start(tmp_path_factory.mktemp("log") / "kernels.log"))

        yield server


@pytest.fixture(scope="module", autouse=True)
def _one_fork_server(_fork_server: Callable[[], kernels.ForkServer | None]) -> Iterator[None]:
    """Let all builds of a run of the tests fork their kernels from one process.

    Builds that are processes, such as those of the real book, still start and end their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "fork_server", lambda _: nullcontext(_fork_server()))
        yield


@pytest.fixture(scope="session")
def _builders() -> Iterator[Builders]:
    with closing(Builders()) as builders:
        yield builders


@pytest.fixture(scope="module", autouse=True)
def _forked_builders(_builders: Builders) -> Iterator[None]:
    """Let all builds of this process fork their page builders, where processes can be forked."""
    with pytest.MonkeyPatch.context() as patch:
        if kernels.CAN_FORK:
            patch.setattr(builder, "subprocess", _builders.subprocess())
        yield


@pytest.fixture
def new_book(tmp_path: Path) -> TinyBook:
    """A tiny book, not built yet."""
    book = TinyBook(tmp_path / "new")
    book.write()
    return book


@pytest.fixture(scope="session")
def _built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = TinyBook(tmp_path_factory.mktemp("tiny") / "checkout")
    book.write()
    book.build()
    return book.root


@pytest.fixture
def tiny_book(_built_once: Path, tmp_path: Path) -> TinyBook:
    """A tiny book that has been built, to be changed at will."""
    root = tmp_path / "checkout"
    shutil.copytree(_built_once, root)
    return TinyBook(root)


@pytest.fixture
def notebook_writer() -> Callable[..., None]:
    """Writes a notebook from cells."""
    return write_notebook


@pytest.fixture
def code_cell() -> Callable[..., dict[str, object]]:
    """Makes a code cell from its source and tags."""
    return code
