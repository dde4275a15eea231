from types import SimpleNamespace

import pytest

from tisstats.book.pages import builder
from tisstats.book.pages.builder import (
    PageBuilder,
    find_errors,
    is_parallel_allowed,
    map_to_source,
)
from tisstats.book.run.project import BookError


@pytest.fixture(scope="module", autouse=True)
def _forked_builders():
    """Here page builders are processes of their own, as outside of tests."""


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("book/intro.md:12: WARNING: x", "book/intro.md:12: WARNING: x"),
        ("notebooks/a.ipynb:30004: ERROR: x", "notebooks/a.ipynb: cell 3, line 4: ERROR: x"),
        ("notebooks/a.ipynb: WARNING: x", "notebooks/a.ipynb: WARNING: x"),
    ],
)
def test_complaints_name_the_sources_not_the_mirror(new_book, place, shown):
    project = new_book.project
    assert map_to_source(f"{project.staging_folder}/{place}", project) == shown


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "reading sources\n\x1b[91mbook/intro.md:3: WARNING: term not in glossary: 'x'\x1b[39m\n"
            "writing\nbook/intro.md:3: WARNING: term not in glossary: 'x'\n",
            ["book/intro.md:3: WARNING: term not in glossary: 'x'"],
        ),
        (
            "\nExtension error:\nCould not import x\n"
            "Traceback (most recent call last):\n  File a\nRuntimeError:\n=====\n",
            ["ERROR: Extension error: Could not import x"],
        ),
        (
            "Extension error (some.extension):\nHandler f for event 'x' threw an exception\n",
            ["ERROR: Extension error (some.extension): Handler f for event 'x' threw an exception"],
        ),
        (
            "Exception occurred:\n  File \"/x.py\", line 3, in f\n    g()\nKeyError: 'lost'\n"
            "The full traceback has been saved in /tmp/sphinx-err.log\n",
            ["ERROR: Exception occurred: KeyError: 'lost'"],
        ),
        (
            "Sphinx parallel build error:\nRuntimeError: lost\n",
            ["ERROR: Sphinx parallel build error: RuntimeError: lost"],
        ),
        (
            "Traceback (most recent call last):\n  File x\nModuleNotFoundError: No module 'x'\n\n",
            ["ModuleNotFoundError: No module 'x'"],
        ),
        ("", []),
    ],
    ids=[
        "warning",
        "no extension",
        "extension fails",
        "crash",
        "process",
        "never started",
        "silence",
    ],
)
def test_of_all_that_is_said_only_what_is_wrong_is_told(new_book, said, told):
    assert find_errors(said, new_book.project) == told


def test_a_page_builder_ends_with_its_build_and_the_next_one_waits_for_that(new_book, monkeypatch):
    with PageBuilder(new_book.project, 2) as killed:
        monkeypatch.setattr(builder, "_TRIES", 1)
        with pytest.raises(BookError, match="builder of a killed build is still running"):
            PageBuilder(new_book.project, 2)
        monkeypatch.undo()
        killed._process.stdin.write(b"go\n")
        killed._process.stdin.close()  # as the system does when the build is killed
        with PageBuilder(new_book.project, 2) as following:
            assert killed._process.wait(timeout=300) != 0
            assert following._process.poll() is None
    assert not new_book.project.work_folder.exists()


@pytest.mark.parametrize(
    ("name", "read", "write", "allowed"),
    [
        ("own", True, True, (True, True)),
        ("own", True, False, (True, False)),
        ("own", None, True, (False, True)),  # Sphinx assumes that it is not
        ("sphinx_multitoc_numbering", None, True, (True, True)),
    ],
)
def test_pages_are_made_in_parallel_if_all_extensions_permit_it(name, read, write, allowed):
    safe = SimpleNamespace(parallel_read_safe=True, parallel_write_safe=True)
    asked = SimpleNamespace(parallel_read_safe=read, parallel_write_safe=write)
    app = SimpleNamespace(extensions={"other": safe, name: asked})
    assert tuple(is_parallel_allowed(app, what) for what in ("read", "write")) == allowed
